package recognition

import (
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// RollProps is the roll of a quarter.
type RollProps struct {
	Head       ui.PageHeadProps
	Prev, Next *ui.Link
	CSV        *ui.LinkButtonProps // nil for champions
	Note       string
	Rows       []RollRow
	Thank      bool // a row leads to the champion's page
}

// RollRow is a champion of the quarter.
type RollRow struct {
	Name, Department                       string
	URL                                    string
	Touchpoints, Wins, Published, Sessions string
	Thanks                                 string
	Ended                                  bool
}

// NewRollRow is e as the roll shows it.
func NewRollRow(e people.RollEntry) RollRow {
	return RollRow{
		Name: e.Name, Department: e.Department.Name, URL: route.Champion(int64(e.Champion)), Touchpoints: ui.Count(e.Touchpoints), Wins: ui.Count(e.Wins),
		Published: ui.Count(e.Published), Sessions: ui.Count(e.Sessions), Thanks: ui.Count(e.Thanks), Ended: e.EndedOn.Known(),
	}
}
