package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/measure"
)

// acrossIndex is the pilot with its people in two departments and two waves as well.
func acrossIndex() *adoption.Index {
	x := monthIndex()
	for m := range x.Members {
		p := adoption.Placement{Member: int32(m), From: day.None, Department: "Finance", Wave: "Pilot"}
		if m%2 == 1 {
			p.Department = "Legal"
		}
		if m%3 == 0 {
			p.Wave = "Wave 1"
		}
		x.Placements = append(x.Placements, p)
	}
	return x
}

// columnOf is the text of a column of the cohort table, row by row, joined by "|".
func columnOf(doc *goquery.Document, n int) string {
	var out []string
	doc.Find("#cohorts tbody tr").Each(func(_ int, r *goquery.Selection) { out = append(out, words(r.Find("td").Eq(n))) })
	return strings.Join(out, "|")
}

func TestCohortsOfEveryDimensionNarrowThePage(t *testing.T) {
	x := acrossIndex()
	s := measuring(x, pilotToday)
	doc := seen(t, s, lead, "/activation?by=department&wave=pilot&department=legal")
	in := adoption.NewWithin(map[adoption.By][]string{adoption.ByWave: {"pilot"}, adoption.ByDepartment: {"legal"}})
	want, err := x.Answer(adoption.Query{Period: x.DefaultPeriod(pilotToday), Within: in, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	f := want.Figure(adoption.ActivationRate)
	expect(t, "activation", words(doc.Find(".tile").First()), whole(f.Numerator).text+" of "+whole(f.Denominator).text)
	if got := columnOf(doc, 0) + " " + columnOf(doc, 1); got != "Legal "+whole(f.Denominator).text {
		t.Errorf("the table has %s", got)
	}
	if got := doc.Find("#weekly thead th").Length(); got != 2 {
		t.Errorf("the chart's table has %d columns, want the week and Legal", got)
	}
	expect(t, "who", words(doc.Find("#funnel").Parent()), "Legal, Pilot, to")
	for id, want := range map[string]string{"pick-department": "Legal", "pick-wave": "Pilot", "pick-group": "all"} {
		if got := words(doc.Find("[popovertarget=" + id + "] b")); got != want {
			t.Errorf("%s says %q, want %q", id, got, want)
		}
	}
	size := doc.Find("#pick-wave input[value=pilot]").Parent().Find(".size").Text()
	if n := len(x.Members) - (len(x.Members)+2)/3; size != whole(&n).text {
		t.Errorf("the pilot counts %s, want %d", size, n)
	}
}

func TestSeveralCohortsOfOneDimension(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	doc := seen(t, s, lead, "/activation?by=group&group=legal&group=finance&sort=name")
	if got := columnOf(doc, 0); got != "Finance|Legal" {
		t.Errorf("the table has %s", got)
	}
	expect(t, "together", words(doc.Find(".tile").First()), "of 52")
	expect(t, "who", words(doc.Find("#funnel").Parent()), "Finance and Legal")
	if got := doc.Find("#pick-group input[type=checkbox][checked]").Length(); got != 2 {
		t.Errorf("%d boxes are ticked", got)
	}
	form := doc.Find("#pick-group form")
	if form.Find("input[type=hidden][name=sort]").Length() != 1 || form.Find("input[type=hidden][name=group]").Length() != 0 {
		t.Error("the picker loses the sorting, or keeps cohorts that were taken out")
	}
	csv := visited(t, s, lead, "/activation.csv?by=group&group=legal&group=finance&sort=name").Body.String()
	if n := strings.Count(csv, "\r\n"); n != 3 {
		t.Errorf("the file has %d lines:\n%s", n, csv)
	}
	old := seen(t, s, lead, "/activation?by=group&cohort=legal")
	if got := columnOf(old, 0); got != "Legal" {
		t.Errorf("an older address shows %s", got)
	}
}

func TestComparisons(t *testing.T) {
	x := pilotIndex()
	s := measuring(x, pilotToday)
	p := day.Period{From: pilotToday - 8, To: pilotThrough}
	sessions := func(p day.Period) float64 {
		a, err := x.Answer(adoption.Query{Period: p, SeesSmallGroups: true})
		if err != nil {
			t.Fatal(err)
		}
		return *a.Figure(adoption.ActivationRate).Value
	}
	for compare, c := range map[string]struct {
		days day.Period
		says string
	}{
		"":   {p.Before(), "Compared with 3 – 10 Nov"},
		"7":  {day.Period{From: p.From - 7, To: p.To - 7}, "Compared with 4 – 11 Nov"},
		"28": {day.Period{From: p.From - 28, To: p.To - 28}, "Compared with 14 – 21 Oct"},
	} {
		target := "?from=" + p.From.String() + "&to=" + p.To.String() + "&compare=" + compare
		doc := seen(t, s, lead, "/activation"+target)
		expect(t, "label of "+compare, words(doc.Find(".filters")), c.says)
		rows := csvOf(t, visited(t, s, lead, "/overview.csv"+target).Body)
		got := rows[1][10]
		if want := number(ptr(sessions(c.days))).text; compare != "28" && got != want {
			t.Errorf("compare=%s: previous %s, want %s", compare, got, want)
		}
		if compare == "28" && got == "" {
			expect(t, "nothing then", words(doc.Find(".tile").First()), "first reading")
		}
	}
	doc := seen(t, s, lead, "/activation?compare=none")
	if doc.Find(".delta").Length() > 0 || strings.Contains(words(doc.Find(".filters")), "Compared with") {
		t.Error("compared with nothing, a page shows changes")
	}
	expect(t, "the choice", doc.Find("select[name=compare] option[selected]").Text(), "nothing")
	over := seen(t, s, lead, "/overview?compare=7")
	expect(t, "the overview", words(over.Find("main, body")), "against the same days 7 days earlier")
}

func TestWhatMeansNothingIsNamed(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	for query, say := range map[string]string{
		"by=planet": "“by=planet” means nothing here: use department, wave or group.", "by=wave": "nobody is in a wave yet",
		"sort=-mood": "“sort=-mood” means nothing here: sort by name, licensed", "unit=stones": "use share or people", "view=hologram": "use chart or table",
		"compare=yesterday": "use 7, 28 or none", "days=8": "use 7, 28 or 90", "page=-1": "pages are counted from 1",
	} {
		doc := seen(t, s, lead, "/activation?"+query)
		expect(t, query, words(doc.Find(".banner")), say)
		if doc.Find(".tile .big").Length() == 0 {
			t.Errorf("%s: the page has no figures", query)
		}
		if w := visited(t, s, lead, "/activation.csv?"+query); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: the file answers %d", query, w.Code)
		}
	}
	if doc := seen(t, s, lead, "/activation?by=group&sort=-licensed&compare=7&unit=people&view=table&page=1&days=7"); doc.Find(".banner").Length() > 0 {
		t.Errorf("a good address is called %q", words(doc.Find(".banner")))
	}
	for _, target := range []string{"/activation?group=nobody", "/activation?by=group&group=legal&group=nobody", "/depth.csv?by=group&cohort=nobody"} {
		w := visited(t, s, lead, target)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", target, w.Code)
		}
		expect(t, target, w.Body.String(), "Claims Operations (claims-operations), Finance (finance)")
	}
	w := visited(t, s, executive, "/activation?group=nobody")
	if body := w.Body.String(); w.Code != http.StatusNotFound || strings.Contains(body, "board-office") {
		t.Errorf("an executive reads %d %s", w.Code, body)
	}
}

