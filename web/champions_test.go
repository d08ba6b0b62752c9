package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
)

// championsRoster is two departments, with Tomas, whom boss manages, in the first.
const championsRoster = `
insert into department (name) values ('Claims Operations'), ('Legal');
insert into person (email, name, manager_email) select 'p' || i || '@example.com', 'Person ' || i, '' from generate_series(1, 60) i;
insert into person (email, name, manager_email) values ('tomas@example.com', 'Tomas Lindqvist', 'Boss@example.com'), ('boss@example.com', 'Bo Boss', '');
insert into placement (person, department) select id, case when name = 'Person 1' then 2 else 1 end from person where name <> 'Person 2'`

// registering is a site with departments, and a lead at the browser.
func registering(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, nil)
	if _, err := s.store.Pool().Exec(t.Context(), championsRoster); err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	b.is("ines", roleGrants["lead"])
	return s, b
}

// nominates posts a nomination and returns the answer.
func (b *browser) nominates(pairs ...string) answer {
	b.t.Helper()
	return b.post(route.Champions, fields(pairs...))
}

// invites nominates somebody with a link, and returns the path of the link and of the entry.
func (b *browser) invites(email string) (link, entry string) {
	b.t.Helper()
	a := b.nominates("email", email, "department", "", "step", "invite", "because", "Explains well")
	doc := a.doc(b.t)
	made := doc.Find("#made-link").AttrOr("value", "")
	u, err := url.Parse(made)
	if a.StatusCode != http.StatusOK || err != nil || !strings.HasPrefix(u.Path, route.Accept+"/") {
		b.t.Fatalf("%s: %d, link %q\n%s", email, a.StatusCode, made, words(doc.Find("main")))
	}
	action := doc.Find("form[action$='/invite']").AttrOr("action", "")
	return u.Path, strings.TrimSuffix(action, "/invite")
}

// shownVersion is the one an entry's page was drawn with.
func (b *browser) shownVersion(entry string) string {
	b.t.Helper()
	return b.get(entry).doc(b.t).Find("input[name=version]").First().AttrOr("value", "")
}

func TestFromNominationToTheEnd(t *testing.T) {
	s, b := registering(t)
	link, entry := b.invites("TOMAS@example.com")
	if strings.Contains(b.get(entry).body, strings.TrimPrefix(link, route.Accept+"/")) {
		t.Error("the link is shown a second time")
	}
	tomas := s.browser()
	tomas.is("tomas")
	doc := tomas.get(link).doc(t)
	expect(t, "what is asked", words(doc.Find("main")), "You are invited to be a champion of Claims Operations.")
	expect(t, "time", words(doc.Find("dl")), "No time agreed")
	a := tomas.post(link, fields("answer", "accept"))
	if a.StatusCode != http.StatusSeeOther || a.location() != route.Home {
		t.Fatalf("accepting: %d %s", a.StatusCode, a.location())
	}
	if a := tomas.get(route.Cohort("department", "claims-operations")); a.StatusCode == http.StatusForbidden {
		t.Error("the role is not held at once")
	}
	page := b.get(entry).doc(t)
	expect(t, "sub", words(page.Find("h1 + .sub")), "Champion of Claims Operations since ")
	expect(t, "history", words(page.Find("#history").Parent().Parent()), "Accepted by tomas")
	later := b.clock.Now().AddDate(0, 0, 12).Format(time.DateOnly)
	a = b.post(entry, fields("version", b.shownVersion(entry), "agreed_minutes", "90", "early_access", "2026-11-02", "leaves_on", later))
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("changing: %d", a.StatusCode)
	}
	register := b.get(route.Champions).doc(t)
	expect(t, "head", words(register.Find("h1 + .sub")), "1 champion in 2 departments. 3 are missing in 2 departments.")
	row := words(register.Find("#list").Parent().Parent().Find("tr.top").First())
	for _, want := range []string{"Claims Operations", "60 people", "Tomas Lindqvist", "90 minutes a week", "early access Mon 2 Nov", "Last day", "1 missing", "1 of 2 · up to 3 useful"} {
		if !strings.Contains(row, want) {
			t.Errorf("the register lacks %q in %q", want, row)
		}
	}
	if a := b.post(entry+"/end", fields("version", b.shownVersion(entry), "reason", "")); a.StatusCode != http.StatusUnprocessableEntity || a.doc(t).Find("#reason-error").Length() != 1 {
		t.Errorf("ended without a reason: %d", a.StatusCode)
	}
	if a := b.post(entry+"/end", fields("version", b.shownVersion(entry), "reason", "Moved to Legal")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("ending: %d", a.StatusCode)
	}
	if a := tomas.get(route.Cohort("department", "claims-operations")); a.StatusCode != http.StatusForbidden {
		t.Errorf("the role stays after the end: %d", a.StatusCode)
	}
	expect(t, "earlier", words(b.get(route.Champions).doc(t).Find("#earlier").Parent().Parent()), "Moved to Legal")
	if strings.Contains(s.log.String(), "tomas@example.com") || strings.Contains(s.log.String(), strings.TrimPrefix(link, route.Accept+"/")) {
		t.Error("the log names somebody, or holds a link")
	}
}

