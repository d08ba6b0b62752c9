package comms_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// weekdays is a calendar of Monday to Friday with days off.
type weekdays map[day.Date]bool

func (w weekdays) Works(d day.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !w[d]
}

func (w weekdays) OnOrBefore(d day.Date) day.Date {
	for !w.Works(d) {
		d--
	}
	return d
}

func (w weekdays) OnOrAfter(d day.Date) day.Date {
	for !w.Works(d) {
		d++
	}
	return d
}

var launchDay = day.Of(2026, time.December, 1) // a Tuesday

// thread is a pre-launch message, one that follows it, one set by hand, and a weekly rhythm, all of wave 1.
func thread() []comms.Message {
	one := func(id comms.MessageID, offset int, on day.Date) comms.Message {
		return comms.Message{
			ID: id, Wave: 1, Offset: offset, Until: day.None, Begins: day.None, Version: 1,
			Occurrences: []comms.Occurrence{{ID: comms.OccurrenceID(id * 10), Message: id, No: 1, Day: on, At: "09:00", Zone: "Europe/Berlin", State: comms.Planned, Version: 1}},
		}
	}
	leads, follows, byHand, weekly := one(1, -14, launchDay-14), one(2, 3, launchDay-11), one(3, 0, launchDay), one(4, 14, launchDay+14)
	follows.Follows = 1
	byHand.Occurrences[0].DaySet = true
	weekly.Every = comms.EveryWeek
	weekly.Occurrences = nil
	weekly.Schedule(comms.Slot{Day: launchDay + 14, At: "09:00", Zone: "Europe/Berlin"}, launchDay, weekdays{})
	for i := range weekly.Occurrences {
		weekly.Occurrences[i].ID = comms.OccurrenceID(40 + i)
	}
	return []comms.Message{leads, follows, byHand, weekly}
}

func launches(on day.Date) []comms.Launch { return []comms.Launch{{Wave: 1, Name: "Wave 1", On: on}} }

func TestMovingALaunchMovesWhatIsPlannedAgainstIt(t *testing.T) {
	all := thread()
	moves, stays := map[comms.OccurrenceID]day.Date{}, map[comms.OccurrenceID]comms.Stay{}
	for _, s := range comms.Shifts(all, launches(launchDay+7), weekdays{}) {
		if s.Stays == comms.StaysNot {
			moves[s.Occurrence] = s.To
		} else {
			stays[s.Occurrence] = s.Stays
		}
	}
	if moves[10] != launchDay-7 || moves[20] != launchDay-4 || moves[40] != launchDay+21 || moves[41] != launchDay+28 {
		t.Errorf("moved: %v", moves)
	}
	if len(stays) != 1 || stays[30] != comms.StaysByHand {
		t.Errorf("stays: %v", stays)
	}
}

func TestWhatFollowsWhatStaysStays(t *testing.T) {
	all := thread()
	all[0].Occurrences[0].State = comms.Gone
	for _, s := range comms.Shifts(all, launches(launchDay+7), weekdays{}) {
		if s.Message == 2 || s.Message == 1 && s.Stays != comms.StaysGone {
			t.Errorf("%+v", s)
		}
	}
}

func TestRhythmThatHasBegunStays(t *testing.T) {
	all := thread()
	all[3].Occurrences[0].State = comms.Gone
	for _, s := range comms.Shifts(all, launches(launchDay+7), weekdays{}) {
		if s.Message == 4 && s.Stays == comms.StaysNot {
			t.Errorf("%+v", s)
		}
	}
}

