package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/store"
)

// workplace is a small organization, as plain lists that can be counted by hand.
type workplace struct {
	people   []placed
	members  []holder
	invited  []string
	sessions []met
	today    day.Date
}

type placed struct {
	email            string
	department, wave int // 0: none
	moves            int // the department from tomorrow on; 0: stays
}

type holder struct {
	email, was string // was: the address before; "" for none
	listed     bool
}

type met struct {
	kind      string
	on        day.Date
	cancelled bool
	came      map[string]string // address -> status
	signedUp  []string
}

func drawWorkplace(t *rapid.T) workplace {
	o := workplace{today: day.Of(2026, 11, 19)}
	address := func(i int) string { return fmt.Sprintf("p%02d@example.com", i) }
	for i := range rapid.IntRange(1, 9).Draw(t, "people") {
		o.people = append(o.people, placed{address(i), rapid.IntRange(0, 3).Draw(t, "department"), rapid.IntRange(0, 2).Draw(t, "wave"), rapid.IntRange(0, 3).Draw(t, "moves")})
	}
	free := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}).Draw(t, "addresses")
	for i := range rapid.IntRange(0, 5).Draw(t, "members") {
		h := holder{email: address(free[2*i]), listed: rapid.IntRange(0, 3).Draw(t, "listed") > 0}
		if rapid.IntRange(0, 2).Draw(t, "renamed") == 0 {
			h.was = address(free[2*i+1])
		}
		o.members = append(o.members, h)
	}
	anybody := rapid.Custom(func(t *rapid.T) string { return address(rapid.IntRange(0, 12).Draw(t, "who")) })
	o.invited = rapid.SliceOfNDistinct(anybody, 0, 4, rapid.ID[string]).Draw(t, "invited")
	for range rapid.IntRange(0, 5).Draw(t, "sessions") {
		m := met{
			kind: rapid.SampledFrom([]string{"all_staff_101", "department", "office_hours"}).Draw(t, "kind"), on: o.today + day.Date(rapid.IntRange(-3, 3).Draw(t, "day")),
			cancelled: rapid.IntRange(0, 4).Draw(t, "cancelled") == 0, came: map[string]string{},
		}
		for _, who := range rapid.SliceOfNDistinct(anybody, 0, 5, rapid.ID[string]).Draw(t, "came") {
			m.came[who] = rapid.SampledFrom([]string{"attended", "completed", "no_show"}).Draw(t, "status")
		}
		m.signedUp = rapid.SliceOfNDistinct(anybody, 0, 4, rapid.ID[string]).Draw(t, "signed up")
		o.sessions = append(o.sessions, m)
	}
	return o
}

// keep writes the workplace into the database.
func (o workplace) keep(t *testing.T, f fataler, pool *pgxpool.Pool) {
	f.Helper()
	do := func(sql string, args ...any) {
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			f.Fatal(err)
		}
	}
	do("truncate person, member, member_address, invite, placement, training_session, attendance, sign_up restart identity cascade")
	for _, p := range o.people {
		do(`with p as (insert into person (email) values ($1) returning id)
			insert into placement (person, from_day, department, wave) select id, null, nullif($2, 0), nullif($3, 0) from p where $2 + $3 > 0`, p.email, p.department, p.wave)
		if p.moves > 0 {
			do("insert into placement (person, from_day, department, wave) select id, $2, $3, nullif($4, 0) from person where email = $1", p.email, (o.today + 1).Time(), p.moves, p.wave)
		}
	}
	for i, h := range o.members {
		first := h.was
		if first == "" {
			first = h.email
		}
		do("insert into member (ord, user_id, email, listed) values ($1, $2, $3, $4)", i, fmt.Sprint("u", i), strings.ToUpper(first), h.listed)
		do("update member set email = $2 where ord = $1 and email_folded <> lower($2)", i, h.email)
	}
	for i, email := range o.invited {
		do("insert into invite (id, email, role, status) values ($1, $2, 'user', 'pending')", fmt.Sprint("i", i), email)
	}
	for i, m := range o.sessions {
		do(`insert into training_session (name, kind, day, cancelled_at) values ($1, $2, $3, case when $4 then now() end)`, fmt.Sprint("Session ", i), m.kind, m.on.Time(), m.cancelled)
		for who, status := range m.came {
			do("insert into attendance (session, email, status) select max(id), $1, $2 from training_session", strings.ToUpper(who), status)
		}
		for _, who := range m.signedUp {
			do("insert into sign_up (session, email, at) select max(id), $1, now() from training_session", who)
		}
	}
}

func (o workplace) onRoster(email string) bool {
	return slices.ContainsFunc(o.people, func(p placed) bool { return p.email == email })
}

// holderOf is the member whose an address is.
func (o workplace) holderOf(email string) *holder {
	for i := range o.members {
		if o.members[i].email == email {
			return &o.members[i]
		}
	}
	for i := range o.members {
		if o.members[i].was == email {
			return &o.members[i]
		}
	}
	return nil
}

