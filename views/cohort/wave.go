package cohort

import (
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// WaveHelpProps is who carries a wave: its departments with their champions.
type WaveHelpProps struct {
	Departments []WaveRow
}

// WaveRow is a department of a wave.
type WaveRow struct {
	Name, URL, Champions string
	Count                string // how many champions of how many needed
	Touchpoints          string // by them in the last 28 days
}

// NewWaveHelp builds the part of a wave's page about who carries it. Departments
// are those most of whose people are in the wave.
func NewWaveHelp(covers []people.Cover, reg people.Register, wave people.Wave) WaveHelpProps {
	var p WaveHelpProps
	for _, c := range covers {
		if c.Department.Wave != wave.ID {
			continue
		}
		row := WaveRow{Name: c.Department.Name, URL: route.Cohort("department", c.Department.Slug), Champions: "Nobody",
			Count: ui.Count(c.Have()) + " of " + ui.Count(c.Needed)}
		touched := 0
		for i, one := range c.Champions {
			if i == 0 {
				row.Champions = one.Label()
			} else {
				row.Champions += ", " + one.Label()
			}
			touched += reg.Of(one.Email).Touchpoints
		}
		row.Touchpoints = ui.Count(touched)
		p.Departments = append(p.Departments, row)
	}
	return p
}
