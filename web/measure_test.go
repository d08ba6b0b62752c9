package web

import (
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/measure"
)

// fixedIndex is an organization that does not change.
type fixedIndex struct{ x *adoption.Index }

// Index implements Indexer.
func (f fixedIndex) Index(context.Context) (*adoption.Index, error) { return f.x, nil }

// stoppedSources are sources whose usage cannot be read any more.
type stoppedSources struct{}

// States implements SourceStates.
func (stoppedSources) States(context.Context) ([]pull.State, error) {
	return []pull.State{{Source: pull.Users, Reason: pull.BadKey, Say: "The key was refused."}}, nil
}

var (
	lead      = identity.Actor{Account: 1, Name: "Ines", Roles: []identity.Role{identity.Lead}}
	executive = identity.Actor{Account: 2, Name: "Helen", Roles: []identity.Role{identity.Executive}}
)

// measuring is a server over x on the day today, without sessions: its handlers are asked directly.
func measuring(x *adoption.Index, today day.Date) *Server {
	return &Server{Config: Config{
		Org: "Aldermere", PublicURL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Index: fixedIndex{x},
		Log: slog.New(slog.DiscardHandler), Sources: Sources{States: stoppedSources{}},
		Now: func() time.Time { return today.Time().Add(9 * time.Hour) },
	}}
}

// visited answers one request of an actor and returns its status and body.
func visited(t *testing.T, s *Server, actor identity.Actor, target string) *httptest.ResponseRecorder {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", target, nil)
	for _, e := range s.measureRoutes() {
		if e.Pattern != r.URL.Path {
			continue
		}
		if err := e.Handler(w, r, actor); err != nil {
			s.fail(w, r, actor, err)
		}
		return w
	}
	t.Fatalf("no route for %s", target)
	return nil
}

// seen is the page at target, of a pilot that began sixteen days ago.
func seen(t *testing.T, s *Server, actor identity.Actor, target string) *goquery.Document {
	t.Helper()
	w := visited(t, s, actor, target)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", target, w.Code, w.Body)
	}
	return parsed(t, w)
}

func parsed(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("[style], main script, main style").Length(); n > 0 {
		t.Errorf("%d elements break the policy", n)
	}
	return doc
}

// words is an element's text with single spaces.
func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("%s: %q is not in %q", what, want, got)
	}
}

func TestOverviewSaysWhatItsFiguresSay(t *testing.T) {
	x := pilotIndex()
	doc := seen(t, measuring(x, pilotToday), lead, route.Overview)
	f, err := x.Funnel(adoption.Query{Period: x.DefaultPeriod(pilotToday), SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	row := f.Rows[0]
	expect(t, "headline", words(doc.Find("h1 + .sub")), number(ptr(float64(row.SignedIn))).text+" of 140 licensed people have used Claude")
	if n := doc.Find(".panel").Length(); n != 3 {
		t.Fatalf("%d panels, want 3", n)
	}
	activation := doc.Find(".panel").First()
	expect(t, "flag", words(activation.Find(".startflag")), "Look here first")
	expect(t, "column status", words(activation.Find(".chip")), "3 of 4 on target")
	expect(t, "banner", words(doc.Find(".diag")), "Activation is just under target, mostly in Claims Operations.")
	if href := doc.Find(".diag .acts a").Last().AttrOr("href", ""); href != "/cohorts/group/claims-operations" {
		t.Errorf("the banner leads to %s", href)
	}
	expect(t, "value status", words(doc.Find(".panel .chip").Last()), "No reading yet")
	if got := words(doc.Find("ol.funnel li").Last()); !strings.Contains(got, "Habit") {
		t.Errorf("the funnel ends with %q", got)
	}
}

func ptr[T any](v T) *T { return &v }

func TestEveryMetricHasItsDefinitionAndNoneIsMadeUp(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	for _, c := range adoption.Columns() {
		doc := seen(t, s, lead, "/"+string(c))
		for _, m := range adoption.Catalogue() {
			if m.Column != c {
				continue
			}
			pop := doc.Find("#def-" + string(m.Key))
			expect(t, string(m.Key), words(pop), m.Definition)
			for _, dt := range []string{"Now", "Source", "Delay", "Left out"} {
				if pop.Find("dt:contains('"+dt+"')").Length() != 1 {
					t.Errorf("%s: the definition has no %q", m.Key, dt)
				}
			}
			tile := pop.Closest(".tile")
			if m.Waits != "" && (tile.Find(".big").Length() > 0 || words(tile.Find(".nofig b")) != "Not yet" || !strings.HasPrefix(words(tile.Find(".nofig span")), "Waits for")) {
				t.Errorf("%s waits for data but reads %q", m.Key, words(tile))
			}
		}
	}
}

func TestTilesShowDenominatorTargetAndChange(t *testing.T) {
	doc := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?from=2026-11-05&to=2026-11-18")
	tiles := doc.Find(".tile")
	expect(t, "activation", words(tiles.Eq(0)), "of 140On target target 70%")
	expect(t, "activation's change", words(tiles.Eq(0).Find(".delta")), "pts")
	first := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?from=2026-10-01&to=2026-11-18")
	expect(t, "nothing before", words(first.Find(".tile").First().Find(".delta")), "first reading")
}

func TestPeriodsThatReachPastTheDataAreCut(t *testing.T) {
	doc := seen(t, measuring(pilotIndex(), pilotToday), lead, "/depth?from=2026-11-02&to=2026-11-30")
	expect(t, "note", words(doc.Find(".banner")), "The data ends Wed 18 Nov, so every figure covers 2 – 18 Nov.")
	expect(t, "button", words(doc.Find("[popovertarget=period]")), "2 – 18 Nov")
	none := seen(t, measuring(pilotIndex(), pilotToday), lead, "/depth?from=2026-11-19&to=2026-11-30")
	expect(t, "nothing in it", words(none.Find(".banner")), "No data in this period")
	if none.Find(".tile .big").Length() != 0 {
		t.Error("a period without data has figures")
	}
}

func TestWrongDatesComeBackAsTyped(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	cases := []struct{ query, field, typed, say string }{
		{"from=2026-11-31&to=2026-12-01", "from", "2026-11-31", "November has 30 days. Try 2026-11-30."},
		{"from=2026-11-02&to=soon", "to", "soon", "Write the day like 2026-03-28."},
		{"from=2026-11-18&to=2026-11-02", "from", "2026-11-18", "The first day is after the last one."},
		{"from=2025-12-31", "from", "2025-12-31", "Nothing is known before"},
	}
	for _, c := range cases {
		w := visited(t, s, lead, "/activation?by=group&"+c.query)
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", c.query, w.Code)
		}
		doc := parsed(t, w)
		in := doc.Find("form.dates input[name=" + c.field + "]")
		if in.AttrOr("value", "") != c.typed || in.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: the field holds %q", c.query, in.AttrOr("value", ""))
		}
		expect(t, c.query, words(doc.Find("#"+in.AttrOr("id", "")+"-error")), c.say)
		if doc.Find("form.dates input[name=by][value=group]").Length() != 1 {
			t.Errorf("%s: the other filters are lost", c.query)
		}
	}
}

