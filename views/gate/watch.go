package gate

import (
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// WatchPanel is what became of people since the step.
type WatchPanel struct {
	Say   string
	Chart ui.LineProps
	Facts []ui.Fact
	Lost  *ui.Link // those who lost access, for those who may see people
}

// watch words what is watched after the step.
func (d Data) watch() *WatchPanel {
	f, g := *d.Watch, d.Case.Gate
	p := &WatchPanel{Say: "Nothing was read since. The first figures come with the next sync.", Chart: d.signIns(f)}
	if f.Through.Known() && f.Through >= g.PassedOn {
		p.Say = "Through " + ui.Date(f.Through.Time(), d.Now) + ". An alarm is raised when something goes wrong."
	}
	switch g.Kind {
	case rollout.GateRoles:
		p.Facts = d.enforced(f)
		if len(f.Lost) > 0 {
			p.Lost = &ui.Link{Label: "See who lost it", URL: route.Access}
		}
	case rollout.GateWave:
		p.Facts = []ui.Fact{{Icon: ui.IconUsers, Label: "Of the wave, signed in since", Value: ui.Count(f.Arrived) + " of " + ui.Count(f.People)}}
		for _, r := range f.Failing {
			p.Facts = append(p.Facts, ui.Fact{Icon: ui.IconCircleX, Tone: ui.ToneBad, Label: r.Say, Value: "Failing"})
		}
	}
	return p
}

// enforced is what members of before do since roles are enforced.
func (d Data) enforced(f rollout.WatchFacts) []ui.Fact {
	lost := ui.Fact{Icon: ui.IconUserMinus, Label: "Of them, may not any more", Value: "No dry run since"}
	if !f.LostAt.IsZero() {
		lost.Value = ui.Count(len(f.Lost))
		if lost.Tone = ui.ToneGood; len(f.Lost) > 0 {
			lost.Tone = ui.ToneBad
		}
	}
	stopped := ui.Fact{Icon: ui.IconClock, Label: "Of them, not once since", Value: "Known after a week"}
	if f.Through >= d.Case.Gate.PassedOn+7 {
		stopped.Value = ui.Count(f.Stopped)
	}
	return []ui.Fact{{Icon: ui.IconUsers, Label: "Used Cowork in the two weeks before", Value: ui.Count(f.Used)}, lost, stopped}
}

// signIns draws how many people signed in on each day around the step.
func (d Data) signIns(f rollout.WatchFacts) ui.LineProps {
	p := ui.LineProps{ID: "sign-ins", Title: "People who signed in, by day", Scale: ui.InCount, Height: 200, Empty: "No day was read yet."}
	s := ui.LineSeries{Name: "Signed in", Colour: 1}
	for i, day := range f.SignIns {
		at := day.Day.Time()
		p.Points = append(p.Points, ui.LinePoint{Label: ui.Date(at, d.Now), Short: ui.DayMonth(at, d.Now)})
		s.Values = append(s.Values, ui.Read(float64(day.Count)))
		if day.Day == d.Case.Gate.PassedOn {
			p.Notes = append(p.Notes, ui.LineNote{At: i, Text: d.Case.Plan.GateTitle(d.Case.Gate), When: ui.Date(at, d.Now)})
		}
	}
	p.Series = []ui.LineSeries{s}
	return p
}
