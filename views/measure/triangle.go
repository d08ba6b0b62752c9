package measure

import (
	"fmt"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

// TriangleProps is the retention triangle's card.
type TriangleProps struct {
	Sub      string
	Triangle ui.TriangleProps
	Callout  string
}

func (p pageData) triangle() TriangleProps {
	out := TriangleProps{Sub: p.who() + ", by week of first active day"}
	out.Triangle = ui.TriangleProps{
		Title: "Share of people active in each week after they began", First: "Began in the week of",
		Empty: "Nobody began in this period.",
	}
	best := adoption.RetentionRow{}
	for _, r := range p.Retention.Rows {
		if r.Size == 0 && !r.Withheld {
			continue
		}
		out.Triangle.Rows = append(out.Triangle.Rows, p.triangleRow(r))
		if !r.Withheld && r.Active[1] != nil && r.Size > best.Size {
			best = r
		}
	}
	if best.Size > 0 {
		out.Callout = fmt.Sprintf("Of the %s who began in the week of %s, %s came back in the week after.",
			ui.Count(best.Size), ui.DayMonth(best.StartsOn.Time(), p.today()), ui.Count(*best.Active[1]))
	}
	return out
}

// triangleRow shows the weeks that have begun; those that are not over are running.
func (p pageData) triangleRow(r adoption.RetentionRow) ui.TriangleRow {
	row := ui.TriangleRow{Name: ui.DayMonth(r.StartsOn.Time(), p.today()), Size: ui.Count(r.Size)}
	if r.Withheld {
		row.Size, row.Withheld = "hidden", capital(p.withheld().Why)
	}
	for k := range r.Active {
		from := r.StartsOn + day.Date(7*k)
		if from > p.Answer.Through {
			break
		}
		row.Cells = append(row.Cells, ui.TriangleCell{Share: reading(r.Share(k)), Running: from+6 > p.Answer.Through})
	}
	return row
}
