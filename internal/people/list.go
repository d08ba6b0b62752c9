package people

import (
	"cmp"
	"io"
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/sheet"
)

// The columns of a file of people.
const (
	colEmail      = "email"
	colName       = "name"
	colDepartment = "department"
	colWave       = "wave"
	colTitle      = "title"
	colManager    = "manager_email"
	colLocation   = "location"
	colFrom       = "effective_from"
)

// Columns are the columns of a file of people.
func Columns() []sheet.Column {
	return []sheet.Column{
		{Name: colEmail, Required: true, Max: sheet.MaxAddress},
		{Name: colName},
		{Name: colDepartment},
		{Name: colWave},
		{Name: colTitle},
		{Name: colManager, Max: sheet.MaxAddress},
		{Name: colLocation},
		{Name: colFrom},
	}
}

// listRow is what a row says of a person from a day on. What the file has no
// column for is empty and counts for nothing: the list knows its columns.
type listRow struct {
	line  int
	email string
	name, title, manager,
	location string
	place Place
	from  day.Date // None: for all days
}

// list is a file of people. Its rows stand together by person, in the order the
// people appear in, and by date within a person.
type list struct {
	report sheet.Report
	people [][]listRow
}

// parse reads a file of people and settles what can be settled without the roster.
func parse(r io.Reader) (list, error) {
	var l list
	var rows []listRow
	var err error
	l.report, err = sheet.Read(r, Columns(), func(row sheet.Row) error {
		p, err := parseRow(row)
		if err == nil {
			rows = append(rows, p)
		}
		return err
	})
	if err != nil {
		return l, err
	}
	l.group(rows)
	return l, nil
}

func parseRow(row sheet.Row) (listRow, error) {
	p := listRow{
		line: row.Line, name: row.Cell(colName), title: row.Cell(colTitle), location: row.Cell(colLocation),
		place: Place{Department: row.Cell(colDepartment), Wave: row.Cell(colWave)}, from: day.None,
	}
	var err error
	if p.email, err = sheet.Address(colEmail, row.Cell(colEmail)); err != nil {
		return p, err
	}
	if m := row.Cell(colManager); m != "" {
		if p.manager, err = sheet.Address(colManager, m); err != nil {
			return p, err
		}
	}
	if from := row.Cell(colFrom); from != "" {
		p.from, err = sheet.Date(from)
	}
	return p, err
}

// group puts the rows of each person together and rejects those that contradict each other.
func (l *list) group(rows []listRow) {
	at := make(map[string]int, len(rows))
	var people [][]listRow
	for i, r := range rows {
		key := sheet.Fold(r.email)
		j, ok := at[key]
		if !ok {
			j = len(people)
			at[key] = j
			people = append(people, rows[i:i:i+1])
		}
		people[j] = append(people[j], r)
	}
	for _, p := range people {
		if p = l.settle(p); len(p) > 0 {
			l.people = append(l.people, p)
		}
	}
}

// settle returns the rows of one person that can be used, by date.
func (l *list) settle(p []listRow) []listRow {
	if len(p) == 1 {
		return p
	}
	lines := map[day.Date][]int{}
	for _, r := range p {
		lines[r.from] = append(lines[r.from], r.line)
	}
	var good []listRow
	for _, r := range p {
		same := lines[r.from]
		switch {
		case r.from == day.None:
			l.report.Reject(r.line, sheet.Wrong("%s is in line %d too. Several rows for one person all need an effective_from.", r.email, other(p, r.line)))
		case len(same) > 1:
			l.report.Reject(r.line, sheet.Wrong("%s has another row from %s on, in line %d.", r.email, r.from, otherLine(same, r.line)))
		default:
			good = append(good, r)
		}
	}
	slices.SortFunc(good, func(a, b listRow) int { return cmp.Compare(a.from, b.from) })
	return good
}

// other returns the line of the first row of p that is not in line.
func other(p []listRow, line int) int {
	if p[0].line != line {
		return p[0].line
	}
	return p[1].line
}

func otherLine(lines []int, line int) int {
	if lines[0] != line {
		return lines[0]
	}
	return lines[1]
}
