package web

import (
	"slices"
	"strconv"

	"groundswell/internal/comms"
	roster "groundswell/internal/people"
	views "groundswell/views/comms"
	"groundswell/views/ui"
)

// lanes are the stages of one wave: the one asked for, else the only one the messages are
// narrowed to, else the one ahead. Nil while there is no wave.
func (v *commsReader) lanes() *views.LanesProps {
	wave, ok := v.laneWave()
	if !ok {
		return nil
	}
	l := v.launches[wave.ID]
	p := &views.LanesProps{Wave: wave.Name, Launch: l.On, Today: v.today, Sub: v.daysTo(l)}
	if !l.On.Known() {
		p.Say = wave.Name + " has no day yet. Its messages get theirs as soon as it has one."
	}
	for _, w := range v.plan.Waves {
		p.Waves = append(p.Waves, ui.Option{Label: w.Name, URL: v.ask.at("lanes", w.Slug), Current: w.ID == wave.ID})
	}
	var stages []views.Stage
	for _, s := range comms.Stages() {
		stages = append(stages, v.stage(s, l))
	}
	p.Draw(stages)
	return p
}

func (v *commsReader) laneWave() (roster.Wave, bool) {
	if v.plan == nil {
		return roster.Wave{}, false
	}
	if w, ok := v.plan.WaveBySlug(v.ask.lanes); ok {
		return w, true
	}
	if chosen := v.chosenWaves(); len(chosen) == 1 {
		return chosen[0], true
	}
	return v.plan.Ahead(v.today)
}

// daysTo says how far off a launch is.
func (v *commsReader) daysTo(l comms.Launch) string {
	if !l.On.Known() {
		return "No day yet"
	}
	switch n := int(l.On - v.today); {
	case n == 0:
		return "Opens today"
	case n == 1:
		return "Opens tomorrow"
	case n > 1:
		return "Opens in " + strconv.Itoa(n) + " days"
	case n == -1:
		return "Opened yesterday"
	default:
		return "Opened " + strconv.Itoa(-n) + " days ago"
	}
}

// besideLaunch is how many days before and after a launch what is ongoing is listed beside its stages.
const besideLaunch = 21

// stage is one lane: what is planned for the wave, and of what goes on for everybody
// that which goes out around its launch.
func (v *commsReader) stage(s comms.Stage, l comms.Launch) views.Stage {
	out := views.Stage{Title: s.Name()}
	var rows []commsRow
	for _, r := range v.rows {
		switch {
		case r.m.Stage != s || r.status == comms.StatusCancelled:
			continue
		case r.m.Wave != l.Wave && (r.m.Wave != 0 || s != comms.Ongoing || !concerns(r.m, l.Wave)):
			continue
		case s == comms.Ongoing && l.On.Known() && r.o.Day.Known() && (r.o.Day < l.On-besideLaunch || r.o.Day > l.On+besideLaunch):
			continue
		case s == comms.Ongoing && !l.On.Known() && r.m.Wave == 0:
			continue
		}
		rows = append(rows, r)
		out.Dots = append(out.Dots, views.Dot{Title: r.m.Title, URL: v.chooses(r), Look: views.LookOf(r.status), Day: r.o.Day, Words: v.when(r)})
	}
	out.Sub = laneStanding(rows)
	return out
}

// laneStanding says how a stage stands.
func laneStanding(rows []commsRow) string {
	n := map[comms.Status]int{}
	for _, r := range rows {
		n[r.status]++
	}
	of := " of " + ui.Count(len(rows))
	held := !slices.ContainsFunc(rows, func(r commsRow) bool { return r.status != comms.StatusHeld })
	switch {
	case len(rows) == 0:
		return "Nothing planned"
	case n[comms.StatusMissed] > 0:
		return ui.Count(n[comms.StatusMissed]) + of + " missed"
	case n[comms.StatusNoOwner] > 0:
		return ui.Count(n[comms.StatusNoOwner]) + of + " unowned"
	case n[comms.StatusNeedsApproval] > 0:
		return ui.Count(n[comms.StatusNeedsApproval]) + of + " to approve"
	case held:
		return ui.Count(len(rows)) + " ready, held"
	case n[comms.StatusSent] > 0:
		return ui.Count(n[comms.StatusSent]) + of + " sent"
	}
	return ui.Count(len(rows)) + " planned"
}
