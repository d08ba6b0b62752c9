package comms

import (
	"github.com/a-h/templ"

	"groundswell/views/ui"
)

// Props is the calendar of messages.
type Props struct {
	Head    ui.PageHeadProps
	Views   ui.SegmentedProps
	Waves   *ui.CohortProps // whom the messages shown are for; nil while there is one wave at most
	New     string          // "" for those who may not
	Plan    string          // where messages are planned for waves that have none; "" when none lacks them
	PlanSay string
	More    []ui.Link // pages of what goes out
	Notices []ui.BannerProps
	Void    *ui.VoidProps // instead of everything below
	Lanes   *LanesProps
	Month   *MonthProps
	List    *ListProps
	Rail    *RailProps
	Last    *LastProps
}

// Check is one thing that a message ought to say, and whether it does.
type Check struct {
	OK        bool
	Say, Note string
}

// RailProps is the message that is looked at.
type RailProps struct {
	Title    string
	URL      string
	Look     Look
	Stage    string
	Why      string // what it waits for
	Bad      bool   // Why is trouble
	When     string
	To       string
	Through  string
	Owner    *ui.Person // nil: nobody
	Approver *ui.Person
	Rhythm   string // "Every month, next on Thu 31 Dec"; "" when it goes out once
	Subject  string
	Body     templ.Component
	Checks   []Check
	Clashes  []string
	Act      *ui.LinkButtonProps // the one thing to do
	Open     ui.LinkButtonProps
	Move     string // "" for those who may not
}

// LastProps is what went out last and what became of it.
type LastProps struct {
	Title string
	URL   string
	When  string
	Facts []ui.Pair
	Note  string
}

// ListProps is the calendar as a table.
type ListProps struct {
	Action  string
	Filters []Filter
	Keep    []ui.Pair
	Sub     string
	Columns []ui.Column
	Groups  []Group
	Pages   *ui.PagesProps
	None    *ui.VoidProps
}

// Filter is a choice that narrows the list.
type Filter struct {
	Name, Label string
	Options     []ui.Choice
}

// Group is the rows of a day; Title is "" where the list is not by day.
type Group struct {
	Title string
	Note  string
	Rows  []Row
}

// Row is an occurrence in the list.
type Row struct {
	Title    string
	URL      string
	At       string
	Day      string // only where rows are not grouped by it
	Look     Look
	Stage    string
	Wave     string
	To       string
	Through  string
	Owner    string
	Selected bool
	Clash    string
}
