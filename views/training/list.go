package training

import (
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/views/ui"
)

// ListProps is the agenda of sessions.
type ListProps struct {
	Sub      string
	Tabs     ui.TabsProps
	Phone    bool   // the frame has drawn the head
	New      string // plans a session; "" for those who may not
	Series   string // plans a series
	Calendar string // the reader’s calendar address; "" where there is none
	Pickers  []ui.CohortProps
	Span     string // which days are shown
	Soon     ui.Option
	Earlier  ui.Link
	Later    ui.Link
	Weeks    []Week
	None     *ui.VoidProps // said when nothing is shown
}

// Week is a week of the agenda.
type Week struct {
	ID, Title, Sub string
	Days           []DayLine
}

// DayLine is a day of the agenda.
type DayLine struct {
	Label string
	Today bool
	Lines []Line
}

// Line is a session in the agenda.
type Line struct {
	Hours     string
	Begins    string // for machines
	Title     string
	URL       string // "" for those who cannot open it
	Kind      string
	Whose     string
	Place     string
	Join      string // the link that joins; "" for none, or for those it is not for
	Host      string
	Seats     string
	Missing   bool // who came is not entered yet
	Mine      string
	Cancelled bool
	Reason    string
	Confirm   string // confirms which features it covered; "" when there is nothing to confirm
	Edit      string
}

// Weeks groups sessions, which are ascending, by week and day. line words each.
func Weeks(list []enablement.Listed, today day.Date, line func(enablement.Listed) Line) []Week {
	var out []Week
	week, on := day.None, day.None
	for _, l := range list {
		if m := l.Day.Monday(); m != week {
			week, on = m, day.None
			out = append(out, Week{ID: "week-" + m.String(), Title: weekTitle(m, today), Sub: dayRange(day.Period{From: m, To: m + 6}, today)})
		}
		w := &out[len(out)-1]
		if l.Day != on {
			on = l.Day
			w.Days = append(w.Days, DayLine{Label: Day(on, today), Today: on == today})
		}
		d := &w.Days[len(w.Days)-1]
		d.Lines = append(d.Lines, line(l))
	}
	return out
}