// TestLinksOfOthersTellNothing opens a link as everybody it is not for: every
// answer is the same, page and status.
func TestLinksOfOthersTellNothing(t *testing.T) {
	s, b := registering(t)
	link, entry := b.invites("tomas@example.com")
	absent := route.Accept + "/" + strings.Repeat("A", 43)
	plain := regexp.MustCompile(`[a-z]+@example\.com`)
	read := func(a answer) string { return plain.ReplaceAllString(words(a.doc(t).Find("main")), "somebody") }
	for name, g := range roleGrants {
		other := s.browser()
		other.is(name, g)
		want := other.get(absent)
		if got := other.get(link); got.StatusCode != http.StatusNotFound || read(got) != read(want) || strings.Contains(read(got), "Claims") {
			t.Errorf("%s: %d %s", name, got.StatusCode, read(got))
		}
		if got := other.post(link, fields("answer", "accept")); got.StatusCode != http.StatusNotFound || read(got) != read(want) {
			t.Errorf("%s accepts: %d", name, got.StatusCode)
		}
	}
	if a := s.browser().get(link); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.location(), route.SignIn) {
		t.Errorf("signed out: %d %s", a.StatusCode, a.location())
	}
	tomas := s.browser()
	tomas.is("tomas")
	want := read(tomas.get(absent))
	if a := tomas.post(link, fields("answer", "maybe")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("neither yes nor no: %d", a.StatusCode)
	}
	if a := tomas.post(link, fields("answer", "decline")); a.StatusCode != http.StatusSeeOther || a.location() != route.Volunteer {
		t.Errorf("declining: %d %s", a.StatusCode, a.location())
	}
	if a := tomas.get(link); a.StatusCode != http.StatusNotFound || read(a) != want {
		t.Errorf("used: %d %s", a.StatusCode, read(a))
	}
	expect(t, "declined", words(b.get(entry).doc(t).Find("main")), "Declined by tomas")
	again, _ := b.invites("tomas@example.com")
	s.clock.Advance(roster.InvitationHolds)
	tomas.is("tomas")
	if a := tomas.get(again); a.StatusCode != http.StatusNotFound || read(a) != want {
		t.Errorf("expired: %d %s", a.StatusCode, read(a))
	}
}

func TestWrongNominationsComeBackAsTyped(t *testing.T) {
	s, b := registering(t)
	for _, c := range []struct{ field, typed, say string }{
		{"email", "", "Give an email address"},
		{"email", "tomas", "Give an email address"},
		{"email", "tömas@example.com", "Give an email address"},
		{"email", strings.Repeat("a", 250) + "@example.com", "Give an email address"},
		{"email", "p2@example.com", ""}, // in no department
		{"department", "0", "Choose a department."},
		{"department", "999", "Choose a department."},
		{"department", "-1", "Choose a department."},
		{"department", "99999999999999999999", "Choose a department."},
		{"department", "Legal", "Choose a department."},
		{"because", strings.Repeat("ö", 501), "Use at most 500 characters."},
		{"name", strings.Repeat("x", 201), "Use at most 200 characters."},
		{"since", "2026-02-31", "February has 28 days."},
		{"since", "2031-01-01", "to come"},
		{"early_access", "soon", "Write the day like"},
		{"early_access", "1900-01-01", "between 2020 and 2099"},
		{"agreed_minutes", "-5", "whole number"},
		{"agreed_minutes", "1e3", "whole number"},
		{"agreed_minutes", "2401", "up to 2400"},
		{"agreed_minutes", strings.Repeat("9", 30), "whole number"},
	} {
		f := fields("email", "new@example.com", "department", "1", "step", "agreed", "because", "Good")
		f.Set(c.field, c.typed)
		if c.say == "" {
			f.Set("department", "")
			c.field, c.say = "department", "The roster places them in no department. Choose one."
		}
		a := b.post(route.Champions, f)
		doc := a.doc(t)
		in := doc.Find("#form").Parent().Parent().Find("form [name=" + c.field + "]").First()
		if a.StatusCode != http.StatusUnprocessableEntity || in.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s %q: %d", c.field, c.typed, a.StatusCode)
		}
		expect(t, c.field, words(doc.Find("#"+c.field+"-error")), c.say)
		if c.field != "because" && words(doc.Find("textarea[name=because]")) != "Good" {
			t.Errorf("%s %q: the rest of the form is lost", c.field, c.typed)
		}
	}
	reg, err := s.store.Register(t.Context(), day.FromTime(s.clock.Now()))
	if err != nil || len(reg.Champions) != 0 {
		t.Errorf("wrong nominations were kept: %+v, %v", reg.Champions, err)
	}
	b.nominates("email", "tomas@example.com", "step", "nominate")
	if a := b.nominates("email", "Tomas@Example.com", "step", "nominate"); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "nominated already") {
		t.Errorf("twice: %d", a.StatusCode)
	}
}

