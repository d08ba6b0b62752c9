package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/dbtest"
)

// journal changes what an index is read of, one thing at a time.
type journal struct {
	t *rapid.T
	s *Store
	n int // of the next thing
}

// The addresses a journal uses: members have some of them, the roster has some,
// nobody has the others, and that changes.
var addressesDrawn = rapid.SampledFrom([]string{"ann@example.com", "Bo@example.com", "cy@example.com", "dee@example.com", "eve@example.com", "flo@example.com"})

// do changes something, and says what readers have to read again.
func (j *journal) do(what touches, sql string, args ...any) {
	err := j.s.inTx(context.Background(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(context.Background(), sql, args...); err != nil {
			return err
		}
		_, err := bump(context.Background(), tx, what)
		return err
	})
	if err != nil {
		j.t.Fatalf("%s: %v", sql, err)
	}
}

func (j *journal) address() string { return addressesDrawn.Draw(j.t, "address") }

func (j *journal) day() string {
	return fmt.Sprintf("2026-03-%02d", rapid.IntRange(1, 9).Draw(j.t, "day"))
}

// pick draws one of n, so that what is removed or changed is now and then there.
func (j *journal) pick(n int) int { return rapid.IntRange(0, n).Draw(j.t, "which") }

func (j *journal) logged() map[string]func() {
	return map[string]func(){
		"touch a person": func() {
			j.do(touchesLog, "insert into touchpoint (day, champion_email, user_email) values ($1::text::date, 'c@example.com', $2)", j.day(), j.address())
		},
		"touch a department": func() {
			j.do(touchesLog, "insert into touchpoint (day, champion_email, department) select $1::text::date, 'c@example.com', id from department order by id offset $2 limit 1", j.day(), j.pick(2))
		},
		"undo a touchpoint": func() {
			j.do(touchesLog, "delete from touchpoint where id = (select id from touchpoint order by id offset $1 limit 1)", j.pick(4))
		},
		"hold a session": func() {
			j.n++
			kind := rapid.SampledFrom([]string{"all_staff_101", "office_hours"}).Draw(j.t, "kind")
			j.do(touchesLog, "insert into training_session (name, kind, day) values ($1, $2, $3::text::date)", fmt.Sprint("Session ", j.n), kind, j.day())
		},
		"attend": func() {
			status := rapid.SampledFrom([]string{"attended", "no_show"}).Draw(j.t, "status")
			j.do(touchesLog, `insert into attendance (session, email, status) select id, $1, $2 from training_session order by id offset $3 limit 1
				on conflict (session, email_folded) do update set status = excluded.status`, j.address(), status, j.pick(3))
		},
		"strike an attendance": func() {
			j.do(touchesLog, "delete from attendance where email_folded = lower($1)", j.address())
		},
		"log a win": func() {
			state := rapid.SampledFrom([]string{"logged", "published", "withdrawn"}).Draw(j.t, "state")
			j.do(touchesLog, "insert into win (day, email, deliverable, before, state, consent, logged_at) values ($1::text::date, $2, 'x', 'new', $3, true, now())", j.day(), j.address(), state)
		},
	}
}

func (j *journal) people() map[string]func() {
	return map[string]func(){
		"a member comes": func() {
			j.n++
			j.do(touchesPeople, "insert into member (ord, user_id, email, listed) select coalesce(max(ord), -1) + 1, $1, $2, true from member", fmt.Sprint("user_", j.n), j.address())
		},
		"a member has another address": func() {
			j.do(touchesPeople, "update member set email = $1 where ord = $2", j.address(), j.pick(3))
		},
		"a person is on the roster": func() {
			j.do(touchesPeople, "insert into person (email) values ($1) on conflict do nothing", j.address())
		},
		"a department is new": func() {
			j.n++
			j.do(touchesPeople, "insert into department (name) values ($1)", fmt.Sprint("Department ", j.n))
		},
		"somebody is placed": func() {
			j.do(touchesPeople, `insert into placement (person, department) select p.id, d.id from person p, department d
				where not exists (select from placement o where o.person = p.id) order by p.id, d.id limit 1`)
		},
		"nothing of people": func() { j.do(touchesMoney, "select 1") },
	}
}

// TestAnIndexReadInPartsIsTheWholeOne compares an index that took over what did
// not change with one that is read from nothing, after every one of many changes.
func TestAnIndexReadInPartsIsTheWholeOne(t *testing.T) {
	s := New(dbtest.New(t), nil)
	rapid.Check(t, func(t *rapid.T) {
		if _, err := s.pool.Exec(context.Background(), "truncate touchpoint, training_session, win, placement, person, department, member cascade"); err != nil {
			t.Fatal(err)
		}
		j := &journal{t: t, s: s}
		j.do(touchesPeople, "select 1")
		var held heldIndex
		steps := map[string]func(*rapid.T){"": func(*rapid.T) { held = j.compare(held) }}
		for _, some := range []map[string]func(){j.logged(), j.people()} {
			for name, step := range some {
				steps[name] = func(t *rapid.T) { j.t = t; step() }
			}
		}
		t.Repeat(steps)
	})
}

// compare reads what is new and everything, and returns what was read last.
func (j *journal) compare(last heldIndex) heldIndex {
	part, err := j.s.loadIndex(context.Background(), last)
	if err != nil {
		j.t.Fatal(err)
	}
	whole, err := j.s.loadIndex(context.Background(), heldIndex{})
	if err != nil {
		j.t.Fatal(err)
	}
	same := cmp.Options{cmpopts.IgnoreUnexported(adoption.Index{}), cmpopts.EquateEmpty()}
	if d := cmp.Diff(whole.Index, part.Index, same); d != "" {
		j.t.Fatalf("it differs (-whole +in parts):\n%s", d)
	}
	return part
}

// TestAnIndexKeepsItsPeopleWhenTheLogGrows sees that only the log is read again.
func TestAnIndexKeepsItsPeopleWhenTheLogGrows(t *testing.T) {
	s := New(dbtest.New(t), nil)
	exec := func(sql string) {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("insert into member (ord, user_id, email, listed) values (0, 'u', 'ann@example.com', true)")
	exec("update generation set n = n + 1, people = n + 1")
	first, err := s.loadIndex(t.Context(), heldIndex{})
	if err != nil {
		t.Fatal(err)
	}
	exec("update member set listed = false") // what nobody was told of is not seen
	exec("insert into touchpoint (day, champion_email, user_email) values ('2026-03-01', 'c@example.com', 'Ann@example.com'), ('2026-03-02', 'c@example.com', 'guest@example.com')")
	exec("update generation set n = n + 1, log = n + 1")
	second, err := s.loadIndex(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Members[0].Listed || len(second.Members) != 2 || len(second.Touchpoints) != 2 || second.Touchpoints[0].Member != 0 {
		t.Errorf("%+v %+v", second.Members, second.Touchpoints)
	}
	if len(first.Members) != 1 || len(first.Touchpoints) != 0 {
		t.Errorf("the index read before has changed: %+v", first.Members)
	}
}
