package migrations_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/dbtest"
	"groundswell/internal/pgembed"
	"groundswell/migrations"
)

// objects lists what the public schema holds, goose's bookkeeping aside.
const objects = `
select kind || ' ' || name from (
    select 'relation' as kind, relname::text as name from pg_class where relnamespace = 'public'::regnamespace
    union all select 'type', typname from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
    union all select 'function', proname from pg_proc p where pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
) o where name not like 'goose_db_version%' order by 1`

func list(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	var names []string
	if err := pool.QueryRow(t.Context(), "select coalesce(array_agg(o), '{}') from ("+objects+") as s(o)").Scan(&names); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestUpDownUp(t *testing.T) {
	url := dbtest.Empty(t)
	pool := dbtest.Pool(t, url)
	ctx := t.Context()
	if ok, err := migrations.Current(ctx, pool); ok || err != nil {
		t.Fatalf("an empty database is current: %v, %v", ok, err)
	}
	if err := migrations.Up(ctx, url); err != nil {
		t.Fatal(err)
	}
	first := list(t, pool)
	if ok, err := migrations.Current(ctx, pool); !ok || err != nil {
		t.Fatalf("a migrated database is not current: %v, %v", ok, err)
	}
	if !slices.Contains(first, "relation river_job") || !slices.Contains(first, "relation member") {
		t.Errorf("tables are missing in %v", first)
	}
	if err := migrations.DownTo(ctx, url, 0); err != nil {
		t.Fatal(err)
	}
	if left := list(t, pool); len(left) != 0 {
		t.Errorf("the way down leaves %v", left)
	}
	if err := migrations.Up(ctx, url); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, list(t, pool)); diff != "" {
		t.Errorf("up, down and up again differs from up:\n%s", diff)
	}
}

func TestDownTakesOneStep(t *testing.T) {
	url := dbtest.URL(t)
	pool := dbtest.Pool(t, url)
	ours, _ := migrations.Newest()
	for want := range ours {
		if err := migrations.Down(t.Context(), url); err != nil {
			t.Fatal(err)
		}
		if ok, err := migrations.Current(t.Context(), pool); ok || err != nil {
			t.Fatalf("current after %d steps down: %v, %v", want+1, ok, err)
		}
	}
	if err := migrations.Down(t.Context(), url); err != nil {
		t.Errorf("a step below zero: %v", err)
	}
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Error(err)
	}
}

func TestReplicasStartingTogetherMigrateOnce(t *testing.T) {
	url := dbtest.Empty(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = migrations.Up(t.Context(), url) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	var doubled int
	const count = "select count(*) from (select from goose_db_version group by version_id having count(*) > 1) d"
	if err := dbtest.Pool(t, url).QueryRow(t.Context(), count).Scan(&doubled); err != nil || doubled != 0 {
		t.Errorf("%d migrations ran twice (%v)", doubled, err)
	}
}

func TestStatus(t *testing.T) {
	url := dbtest.Empty(t)
	before, err := migrations.Status(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	after, err := migrations.Status(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != len(after) || before[0].Name != "00001_identity" {
		t.Fatalf("before %v, after %v", before, after)
	}
	for i := range before {
		if before[i].Applied || !after[i].Applied {
			t.Errorf("%s: applied before %v, after %v", before[i].Name, before[i].Applied, after[i].Applied)
		}
	}
}

func TestRoleWithoutRightsIsToldWhatToDo(t *testing.T) {
	url := dbtest.Empty(t)
	pool := dbtest.Pool(t, url)
	var role string
	err := pool.QueryRow(t.Context(), "select 'guest_' || current_database()").Scan(&role)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"create role " + role + " login password 'guest'", "revoke create on schema public from public"} {
		if _, err := pool.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = pool.Exec(t.Context(), "drop role "+role) })
	_, rest, _ := strings.Cut(url, "@")
	err = migrations.Up(t.Context(), "postgres://"+role+":guest@"+rest)
	if err == nil || !strings.Contains(err.Error(), "grant create on schema public") {
		t.Errorf("got %v", err)
	}
}

func TestReadOnlyDatabaseIsExplained(t *testing.T) {
	url := dbtest.Empty(t) + "&default_transaction_read_only=on"
	err := migrations.Up(t.Context(), url)
	if err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("got %v", err)
	}
}

func TestSchemaFileIsCurrent(t *testing.T) {
	pgDump, err := pgembed.Program("pg_dump")
	if err != nil {
		t.Fatal(err)
	}
	got, err := migrations.Dump(t.Context(), pgDump, dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), got); diff != "" {
		t.Errorf("schema.sql is out of date; run make schema:\n%s", diff)
	}
}