func TestTwoLeadsAtOneEntry(t *testing.T) {
	s, b := registering(t)
	a := b.nominates("email", "tomas@example.com", "step", "agreed")
	entry := a.location()
	other := s.browser()
	other.is("oskar", roleGrants["lead"])
	seen := b.shownVersion(entry)
	other.post(entry, fields("version", seen, "agreed_minutes", "30"))
	a = b.post(entry, fields("version", seen, "agreed_minutes", "45", "early_access", "", "leaves_on", ""))
	doc := a.doc(t)
	if a.StatusCode != http.StatusConflict || doc.Find("#agreed_minutes[value='45']").Length() != 1 {
		t.Fatalf("overwriting what was not seen: %d", a.StatusCode)
	}
	expect(t, "their change", words(doc.Find("#history").Parent().Parent()), "Changed by oskar")
	fresh := doc.Find("form:has(#agreed_minutes) input[name=version]").AttrOr("value", "")
	if a := b.post(entry, fields("version", fresh, "agreed_minutes", "45")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("after having seen it: %d", a.StatusCode)
	}
	for _, step := range []string{"", "/invite", "/agree", "/decline", "/end"} {
		for _, version := range []string{"", "x", "1e9", "99999999999999999999"} {
			if a := b.post(entry+step, fields("version", version, "reason", "x")); a.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s of version %q: %d", step, version, a.StatusCode)
			}
		}
	}
	a = b.post(entry+"/invite", fields("version", b.shownVersion(entry)))
	if a.StatusCode != http.StatusConflict || a.doc(t).Find("#agreed_minutes[value='45']").Length() != 1 {
		t.Errorf("inviting a champion: %d", a.StatusCode)
	}
}

func TestNumbersOfCoverage(t *testing.T) {
	s, b := registering(t)
	for _, c := range []struct{ field, typed string }{{"least", "0"}, {"least", "x"}, {"most", "1"}, {"people_low", "-1"}, {"people_high", "10"}, {"people_high", "99999"}} {
		f := fields("version", "1", "least", "2", "most", "3", "people_low", "25", "people_high", "50")
		f.Set(c.field, c.typed)
		a := b.post(route.Coverage, f)
		if doc := a.doc(t); a.StatusCode != http.StatusUnprocessableEntity || doc.Find("#"+c.field+"-error").Length() != 1 || doc.Find("#"+c.field).AttrOr("value", "") != c.typed {
			t.Errorf("%s %q: %d", c.field, c.typed, a.StatusCode)
		}
	}
	set := func(b *browser, version, least string) answer {
		return b.post(route.Coverage, fields("version", version, "least", least, "most", "3", "people_low", "25", "people_high", "50"))
	}
	other := s.browser()
	other.is("oskar", roleGrants["lead"])
	if a := set(other, "1", "3"); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("saving: %d", a.StatusCode)
	}
	a := set(b, "1", "1")
	doc := a.doc(t)
	if a.StatusCode != http.StatusConflict || doc.Find("#least").AttrOr("value", "") != "1" || doc.Find("#numbers").Length() != 1 {
		t.Errorf("overwriting what was not seen: %d", a.StatusCode)
	}
	expect(t, "head", words(doc.Find("h1 + .sub")), "6 are missing in 2 departments")
	if a := set(b, doc.Find("form[action='"+route.Coverage+"'] input[name=version]").AttrOr("value", ""), "1"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("after having seen it: %d", a.StatusCode)
	}
}

