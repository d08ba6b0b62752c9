package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/start"
	views "groundswell/views/training"
	"groundswell/views/ui"
)

var trainingCrumbs = []ui.Link{{Label: "Trainings", URL: route.Trainings}}

// trainingForm is a posted form about a session or a series.
type trainingForm struct {
	typed            views.Form
	outline          enablement.Outline
	day, from, until day.Date
	every, version   int
	confirmed        bool
	departmentGone   bool
}

// readTrainingForm reads what was typed; departments are those there are.
func readTrainingForm(v url.Values, departments []enablement.Whose) trainingForm {
	f := trainingForm{typed: views.Form{
		Name: v.Get("name"), Kind: v.Get("kind"), Department: v.Get("department"), Day: v.Get("day"), Starts: v.Get("starts"), Zone: v.Get("zone"),
		Minutes: v.Get("minutes"), Place: v.Get("place"), Link: v.Get("link"), HostName: v.Get("host_name"), HostEmail: v.Get("host_email"),
		Capacity: v.Get("capacity"), About: v.Get("about"), EveryWeeks: v.Get("every_weeks"), From: v.Get("from"), Until: v.Get("until"),
		Features: v["features"], Version: v.Get("version"), Errors: map[string]string{},
	}}
	t := &f.typed
	f.outline = enablement.Outline{
		Name: t.Name, Kind: enablement.Kind(t.Kind), Starts: strings.TrimSpace(t.Starts), Zone: strings.TrimSpace(t.Zone), Minutes: numberTyped(t.Minutes),
		Place: t.Place, Link: t.Link, Host: enablement.Host{Name: t.HostName, Email: t.HostEmail}, About: t.About,
	}
	if c := strings.TrimSpace(t.Capacity); c != "" {
		n := numberTyped(c)
		f.outline.Capacity = &n
	}
	for _, name := range t.Features {
		f.outline.Features = append(f.outline.Features, enablement.Feature(name))
	}
	f.readDepartment(departments)
	f.day, f.from, f.until = dayTyped(t.Day), dayTyped(t.From), dayTyped(t.Until)
	f.every, f.version = numberTyped(t.EveryWeeks), numberTyped(t.Version)
	f.confirmed = v.Get("confirm") == "yes"
	return f
}

func (f *trainingForm) readDepartment(departments []enablement.Whose) {
	for _, d := range departments {
		if d.Slug == f.typed.Department {
			f.outline.Department = d
		}
	}
	f.departmentGone = f.typed.Department != "" && f.outline.Department.Everybody()
}

// gone is the fault that a department is not there any more.
func (f *trainingForm) gone() error {
	if !f.departmentGone {
		return nil
	}
	return fault.Field("department", "This department is not on the roster any more. Choose another.")
}

// numberTyped reads a whole number; 0 for anything else, which no field takes.
func numberTyped(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return n
}

func dayTyped(text string) day.Date {
	d, err := day.Parse(strings.TrimSpace(text))
	if err != nil {
		return day.None
	}
	return d
}

// typedOutline is an outline as a form shows it.
func typedOutline(o enablement.Outline) views.Form {
	f := views.Form{
		Name: o.Name, Kind: string(o.Kind), Department: o.Department.Slug, Starts: o.Starts, Zone: o.Zone, Minutes: strconv.Itoa(o.Minutes),
		Place: o.Place, Link: o.Link, HostName: o.Host.Name, HostEmail: o.Host.Email, About: o.About, Errors: map[string]string{},
	}
	if o.Capacity != nil {
		f.Capacity = strconv.Itoa(*o.Capacity)
	}
	for _, feature := range o.Features {
		f.Features = append(f.Features, string(feature))
	}
	return f
}

// begun is the form of a new session or series: empty, or like a format.
func begun(q url.Values, at place) views.Form {
	f := views.Form{Zone: at.Zone, Minutes: "60", EveryWeeks: "1", Day: q.Get("day"), Features: q["features"], Department: q.Get("department"), Errors: map[string]string{}}
	format, ok := enablement.FormatOf(enablement.Kind(q.Get("format")))
	if !ok {
		return f
	}
	f.Kind, f.Minutes, f.About = string(format.Kind), strconv.Itoa(format.Minutes), format.About
	if format.Kind != enablement.Department {
		f.Name = format.Kind.Name()
	}
	if len(f.Features) == 0 {
		for _, c := range format.Covers {
			f.Features = append(f.Features, string(c))
		}
	}
	return f
}

