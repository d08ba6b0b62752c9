package comms

import (
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/views/ui"
)

// Entry is an occurrence in the month or the agenda.
type Entry struct {
	Key      string // of the message, as the address names it
	Title    string
	URL      string // the calendar with it chosen
	Look     Look
	At       string // "09:00"; with its zone where that is another
	Selected bool
	Clash    string // "" or with what it collides
	Move     string // where it is moved; "" for those who may not, and for what went out
	Version  int
}

// Mark is what else is on a day: a launch, a decision, a session.
type Mark struct {
	Title string
	URL   string // "" for nowhere
	Icon  ui.Glyph
	Quiet bool
}

// Day is a day of the month.
type Day struct {
	Date    day.Date
	Today   bool
	Out     bool   // of another month
	Off     bool   // nobody works
	Name    string // of what the day is: "Wave 1", "Day off"
	Launch  bool
	Marks   []Mark
	Entries []Entry
}

func (d Day) empty() bool { return len(d.Entries)+len(d.Marks) == 0 && !d.Launch }

// number is the day as its cell says it: with the month where that begins or is another.
func (d Day) number(first bool) string {
	text := d.Date.Time().Format("2")
	if first || d.Date.Time().Day() == 1 {
		text = d.Date.Time().Format("2 Jan")
	}
	if d.Today {
		return text + " · Today"
	}
	return text
}

func (d Day) full() string { return d.Date.Time().Format("Mon 2 Jan") }

func (d Day) spoken() string { return d.Date.Time().Format("Monday 2 January 2006") }

// Cell is a box of the month: one day of the week that is worked, or the other days of a week together.
type Cell struct {
	Days []Day
	Rest bool
}

// MonthProps is a month.
type MonthProps struct {
	Title             string
	Today, Prev, Next string
	Heads             []string // of the columns
	Rest              bool     // the last column is of the days nobody works
	Weeks             [][]Cell
	None              string // said on a phone, where days without anything are left out
	Drags             bool   // entries can be moved
	Trainings         ui.Link
}

// Columns is how the class of the grid names its columns.
func (p MonthProps) columns() string { return "cols-" + string(rune('0'+len(p.Heads))) }

// Worked puts the days of the week that are worked in their order: a week begins after
// its longest rest, as a rule on Monday.
func Worked(weekdays []time.Weekday) []time.Weekday {
	if len(weekdays) == 0 {
		weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	}
	begins, longest := time.Monday, 0
	for i := range time.Weekday(7) {
		d := (time.Monday + i) % 7
		rest := 0
		for !slices.Contains(weekdays, (d+6-time.Weekday(rest))%7) && rest < 6 {
			rest++
		}
		if slices.Contains(weekdays, d) && rest > longest {
			begins, longest = d, rest
		}
	}
	var out []time.Weekday
	for i := range time.Weekday(7) {
		if d := (begins + i) % 7; slices.Contains(weekdays, d) {
			out = append(out, d)
		}
	}
	return out
}

// Fill lays out the weeks of a month. about says what is on a day. Every day of the
// month that has something stands in exactly one cell.
func (p *MonthProps) Fill(month day.Date, weekdays []time.Weekday, about func(day.Date) Day) {
	worked := Worked(weekdays)
	p.Title = month.Time().Format("January 2006")
	for _, d := range worked {
		p.Heads = append(p.Heads, d.String()[:3])
	}
	m := month.Month()
	for first := begin(m.From, worked[0]); first <= m.To; first += 7 {
		if week, ok := p.week(first, m, worked, about); ok {
			p.Weeks = append(p.Weeks, week)
		}
	}
	if p.Rest {
		p.Heads = append(p.Heads, restName(worked))
		return
	}
	for i, week := range p.Weeks {
		p.Weeks[i] = slices.DeleteFunc(week, func(c Cell) bool { return c.Rest })
	}
}

// begin returns the last day not after d that is this day of the week.
func begin(d day.Date, w time.Weekday) day.Date {
	return d - day.Date((d.Weekday()-w+7)%7)
}

// week returns a week's cells; false when nothing of the month would be in it.
func (p *MonthProps) week(first day.Date, m day.Period, worked []time.Weekday, about func(day.Date) Day) ([]Cell, bool) {
	var out []Cell
	var rest []Day
	shown := false
	for i := range day.Date(7) {
		d := about(first + i)
		d.Out = !m.Contains(d.Date)
		if slices.Contains(worked, d.Date.Weekday()) {
			out = append(out, Cell{Days: []Day{d}})
			shown = shown || !d.Out
			continue
		}
		if !d.empty() || d.Today {
			rest = append(rest, d)
			shown = shown || !d.Out
		}
	}
	if !shown {
		return nil, false
	}
	p.Rest = p.Rest || len(rest) > 0
	return append(out, Cell{Days: rest, Rest: true}), true
}

func restName(worked []time.Weekday) string {
	sat, sun := slices.Contains(worked, time.Saturday), slices.Contains(worked, time.Sunday)
	if !sat && !sun && len(worked) == 5 {
		return "Weekend"
	}
	return "Off"
}
