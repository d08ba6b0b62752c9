package access

import "groundswell/views/ui"

// PersonProps is why one person has what they have.
type PersonProps struct {
	Head    ui.PageHeadProps
	Verdict ui.BannerProps
	Notes   []ui.BannerProps
	Sub     string // of the list of groups
	Groups  []Group
	NoGroup string // why there is no group to show
	Has     []ui.Pair
	Limits  []Limit
}

// Group is what a group brings somebody.
type Group struct {
	Name, Source string
	Roles        []Role
	None         string // why it brings nothing
	Gives        []ui.ChipProps
}

// Role is what a role of a group gives.
type Role struct {
	Name  string
	Says  string // its permissions in words
	Gives []ui.ChipProps
}

// Limit is what limits somebody over a period.
type Limit struct {
	Period, Amount, From, Note string
}

// LimitsProps is the page of what the most restrictive spend limit does.
type LimitsProps struct {
	Head    ui.PageHeadProps
	Views   ui.SegmentedProps
	Void    *ui.VoidProps
	Notes   []ui.BannerProps
	Verdict ui.BannerProps
	Scopes  []Scope
	Note    string       // what is left out of them
	People  *LimitPeople // nil for those who see nobody
}

// Scope is a limit and how many it binds.
type Scope struct{ Label, Period, Amount, People, Zero, Lowered string }

// LimitPeople are the people that a limit stops, or who have less for being in several groups.
type LimitPeople struct {
	Sub   string
	Rows  []LimitRow
	Pages ui.PagesProps
}

// LimitRow is one of them.
type LimitRow struct {
	Name, Email, URL     string
	Effect               ui.ChipProps
	Period, Amount, From string
	Groups               string // every limit of their groups
}

func (r LimitRow) label() string {
	if r.Name == "" {
		return r.Email
	}
	return r.Name
}
