package comms

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// farthest is how many days ahead something may be planned.
const farthest = 730

const (
	sayMoving    = "Only a rollout lead and whoever owns a message change when it goes out."
	sayStale     = "Somebody else changed this message meanwhile. Nothing was changed by you."
	sayWent      = "It went out, or its time has passed. It cannot be moved any more."
	sayCancelled = "It was cancelled."
)

// Moves tells what moves along when an occurrence goes to another day: whatever follows
// its message, however far, as many days after it as before and on working days. What went out, was
// set by hand or is a rhythm that has begun stays, and so does what follows it. The occurrence itself is not among them.
func Moves(all []Message, moved OccurrenceID, to day.Date, works WorkingDays) []Shifted {
	leader, t, ok := moving(all, moved, to, works)
	if !ok {
		return nil
	}
	var out []Shifted
	for _, m := range all {
		if m.ID != leader {
			out = append(out, slices.DeleteFunc(t.shifts(m), func(s Shifted) bool { return s.Stays != StaysNot })...)
		}
	}
	return out
}

// moving returns the timetable in which an occurrence is on another day; false when nothing follows from that.
func moving(all []Message, moved OccurrenceID, to day.Date, works WorkingDays) (MessageID, *timetable, bool) {
	at := slices.IndexFunc(all, func(m Message) bool { return m.occurrence(moved) >= 0 })
	if at < 0 {
		return 0, nil, false
	}
	m := all[at]
	i := m.occurrence(moved)
	if first, _ := m.First(); first.ID != moved || !to.Known() {
		return 0, nil, false
	}
	t := newTimetable(all, nil, works)
	m.Occurrences = slices.Clone(m.Occurrences)
	m.Occurrences[i].Day, m.Occurrences[i].DaySet = to, true
	t.messages[m.ID] = m
	return m.ID, t, true
}

// Move puts an occurrence on another day or time; version is the message's as the mover saw
// it. With followers, what [Moves] tells goes along. The approval stands: text, audience and
// channels were approved, and the audit log says who moved it.
func (s *Service) Move(ctx context.Context, by identity.Actor, id MessageID, o OccurrenceID, to Slot, version int, withFollowers bool, works WorkingDays, now time.Time) error {
	if err := to.Check(now); err != nil {
		return err
	}
	return s.Keeper.UpdateFollowed(ctx, id, now, func(all []*Message) error {
		m := all[0]
		if err := m.mayChange(by, version); err != nil {
			return err
		}
		_, t, leads := moving(values(all), o, to.Day, works)
		if err := m.move(by, o, to); err != nil || !leads || !withFollowers {
			return err
		}
		return follow(all[1:], t, by)
	})
}

func values(all []*Message) []Message {
	out := make([]Message, len(all))
	for i, m := range all {
		out[i] = *m
		out[i].Occurrences = slices.Clone(m.Occurrences)
	}
	return out
}

// follow moves followers along in t.
func follow(all []*Message, t *timetable, by identity.Actor) error {
	for _, m := range all {
		if m.follow(t, by) && !m.MayWrite(by) {
			say := "“" + m.Title + "” follows it and is somebody else’s. Move this one alone, or ask a rollout lead."
			return fault.New(fault.Forbidden, say)
		}
	}
	return nil
}

func (m *Message) mayChange(by identity.Actor, version int) error {
	switch {
	case !m.MayWrite(by):
		return fault.New(fault.Forbidden, sayMoving)
	case version != m.Version:
		return fault.New(fault.Conflict, sayStale)
	}
	return nil
}

func (m *Message) move(by identity.Actor, id OccurrenceID, to Slot) error {
	i := m.occurrence(id)
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such time of this message.")
	}
	o := &m.Occurrences[i]
	if err := o.stillPlanned(); err != nil {
		return err
	}
	if o.Day == to.Day && o.At == to.At && o.Zone == to.Zone {
		return nil
	}
	m.record(by, "message.moved", map[string]string{
		"occurrence": number(int64(id)), "from": o.Day.String() + " " + o.At, "to": to.Day.String() + " " + to.At, "zone": to.Zone,
	})
	o.DaySet = o.DaySet || o.Day != to.Day
	o.Day, o.At, o.Zone, o.Reason = to.Day, to.At, to.Zone, ""
	return nil
}

func (o Occurrence) stillPlanned() error {
	switch o.State {
	case Planned:
		return nil
	case Cancelled:
		return fault.New(fault.Conflict, sayCancelled)
	}
	return fault.New(fault.Conflict, sayWent)
}

