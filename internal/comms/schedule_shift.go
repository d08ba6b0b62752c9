package comms

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// Stay is why an occurrence keeps its day.
type Stay string

// The reasons to stay.
const (
	StaysNot    Stay = ""        // it moves
	StaysByHand Stay = "by_hand" // somebody set the day
	StaysGone   Stay = "gone"    // it went out, or its time passed
	StaysBegun  Stay = "begun"   // its rhythm has begun
)

// Shifted is what becomes of one occurrence when what it is planned against moves.
type Shifted struct {
	Message    MessageID
	Occurrence OccurrenceID
	From, To   day.Date // day.None: no day. To is where it would be if it did not stay
	Stays      Stay
	Dropped    bool // a rhythm has no such turn any more
}

// Shifts tells what the days of launches do to everything planned against them or
// after such a message. What stays is told only where its day would be another one. all is
// every message, launches every wave as it will be.
func Shifts(all []Message, launches []Launch, works WorkingDays) []Shifted {
	t := newTimetable(all, launches, works)
	var out []Shifted
	for _, m := range all {
		out = append(out, t.shifts(m)...)
	}
	return out
}

// Reschedule gives m the days that follow from launches, notes each in the audit log as done by by, and reports
// whether any changed. all is every message as it was before.
func (m *Message) Reschedule(all []Message, launches []Launch, by identity.Actor, today day.Date, works WorkingDays) bool {
	t := newTimetable(all, launches, works)
	changed := m.follow(t, by)
	return m.Extend(today, works) > 0 || changed
}

// follow moves what of m moves in t.
func (m *Message) follow(t *timetable, by identity.Actor) bool {
	moves := slices.DeleteFunc(t.shifts(*m), func(s Shifted) bool { return s.Stays != StaysNot })
	for _, s := range moves {
		m.shift(s)
	}
	if len(moves) == 0 {
		return false
	}
	if m.Every != Once {
		m.Begins = t.counted(*m)
	}
	m.record(by, "message.shifted", map[string]string{
		"occurrences": number(int64(len(moves))), "from": moves[0].From.String(), "to": moves[0].To.String(),
	})
	return true
}

func (m *Message) shift(s Shifted) {
	i := m.occurrence(s.Occurrence)
	if s.Dropped {
		m.Occurrences = slices.Delete(m.Occurrences, i, i+1)
		return
	}
	m.Occurrences[i].Day = s.To
}

// timetable knows on which day everything goes out when launches are as they will be.
type timetable struct {
	launches map[int]day.Date
	stood    map[MessageID]day.Date // the days messages went out on first, before
	messages map[MessageID]Message
	works    WorkingDays
	seeking  map[MessageID]bool
}

func newTimetable(all []Message, launches []Launch, works WorkingDays) *timetable {
	t := &timetable{
		launches: map[int]day.Date{}, stood: map[MessageID]day.Date{}, messages: map[MessageID]Message{}, works: works, seeking: map[MessageID]bool{},
	}
	for _, l := range launches {
		t.launches[l.Wave] = l.On
	}
	for _, m := range all {
		first, ok := m.First()
		if !ok {
			first.Day = day.None
		}
		t.messages[m.ID], t.stood[m.ID] = m, first.Day
	}
	return t
}

// bound reports whether the days of m follow from something else.
func (t *timetable) bound(m Message) bool {
	if leader, ok := t.messages[m.Follows]; ok && m.Follows != 0 {
		return leader.ID != m.ID
	}
	_, ok := t.launches[m.Wave]
	return ok
}

// from returns the day m is counted from, day.None while there is none.
func (t *timetable) from(m Message) day.Date {
	leader, follows := t.messages[m.Follows]
	if m.Follows == 0 || !follows {
		if on, ok := t.launches[m.Wave]; ok {
			return on
		}
		return day.None
	}
	return t.stands(leader)
}

// stands returns the day on which m goes out first.
func (t *timetable) stands(m Message) day.Date {
	first, ok := m.First()
	switch {
	case !ok || t.seeking[m.ID]:
		return day.None
	case !t.bound(m) || first.DaySet || first.State != Planned || m.Every != Once && m.Begun():
		return first.Day
	}
	t.seeking[m.ID] = true
	defer delete(t.seeking, m.ID)
	return t.first(m)
}

// first returns the working day m goes out on first.
func (t *timetable) first(m Message) day.Date {
	if m.Every == Once {
		return onto(t.from(m), m.Offset, t.works)
	}
	if on := t.counted(m); on.Known() {
		return t.works.OnOrAfter(on)
	}
	return day.None
}

// counted returns the day a rhythm is counted from.
func (t *timetable) counted(m Message) day.Date {
	if from := t.from(m); from.Known() {
		return from + day.Date(m.Offset)
	}
	return day.None
}

// turns returns the days of m by number: one, or those of its rhythm.
func (t *timetable) turns(m Message) map[int]day.Date {
	if m.Every == Once {
		return map[int]day.Date{1: t.first(m)}
	}
	out := map[int]day.Date{}
	for _, turn := range Turns(t.counted(m), m.Every, m.Until, day.Never, t.works) {
		out[turn.No] = turn.Day
	}
	return out
}

// rests reports whether the days of m follow from nothing, or from a message that stays where it is.
func (t *timetable) rests(m Message) bool {
	if !t.bound(m) {
		return true
	}
	leader, follows := t.messages[m.Follows]
	return m.Follows != 0 && follows && t.stands(leader) == t.stood[leader.ID]
}

func (t *timetable) shifts(m Message) []Shifted {
	t.seeking[m.ID] = true
	defer delete(t.seeking, m.ID)
	if t.rests(m) {
		return nil
	}
	turns := t.turns(m)
	var out []Shifted
	for _, o := range m.Occurrences {
		to, there := turns[o.No]
		s := Shifted{Message: m.ID, Occurrence: o.ID, From: o.Day, To: to, Stays: staying(m, o), Dropped: !there}
		if !there {
			s.To = day.None
		}
		if o.State == Cancelled || there && to == o.Day || !there && s.Stays != StaysNot {
			continue
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Shifted) int { return cmp.Compare(a.From, b.From) })
	return out
}

func staying(m Message, o Occurrence) Stay {
	switch {
	case o.State != Planned:
		return StaysGone
	case o.DaySet:
		return StaysByHand
	case m.Every != Once && m.Begun():
		return StaysBegun
	}
	return StaysNot
}
