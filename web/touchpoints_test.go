package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// wardOf is a site with a roster of two departments and a champion of one of them.
func wardOf(t *testing.T) (*site, *browser) {
	s := newSite(t, nil)
	s.exec(`insert into member (ord, user_id, email, listed) values (0, 'u0', 'femi@example.com', true), (1, 'u1', 'lea@example.com', false)`)
	lead := s.browser()
	lead.is("ines", roleGrants["lead"])
	lead.imports("people", "email,name,department\nfemi@example.com,Femi Balogun,Claims Operations\nlea@example.com,Lea Vint,Claims Operations\nlou@example.com,Lou Weiss,Legal\n")
	b := s.browser()
	b.is("tomas", roleGrants["champion"])
	return s, b
}

// touch opens the form with a person and taps a kind.
func (b *browser) touch(person, kind string, pairs ...string) (url.Values, answer) {
	b.t.Helper()
	doc := b.document(route.With(route.NewTouchpoint, "person", person, "return_to", "/today"))
	f := url.Values{}
	for _, i := range doc.Find("form[data-draft] input, form[data-draft] textarea, form[data-draft] select").EachIter() {
		if typ := i.AttrOr("type", ""); typ != "radio" {
			f.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
		}
	}
	f.Set("kind", kind)
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f, b.post(route.Touchpoints, f)
}

