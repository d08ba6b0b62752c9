package ui

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
)

const hostile = `</text><script>alert(1)</script>" onload="x`

// drawn renders a chart; every chart must get by without style attributes and scripts.
func drawn(t *testing.T, c templ.Component) (string, *goquery.Document) {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatalf("render: %v", err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	if n := doc.Find("[style], script, style, [onload]").Length(); n > 0 {
		t.Errorf("%d elements carry style or script:\n%s", n, b.String())
	}
	if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
		t.Errorf("a coordinate is not a number:\n%s", b.String())
	}
	return b.String(), doc
}

// golden compares got, one element a line, with testdata/name.html. UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".html")
	got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read golden: %v", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s changed (-want +got), UPDATE_GOLDEN=1 accepts it:\n%s", path, d)
	}
}

func reads(vs ...float64) []Reading {
	out := make([]Reading, len(vs))
	for i, v := range vs {
		out[i] = Read(v) // NaN is not reported
	}
	return out
}

func weeks(n int) []LinePoint {
	out := make([]LinePoint, n)
	for i := range out {
		out[i] = LinePoint{Label: "Week " + strconv.Itoa(i+1), Short: "W" + strconv.Itoa(i+1)}
	}
	return out
}

var none = math.NaN()

func pilot() LineProps {
	p := LineProps{
		ID: "weekly", Title: "Weekly actives by cohort", Column: "Week", Scale: InPercent,
		Points: weeks(5),
		Series: []LineSeries{
			{Name: "Finance", Values: reads(.02, .17, .46, .65, .73), Colour: 1},
			{Name: "Legal", Values: reads(.03, none, .2, .32, .4), Colour: 2},
			{Name: "Claims & Co", Values: reads(none, .08, .1, .13, .18), Colour: 3},
		},
		Target: Read(.6),
		Notes:  []LineNote{{At: 1, Text: "Pilot opens"}, {At: 4, Text: "M365 connector live"}},
	}
	p.Points[4].Partial = "still running"
	return p
}

func TestChartsLookTheSame(t *testing.T) {
	cases := map[string]templ.Component{
		"line":       LineChart(pilot()),
		"line-table": LineChart(func() LineProps { p := pilot(); p.AsTable = true; return p }()),
		"sparkline":  Sparkline(SparkProps{Label: "Activation rate", Scale: InPercent, Values: reads(.3, .4, none, .6, .8), Target: Read(.85)}),
		"bar":        Bar(BarProps{Share: Read(.37), Target: Read(.85), Tone: ToneWarn}),
		"bar-list": BarList(BarListProps{Title: "Skills", Name: "Skill", Value: "Sessions", Note: "People", Scale: InCount, Target: Read(50), Rows: []BarRow{
			{Name: "xlsx", Value: Read(1204), Note: "31"}, {Name: "policy-check", Value: Read(12), Note: "4", Tone: ToneQuiet}, {Name: "new", Note: "–"},
		}}),
		"funnel": Funnel(FunnelProps{Title: "From access to habit", Stages: []FunnelStage{
			{Name: "Licensed", People: Read(640)},
			{Name: "Signed in", People: Read(512), Loss: "128 not signed in", Who: "71 of them in Claims"},
			{Name: "Delegated", People: Read(398), Loss: "114 without a task"},
		}}),
		"triangle": RetentionTriangle(TriangleProps{Title: "Who comes back", First: "Began in", Rows: []TriangleRow{
			{Name: "19 Oct", Size: "12", Cells: []TriangleCell{{Share: Read(1)}, {Share: Read(.92)}, {Share: Read(.75), Running: true}}},
			{Name: "26 Oct", Size: "under 5", Withheld: "Fewer than 5 people, hidden", Cells: make([]TriangleCell, 2)},
			{Name: "2 Nov", Size: "214", Cells: []TriangleCell{{Running: true}}},
		}}),
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			html, _ := drawn(t, c)
			golden(t, name, html)
		})
	}
}

