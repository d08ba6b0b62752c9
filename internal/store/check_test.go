package store_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/pull"
	"groundswell/internal/rollout"
	"groundswell/internal/sandbox"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// checkDay is the Thursday of the third pilot week.
var checkDay = day.Of(2026, time.November, 19)

// checkedOrg is the invented organization with its roster imported, pulled and looked at once.
type checkedOrg struct {
	*store.Store
	t    *testing.T
	pool *pgxpool.Pool
	org  *sandbox.Org
	up   pull.Upstream
	now  time.Time
}

func newCheckedOrg(t *testing.T) *checkedOrg {
	t.Helper()
	org := sandbox.New(sandbox.Config{Today: checkDay})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	keys, _ := seal.Random()
	pool := dbtest.New(t)
	a := &checkedOrg{Store: store.New(pool, keys), t: t, pool: pool, org: org, up: clientOf(t, srv.URL, sandbox.Key), now: at(checkDay)()}
	a.roster()
	a.sync()
	return a
}

// roster imports the directory and says when its waves open.
func (a *checkedOrg) roster() {
	a.t.Helper()
	table := [][]string{{"email", "name", "department", "wave"}}
	for _, p := range a.org.Directory() {
		table = append(table, []string{p.Email, p.Name, p.Department, p.Wave})
	}
	var buf bytes.Buffer
	if err := csv.NewWriter(&buf).WriteAll(table); err != nil {
		a.t.Fatal(err)
	}
	svc := people.Service{Keeper: a.Store}
	if _, err := svc.Apply(a.t.Context(), identity.Operator(), sheet.File{Body: &buf}, sheet.Options{}, a.now); err != nil {
		a.t.Fatal(err)
	}
	waves, err := a.Waves(a.t.Context(), checkDay)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, w := range waves {
		for _, o := range a.org.Waves() {
			if o.Name == w.Name {
				must(a.t, a.SetWaveOpens(a.t.Context(), identity.Operator(), w.ID, &o.Opens, a.now))
			}
		}
	}
}

// sync pulls who may use what, and runs dry run and checks as of now.
func (a *checkedOrg) sync() int {
	a.t.Helper()
	from := checkDay - 2
	sync(a.t, a.Store, a.up, pull.Options{From: &from, Now: func() time.Time { return a.now }, Sources: []pull.Source{
		pull.Members, pull.Invites, pull.Groups, pull.Roles, pull.Summaries, pull.Spend, pull.Catalog,
	}})
	if _, err := a.RunAccess(a.t.Context(), identity.Actor{}, a.now); err != nil {
		a.t.Fatal(err)
	}
	return a.check()
}

func (a *checkedOrg) check() int {
	a.t.Helper()
	n, err := a.RunChecks(a.t.Context(), rollout.MailFacts{}, a.now)
	if err != nil {
		a.t.Fatal(err)
	}
	return n
}

