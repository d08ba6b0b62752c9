package access

import (
	"strconv"

	"groundswell/views/ui"
)

// PageProps is the page of the dry run.
type PageProps struct {
	Head      ui.PageHeadProps
	Views     ui.SegmentedProps
	RunAgain  string // where the wish to run it goes; "" for those who may not
	RunLabel  string
	Void      *ui.VoidProps // instead of everything else, while there was no run
	Notes     []ui.BannerProps
	Impact    Impact
	Causes    Causes
	People    *People // nil for those who see nobody
	Gate      *Gate
	Losing    []Size // by department; nil for those who see no small groups
	Change    *Change
	Snapshots *Snapshots
}

// Impact is the verdict, and everybody as a bar.
type Impact struct {
	Chips  []ui.ChipProps
	Title  string
	Body   string
	Parts  []Part
	Speech string // the bar as a sentence
}

// Part is a piece of the bar with its number.
type Part struct {
	Look  string // kept, lost, planned or unknown
	Label string
	Count string
	Note  string
	Share float64 // of everybody
	URL   string  // the list of them; "" for those who see nobody
}

// bar is a piece of the drawing.
type bar struct{ look, x, width string }

// gap is what stands between two pieces, and least how narrow one gets, in parts of everything.
const gap, least = 0.0025, 0.006

func (p Impact) bars() []bar {
	var out []bar
	at := 0.0
	for _, part := range p.Parts {
		if part.Share <= 0 {
			continue
		}
		width := max(least, part.Share-gap)
		out = append(out, bar{part.Look, percent(at), percent(min(width, 1-at))})
		at = min(1-least, at+max(part.Share, least+gap))
	}
	return out
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 3, 64) + "%" }

// Causes is why people lose Cowork, and what to do about it.
type Causes struct {
	Sub  string
	Rows []Cause
	Good string // instead of rows, when nobody loses it
}

// Cause is one of the reasons.
type Cause struct {
	Count  string
	Title  string
	Say    string
	Owner  *ui.Person // of the task that puts it right
	Action *ui.Link
}

// People is the list of people with its filters.
type People struct {
	Title, Sub  string
	Action      string // where the filters go
	Search      string
	Causes      []ui.Choice
	Waves       []ui.Choice
	Departments []ui.Choice
	Outcomes    []ui.Choice
	Sort        string // kept by the filters
	Columns     []ui.Column
	Rows        []Row
	Pages       ui.PagesProps
	CSV, XLSX   ui.LinkButtonProps
	Note        string
	Empty       ui.VoidProps
}

// Row is somebody in the list.
type Row struct {
	Name, Email      string
	URL              string
	Department, Wave string
	Last             string // "" while they never used it
	Cause, Why       string
}

func (r Row) label() string {
	if r.Name == "" {
		return r.Email
	}
	return r.Name
}

// Size is how many of something there are.
type Size struct {
	Label, URL string
	People     string
}

// Change is what differs from the run before.
type Change struct {
	Sub   string
	Lines []ui.Pair
}

// Gate is the gate in front of enforcement.
type Gate struct {
	Body       string
	Conditions []Condition
	URL        string // of its page; "" for those who may not open it
	Note       string
}

// Condition is one thing that must hold before the gate opens.
type Condition struct {
	Title, Say string
	Met        bool
	Waiting    bool // not met, and nothing is wrong either
}

func (c Condition) look() (class string, g ui.Glyph, word string) {
	switch {
	case c.Met:
		return "ok-t", ui.IconCircleCheck, "Met"
	case c.Waiting:
		return "dim", ui.IconCircleDashed, "Waiting"
	}
	return "bad-t", ui.IconCircleX, "Not met"
}

// Snapshots are the copies of who may use what.
type Snapshots struct {
	Take string // where the wish for one goes; "" for those who may not
	Rows []Snapshot
	Note string
}

// Snapshot is one copy.
type Snapshot struct {
	At, By, Holds string
	URL           string // downloads it; "" for those who may not
	Label         string // of the link
	Download      bool   // false: the address asks who one is first
}
