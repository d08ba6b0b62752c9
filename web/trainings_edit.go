package web

import (
	"net/http"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/start"
	views "groundswell/views/training"
	"groundswell/views/ui"
)

var errNotRunning = fault.New(fault.Forbidden, "Rollout leads and the host change a session.")

// runTraining returns the session of an address for those who run it.
func (s *Server) runTraining(r *http.Request, actor identity.Actor) (enablement.Listed, place, error) {
	l, at, err := s.trainingOf(r, actor)
	if err == nil && !runs(actor, l.Planned) {
		err = errNotRunning
	}
	return l, at, err
}

// sessionLink leads to a session's page, or to its month where there is none.
func (s *Server) sessionLink(actor identity.Actor, p enablement.Planned) string {
	if to := route.Training(p.ID); s.mayOpen(actor, to) {
		return to
	}
	return agendaMonth(p.Day)
}

// editTrainingPage shows a session to those who may change it.
func (s *Server) editTrainingPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.runTraining(r, actor)
	if err != nil {
		return err
	}
	if l.Cancelled() && !l.Begun(at.Now) && actor.Has(identity.Lead) {
		return s.redirect(w, r, route.Training(l.ID)+partRestore, "")
	}
	departments, err := s.whoseOf(r.Context(), at)
	if err != nil {
		return err
	}
	return s.drawTraining(w, r, actor, http.StatusOK, s.editTraining(actor, l.Planned, at, departments, nil))
}

// editTraining is the form of a session, as it is kept or as typed.
func (s *Server) editTraining(actor identity.Actor, p enablement.Planned, at place, departments []enablement.Whose, typed *views.Form) views.FormProps {
	f := typedOutline(p.Outline)
	f.Day, f.Version = p.Day.String(), strconv.Itoa(p.Version)
	if typed != nil {
		f = *typed
	}
	back, url := s.sessionLink(actor, p), route.Training(p.ID)
	out := views.FormProps{
		Title: "Edit session", Sub: p.Name + ", " + views.Day(p.Day, at.Today), Crumbs: append(trainingCrumbs[:1:1], ui.Link{Label: p.Name, URL: back}),
		Post: url + partEdit, Back: back, Save: "Save session", Form: f, Departments: departments, Zones: start.Zones(), HostOnly: !actor.Has(identity.Lead),
	}
	if actor.Has(identity.Lead) && p.Bookable(at.Now) {
		out.Cancel, out.CancelLabel = url+partCancel, "Cancel session"
	}
	return out
}

// changeTraining keeps a changed session.
func (s *Server) changeTraining(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, _, err := s.runTraining(r, actor)
	if err != nil {
		return err
	}
	f, at, departments, err := s.postedTraining(r)
	if err != nil {
		return err
	}
	if err = f.gone(); err == nil {
		err = s.Trainings.Plan.Change(r.Context(), actor, l.ID, f.version, f.outline, f.day, s.Now())
	}
	p := s.editTraining(actor, l.Planned, at, departments, &f.typed)
	switch {
	case fault.Is(err, fault.Invalid):
		marked(&p, err)
		return s.drawTraining(w, r, actor, http.StatusUnprocessableEntity, p)
	case fault.Is(err, fault.Conflict) && f.version != l.Version:
		p.Problem = itSays(l.Planned, f, at)
		p.Form.Version = strconv.Itoa(l.Version)
		return s.drawTraining(w, r, actor, http.StatusConflict, p)
	case err != nil:
		return err
	}
	return s.redirect(w, r, s.sessionLink(actor, l.Planned), "Saved: "+strings.TrimSpace(f.outline.Name)+".")
}

// itSays tells what a session is by now, where that is not what was typed.
func itSays(p enablement.Planned, f trainingForm, at place) string {
	is := typedOutline(p.Outline)
	words := map[string]string{
		"name": is.Name, "kind": p.Kind.Name(), "department": views.Whose(p.Department), "starts": is.Starts, "zone": is.Zone, "minutes": is.Minutes + " minutes",
		"place": is.Place, "link": is.Link, "host_name": is.HostName, "host_email": is.HostEmail, "capacity": is.Capacity, "about": is.About,
		"features": strings.Join(eachOf(p.Features, enablement.Feature.Name), ", "),
	}
	var says []string
	if p.Cancelled() {
		says = append(says, "it is cancelled")
	}
	if p.Day != f.day {
		says = append(says, "day "+views.Day(p.Day, at.Today))
	}
	for _, name := range p.Differs(f.outline) {
		word := words[name]
		if word == "" {
			word = "nothing"
		}
		says = append(says, strings.ReplaceAll(name, "_", " ")+" "+word)
	}
	if len(says) == 0 {
		return "It says what you typed by now."
	}
	return "It says by now: " + strings.Join(says, "; ") + ". Your text is below, not saved. Save it to replace theirs."
}

// cancelTrainingPage asks for the reason.
func (s *Server) cancelTrainingPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.trainingOf(r, actor)
	if err != nil {
		return err
	}
	if !l.Bookable(at.Now) {
		return s.redirect(w, r, s.sessionLink(actor, l.Planned), "")
	}
	return s.drawAsk(w, r, actor, http.StatusOK, s.cancelProps(actor, l.Planned, at))
}