func TestExecutivesSeeOneCohortOfOneDimension(t *testing.T) {
	s := measuring(acrossIndex(), pilotToday)
	doc := seen(t, s, executive, "/activation?by=department&department=legal&department=finance&wave=pilot&compare=7")
	got := words(doc.Find(".banner"))
	expect(t, "one dimension", got, "“wave=pilot” means nothing here: you see one dimension at a time")
	expect(t, "one cohort", got, "“department=legal” means nothing here: you see one department at a time.")
	expect(t, "comparison", got, "you compare a month with the one before")
	if doc.Find("#pick-department input[type=radio]").Length() != 3 || doc.Find("#pick-wave, #pick-group, select[name=compare]").Length() > 0 {
		t.Error("the pickers offer an executive more than one cohort of one dimension")
	}
	if got := columnOf(doc, 0); got != "Finance" {
		t.Errorf("the table has %s", got)
	}
}

// Whoever gets whole months chooses among them, and a shared link says what became of it.
func TestExecutivesGetWholeMonths(t *testing.T) {
	s := measuring(monthIndex(), pilotToday)
	doc := seen(t, s, executive, "/activation")
	if got := words(doc.Find("[popovertarget=period] b")); got != "1 – 31 Oct" {
		t.Errorf("the period is %s", got)
	}
	if got := words(doc.Find("#period .months")); got != "October 2026" || doc.Find("#period input").Length() > 0 || doc.Find("#period > ul").Length() > 0 {
		t.Errorf("the picker offers %q and more", got)
	}
	if doc.Find(".banner").Length() > 0 {
		t.Errorf("the default month is explained: %q", words(doc.Find(".banner")))
	}
	shared := seen(t, s, executive, "/activation?from=2026-10-05&to=2026-11-01")
	expect(t, "a shared link", words(shared.Find(".banner")), "Rounded to a calendar monthThe link asks for 5 Oct – 1 Nov. You see whole months, so every figure covers 1 – 31 Oct.")
	early := measuring(pilotIndex(), pilotToday)
	for _, path := range []string{"/overview", "/activation", "/depth", "/value"} {
		none := seen(t, early, executive, path)
		expect(t, path, words(none.Find(".banner")), "No whole month hereFigures here are of whole calendar months. The first ones come when November 2026 is complete")
		if none.Find(".tile .big, .metrics .v b").Length() > 0 {
			t.Errorf("%s has figures before the first whole month", path)
		}
	}
	if seen(t, early, lead, "/activation").Find(".banner").Length() > 0 {
		t.Error("a lead, who gets any days, is told of months")
	}
}

