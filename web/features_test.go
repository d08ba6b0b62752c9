package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
)

// featureRows are two months of use, costs by group and limits. In October many
// people used Jira and xlsx, few the archives and the lab; in November all but
// xlsx is used by many, and a key has a slash.
const featureRows = `
insert into feature_day (day, kind, key, name, users, cowork_sessions, own_auth_users)
select d::date, 'connector', 'jira', 'Jira', 20, 9, 12 from generate_series('2026-10-05'::date, '2026-11-18', '1 day') d
union all select d::date, 'connector', 'mcp/srv one', 'Claims archive', 3, 2, null from generate_series('2026-10-20'::date, '2026-11-18', '1 day') d
union all select d::date, 'connector', 'mcp/srv two', 'Claims archive', 9, 5, 2 from generate_series('2026-11-03'::date, '2026-11-18', '1 day') d
union all select d::date, 'connector', 'canary-lab', 'Canary lab', 2, 40, 1 from generate_series('2026-10-06'::date, '2026-10-08', '1 day') d
union all select d::date, 'skill', 'xlsx', 'xlsx', 30, 11, null from generate_series('2026-10-05'::date, '2026-10-09', '1 day') d
union all select d::date, 'artifact', 'text/html', 'text/html', 8, null, null from generate_series('2026-11-05'::date, '2026-11-09', '1 day') d;
insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count)
select s, d::date::text, d::date, d::date, 1, now(), 1 from generate_series('2026-09-01'::date, '2026-11-18', '1 day') d, unnest(array['connectors', 'skills', 'artifacts']) s;
insert into unit_done (source, key, run, landed_at, row_count) values ('connectors', 'group:2026-10-22..2026-11-18', 1, now(), 2);
insert into source_state (source, status, through, say) values
('connectors', 'complete', '2026-11-18', ''), ('skills', 'failing', '2026-11-12', 'The API was away.'), ('artifacts', 'complete', '2026-11-18', ''), ('cost', 'complete', '2026-11-18', ''), ('spend', 'complete', '2026-11-18', '');
insert into source_state (source, status, say) values ('plugins', 'not_granted', 'The key lacks read:analytics.');
insert into rbac_group (id, name, source_type, roles_known) values ('g1', 'Canary group', 'scim', true);
insert into member (ord, user_id, name, email) values (0, 'u0', 'Canary Person', 'canary@example.com'), (1, 'u1', 'Other', 'o@example.com'), (2, 'u2', 'Third', 't@example.com');
insert into rbac_group_member (group_id, member) values ('g1', 0), ('g1', 1);
insert into feature_group (kind, key, name, group_id, users, cowork_sessions, from_day, to_day) values ('connector', 'jira', 'Jira', 'g1', 1, 3, '2026-10-22', '2026-11-18');
insert into cost_day (day, grouping, key, cents) values ('2026-11-03', 'group', 'g1', 1234.5678), ('2026-10-03', 'group', 'g1', 100);
insert into spend_limit (id, scope, scope_id, period, amount, enabled) values ('l1', 'organization', '', 'monthly', 600000, true), ('l2', 'rbac_group', 'g1', 'monthly', 0, true), ('l3', 'user', 'u0', 'monthly', 5, true);
insert into spend_effective (member, period, scope, scope_id, amount, spent) values (0, 'monthly', 'rbac_group', 'g1', 0, 0), (1, 'monthly', 'seat_tier', 'standard', 100, 85), (2, 'monthly', 'seat_tier', 'standard', null, null)`

// newFeatureSite is the demo's site with these rows; the index knows of whole months.
func newFeatureSite(t *testing.T) *site {
	t.Helper()
	x := pilotIndex()
	x.First = day.Of(2026, time.September, 1)
	for d := x.First; d < pilotOpens-14; d++ {
		amount, _ := adoption.ParseCents("50.25")
		x.Cost = append(x.Cost, adoption.Cost{Day: d, Product: "chat", Amount: amount})
	}
	sortCost(x)
	now := pilotToday.Time().Add(9 * time.Hour)
	s := newSite(t, func(c *Config) {
		c.Provider, c.Index, c.Now = nil, fixedIndex{x}, func() time.Time { return now }
	})
	if _, err := s.store.Pool().Exec(t.Context(), featureRows); err != nil {
		t.Fatal(err)
	}
	return s
}

