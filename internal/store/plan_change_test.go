package store_test

import (
	"fmt"
	gosync "sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

var answers = rollout.Answers{
	Playbook: "claude-cowork", Organization: "Meridian", Architecture: rollout.SingleOrganization, Reason: "One company.",
	Install: rollout.InstallManaged, TimeZone: "Europe/Berlin",
	Calendar: rollout.Calendar{Weekdays: []time.Weekday{1, 2, 3, 4, 5}, DaysOff: []day.Date{day.Of(2026, 12, 25)}},
	Launches: []rollout.Launch{{Wave: 1, Name: "Wave 1", On: day.Of(2026, 11, 19)}, {Name: "Wave 2", On: day.Of(2027, 1, 14)}},
	Holders:  map[string]rollout.Person{"rollout_lead": {Name: "Ines", Email: "ines@example.com"}},
}

// started is a store with a rollout that has just been started: one wave and
// two departments were there before.
func started(t *testing.T) (*pgxpool.Pool, *store.Store, *rollout.Service) {
	t.Helper()
	pool := dbtest.New(t)
	s := keyed(t, pool)
	execute(t, pool, "insert into wave (name) values ('Wave 1'); insert into department (name) values ('Claims'), ('Legal')")
	service := &rollout.Service{Keeper: s}
	if err := service.Start(t.Context(), identity.Operator(), answers, noon()); err != nil {
		t.Fatal(err)
	}
	return pool, s, service
}

func TestARolloutIsStartedOnce(t *testing.T) {
	pool, s, service := started(t)
	p := planOf(t, s)
	if !p.Started() || len(p.Waves) != 2 || len(p.Tasks) < 10 || len(p.Phases) != 4 || len(p.Gates) == 0 {
		t.Fatalf("%d waves, %d tasks, %d phases, %d gates", len(p.Waves), len(p.Tasks), len(p.Phases), len(p.Gates))
	}
	if w := p.Waves[0]; w.OpensOn == nil || *w.OpensOn != day.Of(2026, 11, 19) || p.Waves[1].Name != "Wave 2" {
		t.Errorf("waves: %+v", p.Waves)
	}
	for _, task := range p.Tasks {
		for _, id := range task.WaitsFor {
			if _, ok := p.Task(id); !ok {
				t.Errorf("%s waits for a task that is not there", task.Title)
			}
		}
		if got := p.Planned(task); task.Due != got {
			t.Errorf("%s is due %s, planned for %s", task.Title, task.Due, got)
		}
	}
	if err := service.Start(t.Context(), identity.Operator(), answers, noon()); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second start: %v", err)
	}
	audited(t, pool, s)
}

// TestAStartThatFailsLeavesNothing breaks the last thing a start writes.
func TestAStartThatFailsLeavesNothing(t *testing.T) {
	pool := dbtest.New(t)
	s := keyed(t, pool)
	execute(t, pool, "alter table plan_revision add constraint still check (n = 0)")
	service := &rollout.Service{Keeper: s}
	a := answers
	a.Launches = []rollout.Launch{{Name: "Wave 1", On: day.Of(2026, 11, 19)}}
	if err := service.Start(t.Context(), identity.Operator(), a, noon()); err == nil {
		t.Fatal("it was started")
	}
	var rows int
	err := pool.QueryRow(t.Context(), `select (select count(*) from rollout) + (select count(*) from task) + (select count(*) from wave) +
		(select count(*) from phase) + (select count(*) from rollout_role) + (select count(*) from audit_log)`).Scan(&rows)
	if err != nil || rows != 0 {
		t.Errorf("%d rows stayed, %v", rows, err)
	}
	if p := planOf(t, s); p.Started() {
		t.Error("the plan says it was started")
	}
}

// TestAChangeThatBreaksOffLeavesNothing cuts the connection between what a rule
// decided and what keeps it.
func TestAChangeThatBreaksOffLeavesNothing(t *testing.T) {
	pool, _, _ := started(t)
	before := planOf(t, store.New(pool, nil))
	var cut atomic.Bool
	keys, _ := seal.Random()
	s := store.New(dbtest.Pool(t, through(t, dbtest.URL(t), &cut)), keys)
	_, err := s.ChangePlan(t.Context(), identity.Operator(), noon(), func(p *rollout.Plan) (rollout.Change, error) {
		cut.Store(true)
		task := p.Tasks[0]
		task.Title = "Never kept"
		return rollout.Change{Tasks: []rollout.Task{task}, New: []rollout.Task{task}}, nil
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("the connection broke off: %v", err)
	}
	after := planOf(t, store.New(pool, nil))
	if after.Revision != before.Revision || len(after.Tasks) != len(before.Tasks) || after.Tasks[0].Title != before.Tasks[0].Title {
		t.Error("something of it was kept")
	}
}

func TestOneOfManyEditsWins(t *testing.T) {
	_, s, service := started(t)
	task := planOf(t, s).Tasks[0]
	const many = 200
	errs := make([]error, many)
	var all gosync.WaitGroup
	for i := range many {
		all.Go(func() {
			e := rollout.Edit{Title: fmt.Sprintf("Title %d", i), Days: 1, WaitsFor: task.WaitsFor}
			errs[i] = service.Edit(t.Context(), identity.Operator(), rollout.TaskRef{ID: task.ID, Version: task.Version}, e, noon())
		})
	}
	all.Wait()
	won, refused := 0, 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case fault.Is(err, fault.Conflict):
			refused++
		default:
			t.Error(err)
		}
	}
	if won != 1 || refused != many-1 {
		t.Errorf("%d won, %d were refused", won, refused)
	}
	if got, _ := planOf(t, s).Task(task.ID); got.Version != task.Version+1 {
		t.Errorf("version %d after %d", got.Version, task.Version)
	}
}

