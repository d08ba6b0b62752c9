package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/enablement"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	views "groundswell/views/people"
)

// newRosterSite is a site with a lead's browser signed in.
func newRosterSite(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	return s, b
}

// sends uploads a file as a browser does.
func (b *browser) sends(what, name, content string) answer {
	b.t.Helper()
	return b.do(b.uploading(what, name, content, ""))
}

func (b *browser) uploading(what, name, content, text string) *http.Request {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("what", what)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write([]byte(content))
	_ = w.WriteField("text", text)
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	r := b.request("POST", route.Imports, nil)
	r.Body, r.ContentLength = readCloser{&body}, int64(body.Len())
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

type readCloser struct{ *bytes.Buffer }

// Close implements io.Closer.
func (readCloser) Close() error { return nil }

func drawn(t testing.TB, a answer) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// draftOf uploads a file and returns where its dry run is.
func (b *browser) draftOf(what, name, content string) string {
	b.t.Helper()
	a := b.sends(what, name, content)
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.location(), route.Imports+"/") {
		b.t.Fatalf("uploading %s: %d %s", name, a.StatusCode, drawn(b.t, a).Find("main").Text())
	}
	return a.location()
}

// decide fills the form of a dry run that is sent to action, as its browser would.
func (b *browser) decide(draft string, rows string) answer {
	b.t.Helper()
	doc := drawn(b.t, b.get(draft))
	form := doc.Find(`form[action="` + draft + `/apply"]`)
	if form.Length() != 1 || form.Find(`[name=rows]`).AttrOr("value", "?") != rows {
		b.t.Fatalf("%s has %d forms to import with: %s", draft, form.Length(), doc.Find("main").Text())
	}
	return b.post(draft+"/apply", url.Values{"digest": {form.Find(`[name=digest]`).AttrOr("value", "")}, "rows": {rows}})
}

// imports uploads and applies a file that has no mistakes.
func (b *browser) imports(what, content string) {
	b.t.Helper()
	if a := b.decide(b.draftOf(what, what+".csv", content), ""); a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("importing %s: %d %s", what, a.StatusCode, drawn(b.t, a).Find("main").Text())
	}
}

const smallRoster = `email,name,department,wave
ada@example.com,Ada Novak,Claims Operations,Wave 1
lena@example.com,Lena Sorel,Claims Operations,Pilot
milo@example.com,Milo Brandt,Legal,Pilot
`

func TestImportOfPeopleFromFileToRoster(t *testing.T) {
	_, b := newRosterSite(t)
	if a := b.get(route.People); !strings.Contains(a.body, "Nobody is in the roster yet") || !strings.Contains(a.body, route.Sample("people")) {
		t.Errorf("the empty roster does not say how to begin: %d", a.StatusCode)
	}
	b.imports("people", smallRoster)
	page := b.get(route.People)
	doc := drawn(t, page)
	if got := doc.Find(".page-head .sub").Text(); got != "3 people in the roster; 3 have not arrived." {
		t.Errorf("headline %q", got)
	}
	if !strings.Contains(page.body, "Imported people.csv: 3 people added.") {
		t.Error("the page does not say what was done")
	}
	draft := b.draftOf("people", "moves.csv", strings.Replace(smallRoster, "Milo Brandt,Legal", "Milo B. Brandt,Compliance", 1)+"nia@example.com,Nia Okafor,Claim Operations,Pilot\n")
	doc = drawn(t, b.get(draft))
	if got := doc.Find("#verdict").Text(); got != "This adds 1 person, moves 1 and changes 1" {
		t.Errorf("verdict %q", got)
	}
	for id, want := range map[string]string{"moved": "Legal", "changed": "Milo B. Brandt", "new": "Nia Okafor", "departments": "Claims Operations"} {
		if got := doc.Find("#" + id).Text(); !strings.Contains(got, want) {
			t.Errorf("%s says %q, not %s", id, got, want)
		}
	}
	if a := b.decide(draft, ""); a.StatusCode != http.StatusSeeOther || a.location() != route.People {
		t.Fatalf("%d %s", a.StatusCode, a.location())
	}
	if a := b.get(route.With(route.People, "department", "compliance")); !strings.Contains(a.body, "Milo B. Brandt") || strings.Contains(a.body, "Ada Novak") {
		t.Error("the move is not in the roster")
	}
	if a := b.get(draft); a.StatusCode != http.StatusNotFound {
		t.Errorf("the draft is still there: %d", a.StatusCode)
	}
	again := b.draftOf("people", "moves.csv", strings.Replace(smallRoster, "Milo Brandt,Legal", "Milo B. Brandt,Compliance", 1))
	if doc = drawn(t, b.get(again)); !strings.Contains(doc.Find("#verdict").Text(), "says all of this already") || doc.Find(`form[action$="/apply"]`).Length() != 0 {
		t.Error("a file that changes nothing is offered to be imported")
	}
}

