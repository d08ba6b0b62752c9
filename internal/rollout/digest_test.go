package rollout

import (
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
)

func at(t *testing.T, zone, text string) time.Time {
	t.Helper()
	z, ok := Zone(zone)
	if !ok {
		t.Fatalf("no zone %s", zone)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestDigestsGroupWhatWaitsOnEach(t *testing.T) {
	p := running(
		Task{Title: "Late", Owner: danaOwner, Due: day.Of(2026, 12, 1)},
		Task{Title: "Later", Role: "it", Due: day.Of(2026, 11, 30), WaitsFor: []TaskID{1}},
		Task{Title: "Today", Owner: Person{Name: "Dana", Email: "DANA@example.com"}, Due: day.Of(2026, 12, 2)},
		Task{Title: "Soon", Scope: PerWave, Wave: 1, Owner: danaOwner, Due: day.Of(2026, 12, 7)},
		Task{Title: "Not soon", Owner: danaOwner, Due: day.Of(2026, 12, 8)},
		Task{Title: "Done", Owner: danaOwner, Due: day.Of(2026, 12, 1), State: Done},
		Task{Title: "No date", Owner: danaOwner, Due: day.None},
		Task{Title: "Nobody's", Role: "free", Due: day.Of(2026, 12, 1)},
		Task{Title: "His", Owner: Person{Name: "Abel", Email: "abel@example.com"}, Due: day.Of(2026, 12, 3)},
	)
	got := Digests(p, began)
	if len(got) != 2 || got[0].To.Name != "Abel" || got[0].Subject != "Your tasks: 1 due by Mon 7 Dec" {
		t.Fatalf("%+v", got)
	}
	want := `Overdue
- Mon 30 Nov: Later, waits for “Late”
- Tue 1 Dec: Late

Due by Mon 7 Dec
- Wed 2 Dec: Today
- Mon 7 Dec: Soon (Wave 1)`
	if lines := strings.Join(got[1].Lines(), "\n"); lines != want || got[1].Subject != "Your tasks: 2 overdue, 2 due by Mon 7 Dec" {
		t.Errorf("%s\n%s", got[1].Subject, lines)
	}
}

// TestDigestsKeepTheDaysOfTheirZone looks around midnight, in places that move
// their clocks and in one a day ahead.
func TestDigestsKeepTheDaysOfTheirZone(t *testing.T) {
	for _, tc := range []struct {
		zone, when string
		due        day.Date
		want       string // the group, "" for no digest
	}{
		{"Europe/Berlin", "2026-03-27 23:30", day.Of(2026, 3, 27), "Due by Wed 1 Apr"}, // the Friday before clocks go on
		{"Europe/Berlin", "2026-03-30 00:30", day.Of(2026, 3, 27), "Overdue"},          // the Monday after; 23:30 in UTC is still Sunday
		{"Europe/Berlin", "2026-03-29 12:00", day.Of(2026, 3, 27), ""},                 // Sunday
		{"Europe/Berlin", "2026-10-26 00:30", day.Of(2026, 10, 26), "Due by Thu 29 Oct"},
		{"America/New_York", "2026-11-02 00:15", day.Of(2026, 11, 1), "Overdue"}, // clocks went back the day before
		{"America/New_York", "2026-10-30 23:59", day.Of(2026, 10, 30), "Due by Wed 4 Nov"},
		{"Pacific/Apia", "2026-04-06 00:10", day.Of(2026, 4, 6), "Due by Thu 9 Apr"}, // in UTC it is Sunday, 11 o'clock
		{"Pacific/Apia", "2026-04-07 00:10", day.Of(2026, 4, 6), "Overdue"},
	} {
		p := running(Task{Owner: danaOwner, Due: tc.due})
		p.Rollout.TimeZone = tc.zone
		got := ""
		for _, d := range Digests(p, at(t, tc.zone, tc.when).UTC()) {
			got = d.Groups[0].Title
		}
		if got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.zone, tc.when, got, tc.want)
		}
	}
}

func TestDigestsKnowDaysOff(t *testing.T) {
	p := running(Task{Owner: danaOwner, Due: day.Of(2026, 12, 30)})
	p.Rollout.Calendar.DaysOff = []day.Date{day.Of(2026, 12, 25), day.Of(2026, 12, 28)}
	if got := Digests(p, time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC)); len(got) != 1 || got[0].Groups[0].Title != "Due by Thu 31 Dec" {
		t.Errorf("before the days off: %+v", got)
	}
	if got := Digests(p, time.Date(2026, 12, 25, 9, 0, 0, 0, time.UTC)); got != nil {
		t.Errorf("on a day off: %+v", got)
	}
}

// TestAGoAheadLastsElapsedHours opens a gate the day before clocks move: a day of
// 23 or 25 hours changes nothing.
func TestAGoAheadLastsElapsedHours(t *testing.T) {
	for _, tc := range []struct{ zone, opened, last string }{
		{"Europe/Berlin", "2026-03-28 12:00", "2026-03-29 13:00"},
		{"Europe/Berlin", "2026-10-24 12:00", "2026-10-25 11:00"},
		{"America/New_York", "2026-10-31 12:00", "2026-11-01 11:00"},
		{"Pacific/Apia", "2026-06-01 12:00", "2026-06-02 12:00"},
	} {
		g := Gate{OpenedAt: at(t, tc.zone, tc.opened)}
		end := at(t, tc.zone, tc.last)
		if g.State(end.Add(-time.Second)) != GateOpen || g.State(end) != GateLocked {
			t.Errorf("%s opened %s: %s a second before %s, %s then", tc.zone, tc.opened, g.State(end.Add(-time.Second)), tc.last, g.State(end))
		}
	}
}

func TestWorkingDays(t *testing.T) {
	c := Calendar{DaysOff: []day.Date{day.Of(2026, 12, 25)}}
	thursday := day.Of(2026, 12, 24)
	for n, want := range []day.Date{thursday, day.Of(2026, 12, 28), day.Of(2026, 12, 29)} {
		if got := c.After(thursday, n); got != want {
			t.Errorf("%d after: %s, want %s", n, got, want)
		}
		if got := c.Before(want, n); got != thursday {
			t.Errorf("%d before %s: %s", n, want, got)
		}
	}
}
