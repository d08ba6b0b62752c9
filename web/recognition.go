package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/recognition"
	"groundswell/views/ui"
)

// RecognitionBook reads thanks, badges and rolls. It is implemented by store.Store.
type RecognitionBook interface {
	// Recognition returns what a champion was thanked and honoured for.
	Recognition(ctx context.Context, champion roster.ChampionID, today day.Date, now time.Time) (roster.Recognition, error)
	// Roll returns a quarter's contributions by department and name, as far as reader may know.
	Roll(ctx context.Context, reader identity.Actor, q roster.Quarter, today day.Date, now time.Time) ([]roster.RollEntry, error)
}

// Recognition is what thanks, badges and the roll need. Without Book there are none.
type Recognition struct {
	Book    RecognitionBook
	Service *roster.RecognitionService
}

// recognitionRoutes are thanks and badges for champions, and the roll of a quarter.
func (s *Server) recognitionRoutes() []routeEntry {
	if s.Recognition.Book == nil {
		return nil
	}
	one := route.Champions + "/{champion}"
	return []routeEntry{
		{"GET", route.Roll, people(identity.Lead, identity.Auditor, identity.Champion), s.rollPage},
		{"GET", route.Roll + ".csv", overseers.afresh(), s.rollSheet},
		{"POST", one + "/thanks", leads, s.thankChampion},
		{"POST", one + "/badges", leads, s.giveBadge},
		{"POST", one + "/badges/{badge}/take-back", leads, s.takeBadge},
	}
}

// typedKey is where a request keeps what was typed into a form of a champion's
// page and could not be kept.
type typedKey struct{}

// recognitionParts are thanks and badges on a champion's page.
func (s *Server) recognitionParts(r *http.Request, actor identity.Actor, id roster.ChampionID, was bool) ([]templ.Component, error) {
	if s.Recognition.Book == nil || !was {
		return nil, nil
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return nil, err
	}
	now := s.Now()
	rec, err := s.Recognition.Book.Recognition(r.Context(), id, today, now)
	if err != nil {
		return nil, err
	}
	typed, _ := r.Context().Value(typedKey{}).(views.Typed)
	if typed.Key == "" {
		typed.Key = newFormKey()
	}
	return []templ.Component{views.One(views.NewOne(id, rec, typed, actor.Has(identity.Lead), now))}, nil
}

// thankChampion tells a champion thanks.
func (s *Server) thankChampion(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.recognizes(w, r, actor, "They see your thanks on their start page.", func(id roster.ChampionID, f url.Values) error {
		key, err := formKey(f)
		if err != nil {
			return err
		}
		return s.Recognition.Service.Thank(r.Context(), actor, id, f.Get("words"), key, s.Now())
	})
}

// giveBadge gives a champion a badge.
func (s *Server) giveBadge(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.recognizes(w, r, actor, "The badge is given.", func(id roster.ChampionID, f url.Values) error {
		return s.Recognition.Service.Give(r.Context(), actor, id, roster.Badge(f.Get("badge")), f.Get("because"), s.Now())
	})
}

// takeBadge takes a badge back.
func (s *Server) takeBadge(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.recognizes(w, r, actor, "The badge is taken back.", func(id roster.ChampionID, _ url.Values) error {
		return s.Recognition.Service.TakeBack(r.Context(), actor, id, roster.Badge(chi.URLParam(r, "badge")), s.Now())
	})
}

// recognizes does what a form of a champion's page asks. What cannot be kept comes
// back as it was typed.
func (s *Server) recognizes(w http.ResponseWriter, r *http.Request, actor identity.Actor, done string, do func(roster.ChampionID, url.Values) error) error {
	id, err := championOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	err = do(id, f)
	if fields := asFault(err).Fields; err != nil && fault.Is(err, fault.Invalid) && len(fields) > 0 {
		typed := views.Typed{Key: f.Get(formKeyField), Words: f.Get("words"), Badge: f.Get("badge"), Because: f.Get("because"), Errors: fields}
		r = r.WithContext(context.WithValue(r.Context(), typedKey{}, typed))
		return s.drawChampion(w, r, actor, http.StatusUnprocessableEntity, id, nil, "")
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Champion(int64(id)), done)
}

// rollPage is what the champions of a quarter did for others.
func (s *Server) rollPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	q, list, err := s.roll(r, actor, today)
	if err != nil {
		return err
	}
	p := views.RollProps{
		Head:  ui.PageHeadProps{Title: "Contributions in " + quarterName(q), Sub: ui.Counted(len(list), "champion", "champions") + ".", Crumbs: []ui.Link{{Label: "Champions", URL: route.Champions}}},
		Prev:  &ui.Link{Label: quarterName(q.Before()), URL: route.With(route.Roll, "quarter", q.Before().String())},
		Thank: actor.Has(identity.Lead) && s.opens[route.Champions+"/{champion}"].admits(actor),
	}
	if q.After().Period().From <= today {
		p.Next = &ui.Link{Label: quarterName(q.After()), URL: route.With(route.Roll, "quarter", q.After().String())}
	}
	if overseers.admits(actor) {
		csv, note := afreshCSV(isFresh(r), route.With(route.Roll+".csv", "quarter", q.String()), route.With(route.Roll, "quarter", q.String()))
		p.CSV, p.Note = &csv, note
	}
	for _, e := range list {
		p.Rows = append(p.Rows, views.NewRollRow(e))
	}
	return s.page(w, r, actor, page{Title: p.Head.Title, Section: route.Champions}, views.Roll(p))
}

// roll reads the roll an address asks for; what is no quarter is the one that today lies in.
func (s *Server) roll(r *http.Request, actor identity.Actor, today day.Date) (roster.Quarter, []roster.RollEntry, error) {
	q, ok := roster.ParseQuarter(r.URL.Query().Get("quarter"))
	if !ok {
		q = roster.QuarterOf(today)
	}
	list, err := s.Recognition.Book.Roll(r.Context(), actor, q, today, s.Now())
	return q, list, err
}

// quarterName writes a quarter for a reader: Q4 2026.
func quarterName(q roster.Quarter) string {
	return "Q" + strconv.Itoa(q.N) + " " + strconv.Itoa(q.Year)
}

// rollSheet is the roll as CSV; that names left the site is recorded.
func (s *Server) rollSheet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	q, list, err := s.roll(r, actor, today)
	if err != nil {
		return err
	}
	table := [][]string{{"quarter", "department", "name", "email", "since", "ended_on", "touchpoints", "wins_logged", "wins_published", "sessions_led", "thanks"}}
	for _, e := range list {
		ended := ""
		if e.EndedOn.Known() {
			ended = e.EndedOn.String()
		}
		table = append(table, []string{q.String(), e.Department.Name, e.Name, e.Email, e.Since.String(), ended, strconv.Itoa(e.Touchpoints),
			strconv.Itoa(e.Wins), strconv.Itoa(e.Published), strconv.Itoa(e.Sessions), strconv.Itoa(e.Thanks)})
	}
	sent := identity.Event{By: actor, Action: "champions.exported", Subject: "champions", Detail: map[string]string{"rows": strconv.Itoa(len(list)), "quarter": q.String()}}
	if err := s.People.Roster.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "champions-"+q.String()+".csv", table)
}
