package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

const winnersRoster = "email,name,department,wave\nelif@example.com,Elif Aydin,Claims Operations,Pilot\nadam@example.com,Adam Otto,Claims Operations,Pilot\n" +
	"champion@example.com,Carla Champion,Claims Operations,Pilot\nlena@example.com,Lena Law,Legal,Pilot\ngone@example.com,Greta Gone,Claims Operations,Pilot\n"

// trophySite is a site with people, somebody who left, a champion and a lead.
func trophySite(t *testing.T) (s *site, champion, lead *browser) {
	t.Helper()
	s = newSite(t, nil)
	s.srv.Index = s.store
	lead, champion = s.browser(), s.browser()
	lead.is("lead", roleGrants["lead"])
	lead.imports("people", winnersRoster)
	s.exec(`insert into member (ord, user_id, email, listed, deleted) values (0, 'user_gone', 'gone@example.com', false, false)`)
	champion.is("champion", roleGrants["champion"])
	return s, champion, lead
}

// sheet opens the sheet of a new win and returns its fields, filled in as pairs say.
func (b *browser) winSheet(address string, pairs ...string) url.Values {
	b.t.Helper()
	a := b.get(address)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("%s answers %d", address, a.StatusCode)
	}
	f := url.Values{}
	for _, i := range a.doc(b.t).Find("form[data-draft=win] input[type=hidden]").EachIter() {
		f.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
	}
	f.Set("deliverable", "Reserve summary for 46 claims")
	f.Set("before", "new")
	f.Set("hours", "2")
	f.Set("goes_to", "Calling claimants")
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func (b *browser) undoOf(a answer) (string, url.Values) {
	b.t.Helper()
	toast := b.get(a.location()).doc(b.t).Find(".toast form")
	f := url.Values{}
	for _, i := range toast.Find("input").EachIter() {
		f.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
	}
	return toast.AttrOr("action", ""), f
}

func TestLoggingAWin(t *testing.T) {
	s, champion, _ := trophySite(t)
	f := champion.winSheet(route.NewWin+"?person=ELIF@example.com&return_to=/today/wins", "day", "")
	if f.Get("person") != "elif@example.com" {
		t.Fatalf("the sheet is for %q", f.Get("person"))
	}
	a := champion.post(route.Wins, f)
	if a.StatusCode != http.StatusSeeOther || a.location() != route.TodayWins {
		t.Fatalf("saved: %d %s", a.StatusCode, a.body)
	}
	undo, back := champion.undoOf(a)
	if again := champion.post(route.Wins, f); again.StatusCode != http.StatusSeeOther || s.number("select count(*) from win") != 1 {
		t.Errorf("sent twice: %d, %d wins", again.StatusCode, s.number("select count(*) from win"))
	}
	row := strings.Join(strings.Fields(champion.get(route.TodayWins).doc(t).Find(".win-row").Text()), " ")
	for _, say := range []string{"Reserve summary for 46 claims", "Elif Aydin", "New work, 2 hours a week", "Time goes to: Calling claimants", "Waits for a lead", "Not agreed to be named yet", "Edit", "Undo"} {
		if !strings.Contains(row, say) {
			t.Errorf("the list does not say %q: %s", say, row)
		}
	}
	if u := champion.post(undo, back); u.StatusCode != http.StatusSeeOther || u.location() != route.TodayWins || s.number("select count(*) from win") != 0 {
		t.Errorf("undone: %d %s", u.StatusCode, u.location())
	}
	late := champion.post(route.Wins, f)
	if say := champion.get(late.location()).doc(t).Find(".toast").Text(); late.StatusCode != http.StatusSeeOther || !strings.Contains(say, "not logged again") || s.number("select count(*) from win") != 0 {
		t.Errorf("a late form: %d %q", late.StatusCode, say)
	}
	champion.must(champion.post(route.Wins, champion.winSheet(route.NewWin+"?person=elif@example.com")), http.StatusSeeOther)
	if s.number("select count(*) from win") != 1 {
		t.Error("it cannot be logged again")
	}
}

