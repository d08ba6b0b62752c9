package enablement

import (
	"io"
	"slices"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/sheet"
)

// Kind is what a session was.
type Kind string

// The kinds, as files name them.
const (
	AllStaff101 Kind = "all_staff_101"
	Department  Kind = "department"
	OfficeHours Kind = "office_hours"
	UserGroup   Kind = "user_group"
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{AllStaff101, Department, OfficeHours, UserGroup} }

// Valid reports whether k is a kind.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Name is what people call a session of kind k.
func (k Kind) Name() string {
	switch k {
	case AllStaff101:
		return "All-staff 101"
	case Department:
		return "Department session"
	case OfficeHours:
		return "Office hours"
	case UserGroup:
		return "User group"
	}
	return string(k)
}

// Status is what became of somebody who was expected at a session.
type Status string

// The statuses, as files name them.
const (
	Attended  Status = "attended"
	Completed Status = "completed"
	NoShow    Status = "no_show"
)

// Statuses returns every status.
func Statuses() []Status { return []Status{Attended, Completed, NoShow} }

// Valid reports whether s is a status.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Session is a training or help session that took place.
type Session struct {
	Name string   `json:"name"`
	Kind Kind     `json:"kind"`
	Day  day.Date `json:"date"`
}

// Attendance is somebody at a session.
type Attendance struct {
	Session Session
	Email   string
	Status  Status
	Minutes *int // nil: not reported
	Source  Source
}

// The columns of a file of attendances.
const (
	colEmail   = "email"
	colSession = "session"
	colKind    = "kind"
	colDate    = "date"
	colStatus  = "status"
	colMinutes = "minutes"
)

const maxMinutes = 24 * 60

// Columns are the columns of a file of attendances.
func Columns() []sheet.Column {
	return []sheet.Column{
		{Name: colEmail, Required: true, Max: sheet.MaxAddress},
		{Name: colSession, Required: true},
		{Name: colKind, Required: true},
		{Name: colDate, Required: true},
		{Name: colStatus, Required: true},
		{Name: colMinutes},
	}
}

type row struct {
	line int
	Attendance
}

// register is a file of attendances: each person once per session.
type register struct {
	report sheet.Report
	rows   []row
}

// parse reads a file of attendances and settles what can be settled by itself.
func parse(r io.Reader, now time.Time) (register, error) {
	var g register
	var rows []row
	var err error
	g.report, err = sheet.Read(r, Columns(), func(in sheet.Row) error {
		a, err := parseRow(in, now)
		if err == nil {
			rows = append(rows, row{in.Line, a})
		}
		return err
	})
	if err == nil {
		g.settle(rows)
	}
	return g, err
}

func parseRow(in sheet.Row, now time.Time) (a Attendance, err error) {
	if a.Email, err = sheet.Address(colEmail, in.Cell(colEmail)); err != nil {
		return a, err
	}
	a.Source = FromFile
	a.Session = Session{Name: in.Cell(colSession), Kind: Kind(in.Cell(colKind))}
	a.Status = Status(in.Cell(colStatus))
	switch {
	case a.Session.Name == "":
		return a, sheet.Wrong("The session is missing.")
	case !a.Session.Kind.Valid():
		return a, sheet.Wrong("“%s” is no kind of session: write all_staff_101, department, office_hours or user_group.", a.Session.Kind)
	case !a.Status.Valid():
		return a, sheet.Wrong("“%s” is no status: write attended, completed or no_show.", a.Status)
	}
	if a.Session.Day, err = sheet.PastDate(in.Cell(colDate), now); err != nil {
		return a, err
	}
	a.Minutes, err = minutes(in.Cell(colMinutes))
	return a, err
}

func minutes(cell string) (*int, error) {
	if cell == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(cell)
	if err != nil || n < 0 || n > maxMinutes {
		return nil, sheet.Wrong("“%s” is no number of minutes from 0 to %d.", cell, maxMinutes)
	}
	return &n, nil
}

// seat is what an attendance is kept under.
type seat struct {
	session Session
	email   string // folded
}

func (a Attendance) seat() seat { return seat{a.Session, sheet.Fold(a.Email)} }

func (a Attendance) says(b Attendance) bool {
	return a.Status == b.Status && (a.Minutes == nil) == (b.Minutes == nil) && (a.Minutes == nil || *a.Minutes == *b.Minutes)
}

// settle keeps one row of those that say the same, and rejects those that contradict each other.
func (g *register) settle(rows []row) {
	at := make(map[seat][]int, len(rows))
	for i, r := range rows {
		at[r.seat()] = append(at[r.seat()], i)
	}
	for i, r := range rows {
		same := at[r.seat()]
		if j := slices.IndexFunc(same, func(j int) bool { return !rows[j].says(r.Attendance) }); j >= 0 {
			g.report.Reject(r.line, sheet.Wrong("%s is at this session in line %d too, and it says something else.", r.Email, rows[same[j]].line))
			continue
		}
		if same[0] == i {
			g.rows = append(g.rows, r)
		}
	}
}
