package web

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/start"
	"groundswell/views/ui"
)

// startRoutes are starting a rollout and changing its answers.
func (s *Server) startRoutes() []routeEntry {
	if s.Plan == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.PlanStart, leads, s.startPage},
		{"POST", route.PlanStart, leads, s.startPlan},
		{"GET", route.PlanSetup, overseers, s.setupPage},
		{"POST", route.PlanLaunches, leads, s.moveLaunches},
		{"POST", route.PlanRoles, leads, s.setHolders},
		{"POST", route.PlanCalendar, leads, s.setCalendar},
		{"POST", route.PlanJoined, leads, s.planJoined},
		{"GET", route.PlanPlaybook, overseers, s.playbookPage},
		{"POST", route.PlanPlaybook, leads, s.takePlaybook},
	}
}

// defaultPlaybook is offered first.
const defaultPlaybook = "claude-cowork"

// startPage asks what a rollout is started from. Once one is started there is nothing to ask.
func (s *Server) startPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	if p.Started() {
		return s.redirect(w, r, route.PlanSetup, "")
	}
	book, err := playbookOf(r.URL.Query())
	if err != nil {
		return err
	}
	return s.drawStart(w, r, actor, http.StatusOK, views.StartProps{Form: s.emptyForm(p, book)}, p, book)
}

// playbookOf reads which playbook is meant; none is the first.
func playbookOf(q url.Values) (rollout.Playbook, error) {
	key := q.Get("playbook")
	if key == "" {
		key = defaultPlaybook
	}
	book, ok := rollout.PlaybookNamed(key)
	if !ok {
		return book, fault.New(fault.NotFound, "There is no such playbook.")
	}
	return book, nil
}

// drawStart completes props, which hold the form and its preview, and answers the page.
func (s *Server) drawStart(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, props views.StartProps, p *rollout.Plan, book rollout.Playbook) error {
	props.Post, props.Book, props.About = route.PlanStart, book.Name+" "+book.Version, book.About
	props.NoWaves = len(p.Waves) == 0
	if _, ok := s.opens[route.Imports]; ok {
		props.Roster = route.Imports
	}
	for _, b := range rollout.Playbooks() {
		at := route.With(route.PlanStart, "playbook", b.Key)
		props.Playbooks = append(props.Playbooks, ui.Option{Label: b.Name, URL: at, Current: b.Key == book.Key})
	}
	return s.page(w, r, actor, page{Title: "Start a rollout", Section: route.Plan, Status: status}, views.Start(props))
}

// startPlan shows the plan that the answers make, and makes it once exactly that plan was seen.
func (s *Server) startPlan(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	book, err := playbookOf(f)
	if err != nil {
		return err
	}
	in := readStart(f, p, book)
	if in.check(); len(in.form.Errors) > 0 {
		return s.drawStart(w, r, actor, http.StatusUnprocessableEntity, views.StartProps{Form: in.form}, p, book)
	}
	now := s.Now()
	if f.Get("action") == "start" && in.form.Seen == in.mark {
		return s.begin(w, r, actor, in, p, book)
	}
	changed := f.Get("action") == "start"
	in.form.Seen = in.mark
	tasks := rollout.Build(book, in.answers, in.waves(p), p.Departments)
	today := rollout.Rollout{TimeZone: in.answers.TimeZone}.Today(now)
	props := views.StartProps{Form: in.form, Preview: previewOf(book, tasks, in.answers.Launches, today), Changed: changed}
	return s.drawStart(w, r, actor, http.StatusOK, props, p, book)
}

// begin starts the rollout. What the rules refuse comes back beside its field.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, actor identity.Actor, in startInput, p *rollout.Plan, book rollout.Playbook) error {
	err := s.Tasks.Start(r.Context(), actor, in.answers, s.Now())
	if fault.Is(err, fault.Invalid) {
		maps.Copy(in.form.Errors, asFault(err).Fields)
		in.spread()
		return s.drawStart(w, r, actor, http.StatusUnprocessableEntity, views.StartProps{Form: in.form}, p, book)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Plan, "The rollout is started. Every task has its day and its role.")
}

// fingerprint names what a form holds, its buttons aside, so that a change of it shows.
func fingerprint(f url.Values) string {
	f = maps.Clone(f)
	f.Del("seen")
	f.Del("action")
	sum := sha256.Sum256([]byte(f.Encode()))
	return hex.EncodeToString(sum[:12])
}

// waves returns the roster's waves as the answers have them, with the new ones among them.
func (in startInput) waves(p *rollout.Plan) []roster.Wave {
	out := append([]roster.Wave(nil), p.Waves...)
	for i, l := range in.answers.Launches {
		if l.Wave == 0 {
			out = append(out, roster.Wave{ID: -i - 1, Name: l.Name, OpensOn: knownDay(l.On)})
		}
	}
	return out
}

func knownDay(d day.Date) *day.Date {
	if !d.Known() {
		return nil
	}
	return &d
}
