package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
	"groundswell/internal/telemetry"
)

var heardAt = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// heard is an event that n tells from others.
func heard(n int, change func(*telemetry.Event)) telemetry.Event {
	ok := true
	e := telemetry.Event{
		Key: fmt.Appendf(nil, "%016d", n), Who: fmt.Appendf(nil, "%08d", n%7), At: heardAt, Arrived: heardAt,
		Name: "tool_result", Version: "1.4.2", OS: "darwin", Tool: "Bash", OK: &ok,
	}
	if change != nil {
		change(&e)
	}
	return e
}

func keep(t interface {
	Helper()
	Context() context.Context
	Fatal(...any)
}, st *store.Store, events ...telemetry.Event) int {
	t.Helper()
	n, err := st.KeepEvents(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEventsAreKeptOnce(t *testing.T) {
	st := receiving(t)
	failed := false
	tokens, cost, took := int64(100), int64(2500), int64(40)
	events := []telemetry.Event{
		heard(1, nil), heard(2, func(e *telemetry.Event) { e.OK, e.Error, e.At = &failed, "timeout", heardAt.Add(-time.Hour) }),
		heard(3, func(e *telemetry.Event) {
			e.Name, e.Tool, e.Model, e.InputTokens, e.CostMicros, e.DurationMS = "api_request", "", "claude", &tokens, &cost, &took
		}),
		heard(1, nil),
	}
	if n := keep(t, st, events...); n != 3 {
		t.Fatalf("%d events are new, want 3", n)
	}
	if n := keep(t, st, append(events, heard(4, nil))...); n != 1 {
		t.Fatalf("%d events are new the second time, want 1", n)
	}
	r, err := st.TelemetryReport(t.Context(), heardAt)
	if err != nil {
		t.Fatal(err)
	}
	today := day.FromTime(heardAt)
	want := []telemetry.DayCount{
		{Day: today, Event: "api_request", Events: 1, InputTokens: 100, CostMicros: 2500},
		{Day: today, Event: "tool_result", Events: 3, Failed: 1},
	}
	if diff := gocmp.Diff(want, r.Days); diff != "" {
		t.Errorf("the day's sums:\n%s", diff)
	}
	if diff := gocmp.Diff([]telemetry.HourCount{{Hour: heardAt.Add(-time.Hour).Truncate(time.Hour), Events: 1}, {Hour: heardAt.Truncate(time.Hour), Events: 3}}, inUTC(r.Hours)); diff != "" {
		t.Errorf("the hours:\n%s", diff)
	}
	if len(r.People) != 1 || r.People[0].People != 4 {
		t.Errorf("people are %+v, want 4", r.People)
	}
	if len(r.Tools) != 1 || r.Tools[0].Events != 3 || r.Tools[0].Failed != 1 || !r.Tools[0].LastFailed.Equal(heardAt.Add(-time.Hour)) {
		t.Errorf("tools are %+v", r.Tools)
	}
	if !r.Pulse.Last.Equal(heardAt) || !r.Pulse.EventAt.Equal(heardAt) {
		t.Errorf("the pulse is %+v", r.Pulse)
	}
}

func inUTC(list []telemetry.HourCount) []telemetry.HourCount {
	for i := range list {
		list[i].Hour = list[i].Hour.UTC()
	}
	return list
}

// TestSumsAreThoseOfEvents keeps random batches, repeats among them: every sum
// is what counting the events gives.
func TestSumsAreThoseOfEvents(t *testing.T) {
	st := receiving(t)
	total := 0
	rapid.Check(t, func(rt *rapid.T) {
		batch := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) telemetry.Event {
			n := rapid.IntRange(0, 400).Draw(t, "n")
			ok := n%3 != 0
			return heard(n, func(e *telemetry.Event) {
				e.Name, e.OK, e.At = []string{"tool_result", "api_error", "auth"}[n%3], &ok, heardAt.Add(-time.Duration(n)*20*time.Minute)
			})
		}), 1, 30).Draw(rt, "batch")
		total += keep(t, st, batch...)
	})
	for what, sql := range map[string]string{
		"events":         `select count(*) from telemetry_event`,
		"hours":          `select sum(events) from telemetry_hour`,
		"days":           `select sum(events) from telemetry_day where facet = 'all'`,
		"the pulse":      `select events from telemetry_pulse`,
		"hours as said":  `select sum(h.events) from telemetry_hour h join (select date_trunc('hour', at, 'UTC') as hour, event, count(*) as n from telemetry_event group by 1, 2) e using (hour, event) where e.n = h.events`,
		"values as said": `select sum(d.events) from telemetry_day d join (select day, tool, event, count(*) as n, count(*) filter (where not ok) as failed from telemetry_event group by 1, 2, 3) e on e.day = d.day and e.tool = d.value and e.event = d.event and e.n = d.events and e.failed = d.failed where d.facet = 'tool'`,
	} {
		if n := scalar(t, st, sql); n != total {
			t.Errorf("%s count %d, %d events were new", what, n, total)
		}
	}
}

