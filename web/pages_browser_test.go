package web

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
)

// newPilotSite is the demo's site over the pilot, with enough groups for two pages of them.
func newPilotSite(t *testing.T) *site {
	t.Helper()
	x := monthIndex()
	for i := range 30 {
		x.Groups = append(x.Groups, adoption.Group{ID: fmt.Sprintf("rbac_team%d", i), Name: fmt.Sprintf("AL-Claims-Property-%d", i), Members: x.Groups[1].Members})
	}
	now := pilotToday.Time().Add(9 * time.Hour)
	return newSite(t, func(c *Config) {
		c.Provider, c.Index, c.Now = nil, fixedIndex{x}, func() time.Time { return now }
	})
}

// enters signs the browser in as a persona of the demo.
func (s *site) enters(t *testing.T, ctx context.Context, persona string) {
	t.Helper()
	inBrowser(t, ctx, "sign in", chromedp.Navigate(s.url+route.SignIn),
		chromedp.Click(chromedp.CSS(`input[value="`+persona+`"] ~ button`)), says("h1", "Overview"))
}

// TestMeasurePagesAreAccessible looks at the pages of figures as people see them,
// wide and narrow, light and dark, chart and table, small groups named and hidden.
func TestMeasurePagesAreAccessible(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Overview, route.Activation, route.Depth, route.Value, route.Cohorts} {
		lookAt(t, ctx, s, stop{path, "main", "Through"})
	}
	lookAt(t, ctx, s, stop{route.Sources, "h1", "Sources"})
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "helen")
	lookAt(t, ctx, s, stop{route.Activation + "?view=table&from=2026-10-05&to=2026-10-20", "main", "Rounded to a calendar month"})
	lookAt(t, ctx, s, stop{route.Activation + "?from=2026-11-09&to=2026-11-02", ".err", "first day"})
}

// TestSwapsKeepTheReadersPlace chooses a unit and a sorting: each keeps the other,
// the focus and the scrolling, and goes into the address.
func TestSwapsKeepTheReadersPlace(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "people", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Activation), says("#weekly", "People"),
		chromedp.Click(chromedp.CSS(`#weekly .seg a[href*="unit=people"]`)), says("#weekly", "People with an active day"))
	asked[bool](t, ctx, `scrollTo(0, 900), window.still = true`)
	inBrowser(t, ctx, "sort", chromedp.Focus(chromedp.CSS(`#cohorts th a[href*="-licensed"]`)), chromedp.KeyEvent(kb.Enter), says("#cohorts .sub", "Sorted by licensed"))
	for what, js := range map[string]string{
		"the page was loaded anew":     `window.still === true`,
		"the page jumped":              `scrollY >= 900`,
		"the focus is lost":            `document.activeElement.textContent.includes("Licensed")`,
		"the address forgot something": `location.search.includes("unit=people") && location.search.includes("sort=-licensed")`,
		"the chart forgot its unit":    `document.querySelector("#weekly .sub").textContent.includes("People with")`,
	} {
		if !asked[bool](t, ctx, js) {
			t.Error(what)
		}
	}
}

