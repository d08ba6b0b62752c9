package web

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"
	"github.com/xuri/excelize/v2"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// placedIndex is the pilot with everybody placed: departments as the groups are,
// two waves, two people without a place, and three in Claims who have not arrived.
func placedIndex() *adoption.Index {
	x := pilotIndex()
	place := func(m int, department, wave string) {
		x.Placements = append(x.Placements, adoption.Placement{Member: int32(m), From: day.None, Department: department, Wave: wave})
	}
	m := 0
	for _, g := range pilotGroups {
		for i := range g.size {
			if g.name != "Marketing" || i < g.size-2 {
				place(m, g.name, "Wave "+strconv.Itoa(1+i%2))
			}
			m++
		}
	}
	for range 3 {
		x.Members = append(x.Members, adoption.Member{Added: day.Never})
		place(m, "Claims Operations", "Wave 2")
		m++
	}
	return x
}

// monthsIndex is the placed pilot with two whole months of use before it, so that
// there are figures for people who get them by calendar month.
func monthsIndex() *adoption.Index {
	x, rnd := placedIndex(), rand.New(rand.NewPCG(3, 5))
	keen := []float64{}
	for _, g := range pilotGroups {
		for range g.size {
			keen = append(keen, g.keen)
		}
	}
	const nineWeeks = 63
	x.First = day.Of(2026, 9, 1)
	var early []adoption.DayIndex
	for d := x.First; d < x.Days[0].Day; d++ {
		y := pilotDay(d+nineWeeks, keen, rnd)
		y.Day = d
		early = append(early, y)
	}
	x.Days = append(early, x.Days...)
	for i := range x.Members {
		x.Members[i].Added = min(x.Members[i].Added, x.First)
		if !x.Members[i].Listed {
			x.Members[i].Added = day.Never
		}
	}
	x.Seats[0].Day = x.First
	return x
}

// answered is what the pages of cohorts say to an actor.
func answered(t *testing.T, s *Server, actor identity.Actor, target string) *httptest.ResponseRecorder {
	t.Helper()
	mux := chi.NewRouter()
	for _, e := range s.cohortRoutes() {
		mux.Method(e.Method, e.Pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := e.Handler(w, r, actor); err != nil {
				s.fail(w, r, actor, err)
			}
		}))
	}
	w := httptest.NewRecorder()
	target, _, _ = strings.Cut(target, "#")
	mux.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w
}

func cohortPage(t *testing.T, s *Server, actor identity.Actor, target string) *goquery.Document {
	t.Helper()
	w := answered(t, s, actor, target)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", target, w.Code, w.Body)
	}
	return parsed(t, w)
}

// rowOf is the cells of a cohort's row, by the head of their column.
func rowOf(t *testing.T, doc *goquery.Document, name string) map[string]*goquery.Selection {
	t.Helper()
	out := map[string]*goquery.Selection{}
	row := doc.Find("#cohorts tbody tr").FilterFunction(func(_ int, r *goquery.Selection) bool { return words(r.Find("th")) == name })
	if row.Length() != 1 {
		t.Fatalf("%d rows of %s", row.Length(), name)
	}
	heads := doc.Find("#cohorts thead th")
	row.Find("td").Each(func(i int, c *goquery.Selection) { out[words(heads.Eq(i+1))] = c })
	return out
}

func TestCohortsSayWhoIsFurthestBehind(t *testing.T) {
	doc := cohortPage(t, measuring(placedIndex(), pilotToday), lead, "/cohorts")
	expect(t, "headline", words(doc.Find("h1 + .sub")), "1 of 5 departments is under the activation target; Claims Operations is furthest behind, 2 people short.")
	if got := words(doc.Find("#cohorts tbody th").First()); got != "Claims Operations" {
		t.Errorf("the list begins with %s", got)
	}
	if got := doc.Find("#cohorts tbody th a").First().AttrOr("href", ""); got != "/cohorts/department/claims-operations" {
		t.Errorf("Claims leads to %s", got)
	}
	expect(t, "tabs", words(doc.Find(".tabs [aria-current=page]")), "Departments")
	row := rowOf(t, doc, "Claims Operations")
	for head, want := range map[string]string{"People": "33 3 to come", "Licensed": "30", "To target": "2", "Activation": "63%"} {
		if got := words(row[head]); !strings.HasPrefix(got, want) {
			t.Errorf("Claims, %s: %q, want %q", head, got, want)
		}
	}
	if row["Activation"].Find("svg").Length() != 1 || row["Activation"].Find(".warn-t").Length() != 1 {
		t.Error("the activation rate stands without its bar or its warning")
	}
	expect(t, "unassigned", words(doc.Find("#cohorts .notes")), "Unassigned is everybody without a department.")
}

