package rollout

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	maxDeciders   = 9
	maxVoteReason = 1000
)

// Question is a wave's readiness while somebody changes it: what was decided so
// far beside what it is decided from.
type Question struct {
	*Readiness
	Checklist Checklist
	Opened    bool // the wave is open already
	Zone      *time.Location
}

// Question returns what a wave's launch is decided from, around a copy of its
// readiness that the rules below change.
func (p *Plan) Question(wave int, now time.Time) Question {
	r := p.Readiness[wave]
	r.Wave, r.events = wave, nil
	r.Deciders, r.Votes, r.Decisions = slices.Clone(r.Deciders), slices.Clone(r.Votes), slices.Clone(r.Decisions)
	return Question{
		Readiness: &r, Checklist: p.Checklist(wave, now), Opened: p.Opened(wave, p.Rollout.Today(now)), Zone: p.Rollout.Zone(),
	}
}

func (q Question) record(by identity.Actor, action string, detail map[string]string) {
	subject := "readiness/" + strconv.Itoa(q.Wave)
	q.events = append(q.events, identity.Event{By: by, Action: action, Subject: subject, Detail: detail})
}

func mustLead(by identity.Actor, say string) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, say)
	}
	return nil
}

// CannotAsk says why the deciders cannot be asked now; "" when they can.
func (q Question) CannotAsk() string {
	v := q.Checklist.Verdict()
	switch {
	case q.Opened:
		return q.Checklist.Wave.Name + " is open. There is nothing left to decide."
	case q.State() == Asked:
		return "The deciders were asked. Their word is awaited."
	case v.Of() == 0:
		return "There is no checklist to decide from."
	case v.Failing > 0:
		return "Opens when nothing fails."
	case !v.Go:
		return "Opens when everything holds."
	case len(q.Deciders) == 0:
		return "Nobody is named as a decider."
	}
	return ""
}

// Ask asks the deciders for go or no-go: a new round, in which nobody has said
// anything yet. It is refused while anything on the checklist is not ready.
func (q Question) Ask(by identity.Actor, now time.Time) error {
	if err := mustLead(by, "Only a rollout lead asks for go or no-go."); err != nil {
		return err
	}
	if why := q.CannotAsk(); why != "" {
		if v := q.Checklist.Verdict(); v.Of() > 0 && !v.Go {
			why = v.Title + "."
		}
		return fault.New(fault.Conflict, "Nobody was asked. "+why)
	}
	if len(q.Decisions) > 0 && !now.After(q.Decisions[0].At) {
		now = q.Decisions[0].At.Add(time.Microsecond) // a round follows what was decided before it
	}
	q.AskedAt, q.AskedOn, q.Votes = now, q.Checklist.Conditions(), nil
	q.record(by, "readiness.asked", map[string]string{"deciders": strconv.Itoa(len(q.Deciders))})
	return nil
}

// Changed reports whether the checklist stands otherwise than when a vote fell.
func (q Question) Changed(v Vote) bool { return v.Conditions != q.Checklist.Conditions() }

// ChangedSinceAsked reports whether the checklist stands otherwise than when the deciders were asked.
func (q Question) ChangedSinceAsked() bool {
	return q.State() == Asked && q.AskedOn != q.Checklist.Conditions()
}

// CannotVote says why somebody cannot vote now; "" when they can.
func (q Question) CannotVote(by identity.Actor) string {
	switch {
	case by.Account == 0 || !q.Decides(by.Email):
		return "Only the deciders named here vote."
	case q.State() == Decided:
		return "This was decided. A vote can be changed until then."
	case q.State() == NotAsked:
		return "Nobody was asked yet."
	case q.Opened:
		return q.Checklist.Wave.Name + " is open. There is nothing left to decide."
	}
	return ""
}

// Vote keeps a decider's word, in place of what they said before. With the last
// go of all, and while everything on the checklist is ready, go is decided.
func (q Question) Vote(by identity.Actor, c Choice, reason string, now time.Time) error {
	reason = strings.TrimSpace(reason)
	if why := q.CannotVote(by); why != "" {
		return fault.New(fault.Forbidden, "Your vote was not kept. "+why)
	}
	if err := checkVote(c, reason); err != nil {
		return err
	}
	d := q.Deciders[slices.IndexFunc(q.Deciders, func(d Decider) bool { return strings.EqualFold(d.Email, by.Email) })]
	q.Votes = slices.DeleteFunc(q.Votes, func(v Vote) bool { return strings.EqualFold(v.Email, by.Email) })
	q.Votes = append(q.Votes, Vote{Person: d.Person, Choice: c, Reason: reason, At: now, Conditions: q.Checklist.Conditions()})
	q.record(by, "readiness.voted", map[string]string{"choice": string(c)})
	if q.CannotDecide(Go) == "" {
		q.decide(by, Go, now)
	}
	return nil
}

func checkVote(c Choice, reason string) error {
	switch {
	case !c.Valid():
		return fault.Field("choice", "Choose go or no-go.")
	case c == NoGo && reason == "":
		return fault.Field("reason", "Say why not: it stays with the decision.")
	case utf8.RuneCountInString(reason) > maxVoteReason:
		return fault.Field("reason", "Use at most 1,000 characters.")
	}
	return nil
}

