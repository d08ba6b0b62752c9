package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

const claimsRoster = `email,name,department,wave
anna@example.com,Anna Abel,Claims Operations,Pilot
ben@example.com,Ben Bauer,Claims Operations,Pilot
cleo@example.com,Cleo Costa,Claims Operations,Pilot
dario@example.com,Dario Diaz,Claims Operations,Pilot
edda@example.com,Edda Ek,Claims Operations,Pilot
femi@example.com,Femi Faye,Claims Operations,Pilot
gone@example.com,Gone Gray,Claims Operations,Pilot
zed@example.com,Zed Zorn,Legal,Pilot
`

// claimsSeed is how far those people came: members, an invitation, machines, help.
const claimsSeed = `
insert into member (ord, user_id, email, name, added_at, listed)
select ord, 'user_' || ord, email, '', now() - interval '60 days', email <> 'gone@example.com'
from unnest(array['anna@example.com', 'ben@example.com', 'cleo@example.com', 'dario@example.com', 'gone@example.com']) with ordinality m (email, n), lateral (select n::int - 1 as ord) o;
insert into invite (id, email, role, status, invited_at) values ('i1', 'edda@example.com', 'user', 'pending', now());
insert into device (name, email, app_version, listed_at) values ('m1', 'dario@example.com', '1.2', now()), ('m2', 'femi@example.com', '', now());
update wave set opens_on = current_date - 10;
insert into touchpoint (day, champion_email, user_email) values (current_date - 2, 'champion@example.com', 'ben@example.com');
insert into training_session (name, kind, day) values ('Basics', 'all_staff_101', current_date - 20);
insert into attendance (session, email, status) select id, 'dario@example.com', 'attended' from training_session;
insert into training_session (name, kind, day, planned, department, starts_at, zone, minutes, place, capacity)
select 'Office hours', 'office_hours', current_date, true, id, '15:30', 'UTC', 30, 'Room 4.12', 12 from department where name = 'Claims Operations';
insert into training_session (name, kind, day, planned, department, starts_at, zone, minutes, place)
select 'Legal hours', 'office_hours', current_date, true, id, '09:30', 'UTC', 30, 'Room 9' from department where name = 'Legal';
insert into sign_up (session, email, at) select id, 'ben@example.com', now() from training_session where name = 'Office hours';
insert into channel (purpose, department, name, url) select 'department', id, '#' || lower(split_part(name, ' ', 1)), 'https://chat.example.com' from department;
with g as (insert into guide (audience, slot, week) values ('champions', 'tip', date_trunc('week', current_date)::date) returning id)
insert into guide_version (guide, n, title, body, at) select id, 1, 'Name the finished file', 'Say it first.', now() from g`

// claimsIndex is what those people did: Anna delegates, Ben signed in, Cleo delegated a month ago, Dario never came.
func claimsIndex(today day.Date) *adoption.Index {
	x := &adoption.Index{First: today - 60, Through: today - 1, CostThrough: day.None, Settings: adoption.DefaultSettings()}
	for range 5 {
		x.Members = append(x.Members, adoption.Member{Listed: true, Added: x.First})
	}
	for back, who := range map[day.Date][]int32{31: {2}, 1: {0}} {
		d := adoption.DayIndex{Day: today - back}
		for _, m := range who {
			d.SignedIn.Set(m)
			d.Active.Set(m)
			d.Tasked.Set(m)
		}
		if back == 1 {
			d.SignedIn.Set(1)
		}
		x.Days = append(x.Days, d)
	}
	if x.Days[0].Day > x.Days[1].Day {
		x.Days[0], x.Days[1] = x.Days[1], x.Days[0]
	}
	return x
}

// claimsSite is a site with those people, and their champion's browser.
func claimsSite(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, func(c *Config) { c.Index = fixedIndex{claimsIndex(day.FromTime(c.Now()))} })
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	lead.imports("people", claimsRoster)
	s.exec(claimsSeed)
	b := s.browser()
	b.is("champion", identity.Grant{Role: identity.Champion, Department: "claims-operations"})
	return s, b
}

// texts are the texts of what a selector finds, spaces evened out.
func texts(doc *goquery.Document, selector string) []string {
	out := []string{}
	for _, e := range doc.Find(selector).EachIter() {
		out = append(out, strings.Join(strings.Fields(e.Text()), " "))
	}
	return out
}

func dayMonth(d day.Date) string { return d.Time().Format("2 Jan") }

// tabsThereAre are a champion's tabs whose pages are on the site.
func (s *site) tabsThereAre() []string {
	var out []string
	for _, t := range championTabs {
		if _, ok := s.srv.opens[t.URL]; ok {
			out = append(out, t.Label)
		}
	}
	return out
}

