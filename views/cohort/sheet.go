package cohort

import (
	"slices"
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// SheetCell is a cell of a sheet: somebody's words, or a number of ours.
type SheetCell struct {
	Text   string
	Number bool
	Ratio  bool // a number that reads as a percentage
}

// The states of a cell without a value: neither is a number, least of all zero.
const (
	sheetNotYet   = "not yet"
	sheetWithheld = "withheld"
)

func words(texts ...string) []SheetCell {
	out := make([]SheetCell, len(texts))
	for i, t := range texts {
		out[i] = SheetCell{Text: t}
	}
	return out
}

// Sheet is the list as rows, the head first: every cohort in the order shown, in
// full precision. about is what there is to know of it: names and facts.
func Sheet(f measure.Filters, fig ListFigures, r measure.Reader) (rows, about [][]SheetCell) {
	l := newList(f, fig, r)
	one, _ := Words(l.By)
	head := words(one)
	for _, c := range columns {
		head = append(head, SheetCell{Text: c.key})
	}
	rows = [][]SheetCell{head}
	if l.nobody() != nil || l.Answer.Covered.Days() == 0 {
		return rows, nil
	}
	key, down := l.sorting()
	shown := l.rows(key, down)
	for _, row := range shown {
		line := words(row.Name)
		for _, c := range row.Cells {
			line = append(line, c.sheet())
		}
		rows = append(rows, line)
	}
	addNow(rows, shown)
	return rows, l.about(key)
}

// addNow adds a column for each one in which a figure of a closed month reads otherwise now.
func addNow(rows [][]SheetCell, shown []Row) {
	for k, c := range columns {
		if !slices.ContainsFunc(shown, func(r Row) bool { return r.Cells[k].now != nil }) {
			continue
		}
		rows[0] = append(rows[0], SheetCell{Text: c.key + "_now"})
		for i, r := range shown {
			rows[i+1] = append(rows[i+1], numeral(r.Cells[k].now, r.Cells[k].rate))
		}
	}
}

// about says what the sheet covers and what its columns mean.
func (l list) about(key string) [][]SheetCell {
	one, _ := Words(l.By)
	out := [][]SheetCell{
		words("What", "Cohorts by "+one), words("From", l.Covered().From.String()), words("To", l.Covered().To.String()),
		words("Data through", l.Answer.Through.String()), words("Sorted by", l.label(key)),
	}
	for _, n := range l.notes() {
		out = append(out, words("Note", n))
	}
	for _, c := range columns {
		out = append(out, words(c.key, c.what()))
	}
	return append(out, words(sheetNotYet, "It cannot be computed yet; the page says why."),
		words(sheetWithheld, "It is known and not shown: it could single people out."))
}

// sheet writes a cell for a spreadsheet.
func (c Cell) sheet() SheetCell {
	switch {
	case c.Value.State == ui.StateWithheld:
		return SheetCell{Text: sheetWithheld}
	case c.raw == nil:
		return SheetCell{Text: sheetNotYet}
	}
	return SheetCell{Text: strconv.FormatFloat(*c.raw, 'f', -1, 64), Number: true, Ratio: c.rate}
}

// rate reports whether a metric reads as a percentage.
func rate(k adoption.Key) bool { return adoption.MetricOf(k).Unit == adoption.UnitRatio }