func TestLineChartCarriesItsData(t *testing.T) {
	_, doc := drawn(t, LineChart(pilot()))
	if got := doc.Find("table tbody tr").Length(); got != 5 {
		t.Errorf("%d rows in the data table, want 5", got)
	}
	if got := doc.Find("thead th").Last().Text(); got != "Claims & Co" {
		t.Errorf("last column is %q", got)
	}
	missing := doc.Find("tbody tr").Eq(1).Find("td").Eq(1)
	if missing.Text() != "not reported" || missing.AttrOr("data-v", "absent") != "absent" {
		t.Errorf("an unreported cell reads %q with value %q", missing.Text(), missing.AttrOr("data-v", ""))
	}
	if got := doc.Find("tbody tr").Eq(4).Find("th").Text(); got != "Week 5 · M365 connector live · still running" {
		t.Errorf("the last row is called %q", got)
	}
	chart := doc.Find("[data-gs-chart]")
	if chart.AttrOr("tabindex", "") != "0" || chart.AttrOr("data-k", "") != "1 2 3" || chart.AttrOr("data-max", "") != "80" {
		t.Error("the chart cannot be read by keys: its attributes are not those of the script")
	}
}

func TestLineBreaksWhereNothingWasReported(t *testing.T) {
	p := LineProps{ID: "g", Points: weeks(5), Series: []LineSeries{{Name: "a", Colour: 1, Values: reads(1, 2, none, 3, none)}}}
	_, doc := drawn(t, LineChart(p))
	if d := doc.Find("path.ln").AttrOr("d", ""); strings.Count(d, "M") != 1 || strings.Count(d, "L") != 1 {
		t.Errorf("path %q is not one piece of two points", d)
	}
	if doc.Find("circle.alone").Length() != 1 {
		t.Error("a reading without neighbours is not drawn")
	}
}

func TestPartialPeriodsAreDrawnApart(t *testing.T) {
	p := LineProps{ID: "g", Points: weeks(4), Series: []LineSeries{{Name: "a", Colour: 1, Values: reads(1, 2, 3, 1)}}}
	p.Points[0].Partial, p.Points[3].Partial = "cut", "still running"
	_, doc := drawn(t, LineChart(p))
	if doc.Find("path.run").Length() != 2 || doc.Find("circle.open").Length() != 2 {
		t.Errorf("%d dashed pieces and %d open dots, want 2 and 2", doc.Find("path.run").Length(), doc.Find("circle.open").Length())
	}
	if d := doc.Find("path.ln").Not(".run").AttrOr("d", ""); strings.Count(d, "L") != 1 || !strings.HasPrefix(d, "M") {
		t.Errorf("the whole part is %q, want one piece", d)
	}
}

func TestChartsWithLittleToShow(t *testing.T) {
	one := LineProps{ID: "o", Points: weeks(1), Series: []LineSeries{{Name: "a", Colour: 1, Values: reads(3)}}}
	zero := LineProps{ID: "z", Points: weeks(2), Series: []LineSeries{{Name: "a", Colour: 1, Values: reads(0, 0)}}}
	cases := map[string]struct {
		c    templ.Component
		find string
	}{
		"no points":        {LineChart(LineProps{ID: "n"}), ".chart-empty"},
		"all unreported":   {LineChart(LineProps{ID: "u", Points: weeks(2), Series: []LineSeries{{Name: "a", Values: reads(none, none)}}}), ".chart-empty"},
		"one point":        {LineChart(one), "circle.alone[cx='50%']"},
		"nothing but zero": {LineChart(zero), "path.ln"},
		"no spark":         {Sparkline(SparkProps{Values: reads(none)}), ".spark-none"},
		"flat spark":       {Sparkline(SparkProps{Values: reads(2, 2)}), "path[d='M1 12L72 12']"},
		"empty bar":        {Bar(BarProps{}), "rect.tr"},
		"no ranking":       {BarList(BarListProps{}), ".chart-empty"},
		"ranking of zeros": {BarList(BarListProps{Rows: []BarRow{{Name: "a", Value: Read(0)}}}), "table.bars rect.tr"},
		"no funnel":        {Funnel(FunnelProps{}), ".chart-empty"},
		"nobody licensed":  {Funnel(FunnelProps{Stages: []FunnelStage{{Name: "a", People: Read(0)}, {Name: "b", People: Read(2)}}}), "ol.funnel"},
		"no triangle":      {RetentionTriangle(TriangleProps{}), ".chart-empty"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			html, doc := drawn(t, tc.c)
			if doc.Find(tc.find).Length() == 0 {
				t.Errorf("no %s in:\n%s", tc.find, html)
			}
		})
	}
}

