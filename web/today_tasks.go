package web

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/today"
	"groundswell/views/ui"
)

// tasks are the plan's tasks that are theirs and due, and those they did today.
func (v todayView) tasks() []views.Item {
	if v.plan == nil {
		return nil
	}
	var out []views.Item
	for _, t := range v.plan.Tasks {
		it := v.item(taskItem(t.ID), t.Title, v.due(t), route.Task(int64(t.ID)), v.today)
		it.Version = t.Version
		it.Fixed = it.Fixed || t.Gate != ""
		settled := t.State.Settled()
		switch due := t.Due.Known() && t.Due <= v.today; {
		case !v.plan.Theirs(v.actor, t), settled && !it.Done, !settled && !due:
			continue
		}
		it.Done = settled
		out = append(out, it)
	}
	return out
}

func (v todayView) due(t rollout.Task) string {
	switch late := v.today - t.Due; {
	case t.State.Settled():
		return "Done"
	case late == 0:
		return "Due today"
	default:
		return "Due " + v.date(t.Due) + ", " + ui.Counted(int(late), "day", "days") + " ago"
	}
}

const taskPrefix = "task/"

func taskItem(id rollout.TaskID) string { return taskPrefix + strconv.FormatInt(int64(id), 10) }

// itemShape is what a tick may be about.
var itemShape = regexp.MustCompile(`^(tip/\d{4}-\d{2}-\d{2}|(session|answer|task)/[1-9]\d{0,17}|sign-in)$`)

// tick ticks an item of the day, or takes the tick back. A task of the plan is
// done by it, where that is all it takes.
func (s *Server) tick(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	item, done := f.Get("item"), f.Get("done") == "1"
	if !itemShape.MatchString(item) {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	back := route.With(route.Today, "department", f.Get("department")) + "#for-today"
	if id, ok := strings.CutPrefix(item, taskPrefix); ok {
		stopped, err := s.turnTask(r, actor, id, f, done)
		if err != nil {
			return err
		}
		if stopped != "" {
			return s.redirect(w, r, route.Tasks+"/"+id, stopped)
		}
	}
	if err := s.keepTick(r, actor, item, done); err != nil {
		return err
	}
	return s.redirect(w, r, back, "")
}

func (s *Server) keepTick(r *http.Request, actor identity.Actor, item string, done bool) error {
	today := s.todayIs(r)
	if done {
		return s.Days.KeepTick(r.Context(), actor.Account, item, today, s.Now())
	}
	return s.Days.DropTick(r.Context(), actor.Account, item, today)
}

// todayIs is the day it is where the rollout happens, UTC's before there is one.
func (s *Server) todayIs(r *http.Request) day.Date {
	if p, err := s.running(r.Context()); err == nil && p != nil {
		return p.Today(s.Now())
	}
	return day.FromTime(s.Now())
}

// turnTask does a task of the plan, or takes that back. It returns what more that
// takes, which is asked for on the task's own page.
func (s *Server) turnTask(r *http.Request, actor identity.Actor, id string, f url.Values, done bool) (stopped string, err error) {
	if s.Tasks == nil {
		return "", fault.New(fault.NotFound, "There is no such task.")
	}
	n, _ := strconv.ParseInt(id, 10, 64)
	version, err := strconv.Atoi(f.Get("version"))
	if err != nil || version < 1 {
		return "", fault.New(fault.Invalid, sayIncomplete)
	}
	turn := rollout.NewState{Task: rollout.TaskID(n), Version: version, To: rollout.Done}
	if !done {
		turn.To, turn.Reason = rollout.Reopened, "Taken back on the page of the day."
	}
	err = s.Tasks.SetState(r.Context(), actor, turn, s.Now())
	var why *fault.Error
	if errors.As(err, &why) && (why.Kind == fault.Invalid || why.Kind == fault.Conflict || why.Kind == fault.Forbidden) {
		return why.Say, nil
	}
	return "", err
}
