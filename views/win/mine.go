package win

import "groundswell/views/ui"

// MineProps is a champion's tab: the wins of their departments, newest first.
type MineProps struct {
	Log   string // where one is logged
	Title string
	Note  string // how many there are in which state
	Rows  []MineRow
	More  string // the rest of them; "" when these are all
}

// MineRow is a win as a champion sees it.
type MineRow struct {
	Name        string
	Deliverable string
	Note        string // day, before, hours
	GoesTo      string
	State       ui.ChipProps
	Agreed      string
	Edit        string // "" when it cannot be changed
	Undo        string // posted to; "" when it cannot be taken back
	Back        string // where the undo returns
}
