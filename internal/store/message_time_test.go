package store_test

import (
	"context"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // zones are known wherever the test runs

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
)

// oddZones jump by other amounts than an hour, backwards in summer, or by a whole day.
var oddZones = []string{"Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Antarctica/Troll", "Europe/Dublin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham"}

// wall is a time of a clock on a wall.
type wall struct {
	zone string
	on   day.Date
	at   string
}

// changes returns wall times around every change of the clocks of a zone within some years.
func changes(zone string, from, to int) []wall {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return nil
	}
	var out []wall
	end := time.Date(to, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(from, 1, 1, 0, 0, 0, 0, place); ; {
		_, change := at.ZoneBounds()
		if change.IsZero() || change.After(end) {
			return out
		}
		for step := -4 * time.Hour; step <= 4*time.Hour; step += 30 * time.Minute {
			clock := change.Add(-time.Second).In(place).Add(time.Second) // as the clock would go on
			_, ahead := clock.Add(-time.Second).Zone()
			read := clock.UTC().Add(time.Duration(ahead) * time.Second).Add(step)
			out = append(out, wall{zone, day.FromTime(read), read.Format("15:04")})
		}
		at = change
	}
}

// TestDueIsWhatPostgresSays asks both for every zone and every change of the clocks, the year
// in which Samoa left out a day among them.
func TestDueIsWhatPostgresSays(t *testing.T) {
	pool := dbtest.New(t)
	rows, err := pool.Query(t.Context(), `select name from pg_timezone_names where name ~ '^[A-Z][a-z]+/' and name !~ '^(Etc|posix|right)/' order by name`)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var walls []wall
	for _, zone := range zones {
		walls = append(walls, changes(zone, 2011, 2013)...)
		walls = append(walls, changes(zone, 2025, 2028)...)
	}
	says := postgresSays(t, pool.Query, walls)
	wrong, met := 0, map[string]bool{}
	for i, w := range walls {
		got, ok := comms.Occurrence{Day: w.on, At: w.at, Zone: w.zone}.Due()
		met[w.zone] = true
		if !ok || !got.Equal(says[i]) {
			if wrong++; wrong < 20 {
				t.Errorf("%s %v %s: %v, Postgres says %v", w.zone, w.on, w.at, got.UTC(), says[i].UTC())
			}
		}
	}
	for _, zone := range append([]string{"Europe/Berlin", "America/New_York"}, oddZones...) {
		if !met[zone] && zone != "Asia/Kathmandu" { // its clocks do not change
			t.Errorf("%s was not asked for", zone)
		}
	}
	t.Logf("%d times in %d zones, %d differ", len(walls), len(met), wrong)
}

func postgresSays(t *testing.T, query func(context.Context, string, ...any) (pgx.Rows, error), walls []wall) []time.Time {
	t.Helper()
	var zones, ats, days []string
	for _, w := range walls {
		zones, days, ats = append(zones, w.zone), append(days, w.on.String()), append(ats, w.at)
	}
	rows, err := query(t.Context(), `
select (d::date + a::time) at time zone z from unnest($1::text[], $2::text[], $3::text[]) with ordinality as w (z, d, a, n) order by n`, zones, days, ats)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil || len(out) != len(walls) {
		t.Fatalf("%d answers to %d, %v", len(out), len(walls), err)
	}
	return out
}

// TestDaysFollowOneAnotherAcrossChangesOfTheClocks holds that what goes out at one time every day never
// goes out before the day before, and is at most as much off a day as the clocks jump.
func TestDaysFollowOneAnotherAcrossChangesOfTheClocks(t *testing.T) {
	for _, zone := range append([]string{"Europe/Berlin", "America/New_York"}, oddZones...) {
		for _, at := range []string{"00:30", "01:45", "02:15", "02:30", "03:00", "09:00"} {
			var last time.Time
			for on := day.Of(2025, 1, 1); on < day.Of(2027, 1, 1); on++ {
				due, ok := comms.Occurrence{Day: on, At: at, Zone: zone}.Due()
				if apart := due.Sub(last); !ok || !last.IsZero() && (apart < 21*time.Hour || apart > 27*time.Hour) {
					t.Fatalf("%s %s on %v is %v after the day before", zone, at, on, apart)
				}
				last = due
			}
		}
	}
}

func TestRhythmsAreExtendedOnce(t *testing.T) {
	s, _ := messageStore(t)
	m := welcome()
	m.Every, m.Wave = comms.EveryWeek, 0
	begins := day.FromTime(messageNow) + 1
	plan, err := s.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.Schedule(comms.Slot{Day: begins, At: "09:00", Zone: "Europe/Berlin"}, begins-1, plan.Rollout.Calendar)
	id, err := s.CreateMessage(t.Context(), identity.Operator(), "", m, messageNow)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.ExtendRhythms(t.Context(), messageNow); err != nil || n != 0 {
		t.Fatalf("at once: %d, %v", n, err)
	}
	later := messageNow.AddDate(0, 0, 28)
	if n, err := s.ExtendRhythms(t.Context(), later); err != nil || n != 4 {
		t.Errorf("four weeks later: %d more, %v", n, err)
	}
	if n, err := s.ExtendRhythms(t.Context(), later); err != nil || n != 0 {
		t.Errorf("and again: %d, %v", n, err)
	}
	kept, err := s.Message(t.Context(), id)
	if err != nil || kept.Version != 1 || kept.Begins != begins || len(kept.Occurrences) != len(m.Occurrences)+4 {
		t.Fatalf("%+v, %v", kept, err)
	}
	service := &comms.Service{Keeper: s}
	last := begins + 20
	if err := service.End(t.Context(), identity.Actor{Name: "Ines", Roles: []identity.Role{identity.Lead}}, id, last, kept.Version, messageNow); err != nil {
		t.Fatal(err)
	}
	kept, _ = s.Message(t.Context(), id)
	if slices.ContainsFunc(kept.Occurrences, func(o comms.Occurrence) bool { return o.Day > last }) || len(kept.Occurrences) != 3 {
		t.Errorf("ended: %v", kept.Occurrences)
	}
	if n, err := s.ExtendRhythms(t.Context(), later); err != nil || n != 0 {
		t.Errorf("after its end: %d, %v", n, err)
	}
}