func TestChartsKeepHostileNamesAsText(t *testing.T) {
	p := pilot()
	p.Title, p.ID, p.Series[0].Name, p.Notes[0].Text, p.Points[0].Label = hostile, hostile, hostile, hostile, hostile
	cases := []templ.Component{
		LineChart(p), Sparkline(SparkProps{Label: hostile, Values: reads(1, 2)}),
		BarList(BarListProps{Title: hostile, Rows: []BarRow{{Name: hostile, Value: Read(1), Note: hostile}}}),
		Funnel(FunnelProps{Title: hostile, Stages: []FunnelStage{{Name: hostile, People: Read(1)}, {Name: hostile, People: Read(1), Loss: hostile, Who: hostile}}}),
		RetentionTriangle(TriangleProps{Title: hostile, Rows: []TriangleRow{{Name: hostile, Size: hostile, Cells: make([]TriangleCell, 1), Withheld: hostile}}}),
	}
	for _, c := range cases {
		html, _ := drawn(t, c)
		if strings.Contains(html, "<script") {
			t.Errorf("markup came through:\n%s", html)
		}
	}
}

func TestEndLabelsDoNotTouch(t *testing.T) {
	p := LineProps{ID: "e", Points: weeks(2), Title: "t"}
	for i := range 6 {
		p.Series = append(p.Series, LineSeries{Name: strings.Repeat("very long name ", 9), Colour: i + 1, Values: reads(5, 10-float64(i)/100)})
	}
	v := newLineView(p)
	for i := 1; i < len(v.ends); i++ {
		if gap := v.ends[i].at - v.ends[i-1].at; gap < labelGap {
			t.Errorf("labels %d and %d are %.1f px apart", i-1, i, gap)
		}
	}
	if last := v.ends[len(v.ends)-1].at; last > v.height-lineBottom {
		t.Errorf("the last label stands at %.1f, below the plot", last)
	}
	if len([]rune(v.ends[0].name)) > 24 {
		t.Errorf("end label %q is not shortened", v.ends[0].name)
	}
	if v.Series[0].Name != p.Series[0].Name {
		t.Error("the table lost the whole name")
	}
}

// Labels of notes never overlap, whatever the number of them and wherever they stand.
func TestNotesNeverOverlap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 300 {
		p := LineProps{ID: "n", Points: weeks(2 + rnd.IntN(30))}
		p.Series = []LineSeries{{Name: "a", Colour: 1, Values: reads(1, 2)}}
		for i := range rnd.IntN(12) {
			p.Notes = append(p.Notes, LineNote{At: rnd.IntN(len(p.Points)), Text: strings.Repeat("x", 1+rnd.IntN(40)), Minor: i == 0})
		}
		v := newLineView(p)
		said := 0
		for i, l := range v.labels {
			said += l.count
			if l.lane >= noteLanes || l.from < 0 || l.to > 100 {
				t.Fatalf("a label stands in lane %d from %v to %v", l.lane, l.from, l.to)
			}
			if slices.ContainsFunc(v.labels[:i], l.touches) {
				t.Fatalf("labels overlap: %+v", v.labels)
			}
			if wide := (noteChar*float64(len([]rune(l.text))) + notePad) / notePlot * 100; l.to-l.from < wide-1e-9 {
				t.Fatalf("%q takes %v, has %v", l.text, wide, l.to-l.from)
			}
		}
		minor := min(1, len(p.Notes))
		if said < len(p.Notes)-minor || said > len(p.Notes) {
			t.Fatalf("%d of %d notes are on a label", said, len(p.Notes))
		}
		if len(v.events) != len(p.Notes)-minor {
			t.Fatalf("%d of %d notes are listed", len(v.events), len(p.Notes))
		}
	}
}

func TestCrowdedNotesAreCounted(t *testing.T) {
	p := pilot()
	p.Notes = []LineNote{
		{At: 1, Text: "Pilot opens", When: "Mon 2 Nov"}, {At: 1, Text: "Finance 101", When: "Tue 3 Nov"}, {At: 1, Text: "Period begins", Minor: true},
		{At: 3, Text: "M365 connector live", When: "Tue 17 Nov"},
	}
	html, doc := drawn(t, LineChart(p))
	golden(t, "line-notes", html)
	if got := doc.Find("text.note-label").First().Text(); got != "Pilot opens + 1" {
		t.Errorf("two notes on one week read %q", got)
	}
	if got := doc.Find("ul.chart-notes.all li").Eq(1).Text(); got != "Tue 3 Nov Finance 101" {
		t.Errorf("the list reads %q", got)
	}
	if got := doc.Find("tbody tr").Eq(1).Find("th").Text(); got != "Week 2 · Pilot opens · Finance 101 · Period begins" {
		t.Errorf("the table reads %q", got)
	}
}

