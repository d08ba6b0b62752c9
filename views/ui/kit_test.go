package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

func draw(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// spoken is the text of a component as a screen reader has it: without what is hidden from it.
func spoken(t *testing.T, c templ.Component) string {
	t.Helper()
	doc := draw(t, c)
	doc.Find("[aria-hidden=true]").Remove()
	return strings.Join(strings.Fields(doc.Text()), " ")
}

func date(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

func TestWordsForNumbersAndDays(t *testing.T) {
	today := date(2026, 11, 19)
	for _, c := range []struct{ got, want string }{
		{Date(date(2026, 11, 19), today), "Thu 19 Nov"},
		{Date(date(2025, 11, 20), today), "Thu 20 Nov 2025"},
		{DateRange(date(2026, 10, 26), date(2026, 11, 18), today), "26 Oct – 18 Nov"},
		{DateRange(date(2026, 11, 2), date(2026, 11, 8), today), "2 – 8 Nov"},
		{DateRange(date(2025, 12, 29), date(2026, 1, 4), today), "29 Dec 2025 – 4 Jan 2026"},
		{DateRange(today, today, today), "19 Nov"},
		{Count(0), "0"}, {Count(999), "999"}, {Count(1180), "1,180"}, {Count(-1234567), "−1,234,567"},
		{Counted(1, "person", "people"), "1 person"}, {Counted(1180, "person", "people"), "1,180 people"},
		{Percent(0.64), "64%"}, {Percent(0), "0%"}, {PercentTenth(0.8), "80.0%"},
		{Decimal(5.84, 1), "5.8"}, {Decimal(-0.04, 1), "0.0"}, {Decimal(1204.5, 2), "1,204.50"},
		{Points(0.061), "6.1 pts"}, {Points(-0.02), "2.0 pts"}, {Points(0.01), "1.0 pt"},
		{USD(11.2), "$11.20"}, {USD(1204.4), "$1,204"}, {USD(-3), "−$3.00"},
		{Ago(30 * time.Second), "just now"}, {Ago(2 * time.Minute), "2 min ago"}, {Ago(3 * time.Hour), "3 h ago"}, {Ago(96 * time.Hour), "4 days ago"},
		{Initials("Ines Marchetti"), "IM"}, {Initials("Ravi"), "R"}, {Initials("  "), "?"}, {Initials("Åsa van der Berg"), "ÅB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestTheFourStatesOfAFigureAreSpokenApart(t *testing.T) {
	for _, c := range []struct {
		value Value
		want  string
	}{
		{Known("354"), "354"},
		{Known("0"), "0"},
		{NotYet("3 of 5 replies needed"), "Not yet: 3 of 5 replies needed"},
		{Withheld(5), "Hidden: fewer than 5 people"},
	} {
		if got := spoken(t, Figure(c.value)); got != c.want {
			t.Errorf("a cell says %q, want %q", got, c.want)
		}
		row := spoken(t, MetricRow(MetricRowProps{Label: "Wins", URL: "/value", Target: "Target 10", Hit: HitMissed, Value: c.value, Trend: &Trend{Text: "7", Dir: Up, Good: Better}}))
		if c.value.State != StateKnown && (strings.Contains(row, "up 7") || strings.Contains(row, "Target") || !strings.Contains(row, c.value.Why)) {
			t.Errorf("a row without a figure says %q", row)
		}
		if c.value.State == StateKnown && !strings.Contains(row, "up 7, better") {
			t.Errorf("a row with a figure says %q", row)
		}
	}
}

func TestFirstReadingHasNoDelta(t *testing.T) {
	doc := draw(t, Delta(Trend{First: true, Text: "6.1 pts", Dir: Up}))
	if got := strings.TrimSpace(doc.Text()); got != "first reading" || doc.Find("svg").Length() != 0 {
		t.Errorf("a first reading shows %q and %d arrows", got, doc.Find("svg").Length())
	}
}

func TestAButtonThatCannotBePressedSaysWhy(t *testing.T) {
	doc := draw(t, Button(ButtonProps{Label: "Open gate", Disabled: "312 people would lose Cowork", Opens: "gate"}))
	b := doc.Find("button")
	if b.AttrOr("aria-disabled", "") != "true" || b.AttrOr("type", "") != "button" {
		t.Errorf("it can be pressed: %v", b.Nodes[0].Attr)
	}
	if _, opens := b.Attr("commandfor"); opens {
		t.Error("it opens its dialog")
	}
	if !strings.Contains(b.Text(), "Not available: 312 people would lose Cowork") {
		t.Errorf("it says %q", b.Text())
	}
}

func TestASavingButtonIsBusyAndSendsNothing(t *testing.T) {
	b := draw(t, Button(ButtonProps{Label: "Save", Saving: true})).Find("button")
	if b.AttrOr("aria-busy", "") != "true" || b.AttrOr("type", "") != "button" {
		t.Errorf("attributes %v", b.Nodes[0].Attr)
	}
}

func TestFieldsPointAtTheirHintAndError(t *testing.T) {
	for _, c := range []templ.Component{
		Field(FieldProps{Name: "due", Label: "Due", Hint: "A day", Error: "November has 30 days."}),
		TextArea(FieldProps{Name: "due", Label: "Due", Hint: "A day", Error: "November has 30 days."}),
		Select(SelectProps{Name: "due", Label: "Due", Hint: "A day", Error: "November has 30 days."}),
	} {
		doc := draw(t, c)
		in := doc.Find("#due")
		if in.AttrOr("aria-invalid", "") != "true" || doc.Find("label").AttrOr("for", "") != "due" {
			t.Errorf("attributes %v", in.Nodes[0].Attr)
		}
		for _, id := range strings.Fields(in.AttrOr("aria-describedby", "")) {
			if doc.Find("#"+id).Length() != 1 {
				t.Errorf("nothing has the id %s", id)
			}
		}
	}
	if _, invalid := draw(t, Field(FieldProps{Name: "due", Label: "Due"})).Find("#due").Attr("aria-invalid"); invalid {
		t.Error("a field without an error is invalid")
	}
}

func TestWhatWasTypedIsEscapedAndKept(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	for name, c := range map[string]templ.Component{
		"field":  Field(FieldProps{Name: "n", Label: evil, Value: evil, Error: evil, Hint: evil}),
		"area":   TextArea(FieldProps{Name: "n", Label: "N", Value: evil}),
		"chip":   Chip(ChipProps{Label: evil, URL: "javascript:alert(1)"}),
		"toast":  Toast(ToastProps{Text: evil, UndoURL: "javascript:alert(1)", Undo: []Pair{{evil, evil}}}),
		"banner": Banner(BannerProps{Title: evil, Body: evil, Tone: Tone(evil)}),
		"who":    Who(Person{Name: evil}),
		"tile":   StatTile(StatTileProps{Label: evil, Value: Known(evil), Meta: evil, Def: &DefinitionProps{ID: evil, Title: evil, Sentence: evil}}),
		"icon":   Icon(IconCheck, evil),
		"table":  Table(TableProps{Caption: evil, Columns: []Column{{Label: evil, SortURL: evil, Sort: evil}}}),
		"dialog": Dialog(DialogProps{ID: "d", Title: evil, Phrase: evil, Action: evil, Fields: []Pair{{evil, evil}}}),
	} {
		doc := draw(t, c)
		if n := doc.Find("script").Length(); n != 0 {
			t.Errorf("%s: %d scripts got in", name, n)
		}
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: attribute %s", name, a.Key)
				}
			}
		})
	}
	if got := draw(t, Field(FieldProps{Name: "n", Label: "N", Value: evil})).Find("input").AttrOr("value", ""); got != evil {
		t.Errorf("typed %q came back as %q", evil, got)
	}
}

