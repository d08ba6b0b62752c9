package enablement

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

func weekly(weeks int) Series {
	return Series{Outline: desk1(), EveryWeeks: 1, From: later, Until: later + day.Date(7*(weeks-1))}
}

func TestWhatSeriesCannotBePlanned(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Series)
		wrong  []string
	}{
		"as it should be":          {func(*Series) {}, nil},
		"never":                    {func(s *Series) { s.EveryWeeks = 0 }, []string{"every_weeks"}},
		"too rarely":               {func(s *Series) { s.EveryWeeks = 13 }, []string{"every_weeks"}},
		"no first day":             {func(s *Series) { s.From = day.None }, []string{"from"}},
		"no last day":              {func(s *Series) { s.Until = day.None }, []string{"until"}},
		"backwards":                {func(s *Series) { s.Until = s.From - 1 }, []string{"until"}},
		"from the past":            {func(s *Series) { s.From = day.FromTime(now) - 7 }, []string{"from"}},
		"for ever":                 {func(s *Series) { s.Until = s.From + 2000 }, []string{"until"}},
		"sixty-one":                {func(s *Series) { s.Until = s.From + 7*60 }, []string{"until"}},
		"sixty":                    {func(s *Series) { s.Until = s.From + 7*59 }, nil},
		"only days off":            {func(s *Series) { s.Until = s.From }, []string{"until"}},
		"what no session may have": {func(s *Series) { s.Name, s.Link = "", "ftp://x" }, []string{"link", "name"}},
	} {
		s, off := weekly(8), []day.Date{}
		c.change(&s)
		if name == "only days off" {
			off = []day.Date{s.From}
		}
		_, err := planSeries(lead, s, off, now)
		if got := fieldsOf(err); !slices.Equal(got, c.wrong) {
			t.Errorf("%s: %v, want %v", name, got, c.wrong)
		}
	}
	if _, err := planSeries(hosts, weekly(2), nil, now); !fault.Is(err, fault.Forbidden) {
		t.Errorf("planned by no lead: %v", err)
	}
}

// The days of a series are those of its weekday, every n weeks, from the first to the
// last, without the days off; and every session begins at the same wall time.
func TestDaysOfASeries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := weekly(1)
		s.Zone = rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Pacific/Apia"}).Draw(t, "zone")
		s.Starts = rapid.SampledFrom([]string{"00:30", "02:30", "09:00", "15:30", "23:45"}).Draw(t, "starts")
		s.EveryWeeks = rapid.IntRange(1, MaxEveryWeeks).Draw(t, "every")
		s.From += day.Date(rapid.IntRange(0, 30).Draw(t, "from"))
		s.Until = s.From + day.Date(rapid.IntRange(0, 400).Draw(t, "span"))
		off := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) day.Date {
			return s.From + day.Date(rapid.IntRange(0, 400).Draw(t, "off"))
		}), 0, 40).Draw(t, "days off")
		slices.Sort(off)
		days, skipped := s.dates(s.From, off)
		met := map[day.Date]bool{}
		for _, d := range days {
			met[d] = true
			p := Planned{Outline: s.Outline, Day: d}
			if slices.Contains(off, d) || p.Begins().Format("15:04") != s.Starts || !s.meets(d) || !s.follows(p) {
				t.Fatalf("%s is one of its days", d)
			}
		}
		for _, k := range skipped {
			met[k.Day] = true
		}
		n := 0
		for d := s.From; d <= s.Until; d++ {
			if s.meets(d) {
				if n++; !met[d] {
					t.Fatalf("%s is missing", d)
				}
			}
		}
		if n != len(days)+len(skipped) || n != int(s.Until-s.From)/(7*s.EveryWeeks)+1 {
			t.Fatalf("%d days, %d met, %d skipped", n, len(days), len(skipped))
		}
	})
}

func TestChangeOfASeries(t *testing.T) {
	s := weekly(5)
	s.ID, s.Version = 1, 1
	sessions := s.sessions([]day.Date{later, later + 7, later + 14, later + 21, later + 29})
	sessions[1].Place = "Elsewhere"
	sessions[2].CancelledAt = now
	o := desk1()
	o.Minutes = 45
	at := later.Time().Add(20 * time.Hour) // the first is over
	c, err := s.change(lead, sessions, o, s.Until+14, []day.Date{s.Until + 7}, at)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Changed) != 1 || c.Changed[0].Day != later+21 || c.Changed[0].Minutes != 45 {
		t.Errorf("changed: %+v", c.Changed)
	}
	if len(c.Kept) != 3 || len(c.Added) != 1 || c.Added[0].Day != s.Until+14 || len(c.Skipped) != 1 || c.Series.Until != s.Until+14 {
		t.Errorf("%d kept, %+v added, %v skipped", len(c.Kept), c.Added, c.Skipped)
	}
	sessions[3].SignedUp = 4
	o.Capacity = number(3)
	if _, err := s.change(lead, sessions, o, s.Until, nil, at); !slices.Equal(fieldsOf(err), []string{"capacity"}) {
		t.Errorf("fewer seats than people: %v", err)
	}
	if _, err := s.change(lead, sessions, desk1(), s.Until-1, nil, at); !slices.Equal(fieldsOf(err), []string{"until"}) {
		t.Errorf("an earlier end: %v", err)
	}
	if _, err := s.change(hosts, sessions, desk1(), s.Until, nil, at); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by the host: %v", err)
	}
}

func TestEndOfASeries(t *testing.T) {
	s := weekly(4)
	sessions := s.sessions([]day.Date{later, later + 7, later + 14, later + 21})
	sessions[1].SignedUp = 2
	sessions[3].CancelledAt = now
	at := later.Time().Add(20 * time.Hour)
	c, err := s.end(lead, sessions, "Over", at)
	if err != nil || len(c.Removed) != 1 || c.Removed[0].Day != later+14 || len(c.Changed) != 1 || c.Changed[0].CancelReason != "Over" || !c.Series.Ended() {
		t.Errorf("%v %+v", err, c)
	}
	if _, err := s.end(lead, sessions, "", at); !slices.Equal(fieldsOf(err), []string{"reason"}) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := s.end(lead, sessions[2:3], "", at); err != nil {
		t.Errorf("nobody is to be told, and a reason is asked for: %v", err)
	}
	if _, err := s.end(hosts, sessions, "Over", at); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by the host: %v", err)
	}
}
