package training

import "groundswell/views/ui"

// CheckInProps is the form that somebody at a session checks in by.
type CheckInProps struct {
	Post     string
	Sessions []ui.Choice // whose doors are open now
	Picked   *CheckInPicked
	Code     string
	Error    string
	Filled   bool // the code came with the address: one tap checks in
}

// CheckInPicked is the session that the address names.
type CheckInPicked struct {
	ID   string
	Name string // "" when the reader may not know it by the code they hold
	When string
}

func (p CheckInProps) hint() string {
	if p.Filled {
		return "Filled in from the door"
	}
	return "The six digits that the door shows"
}
