package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/recognition"
	views "groundswell/views/today"
	"groundswell/views/ui"
)

// Days reads what champions' days are made of and keeps what they tick. What a
// scope does not cover is NotFound. It is implemented by store.Store.
type Days interface {
	// ScopedDepartments returns the departments a scope may look into, by name.
	ScopedDepartments(ctx context.Context, scope identity.PeopleScope) ([]roster.Department, error)
	Today(ctx context.Context, by roster.Asker, in roster.Department) (roster.Today, error)
	// Colleagues returns who is in a department, by address.
	Colleagues(ctx context.Context, by roster.Asker, in roster.Department) ([]roster.Colleague, error)
	KeepTick(ctx context.Context, account identity.AccountID, item string, on day.Date, now time.Time) error
	DropTick(ctx context.Context, account identity.AccountID, item string, today day.Date) error
	// Welcome returns what somebody without a role is told, by their address.
	Welcome(ctx context.Context, email string, today day.Date) (roster.Welcome, error)
}

// helpers run a department's adoption; leads and auditors look at their pages.
var helpers = people(identity.Champion, identity.Lead, identity.Auditor)

// todayRoutes are a champion's day on the phone.
func (s *Server) todayRoutes() []routeEntry {
	if s.Days == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Today, helpers, s.todayPage},
		{"GET", route.TodayPeople, helpers, s.todayPeople},
		{"POST", route.Ticks, people(identity.Champion), s.tick},
	}
}

// desk is where a champion stands: which department, which day, in which plan.
type desk struct {
	actor  identity.Actor
	in     roster.Department // the zero one while none can be chosen
	all    []roster.Department
	plan   *rollout.Plan // nil before the rollout is started
	now    time.Time     // where the rollout happens
	today  day.Date
	starts adoption.Starts
	index  *adoption.Index
}

// deskOf reads which department a page is about. One that the actor may not look
// into is NotFound.
func (s *Server) deskOf(r *http.Request, actor identity.Actor, asked string) (desk, error) {
	d := desk{actor: actor}
	var err error
	if d.plan, err = s.running(r.Context()); err != nil {
		return d, err
	}
	zone := time.UTC
	if d.plan != nil {
		zone = d.plan.Rollout.Zone()
	}
	d.now = s.Now().In(zone)
	y, m, dom := d.now.Date()
	d.today = day.Of(y, m, dom)
	if d.index, err = s.Index.Index(r.Context()); err != nil {
		return d, err
	}
	d.starts = d.index.Starts()
	if d.all, err = s.Days.ScopedDepartments(r.Context(), actor.PeopleScope()); err != nil {
		return d, err
	}
	d.in, err = d.choose(asked)
	return d, err
}

// choose returns the department asked for, else the actor's first.
func (d desk) choose(asked string) (roster.Department, error) {
	at := slices.IndexFunc(d.all, func(one roster.Department) bool {
		return one.Slug == asked || asked == "" && slices.Contains(d.actor.Departments, one.Slug)
	})
	switch {
	case at >= 0:
		return d.all[at], nil
	case asked == "" || d.actor.Has(identity.Champion) && slices.Contains(d.actor.Departments, asked):
		return roster.Department{}, nil
	}
	return roster.Department{}, fault.New(fault.NotFound, "There is no such department, or none that you may know of.")
}

func (d desk) asker() roster.Asker {
	return roster.Asker{Account: d.actor.Account, Email: d.actor.Email, Scope: d.actor.PeopleScope(), Today: d.today}
}

// mine reports whether the page is of the actor's own day, rather than one they look at.
func (d desk) mine() bool {
	return d.actor.Has(identity.Champion) && slices.Contains(d.actor.Departments, d.in.Slug)
}

// at is a page about the department of the desk.
func (d desk) at(path string) string { return route.With(path, "department", d.in.Slug) }

// date writes a day as the pages do.
func (d desk) date(on day.Date) string { return ui.Date(on.Time(), d.today.Time()) }

// departments is the choice for whoever has several: a champion of two, not a lead of all.
func (d desk) departments(path string) []ui.Option {
	var out []ui.Option
	for _, one := range d.all {
		if slices.Contains(d.actor.Departments, one.Slug) {
			out = append(out, ui.Option{Label: one.Name, URL: route.With(path, "department", one.Slug), Current: one == d.in})
		}
	}
	if len(out) < 2 || !d.mine() {
		return nil
	}
	return out
}

// frame is the phone's frame around a page of the desk.
func (d desk) frame(tab string) phonePage {
	p := phonePage{Title: d.in.Name, Sub: d.date(d.today), Tab: tab}
	if p.Title == "" {
		p.Title = "Today"
	}
	return p
}

// todayPage is a champion's day.
func (s *Server) todayPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.deskOf(r, actor, r.URL.Query().Get("department"))
	if err != nil {
		return err
	}
	if d.in.ID == 0 {
		return s.phone(w, r, actor, d.frame(route.Today), views.Nowhere(s.nowhere(d, route.Today)))
	}
	t, err := s.Days.Today(r.Context(), d.asker(), d.in)
	if err != nil {
		return err
	}
	messages, err := s.messagesOf(r.Context(), d)
	if err != nil {
		return err
	}
	v := todayView{desk: d, Today: t, s: s}
	return s.phone(w, r, actor, d.frame(route.Today), templ.Join(views.Day(v.props()), messages, v.thanked()))
}

// thanksStay is how long thanks stand on a champion's day.
const thanksStay = 28 * 24 * time.Hour

// thanked is the last thanks of somebody's own day.
func (v todayView) thanked() templ.Component {
	if v.Thanks == nil || !v.mine() || v.now.Sub(v.Thanks.At) > thanksStay {
		return templ.NopComponent
	}
	return recognition.Thanked(recognition.SaidOf(*v.Thanks, v.now))
}

// nowhere says why there is no department to show, and offers those there are.
func (s *Server) nowhere(d desk, path string) views.NowhereProps {
	p := views.NowhereProps{Title: "Your department is not on the roster yet", Say: "A rollout lead imports who works where. Then this page shows your people and your day."}
	switch {
	case len(d.actor.Departments) > 0:
	case d.actor.PeopleScope().Everyone() && len(d.all) > 0:
		p.Title, p.Say = "Choose a department", "You see its page as its champions do."
		for _, one := range d.all {
			p.Departments = append(p.Departments, ui.Link{Label: one.Name, URL: route.With(path, "department", one.Slug)})
		}
	case d.actor.PeopleScope().Everyone():
		p.Title, p.Say = "No departments yet", "Import who works where first."
	default:
		p.Title, p.Say = "You are a champion of no department yet", "Ask a rollout lead to give you yours."
	}
	if s.mayOpen(d.actor, route.Imports) && len(d.all) == 0 {
		p.Next = &ui.Link{Label: "Import people", URL: route.Imports}
	}
	return p
}
