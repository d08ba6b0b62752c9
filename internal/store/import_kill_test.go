package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// The environment of a test binary that is to import and nothing else.
const (
	childImport = "GROUNDSWELL_TEST_IMPORT_KIND"
	childFile   = "GROUNDSWELL_TEST_IMPORT_FILE"
)

const childSecret = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// childApply is what a killed process does: one whole import.
func childApply() error {
	ctx := context.Background()
	pool, err := childPool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	keys, err := seal.Parse(childSecret)
	if err != nil {
		return err
	}
	body, err := os.ReadFile(os.Getenv(childFile))
	if err != nil {
		return err
	}
	return applyFile(ctx, store.New(pool, keys), sheet.Kind(os.Getenv(childImport)), body)
}

func applyFile(ctx context.Context, st *store.Store, kind sheet.Kind, body []byte) error {
	f, by := sheet.File{Name: "file.csv", Body: bytes.NewReader(body)}, identity.Operator()
	roster, trainings := people.Service{Keeper: st}, enablement.Service{Keeper: st}
	var err error
	switch kind {
	case sheet.People:
		_, err = roster.Apply(ctx, by, f, sheet.Options{}, began)
	case sheet.Touchpoints:
		_, err = roster.ApplyTouchpoints(ctx, by, f, sheet.Options{}, began)
	case statementsWork:
		learning := enablement.LearningService{Keeper: st}
		_, err = learning.Receive(ctx, enablement.LearningToken{ID: 1}, body, began)
	default:
		_, err = trainings.Apply(ctx, by, f, sheet.Options{}, began)
	}
	return err
}

// imported are the tables of imports, without ids: sequences count what was rolled back.
var imported = []string{
	`select email, name, title, manager_email, location from person`,
	`select p.email, pl.from_day, d.name as department, w.name as wave
	 from placement pl join person p on p.id = pl.person left join department d on d.id = pl.department left join wave w on w.id = pl.wave`,
	`select name from department`,
	`select name from wave`,
	`select s.name, s.kind, s.day, a.email, a.status, a.minutes from training_session s left join attendance a on a.session = s.id`,
	`select day, champion_email, user_email, kind, note, import_key from touchpoint`,
	`select kind, file_name, row_count, added, changed, skipped from import_run`,
	`select action, detail from audit_log`,
	`select n, people, money from generation`,
}

func importedTables(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	var out []string
	for _, sql := range imported {
		rows, err := pool.Query(t.Context(), "select t::text from ("+sql+") t order by 1")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, sql), lines...)
	}
	return out
}

// TestImportsKilledAtEveryStatement lets each run die one statement later than
// the one before it. Whoever died has changed nothing; the one that gets through
// leaves what an undisturbed import leaves.
func TestImportsKilledAtEveryStatement(t *testing.T) {
	before := "email,name,department,wave,effective_from\nann@example.com,Ann,Finance,Pilot,\nbo@example.com,Bo,Sales,Pilot,\n"
	for kind, body := range map[sheet.Kind]string{
		sheet.People:      "email,name,department,wave,effective_from\nann@example.com,Ann B,Legal,Pilot,\nbo@example.com,Bo,Sales,Second,2026-12-01\ncy@example.com,Cy,Ops,,\n",
		sheet.Training:    "email,session,kind,date,status\nann@example.com,101,all_staff_101,2026-11-02,attended\nbo@example.com,101,all_staff_101,2026-11-02,no_show\n",
		sheet.Touchpoints: "date,champion_email,user_email,department,kind,note\n2026-11-02,ann@example.com,bo@example.com,,desk,\n2026-11-02,ann@example.com,,Sales,desk,\n",
	} {
		t.Run(string(kind), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file.csv")
			if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			prepared := func() (string, *pgxpool.Pool) {
				database := dbtest.Another(t)
				pool := dbtest.Pool(t, database)
				keys, _ := seal.Parse(childSecret)
				if err := applyFile(t.Context(), store.New(pool, keys), sheet.People, []byte(before)); err != nil {
					t.Fatal(err)
				}
				return database, pool
			}
			clean, cleanPool := prepared()
			if err := importing(t, clean, kind, path, 0); err != nil {
				t.Fatal(err)
			}
			want := importedTables(t, cleanPool)
			database, pool := prepared()
			untouched := importedTables(t, pool)
			for at := 1; killed(t, importing(t, database, kind, path, at)); at++ {
				if diff := gocmp.Diff(untouched, importedTables(t, pool)); diff != "" {
					t.Fatalf("killed before statement %d, it has changed:\n%s", at, diff)
				}
				if at > 60 {
					t.Fatal("it never ends")
				}
			}
			if diff := gocmp.Diff(want, importedTables(t, pool)); diff != "" {
				t.Errorf("what got through differs:\n%s", diff)
			}
			if diff := gocmp.Diff(untouched, want); diff == "" {
				t.Error("the import changes nothing: this tests nothing")
			}
		})
	}
}

// importing runs a process that imports a file and dies before a statement; 0 never.
func importing(t *testing.T, database string, kind sheet.Kind, path string, dies int) error {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDatabase+"="+database, childImport+"="+string(kind), childFile+"="+path, childStatement+"="+strconv.Itoa(dies))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("import %s: %w", kind, err)
	}
	return nil
}
