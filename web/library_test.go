package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// guideForm is a form of a guide as its page makes it.
func guideForm(audience, title, body, link string) url.Values {
	return url.Values{"audience": {audience}, "title": {title}, "body": {body}, "url": {link}, "version": {"1"}, formKeyField: {newFormKey()}}
}

// adds adds a guide and returns its address.
func (b *browser) adds(f url.Values) string {
	b.t.Helper()
	a := b.post(route.Library, f)
	if a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("add a guide: %d %s", a.StatusCode, a.doc(b.t).Find("main").Text())
	}
	return a.location()
}

// words are what a part of a page says, on one line.
func (a answer) words(t testing.TB, selector string) string {
	t.Helper()
	return strings.Join(strings.Fields(a.doc(t).Find(selector).Text()), " ")
}

// role returns a browser of somebody who holds a role, "" for none.
func (s *site) role(role string) *browser {
	s.t.Helper()
	b := s.browser()
	if g, ok := roleGrants[role]; ok {
		b.is(role, g)
	} else {
		b.is("norole")
	}
	return b
}

// TestGuidesAreReadByThoseTheyAreFor asks for every audience's guide as everybody,
// by list, search, address and form.
func TestGuidesAreReadByThoseTheyAreFor(t *testing.T) {
	s := newSite(t, nil)
	lead := s.role("lead")
	at := map[string]string{}
	for _, a := range enablement.Audiences() {
		at[string(a)] = lead.adds(guideForm(string(a), "Guide zq"+string(a), "Common word, and only"+string(a), ""))
	}
	reads := map[string]string{
		"norole": "users general", "executive": "users general", "owner": "users general admins",
		"champion": "users general champions", "auditor": "users general admins champions", "lead": "users general admins champions",
	}
	for role, list := range reads {
		b := s.role(role)
		all, found := b.get(route.Library), b.get(route.With(route.Library, "q", "common"))
		if want := fmt.Sprintf("%d guides", len(strings.Fields(list))); !strings.Contains(all.words(t, "main"), want) || !strings.Contains(found.words(t, "main"), want) {
			t.Errorf("%s: not %s: %s", role, want, all.words(t, "main"))
		}
		for a, path := range at {
			may := strings.Contains(" "+list+" ", " "+a+" ")
			probes := map[string]bool{
				"list":   strings.Contains(all.body, "zq"+a),
				"search": strings.Contains(b.get(route.With(route.Library, "q", "only"+a)).body, "Guide zq"+a),
				"filter": strings.Contains(b.get(route.With(route.Library, "for", a)).body, "Guide zq"+a),
				"page":   b.get(path).StatusCode == http.StatusOK,
				"open":   b.post(path+"/open", url.Values{}).StatusCode == http.StatusSeeOther,
			}
			for how, got := range probes {
				if got != may {
					t.Errorf("%s: %s guide by %s: %v", role, a, how, got)
				}
			}
			if hidden, absent := b.get(path), b.get(route.Guide(99999)); !may && hidden.words(t, ".problem h1, .problem p:first-of-type") != absent.words(t, ".problem h1, .problem p:first-of-type") {
				t.Errorf("%s: a hidden guide answers otherwise than an absent one", role)
			}
		}
	}
}

func TestSearchForgivesCaseAndAccents(t *testing.T) {
	s := newSite(t, nil)
	lead := s.role("lead")
	lead.adds(guideForm("users", "Größe und Café", "Über Ärzte, naïve, 100% _under_", ""))
	lead.adds(guideForm("users", "Other", "Words", "https://handbook.example.com/x"))
	for q, want := range map[string]string{
		"CAFE": "1 guide", "grosse": "0 guides", "große cafe": "1 guide", "arzte NAIVE": "1 guide", "100%": "1 guide", "%": "1 guide", "_under_": "1 guide",
		"cafe words": "0 guides", "handbook.example": "1 guide", "": "2 guides", "ＣＡＦＥ": "1 guide", "'; drop table guide; --": "0 guides",
	} {
		if got := lead.get(route.With(route.Library, "q", q)).words(t, ".page-head .sub"); got != want {
			t.Errorf("%q finds %s, want %s", q, got, want)
		}
	}
}

