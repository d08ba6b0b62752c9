package web

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"groundswell/internal/day"
)

// The sheets of a spreadsheet.
const (
	sheetFigures = "Figures"
	sheetAbout   = "About"
)

const (
	thinColumn, wideColumn = 10, 60 // columns, in characters
	longestText            = 32_767 // characters that a cell of a spreadsheet holds
)

// workbook is a spreadsheet as it is written.
type workbook struct {
	file                       *excelize.File
	head, wrap, day, rate, usd int // styles
}

// writeXLSX writes a table and what there is to know about it as a spreadsheet:
// numbers and days as such, text never as a formula.
func writeXLSX(table, about [][]cell) ([]byte, error) {
	b := workbook{file: excelize.NewFile()}
	defer b.file.Close()
	var buf bytes.Buffer
	if err := b.fill(table, about); err != nil {
		return nil, fmt.Errorf("write spreadsheet: %w", err)
	}
	if err := b.file.Write(&buf); err != nil {
		return nil, fmt.Errorf("write spreadsheet: %w", err)
	}
	return buf.Bytes(), nil
}

func (b *workbook) fill(table, about [][]cell) error {
	if err := b.addStyles(); err != nil {
		return err
	}
	if err := b.file.SetSheetName("Sheet1", sheetFigures); err != nil {
		return err
	}
	if _, err := b.file.NewSheet(sheetAbout); err != nil {
		return err
	}
	if err := b.sheet(sheetFigures, table, true); err != nil {
		return err
	}
	return b.sheet(sheetAbout, about, false)
}

func (b *workbook) addStyles() error {
	style := func(id *int, s excelize.Style) func() error {
		return func() (err error) {
			*id, err = b.file.NewStyle(&s)
			return err
		}
	}
	date, rate, usd := "yyyy-mm-dd", "0.0%", `"$"#,##0.00`
	for _, add := range []func() error{
		style(&b.head, excelize.Style{Font: &excelize.Font{Bold: true}}),
		style(&b.wrap, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}),
		style(&b.day, excelize.Style{CustomNumFmt: &date}),
		style(&b.rate, excelize.Style{CustomNumFmt: &rate}),
		style(&b.usd, excelize.Style{CustomNumFmt: &usd}),
	} {
		if err := add(); err != nil {
			return err
		}
	}
	return nil
}

// sheet writes rows; a headed sheet begins with a row that stays in view.
func (b *workbook) sheet(name string, rows [][]cell, headed bool) error {
	w, err := b.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if headed {
		freeze := excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
		if err := w.SetPanes(&freeze); err != nil {
			return err
		}
	}
	for i, width := range widths(rows) {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	for i, row := range rows {
		if err := w.SetRow("A"+strconv.Itoa(i+1), b.line(row, headed, i == 0)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// line makes a row: a head is bold, and so is the name that a row of facts begins with.
func (b *workbook) line(row []cell, headed, first bool) []any {
	out := make([]any, len(row))
	for i, c := range row {
		switch {
		case headed && first, !headed && i == 0:
			out[i] = excelize.Cell{StyleID: b.head, Value: c.short()}
		case headed:
			out[i] = b.value(c)
		default:
			v := b.value(c)
			if text, ok := v.(string); ok {
				v = excelize.Cell{StyleID: b.wrap, Value: text}
			}
			out[i] = v
		}
	}
	return out
}

// value is a cell as what it is: nothing, a day, a number, or text.
func (b *workbook) value(c cell) any {
	if !c.ours {
		return c.short()
	}
	if c.text == "" {
		return nil
	}
	if d, err := day.Parse(c.text); err == nil {
		return excelize.Cell{StyleID: b.day, Value: d.Time()}
	}
	v, err := strconv.ParseFloat(c.text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return c.short()
	}
	switch c.look {
	case ratio:
		return excelize.Cell{StyleID: b.rate, Value: v}
	case dollars:
		return excelize.Cell{StyleID: b.usd, Value: v}
	}
	return v
}

// short is the cell's text, cut to what a spreadsheet can hold.
func (c cell) short() string {
	text := c.write()
	if utf8.RuneCountInString(text) <= longestText {
		return text
	}
	return string([]rune(text)[:longestText])
}

// widths fits columns to their longest text, within reason.
func widths(rows [][]cell) []float64 {
	var out []float64
	for _, row := range rows {
		for i, c := range row {
			if i == len(out) {
				out = append(out, thinColumn)
			}
			out[i] = min(wideColumn, max(out[i], float64(utf8.RuneCountInString(c.text)+2)))
		}
	}
	return out
}