// CannotDecide says why a choice cannot be recorded now; "" when it can: go with
// everybody's go and everything ready, no-go once somebody said no.
func (q Question) CannotDecide(c Choice) string {
	_, no, awaited := q.Said()
	switch {
	case q.State() == NotAsked:
		return "Nobody was asked yet."
	case q.State() == Decided:
		return "This was decided already."
	case q.Opened:
		return q.Checklist.Wave.Name + " is open. There is nothing left to decide."
	case c == NoGo && no == 0:
		return "Nobody has said no."
	case c == NoGo:
		return ""
	case no > 0:
		return "Somebody said no."
	case awaited > 0 || len(q.Deciders) == 0:
		return "Not everybody has said go."
	case !q.Checklist.Complete():
		return "Not everything holds: " + q.Checklist.Verdict().Title + "."
	}
	return ""
}

// Decide records what the deciders said, frozen with the checklist and the votes.
func (q Question) Decide(by identity.Actor, c Choice, now time.Time) error {
	if err := mustLead(by, "Only a rollout lead records the decision."); err != nil {
		return err
	}
	if !c.Valid() {
		return fault.Field("choice", "Choose go or no-go.")
	}
	if why := q.CannotDecide(c); why != "" {
		return fault.New(fault.Conflict, "Nothing was recorded. "+why)
	}
	q.decide(by, c, now)
	return nil
}

func (q Question) decide(by identity.Actor, c Choice, now time.Time) {
	d := Decision{Choice: c, At: now, By: by.Name, Basis: q.Checklist.Basis(), Votes: slices.Clone(q.Votes)}
	q.Decisions = slices.Insert(q.Decisions, 0, d)
	q.record(by, "readiness.decided", map[string]string{"choice": string(c), "items": strconv.Itoa(len(d.Basis))})
}

// SetDeciders names whose word is needed, in the order they are shown. When
// somebody joins or leaves a round, the round ends: those who stay are asked again.
func (q Question) SetDeciders(by identity.Actor, list []Decider) error {
	if err := mustLead(by, "Only a rollout lead names the deciders."); err != nil {
		return err
	}
	if err := checkDeciders(list); err != nil {
		return err
	}
	if !sameDeciders(q.Deciders, list) && q.State() == Asked {
		q.AskedAt, q.AskedOn, q.Votes = time.Time{}, "", nil
	}
	q.Deciders = list
	q.record(by, "readiness.deciders", map[string]string{"deciders": strconv.Itoa(len(list))})
	return nil
}

func sameDeciders(a, b []Decider) bool {
	has := func(list []Decider) func(Decider) bool {
		r := Readiness{Deciders: list}
		return func(d Decider) bool { return !r.Decides(d.Email) }
	}
	return !slices.ContainsFunc(a, has(b)) && !slices.ContainsFunc(b, has(a))
}

// checkDeciders reports what cannot be used, by field: name.N and email.N of list[N].
func checkDeciders(list []Decider) error {
	fields, seen := map[string]string{}, map[string]bool{}
	for i, d := range list {
		n := strconv.Itoa(i)
		folded := strings.ToLower(d.Email)
		switch {
		case !isAddress(d.Email):
			fields["email."+n] = "Write the address they sign in with, such as dana@example.com."
		case seen[folded]:
			fields["email."+n] = "Somebody above has this address."
		}
		if d.Name == "" || utf8.RuneCountInString(d.Name) > maxName {
			fields["name."+n] = "Write a name of at most 120 characters."
		}
		if utf8.RuneCountInString(d.Title) > maxName {
			fields["title."+n] = "Use at most 120 characters."
		}
		seen[folded] = true
	}
	switch {
	case len(list) > maxDeciders:
		return fault.New(fault.Invalid, "Name at most nine deciders.")
	case len(fields) > 0:
		return &fault.Error{Kind: fault.Invalid, Say: "The deciders cannot be kept like this.", Fields: fields}
	}
	return nil
}

func isAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && len(text) <= 254
}

// SetDecideAt says when it is decided; the zero time forgets it.
func (q Question) SetDecideAt(by identity.Actor, at, now time.Time) error {
	if err := mustLead(by, "Only a rollout lead sets the time of the decision."); err != nil {
		return err
	}
	w := q.Checklist.Wave
	y, m, d := at.In(q.Zone).Date()
	switch {
	case at.IsZero():
	case !at.After(now):
		return fault.Field("day", "Choose a time that lies ahead.")
	case w.OpensOn != nil && day.Of(y, m, d) > *w.OpensOn:
		return fault.Field("day", w.Name+" opens on "+short(*w.OpensOn)+". Decide before that.")
	}
	q.DecideAt = at
	q.record(by, "readiness.time", map[string]string{"at": whenText(at)})
	return nil
}

func whenText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// LocalTime returns the moment at which clocks in zone show a time (15:04) on a
// day. Of two such moments, when clocks go back, it is the first. A time that
// clocks leave out is a fault of the field "time".
func LocalTime(on day.Date, clock string, zone *time.Location) (time.Time, error) {
	c, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, fault.Field("time", "Write the time like 10:00.")
	}
	y, m, d := on.Time().Date()
	at := time.Date(y, m, d, c.Hour(), c.Minute(), 0, 0, zone)
	shows := func(t time.Time) bool {
		ty, tm, td := t.Date()
		return ty == y && tm == m && td == d && t.Hour() == c.Hour() && t.Minute() == c.Minute()
	}
	if !shows(at) {
		return time.Time{}, fault.Field("time", "Clocks go forward that night and leave this time out. Choose another.")
	}
	for _, back := range []time.Duration{2 * time.Hour, time.Hour, 30 * time.Minute} {
		if earlier := at.Add(-back); shows(earlier) {
			return earlier, nil
		}
	}
	return at, nil
}