func TestADayOfAChampion(t *testing.T) {
	s, b := claimsSite(t)
	today := day.FromTime(s.clock.Now())
	active := "0 active"
	if today.Monday() == today {
		active = "1 active" // yesterday lies in the last complete week
	}
	doc := b.document(route.Today)
	for what, want := range map[string][]string{
		"h1":                {"Claims Operations"},
		".ph-sum .n":        {"3 of 6 signed in"},
		".ph-sum .f li":     {"1 have the app", "2 did a real task", active},
		".ph-card .ph-head": {"For you today0 of 3", "Start with these3 not signed in"},
		".ph-list .ti":      {"Share this week’s tip", "Office hours at 15:30", "Help 1 person sign in", "Dario Diaz", "Cleo Costa", "Edda Ek"},
		".ph-tabs a":        s.tabsThereAre(),
	} {
		if d := cmp.Diff(want, texts(doc, what)); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	notes := strings.Join(texts(doc, ".ph-list .no"), "|")
	for _, want := range []string{"“Name the finished file”, in #claims", "Room 4.12, 1 signed up of 12 seats", "Has the app, trained " + dayMonth(today-20), "Delegated before, quiet for two weeks", "Invited"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is not in %q", want, notes)
		}
	}
}

// Somebody the champion has just met comes behind the others.
func TestWhoWasJustMetComesLast(t *testing.T) {
	s, b := claimsSite(t)
	s.exec(`insert into touchpoint (day, champion_email, user_email) values (current_date, 'champion@example.com', 'dario@example.com')`)
	names := texts(b.document(route.Today), "#start ~ .ph-list .ti, section:has(#start) .ti")
	if d := cmp.Diff([]string{"Cleo Costa", "Edda Ek", "Femi Faye"}, names); d != "" {
		t.Error(d)
	}
}

func TestPeopleToStartWith(t *testing.T) {
	s, b := claimsSite(t)
	doc := b.document(route.TodayPeople)
	for group, want := range map[string][]string{
		"sign_in": {"Dario Diaz", "Edda Ek", "Femi Faye"},
		"task":    {"Ben Bauer"},
		"return":  {"Cleo Costa"},
	} {
		if d := cmp.Diff(want, texts(doc, "section:has(#group-"+group+") .ti")); d != "" {
			t.Errorf("%s: %s", group, d)
		}
	}
	if d := cmp.Diff([]string{"Not trained yet, touchpoint " + dayMonth(day.FromTime(s.clock.Now())-2)}, texts(doc, "section:has(#group-task) .no")); d != "" {
		t.Error(d)
	}
	for _, leaked := range []string{"Zed", "Gone", "Legal"} {
		if strings.Contains(doc.Text(), leaked) {
			t.Errorf("%s is shown", leaked)
		}
	}
	if d := cmp.Diff([]string{"Anna Abel"}, texts(b.document(route.TodayPeople+"?q=ANNA"), ".ph-list .ti")); d != "" {
		t.Errorf("the search: %s", d)
	}
	if got := texts(b.document(route.TodayPeople+"?q=zed"), ".ph-list .ti"); len(got) != 0 {
		t.Errorf("the search finds %v", got)
	}
}

// A long group stands on pages; nobody is left out or shown twice.
func TestGroupsArePaged(t *testing.T) {
	s, b := claimsSite(t)
	s.exec(`with more as (insert into person (email, name) select 'more' || n || '@example.com', 'More ' || to_char(n, 'FM000') from generate_series(1, 60) n returning id)
		insert into placement (person, department, wave) select more.id, d.id, w.id from more, department d, wave w where d.name = 'Claims Operations' and w.name = 'Pilot'`)
	seen := map[string]int{}
	next := route.TodayPeople + "?group=sign_in"
	for pages := 0; next != ""; pages++ {
		doc := b.document(next)
		for _, name := range texts(doc, ".ph-list .ti") {
			seen[name]++
		}
		next = doc.Find(`a[rel=next]`).AttrOr("href", "")
		if pages > 3 {
			t.Fatal("the pages go on")
		}
	}
	if len(seen) != 63 {
		t.Errorf("%d people on the pages, want 63", len(seen))
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is shown %d times", name, n)
		}
	}
}

func TestAnotherDepartmentIsAbsent(t *testing.T) {
	_, b := claimsSite(t)
	for _, path := range []string{route.Today, route.TodayPeople} {
		own, absent := b.get(path+"?department=legal"), b.get(path+"?department=nothing")
		if own.StatusCode != http.StatusNotFound || absent.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, an absent one %d", path, own.StatusCode, absent.StatusCode)
		}
		if strings.Contains(own.body, "Legal") {
			t.Errorf("%s names the other department", path)
		}
	}
}

