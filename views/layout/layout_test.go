package layout

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"groundswell/internal/route"
	"groundswell/static"
	"groundswell/views/ui"
)

func draw(t *testing.T, p Props) *goquery.Document {
	t.Helper()
	var b strings.Builder
	ctx := templ.WithChildren(context.Background(), templ.Raw("<h1>Here</h1>"))
	if err := Page(p).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func ines() Props {
	return Props{
		Title: "Activation", Org: "Aldermere", Path: "/activation?from=2026-10-26", Items: Items(route.Activation),
		Fresh: ui.FreshProps{State: ui.FreshOK, Text: "Data through Wed 18 Nov"},
		Me:    &Me{Name: "Ines Marchetti", Role: "Rollout lead"},
	}
}

func TestOnlyWhatMayBeOpenedIsLinked(t *testing.T) {
	p := ines()
	p.Items = slices.DeleteFunc(p.Items, func(it Item) bool { return it.Group != Measure })
	doc := draw(t, p)
	if n := doc.Find(`a[href="` + route.Overview + `"]`).Length(); n != 0 {
		t.Errorf("%d links to a page left out", n)
	}
	if doc.Find("#org-menu").Length() != 0 || doc.Find("button.side-org").Length() != 0 {
		t.Error("there is a settings menu without settings")
	}
	if got := doc.Find(".side-group").Text(); got != "Measure" {
		t.Errorf("the groups are %q", got)
	}
}

func TestTheCurrentPageIsSaid(t *testing.T) {
	doc := draw(t, ines())
	current := doc.Find(`.side [aria-current="page"]`)
	if current.Length() != 1 || current.AttrOr("href", "") != route.Activation {
		t.Errorf("%d current pages, the first %q", current.Length(), current.AttrOr("href", ""))
	}
	if got := doc.Find("title").Text(); got != "Activation · Groundswell" {
		t.Errorf("the title is %q", got)
	}
}

func TestTheThemeComesBackToThisPage(t *testing.T) {
	for theme, pressed := range map[string]string{"": "System", "light": "Light", "dark": "Dark"} {
		p := ines()
		p.Theme = theme
		doc := draw(t, p)
		if got := doc.Find("html").AttrOr("data-theme", "none"); got != theme {
			t.Errorf("data-theme is %q, want %q", got, theme)
		}
		form := doc.Find(`form[action="` + route.Theme + `"]`)
		if got := strings.TrimSpace(form.Find(`[aria-pressed="true"]`).Text()); got != pressed {
			t.Errorf("%q is pressed, want %q", got, pressed)
		}
		if form.AttrOr("method", "") != "post" || form.Find(`[name="return_to"]`).AttrOr("value", "") != p.Path {
			t.Error("the choice does not come back here by post")
		}
	}
}

func TestEveryPageLoadsTheSameFewFiles(t *testing.T) {
	for name, p := range map[string]Props{"shell": ines(), "plain": {Title: "Sign in"}} {
		doc := draw(t, p)
		for selector, want := range map[string]string{
			`link[rel="stylesheet"]`: static.URL("app.css"), `link[rel="preload"]`: static.URL("inter-latin.woff2"),
			`script[src*="htmx"]`: static.URL("htmx.js"), `script[src*="gs"]`: static.URL("gs.js"),
		} {
			s := doc.Find(selector)
			if s.Length() != 1 || s.AttrOr("href", s.AttrOr("src", "")) != want {
				t.Errorf("%s: %s: %d", name, selector, s.Length())
			}
		}
		if got := doc.Find(`meta[name="htmx-config"]`).AttrOr("content", ""); got != `{"includeIndicatorCSS":false,"extensions":""}` {
			t.Errorf("%s: htmx is set to %q", name, got)
		}
		if doc.Find("main#main[tabindex='-1'] h1").Length() != 1 {
			t.Errorf("%s: the page does not stand in main", name)
		}
	}
}

func TestNobodySignedInSeesNoNavigation(t *testing.T) {
	p := ines()
	p.Me = nil
	doc := draw(t, p)
	if n := doc.Find(".side, nav, dialog").Length(); n != 0 {
		t.Errorf("%d parts of the shell are drawn", n)
	}
	if doc.Find("html").AttrOr("data-keys", "") != "off" {
		t.Error("shortcuts without a shell")
	}
}

func TestKeysAreListedForThePagesThereAre(t *testing.T) {
	p := ines()
	keys := map[string]string{}
	for _, k := range p.shortcuts() {
		if _, twice := keys[k.Name]; twice {
			t.Errorf("%q does two things", k.Name)
		}
		keys[k.Name] = k.Value
	}
	if keys["g a"] != "Go to Activation" || keys["/"] == "" {
		t.Errorf("the keys are %v", keys)
	}
}

func TestWhatWasDoneIsAnnounced(t *testing.T) {
	p := ines()
	p.Flash = &ui.ToastProps{Text: "Key stored"}
	doc := draw(t, p)
	if got := strings.TrimSpace(doc.Find(`#toasts[aria-live="polite"] [role="status"]`).Text()); got != "Key stored" {
		t.Errorf("the toast says %q", got)
	}
}
