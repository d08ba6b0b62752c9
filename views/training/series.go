package training

import "groundswell/views/ui"

// SeriesListProps is the page of all series.
type SeriesListProps struct {
	Sub  string
	Tabs ui.TabsProps
	New  string // plans one; "" for those who may not
	Rows []SeriesRow
}

// SeriesRow is a series in the list.
type SeriesRow struct {
	Name, URL    string
	Kind, Whose  string
	Rhythm, Days string
	Host         string
	Ended        bool
}

// SeriesProps is the page of one series.
type SeriesProps struct {
	Title, Sub  string
	Crumbs      []ui.Link
	Facts       []ui.Pair
	Edit, End   string // "" for those who may not, and once it has ended
	Ahead, Past []Line
	AheadDays   []string
	PastDays    []string
	Ended       string // since when; "" while it runs
}