// formatOptions lead from one format to another on the form of something new.
func formatOptions(path string, q url.Values) []ui.Option {
	chosen := enablement.Kind(q.Get("format"))
	out := []ui.Option{{Label: "An empty form", URL: path, Current: !chosen.Valid()}}
	for _, k := range enablement.Kinds() {
		out = append(out, ui.Option{Label: k.Name(), URL: route.With(path, "format", string(k)), Current: k == chosen})
	}
	return out
}

// whoseOf returns departments as sessions name them.
func (s *Server) whoseOf(ctx context.Context, at place) ([]enablement.Whose, error) {
	list, err := s.Trainings.Book.Departments(ctx, at.Today)
	if err != nil {
		return nil, err
	}
	return eachOf(list, func(d roster.Department) enablement.Whose {
		return enablement.Whose{ID: d.ID, Name: d.Name, Slug: d.Slug}
	}), nil
}

func eachOf[T, C any](list []T, fn func(T) C) []C {
	out := make([]C, 0, len(list))
	for _, v := range list {
		out = append(out, fn(v))
	}
	return out
}

// newTrainingPage asks for a new session.
func (s *Server) newTrainingPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return err
	}
	departments, err := s.whoseOf(r.Context(), at)
	if err != nil {
		return err
	}
	p := newTraining(begun(r.URL.Query(), at), departments)
	p.Formats = formatOptions(route.NewTraining, r.URL.Query())
	return s.drawTraining(w, r, actor, http.StatusOK, p)
}

func newTraining(f views.Form, departments []enablement.Whose) views.FormProps {
	return views.FormProps{Title: "Plan a session", Crumbs: trainingCrumbs, Post: route.Trainings, Back: route.Trainings, Save: "Plan session",
		Form: f, Departments: departments, Zones: start.Zones()}
}

func (s *Server) drawTraining(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p views.FormProps) error {
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Trainings, Status: status}, views.Edit(p))
}

// postedTraining reads a form and what it refers to.
func (s *Server) postedTraining(r *http.Request) (trainingForm, place, []enablement.Whose, error) {
	v, err := form(r)
	if err != nil {
		return trainingForm{}, place{}, nil, err
	}
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return trainingForm{}, at, nil, err
	}
	departments, err := s.whoseOf(r.Context(), at)
	return readTrainingForm(v, departments), at, departments, err
}

// planTraining keeps a new session. What cannot be used comes back as it was typed.
func (s *Server) planTraining(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, at, departments, err := s.postedTraining(r)
	if err != nil {
		return err
	}
	id := 0
	if err = f.gone(); err == nil {
		id, err = s.Trainings.Plan.Plan(r.Context(), actor, f.outline, f.day, s.Now())
	}
	if fault.Is(err, fault.Invalid) {
		p := newTraining(f.typed, departments)
		marked(&p, err)
		return s.drawTraining(w, r, actor, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	to := route.Training(id)
	if !s.mayOpen(actor, to) {
		to = agendaMonth(f.day)
	}
	return s.redirect(w, r, to, "Planned: "+strings.TrimSpace(f.outline.Name)+", "+views.Day(f.day, at.Today)+".")
}

// marked puts what is wrong beside the fields it is about.
func marked(p *views.FormProps, err error) {
	e := asFault(err)
	p.Form.Errors, p.Wrong = e.Fields, e.Say
	if len(e.Fields) == 1 {
		for _, say := range e.Fields {
			p.Wrong = say
		}
	}
}

// agendaMonth is the agenda of the month that a day lies in.
func agendaMonth(d day.Date) string {
	if !d.Known() {
		return route.Trainings
	}
	return route.With(route.Trainings, "month", d.Time().Format("2006-01"))
}