func TestAChampionOfTwoChooses(t *testing.T) {
	s, _ := claimsSite(t)
	b := s.browser()
	b.is("two", identity.Grant{Role: identity.Champion, Department: "claims-operations"}, identity.Grant{Role: identity.Champion, Department: "legal"})
	if d := cmp.Diff([]string{"Claims Operations", "Legal"}, texts(b.document(route.Today), ".seg a")); d != "" {
		t.Error(d)
	}
	doc := b.document(route.Today + "?department=legal")
	if got := doc.Find("h1").Text(); got != "Legal" {
		t.Errorf("the page is of %q", got)
	}
	if to := doc.Find(`.ph-tabs a`).Eq(1).AttrOr("href", ""); to != route.TodayPeople+"?department=legal" {
		t.Errorf("the tab leads to %s", to)
	}
	if got := texts(doc, ".ph-note h2"); len(got) != 1 || got[0] != "Too few people for figures" {
		t.Errorf("one person's figures: %v", got)
	}
}

// Leads look at any department, and tick nothing there.
func TestALeadLooks(t *testing.T) {
	s, _ := claimsSite(t)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	if d := cmp.Diff([]string{"Claims Operations", "Legal"}, texts(b.document(route.Today), "main .ti")); d != "" {
		t.Error(d)
	}
	if n := b.document(route.Today + "?department=claims-operations").Find("main form").Length(); n != 0 {
		t.Errorf("%d forms for somebody who only looks", n)
	}
}

func TestTicksAreKeptAndTakenBack(t *testing.T) {
	s, b := claimsSite(t)
	form := func() url.Values {
		out := url.Values{}
		for _, f := range b.document(route.Today).Find(".ph-list form").First().Find("input").EachIter() {
			out.Set(f.AttrOr("name", ""), f.AttrOr("value", ""))
		}
		return out
	}
	done := func() string { return texts(b.document(route.Today), ".ph-head:has(#for-today) > span")[0] }
	tick := form()
	for range 2 { // sent twice it is one tick
		if a := b.post(route.Ticks, tick); a.location() != route.Today+"?department=claims-operations#for-today" {
			t.Fatalf("%d, to %s", a.StatusCode, a.location())
		}
	}
	if got := done(); got != "1 of 3" {
		t.Errorf("after the tick: %s", got)
	}
	if note := texts(b.document(route.Today), ".done .no"); len(note) != 1 || note[0] != "#claims, "+s.clock.Now().UTC().Format("15:04") {
		t.Errorf("the tip, shared: %v", note)
	}
	b.post(route.Ticks, form())
	if got := done(); got != "0 of 3" {
		t.Errorf("taken back: %s", got)
	}
	for _, item := range []string{"", "tip", "session/0", "other/1", "task/x", strings.Repeat("x", 300)} {
		if a := b.post(route.Ticks, url.Values{"item": {item}, "done": {"1"}}); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", item, a.StatusCode)
		}
	}
}

// A tick of the tip holds for its week, one of a session for its day.
func TestTicksEnd(t *testing.T) {
	s, b := claimsSite(t)
	monday := day.FromTime(s.clock.Now()).Monday()
	s.exec(`insert into tick (account, item, day, at) select id, i, current_date - 8, now() from account, unnest(array['tip/` + monday.String() + `', 'sign-in']) i where email = 'champion@example.com'`)
	if got := texts(b.document(route.Today), ".ph-head:has(#for-today) > span")[0]; got != "0 of 3" {
		t.Errorf("old ticks hold: %s", got)
	}
}

