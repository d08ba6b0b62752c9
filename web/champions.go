package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/champion"
)

// ChampionBook reads the register of champions. It is implemented by store.Store.
type ChampionBook interface {
	// Register returns the whole register as it stands on a day.
	Register(ctx context.Context, today day.Date) (roster.Register, error)
	// Champion returns one entry with its history. An absent one is NotFound.
	Champion(ctx context.Context, id roster.ChampionID, today day.Date) (roster.ChampionFile, error)
	// Candidates returns who said they may be asked, with the register beside them.
	Candidates(ctx context.Context, today day.Date) ([]roster.Candidate, roster.Register, error)
	// Volunteer returns what an account may read when it offers itself.
	Volunteer(ctx context.Context, by identity.Actor, today day.Date) (roster.Volunteer, error)
	// Invitation returns the entry that a link leads to; what none leads to is NotFound.
	Invitation(ctx context.Context, hash [sha256.Size]byte) (roster.Champion, roster.Department, error)
	// Audit writes into the audit log.
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
}

// Champions is the register and what changes it. Without Book, and without a
// roster, its pages do not exist.
type Champions struct {
	Book    ChampionBook
	Service *roster.ChampionService
}

// championRoutes are the register of champions: coverage, nominations, invitations, candidates.
func (s *Server) championRoutes() []routeEntry {
	if s.Champions.Book == nil || s.People.Roster == nil {
		return nil
	}
	one := route.Champions + "/{champion}"
	return []routeEntry{
		{"GET", route.Champions, overseers, s.championsPage},
		{"POST", route.Champions, leads, s.nominate},
		{"GET", route.Champions + ".csv", overseers.afresh(), s.championsCSV},
		{"GET", route.NewChampion, leads, s.nominatePage},
		{"GET", route.Candidates, overseers, s.candidatesPage},
		{"POST", route.Coverage, leads, s.setCoverage},
		{"GET", one, overseers, s.championPage},
		{"POST", one, leads, s.changeChampion},
		{"POST", one + "/invite", leads, s.inviteChampion},
		{"POST", one + "/agree", leads, s.agreeChampion},
		{"POST", one + "/decline", leads, s.turnDownChampion},
		{"POST", one + "/end", leads, s.endChampion},

		{"GET", route.Volunteer, signedIn, s.volunteerPage},
		{"POST", route.Volunteer + "/offer", signedIn, s.offerMyself},
		{"POST", route.Volunteer + "/asked", signedIn, s.mayBeAsked},
		{"POST", route.Volunteer + "/nominate", signedIn, s.nominateManaged},
		{"GET", route.Accept + "/{secret}", signedIn, s.invitationPage},
		{"POST", route.Accept + "/{secret}", signedIn, s.answerInvitation},
	}
}

// rolloutDay is the day in the rollout's time zone, the UTC day before one is started.
func (s *Server) rolloutDay(ctx context.Context) (day.Date, error) {
	p, err := s.running(ctx)
	if err != nil || p == nil {
		return s.today(), err
	}
	return p.Today(s.Now()), nil
}

// championsPage shows how every department is covered.
func (s *Server) championsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawChampions(w, r, actor, http.StatusOK, nil)
}

// drawChampions answers the register, with numbers as typed where they could not be kept.
func (s *Server) drawChampions(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, typed *views.CoverageForm) error {
	d, err := s.registerData(r, actor)
	if err != nil {
		return err
	}
	if typed != nil && status == http.StatusConflict {
		typed.Version = strconv.Itoa(d.Coverage.Version)
	}
	d.Numbers = typed
	return s.page(w, r, actor, page{Title: "Champions", Section: route.Champions, Status: status}, views.Register(views.NewRegister(d)))
}

