package store_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"groundswell/internal/claude"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/store"
)

var today = day.Of(2026, time.March, 20)

func noon() time.Time { return today.Time().Add(12 * time.Hour) }

// upstream is a doubled organization over HTTP and a client of it.
func upstream(t *testing.T, members int) (*sandbox.Org, *claude.Client) {
	t.Helper()
	org := sandbox.New(sandbox.Config{Today: today, Members: members, Seed: 7})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	client, err := claude.New(claude.Config{Key: sandbox.Key, BaseURL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	return org, client
}

func sync(t *testing.T, s *store.Store, up pull.Upstream, o pull.Options) pull.Report {
	t.Helper()
	if o.Now == nil {
		o.Now = noon
	}
	svc := pull.Service{Up: up, Keep: s}
	report, err := svc.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestWholeOrganization(t *testing.T) {
	_, up := upstream(t, 300)
	s := store.New(dbtest.New(t), nil)
	began := time.Now()
	report := sync(t, s, up, pull.Options{})
	t.Log(time.Since(began), report.Rows, report.Written)
	for _, st := range report.States {
		if st.Status != pull.Complete {
			t.Errorf("%s is %s: %s", st.Source, st.Status, st.Say)
		}
	}
	x, err := s.Index(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if x.Through != today-1 {
		t.Errorf("data through %s, want %s", x.Through, today-1)
	}
	wrong, err := s.VerifyIndex(context.Background())
	if err != nil || len(wrong) > 0 {
		t.Error(err, wrong)
	}
}
