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

// phoneTargets lists what a finger would miss anywhere in the frame of a phone. A
// target is as large as its label, and as what its style lays over its row. Links
// inside running text are exempt.
const phoneTargets = `JSON.stringify([...document.querySelectorAll("body :is(button, a, input, select, textarea, summary)")].map(e => {
	const size = of => {
		const r = of.getBoundingClientRect(), grown = -2 * parseFloat(getComputedStyle(of, "::before").top) || 0, over = getComputedStyle(of, "::after");
		if (over.content !== "none" && over.position === "absolute" && over.inset === "0px") {
			let row = of;
			while (getComputedStyle(row).position === "static") row = row.parentElement;
			return row.getBoundingClientRect();
		}
		return {width: r.width + grown, height: r.height + grown};
	};
	const sizes = [e, ...e.labels ?? []].map(size), shown = e.getBoundingClientRect().width > 0 && e.type !== "hidden" && !e.closest(".sr, .skip, p:not(.kept)") && e.checkVisibility();
	return {missed: shown && !sizes.some(r => Math.min(r.width, r.height) >= 44), says: Math.round(sizes[0].width) + "×" + Math.round(sizes[0].height) + " " + e.outerHTML.slice(0, 140)};
}).filter(e => e.missed).map(e => e.says))`

// holdsPhone measures the targets of a page and what its fixed foot hides.
func holdsPhone(t *testing.T, ctx context.Context, s *site, path string) {
	t.Helper()
	inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), chromedp.WaitReady(chromedp.CSS("#main")))
	asked[bool](t, ctx, `document.querySelector("#me-menu")?.showPopover(), document.querySelectorAll("details").forEach(d => d.open = true), true`)
	hitsAFinger(t, ctx, path)
	if asked[bool](t, ctx, `(foot => !!foot && (scrollTo(0, 1e6), document.querySelector("#main").lastElementChild.getBoundingClientRect().bottom > foot.getBoundingClientRect().top + 1))(document.querySelector(".ph-tabs"))`) {
		t.Errorf("%s: the tabs cover the end of the page", path)
	}
}

// hitsAFinger measures the targets that a page shows.
func hitsAFinger(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	var found []string
	if err := json.Unmarshal([]byte(asked[string](t, ctx, phoneTargets)), &found); err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		t.Errorf("%s: under 44 px: %s", what, e)
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