func TestWhatPeopleWriteIsWords(t *testing.T) {
	s := newSite(t, nil)
	lead := s.role("lead")
	title := `<img src=x onerror=alert(1)>"'</title>`
	path := lead.adds(guideForm("users", title, "<script>alert(1)</script> [x](javascript:alert(1)) **<svg onload=alert(1)>**", "https://example.com/?a=\"><script>"[:22]))
	for _, p := range []string{route.Library, path, path + "/edit", path + "/history", route.Library + "?q=" + url.QueryEscape(`"><script>alert(1)</script>`)} {
		a := lead.get(p)
		doc := a.doc(t)
		if a.StatusCode != http.StatusOK || doc.Find("main script, main svg[onload], main img, [onerror]").Length() > 0 || strings.Contains(a.body, "javascript:alert") && doc.Find(`[href^="javascript"]`).Length() > 0 {
			t.Errorf("%s: %d, something acts", p, a.StatusCode)
		}
	}
	for _, link := range []string{"javascript:alert(1)", "data:text/html,<script>", "https://a@b.example/", "https://x.example/\u202e", "//x.example", "vbscript:x"} {
		if a := lead.post(route.Library, guideForm("users", "Link", "", link)); a.StatusCode != http.StatusUnprocessableEntity || a.doc(t).Find("#url-error").Length() != 1 {
			t.Errorf("%q: %d", link, a.StatusCode)
		}
	}
	turned := lead.adds(guideForm("users", "safe\u202egpj.exe", "x", ""))
	if a := lead.get(turned); strings.Contains(a.body, "\u202e") {
		t.Error("a title turns the direction of writing")
	}
}

