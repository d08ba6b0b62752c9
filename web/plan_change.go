package web

import (
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/plan"
)

// posted is a form sent about one task.
type posted struct {
	r     views.Reader
	task  rollout.Task
	form  url.Values
	ref   rollout.TaskRef
	typed views.Typed
}

// readTask reads a form about the task that the address names. name says which of
// the page's forms it is.
func (s *Server) readTask(r *http.Request, actor identity.Actor, name string) (posted, error) {
	f, err := form(r)
	if err != nil {
		return posted{}, err
	}
	p := posted{form: f, typed: typedOf(name, f)}
	if p.r, p.task, err = s.taskOf(r, actor); err != nil {
		return p, err
	}
	p.ref = rollout.TaskRef{ID: p.task.ID}
	if text := f.Get("version"); text != "" {
		if p.ref.Version, err = strconv.Atoi(text); err != nil || p.ref.Version < 1 {
			return p, fault.New(fault.Invalid, sayIncomplete)
		}
	}
	return p, nil
}

// versioned is readTask for a form that must say which version of the task it was made from.
func (s *Server) versioned(r *http.Request, actor identity.Actor, name string) (posted, error) {
	p, err := s.readTask(r, actor, name)
	if err == nil && p.ref.Version == 0 {
		err = fault.New(fault.Invalid, sayIncomplete)
	}
	return p, err
}

func typedOf(name string, f url.Values) views.Typed {
	t := views.Typed{Form: name, Values: map[string]string{}, Errors: map[string]string{}}
	t.Waits = f["waits_for"]
	for field := range f {
		t.Values[field] = f.Get(field)
	}
	return t
}

// afterTask goes back to the page of a task with what was done. What cannot be
// used comes back as it was typed; what somebody else changed is shown.
func (s *Server) afterTask(w http.ResponseWriter, r *http.Request, actor identity.Actor, p posted, err error, done string) error {
	switch {
	case err == nil:
		return s.redirect(w, r, route.Task(int64(p.task.ID)), done)
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Invalid), fault.Is(err, fault.TooLarge):
		return s.redrawTask(w, r, actor, p, asFault(err))
	}
	return err
}

// redrawTask answers the page of a task as it is now, with the form as it was sent.
func (s *Server) redrawTask(w http.ResponseWriter, r *http.Request, actor identity.Actor, p posted, f *fault.Error) error {
	reader, t, err := s.taskOf(r, actor)
	if err != nil {
		return err
	}
	past, err := s.Tasks.Activity(r.Context(), actor, t.ID)
	if err != nil {
		return err
	}
	p.typed.Errors = f.Fields
	props := views.NewTask(reader, t, past, p.typed)
	if props.Messages, err = s.fulfilling(r, actor, t.ID, reader.Plan.Today(s.Now())); err != nil {
		return err
	}
	switch {
	case f.Kind == fault.Conflict:
		props = props.Conflict()
	case !besideField(p.typed):
		props = props.Refused(f.Say)
	}
	return s.page(w, r, actor, page{Title: t.Title, Section: route.Plan, Status: statusOf(f.Kind)}, views.Task(props))
}

// besideField reports whether what is wrong stands beside a field of the form.
func besideField(t views.Typed) bool {
	for field := range t.Errors {
		if _, ok := t.Values[field]; ok {
			return true
		}
	}
	return false
}

// setState begins, finishes, reopens or drops a task.
func (s *Server) setState(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, r.PostFormValue("act"))
	if err != nil {
		return err
	}
	turn := rollout.NewState{
		Task: p.ref.ID, Version: p.ref.Version, To: rollout.State(p.form.Get("to")), Reason: p.form.Get("reason"), Words: p.form.Get("words"),
	}
	err = s.Tasks.SetState(r.Context(), actor, turn, s.Now())
	if fromList(r) {
		return s.afterRow(w, r, actor, p, err)
	}
	return s.afterTask(w, r, actor, p, err, p.task.Title+": "+strings.ToLower(views.StateNames[turn.To])+".")
}

// takeTask gives a task that nobody owns to whoever asks.
func (s *Server) takeTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "take")
	if err != nil {
		return err
	}
	me := rollout.Assignment{Person: rollout.Person{Name: actor.Name, Email: actor.Email}}
	err = s.Tasks.Assign(r.Context(), actor, []rollout.TaskRef{p.ref}, me, s.Now())
	return s.afterTask(w, r, actor, p, err, "It is yours now.")
}

