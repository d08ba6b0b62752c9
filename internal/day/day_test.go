package day

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWeeksFollowISO(t *testing.T) {
	for _, c := range []struct{ date, monday, sunday, week string }{
		{"2026-03-02", "2026-03-02", "2026-03-08", "2026-W10"},
		{"2026-03-01", "2026-02-23", "2026-03-01", "2026-W09"},
		{"2026-01-01", "2025-12-29", "2026-01-04", "2026-W01"},
		{"2027-01-03", "2026-12-28", "2027-01-03", "2026-W53"},
		{"1969-12-31", "1969-12-29", "1970-01-04", "1970-W01"},
	} {
		d, err := Parse(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Monday().String(); got != c.monday {
			t.Errorf("Monday of %s = %s, want %s", c.date, got, c.monday)
		}
		if got := d.Sunday().String(); got != c.sunday {
			t.Errorf("Sunday of %s = %s, want %s", c.date, got, c.sunday)
		}
		if got := d.Week(); got != c.week {
			t.Errorf("week of %s = %s, want %s", c.date, got, c.week)
		}
	}
}

func TestDateAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Date(rapid.Int32Range(-100_000, 100_000).Draw(t, "d"))
		if FromTime(d.Time()) != d || FromTime(d.Time().Add(24*time.Hour-1)) != d {
			t.Fatalf("%v does not hold its own moments", d)
		}
		back, err := Parse(d.String())
		if d.Time().Year() >= 0 && (err != nil || back != d) {
			t.Fatalf("Parse(%q) = %v, %v", d.String(), back, err)
		}
		if wd := d.Monday().Weekday(); wd != time.Monday || d-d.Monday() > 6 || d < d.Monday() {
			t.Fatalf("Monday of %v is %v, a %v", d, d.Monday(), wd)
		}
	})
}

func TestParseTakesNothingElse(t *testing.T) {
	for _, s := range []string{"", "2026-3-1", "2026-02-30", "01.03.2026", "2026-03-01T00:00:00Z", " 2026-03-01", "2026-13-01"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", s, d)
		}
	}
}

func TestNeverAndNoneOrder(t *testing.T) {
	d := Of(2026, time.March, 1)
	if !(None < d && d < Never) || Never.Known() || None.Known() || !d.Known() {
		t.Error("None, a day and Never are not in order")
	}
	if Never.String() != "" {
		t.Errorf("Never is written %q", Never.String())
	}
	if v, err := None.Value(); v != nil || err != nil {
		t.Errorf("None is stored as %v, %v; want null", v, err)
	}
}

func TestPeriod(t *testing.T) {
	p := Period{Of(2026, 3, 1), Of(2026, 3, 28)}
	if p.Days() != 28 || !p.Contains(p.From) || !p.Contains(p.To) || p.Contains(p.To+1) {
		t.Errorf("%v has %d days", p, p.Days())
	}
	if b := p.Before(); b.From != Of(2026, 2, 1) || b.To != Of(2026, 2, 28) {
		t.Errorf("before %v is %v", p, b)
	}
	if n := (Period{p.To, p.From}).Days(); n != 0 {
		t.Errorf("a reversed period has %d days", n)
	}
}

func TestMonth(t *testing.T) {
	for in, want := range map[Date]Period{
		Of(2026, 2, 28):  {From: Of(2026, 2, 1), To: Of(2026, 2, 28)},
		Of(2028, 2, 1):   {From: Of(2028, 2, 1), To: Of(2028, 2, 29)},
		Of(2026, 12, 31): {From: Of(2026, 12, 1), To: Of(2026, 12, 31)},
	} {
		if got := in.Month(); got != want || !got.WholeMonth() {
			t.Errorf("the month of %s is %v, not %v", in, got, want)
		}
	}
	if (Period{From: Of(2026, 2, 1), To: Of(2026, 2, 27)}).WholeMonth() {
		t.Error("four weeks less a day count as a month")
	}
}
