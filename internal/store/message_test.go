package store_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

var messageNow = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func messageStore(t *testing.T) (*store.Store, *pgxpool.Pool) {
	t.Helper()
	keys, _ := seal.Random()
	pool := dbtest.New(t)
	return store.New(pool, keys), pool
}

// welcome is a message as somebody would write it.
func welcome() comms.Message {
	return comms.Message{
		Stage: comms.PreLaunch, Title: "Training dates", Owner: comms.Person{Name: "Beth Alvarez", Email: "beth@example.com"},
		Begins: day.None, Until: day.None, UsefulFor: 48 * time.Hour,
		Text: comms.Text{
			N: 1, ByName: "Ines", Subject: "Bring one task", Body: "Bring **one** task, {{name}}.",
			Audience: comms.Audience{Who: comms.WhoPeople, Stages: []comms.PersonStage{comms.StageSignedIn}}, Channels: []int{1},
		},
		Occurrences: []comms.Occurrence{{No: 1, Day: day.Of(2026, 11, 20), At: "09:00", Zone: "Europe/Berlin", State: comms.Planned}},
	}
}

var ignoreKept = cmpopts.IgnoreUnexported(comms.Message{})

func TestMessageIsKeptAsWritten(t *testing.T) {
	s, _ := messageStore(t)
	want := welcome()
	id, err := s.CreateMessage(t.Context(), identity.Operator(), "", want, messageNow)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Message(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want.ID, want.CreatedAt, want.At, want.Version = id, messageNow, messageNow, 1
	want.Occurrences[0].ID, want.Occurrences[0].Message, want.Occurrences[0].Version = got.Occurrences[0].ID, id, 1
	if d := cmp.Diff(want, got, ignoreKept); d != "" {
		t.Error(d)
	}
	for _, absent := range []comms.MessageID{id + 1, 1 << 40, math.MaxInt64} {
		if _, err := s.MessageSheet(t.Context(), absent); !fault.Is(err, fault.NotFound) {
			t.Errorf("message %d: %v", absent, err)
		}
	}
	if _, err := s.Message(t.Context(), id+1); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent one: %v", err)
	}
}

func TestMessageOfAKeyIsKeptOnce(t *testing.T) {
	s, _ := messageStore(t)
	planned := welcome()
	planned.PlanKey = "training-dates/1"
	for key, m := range map[string]comms.Message{"5f0f6f6e-6f10-4c0c-9c26-2f9a1d1e0f00": welcome(), "": planned} {
		first, err := s.CreateMessage(t.Context(), identity.Operator(), key, m, messageNow)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.CreateMessage(t.Context(), identity.Operator(), key, m, messageNow)
		if err != nil || again != first {
			t.Errorf("again: message %d after %d, %v", again, first, err)
		}
	}
	if all, err := s.Messages(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d messages, %v", len(all), err)
	}
}

func TestMessageKeepsItsVersionsAndApprovals(t *testing.T) {
	s, _ := messageStore(t)
	id, err := s.CreateMessage(t.Context(), identity.Operator(), "", welcome(), messageNow)
	if err != nil {
		t.Fatal(err)
	}
	approve := func(m *comms.Message) error {
		m.Asked = m.N
		m.Approvals = append(m.Approvals, comms.Approval{N: m.N, Person: comms.Person{Name: "Helena", Email: "helena@example.com"}, Recipients: 2, Addresses: []string{"a@example.com", "b@example.com"}})
		return nil
	}
	m, err := s.UpdateMessage(t.Context(), id, messageNow, approve)
	if err != nil || !m.Approved(2) || m.Approved(comms.Mass+1) || len(m.Approvals[0].Addresses) != 2 {
		t.Fatalf("approved: %+v, %v", m.Approvals, err)
	}
	if _, err := s.UpdateMessage(t.Context(), id, messageNow, approve); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same person twice: %v", err)
	}
	m, err = s.UpdateMessage(t.Context(), id, messageNow, func(m *comms.Message) error {
		m.N, m.Subject, m.Approvals = m.N+1, "Bring one real task", nil
		return nil
	})
	if err != nil || len(m.Approvals) != 0 || m.Subject != "Bring one real task" || m.Version != 3 {
		t.Fatalf("edited: %+v, %v", m, err)
	}
	versions, err := s.Versions(t.Context(), id)
	if err != nil || len(versions) != 2 || versions[1].Subject != "Bring one task" {
		t.Errorf("versions %+v, %v", versions, err)
	}
}

func TestMessageThatWentOutIsNotMoved(t *testing.T) {
	s, pool := messageStore(t)
	id, err := s.CreateMessage(t.Context(), identity.Operator(), "", welcome(), messageNow)
	if err != nil {
		t.Fatal(err)
	}
	move := func(m *comms.Message) error {
		m.Occurrences[0].Day++
		return nil
	}
	m, err := s.UpdateMessage(t.Context(), id, messageNow, move)
	if err != nil || m.Occurrences[0].Day != day.Of(2026, 11, 21) {
		t.Fatalf("moved: %+v, %v", m.Occurrences, err)
	}
	_, err = s.UpdateMessage(t.Context(), id, messageNow, func(m *comms.Message) error {
		if _, err := pool.Exec(t.Context(), "update occurrence set state = 'going'"); err != nil {
			return err
		}
		return move(m)
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("moved while it went out: %v", err)
	}
}
