package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	views "groundswell/views/touchpoint"
	"groundswell/views/ui"
)

const (
	startsParam  = "of" // the department whose people a champion is offered
	startsAPage  = 12   // of them, those to begin with
	pickedAPage  = 25   // people offered at a time
	maxSameFound = 50   // people whose address holds the one looked for
)

var errNoSuchPerson = fault.New(fault.NotFound, "Nobody you can log a touchpoint with has this address.")

// newTouchpoint asks whom it was with, then what was done.
func (s *Server) newTouchpoint(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	f := touchForm{person: q.Get("person"), department: q.Get("department"), back: s.backOf(actor, q.Get("return_to")), key: newFormKey()}
	if f.person == "" && f.department == "" || q.Has("q") {
		return s.drawPick(w, r, actor, f)
	}
	return s.drawTouchForm(w, r, actor, f, http.StatusOK)
}

// backOf is where a form leads afterwards: where one came from, else to what the actor does all day.
func (s *Server) backOf(actor identity.Actor, from string) string {
	if to := localPath(from); to != route.Home {
		return to
	}
	if actor.Has(identity.Champion) && s.mayOpen(actor, route.Today) {
		return route.Today
	}
	return route.Touchpoints
}

// touchForm is a touchpoint as it was typed so far.
type touchForm struct {
	person, department, champion string
	outcome, note, day           string
	kind                         roster.TouchpointKind
	back, key                    string
	wrong                        map[string]string
}

// drawPick offers people of the actor's departments, and their departments as a whole.
func (s *Server) drawPick(w http.ResponseWriter, r *http.Request, actor identity.Actor, f touchForm) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	search := lookedFor(r.URL.Query().Get("q"))
	if search == "" && actor.Has(identity.Champion) && s.Days != nil {
		if done, err := s.drawStarts(w, r, actor, f); done || err != nil {
			return err
		}
	}
	book, err := s.Touchpoints.Book.TouchpointForm(r.Context(), actor, search, pickedAPage, today)
	if err != nil {
		return err
	}
	p := views.PickProps{Action: route.NewTouchpoint, Text: search, Hidden: []ui.Pair{{Name: "return_to", Value: f.back}}, Title: "People"}
	for _, e := range book.People {
		if e.Person != 0 && e.State != roster.Left {
			p.Found = append(p.Found, views.Found{Name: nameOf(e), Sub: subOf(e), URL: route.With(route.NewTouchpoint, "person", e.Email, "return_to", f.back)})
		}
	}
	switch {
	case len(p.Found) == 0 && search != "":
		p.None = "Nobody in your departments matches. People who left are not listed."
	case book.More:
		p.None = "The first ones by address. Type a name to find anybody else."
	}
	for _, d := range book.Departments {
		p.Teams = append(p.Teams, ui.Link{Label: "The whole of " + d.Name, URL: route.With(route.NewTouchpoint, "department", d.Slug, "return_to", f.back)})
	}
	return s.phone(w, r, actor, phonePage{Title: "Log a touchpoint", Back: f.back}, views.Pick(p))
}

// drawStarts offers a champion the people to begin with, as on their day; false
// when there is nobody of whom that could be said.
func (s *Server) drawStarts(w http.ResponseWriter, r *http.Request, actor identity.Actor, f touchForm) (bool, error) {
	d, err := s.deskOf(r, actor, r.URL.Query().Get(startsParam))
	if err != nil || d.in.ID == 0 {
		return false, err
	}
	list, err := s.Days.Colleagues(r.Context(), d.asker(), d.in)
	if err != nil {
		return false, err
	}
	p := views.PickProps{Action: route.NewTouchpoint, Hidden: []ui.Pair{{Name: "return_to", Value: f.back}},
		Title: "People to begin with", None: "Whom to begin with. Type a name to find anybody else."}
	for _, c := range d.toStart(list) {
		if len(p.Found) < startsAPage {
			p.Found = append(p.Found, views.Found{Name: c.Called(), Sub: d.note(c, false), URL: route.With(route.NewTouchpoint, "person", c.Email, "return_to", f.back)})
		}
	}
	for _, one := range d.all {
		p.Teams = append(p.Teams, ui.Link{Label: "The whole of " + one.Name, URL: route.With(route.NewTouchpoint, "department", one.Slug, "return_to", f.back)})
	}
	if len(p.Found) == 0 {
		return false, nil
	}
	return true, s.phone(w, r, actor, phonePage{Title: "Log a touchpoint", Back: f.back}, views.Pick(p))
}

