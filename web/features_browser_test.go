package web

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestFeaturePagesAreAccessible looks at use and spend as people see them, wide
// and narrow, light and dark, shown, refused, empty and withheld.
func TestFeaturePagesAreAccessible(t *testing.T) {
	s := newFeatureSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Connectors, "#ranking", "Claims archive"})
	lookAt(t, ctx, s, stop{"/connectors?kind=skill", "main", "No skills used"})
	lookAt(t, ctx, s, stop{"/connectors?kind=plugin", ".void", "lacks"})
	lookAt(t, ctx, s, stop{route.Feature("connector", "jira"), "#groups", "Canary group"})
	lookAt(t, ctx, s, stop{route.Spend, "#at-limit", "Canary Person"})
	lookAt(t, ctx, s, stop{"/spend?from=2026-11-09&to=2026-11-02", ".err", "first day"})
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "helen")
	lookAt(t, ctx, s, stop{route.Connectors, "#ranking", "Other"})
	lookAt(t, ctx, s, stop{route.Feature("connector", "jira"), "main", "October 2026"})
	lookAt(t, ctx, s, stop{route.Spend, "#bound", "Everyone"})
}

// TestFeaturePagesFitPhones holds them to a phone: targets a finger hits.
func TestFeaturePagesFitPhones(t *testing.T) {
	s := newFeatureSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Connectors, route.Feature("connector", "jira"), route.Spend} {
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

func TestFeaturePagesAreLight(t *testing.T) {
	b := newFeatureSite(t).asPersona("ines")
	for _, path := range []string{route.Connectors, route.Feature("connector", "jira"), route.Spend} {
		if a := b.get(path); a.StatusCode != http.StatusOK || b.weight(path) > 20<<10 {
			t.Errorf("%s: %d, %d bytes", path, a.StatusCode, b.weight(path))
		}
	}
}
