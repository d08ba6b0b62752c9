package web

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
)

// fullDraft brings every list onto the page of a dry run, once rosterBefore was imported.
const (
	rosterBefore = "email,name,department,wave\nada@example.com,Ada Novak,Claims Operations,Wave 1\nmilo@example.com,Milo Brandt,Legal,Pilot\n"

	fullDraft = "email,name,department,wave,cost centre\nada@example.com,Ada M. Novak,Claims Operations,Wave 1,1\nmilo@example.com,Milo Brandt,Claims Operation,Pilot,2\n" +
		"nia@example.com,Nia Okafor,Legal,Wave 2,3\nnobody,Nobody,Legal,Pilot,4\n"
)

// placed imports the roster before, and returns the account of persona Ines.
func (s *site) placed(t *testing.T) identity.Actor {
	t.Helper()
	b := s.browser()
	b.post(route.SignInAs, map[string][]string{"persona": {"ines"}})
	_, acc, err := s.id.Resume(t.Context(), b.cookie(), s.srv.Now())
	if err != nil {
		t.Fatal(err)
	}
	file := sheet.File{Name: "people.csv", Body: strings.NewReader(rosterBefore)}
	if _, err := s.srv.People.Import.Apply(t.Context(), acc.Actor(), file, sheet.Options{}, s.srv.Now()); err != nil {
		t.Fatal(err)
	}
	return acc.Actor()
}

// draft returns the page of a dry run with something in every list.
func (s *site) draft(t *testing.T) string {
	t.Helper()
	by := s.placed(t)
	id, err := s.store.KeepDraft(t.Context(), by, sheet.People, sheet.File{Name: "people.csv", Body: strings.NewReader(fullDraft)}, s.srv.Now())
	if err != nil {
		t.Fatal(err)
	}
	return route.Import(id)
}

// TestPeoplePagesAreAccessible looks at the roster and its imports, empty and full.
func TestPeoplePagesAreAccessible(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.People, "h2", "What the roster is for"})
	lookAt(t, ctx, s, stop{route.Imports, "#imports", "Last imports"})
	draft := s.draft(t)
	lookAt(t, ctx, s, stop{draft, "#verdict", "This adds 1 person, moves 1 and changes 1; 1 row cannot be used"})
	for _, path := range []string{route.People, route.People + "?q=nobody", route.Imports + "?what=training", route.Imports + "?what=touchpoints", route.Import(999)} {
		lookAt(t, ctx, s, stop{path, "main", ""})
	}
	inBrowser(t, ctx, "an empty form", chromedp.Navigate(s.url+route.Imports), chromedp.Click(chromedp.CSS(`.upload button`)), says("#file-error", "Choose a CSV file"))
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "priya")
	lookAt(t, ctx, s, stop{route.People, "#roster", "Ada Novak"})
}

// writes puts a file where a browser can pick it.
func writes(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// picks chooses a file on the page of imports and has it checked.
func (s *site) picks(t *testing.T, ctx context.Context, path, selector, text string) {
	t.Helper()
	inBrowser(t, ctx, "upload "+filepath.Base(path), chromedp.Navigate(s.url+route.Imports), says("h1", "Import a file"),
		chromedp.SetUploadFiles(chromedp.CSS(`#file`), []string{path}), chromedp.Click(chromedp.CSS(`.upload button`)), says(selector, text))
}

// A lead uploads a file with mistakes, reads them, uploads it again without,
// looks at what it would change, imports it, finds a person and sees the
// departments among the cohorts.
func TestLeadImportsTheRoster(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.People = nil, &identity.Service{Keeper: st}, st, rosterOf(st)
	})
	good := fileOfMembers(t, st)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	s.picks(t, ctx, writes(t, "book.xlsx", []byte("PK\x03\x04 a spreadsheet")), "#file-error", "Nothing was imported.")
	s.picks(t, ctx, writes(t, "people.csv", append(good, "no address,Somebody,Legal,Pilot\n"...)), "#bad", "is no email address")
	if asked[bool](t, ctx, `[...document.querySelectorAll(".dry button")].some(b => b.textContent.startsWith("Import 1"))`) {
		t.Error("a file with a bad row is offered as a whole")
	}
	inBrowser(t, ctx, "discard", chromedp.Click(chromedp.CSS(`form[action$="/discard"] button`)), says("#toasts", "Discarded. Nothing was imported."))
	s.picks(t, ctx, writes(t, "people.csv", good), "#verdict", "This adds")
	inBrowser(t, ctx, "unfold", chromedp.Click(chromedp.CSS(`#new summary`)), says("#new", "<b>Robert"))
	inBrowser(t, ctx, "import", chromedp.Click(chromedp.CSS(`form[action$="/apply"] button`)), says("#toasts", "Imported people.csv"), says("#departments", "Departments"))
	asked[bool](t, ctx, `window.still = true`)
	inBrowser(t, ctx, "search", chromedp.SendKeys(chromedp.CSS(`#q`), "<b>robert"), says("#roster", "<b>Robert"), says("#roster", "1 person"))
	if !asked[bool](t, ctx, `window.still === true && document.activeElement.id === "q" && location.search.includes("robert") && document.querySelectorAll("#roster tbody tr").length === 1`) {
		t.Error("a search loads the page anew, loses the field or the address")
	}
	inBrowser(t, ctx, "choose a department", chromedp.Navigate(s.url+route.People), says("#roster", "Everybody"),
		chromedp.SetValue(chromedp.CSS(`#department`), "legal"))
	asked[bool](t, ctx, `document.querySelector("#department").dispatchEvent(new Event("change", {bubbles: true}))`)
	inBrowser(t, ctx, "the department", says("#roster", "Found"), says("#roster", "Legal"))
	inBrowser(t, ctx, "cohorts", chromedp.Navigate(s.url+route.Cohorts+"?by=department"), says("main", "Legal"), says("main", "Claims"))
	for _, w := range asked[[]string](t, ctx, `wrongs`) {
		t.Error(w)
	}
}

// fileOfMembers is a roster of the organization's members, and of somebody with markup for a name.
func fileOfMembers(t *testing.T, st Roster) []byte {
	t.Helper()
	lead := identity.Actor{Account: 1, Roles: []identity.Role{identity.Lead}}
	p, err := st.People(t.Context(), lead.PeopleScope(), roster.Filter{Limit: 500}, day.FromTime(time.Now()))
	if err != nil || len(p.Entries) < 50 {
		t.Fatalf("%d people, %v", len(p.Entries), err)
	}
	file := bytes.NewBufferString("email,name,department,wave\nrobert@example.com,<b>Robert</b><script>alert(1)</script>,Legal,Pilot\n")
	for i, e := range p.Entries {
		file.WriteString(e.Email + ",," + []string{"Claims", "Legal", "Finance"}[i%3] + ",Pilot\n")
	}
	return file.Bytes()
}

// A browser that sends far too much comes to read why it was refused.
func TestABrowserReadsWhyItsFileIsTooLarge(t *testing.T) {
	s := newPilotSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	path := writes(t, "huge.csv", nil)
	if err := os.Truncate(path, 100<<20); err != nil {
		t.Fatal(err)
	}
	s.picks(t, ctx, path, "#file-error", "larger than 32 MiB")
}