func TestScriptAddressesAreRefused(t *testing.T) {
	for _, c := range []templ.Component{
		LinkButton(LinkButtonProps{Label: "x", URL: "javascript:alert(1)"}),
		Chip(ChipProps{Label: "x", URL: "javascript:alert(1)"}),
		Banner(BannerProps{Title: "x", Link: &Link{"x", "javascript:alert(1)"}}),
	} {
		if got := draw(t, c).Find("a").AttrOr("href", ""); strings.HasPrefix(got, "javascript") {
			t.Errorf("href %q", got)
		}
	}
	for _, url := range []string{"/overview?a=1&b=2", "?sort=out", "#main", "https://example.com/proof"} {
		if got := draw(t, LinkButton(LinkButtonProps{Label: "x", URL: url})).Find("a").AttrOr("href", ""); got != url {
			t.Errorf("%s became %q", url, got)
		}
	}
}

func TestSortingIsALinkAndIsSaid(t *testing.T) {
	doc := draw(t, Table(TableProps{Caption: "Groups", Columns: []Column{
		{Label: "Group"}, {Label: "Not signed in", Numeric: true, SortURL: "?sort=out", Sort: "descending"},
	}}))
	if doc.Find("th").First().AttrOr("aria-sort", "none") != "none" {
		t.Error("an unsorted column says that it is sorted")
	}
	th := doc.Find("th").Last()
	if th.AttrOr("aria-sort", "") != "descending" || th.Find("a").AttrOr("href", "") != "?sort=out" {
		t.Errorf("the sorted column is %v", th.Nodes[0].Attr)
	}
}

