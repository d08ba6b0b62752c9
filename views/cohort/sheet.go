package cohort

import (
	"strconv"

	"groundswell/views/measure"
	"groundswell/views/ui"
)

// The states of a cell without a value, in a sheet: neither is a number, least of all zero.
const (
	sheetNotYet   = "not yet"
	sheetWithheld = "withheld"
)

// Sheet is the list as rows, the head first: every cohort in the order shown, in full precision.
func Sheet(f measure.Filters, fig ListFigures, r measure.Reader) [][]string {
	l := list{Page: measure.NewPage(f, fig.Figures, r), Filters: f, ListFigures: fig, reader: r}
	one, _ := Words(l.By)
	head := []string{one}
	for _, c := range columns {
		head = append(head, c.key)
	}
	out := [][]string{head}
	if l.nobody() != nil || l.Answer.Covered.Days() == 0 {
		return out
	}
	for _, row := range l.rows(l.sorting()) {
		line := []string{row.Name}
		for _, c := range row.Cells {
			line = append(line, c.sheet())
		}
		out = append(out, line)
	}
	return out
}

// sheet writes a cell for a spreadsheet.
func (c Cell) sheet() string {
	switch {
	case c.Value.State == ui.StateWithheld:
		return sheetWithheld
	case c.raw == nil:
		return sheetNotYet
	}
	return strconv.FormatFloat(*c.raw, 'f', -1, 64)
}
