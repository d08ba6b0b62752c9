// Package sheet reads the CSV files that people hand over: it finds the columns
// by their names, tells which line a row begins on, and says in a sentence what
// is wrong with a file or a row. It knows no domain: what a cell means is for
// the room that asked.
package sheet

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"groundswell/internal/fault"
)

// Limits of a file. They are generous: 100,000 people fill about 15 MiB.
const (
	MaxBytes = 32 << 20
	MaxRows  = 500_000
	MaxCell  = 200 // characters of a cell, where its column says nothing else
)

// maxShown is how many problems, and how many entries of a listing, are kept beside their count.
const maxShown = 100

// File is a CSV file as somebody handed it over.
type File struct {
	Name string // without its directory; "" when it has none
	Body io.Reader
}

// Kind says what a file tells of.
type Kind string

// The kinds of files.
const (
	People      Kind = "people"
	Training    Kind = "training"
	Touchpoints Kind = "touchpoints"
	Devices     Kind = "devices"
)

// Kinds returns the kinds, people first: the others refer to them.
func Kinds() []Kind { return []Kind{People, Training, Touchpoints, Devices} }

// Valid reports whether k is a kind.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Column is a column that a file may have.
type Column struct {
	Name     string
	Required bool
	Max      int  // characters of a cell; 0 is MaxCell
	Lines    bool // a cell may hold several lines
}

// Problem is what is wrong with one row.
type Problem struct {
	Line int    `json:"line"` // of the file, where the row begins; the header is line 1
	Say  string `json:"say"`
}

// String writes p as "line 7: …".
func (p Problem) String() string { return "line " + strconv.Itoa(p.Line) + ": " + p.Say }

// Report is what reading a file told besides its rows.
type Report struct {
	Rows     int      `json:"rows"`            // rows below the header, bad ones included, empty ones not
	Columns  []string `json:"columns"`         // the known columns it has, in the order of the file
	Unknown  []string `json:"unknown_columns"` // columns that nobody asked for; they were ignored
	Bad      int      `json:"bad_rows"`        // rows that cannot be used
	Problems Problems `json:"problems"`        // what is wrong with them, by line
}

// Has reports whether the file has a column.
func (r Report) Has(column string) bool { return slices.Contains(r.Columns, column) }

// Problems are what is wrong with the rows of a file: the first by line, and how many there are.
type Problems = Listing[Problem]

// Listing is a list of which only the first entries are kept.
type Listing[T any] struct {
	Count int `json:"count"`
	Items []T `json:"items"` // the first of them
}

// Add puts v behind the others.
func (l *Listing[T]) Add(v T) {
	l.Count++
	if len(l.Items) < maxShown {
		l.Items = append(l.Items, v)
	}
}

// More returns how many entries are counted but not listed.
func (l Listing[T]) More() int { return l.Count - len(l.Items) }

// Wrong says in a sentence what is wrong with a row.
func Wrong(format string, args ...any) error {
	return fault.New(fault.Invalid, fmt.Sprintf(format, args...))
}