func TestWinsThatCannotBeSaved(t *testing.T) {
	s, champion, lead := trophySite(t)
	today := day.FromTime(s.clock.Now())
	for name, c := range map[string]struct {
		by    *browser
		pairs []string
		field string
		says  string
	}{
		"nothing written":    {champion, []string{"deliverable", " \u202e "}, "deliverable", "Say what they got back"},
		"too much":           {champion, []string{"deliverable", strings.Repeat("ü", 501)}, "deliverable", "these are 501"},
		"too much purpose":   {champion, []string{"goes_to", strings.Repeat("x", 201)}, "goes_to", "At most 200"},
		"unknown before":     {champion, []string{"before", "better"}, "before", "Choose one"},
		"unknown hours":      {champion, []string{"hours", "4"}, "hours", "Choose 1, 2, 3"},
		"hours in words":     {champion, []string{"hours", "two"}, "hours", "Choose 1, 2, 3"},
		"tomorrow":           {champion, []string{"day", (today + 1).String()}, "day", "still to come"},
		"61 days ago":        {champion, []string{"day", (today - 61).String()}, "day", "At most 60"},
		"no day":             {champion, []string{"day", "31.11.2026"}, "day", "like 2026-03-28"},
		"nobody":             {champion, []string{"person", ""}, "person", "Choose whose win"},
		"somebody else's":    {champion, []string{"person", "lena@example.com"}, "person", "Nobody in your department"},
		"absent":             {champion, []string{"person", "absent@example.com"}, "person", "Nobody in your department"},
		"left":               {champion, []string{"person", "gone@example.com"}, "person", "Greta Gone has left"},
		"absent, for a lead": {lead, []string{"person", "absent@example.com"}, "person", "not on the roster"},
		"left, for a lead":   {lead, []string{"person", "gone@example.com"}, "person", "Greta Gone has left"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.by.winSheet(route.NewWin+"?person=elif@example.com", append([]string{"goes_to", "Kept <b>text</b>"}, c.pairs...)...)
			a := c.by.post(route.Wins, f)
			doc := a.doc(t)
			if say := doc.Find(".err").Text(); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(say, c.says) {
				t.Fatalf("%d %q", a.StatusCode, say)
			}
			if got := doc.Find("#goes_to").AttrOr("value", ""); got != f.Get("goes_to") {
				t.Errorf("the text is not kept: %q", got)
			}
			if got := doc.Find("input[name=form_key]").AttrOr("value", ""); got != f.Get("form_key") {
				t.Error("the form has another key")
			}
		})
	}
	if n := s.number("select count(*) from win"); n != 0 {
		t.Errorf("%d wins were kept", n)
	}
	if a := champion.post(route.Wins, champion.winSheet(route.NewWin, formKeyField, "mine")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a key of nobody: %d", a.StatusCode)
	}
	champion.must(champion.post(route.Wins, champion.winSheet(route.NewWin+"?person=elif@example.com", "deliverable", "a\u202egnp\u2066.exe")), http.StatusSeeOther)
	if n := s.number("select count(*) from win where deliverable = 'agnp.exe'"); n != 1 {
		t.Error("characters that turn text around are kept")
	}
}

// Choosing whose win it is keeps what was typed, without script and without any of
// it in an address.
func TestChoosingWhoseWinItIs(t *testing.T) {
	_, champion, lead := trophySite(t)
	f := champion.winSheet(route.NewWin, "pick", "on", "q", "")
	a := champion.post(route.NewWin, f)
	found := a.doc(t).Find(".win-found").Text()
	if a.StatusCode != http.StatusOK || !strings.Contains(found, "Elif Aydin") || strings.Contains(found, "Lena") || strings.Contains(found, "Greta") {
		t.Fatalf("%d: %s", a.StatusCode, found)
	}
	f.Set("q", "lena")
	if say := champion.post(route.NewWin, f).doc(t).Find("main").Text(); !strings.Contains(say, "Nobody fits") {
		t.Errorf("a champion finds %s", say)
	}
	if found := lead.post(route.NewWin, f).doc(t).Find(".win-found").Text(); !strings.Contains(found, "Lena Law") || !strings.Contains(found, "Legal") {
		t.Errorf("a lead finds %q", found)
	}
	f.Del("pick")
	f.Set("person", "adam@example.com")
	doc := champion.post(route.NewWin, f).doc(t)
	if doc.Find(".picked b").Text() != "Adam Otto" || doc.Find("#deliverable").Text() != "Reserve summary for 46 claims" || doc.Find("input[name=before][checked]").AttrOr("value", "") != "new" {
		t.Errorf("the sheet comes back as %s", doc.Find("main").Text())
	}
	f.Set("person", "lena@example.com")
	if text := champion.post(route.NewWin, f).body; strings.Contains(text, "Lena") {
		t.Error("a champion learns the name of somebody in another department")
	}
}

