package web

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// newTrainingSite is the demo's site with sessions ahead and held, one of them
// cancelled, and a series. Its sessions are 1 and on; its series is 1.
func newTrainingSite(t *testing.T) *site {
	t.Helper()
	s := newPilotSite(t)
	s.clock.Advance(s.srv.Now().Sub(s.clock.Now()))
	s.trains(outlined("Cowork 101", func(o *enablement.Outline) {
		o.Kind, o.Capacity, o.Link, o.Host = enablement.AllStaff101, ptr(12), "https://meet.example.com/101", enablement.Host{Name: "Beth Alvarez", Email: "beth@example.com"}
		o.Features = []enablement.Feature{enablement.FileAccess, enablement.Connectors}
	}), 1)
	s.trains(outlined("Cowork 101, New York", func(o *enablement.Outline) { o.Kind, o.Zone = enablement.AllStaff101, "America/New_York" }), 1)
	held := s.trains(outlined("User group of October", func(o *enablement.Outline) { o.Kind = enablement.UserGroup }), -1)
	off := s.trains(outlined("Desk", nil), 9)
	s.does(`update training_session set cancelled_at = now(), cancel_reason = 'The host is ill' where id = $1`, off)
	s.does(`insert into attendance (session, email, status) values ($1, 'bo@example.com', 'attended')`, held)
	series := enablement.Series{Outline: outlined("Office hours", nil), EveryWeeks: 1, From: s.today() + 2, Until: s.today() + 30}
	if _, err := s.srv.Trainings.Plan.PlanSeries(t.Context(), identity.Operator(), series, []day.Date{s.today() + 9}, s.srv.Now()); err != nil {
		t.Fatal(err)
	}
	return s
}

// trainingStops are the pages of planning sessions, with what is on them.
func trainingStops() []stop {
	return []stop{
		{route.Trainings, "main", "12 of 12 seats left"}, {route.NewTraining + "?format=department", "h1", "Plan a session"},
		{route.Training(1) + partEdit, "h1", "Edit session"}, {route.Training(1) + partCancel, "h1", "Cancel session"}, {route.Training(3) + partCovered, "h1", "What it covered"},
		{route.Series, "main", "Sessions that repeat"}, {route.NewSeries, "h1", "Plan a series"}, {route.OneSeries(1), "main", "What its sessions are made of"},
		{route.OneSeries(1) + partEdit, "h1", "Change series"}, {route.OneSeries(1) + partEnd, "h1", "End this series?"},
		{route.Formats, "main", "Agenda, 45 minutes"}, {route.Curriculum, "main", "Dispatch"}, {route.Curriculum + "?by=department", "main", "Dispatch"},
	}
}

// TestTrainingPagesAreAccessible looks at every page, wide and narrow, light and dark.
func TestTrainingPagesAreAccessible(t *testing.T) {
	s := newTrainingSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, at := range trainingStops() {
		lookAt(t, ctx, s, at)
	}
	lookAt(t, ctx, s, stop{agendaMonth(s.today() - 1), "main", "1 came"})
	lookAt(t, ctx, s, stop{route.Trainings + "?month=2031-01", ".empty", "No session in January 2031"})
}

// TestTrainingPagesFitAPhone holds every page to 390 and 320 pixels.
func TestTrainingPagesFitAPhone(t *testing.T) {
	s := newTrainingSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, at := range trainingStops() {
		inBrowser(t, ctx, at.path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+at.path), says(at.selector, at.text))
		fitsPhone(t, ctx, at.path)
		inBrowser(t, ctx, at.path, chromedp.EmulateViewport(320, 700))
		if over := asked[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: %d px do not fit 320", at.path, over)
		}
	}
}

// TestTrainingPagesAreLight holds them to what a first visit may bring.
func TestTrainingPagesAreLight(t *testing.T) {
	s := newTrainingSite(t)
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	for _, at := range trainingStops() {
		b.isLight(at.path)
	}
}

