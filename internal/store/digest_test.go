package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	gosync "sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// half past seven in Berlin, on the Monday three days before Wave 1 opens.
var digestHour = time.Date(2026, time.November, 16, 6, 30, 0, 0, time.UTC)

// people are accounts with roles, one of them deactivated and one of a former member; a
// department of six; a session tomorrow; a month that was closed; a source that fails.
const digestWorld = `
insert into account (email, name, created_at) values
    ('ines@example.com', 'Ines', now()), ('lea@example.com', 'Lea', now()), ('helen@example.com', 'Helen', now()), ('tom@example.com', 'Tom', now()),
    ('quit@example.com', 'Quit', now()), ('gone@example.com', 'Gone', now());
update account set deactivated_at = now() where email = 'quit@example.com';
insert into account_role (account_id, role, department, source, granted_at)
select a.id, r.role, r.department, 'person', now()
from account a join (values ('ines@example.com', 'lead', ''), ('lea@example.com', 'lead', ''), ('quit@example.com', 'lead', ''), ('gone@example.com', 'lead', ''),
    ('helen@example.com', 'executive', ''), ('tom@example.com', 'champion', 'claims')) as r (email, role, department) on r.email = a.email;
insert into member (ord, user_id, email, listed) values (0, 'u0', 'gone@example.com', false);
insert into person (email, name) select 'p' || i || '@example.com', 'Person ' || i from generate_series(1, 6) i;
insert into placement (person, from_day, department, wave) select p.id, '2026-01-01', (select id from department where name = 'Claims'), (select id from wave where name = 'Wave 1') from person p;
insert into training_session (name, kind, day, planned, starts_at, zone, minutes, place, host_name, host_email, features)
values ('Basics', 'all_staff_101', '2026-11-17', true, '15:30', 'Europe/Berlin', 60, 'Room 4', 'Tom', 'tom@example.com', '{}');
insert into sign_up (session, email, name, at) select id, 'p1@example.com', 'Person 1', now() from training_session;
insert into closed_month (month, through) values ('2026-10-01', '2026-11-10');
insert into source_state (source, status, failing_since, reason, say) values ('users', 'failing', '2026-11-14T05:00:00Z', 'unauthorized', 'The key is not accepted. Enter a new one.');
insert into check_result (check_key, wave, outcome, say, short, source, since, ran_at) values
    ('seats', null, 'fails', '10 seats short.', '10 short', 'Members', '2026-11-12T05:00:00Z', '2026-11-15T05:00:00Z'),
    ('seats', null, 'fails', '12 seats short.', '12 short', 'Members', '2026-11-15T05:00:00Z', '2026-11-15T05:00:00Z'),
    ('telemetry', null, 'holds', 'Events arrive.', 'Arrives', 'Telemetry', '2026-11-12T05:00:00Z', '2026-11-15T05:00:00Z');
update plan_revision set n = n + 1`

// digesting is a database with a small world in it.
func digesting(t *testing.T) (database string, pool *pgxpool.Pool) {
	t.Helper()
	database = dbtest.Another(t)
	pool = dbtest.Pool(t, database)
	keys, err := seal.Parse(childSecret)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, pool, "insert into wave (name) values ('Wave 1'); insert into department (name) values ('Claims'), ('Legal')")
	if err := (&rollout.Service{Keeper: store.New(pool, keys)}).Start(t.Context(), identity.Operator(), answers, digestHour.AddDate(0, -2, 0)); err != nil {
		t.Fatal(err)
	}
	execute(t, pool, digestWorld)
	return database, pool
}

// digestsOf writes digests over a database as a process that has just started does.
func digestsOf(t *testing.T, pool *pgxpool.Pool) *comms.Digests {
	t.Helper()
	s := keyed(t, pool)
	return &comms.Digests{Keeper: s, Facts: s}
}