func nameOf(e roster.Entry) string {
	if e.Name == "" {
		return e.Email
	}
	return e.Name
}

func subOf(e roster.Entry) string {
	if e.Title == "" || e.Department == "" {
		return e.Title + e.Department
	}
	return e.Title + ", " + e.Department
}

// drawTouchForm answers the form with whom it names; nobody the actor may know of is NotFound.
func (s *Server) drawTouchForm(w http.ResponseWriter, r *http.Request, actor identity.Actor, f touchForm, status int) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	book, err := s.Touchpoints.Book.TouchpointForm(r.Context(), actor, f.person, maxSameFound, today)
	if err != nil {
		return err
	}
	whom, slug, left, err := f.whom(book)
	if err != nil {
		return err
	}
	p := views.FormProps{Action: route.Touchpoints, Whom: whom, Kinds: views.Kinds(), Errors: f.wrong,
		Change: route.With(route.NewTouchpoint, "return_to", f.back), Hidden: f.hidden(), Detail: f.detail(today)}
	if p.Errors == nil && left {
		p.Errors = map[string]string{"person": whom.Name + " left the organization, so nothing can be logged with them."}
	}
	if actor.Has(identity.Lead) {
		p.Whose = f.whose(book.Champions, slug)
	}
	return s.phone(w, r, actor, phonePage{Title: "Log a touchpoint", Back: f.back, Status: status}, views.Form(p))
}

func (f touchForm) hidden() []ui.Pair {
	with := ui.Pair{Name: "person", Value: f.person}
	if f.person == "" {
		with = ui.Pair{Name: "department", Value: f.department}
	}
	return []ui.Pair{{Name: formKeyField, Value: f.key}, with, {Name: "return_to", Value: f.back}}
}

func (f touchForm) detail(today day.Date) views.DetailProps {
	at := f.day
	if at == "" {
		at = today.String()
	}
	return views.DetailProps{
		Open: f.outcome+f.note != "" || f.wrong["day"] != "", Outcomes: views.Outcomes(roster.Outcome(f.outcome)), Note: f.note,
		Day: &views.DayProps{Value: at, Min: (today - roster.LoggedBack).String(), Max: today.String()}, Errors: f.wrong,
	}
}

var errNoSuchDepartment = fault.New(fault.NotFound, "There is no such department, or none that you may know of.")

// whom finds who a form names, among those its actor may know of.
func (f touchForm) whom(book roster.TouchpointForm) (who views.Whom, slug string, left bool, err error) {
	if f.person == "" {
		for _, d := range book.Departments {
			if d.Slug == f.department {
				return views.Whom{Name: "The whole of " + d.Name, Sub: ui.Counted(d.People, "person", "people"), Whole: true}, d.Slug, false, nil
			}
		}
		return who, "", false, errNoSuchDepartment
	}
	for _, e := range book.People {
		if sheet.Fold(e.Email) != sheet.Fold(f.person) || e.Person == 0 {
			continue
		}
		for _, d := range book.Departments {
			if d.Name == e.Department {
				slug = d.Slug
			}
		}
		return views.Whom{Name: nameOf(e), Sub: subOf(e)}, slug, e.State == roster.Left, nil
	}
	return who, "", false, errNoSuchPerson
}

// whose is the choice of the champion whose help it was, those of the department first.
func (f touchForm) whose(list []roster.OnRecord, slug string) *ui.SelectProps {
	p := &ui.SelectProps{Name: "champion", Label: "Whose help was it?", Error: f.wrong["champion"]}
	var own, others []ui.Choice
	for _, c := range list {
		choice := ui.Choice{Value: c.Email, Label: c.Name + ", " + c.DepartmentName, Chosen: sheet.Fold(c.Email) == sheet.Fold(f.champion)}
		if c.Slug == slug {
			own = append(own, choice)
		} else {
			others = append(others, choice)
		}
	}
	p.Options = append(own, others...)
	if len(p.Options) == 0 {
		p.Error = "There is no champion yet. Nominate one first."
	}
	return p
}

