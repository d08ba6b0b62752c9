package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// statementsWork is a request of a learning system, as a kind of what a killed process does.
const statementsWork sheet.Kind = "statements"

// learned are the tables that statements change, without ids of rows.
var learned = []string{
	`select id, email, verb, at, minutes, voided_at from statement`,
	`select activity, name, kind, ignored, version from course`,
	`select id from voided_statement`,
	`select reason, times from statement_left`,
	attendancesSQL,
	`select n, log from generation`,
}

// TestStatementsKilledAtEveryStatement lets each run die one statement of SQL later
// than the one before it: a request is kept whole or not at all, and sent again it counts once.
func TestStatementsKilledAtEveryStatement(t *testing.T) {
	first := said{id: statementID(1), verb: "attended", activity: activities[0], name: "Cowork 101", email: "ann@example.com", at: began.Add(-24 * time.Hour)}
	second, other := first, first
	second.id, second.verb, second.email = statementID(2), "completed", "bo@example.com"
	other.id, other.verb = statementID(3), "experienced"
	path := filepath.Join(t.TempDir(), "statements.json")
	body := batch(second, said{id: statementID(4), verb: "voided", email: "lms@example.com", at: began, voids: first.id}, other)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	tables := func(pool *pgxpool.Pool) (all []string) {
		for _, sql := range learned {
			all = append(append(all, sql), (&classroom{pool: pool}).rows(t, t, sql)...)
		}
		return all
	}
	prepared := func() (string, *pgxpool.Pool) {
		database := dbtest.Another(t)
		pool := dbtest.Pool(t, database)
		keys, _ := seal.Parse(childSecret)
		st := store.New(pool, keys)
		c := &classroom{st: st, pool: pool, learn: enablement.LearningService{Keeper: st}}
		var err error
		if c.token, _, err = c.learn.CreateToken(t.Context(), identity.Operator(), "LMS", began); err != nil {
			t.Fatal(err)
		}
		c.send(t, t, first)
		c.decide(t, t, first.activity, enablement.Decision{Name: "Cowork 101", Kind: enablement.AllStaff101})
		return database, pool
	}
	clean, cleanPool := prepared()
	if err := importing(t, clean, statementsWork, path, 0); err != nil {
		t.Fatal(err)
	}
	want := tables(cleanPool)
	database, pool := prepared()
	untouched := tables(pool)
	for at := 1; killed(t, importing(t, database, statementsWork, path, at)); at++ {
		if diff := gocmp.Diff(untouched, tables(pool)); diff != "" {
			t.Fatalf("killed before statement %d, it has changed:\n%s", at, diff)
		}
		if at > 60 {
			t.Fatal("it never ends")
		}
	}
	if diff := gocmp.Diff(want, tables(pool)); diff != "" {
		t.Errorf("what got through differs:\n%s", diff)
	}
	if diff := gocmp.Diff(untouched, want); diff == "" {
		t.Error("the request changes nothing: this tests nothing")
	}
}
