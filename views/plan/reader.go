package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/views/ui"
)

// Reader is who reads the plan, and when.
type Reader struct {
	Plan  *rollout.Plan
	Actor identity.Actor
	Now   time.Time // in the rollout's time zone
	Today day.Date
	// Conditions says what a gate waits for.
	Conditions func(rollout.Gate) []rollout.Condition
}

// Lead reports whether the reader may change everything.
func (r Reader) Lead() bool { return r.Actor.Has(identity.Lead) }

// may reports whether the reader may change a task.
func (r Reader) may(t rollout.Task) bool { return r.Plan.MayChange(r.Actor, t) == nil }

// Tasks returns the tasks that the filter shows, in the order of the plan.
func (r Reader) Tasks(f Filter) []rollout.Task {
	out := []rollout.Task{}
	phase := r.phase(f)
	for _, t := range r.Plan.Tasks {
		if (phase == AllPhases || string(t.Phase) == phase) && r.shows(f, t) {
			out = append(out, t)
		}
	}
	return out
}

// phase is the phase that is shown: the one asked for, else every one when tasks
// are looked for, else the first with something left.
func (r Reader) phase(f Filter) string {
	switch {
	case f.Phase != "":
		return f.Phase
	case f.Narrowed():
		return AllPhases
	}
	for _, t := range r.Plan.Tasks {
		if !t.State.Settled() {
			return string(t.Phase)
		}
	}
	return AllPhases
}

// shows reports whether a task is what the filter asks for, its phase aside, and
// one that the reader may know of.
func (r Reader) shows(f Filter, t rollout.Task) bool {
	return r.Plan.Visible(r.Actor, t) && r.ownedAsAsked(f.Owner, t) && r.standsAsAsked(f.State, t) && r.inWave(f.Wave, t) && r.says(f.Text, t)
}

func (r Reader) ownedAsAsked(owner string, t rollout.Task) bool {
	switch owner {
	case Anyone:
		return true
	case Mine:
		return r.Plan.Theirs(r.Actor, t)
	case Nobody:
		return !r.Plan.Owner(t).Named()
	}
	return strings.EqualFold(r.Plan.Owner(t).Email, owner)
}

func (r Reader) standsAsAsked(state string, t rollout.Task) bool {
	switch state {
	case "":
		return true
	case Left:
		return !t.State.Settled()
	case Late:
		return r.due(t).Late
	}
	return string(r.Plan.Shown(t)) == state
}

func (r Reader) inWave(slug string, t rollout.Task) bool {
	if slug == "" {
		return true
	}
	w, ok := r.Plan.Wave(t.Wave)
	return ok && w.Slug == slug
}

func (r Reader) says(text string, t rollout.Task) bool {
	where := strings.ToLower(strings.Join([]string{t.Title, t.Section, t.Why, t.DoneWhen, r.owner(t), r.part(t)}, "\n"))
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if !strings.Contains(where, word) {
			return false
		}
	}
	return true
}

// owner is the name of who a task waits on, or the part that is not filled yet.
func (r Reader) owner(t rollout.Task) string {
	if o := r.Plan.Owner(t); o.Named() {
		return nameOf(o)
	}
	if name := r.role(t.Role); name != "" {
		return name + ", not filled yet"
	}
	return "Nobody yet"
}

func nameOf(p rollout.Person) string { return cmp.Or(p.Name, p.Email) }

func (r Reader) role(key string) string {
	i := slices.IndexFunc(r.Plan.Roles, func(role rollout.Role) bool { return role.Key == key })
	if i < 0 {
		return ""
	}
	return r.Plan.Roles[i].Name
}

// part is the wave or the department that a task is done for, "" for everyone.
func (r Reader) part(t rollout.Task) string {
	if w, ok := r.Plan.Wave(t.Wave); ok && t.Wave != 0 {
		return w.Name
	}
	for _, d := range r.Plan.Departments {
		if t.Department != 0 && d.ID == t.Department {
			return d.Name
		}
	}
	return ""
}

// soonDays is how many working days before its day a task is due soon.
const soonDays = 3

// due is the day of a task and how pressing it is; of a done one, the day it was done.
func (r Reader) due(t rollout.Task) ui.Due {
	switch {
	case t.State == rollout.Done:
		return ui.Due{Text: ui.DayMonth(t.DoneAt.In(r.Now.Location()), r.Now)}
	case !t.Due.Known():
		return ui.Due{Text: "No day yet"}
	case t.State.Settled():
		return ui.Due{Text: ui.DayMonth(t.Due.Time(), r.Now)}
	}
	text := ui.Date(t.Due.Time(), r.Now)
	if t.Due.Time().Year() != r.Now.Year() {
		text = ui.DayMonth(t.Due.Time(), r.Now) // the year in place of the weekday
	}
	return ui.Due{Text: text, Late: r.Plan.Late(t, r.Today), Soon: r.Plan.Soon(t, r.Today, soonDays)}
}

// met counts the conditions that hold.
func met(all []rollout.Condition) int {
	n := 0
	for _, c := range all {
		if c.Met {
			n++
		}
	}
	return n
}

// nextGate is the gate that is due first of those that nobody passed.
func (r Reader) nextGate() (rollout.Gate, rollout.Task, bool) {
	var next rollout.Task
	found := false
	for _, t := range r.Plan.Tasks {
		if g, ok := r.Plan.GateOf(t.ID); !ok || t.State.Settled() || g.Effective(r.Plan, r.Plan.Basis, r.Now) == rollout.GatePassed || !r.Plan.Visible(r.Actor, t) {
			continue
		}
		if !found || t.Due.Known() && (!next.Due.Known() || t.Due < next.Due) {
			next, found = t, true
		}
	}
	g, ok := r.Plan.GateOf(next.ID)
	return g, next, found && ok
}

// phaseNames are the headings of the phases, as the guide has them.
var phaseNames = map[adoption.Phase]string{
	"setup": "Technical setup", "launch": "Change and launch", "enablement": "Enablement", "scaling": "Scaling",
}

// StateNames are the states of a task in words.
var StateNames = map[rollout.State]string{
	rollout.Open: "Open", rollout.Waiting: "Waiting", rollout.Ready: "Ready", rollout.Doing: "Doing",
	rollout.Done: "Done", rollout.Reopened: "Reopened", rollout.NotNeeded: "Not needed",
}

var proofs = map[rollout.Standing]ui.Proof{
	rollout.StandsVerified: ui.ProofVerified, rollout.StandsAttested: ui.ProofAttested,
	rollout.StandsStale: ui.ProofStale, rollout.StandsFailing: ui.ProofFailing,
}

// proof is the chip of a kind of evidence.
func proof(s rollout.Standing) ui.Proof {
	if p, ok := proofs[s]; ok {
		return p
	}
	return ui.ProofNone
}
