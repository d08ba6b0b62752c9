package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/store"
)

// reindexed makes every day's sets from its facts and returns the days that differed.
func reindexed(t *testing.T, s *store.Store) []day.Date {
	t.Helper()
	days, err := s.Reindex(t.Context(), store.EveryDay, func(adoption.DayCheck) {})
	if err != nil {
		t.Fatal(err)
	}
	return days
}

func TestReindexMendsWhatTheCheckFinds(t *testing.T) {
	_, up := organization(t, 60)
	pool := dbtest.New(t)
	s := store.New(pool, nil)
	sync(t, s, up, pull.Options{})
	want := dump(t, pool)["day_index"]
	before := indexOf(t, s).Generation
	if days := reindexed(t, s); len(days) != 0 || indexOf(t, s).Generation != before {
		t.Errorf("days that agree were written: %v", days)
	}
	for _, damage := range []string{
		`update day_index set tasked = '\xffffffffffffffff' where day = '2026-01-07'`,
		`update day_index set sessions = '{}' where day = '2026-01-08'`,
		`delete from day_index where day = '2026-01-20'`,
		`update usage_day set actions = 0 where day = '2026-02-02'`,
	} {
		if _, err := pool.Exec(t.Context(), damage); err != nil {
			t.Fatal(err)
		}
	}
	check, err := s.CheckIndex(t.Context(), noon())
	if err != nil {
		t.Fatal(err)
	}
	differ := []string{
		"the sets of 2026-01-07 differ from its rows", "the sets of 2026-01-08 differ from its rows",
		"the sets of 2026-01-20 differ from its rows", "the sets of 2026-02-02 differ from its rows",
	}
	if d := cmp.Diff(differ, check.Differences); d != "" || check.Days != 40 {
		t.Errorf("%d days (-want +got):\n%s", check.Days, d)
	}
	states, kept, err := s.Standing(t.Context())
	if d := cmp.Diff(&check, kept, cmp.Transformer("moment", func(t time.Time) int64 { return t.UnixNano() })); d != "" || err != nil {
		t.Errorf("kept, %v (-found +kept):\n%s", err, d)
	}
	if same, err := s.States(t.Context()); err != nil || cmp.Diff(same, states) != "" {
		t.Errorf("the states differ, %v:\n%s", err, cmp.Diff(same, states))
	}
	x := indexOf(t, s)
	days := reindexed(t, s)
	if d := cmp.Diff([]day.Date{day.Of(2026, 1, 7), day.Of(2026, 1, 8), day.Of(2026, 1, 20), day.Of(2026, 2, 2)}, days); d != "" {
		t.Errorf("made anew (-want +got):\n%s", d)
	}
	if indexOf(t, s).Generation == x.Generation {
		t.Error("readers are not told")
	}
	if wrong, err := s.VerifyIndex(t.Context()); err != nil || len(wrong) > 0 {
		t.Error(err, wrong)
	}
	got := dump(t, pool)["day_index"]
	got = slices.DeleteFunc(got, func(line string) bool { return slices.Contains(want, line) })
	if len(got) > 2 { // the day whose facts changed, and the one that forgot who reported zeros
		t.Errorf("%d days are other than before", len(got))
	}
}

func TestReindexKeepsToItsPeriodAndTells(t *testing.T) {
	_, up := organization(t, 30)
	pool := dbtest.New(t)
	s := store.New(pool, nil)
	sync(t, s, up, pull.Options{})
	if _, err := pool.Exec(t.Context(), `update day_index set active = '\xffffffffffffffff'`); err != nil {
		t.Fatal(err)
	}
	var told []adoption.DayCheck
	p := day.Period{From: day.Of(2026, 1, 10), To: day.Of(2026, 1, 12)}
	days, err := s.Reindex(t.Context(), p, func(c adoption.DayCheck) { told = append(told, c) })
	if err != nil || len(days) != 3 || len(told) != 3 || told[2] != (adoption.DayCheck{Day: p.To, Done: 3, Of: 3, Differs: true}) {
		t.Errorf("%v, told %+v, %v", days, told, err)
	}
}

func TestStrangersAndGapsAreFound(t *testing.T) {
	_, up := organization(t, 30)
	pool := dbtest.New(t)
	s := store.New(pool, nil)
	sync(t, s, up, pull.Options{})
	if _, err := pool.Exec(t.Context(), `insert into usage_day (day, member, unified) values ('2026-01-07', 100000, false)`); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `insert into member (ord, user_id, name, role, listed) values (200, 'user_far', '', 'user', true)`); err != nil {
		t.Fatal(err)
	}
	wrong, err := s.VerifyIndex(t.Context())
	all := strings.Join(wrong, "\n")
	for _, want := range []string{"ordinals up to 200", "rows of 2026-01-07 belong to nobody", "the sets of 2026-01-07 differ"} {
		if !strings.Contains(all, want) || err != nil {
			t.Errorf("%q is not found: %s, %v", want, all, err)
		}
	}
}

func TestSixtyChecksAreKept(t *testing.T) {
	pool := dbtest.New(t)
	s := store.New(pool, nil)
	if _, check, err := s.Standing(t.Context()); check != nil || err != nil {
		t.Errorf("before the first: %v, %v", check, err)
	}
	for i := range 63 {
		if _, err := s.CheckIndex(t.Context(), noon().Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if n := fact[int](t, s, `select count(*) from index_check`); n != 60 {
		t.Errorf("%d checks are kept", n)
	}
	if _, last, err := s.Standing(t.Context()); err != nil || !last.At.Equal(noon().Add(62*time.Hour)) {
		t.Errorf("the last one is of %s", last.At)
	}
}
