package store_test

import (
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

func TestWhatWentOutIsToldOnce(t *testing.T) {
	s, pool := messageStore(t)
	if _, err := pool.Exec(t.Context(), `insert into person (email, name) values ('ada@example.com', 'Ada'), ('ben@example.com', 'Ben')`); err != nil {
		t.Fatal(err)
	}
	m := welcome()
	m.Audience.Stages = nil
	past, ahead := m.Occurrences[0], m.Occurrences[0]
	past.Day, ahead.Day, ahead.No = day.FromTime(time.Now())-6, day.FromTime(time.Now())+6, 2
	m.Occurrences = []comms.Occurrence{past, ahead}
	id, err := s.CreateMessage(t.Context(), identity.Operator(), "", m, messageNow)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := s.Message(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.TellSent(t.Context(), identity.Operator(), kept.Occurrences[0].ID); err != nil {
		t.Fatal(err)
	}
	var sent, before int
	if err := pool.QueryRow(t.Context(), `select count(*) filter (where state = 'sent'), count(*) filter (where settled_at < now() - interval '5 days') from delivery`).Scan(&sent, &before); err != nil {
		t.Fatal(err)
	}
	if sent != 2 || before != 2 {
		t.Errorf("%d were sent, %d of them then; want both", sent, before)
	}
	for _, o := range kept.Occurrences {
		if _, err := s.TellSent(t.Context(), identity.Operator(), o.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("occurrence %d was told: %v", o.No, err)
		}
	}
	if kept, err = s.Message(t.Context(), id); err != nil || kept.Occurrences[0].State != comms.Gone || kept.Occurrences[1].State != comms.Planned {
		t.Errorf("occurrences are %+v, %v", kept.Occurrences, err)
	}
	if n, err := s.Dispatch(t.Context()); err != nil || n != 0 {
		t.Errorf("it went out again: %d, %v", n, err)
	}
}
