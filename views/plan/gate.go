package plan

import (
	"strings"
	"time"

	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Gate is the card of the gate that comes next.
type Gate struct {
	Title, Why string
	Chips      []ui.ChipProps
	Conditions []Condition
	Approvals  []Approval
	URL        string
	Act        string // what its page is for now
}

// Condition is one thing that must hold.
type Condition struct {
	Title, Say, URL string
	Met             bool
}

// Approval is somebody's yes.
type Approval struct {
	Who  ui.Person
	When string
}

// approvers is how many people must say yes before a gate opens.
const approvers = 2

func (r Reader) nextGateCard() *Gate {
	g, t, ok := r.nextGate()
	if !ok {
		return nil
	}
	card := &Gate{Title: strings.TrimPrefix(t.Title, "Gate: "), Why: t.Why, URL: route.Gate(g.ID), Act: "See what is missing"}
	card.Chips = []ui.ChipProps{{Label: "Locked", Icon: ui.IconLock}}
	if g.Effective(r.Plan, r.Plan.Basis, r.Now) == rollout.GateOpen {
		card.Chips[0], card.Act = ui.ChipProps{Label: "Open", Tone: ui.ToneTide, Icon: ui.IconLockOpen}, "Record that it was done"
	}
	if t.NoUndo {
		card.Chips = append(card.Chips, ui.ChipProps{Label: "No undo", Tone: ui.ToneBad, Icon: ui.IconUndo2})
	}
	for _, c := range r.Conditions(g) {
		card.Conditions = append(card.Conditions, Condition{Title: c.Title, Say: c.Say, URL: c.URL, Met: c.Met})
	}
	for _, a := range g.Approvals {
		card.Approvals = append(card.Approvals, Approval{Who: ui.Person{Name: nameOf(a.Person)}, When: when(a.At, r.Now)})
	}
	return card
}

// missing is how many more approvals a gate needs.
func (g Gate) missing() int { return max(0, approvers-len(g.Approvals)) }

// Line is a line of what happened.
type Line struct {
	When, Day string // the time today, the day before; the day in full
	Who, Say  string
	Task, URL string // "" where there is no task to go to
}

// lines words what happened, leaving out tasks that the reader may not know of.
func (r Reader) lines(events []rollout.TaskActivity) []Line {
	out := []Line{}
	for _, e := range events {
		t, ok := r.Plan.Task(e.Task)
		if !ok || !r.Plan.Visible(r.Actor, t) {
			continue
		}
		l := r.line(e.Activity)
		l.Task, l.URL = t.Title, route.Task(int64(t.ID))
		out = append(out, l)
	}
	return out
}

func (r Reader) line(a rollout.Activity) Line {
	return Line{When: lately(a.At, r.Now), Day: when(a.At, r.Now), Who: a.By, Say: a.Say}
}

// lately writes a moment in a narrow column: the time today, the weekday this week, else the day.
func lately(at, now time.Time) string {
	at = at.In(now.Location())
	switch days := now.Sub(at).Hours() / 24; {
	case at.YearDay() == now.YearDay() && at.Year() == now.Year():
		return ui.Clock(at)
	case days < 6:
		return at.Format("Mon")
	}
	return ui.DayMonth(at, now)
}

// when writes a moment in full: Thu 19 Nov, 06:12.
func when(at, now time.Time) string {
	at = at.In(now.Location())
	return ui.Date(at, now) + ", " + ui.Clock(at)
}

// clock writes the time of day, with the day when it is not today's.
func clock(at, now time.Time) string {
	at = at.In(now.Location())
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return ui.Clock(at)
	}
	return when(at, now)
}