// assignTask gives a task to somebody, or back to the part that owns it.
func (s *Server) assignTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "owner")
	if err != nil {
		return err
	}
	to, err := readOwner(p.form.Get("owner"), p.r)
	if err == nil {
		err = s.Tasks.Assign(r.Context(), actor, []rollout.TaskRef{p.ref}, rollout.Assignment{Person: to}, s.Now())
	}
	if err == nil && !visibleAfter(p, actor, to) {
		return s.redirect(w, r, route.Plan, "Given to "+to.Email+".")
	}
	return s.afterTask(w, r, actor, p, err, assigned(to))
}

// visibleAfter reports whether an actor still may know of a task once somebody else has it.
func visibleAfter(p posted, actor identity.Actor, to rollout.Person) bool {
	return rollout.ReadsPlan(actor) || strings.EqualFold(to.Email, actor.Email)
}

func assigned(to rollout.Person) string {
	if !to.Named() {
		return "Given back to the part that owns it."
	}
	return "Given to " + views.Address(to) + "."
}

// readOwner reads a name with an address, or an address of somebody the plan knows. Nothing is nobody.
func readOwner(text string, r views.Reader) (rollout.Person, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return rollout.Person{}, nil
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return rollout.Person{}, fault.Field("owner", "Write a name with an address, such as Dana Whitfield <dana@example.com>.")
	}
	if a.Name == "" {
		return r.Named(a.Address), nil
	}
	return rollout.Person{Name: a.Name, Email: a.Address}, nil
}

// setDueDay moves the day of a task; an empty day takes that of the plan.
func (s *Server) setDueDay(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "due")
	if err != nil {
		return err
	}
	due, err := readDue(p.form.Get("due"))
	switch {
	case err != nil:
	case due.Known():
		err = s.Tasks.SetDue(r.Context(), actor, p.ref, due, s.Now())
	default:
		err = s.Tasks.PlanDue(r.Context(), actor, p.ref, s.Now())
	}
	return s.afterTask(w, r, actor, p, err, "The due day is changed.")
}

// readDue reads a day; [day.None] when there is none.
func readDue(text string) (day.Date, error) {
	errs := map[string]string{}
	on := readDay(strings.TrimSpace(text), "due", errs)
	switch {
	case len(errs) > 0:
		return day.None, fault.Field("due", errs["due"])
	case on == nil:
		return day.None, nil
	}
	return *on, nil
}

// attestTask keeps a person's word.
func (s *Server) attestTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "attest")
	if err != nil {
		return err
	}
	err = s.Tasks.Attest(r.Context(), actor, p.ref, p.form.Get("words"), s.Now())
	return s.afterTask(w, r, actor, p, err, "Attested: "+p.task.Title+".")
}

// noteTask adds a note.
func (s *Server) noteTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.readTask(r, actor, "note")
	if err != nil {
		return err
	}
	err = s.Tasks.Note(r.Context(), actor, p.ref.ID, p.form.Get("note"), s.Now())
	return s.afterTask(w, r, actor, p, err, "Note added.")
}

// moveTask moves a task up or down in its section.
func (s *Server) moveTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "move")
	if err != nil {
		return err
	}
	beside, ok := p.r.Neighbour(p.task, p.form.Get("to") == "up")
	if !ok {
		return s.afterTask(w, r, actor, p, nil, "It is the last in that direction.")
	}
	to := rollout.Place{Beside: beside.ID, Behind: p.form.Get("to") != "up"}
	err = s.Tasks.Reorder(r.Context(), actor, p.ref, to, s.Now())
	return s.afterTask(w, r, actor, p, err, "Moved beside “"+beside.Title+"”.")
}

// removeTask takes a task of the rollout's own away.
func (s *Server) removeTask(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.versioned(r, actor, "remove")
	if err != nil {
		return err
	}
	if err = s.Tasks.Remove(r.Context(), actor, p.ref, s.Now()); err != nil {
		return s.afterTask(w, r, actor, p, err, "")
	}
	return s.redirect(w, r, route.With(route.Plan, "phase", string(p.task.Phase)), "Removed: "+p.task.Title+".")
}