func TestBadRowsAreNamedAndMayBeLeftOut(t *testing.T) {
	s, b := newRosterSite(t)
	draft := b.draftOf("people", "people.csv", smallRoster+"no address,Somebody,Legal,Pilot\n\"=cmd|' /C calc'!A0\",Formula,Legal,Pilot\n")
	doc := drawn(t, b.get(draft))
	if got := doc.Find("#verdict").Text(); got != "This adds 3 people; 2 rows cannot be used" {
		t.Errorf("verdict %q", got)
	}
	if got := doc.Find("#bad").Text(); !strings.Contains(got, "Line 5") || !strings.Contains(got, "Line 6") {
		t.Errorf("the bad rows are %q", got)
	}
	digest := doc.Find(`[name=digest]`).AttrOr("value", "")
	if a := b.post(draft+"/apply", url.Values{"digest": {digest}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Nothing was imported") {
		t.Errorf("bad rows were imported with the others: %d", a.StatusCode)
	}
	if a := b.decide(draft, rowsGood); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", a.StatusCode)
	}
	if a := b.get(route.People); !strings.Contains(a.body, "3 people added. 2 rows were left out.") {
		t.Error("the flash does not count the rows left out")
	}
	if a := b.get(route.Imports); !strings.Contains(drawn(t, a).Find("#imports").Parent().Parent().Text(), "people.csv") {
		t.Error("the import is not in the log")
	}
	if state, err := s.store.VerifyAudit(t.Context()); err != nil || state.Bad != 0 {
		t.Errorf("audit log %+v, %v", state, err)
	}
	all := b.draftOf("people", "bad.csv", "email,name\nx,y\n")
	doc = drawn(t, b.get(all))
	if doc.Find("#verdict").Text() != "No row of this file can be used" || doc.Find(`form[action$="/apply"]`).Length() != 0 {
		t.Error("a file of bad rows is offered to be imported")
	}
	if a := b.post(all+"/discard", url.Values{}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if a := b.get(all); a.StatusCode != http.StatusNotFound {
		t.Errorf("a discarded draft: %d", a.StatusCode)
	}
}

func TestFilesThatCannotBeReadChangeNothing(t *testing.T) {
	_, b := newRosterSite(t)
	for name, content := range map[string]string{
		"empty.csv": "", "header.csv": "email,name\n", "book.xlsx": "PK\x03\x04rest of a spreadsheet", "wrong.csv": "person,mail\na,b\n",
		"latin1.csv": "email,name\na@example.com,Andr\xe9\n", "utf16.csv": "\xff\xfee\x00m\x00", "semicolons.csv": "email;name\na@example.com;A\n",
		"nul.csv": "email,name\na@example.com,\x00\n", "page.html": "<!doctype html><title>Sign in</title>",
	} {
		a := b.sends("people", name, content)
		doc := drawn(t, a)
		if a.StatusCode != http.StatusUnprocessableEntity || doc.Find(`#file[aria-invalid=true]`).Length() != 1 {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
		if say := doc.Find("#file-error").Text(); !strings.Contains(say, "Nothing was imported.") {
			t.Errorf("%s is told %q", name, say)
		}
	}
	text := "email;name\na@example.com;A"
	a := b.do(b.uploading("people", "", "", text))
	doc := drawn(t, a)
	if a.StatusCode != http.StatusUnprocessableEntity || doc.Find("#text").Text() != text || doc.Find("#text[aria-invalid=true]").Length() != 1 {
		t.Errorf("pasted text came back as %q with %d", doc.Find("#text").Text(), a.StatusCode)
	}
	if a := b.do(b.uploading("people", "", "", smallRoster)); a.StatusCode != http.StatusSeeOther {
		t.Errorf("pasted text: %d", a.StatusCode)
	}
	if a := b.post(route.Imports, url.Values{"what": {"people"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a form without parts: %d", a.StatusCode)
	}
	if a := b.sends("groups", "people.csv", smallRoster); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a file of no known kind: %d", a.StatusCode)
	}
	if a := b.get(route.People); !strings.Contains(a.body, "Nobody is in the roster yet") {
		t.Error("something was imported")
	}
}

func TestAnotherImportInBetweenIsShown(t *testing.T) {
	s, b := newRosterSite(t)
	b.imports("people", smallRoster)
	file := strings.Replace(smallRoster, "Legal", "Compliance", 1)
	draft := b.draftOf("people", "moves.csv", file)
	digest := drawn(t, b.get(draft)).Find(`[name=digest]`).AttrOr("value", "")
	other := s.browser()
	other.is("second", roleGrants["lead"])
	if a := other.get(draft); a.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else's draft: %d", a.StatusCode)
	}
	if a := other.post(draft+"/discard", url.Values{}); a.StatusCode != http.StatusNotFound {
		t.Errorf("discarding somebody else's draft: %d", a.StatusCode)
	}
	if a := b.post(draft+"/apply", url.Values{}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("importing what nobody has seen: %d", a.StatusCode)
	}
	other.imports("people", strings.Replace(smallRoster, "Legal", "Finance", 1))
	a := b.post(draft+"/apply", url.Values{"digest": {digest}})
	if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "Finance") || !strings.Contains(a.body, "Nothing was imported") {
		t.Fatalf("an agreement to something else counts: %d", a.StatusCode)
	}
	if a := b.decide(draft, ""); a.StatusCode != http.StatusSeeOther {
		t.Errorf("after a second look: %d", a.StatusCode)
	}
	late := b.draftOf("people", "late.csv", smallRoster)
	s.clock.Advance(draftLife + time.Minute)
	if a := b.get(late); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "Upload it again") || drawn(t, a).Find(`.problem a[href="`+route.Imports+`"]`).Length() != 1 {
		t.Errorf("a draft of over an hour ago: %d", a.StatusCode)
	}
}