// logTouchpoint keeps a touchpoint and goes back, with a way to take it back.
func (s *Server) logTouchpoint(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	f, d, err := s.readTouchForm(r.Context(), actor, v)
	if err != nil {
		return err
	}
	if len(f.wrong) > 0 {
		return s.drawTouchForm(w, r, actor, f, http.StatusUnprocessableEntity)
	}
	t, _, err := s.Touchpoints.Service.Log(r.Context(), actor, d, s.Now())
	switch {
	case fault.Is(err, fault.Conflict):
		return s.redirect(w, r, f.back, "This was taken back already, so nothing was logged. Open a new form to log it again.")
	case fault.Is(err, fault.Invalid) && len(asFault(err).Fields) > 0:
		f.wrong = asFault(err).Fields
		return s.drawRefused(w, r, actor, f)
	case err != nil:
		return err
	}
	return s.redirectUndo(w, r, f.back, "Logged: "+string(t.Kind)+" with "+t.With()+".", undo{
		URL:  route.Touchpoint(t.ID) + "/undo",
		With: []ui.Pair{{Name: formKeyField, Value: t.Key}, {Name: "return_to", Value: f.back}},
		Link: ui.Link{Label: "Add a note", URL: route.With(route.Touchpoint(t.ID), "return_to", f.back)},
	})
}

// readTouchForm decodes a form; what cannot be read is noted in f.
func (s *Server) readTouchForm(ctx context.Context, actor identity.Actor, v url.Values) (f touchForm, d roster.Draft, err error) {
	f = touchForm{
		person: strings.TrimSpace(v.Get("person")), department: v.Get("department"), champion: v.Get("champion"),
		outcome: v.Get("outcome"), note: v.Get("note"), day: strings.TrimSpace(v.Get("day")),
		kind: roster.TouchpointKind(v.Get("kind")), back: s.backOf(actor, v.Get("return_to")), wrong: map[string]string{},
	}
	if f.key, err = formKey(v); err != nil {
		return f, d, err
	}
	d = roster.Draft{Person: f.person, Champion: f.champion, Kind: f.kind, Outcome: roster.Outcome(f.outcome),
		Note: strings.ReplaceAll(f.note, "\r\n", "\n"), Day: day.None, Key: f.key}
	if on := readDay(f.day, "day", f.wrong); on != nil {
		d.Day = *on
	}
	if f.person != "" || f.department == "" {
		return f, d, nil
	}
	d.Department, err = s.departmentID(ctx, actor, f.department)
	return f, d, err
}

// departmentID finds a department by its slug; one that the actor may not know of is NotFound.
func (s *Server) departmentID(ctx context.Context, actor identity.Actor, slug string) (int, error) {
	today, err := s.planToday(ctx)
	if err != nil {
		return 0, err
	}
	book, err := s.Touchpoints.Book.TouchpointForm(ctx, actor, "", 0, today)
	if err != nil {
		return 0, err
	}
	for _, d := range book.Departments {
		if d.Slug == slug {
			return d.ID, nil
		}
	}
	return 0, errNoSuchDepartment
}

// drawRefused answers a form that was refused with all that was typed. Whom it
// names may be somebody the actor cannot know of: then only the address is said.
func (s *Server) drawRefused(w http.ResponseWriter, r *http.Request, actor identity.Actor, f touchForm) error {
	err := s.drawTouchForm(w, r, actor, f, http.StatusUnprocessableEntity)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	p := views.FormProps{Action: route.Touchpoints, Whom: views.Whom{Name: f.person}, Kinds: views.Kinds(), Errors: f.wrong,
		Change: route.With(route.NewTouchpoint, "return_to", f.back), Hidden: f.hidden(), Detail: f.detail(today)}
	return s.phone(w, r, actor, phonePage{Title: "Log a touchpoint", Back: f.back, Status: http.StatusUnprocessableEntity}, views.Form(p))
}

func touchpointID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "touchpoint"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "There is no touchpoint at this address that you may change.")
	}
	return id, nil
}

