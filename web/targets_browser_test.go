package web

import (
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
)

// TestTargetPagesAreAccessible looks at the list of targets and at one of them, with a history.
func TestTargetPagesAreAccessible(t *testing.T) {
	s := newPilotSite(t)
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	b.set(adoption.ActivationRate, "seen", "0", "phase", "launch", "value", "60", "owner", "Nadia Feld")
	for _, at := range []stop{
		{route.Targets, "main", "1 change"},
		{route.Target("activation_rate") + "?phase=launch", "main", "Launch: not set → 60%"},
	} {
		t.Run(at.path, func(t *testing.T) {
			ctx := sourcesBrowser(t)
			s.enters(t, ctx, "ines")
			lookAt(t, ctx, s, at)
		})
	}
}

// TestTargetIsSetByHand types a target that cannot be, mends it and saves it.
func TestTargetIsSetByHand(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "a share over everyone", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Targets),
		chromedp.Click(chromedp.CSS(`a[aria-label="Change the target of Week-2 retention"]`)), says("h1", "Week-2 retention"),
		chromedp.Click(chromedp.CSS(`.seg a[href*="phase=launch"]`)), says("#target", "Launch"),
		chromedp.SetValue(chromedp.CSS(`#value`), "640"), chromedp.Click(chromedp.CSS(`form:has(#value) button`)), says("#value-error", "100%"))
	if !asked[bool](t, ctx, `document.querySelector("#value").value === "640"`) {
		t.Error("what was typed is lost")
	}
	inBrowser(t, ctx, "mended", chromedp.SetValue(chromedp.CSS(`#value`), "64"), chromedp.Click(chromedp.CSS(`form:has(#value) button`)),
		says(".toast", "Target saved: Week-2 retention, launch."), says("h1", "Targets and definitions"))
	inBrowser(t, ctx, "history", chromedp.Click(chromedp.CSS(`tr.past summary`)), says("tr.past", "Launch: not set → 64%"))
}