// rosterOf is under which address the roster has a member; "" for nowhere.
func (o workplace) rosterOf(h *holder) string {
	if o.onRoster(h.email) {
		return h.email
	}
	if h.was != "" && o.onRoster(h.was) && o.holderOf(h.was) == h {
		return h.was
	}
	return ""
}

// person is the roster's address of whoever has an address; "" for a stranger.
func (o workplace) person(email string) string {
	if h := o.holderOf(email); h != nil {
		return o.rosterOf(h)
	}
	if o.onRoster(email) {
		return email
	}
	return ""
}

// count is the brute force: person by person, session by session.
func (o workplace) count() (departments map[int]enablement.Standing, missing []string) {
	departments = map[int]enablement.Standing{}
	for _, p := range o.people {
		department := p.department
		if p.department+p.wave == 0 && p.moves > 0 {
			department = p.moves // before the first placement, the first one holds
		}
		s := departments[department]
		s.ID = department
		s.People++
		basics, own, completed, ahead := false, false, false, false
		for _, m := range o.sessions {
			if m.kind == "office_hours" {
				continue
			}
			for who, status := range m.came {
				if status != "no_show" && o.person(who) == p.email {
					basics, own, completed = basics || m.kind == "all_staff_101", own || m.kind == "department", completed || status == "completed"
				}
			}
			for _, who := range m.signedUp {
				ahead = ahead || m.on >= o.today && !m.cancelled && o.person(who) == p.email
			}
		}
		for _, c := range []struct {
			is bool
			n  *int
		}{{basics, &s.Basics}, {own, &s.Own}, {basics || own, &s.Either}, {completed, &s.Completed}} {
			if c.is {
				*c.n++
			}
		}
		if !basics && !own && o.reachable(p.email) {
			s.Missing++
			missing = append(missing, p.email)
			if ahead {
				s.Ahead++
			}
		}
		departments[department] = s
	}
	slices.Sort(missing)
	return departments, missing
}

// reachable reports whether a person of the roster is a member, or invited and has no account.
func (o workplace) reachable(email string) bool {
	known := false
	for i := range o.members {
		if o.rosterOf(&o.members[i]) == email {
			known = true
			if o.members[i].listed {
				return true
			}
		}
	}
	return !known && slices.Contains(o.invited, email)
}

// TestStandingsEqualBruteForce counts small offices by hand and page by page.
func TestStandingsEqualBruteForce(t *testing.T) {
	pool := dbtest.New(t)
	st := store.New(pool, nil)
	if _, err := pool.Exec(t.Context(), "insert into department (name) values ('A'), ('B'), ('C'); insert into wave (name, opens_on) values ('One', '2026-12-01'), ('Two', null)"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		o := drawWorkplace(rt)
		o.keep(t, rt, pool)
		want, missing := o.count()
		got, err := st.Standings(t.Context(), nil, enablement.MissingFilter{Limit: 3}, o.today)
		if err != nil {
			rt.Fatal(err)
		}
		people := 0
		for _, s := range got.Departments {
			w := want[s.ID]
			w.Name, w.Slug, w.Opens = s.Name, s.Slug, s.Opens
			if diff := gocmp.Diff(w, s); diff != "" {
				rt.Fatalf("department %d of %+v:\n%s", s.ID, o, diff)
			}
			people += s.People
		}
		if people != len(o.people) {
			rt.Fatalf("%d of %d people are counted", people, len(o.people))
		}
		if diff := gocmp.Diff(missing, readMissing(t, rt, st, nil, o.today), gocmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			rt.Fatalf("missing of %+v:\n%s", o, diff)
		}
		own, err := st.Standings(t.Context(), []int{1}, enablement.MissingFilter{Limit: 50}, o.today)
		if err != nil || len(own.Waves) != 0 || len(own.Departments) > 1 || len(own.Departments) == 1 && (own.Departments[0].ID != 1 || own.Departments[0].Missing != len(own.Missing)) {
			rt.Fatalf("a scope of one department: %+v, %v", own, err)
		}
		if nobody, err := st.Standings(t.Context(), []int{}, enablement.MissingFilter{Limit: 50}, o.today); err != nil || len(nobody.Departments)+len(nobody.Missing) != 0 {
			rt.Fatalf("a scope of nobody: %+v, %v", nobody, err)
		}
	})
}

// readMissing reads every page.
func readMissing(t *testing.T, f fataler, st *store.Store, departments []int, today day.Date) []string {
	f.Helper()
	var out []string
	for filter := (enablement.MissingFilter{Limit: 2}); ; {
		list, more, err := st.Untrained(t.Context(), departments, filter, today)
		if err != nil {
			f.Fatal(err)
		}
		for _, u := range list {
			out = append(out, u.Email)
			filter.After = strings.ToLower(u.Email)
		}
		if !more {
			return out
		}
	}
}