func sortCost(x *adoption.Index) {
	var early, late []adoption.Cost
	for _, c := range x.Cost {
		if c.Day < pilotOpens-14 {
			early = append(early, c)
		} else {
			late = append(late, c)
		}
	}
	x.Cost = append(early, late...)
}

// asPersona is a browser signed in as a persona.
func (s *site) asPersona(persona string) *browser {
	s.t.Helper()
	b := s.browser()
	if a := b.post(route.SignInAs, url.Values{"persona": {persona}}); a.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: %d", persona, a.StatusCode)
	}
	return b
}

// doc is the page at path.
func (b *browser) doc(path string) *goquery.Document {
	b.t.Helper()
	a := b.get(path)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %d\n%s", path, a.StatusCode, a.body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		b.t.Fatal(err)
	}
	if n := doc.Find("[style], main script, main style").Length(); n > 0 {
		b.t.Errorf("%s: %d elements break the policy", path, n)
	}
	return doc
}

// lines are the rows of a table as words.
func lines(doc *goquery.Document, table string) []string {
	var out []string
	doc.Find(table + " tbody tr").Each(func(_ int, tr *goquery.Selection) {
		cells := tr.Find("td").Map(func(_ int, td *goquery.Selection) string { return words(td) })
		out = append(out, strings.Join(cells, " | "))
	})
	return out
}

func TestConnectorsAreRanked(t *testing.T) {
	b := newFeatureSite(t).asPersona("ines")
	doc := b.doc(route.Connectors)
	expect(t, "answer", words(doc.Find("h1 + .sub")), "3 connectors used in 22 Oct – 18 Nov, 1 new, 1 no longer used.")
	rows := lines(doc, "#ranking")
	if len(rows) != 3 {
		t.Fatalf("rows are %q", rows)
	}
	expect(t, "the first", rows[0], "Jira | 252 |  | 20 Wed 18 Nov | 12 12 on 18 Nov | Mon 5 Oct | Wed 18 Nov")
	expect(t, "the second", rows[1], "Claims archive · … two New | 80 |  | 9")
	expect(t, "own consent that nobody reports", rows[2], "Not yet: the API does not report it")
	expect(t, "what came to an end", strings.Join(lines(doc, "#dropped"), "\n"), "Canary lab | Tue 6 Oct | Thu 8 Oct")
	if href := doc.Find("#ranking tbody a").Eq(1).AttrOr("href", ""); href != "/connectors/connector/mcp%2Fsrv%20two" {
		t.Errorf("the second leads to %s", href)
	}
	expect(t, "two gates", words(doc.Find("#ranking .card-foot")), "two gates")

	one := b.doc("/connectors/connector/mcp%2Fsrv%20two")
	expect(t, "one", words(one.Find("h1")), "Claims archive")
	expect(t, "its key", words(one.Find(".fkey")), "mcp/srv two")
	if n := one.Find("#over, #days, #groups").Length(); n == 0 || one.Find(".chart").Length() != 2 {
		t.Errorf("charts: %d", one.Find(".chart").Length())
	}
	jira := b.doc("/connectors/connector/jira")
	expect(t, "by group", strings.Join(lines(jira, "#groups"), "\n"), "Canary group | 2 | 1 | 50%")
	expect(t, "consent", words(jira.Find("main")), "Latest: 12 on Wed 18 Nov")
	for _, absent := range []string{"/connectors/connector/nothing", "/connectors/colour/jira", "/connectors/connector/", "/connectors?kind=colour", "/connectors/skill/jira"} {
		if a := b.get(absent); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "<h1") {
			t.Errorf("%s: %d", absent, a.StatusCode)
		}
	}
	if a := b.get("/connectors?from=2026-11-09&to=2026-11-02"); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "first day") {
		t.Errorf("a reversed period: %d", a.StatusCode)
	}
}

