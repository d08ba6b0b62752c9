package comms

import (
	"time"

	"groundswell/internal/day"
)

// Turn is one time of a rhythm.
type Turn struct {
	No  int // 1, 2, …
	Day day.Date
}

// longestRhythm bounds how many turns are looked at: eight years of weeks.
const longestRhythm = 8 * 53

// Turns returns the days of a rhythm, counted from the day it begins and each moved on
// to a working day, up to until (day.None: no end) and horizon. The first is always
// there; where it has no day yet it is the only one. Of two that fall on one day the later
// stays away, so days ascend.
func Turns(begins day.Date, every Every, until, horizon day.Date, works WorkingDays) []Turn {
	if !begins.Known() {
		return []Turn{{No: 1, Day: day.None}}
	}
	last := day.None
	var out []Turn
	for no := 1; no <= longestRhythm; no++ {
		counted := nth(begins, every, no-1)
		if no > 1 && (every == Once || counted > horizon || until.Known() && counted > until) {
			break
		}
		on := works.OnOrAfter(counted)
		if no > 1 && until.Known() && on > until || on <= last {
			continue
		}
		last, out = on, append(out, Turn{No: no, Day: on})
	}
	return out
}

// nth returns the day that lies n steps of a rhythm after begins. A month that is too short ends it earlier.
func nth(begins day.Date, every Every, n int) day.Date {
	switch every {
	case EveryWeek:
		return begins + day.Date(7*n)
	case EveryTwoWeeks:
		return begins + day.Date(14*n)
	case EveryMonth:
		return months(begins, n)
	case EveryQuarter:
		return months(begins, 3*n)
	}
	return begins
}

func months(from day.Date, n int) day.Date {
	year, month, dom := from.Time().Date()
	in := day.Of(year, month+time.Month(n), 1).Month()
	return min(in.From+day.Date(dom-1), in.To)
}