func TestLaunchWithoutADayLeavesOneTurn(t *testing.T) {
	weekly := thread()[3]
	if !weekly.Reschedule(thread(), launches(day.None), identity.Operator(), launchDay, weekdays{}) {
		t.Fatal("nothing changed")
	}
	if len(weekly.Occurrences) != 1 || weekly.Occurrences[0].Day.Known() {
		t.Fatalf("%v", weekly.Occurrences)
	}
	all := thread()
	all[3] = weekly
	weekly.Reschedule(all, launches(launchDay), identity.Operator(), launchDay, weekdays{})
	if want := thread()[3]; len(weekly.Occurrences) != len(want.Occurrences) || weekly.Occurrences[3].Day != want.Occurrences[3].Day {
		t.Errorf("with its day again: %v", weekly.Occurrences)
	}
}

func TestFollowersMoveAlong(t *testing.T) {
	got := comms.Moves(thread(), 10, launchDay-12, weekdays{}) // from a Tuesday to a Thursday: its follower to Monday
	want := []comms.Shifted{{Message: 2, Occurrence: 20, From: launchDay - 11, To: launchDay - 8}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if got := comms.Moves(thread(), 41, launchDay+22, weekdays{}); len(got) != 0 {
		t.Errorf("with a later turn of a rhythm: %+v", got)
	}
}

func TestCircleOfFollowersEnds(t *testing.T) {
	all := thread()
	all[0].Follows = 2
	comms.Shifts(all, launches(launchDay+7), weekdays{})
	comms.Moves(all, 10, launchDay, weekdays{})
}

// TestShiftingThereAndBack holds that a launch that moves and moves back leaves everything as it was, and
// that days keep their order and are working days.
func TestShiftingThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		off := weekdays{}
		for _, n := range rapid.SliceOfN(rapid.IntRange(-60, 200), 0, 12).Draw(t, "days off") {
			off[launchDay+day.Date(n)] = true
		}
		by := day.Date(rapid.IntRange(-40, 120).Draw(t, "by"))
		all := thread()
		settle(all, launchDay+60, off) // onto this calendar: so far that every message moves
		settle(all, launchDay, off)
		was := days(all)
		settle(all, launchDay+by, off)
		for _, m := range all {
			for i, o := range m.Occurrences {
				if !o.DaySet && !off.Works(o.Day) {
					t.Fatalf("message %d on a day off, %v", m.ID, o.Day)
				}
				if o.At != "09:00" || o.Zone != "Europe/Berlin" {
					t.Fatalf("the clock of message %d shows %s %s", m.ID, o.At, o.Zone)
				}
				if i > 0 && o.Day <= m.Occurrences[i-1].Day {
					t.Fatalf("turns of message %d out of order: %v", m.ID, m.Occurrences)
				}
			}
		}
		if all[1].Occurrences[0].Day < all[0].Occurrences[0].Day+3 {
			t.Fatal("a follower goes out too early")
		}
		settle(all, launchDay, off)
		if now := days(all); !slices.Equal(was[:min(len(was), len(now))], now[:min(len(was), len(now))]) {
			t.Fatalf("there and back: %v, was %v", now, was)
		}
	})
}

// settle gives all messages the days of a launch.
func settle(all []comms.Message, launch day.Date, works comms.WorkingDays) {
	before := slices.Clone(all)
	for i := range all {
		all[i].Occurrences = slices.Clone(all[i].Occurrences)
		all[i].Reschedule(before, launches(launch), identity.Operator(), launchDay, works)
		kept(&all[i])
	}
}

// kept does what keeping a message does: its occurrences have ids and are read by day.
func kept(m *comms.Message) {
	for i := range m.Occurrences {
		if o := &m.Occurrences[i]; o.ID == 0 {
			lastOccurrence++
			o.ID = lastOccurrence
		}
	}
	slices.SortStableFunc(m.Occurrences, func(a, b comms.Occurrence) int { return cmp.Compare(a.Day, b.Day) })
}

var lastOccurrence comms.OccurrenceID = 1000

func days(all []comms.Message) []day.Date {
	var out []day.Date
	for _, m := range all {
		for _, o := range m.Occurrences {
			out = append(out, o.Day)
		}
	}
	return out
}
