package rollout

import (
	"slices"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Standin is how many days a person's word stands in for a signal that has not come yet.
const Standin = 30

// NewState asks for another state of a task.
type NewState struct {
	Task    TaskID
	Version int // of the task as the actor saw it
	To      State
	Reason  string // why it is not needed, or why it is reopened
	Words   string // what a person vouches for, where a task asks for their word
}

// setState is the rule of [Service.SetState].
func setState(p *Plan, a acting, to NewState) (Change, error) {
	var c Change
	t, err := p.changeable(a, to.Task, to.Version)
	switch {
	case err != nil:
		return c, err
	case !to.To.Valid():
		return c, fault.Field("state", "Choose a state.")
	case to.To == t.State:
		return c, nil
	case t.Gate != "":
		return c, fault.Field("state", "A gate is opened and passed on its own page, never ticked.")
	}
	was := t.State
	rule := map[State]func(*Plan, acting, *Task, NewState, *Change) error{
		Open: putBack, Doing: begin, Done: finish, Reopened: reopen, NotNeeded: drop,
	}[to.To]
	if err := rule(p, a, &t, to, &c); err != nil {
		return Change{}, err
	}
	t.State = to.To
	c.put(t)
	c.record(t.ID, "task.state", "from", string(was), "to", string(t.State))
	return c, nil
}

func begin(_ *Plan, a acting, t *Task, _ NewState, c *Change) error {
	if t.State.Settled() {
		return errSettled
	}
	c.tell(a, t.ID, "state", "Began.")
	return nil
}

var errSettled = fault.Field("state", "Reopen the task first, and say why.")

func putBack(_ *Plan, a acting, t *Task, _ NewState, c *Change) error {
	if t.State.Settled() || t.State == Reopened {
		return errSettled
	}
	c.tell(a, t.ID, "state", "Put back.")
	return nil
}

func reopen(_ *Plan, a acting, t *Task, to NewState, c *Change) error {
	if !t.State.Settled() {
		return fault.Field("state", "Only what is done or not needed can be reopened.")
	}
	reason, err := required("reason", to.Reason, "Say why it is reopened.")
	if err != nil {
		return err
	}
	t.Reason, t.DoneAt, t.DoneBy = reason, noTime, ""
	c.tell(a, t.ID, "reopened", "Reopened: "+reason)
	return nil
}

func drop(_ *Plan, a acting, t *Task, to NewState, c *Change) error {
	reason, err := required("reason", to.Reason, "Say why it is not needed.")
	if err != nil {
		return err
	}
	t.Reason, t.DoneAt, t.DoneBy = reason, noTime, ""
	c.tell(a, t.ID, "state", "Not needed: "+reason)
	return nil
}

// finish lets a task be done once nothing it waits for is open and what it asks
// for as proof is there.
func finish(p *Plan, a acting, t *Task, to NewState, c *Change) error {
	if t.State == NotNeeded {
		return errSettled
	}
	if open := p.Unsettled(*t); len(open) > 0 {
		return fault.Field("state", "It waits for "+titles(open)+".")
	}
	if err := p.prove(a, *t, to.Words, c); err != nil {
		return err
	}
	t.DoneAt, t.DoneBy, t.Reason = a.now, a.by.Name, ""
	c.tell(a, t.ID, "state", "Done.")
	return nil
}

// titles names tasks, three at most.
func titles(tasks []Task) string {
	const most = 3
	names := make([]string, 0, most)
	for _, t := range tasks[:min(len(tasks), most)] {
		names = append(names, "“"+t.Title+"”")
	}
	if n := len(tasks) - most; n > 0 {
		return strings.Join(names, ", ") + " and " + number(n) + " more"
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// prove faults unless the evidence a task asks for is there. Words become an
// attestation where a person's word is what counts.
func (p *Plan) prove(a acting, t Task, words string, c *Change) error {
	e := p.Evidence(t, a.now)
	switch {
	case e.Standing == StandsFailing:
		return fault.Field("state", "The signal says otherwise: "+e.Say)
	case t.Evidence.Kind == ByProof && len(p.Proofs[t.ID]) == 0:
		return fault.Field("proof", "Add a link or a file that shows it is done.")
	case t.Evidence.Kind == ByProof:
		return nil
	case t.Evidence.Kind == ByCheck && p.judged(t):
		return nil
	case e.Standing == StandsAttested && strings.TrimSpace(words) == "":
		return nil
	}
	ask := "Say what you vouch for."
	if t.Evidence.Kind == ByCheck {
		ask = "There is no signal yet. Say how you know that it is done."
	}
	words, err := required("words", words, ask)
	if err != nil {
		return err
	}
	p.vouch(a, t, words, c)
	return nil
}

// judged reports whether the check of a task has come to a result.
func (p *Plan) judged(t Task) bool {
	r, ok := p.Result(t)
	return ok && r.Outcome != NoneYet
}

// vouch adds a person's word, for as long as such a word holds.
func (p *Plan) vouch(a acting, t Task, words string, c *Change) {
	att := Attestation{Task: t.ID, By: a.person(), At: a.now, HoldsTo: p.holdsTo(t, a), Words: words}
	c.Attested = append(c.Attested, att)
	say := "Attested: " + words
	if att.HoldsTo.Known() {
		say = "Attested, holds to " + short(att.HoldsTo) + ": " + words
	}
	c.note(a, t.ID, "attested", say, "holds_to", att.HoldsTo.String())
}

func (p *Plan) holdsTo(t Task, a acting) day.Date {
	days := t.Evidence.HoldsDays
	if t.Evidence.Kind == ByCheck {
		days = Standin
	}
	if days == 0 {
		return day.Never
	}
	return p.Today(a.now) + day.Date(days)
}

// attest is the rule of [Service.Attest].
func attest(p *Plan, a acting, id TaskID, words string, version int) (Change, error) {
	var c Change
	t, err := p.changeable(a, id, version)
	switch {
	case err != nil:
		return c, err
	case t.Gate != "":
		return c, fault.Field("words", "A gate is opened and passed on its own page, never attested.")
	case t.Evidence.Kind == ByProof:
		return c, fault.Field("words", "This task asks for a link or a file.")
	case p.judged(t):
		r, _ := p.Result(t)
		return c, fault.Field("words", "A signal speaks for this task: "+r.Say)
	}
	words, err = required("words", words, "Say what you vouch for.")
	if err != nil {
		return c, err
	}
	p.vouch(a, t, words, &c)
	c.put(t)
	return c, nil
}

// required returns a text that has to be there, without the space around it.
func required(field, text, ask string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.Field(field, ask)
	}
	return optional(field, text, longText)
}

// optional returns a text that may be empty, without the space around it.
func optional(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case len([]rune(text)) > most:
		return "", fault.Field(field, "Use at most "+number(most)+" characters.")
	case !printable(text):
		return "", fault.Field(field, "Some characters cannot be kept; type it again.")
	}
	return text, nil
}

// differs adds name to the fields somebody changed, once, in order.
func differs(edited []string, name string) []string {
	if slices.Contains(edited, name) {
		return edited
	}
	out := append(slices.Clone(edited), name)
	slices.Sort(out)
	return out
}
