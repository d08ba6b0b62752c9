package web

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"groundswell/internal/day"
)

// opened is a spreadsheet read by other hands than those that wrote it.
func opened(t *testing.T, body []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func cellOf(t *testing.T, f *excelize.File, sheet, at string, raw bool) string {
	t.Helper()
	got, err := f.GetCellValue(sheet, at, excelize.Options{RawCellValue: raw})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestSpreadsheetsHoldNumbersDaysAndText(t *testing.T) {
	body, err := writeXLSX([][]cell{
		header("cohort", "share", "count", "from", "cost", "state"),
		{said("=1+1"), shareCell(ptr(.62)), whole(ptr(1204)), dayCell(day.Of(2026, 11, 2)), moneyCell("1204.5"), ours("")},
		{said("2026-11-02"), number(ptr(1e-7)), ours(""), ours("2026-02-30"), ours("NaN"), said("12")},
	}, [][]cell{{ours("Period"), said("@2 – 8 Nov")}, {ours("From"), dayCell(day.Of(2026, 11, 2))}})
	if err != nil {
		t.Fatal(err)
	}
	f := opened(t, body)
	if got := strings.Join(f.GetSheetList(), " "); got != "Figures About" {
		t.Errorf("the sheets are %s", got)
	}
	cases := []struct{ sheet, at, shown, raw string }{
		{"Figures", "A1", "cohort", "cohort"},
		{"Figures", "A2", "'=1+1", "'=1+1"},
		{"Figures", "B2", "62.0%", "0.62"},
		{"Figures", "C2", "1204", "1204"},
		{"Figures", "D2", "2026-11-02", "46328"},
		{"Figures", "E2", "$1,204.50", "1204.5"},
		{"Figures", "F2", "", ""},
		{"Figures", "A3", "2026-11-02", "2026-11-02"},
		{"Figures", "B3", "0.0000001", "0.0000001"},
		{"Figures", "D3", "2026-02-30", "2026-02-30"},
		{"Figures", "E3", "NaN", "NaN"},
		{"About", "A1", "Period", "Period"},
		{"About", "B1", "'@2 – 8 Nov", "'@2 – 8 Nov"},
		{"About", "B2", "2026-11-02", "46328"},
	}
	for _, c := range cases {
		if got := cellOf(t, f, c.sheet, c.at, false); got != c.shown {
			t.Errorf("%s!%s shows %q, want %q", c.sheet, c.at, got, c.shown)
		}
		if got := cellOf(t, f, c.sheet, c.at, true); got != c.raw {
			t.Errorf("%s!%s holds %q, want %q", c.sheet, c.at, got, c.raw)
		}
		if formula, err := f.GetCellFormula(c.sheet, c.at); formula != "" || err != nil {
			t.Errorf("%s!%s runs %q, %v", c.sheet, c.at, formula, err)
		}
	}
}

func TestSpreadsheetsKeepTheirHeadInView(t *testing.T) {
	body, err := writeXLSX([][]cell{header("a"), {said(strings.Repeat("x", longestText+5))}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := opened(t, body)
	panes, err := f.GetPanes("Figures")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the head is not frozen: %+v, %v", panes, err)
	}
	id, err := f.GetCellStyle("Figures", "A1")
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.GetStyle(id)
	if err != nil || style.Font == nil || !style.Font.Bold {
		t.Errorf("the head is not bold: %+v, %v", style, err)
	}
	if n := len(cellOf(t, f, "Figures", "A2", false)); n != longestText {
		t.Errorf("a long text has %d characters", n)
	}
}
