package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/support"
	"groundswell/views/ui"
)

const (
	issuesAPage    = 25
	issuesExported = 10_000
)

// issueFilter reads the address. What cannot be meant filters nothing.
func issueFilter(q url.Values) enablement.IssueFilter {
	f := enablement.IssueFilter{State: enablement.IssueState(q.Get("state")), Department: q.Get("department"), Search: searched(q), Mine: q.Get("mine") != "", Limit: issuesAPage, Page: 1}
	if !f.State.Valid() {
		f.State, f.Unsettled = "", q.Get("state") != "all"
	}
	if n, err := strconv.Atoi(q.Get("topic")); err == nil && n > 0 && n < 1<<31 {
		f.Topic = n
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 && n < 1<<20 {
		f.Page = n
	}
	return f
}

// hours are when the organization works: as its plan says, else on weekdays in UTC.
func (s *Server) hours(ctx context.Context) (enablement.Hours, error) {
	weekdays := enablement.Hours{Zone: time.UTC, Works: func(d day.Date) bool { return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday }}
	if s.Plan == nil {
		return weekdays, nil
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil || !p.Started() {
		return weekdays, err
	}
	return enablement.Hours{Zone: p.Rollout.Zone(), Works: p.Rollout.Calendar.Works}, nil
}

// issuesPage lists the issues that the reader may know of.
func (s *Server) issuesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.issuesData(r, actor, issuesAPage)
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Issues", Section: route.Support}, views.Issues(views.NewIssues(d)))
}

func (s *Server) issuesData(r *http.Request, actor identity.Actor, limit int) (views.IssuesData, error) {
	d := views.IssuesData{Actor: actor, Filter: issueFilter(r.URL.Query()), Now: s.Now()}
	d.Filter.Limit = limit
	var err error
	if d.Hours, err = s.hours(r.Context()); err != nil {
		return d, err
	}
	d.Issues, err = s.Support.Issues(r.Context(), actor, d.Filter)
	return d, err
}

// issuesSheet is what the list shows, all pages of it, as CSV. That names left the site is recorded.
func (s *Server) issuesSheet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.issuesData(r, actor, issuesExported)
	if err != nil {
		return err
	}
	rows := [][]string{{"issue", "state", "title", "what_happened", "department", "topic", "reported_on", "reported_by", "taken_on_by", "answer", "answered_on", "due"}}
	for _, i := range d.Issues.List {
		row := views.NewIssueRow(i, d.Hours, d.Now)
		rows = append(rows, []string{
			strconv.FormatInt(i.ID, 10), string(i.State), i.Title, i.Body, i.DepartmentName, i.TopicName,
			dayIn(i.ReportedAt, d.Hours.Zone), i.ReporterName, row.Solver, i.Answer, dayIn(i.AnsweredAt, d.Hours.Zone), row.Due,
		})
	}
	sent := identity.Event{By: actor, Action: "issues.exported", Subject: "issues", Detail: map[string]string{"rows": strconv.Itoa(len(rows) - 1)}}
	if err := s.Support.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "issues.csv", rows)
}

// dayIn writes the day of a moment in a zone, "" for none.
func dayIn(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

// reportPage is the form of a new issue: a sheet for champions.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	return s.drawReport(w, r, actor, views.ReportForm{Key: newFormKey(), Department: q.Get("department"), Topic: q.Get("topic")}, nil)
}

func (s *Server) drawReport(w http.ResponseWriter, r *http.Request, actor identity.Actor, f views.ReportForm, wrong error) error {
	all, err := s.Support.Issues(r.Context(), actor, enablement.IssueFilter{Limit: 1})
	if err != nil {
		return err
	}
	p, status := views.NewReport(actor, all.Departments, all.Paths, f), http.StatusOK
	if wrong != nil {
		refused := asFault(wrong)
		status, p.Form.Errors = statusOf(refused.Kind), refused.Fields
		if len(refused.Fields) == 0 {
			p.Problem = refused.Say
		}
	}
	if onPhone(actor) {
		return s.phone(w, r, actor, phonePage{Title: "Report an issue", Back: route.TodayHelp, Status: status}, views.PhoneReport(p))
	}
	return s.page(w, r, actor, page{Title: "Report an issue", Section: route.Support, Status: status}, views.Report(p))
}

