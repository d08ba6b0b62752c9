package measure

import (
	"groundswell/internal/adoption"
	"groundswell/internal/route"
)

// PlaysProps is what usually helps a figure that is under target.
type PlaysProps struct {
	List   []string
	AddURL string // takes one of them into the plan; "" for who may not
	Metric string // key
	Who    string // who the figure is about
}

// plays is what usually helps where a diagnosis looks.
func (p pageData) plays(d *adoption.Diagnosis) PlaysProps {
	out := PlaysProps{List: d.Plays, Metric: string(d.Metric), Who: p.who()}
	if _, _, single := p.Single(); !single && len(d.Cohorts) > 0 && !d.Cohorts[0].Cohort.Merged {
		out.Who = d.Cohorts[0].Cohort.Name
	}
	if p.TakesPlays {
		out.AddURL = route.PlayTasks
	}
	return out
}
