package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/support"

	roster "groundswell/internal/people"
)

// channelForm reads a channel's form, or the address of one.
func channelForm(f url.Values) views.ChannelForm {
	return views.ChannelForm{
		Purpose: f.Get("for"), Department: f.Get("department"), Name: f.Get("name"), URL: f.Get("url"), Note: f.Get("note"), Version: f.Get("version"),
	}
}

// channelEdit is what a channel's form asks for.
func channelEdit(t views.ChannelForm) (enablement.ChannelEdit, error) {
	seen, err := seenVersion(t.Version)
	if err != nil {
		return enablement.ChannelEdit{}, err
	}
	department := 0
	if t.Department != "" {
		if department, err = strconv.Atoi(t.Department); err != nil || department < 0 || department > 1<<31-1 {
			return enablement.ChannelEdit{}, fault.New(fault.Invalid, sayIncomplete)
		}
	}
	return enablement.ChannelEdit{Purpose: enablement.Purpose(t.Purpose), Department: department, Name: t.Name, URL: t.URL, Note: t.Note, Seen: seen}, nil
}

func (s *Server) channelPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	t := channelForm(r.URL.Query())
	if !slices.Contains([]enablement.Purpose{enablement.ForSupport, enablement.AmongChampions, enablement.OfOneDepartment}, enablement.Purpose(t.Purpose)) {
		return fault.New(fault.NotFound, "There is no such channel.")
	}
	t.Name, t.URL, t.Note = "", "", ""
	return s.drawChannel(w, r, actor, t, nil)
}

// drawChannel answers a channel's form: as it is, or as it was typed with what is wrong.
func (s *Server) drawChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor, t views.ChannelForm, wrong error) error {
	today := s.today()
	all, err := s.Support.SupportFor(r.Context(), actor, today)
	if err != nil {
		return err
	}
	departments, err := s.Support.Departments(r.Context(), today)
	if err != nil {
		return err
	}
	held, free := heldChannel(all.Channels, t), departments
	for _, c := range all.Channels {
		free = slices.DeleteFunc(free, func(d roster.Department) bool { return d.ID == c.Department })
	}
	if wrong == nil {
		t.Version = "0"
		if held != nil {
			t.Name, t.URL, t.Note, t.Version = held.Name, held.URL, held.Note, strconv.Itoa(held.Version)
		}
	}
	p := views.NewChannel(t, held, free)
	status := http.StatusOK
	if wrong != nil {
		f := asFault(wrong)
		status, p.Problem, p.Form.Errors = statusOf(f.Kind), f.Say, f.Fields
		if f.Kind == fault.Conflict {
			p.Form.Version, p.Theirs = "0", "there is none"
			if held != nil {
				p.Form.Version, p.Theirs = strconv.Itoa(held.Version), held.Name+" "+held.URL+" "+held.Note
			}
		}
	}
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Support, Status: status}, views.Channel(p))
}

// heldChannel is the channel that a form is about, nil when there is none.
func heldChannel(all []enablement.Channel, t views.ChannelForm) *enablement.Channel {
	for i, c := range all {
		same := string(c.Purpose) == t.Purpose
		if same && (c.Department == 0 || strconv.Itoa(c.Department) == t.Department) {
			return &all[i]
		}
	}
	return nil
}

func (s *Server) saveChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	t := channelForm(f)
	e, err := channelEdit(t)
	if err != nil {
		return err
	}
	err = s.Support.SaveChannel(r.Context(), actor, e, s.Now())
	switch {
	case formMends(err):
		return s.drawChannel(w, r, actor, t, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Support, "The channel is saved.")
}

func (s *Server) removeChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	e, err := channelEdit(channelForm(f))
	if err != nil {
		return err
	}
	if err := s.Support.RemoveChannel(r.Context(), actor, e, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Support, "The channel is removed.")
}

// pathForm reads an escalation path's form.
func pathForm(f url.Values) views.PathForm {
	return views.PathForm{
		Topic: f.Get("topic"), GoesTo: f.Get("goes_to"), Contact: f.Get("contact"), Within: f.Get("within"), Version: f.Get("version"), Key: f.Get(formKeyField),
	}
}

func pathEdit(t views.PathForm) enablement.EscalationEdit {
	return enablement.EscalationEdit{Topic: t.Topic, GoesTo: t.GoesTo, Contact: t.Contact, Within: t.Within}
}

// drawPath answers an escalation path's form; id is 0 for a new one, now is what it is.
func (s *Server) drawPath(w http.ResponseWriter, r *http.Request, actor identity.Actor, id int, t views.PathForm, now *enablement.Escalation, wrong error) error {
	p, status := views.NewPath(id, t), http.StatusOK
	if wrong != nil {
		f := asFault(wrong)
		status, p.Problem, p.Form.Errors = statusOf(f.Kind), f.Say, f.Fields
		if f.Kind == fault.Conflict && now != nil {
			p.Form.Version, p.Theirs = strconv.Itoa(now.Version), now.Topic+" → "+now.GoesTo+" "+now.Contact+" "+now.Within
		}
	}
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Support, Status: status}, views.Path(p))
}