func TestAChangeIsSeenByOtherProcesses(t *testing.T) {
	pool, s, service := started(t)
	other := store.New(pool, nil)
	task := planOf(t, other).Tasks[0]
	if err := service.Note(t.Context(), identity.Operator(), task.ID, "Called them.", noon()); err != nil {
		t.Fatal(err)
	}
	due := rollout.TaskRef{ID: task.ID, Version: task.Version}
	if err := service.SetDue(t.Context(), identity.Operator(), due, day.Of(2026, 12, 1), noon()); err != nil {
		t.Fatal(err)
	}
	if got, _ := planOf(t, s).Task(task.ID); got.Due != day.Of(2026, 12, 1) || !got.DueSet {
		t.Errorf("here: %+v", got)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		if got, _ := planOf(t, other).Task(task.ID); got.DueSet {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the other process never saw it")
		}
	}
	list, err := service.Activity(t.Context(), identity.Operator(), task.ID)
	if err != nil || len(list) != 3 || list[0].Kind != "due" || list[1].Say != "Called them." || list[2].Kind != "created" {
		t.Errorf("activity: %+v, %v", list, err)
	}
}

// TestThePlanOutlivesTheDatabase cuts the connection and reads until the plan in
// memory is too old to be taken without asking.
func TestThePlanOutlivesTheDatabase(t *testing.T) {
	var cut atomic.Bool
	pool := dbtest.Pool(t, through(t, dbtest.URL(t), &cut))
	s := keyed(t, pool)
	p := planOf(t, s)
	cut.Store(true)
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); {
		if again := planOf(t, s); again != p {
			t.Fatalf("without a database: %v", again)
		}
	}
}

func TestATaskFromTheStartToItsProof(t *testing.T) {
	pool, s, service := started(t)
	by := identity.Operator()
	id, err := service.Add(t.Context(), by, rollout.NewTask{
		Edit: rollout.Edit{Title: "Order badges", Days: 2}, Phase: "setup", Section: "Extras", Due: day.None, Evidence: rollout.Evidence{Kind: rollout.ByProof},
	}, noon())
	if err != nil {
		t.Fatal(err)
	}
	ref := rollout.TaskRef{ID: id, Version: 1}
	if err := service.SetState(t.Context(), by, rollout.NewState{Task: id, Version: 1, To: rollout.Done}, noon()); !fault.Is(err, fault.Invalid) {
		t.Errorf("done without a proof: %v", err)
	}
	if err := service.AddFile(t.Context(), by, id, `C:\badges.txt`, []byte("400 badges"), noon()); err != nil {
		t.Fatal(err)
	}
	proofs := planOf(t, s).Proofs[id]
	if len(proofs) != 1 || proofs[0].Name != "badges.txt" || proofs[0].Size != 10 {
		t.Fatalf("proofs: %+v", proofs)
	}
	if f, err := service.File(t.Context(), by, id, proofs[0].ID); err != nil || string(f.Body) != "400 badges" || f.MediaType != "text/plain" {
		t.Errorf("file: %+v, %v", f, err)
	}
	if err := service.Split(t.Context(), by, ref, []string{"Order badges", "Hand out badges"}, noon()); err != nil {
		t.Fatal(err)
	}
	if err := service.SetState(t.Context(), by, rollout.NewState{Task: id, Version: 2, To: rollout.Done}, noon()); err != nil {
		t.Fatal(err)
	}
	p := planOf(t, s)
	task, _ := p.Task(id)
	if task.State != rollout.Done || !task.DoneAt.Equal(noon()) || p.Evidence(task, noon()).Standing != rollout.StandsAttested {
		t.Errorf("%+v", task)
	}
	part := p.Tasks[len(p.Tasks)-1]
	for _, other := range p.Tasks {
		if other.Title == "Hand out badges" {
			part = other
		}
	}
	if err := service.Remove(t.Context(), by, rollout.TaskRef{ID: part.ID, Version: part.Version}, noon()); err != nil {
		t.Errorf("remove %+v: %v", part, err)
	}
	audited(t, pool, s)
}

func TestMovingALaunchMovesTheWaveAndItsTasks(t *testing.T) {
	pool, s, service := started(t)
	p := planOf(t, s)
	to := []rollout.Launch{{Wave: p.Waves[0].ID, On: day.Of(2026, 12, 3)}}
	shifts := rollout.Move(p, to)
	if len(shifts) == 0 {
		t.Fatal("nothing moves")
	}
	if err := service.MoveLaunches(t.Context(), identity.Operator(), p.Rollout.Version, to, noon()); err != nil {
		t.Fatal(err)
	}
	after := planOf(t, s)
	for _, shift := range shifts {
		if got, _ := after.Task(shift.Task.ID); got.Due != shift.To {
			t.Errorf("%s is due %s, not %s", got.Title, got.Due, shift.To)
		}
	}
	if w, _ := after.Wave(to[0].Wave); *w.OpensOn != to[0].On || after.Rollout.Version != p.Rollout.Version+1 {
		t.Errorf("wave %+v, version %d", w, after.Rollout.Version)
	}
	if err := service.MoveLaunches(t.Context(), identity.Operator(), p.Rollout.Version, to, noon()); !fault.Is(err, fault.Conflict) {
		t.Errorf("on an older version: %v", err)
	}
	audited(t, pool, s)
}
