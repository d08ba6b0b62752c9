package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// Roster reads who is in the roster, for whoever may, and keeps when waves open.
// It is implemented by store.Store.
type Roster interface {
	// RosterView returns a page of the roster with what stands around it.
	RosterView(ctx context.Context, scope identity.PeopleScope, f roster.Filter, today day.Date) (roster.View, error)
	// People returns a page of the roster alone.
	People(ctx context.Context, scope identity.PeopleScope, f roster.Filter, today day.Date) (roster.Page, error)
	// SetWaveOpens says when a wave opens; nil is "nobody has said". A wave that does not exist is NotFound.
	SetWaveOpens(ctx context.Context, by identity.Actor, wave int, on *day.Date, now time.Time) error
	// Audit writes into the audit log.
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
}

// People is what the roster and its imports need. Without Roster their pages do not exist.
type People struct {
	Roster   Roster
	Drafts   Drafts
	Import   *roster.Service
	Training *enablement.Service
	Devices  *rollout.Devices
}

const (
	peopleAPage = 25
	exportAPage = 500
	maxSearch   = 200
)

// peopleRoutes are the roster and its imports.
func (s *Server) peopleRoutes() []routeEntry {
	if s.People.Roster == nil {
		return nil
	}
	table := []routeEntry{
		{"GET", route.People, overseers, s.peoplePage},
		{"GET", route.People + ".csv", overseers.afresh(), s.peopleCSV},
		{"POST", route.Waves, leads, s.openWave},
		{"GET", route.Imports, leads, s.importPage},
		{"POST", route.Imports, leads, s.uploadFile},
		{"GET", route.Imports + "/{draft}", leads, s.draftPage},
		{"POST", route.Imports + "/{draft}/apply", leads, s.applyDraft},
		{"POST", route.Imports + "/{draft}/discard", leads, s.discardDraft},
	}
	for _, k := range views.Kinds() {
		table = append(table, routeEntry{"GET", route.Sample(k.Key), leads, s.sample(k)})
	}
	return table
}

// peoplePage shows the roster, 25 people at a time.
func (s *Server) peoplePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawPeople(w, r, actor, http.StatusOK, nil)
}

// drawPeople answers the roster; refused is a day that could not be kept, by wave.
func (s *Server) drawPeople(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, refused *views.Wave) error {
	f := peopleFilter(r.URL.Query())
	view, err := s.People.Roster.RosterView(r.Context(), actor.PeopleScope(), f, day.FromTime(s.Now()))
	if err != nil {
		return err
	}
	v := rosterView{View: view, filter: f, lead: actor.Has(identity.Lead), today: day.FromTime(s.Now()), fresh: isFresh(r)}
	if v.lead {
		if v.stages, err = s.stages(r.Context()); err != nil {
			return err
		}
	}
	if isHTMX(r) && safe(r.Method) {
		w.Header().Set("HX-Push-Url", v.at(route.People)) // without the fields left empty
	}
	props := v.props()
	for i := range props.Waves.Rows {
		if refused != nil && props.Waves.Rows[i].ID == refused.ID {
			props.Waves.Rows[i].Opens, props.Waves.Rows[i].Error = refused.Opens, refused.Error
		}
	}
	return s.page(w, r, actor, page{Title: "People", Section: route.People, Status: status}, views.Roster(props))
}

func (s *Server) stages(ctx context.Context) (adoption.Stages, error) {
	x, err := s.Index.Index(ctx)
	if err != nil {
		return adoption.Stages{}, err
	}
	return x.Stages(), nil
}

// peopleFilter reads the address. What cannot be meant filters nothing.
func peopleFilter(q url.Values) roster.Filter {
	f := roster.Filter{
		Search: strings.TrimSpace(q.Get("q")), Department: q.Get("department"), Wave: q.Get("wave"),
		State: roster.State(q.Get("state")), After: q.Get("after"), Before: q.Get("before"), Limit: peopleAPage,
	}
	if !f.State.Valid() {
		f.State = ""
	}
	if all := []rune(f.Search); len(all) > maxSearch {
		f.Search = string(all[:maxSearch])
	}
	for _, p := range []*string{&f.Search, &f.Department, &f.Wave, &f.After, &f.Before} {
		if !utf8.ValidString(*p) || strings.ContainsRune(*p, 0) {
			*p = ""
		}
	}
	return f
}

// openWave keeps the day a wave opens. An empty day forgets it. Once a rollout is
// started tasks move with it, so what moves is shown first.
func (s *Server) openWave(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	id, err := strconv.Atoi(f.Get("wave"))
	if err != nil {
		return fault.New(fault.NotFound, "There is no such wave.")
	}
	typed, errs := strings.TrimSpace(f.Get("opens_on")), map[string]string{}
	on := readDay(typed, "opens_on", errs)
	if len(errs) > 0 {
		return s.drawPeople(w, r, actor, http.StatusUnprocessableEntity, &views.Wave{ID: f.Get("wave"), Opens: typed, Error: errs["opens_on"]})
	}
	if p, err := s.running(r.Context()); err != nil || p != nil {
		if err != nil {
			return err
		}
		return s.askToMove(w, r, actor, p, id, on)
	}
	if err := s.People.Roster.SetWaveOpens(r.Context(), actor, id, on, s.Now()); err != nil {
		return err
	}
	done := "The opening day is forgotten."
	if on != nil {
		done = "It opens on " + ui.Date(on.Time(), s.Now().UTC()) + ". Charts note that day."
	}
	return s.redirect(w, r, route.People, done)
}

// peopleCSV answers with everybody who matches, not only with the page shown, and
// records that names left the site.
func (s *Server) peopleCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today := day.FromTime(s.Now())
	table, err := s.peopleTable(r, actor, today)
	if err != nil {
		return err
	}
	sent := identity.Event{By: actor, Action: "people.exported", Subject: "people", Detail: map[string]string{"rows": strconv.Itoa(len(table) - 1)}}
	if err := s.People.Roster.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "people-"+today.String()+".csv", table)
}

// peopleTable reads everybody who matches, page by page.
func (s *Server) peopleTable(r *http.Request, actor identity.Actor, today day.Date) ([][]string, error) {
	f := peopleFilter(r.URL.Query())
	f.After, f.Before, f.Limit = "", "", exportAPage
	columns := []string{"email", "name", "title", "department", "wave", "state"}
	lead := actor.Has(identity.Lead)
	var stages adoption.Stages
	var err error
	if lead {
		columns = append(columns, "stage")
		if stages, err = s.stages(r.Context()); err != nil {
			return nil, err
		}
	}
	table := [][]string{columns}
	for {
		p, err := s.People.Roster.People(r.Context(), actor.PeopleScope(), f, today)
		if err != nil {
			return nil, err
		}
		for _, e := range p.Entries {
			row := []string{e.Email, e.Name, e.Title, e.Department, e.Wave, string(e.State), string(stageOf(stages, e))}
			table = append(table, row[:len(columns)])
		}
		if f.After = p.Next; f.After == "" {
			return table, nil
		}
	}
}
