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
	Held       []Condition // folded, where there are many
	Approvals  []Approval
	URL        string
	Act        string // what its page is for now
}

// Condition is one thing that must hold.
type Condition struct {
	Title, Say, URL string
	Met             bool
	Pending         bool // waits for people rather than failing
}

// Approval is somebody's yes.
type Approval struct {
	Who  ui.Person
	When string
}

// approvers is how many people must say yes before a gate opens.
const approvers = 2

// many is how many conditions are shown one by one; of more, those that hold are folded.
const many = 6

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
	all := r.Conditions(g)
	for i, c := range all {
		one := Condition{Title: c.Title, Say: c.Say, URL: c.URL, Met: c.Met, Pending: i == len(all)-1}
		if c.Met && len(all) > many {
			card.Held = append(card.Held, one)
			continue
		}
		card.Conditions = append(card.Conditions, one)
	}
	for _, a := range g.Approvals {
		card.Approvals = append(card.Approvals, Approval{Who: ui.Person{Name: nameOf(a.Person)}, When: when(a.At, r.Now)})
	}
	return card
}

// missing is how many more approvals a gate needs.
func (g Gate) missing() int { return max(0, approvers-len(g.Approvals)) }

// recent writes a moment in a narrow column: the time today, the weekday this week, else the day.
func recent(at, now time.Time) string {
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
