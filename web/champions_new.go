package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/champion"
)

// foundAtOnce bounds what a search for somebody to nominate lists.
const foundAtOnce = 10

// nominatePage offers a form, and finds people on the roster to fill it with.
func (s *Server) nominatePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	return s.drawNominate(w, r, actor, http.StatusOK, views.NominateForm{Email: peopleFilter(url.Values{"q": {q.Get("email")}}).Search})
}

func (s *Server) drawNominate(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, f views.NominateForm) error {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	query := peopleFilter(r.URL.Query()).Search
	view, err := s.People.Roster.RosterView(r.Context(), actor.PeopleScope(), roster.Filter{Search: query, Limit: foundAtOnce}, today)
	if err != nil {
		return err
	}
	found := &view.Page
	if query == "" {
		found = nil
	}
	return s.page(w, r, actor, page{Title: "Nominate a champion", Section: route.Champions, Status: status},
		views.Nominate(views.NewNominate(query, found, view.Departments, f)))
}

// nominate enters somebody: as a nomination, with a link they answer, or as agreed.
func (s *Server) nominate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := views.NominateForm{
		Email: f.Get("email"), Name: f.Get("name"), Department: f.Get("department"), Because: f.Get("because"), Step: f.Get("step"),
		Since: f.Get("since"), EarlyAccess: f.Get("early_access"), AgreedMinutes: f.Get("agreed_minutes"),
	}
	c, err := s.enter(r, actor, typed)
	switch {
	case fault.Is(err, fault.Invalid):
		typed.Errors = asFault(err).Fields
		if len(typed.Errors) == 0 {
			typed.Problem = fault.Say(err)
		}
		return s.drawNominate(w, r, actor, http.StatusUnprocessableEntity, typed)
	case fault.Is(err, fault.Conflict):
		typed.Problem = fault.Say(err)
		return s.drawNominate(w, r, actor, http.StatusConflict, typed)
	case err != nil:
		return err
	case c.State == roster.ChampionNominated && typed.Step == views.StepInvite:
		return s.invite(w, r, actor, c.ID, c.Version)
	}
	return s.redirect(w, r, route.Champion(int64(c.ID)), entered(c))
}

func entered(c roster.Champion) string {
	if c.State == roster.ChampionActive {
		return c.Label() + " is in the register, and holds the role of champion."
	}
	return c.Label() + " is nominated."
}

func (s *Server) enter(r *http.Request, actor identity.Actor, f views.NominateForm) (roster.Champion, error) {
	n := roster.Nomination{Email: f.Email, Name: f.Name, Because: f.Because}
	if f.Department != "" {
		id, err := strconv.ParseInt(f.Department, 10, 32)
		if err != nil || id <= 0 {
			return roster.Champion{}, fault.Field("department", "Choose a department.")
		}
		n.Department = int(id)
	}
	if f.Step != views.StepAgreed {
		return s.Champions.Service.Nominate(r.Context(), actor, n, s.Now())
	}
	t, err := readTerms(f.Since, f.EarlyAccess, "", f.AgreedMinutes)
	if err != nil {
		return roster.Champion{}, err
	}
	return s.Champions.Service.Register(r.Context(), actor, n, t, s.Now())
}

// readTerms reads what was typed about an agreement; fields left empty agree nothing.
func readTerms(since, early, leaves, minutes string) (roster.Terms, error) {
	t, errs := roster.NoTerms(), map[string]string{}
	for _, f := range []struct {
		name, typed string
		into        *day.Date
	}{{"since", since, &t.Since}, {"early_access", early, &t.EarlyAccess}, {"leaves_on", leaves, &t.LeavesOn}} {
		typed := strings.TrimSpace(f.typed)
		if typed == "" {
			continue
		}
		d, err := day.Parse(typed)
		if err != nil {
			errs[f.name] = wrongDay(typed)
			continue
		}
		*f.into = d
	}
	if typed := strings.TrimSpace(minutes); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 {
			errs["agreed_minutes"] = "Give minutes a week as a whole number, such as 60, or leave it empty."
		}
		t.AgreedMinutes = n
	}
	if len(errs) > 0 {
		return t, &fault.Error{Kind: fault.Invalid, Say: "Something here cannot be kept.", Fields: errs}
	}
	return t, nil
}