func scalar(t *testing.T, st *store.Store, sql string) int {
	t.Helper()
	n := 0
	if err := st.Pool().QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// TestSentAgainAfterMidnight keeps what is filed by arrival once, on whatever
// day it is sent again.
func TestSentAgainAfterMidnight(t *testing.T) {
	st := receiving(t)
	skewed := func(at time.Time) telemetry.Event {
		return heard(1, func(e *telemetry.Event) { e.At, e.Arrived, e.Skewed = at, at, true })
	}
	late := time.Date(2026, 11, 23, 23, 59, 59, 0, time.UTC)
	if a, b := keep(t, st, skewed(late)), keep(t, st, skewed(late.Add(2*time.Second)), heard(2, nil)); a != 1 || b != 1 {
		t.Errorf("%d and %d events are new, want 1 each", a, b)
	}
}

// TestIntakeSharesCommits takes in many requests at once: every one that is
// acknowledged is kept, and names beyond the limit are one.
func TestIntakeSharesCommits(t *testing.T) {
	st := receiving(t)
	in := telemetry.NewIntake(st, []byte("a key"), "from the settings", slog.New(slog.DiscardHandler))
	var group errgroup.Group
	var acknowledged atomic.Int64
	const senders, each = 8, 40
	for s := range senders {
		group.Go(func() error {
			for i := range each {
				body := fmt.Sprintf(`{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cowork"}}]},"scopeLogs":[{"logRecords":[
					{"timeUnixNano":"%d","attributes":[{"key":"event.name","value":{"stringValue":"tool_result"}},{"key":"tool_name","value":{"stringValue":"tool %d-%d"}}]}]}]}]}`,
					heardAt.UnixNano(), s, i)
				if _, err := in.Take(t.Context(), telemetry.JSON, "", []byte(body), heardAt); err != nil {
					return err
				}
				acknowledged.Add(1)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := scalar(t, st, `select count(*) from telemetry_event`); n != int(acknowledged.Load()) || n != senders*each {
		t.Errorf("%d are kept, %d were acknowledged", n, acknowledged.Load())
	}
	if n := scalar(t, st, `select count(distinct value) from telemetry_day where facet = 'tool'`); n != telemetry.MaxValues+1 {
		t.Errorf("a day has %d tools, want the limit and one for the others", n)
	}
	if n := scalar(t, st, `select events from telemetry_day where facet = 'tool' and value = 'other'`); n != senders*each-telemetry.MaxValues {
		t.Errorf("%d events have other tools", n)
	}
	if _, err := in.Admit(t.Context(), "from the settings", heardAt); err != nil {
		t.Errorf("the token of the settings: %v", err)
	}
}

func TestTelemetryTokens(t *testing.T) {
	st := receiving(t)
	lead := identity.Operator()
	tok, text, err := st.CreateTelemetryToken(t.Context(), lead, " Claude  console ", heardAt)
	if err != nil || tok.Name != "Claude console" {
		t.Fatalf("%+v, %v", tok, err)
	}
	for name, by := range map[string]identity.Actor{"": lead, "claude CONSOLE": lead, "another": {Roles: []identity.Role{identity.Auditor}}} {
		if _, _, err := st.CreateTelemetryToken(t.Context(), by, name, heardAt); err == nil {
			t.Errorf("a token %q was made", name)
		}
	}
	in := telemetry.NewIntake(st, []byte("a key"), "", slog.New(slog.DiscardHandler))
	if _, err := in.Admit(t.Context(), "", heardAt); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("no token: %v", err)
	}
	if id, err := in.Admit(t.Context(), text, heardAt); err != nil || id != tok.ID {
		t.Errorf("the token: %d, %v", id, err)
	}
	in.Note(telemetry.BadToken, heardAt)
	in.Note(telemetry.BadToken, heardAt.Add(time.Second))
	if err := in.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := st.TelemetryReport(t.Context(), heardAt)
	if err != nil {
		t.Fatal(err)
	}
	if seen := r.Intaken(telemetry.BadToken); seen.Times != 2 || !seen.Last.Equal(heardAt.Add(time.Second)) {
		t.Errorf("bad tokens: %+v", seen)
	}
	if r.Tokens[0].LastUsedAt == nil || !r.Tokens[0].LastUsedAt.Equal(heardAt) {
		t.Errorf("the token was last used %v", r.Tokens[0].LastUsedAt)
	}
	if err := st.RevokeTelemetryToken(t.Context(), lead, tok.ID, heardAt); err != nil {
		t.Fatal(err)
	}
	if err := st.RevokeTelemetryToken(t.Context(), lead, tok.ID, heardAt); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := in.Admit(t.Context(), text, heardAt.Add(2*time.Second)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked token: %v", err)
	}
	if n := scalar(t, st, `select count(*) from telemetry_token where hash = sha256(name::bytea)`); n != 0 {
		t.Error("the hash is of something else than the token")
	}
}

func TestTelemetryIsForgotten(t *testing.T) {
	st := receiving(t)
	for ago := range telemetry.KeepDays + 2 {
		at := heardAt.AddDate(0, 0, -ago)
		keep(t, st, heard(ago, func(e *telemetry.Event) { e.At, e.Arrived = at, at }))
	}
	gone, err := st.PurgeTelemetry(t.Context(), heardAt)
	if err != nil || gone != 1 {
		t.Fatalf("%d days were dropped, %v", gone, err)
	}
	if n := scalar(t, st, `select count(*) from telemetry_event`); n != telemetry.KeepDays+1 {
		t.Errorf("%d days of events are left", n)
	}
	if n := scalar(t, st, `select count(*) from telemetry_person`); n != telemetry.KeepDays+1 {
		t.Errorf("%d days of people are left", n)
	}
	if n := scalar(t, st, `select count(*) from telemetry_day where facet = 'all'`); n != telemetry.KeepDays+2 {
		t.Errorf("%d days of sums are left", n)
	}
	if gone, err = st.PurgeTelemetry(t.Context(), heardAt.AddDate(2, 0, 0)); err != nil || gone != telemetry.KeepDays+1 {
		t.Fatalf("%d days were dropped two years later, %v", gone, err)
	}
	for _, table := range []string{"telemetry_event", "telemetry_person", "telemetry_hour", "telemetry_day", "telemetry_people"} {
		if n := scalar(t, st, `select count(*) from `+pgx.Identifier{table}.Sanitize()); n != 0 {
			t.Errorf("%s keeps %d rows for ever", table, n)
		}
	}
	keep(t, st, heard(1, nil)) // the partitions are made anew
}

// TestTelemetryPulse asks whether events arrive, by the database's clock.
func TestTelemetryPulse(t *testing.T) {
	st := receiving(t)
	p, err := st.TelemetryPulse(t.Context())
	if err != nil || !p.Never() || p.Arrives(heardAt) || p.Quiet(heardAt) {
		t.Fatalf("before the first event: %+v, %v", p, err)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	keep(t, st, heard(1, func(e *telemetry.Event) { e.At, e.Arrived = now, now }), heard(2, func(e *telemetry.Event) { e.At, e.Arrived = now.Add(-20*time.Hour), now }))
	p, err = st.TelemetryPulse(t.Context())
	if err != nil || p.Hour != 1 || p.Day != 2 || !p.Last.Equal(now) || !p.Arrives(now) || !p.Quiet(now.Add(25*time.Hour)) {
		t.Errorf("the pulse is %+v, %v", p, err)
	}
}

// receiving is a store over a database of its own.
func receiving(t *testing.T) *store.Store {
	t.Helper()
	keys, _ := seal.Random()
	return store.New(dbtest.New(t), keys)
}