func TestTrainingAndTouchpointsAreImported(t *testing.T) {
	s, b := newRosterSite(t)
	for _, k := range views.Kinds() {
		sample := b.get(route.Sample(k.Key))
		if !strings.HasPrefix(sample.Header.Get("Content-Type"), "text/csv") {
			t.Fatalf("%s: %s", k.Key, sample.Header.Get("Content-Type"))
		}
		draft := b.draftOf(k.Key, k.Key+".csv", sample.body)
		if bad := drawn(t, b.get(draft)).Find("#bad").Text(); bad != "" {
			t.Errorf("the sample of %s has bad rows: %s", k.Key, bad)
		}
		b.decide(draft, "")
		if doc := drawn(t, b.get(b.draftOf(k.Key, k.Key+".csv", sample.body))); !strings.HasPrefix(doc.Find("#verdict").Text(), "Nothing to import") {
			t.Errorf("%s twice: %s", k.Key, doc.Find("#verdict").Text())
		}
	}
	runs, err := s.store.ImportRuns(t.Context(), 10)
	if err != nil || len(runs) != len(sheet.Kinds()) {
		t.Errorf("%v, %v", runs, err)
	}
}

// The columns that the page explains are those that are read.
func TestExplainedColumnsAreRead(t *testing.T) {
	for _, k := range views.Kinds() {
		known := map[string][]sheet.Column{"people": roster.Columns(), "training": enablement.Columns(), "touchpoints": roster.TouchpointColumns(), "devices": rollout.DeviceColumns()}[k.Key]
		if len(known) != len(k.Columns) {
			t.Fatalf("%s: %d columns are read, %d explained", k.Key, len(known), len(k.Columns))
		}
		for i, c := range known {
			if e := k.Columns[i]; e.Name != c.Name || e.Required != c.Required {
				t.Errorf("%s: %v is explained as %v", k.Key, c, e)
			}
		}
	}
}