func TestFilesSayWhatThePageSays(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	const query = "?by=group&sort=-licensed&days=7"
	doc := seen(t, s, lead, "/activation"+query)
	rows := csvOf(t, visited(t, s, lead, "/activation.csv"+query).Body)
	book := opened(t, visited(t, s, lead, "/activation.xlsx"+query).Body.Bytes())
	sheet, err := book.GetRows(sheetFigures)
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Split(columnOf(doc, 0), "|")
	if len(rows) != len(page)+1 || len(sheet) != len(rows) {
		t.Fatalf("%d cohorts on the page, %d lines of CSV, %d rows of XLSX", len(page), len(rows)-1, len(sheet)-1)
	}
	share := strings.Split(columnOf(doc, 4), "|")
	for i, name := range page {
		if rows[i+1][0] != name || sheet[i+1][0] != name {
			t.Errorf("row %d is %s on the page, %s and %s in the files", i, name, rows[i+1][0], sheet[i+1][0])
		}
		if licensed := strings.Split(columnOf(doc, 1), "|")[i]; rows[i+1][1] != licensed || sheet[i+1][1] != licensed {
			t.Errorf("%s: %s licensed on the page, %s and %s in the files", name, licensed, rows[i+1][1], sheet[i+1][1])
		}
		if shown := sheet[i+1][7]; strings.TrimSuffix(share[i], "%") != strings.Split(shown, ".")[0] && !strings.HasSuffix(shown, "%") {
			t.Errorf("%s: activation %s on the page, %s in the spreadsheet", name, share[i], shown)
		}
	}
	expect(t, "head", strings.Join(rows[0], ","), "group,licensed,licensed_state,signed_in,signed_in_state")
	about, err := book.GetRows(sheetAbout)
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]string{}
	for _, r := range about {
		facts[r[0]] = r[1]
	}
	for name, want := range map[string]string{"From": "2026-11-12", "To": "2026-11-18", "Data through": "2026-11-18", "By": "group", "People": "Everyone", "Compared with": "2026-11-05 to 2026-11-11"} {
		if facts[name] != want {
			t.Errorf("about %s: %q, want %q", name, facts[name], want)
		}
	}
	expect(t, "definition", facts["Activation rate (activation_rate)"], "The share of licensed people")
}

