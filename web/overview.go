package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/measure"
	views "groundswell/views/overview"
)

func (s *Server) overviewPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	upper, err := s.overviewUpper(r.Context(), actor)
	if err != nil {
		return err
	}
	return s.measurePage(w, r, actor, measurePage{
		path: route.Overview, title: "Overview", between: upper, draw: func(q measured) (templ.Component, templ.Component) {
			p := measure.NewOverview(q.filters, q.figures, q.reader)
			return measure.OverviewHead(p), measure.Overview(p)
		},
	})
}

// upperKey is what the upper part of the overview depends on beside the plan: the
// minute, what a reader's roles let them see, and whether figures arrive.
type upperKey struct {
	minute  int64
	roles   string
	figures bool
}

// upperPages keeps the upper parts drawn of one plan. The zero value is ready; it
// is safe for concurrent use.
type upperPages struct {
	mu     sync.Mutex
	plan   *rollout.Plan
	minute int64
	kept   map[upperKey][]byte
}

func (u *upperPages) find(p *rollout.Plan, k upperKey) []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.plan != p {
		return nil
	}
	return u.kept[k]
}

// keep remembers a part of p and forgets those of other plans and minutes.
func (u *upperPages) keep(p *rollout.Plan, k upperKey, body []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.plan != p || u.minute != k.minute {
		u.plan, u.minute, u.kept = p, k.minute, map[upperKey][]byte{}
	}
	u.kept[k] = body
}

// overviewUpper is what stands above the figures: the launch, what blocks it, and
// today. Nil where no plan is kept.
func (s *Server) overviewUpper(ctx context.Context, actor identity.Actor) (templ.Component, error) {
	if s.Plan == nil {
		return nil, nil
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil {
		return nil, err
	}
	x, err := s.Index.Index(ctx)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	key := upperKey{now.Unix() / int64(time.Minute/time.Second), rolesOf(actor), x.Through.Known()}
	duties, err := s.commsDuties(ctx, actor, p)
	if err != nil {
		return nil, err
	}
	upper, err := s.upperPart(ctx, actor, p, key)
	if err != nil || duties == nil {
		return upper, err
	}
	return templ.Join(upper, duties), nil
}

// upperPart is what of it depends on the plan alone, drawn once a minute.
func (s *Server) upperPart(ctx context.Context, actor identity.Actor, p *rollout.Plan, key upperKey) (templ.Component, error) {
	if body := s.uppers.find(p, key); body != nil {
		return written(body), nil
	}
	sessions, err := s.sessionsToday(ctx, actor, p)
	if err != nil {
		return nil, err
	}
	body, err := drawBody(ctx, views.Upper(s.upperProps(p, actor, key.figures, sessions)))
	if err != nil {
		return nil, err
	}
	s.uppers.keep(p, key, body)
	return written(body), nil
}

// rolesOf writes the roles that an actor holds, the same for the same roles.
func rolesOf(actor identity.Actor) string {
	var out []string
	for _, r := range actor.Roles {
		out = append(out, string(r))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// sessionsToday returns today's sessions, for those who see every session.
func (s *Server) sessionsToday(ctx context.Context, actor identity.Actor, p *rollout.Plan) ([]enablement.Listed, error) {
	if s.Trainings.Book == nil || !p.Started() || !actor.HasAny(identity.Lead, identity.Owner, identity.Auditor) {
		return nil, nil
	}
	today := p.Today(s.Now())
	a, err := s.Trainings.Book.Agenda(ctx, actor, day.Period{From: today, To: today}, today)
	return a.Sessions, err
}

func (s *Server) upperProps(p *rollout.Plan, actor identity.Actor, figures bool, sessions []enablement.Listed) views.Props {
	if !p.Started() {
		return views.Props{Steps: s.firstSteps(p, actor, figures)}
	}
	wave, _ := p.Ahead(p.Today(s.Now()))
	v := overviewReader{s.readinessReader(p, wave, actor), sessions}
	out := views.Props{Launch: v.launch()}
	if v.reads() {
		out.Alarms, out.Blocks, out.Agenda = v.alarms(), v.blocks(), v.agenda()
	}
	return out
}

// firstSteps lead to a rollout; they are for those who take or oversee them.
func (s *Server) firstSteps(p *rollout.Plan, actor identity.Actor, figures bool) []views.Step {
	if !overseers.admits(actor) || !s.mayOpen(identity.Actor{Roles: []identity.Role{identity.Lead}}, route.PlanStart) {
		return nil
	}
	people := 0
	for _, w := range p.Waves {
		people += w.People
	}
	to := func(path string) string {
		if actor.Has(identity.Lead) && s.mayOpen(actor, path) {
			return path
		}
		return ""
	}
	return []views.Step{
		{Title: "Connect the key", Note: "Usage, seats, groups and roles are read with it, once a day.", Done: figures, URL: to(route.Sources)},
		{Title: "Import people", Note: "A file of departments, waves and champions. Dry runs and checklists count them.", Done: people > 0 || len(p.Departments) > 0, URL: to(route.Imports)},
		{Title: "Start the plan", Note: "A few answers make the whole plan: tasks with owners, days and proof.", URL: to(route.PlanStart)},
	}
}