func TestWhoIsNotInTheRegisterIsRegistered(t *testing.T) {
	s, b := registering(t)
	s.browser().is("holder", identity.Grant{Role: identity.Champion, Department: "legal"})
	_, err := s.store.Pool().Exec(t.Context(), `insert into touchpoint (day, champion_email, user_email, kind, note) values (current_date - 2, 'p3@example.com', 'p4@example.com', 'question', '')`)
	if err != nil {
		t.Fatal(err)
	}
	doc := b.get(route.Champions).doc(t)
	unknown := doc.Find("#unknown").Parent().Parent()
	expect(t, "holder", words(unknown), "holder@example.comLegalHolds the role of champion")
	expect(t, "logger", words(unknown), "Person 3 p3@example.comClaims OperationsLogs touchpoints: 1 in 28 days")
	for _, f := range unknown.Find("form").EachIter() {
		typed := url.Values{}
		for _, in := range f.Find("input").EachIter() {
			typed.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
		}
		if a := b.post(f.AttrOr("action", ""), typed); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%v: %d", typed, a.StatusCode)
		}
	}
	doc = b.get(route.Champions).doc(t)
	if doc.Find("#unknown").Length() != 0 {
		t.Error("somebody is still not in the register")
	}
	expect(t, "head", words(doc.Find("h1 + .sub")), "2 champions in 2 departments.")
	auditor := s.browser()
	auditor.is("priya", roleGrants["auditor"])
	if doc := auditor.get(route.Champions).doc(t); doc.Find("main form[method=post]").Length() != 0 || !strings.Contains(words(doc.Find("main")), "Person 3") {
		t.Error("an auditor reads the register, and may change it")
	}
}

func TestTheRegisterIsNarrowedAndExported(t *testing.T) {
	s, b := registering(t)
	b.nominates("email", "tomas@example.com", "step", "agreed", "name", "=cmd()")
	b.nominates("email", "new@example.com", "department", "2", "step", "nominate", "name", "=1+1")
	for address, want := range map[string]int{
		"": 2, "?department=legal": 1, "?department=nowhere": 0, "?wave=none": 0, "?gap=short": 2, "?gap=enough": 0, "?gap=waiting": 1, "?gap=%FF": 2, "?department=%00": 0,
	} {
		a := b.get(route.Champions + address)
		if n := a.doc(t).Find("tr.top").Length(); a.StatusCode != http.StatusOK || n != want {
			t.Errorf("%q: %d, %d departments, want %d", address, a.StatusCode, n, want)
		}
	}
	a := b.get(route.Champions + ".csv")
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Legal,1,2,0,new@example.com,'=1+1,nominated,") || !strings.Contains(a.body, "Claims Operations,60,2,1,tomas@example.com,Tomas Lindqvist,active,"+day.FromTime(s.clock.Now()).String()) {
		t.Errorf("the file: %d\n%s", a.StatusCode, a.body)
	}
	entries := 0
	if err := s.store.Pool().QueryRow(t.Context(), `select count(*) from audit_log where action = 'champions.exported'`).Scan(&entries); err != nil || entries != 1 {
		t.Errorf("%d exports are on record, %v", entries, err)
	}
	s.clock.Advance(16 * time.Minute)
	if a := b.get(route.Champions + ".csv"); a.StatusCode != http.StatusForbidden {
		t.Errorf("not afresh: %d", a.StatusCode)
	}
}

func TestAnEmptyRegisterLeadsOn(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("ines", roleGrants["lead"])
	doc := b.get(route.Champions).doc(t)
	if doc.Find(".empty a[href='"+route.Imports+"']").Length() != 1 || doc.Find("a[href='"+route.NewChampion+"']").Length() != 0 {
		t.Error("without a roster, the register does not lead to the import")
	}
	if _, err := s.store.Pool().Exec(t.Context(), championsRoster); err != nil {
		t.Fatal(err)
	}
	doc = b.get(route.Champions).doc(t)
	if doc.Find(".banner a[href='"+route.NewChampion+"']").Length() != 1 || doc.Find("tr.top").Length() != 2 {
		t.Error("without a champion, the register does not lead to the first nomination")
	}
	doc = b.get(route.NewChampion + "?q=tomas").doc(t)
	if doc.Find("a[href*='email=tomas%40example.com']").Length() != 1 {
		t.Errorf("Tomas is not found: %s", words(doc.Find("main")))
	}
	if got := b.get(route.NewChampion+"?email=tomas%40example.com").doc(t).Find("#email").AttrOr("value", ""); got != "tomas@example.com" {
		t.Errorf("the form holds %q", got)
	}
}

func TestAbsentEntriesAreAbsent(t *testing.T) {
	_, b := registering(t)
	for _, id := range []string{"1", "0", "-1", "x", "99999999999999999999", strconv.Itoa(1 << 40)} {
		if a := b.get(route.Champions + "/" + id); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", id, a.StatusCode)
		}
		if a := b.post(route.Champions+"/"+id+"/end", fields("version", "1", "reason", "x")); a.StatusCode != http.StatusNotFound {
			t.Errorf("ending %s: %d", id, a.StatusCode)
		}
	}
}