func (s *Server) registerData(r *http.Request, actor identity.Actor) (views.RegisterData, error) {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return views.RegisterData{}, err
	}
	reg, err := s.Champions.Book.Register(r.Context(), today)
	if err != nil {
		return views.RegisterData{}, err
	}
	d := views.RegisterData{
		Register: reg, Filter: registerFilter(r.URL.Query()), Today: today, Now: s.Now().UTC(), Lead: actor.Has(identity.Lead), Fresh: isFresh(r),
		CanOpen: func(page string) bool { return s.hasPage(actor, page) },
	}
	for _, at := range reg.Departments {
		d.Imported = d.Imported || at.People > 0
	}
	return d, nil
}

// hasPage reports whether the site has a page at exactly this address that the actor may open.
func (s *Server) hasPage(actor identity.Actor, address string) bool {
	a, ok := s.opens[address]
	return ok && a.admits(actor)
}

// registerFilter reads the address. What cannot be meant filters nothing.
func registerFilter(q url.Values) views.Filter {
	f := views.Filter{Wave: q.Get("wave"), Department: q.Get("department"), Gap: views.Gap(q.Get("gap"))}
	switch f.Gap {
	case views.GapShort, views.GapSoon, views.GapWaiting, views.GapEnough:
	default:
		f.Gap = ""
	}
	return f
}

// championsCSV answers with what the register shows, and records that names left the site.
func (s *Server) championsCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.registerData(r, actor)
	if err != nil {
		return err
	}
	table := d.Sheet()
	sent := identity.Event{By: actor, Action: "champions.exported", Subject: "champions", Detail: map[string]string{"rows": strconv.Itoa(len(table) - 1)}}
	if err := s.Champions.Book.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "champions-"+d.Today.String()+".csv", table)
}

// setCoverage keeps how many champions there should be.
func (s *Server) setCoverage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := views.CoverageForm{
		Least: f.Get("least"), Most: f.Get("most"), PeopleLow: f.Get("people_low"), PeopleHigh: f.Get("people_high"), Version: f.Get("version"),
	}
	v, err := coverageOf(typed)
	if err == nil {
		err = s.Champions.Service.SetCoverage(r.Context(), actor, v, s.Now())
	}
	switch {
	case fault.Is(err, fault.Invalid):
		typed.Errors = asFault(err).Fields
		return s.drawChampions(w, r, actor, http.StatusUnprocessableEntity, &typed)
	case fault.Is(err, fault.Conflict):
		typed.Problem = fault.Say(err)
		return s.drawChampions(w, r, actor, http.StatusConflict, &typed)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Champions, "Numbers saved. The next check judges by them.")
}

// coverageOf reads numbers; what is none becomes zero, which no number here may be.
func coverageOf(f views.CoverageForm) (roster.Coverage, error) {
	version, err := strconv.Atoi(f.Version)
	if err != nil {
		return roster.Coverage{}, fault.New(fault.Invalid, sayIncomplete)
	}
	v := roster.Coverage{Version: version}
	for text, n := range map[*string]*int{&f.Least: &v.Least, &f.Most: &v.Most, &f.PeopleLow: &v.PeopleLow, &f.PeopleHigh: &v.PeopleHigh} {
		*n, _ = strconv.Atoi(*text)
	}
	return v, v.Check()
}

// candidatesPage lists who may be asked, by where champions are missing.
func (s *Server) candidatesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	list, reg, err := s.Champions.Book.Candidates(r.Context(), today)
	if err != nil {
		return err
	}
	stages, err := s.stages(r.Context())
	if err != nil {
		return err
	}
	d := views.CandidatesData{
		Register: reg, Candidates: list, Today: today, Now: s.Now().UTC(), Lead: actor.Has(identity.Lead), Volunteer: s.absolute(route.Volunteer),
		Stage: func(c roster.Candidate) string {
			if c.Member == nil {
				return "Not a member yet"
			}
			return stageWords[stages.Of(*c.Member)]
		},
	}
	return s.page(w, r, actor, page{Title: "Candidates", Section: route.Champions}, views.Candidates(views.NewCandidates(d)))
}

// absolute is a path of this site as people outside it open it.
func (s *Server) absolute(path string) string { return s.PublicURL.JoinPath(path).String() }
