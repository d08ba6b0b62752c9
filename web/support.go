package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/support"
)

// Support keeps where people ask: channels, escalation paths, who is on call, and
// issues, each change with its audit entry. What somebody else changed after it
// was seen is a Conflict; what the actor may not know of is NotFound. It is
// implemented by store.Store.
type Support interface {
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
	SupportFor(ctx context.Context, by identity.Actor, today day.Date) (enablement.Support, error)
	SaveChannel(ctx context.Context, by identity.Actor, e enablement.ChannelEdit, now time.Time) error
	RemoveChannel(ctx context.Context, by identity.Actor, e enablement.ChannelEdit, now time.Time) error
	AddEscalation(ctx context.Context, by identity.Actor, e enablement.EscalationEdit, key string, now time.Time) error
	SaveEscalation(ctx context.Context, by identity.Actor, id, seen int, e enablement.EscalationEdit, now time.Time) error
	RemoveEscalation(ctx context.Context, by identity.Actor, id, seen int, now time.Time) error
	MoveEscalation(ctx context.Context, by identity.Actor, id int, up bool, now time.Time) error
	Rota(ctx context.Context, first, last, today day.Date) ([]enablement.Duty, error)
	SaveRota(ctx context.Context, by identity.Actor, changes []enablement.RotaChange, today day.Date, now time.Time) error
	Departments(ctx context.Context, today day.Date) ([]roster.Department, error)
	ChampionsOf(ctx context.Context, slugs []string, today day.Date) ([]roster.OnRecord, error)

	Help(ctx context.Context, by identity.Actor, f enablement.IssueFilter, today day.Date) (enablement.Support, enablement.Issues, error)
	Issues(ctx context.Context, by identity.Actor, f enablement.IssueFilter) (enablement.Issues, error)
	Issue(ctx context.Context, by identity.Actor, id int64) (enablement.Issue, []enablement.Solver, error)
	ReportIssue(ctx context.Context, by identity.Actor, n enablement.NewIssue, now time.Time) (int64, error)
	AssignIssue(ctx context.Context, by identity.Actor, id int64, seen int, email string, now time.Time) error
	AnswerIssue(ctx context.Context, by identity.Actor, id int64, seen int, words string, now time.Time) error
	CloseIssue(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error
	ReopenIssue(ctx context.Context, by identity.Actor, id int64, seen int, words, on string, now time.Time) error
}

var (
	issueReaders   = people(identity.Lead, identity.Owner, identity.Champion, identity.Auditor)
	issueReporters = people(identity.Lead, identity.Owner, identity.Champion)
	helped         = people(identity.Lead, identity.Champion)
)

// supportRoutes are support: channels, escalation, who is on call, issues.
func (s *Server) supportRoutes() []routeEntry {
	if s.Support == nil {
		return nil
	}
	path := views.PathsPath + "/{path}"
	issue := route.Issues + "/{issue}"
	return []routeEntry{
		{"GET", route.Support, signedIn, s.supportPage},
		{"POST", views.AttestPath, issueReporters, s.attestSupport},
		{"GET", views.ChannelPath, leads, s.channelPage},
		{"POST", views.ChannelPath, leads, s.saveChannel},
		{"POST", views.ChannelPath + "/remove", leads, s.removeChannel},
		{"GET", views.PathsPath + "/new", leads, s.newPathPage},
		{"POST", views.PathsPath, leads, s.addPath},
		{"GET", path, leads, s.pathPage},
		{"POST", path, leads, s.savePath},
		{"POST", path + "/move", leads, s.movePath},
		{"POST", path + "/remove", leads, s.removePath},
		{"GET", views.RotaPath, overseers, s.rotaPage},
		{"POST", views.RotaPath, leads, s.saveRota},

		{"GET", route.Issues, issueReaders, s.issuesPage},
		{"GET", route.Issues + ".csv", issueReaders.afresh(), s.issuesSheet},
		{"GET", views.ReportPath, issueReporters, s.reportPage},
		{"POST", route.Issues, issueReporters, s.reportIssue},
		{"GET", issue, issueReaders, s.issuePage},
		{"POST", issue + "/solver", leads, s.assignIssue},
		{"POST", issue + "/answer", people(identity.Lead, identity.Owner), s.answerIssue},
		{"POST", issue + "/close", issueReporters, s.closeIssue},
		{"POST", issue + "/reopen", issueReporters, s.reopenIssue},
		{"GET", route.TodayHelp, helped, s.helpPage},
	}
}

// supportPage shows anybody where to ask.
func (s *Server) supportPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawSupport(w, r, actor, nil)
}