func TestRosterIsFoundAndTurned(t *testing.T) {
	_, b := newRosterSite(t)
	var file strings.Builder
	file.WriteString("email,name,department,wave\n")
	for i := range 60 {
		fmt.Fprintf(&file, "p%03d@example.com,Person %03d,Claims,Pilot\n", i, i)
	}
	b.imports("people", file.String())
	next, seen := route.People, map[string]bool{}
	for range 3 {
		doc := drawn(t, b.get(next))
		doc.Find("#roster tbody .sub").Each(func(_ int, e *goquery.Selection) { seen[e.Text()] = true })
		next = doc.Find(`.pages [rel=next]`).AttrOr("href", "")
	}
	if len(seen) != 60 || next != "" {
		t.Errorf("%d people on three pages, then %q", len(seen), next)
	}
	second := drawn(t, b.get(route.With(route.People, "after", "p024@example.com")))
	if got := second.Find("#roster tbody .sub").First().Text(); got != "p025@example.com" {
		t.Errorf("the second page begins with %q", got)
	}
	first := drawn(t, b.get(second.Find(`.pages [rel=prev]`).AttrOr("href", "")))
	if got := first.Find("#roster tbody .sub").First().Text(); got != "p000@example.com" {
		t.Errorf("back leads to %q", got)
	}
	for q, want := range map[string]int{"person 03": 10, "P007@": 1, "%": 0, "_": 0, `\`: 0, "nobody": 0, "'": 0} {
		if got := drawn(t, b.get(route.With(route.People, "q", q))).Find("#roster tbody tr").Length(); got != want {
			t.Errorf("%q finds %d, want %d", q, got, want)
		}
	}
	for _, odd := range []string{"?state=x", "?after=%ff", "?q=%00", "?department=none-such", "?wave=unassigned", "?before=a"} {
		if a := b.get(route.People + odd); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", odd, a.StatusCode)
		}
	}
}

func TestExportNeedsAFreshSignInAndDisarmsFormulas(t *testing.T) {
	s, b := newRosterSite(t)
	b.imports("people", "email,name,department,wave\nada@example.com,=1+1,Claims,Pilot\n")
	before, err := s.store.VerifyAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := b.get(route.People + ".csv")
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "ada@example.com,'=1+1,,Claims,Pilot,not_arrived") {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
	if after, err := s.store.VerifyAudit(t.Context()); err != nil || after.Bad != 0 || after.Entries != before.Entries+1 {
		t.Errorf("the audit log went from %+v to %+v, %v", before, after, err)
	}
	if back := drawn(t, b.get(b.draftOf("people", "people.csv", a.body))).Find("#verdict").Text(); !strings.HasPrefix(back, "Nothing to import") {
		t.Errorf("the export does not come back as it was: %s", back)
	}
	s.clock.Advance(time.Hour)
	if a := b.get(route.People + ".csv"); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "Confirm it is you") {
		t.Errorf("an hour after signing in: %d", a.StatusCode)
	}
	if link := drawn(t, b.get(route.People)).Find(`#roster .card-head a`).AttrOr("href", ""); !strings.HasPrefix(link, route.SignInOIDC) {
		t.Errorf("CSV leads to %q", link)
	}
}

func TestAuditorsReadTheRosterOnly(t *testing.T) {
	s, b := newRosterSite(t)
	b.imports("people", smallRoster)
	auditor := s.browser()
	auditor.is("auditor", roleGrants["auditor"])
	doc := drawn(t, auditor.get(route.People))
	if doc.Find("#roster tbody tr").Length() != 3 {
		t.Error("an auditor does not see the roster")
	}
	if doc.Find(`main form[method=post], main a[href="`+route.Imports+`"]`).Length() != 0 || strings.Contains(doc.Find("thead").Text(), "Stage") {
		t.Error("an auditor sees stages, or what only leads may change")
	}
	if a := auditor.get(route.People + ".csv"); strings.Contains(a.body, "stage") {
		t.Error("an auditor's export has stages")
	}
	for _, path := range []string{route.People, route.People + ".csv", route.Imports} {
		for _, role := range []string{"owner", "champion", "executive"} {
			other := s.browser()
			other.is(role+" of "+path, roleGrants[role])
			if a := other.get(path); a.StatusCode != http.StatusForbidden || strings.Contains(a.body, "ada@example.com") {
				t.Errorf("%s as %s: %d", path, role, a.StatusCode)
			}
		}
	}
}