// Each source can be late, lack its scope or report nothing on its own.
func TestEachKindHasItsOwnState(t *testing.T) {
	s := newFeatureSite(t)
	b := s.asPersona("ines")
	skills := b.doc("/connectors?kind=skill")
	expect(t, "late", words(skills.Find(".page-head .fresh")), "Stopped at Thu 12 Nov")
	expect(t, "cut", words(skills.Find("main")), "The period is cut short")
	expect(t, "unused", words(skills.Find("h1 + .sub")), "No skills used in 22 Oct – 18 Nov, 1 no longer used.")
	plugins := b.doc("/connectors?kind=plugin")
	expect(t, "refused", words(plugins.Find(".void")), "The Claude key lacks read:analytics")
	if plugins.Find(`.void a[href="`+route.Sources+`"]`).Length() != 1 {
		t.Error("a lead is not led to the sources")
	}
	if s.asPersona("tomas").doc("/connectors?kind=plugin").Find(`.void a`).Length() != 0 {
		t.Error("a champion is led to a page that is closed to them")
	}
	artifacts := b.doc("/connectors?kind=artifact&from=2026-08-01&to=2026-11-18")
	expect(t, "before artifacts", words(artifacts.Find(".banner")), "Not reported before Mon 17 Aug")
	if strings.Contains(words(artifacts.Find("#ranking thead")), "Sessions") {
		t.Error("artifacts have no sessions")
	}
	expect(t, "why no groups", words(b.doc("/connectors/artifact/text%2Fhtml").Find("#groups")), "Not offered by the API")
	if _, err := s.store.Pool().Exec(t.Context(), `delete from unit_done where key like 'group:%'; update source_state set say = 'The API does not offer connectors by group; connectors by day are complete.' where source = 'connectors'`); err != nil {
		t.Fatal(err)
	}
	expect(t, "not offered", words(b.doc("/connectors/connector/jira").Find("#groups")), "The API does not offer connectors by group")
}

// Those who may not see few people see whole months of many, and learn nothing of the rest.
func TestFewPeopleAreKeptFromGuardedReaders(t *testing.T) {
	s := newFeatureSite(t)
	for _, persona := range []string{"helen", "tomas", "dana"} {
		b := s.asPersona(persona)
		doc := b.doc(route.Connectors)
		rows := lines(doc, "#ranking")
		if len(rows) != 2 || !strings.HasPrefix(rows[0], "Jira New | 243 |  | 20 | 12 | Oct 2026 | Nov 2026") {
			t.Fatalf("%s sees %q", persona, rows)
		}
		expect(t, "others", rows[1], "Other (3 connectors) | Hidden: fewer than 5 people")
		for _, path := range []string{route.Connectors, route.Connectors + ".csv", "/connectors?from=2026-10-06&to=2026-10-08", "/connectors/connector/jira", "/connectors.csv?from=2026-11-03&to=2026-11-18"} {
			a := b.get(path)
			for _, secret := range []string{"canary", "Canary", "Claims archive", "mcp/srv", "5 Oct", "2026-10-05"} {
				if strings.Contains(a.body, secret) {
					t.Errorf("%s reads %q in %s", persona, secret, path)
				}
			}
		}
		if a := b.get("/connectors/connector/canary-lab"); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s opens what few people use: %d", persona, a.StatusCode)
		}
		one := b.doc("/connectors/connector/jira")
		if one.Find("#days, #groups").Length() != 0 {
			t.Errorf("%s sees single days or groups", persona)
		}
	}
}

func TestFeatureFiles(t *testing.T) {
	b := newFeatureSite(t).asPersona("priya")
	a := b.get("/connectors.csv?kind=connector")
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(rows) != 5 || a.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%d rows, %v, %s", len(rows), err, a.body)
	}
	if got := strings.Join(rows[1], ","); got != "connector,jira,Jira,2026-10-22,2026-11-18,252,20,12,2026-10-05,2026-11-18,false,false" {
		t.Errorf("the first is %s", got)
	}
	if got := strings.Join(rows[4], ","); got != "connector,canary-lab,Canary lab,2026-10-22,2026-11-18,,,,2026-10-06,2026-10-08,false,true" {
		t.Errorf("what is no longer used is %s", got)
	}
	book, err := excelize.OpenReader(strings.NewReader(b.get("/connectors.xlsx").body))
	if err != nil || len(book.GetSheetList()) != 2 {
		t.Errorf("the spreadsheet: %v", err)
	}
	if a := b.get("/connectors.csv?from=nonsense"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nonsense answers %d", a.StatusCode)
	}
}

