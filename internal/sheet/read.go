package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/fault"
)

// headBytes is how much of a file is looked at to tell what it is.
const headBytes = 4 << 10

// Row is a row of a file. It may be kept; its cells share memory.
type Row struct {
	Line  int // of the file, where the row begins
	cells []string
	at    []int // column -> place of its cell; -1 when the file does not have it
	cols  []Column
}

// Cell returns the cell of a column, "" when the file does not have it. White
// space around it and runs of it inside are gone, unless the column holds lines.
func (r Row) Cell(column string) string {
	i := slices.IndexFunc(r.cols, func(c Column) bool { return c.Name == column })
	if i < 0 || r.at[i] < 0 {
		return ""
	}
	return r.cells[r.at[i]]
}

// Read reads a file of these columns and calls each with every row that has a
// right shape. What each returns as an error is a problem of that row, in the
// words of its fault. A file that cannot be read at all is an Invalid fault, one
// over the limits a TooLarge one; it is never in memory as a whole.
func Read(r io.Reader, columns []Column, each func(Row) error) (Report, error) {
	in, err := open(r)
	if err != nil {
		return Report{}, err
	}
	rows := &rowByRow{r: in, left: maxRow}
	f := reading{csv: csv.NewReader(rows), rows: rows, columns: columns}
	f.csv.FieldsPerRecord = -1
	if err := f.header(); err != nil {
		return f.report, err
	}
	for {
		err := f.row(each)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return f.report, err
		}
	}
	if f.report.Rows == 0 {
		return f.report, fault.Field("file", "The file has a header and no rows.")
	}
	return f.report, nil
}

// open looks at the beginning of r and returns it without a byte order mark.
func open(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(&limited{r: r, left: MaxBytes}, headBytes)
	head, err := in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, failed(err)
	}
	if err := sniff(head); err != nil {
		return nil, err
	}
	if strings.HasPrefix(string(head), bom) {
		_, _ = in.Discard(len(bom)) // it has been peeked at
	}
	return in, nil
}

var errTooLarge = fault.New(fault.TooLarge, fmt.Sprintf("The file is larger than %d MB. Split it, and import one part after the other.", MaxBytes>>20))

// limited refuses to give more than left bytes.
type limited struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// maxRow is the bytes of a row. What reads CSV takes a hundred times as much
// memory as a row of empty cells has bytes.
const maxRow = 1 << 20

// rowByRow refuses to give more than left bytes, which whoever reads renews for
// each row.
type rowByRow struct {
	r    io.Reader
	left int
}

var errLongRow = errors.New("sheet: a row is too long")

// Read implements io.Reader.
func (l *rowByRow) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongRow
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}

// failed tells a fault of the file from trouble with reading it.
func failed(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	return fmt.Errorf("read the file: %w", err)
}

// reading is a file on its way through the reader.
type reading struct {
	csv     *csv.Reader
	rows    *rowByRow
	last    int // line of the row before, 0 for the header
	columns []Column
	width   int
	at      []int
	report  Report
}

// next returns the cells of the next row.
func (f *reading) next() ([]string, error) {
	f.rows.left = maxRow
	cells, err := f.csv.Read()
	if errors.Is(err, errLongRow) {
		return nil, fault.New(fault.TooLarge, fmt.Sprintf("%s is larger than %d MB: it may lack line ends, or a quotation mark.", f.where(), maxRow>>20))
	}
	return cells, err
}

// where says which row is being read.
func (f *reading) where() string {
	if f.last == 0 {
		return "Line 1"
	}
	return fmt.Sprintf("The row after line %d", f.last)
}

// header finds the columns.
func (f *reading) header() error {
	names, err := f.next()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return fault.Field("file", "The file is empty.")
	case errors.As(err, &broken):
		return fault.Field("file", "Line 1 cannot be read: "+broken.Err.Error()+". It has to name the columns, separated by commas.")
	case err != nil:
		return failed(err)
	}
	if err := f.readable(names, 1); err != nil {
		return err
	}
	f.last, f.width, f.at = 1, len(names), make([]int, len(f.columns))
	for i := range f.at {
		f.at[i] = -1
	}
	for place, name := range names {
		if err := f.column(place, name); err != nil {
			return err
		}
	}
	return f.complete(names)
}

func (f *reading) column(place int, name string) error {
	i := find(f.columns, name)
	switch {
	case i < 0 && strings.TrimSpace(name) != "":
		f.report.Unknown = append(f.report.Unknown, shorten(tidy(name)))
	case i < 0:
	case f.at[i] >= 0:
		return fault.Field("file", fmt.Sprintf("The column %s is there twice.", f.columns[i].Name))
	default:
		f.at[i] = place
		f.report.Columns = append(f.report.Columns, f.columns[i].Name)
	}
	return nil
}