func TestWavesOpenOnADay(t *testing.T) {
	_, b := newRosterSite(t)
	b.imports("people", smallRoster)
	id := drawn(t, b.get(route.People)).Find(`#waves [name=wave]`).First().AttrOr("value", "")
	if a := b.post(route.Waves, url.Values{"wave": {id}, "opens_on": {"2026-12-01"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if got := drawn(t, b.get(route.People)).Find("#opens-"+id).AttrOr("value", ""); got != "2026-12-01" {
		t.Errorf("it opens on %q", got)
	}
	a := b.post(route.Waves, url.Values{"wave": {id}, "opens_on": {"31 Nov"}})
	if doc := drawn(t, a); a.StatusCode != http.StatusUnprocessableEntity || doc.Find("#opens-"+id+"[aria-invalid]").AttrOr("value", "") != "31 Nov" {
		t.Errorf("a day that does not exist: %d", a.StatusCode)
	}
	if a := b.post(route.Waves, url.Values{"wave": {id}, "opens_on": {""}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	for _, wave := range []string{"", "x", "999999", "-1", "99999999999999999999"} {
		if a := b.post(route.Waves, url.Values{"wave": {wave}, "opens_on": {"2026-12-01"}}); a.StatusCode != http.StatusNotFound {
			t.Errorf("wave %q: %d", wave, a.StatusCode)
		}
	}
}

// Text from files is shown and never runs.
func TestImportedTextIsOnlyText(t *testing.T) {
	_, b := newRosterSite(t)
	for _, evil := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover=alert(1) x='`, `javascript:alert(1)`, `=HYPERLINK(1)`, `{{7*7}}`, `</title><script>`} {
		cell := `"` + strings.ReplaceAll(evil, `"`, `""`) + `"`
		file := "email,name,department,wave," + cell + "\nada@example.com," + cell + "," + cell + "," + cell + ",x\n" + cell + ",,,,\n"
		draft := b.draftOf("people", evil+".csv", file)
		for _, path := range []string{draft, route.Imports, route.People} {
			if path == route.People {
				b.decide(draft, rowsGood)
			}
			a := b.get(path)
			doc := drawn(t, a)
			doc.Find("main script, main img, [onerror], [onmouseover], main [href^='javascript:']").Each(func(_ int, e *goquery.Selection) {
				html, _ := goquery.OuterHtml(e)
				t.Errorf("%s with %s draws %s", path, evil, html)
			})
		}
	}
}

func TestAnUploadFromAnotherSiteIsRefused(t *testing.T) {
	_, b := newRosterSite(t)
	r := b.uploading("people", "people.csv", smallRoster, "")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := b.do(r); a.StatusCode != http.StatusForbidden {
		t.Errorf("%d", a.StatusCode)
	}
	draft := b.draftOf("people", "people.csv", smallRoster)
	for _, path := range []string{draft + "/apply", draft + "/discard", route.Waves} {
		r := b.request("POST", path, url.Values{"digest": {"x"}})
		r.Header.Set("Origin", "https://elsewhere.example.com")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if a := b.do(r); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// Programs and HTMX get what they can use.
func TestImportsWithHTMX(t *testing.T) {
	_, b := newRosterSite(t)
	draft := b.draftOf("people", "people.csv", smallRoster)
	digest := drawn(t, b.get(draft)).Find(`[name=digest]`).AttrOr("value", "")
	r := b.request("POST", draft+"/apply", url.Values{"digest": {digest}, "rows": {""}})
	r.Header.Set("HX-Request", "true")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if a := b.do(r); a.StatusCode != http.StatusOK || a.Header.Get("HX-Redirect") != route.People {
		t.Errorf("%d %s", a.StatusCode, a.Header.Get("HX-Redirect"))
	}
	r = b.request("GET", route.With(route.People, "q", "milo"), nil)
	r.Header.Set("HX-Request", "true")
	if doc := drawn(t, b.do(r)); doc.Find("#roster tbody tr").Length() != 1 {
		t.Error("a search by HTMX does not find its region")
	}
}