func TestWinsOfAnotherDepartmentDoNotExist(t *testing.T) {
	s, champion, _ := trophySite(t)
	champion.must(champion.post(route.Wins, champion.winSheet(route.NewWin+"?person=elif@example.com")), http.StatusSeeOther)
	id := int64(s.number("select max(id) from win"))
	other := s.browser()
	other.is("other", identity.Grant{Role: identity.Champion, Department: "legal"})
	for _, path := range []string{"/edit", "", "/undo"} {
		method, at := "POST", route.Win(id)+path
		if path == "/edit" {
			method = "GET"
		}
		ask := func(at string) answer {
			r := other.request(method, at, fields("version", "1", "deliverable", "Mine", "before", "new"))
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			return other.do(r)
		}
		theirs, absent := ask(at), ask(route.Win(999999)+path)
		said := func(a answer) string { return a.doc(t).Find("main h1, main h1 + p").Text() }
		if theirs.StatusCode != http.StatusNotFound || absent.StatusCode != http.StatusNotFound || said(theirs) != said(absent) {
			t.Errorf("%s %s: %d %q, absent %d %q", method, at, theirs.StatusCode, said(theirs), absent.StatusCode, said(absent))
		}
	}
	for _, address := range []string{route.TodayWins, route.TodayWins + "?department=claims-operations", route.NewWin + "?person=elif@example.com"} {
		if text := other.get(address).body; strings.Contains(text, "Aydin") || strings.Contains(text, "Reserve") {
			t.Errorf("%s tells of it", address)
		}
	}
}

func TestALeadDecidesOnAWin(t *testing.T) {
	s, champion, lead := trophySite(t)
	champion.must(champion.post(route.Wins, champion.winSheet(route.NewWin+"?person=elif@example.com")), http.StatusSeeOther)
	at := route.Win(int64(s.number("select max(id) from win")))
	version := func() string {
		return lead.get(at).doc(t).Find("input[name=version]").First().AttrOr("value", "")
	}
	if a := lead.post(at+"/publish", fields("version", version())); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.doc(t).Find(".err").Text(), "Ask them first") {
		t.Errorf("published without asking: %d", a.StatusCode)
	}
	old := version()
	edit := champion.get(at + "/edit").doc(t)
	if edit.Find(".picked button").Length() != 0 || edit.Find("#deliverable").Text() != "Reserve summary for 46 claims" {
		t.Errorf("the sheet has %s", edit.Find("main").Text())
	}
	changed := fields("version", old, "deliverable", "Reserve summary for 50 claims", "before", "slower", "hours", "0", "consent", "on")
	champion.must(champion.post(at, changed), http.StatusSeeOther)
	stale := champion.post(at, fields("version", old, "deliverable", "Mine again", "before", "worse"))
	if doc := stale.doc(t); stale.StatusCode != http.StatusConflict || doc.Find("#deliverable").Text() != "Mine again" || !strings.Contains(doc.Find(".win-other").Text(), "50 claims") {
		t.Errorf("a stale edit: %d %s", stale.StatusCode, doc.Find("main").Text())
	}
	if a := lead.post(at+"/withdraw", fields("version", old, "reason", "Told twice")); a.StatusCode != http.StatusConflict || a.doc(t).Find("#reason").AttrOr("value", "") != "Told twice" {
		t.Errorf("a stale withdrawal: %d", a.StatusCode)
	}
	lead.must(lead.post(at+"/publish", fields("version", version(), "consent", "on")), http.StatusSeeOther)
	if told := lead.get(at).doc(t).Find(".win-told").Text(); told != "Elif Aydin, Claims Operations: Reserve summary for 50 claims" {
		t.Errorf("it is told as %q", told)
	}
	if a := champion.get(at + "/edit"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a champion edits what is published: %d", a.StatusCode)
	}
	if a := champion.post(at+"/undo", url.Values{}); a.StatusCode != http.StatusConflict {
		t.Errorf("a champion undoes what is published: %d", a.StatusCode)
	}
	if a := lead.post(at+"/withdraw", fields("version", version(), "reason", "")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("withdrawn without a reason: %d", a.StatusCode)
	}
	lead.must(lead.post(at+"/withdraw", fields("version", version(), "reason", "Told twice")), http.StatusSeeOther)
	if s.number("select count(*) from audit_log where action = 'win.withdrawn' and detail like '%Told twice%'") != 1 {
		t.Error("the reason is not in the audit log")
	}
}

