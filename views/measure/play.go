package measure

import (
	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// PlaysProps is what usually helps a figure that is under target.
type PlaysProps struct {
	List   []string
	AddURL string   // takes one of them into the plan; "" for who may not
	Metric string   // key
	Who    string   // who the figure is about
	Fix    *ui.Link // the page on which it is mended; nil for none that the reader may open
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
	out.Fix = p.fix(d)
	return out
}

// fix leads to what the figure is made of, for the department that it is about.
func (p pageData) fix(d *adoption.Diagnosis) *ui.Link {
	slug := ""
	if len(d.Cohorts) > 0 && d.Cohorts[0].Cohort.By == adoption.ByDepartment && !d.Cohorts[0].Cohort.Merged {
		slug = d.Cohorts[0].Cohort.Slug
	}
	switch {
	case d.Metric == adoption.ChampionTouchpoints && p.Touched:
		return &ui.Link{Label: "See its touchpoints", URL: route.With(route.Touchpoints, "department", slug)}
	case d.Metric == adoption.HelpSessionParticipation && p.Trained:
		return &ui.Link{Label: "See help sessions", URL: route.Trainings}
	case d.Metric == adoption.DaysTrainingToFirstTask && p.Trained:
		return &ui.Link{Label: "See trainings", URL: route.Trainings}
	}
	return nil
}
