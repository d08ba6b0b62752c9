package win

import (
	"groundswell/internal/value"
	"groundswell/views/ui"
)

// ListProps is the page of all wins.
type ListProps struct {
	Head    ui.PageHeadProps
	Log     string        // where one is logged; "" for readers
	Void    *ui.VoidProps // nobody has logged one
	Action  string
	Filters []ui.SelectProps
	Period  ui.PeriodProps
	Keep    []ui.Pair // the period, for the form of the other filters
	Title   string
	Sub     string
	CSV     ui.LinkButtonProps
	Note    string // what the download asks for first
	Rows    []Row
	Clear   string // the list without filters
	Pages   ui.PagesProps
}

// Row is a win in the list of all.
type Row struct {
	URL         string
	Day         string
	Name, Sub   string // whose, and where they are
	Deliverable string
	Before      string
	Hours       string
	State       ui.ChipProps
	Agreed      string
}

// NewRow is w as the list shows it; url is its page and on its day in words.
func NewRow(w value.Win, url, on string) Row {
	return Row{
		URL: url, Day: on, Name: w.Who.Label(), Sub: w.Who.Department.Name, Deliverable: w.Deliverable,
		Before: BeforeLabel(w.Before), Hours: hoursOrDash(w.Hours), State: chip(w.State), Agreed: agreed(w.Consent),
	}
}

func hoursOrDash(h value.Hours) string {
	if h == 0 {
		return ""
	}
	return hoursShort(h)
}

// NewMineRow is w as a champion's tab shows it; on is its day in words.
func NewMineRow(w value.Win, on string) MineRow {
	note := on + ". " + BeforeLabel(w.Before)
	if h := HoursLabel(w.Hours); h != "" {
		note += ", " + h
	}
	return MineRow{Name: w.Who.Label(), Deliverable: w.Deliverable, Note: note, GoesTo: w.GoesTo, State: chip(w.State), Agreed: agreed(w.Consent)}
}
