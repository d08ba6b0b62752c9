package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/champion"
)

// championParts are what else there is about a champion, below the entry.
func (s *Server) championParts(r *http.Request, actor identity.Actor, f roster.ChampionFile) ([]templ.Component, error) {
	was := f.State == roster.ChampionActive || f.State == roster.ChampionEnded
	return s.recognitionParts(r, actor, f.ID, was)
}

// championOf reads which entry an address is about.
func championOf(r *http.Request) (roster.ChampionID, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "champion"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "There is no such entry in the register of champions.")
	}
	return roster.ChampionID(id), nil
}

// championPage shows one entry with its history.
func (s *Server) championPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := championOf(r)
	if err != nil {
		return err
	}
	return s.drawChampion(w, r, actor, http.StatusOK, id, nil, "")
}

// drawChampion answers an entry: with what was typed and could not be kept, or
// with the link of an invitation made just now.
func (s *Server) drawChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, id roster.ChampionID, typed *views.OneForm, link string) error {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	file, err := s.Champions.Book.Champion(r.Context(), id, today)
	if err != nil {
		return err
	}
	d := views.OneData{ChampionFile: file, Today: today, Now: s.Now().UTC(), Lead: actor.Has(identity.Lead), Typed: typed, Link: link}
	if d.More, err = s.championParts(r, actor, file); err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: file.Label(), Section: route.Champions, Status: status}, views.One(views.NewOne(d)))
}

// onChampion runs a change of an entry, made on the version that was shown. What
// cannot be kept comes back as it was typed, beside how the entry stands now.
func (s *Server) onChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor, change func(id roster.ChampionID, version int, f url.Values) (roster.Champion, error), done func(roster.Champion) string) error {
	id, err := championOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	c, err := change(id, version, f)
	switch {
	case fault.Is(err, fault.Invalid):
		typed := typedTerms(f)
		typed.Errors = asFault(err).Fields
		return s.drawChampion(w, r, actor, http.StatusUnprocessableEntity, id, &typed, "")
	case fault.Is(err, fault.Conflict):
		typed := typedTerms(f)
		typed.Problem = fault.Say(err)
		return s.drawChampion(w, r, actor, http.StatusConflict, id, &typed, "")
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Champion(int64(c.ID)), done(c))
}

func typedTerms(f url.Values) views.OneForm {
	return views.OneForm{
		Terms: f.Has("leaves_on"), EarlyAccess: f.Get("early_access"), AgreedMinutes: f.Get("agreed_minutes"), LeavesOn: f.Get("leaves_on"), Reason: f.Get("reason"), Because: f.Get("because"),
	}
}

// changeChampion keeps what is agreed.
func (s *Server) changeChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.onChampion(w, r, actor, func(id roster.ChampionID, version int, f url.Values) (roster.Champion, error) {
		t, err := readTerms("", f.Get("early_access"), f.Get("leaves_on"), f.Get("agreed_minutes"))
		if err != nil {
			return roster.Champion{}, err
		}
		return s.Champions.Service.Change(r.Context(), actor, id, version, t, s.Now())
	}, func(roster.Champion) string { return "Saved." })
}

// inviteChampion makes the link of an invitation.
func (s *Server) inviteChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := championOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	return s.invite(w, r, actor, id, version)
}

// invite makes a link and shows it on the page that answers: it is kept nowhere,
// so there is no other page that could.
func (s *Server) invite(w http.ResponseWriter, r *http.Request, actor identity.Actor, id roster.ChampionID, version int) error {
	_, secret, err := s.Champions.Service.Invite(r.Context(), actor, id, version, s.Now())
	if fault.Is(err, fault.Conflict) {
		return s.drawChampion(w, r, actor, http.StatusConflict, id, &views.OneForm{Problem: fault.Say(err)}, "")
	}
	if err != nil {
		return err
	}
	return s.drawChampion(w, r, actor, http.StatusOK, id, nil, s.absolute(route.Invitation(secret)))
}

// agreeChampion registers somebody who is nominated or invited as agreed.
func (s *Server) agreeChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.onChampion(w, r, actor, func(id roster.ChampionID, version int, _ url.Values) (roster.Champion, error) {
		return s.Champions.Service.Agree(r.Context(), actor, id, version, s.Now())
	}, entered)
}

// turnDownChampion says no to a nomination, or takes an invitation back.
func (s *Server) turnDownChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.onChampion(w, r, actor, func(id roster.ChampionID, version int, f url.Values) (roster.Champion, error) {
		return s.Champions.Service.TurnDown(r.Context(), actor, id, version, f.Get("because"), s.Now())
	}, func(c roster.Champion) string { return c.Label() + " was turned down." })
}

// endChampion ends somebody's time as a champion.
func (s *Server) endChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.onChampion(w, r, actor, func(id roster.ChampionID, version int, f url.Values) (roster.Champion, error) {
		return s.Champions.Service.End(r.Context(), actor, id, version, f.Get("reason"), s.Now())
	}, func(c roster.Champion) string {
		if c.RoleByGroup {
			return c.Label() + " is a champion no longer here. The role stays: a group of the identity provider gives it."
		}
		return c.Label() + " is a champion no longer, and the role is taken back."
	})
}
