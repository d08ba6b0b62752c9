package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/store"
)

// Two waves of which one has a day, sessions of which some can be joined, a guide to
// installing, and a message that is planned against the second wave.
const valueGround = `
insert into department (name) values ('Claims'), ('Legal');
insert into wave (name, opens_on) values ('Wave 1', '2026-12-01'), ('Wave 2', null);
insert into person (email, name) values ('ann@example.com', 'Ann'), ('Bo@example.com', 'Bo *B*'), ('lex@example.com', '');
insert into placement (person, department, wave) select p.id, d.id, w.id from person p, department d, wave w
where (p.email, d.name, w.name) in (('ann@example.com', 'Claims', 'Wave 1'), ('Bo@example.com', 'Legal', 'Wave 2'));
insert into champion (email, name, department, state, nominated_how, nominated_at, since)
select e, n, d.id, 'active', 'lead', now(), '2026-01-05' from department d, (values ('c@example.com', 'Cy'), ('d@example.com', 'Di')) as c (e, n) where d.name = 'Claims';
insert into training_session (name, kind, day, planned, starts_at, zone, minutes, department, capacity, cancelled_at)
select n, 'office_hours', d, true, t, z, 45, (select id from department where name = dep), cap, gone
from (values
    ('Basics', date '2026-11-24', time '14:00', 'Europe/Berlin', null, null::int, null::timestamptz),
    ('Legal only', date '2026-11-25', time '10:00', 'Europe/Berlin', 'Legal', null, null),
    ('Full', date '2026-11-25', time '11:00', 'Europe/Berlin', null, 1, null),
    ('Cancelled', date '2026-11-25', time '12:00', 'Europe/Berlin', null, null, now()),
    ('Past', date '2026-11-01', time '12:00', 'Europe/Berlin', null, null, null),
    ('In January', date '2027-01-02', time '09:00', 'Europe/Berlin', null, null, null)) as s (n, d, t, z, dep, cap, gone);
insert into sign_up (session, email, at) select id, 'z@example.com', now() from training_session where name = 'Full';
insert into message (stage, wave, title, created_at) select 'pre_launch', id, 'Dates', now() from wave where name = 'Wave 2'`

func TestPlaceholderValues(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), valueGround); err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	s.ServeAt("https://rollout.example.com/")
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	to := []comms.Recipient{{Email: "Ann@example.com", Name: "Ann Lind"}, {Email: "bo@example.com"}, {Email: "nobody@example.com"}}
	got, err := s.PlaceholderValues(t.Context(), pool, 0, to, now)
	if err != nil {
		t.Fatal(err)
	}
	here := comms.Values{"library_link": "https://rollout.example.com/library", "trainings_link": "https://rollout.example.com/trainings", "support_link": "https://rollout.example.com/support", "app_link": "https://rollout.example.com/library"}
	want := map[string]comms.Values{
		"ann@example.com":    {"name": "Ann Lind", "department": "Claims", "champion": "Cy and Di", "wave": "Wave 1", "wave_date": "Tue 1 Dec", "training_dates": "Basics (Tue 24 Nov, 14:00) and In January (Sat 2 Jan 2027, 09:00)"},
		"bo@example.com":     {"name": "Bo *B*", "department": "Legal", "champion": "", "wave": "Wave 2", "training_dates": "Basics (Tue 24 Nov, 14:00), Legal only (Wed 25 Nov, 10:00) and In January (Sat 2 Jan 2027, 09:00)"},
		"nobody@example.com": {"name": "", "department": "", "champion": "", "training_dates": "Basics (Tue 24 Nov, 14:00) and In January (Sat 2 Jan 2027, 09:00)"},
	}
	for _, v := range want {
		for name, link := range here {
			v[name] = link
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A message that is planned against a wave speaks of that wave, to whomever it goes.
func TestValuesSpeakOfTheMessagesWave(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), valueGround+`;
insert into channel (purpose, name, url) values ('support', '#ask', 'https://chat.example.com/c/1');
insert into guide (audience) values ('users');
insert into guide_version (guide, n, title, body, at) select id, 1, 'Install the app', 'x', now() from guide`); err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	s.ServeAt("https://r.example.com")
	var id comms.MessageID
	if err := pool.QueryRow(t.Context(), `select id from message`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ann := []comms.Recipient{{Email: "ann@example.com"}}
	got, err := s.PlaceholderValues(t.Context(), pool, id, ann, now)
	if err != nil {
		t.Fatal(err)
	}
	v := got["ann@example.com"]
	if v["wave"] != "Wave 2" || v["wave_date"] != "" || v["support_link"] != "https://chat.example.com/c/1" || v["app_link"] == "https://r.example.com/library" {
		t.Errorf("%v", v)
	}
	if got, err = s.DraftValues(t.Context(), 1, ann, now); err != nil || got["ann@example.com"]["wave_date"] != "Tue 1 Dec" {
		t.Errorf("of a draft: %v, %v", got, err)
	}
}
