package web

import (
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/day"
	"groundswell/internal/route"
)

// fill types the answers of the guided start that have no default.
const fill = `(() => {
	const put = (name, value) => document.querySelector('[name="' + name + '"]').value = value;
	put("reason", "One identity provider, and nothing that must be kept apart.");
	put("time_zone", "Europe/London");
	put("wave_name.0", "Pilot");
	put("wave_name.1", "Wave 1");
	put("holder.idp_admin", "tomasz@example.com");
	put("holder_name.idp_admin", "Tomasz Kowal");
	return true;
})()`

// TestARolloutIsStartedInABrowser answers, looks at the plan, starts it, then
// moves a launch after seeing what moves with it. Every page on the way is looked
// at wide and narrow, light and dark.
func TestARolloutIsStartedInABrowser(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	s.srv.Index = s.store
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	today := day.FromTime(s.clock.Now())
	lookAt(t, ctx, s, stop{route.PlanStart, "h1", "Start a rollout"})
	inBrowser(t, ctx, "answer", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.PlanStart), says("h1", "Start a rollout"))
	asked[bool](t, ctx, fill)
	asked[bool](t, ctx, `document.querySelector('[name="opens.0"]').value = "`+(today+10).String()+`", document.querySelector('[name="opens.1"]').value = "`+(today+40).String()+`", true`)
	inBrowser(t, ctx, "choose", chromedp.Click(chromedp.CSS(`input[name=architecture][value=single]`)), chromedp.Click(chromedp.CSS(`input[name=install][value=managed]`)),
		chromedp.Click(chromedp.CSS(`button[value=preview]`)), says("main", "The plan as it would be"), says("#preview", "The plan"))
	inBrowser(t, ctx, "start", chromedp.Click(chromedp.CSS(`button[value=start]`)), says("h1", "Plan"))
	lookAt(t, ctx, s, stop{route.PlanSetup, "h1", "Setup"})
	inBrowser(t, ctx, "move", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.PlanSetup), says("h1", "Setup"))
	asked[bool](t, ctx, `document.querySelector('[name="opens.1"]').value = "`+(today+54).String()+`", true`)
	inBrowser(t, ctx, "see what moves", chromedp.Click(chromedp.CSS(`button[value=preview]`)), says("h1", "Move launches"), says("main", "Nothing was changed yet"))
	inBrowser(t, ctx, "confirm", chromedp.Click(chromedp.CSS(`button[value=move]`)), says("h1", "Setup"), says("body", "Launches moved"))
	for _, path := range []string{route.PlanSetup, route.PlanPlaybook} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says("main", "Plan"))
		if found := asked[string](t, ctx, small); found != "[]" {
			t.Errorf("%s: under 44 px: %s", path, found)
		}
	}
	lookAt(t, ctx, s, stop{route.PlanPlaybook, "h1", "Playbook and plan"})
	if w, _ := s.plan().Wave(s.plan().Waves[1].ID); *w.OpensOn != today+54 {
		t.Errorf("the wave opens on %s", w.OpensOn)
	}
}
