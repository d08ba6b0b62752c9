package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/training"
)

// Visits reads one session as an actor finds it, and those that are near. It is
// implemented by store.Store.
type Visits interface {
	// Visit returns a session with everybody in it; one that the actor may not know of is NotFound.
	Visit(ctx context.Context, by identity.Actor, session int, today day.Date) (enablement.Visit, error)
	// UpcomingSessions returns the sessions of some days that the actor may know of, ascending.
	UpcomingSessions(ctx context.Context, by identity.Actor, from, to day.Date) ([]enablement.Listed, error)
}

// Attendance is what one session's page, its door and its list need. Without
// Visits they do not exist.
type Attendance struct {
	Visits   Visits
	Service  *enablement.AttendanceService
	DoorKeys [][]byte // 32 bytes each, the current first; seal.Keyring.Derive("door")
}

func (a Attendance) door() enablement.Door { return enablement.Door{Keys: a.DoorKeys} }

// attendanceRoutes are one session: signing up, the door, checking in, who came.
// Any account may come to a session; who may do more is said by their part in it.
func (s *Server) attendanceRoutes() []routeEntry {
	if s.Attendance.Visits == nil {
		return nil
	}
	one := route.Trainings + "/{training}"
	return []routeEntry{
		{"GET", one, signedIn, s.sessionPage},
		{"POST", one + "/sign-up", signedIn, s.signUp},
		{"POST", one + "/leave", signedIn, s.leaveSession},
		{"POST", one + "/deliverable", signedIn, s.sayDeliverable},
		{"GET", one + "/door", signedIn, s.doorPage},
		{"GET", one + "/list", signedIn, s.listPage},
		{"POST", one + "/list", signedIn, s.saveList},
		{"POST", one + "/list/add", signedIn, s.addToList},
		{"POST", one + "/list/close", signedIn, s.closeList},
		{"GET", route.CheckIn, signedIn, s.checkInPage},
		{"POST", route.CheckIn, signedIn, s.checkIn},
	}
}

// sessionOf reads which session an address is about.
func sessionOf(r *http.Request) (int, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "training"), 10, 32)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "There is no such session, or none that you may know of.")
	}
	return int(id), nil
}

// visit reads the session of an address as the actor finds it.
func (s *Server) visit(r *http.Request, actor identity.Actor) (enablement.Visit, error) {
	id, err := sessionOf(r)
	if err != nil {
		return enablement.Visit{}, err
	}
	return s.Attendance.Visits.Visit(r.Context(), actor, id, day.FromTime(s.Now()))
}

// sessionFrame answers a page of one session: made for a phone for those who come
// with one, people without a role and champions; else in the shell.
func (s *Server) sessionFrame(w http.ResponseWriter, r *http.Request, actor identity.Actor, title string, status int, body templ.Component) error {
	if !onlyChampion(actor) {
		return s.page(w, r, actor, page{Title: title, Section: route.Trainings, Status: status}, body)
	}
	w.Header().Add("Vary", "HX-Request")
	return s.html(w, r, status, phoneFrame(s.phoneProps(r, actor, s.frame(w, r, title), route.Trainings), body))
}

func onlyChampion(actor identity.Actor) bool {
	return len(actor.Roles) == 1 && actor.Has(identity.Champion)
}

// sessionPage shows one session.
func (s *Server) sessionPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawSession(w, r, actor, http.StatusOK, sessionTyped{})
}

// sessionTyped is what was typed on a session's page and could not be used.
type sessionTyped struct {
	email, emailError string
	made, madeError   string
}

func (s *Server) drawSession(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, typed sessionTyped) error {
	v, err := s.visit(r, actor)
	if err != nil {
		return err
	}
	words := sessionWords{v: v, actor: actor, now: s.Now(), opens: func(url string) bool { return s.mayOpen(actor, url) }}
	p := words.page(typed)
	if p.Others != nil && p.Others.Query != "" || p.Others != nil && r.URL.Query().Get("q") != "" {
		if err := s.findOthers(r, actor, words, p.Others); err != nil {
			return err
		}
	}
	return s.sessionFrame(w, r, actor, v.Name, status, training.Session(p))
}

// findOthers looks for the people of the actor's whom a search names.
func (s *Server) findOthers(r *http.Request, actor identity.Actor, words sessionWords, o *training.SessionOthers) error {
	f := peopleFilter(r.URL.Query())
	f.Department, f.Wave, f.State, f.After, f.Before, f.Limit = "", "", "", "", "", 10
	o.Query = f.Search
	if !o.Search || f.Search == "" {
		return nil
	}
	found, err := s.People.Roster.People(r.Context(), actor.PeopleScope(), f, day.FromTime(s.Now()))
	if err != nil {
		return err
	}
	o.Found = words.found(found.Entries)
	switch {
	case len(found.Entries) == 0:
		o.None = "Nobody of yours is called that."
	case found.Next != "":
		o.None = "The first ten. Type more of the name to see others."
	}
	return nil
}

// signUp signs the reader up, or somebody whom they may sign up.
func (s *Server) signUp(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := sessionOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(f.Get("email"))
	place, err := s.Attendance.Service.SignUp(r.Context(), actor, id, email, s.Now())
	if fault.Is(err, fault.Invalid) {
		return s.drawSession(w, r, actor, http.StatusUnprocessableEntity, sessionTyped{email: email, emailError: fault.Say(err)})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Training(id), signedUpWords(place, email != ""))
}

// leaveSession takes the reader's sign-up back, or that of somebody of theirs.
func (s *Server) leaveSession(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := sessionOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(f.Get("email"))
	if err := s.Attendance.Service.Leave(r.Context(), actor, id, email, s.Now()); err != nil {
		return err
	}
	if email != "" {
		return s.redirect(w, r, route.List(id), "Taken off the sign-ups.")
	}
	return s.redirect(w, r, route.Training(id), "Your sign-up was taken back.")
}

// sayDeliverable keeps what the reader made in a session they were at.
func (s *Server) sayDeliverable(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := sessionOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	made := f.Get("deliverable")
	err = s.Attendance.Service.Deliver(r.Context(), actor, id, made, s.Now())
	if fault.Is(err, fault.Invalid) {
		return s.drawSession(w, r, actor, http.StatusUnprocessableEntity, sessionTyped{made: made, madeError: fault.Say(err)})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Training(id), "Saved: what you made.")
}
