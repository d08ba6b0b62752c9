package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

func TestMessageSheet(t *testing.T) {
	s, pool := messageStore(t)
	if _, err := pool.Exec(t.Context(), `
insert into account (email, name, created_at) values ('ines@example.com', 'Ines', now());
insert into department (name) values ('Claims');
insert into champion (email, name, department, state, nominated_how, nominated_at, since) select 'c@example.com', 'Cy', id, 'active', 'lead', now(), '2026-01-05' from department`); err != nil {
		t.Fatal(err)
	}
	var account identity.AccountID
	if err := pool.QueryRow(t.Context(), `select id from account`).Scan(&account); err != nil {
		t.Fatal(err)
	}
	ines := identity.Actor{Account: account, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	service := &comms.Service{Keeper: s}
	id, err := service.Create(t.Context(), ines, "", welcome(), messageNow)
	if err != nil {
		t.Fatal(err)
	}
	d := comms.DraftOf(welcome())
	d.Body = "Bring one real task."
	if _, err := service.Edit(t.Context(), ines, id, d, 1, messageNow.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	sheet, err := s.MessageSheet(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if sheet.Message.N != 2 || len(sheet.Versions) != 2 || len(sheet.Channels) != 1 || strings.Join(sheet.Champions, ",") != "Cy" {
		t.Errorf("%+v", sheet)
	}
	if len(sheet.Done) != 2 || sheet.Done[0].Action != "message.edited" || sheet.Done[0].Detail["changed"] != "text" || sheet.Done[1].By != "Ines" {
		t.Errorf("history %+v", sheet.Done)
	}
	for _, absent := range []comms.MessageID{id + 1, 0, -1} {
		if _, err := s.MessageSheet(t.Context(), absent); !fault.Is(err, fault.NotFound) {
			t.Errorf("%d: %v", absent, err)
		}
	}
}

func TestWithoutApp(t *testing.T) {
	s, pool := messageStore(t)
	to := []string{"a@example.com", "old@example.com", "c@example.com"}
	if _, known, err := s.WithoutApp(t.Context(), to); err != nil || known {
		t.Errorf("nothing was told: %v, %v", known, err)
	}
	if _, err := pool.Exec(t.Context(), `
insert into member (ord, user_id, email, listed) values (0, 'u0', 'old@example.com', true);
update member set email = 'new@example.com' where ord = 0;
insert into device (name, email, app_version, listed_at) values ('m', 'NEW@example.com', '1', now()), ('n', 'a@example.com', '2', now()), ('o', 'c@example.com', '', now())`); err != nil {
		t.Fatal(err)
	}
	if n, known, err := s.WithoutApp(t.Context(), to); err != nil || !known || n != 1 {
		t.Errorf("%d, %v, %v", n, known, err)
	}
	if n, known, err := s.WithoutApp(t.Context(), nil); err != nil || !known || n != 0 {
		t.Errorf("nobody: %d, %v, %v", n, known, err)
	}
}

// Tests go to whoever asks, once per form, and not more often than the limit.
func TestTestsAreMailedToOneself(t *testing.T) {
	s, pool := messageStore(t)
	id, err := s.CreateMessage(t.Context(), identity.Operator(), "", welcome(), messageNow)
	if err != nil {
		t.Fatal(err)
	}
	by := identity.Actor{Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	if err := pool.QueryRow(t.Context(), `insert into account (email, created_at) values ('ines@example.com', now()) returning id`).Scan(&by.Account); err != nil {
		t.Fatal(err)
	}
	m, err := s.Message(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for i := range comms.MaxTests + 1 {
		test, err := comms.TestOf(m, comms.Recipient{Email: "somebody.else@example.com"}, comms.Values{"name": "Ines"}, fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			err = s.TestMessage(t.Context(), by, test, messageNow)
		}
		if i < comms.MaxTests && err != nil || i == comms.MaxTests && !fault.Is(err, fault.TooMany) {
			t.Fatalf("test %d: %v", i, err)
		}
	}
	var mailed, toOthers int
	var subject string
	err = pool.QueryRow(t.Context(), `select count(*), count(*) filter (where email <> 'ines@example.com'), min(subject) from delivery`).Scan(&mailed, &toOthers, &subject)
	if err != nil || mailed != comms.MaxTests || toOthers != 0 || subject != "Test: Bring one task" {
		t.Errorf("%d mailed, %d to others, %q, %v", mailed, toOthers, subject, err)
	}
}