func TestTasksOfThePlanAreDoneFromTheDay(t *testing.T) {
	s, b := claimsSite(t)
	s.starts()
	me := rollout.Person{Name: "Champion", Email: "champion@example.com"}
	task := s.ready("Book the room", me, rollout.ByProof)
	s.exec(`update task set due = current_date - 1 where id = $1`, int64(task.ID))
	s.exec(`update plan_revision set n = n + 1`)
	s.forgetsPlan()
	item := taskItem(task.ID)
	find := func() *goquery.Selection {
		return b.document(route.Today).Find(`form:has(input[value="` + item + `"])`)
	}
	if find().Length() != 1 {
		t.Fatalf("the task is not on the page: %v", texts(b.document(route.Today), ".ph-list .ti"))
	}
	form := url.Values{"item": {item}, "done": {"1"}, "version": {find().Find("input[name=version]").AttrOr("value", "")}}
	if a := b.post(route.Ticks, form); a.location() != route.Task(int64(task.ID)) {
		t.Errorf("without a proof it leads to %s, want the task", a.location())
	}
	b.proves(task, "booking.pdf", []byte("%PDF-1.7 room 4.12"))
	turn := func(done string) rollout.State {
		form := url.Values{"item": {item}, "version": {find().Find("input[name=version]").AttrOr("value", "")}, "done": {done}}
		if a := b.post(route.Ticks, form); !strings.HasPrefix(a.location(), route.Today) {
			t.Errorf("%d, to %s", a.StatusCode, a.location())
		}
		return s.again(task).State
	}
	if got := turn("1"); got != rollout.Done || find().Closest("li.done").Length() != 1 {
		t.Errorf("ticked, the task is %s", got)
	}
	if got := turn(""); got != rollout.Reopened || find().Closest("li.done").Length() != 0 {
		t.Errorf("taken back, the task is %s", got)
	}
}

func TestBeforeThereIsAnything(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("champion", identity.Grant{Role: identity.Champion, Department: "claims-operations"})
	if got := texts(b.document(route.Today), "main h2"); len(got) != 1 || got[0] != "Your department is not on the roster yet" {
		t.Errorf("without a roster: %v", got)
	}
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	if to := lead.document(route.Today).Find("main .btn").AttrOr("href", ""); to != route.Imports {
		t.Errorf("a lead is led to %q", to)
	}
	lead.imports("people", claimsRoster)
	if d := cmp.Diff([]string{"No figures yet", "No launch day yet", "For you today", "Start with these"}, texts(b.document(route.Today), "main h2")); d != "" {
		t.Errorf("before the first day: %s", d)
	}
	s.exec(`update wave set opens_on = current_date + 3`)
	opens := s.clock.Now().UTC().AddDate(0, 0, 3).Format("Mon 2 Jan")
	if got := texts(b.document(route.Today), ".ph-note h2")[1]; got != "Cowork opens on "+opens {
		t.Errorf("before the launch: %q", got)
	}
	s.exec(`delete from placement where person in (select id from person where email <> 'zed@example.com')`)
	if got := texts(b.document(route.Today), "main h2")[0]; !strings.Contains(got, "department") {
		t.Errorf("an empty department: %q", got)
	}
}

// Figures that could not be read anew are shown with their age.
func TestOldFiguresSaySo(t *testing.T) {
	s, b := claimsSite(t)
	s.clock.Advance(5 * 24 * time.Hour)
	b.is("champion", identity.Grant{Role: identity.Champion, Department: "claims-operations"})
	if got := texts(b.document(route.Today), ".ph-sum .age")[0]; !strings.Contains(got, "6 days old") {
		t.Errorf("five days later: %q", got)
	}
}

func TestWhereWorkBegins(t *testing.T) {
	s, b := claimsSite(t)
	if to := b.get(route.Home).location(); to != route.Today {
		t.Errorf("a champion is led to %s", to)
	}
	s.exec(`insert into champion (email, name, department, state, nominated_how, nominated_at, since)
		select 'c@example.com', 'Kim Mori', id, 'active', 'lead', now(), current_date from department where name = 'Claims Operations'
		union all select 'l@example.com', 'Lee Law', id, 'active', 'lead', now(), current_date from department where name = 'Legal'`)
	s.exec(`update training_session set day = current_date + 1 where planned`)
	anna := s.browser()
	anna.is("anna")
	doc := anna.document(route.Home)
	if d := cmp.Diff([]string{"Start page"}, texts(doc, "h1")); d != "" {
		t.Error(d)
	}
	text := strings.Join(texts(doc, "main"), "")
	for _, want := range []string{"Champions of Claims Operations", "Kim Mori", "#claims", "Office hours", "Ask a rollout lead", "anna@example.com"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing: %s", want, text)
		}
	}
	for _, other := range []string{"Lee Law", "#legal", "Legal hours"} {
		if strings.Contains(text, other) {
			t.Errorf("%q of another department is shown", other)
		}
	}
}

func TestTheManifestIsForEverybody(t *testing.T) {
	b := newSite(t, nil).browser()
	a := b.get(route.Manifest)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/manifest+json" || !strings.Contains(a.body, `"start_url":"/today"`) {
		t.Fatalf("%d %s %s", a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	for _, part := range strings.Split(a.body, `"src":"`)[1:] {
		src, _, _ := strings.Cut(part, `"`)
		if icon := b.get(src); icon.StatusCode != http.StatusOK || icon.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d %s", src, icon.StatusCode, icon.Header.Get("Content-Type"))
		}
	}
}
