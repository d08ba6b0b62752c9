package web

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/signin/signintest"
)

// stop is a page that the browser test looks at, and what it says when it is there.
type stop struct{ path, selector, text string }

// TestSignInPagesAreAccessible goes through the provider in a real browser and
// looks at every page around signing in and at the people with access: at two
// widths, light and dark, with everything unfolded.
func TestSignInPagesAreAccessible(t *testing.T) {
	s := newSite(t, nil)
	ctx := sourcesBrowser(t)
	look := func(stops ...stop) {
		t.Helper()
		for _, at := range stops {
			lookAt(t, ctx, s, at)
		}
	}
	inBrowser(t, ctx, "the sign-in page", chromedp.Navigate(s.url+route.SignIn), says("h1", "Sign in"))
	look(stop{route.SignIn, "h1", "Sign in"}, stop{route.Callback, "h1", "not signed in"})

	s.idp.Behave(signintest.Manners{Person: map[string]any{"sub": "sub-dana", "email": "dana@example.com", "name": "Dana Weiss"}})
	inBrowser(t, ctx, "sign in as Dana", chromedp.Navigate(s.url+route.SignInOIDC), says("main", "no role yet"))
	look(stop{route.Home, "main", "no role yet"}, stop{route.Overview, "h1", "Not yours to open"}, stop{route.Account, "h1", "Dana"})

	s.idp.Behave(signintest.Manners{})
	s.fillRoles()
	inBrowser(t, ctx, "sign in as Ines", chromedp.Navigate(s.url+route.With(route.SignInOIDC, "return_to", route.Roles)), says("h1", "People with access"))
	look(stop{route.Roles, "#people", "People"}, stop{route.Account, "h1", "Ines"}, stop{"/nothing", "h1", "Nothing here"})
	s.clock.Advance(time.Hour)
	look(stop{route.Roles, ".banner", "Confirm it is you"})
}

// fillRoles brings every kind of row onto the page of roles.
func (s *site) fillRoles() {
	s.t.Helper()
	now, by := s.clock.Now(), identity.Operator()
	expires := now.Add(time.Hour)
	_, first := s.id.GrantEmail(s.t.Context(), by, "dana@example.com", identity.Grant{Role: identity.Champion, Department: "claims-operations"}, now)
	_, second := s.id.GrantEmail(s.t.Context(), by, "waiting@example.com", identity.Grant{Role: identity.Auditor}, now)
	_, _, token := s.id.CreateToken(s.t.Context(), by, "grafana", identity.Auditor, &expires, now)
	group := s.id.MapGroup(s.t.Context(), by, identity.GroupRole{Group: "AL-Claims-All", Role: identity.Executive}, now)
	for _, err := range []error{first, second, token, group} {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	b := s.browser()
	b.isDeactivated()
}

// lookAt audits a page at two widths, light and dark.
func lookAt(t *testing.T, ctx context.Context, s *site, at stop) {
	t.Helper()
	axe, err := os.ReadFile("../views/gallery/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1440, 320} {
		for _, theme := range []string{"light", "dark"} {
			asked[bool](t, ctx, `fetch("`+route.Theme+`", {method: "POST", body: new URLSearchParams({theme: "`+theme+`"})}).then(() => true)`)
			inBrowser(t, ctx, at.path, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+at.path), says(at.selector, at.text))
			asked[int](t, ctx, `document.querySelectorAll("details").forEach(d => d.open = true); document.querySelectorAll(".change").forEach(p => { p.popover = "manual"; p.showPopover() }); 0`)
			if over := asked[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("%s, %d px, %s: scrolls sideways by %d px: %s", at.path, width, theme, over, asked[string](t, ctx, widest))
			}
			if twice := asked[string](t, ctx, `[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) < i).join(" ")`); twice != "" {
				t.Errorf("%s: more than one element is called %s", at.path, twice)
			}
			wrongs := asked[string](t, ctx, `wrongs.join("\n")`)
			asked[int](t, ctx, string(axe)+";0")
			var found []string
			if err := json.Unmarshal([]byte(asked[string](t, ctx, sourcesAudit)), &found); err != nil {
				t.Fatal(err)
			}
			if wrongs != "" || len(found) > 0 {
				t.Errorf("%s, %d px, %s: %s %q", at.path, width, theme, wrongs, found)
			}
		}
	}
}

// widest names what sticks out to the right.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-box, .chart-table, .tri-box, .side, .sr")).slice(0, 5).map(e => e.tagName + "." + e.getAttribute("class") + " " + e.textContent.slice(0, 40)).join(", ")`