func (a *checkedOrg) result(key rollout.CheckKey, wave int) rollout.Result {
	a.t.Helper()
	p, err := a.Plan(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	r, ok := p.Results[rollout.CheckRef{Check: key, Wave: wave}]
	if !ok {
		a.t.Fatalf("%s of wave %d never ran", key, wave)
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheChecksFindWhatIsWrongAtAldermere(t *testing.T) {
	a := newCheckedOrg(t)
	for key, want := range map[rollout.CheckKey]string{
		rollout.CheckSeats:       "fails: 138 short: 4,338 people in scope, 4,200 seats: 138 short.",
		rollout.CheckArrivals:    "fails: 138 never arrived: ",
		rollout.CheckGroups:      "fails: 187 not syncing: 187 people are only in nested groups, which are not synced.",
		rollout.CheckGroupRoles:  "fails: ",
		rollout.CheckCoworkRole:  "holds: 4 roles: 4 of 6 roles grant Cowork, 2 of them by granting everything; groups carry 4.",
		rollout.CheckDryRun:      "fails: 312 lose it: 312 people would lose Cowork by surprise: 96 in Pilot, 216 in Wave 1.",
		rollout.CheckSpendLimits: "holds: None at zero: The lowest limit that binds any of ",
		rollout.CheckMarketplace: "holds: 3 plugins: 3 of 4 plugins from 2 marketplaces can be installed.",
		rollout.CheckConnectors:  "none_yet: Never read: No sync has read connectors to the end yet.",
		rollout.CheckFirstTask:   "none_yet: ",
		rollout.CheckTelemetry:   "none_yet: Nothing yet: No event has ever arrived.",
		rollout.CheckChampions:   "none_yet: Nobody yet: None of 17 departments has a champion yet.",
		rollout.CheckDevices:     "none_yet: No inventory: ",
		rollout.CheckMail:        "none_yet: Not set up: ",
		rollout.CheckSupport:     "none_yet: Nobody yet: ",
		rollout.CheckTrainings:   "none_yet: No dates: ",
	} {
		r := a.result(key, 0)
		got := string(r.Outcome) + ": " + r.Short + ": " + r.Say
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s says %q, want %q", key, got, want)
		}
	}
	if n := a.check(); n != 0 {
		t.Errorf("asked again about the same, %d checks say something else", n)
	}
	for _, f := range sandbox.Fixes() {
		a.org.Fix(f, true)
	}
	a.now = a.now.Add(time.Hour)
	a.sync()
	for _, key := range []rollout.CheckKey{rollout.CheckSeats, rollout.CheckArrivals, rollout.CheckGroups, rollout.CheckGroupRoles, rollout.CheckDryRun} {
		if r := a.result(key, 0); r.Outcome != rollout.Holds || r.Count != 0 {
			t.Errorf("put right, %s says %s: %s %v", key, r.Outcome, r.Say, r.Details)
		}
	}
	past, err := a.CheckHistory(context.Background(), rollout.CheckRef{Check: rollout.CheckSeats})
	if err != nil || len(past) != 2 || past[1].Count != 138 || !past[0].Since.After(past[1].Since) {
		t.Errorf("the history of seats is %+v, %v", past, err)
	}
}

// aTask puts a task into the plan that a check proves, done by somebody.
func (a *checkedOrg) aTask(check rollout.CheckKey) rollout.TaskID {
	a.t.Helper()
	var id rollout.TaskID
	err := a.pool.QueryRow(a.t.Context(), `
insert into task (key, scope, phase, section, position, title, evidence, check_key, state, done_at, done_by)
values ($1, 'organization', 'setup', 'Access', 1, 'Proven by ' || $1, 'check', $1, 'done', now(), 'Somebody') returning id`, string(check)).Scan(&id)
	must(a.t, err)
	return id
}

func (a *checkedOrg) task(id rollout.TaskID) rollout.Task {
	a.t.Helper()
	p, err := a.Plan(a.t.Context())
	must(a.t, err)
	t, ok := p.Task(id)
	if !ok {
		a.t.Fatalf("task %d is gone", id)
	}
	return t
}

// told counts rows that a query finds.
func (a *checkedOrg) told(sql string, args ...any) int {
	a.t.Helper()
	var n int
	must(a.t, a.pool.QueryRow(a.t.Context(), sql, args...).Scan(&n))
	return n
}

func TestASignalReopensATaskAndDoesItAgain(t *testing.T) {
	a := newCheckedOrg(t)
	seats, roles := a.aTask(rollout.CheckSeats), a.aTask(rollout.CheckCoworkRole)
	a.now = a.now.Add(time.Hour)
	a.check()
	if got := a.task(seats); got.State != rollout.Reopened || got.Reason != "4,338 people in scope, 4,200 seats: 138 short." || !got.DoneAt.IsZero() {
		t.Errorf("ticked although 138 seats are missing: %s %q", got.State, got.Reason)
	}
	if got := a.task(roles); got.State != rollout.Done || got.DoneBy != "Somebody" {
		t.Errorf("a task whose check holds is touched: %s by %s", got.State, got.DoneBy)
	}
	a.org.Fix(sandbox.FixSeats, true)
	a.now = a.now.Add(time.Hour)
	a.sync()
	if got := a.task(seats); got.State != rollout.Done || got.DoneBy != rollout.Signal || got.Reason != "" {
		t.Errorf("with the seats there: %s by %s, %q", got.State, got.DoneBy, got.Reason)
	}
	if n := a.told(`select count(*) from task_activity where task = $1 and actor = 'Signal' and say <> ''`, seats); n != 2 {
		t.Errorf("%d things are told of the task, want 2", n)
	}
	if n := a.told(`select count(*) from audit_log where subject = 'task/' || $1::text and action in ('task.reopened', 'task.done')`, strconv.Itoa(int(seats))); n != 2 {
		t.Errorf("the audit log has %d entries of it, want 2", n)
	}
	version := a.task(seats).Version
	a.check()
	if got := a.task(seats); got.Version != version {
		t.Error("nothing new, and the task changes all the same")
	}
}

// What cannot be read takes only its own checks along.
func TestChecksOutliveWhatCannotBeRead(t *testing.T) {
	a := newCheckedOrg(t)
	before := a.result(rollout.CheckTelemetry, 0)
	if _, err := a.pool.Exec(t.Context(), `alter table telemetry_pulse rename to away; update summary_day set assigned_seats = 4400`); err != nil {
		t.Fatal(err)
	}
	a.now = a.now.Add(time.Hour)
	n, err := a.RunChecks(t.Context(), rollout.MailFacts{}, a.now)
	if err == nil || !strings.Contains(err.Error(), "read telemetry for the checks") || n == 0 {
		t.Errorf("%d say something new, %v", n, err)
	}
	if r := a.result(rollout.CheckSeats, 0); r.Outcome != rollout.Holds || !r.RanAt.Equal(a.now) {
		t.Errorf("seats: %+v", r)
	}
	if r := a.result(rollout.CheckTelemetry, 0); !r.RanAt.Equal(before.RanAt) {
		t.Errorf("telemetry ran without its facts: %+v", r)
	}
}

// Many at once come one after another, and what is older than what is kept is not kept.
func TestRunsOfChecksDoNotMix(t *testing.T) {
	a := newCheckedOrg(t)
	seats := a.aTask(rollout.CheckSeats)
	rows := a.told(`select count(*) from check_result`)
	var wait errgroup.Group
	for range 6 {
		wait.Go(func() error {
			_, err := a.RunChecks(t.Context(), rollout.MailFacts{}, a.now)
			return err
		})
	}
	must(t, wait.Wait())
	if n := a.told(`select count(*) from check_result`); n != rows {
		t.Errorf("%d rows became %d", rows, n)
	}
	if n := a.told(`select count(*) from task_activity where task = $1`, seats); n != 1 {
		t.Errorf("the task was reopened %d times", n)
	}
	if _, err := a.RunChecks(t.Context(), rollout.MailFacts{Configured: true}, a.now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r := a.result(rollout.CheckMail, 0); r.Short != "Not set up" || !r.RanAt.Equal(a.now) {
		t.Errorf("a run that began earlier took the place of a later one: %+v", r)
	}
}