// reportIssue keeps an issue. The same form sent twice is kept once.
func (s *Server) reportIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key, err := formKey(f)
	if err != nil {
		return err
	}
	t := views.ReportForm{Title: f.Get("title"), Body: f.Get("body"), Department: f.Get("department"), Topic: f.Get("topic"), Key: key}
	topic, err := strconv.Atoi(t.Topic)
	if err != nil || topic < 0 || topic > 1<<31-1 {
		topic = 0
	}
	id, err := s.Support.ReportIssue(r.Context(), actor, enablement.NewIssue{Title: t.Title, Body: t.Body, Department: t.Department, Topic: topic, Key: key}, s.Now())
	switch {
	case formMends(err):
		return s.drawReport(w, r, actor, t, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Issue(id), "Reported. You see the answer here and under Help.")
}

// issueNumber reads which issue an address is about.
func issueNumber(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "issue"), 10, 64)
	if err != nil || id <= 0 {
		return 0, enablement.ErrNoIssue
	}
	return id, nil
}

func (s *Server) issuePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawIssue(w, r, actor, nil, nil)
}

// drawIssue answers the page of an issue as it is now, with what was typed and what is wrong with it.
func (s *Server) drawIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor, typed url.Values, wrong error) error {
	id, err := issueNumber(r)
	if err != nil {
		return err
	}
	hours, err := s.hours(r.Context())
	if err != nil {
		return err
	}
	i, solvers, err := s.Support.Issue(r.Context(), actor, id)
	if err != nil {
		return err
	}
	p, status := views.NewIssue(actor, i, solvers, hours, s.Now()), http.StatusOK
	if wrong != nil {
		f := asFault(wrong)
		status, p.Form.Errors = statusOf(f.Kind), f.Fields
		if len(f.Fields) == 0 {
			p.Problem = f.Say
		}
	}
	if typed.Has("answer") {
		p.Form.Answer = typed.Get("answer")
	}
	p.Form.Words = typed.Get("words")
	if onPhone(actor) {
		return s.phone(w, r, actor, phonePage{Title: i.Title, Sub: "Reported " + p.Age, Tab: route.TodayHelp, Status: status}, views.PhoneIssue(p))
	}
	return s.page(w, r, actor, page{Title: i.Title, Section: route.Support, Status: status}, views.Issue(p))
}

// changeIssue does one thing to an issue, with the version its form showed.
func (s *Server) changeIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor, done string, do func(id int64, seen int, f url.Values) error) error {
	id, err := issueNumber(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	err = do(id, seen, f)
	switch {
	case formMends(err):
		return s.drawIssue(w, r, actor, f, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Issue(id), done)
}

func (s *Server) assignIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeIssue(w, r, actor, "It is said who takes it on.", func(id int64, seen int, f url.Values) error {
		return s.Support.AssignIssue(r.Context(), actor, id, seen, f.Get("solver"), s.Now())
	})
}

func (s *Server) answerIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeIssue(w, r, actor, "The answer is saved. Whoever reported it sees it.", func(id int64, seen int, f url.Values) error {
		return s.Support.AnswerIssue(r.Context(), actor, id, seen, f.Get("answer"), s.Now())
	})
}

func (s *Server) closeIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeIssue(w, r, actor, "The issue is closed.", func(id int64, seen int, _ url.Values) error {
		return s.Support.CloseIssue(r.Context(), actor, id, seen, s.Now())
	})
}

func (s *Server) reopenIssue(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeIssue(w, r, actor, "The issue is open again.", func(id int64, seen int, f url.Values) error {
		hours, err := s.hours(r.Context())
		if err != nil {
			return err
		}
		on := ui.Date(s.Now().In(hours.Zone), s.Now().In(hours.Zone))
		return s.Support.ReopenIssue(r.Context(), actor, id, seen, f.Get("words"), on, s.Now())
	})
}

// helpShown is how many issues the page for help looks at.
const helpShown = 50

// helpPage is where a champion asks for help and sees what became of it.
func (s *Server) helpPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	hours, err := s.hours(r.Context())
	if err != nil {
		return err
	}
	department := r.URL.Query().Get("department")
	where, issues, err := s.Support.Help(r.Context(), actor, enablement.IssueFilter{Department: department, Limit: helpShown}, today)
	if err != nil {
		return err
	}
	p := views.NewHelp(where, issues.List, department, hours, s.Now())
	sub := ui.Date(today.Time(), today.Time())
	return s.phone(w, r, actor, phonePage{Title: "Help", Sub: sub, Tab: route.TodayHelp}, views.Help(p))
}
