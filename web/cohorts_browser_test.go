package web

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
)

// newPlacedSite is the demo's site over the placed pilot, in which everybody is
// in one of some departments more than there are.
func newPlacedSite(t *testing.T, more int) *site {
	t.Helper()
	x := monthsIndex()
	for i := range more {
		x.Members = append(x.Members, adoption.Member{Listed: true, Added: pilotOpens})
		x.Placements = append(x.Placements, adoption.Placement{
			Member: int32(len(x.Members) - 1), From: day.None, Department: fmt.Sprintf("Regional Office %d, Property and Casualty", i), Wave: "Wave 2",
		})
	}
	now := pilotToday.Time().Add(9 * time.Hour)
	return newSite(t, func(c *Config) {
		c.Provider, c.Index, c.CohortSizes, c.Now = nil, fixedIndex{x}, keptSizes{}, func() time.Time { return now }
	})
}

// TestCohortPagesAreAccessible looks at the list and the page of a cohort as
// people see them, wide and narrow, light and dark, whole, empty and hidden.
func TestCohortPagesAreAccessible(t *testing.T) {
	s := newPlacedSite(t, 30)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Cohorts, "#cohorts", "Regional Office"})
	lookAt(t, ctx, s, stop{claims, "#standing", "Activation rate"})
	lookAt(t, ctx, s, stop{claims + "?view=table", "#weekly", "Everyone"})
	lookAt(t, ctx, s, stop{"/cohorts/department/astronomy", "h1", "no such"})
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "helen")
	lookAt(t, ctx, s, stop{route.Cohorts + "?from=2026-10-01&to=2026-10-31", "#cohorts", "Hidden"})
	lookAt(t, ctx, s, stop{"/cohorts/department/board-office", "h1", "not shown"})
}

// TestCohortPagesFitPhones holds them to a phone: targets a finger hits.
func TestCohortPagesFitPhones(t *testing.T) {
	s := newPlacedSite(t, 30)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Cohorts, claims, "/cohorts/department/astronomy"} {
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

// TestSortingCohortsKeepsTheReadersPlace sorts with the keyboard: the list
// changes where it stands, and the address says how.
func TestSortingCohortsKeepsTheReadersPlace(t *testing.T) {
	s := newPlacedSite(t, 0)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "list", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Cohorts), says("#cohorts", "Finance"))
	asked[bool](t, ctx, `window.still = true`)
	inBrowser(t, ctx, "sort", chromedp.Focus(chromedp.CSS(`#cohorts th a[href*="-habitual"]`)), chromedp.KeyEvent(kb.Enter), says("#cohorts .sub", "Sorted by habit"))
	for what, js := range map[string]string{
		"the page was loaded anew":  `window.still === true`,
		"the focus is lost":         `document.activeElement.textContent.includes("Habit")`,
		"the address does not sort": `location.search.includes("sort=-habitual")`,
	} {
		if !asked[bool](t, ctx, js) {
			t.Error(what)
		}
	}
}

func TestCohortPagesAreLight(t *testing.T) {
	s := newPlacedSite(t, 80)
	b := s.browser()
	b.post(route.SignInAs, map[string][]string{"persona": {"ines"}})
	for _, path := range []string{route.Cohorts, route.Cohorts + "?sort=name&page=2", claims} {
		b.isLight(path)
	}
}
