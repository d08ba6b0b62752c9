package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/readiness"
	"groundswell/views/ui"
)

// readinessReader words a wave's readiness for whoever reads it.
type readinessReader struct {
	plan    *rollout.Plan
	wave    roster.Wave
	q       rollout.Question
	verdict rollout.Verdict
	actor   identity.Actor
	lead    bool
	names   bool // of owners and of those who attested: not for executives
	now     time.Time
	today   day.Date
	opens   func(string) bool // whether the actor may open an address
	runs    string            // posted to, to run the checks; "" for those who may not
}

func (s *Server) readinessReader(p *rollout.Plan, wave roster.Wave, actor identity.Actor) readinessReader {
	now := s.Now()
	q := p.Question(wave.ID, now)
	return readinessReader{
		plan: p, wave: wave, q: q, verdict: q.Checklist.Verdict(), actor: actor, lead: actor.Has(identity.Lead), names: namesOwners(actor),
		now: now.In(p.Rollout.Zone()), today: p.Today(now), opens: func(url string) bool { return s.mayOpen(actor, url) }, runs: s.runsChecks(actor),
	}
}

// namesOwners reports whether an actor reads who owns a task and who vouched for it.
func namesOwners(actor identity.Actor) bool {
	return actor.HasAny(identity.Lead, identity.Owner, identity.Auditor)
}

func (v readinessReader) date(d day.Date) string    { return ui.Date(d.Time(), v.today.Time()) }
func (v readinessReader) moment(t time.Time) string { return moment(t, v.now) }

// moment writes when something was where the rollout is: 06:12 on the day that
// now is, Thu 19 Nov, 06:12 on others.
func moment(t, now time.Time) string {
	t = t.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return ui.Clock(t)
	}
	return ui.Date(t, now) + ", " + ui.Clock(t)
}

// unstarted is the page before there is a plan with a wave in it.
func (v readinessReader) unstarted() views.Props {
	p := views.Props{Head: ui.PageHeadProps{Title: "Readiness", Sub: "Whether a wave can go, and who said so"}}
	void := ui.VoidProps{Icon: ui.IconClipboardCheck, Title: "No rollout is started yet", Body: "A rollout lead starts it. Every wave then has a checklist here."}
	next := ui.Link{Label: "Start the rollout", URL: route.PlanStart}
	if v.plan.Started() {
		void.Title, void.Body = "There is no wave yet", "Waves come with the file of people, or are named in the setup of the plan."
		next = ui.Link{Label: "Open the setup", URL: route.PlanSetup}
	}
	if v.lead && v.opens(next.URL) {
		void.Action = &next
	}
	p.Void = &void
	return p
}

// props words the page of a wave.
func (v readinessReader) props() views.Props {
	p := views.Props{
		Head: ui.PageHeadProps{Title: v.wave.Name + " readiness", Sub: v.opening()}, Waves: v.waves(),
		Run: v.runs, Back: route.WaveReadiness(v.wave.Slug), Notes: v.notes(),
		Verdict: v.verdictCard(), Round: v.round(), Vote: v.voteForm(), Log: v.log(), Setup: v.setup(),
	}
	for _, g := range v.q.Checklist.Groups {
		p.Groups = append(p.Groups, v.group(g))
	}
	for _, i := range v.q.Checklist.LeftOut {
		p.LeftOut = append(p.LeftOut, v.leftOut(i))
	}
	return p
}

// opening says when the wave opens, and to whom.
func (v readinessReader) opening() string {
	to := " to " + ui.Counted(v.wave.People, "person", "people") + v.departments()
	switch {
	case v.wave.OpensOn == nil:
		return "No day is set for it to open" + to
	case v.q.Opened:
		return "Opened " + v.date(*v.wave.OpensOn) + to
	}
	return "Opens " + v.date(*v.wave.OpensOn) + to
}

// namedDepartments is how many departments are named before they are counted.
const namedDepartments = 6

func (v readinessReader) departments() string {
	var in []string
	for _, d := range v.plan.Departments {
		if d.Wave == v.wave.ID {
			in = append(in, d.Name)
		}
	}
	switch n := len(in); {
	case n == 0:
		return ""
	case n > namedDepartments:
		return " in " + strconv.Itoa(n) + " departments"
	case n == 1:
		return " in " + in[0]
	default:
		return " in " + strings.Join(in[:n-1], ", ") + " and " + in[n-1]
	}
}

func (v readinessReader) waves() []ui.Option {
	var out []ui.Option
	for _, w := range v.plan.Waves {
		out = append(out, ui.Option{Label: w.Name, URL: route.WaveReadiness(w.Slug), Current: w.ID == v.wave.ID})
	}
	return out
}

