package main

import (
	"context"
	"strings"
	"testing"

	"groundswell/internal/dbtest"
	"groundswell/internal/sandbox"
)

func TestReindexFindsAndMends(t *testing.T) {
	_, base := serveOrg(t)
	env := syncEnv(t, base, sandbox.Key)
	if o := runProgram(t, env, "sync", "--source", "users"); o.code != 0 {
		t.Fatalf("exit %d: %s", o.code, o.stderr)
	}
	if o := runProgram(t, env, "reindex", "--verify"); o.code != 0 || !strings.Contains(o.stdout, "days agree with their facts") {
		t.Errorf("exit %d: %s%s", o.code, o.stdout, o.stderr)
	}
	damage := `update day_index set active = '\xffffffffffffffff' where day in ('2026-02-03', '2026-03-04')`
	if _, err := dbtest.New(t).Exec(context.Background(), damage); err != nil {
		t.Fatal(err)
	}
	o := runProgram(t, env, "reindex", "--verify")
	lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
	if o.code != 1 || len(lines) != 2 || !strings.Contains(lines[0], "2026-02-03") || !strings.Contains(lines[1], "2026-03-04") {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
	if o := runProgram(t, env, "reindex", "--from", "2026-02-01", "--to", "2026-02-28"); o.code != 0 || !strings.Contains(o.stdout, "1 of 28 days were made anew") {
		t.Errorf("exit %d: %s%s", o.code, o.stdout, o.stderr)
	}
	if o := runProgram(t, env, "reindex", "--verify", "--to", "2026-03-03"); o.code != 0 {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
	if o := runProgram(t, env, "reindex"); o.code != 0 || !strings.Contains(o.stdout, "2026-03-04 made anew") || !strings.Contains(o.stdout, "2026-03: ") {
		t.Errorf("exit %d: %s%s", o.code, o.stdout, o.stderr)
	}
}

func TestReindexRefusesNonsense(t *testing.T) {
	for _, args := range [][]string{
		{"reindex", "--from", "soon"}, {"reindex", "--from", "2026-03-02", "--to", "2026-03-01"}, {"reindex", "everything"}, {"reindex", "--fast"},
	} {
		if o := runProgram(t, nil, args...); o.code != 2 || !strings.Contains(o.stderr, "usage: server reindex") {
			t.Errorf("%v: exit %d: %s", args, o.code, o.stderr)
		}
	}
}

// A sync of a whole year closes its months, and the next one finds nothing to close.
func TestSyncClosesMonths(t *testing.T) {
	_, base := serveOrg(t)
	env := syncEnv(t, base, sandbox.Key)
	for range 2 {
		if o := runProgram(t, env, "sync"); o.code != 0 {
			t.Fatalf("exit %d: %s", o.code, o.stderr)
		}
	}
	var months, days, unsized int
	err := dbtest.New(t).QueryRow(context.Background(), `
		select (select count(*) from closed_month), (select count(distinct day) from cohort_size),
		       (select count(*) from day_index d where d.day <= (select max(day) from cohort_size)
		            and not exists (select from cohort_size c where c.day = d.day and c.dimension = ''))`).Scan(&months, &days, &unsized)
	if err != nil || months == 0 || days == 0 || unsized > 0 {
		t.Errorf("%d months are closed, %d days have denominators, %d have none, %v", months, days, unsized, err)
	}
}
