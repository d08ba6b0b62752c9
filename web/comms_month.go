package web

import (
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/ui"
)

// month is the calendar as a month, and the rows that are in it.
func (v *commsReader) month(chosen commsRow) (*views.MonthProps, []commsRow) {
	month := v.shownMonth(chosen)
	var shown []commsRow
	byDay := map[day.Date][]commsRow{}
	for _, r := range v.rows {
		if r.o.Day.Known() {
			byDay[r.o.Day] = append(byDay[r.o.Day], r)
		}
	}
	p := &views.MonthProps{
		Today: v.turn(v.today), Prev: v.turn(month - 1), Next: v.turn(month.Month().To + 1), Drags: true,
		Trainings: v.toggle(),
	}
	marks := v.marks()
	p.Fill(month, v.weekdays(), func(d day.Date) views.Day {
		return v.day(d, byDay[d], marks[d], chosen)
	})
	for _, week := range p.Weeks {
		for _, c := range week {
			for _, d := range c.Days {
				shown = append(shown, byDay[d.Date]...)
			}
		}
	}
	if !anyIn(shown, month.Month()) {
		p.None = "Nothing goes out in " + month.Time().Format("January") + "."
	}
	return p, shown
}

func anyIn(rows []commsRow, p day.Period) bool {
	for _, r := range rows {
		if p.Contains(r.o.Day) {
			return true
		}
	}
	return false
}

// shownMonth is the first day of the month asked for: else that of the message asked for, else of today.
func (v *commsReader) shownMonth(chosen commsRow) day.Date {
	switch {
	case v.ask.month.Known():
		return v.ask.month
	case v.ask.message != 0 && chosen.m != nil && chosen.m.ID == v.ask.message && chosen.o.Day.Known():
		return chosen.o.Day.Month().From
	}
	return v.today.Month().From
}

func (v *commsReader) turn(d day.Date) string { return v.ask.at("month", yearMonth(d)) }

// toggle shows trainings beside the messages, or leaves them out.
func (v *commsReader) toggle() ui.Link {
	if v.ask.trainings {
		return ui.Link{Label: "Hide trainings", URL: v.ask.at("trainings", "")}
	}
	return ui.Link{Label: "Show trainings", URL: v.ask.at("trainings", "1")}
}

func (v *commsReader) weekdays() []time.Weekday {
	if v.plan == nil {
		return nil
	}
	return v.plan.Rollout.Calendar.Weekdays
}

// works reports whether people work on a day.
func (v *commsReader) works(d day.Date) bool { return v.calendar().Works(d) }

// day is one day of the month.
func (v *commsReader) day(d day.Date, rows []commsRow, about dayMarks, chosen commsRow) views.Day {
	out := views.Day{Date: d, Today: d == v.today, Off: !v.works(d), Name: about.name, Launch: about.launch, Marks: about.marks}
	if out.Off && out.Name == "" && v.holiday(d) {
		out.Name = "Day off"
	}
	for _, r := range rows {
		out.Entries = append(out.Entries, v.entry(r, chosen))
	}
	return out
}

func (v *commsReader) entry(r commsRow, chosen commsRow) views.Entry {
	e := views.Entry{Title: r.m.Title, URL: v.chooses(r), Look: views.LookOf(r.status), At: v.clock(r.o), Selected: chosen.m == r.m && chosen.o.ID == r.o.ID}
	if len(v.clashes[r.o.ID]) > 0 {
		e.Clash = "Same people that day"
	}
	e.Move = v.moves(r)
	return e
}

// moves is where a row is moved; "" for those who may not, and for what goes out no more.
func (v *commsReader) moves(r commsRow) string {
	if r.o.State != comms.Planned || r.o.ID == 0 || !v.mayWrite(r.m) {
		return ""
	}
	return v.server.linkFor(v.actor, route.MoveMessage(int64(r.m.ID), int64(r.o.ID)))
}

// dayMarks is what else is on a day.
type dayMarks struct {
	name   string
	launch bool
	marks  []views.Mark
}

// marks are the launches, the times at which they are decided and, when asked for, the trainings.
func (v *commsReader) marks() map[day.Date]dayMarks {
	out := map[day.Date]dayMarks{}
	if v.plan == nil {
		return out
	}
	for _, w := range v.plan.Waves {
		url := v.server.linkFor(v.actor, route.WaveReadiness(w.Slug))
		if on := v.launches[w.ID].On; on.Known() {
			m := out[on]
			if m.launch {
				m.name += " and " + w.Name
			} else {
				m.name, m.launch = w.Name, true
			}
			out[on] = m
		}
		if at := v.plan.Readiness[w.ID].DecideAt; !at.IsZero() {
			on := clockDay(at.In(v.now.Location()))
			m := out[on]
			m.marks = append(m.marks, views.Mark{Title: "Go or no-go: " + w.Name, URL: url, Icon: ui.IconFlag})
			out[on] = m
		}
	}
	for _, t := range v.desk.Sessions {
		m := out[t.Day]
		title := t.Name
		if t.Starts != "" {
			title = t.Starts + " " + title
		}
		m.marks = append(m.marks, views.Mark{Title: title, URL: v.server.linkFor(v.actor, route.Training(t.ID)), Icon: ui.IconGraduationCap, Quiet: true})
		out[t.Day] = m
	}
	return out
}
