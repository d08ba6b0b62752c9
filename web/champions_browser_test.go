package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
	"groundswell/internal/signin/signintest"
)

// comesAs signs the browser in at the provider as somebody, and opens a page.
func (s *site) comesAs(t *testing.T, ctx context.Context, name, page, selector, text string) {
	t.Helper()
	s.idp.Behave(signintest.Manners{Person: map[string]any{"sub": "sub-" + name, "email": name + "@example.com", "email_verified": true, "name": strings.ToUpper(name[:1]) + name[1:]}})
	inBrowser(t, ctx, "sign in as "+name, chromedp.Navigate(s.url+route.With(route.SignInOIDC, "return_to", page)), says(selector, text))
}

// fitsAPhone holds a page that is open at 390 px to targets that a finger hits.
func fitsAPhone(t *testing.T, ctx context.Context, s *site, at stop) {
	t.Helper()
	inBrowser(t, ctx, at.path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+at.path), says(at.selector, at.text))
	var found []string
	if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		t.Errorf("%s: under 44 px: %s", at.path, e)
	}
}

// TestANomineeAccepts nominates somebody, copies the link, and answers it as them.
func TestANomineeAccepts(t *testing.T) {
	s, _ := registering(t)
	ctx := sourcesBrowser(t)
	s.comesAs(t, ctx, "ines", route.NewChampion+"?q=tomas", "#find + *, main", "Tomas Lindqvist")
	inBrowser(t, ctx, "choose", chromedp.EmulateViewport(1440, 900), chromedp.Click(chromedp.CSS(`a[href*="email=tomas"]`)), chromedp.WaitVisible(chromedp.CSS(`#email[value="tomas@example.com"]`)),
		chromedp.SetValue(chromedp.CSS(`#because`), "Explains well"), chromedp.Click(chromedp.CSS(`form:has(#because) button[type=submit]`)), chromedp.WaitVisible(chromedp.CSS(`#made-link`)))
	link := asked[string](t, ctx, `document.querySelector("#made-link").value`)
	if !strings.HasPrefix(link, s.url+route.Accept+"/") {
		t.Fatalf("the link is %s", link)
	}
	path := strings.TrimPrefix(link, s.url)
	s.comesAs(t, ctx, "tomas", path, "h1", "Become a champion")
	lookAt(t, ctx, s, stop{path, "main", "What is asked of you"})
	fitsAPhone(t, ctx, s, stop{path, "main", "What is asked of you"})
	inBrowser(t, ctx, "accept", chromedp.Click(chromedp.CSS(`button[value=accept]`)), says(".toast", "You are a champion now."))
	if at := asked[string](t, ctx, `location.pathname`); at != route.Today && at != route.Overview {
		t.Errorf("whoever accepts lands on %s", at)
	}
	inBrowser(t, ctx, "the role", chromedp.Navigate(s.url+route.Account), says("main", "Champion"))
	lookAt(t, ctx, s, stop{path, "h1", "cannot be answered"})
}

// TestChampionPagesAreAccessible looks at the register with everything in it, and at the pages around it.
func TestChampionPagesAreAccessible(t *testing.T) {
	s, b := registering(t)
	b.invites("tomas@example.com")
	entry := b.nominates("email", "p5@example.com", "step", "agreed", "agreed_minutes", "60", "early_access", "2026-11-02").location()
	ended := b.nominates("email", "p6@example.com", "step", "agreed").location()
	b.post(ended+"/end", fields("version", b.shownVersion(ended), "reason", "Moved to another department"))
	for _, name := range []string{"p1", "p7", "stranger"} {
		own := s.browser()
		own.is(name)
		own.post(route.Volunteer+"/asked", fields("may", "yes", "words", "Mondays are best"))
		own.post(route.Volunteer+"/offer", fields("department", "2", "because", "I like to explain things"))
	}
	s.browser().is("holder", roleGrants["champion"])
	ctx := sourcesBrowser(t)
	s.comesAs(t, ctx, "ines", route.Champions, "h1", "Champions")
	for _, at := range []stop{
		{route.Champions, "#unknown", "Not in the register"}, {route.NewChampion + "?q=person", "main", "Person 1"}, {route.Candidates, "main", "Mondays are best"},
		{entry, "#agreed", "What is agreed"}, {ended, "main", "Moved to another department"},
	} {
		lookAt(t, ctx, s, at)
		fitsAPhone(t, ctx, s, at)
	}
}

// TestVolunteersPagesAreAccessible looks at the page as people without a role see
// it, with and without anything that became of it.
func TestVolunteersPagesAreAccessible(t *testing.T) {
	s, _ := registering(t)
	ctx := sourcesBrowser(t)
	for _, name := range []string{"stranger", "boss"} {
		s.comesAs(t, ctx, name, route.Volunteer, "h1", "Volunteer")
		lookAt(t, ctx, s, stop{route.Volunteer, "#offer", "Offer yourself"})
		fitsAPhone(t, ctx, s, stop{route.Volunteer, "#offer", "Offer yourself"})
	}
	inBrowser(t, ctx, "offer", chromedp.SendKeys(chromedp.CSS("#because"), "Mondays"), chromedp.Click(chromedp.CSS(`form[action$="/offer"] button`)), says("#own", "What became of it"),
		chromedp.Click(chromedp.CSS(`form[action$="/asked"] button`)), says(".card:has(#asked)", "You said that you may be asked."),
		chromedp.SetValue(chromedp.CSS("#person"), "tomas@example.com"), chromedp.Click(chromedp.CSS(`form[action$="/nominate"] button`)), says(".card:has(#manage)", "Nominated by you"))
	lookAt(t, ctx, s, stop{route.Volunteer, "#own", "What became of it"})
}