func (s *Server) cancelProps(actor identity.Actor, p enablement.Planned, at place) views.AskProps {
	back := s.sessionLink(actor, p)
	return views.AskProps{
		Title: "Cancel session", Sub: p.Name + ", " + views.Day(p.Day, at.Today) + ", " + views.Hours(p, at.Zone),
		Crumbs: append(trainingCrumbs[:1:1], ui.Link{Label: p.Name, URL: back}), Post: route.Training(p.ID) + partCancel,
		Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(p.Version)}},
		Facts:  []ui.Fact{{Icon: ui.IconUsers, Label: "Signed up", Value: ui.Counted(p.SignedUp, "person", "people")}},
		Reason: true, Hint: "Everybody who looks at the session reads it", Confirm: "Cancel session", Danger: true, Back: back, BackLabel: "Keep it",
	}
}

func (s *Server) drawAsk(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p views.AskProps) error {
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Trainings, Status: status}, views.Ask(p))
}

// cancelTraining calls a session off.
func (s *Server) cancelTraining(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.trainingOf(r, actor)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	seen := numberTyped(v.Get("version"))
	err = s.Trainings.Plan.Cancel(r.Context(), actor, l.ID, seen, v.Get("reason"), s.Now())
	p := s.cancelProps(actor, l.Planned, at)
	p.Typed = v.Get("reason")
	switch {
	case fault.Is(err, fault.Invalid):
		p.Error = fault.Say(err)
		return s.drawAsk(w, r, actor, http.StatusUnprocessableEntity, p)
	case fault.Is(err, fault.Conflict) && seen != l.Version && l.Bookable(at.Now):
		p.Problem = "Look at it as it is now. Your reason is below."
		return s.drawAsk(w, r, actor, http.StatusConflict, p)
	case err != nil:
		return err
	}
	return s.redirect(w, r, s.sessionLink(actor, l.Planned), "Cancelled: "+l.Name+", "+views.Day(l.Day, at.Today)+".")
}

// restoreTrainingPage asks before a cancellation is taken back.
func (s *Server) restoreTrainingPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.trainingOf(r, actor)
	if err != nil {
		return err
	}
	back := s.sessionLink(actor, l.Planned)
	if !l.Cancelled() || l.Begun(at.Now) {
		return s.redirect(w, r, back, "")
	}
	return s.drawAsk(w, r, actor, http.StatusOK, views.AskProps{
		Title: "Bring this session back?", Sub: l.Name + ", " + views.Day(l.Day, at.Today) + ", " + views.Hours(l.Planned, at.Zone),
		Crumbs: append(trainingCrumbs[:1:1], ui.Link{Label: l.Name, URL: back}), Post: route.Training(l.ID) + partRestore,
		Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(l.Version)}},
		Facts: []ui.Fact{
			{Icon: ui.IconCircleX, Label: "Cancelled: " + l.CancelReason, Value: views.Day(day.FromTime(l.CancelledAt), at.Today)},
			{Icon: ui.IconUsers, Label: "Signed up, and still in", Value: ui.Counted(l.SignedUp, "person", "people")},
		},
		Confirm: "Bring it back", Back: back, BackLabel: "Leave it cancelled",
	})
}

// restoreTraining takes a cancellation back.
func (s *Server) restoreTraining(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.trainingOf(r, actor)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	if err := s.Trainings.Plan.Restore(r.Context(), actor, l.ID, numberTyped(v.Get("version")), s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, s.sessionLink(actor, l.Planned), "Takes place after all: "+l.Name+", "+views.Day(l.Day, at.Today)+".")
}

// coveredPage asks those who run a session which features it covered.
func (s *Server) coveredPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.runTraining(r, actor)
	if err != nil {
		return err
	}
	if !l.Held(at.Now) {
		return fault.New(fault.Conflict, "What a session covered is confirmed once it was held.")
	}
	return s.drawAsk(w, r, actor, http.StatusOK, s.coveredProps(actor, l.Planned, at))
}

func (s *Server) coveredProps(actor identity.Actor, p enablement.Planned, at place) views.AskProps {
	back := s.sessionLink(actor, p)
	out := views.AskProps{
		Title: "What it covered", Sub: p.Name + ", " + views.Day(p.Day, at.Today), Crumbs: append(trainingCrumbs[:1:1], ui.Link{Label: p.Name, URL: back}),
		Post: route.Training(p.ID) + partCovered, Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(p.Version)}},
		Confirm: "Confirm what it covered", Back: back, BackLabel: "Back",
	}
	for _, f := range enablement.Features() {
		out.Features = append(out.Features, ui.Choice{Value: string(f), Label: f.Name(), Chosen: p.Covers(f)})
	}
	return out
}

// coverTraining keeps which features a session covered.
func (s *Server) coverTraining(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, at, err := s.runTraining(r, actor)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	features := eachOf(v["features"], func(name string) enablement.Feature { return enablement.Feature(name) })
	seen := numberTyped(v.Get("version"))
	err = s.Trainings.Plan.Cover(r.Context(), actor, l.ID, seen, features, s.Now())
	if fault.Is(err, fault.Conflict) && seen != l.Version && l.Held(at.Now) {
		p := s.coveredProps(actor, l.Planned, at)
		p.Problem = "The features are shown as they are now. Choose again."
		return s.drawAsk(w, r, actor, http.StatusConflict, p)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, s.sessionLink(actor, l.Planned), "Confirmed what "+l.Name+" covered.")
}
