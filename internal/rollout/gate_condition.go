package rollout

import (
	"strings"
	"time"

	"groundswell/internal/route"
)

// approvalsNeeded is how many different people must say yes.
const approvalsNeeded = 2

const (
	titleApprovals = "Two approvals"
	titleDryRun    = "Dry run: nobody loses Cowork by surprise"
	titleCopy      = "Members, groups, roles and limits are exported"
	titleDecision  = "The wave is decided: go"
	titleDecided   = "The architecture is decided"
)

// Conditions returns everything that must hold before g opens, in the order it is
// worked through, the approvals last. No two have the same title.
func (p *Plan) Conditions(g Gate, b GateBasis, now time.Time) []Condition {
	needs := p.needs(g, b, now)
	return append(needs, g.approved(needs, now))
}

// needs returns the conditions that people must have met before they approve.
func (p *Plan) needs(g Gate, b GateBasis, now time.Time) []Condition {
	t, ok := p.Task(g.Task)
	if !ok {
		return []Condition{{Title: "Its task", Say: "The task of this gate is not in the plan.", URL: route.Plan}}
	}
	var out []Condition
	for _, id := range t.WaitsFor {
		c := p.taskHolds(id, b, now)
		if about := p.aboutElse(id, t); about != "" {
			c.Title += " (" + about + ")"
		}
		out = append(out, c)
	}
	for _, key := range t.GateChecks {
		if key != CheckDryRun || g.Kind != GateRoles { // which asks for more than the check does
			out = append(out, p.checkHolds(key, g.Wave, b, now))
		}
	}
	switch g.Kind {
	case GateArchitecture:
		out = append(out, p.architectureHolds(now))
	case GateSSO:
		out = append(out, p.copyHolds(b, now))
	case GateRoles:
		out = append(out, p.copyHolds(b, now), p.runHolds(b, now))
	case GateWave:
		out = append(out, p.decisionHolds(g.Wave, now))
	}
	return apart(out)
}

// apart makes titles differ, so that what was overridden can be told by its title.
func apart(cs []Condition) []Condition {
	seen := map[string]int{titleApprovals: 1}
	for i, c := range cs {
		seen[c.Title]++
		if n := seen[c.Title]; n > 1 {
			cs[i].Title += " (" + amount(n) + ")"
		}
	}
	return cs
}

// aboutElse names what the task with an id is done for, where the one that waits
// for it is done for something else.
func (p *Plan) aboutElse(id TaskID, waits Task) string {
	t, _ := p.Task(id)
	if t.Wave == waits.Wave && t.Department == waits.Department {
		return ""
	}
	return p.About(t)
}

func (p *Plan) taskHolds(id TaskID, b GateBasis, now time.Time) Condition {
	t, ok := p.Task(id)
	c := Condition{Title: t.Title, Task: id, URL: route.Task(int64(id)), Met: ok && t.State.Settled(), Changed: later(b.Touched[id], t.DoneAt)}
	switch {
	case !ok:
		c.Title, c.Say = "A task it waits for", "It is not in the plan."
	case p.inForce(t):
		c.Say = p.Evidence(t, now).Say
	case t.State == Done:
		c.Say = "Done " + p.moment(t.DoneAt, now)
		if t.DoneBy != "" {
			c.Say += " by " + t.DoneBy
		}
	case t.State == NotNeeded:
		c.Say = "Not needed: " + t.Reason
	default:
		c.Say = p.undone(t, now)
	}
	return c
}

// inForce reports whether a task is a gate of what was enforced before there was a plan.
func (p *Plan) inForce(t Task) bool {
	g, ok := p.GateOf(t.ID)
	return ok && g.InForce()
}

// undone says how far an unsettled task is and who has it.
func (p *Plan) undone(t Task, now time.Time) string {
	say := map[State]string{Doing: "Begun, not done", Reopened: "Reopened"}[t.State]
	if say == "" {
		say = "Not done"
	}
	if t.State == Reopened && t.Reason != "" {
		say += ": " + strings.TrimSuffix(t.Reason, ".")
	}
	if who := p.Owner(t); who.Named() {
		say += ". " + who.Name + " has it"
	}
	if t.Due.Known() {
		say += ", due " + dayNear(t.Due, now)
	}
	return say
}

func (p *Plan) checkHolds(key CheckKey, wave int, b GateBasis, now time.Time) Condition {
	ref := CheckRef{Check: key, Wave: wave}
	r, ok := p.Results[ref]
	if !ok && wave != 0 {
		ref = CheckRef{Check: key}
		r, ok = p.Results[ref]
	}
	c := Condition{Title: checkTitle(key), URL: route.Check(string(key), ref.Wave), Changed: b.Failed[ref]}
	if !ok {
		c.Say = "It has not been checked yet."
		return c
	}
	old := r.Stale(now)
	c.Met, c.Say = r.Outcome == Holds && !old, r.Say
	if r.Outcome == Holds && old {
		c.Say = strings.TrimSuffix(r.Say, ".") + ", but that is " + age(now.Sub(r.seen())) + "."
	}
	return c
}