func TestOpeningsAreCountedWithoutNames(t *testing.T) {
	s := newSite(t, nil)
	lead, reader := s.role("lead"), s.role("norole")
	words := lead.adds(guideForm("users", "Words", "Text", ""))
	link := lead.adds(guideForm("users", "Link", "", "https://help.example.com/start"))
	for range 3 {
		if a := reader.post(words+"/open", url.Values{}); a.StatusCode != http.StatusSeeOther || a.location() != words {
			t.Fatalf("open: %d to %s", a.StatusCode, a.location())
		}
	}
	for _, path := range []string{words, words, route.Library} {
		reader.get(path)
	}
	out := reader.post(link+"/open", url.Values{})
	if out.StatusCode != http.StatusOK || out.Header.Get("Refresh") != "0; url=https://help.example.com/start" || out.doc(t).Find(`a[rel~="noopener"][href="https://help.example.com/start"]`).Length() != 1 {
		t.Errorf("a link is left by %d %q", out.StatusCode, out.Header.Get("Refresh"))
	}
	page := lead.get(route.Library).words(t, "main")
	if !strings.Contains(page, "3 opened in 28 days") || !strings.Contains(page, "1 opened in 28 days") {
		t.Errorf("a lead reads %s", page)
	}
	if page := reader.get(route.Library).words(t, "main"); strings.Contains(page, "opened in") {
		t.Errorf("everybody reads the counts: %s", page)
	}
	var columns string
	if err := s.store.Pool().QueryRow(t.Context(), `select string_agg(column_name, ' ' order by column_name) from information_schema.columns where table_name = 'guide_use'`).Scan(&columns); err != nil || columns != "day guide opens" {
		t.Errorf("openings are kept with %q, %v", columns, err)
	}
	old := `update guide_use set day = day - 28`
	if _, err := s.store.Pool().Exec(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if page := lead.get(route.Library).words(t, "main"); strings.Contains(page, "3 opened") {
		t.Errorf("openings of 28 days ago count: %s", page)
	}
}

func TestGuidesKeepTheirVersions(t *testing.T) {
	s := newSite(t, nil)
	lead, other := s.role("lead"), s.role("lead")
	f := guideForm("users", "First", "one\ntwo", "")
	path := lead.adds(f)
	if again := lead.post(route.Library, f); again.location() != path {
		t.Errorf("the same form twice leads to %s", again.location())
	}
	second := guideForm("users", "Second", "one\nthree", "")
	if a := lead.post(path, second); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("save: %d", a.StatusCode)
	}
	if a := lead.post(path, second); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the same again: %d", a.StatusCode)
	}
	late := other.post(path, guideForm("users", "Late", "mine", ""))
	if page := late.words(t, "main"); late.StatusCode != http.StatusConflict || !strings.Contains(page, "Changed meanwhile") || !strings.Contains(page, "three") || late.doc(t).Find("textarea").Text() != "mine" {
		t.Errorf("a late form: %d %s", late.StatusCode, page)
	}
	history := lead.get(path + "/history")
	if page := history.words(t, "main"); !strings.Contains(page, "Changed: title, text") || !strings.Contains(page, "First version") || strings.Contains(page, "Version 3") {
		t.Errorf("the history says %s", page)
	}
	if a := lead.post(path+"/restore", url.Values{"n": {"1"}, "version": {"2"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("restore: %d", a.StatusCode)
	}
	if page := lead.get(path+"/history").words(t, "main"); !strings.Contains(page, "Version 3") || lead.get(path).words(t, "h1") != "First" {
		t.Errorf("after restoring: %s", page)
	}
	if a := lead.post(path+"/archive", url.Values{"archived": {"yes"}, "version": {"1"}}); a.StatusCode != http.StatusConflict {
		t.Errorf("archive an older version: %d", a.StatusCode)
	}
	lead.post(path+"/archive", url.Values{"archived": {"yes"}, "version": {"3"}})
	reader, auditor := s.role("owner"), s.role("auditor")
	if a := reader.get(path); a.StatusCode != http.StatusNotFound || reader.post(path+"/open", url.Values{}).StatusCode != http.StatusNotFound {
		t.Errorf("what is archived opens: %d", a.StatusCode)
	}
	if page := auditor.get(route.With(route.Library, "archived", "1")).words(t, "main"); !strings.Contains(page, "First") {
		t.Errorf("the archive says %s", page)
	}
	lead.post(path+"/archive", url.Values{"archived": {"no"}, "version": {"4"}})
	if reader.get(path).StatusCode != http.StatusOK {
		t.Error("it is not back")
	}
}

// TestVersionsRaced saves ten versions made from the same one at once: one is kept.
func TestVersionsRaced(t *testing.T) {
	s := newSite(t, nil)
	path := s.role("lead").adds(guideForm("users", "First", "one", ""))
	var wg sync.WaitGroup
	codes := make(chan int, 10)
	for i := range 10 {
		b := s.role("lead")
		wg.Go(func() {
			codes <- b.post(path, guideForm("users", fmt.Sprintf("Mine %d", i), "mine", "")).StatusCode
		})
	}
	wg.Wait()
	close(codes)
	kept := 0
	for c := range codes {
		if c == http.StatusSeeOther {
			kept++
		} else if c != http.StatusConflict {
			t.Errorf("a late one is answered %d", c)
		}
	}
	var versions int
	if err := s.store.Pool().QueryRow(t.Context(), `select count(*) from guide_version`).Scan(&versions); err != nil || kept != 1 || versions != 2 {
		t.Errorf("%d kept, %d versions, %v", kept, versions, err)
	}
}

func TestStarterSetIsTakenOnce(t *testing.T) {
	s := newSite(t, nil)
	lead, reader := s.role("lead"), s.role("norole")
	if page := reader.get(route.Library).words(t, "main"); !strings.Contains(page, "The library is empty") || strings.Contains(page, "starter") {
		t.Errorf("a reader sees %s", page)
	}
	if page := lead.get(route.Library).words(t, "main"); !strings.Contains(page, "Take the starter set") {
		t.Errorf("a lead sees %s", page)
	}
	if a := lead.post(route.Library+"/starter", url.Values{}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("take it: %d", a.StatusCode)
	}
	if a := lead.post(route.Library+"/starter", url.Values{}); a.StatusCode != http.StatusConflict {
		t.Errorf("take it twice: %d", a.StatusCode)
	}
	if page := lead.get(route.Library).words(t, "main"); !strings.Contains(page, "11 guides") || strings.Contains(page, "Take the starter set") {
		t.Errorf("after: %s", page)
	}
	first := lead.get(route.Library).doc(t).Find(".guides form").First().AttrOr("action", "")
	path := strings.TrimSuffix(first, "/open")
	if a := lead.post(path+"/move", url.Values{"to": {"down"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("move: %d", a.StatusCode)
	}
	if again := lead.get(route.Library).doc(t).Find(".guides form").First().AttrOr("action", ""); again == first {
		t.Error("the first guide did not move")
	}
}

func TestKitAndTips(t *testing.T) {
	s := newSite(t, nil)
	lead, champion := s.role("lead"), s.role("champion")
	kit := champion.get(route.Kit)
	if page := kit.words(t, "body"); !strings.Contains(page, "No tip planned this week") || !strings.Contains(page, "Delegating against chatting") || kit.doc(t).Find(".ph-main").Length() != 1 {
		t.Errorf("the kit says %s", page)
	}
	slot := route.Kit + "/" + string(enablement.SlotContacts)
	f := guideForm("", "Whom to contact", "Ask Ines.", "")
	f.Set("version", "0")
	if a := lead.post(slot, f); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("save a page: %d", a.StatusCode)
	}
	f.Set("body", "Ask Dana.")
	if a := lead.post(slot, f); a.StatusCode != http.StatusConflict {
		t.Errorf("save over the first text twice: %d", a.StatusCode)
	}
	if page := champion.get(slot).words(t, "body"); !strings.Contains(page, "Ask Ines.") {
		t.Errorf("the champion reads %s", page)
	}
	monday := s.srv.today().Monday()
	plan := url.Values{"week": {monday.String()}, "version": {"0"}, "shipped": {"3"}}
	if a := lead.post(tipsPath, plan); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("plan a tip: %d", a.StatusCode)
	}
	if page := champion.get(route.Kit).words(t, "body"); !strings.Contains(page, enablement.ShippedTips()[2].Title) {
		t.Errorf("the champion reads %s", page)
	}
	tip, planned, err := s.store.TipOf(t.Context(), monday)
	if err != nil || !planned || tip.Week != monday {
		t.Fatalf("%+v %v %v", tip, planned, err)
	}
	for week, want := range map[string]int{(monday - 7).String(): 422, (monday + 1).String(): 422, (monday + 8*7).String(): 422, "soon": 422, (monday + 7*7).String(): 303} {
		plan.Set("week", week)
		if a := lead.post(tipsPath, plan); a.StatusCode != want {
			t.Errorf("a tip for %s: %d, want %d", week, a.StatusCode, want)
		}
	}
	lead.post(tipsPath+"/"+monday.String()+"/remove", url.Values{})
	if page := champion.get(route.Kit).words(t, "body"); !strings.Contains(page, "No tip planned this week") {
		t.Errorf("after taking it away: %s", page)
	}
	if a := s.role("norole").get(route.Kit); a.StatusCode != http.StatusForbidden {
		t.Errorf("somebody without a role opens the kit: %d", a.StatusCode)
	}
}

// TestKitShowsOnesOwnDepartment asks for the figures as champions of two departments.
func TestKitShowsOnesOwnDepartment(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Index = fixedIndex{placedIndex()} })
	for _, slug := range []string{"claims-operations", "legal"} {
		b := s.browser()
		b.is("champion-"+slug, identity.Grant{Role: identity.Champion, Department: slug})
		page := b.get(route.Kit).words(t, "body")
		if got := strings.Contains(page, "Claims Operations"); got != (slug == "claims-operations") || !strings.Contains(page, "signed in") {
			t.Errorf("%s reads %s", slug, page)
		}
	}
}
