package people

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/sheet"
)

// The columns of a file of touchpoints.
const (
	colDate     = "date"
	colChampion = "champion_email"
	colUser     = "user_email"
	colKind     = "kind"
	colNote     = "note"
)

const maxNote = 4000

// TouchpointColumns are the columns of a file of touchpoints.
func TouchpointColumns() []sheet.Column {
	return []sheet.Column{
		{Name: colDate, Required: true},
		{Name: colChampion, Required: true, Max: sheet.MaxAddress},
		{Name: colUser, Max: sheet.MaxAddress},
		{Name: colDepartment},
		{Name: colKind},
		{Name: colNote, Max: maxNote, Lines: true},
	}
}

// Touchpoint is a time a champion helped a person, or a whole department.
type Touchpoint struct {
	Day        day.Date
	Champion   string // address
	User       string // address; "" for a whole department
	Department string // "" for a person
	Kind, Note string
	Key        [sha256.Size]byte // the same for the same row of a file, import after import
}

// Contacts is what an import of touchpoints is compared with.
type Contacts struct {
	Departments []string
	Known       map[string]bool            // addresses of the roster and of members, earlier ones too, folded
	Imported    map[[sha256.Size]byte]bool // keys of touchpoints that were imported before
}

// TouchpointChange is what is to be kept of an import of touchpoints.
type TouchpointChange struct {
	Import sheet.Import
	New    []Touchpoint
}

// TouchpointDifference is what an import of touchpoints would change, or did.
type TouchpointDifference struct {
	sheet.Report

	New       int                `json:"new"`
	Unchanged int                `json:"unchanged"`   // imported before
	Strangers sheet.Listing[Who] `json:"not_members"` // touched, and neither on the roster nor members
	Notices   sheet.Problems     `json:"notices"`     // rows that were taken, and how
}

// Empty reports whether applying would change nothing.
func (d TouchpointDifference) Empty() bool { return d.New == 0 }

type touchpointRow struct {
	line int
	Touchpoint
}

type touchpointLog struct {
	report  sheet.Report
	notices sheet.Problems
	rows    []touchpointRow
}

func parseTouchpoints(r io.Reader, now time.Time) (touchpointLog, error) {
	var l touchpointLog
	var err error
	l.report, err = sheet.Read(r, TouchpointColumns(), func(row sheet.Row) error {
		t, err := parseTouchpoint(row, now)
		if err != nil {
			return err
		}
		if t.User != "" && t.Department != "" {
			l.notices.Add(sheet.Problem{Line: row.Line, Say: "Both a person and a department: the person counts."})
			t.Department = ""
		}
		l.rows = append(l.rows, touchpointRow{row.Line, t})
		return nil
	})
	return l, err
}

func parseTouchpoint(row sheet.Row, now time.Time) (t Touchpoint, err error) {
	t = Touchpoint{User: row.Cell(colUser), Department: row.Cell(colDepartment), Kind: row.Cell(colKind), Note: row.Cell(colNote)}
	if t.Day, err = sheet.PastDate(row.Cell(colDate), now); err != nil {
		return t, err
	}
	if t.Champion, err = sheet.Address(colChampion, row.Cell(colChampion)); err != nil {
		return t, err
	}
	if t.User == "" && t.Department == "" {
		return t, sheet.Wrong("Neither user_email nor department says who was helped.")
	}
	if t.User != "" {
		t.User, err = sheet.Address(colUser, t.User)
	}
	return t, err
}

// compareTouchpoints decides which touchpoints are new.
func compareTouchpoints(known Contacts, l touchpointLog) (TouchpointChange, TouchpointDifference) {
	var c TouchpointChange
	d := TouchpointDifference{Report: l.report, Notices: l.notices}
	d.Problems.Items = append([]sheet.Problem(nil), d.Problems.Items...)
	departments := newNames(known.Departments)
	above := map[[sha256.Size]byte]uint64{}
	met := map[string]bool{}
	for _, r := range l.rows {
		t := r.Touchpoint
		if t.User == "" {
			name, ok := departments.find(t.Department)
			if !ok {
				d.Reject(r.line, unknownDepartment(t.Department, known.Departments))
				continue
			}
			t.Department = name
		} else if who := sheet.Fold(t.User); !known.Known[who] && !met[who] {
			met[who] = true
			d.Strangers.Add(Who{Line: r.line, Email: t.User})
		}
		same := t.key(0)
		t.Key = t.key(above[same])
		above[same]++
		if known.Imported[t.Key] {
			d.Unchanged++
			continue
		}
		d.New++
		t.Kind = string(KindOf(t.Kind)) // the key is of what the file says
		c.New = append(c.New, t)
	}
	return c, d
}

func unknownDepartment(name string, among []string) error {
	if like := closest(name, among); like != "" {
		return sheet.Wrong("There is no department “%s”. Is “%s” meant?", name, like)
	}
	return sheet.Wrong("There is no department “%s”.", name)
}

// key is a digest of what a row says and of how many equal ones stand above it.
func (t Touchpoint) key(above uint64) [sha256.Size]byte {
	var b []byte
	for _, s := range []string{t.Day.String(), sheet.Fold(t.Champion), sheet.Fold(t.User), t.Department, t.Kind, t.Note} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, above))
}
