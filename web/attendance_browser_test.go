package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"groundswell/internal/enablement"
	"groundswell/internal/route"
)

// somebodyAt is a room with people at a session that has begun.
func somebodyAt(t *testing.T) (r *room, id int) {
	t.Helper()
	r = newRoom(t, func(c *Config) { c.Provider = nil })
	id = r.plans("Cowork 101", seats(2))
	r.signsUp(id, "ann@example.com", "bo@example.com", "cy@example.com")
	r.tomorrow(15, 30)
	return r, id
}

// TestSomebodyChecksInOnAPhone comes by the QR code, signs in on the way, checks in
// and says what they made, over a slow connection.
func TestSomebodyChecksInOnAPhone(t *testing.T) {
	r, id := somebodyAt(t)
	ctx := sourcesBrowser(t)
	slow := &network.Conditions{Latency: 300, DownloadThroughput: 60 << 10, UploadThroughput: 30 << 10}
	if _, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{slow}}); err != nil {
		t.Fatal(err)
	}
	scanned := route.With(route.CheckIn, "session", fmt.Sprint(id), "code", r.code(id))
	inBrowser(t, ctx, "scan and sign in", chromedp.EmulateViewport(390, 844), chromedp.Navigate(r.url+scanned),
		chromedp.Click(chromedp.CSS(`input[value="tomas"] ~ button`)), says("main", "Filled in from the door"))
	if n := len(r.gathering(id).Presences); n != 0 {
		t.Fatal("looking at the form checked somebody in")
	}
	inBrowser(t, ctx, "check in", chromedp.Click(chromedp.CSS(".ph-foot button")), says("#mine", "You are checked in"), says("#toasts", "all seats are taken"))
	inBrowser(t, ctx, "say what was made", chromedp.SendKeys(chromedp.CSS("#deliverable"), "A reserve summary"),
		chromedp.Click(chromedp.CSS("form:has(#deliverable) button")), says("#toasts", "Saved: what you made."), says("main", "1 of 1 said what they made."))
	if g := r.gathering(id); len(g.Presences) != 1 || g.Presences[0].Deliverable != "A reserve summary" || g.Presences[0].Source != enablement.FromCode {
		t.Errorf("%+v", g.Presences)
	}
}

// TestSessionPagesFitAFinger measures and audits the pages as a host, as somebody
// without a role and on a phone.
func TestSessionPagesFitAFinger(t *testing.T) {
	r, id := somebodyAt(t)
	ctx := sourcesBrowser(t)
	kim := r.as("kim")
	kim.lends(t, ctx)
	later := r.plans("Later", seats(1))
	for _, path := range []string{route.Training(id), route.Training(later), route.List(id), route.List(id) + "?close=1", route.List(later), route.Door(id), route.CheckIn + "?session=" + fmt.Sprint(id), route.CheckIn} {
		holdsPhone(t, ctx, r.site, path)
		kim.isLight(path)
		lookAt(t, ctx, r.site, stop{path, "main", "e"})
	}
	r.as("lead", roleGrants["lead"]).lends(t, ctx)
	for _, path := range []string{route.Training(later) + "?q=a", route.List(id)} {
		lookAt(t, ctx, r.site, stop{path, "main", "Ann Ames"})
	}
}

// TestASessionWithoutScript signs up, ticks the list and watches the door change
// without script.
func TestASessionWithoutScript(t *testing.T) {
	r, id := somebodyAt(t)
	later := r.plans("Later", nil)
	ctx := sourcesBrowser(t)
	r.as("kim").lends(t, ctx)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	inBrowser(t, ctx, "sign up", chromedp.EmulateViewport(390, 844), chromedp.Navigate(r.url+route.Training(later)), chromedp.Click(chromedp.CSS(".session-place form button")), says("#mine", "You have a seat"))
	inBrowser(t, ctx, "take it back", chromedp.Click(chromedp.CSS(".session-place form button")), says("#mine", "Are you coming?"))
	inBrowser(t, ctx, "tick", chromedp.Navigate(r.url+route.List(id)), chromedp.Click(chromedp.CSS(`label:has(input[name="status.0"][value="attended"])`)),
		chromedp.Click(chromedp.CSS(".session-save button")), says("#toasts", "Saved: 1 row changed."))
	inBrowser(t, ctx, "the door", chromedp.Navigate(r.url+route.Door(id)), says(".door-count", "1 person is in"))
	r.clock.Advance(time.Minute)
	inBrowser(t, ctx, "the next code", says("#code", r.code(id)[:3]+" "+r.code(id)[3:]))
}
