package comms

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
)

// Whatever days are worked and whatever month it is: everything on a day of the month
// stands in one cell, in order, under the head of its day.
func TestMonthHoldsEverythingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month := day.Date(rapid.IntRange(0, 40_000).Draw(t, "month")).Month().From
		var weekdays []time.Weekday
		for d := range time.Weekday(7) {
			if rapid.Bool().Draw(t, d.String()) {
				weekdays = append(weekdays, d)
			}
		}
		on := map[day.Date]int{}
		for range rapid.IntRange(0, 40).Draw(t, "entries") {
			on[month+day.Date(rapid.IntRange(-9, 40).Draw(t, "day"))]++
		}
		today := month + day.Date(rapid.IntRange(-5, 35).Draw(t, "today"))
		var p MonthProps
		p.Fill(month, weekdays, func(d day.Date) Day {
			return Day{Date: d, Today: d == today, Entries: make([]Entry, on[d])}
		})
		seen, last := map[day.Date]int{}, day.None
		todays := 0
		for _, week := range p.Weeks {
			if len(week) != len(p.Heads) {
				t.Fatalf("%d cells under %d heads", len(week), len(p.Heads))
			}
			for i, c := range week {
				if c.Rest != (p.Rest && i == len(week)-1) || !c.Rest && (len(c.Days) != 1 || c.Days[0].Date.Weekday().String()[:3] != p.Heads[i]) {
					t.Fatalf("cell %d of %v holds %+v", i, p.Heads, c)
				}
				for _, d := range c.Days {
					seen[d.Date]++
					if d.Out == month.Month().Contains(d.Date) || !c.Rest && d.Date <= last {
						t.Fatalf("%v is out of place", d.Date)
					}
					if !c.Rest {
						last = d.Date
					}
					if d.Today {
						todays++
					}
				}
			}
		}
		for d := month.Month().From; d <= month.Month().To; d++ {
			if on[d] > 0 && seen[d] != 1 || seen[d] > 1 {
				t.Fatalf("%v with %d entries is shown %d times", d, on[d], seen[d])
			}
		}
		if month.Month().Contains(today) != (todays == 1) && todays != 1 {
			t.Fatalf("today is shown %d times", todays)
		}
	})
}

func TestWeeksBeginAfterTheirRest(t *testing.T) {
	for _, c := range []struct {
		worked []time.Weekday
		first  time.Weekday
	}{
		{nil, time.Monday},
		{[]time.Weekday{0, 1, 2, 3, 4}, time.Sunday},
		{[]time.Weekday{6, 0, 1, 2, 3}, time.Saturday},
		{[]time.Weekday{0, 1, 2, 3, 4, 5, 6}, time.Monday},
		{[]time.Weekday{1, 2, 4, 5}, time.Monday},
		{[]time.Weekday{3}, time.Wednesday},
	} {
		if got := Worked(c.worked); got[0] != c.first {
			t.Errorf("%v begins on %v, not %v", c.worked, got[0], c.first)
		}
	}
}

// November 2026 begins on a Sunday: nothing is on it, so it takes no row and no column.
func TestNovember(t *testing.T) {
	var p MonthProps
	p.Fill(day.Of(2026, 11, 1), nil, func(d day.Date) Day { return Day{Date: d} })
	if len(p.Weeks) != 5 || len(p.Heads) != 5 || p.Weeks[0][0].Days[0].Date != day.Of(2026, 11, 2) || p.Weeks[4][1].Days[0].number(false) != "1 Dec" {
		t.Errorf("%d weeks under %v: %+v", len(p.Weeks), p.Heads, p.Weeks[0])
	}
	p = MonthProps{}
	p.Fill(day.Of(2026, 11, 1), nil, func(d day.Date) Day {
		return Day{Date: d, Entries: make([]Entry, map[day.Date]int{day.Of(2026, 11, 1): 1}[d])}
	})
	if len(p.Weeks) != 6 || len(p.Heads) != 6 || p.Heads[5] != "Weekend" {
		t.Errorf("%d weeks under %v", len(p.Weeks), p.Heads)
	}
}
