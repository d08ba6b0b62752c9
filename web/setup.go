package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/start"
	"groundswell/views/ui"
)

var errNoRollout = fault.New(fault.NotFound, "No rollout has been started.")

// started returns the plan of a rollout that runs.
func (s *Server) started(ctx context.Context) (*rollout.Plan, error) {
	p, err := s.Plan.Plan(ctx)
	if err == nil && !p.Started() {
		return nil, errNoRollout
	}
	return p, err
}

// setupPage shows what was answered: to leads to change it, to auditors to read.
func (s *Server) setupPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.Plan.Plan(r.Context())
	switch {
	case err != nil:
		return err
	case !p.Started() && actor.Has(identity.Lead):
		return s.redirect(w, r, route.PlanStart, "")
	case !p.Started():
		return s.page(w, r, actor, page{Title: "Setup", Section: route.Plan}, views.NotStarted())
	}
	return s.drawSetup(w, r, actor, http.StatusOK, s.setupOf(p, actor))
}

func (s *Server) drawSetup(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, props views.SetupProps) error {
	return s.page(w, r, actor, page{Title: "Setup", Section: route.Plan, Status: status}, views.Setup(props))
}

// setupOf is the setup as it is kept.
func (s *Server) setupOf(p *rollout.Plan, actor identity.Actor) views.SetupProps {
	today := p.Today(s.Now())
	props := views.SetupProps{
		CanEdit: actor.Has(identity.Lead), Version: strconv.Itoa(p.Rollout.Version),
		Sub:      p.Rollout.Organization + ", started " + ui.Date(p.Rollout.StartedAt.In(p.Rollout.Zone()), today.Time()),
		Facts:    recordedFacts(p, today),
		Calendar: calendarOf(p.Rollout), Book: bookOf(p),
		PostLaunches: route.PlanLaunches, PostCalendar: route.PlanCalendar, PostRoles: route.PlanRoles,
	}
	for _, w := range p.Waves {
		f := waveField(w.ID, w.Name, w.People, w.OpensOn)
		if !props.CanEdit && w.OpensOn != nil {
			f.Opens = dayText(*w.OpensOn, today)
		}
		props.Waves = append(props.Waves, f)
	}
	props.Holders = holdersOf(p)
	if props.CanEdit {
		props.Joined = joinedOf(p)
	}
	return props
}

// recordedFacts are the answers that stay as they were given.
func recordedFacts(p *rollout.Plan, today day.Date) []ui.Pair {
	r := p.Rollout
	return []ui.Pair{
		{Name: "Architecture", Value: views.ArchitectureName(r.Architecture)},
		{Name: "Why", Value: r.ArchitectureReason},
		{Name: "Decided", Value: r.ArchitectureBy.Name + ", " + ui.Date(r.ArchitectureAt.In(r.Zone()), today.Time())},
		{Name: "Desktop app", Value: views.InstallName(r.Install)},
	}
}

func calendarOf(r rollout.Rollout) views.CalendarForm {
	c := views.CalendarForm{TimeZone: r.TimeZone, Weekdays: map[time.Weekday]bool{}, Errors: map[string]string{}}
	for d := time.Sunday; d <= time.Saturday; d++ {
		c.Weekdays[d] = rollout.Calendar{Weekdays: r.Calendar.Weekdays}.Works(day.Of(2026, time.November, 1) + day.Date(d)) // 1 November 2026 was a Sunday
	}
	var days []string
	for _, d := range r.Calendar.DaysOff {
		days = append(days, d.String())
	}
	c.DaysOff = strings.Join(days, "\n")
	return c
}

func holdersOf(p *rollout.Plan) []views.HolderField {
	book, _ := rollout.PlaybookNamed(p.Rollout.Playbook)
	does := map[string]string{}
	for _, r := range book.Roles {
		does[r.Key] = r.Does
	}
	var out []views.HolderField
	for _, r := range p.Roles {
		out = append(out, views.HolderField{Key: r.Key, Role: r.Name, Does: does[r.Key], Name: r.Holder.Name, Email: r.Holder.Email})
	}
	return out
}