// drawSupport answers the page of support, with why a word was refused.
func (s *Server) drawSupport(w http.ResponseWriter, r *http.Request, actor identity.Actor, refused error) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	d := views.PageData{Actor: actor, Today: today}
	if d.Support, err = s.Support.SupportFor(r.Context(), actor, today); err != nil {
		return err
	}
	if d.Word, err = s.supportWord(r.Context(), actor); err != nil {
		return err
	}
	status := http.StatusOK
	if refused != nil {
		f := asFault(refused)
		status, d.Note = statusOf(f.Kind), f.Say
	}
	return s.page(w, r, actor, page{Title: "Support", Section: route.Support, Status: status}, views.Page(views.NewPage(d)))
}

// supportTask is the task of the plan that asks for a person's word on support.
func supportTask(p *rollout.Plan) (rollout.Task, bool) {
	i := slices.IndexFunc(p.Tasks, func(t rollout.Task) bool { return t.Evidence.Check == rollout.CheckSupport })
	if i < 0 {
		return rollout.Task{}, false
	}
	return p.Tasks[i], true
}

// supportWord is how the word on support stands, nil for those who neither give nor audit it.
func (s *Server) supportWord(ctx context.Context, actor identity.Actor) (*views.Word, error) {
	if s.Plan == nil {
		return nil, nil
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil {
		return nil, err
	}
	reads := actor.HasAny(identity.Lead, identity.Auditor)
	if !p.Started() {
		return whenReads(reads, views.Word{None: "The rollout is not started: there is no plan that asks for a word on support."}), nil
	}
	t, ok := supportTask(p)
	if !ok {
		return whenReads(reads, views.Word{None: "No task of the plan asks for a word on support."}), nil
	}
	w := views.Word{Give: p.MayChange(actor, t) == nil}
	if a, given := p.Attested[t.ID]; given {
		w.By, w.At = a.By.Name, a.At
		w.HoldsTo = min(a.HoldsTo, day.FromTime(a.At)+rollout.SupportHolds)
	}
	return whenReads(reads || w.Give, w), nil
}

func whenReads(reads bool, w views.Word) *views.Word {
	if !reads {
		return nil
	}
	return &w
}

// attestSupport keeps a person's word that the page of support is current, as the
// word of the plan's task that the readiness check looks at.
func (s *Server) attestSupport(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	now, err := s.Support.SupportFor(r.Context(), actor, today)
	if err != nil {
		return err
	}
	err = s.giveWord(r.Context(), actor, now, f.Get("seen"), f.Get("words"))
	switch {
	case formMends(err):
		return s.drawSupport(w, r, actor, err)
	case err != nil:
		return err
	}
	s.askChecks(r.Context())
	return s.redirect(w, r, route.Support, "Your word is kept. It holds for "+strconv.Itoa(rollout.SupportHolds)+" days.")
}

// giveWord attests the plan's task about support, unless the page changed after it was seen.
func (s *Server) giveWord(ctx context.Context, actor identity.Actor, now enablement.Support, seen, words string) error {
	channel, recorded := now.Channel(enablement.ForSupport)
	switch {
	case seen != views.Seen(now):
		return fault.New(fault.Conflict, "Somebody else changed a channel or a path meanwhile. Look at the page as it is now, then say it again.")
	case !recorded || len(now.Paths) == 0:
		return fault.New(fault.Invalid, "Record the support channel and at least one escalation path first. There is nothing to vouch for yet.")
	case s.Plan == nil:
		return errNoWord
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil {
		return err
	}
	t, ok := supportTask(p)
	if !p.Started() || !ok {
		return errNoWord
	}
	words = strings.TrimSpace("The page of support is current: " + channel.Name + ", " + countPaths(len(now.Paths)) + ". " + words)
	return s.Tasks.Attest(ctx, actor, rollout.TaskRef{ID: t.ID, Version: t.Version}, words, s.Now())
}

func countPaths(n int) string {
	if n == 1 {
		return "1 escalation path"
	}
	return strconv.Itoa(n) + " escalation paths"
}

var errNoWord = fault.New(fault.Invalid, "No task of a started plan asks for a word on support. Nothing was kept.")
