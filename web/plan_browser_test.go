package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// inesPlans is a person of the demo, who is a lead.
var inesPlans = rollout.Person{Name: "Ines Marchetti", Email: "ines.marchetti@aldermere.example"}

// newPlanSite is the demo's site with a started rollout and one task of the lead's.
func newPlanSite(t *testing.T) (*site, rollout.Task) {
	t.Helper()
	s := newPilotSite(t)
	s.clock.Advance(s.srv.Now().Sub(s.clock.Now()))
	s.starts()
	return s, s.ready("Tell the quorum", inesPlans, rollout.ByAttestation)
}

// TestPlanPagesAreAccessible looks at the plan's pages, wide and narrow, light and dark.
func TestPlanPagesAreAccessible(t *testing.T) {
	s, task := newPlanSite(t)
	if err := s.srv.Tasks.Note(t.Context(), identity.Operator(), task.ID, "The board meets on Tuesdays.", s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.srv.Tasks.AddLink(t.Context(), identity.Operator(), task.ID, "Agenda", "https://wiki.example.com/agenda", s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, at := range []stop{
		{route.Plan, ".stepper", "Technical setup"}, {route.Plan + "?choose=tasks", "#bulk", "Change the chosen tasks"},
		{route.Plan + "?view=timeline", "main", "The same as a table"}, {route.Plan + "?q=zebra", ".empty", "No task matches"},
		{at(task, ""), "#evidence", "Evidence"}, {at(task, "/edit"), "h1", "Edit task"}, {at(task, "/split"), "h1", "Split task"},
		{route.Tasks + "/new", "h1", "New task"}, {route.PlanHistory, "main", "Added"}, {route.PlanDigest, "h1", "Reminders"},
	} {
		lookAt(t, ctx, s, at)
	}
}

// TestTaskIsAssignedAndAttested gives a task away, then vouches for it in the list,
// without the page being loaded anew.
func TestTaskIsAssignedAndAttested(t *testing.T) {
	s, task := newPlanSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "assign", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+at(task, "")), says("h1", "Tell the quorum"),
		chromedp.Click(chromedp.CSS(`details:has(#owner) summary`)), chromedp.SetValue(chromedp.CSS(`#owner`), "Ravi Sethi <ravi@example.com>"),
		chromedp.Click(chromedp.CSS(`form:has(#owner) button`)), says(".toast", "Given to Ravi Sethi"), says(".kv", "Ravi Sethi"))
	row := "#task-" + strings.TrimPrefix(at(task, ""), route.Tasks+"/")
	inBrowser(t, ctx, "find", chromedp.Navigate(s.url+route.Plan+"?q=quorum"), says(row, "Ravi"))
	asked[bool](t, ctx, `window.still = true`)
	inBrowser(t, ctx, "tick", chromedp.Click(chromedp.CSS(row+` a.tick`)), says(row, "how you know"))
	if !asked[bool](t, ctx, `document.activeElement.matches("[name=words]")`) {
		t.Error("the question has no focus")
	}
	inBrowser(t, ctx, "vouch", chromedp.SendKeys(chromedp.CSS(row+` [name=words]`), "Minutes of Tuesday"), chromedp.KeyEvent(kb.Enter), says(row+".done", "Tell the quorum"), says(".page-head .sub", "1 of "))
	if !asked[bool](t, ctx, `window.still === true && wrongs.length === 0`) {
		t.Errorf("the page was loaded anew, or something went wrong: %v", asked[[]string](t, ctx, `wrongs`))
	}
	if now := s.again(task); now.State != rollout.Done || s.asPlanned().Attested[task.ID].Words != "Minutes of Tuesday" {
		t.Errorf("the task is %s", now.State)
	}
}

// TestPlanByKeys walks the list, asks about a task, looks for one and edits one by keys alone.
func TestPlanByKeys(t *testing.T) {
	s, task := newPlanSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "walk", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Plan+"?phase=all&q=quorum"), says(".tasks", "Tell the quorum"),
		chromedp.KeyEvent("j"))
	if said := asked[string](t, ctx, `document.activeElement.textContent`); said != "Tell the quorum" {
		t.Fatalf("j leads to %q", said)
	}
	inBrowser(t, ctx, "tick", chromedp.KeyEvent("x"), says(".ask", "how you know"), chromedp.KeyEvent("j"))
	if typed := asked[string](t, ctx, `document.activeElement.value`); typed != "j" {
		t.Errorf("a key in a field does something else: %q", typed)
	}
	inBrowser(t, ctx, "look", chromedp.Navigate(s.url+route.Overview), says("h1", "Overview"), chromedp.KeyEvent("/"),
		chromedp.WaitVisible(chromedp.CSS(`#jump input`)))
	asked[bool](t, ctx, `(i => { i.focus(); i.value = "quorum"; return i.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector("#jump input"))`)
	inBrowser(t, ctx, "ask the plan", says("#jump", "Enter looks for a task"), chromedp.KeyEvent(kb.Enter), says(".tasks", "Tell the quorum"))
	inBrowser(t, ctx, "edit", chromedp.Navigate(s.url+at(task, "")), says("h1", "Tell the quorum"), chromedp.KeyEvent("e"), says("h1", "Edit task"))
	inBrowser(t, ctx, "help", chromedp.Navigate(s.url+route.Plan), says("h1", "Plan"), chromedp.KeyEvent("?"), says("#keys", "Next and previous task"))
}

// TestPlanWithoutScript changes a task with plain forms.
func TestPlanWithoutScript(t *testing.T) {
	s, task := newPlanSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	row := "#task-" + strings.TrimPrefix(at(task, ""), route.Tasks+"/")
	inBrowser(t, ctx, "done", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Plan+"?q=quorum"), chromedp.Click(chromedp.CSS(row+` a.tick`)),
		chromedp.Click(chromedp.CSS(`details:has(#done-words) summary`)), chromedp.SendKeys(chromedp.CSS(`#done-words`), "Minutes"), chromedp.Click(chromedp.CSS(`form:has(#done-words) button`)),
		chromedp.WaitVisible(chromedp.CSS(`.chip.ok`)))
	if now := s.again(task); now.State != rollout.Done {
		t.Errorf("the task is %s", now.State)
	}
}

// TestPlanFitsAPhone holds the plan's pages to 390 and 320 pixels.
func TestPlanFitsAPhone(t *testing.T) {
	s, task := newPlanSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Plan, route.Plan + "?choose=tasks", route.Plan + "?view=timeline", at(task, ""), at(task, "/edit"), route.Tasks + "/new", route.PlanHistory, route.PlanDigest} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says(".side", "Plan"))
		fitsPhone(t, ctx, path)
		inBrowser(t, ctx, path, chromedp.EmulateViewport(320, 700))
		if over := asked[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: %d px do not fit 320", path, over)
		}
	}
}

func fitsPhone(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	var found []string
	if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		t.Errorf("%s: under 44 px: %s", path, e)
	}
}

// TestPlanPagesAreLight holds the plan's pages to what a first visit may bring.
func TestPlanPagesAreLight(t *testing.T) {
	s, task := newPlanSite(t)
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	for _, path := range []string{route.Plan, route.Plan + "?phase=all", route.Plan + "?view=timeline&phase=all", at(task, ""), at(task, "/edit"), route.Tasks + "/new", route.PlanHistory, route.PlanDigest} {
		b.isLight(path)
	}
}