// undoTouchpoint takes a touchpoint back.
func (s *Server) undoTouchpoint(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := touchpointID(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	key := f.Get(formKeyField)
	if !formKeyShape.MatchString(key) {
		key = ""
	}
	if err := s.Touchpoints.Service.Undo(r.Context(), actor, id, key, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, s.backOf(actor, f.Get("return_to")), "Taken back. The touchpoint is not kept.")
}

// touchpointPage is where an outcome and a note are added.
func (s *Server) touchpointPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	t, err := s.ownTouchpoint(r, actor)
	if err != nil {
		return err
	}
	back := s.backOf(actor, r.URL.Query().Get("return_to"))
	return s.drawAmend(w, r, actor, amendProps(t, t, back, s.mayUndo(actor, t)), back, http.StatusOK)
}

// ownTouchpoint reads a touchpoint that the actor may change; any other is NotFound.
func (s *Server) ownTouchpoint(r *http.Request, actor identity.Actor) (roster.LoggedTouchpoint, error) {
	id, err := touchpointID(r)
	if err != nil {
		return roster.LoggedTouchpoint{}, err
	}
	today, err := s.planToday(r.Context())
	if err != nil {
		return roster.LoggedTouchpoint{}, err
	}
	t, err := s.Touchpoints.Book.Touchpoint(r.Context(), actor, id, today)
	if err == nil && !t.MayAmend(actor, s.Now()) {
		err = fault.New(fault.NotFound, "There is no touchpoint at this address that you may change.")
	}
	return t, err
}

func (s *Server) mayUndo(actor identity.Actor, t roster.LoggedTouchpoint) bool {
	return t.MayUndo(actor, s.Now())
}

func (s *Server) drawAmend(w http.ResponseWriter, r *http.Request, actor identity.Actor, p views.AmendProps, back string, status int) error {
	return s.phone(w, r, actor, phonePage{Title: "Touchpoint", Back: back, Status: status}, views.Amend(p))
}

// amendProps shows a touchpoint as is, with what was typed about it.
func amendProps(is, typed roster.LoggedTouchpoint, back string, undo bool) views.AmendProps {
	w := views.Whom{Name: is.PersonName, Sub: is.Department.Name}
	if is.PersonEmail == "" {
		w = views.Whom{Name: "The whole of " + is.Department.Name, Whole: true}
	}
	p := views.AmendProps{
		Action: route.Touchpoint(is.ID), Whom: w, Said: is.Kind.Name() + ", " + is.Day.Time().Format("2 Jan"),
		Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(is.Version)}, {Name: "return_to", Value: back}},
		Detail: views.DetailProps{Outcomes: views.Outcomes(typed.Outcome), Note: typed.Note, Errors: map[string]string{}},
	}
	if undo {
		p.Undo = &views.UndoProps{Action: route.Touchpoint(is.ID) + "/undo", Hidden: []ui.Pair{{Name: formKeyField, Value: is.Key}, {Name: "return_to", Value: back}}}
	}
	return p
}

// amendTouchpoint keeps an outcome and a note. What somebody else changed
// meanwhile is shown beside what was typed.
func (s *Server) amendTouchpoint(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	was, err := s.ownTouchpoint(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	back := s.backOf(actor, f.Get("return_to"))
	typed := was
	typed.Outcome, typed.Note = roster.Outcome(f.Get("outcome")), strings.ReplaceAll(f.Get("note"), "\r\n", "\n")
	is, err := s.Touchpoints.Service.Amend(r.Context(), actor, was.ID, seen, typed.Outcome, typed.Note, s.Now())
	switch {
	case err == nil:
		return s.redirect(w, r, back, "Saved: "+string(is.Kind)+" with "+is.With()+".")
	case fault.Is(err, fault.Conflict):
		p := amendProps(is, typed, back, s.mayUndo(actor, is))
		p.Other = &views.Other{Outcome: "Outcome: " + strings.ToLower(is.Outcome.Name()), Note: is.Note}
		return s.drawAmend(w, r, actor, p, back, http.StatusConflict)
	case fault.Is(err, fault.Invalid):
		p := amendProps(was, typed, back, s.mayUndo(actor, was))
		p.Hidden[0].Value, p.Detail.Errors = strconv.Itoa(seen), asFault(err).Fields
		return s.drawAmend(w, r, actor, p, back, http.StatusUnprocessableEntity)
	}
	return err
}