func (s *site) touchpoints() int {
	s.t.Helper()
	var n int
	if err := s.store.Pool().QueryRow(s.t.Context(), "select count(*) from touchpoint").Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// TestTwoTapsAndUndo logs a touchpoint as a phone without script does, and takes it back.
func TestTwoTapsAndUndo(t *testing.T) {
	s, b := wardOf(t)
	f, a := b.touch("femi@example.com", "question")
	if a.StatusCode != http.StatusSeeOther || a.location() != "/today" || s.touchpoints() != 1 {
		t.Fatalf("%d to %q, %d rows\n%s", a.StatusCode, a.location(), s.touchpoints(), a.body)
	}
	doc := b.document(route.Touchpoints)
	toast := doc.Find("[data-toast]")
	if !strings.Contains(toast.Text(), "Logged: question with Femi Balogun.") || toast.Find("a").Text() != "Add a note" {
		t.Errorf("the toast says %q", toast.Text())
	}
	if a := b.post(route.Touchpoints, f); a.StatusCode != http.StatusSeeOther || s.touchpoints() != 1 {
		t.Errorf("twice: %d, %d rows", a.StatusCode, s.touchpoints())
	}
	undo, form := toast.Find("form"), url.Values{}
	for _, i := range undo.Find("input").EachIter() {
		form.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
	}
	for range 2 {
		if a := b.post(undo.AttrOr("action", ""), form); a.StatusCode != http.StatusSeeOther || a.location() != "/today" || s.touchpoints() != 0 {
			t.Fatalf("undo: %d to %q, %d rows", a.StatusCode, a.location(), s.touchpoints())
		}
	}
	b.post(route.Touchpoints, f)
	if says := b.document(route.Touchpoints).Find("[data-toast]").Text(); !strings.Contains(says, "taken back already") || s.touchpoints() != 0 {
		t.Errorf("a late resend: %q, %d rows", says, s.touchpoints())
	}
}

// TestALeaverIsSaidPlainly keeps what was typed about somebody who left.
func TestALeaverIsSaidPlainly(t *testing.T) {
	s, b := wardOf(t)
	_, a := b.touch("lea@example.com", "issue", "note", "Asked about exports.")
	if a.StatusCode != http.StatusUnprocessableEntity || s.touchpoints() != 0 {
		t.Fatalf("%d, %d rows", a.StatusCode, s.touchpoints())
	}
	for _, want := range []string{"Lea Vint left the organization", "Asked about exports.", "<details class=\"tp-more\" open"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if pick := b.get(route.NewTouchpoint); strings.Contains(pick.body, "Lea Vint") {
		t.Error("she is offered")
	}
}

// TestAnotherDepartmentIsAsAbsent asks for somebody of another department and for nobody.
func TestAnotherDepartmentIsAsAbsent(t *testing.T) {
	s, b := wardOf(t)
	f, _ := b.touch("femi@example.com", "question")
	for _, kv := range [][2]string{{"person", "lou@example.com"}, {"department", "legal"}} {
		theirs, nobodys := b.get(route.With(route.NewTouchpoint, kv[0], kv[1])), b.get(route.With(route.NewTouchpoint, kv[0], "nobody"))
		if theirs.StatusCode != http.StatusNotFound || nobodys.StatusCode != http.StatusNotFound || strings.Contains(theirs.body, "Weiss") {
			t.Errorf("%s: %d and %d", kv[0], theirs.StatusCode, nobodys.StatusCode)
		}
		f.Set(formKeyField, newFormKey())
		f.Set("person", "")
		f.Set("department", "")
		f.Set(kv[0], kv[1])
		if a := b.post(route.Touchpoints, f); a.StatusCode != http.StatusUnprocessableEntity && a.StatusCode != http.StatusNotFound || strings.Contains(a.body, "Weiss") {
			t.Errorf("%s: posted %d", kv[0], a.StatusCode)
		}
	}
	if b.get(route.With(route.NewTouchpoint, "q", "weiss")).body == "" || strings.Contains(b.get(route.With(route.NewTouchpoint, "q", "lou")).body, "Weiss") {
		t.Error("a search tells of another department")
	}
	if s.touchpoints() != 1 {
		t.Errorf("%d rows", s.touchpoints())
	}
}

// TestANoteIsAddedLater adds a note, and meets somebody who was faster.
func TestANoteIsAddedLater(t *testing.T) {
	s, b := wardOf(t)
	b.touch("femi@example.com", "first setup")
	var id int64
	if err := s.store.Pool().QueryRow(t.Context(), "select id from touchpoint").Scan(&id); err != nil {
		t.Fatal(err)
	}
	f := url.Values{"version": {"1"}, "outcome": {"works now"}, "note": {"Signed in and opened a folder."}}
	if a := b.post(route.Touchpoint(id), f); a.StatusCode != http.StatusSeeOther {
		t.Fatal(a.StatusCode, a.body)
	}
	f.Set("note", "My own words.")
	a := b.post(route.Touchpoint(id), f)
	if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "My own words.") || !strings.Contains(a.body, "Signed in and opened a folder.") {
		t.Errorf("a note that came second: %d", a.StatusCode)
	}
	other := s.browser()
	other.is("olga", identity.Grant{Role: identity.Champion, Department: "legal"})
	if a := other.get(route.Touchpoint(id)); a.StatusCode != http.StatusNotFound {
		t.Errorf("another's: %d", a.StatusCode)
	}
	if a := other.post(route.Touchpoint(id)+"/undo", url.Values{}); a.StatusCode != http.StatusNotFound || s.touchpoints() != 1 {
		t.Errorf("another's undo: %d", a.StatusCode)
	}
	s.clock.Advance(25 * time.Hour)
	b.is("tomas")
	if a := b.post(route.Touchpoint(id)+"/undo", url.Values{}); a.StatusCode != http.StatusForbidden {
		t.Errorf("a day later: %d", a.StatusCode)
	}
}

// TestLeadsReadAndLogForChampions reads the list, its CSV, and names whose help it was.
func TestLeadsReadAndLogForChampions(t *testing.T) {
	s, b := wardOf(t)
	lead := s.browser()
	lead.is("ines")
	b.touch("femi@example.com", "question", "note", "=1+1")
	if _, a := lead.touch("lou@example.com", "issue", "champion", "nobody@example.com"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("for who is no champion: %d", a.StatusCode)
	}
	if _, a := lead.touch("lou@example.com", "issue", "champion", "tomas@example.com"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("for a champion: %d", a.StatusCode)
	}
	doc := lead.document(route.Touchpoints)
	if n := doc.Find("table tbody tr").Length(); n != 2 || !strings.Contains(doc.Find("main").Text(), "By kindIssue1Question1") || !strings.Contains(doc.Find("#effect").Text(), "Nobody was touched") {
		t.Errorf("%d rows\n%s", n, doc.Find("main").Text())
	}
	if n := lead.document(route.With(route.Touchpoints, "department", "legal")).Find("table tbody tr").Length(); n != 1 {
		t.Errorf("%d rows of Legal", n)
	}
	sheet := lead.get(route.Touchpoints + ".csv")
	if sheet.StatusCode != 200 || !strings.Contains(sheet.body, "'=1+1") || strings.Count(sheet.body, "\n") != 3 {
		t.Errorf("%d\n%s", sheet.StatusCode, sheet.body)
	}
	if own := b.get(route.Touchpoints + "?whose=all&span=all"); !strings.Contains(own.body, "Femi Balogun") || strings.Contains(own.body, "Weiss") {
		t.Error("a champion's list is of another department, or lacks their own")
	}
	s.clock.Advance(time.Hour)
	if a := lead.get(route.Touchpoints + ".csv"); a.StatusCode == 200 {
		t.Error("the sheet is sent to somebody who signed in an hour ago: " + strconv.Itoa(a.StatusCode))
	}
}