func TestMoreThanSixSeriesGreyTheRest(t *testing.T) {
	picked := Colours(9, func(i int) bool { return i >= 7 })
	if d := cmp.Diff([]int{0, 0, 0, 0, 0, 0, 0, 1, 2}, picked); d != "" {
		t.Errorf("picked series: %s", d)
	}
	p := LineProps{ID: "m", Points: weeks(2)}
	for i, c := range Colours(9, nil) {
		p.Series = append(p.Series, LineSeries{Name: "s" + strconv.Itoa(i), Colour: c, Values: reads(1, 2)})
	}
	_, doc := drawn(t, LineChart(p))
	if doc.Find("path.k0").Length() != 3 || doc.Find("svg.ends text").Length() != 6 {
		t.Errorf("%d grey lines, %d labels", doc.Find("path.k0").Length(), doc.Find("svg.ends text").Length())
	}
	if !strings.Contains(doc.Text(), "3 more drawn in grey") {
		t.Error("grey lines are not explained")
	}
}

func TestLongSeriesAreThinned(t *testing.T) {
	p := LineProps{ID: "l", Points: weeks(1000), Notes: []LineNote{{At: 999, Text: "end"}}}
	v := make([]Reading, 1000)
	for i := range v {
		v[i] = Read(float64(i))
	}
	p.Series = []LineSeries{{Name: "a", Colour: 1, Values: v}}
	q := p.thin()
	if len(q.Points) != maxPoints || len(q.Series[0].Values) != maxPoints {
		t.Fatalf("%d points kept, want %d", len(q.Points), maxPoints)
	}
	if q.Points[0].Label != "Week 1" || q.Points[399].Label != "Week 1000" || q.Series[0].Values[399].Value != 999 || q.Notes[0].At != 399 {
		t.Error("the ends or the note moved")
	}
}

func TestAxisHoldsItsValuesInFewSteps(t *testing.T) {
	for _, s := range []Scale{InCount, InPercent, InDecimal, InUSD} {
		for top := .003; top < 1e7; top *= 1.7 {
			high, step := axis(top, s)
			if high < top-1e-6 || high/step > 5+1e-6 || math.Abs(high/step-math.Round(high/step)) > 1e-6 {
				t.Errorf("axis(%v, %s) = %v in steps of %v", top, s, high, step)
			}
			if s == InCount && step != math.Trunc(step) {
				t.Errorf("counts in steps of %v", step)
			}
		}
	}
}

func TestNumbersAreWrittenForReaders(t *testing.T) {
	cases := []struct {
		s    Scale
		v    float64
		want string
	}{
		{InCount, 1204, "1,204"}, {InCount, 999, "999"}, {InCount, -1234567, "−1,234,567"}, {InPercent, .8, "80%"},
		{InDecimal, 5.84, "5.8"}, {InUSD, 11.2, "$11.20"}, {InUSD, 12000, "$12,000"}, {InCount, -.2, "0"},
	}
	for _, c := range cases {
		if got := c.s.reading(Read(c.v)); got != c.want {
			t.Errorf("%s %v is written %q, want %q", c.s, c.v, got, c.want)
		}
	}
}

func TestTriangleHeat(t *testing.T) {
	for share, want := range map[float64]string{0: "h0", .099: "h0", .1: "h1", .3: "h3", .64: "h6", .999: "h9", 1: "h9", 1.2: "h9"} {
		if got := (TriangleCell{Share: Read(share)}).class(); got != want {
			t.Errorf("share %v is %s, want %s", share, got, want)
		}
	}
	_, doc := drawn(t, RetentionTriangle(TriangleProps{Rows: []TriangleRow{{Name: "a", Size: "3", Withheld: "hidden", Cells: []TriangleCell{{Share: Read(.5)}}}}}))
	if strings.Contains(doc.Text(), "50%") {
		t.Error("a withheld row shows its share")
	}
}
