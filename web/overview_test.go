package web

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/route"
	"groundswell/views/ui"
)

func (s *site) overviewOf(role string) (*browser, *goquery.Document) {
	s.t.Helper()
	b := s.browser()
	b.is(role, roleGrants[role])
	return b, b.document(route.Overview)
}

func TestTheOverviewSaysWhatBlocksTheLaunch(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	s.found("seats", "fails", "4,338 people, 4,200 seats: 138 short.")
	_, doc := s.overviewOf("lead")
	for sel, want := range map[string]string{
		".count": "12 days to Wave 1", ".launch .chip": "No-go today", ".launch .line": "2 of 3 checks ready", ".phases": "Technical setup0 of 3",
		"section[aria-labelledby=blocks]": "What blocks Wave 1", ".blk .who": "Dana", ".blk .btn": "Resolve", ".blk .due": "Tomorrow",
		".today": "Tomorrow", `.nav a[href="/plan"]`: "0/3", `.nav a[href="/readiness"] .bad`: "1",
	} {
		if got := doc.Find(sel).Text(); !strings.Contains(strings.Join(strings.Fields(got), " "), want) && !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", sel, got, want)
		}
	}
}

func TestTheOverviewNamesNobodyToExecutives(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	s.found("seats", "fails", "138 short.")
	helen, doc := s.overviewOf("executive")
	if text := doc.Find("main").Text(); strings.Contains(text, "Dana") || !strings.Contains(text, "IdP admin") || !strings.Contains(text, "What blocks Wave 1") {
		t.Errorf("an executive reads %.600s", text)
	}
	doc.Find(".launch a[href], .blk a[href], .today a[href]").Each(func(_ int, a *goquery.Selection) {
		if got := helen.get(a.AttrOr("href", "")); got.StatusCode != 200 {
			t.Errorf("a link leads an executive to %s: %d", a.AttrOr("href", ""), got.StatusCode)
		}
	})
	_, doc = s.overviewOf("champion")
	if text := doc.Find("main").Text(); !strings.Contains(text, "days to Wave 1") || strings.Contains(text, "No-go") || strings.Contains(text, "What blocks") {
		t.Errorf("a champion reads %.400s", text)
	}
}

func TestAnAlarmStandsOnTheOverviewUntilSomebodySeesIt(t *testing.T) {
	s := newSite(t, nil)
	s.plans(`insert into gate (kind, task, opened_at, passed_at, passed_on) select 'enforce_sso', id, now(), now(), current_date from task where key = 'support'`,
		`insert into gate_alarm (gate, kind, on_day, say, raised_at) select id, 'sign_ins', current_date, 'Nobody signed in on Wed.', now() from gate`)
	if _, doc := s.overviewOf("lead"); !strings.Contains(doc.Find(".banner.bad").Text(), "Nobody signed in on Wed.") {
		t.Error("the alarm is not there")
	}
}

func TestFirstStepsLeadToARollout(t *testing.T) {
	s := newSite(t, nil)
	_, doc := s.overviewOf("lead")
	steps := doc.Find(".first-steps > li")
	if _, there := s.srv.opens[route.PlanStart]; there != (steps.Length() == 3) {
		t.Errorf("%d steps", steps.Length())
	}
	if _, doc := s.overviewOf("executive"); doc.Find(".first-steps").Length() > 0 {
		t.Error("an executive finds the steps of a lead")
	}
}

func TestLabelsOfTheStripDoNotCollide(t *testing.T) {
	marks := []ui.LaunchMark{
		{At: 0, Title: "Pilot opened", Date: "Mon 2 Nov", Kind: ui.MarkDone}, {At: .05, Title: "Connectors live", Date: "Tue 3 Nov", Kind: ui.MarkDone},
		{At: .5, Title: "Today", Date: "Thu 19 Nov", Kind: ui.MarkToday}, {At: .83, Title: "Go / no-go", Date: "Thu 26 Nov", Kind: ui.MarkAhead},
		{At: .97, Title: "Roles enforced", Date: "Mon 30 Nov", Kind: ui.MarkDone}, {At: 1, Title: "Wave 1 opens", Date: "Tue 1 Dec", Kind: ui.MarkGoal},
	}
	spread(marks)
	for i, shown := range []bool{true, false, true, true, false, true} {
		if (marks[i].Title != "") != shown {
			t.Errorf("mark %d: %q", i, marks[i].Title)
		}
	}
}
