package comms

import (
	"groundswell/internal/day"
	"groundswell/views/ui"
)

// LanesProps is a wave by stage. Without a launch day there is nothing to draw.
type LanesProps struct {
	Wave   string
	Sub    string      // "in 12 days"
	Waves  []ui.Option // to choose among; none when there is one wave
	Launch day.Date    // day.None: the wave has no day, and Say says so
	Today  day.Date
	Say    string
	Lanes  []Lane
}

// Draw places the stages of a wave against its launch.
func (p *LanesProps) Draw(stages []Stage) {
	a := axis{p.Launch, p.Today}
	for _, s := range stages {
		if p.Launch.Known() {
			p.Lanes = append(p.Lanes, a.draw(s))
			continue
		}
		l := Lane{Title: s.Title, Sub: s.Sub}
		for _, d := range s.Dots {
			if d.Day.Known() {
				l.Dated = append(l.Dated, d)
			} else {
				l.Undated = append(l.Undated, d)
			}
		}
		p.Lanes = append(p.Lanes, l)
	}
}

// tick is a day named above the lanes.
type tick struct {
	class, text, anchor string
	at                  float64
	y                   string
}

func (t tick) x() string { return percent(t.at) }

// ticks are the days named above the lanes; today and the launch keep out of each other's way.
func (p LanesProps) ticks() []tick {
	a := axis{p.Launch, p.Today}
	out := []tick{
		{"dt", "T−14", "middle", a.at(p.Launch - 14), "16"}, {"dt", "T−7", "middle", a.at(p.Launch - 7), "16"},
		{"dt", "Launch", "middle", a.at(p.Launch), "16"}, {"dt", "T+7", "middle", a.at(p.Launch + 7), "16"},
	}
	date := ui.Date(p.Launch.Time(), p.Today.Time())
	if !p.todayShown() {
		return append(out, tick{"gowt", date, "middle", a.at(p.Launch), "38"})
	}
	now, opens := "middle", "middle"
	switch gap := p.Launch - p.Today; {
	case gap == 0:
		return append(out, tick{"gowt", "Today, " + date, "middle", a.at(p.Launch), "38"})
	case gap > 0 && gap <= 4:
		now, opens = "end", "start"
	case gap < 0 && gap >= -4:
		now, opens = "start", "end"
	case gap > daysBefore-2:
		now = "start"
	case gap < -(daysAfter - 2):
		now = "end"
	}
	return append(out, tick{"nowt", "Today", now, a.at(p.Today), "38"}, tick{"gowt", date, opens, a.at(p.Launch), "38"})
}

func (p LanesProps) todayShown() bool { return axis{p.Launch, p.Today}.shows(p.Today) }
func (p LanesProps) todayAt() string  { return percent(axis{p.Launch, p.Today}.at(p.Today)) }
func (p LanesProps) launchAt() string { return percent(axis{p.Launch, p.Today}.at(p.Launch)) }

// listed is how many occurrences the lanes hold.
func (p LanesProps) listed() int {
	n := 0
	for _, l := range p.Lanes {
		n += len(l.Dated) + len(l.Undated)
	}
	return n
}
