package store_test

import (
	"net/http/httptest"
	"testing"

	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/store"
)

// TestFaultOfOneSourceIsItsOwn breaks the users endpoint in every way there is.
// The other sources are complete, users says why it is not, what it had read
// stays, and once the fault is gone the tables are those of a clean run.
func TestFaultOfOneSourceIsItsOwn(t *testing.T) {
	const path = "/analytics/users"
	org := sandbox.New(sandbox.Config{Today: today, Members: 60, Seed: 9})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	up := clientOf(t, srv.URL, sandbox.Key)

	s := store.New(dbtest.New(t), nil)
	sync(t, s, up, pull.Options{Now: at(today - 3)})
	before := indexOf(t, s).Through
	for kind, reason := range map[sandbox.Kind]pull.Reason{
		sandbox.RateLimited: pull.RateLimited,
		sandbox.ServerError: pull.Overloaded,
		sandbox.Overloaded:  pull.Overloaded,
		sandbox.Forbidden:   pull.NotGranted,
		sandbox.HTML:        pull.BadAnswer,
		sandbox.Truncated:   pull.BadAnswer,
		sandbox.CutShort:    pull.BadAnswer,
		sandbox.WrongTypes:  pull.BadAnswer,
		sandbox.HangBefore:  pull.Unreachable,
		sandbox.HangBody:    pull.Unreachable,
		sandbox.Reset:       pull.Unreachable,
	} {
		org.Fail(sandbox.Fault{Path: path, Query: "", Kind: kind})
		report := sync(t, s, up, pull.Options{})
		org.Heal()
		for _, st := range report.States {
			switch {
			case st.Source != pull.Users && st.Status != pull.Complete:
				t.Errorf("%s on users: %s is %s: %s", kind, st.Source, st.Status, st.Say)
			case st.Source == pull.Users && (st.Status == pull.Complete || st.Reason != reason || st.Say == ""):
				t.Errorf("%s on users: %s for %q: %s; want %q", kind, st.Status, st.Reason, st.Say, reason)
			}
		}
		if through := indexOf(t, s).Through; through != before {
			t.Errorf("%s on users: data through %s, was %s", kind, through, before)
		}
	}
	for harmless, times := range map[sandbox.Kind]int{sandbox.EmptyPage: 1, sandbox.MoreFields: 0, sandbox.NewEnums: 0, sandbox.NullRoles: 0} {
		org.Fail(sandbox.Fault{Kind: harmless, Times: times})
		report := sync(t, s, up, pull.Options{})
		org.Heal()
		for _, st := range report.States {
			if st.Status != pull.Complete {
				t.Errorf("%s: %s is %s: %s", harmless, st.Source, st.Status, st.Say)
			}
		}
	}
	first := pull.FirstDay
	sync(t, s, up, pull.Options{From: &first})

	clean := dbtest.Pool(t, dbtest.Another(t))
	sync(t, store.New(clean, nil), up, pull.Options{From: &first})
	sameTables(t, dump(t, s.Pool()), dump(t, clean))
}

func TestBadKeyEndsTheRunForAll(t *testing.T) {
	org := sandbox.New(sandbox.Config{Today: today, Members: 30})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	s := store.New(dbtest.New(t), nil)
	report := sync(t, s, clientOf(t, srv.URL, "sk-ant-api01-revoked"), pull.Options{})
	for _, st := range report.States {
		if st.Status != pull.Failing || st.Reason != pull.BadKey {
			t.Errorf("%s is %s for %s", st.Source, st.Status, st.Reason)
		}
	}
	if n := len(org.Log()); n != 1 {
		t.Errorf("%d requests with a key that is not accepted, want 1", n)
	}
}

func TestMissingScopesAreNamed(t *testing.T) {
	org := sandbox.New(sandbox.Config{Today: today, Members: 30})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	const key = "sk-ant-api01-analytics-only"
	org.Grant(key, sandbox.ReadAnalytics)
	s := store.New(dbtest.New(t), nil)
	report := sync(t, s, clientOf(t, srv.URL, key), pull.Options{})
	for _, st := range report.States {
		want := pull.MissingScope
		if st.Source.Scope() == sandbox.ReadAnalytics {
			want = pull.Complete
		}
		if st.Status != want {
			t.Errorf("%s is %s: %s; want %s", st.Source, st.Status, st.Say, want)
		}
	}
	if x := indexOf(t, s); !x.SeatsGranted || !x.CostGranted || x.Through != today-1 {
		t.Errorf("seats %v, cost %v, through %s", x.SeatsGranted, x.CostGranted, x.Through)
	}
	org.Grant(key, sandbox.ReadMembers)
	sync(t, s, clientOf(t, srv.URL, key), pull.Options{})
	if x := indexOf(t, s); x.SeatsGranted || x.CostGranted || x.Through != today-1 {
		t.Errorf("after the grant was taken: seats %v, cost %v, through %s", x.SeatsGranted, x.CostGranted, x.Through)
	}
}