func TestTheEndsOfAListHaveNoLinks(t *testing.T) {
	doc := draw(t, Pagination(PagesProps{Label: "1–25 of 312", Next: "?page=2"}))
	if doc.Find("a").Length() != 1 || doc.Find("a").AttrOr("rel", "") != "next" {
		t.Errorf("%d links", doc.Find("a").Length())
	}
}

func TestOnlyARunningSyncAsksForItself(t *testing.T) {
	for state, asks := range map[SyncState]bool{SyncWaiting: true, SyncRunning: true, SyncDone: false, SyncFailed: false} {
		_, got := draw(t, SyncPanel(SyncProps{ID: "s", State: state, Title: "Reading", Done: 9, Of: 14, Poll: "/progress"})).Find("#s").Attr("hx-get")
		if got != asks {
			t.Errorf("%s: asks again: %v", state, got)
		}
	}
	if got := spoken(t, SyncPanel(SyncProps{State: SyncRunning, Title: "Reading groups", Done: 9, Of: 14})); !strings.Contains(got, "9 of 14") || !strings.Contains(got, "You can leave") {
		t.Errorf("a running sync says %q", got)
	}
}

func TestLatenessSaysWhy(t *testing.T) {
	p := FreshProps{State: FreshLate, Text: "Stopped at Mon 16 Nov", Why: "The sync failed twice.", URL: "/settings/sources"}
	if got := spoken(t, Fresh(p)); got != "Stopped at Mon 16 Nov. The sync failed twice. See why" {
		t.Errorf("late says %q", got)
	}
	p.State = FreshOK
	if got := spoken(t, Fresh(p)); got != "Stopped at Mon 16 Nov" {
		t.Errorf("fresh says %q", got)
	}
}

func TestFailingOutranksInWordAndColour(t *testing.T) {
	doc := draw(t, Evidence(EvidenceProps{Proof: ProofFailing, Text: "138 short"}))
	if !doc.Find(".chip").HasClass("bad") || !strings.HasPrefix(strings.TrimSpace(doc.Text()), "Failing:") {
		t.Errorf("failing evidence shows %q", doc.Text())
	}
	if got := spoken(t, Evidence(EvidenceProps{Proof: "nonsense"})); got != "None yet" {
		t.Errorf("unknown evidence says %q", got)
	}
}

func TestOnTargetCountsOnlyWhatIsMeasured(t *testing.T) {
	for _, c := range []struct {
		met, of int
		want    string
		tone    Tone
	}{{0, 0, "No reading yet", ToneNone}, {2, 2, "2 of 2 on target", ToneGood}, {1, 4, "1 of 4 on target", ToneWarn}} {
		if got := OnTarget(c.met, c.of); got.Label != c.want || got.Tone != c.tone || got.Icon == "" {
			t.Errorf("%d of %d: %+v", c.met, c.of, got)
		}
	}
}

func TestConfirmingNeedsTheVeryWords(t *testing.T) {
	doc := draw(t, Dialog(DialogProps{ID: "d", Title: "Record?", Phrase: "ENFORCE SSO (all)", Action: "/x", Confirm: "Record"}))
	in := doc.Find("input[name=phrase]")
	if _, required := in.Attr("required"); !required {
		t.Error("nothing need be typed")
	}
	if got := in.AttrOr("pattern", ""); got != `ENFORCE SSO \(all\)` {
		t.Errorf("the pattern is %q", got)
	}
	if _, first := doc.Find("footer button").First().Attr("autofocus"); !first {
		t.Error("the focus does not start on Cancel")
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	for g, inner := range drawings {
		if !strings.HasPrefix(inner, "<") || strings.Contains(inner, "script") {
			t.Errorf("%s is drawn as %q", g, inner)
		}
	}
	if got := draw(t, Icon("no-such")).Find("svg").Length(); got != 0 {
		t.Error("an unknown name draws something")
	}
}