// A value, zero, not yet and withheld are four different things, to the eye, to
// the ear and in a sheet.
func TestCohortsTellFourStatesApart(t *testing.T) {
	x := placedIndex()
	s := measuring(x, pilotToday)
	doc := cohortPage(t, s, lead, "/cohorts")
	row := rowOf(t, doc, "Finance")
	if got := words(row["To target"]); got != "0" || row["To target"].Find(".none, .held").Length() > 0 {
		t.Errorf("zero reads %q", got)
	}
	if got := words(row["Signed in"]); got != "40" {
		t.Errorf("a value reads %q", got)
	}
	not := row["Days to first task"]
	if not.Find(".none").Length() != 1 || !strings.HasPrefix(words(not.Find(".sr")), "Not yet: ") {
		t.Errorf("not yet reads %q", words(not))
	}
	held := cohortPage(t, measuring(monthsIndex(), pilotToday), executive, "/cohorts?from=2026-10-01&to=2026-10-31").Find("#cohorts td .held")
	if held.Length() == 0 || !strings.HasPrefix(words(held.First().Find(".sr")), "Hidden: it could single out fewer than 5 people") {
		t.Errorf("%d figures are withheld: %q", held.Length(), words(held.First()))
	}
}

func TestCohortsAreSortedByEveryColumn(t *testing.T) {
	s := measuring(placedIndex(), pilotToday)
	heads := cohortPage(t, s, lead, "/cohorts").Find("#cohorts thead th a")
	if heads.Length() < 14 {
		t.Fatalf("%d columns can be sorted by", heads.Length())
	}
	for _, a := range heads.EachIter() {
		doc := cohortPage(t, s, lead, a.AttrOr("href", ""))
		sorted := doc.Find("#cohorts th[aria-sort]")
		if sorted.Length() != 1 || words(sorted) != words(a) {
			t.Errorf("sorted by %s, the table says %q", words(a), words(sorted))
		}
		if back := sorted.Find("a").AttrOr("href", ""); back == a.AttrOr("href", "") {
			t.Errorf("%s cannot be turned around", words(a))
		}
	}
	names := cohortPage(t, s, lead, "/cohorts?sort=-licensed").Find("#cohorts tbody th")
	if words(names.First()) != "Finance" {
		t.Errorf("the largest is %s", words(names.First()))
	}
}

func TestCohortListByDimension(t *testing.T) {
	s := measuring(placedIndex(), pilotToday)
	waves := cohortPage(t, s, lead, "/cohorts?by=wave&days=7")
	expect(t, "waves", words(waves.Find("#cohorts tbody")), "Wave 1")
	for _, a := range waves.Find(".tabs a").EachIter() {
		if !strings.Contains(a.AttrOr("href", ""), "days=7") {
			t.Errorf("%s forgets the period", words(a))
		}
	}
	expect(t, "groups", words(cohortPage(t, s, lead, "/cohorts?by=group").Find(".notes")), "Groups overlap")
	if w := answered(t, s, lead, "/cohorts?by=floor"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an unknown dimension answers %d", w.Code)
	}
	w := answered(t, s, lead, "/cohorts?from=2026-11-31&to=2026-12-01")
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a day that does not exist answers %d", w.Code)
	}
	expect(t, "bad day", words(parsed(t, w).Find(".err")), "November has 30 days")
	late := cohortPage(t, s, lead, "/cohorts?from=2026-12-01&to=2026-12-05")
	if late.Find("#cohorts").Length() > 0 || !strings.Contains(words(late.Find(".banner")), "No data in this period") {
		t.Error("a period after the data has figures, or does not say that it has none")
	}
}