// The four states are four different things on the page, in files and aloud.
func TestFourStates(t *testing.T) {
	s := measuring(pilotIndex(), pilotToday)
	rows := csvOf(t, visited(t, s, lead, "/depth.csv?days=7").Body)
	at := func(key string) int {
		for i, h := range rows[0] {
			if h == key {
				return i
			}
		}
		t.Fatalf("no column %s", key)
		return 0
	}
	if plugins := rows[1][at("plugins")] + "," + rows[1][at("plugins_state")]; plugins != ",not reported" {
		t.Errorf("plugins, which nobody reports, read %q", plugins)
	}
	doc := seen(t, s, lead, "/depth?days=7")
	cell := doc.Find("#cohorts tbody tr").First().Find("td").Eq(7)
	expect(t, "aloud", words(cell.Find(".sr")), "Not yet:")
	s = measuring(monthIndex(), pilotToday)
	held := seen(t, s, executive, "/activation?from=2026-10-01&to=2026-10-31")
	expect(t, "withheld, aloud", words(held.Find("#cohorts tbody .held .sr")), "Hidden: it could single out fewer than 5 people")
	expect(t, "withheld, in the file", visited(t, s, executive, "/activation.csv?from=2026-10-01&to=2026-10-31").Body.String(), ",withheld")
	none := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?from=2026-11-19&to=2026-11-20")
	if none.Find(".tile .nofig b").Length() != none.Find(".tile").Length() {
		t.Error("a period without data has tiles with figures")
	}
	zero := pilotIndex()
	for i := range zero.Days {
		zero.Days[i].SignedIn = nil
	}
	expect(t, "zero", words(seen(t, measuring(zero, pilotToday), lead, "/activation").Find(".tile .big").First()), "0.0%")
}

// books are closed months that a test makes.
type books map[day.Date]adoption.Closing

// ClosedMonths implements Closings.
func (b books) ClosedMonths(context.Context) ([]day.Date, error) {
	var out []day.Date
	for m := range b {
		out = append(out, m)
	}
	return out, nil
}

// ClosedMonth implements Closings.
func (b books) ClosedMonth(_ context.Context, m day.Date) (adoption.Closing, bool, error) {
	c, ok := b[m]
	return c, ok, nil
}