func TestFiltersStayInTheAddress(t *testing.T) {
	doc := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?days=7&by=group&cohort=finance&unit=people")
	expect(t, "who", words(doc.Find("h1 + .sub")), "of 40 licensed people")
	expect(t, "unit", words(doc.Find("#weekly [aria-current]").First()), "People")
	table, _ := url.Parse(doc.Find("#weekly .seg").Last().Find("a").Last().AttrOr("href", ""))
	for k, want := range map[string]string{"days": "7", "group": "finance", "unit": "people", "view": "table"} {
		if got := table.Query().Get(k); got != want {
			t.Errorf("the table's address has %s=%q, want %q", k, got, want)
		}
	}
	if doc.Find("#pick-group input[value=finance][checked]").Length() != 1 {
		t.Error("the picker has forgotten the cohort")
	}
	if w := visited(t, measuring(pilotIndex(), pilotToday), lead, "/activation?by=group&cohort=nobody"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown cohort answers %d", w.Code)
	}
}

func TestChartAsTable(t *testing.T) {
	doc := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?view=table")
	if doc.Find("#weekly svg.plot").Length() != 0 || doc.Find("#weekly .chart-table tbody tr").Length() == 0 {
		t.Error("the weekly chart is not shown as a table")
	}
}

func TestCohortsAreSorted(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	names := func(target string) string {
		var out []string
		seen(t, s, lead, target).Find("#cohorts tbody tr").Each(func(_ int, r *goquery.Selection) { out = append(out, words(r.Find("b").First())) })
		return strings.Join(out, "|")
	}
	if got := names("/activation"); !strings.HasPrefix(got, "Claims Operations|") {
		t.Errorf("by default %s", got)
	}
	if got, want := names("/activation?sort=name"), "Board <office>|Claims Operations|Finance|Legal|Marketing"; got != want {
		t.Errorf("by name %s, want %s", got, want)
	}
	if got := names("/activation?sort=-licensed"); !strings.HasPrefix(got, "Finance|Marketing|Claims") {
		t.Errorf("by size %s", got)
	}
	head := seen(t, s, lead, "/activation?sort=-licensed").Find("#cohorts th[aria-sort]")
	if head.AttrOr("aria-sort", "") != "descending" || !strings.Contains(head.Find("a").AttrOr("href", ""), "sort=licensed") {
		t.Error("the sorted head does not say so, or does not turn around")
	}
}