// aged says how old a reading is.
func aged(t, now time.Time) string {
	if t.IsZero() {
		return "of a source that was never read"
	}
	return age(now.Sub(t))
}

func (p *Plan) runHolds(b GateBasis, now time.Time) Condition {
	c := Condition{Title: titleDryRun, URL: route.Access, Changed: b.UncleanAt}
	r := b.Run
	if r == nil {
		c.Say = "It never ran."
		return c
	}
	at := "as of " + p.moment(r.At, now)
	switch {
	case r.Surprise > 0:
		c.Say = amount(r.Surprise) + " would, " + at
	case !r.Complete:
		c.Say = "Not everything it needs was read, " + at
	case now.Sub(r.At) > GateOpenFor:
		c.Say = "Nobody would, but it is " + age(now.Sub(r.At)) + ". Run it again."
	case r.AsOf.IsZero() || now.Sub(r.AsOf) > staleAfter:
		c.Say = "Nobody would, but what it was made from is " + aged(r.AsOf, now) + "."
	default:
		c.Met, c.Say = true, "Nobody of "+amount(r.Members)+" would, "+at
	}
	return c
}

func (p *Plan) copyHolds(b GateBasis, now time.Time) Condition {
	c := Condition{Title: titleCopy, URL: route.Access}
	s := b.Copy
	switch {
	case s == nil:
		c.Say = "No snapshot was ever taken."
	case now.Sub(s.At) > GateOpenFor:
		c.Say = "The snapshot of " + p.moment(s.At, now) + " is " + age(now.Sub(s.At)) + ". Take another."
	default:
		c.Met = true
		c.Say = "Snapshot of " + p.moment(s.At, now) + ": " + several(s.Members, "member", "members") + ", " + several(s.Groups, "group", "groups")
	}
	return c
}

func (p *Plan) decisionHolds(wave int, now time.Time) Condition {
	c := Condition{Title: titleDecision, URL: route.Readiness}
	if w, ok := p.Wave(wave); ok {
		c.URL = route.WaveReadiness(w.Slug)
	}
	r := p.Readiness[wave]
	if len(r.Decisions) == 0 {
		c.Say = "Nobody has decided yet."
		return c
	}
	d := r.Decisions[0]
	c.Changed = d.At
	switch {
	case d.Choice != Go:
		c.Say = "No-go, decided " + p.moment(d.At, now) + " by " + d.By
	case r.AskedAt.After(d.At):
		c.Say, c.Changed = "Votes were asked for anew "+p.moment(r.AskedAt, now)+".", r.AskedAt
	default:
		c.Met, c.Say = true, "Go, decided "+p.moment(d.At, now)+" by "+d.By
	}
	return c
}

func (p *Plan) architectureHolds(now time.Time) Condition {
	r := p.Rollout
	c := Condition{Title: titleDecided, URL: route.PlanSetup, Changed: r.ArchitectureAt}
	switch {
	case r.ArchitectureAt.IsZero() || !r.Architecture.Valid():
		c.Say = "Nobody has recorded a decision."
	case strings.TrimSpace(r.ArchitectureReason) == "":
		c.Say = "The decision has no reason yet. Write down why."
	default:
		c.Met, c.Say = true, "Decided "+p.moment(r.ArchitectureAt, now)
		if r.ArchitectureBy.Name != "" {
			c.Say += " by " + r.ArchitectureBy.Name
		}
	}
	return c
}

// approved is the condition of two people's yes, once everything else holds.
func (g Gate) approved(needs []Condition, now time.Time) Condition {
	have := g.standing(needs, now)
	c := Condition{Title: titleApprovals, URL: route.Gate(g.ID), Met: len(have) >= approvalsNeeded}
	switch {
	case len(have) > 0 && c.Met:
		c.Say = names(have)
	case len(have) > 0:
		c.Say = names(have) + " said yes. One more person has to."
	case allMet(needs):
		c.Say = "Two different people have to say yes."
	default:
		c.Say = "Two different people, once everything else holds."
	}
	return c
}

func allMet(cs []Condition) bool { return len(unmet(cs)) == 0 }

// unmet returns the titles of what does not hold.
func unmet(cs []Condition) []string {
	var out []string
	for _, c := range cs {
		if !c.Met {
			out = append(out, c.Title)
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
