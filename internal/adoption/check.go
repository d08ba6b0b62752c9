package adoption

import (
	"time"

	"groundswell/internal/day"
)

// DayCheck is how one day's sets compare with its facts, told while a long look
// at many days goes on.
type DayCheck struct {
	Day      day.Date
	Done, Of int // this is the Done-th of Of days
	Differs  bool
}

// IndexCheck is what a comparison of the sets with the facts they are made of found.
type IndexCheck struct {
	At          time.Time
	Days        int      // compared
	Differences []string // a sentence each, naming days and numbers, never people
}
