package web

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/support"
)

// helpfulSite is the demo's site with the starter set, a tip, channels, a path and an issue of Claims Operations.
func helpfulSite(t *testing.T) (*site, string) {
	t.Helper()
	s := newPilotSite(t)
	s.clock.Advance(s.srv.Now().Sub(s.clock.Now()))
	lead := s.role("lead")
	lead.imports("people", supportRoster)
	lead.expects(303, route.Library+"/starter")
	lead.expects(303, tipsPath, "week", day.FromTime(s.srv.Now()).Monday().String(), "version", "0", "shipped", "1")
	lead.expects(303, views.ChannelPath, "for", "support", "version", "0", "name", "#cowork-help", "url", "https://chat.example.com/help", "note", "Staffed from 9 to 5")
	lead.expects(303, views.PathsPath, formKeyField, newFormKey(), "topic", "Sign-in", "goes_to", "Identity team", "contact", "identity@example.com", "within", "2 hours")
	return s, lead.reports("department", "claims-operations", "title", "Export stops at page two")
}

// helpPages are the pages of the library and of support for leads, and what they say.
func helpPages(issue string) []stop {
	return []stop{
		{route.Library, "h1", "Library"}, {route.With(route.Library, "q", "nothing like it"), "main", "No guide matches"}, {route.Library + "/new", "h1", "Add a guide"},
		{route.Guide(1), "h1", "Delegate"}, {route.Guide(1) + "/edit", "h1", "Edit"}, {route.Guide(1) + "/history", "main", "First version"},
		{route.Kit, "h1", "Champion kit"}, {kitPagePath(enablement.SlotDelegating), "h1", "Delegating"}, {tipsPath, "h1", "Tips"},
		{route.Support, "h1", "Support"}, {views.ChannelPath + "?for=department", "h1", "department"}, {views.PathsPath + "/1", "h1", "Edit"}, {views.RotaPath, "h1", "On call"},
		{route.Issues, "main", "Export stops"}, {issue, "h1", "Export stops"}, {views.ReportPath, "h1", "Report"},
	}
}

// TestHelpPagesAreAccessible looks at the pages as a lead and as a champion.
func TestHelpPagesAreAccessible(t *testing.T) {
	s, issue := helpfulSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, at := range helpPages(issue) {
		lookAt(t, ctx, s, at)
	}
	s.becomes(t, ctx, "tomas")
	for _, at := range []stop{{route.TodayHelp, "h1", "Help"}, {route.Kit, "h1", "Champion kit"}, {kitPagePath(enablement.SlotContacts), "h1", "Whom"}, {views.ReportPath, "h1", "Report"}, {issue, "h1", "Export stops"}} {
		lookAt(t, ctx, s, at)
		s.fitsFingers(t, ctx, at.path)
	}
}

// becomes signs the browser out and in as another persona.
func (s *site) becomes(t *testing.T, ctx context.Context, persona string) {
	t.Helper()
	inBrowser(t, ctx, "sign out", chromedp.Navigate(s.url+route.SignIn), chromedp.WaitVisible(chromedp.CSS("h1")))
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	inBrowser(t, ctx, "sign in", chromedp.Navigate(s.url+route.SignIn), chromedp.Click(chromedp.CSS(`input[value="`+persona+`"] ~ button`)), chromedp.WaitVisible(chromedp.CSS(`[popovertarget="me-menu"]`)))
}

// fitsFingers holds a page on a phone to targets that a finger hits.
func (s *site) fitsFingers(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), chromedp.WaitVisible(chromedp.CSS("main")))
	var found []string
	if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		t.Errorf("%s: under 44 px: %s", path, e)
	}
}

func TestHelpPagesFitPhones(t *testing.T) {
	s, issue := helpfulSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, at := range helpPages(issue) {
		s.fitsFingers(t, ctx, at.path)
	}
}

// TestIssueJourney reports an issue on a phone; a lead answers; the champion sees
// the answer and closes the issue.
func TestIssueJourney(t *testing.T) {
	s, _ := helpfulSite(t)
	ctx := sourcesBrowser(t)
	s.becomes(t, ctx, "tomas")
	inBrowser(t, ctx, "report", chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+route.TodayHelp), says("h1", "Help"),
		chromedp.Click(chromedp.CSS(`a[href^="`+views.ReportPath+`"]`)), says("h1", "Report an issue"),
		chromedp.SendKeys(chromedp.CSS("#title"), "Nobody gets in"), chromedp.SendKeys(chromedp.CSS("#body"), "The page stays white since nine."),
		chromedp.Click(chromedp.CSS(".ph-foot button")), says("h1", "Nobody gets in"), says("main", "stays white"))
	path := asked[string](t, ctx, `location.pathname`)
	lead := s.role("lead")
	lead.expects(303, path+"/answer", "version", "1", "answer", "Sign in with the company account.")
	inBrowser(t, ctx, "see the answer", chromedp.Navigate(s.url+route.TodayHelp), says("main", "Answered"),
		chromedp.Click(chromedp.CSS(`a[href="`+path+`"]`)), says("main", "company account"),
		chromedp.Click(chromedp.CSS(`form[action$="/close"] button`)), says("main .chip", "Closed"))
	i, _, err := s.store.Issue(t.Context(), identity.Operator(), 2)
	if err != nil || i.State != enablement.IssueClosed || i.DepartmentSlug != "claims-operations" {
		t.Errorf("%+v %v", i, err)
	}
}
