package web

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// phoneTargets lists what a finger would miss anywhere in the frame of a phone.
// Links inside running text are exempt.
const phoneTargets = `JSON.stringify([...document.querySelectorAll("body :is(button, a, input, select, textarea, summary)")].filter(e => {
	const r = (e.closest("label") ?? e).getBoundingClientRect();
	return r.width > 0 && e.type !== "hidden" && !e.closest(".sr, .skip, p:not(.kept)") && e.checkVisibility() && (r.height < 44 || r.width < 44);
}).map(e => Math.round(e.getBoundingClientRect().width) + "×" + Math.round(e.getBoundingClientRect().height) + " " + e.outerHTML.slice(0, 140)))`

// holdsPhone measures the targets of a page and what its fixed foot hides.
func holdsPhone(t *testing.T, ctx context.Context, s *site, path string) {
	t.Helper()
	inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), chromedp.WaitReady(chromedp.CSS("#main")))
	asked[bool](t, ctx, `document.querySelector("#me-menu")?.showPopover(), true`)
	var found []string
	if err := json.Unmarshal([]byte(asked[string](t, ctx, phoneTargets)), &found); err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		t.Errorf("%s: under 44 px: %s", path, e)
	}
	if asked[bool](t, ctx, `(foot => !!foot && (scrollTo(0, 1e6), document.querySelector("#main").lastElementChild.getBoundingClientRect().bottom > foot.getBoundingClientRect().top + 1))(document.querySelector(".ph-tabs"))`) {
		t.Errorf("%s: the tabs cover the end of the page", path)
	}
}

// lends gives the browser of a test the session of somebody.
func (b *browser) lends(t *testing.T, ctx context.Context) {
	t.Helper()
	cookie := network.SetCookieParams{Name: b.srv.sessions.name, Value: b.cookie(), URL: b.url}
	if _, err := chromedp.Call(ctx, network.SetCookie, cookie); err != nil {
		t.Fatal(err)
	}
}

func TestPhonePagesFitAFinger(t *testing.T) {
	s, b := claimsSite(t)
	ctx := sourcesBrowser(t)
	b.lends(t, ctx)
	for _, path := range []string{route.Today, route.TodayPeople, route.TodayPeople + "?group=sign_in", route.TodayPeople + "?q=an"} {
		holdsPhone(t, ctx, s, path)
		lookAt(t, ctx, s, stop{path, "main", "a"})
	}
	anna := s.browser()
	anna.is("anna")
	anna.lends(t, ctx)
	holdsPhone(t, ctx, s, route.Home)
	lookAt(t, ctx, s, stop{route.Home, "main", "no role yet"})
}

// A champion's day works without script: ticking is a form.
func TestADayWithoutScript(t *testing.T) {
	s, b := claimsSite(t)
	ctx := sourcesBrowser(t)
	b.lends(t, ctx)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	inBrowser(t, ctx, "tick", chromedp.Navigate(s.url+route.Today), chromedp.Click(chromedp.CSS(".ph-list .ph-tick")), chromedp.WaitVisible(chromedp.CSS("li.done")))
	inBrowser(t, ctx, "take back", chromedp.Click(chromedp.CSS("li.done .ph-tick")), chromedp.WaitNotPresent(chromedp.CSS("li.done")))
	inBrowser(t, ctx, "the menu", chromedp.Click(chromedp.CSS(".ph-me")), chromedp.WaitVisible(chromedp.CSS("#me-menu")))
}