func TestCohortsWithoutPlacements(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	s.opens = map[string]access{route.Imports: leads}
	doc := cohortPage(t, s, lead, "/cohorts?by=department")
	expect(t, "empty", words(doc.Find(".void")), "Nobody is placed in a department yet")
	if href := doc.Find(".void a").AttrOr("href", ""); href != route.Imports {
		t.Errorf("a lead is sent to %q", href)
	}
	other := cohortPage(t, s, executive, "/cohorts?by=wave")
	if other.Find(".void a").Length() > 0 || !strings.Contains(words(other.Find(".void")), "A rollout lead imports people") {
		t.Errorf("an executive reads %q", words(other.Find(".void")))
	}
	if doc.Find(".page-head .btn").Length() > 0 {
		t.Error("nothing can be downloaded")
	}
}

func TestExecutivesNeverSeeSmallCohorts(t *testing.T) {
	s := measuring(monthsIndex(), pilotToday)
	for _, actor := range []identity.Actor{executive, {Account: 3, Name: "Tomas", Roles: []identity.Role{identity.Champion}}} {
		for _, target := range []string{
			"/cohorts", "/cohorts?by=group", "/cohorts.csv", "/cohorts.csv?by=group", "/cohorts?by=department&from=2026-12-01&to=2026-12-09",
		} {
			body := answered(t, s, actor, target).Body.String()
			if strings.Contains(body, "Board") || strings.Contains(body, "to come") {
				t.Errorf("%s tells %s of a department of four", target, actor.Name)
			}
		}
		doc := cohortPage(t, s, actor, "/cohorts")
		expect(t, "merged", words(doc.Find("#cohorts .notes")), "Other is every department of fewer than 5 people")
		if words(rowOf(t, doc, "Other")["People"]) == "4" {
			t.Error("Other is the board alone")
		}
	}
	expect(t, "a lead", words(cohortPage(t, s, lead, "/cohorts").Find("#cohorts tbody")), "Board <office>")
}

