package store_test

import (
	"strings"
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/rollout"
	"groundswell/internal/store"
)

// Charts note what was held before the figures end, once it is known and no more
// once it is not; office hours are too many to note.
func TestChartsNoteWhatWasHeld(t *testing.T) {
	st, svc := planStore(t)
	run(t, st, `insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) values ('users', '2026-11-15', '2026-11-01', '2026-11-15', 1, now(), 0)`)
	run(t, st, `insert into training_session (name, kind, day) values ('From a file', 'department', '2026-11-10')`)
	before := monday.AddDate(0, 0, -14)
	plan := func(name string, kind enablement.Kind, on day.Date) int {
		o := officeHours()
		o.Name, o.Kind = name, kind
		id, err := svc.Plan(t.Context(), planner, o, on, before)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	plan("Group", enablement.UserGroup, day.Of(2026, time.November, 12))
	plan("Desk", enablement.OfficeHours, day.Of(2026, time.November, 12))
	plan("Ahead", enablement.AllStaff101, day.Of(2026, time.November, 16))
	off := plan("Off", enablement.AllStaff101, day.Of(2026, time.November, 13))
	if got := eventsOf(t, st); got != "From a file, Group, Off" {
		t.Errorf("noted: %s", got)
	}
	if err := svc.Cancel(t.Context(), planner, off, 1, "Ill", before); err != nil {
		t.Fatal(err)
	}
	if got := eventsOf(t, st); got != "From a file, Group" {
		t.Errorf("noted once one is cancelled: %s", got)
	}
}

// What is planned counts as ahead until its hour, in its own zone; what is cancelled nowhere.
func TestTrainingsThatChecksCount(t *testing.T) {
	st, svc := planStore(t)
	run(t, st, `insert into training_session (name, kind, day) values ('From a file', 'department', '2026-11-10')`)
	before := monday.AddDate(0, 0, -14)
	plan := func(name, starts, zone string, on day.Date) {
		o := officeHours()
		o.Name, o.Starts, o.Zone = name, starts, zone
		if _, err := svc.Plan(t.Context(), planner, o, on, before); err != nil {
			t.Fatal(err)
		}
	}
	today := day.FromTime(monday)
	plan("Over", "09:00", "UTC", today)
	plan("Running", "11:30", "UTC", today)
	plan("Later", "12:30", "UTC", today)
	plan("Yesterday, and still ahead", "23:30", "Pacific/Pago_Pago", today-1)
	plan("Next week", "10:00", "Europe/Berlin", today+7)
	says := func(now time.Time, want string) {
		t.Helper()
		if got := trainingsSay(t, st, now); got != want {
			t.Errorf("%s: %q, want %q", now, got, want)
		}
	}
	says(monday.Add(-3*time.Hour).Add(-time.Minute), "5 sessions are published, the next on Sun 15 Nov.")
	says(monday.Add(-time.Hour), "3 sessions are published, the next on Mon 16 Nov.")
	says(monday, "2 sessions are published, the next on Mon 16 Nov.")
	says(monday.AddDate(0, 0, 1), "1 session is published, the next on Mon 23 Nov.")
	if err := svc.Cancel(t.Context(), planner, 6, 1, "Ill", monday); err != nil {
		t.Fatal(err)
	}
	says(monday.AddDate(0, 0, 2), "No session from today on is published.")
}

func trainingsSay(t *testing.T, st *store.Store, now time.Time) string {
	t.Helper()
	if _, err := st.RunChecks(t.Context(), rollout.MailFacts{}, now); err != nil {
		t.Fatal(err)
	}
	p, err := st.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.Results[rollout.CheckRef{Check: rollout.CheckTrainings}].Say
}

// eventsOf names the trainings that charts note.
func eventsOf(t *testing.T, st *store.Store) string {
	t.Helper()
	x, err := st.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range x.Events {
		if e.Kind == adoption.EventTraining {
			out = append(out, e.Label)
		}
	}
	return strings.Join(out, ", ")
}