// notes are what stands above the verdict: what failed after go, that the wave is
// open, that the checklist changed while votes are awaited.
func (v readinessReader) notes() []ui.BannerProps {
	var out []ui.BannerProps
	if failed := v.plan.FailedSince(v.wave.ID, v.now); len(failed) > 0 {
		d, _ := v.q.Stands()
		out = append(out, ui.BannerProps{
			Title: ui.Counted(len(failed), "check does", "checks do") + " not hold any more since go was decided on " + v.date(v.dayOf(d.At)),
			Body:  v.sayFailed(failed), Tone: ui.ToneBad,
		})
	}
	if v.q.Opened {
		out = append(out, ui.BannerProps{Title: v.wave.Name + " is open", Body: "Nothing is left to decide. The checklist shows how things stand today."})
	} else if v.wave.OpensOn == nil {
		out = append(out, ui.BannerProps{Title: "No day is set for " + v.wave.Name, Body: "Its tasks have no dates until then.", Link: v.setupLink()})
	}
	if v.q.ChangedSinceAsked() {
		out = append(out, ui.BannerProps{
			Title: "The checklist changed since the deciders were asked", Tone: ui.ToneWarn,
			Body: "Votes from before are kept and marked. " + v.verdict.Title + " now.",
		})
	}
	return out
}

func (v readinessReader) setupLink() *ui.Link {
	if !v.lead || !v.opens(route.PlanSetup) {
		return nil
	}
	return &ui.Link{Label: "Set the day", URL: route.PlanSetup}
}

func (v readinessReader) dayOf(t time.Time) day.Date { return v.plan.Rollout.Today(t) }

// sayFailed lists what does not hold any more.
func (v readinessReader) sayFailed(items []rollout.ChecklistItem) string {
	var said []string
	for _, i := range items {
		text := i.Title
		if i.Reopened() && i.Reason != "" && (v.names || i.BySignal) {
			text += ": " + i.Reason
		} else if i.BySignal {
			text += ": " + i.Say
		}
		said = append(said, strings.TrimSuffix(text, "."))
	}
	return strings.Join(said, "; ") + "."
}

func (v readinessReader) verdictCard() ui.VerdictProps {
	d := v.verdict
	p := ui.VerdictProps{
		Go: d.Go, Title: d.Title, Body: d.Body(v.names), Chip: v.chip(),
		Verified: d.Verified, Attested: d.Attested, Stale: d.Stale, Wrong: d.Failing, Reopened: d.Reopened, None: d.NoneYet,
		Decision: "No time set", Votes: v.votes(),
	}
	if !v.q.DecideAt.IsZero() {
		at := v.q.DecideAt.In(v.now.Location())
		p.Decision = ui.Date(at, v.now) + ", " + ui.Clock(at)
	}
	if len(v.q.Deciders) == 0 {
		p.NoVotes = "Nobody is named as a decider yet."
	}
	why := v.q.CannotAsk()
	if v.lead && v.q.State() != rollout.Asked && !v.q.Opened {
		p.Ask = ui.ButtonProps{Label: "Ask for go or no-go", Icon: ui.IconLock, Disabled: why, Form: views.AskForm}
		if why == "" {
			p.Ask.Icon, p.Ask.Kind = "", ui.KindPrimary
		}
		if v.q.State() == rollout.Decided {
			p.Ask.Label = "Ask again"
		}
	}
	p.AskNote = strings.TrimSpace(v.standing(why) + v.before())
	return p
}

