package comms

import (
	"slices"

	"groundswell/internal/day"
)

// Slot is when something goes out: a day and a time of a wall clock in a zone.
type Slot struct {
	Day  day.Date
	At   string // "09:00"
	Zone string // IANA name
}

// Horizon is how many days ahead the occurrences of a rhythm are there; every night adds to them.
const Horizon = 90

// onto moves a day that was counted by an offset to a working day: back before what it is
// counted from, on after it, and not at all on the day itself.
func onto(from day.Date, offset int, works WorkingDays) day.Date {
	on := from + day.Date(offset)
	switch {
	case !from.Known():
		return day.None
	case offset < 0:
		return works.OnOrBefore(on)
	case offset > 0:
		return works.OnOrAfter(on)
	}
	return on
}

// Schedule gives a new message its occurrences: one, or those of its rhythm within [Horizon] of today.
func (m *Message) Schedule(slot Slot, today day.Date, works WorkingDays) {
	m.Occurrences, m.Begins = nil, day.None
	if m.Every == Once {
		m.add(Turn{No: 1, Day: slot.Day}, slot)
		return
	}
	m.Begins = slot.Day
	m.extend(slot, today+Horizon, works)
}

// extend adds the occurrences of a rhythm up to a day that are not there yet. The first
// is there even without a day or beyond it. It reports how many it added.
func (m *Message) extend(slot Slot, horizon day.Date, works WorkingDays) int {
	added := 0
	for _, turn := range Turns(m.Begins, m.Every, m.Until, horizon, works) {
		if !slices.ContainsFunc(m.Occurrences, func(o Occurrence) bool { return o.No == turn.No }) {
			m.add(turn, slot)
			added++
		}
	}
	return added
}

func (m *Message) add(turn Turn, slot Slot) {
	m.Occurrences = append(m.Occurrences, Occurrence{
		Message: m.ID, No: turn.No, Day: turn.Day, At: slot.At, Zone: slot.Zone, State: Planned,
	})
}

// Extend adds the occurrences of a rhythm that come within [Horizon] of today, at the time of
// the last one, and reports how many it added. An archived message gets none.
func (m *Message) Extend(today day.Date, works WorkingDays) int {
	if m.Every == Once || len(m.Occurrences) == 0 || !m.ArchivedAt.IsZero() {
		return 0
	}
	if first, ok := m.First(); !m.Begins.Known() && ok {
		m.Begins = first.Day
	}
	if !m.Begins.Known() {
		return 0
	}
	latest := slices.MaxFunc(m.Occurrences, func(a, b Occurrence) int { return a.No - b.No })
	return m.extend(Slot{At: latest.At, Zone: latest.Zone}, today+Horizon, works)
}

// occurrence returns the place of an occurrence, -1 when there is none.
func (m *Message) occurrence(id OccurrenceID) int {
	return slices.IndexFunc(m.Occurrences, func(o Occurrence) bool { return o.ID == id })
}

// First returns the first occurrence by number that was not cancelled; false when there is none.
func (m Message) First() (Occurrence, bool) {
	var first Occurrence
	for _, o := range m.Occurrences {
		if o.State != Cancelled && (first.No == 0 || o.No < first.No) {
			first = o
		}
	}
	return first, first.No != 0
}

// Begun reports whether an occurrence of m went out, or its time passed.
func (m Message) Begun() bool {
	return slices.ContainsFunc(m.Occurrences, func(o Occurrence) bool { return o.State != Planned && o.State != Cancelled })
}
