package web

import (
	"net/http"
	"net/url"
	"strings"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/plan"
	"groundswell/views/ui"
)

// fromList reports whether HTMX sends a form of the list, whose region it draws anew.
func fromList(r *http.Request) bool {
	return isHTMX(r) && strings.Contains(r.Header.Get("HX-Target"), views.RegionID)
}

// doneRow asks in the list how somebody knows that a task is done; without the
// script, its page does.
func (s *Server) doneRow(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	_, t, err := s.taskOf(r, actor)
	if err != nil {
		return err
	}
	if !isHTMX(r) {
		return s.redirect(w, r, route.Task(int64(t.ID))+"#done", "")
	}
	return s.fragment(w, r, http.StatusOK, views.DoneRow(t, views.Typed{}))
}

// afterRow draws the list anew after one of its tasks was changed, or the row
// again with what is wrong.
func (s *Server) afterRow(w http.ResponseWriter, r *http.Request, actor identity.Actor, p posted, err error) error {
	if err == nil {
		return s.drawRegion(w, r, actor)
	}
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	f := asFault(err)
	p.typed.Errors = map[string]string{"words": f.Say}
	w.Header().Set("HX-Retarget", "#task-"+views.ID(p.task.ID))
	w.Header().Set("HX-Reswap", "outerHTML")
	_, t, found := s.taskOf(r, actor)
	if found != nil {
		return found
	}
	return s.fragment(w, r, statusOf(f.Kind), views.DoneRow(t, p.typed))
}

// drawRegion answers HTMX with the list that its reader looks at.
func (s *Server) drawRegion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	at, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		at = &url.URL{}
	}
	lately, err := s.lately(r.Context())
	if err != nil {
		return err
	}
	f := views.NewFilter(at.Query(), overseesPlan(actor))
	return s.fragment(w, r, http.StatusOK, views.Region(views.NewList(reader, f, lately)))
}

// changeSeveral assigns or dates the chosen tasks.
func (s *Server) changeSeveral(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	n := newTask{typed: typedOf("several", f)}
	refs := []rollout.TaskRef{}
	for _, id := range n.tasks(f["task"]) {
		refs = append(refs, rollout.TaskRef{ID: id})
	}
	done := ""
	if len(refs) == 0 {
		err = fault.Field("task", "Choose at least one task.")
	} else {
		done, err = s.doSeveral(r, actor, reader, f, refs)
	}
	if fault.Is(err, fault.Invalid) {
		return s.refuseSeveral(w, r, actor, reader, n.typed, asFault(err))
	}
	if err != nil {
		return err
	}
	back := currentPage(r)
	if !strings.HasPrefix(back, route.Plan) {
		back = route.Plan
	}
	return s.redirect(w, r, back, done)
}

func (s *Server) doSeveral(r *http.Request, actor identity.Actor, reader views.Reader, f url.Values, refs []rollout.TaskRef) (string, error) {
	switch f.Get("do") {
	case "assign":
		to, err := readOwner(f.Get("owner"), reader)
		if err != nil {
			return "", err
		}
		err = s.Tasks.Assign(r.Context(), actor, refs, rollout.Assignment{Person: to}, s.Now())
		return ui.Counted(len(refs), "task", "tasks") + " given to " + ownerWords(to) + ".", err
	case "due":
		due, err := readDue(f.Get("due"))
		if err == nil {
			err = s.Tasks.SetDues(r.Context(), actor, refs, due, s.Now())
		}
		return "The due day of " + ui.Counted(len(refs), "task", "tasks") + " is changed.", err
	}
	return "", fault.New(fault.Invalid, sayIncomplete)
}

func ownerWords(to rollout.Person) string {
	if !to.Named() {
		return "the part that owns them"
	}
	return views.Address(to)
}

// refuseSeveral shows the list again with what was chosen and what is wrong.
func (s *Server) refuseSeveral(w http.ResponseWriter, r *http.Request, actor identity.Actor, reader views.Reader, typed views.Typed, f *fault.Error) error {
	typed.Errors = f.Fields
	q := url.Values{"choose": {"tasks"}, "owner": {views.Anyone}, "phase": {views.AllPhases}}
	if at, err := url.Parse(currentPage(r)); err == nil && strings.HasPrefix(at.Path, route.Plan) {
		q = at.Query()
		q.Set("choose", "tasks")
	}
	lately, err := s.lately(r.Context())
	if err != nil {
		return err
	}
	props := views.NewList(reader, views.NewFilter(q, overseesPlan(actor)), lately).Refused(typed, r.PostForm["task"], f.Say)
	return s.page(w, r, actor, page{Title: "Plan", Section: route.Plan, Status: statusOf(f.Kind)}, views.List(props))
}