// chip is the verdict in a word; where there is none to give, what is.
func (v readinessReader) chip() ui.ChipProps {
	d, decided := v.q.Stands()
	switch {
	case v.q.Opened:
		return ui.ChipProps{Label: "Open", Tone: ui.ToneTide, Icon: ui.IconLockOpen}
	case v.verdict.Of() == 0:
		return ui.ChipProps{Label: "No checklist", Icon: ui.IconCircleDashed}
	case decided && d.Choice == rollout.Go && v.verdict.Go:
		return ui.ChipProps{Label: "Go is decided", Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
	}
	return ui.ChipProps{}
}

// standing says how the question stands.
func (v readinessReader) standing(why string) string {
	if d, ok := v.q.Stands(); ok {
		return choiceWord(d.Choice) + " was decided " + v.date(v.dayOf(d.At)) + ". "
	}
	if v.q.State() == rollout.Asked {
		yes, no, awaited := v.q.Said()
		text := fmt.Sprintf("Asked %s. %d of %d have said. ", v.moment(v.q.AskedAt), yes+no, yes+no+awaited)
		if no+awaited == 0 {
			text += v.q.CannotDecide(rollout.Go) + " "
		}
		return text
	}
	if why == "" {
		return "Everything holds. A rollout lead can ask. "
	}
	return why + " "
}

// before tells of the wave decided before this one.
func (v readinessReader) before() string {
	text := ""
	for _, w := range v.plan.Waves {
		if w.ID == v.wave.ID {
			break
		}
		if ds := v.plan.Readiness[w.ID].Decisions; len(ds) > 0 {
			text = w.Name + ": " + strings.ToLower(choiceWord(ds[0].Choice)) + ", " + ui.DayMonth(ds[0].At.In(v.now.Location()), v.now) + ", " + readyOf(ds[0]) + "."
		}
	}
	return text
}

// readyOf counts the lines that were ready when it was decided: 12 of 12.
func readyOf(d rollout.Decision) string {
	ready, of := d.Ready()
	return ui.Count(ready) + " of " + ui.Count(of)
}

func choiceWord(c rollout.Choice) string {
	if c == rollout.Go {
		return "Go"
	}
	return "No-go"
}

func choiceTone(c rollout.Choice) ui.Tone {
	if c == rollout.Go {
		return ui.ToneGood
	}
	return ui.ToneBad
}

// votes lists the deciders with their word.
func (v readinessReader) votes() []ui.Vote {
	var out []ui.Vote
	for _, d := range v.q.Deciders {
		vote := ui.Vote{Person: ui.Person{Name: d.Name, Role: d.Title}, Answer: "Not asked"}
		said, ok := v.q.VoteOf(d.Email)
		switch {
		case ok:
			vote.Answer, vote.Tone, vote.Reason = choiceWord(said.Choice), choiceTone(said.Choice), v.voteNote(said)
		case v.q.State() == rollout.Asked:
			vote.Answer = "Waiting"
		}
		out = append(out, vote)
	}
	return out
}

// voteNote is a vote's reason, and that the checklist stood otherwise when it fell.
func (v readinessReader) voteNote(said rollout.Vote) string {
	note := said.Reason
	if v.q.State() == rollout.Asked && v.q.Changed(said) {
		note = strings.TrimSpace("Said " + v.moment(said.At) + ", before the checklist changed. " + note)
	}
	return note
}

func (v readinessReader) round() views.Round {
	r := views.Round{Version: v.q.Version}
	if !v.lead {
		return r
	}
	at := route.WaveReadiness(v.wave.Slug)
	if v.q.CannotAsk() == "" {
		r.Ask = at + "/ask"
	}
	r.Decide, r.Go, r.NoGo = at+"/decide", v.q.CannotDecide(rollout.Go) == "", v.q.CannotDecide(rollout.NoGo) == ""
	return r
}

func (v readinessReader) voteForm() *views.VoteForm {
	if v.q.CannotVote(v.actor) != "" {
		return nil
	}
	f := &views.VoteForm{
		Action: route.WaveReadiness(v.wave.Slug) + "/vote", Title: "Your vote on " + v.wave.Name,
		Hint: "Needed for no-go. It stays with the decision.", Label: "Vote",
	}
	if said, ok := v.q.VoteOf(v.actor.Email); ok {
		f.Choice, f.Reason, f.Label = string(said.Choice), said.Reason, "Change your vote"
	}
	return f
}

func (v readinessReader) log() []views.Entry {
	var out []views.Entry
	for _, d := range v.q.Decisions {
		out = append(out, views.Entry{
			When: v.when(d), Chip: choiceChip(d.Choice), URL: decisionURL(v.wave, d),
			Say: readyOf(d) + " ready, " + ui.Counted(len(d.Votes), "vote", "votes"),
		})
	}
	return out
}

func (v readinessReader) when(d rollout.Decision) string {
	at := d.At.In(v.now.Location())
	return ui.Date(at, v.now) + ", " + ui.Clock(at)
}

func choiceChip(c rollout.Choice) ui.ChipProps {
	icon := ui.IconCircleCheck
	if c == rollout.NoGo {
		icon = ui.IconCircleX
	}
	return ui.ChipProps{Label: choiceWord(c), Tone: choiceTone(c), Icon: icon}
}

func decisionURL(w roster.Wave, d rollout.Decision) string {
	return route.WaveReadiness(w.Slug) + "/decisions/" + strconv.FormatInt(d.ID, 10)
}

// setup is the form of who decides and when, for leads.
func (v readinessReader) setup() *views.Setup {
	if !v.lead {
		return nil
	}
	at := route.WaveReadiness(v.wave.Slug)
	p := &views.Setup{
		Open: len(v.q.Deciders) == 0 && !v.q.Opened, Version: strconv.Itoa(v.q.Version), Deciders: at + "/deciders", Time: at + "/time",
		Zone: "Clocks in " + v.now.Location().String(), Errors: map[string]string{}, EndsRound: v.q.State() == rollout.Asked,
	}
	if !v.q.DecideAt.IsZero() {
		local := v.q.DecideAt.In(v.now.Location())
		p.Day, p.Clock = local.Format("2006-01-02"), ui.Clock(local)
	}
	for _, d := range v.q.Deciders {
		p.Rows = append(p.Rows, views.DeciderRow{Name: d.Name, Email: d.Email, Title: d.Title})
	}
	for range max(spareRows, leastDeciders-len(p.Rows)) {
		p.Rows = append(p.Rows, views.DeciderRow{})
	}
	return p
}

// meanwhile says what somebody else made of who decides and when.
func (v readinessReader) meanwhile() string {
	text := "Nothing was changed by you. What you typed stands below; saving it replaces theirs. Now: "
	if v.q.DecideAt.IsZero() {
		text += "no time is set"
	} else {
		text += "it is decided " + v.moment(v.q.DecideAt)
	}
	var who []string
	for _, d := range v.q.Deciders {
		who = append(who, d.Name)
	}
	if len(who) == 0 {
		return text + ", and nobody is named."
	}
	return text + ", by " + strings.Join(who, ", ") + "."
}
