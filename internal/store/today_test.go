package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/store"
)

// Two departments, people who moved, who left, who changed their address.
const twoDepartments = `
insert into department (name) values ('Claims'), ('Legal');
insert into person (email, name) values ('a@example.com', 'Ann'), ('b@example.com', 'Bo'), ('left@example.com', 'Left'), ('moved@example.com', 'Moved'), ('old@example.com', 'Renamed'), ('l@example.com', 'Lex');
insert into placement (person, from_day, department) select p.id, null, d.id from person p, department d where d.name = case when p.email in ('l@example.com') then 'Legal' else 'Claims' end;
insert into placement (person, from_day, department) select p.id, date '2026-03-10', d.id from person p, department d where p.email = 'moved@example.com' and d.name = 'Legal';
insert into member (ord, user_id, email, listed) values (0, 'u0', 'a@example.com', true), (1, 'u1', 'left@example.com', false), (2, 'u2', 'old@example.com', true);
update member set email = 'new@example.com' where ord = 2;
insert into device (name, email, app_version, listed_at) values ('m', 'NEW@example.com', '1', now()), ('n', 'a@example.com', '', now());
insert into touchpoint (day, champion_email, user_email) values ('2026-03-01', 'c@example.com', 'A@example.com'), ('2026-03-04', 'c@example.com', 'a@example.com');
insert into training_session (name, kind, day) values ('Basics', 'all_staff_101', '2026-03-02'), ('Hours', 'office_hours', '2026-03-03'), ('Later', 'department', '2026-03-20');
insert into attendance (session, email, status) select id, 'b@example.com', case name when 'Basics' then 'completed' else 'attended' end from training_session;
insert into attendance (session, email, status) select id, 'a@example.com', 'no_show' from training_session where name = 'Basics'`

func TestColleagues(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), twoDepartments); err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	champion := identity.Actor{Account: 1, Email: "c@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"claims"}}
	all, err := s.ScopedDepartments(t.Context(), champion.PeopleScope())
	if err != nil || len(all) != 1 || all[0].Slug != "claims" {
		t.Fatalf("the champion's departments: %v, %v", all, err)
	}
	by := people.Asker{Account: 1, Email: champion.Email, Scope: champion.PeopleScope(), Today: day.Of(2026, 3, 9)}
	list, err := s.Colleagues(t.Context(), by, all[0])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range list {
		line := c.Called() + " " + string(c.State)
		if c.HasApp {
			line += " app"
		}
		for _, d := range []day.Date{c.Touched, c.Trained} {
			if d.Known() {
				line += " " + d.String()
			}
		}
		got = append(got, line)
	}
	want := []string{"Ann member 2026-03-04", "Bo not_arrived 2026-03-02", "Moved not_arrived", "Renamed member app"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	by.Today += 7
	if list, err = s.Colleagues(t.Context(), by, all[0]); err != nil || len(list) != 3 {
		t.Errorf("after the move: %v, %v", list, err)
	}
}

// A department outside the scope answers as one that does not exist.
func TestTodayKeepsToTheScope(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), twoDepartments); err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	lead := identity.Actor{Account: 2, Roles: []identity.Role{identity.Lead}}
	all, err := s.ScopedDepartments(t.Context(), lead.PeopleScope())
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	champion := identity.Actor{Account: 1, Roles: []identity.Role{identity.Champion}, Departments: []string{"claims"}}
	by := people.Asker{Account: 1, Scope: champion.PeopleScope(), Today: day.Of(2026, 3, 9)}
	for _, in := range []people.Department{all[1], {ID: 99, Slug: "nothing"}, {}} {
		_, one := s.Today(t.Context(), by, in)
		_, two := s.Colleagues(t.Context(), by, in)
		if !fault.Is(one, fault.NotFound) || !fault.Is(two, fault.NotFound) || !strings.Contains(one.Error(), "no such department") {
			t.Errorf("%q: %v and %v", in.Slug, one, two)
		}
	}
	if _, err := s.Today(t.Context(), by, all[0]); err != nil {
		t.Error(err)
	}
}

func TestTicks(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), twoDepartments+`; insert into account (issuer, subject, email, name, created_at) values ('i', 's', 'c@example.com', 'C', now())`); err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	var id identity.AccountID
	if err := pool.QueryRow(t.Context(), `select id from account`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	on, now := day.Of(2026, 3, 9), time.Date(2026, 3, 9, 9, 12, 0, 0, time.UTC)
	actor := identity.Actor{Account: id, Roles: []identity.Role{identity.Champion}, Departments: []string{"claims"}}
	ticked := func() []people.Tick {
		t.Helper()
		all, err := s.ScopedDepartments(t.Context(), actor.PeopleScope())
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Today(t.Context(), people.Asker{Account: id, Scope: actor.PeopleScope(), Today: on}, all[0])
		if err != nil {
			t.Fatal(err)
		}
		return d.Ticks
	}
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		if err := s.KeepTick(t.Context(), id, "sign-in", on, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := ticked(); len(got) != 1 || !got[0].At.Equal(now) {
		t.Errorf("ticked twice: %v", got)
	}
	if err := s.DropTick(t.Context(), id, "sign-in", on); err != nil || len(ticked()) != 0 {
		t.Errorf("taken back: %v, %v", ticked(), err)
	}
}