func TestSpendIsExactAndShared(t *testing.T) {
	s := newFeatureSite(t)
	b := s.asPersona("ines")
	doc := b.doc(route.Spend)
	expect(t, "answer", words(doc.Find("h1 + .sub")), "$6,914 in 22 Oct – 18 Nov; Cowork is 50% of it.")
	expect(t, "by product", strings.Join(lines(doc, "#products"), "\n"), "Chat | $3,457 | 50% | $382.93 | +$3,074")
	expect(t, "by group", strings.Join(lines(doc, "#groups"), "\n"), "Canary group | $12.35 | 0% | $1.00 | +$11.35")
	if exact := doc.Find("#groups span[title]").AttrOr("title", ""); exact != "$12.345678" {
		t.Errorf("the exact amount is %s", exact)
	}
	expect(t, "groups overlap", words(doc.Find("#groups .sub")), "more than the organization")
	expect(t, "zero", words(doc.Find(".banner.bad")), "1 person has a limit of zero")
	expect(t, "binding", strings.Join(lines(doc, "#bound"), "\n"), "Seat tier | Monthly | 2 | 1 | 0 | 1 | 0 | 0")
	expect(t, "configured", strings.Join(lines(doc, "#configured"), "\n"), "Organization |  | Monthly | $6,000")
	expect(t, "people", strings.Join(lines(doc, "#at-limit"), "\n"), "Canary Person canary@example.com | Group Canary group | Monthly | $0.00 | $0.00 | Zero limit")
	rows, err := csv.NewReader(strings.NewReader(b.get("/spend.csv").body)).ReadAll()
	if err != nil || len(rows) < 4 {
		t.Fatal(err, rows)
	}
	if got := strings.Join(rows[len(rows)-1], ","); got != "group,g1,Canary group,2026-10-22,2026-11-18,12.345678,1.00,true" {
		t.Errorf("the group's row is %s", got)
	}
	limits := b.get("/spend/limits.csv").body
	expect(t, "limits", limits, "rbac_group,monthly,1,0,1,0,0,0")
	for _, path := range []string{"/spend.xlsx", "/spend/limits.xlsx"} {
		if book, err := excelize.OpenReader(strings.NewReader(b.get(path).body)); err != nil || len(book.GetSheetList()) != 2 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if a := b.get("/spend?after=nonsense"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a cursor that is none: %d", a.StatusCode)
	}
}

// An executive sees whole months, no group, no person, and no count of few.
func TestExecutivesSeeSpendWithoutPeople(t *testing.T) {
	s := newFeatureSite(t)
	b := s.asPersona("helen")
	doc := b.doc(route.Spend)
	expect(t, "month", words(doc.Find(".filters .pick b")), "October 2026")
	if doc.Find("#groups, #at-limit").Length() != 0 {
		t.Error("groups or people are shown")
	}
	expect(t, "somebody", words(doc.Find(".banner.bad")), "Some people have a limit of zero")
	for _, path := range []string{"/spend", "/spend.csv", "/spend/limits.csv", "/spend?from=2026-11-03&to=2026-11-03", "/spend?after=Infinity,0,monthly"} {
		a := b.get(path)
		for _, secret := range []string{"canary", "Canary", "g1", "12.34", "@example.com\"", "Third"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("an executive reads %q in %s", secret, path)
			}
		}
		if strings.Contains(a.body, "2026-11-03") && strings.HasSuffix(path, ".csv") {
			t.Errorf("%s is of a single day", path)
		}
	}
	for _, persona := range []string{"tomas", "dana"} {
		if a := s.asPersona(persona).get(route.Spend); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s opens spend: %d", persona, a.StatusCode)
		}
	}
}

// Before the first sync, and where cost or limits are not granted, the page says so.
func TestSpendBeforeThereIsAny(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	doc := s.asPersona("ines").doc(route.Spend)
	expect(t, "cost", words(doc.Find(".void").First()), "No cost has been read yet")
	expect(t, "limits", words(doc.Find(".void").Last()), "Spend limits have not been read yet")
	if _, err := s.store.Pool().Exec(t.Context(), `insert into source_state (source, status) values ('cost', 'not_granted'), ('spend', 'not_granted')`); err != nil {
		t.Fatal(err)
	}
	doc = s.asPersona("helen").doc(route.Spend)
	expect(t, "cost", words(doc.Find(".void").First()), "The Claude key lacks read:analytics")
	expect(t, "limits", words(doc.Find(".void").Last()), "The Claude key lacks read:spend_limits")
	expect(t, "connectors", words(s.asPersona("helen").doc(route.Connectors).Find(".void")), "Connectors have not been read yet")
}