// Check refuses a slot that is not one, or is over.
func (s Slot) Check(now time.Time) error {
	if _, err := time.Parse("15:04", s.At); err != nil || len(s.At) != len("15:04") {
		return fault.Field("at", "Write the time as 09:00.")
	}
	if s.Zone == "" || s.Zone == "Local" {
		return fault.Field("zone", "Choose a time zone.")
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return fault.Field("zone", "There is no such time zone.")
	}
	today := todayIn(zone, now)
	switch {
	case !s.Day.Known():
		return fault.Field("day", "Choose a day.")
	case s.Day < today:
		return fault.Field("day", "That day is over.")
	case s.Day > today+farthest:
		return fault.Field("day", "That is more than two years ahead.")
	}
	return nil
}

func todayIn(zone *time.Location, now time.Time) day.Date {
	y, m, d := now.In(zone).Date()
	return day.Of(y, m, d)
}

// Cancel takes one occurrence out for good: it never goes out. Others of its rhythm stay.
func (s *Service) Cancel(ctx context.Context, by identity.Actor, id MessageID, o OccurrenceID, reason string, version int, now time.Time) error {
	_, err := s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error {
		if err := m.mayChange(by, version); err != nil {
			return err
		}
		i := m.occurrence(o)
		if i < 0 {
			return fault.New(fault.NotFound, "There is no such time of this message.")
		}
		if err := m.Occurrences[i].stillPlanned(); err != nil {
			return err
		}
		m.Occurrences[i].State, m.Occurrences[i].Reason = Cancelled, strings.TrimSpace(reason)
		m.record(by, "message.cancelled", map[string]string{"occurrence": number(int64(o))})
		return nil
	})
	return err
}

// End ends a rhythm: nothing of it goes out after last.
func (s *Service) End(ctx context.Context, by identity.Actor, id MessageID, last day.Date, version int, now time.Time) error {
	_, err := s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error {
		if err := m.mayChange(by, version); err != nil {
			return err
		}
		return m.end(by, last)
	})
	return err
}

func (m *Message) end(by identity.Actor, last day.Date) error {
	switch {
	case m.Every == Once:
		return fault.New(fault.Invalid, "It goes out once. Cancel it instead.")
	case !last.Known():
		return fault.Field("until", "Choose the last day.")
	}
	m.Until = last
	m.Occurrences = slices.DeleteFunc(m.Occurrences, func(o Occurrence) bool { return o.State == Planned && o.No > 1 && o.Day > last })
	for i, o := range m.Occurrences {
		if o.State == Planned && o.Day.Known() && o.Day > last {
			m.Occurrences[i].State, m.Occurrences[i].Reason = Cancelled, "The rhythm ended before it."
		}
	}
	m.record(by, "message.ended", map[string]string{"until": last.String()})
	return nil
}

// Cautions says what speaks against a slot for an occurrence of m, in sentences; launch is
// that of its wave, leader the first time of the message it follows. None of them forbids it.
func (m Message) Cautions(to Slot, launch Launch, leader Occurrence, works WorkingDays, now time.Time) []string {
	var out []string
	if due, ok := due(to.Day, to.At, to.Zone); ok && !due.After(now) {
		out = append(out, "That time has passed: it goes out right away.")
	}
	if !works.Works(to.Day) {
		out = append(out, dayName(to.Day)+" is a day off.")
	}
	if say := m.Stage.outside(to.Day, launch); say != "" {
		out = append(out, say)
	}
	if leader.Day.Known() && m.Follows != 0 && to.Day < leader.Day {
		out = append(out, "The message it follows goes out later, on "+dayName(leader.Day)+".")
	}
	if m.Until.Known() && to.Day > m.Until {
		out = append(out, "Its rhythm ends on "+dayName(m.Until)+".")
	}
	return out
}

// firstWeek is how many days after a launch its first week lasts.
const firstWeek = 7

// outside says that a day lies outside the stage of a launch, "" when it does not.
func (s Stage) outside(on day.Date, launch Launch) string {
	if !launch.On.Known() {
		return ""
	}
	after := int(on - launch.On)
	fits := map[Stage]bool{PreLaunch: after < 0, LaunchDay: after == 0, FirstWeek: after > 0 && after <= firstWeek, Ongoing: true}
	if fits[s] {
		return ""
	}
	return cmp.Or(launch.Name, "The wave") + " opens on " + dayName(launch.On) + ": this day is not in “" + s.Name() + "”."
}

// dayName writes a day as people say it: "Thu 19 Nov".
func dayName(d day.Date) string { return d.Time().Format("Mon 2 Jan") }

func number(n int64) string { return strconv.FormatInt(n, 10) }
