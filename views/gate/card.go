package gate

import (
	"slices"
	"time"

	"groundswell/internal/rollout"
	"groundswell/views/ui"
)

// many is how many conditions a card shows one by one; of more, those that hold are folded.
const many = 6

// CardProps is the card of a gate: how it stands, what it would do, what it waits for.
type CardProps struct {
	Title      string
	Chips      []ui.ChipProps
	Does       string
	Overridden string // who opened it without its conditions, and why; "" for nobody
	Conditions []Condition
	Folded     []Condition // hold, and are many
	Approvals  []Approval
	Missing    int  // approvals that are still to come
	InForce    bool // before there was a plan: nobody was asked
	Links      []ui.Link
}

// Condition is one thing that must hold.
type Condition struct {
	Title, Say, URL string
	Met             bool
	Pending         bool // waits for people rather than failing
}

// Approval is somebody's yes.
type Approval struct {
	Who    ui.Person
	When   string
	Lapsed bool // it does not count any more
}

// newCard makes the card of a gate.
func newCard(c *rollout.GateCase, now time.Time) CardProps {
	g := c.Gate
	p := CardProps{Title: c.Plan.GateTitle(g), Chips: chips(c, now), Does: steps[g.Kind].does, Overridden: overridden(c, now), InForce: g.InForce()}
	if g.PassedAt.IsZero() {
		p.Conditions, p.Folded = conditions(c, now)
	}
	zone, counting := c.Plan.Rollout.Zone(), c.Standing(now)
	for _, a := range g.Approvals {
		counts := slices.ContainsFunc(counting, func(b rollout.Approval) bool { return a.By == b.By })
		p.Approvals = append(p.Approvals, Approval{Who: ui.Person{Name: a.Name}, When: moment(a.At.In(zone), now.In(zone)), Lapsed: !counts})
	}
	if g.PassedAt.IsZero() && !(g.Overridden() && c.State(now) == rollout.GateOpen) {
		p.Missing = max(0, 2-len(counting))
	}
	return p
}

// chips say how the gate stands and that there is no way back.
func chips(c *rollout.GateCase, now time.Time) []ui.ChipProps {
	var out []ui.ChipProps
	switch c.State(now) {
	case rollout.GateOpen:
		out = append(out, ui.ChipProps{Label: "Open", Tone: ui.ToneWarn, Icon: ui.IconLockOpen})
	case rollout.GatePassed:
		out = append(out, ui.ChipProps{Label: "Passed", Tone: ui.ToneGood, Icon: ui.IconCircleCheck})
	default:
		out = append(out, ui.ChipProps{Label: "Locked", Icon: ui.IconLock})
	}
	out = append(out, ui.ChipProps{Label: "No undo", Tone: ui.ToneBad, Icon: ui.IconUndo2})
	if c.Gate.Override != nil {
		out = append(out, ui.ChipProps{Label: "Overridden", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert})
	}
	return out
}

// overridden says who opened the gate without its conditions the last time.
func overridden(c *rollout.GateCase, now time.Time) string {
	o := c.Gate.Override
	if o == nil {
		return ""
	}
	zone := c.Plan.Rollout.Zone()
	return o.Name + " opened it without its conditions on " + moment(o.At.In(zone), now.In(zone)) + ": " + o.Reason
}

// conditions returns those to show one by one, and those that hold and are many.
func conditions(c *rollout.GateCase, now time.Time) (shown, folded []Condition) {
	all := c.Conditions(now)
	for i, have := range all {
		one := Condition{Title: have.Title, Say: have.Say, URL: have.URL, Met: have.Met, Pending: i == len(all)-1}
		if have.Met && len(all) > many {
			folded = append(folded, one)
			continue
		}
		shown = append(shown, one)
	}
	return shown, folded
}

// held counts the conditions that hold: "14 of 17 hold".
func held(c *rollout.GateCase, now time.Time) (met, of int) {
	for _, have := range c.Conditions(now) {
		if have.Met {
			met++
		}
		of++
	}
	return met, of
}
