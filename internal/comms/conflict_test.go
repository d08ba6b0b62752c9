package comms_test

import (
	"slices"
	"testing"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// told is a message that goes out on a day, by channels, to an audience.
func told(id comms.MessageID, on day.Date, a comms.Audience, channels ...int) comms.Message {
	return comms.Message{ID: id, Text: comms.Text{Audience: a, Channels: channels}, Occurrences: []comms.Occurrence{
		{ID: comms.OccurrenceID(id), Message: id, No: 1, Day: on, At: "09:00", Zone: "UTC", State: comms.Planned},
	}}
}

func TestConflictsAreOfOneDayOneChannelAndTheSamePeople(t *testing.T) {
	wave := func(id int, stages ...comms.PersonStage) comms.Audience {
		return comms.Audience{Who: comms.WhoPeople, Waves: []int{id}, Stages: stages}
	}
	all := []comms.Message{
		told(1, launchDay, wave(1), 1), told(2, launchDay, wave(1, comms.StageSignedIn), 1, 2),
		told(3, launchDay, wave(2), 1), told(4, launchDay+1, wave(1), 1), told(5, launchDay, wave(1), 3),
		told(6, launchDay, comms.Audience{Who: comms.WhoRoles, Roles: []identity.Role{identity.Executive}}, 1),
		told(7, day.None, wave(1), 1), told(8, launchDay, wave(1, comms.StageHabitual), 1),
	}
	all = append(all, told(9, launchDay, wave(1), 1))
	all[8].Occurrences[0].State = comms.Cancelled
	var got [][2]comms.OccurrenceID
	for _, c := range comms.Conflicts(all) {
		if c.Day != launchDay {
			t.Errorf("a conflict on %v", c.Day)
		}
		got = append(got, [2]comms.OccurrenceID{c.A, c.B})
	}
	if want := [][2]comms.OccurrenceID{{1, 2}, {1, 6}, {1, 8}, {2, 6}, {3, 6}, {6, 8}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTurnsFallOnWorkingDaysAndAscend(t *testing.T) {
	off := weekdays{}
	for d := day.Of(2026, 12, 21); d <= day.Of(2027, 1, 1); d++ {
		off[d] = true
	}
	var got []string
	for _, turn := range comms.Turns(day.Of(2026, 12, 16), comms.EveryWeek, day.None, day.Of(2027, 1, 14), off) {
		got = append(got, turn.Day.String())
	}
	if want := []string{"2026-12-16", "2027-01-04", "2027-01-06", "2027-01-13"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	got = nil
	for _, turn := range comms.Turns(day.Of(2026, 10, 31), comms.EveryMonth, day.Of(2027, 3, 1), day.Never, weekdays{}) {
		got = append(got, turn.Day.String())
	}
	if want := []string{"2026-11-02", "2026-11-30", "2026-12-31", "2027-02-01", "2027-03-01"}; !slices.Equal(got, want) {
		t.Errorf("by month: %v, want %v", got, want)
	}
}

func TestCautionsSayWhatSpeaksAgainstADay(t *testing.T) {
	m := thread()[0]
	m.Stage = comms.PreLaunch
	now := launchDay.Time()
	launch := comms.Launch{Wave: 1, Name: "Wave 1", On: launchDay}
	says := func(on day.Date, at string) []string {
		return m.Cautions(comms.Slot{Day: on, At: at, Zone: "UTC"}, launch, comms.Occurrence{Day: day.None}, weekdays{}, now)
	}
	if got := says(launchDay-1, "09:00"); len(got) != 1 || got[0] != "That time has passed: it goes out right away." {
		t.Errorf("%q", got)
	}
	if got := says(launchDay+4, "09:00"); !slices.Equal(got, []string{"Sat 5 Dec is a day off.", "Wave 1 opens on Tue 1 Dec: this day is not in “Pre-launch”."}) {
		t.Errorf("%q", got)
	}
}