// A lead plans weekly office hours from their format, moves one of them, cancels
// another, and finds all of it in the agenda.
func TestSeriesFromFormatToAgenda(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	from := s.today() + 2
	date := func(id string, d day.Date) browserStep {
		return chromedp.SetValue(chromedp.CSS("#"+id), d.String())
	}
	inBrowser(t, ctx, "choose the format", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Formats), says("main", "Agenda, 60 minutes"),
		chromedp.Click(chromedp.CSS(`section:has(#office_hours) a[href*="series"]`)), says("h1", "Plan a series"))
	if kind := asked[string](t, ctx, `document.querySelector("[name=kind]:checked").value + " " + document.querySelector("#minutes").value`); kind != "office_hours 60" {
		t.Fatalf("the form begins with %q", kind)
	}
	inBrowser(t, ctx, "fill it in", date("from", from), date("until", from+21), chromedp.SendKeys(chromedp.CSS(`#place`), "Cafeteria"),
		chromedp.SetValue(chromedp.CSS(`#starts`), "14:00"), chromedp.Click(chromedp.CSS(`.tr-form button`)), says("main", from.Time().Format("Mon 2 Jan")))
	inBrowser(t, ctx, "confirm", chromedp.Click(chromedp.CSS(`button[value=yes]`)), says("h1", "Office hours"), says("main", "Cafeteria"))
	_, sessions, err := s.store.SeriesOf(t.Context(), 1)
	if err != nil || len(sessions) != 4 {
		t.Fatalf("%v: %d sessions", err, len(sessions))
	}
	inBrowser(t, ctx, "move one", chromedp.Navigate(s.url+route.Training(sessions[1].ID)+partEdit), says("h1", "Edit session"),
		date("day", sessions[1].Day+1), chromedp.Click(chromedp.CSS(`.tr-form button`)), says("#toasts", "Saved: Office hours."))
	inBrowser(t, ctx, "cancel one", chromedp.Navigate(s.url+route.Training(sessions[2].ID)+partCancel), says("h1", "Cancel session"),
		chromedp.SendKeys(chromedp.CSS(`#reason`), "Company day"), chromedp.Click(chromedp.CSS(`button[value=yes]`)), says("#toasts", "Cancelled: Office hours"))
	inBrowser(t, ctx, "look", chromedp.Navigate(s.url+route.Trainings), says("main", "Company day"), says("main", (sessions[1].Day+1).Time().Format("Mon 2 Jan")), says("main", "Cancelled"))
	if lines := asked[int](t, ctx, `document.querySelectorAll(".tr-line").length`); lines != 4 {
		t.Errorf("the agenda shows %d sessions, want 4", lines)
	}
	if wrongs := asked[[]string](t, ctx, `wrongs`); len(wrongs) > 0 {
		t.Errorf("something went wrong: %v", wrongs)
	}
}

// TestTrainingsWithoutScript plans and cancels with plain forms.
func TestTrainingsWithoutScript(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	at := s.srv.Now().AddDate(0, 0, 3)
	inBrowser(t, ctx, "plan", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.NewTraining+"?format=user_group&day="+at.Format(time.DateOnly)),
		chromedp.SetValue(chromedp.CSS(`#starts`), "16:00"), chromedp.Click(chromedp.CSS(`.tr-form button`)), chromedp.WaitVisible(chromedp.CSS(`.toast`)))
	p, err := s.store.PlannedSession(t.Context(), 1)
	if err != nil || p.Kind != enablement.UserGroup || p.Starts != "16:00" {
		t.Fatalf("%v %+v", err, p)
	}
	inBrowser(t, ctx, "cancel", chromedp.Navigate(s.url+route.Training(1)+partCancel), chromedp.SendKeys(chromedp.CSS(`#reason`), "Nobody presents"),
		chromedp.Click(chromedp.CSS(`button[value=yes]`)), chromedp.WaitVisible(chromedp.CSS(`.toast`)))
	if p, err = s.store.PlannedSession(t.Context(), 1); err != nil || !p.Cancelled() || !strings.Contains(p.CancelReason, "Nobody presents") {
		t.Errorf("%v %+v", err, p)
	}
}