// TestCohortsAreChosenByKeys picks two cohorts, shows people for shares and the
// table for the chart without a mouse.
func TestCohortsAreChosenByKeys(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "open", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Activation+"?by=group"), says("#cohorts", "Claims Operations"),
		chromedp.Focus(chromedp.CSS(`[popovertarget=pick-group]`)), chromedp.KeyEvent(kb.Enter))
	if !asked[bool](t, ctx, `document.querySelector("#pick-group").matches(":popover-open") && document.activeElement.matches("#pick-group [data-find]")`) {
		t.Fatal("the picker does not open by a key, or its search has no focus")
	}
	inBrowser(t, ctx, "pick", chromedp.Focus(chromedp.CSS(`#pick-group input[value=legal]`)), chromedp.KeyEvent(" "),
		chromedp.Focus(chromedp.CSS(`#pick-group input[value=finance]`)), chromedp.KeyEvent(" "))
	if said := asked[string](t, ctx, `document.querySelector("#pick-group [data-total]").textContent`); said != "2 chosen, 52 people" {
		t.Errorf("the picker says %q", said)
	}
	inBrowser(t, ctx, "apply", chromedp.KeyEvent(kb.Escape), says("#cohorts .card-head .sub", "Sorted"), says(".filters [popovertarget=pick-group]", "2 of "))
	if got := asked[string](t, ctx, `location.search`); !strings.Contains(got, "group=finance") || !strings.Contains(got, "group=legal") {
		t.Errorf("the address is %s", got)
	}
	inBrowser(t, ctx, "people", chromedp.Focus(chromedp.CSS(`#weekly .seg a[href*="unit=people"]`)), chromedp.KeyEvent(kb.Enter), says("#weekly", "People with an active day"),
		chromedp.Focus(chromedp.CSS(`#weekly .seg a[href*="view=table"]`)), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(`#weekly .chart-table`)))
	if rows := asked[int](t, ctx, `document.querySelectorAll("#cohorts tbody tr").length`); rows != 2 {
		t.Errorf("the table has %d cohorts, want the two chosen", rows)
	}
}

// small lists what a finger would miss on a phone: controls under 44 px, as they
// look or as they answer to a touch. Links inside running text are exempt.
const small = `JSON.stringify([...document.querySelectorAll("main :is(button, input, select, summary, a.btn, .seg a), .side :is(a, button)")].filter(e => {
	const r = e.getBoundingClientRect(), grown = -2 * parseFloat(getComputedStyle(e, "::before").top) || 0;
	return r.width > 0 && e.type !== "hidden" && !e.closest(".sr") && (r.height + grown < 44 || r.width + grown < 44);
}).map(e => e.outerHTML.slice(0, 120)))`

// TestPhonesFit holds every page to a phone: targets a finger hits, nothing behind
// the strip of pages at the bottom.
func TestPhonesFit(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Overview, route.Activation, route.Depth, route.Value, route.Cohorts, route.People, route.Imports, s.draft(t), route.Sources, route.Roles, route.Account,
		route.PlanMessages, route.SendChannels, route.SendChannel(1), route.Targets, route.Target("activation_rate"), route.Telemetry, route.Checks, route.Check("seats", 0), route.Check("devices", 0), appLackersPath, route.PlanStart} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says(".side", "Activation"))
		var found []string
		if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
			t.Fatal(err)
		}
		for _, e := range found {
			t.Errorf("%s: under 44 px: %s", path, e)
		}
		if asked[bool](t, ctx, `scrollTo(0, 1e6), document.querySelector(".page > :last-child").getBoundingClientRect().bottom > document.querySelector(".side").getBoundingClientRect().top`) {
			t.Errorf("%s: the strip covers the end of the page", path)
		}
	}
}

// TestPaperKeepsWhatFiguresNeed prints the overview as the browser would.
func TestPaperKeepsWhatFiguresNeed(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	inBrowser(t, ctx, "paper", chromedp.EmulateViewport(700, 990), chromedp.Navigate(s.url+route.Activation), says("main", "Through"))
	for _, gone := range []string{".side", ".btn", ".seg", ".pages"} {
		if asked[bool](t, ctx, `[...document.querySelectorAll("`+gone+`")].some(e => e.checkVisibility())`) {
			t.Errorf("%s is printed", gone)
		}
	}
	for _, kept := range []string{".page-head .fresh", ".filters .pick b"} {
		if !asked[bool](t, ctx, `document.querySelector("`+kept+`").checkVisibility()`) {
			t.Errorf("%s is not printed", kept)
		}
	}
	if over := asked[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		t.Errorf("%d px do not fit the paper", over)
	}
	if shot := os.Getenv("GROUNDSWELL_SHOT"); shot != "" {
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil || os.WriteFile(shot, png, 0o644) != nil {
			t.Error(err)
		}
	}
}
