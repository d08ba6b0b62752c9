package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/plan"
)

// Planner hands out the plan in memory, as of the latest change. Before a rollout
// is started it holds waves and departments only. It is implemented by store.Store.
type Planner interface {
	Plan(ctx context.Context) (*rollout.Plan, error)
	// PlanActivity returns what happened to any task, newest first: at most limit
	// entries after leaving out the first skip.
	PlanActivity(ctx context.Context, skip, limit int) ([]rollout.TaskActivity, error)
}

// Who reads the plan, and who may have tasks. Whose a task is, is the rollout's to say.
var (
	planners = people(identity.Lead, identity.Owner, identity.Champion, identity.Auditor)
	doers    = people(identity.Lead, identity.Owner, identity.Champion)
)

// planRoutes are the plan and its tasks.
func (s *Server) planRoutes() []routeEntry {
	if s.Plan == nil {
		return nil
	}
	one := route.Tasks + "/{task}"
	return []routeEntry{
		{"GET", route.Plan, planners, s.planPage},
		{"GET", route.Plan + ".csv", planners, s.planSheet},
		{"GET", route.PlanHistory, planners, s.historyPage},
		{"GET", route.PlanDigest, leads, s.digestPage},
		{"GET", route.Tasks + "/new", leads, s.newTaskPage},
		{"POST", route.Tasks, leads, s.addTask},
		{"POST", route.Tasks + "/several", leads, s.changeSeveral},
		{"POST", route.PlayTasks, leads, s.addFromPlay},
		{"GET", one, planners, s.taskPage},
		{"POST", one, doers, s.editTask},
		{"GET", one + "/edit", doers, s.editPage},
		{"GET", one + "/split", leads, s.splitPage},
		{"POST", one + "/split", leads, s.splitTask},
		{"GET", one + "/done", doers, s.doneRow},
		{"POST", one + "/state", doers, s.setState},
		{"POST", one + "/take", doers, s.takeTask},
		{"POST", one + "/owner", doers, s.assignTask},
		{"POST", one + "/due", doers, s.setDueDay},
		{"POST", one + "/attest", doers, s.attestTask},
		{"POST", one + "/notes", doers, s.noteTask},
		{"POST", one + "/links", doers, s.addLink},
		{"POST", one + "/files", doers, s.addFile},
		{"GET", one + "/proofs/{proof}", planners, s.sendProof},
		{"POST", one + "/proofs/{proof}/remove", doers, s.removeProof},
		{"POST", one + "/move", leads, s.moveTask},
		{"POST", one + "/remove", leads, s.removeTask},
	}
}

// planReader is the plan as of now, for whoever asks.
func (s *Server) planReader(ctx context.Context, actor identity.Actor) (views.Reader, error) {
	p, err := s.Plan.Plan(ctx)
	if err != nil {
		return views.Reader{}, err
	}
	now := s.Now().In(p.Rollout.Zone())
	r := views.Reader{Plan: p, Actor: actor, Now: now, Today: p.Today(now)}
	r.Conditions = func(g rollout.Gate) []rollout.Condition { return p.Conditions(g, p.Basis, now) }
	return r, nil
}

var errNotStarted = fault.New(fault.NotFound, "The rollout has not been started, so there is no plan yet.")

// planPage shows the plan as a list or a timeline.
func (s *Server) planPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	p := page{Title: "Plan", Section: route.Plan}
	if !reader.Plan.Started() {
		return s.page(w, r, actor, p, views.Unstarted(s.startLink(actor)))
	}
	f := views.NewFilter(r.URL.Query(), overseesPlan(actor))
	if isHTMX(r) {
		w.Header().Set("HX-Push-Url", f.Address()) // without the fields left empty
	}
	lately, err := s.lately(r.Context())
	if err != nil {
		return err
	}
	return s.page(w, r, actor, p, views.List(views.NewList(reader, f, lately)))
}

// overseesPlan reports whether an actor looks at every task unless they ask for theirs.
func overseesPlan(actor identity.Actor) bool { return actor.HasAny(identity.Lead, identity.Auditor) }

const (
	latelyRead = 60 // several of them become one line
	aPage      = 50
	lastPage   = 10_000
)

// lately is what happened to tasks last.
func (s *Server) lately(ctx context.Context) ([]rollout.TaskActivity, error) {
	return s.Plan.PlanActivity(ctx, 0, latelyRead)
}

// startLink is where the rollout is started, "" for who may not.
func (s *Server) startLink(actor identity.Actor) string {
	if a, ok := s.opens[route.PlanStart]; ok && a.admits(actor) {
		return route.PlanStart
	}
	return ""
}

// planSheet is the tasks that the filter shows as CSV.
func (s *Server) planSheet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if q.Get("phase") == "" {
		q.Set("phase", views.AllPhases)
	}
	f := views.NewFilter(q, overseesPlan(actor))
	return sendSheet(w, "plan-"+reader.Today.String()+".csv", views.Sheet(reader, f))
}

// taskOf finds the task that the address names. One that the actor may not know of is not there.
func (s *Server) taskOf(r *http.Request, actor identity.Actor) (views.Reader, rollout.Task, error) {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return reader, rollout.Task{}, err
	}
	id, err := strconv.ParseInt(chi.URLParam(r, "task"), 10, 64)
	if err != nil {
		return reader, rollout.Task{}, errNoTask
	}
	t, ok := reader.Plan.Task(rollout.TaskID(id))
	if !ok || !reader.Plan.Visible(actor, t) {
		return reader, rollout.Task{}, errNoTask
	}
	return reader, t, nil
}

var errNoTask = fault.New(fault.NotFound, "There is no such task, or none that you may know of.")

// taskPage shows a task.
func (s *Server) taskPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, t, err := s.taskOf(r, actor)
	if err != nil {
		return err
	}
	past, err := s.Tasks.Activity(r.Context(), actor, t.ID)
	if err != nil {
		return err
	}
	props := views.NewTask(reader, t, past, views.Typed{})
	if props.Messages, err = s.fulfilling(r, actor, t.ID, reader.Plan.Today(s.Now())); err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: t.Title, Section: route.Plan}, views.Task(props))
}

// historyPage shows what happened to tasks, fifty entries at a time.
func (s *Server) historyPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	at, _ := strconv.Atoi(r.URL.Query().Get("page")) // what is no number is the first page
	at = min(max(at, 1), lastPage)
	past, err := s.Plan.PlanActivity(r.Context(), (at-1)*aPage, aPage+1)
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "History of the plan", Section: route.Plan}, views.History(views.NewHistory(reader, past, at, aPage)))
}

// digestPage shows what each owner would be reminded of today.
func (s *Server) digestPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	sent, _, err := s.goesOut(r.Context(), actor, comms.KindTasks)
	if err != nil {
		return err
	}
	props := views.NewDigest(reader, rollout.Digests(reader.Plan, reader.Now), sent)
	return s.page(w, r, actor, page{Title: "Reminders", Section: route.Plan}, views.Digest(props))
}