func TestExecutivesNeverSeeSmallGroups(t *testing.T) {
	s := measuring(monthIndex(), pilotToday)
	for _, target := range []string{"/overview", "/activation", "/depth", "/value", "/activation?view=table&unit=people", "/activation.csv", "/depth.csv"} {
		if body := visited(t, s, executive, target).Body.String(); strings.Contains(body, "Board") {
			t.Errorf("%s names a group of four to an executive", target)
		}
		if body := visited(t, s, lead, "/activation").Body.String(); !strings.Contains(body, "Board &lt;office&gt;") {
			t.Error("the lead does not see the group that executives must not see")
		}
	}
	if w := visited(t, s, executive, "/activation?by=group&cohort=board-office"); w.Code == http.StatusOK && parsed(t, w).Find(".tile .big").Length() > 0 {
		t.Error("asking for a small group by name shows its figures")
	}
}

func TestBeforeTheFirstSync(t *testing.T) {
	x := &adoption.Index{Through: day.None, CostThrough: day.None, Settings: adoption.DefaultSettings()}
	s := measuring(x, pilotToday)
	for _, path := range []string{"/overview", "/activation", "/depth", "/value"} {
		doc := seen(t, s, lead, path)
		if href := doc.Find(".void a").AttrOr("href", ""); href != route.Sources {
			t.Errorf("%s leads a lead to %q", path, href)
		}
		if doc.Find(".big").Length() > 0 {
			t.Errorf("%s shows figures of nothing", path)
		}
		other := seen(t, s, executive, path)
		if other.Find(".void a").Length() > 0 || !strings.Contains(words(other.Find(".void")), "A rollout lead connects Claude first") {
			t.Errorf("%s tells an executive %q", path, words(other.Find(".void")))
		}
		if other.Find(".panel, .tile").Length() == 0 {
			t.Errorf("%s is not a whole page", path)
		}
	}
}

func TestLateDataGreysAndSaysWhy(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday+2)
	doc := seen(t, s, lead, "/activation")
	expect(t, "stamp", words(doc.Find(".page-head .fresh.late")), "Stopped at Wed 18 Nov. The key was refused. See why")
	if doc.Find(".tile.old").Length() == 0 {
		t.Error("no figure is greyed")
	}
	other := seen(t, s, executive, "/activation")
	if head := words(other.Find(".page-head")); strings.Contains(head, "key") {
		t.Errorf("an executive reads %q", head)
	}
	other.Find("a[href='" + route.Sources + "']").Each(func(_ int, a *goquery.Selection) {
		html, _ := goquery.OuterHtml(a.Parent())
		t.Errorf("an executive is led to Sources: %s", html)
	})
	if doc := seen(t, measuring(pilotIndex(), pilotToday+1), lead, "/activation"); doc.Find(".fresh.late, .tile.old").Length() > 0 {
		t.Error("data of the day before yesterday counts as late")
	}
}

// csvOf reads a CSV file.
func csvOf(t *testing.T, body io.Reader) [][]string {
	t.Helper()
	rows, err := csv.NewReader(body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSheets(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	s.Index.(fixedIndex).x.Groups[0].Name = "=cmd|' /C calc'!A0"
	for _, target := range []string{"/overview.csv", "/activation.csv", "/depth.csv", "/value.csv"} {
		w := visited(t, s, lead, target)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || len(rows) < 4 {
			t.Fatalf("%s: %d rows, %v", target, len(rows), err)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
			t.Errorf("%s is not sent as a file", target)
		}
		for _, row := range rows {
			if strings.HasPrefix(row[0], "=") {
				t.Errorf("%s: a cell would run: %s", target, row[0])
			}
		}
	}
	if w := visited(t, s, lead, "/depth.csv?from=x"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("wrong dates answer %d", w.Code)
	}
}

func TestMeasurePagesOverTheRealStore(t *testing.T) {
	s := newSite(t, nil)
	s.srv.Index, s.srv.Features = s.store, s.store
	b := s.browser()
	b.is("helen", identity.Grant{Role: identity.Executive})
	for _, path := range []string{"/overview", "/activation", "/depth", "/value"} {
		got := b.get(path)
		if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "Nothing has been read yet") {
			t.Errorf("%s answers %d before the first sync", path, got.StatusCode)
		}
	}
}

// A page that was drawn before is the same page, and a new index draws anew.
func TestDrawnPagesFollowTheIndex(t *testing.T) {
	var d drawnPages
	one, two := &adoption.Index{Generation: 1}, &adoption.Index{Generation: 2}
	k := drawnKey{question: "/overview"}
	d.keep(one, k, []byte("as of one"))
	if got := string(d.find(one, k)); got != "as of one" {
		t.Errorf("found %q", got)
	}
	if d.find(one, drawnKey{question: "/overview", reader: measure.Reader{Guarded: true}}) != nil {
		t.Error("a page drawn for one reader is shown to another")
	}
	if d.find(two, k) != nil {
		t.Error("a page of an older index is shown")
	}
	d.keep(two, k, []byte("as of two"))
	if d.find(one, k) != nil || string(d.find(two, k)) != "as of two" {
		t.Error("the new index's page is not kept in place of the old one's")
	}
	for i := range 3 * maxDrawn {
		d.keep(two, drawnKey{question: strconv.Itoa(i)}, nil)
	}
	if len(d.kept) > maxDrawn {
		t.Errorf("%d pages are kept", len(d.kept))
	}
}
