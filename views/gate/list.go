package gate

import (
	"time"

	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// ListProps is the page of all gates.
type ListProps struct {
	Sub       string
	Crumbs    []ui.Link
	Rows      []Row
	Alarms    []ui.Link // not seen yet, each leading to its gate
	Overrides []OverrideLine
}

// Row is a gate in the list.
type Row struct {
	Title, URL string
	State      ui.ChipProps
	More       string // until when it is open, on which day it was done
	Held       string
	Approvals  string
	Due        string
	Overridden bool
}

// NewList makes the page of all gates. overrides is every override, by gate.
func NewList(p *rollout.Plan, overrides map[int64][]rollout.Override, now time.Time) ListProps {
	now = now.In(p.Rollout.Zone())
	out := ListProps{Crumbs: []ui.Link{{Label: "Plan", URL: route.Plan}}}
	passed := 0
	for _, g := range p.Gates {
		c := &rollout.GateCase{Plan: p, Gate: g}
		if c.State(now) == rollout.GatePassed {
			passed++
		}
		out.Rows = append(out.Rows, row(c, now))
		for _, a := range g.Alarms {
			if a.SeenAt.IsZero() {
				out.Alarms = append(out.Alarms, ui.Link{Label: p.GateTitle(g) + ": " + a.Say, URL: route.Gate(g.ID)})
			}
		}
		out.Overrides = append(out.Overrides, overrideLines(c, overrides[g.ID], now)...)
	}
	if len(p.Gates) == 0 {
		return out
	}
	out.Sub = ui.Count(passed) + " of " + ui.Counted(len(p.Gates), "gate", "gates") + " passed"
	return out
}

func row(c *rollout.GateCase, now time.Time) Row {
	t, _ := c.Plan.Task(c.Gate.Task)
	met, of := held(c, now)
	r := Row{
		Title: c.Plan.GateTitle(c.Gate), URL: route.Gate(c.Gate.ID), State: chips(c, now)[0], Overridden: c.Gate.Override != nil,
		Held: ui.Count(met) + " of " + ui.Count(of), Approvals: ui.Count(len(c.Standing(now))) + " of 2",
	}
	if t.Due.Known() {
		r.Due = ui.Date(t.Due.Time(), now)
	}
	switch c.State(now) {
	case rollout.GateOpen:
		r.More = "until " + c.Until()
	case rollout.GatePassed:
		r.More, r.Held = "done on "+ui.Date(c.Gate.PassedOn.Time(), now), "–"
		if c.Gate.InForce() {
			r.More, r.Approvals, r.Due = "in force since "+ui.Date(c.Gate.PassedOn.Time(), now)+", before the plan", "–", "–"
		}
	}
	return r
}