// What is downloaded is what the page shows, row by row.
func TestCohortSheetsEqualThePage(t *testing.T) {
	s := measuring(monthsIndex(), pilotToday)
	for _, actor := range []identity.Actor{lead, executive} {
		for _, query := range []string{"?by=department", "?by=wave&days=7&sort=name", "?by=group&sort=-licensed"} {
			doc := cohortPage(t, s, actor, "/cohorts"+query)
			w := answered(t, s, actor, doc.Find(".page-head a").First().AttrOr("href", ""))
			rows, err := csv.NewReader(w.Body).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			equalRows(t, query, doc, rows)
			w = answered(t, s, actor, doc.Find(".page-head a").Last().AttrOr("href", ""))
			book, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			excel, err := book.GetRows("Figures", excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			equalRows(t, query+" as a spreadsheet", doc, excel)
		}
	}
	if w := answered(t, s, lead, "/cohorts.xlsx?from=x"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("wrong dates answer %d", w.Code)
	}
}

func equalRows(t *testing.T, what string, doc *goquery.Document, rows [][]string) {
	t.Helper()
	shown := doc.Find("#cohorts tbody tr")
	if len(rows) != shown.Length()+1 {
		t.Fatalf("%s: %d rows of %d", what, len(rows)-1, shown.Length())
	}
	for i, tr := range shown.EachIter() {
		if got := words(tr.Find("th")); got != strings.TrimPrefix(rows[i+1][0], "'") {
			t.Errorf("%s: row %d is %s, the page has %s", what, i, rows[i+1][0], got)
		}
		for k, td := range tr.Find("td").EachIter() {
			sameCell(t, what+", "+rows[i+1][0]+", "+rows[0][k+1], td, rows[i+1][k+1])
		}
	}
}

// sameCell compares a cell of the page with one of a sheet.
func sameCell(t *testing.T, what string, td *goquery.Selection, got string) {
	t.Helper()
	td.Find(".sub").Remove()
	switch {
	case td.Find(".held").Length() > 0:
		expect(t, what, got, "withheld")
	case td.Find(".none").Length() > 0:
		expect(t, what, got, "not yet")
	default:
		v, err := strconv.ParseFloat(got, 64)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		shown := strings.ReplaceAll(strings.Fields(words(td))[0], ",", "")
		if cut, ok := strings.CutSuffix(shown, "%"); ok {
			shown, v = cut, v*100
		}
		page, err := strconv.ParseFloat(shown, 64)
		if err != nil || page-v > .5 || v-page > .5 {
			t.Errorf("%s: the page has %s, the sheet %s", what, words(td), got)
		}
	}
}

// Before the first whole month, people who get figures by month are told so.
func TestCohortsBeforeTheFirstMonth(t *testing.T) {
	s := measuring(placedIndex(), pilotToday)
	for _, target := range []string{"/cohorts", claims} {
		doc := parsed(t, answered(t, s, executive, target))
		expect(t, target, words(doc.Find(".void")), "The first ones come when November 2026 is complete in the data")
		if strings.Contains(words(doc.Find("main")), "Board") {
			t.Errorf("%s names a department of four", target)
		}
	}
}

// A cohort that has not opened is behind nothing: it says when it opens.
func TestCohortsThatHaveNotOpened(t *testing.T) {
	x := placedIndex()
	x.Openings = []adoption.Opening{{Wave: "Wave 1", On: pilotOpens}, {Wave: "Wave 2", On: pilotToday + 12}}
	s := measuring(x, pilotToday)
	doc := cohortPage(t, s, lead, "/cohorts?by=wave")
	expect(t, "headline", words(doc.Find("h1 + .sub")), "The one open wave is at the activation target. 1 wave is not open yet.")
	row := rowOf(t, doc, "Wave 2 opens 1 Dec")
	if got := row["To target"]; words(got.Find(".sr")) != "Not yet: It opens on Tue 1 Dec" {
		t.Errorf("Wave 2 misses %q", words(got))
	}
	if got := words(doc.Find("#cohorts tbody th").Last().Find("a")); got != "Wave 2" {
		t.Errorf("%s stands last", got)
	}
	one := cohortPage(t, s, lead, "/cohorts/wave/wave-2")
	expect(t, "its page", words(one.Find("h1 + .sub")), "Opens Tue 1 Dec.")
	expect(t, "its page", words(one.Find(".callout").First()), "It opens on Tue 1 Dec. Until then nothing here is behind.")
	if one.Find(".diag").Length() > 0 {
		t.Error("a wave that has not opened is blamed")
	}
}

// Of a past period, a cohort that has opened since is said to have opened.
func TestCohortsThatOpenedLater(t *testing.T) {
	x := placedIndex()
	x.Openings = []adoption.Opening{{Wave: "Wave 1", On: pilotToday - 2}, {Wave: "Wave 2", On: pilotToday + 12}}
	to := pilotToday - 9
	doc := cohortPage(t, measuring(x, pilotToday), lead, "/cohorts?by=wave&from="+(to-6).String()+"&to="+to.String())
	if got := words(doc.Find("h1 + .sub")); !strings.HasPrefix(got, "No wave was open yet on ") {
		t.Errorf("headline %q", got)
	}
	rowOf(t, doc, "Wave 1 opened "+(pilotToday-2).Time().Format("2 Jan"))
}

// A closed month's list has the figures it was closed with, and beside them what moved.
func TestCohortsOfAClosedMonth(t *testing.T) {
	s := revisedOctober(t)
	const october = "?by=group&from=2026-10-01&to=2026-10-31"
	doc := cohortPage(t, s, lead, "/cohorts"+october)
	expect(t, "banner", words(doc.Find(".banner")), "October 2026 is closed")
	row := rowOf(t, doc, "Finance")
	was, err := strconv.Atoi(strings.Fields(words(row["Signed in"]))[0])
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "what moved", words(row["Signed in"].Find(".now")), "now "+strconv.Itoa(was+1))
	if n := rowOf(t, doc, "Marketing")["Signed in"].Find(".now").Length(); n > 0 {
		t.Error("what has not moved is said to have")
	}
	rows, err := csv.NewReader(answered(t, s, lead, "/cohorts.csv"+october).Body).ReadAll()
	if err != nil || !slices.Contains(rows[0], "signed_in_now") || slices.Contains(rows[0], "habitual_now") {
		t.Errorf("the file has %v, %v", rows[0], err)
	}
}
