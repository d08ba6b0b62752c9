package jobs

import (
	"testing"
	"time"
)

func TestDailyComesOnceADay(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ now, want string }{
		{"2026-11-22T04:59:59Z", "2026-11-22T05:00:00Z"},
		{"2026-11-22T05:00:00Z", "2026-11-23T05:00:00Z"},
		{"2026-12-31T23:00:00+01:00", "2027-01-01T05:00:00Z"},
		{"2026-11-22T06:30:00+02:00", "2026-11-22T05:00:00Z"},
	} {
		if got := daily(5).Next(at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("after %s comes %s, want %s", c.now, got.Format(time.RFC3339), c.want)
		}
	}
}
