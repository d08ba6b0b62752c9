package ui

import (
	"math"
	"strconv"
)

// TriangleProps is a retention triangle: people by the week they began, and how
// many of them came back in each week after.
type TriangleProps struct {
	Title string
	First string // what a row is: "Began in the week of"
	Rows  []TriangleRow
	Empty string
}

// TriangleRow is the people of one week. Withheld, when set, is said in place of the cells.
type TriangleRow struct {
	Name     string
	Size     string
	Cells    []TriangleCell
	Withheld string
}

// TriangleCell is one week of a row. A Running week has not ended: it has no
// reading, or a preliminary one.
type TriangleCell struct {
	Share   Reading
	Running bool
}

// weeks returns the number of columns.
func (p TriangleProps) weeks() int {
	n := 0
	for _, r := range p.Rows {
		n = max(n, len(r.Cells))
	}
	return n
}

func (p TriangleProps) running() bool {
	for _, r := range p.Rows {
		for _, c := range r.Cells {
			if c.Running && r.Withheld == "" {
				return true
			}
		}
	}
	return false
}

// class returns the cell's heat, h0 to h9, one class for each tenth.
func (c TriangleCell) class() string {
	switch {
	case c.Running:
		return "part"
	case !c.Share.Known:
		return "none"
	}
	return "h" + strconv.Itoa(int(math.Min(9, math.Max(0, math.Floor(c.Share.Value*10+1e-9)))))
}
