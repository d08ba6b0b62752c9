package store_test

import (
	"slices"
	"testing"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// mixedRoster has people of every state, on the roster and not, some known by an
// earlier address, an account that two lines of history claim, and an expired invitation.
const mixedRoster = `
insert into department (name) values ('Claims'), ('Legal');
insert into wave (name) values ('Pilot');
insert into person (email, name) select 'p' || to_char(i, 'FM000') || '@example.com', 'Person ' || i from generate_series(1, 200) i;
insert into placement (person, department, wave) select id, 1 + id % 2, case when id % 3 = 0 then 1 end from person where id % 10 <> 0;
insert into member (ord, user_id, email, name, role, listed, added_at)
select i, 'u' || i, 'P' || to_char(i, 'FM000') || '@example.com', 'Person ' || i, 'user', i % 7 <> 0, now() from generate_series(1, 90) i;
insert into member (ord, user_id, email, name, role, listed, added_at)
select i, 'u' || i, 'q' || i || '@example.com', 'Guest ' || i, 'user', i % 7 <> 0, now() from generate_series(300, 330) i;
update member set email = 'renamed' || ord || '@example.com' where ord between 80 and 90;
insert into invite (id, email, role, status, expires_at)
select 'i' || i, 'p' || to_char(i, 'FM000') || '@example.com', 'user', 'pending', now() + '1 day' from generate_series(85, 120) i;
insert into invite (id, email, role, status, expires_at)
select 'j' || i, 'r' || i || '@example.com', 'user', 'pending', case when i % 2 = 0 then now() - interval '1 day' else now() + interval '1 day' end from generate_series(1, 9) i;
insert into invite (id, email, role, status) values ('again', 'R1@example.com', 'user', 'pending'), ('member', 'q301@example.com', 'user', 'pending'), ('done', 'r50@example.com', 'user', 'accepted')`

var wholeRoster = identity.Actor{Account: 1, Roles: []identity.Role{identity.Lead}}.PeopleScope()

// walk turns pages from the beginning to the end, and checks the way back.
func walk(t *testing.T, st *store.Store, f people.Filter) ([]people.Entry, people.View) {
	t.Helper()
	today := day.Of(2026, 11, 22)
	var all []people.Entry
	var last people.View
	var pages [][]people.Entry
	for {
		v, err := st.RosterView(t.Context(), wholeRoster, f, today)
		if err != nil {
			t.Fatal(err)
		}
		all, pages, last = append(all, v.Entries...), append(pages, v.Entries), v
		if f.After = v.Next; f.After == "" {
			break
		}
	}
	f.After = ""
	for i := len(pages) - 2; i >= 0; i-- {
		f.Before = last.Previous
		v, err := st.RosterView(t.Context(), wholeRoster, f, today)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(emails(v.Entries), emails(pages[i])) {
			t.Errorf("page %d is %v on the way back, %v on the way there", i, emails(v.Entries), emails(pages[i]))
		}
		last = v
	}
	if last.Previous != "" {
		t.Errorf("in front of the first page is %q", last.Previous)
	}
	return all, last
}

func emails(list []people.Entry) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.Email
	}
	return out
}

func TestRosterViewCountsWhatItLists(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), mixedRoster); err != nil {
		t.Fatal(err)
	}
	keys, _ := seal.Random()
	st := store.New(pool, keys)
	all, v := walk(t, st, people.Filter{Limit: 23})
	counted := map[people.State]int{}
	onRoster := 0
	for _, e := range all {
		counted[e.State]++
		if e.Person != 0 {
			onRoster++
		}
	}
	for _, s := range people.States() {
		list, _ := walk(t, st, people.Filter{Limit: 7, State: s})
		if counted[s] == 0 || counted[s] != v.States[s] || counted[s] != len(list) {
			t.Errorf("%s: %d listed, %d counted, %d found", s, counted[s], v.States[s], len(list))
		}
	}
	if v.OnRoster != 200 || onRoster != 200 || v.Everybody() != len(all) {
		t.Errorf("%d on the roster, %d of them listed; %d people, %d listed", v.OnRoster, onRoster, v.Everybody(), len(all))
	}
	for _, d := range v.Departments {
		if list, _ := walk(t, st, people.Filter{Limit: 10, Department: d.Slug}); len(list) != d.People || d.People == 0 {
			t.Errorf("%s: %d people, %d listed", d.Name, d.People, len(list))
		}
	}
}

// What stands around a page is counted anew after a change.
func TestRosterViewFollowsChanges(t *testing.T) {
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), mixedRoster); err != nil {
		t.Fatal(err)
	}
	keys, _ := seal.Random()
	st := store.New(pool, keys)
	today := day.Of(2026, 11, 22)
	lead := identity.Actor{Roles: []identity.Role{identity.Lead}}
	before, err := st.RosterView(t.Context(), wholeRoster, people.Filter{Wave: "pilot"}, today)
	if err != nil || before.Waves[0].OpensOn != nil {
		t.Fatalf("%v, %v", before.Waves, err)
	}
	on := day.Of(2026, 12, 1)
	if err := st.SetWaveOpens(t.Context(), lead, before.Waves[0].ID, &on, on.Time()); err != nil {
		t.Fatal(err)
	}
	after, err := st.RosterView(t.Context(), wholeRoster, people.Filter{}, today)
	if err != nil || after.Waves[0].OpensOn == nil || *after.Waves[0].OpensOn != on {
		t.Errorf("%v, %v", after.Waves, err)
	}
	if _, err := st.RosterView(t.Context(), identity.Actor{Roles: []identity.Role{identity.Champion}, Departments: []string{"legal"}}.PeopleScope(), people.Filter{}, today); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a champion reads the whole roster: %v", err)
	}
}