// bookOf says which playbook the plan was made from, and whether something else is offered.
func bookOf(p *rollout.Plan) views.BookProps {
	book, ok := rollout.PlaybookNamed(p.Rollout.Playbook)
	if !ok {
		return views.BookProps{Say: p.Rollout.Playbook + " " + p.Rollout.PlaybookVersion + ", which this program does not hold any more."}
	}
	out := views.BookProps{Say: book.Name + ", version " + p.Rollout.PlaybookVersion + ".", URL: route.PlanPlaybook}
	if book.Version == p.Rollout.PlaybookVersion && len(p.Missing()) > 0 {
		return out // what joined is offered by itself
	}
	if n := takeable(rollout.Difference(p, book)); n > 0 {
		out.Offer = ui.Counted(n, "step differs", "steps differ") + " from version " + book.Version + "."
	}
	return out
}

func takeable(d rollout.PlaybookDifference) int {
	n := 0
	for _, s := range d.Steps {
		if s.Takes() {
			n++
		}
	}
	return n
}

// versionOf reads which version of the answers a form was made from.
func versionOf(f url.Values) (int, error) {
	v, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return 0, fault.New(fault.Invalid, sayIncomplete)
	}
	return v, nil
}

// setupForm reads a posted form about a rollout that runs.
func (s *Server) setupForm(r *http.Request) (url.Values, *rollout.Plan, int, error) {
	f, err := form(r)
	if err != nil {
		return nil, nil, 0, err
	}
	version, err := versionOf(f)
	if err != nil {
		return nil, nil, 0, err
	}
	p, err := s.started(r.Context())
	return f, p, version, err
}

// meanwhile is the banner of a form that somebody else was faster than.
func meanwhile() *views.Problem {
	return &views.Problem{
		Title: "Somebody else changed the setup meanwhile",
		Say:   "Your text is below, not saved. Where theirs differs it stands beside it. Save again to replace theirs.",
	}
}

// setHolders keeps who holds which role.
func (s *Server) setHolders(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, p, version, err := s.setupForm(r)
	if err != nil {
		return err
	}
	holders, typed := readHolders(f, holdersOf(p))
	if err := rollout.CheckHolders(holders); err != nil {
		spreadHolders(typed, asFault(err).Fields)
		props := s.setupOf(p, actor)
		props.Holders, props.Version = typed, f.Get("version")
		return s.drawSetup(w, r, actor, http.StatusUnprocessableEntity, props)
	}
	err = s.Tasks.SetHolders(r.Context(), actor, version, holders, s.Now())
	if !fault.Is(err, fault.Conflict) {
		return s.afterSetup(w, r, err, "Roles saved.")
	}
	if p, err = s.started(r.Context()); err != nil {
		return err
	}
	props := s.setupOf(p, actor)
	for i, now := range props.Holders {
		if i < len(typed) && (now.Name != typed[i].Name || now.Email != typed[i].Email) {
			typed[i].Now = "Kept now: " + nobodyOr(strings.TrimSpace(now.Name+" "+now.Email))
		}
	}
	props.Holders, props.Problem = typed, meanwhile()
	return s.drawSetup(w, r, actor, http.StatusConflict, props)
}

func nobodyOr(who string) string {
	if who == "" {
		return "nobody"
	}
	return who
}

// setCalendar keeps where and when people work.
func (s *Server) setCalendar(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, p, version, err := s.setupForm(r)
	if err != nil {
		return err
	}
	typed, calendar := readCalendar(f)
	if err := rollout.CheckCalendar(typed.TimeZone, calendar); err != nil {
		for name, say := range asFault(err).Fields {
			typed.Errors[name] = say
		}
	}
	if len(typed.Errors) > 0 {
		props := s.setupOf(p, actor)
		props.Calendar, props.Version = typed, f.Get("version")
		return s.drawSetup(w, r, actor, http.StatusUnprocessableEntity, props)
	}
	err = s.Tasks.SetCalendar(r.Context(), actor, version, typed.TimeZone, calendar, s.Now())
	if !fault.Is(err, fault.Conflict) {
		return s.afterSetup(w, r, err, "Working days saved. Open tasks moved to them.")
	}
	if p, err = s.started(r.Context()); err != nil {
		return err
	}
	props := s.setupOf(p, actor)
	props.Calendar, props.Problem = typed, meanwhile()
	return s.drawSetup(w, r, actor, http.StatusConflict, props)
}

// afterSetup goes back to the setup with what was done.
func (s *Server) afterSetup(w http.ResponseWriter, r *http.Request, err error, done string) error {
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.PlanSetup, done)
}