func TestTheListOfWins(t *testing.T) {
	s, champion, lead := trophySite(t)
	if say := lead.get(route.Wins).doc(t).Find(".empty").Text(); !strings.Contains(say, "No win has been logged yet") {
		t.Errorf("without wins it says %q", say)
	}
	champion.must(champion.post(route.Wins, champion.winSheet(route.NewWin+"?person=elif@example.com", "deliverable", "=HYPERLINK(1)")), http.StatusSeeOther)
	lead.must(lead.post(route.Wins, lead.winSheet(route.NewWin+"?person=lena@example.com", "before", "slower", "hours", "", "day", (day.FromTime(s.clock.Now())-30).String())), http.StatusSeeOther)
	yesterday := (day.FromTime(s.clock.Now()) - 1).String()
	for query, want := range map[string]string{
		"": "=HYPERLINK(1) Reserve summary for 46 claims", "?department=legal": "Reserve summary for 46 claims", "?department=nowhere": "",
		"?state=published": "", "?state=logged&before=new": "=HYPERLINK(1)", "?state=party": "=HYPERLINK(1) Reserve summary for 46 claims",
		"?from=2026-01-01&to=" + yesterday: "Reserve summary for 46 claims", "?from=x&to=y": "=HYPERLINK(1) Reserve summary for 46 claims", "?page=2": "", "?page=-1": "=HYPERLINK(1) Reserve summary for 46 claims",
	} {
		var got []string
		for _, a := range lead.get(route.Wins + query).doc(t).Find(".win-what").EachIter() {
			got = append(got, a.Text())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s lists %v, want %s", query, got, want)
		}
	}
	csv := lead.get(route.Wins + ".csv").body
	if lines := strings.Split(strings.TrimSpace(csv), "\r\n"); len(lines) != 3 || !strings.Contains(csv, ",'=HYPERLINK(1),new,2,") || !strings.Contains(csv, "lena@example.com,Lena Law,Legal,") {
		t.Errorf("the file is\n%s", csv)
	}
	if s.number("select count(*) from audit_log where action = 'wins.exported'") != 1 {
		t.Error("nobody knows that names left the site")
	}
	s.clock.Advance(identity.FreshFor + time.Minute)
	if a := lead.get(route.Wins + ".csv"); a.StatusCode != http.StatusForbidden {
		t.Errorf("long after signing in: %d", a.StatusCode)
	}
	auditor := s.browser()
	auditor.is("auditor", roleGrants["auditor"])
	page := auditor.get(route.Win(int64(s.number("select max(id) from win"))))
	if page.StatusCode != http.StatusOK || page.doc(t).Find("main form").Length() != 0 {
		t.Errorf("an auditor's page of a win: %d, %d forms", page.StatusCode, page.doc(t).Find("main form").Length())
	}
}

// A win that is published is on the page of value, with the way to all of them.
func TestThePageOfValueCountsWins(t *testing.T) {
	s, champion, lead := trophySite(t)
	tile := func(b *browser) string {
		for _, one := range b.get(route.Value).doc(t).Find(".tile").EachIter() {
			if one.Find("h2").Text() == "Named wins" {
				return strings.Join(strings.Fields(one.Find(".row").Text()+" "+one.Find(".meta").Text()), " ")
			}
		}
		return ""
	}
	if say := tile(lead); !strings.Contains(say, "Not yet") {
		t.Errorf("before the first win: %s", say)
	}
	s.exec(`insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) select 'users', d::date::text, d::date, d::date, 1, now(), 0 from generate_series(current_date - 40, current_date - 1, '1 day') d`)
	s.exec(`update generation set n = n + 1, people = n + 1`)
	f := champion.winSheet(route.NewWin+"?person=elif@example.com", "day", (day.FromTime(s.clock.Now()) - 3).String())
	champion.must(champion.post(route.Wins, f), http.StatusSeeOther)
	if say := tile(lead); !strings.HasPrefix(say, "0 ") || !strings.Contains(say, "All wins") {
		t.Errorf("logged: %s", say)
	}
	lead.must(lead.post(route.Win(int64(s.number("select max(id) from win")))+"/publish", fields("version", "1", "consent", "on")), http.StatusSeeOther)
	if say := tile(lead); !strings.HasPrefix(say, "1 ") {
		t.Errorf("published: %s", say)
	}
	helen := s.browser()
	helen.is("executive", roleGrants["executive"])
	if say := tile(helen); strings.Contains(say, "All wins") {
		t.Errorf("an executive is led to what they may not open: %s", say)
	}
}
