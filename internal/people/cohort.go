package people

import "groundswell/internal/day"

// DepartmentHelp is who carries a department and what they did for it.
type DepartmentHelp struct {
	Champions   []OnRecord
	Touchpoints []TouchpointTotal // of the days asked for
	Sessions    []HeldSession     // the next ones, and the last one held
}

// HeldSession is a session for a department, ahead or held.
type HeldSession struct {
	ID       int
	Name     string
	Day      day.Date
	Starts   string // "15:30"; "" when no hour is known
	SignedUp int
	Came     int
	Held     bool // its day is over
}
