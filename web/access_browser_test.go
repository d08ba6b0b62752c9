package web

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// TestAccessPagesAreAccessible looks at the dry run, at one person and at limits
// as people see them: wide and narrow, light and dark, with names and without.
func TestAccessPagesAreAccessible(t *testing.T) {
	s := newAccessSite(t, `update rbac_group set roles_known = false where id = 'people'`)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Access, ".empty", "There was no dry run yet"})
	s.runs()
	if _, err := s.store.TakeSnapshot(t.Context(), identity.Operator(), s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	lookAt(t, ctx, s, stop{route.Access, "#causes", "Why, and the fix"})
	lookAt(t, ctx, s, stop{route.Access + "?outcome=keeps&q=nobody", "#people", "Nobody matches"})
	lookAt(t, ctx, s, stop{route.AccessPerson(0), "#groups", "Group by group"})
	lookAt(t, ctx, s, stop{route.AccessLimits, "#hit", "Who it stops or lowers"})
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "dana")
	lookAt(t, ctx, s, stop{route.Access, "#causes", "Why, and the fix"})
}

// TestAFilterKeepsTheReadersPlace chooses a cause: the list changes, the page stays.
func TestAFilterKeepsTheReadersPlace(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "the list", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Access), says("#people .pages", "of 18"))
	asked[bool](t, ctx, `window.still = true`)
	asked[bool](t, ctx, `document.querySelector("#cause").value = "nested", document.querySelector("#cause").dispatchEvent(new Event("change", {bubbles: true}))`)
	inBrowser(t, ctx, "a cause", says("#people .pages", "1–10 of 10"))
	if !asked[bool](t, ctx, `window.still === true && location.search === "?cause=nested"`) {
		t.Errorf("the address is %s", asked[string](t, ctx, `location.href`))
	}
}

// TestAccessPagesFitPhones holds them to a phone: targets a finger hits.
func TestAccessPagesFitPhones(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Access, route.AccessPerson(20), route.AccessLimits} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says(".side", "Activation"))
		var found []string
		if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
			t.Fatal(err)
		}
		for _, e := range found {
			t.Errorf("%s: under 44 px: %s", path, e)
		}
	}
}

func TestAccessPagesAreLight(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	b := s.asPersona("ines")
	for _, path := range []string{route.Access + "?outcome=all", route.AccessPerson(20), route.AccessLimits} {
		if a := b.get(path); a.StatusCode != http.StatusOK || b.weight(path) > 20<<10 {
			t.Errorf("%s: %d, %d bytes", path, a.StatusCode, b.weight(path))
		}
	}
}