// revisedOctober is a site whose October was closed before one group's and
// everyone's activation went up.
func revisedOctober(t *testing.T) *Server {
	t.Helper()
	x := monthIndex()
	c, err := x.Close(day.Of(2026, 10, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range c.Rows {
		if r.Cohort.By != adoption.ByNone && r.Cohort.Slug != "finance" {
			continue
		}
		fs := slices.Clone(r.Figures)
		n := *fs[0].Numerator - 1
		fs[0].Numerator, fs[0].Value = &n, ptr(float64(n)/float64(*fs[0].Denominator))
		c.Rows[i].Figures = fs
	}
	s := measuring(x, pilotToday)
	s.Closings = books{c.Month: c}
	return s
}

func TestClosedMonthsShowWhatMoved(t *testing.T) {
	s := revisedOctober(t)
	const october = "?by=group&from=2026-10-01&to=2026-10-31"
	doc := seen(t, s, lead, "/activation"+october)
	expect(t, "banner", words(doc.Find(".banner")), "October 2026 is closedIts figures stand as they were on data through Wed 18 Nov.")
	tile := doc.Find(".tile").First()
	expect(t, "now", words(tile.Find(".now")), "now ")
	if n := doc.Find(".tile .now").Length(); n != 1 {
		t.Errorf("%d tiles have moved, want one", n)
	}
	moved := doc.Find("#cohorts td .now")
	if moved.Length() == 0 || words(moved.First().Closest("tr").Find("b").First()) != "Finance" {
		t.Errorf("%d cells have moved, the first in %q", moved.Length(), words(moved.First().Closest("tr").Find("b").First()))
	}
	expect(t, "months", words(doc.Find("#period .months")), "October 2026 (closed)")
	if doc.Find("#period .months a[aria-current]").Length() != 1 {
		t.Error("the month shown is not marked in the list")
	}
	rows := csvOf(t, visited(t, s, lead, "/overview.csv"+october).Body)
	if last := len(rows[0]) - 1; rows[0][last] != "now" || rows[1][last] == "" || rows[1][last] == rows[1][3] || rows[2][last] != "" {
		t.Errorf("the file has %v", rows[:3])
	}
	exec := seen(t, s, executive, "/activation"+october)
	if exec.Find(".now").Length() > 0 || strings.Contains(exec.Text(), "closed") {
		t.Error("an executive sees a month both as it was closed and as it is")
	}
	for _, other := range []string{"?by=group&from=2026-10-01&to=2026-10-30", "?by=group&from=2026-11-01&to=2026-11-30"} {
		if doc := seen(t, s, lead, "/activation"+other); doc.Find(".now").Length() > 0 {
			t.Errorf("%s is no closed month, yet something is called moved", other)
		}
	}
	expect(t, "part of it", words(seen(t, s, lead, "/activation"+october+"&group=finance&group=legal").Find(".banner")), "Figures of this selection are as of now.")
	two := visited(t, s, lead, "/activation"+october)
	s.Closings = books{}
	if doc := parsed(t, visited(t, s, lead, "/activation"+october)); doc.Find(".now").Length() > 0 || two.Code != http.StatusOK {
		t.Error("a page drawn while the month was closed is shown after")
	}
}

func TestTargetsNameWhoAnswersToLeadsOnly(t *testing.T) {
	x := monthIndex()
	x.Settings.Targets = []adoption.SetTarget{{Metric: adoption.ActivationRate, Value: .9, Owner: "Dana Okafor", Due: day.Of(2026, 11, 30)}}
	s := measuring(x, pilotToday)
	expect(t, "a lead", words(seen(t, s, lead, "/activation").Find(".tile .stand").First()), "target 90%, Dana Okafor, by Mon 30 Nov")
	for _, path := range []string{"/activation", "/overview", "/activation.csv"} {
		if body := visited(t, s, executive, path).Body.String(); strings.Contains(body, "Okafor") {
			t.Errorf("%s names a person to an executive", path)
		}
	}
	expect(t, "an executive", words(seen(t, s, executive, "/activation").Find(".tile .stand").First()), "target 90%, by Mon 30 Nov")
}

func TestEventsStandOnTheTimeAxis(t *testing.T) {
	x := pilotIndex()
	x.Events = []adoption.Event{
		{Day: pilotOpens, Kind: adoption.EventLaunch, Label: "Pilot opens"},
		{Day: pilotOpens + 1, Kind: adoption.EventTraining, Label: "Training for all staff"},
		{Day: pilotOpens + 8, Kind: adoption.EventConnector, Label: "M365 first used"},
	}
	s := measuring(x, pilotToday)
	for path, id := range map[string]string{"/overview": "#weekly", "/activation": "#weekly", "/depth": "#sessions", "/value": "#cost"} {
		doc := seen(t, s, lead, path)
		expect(t, path+" in the table", words(doc.Find(id+" tbody")), "Week of Mon 2 Nov · Pilot opens · Training for all staff")
		expect(t, path+" on the axis", words(doc.Find(id+" .note-label")), "Pilot opens + 1")
		expect(t, path+" in the list", words(doc.Find(id+" .chart-notes")), "Tue 10 Nov M365 first used")
		table := seen(t, s, lead, path+"?view=table")
		expect(t, path+" as a table", words(table.Find(id+" .chart-table")), "M365 first used")
	}
}

func TestFunnelsSayWhoIsLostAndWhatHelps(t *testing.T) {
	doc := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?by=group")
	expect(t, "who", words(doc.Find("ol.funnel .drop")), "in Claims Operations")
	callout := doc.Find("#funnel").Parent().Parent().Find(".callout")
	expect(t, "next", words(callout), "Open ")
	if href := callout.Find("a").AttrOr("href", ""); !strings.HasPrefix(href, "/cohorts/group/") {
		t.Errorf("the funnel leads to %s", href)
	}
	one := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?by=group&group=legal")
	if got := words(one.Find("ol.funnel .drop")); strings.Contains(got, "in Legal") {
		t.Errorf("of one group the funnel says %q", got)
	}
}

func TestComparisonsAreOffered(t *testing.T) {
	if got := len(measure.Comparisons); got != 4 {
		t.Errorf("%d comparisons", got)
	}
	doc := seen(t, measuring(pilotIndex(), pilotToday), lead, "/activation?days=7")
	if got := words(doc.Find("select[name=compare]")); got != "7 days before28 days earliernothing" {
		t.Errorf("a week is offered %q: the days just before and a week earlier are the same", got)
	}
}