func (s *Server) newPathPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawPath(w, r, actor, 0, views.PathForm{Version: "0", Key: newFormKey()}, nil, nil)
}

func (s *Server) addPath(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key, err := formKey(f)
	if err != nil {
		return err
	}
	t := pathForm(f)
	err = s.Support.AddEscalation(r.Context(), actor, pathEdit(t), key, s.Now())
	switch {
	case formMends(err):
		return s.drawPath(w, r, actor, 0, t, nil, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Support, "The path is added.")
}

// pathOf reads the escalation path an address is about.
func (s *Server) pathOf(r *http.Request, actor identity.Actor) (enablement.Escalation, error) {
	none := fault.New(fault.NotFound, "There is no such escalation path.")
	id, err := strconv.Atoi(chi.URLParam(r, "path"))
	if err != nil {
		return enablement.Escalation{}, none
	}
	all, err := s.Support.SupportFor(r.Context(), actor, s.today())
	if err != nil {
		return enablement.Escalation{}, err
	}
	i := slices.IndexFunc(all.Paths, func(e enablement.Escalation) bool { return e.ID == id })
	if i < 0 {
		return enablement.Escalation{}, none
	}
	return all.Paths[i], nil
}

func (s *Server) pathPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	e, err := s.pathOf(r, actor)
	if err != nil {
		return err
	}
	t := views.PathForm{Topic: e.Topic, GoesTo: e.GoesTo, Contact: e.Contact, Within: e.Within, Version: strconv.Itoa(e.Version)}
	return s.drawPath(w, r, actor, e.ID, t, &e, nil)
}

// changePath does one thing to an escalation path, with the version its form showed.
func (s *Server) changePath(w http.ResponseWriter, r *http.Request, actor identity.Actor, done string, do func(id, seen int, f url.Values) error) error {
	e, err := s.pathOf(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen := 0
	if f.Has("version") {
		if seen, err = seenVersion(f.Get("version")); err != nil {
			return err
		}
	}
	err = do(e.ID, seen, f)
	switch {
	case formMends(err) && f.Has("topic"):
		now, err2 := s.pathOf(r, actor)
		if err2 != nil {
			return err2
		}
		return s.drawPath(w, r, actor, e.ID, pathForm(f), &now, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Support, done)
}

func (s *Server) savePath(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changePath(w, r, actor, "The path is saved.", func(id, seen int, f url.Values) error {
		return s.Support.SaveEscalation(r.Context(), actor, id, seen, pathEdit(pathForm(f)), s.Now())
	})
}

func (s *Server) movePath(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changePath(w, r, actor, "The order is changed.", func(id, _ int, f url.Values) error {
		return s.Support.MoveEscalation(r.Context(), actor, id, f.Get("to") == "up", s.Now())
	})
}

func (s *Server) removePath(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changePath(w, r, actor, "The path is removed.", func(id, seen int, _ url.Values) error {
		return s.Support.RemoveEscalation(r.Context(), actor, id, seen, s.Now())
	})
}

func (s *Server) rotaPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawRota(w, r, actor, nil, nil)
}

// drawRota answers the rota of the coming weeks: as it is, or as it was typed with what is wrong.
func (s *Server) drawRota(w http.ResponseWriter, r *http.Request, actor identity.Actor, typed map[string]string, wrong error) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	duties, err := s.Support.Rota(r.Context(), today.Monday(), today.Monday()+7*(enablement.RotaWeeks-1), today)
	if err != nil {
		return err
	}
	champions, err := s.Support.ChampionsOf(r.Context(), nil, today)
	if err != nil {
		return err
	}
	status, problem, fields := http.StatusOK, "", map[string]string(nil)
	if wrong != nil {
		f := asFault(wrong)
		status, problem, fields = statusOf(f.Kind), f.Say, f.Fields
	}
	p := views.NewRota(duties, champions, today, typed, fields)
	p.CanEdit, p.Problem = actor.Has(identity.Lead), problem
	return s.page(w, r, actor, page{Title: "On call", Section: route.Support, Status: status}, views.Rota(p))
}

// saveRota keeps who is on call in the weeks that the form changed.
func (s *Server) saveRota(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	typed := map[string]string{}
	var changes []enablement.RotaChange
	for i := range enablement.RotaWeeks {
		week := today.Monday() + day.Date(7*i)
		field := "week-" + week.String()
		if f.Has(field) {
			typed[field] = f.Get(field)
			changes = append(changes, enablement.RotaChange{Week: week, Was: f.Get("was-" + field), Is: f.Get(field)})
		}
	}
	err = s.Support.SaveRota(r.Context(), actor, changes, today, s.Now())
	switch {
	case formMends(err):
		return s.drawRota(w, r, actor, typed, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, views.RotaPath, "The rota is saved.")
}
