package web

import (
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/route"
)

func TestPeopleOfferThemselves(t *testing.T) {
	s, lead := registering(t)
	tomas := s.browser()
	tomas.is("tomas")
	expect(t, "place", words(tomas.get(route.Volunteer).doc(t).Find("#offer").Parent().Parent()), "For Claims Operations, where the roster places you.")
	// Whatever the form says, the roster decides the department.
	if a := tomas.post(route.Volunteer+"/offer", fields("department", "2", "because", "Mondays")); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("offering: %d", a.StatusCode)
	}
	doc := tomas.get(route.Volunteer).doc(t)
	expect(t, "what became of it", words(doc.Find("#own").Parent().Parent()), "Champion of Claims OperationsNominated")
	if doc.Find("#offer").Length() != 0 {
		t.Error("who is nominated can offer themselves again")
	}
	if a := tomas.post(route.Volunteer+"/offer", fields()); a.StatusCode != http.StatusConflict {
		t.Errorf("offering twice: %d", a.StatusCode)
	}
	waiting := lead.get(route.Champions).doc(t).Find("#waiting").Parent().Parent()
	expect(t, "waiting", words(waiting), "Tomas Lindqvist “Mondays”Claims OperationsBy themselves")
	down := waiting.Find("form[action$='/decline']")
	if a := lead.post(down.AttrOr("action", ""), fields("version", down.Find("input").AttrOr("value", ""))); a.StatusCode != http.StatusSeeOther {
		t.Errorf("turning down: %d", a.StatusCode)
	}
	expect(t, "not taken up", words(tomas.get(route.Volunteer).doc(t).Find("#own").Parent().Parent()), "Not taken up")

	stranger := s.browser()
	stranger.is("stranger")
	for _, department := range []string{"", "0", "x", "999", "-4"} {
		a := stranger.post(route.Volunteer+"/offer", fields("department", department, "because", "Kept"))
		if doc := a.doc(t); a.StatusCode != http.StatusUnprocessableEntity || doc.Find("#department-error").Length() != 1 || words(doc.Find("#because")) != "Kept" {
			t.Errorf("for department %q: %d", department, a.StatusCode)
		}
	}
	if a := stranger.post(route.Volunteer+"/offer", fields("department", "2", "because", strings.Repeat("ö", 501))); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a speech: %d", a.StatusCode)
	}
	if a := stranger.post(route.Volunteer+"/offer", fields("department", "2")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger: %d", a.StatusCode)
	}
}

func TestCandidatesAreAskedFor(t *testing.T) {
	s, lead := registering(t)
	expect(t, "nobody", words(lead.get(route.Candidates).doc(t).Find(".empty")), s.url+route.Volunteer)
	tomas := s.browser()
	tomas.is("tomas")
	p1 := s.browser()
	p1.is("p1")
	stranger := s.browser()
	stranger.is("stranger")
	for _, b := range []*browser{stranger, p1, tomas} {
		if a := b.post(route.Volunteer+"/asked", fields("may", "yes", "words", "Mondays")); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("being asked: %d", a.StatusCode)
		}
	}
	if a := tomas.post(route.Volunteer+"/asked", fields("may", "yes", "words", strings.Repeat("x", 501))); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a speech: %d", a.StatusCode)
	}
	if a := tomas.post(route.Volunteer+"/asked", fields("may", "perhaps")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("neither yes nor no: %d", a.StatusCode)
	}
	lead.nominates("email", "p5@example.com", "step", "agreed")
	doc := lead.get(route.Candidates).doc(t)
	var order []string
	for _, tr := range doc.Find("main tbody tr").EachIter() {
		order = append(order, words(tr.Find("b")))
	}
	if got := strings.Join(order, ", "); got != "Person 1, Tomas Lindqvist, stranger" { // Legal misses two, Claims one
		t.Errorf("the order is %s", got)
	}
	expect(t, "stage", words(doc.Find("td[data-l=Stage]").First()), "Not a member yet")
	row := doc.Find("main tbody tr").Eq(1)
	if a := lead.nominates("email", row.Find("input[name=email]").AttrOr("value", ""), "department", row.Find("input[name=department]").AttrOr("value", ""), "step", "nominate"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("one click: %d", a.StatusCode)
	}
	expect(t, "nominated", words(lead.get(route.Candidates).doc(t).Find("main tbody tr").Eq(1)), "Nominated")
	tomas.post(route.Volunteer+"/asked", fields("may", "no"))
	if strings.Contains(lead.get(route.Candidates).body, "Tomas") {
		t.Error("taken back, and still listed")
	}
	auditor := s.browser()
	auditor.is("priya", roleGrants["auditor"])
	if doc := auditor.get(route.Candidates).doc(t); doc.Find("main form[method=post]").Length() != 0 {
		t.Error("an auditor may nominate")
	}
}

func TestManagersNameTheirOwnOnly(t *testing.T) {
	s, _ := registering(t)
	boss := s.browser()
	boss.is("boss")
	doc := boss.get(route.Volunteer).doc(t)
	options := doc.Find("#person option")
	if options.Length() != 1 || options.AttrOr("value", "") != "tomas@example.com" {
		t.Fatalf("%d people can be named", options.Length())
	}
	var refused []string
	for _, email := range []string{"p1@example.com", "absent@example.com", "ines@example.com", "boss@example.com", "", "x"} {
		a := boss.post(route.Volunteer+"/nominate", fields("email", email, "because", "Kept"))
		doc := a.doc(t)
		if a.StatusCode != http.StatusUnprocessableEntity || words(doc.Find("#why")) != "Kept" {
			t.Errorf("%q: %d", email, a.StatusCode)
		}
		refused = append(refused, words(doc.Find("#person-error")))
	}
	for _, say := range refused {
		if say != refused[0] || say == "" {
			t.Errorf("who exists is told: %q", refused)
		}
	}
	if a := boss.post(route.Volunteer+"/nominate", fields("email", "TOMAS@example.com", "because", "Explains well")); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("naming: %d", a.StatusCode)
	}
	doc = boss.get(route.Volunteer).doc(t)
	expect(t, "named", words(doc.Find("#manage").Parent().Parent()), "Tomas Lindqvist Nominated by you on ")
	if doc.Find("#person").Length() != 0 {
		t.Error("who is named can be named again")
	}
	other := s.browser()
	other.is("other")
	if doc := other.get(route.Volunteer).doc(t); doc.Find("#manage").Length() != 0 {
		t.Error("somebody who manages nobody is offered people")
	}
}
