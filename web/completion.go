package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/learning"
)

// Completion tells who was at a training. It is implemented by store.Store.
type Completion interface {
	Standings(ctx context.Context, departments []int, f enablement.MissingFilter, today day.Date) (enablement.Standings, error)
	Untrained(ctx context.Context, departments []int, f enablement.MissingFilter, today day.Date) (list []enablement.Untrained, more bool, err error)
	UpcomingSessions(ctx context.Context, actor identity.Actor, from, to day.Date) ([]enablement.Listed, error)
	ReminderFacts(ctx context.Context, on day.Date) (enablement.ReminderFacts, error)
	Audit(ctx context.Context, now time.Time, events ...identity.Event) error
}

// trained are those who read who was at a training: of everybody, or of their own department.
var trained = people(identity.Lead, identity.Champion, identity.Auditor)

const (
	missingAPage = 25
	upcomingDays = 60
)

// completionRoutes are who was at a training, and what people would be reminded of.
func (s *Server) completionRoutes() []routeEntry {
	if s.Completion == nil || s.Plan == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Completion, trained, s.completionPage},
		{"GET", route.Completion + ".csv", trained.afresh(), s.missingSheet},
		{"GET", route.Reminders, leads, s.remindersPage},
	}
}

// completionAsk is what an address asks about completion, as far as the actor may know.
type completionAsk struct {
	views.Asked
	plan        *rollout.Plan
	departments []int // whose people may be told of; nil for everybody's
	filter      enablement.MissingFilter
	today       day.Date
}

var errNotTold = fault.New(fault.NotFound, "There is no such department or wave, or none that you may know of.")

func (s *Server) readCompletionAsk(r *http.Request, actor identity.Actor) (completionAsk, error) {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return completionAsk{}, err
	}
	q, scope := r.URL.Query(), actor.PeopleScope()
	a := completionAsk{plan: p, today: p.Today(s.Now())}
	a.Asked = views.Asked{
		Everybody: scope.Everyone(), Search: cleanQuery(q.Get("q")), Department: q.Get("department"), After: cleanQuery(q.Get("after")),
	}
	if a.Everybody {
		a.Wave, a.ByWave = q.Get("wave"), q.Get("by") == "wave"
	} else {
		a.departments = departmentIDs(p, scope.Departments())
	}
	a.filter = enablement.MissingFilter{Search: a.Search, After: a.After, Limit: missingAPage}
	return a, a.narrow()
}

// narrow finds the department and the wave that are asked for. One that the actor
// may not know of is like one that is not there.
func (a *completionAsk) narrow() error {
	if a.Department != "" {
		i := slices.IndexFunc(a.plan.Departments, func(d roster.Department) bool { return d.Slug == a.Department })
		switch {
		case i >= 0 && (a.Everybody || slices.Contains(a.departments, a.plan.Departments[i].ID)):
			a.filter.Department = &a.plan.Departments[i].ID
		case a.Everybody && a.Department == unassigned:
			a.filter.Department = new(int)
		default:
			return errNotTold
		}
	}
	if a.Wave != "" {
		i := slices.IndexFunc(a.plan.Waves, func(w roster.Wave) bool { return w.Slug == a.Wave })
		switch {
		case i >= 0:
			a.filter.Wave = &a.plan.Waves[i].ID
		case a.Wave == unassigned:
			a.filter.Wave = new(int)
		default:
			return errNotTold
		}
	}
	return nil
}

// departmentIDs are the ids of departments that are named by slugs; never nil.
func departmentIDs(p *rollout.Plan, slugs []string) []int {
	out := []int{}
	for _, d := range p.Departments {
		if slices.Contains(slugs, d.Slug) {
			out = append(out, d.ID)
		}
	}
	return out
}

// cleanQuery is a word of an address, "" for what cannot be meant.
func cleanQuery(text string) string {
	text = strings.TrimSpace(text)
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > maxSearch {
		return ""
	}
	return text
}

// completionPage shows who was at a training by department or wave, and who is missing.
func (s *Server) completionPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	a, err := s.readCompletionAsk(r, actor)
	if err != nil {
		return err
	}
	d := views.CompletionData{
		Asked: a.Asked, Departments: a.plan.Departments, Waves: a.plan.Waves, Today: a.today, Now: s.Now().In(a.plan.Rollout.Zone()),
		Lead: actor.Has(identity.Lead), Fresh: isFresh(r), Tabs: s.trainingTabs(actor, route.Completion),
	}
	if d.Standings, err = s.Completion.Standings(r.Context(), a.departments, a.filter, a.today); err != nil {
		return err
	}
	if d.Sessions, err = s.joinable(r.Context(), actor, a, d.Now); err != nil {
		return err
	}
	if !actor.SeesSmallGroups() {
		x, err := s.Index.Index(r.Context())
		if err != nil {
			return err
		}
		d.AtLeast = x.Settings.MinCohortSize
	}
	if isHTMX(r) {
		w.Header().Set("HX-Push-Url", a.At(route.Completion))
	}
	return s.page(w, r, actor, page{Title: "Completion", Section: route.Trainings}, views.Completion(views.NewCompletion(d)))
}

// joinable are the next trainings that the people asked for could join.
func (s *Server) joinable(ctx context.Context, actor identity.Actor, a completionAsk, now time.Time) ([]enablement.Listed, error) {
	list, err := s.Completion.UpcomingSessions(ctx, actor, a.today, a.today+upcomingDays)
	return slices.DeleteFunc(list, func(l enablement.Listed) bool {
		return !l.Kind.Trains() || !l.Bookable(now) || !l.Department.Everybody() && a.Department != "" && l.Department.Slug != a.Department
	}), err
}

// missingSheet answers with everybody who is missing and matches, and records that names left the site.
func (s *Server) missingSheet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	a, err := s.readCompletionAsk(r, actor)
	if err != nil {
		return err
	}
	rows := [][]string{{"email", "name", "department", "wave", "state", "signed_up_for", "on"}}
	a.filter.After, a.filter.Limit = "", exportAPage
	for more := true; more; {
		var list []enablement.Untrained
		if list, more, err = s.Completion.Untrained(r.Context(), a.departments, a.filter, a.today); err != nil {
			return err
		}
		for _, u := range list {
			rows = append(rows, missingRow(u))
			a.filter.After = strings.ToLower(u.Email)
		}
	}
	sent := identity.Event{By: actor, Action: "missing.exported", Subject: "completion", Detail: map[string]string{"rows": strconv.Itoa(len(rows) - 1)}}
	if err := s.Completion.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "missing-"+a.today.String()+".csv", rows)
}

func missingRow(u enablement.Untrained) []string {
	row := []string{u.Email, u.Name, u.Department, u.Wave, "member", "", ""}
	if u.Invited {
		row[4] = "invited"
	}
	if u.Ahead != nil {
		row[5], row[6] = u.Ahead.Name, u.Ahead.Day.String()
	}
	return row
}