// complete says which required columns a header lacks.
func (f *reading) complete(names []string) error {
	var missing []string
	for i, c := range f.columns {
		if c.Required && f.at[i] < 0 {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if err := otherSeparator(names, f.columns); err != nil {
		return err
	}
	found := make([]string, 0, len(names))
	for _, n := range names {
		found = append(found, shorten(tidy(n)))
	}
	const most = 20
	if len(found) > most {
		found = append(found[:most], "…")
	}
	word := "column"
	if len(missing) > 1 {
		word = "columns"
	}
	return fault.Field("file", fmt.Sprintf("The file has no %s %s. Its first line names: %s.", word, strings.Join(missing, ", "), strings.Join(found, ", ")))
}

func find(columns []Column, name string) int {
	name = strings.TrimSpace(name)
	return slices.IndexFunc(columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

// row reads the next row. Its error ends the file.
func (f *reading) row(each func(Row) error) error {
	cells, err := f.next()
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken):
		f.last = broken.Line
		return f.add(broken.StartLine, quoting(broken))
	case err != nil:
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return failed(err)
	}
	line, _ := f.csv.FieldPos(0)
	f.last = line
	if err := f.readable(cells, line); err != nil {
		return err
	}
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return nil // spreadsheets write rows of empty cells below a table
	}
	if len(cells) != f.width {
		return f.add(line, Wrong("The row has %s and the header %d.", count(len(cells), "cell"), f.width))
	}
	row := Row{Line: line, cells: cells, at: f.at, cols: f.columns}
	if err := f.clean(row); err != nil {
		return f.add(line, err)
	}
	return f.add(line, each(row))
}

// add counts a row and what is wrong with it.
func (f *reading) add(line int, wrong error) error {
	if f.report.Rows++; f.report.Rows > MaxRows {
		return fault.New(fault.TooLarge, fmt.Sprintf("The file has more than %d rows. Split it, and import one part after the other.", MaxRows))
	}
	if wrong != nil {
		f.report.Reject(line, wrong)
	}
	return nil
}

// Reject notes that the row of a line cannot be used. Each row is rejected once.
func (r *Report) Reject(line int, wrong error) {
	say := fault.Say(wrong)
	if say == "" {
		say = wrong.Error()
	}
	r.Bad++
	r.Problems.Count++
	at, _ := slices.BinarySearchFunc(r.Problems.Items, line, func(p Problem, line int) int { return p.Line - line })
	if at >= maxShown {
		return
	}
	r.Problems.Items = slices.Insert(r.Problems.Items, at, Problem{line, say})
	if len(r.Problems.Items) > maxShown {
		r.Problems.Items = r.Problems.Items[:maxShown]
	}
}

func quoting(err *csv.ParseError) error {
	if errors.Is(err.Err, csv.ErrBareQuote) {
		return Wrong("A cell with a quotation mark in it has to be quoted as a whole, with the mark doubled.")
	}
	const say = "A quoted cell does not end where it should: double the quotation marks inside it."
	if err.Line > err.StartLine {
		return Wrong("%s Lines %d to %d were taken for one row.", say, err.StartLine, err.Line)
	}
	return Wrong(say)
}

// readable refuses what is not UTF-8 text: then the whole file is something else.
func (f *reading) readable(cells []string, line int) error {
	for _, c := range cells {
		if strings.IndexByte(c, 0) >= 0 {
			return errBinary
		}
		if !utf8.ValidString(c) {
			return fault.Field("file", fmt.Sprintf("Line %d is not UTF-8: the file seems to be saved as Latin-1 or Windows-1252.", line)+saveAs)
		}
	}
	return nil
}

// clean tidies the cells that are asked for, and checks their length.
func (f *reading) clean(r Row) error {
	for i, place := range f.at {
		if place < 0 {
			continue
		}
		c := f.columns[i]
		cell := plain(r.cells[place])
		if c.Lines {
			cell = strings.TrimSpace(strings.ReplaceAll(cell, "\r\n", "\n"))
		} else {
			cell = tidy(cell)
		}
		if strings.ContainsFunc(cell, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			return Wrong("The %s holds characters that cannot be shown.", c.Name)
		}
		if most := c.most(); len(cell) > most && utf8.RuneCountInString(cell) > most {
			return Wrong("The %s has more than %d characters.", c.Name, most)
		}
		r.cells[place] = cell
	}
	return nil
}

func (c Column) most() int {
	if c.Max > 0 {
		return c.Max
	}
	return MaxCell
}

// formula holds what makes a spreadsheet run a cell instead of showing it.
const formula = "=+-@\t\r\n＝＋－＠"

// plain takes the apostrophe off that exports put before a cell that a spreadsheet would run.
func plain(cell string) string {
	rest, ok := strings.CutPrefix(cell, "'")
	if !ok {
		return cell
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
	if first == utf8.RuneError || !strings.ContainsRune(formula, first) {
		return cell
	}
	return rest
}

// tidy drops white space around a text and makes runs of it inside one space.
func tidy(s string) string {
	space := false
	for i, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || space || i == 0 || i == len(s)-1) {
			return strings.Join(strings.Fields(s), " ")
		}
		space = r == ' '
	}
	return s
}

func shorten(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