func written(t *testing.T, pool *pgxpool.Pool, now time.Time) int {
	t.Helper()
	n, err := digestsOf(t, pool).Write(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func linesOf(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

const mailedSQL = `
select m.key || ' ' || d.email || ' ' || d.state || ' ' || d.reason from mailing m join delivery d on d.mailing = m.id order by m.key, d.email`

// bodyOf is what somebody was written, without the backslashes of Markdown.
func bodyOf(t *testing.T, pool *pgxpool.Pool, key, email string) string {
	t.Helper()
	found := linesOf(t, pool, "select d.subject || E'\\n' || d.body from delivery d join mailing m on m.id = d.mailing where m.key = $1 and d.email = $2", key, email)
	return strings.ReplaceAll(strings.Join(found, "\n"), `\`, "")
}

func TestDigestsOfASmallWorld(t *testing.T) {
	_, pool := digesting(t)
	if n := written(t, pool, digestHour.Add(-time.Minute)); n != 0 {
		t.Errorf("%d are written before their hour", n)
	}
	if n := written(t, pool, digestHour); n != 5 {
		t.Errorf("%d are written, want 5", n)
	}
	want := []string{
		"champion/2026-11-16 tom@example.com waiting ",
		"failures/2026-11-16 gone@example.com left_out left", "failures/2026-11-16 ines@example.com waiting ", "failures/2026-11-16 lea@example.com waiting ",
		"reminder/2026-11-16 p1@example.com waiting ", "reminder/2026-11-16 tom@example.com waiting ",
		"report/2026-10-01 helen@example.com waiting ",
		"tasks/2026-11-16 ines@example.com waiting ",
	}
	if diff := gocmp.Diff(want, linesOf(t, pool, mailedSQL)); diff != "" {
		t.Errorf("who gets what:\n%s", diff)
	}
	for _, tc := range []struct {
		key, email string
		says       []string
	}{
		{"tasks/2026-11-16", "ines@example.com", []string{"Your tasks: ", "## Overdue\n\n- [", "](/plan/tasks/"}},
		{"failures/2026-11-16", "lea@example.com", []string{
			"Needs attention: 1 source, 1 check", "[Usage](/settings/sources): The key is not accepted. Enter a new one. Since Sat 14 Nov.",
			"](/readiness/checks/seats): 12 seats short. Since Thu 12 Nov.",
		}},
		{"reminder/2026-11-16", "p1@example.com", []string{"Tomorrow: Basics", "Tue 17 Nov, 15:30 to 16:30 (Europe/Berlin)", "Place: Room 4", "](/trainings/"}},
		{"reminder/2026-11-16", "tom@example.com", []string{"You host tomorrow: Basics", "1 person signed up"}},
		{"report/2026-10-01", "helen@example.com", []string{"The figures of October 2026", "Activation rate: ", "/overview?from=2026-10-01&to=2026-10-31"}},
		{"champion/2026-11-16", "tom@example.com", []string{"Your week: Claims", "No figures yet", "Tue 17 Nov, 15:30: Basics, Room 4](/trainings/", "/today?department=claims", "Nobody is on call"}},
	} {
		body := bodyOf(t, pool, tc.key, tc.email)
		for _, want := range tc.says {
			if !strings.Contains(body, want) {
				t.Errorf("%s to %s does not say %q:\n%s", tc.key, tc.email, want, body)
			}
		}
	}
	for _, name := range []string{"Person 1", "p1@example.com"} {
		if body := bodyOf(t, pool, "champion/2026-11-16", "tom@example.com"); strings.Contains(body, name) {
			t.Errorf("the champions’ week names %s:\n%s", name, body)
		}
	}
	if n := written(t, pool, digestHour.Add(5*time.Minute)); n != 0 {
		t.Errorf("%d are written again", n)
	}
	if got := linesOf(t, pool, mailedSQL); len(got) != len(want) {
		t.Errorf("%d deliveries after the second run, want %d", len(got), len(want))
	}
	if due := linesOf(t, pool, "select distinct to_char(due_at at time zone 'Europe/Berlin', 'DD HH24:MI') from mailing"); !slices.Equal(due, []string{"16 07:30"}) {
		t.Errorf("due %v", due)
	}
}

// digestTables are what digests change, without ids: sequences count what was rolled back.
var digestTables = []string{
	`select key || ' ' || kind || ' ' || told || ' ' || coalesce((select m.key from mailing m where m.id = r.mailing), '-') from digest_run r order by 1`,
	mailedSQL,
	`select d.email || ' ' || d.subject || ' ' || d.body from delivery d order by 1`,
}

func digestRows(t *testing.T, pool *pgxpool.Pool) (all []string) {
	t.Helper()
	for _, sql := range digestTables {
		all = append(append(all, sql), linesOf(t, pool, sql)...)
	}
	return all
}

func TestManyRunnersWriteEachDigestOnce(t *testing.T) {
	_, clean := digesting(t)
	written(t, clean, digestHour)
	_, pool := digesting(t)
	var all gosync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		d := digestsOf(t, pool)
		all.Go(func() {
			_, err := d.Write(context.WithoutCancel(t.Context()), digestHour)
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if diff := gocmp.Diff(digestRows(t, clean), digestRows(t, pool)); diff != "" {
		t.Errorf("eight at once differ from one:\n%s", diff)
	}
}

// childDigests is the environment of a test binary that is to write digests and nothing else.
const childDigests = "GROUNDSWELL_TEST_DIGESTS"

// childWrite is what a killed process does: write the digests that are due.
func childWrite() error {
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
	s := store.New(pool, keys)
	_, err = (&comms.Digests{Keeper: s, Facts: s}).Write(ctx, digestHour)
	return err
}

// TestDigestsKilledAtEveryStatement lets each run die one statement later than the one
// before it, over what those before it left: every digest is there whole or not at all, and
// in the end everything is as an undisturbed run leaves it.
func TestDigestsKilledAtEveryStatement(t *testing.T) {
	_, clean := digesting(t)
	written(t, clean, digestHour)
	want := digestRows(t, clean)
	database, pool := digesting(t)
	died := 0
	for at := 1; ; at++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDatabase+"="+database, childDigests+"=1", childStatement+"="+strconv.Itoa(at))
		cmd.Stderr = os.Stderr
		if !killed(t, cmd.Run()) {
			break
		}
		died++
		halves := linesOf(t, pool, `
select key from digest_run r where mailing is not null and not exists (select from delivery d where d.mailing = r.mailing)
union all select key from mailing m where not exists (select from digest_run r where r.mailing = m.id)`)
		if len(halves) > 0 {
			t.Fatalf("killed before statement %d, half of %v is there", at, halves)
		}
		if at > 200 {
			t.Fatal("it never ends")
		}
	}
	if died < 10 {
		t.Errorf("only %d runs died: this tests little", died)
	}
	if diff := gocmp.Diff(want, digestRows(t, pool)); diff != "" {
		t.Errorf("what got through differs:\n%s", diff)
	}
}

func TestWhoEndedAKindIsLeftOutAndCounted(t *testing.T) {
	_, pool := digesting(t)
	s := keyed(t, pool)
	if err := s.ChooseMail(t.Context(), identity.Actor{}, "LEA@example.com", map[comms.Choice]bool{comms.ChoiceFailures: false}, digestHour); err != nil {
		t.Fatal(err)
	}
	board, err := s.DigestBoard(t.Context(), digestHour)
	if err != nil {
		t.Fatal(err)
	}
	if r := board.Reach[comms.KindFailures]; r != (comms.DigestReach{People: 1, OptedOut: 1}) {
		t.Errorf("failures would reach %+v", r)
	}
	written(t, pool, digestHour)
	got := linesOf(t, pool, mailedSQL)
	if !slices.Contains(got, "failures/2026-11-16 lea@example.com left_out opted_out") || !slices.Contains(got, "failures/2026-11-16 ines@example.com waiting ") {
		t.Errorf("%v", got)
	}
}

func TestTheOrganizationSetsHourAndKinds(t *testing.T) {
	_, pool := digesting(t)
	s := keyed(t, pool)
	lead := identity.Actor{Name: "Ines", Roles: []identity.Role{identity.Lead}}
	set := comms.DigestSetting{At: "09:00", Off: []comms.MailingKind{comms.KindReport, comms.KindTasks}, Version: 1}
	d := comms.Digests{Keeper: s, Facts: s}
	if err := d.Set(t.Context(), lead, set, digestHour); err != nil {
		t.Fatal(err)
	}
	if err := d.Set(t.Context(), lead, set, digestHour); !fault.Is(err, fault.Conflict) {
		t.Errorf("saved over a newer one: %v", err)
	}
	if n := written(t, pool, digestHour); n != 0 {
		t.Errorf("%d are written at the old hour", n)
	}
	if n := written(t, pool, digestHour.Add(90*time.Minute)); n != 3 {
		t.Errorf("%d are written at the new hour, want 3", n)
	}
	for _, line := range linesOf(t, pool, "select key from mailing") {
		if strings.HasPrefix(line, "report") || strings.HasPrefix(line, "tasks") {
			t.Errorf("%s is written although it is off", line)
		}
	}
	log := strings.Join(linesOf(t, pool, "select action || ' ' || subject || ' ' || detail from audit_log order by seq"), "\n")
	if strings.Count(log, `digests.set digests {"at":"09:00","off":"report tasks"}`) != 1 {
		t.Error(log)
	}
}

// TestFailuresAreToldOnceADayAndOnceThatAllIsRight walks through a week.
func TestFailuresAreToldOnceADayAndOnceThatAllIsRight(t *testing.T) {
	_, pool := digesting(t)
	told := func(on int, then string) string {
		t.Helper()
		now := digestHour.AddDate(0, 0, on)
		written(t, pool, now)
		written(t, pool, now.Add(time.Hour))
		execute(t, pool, then)
		return strings.Join(linesOf(t, pool, "select distinct d.subject from delivery d join mailing m on m.id = d.mailing where m.key = $1", "failures/"+day.FromTime(now).String()), "; ")
	}
	still := "update source_state set status = 'failing', failing_since = now() where source = 'skills'"
	right := `
update source_state set status = 'complete';
insert into check_result (check_key, wave, outcome, say, short, source, since, ran_at) values ('seats', null, 'holds', 'Enough.', 'Enough', 'Members', now(), now());
update plan_revision set n = n + 1`
	for on, tc := range []struct{ then, want string }{
		{still, "Needs attention: 1 source, 1 check"},
		{right, "Needs attention: 1 source, 1 check"},
		{"", "All right again"},
		{"", ""},
		{"", ""},
	} {
		if got := told(on, tc.then); got != tc.want {
			t.Errorf("day %d: %q, want %q", on, got, tc.want)
		}
	}
}

// TestSeatsAreToldWhenTheyBecomeFree leaves, adds seats and takes a change back.
func TestSeatsAreToldWhenTheyBecomeFree(t *testing.T) {
	st, plan := planStore(t)
	ctx, visits := t.Context(), &enablement.AttendanceService{Keeper: st}
	one := 1
	o := officeHours()
	o.Capacity = &one
	on := day.Of(2026, time.November, 19)
	id, err := plan.Plan(ctx, planner, o, on, monday)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ann", "bo", "cy", "di", "eve"} {
		who := identity.Actor{Name: name, Email: name + "@example.com"}
		if _, err := visits.SignUp(ctx, who, id, "", monday); err != nil {
			t.Fatal(err)
		}
	}
	mailed := func(want ...string) {
		t.Helper()
		if got := linesOf(t, st.Pool(), "select d.email || ' ' || d.subject from mailing m join delivery d on d.mailing = m.id where m.kind = 'seat' order by d.id"); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	leaves := func(name string, now time.Time) {
		t.Helper()
		if err := visits.Leave(ctx, identity.Actor{Name: name, Email: name + "@example.com"}, id, "", now); err != nil {
			t.Fatal(err)
		}
	}
	mailed()
	leaves("cy", monday) // waited: nobody moves up
	mailed()
	leaves("ann", monday)
	mailed("bo@example.com You have a seat: Office hours")
	failed := errors.New("no")
	err = st.UpdateSession(ctx, planner, id, "training.change", monday, func(p *enablement.Planned) error { p.Capacity = nil; return failed })
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	mailed("bo@example.com You have a seat: Office hours")
	if err := st.UpdateSession(ctx, planner, id, "training.change", monday, func(p *enablement.Planned) error { two := 2; p.Capacity = &two; return nil }); err != nil {
		t.Fatal(err)
	}
	mailed("bo@example.com You have a seat: Office hours", "di@example.com You have a seat: Office hours")
	leaves("bo", monday)
	mailed("bo@example.com You have a seat: Office hours", "di@example.com You have a seat: Office hours", "eve@example.com You have a seat: Office hours")
	until := linesOf(t, st.Pool(), "select distinct to_char(useful_until at time zone 'Europe/Berlin', 'DD HH24:MI') from mailing")
	if !slices.Equal(until, []string{"19 15:30"}) {
		t.Errorf("of use until %v", until)
	}
}
