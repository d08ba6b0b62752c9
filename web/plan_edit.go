package web

import (
	"net/http"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/plan"
)

// newTaskPage asks for a task of the rollout's own.
func (s *Server) newTaskPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	if !reader.Plan.Started() {
		return errNotStarted
	}
	return s.drawEdit(w, r, actor, http.StatusOK, views.NewAdd(reader, views.Typed{}))
}

func (s *Server) drawEdit(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p views.EditProps) error {
	return s.page(w, r, actor, page{Title: p.Head.Title, Section: route.Plan, Status: status}, views.Edit(p))
}

// addTask adds a task of the rollout's own.
func (s *Server) addTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	reader, err := s.planReader(r.Context(), actor)
	if err != nil {
		return err
	}
	n := newTask{typed: typedOf("new", f)}
	task := n.read(reader)
	var id rollout.TaskID
	if err = n.wrong(); err == nil {
		id, err = s.Tasks.Add(r.Context(), actor, task, s.Now())
	}
	if fault.Is(err, fault.Invalid) {
		n.typed.Errors = asFault(err).Fields
		return s.drawEdit(w, r, actor, http.StatusUnprocessableEntity, views.NewAdd(reader, n.typed))
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Task(int64(id)), "Added: "+task.Title+".")
}

// newTask is a new task as it was typed.
type newTask struct{ typed views.Typed }

func (n newTask) get(field string) string { return strings.TrimSpace(n.typed.Values[field]) }

// wrong is what cannot be read of it; nil when all can.
func (n newTask) wrong() error {
	if len(n.typed.Errors) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Some of it cannot be used.", Fields: n.typed.Errors}
}

func (n newTask) read(r views.Reader) rollout.NewTask {
	t := rollout.NewTask{
		Edit:  rollout.Edit{Title: n.get("title"), Why: n.get("why"), DoneWhen: n.get("done_when"), Days: n.number("days")},
		Phase: adoption.Phase(n.get("phase")), Section: n.get("section"), Scope: rollout.PerOrganization,
		Evidence: rollout.Evidence{Kind: rollout.EvidenceKind(n.get("evidence"))},
	}
	if t.Evidence.Kind == rollout.ByAttestation {
		t.Evidence.HoldsDays = n.number("holds_days")
	}
	if n.get("wave") != "" {
		t.Scope, t.Wave = rollout.PerWave, n.number("wave")
	}
	owner, err := readOwner(n.get("owner"), r)
	n.note(err)
	t.Owner = rollout.Assignment{Person: owner}
	t.Due, err = readDue(n.get("due"))
	n.note(err)
	return t
}

func (n newTask) number(field string) int {
	v, err := strconv.Atoi(n.get(field))
	if err != nil {
		n.typed.Errors[field] = "This is not a whole number. Type digits, such as 3."
	}
	return v
}

func (n newTask) note(err error) {
	if err == nil {
		return
	}
	for field, say := range asFault(err).Fields {
		n.typed.Errors[field] = say
	}
}

// editPage shows the words of a task to whoever may change them.
func (s *Server) editPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawWords(w, r, actor, views.NewEdit)
}

// splitPage asks into which tasks one becomes.
func (s *Server) splitPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawWords(w, r, actor, views.NewSplit)
}

// wording makes a form about the words of a task.
type wording func(views.Reader, rollout.Task, views.Typed) views.EditProps

func (s *Server) drawWords(w http.ResponseWriter, r *http.Request, actor identity.Actor, of wording) error {
	reader, t, err := s.taskOf(r, actor)
	if err != nil {
		return err
	}
	if err := reader.Plan.MayChange(actor, t); err != nil {
		return err
	}
	return s.drawEdit(w, r, actor, http.StatusOK, of(reader, t, views.Typed{}))
}

// editTask keeps the words of a task.
func (s *Server) editTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "edit")
	if err != nil {
		return err
	}
	n := newTask{typed: p.typed}
	e := rollout.Edit{
		Title: n.get("title"), Why: n.get("why"), DoneWhen: n.get("done_when"), Days: n.number("days"),
		Help: rollout.Help{Title: n.get("help_title"), URL: n.get("help_url")}, WaitsFor: n.tasks(p.form["waits_for"]),
	}
	if err = n.wrong(); err == nil {
		err = s.Tasks.Edit(r.Context(), actor, p.ref, e, s.Now())
	}
	return s.afterWords(w, r, actor, p, err, "Saved.", views.NewEdit)
}

func (n newTask) tasks(ids []string) []rollout.TaskID {
	out := []rollout.TaskID{}
	for _, text := range ids {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			n.typed.Errors["waits_for"] = "Choose tasks of the list."
			continue
		}
		out = append(out, rollout.TaskID(id))
	}
	return out
}

// splitTask turns a task into several.
func (s *Server) splitTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "split")
	if err != nil {
		return err
	}
	parts := []string{}
	for line := range strings.Lines(p.form.Get("parts")) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	err = s.Tasks.Split(r.Context(), actor, p.ref, parts, s.Now())
	return s.afterWords(w, r, actor, p, err, "Split into "+strconv.Itoa(len(parts))+" tasks.", views.NewSplit)
}

// afterWords goes back to the task. What cannot be used, or what somebody else
// was faster with, comes back as it was typed, beside what stands now.
func (s *Server) afterWords(w http.ResponseWriter, r *http.Request, actor identity.Actor, p posted, err error, done string, of wording) error {
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		return s.afterTask(w, r, actor, p, err, done)
	}
	reader, t, found := s.taskOf(r, actor)
	if found != nil {
		return found
	}
	f := asFault(err)
	p.typed.Errors = f.Fields
	props := of(reader, t, p.typed)
	if f.Kind == fault.Conflict {
		past, err := s.Tasks.Activity(r.Context(), actor, t.ID)
		if err != nil {
			return err
		}
		props = props.Conflict(reader.Last(past))
	} else {
		props = props.Refused(f)
	}
	return s.drawEdit(w, r, actor, statusOf(f.Kind), props)
}
