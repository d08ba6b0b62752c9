package cohort

import (
	"cmp"
	"fmt"
	"slices"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// StandingProps is where a cohort stands among the others of its dimension.
type StandingProps struct {
	Sub  string
	Rows []Standing
	None string // said in place of rows
}

// Standing is one metric of the cohort beside the same of the others.
type Standing struct {
	Metric       string
	Here, Median ui.Value
	Place        string  // "3 of 17"
	Best         ui.Link // who stands first
}

// standing compares every metric that at least two cohorts have.
func (o one) standing() *StandingProps {
	first, _ := Words(o.By)
	out := &StandingProps{Sub: fmt.Sprintf("Each metric among every %s that has it", first)}
	for _, m := range adoption.Catalogue() {
		if row, ok := o.place(m); ok {
			out.Rows = append(out.Rows, row)
		}
	}
	if len(out.Rows) == 0 {
		out.None = "There is nothing to compare it with yet."
	}
	return out
}

// reading is a metric of a cohort, for comparison.
type reading struct {
	cohort adoption.Cohort
	figure adoption.Figure
	value  float64
}

// readings lists a metric of every cohort that has it, the best first.
func (o one) readings(m adoption.Metric) []reading {
	var out []reading
	for _, r := range o.Breakdown {
		if v := scaled(r, m.Key); v != nil && !r.Cohort.Merged && r.Cohort.Slug != unassigned {
			out = append(out, reading{r.Cohort, r.Figure(m.Key), *v})
		}
	}
	slices.SortStableFunc(out, func(a, b reading) int {
		if m.LowerBetter {
			return cmp.Compare(a.value, b.value)
		}
		return cmp.Compare(b.value, a.value)
	})
	return out
}

// scaled is a metric in a form that does not grow with the cohort: weekly
// actives as a share of licensed, all others as they are. nil: no value.
func scaled(r adoption.Row, k adoption.Key) *float64 {
	f := r.Figure(k)
	if !f.Known() || f.Withheld {
		return nil
	}
	if k != adoption.WeeklyActives {
		return f.Value
	}
	if r.Licensed.Count == nil || *r.Licensed.Count == 0 {
		return nil
	}
	v := *f.Value / float64(*r.Licensed.Count)
	return &v
}

func (o one) place(m adoption.Metric) (Standing, bool) {
	all := o.readings(m)
	at := slices.IndexFunc(all, func(r reading) bool { return r.cohort.Slug == o.Who.Slug })
	if at < 0 || len(all) < 2 {
		return Standing{}, false
	}
	place := 1 + slices.IndexFunc(all, func(r reading) bool { return r.value == all[at].value })
	best := all[0].cohort
	return Standing{
		Metric: m.Name, Here: o.write(m, all[at].value), Median: o.write(m, median(all)),
		Place: fmt.Sprintf("%d of %d", place, len(all)),
		Best:  ui.Link{Label: best.Name, URL: o.At(route.Cohort(string(o.By), best.Slug), "by", "", "cohort", "")},
	}, true
}

func (o one) write(m adoption.Metric, v float64) ui.Value {
	f := adoption.Figure{Key: m.Key, Unit: m.Unit, Value: &v}
	if m.Key == adoption.WeeklyActives {
		return ui.Known(ui.Percent(v))
	}
	return o.Cell(f).Value
}

func median(all []reading) float64 {
	n := len(all)
	return (all[(n-1)/2].value + all[n/2].value) / 2
}

// SizesProps is a cohort's size at the end of each month.
type SizesProps struct {
	Note string
	Rows []SizeRow
}

// SizeRow is a month's end.
type SizeRow struct {
	Day           string
	Recorded, Now string
	Differs       bool
}

// sizes is what was recorded of the cohort's size; nil while nothing was.
func (o one) sizes() *SizesProps {
	if len(o.OneFigures.Sizes) == 0 {
		return nil
	}
	out := &SizesProps{Note: "Recorded once, when a day is complete. What differs was placed, moved or left later with an earlier date."}
	for _, z := range slices.Backward(o.OneFigures.Sizes) {
		out.Rows = append(out.Rows, SizeRow{Day: o.Date(z.Day), Recorded: ui.Count(z.Members), Now: ui.Count(z.Now), Differs: z.Members != z.Now})
	}
	return out
}

// ActivityProps is what was done for a cohort in the period.
type ActivityProps struct {
	Sub   string
	Facts []ui.Pair
	None  string // said in place of facts
	Link  *ui.Link
}

var kindWords = map[adoption.TrainingKind]string{
	adoption.AllStaff101: "All-staff training", adoption.DepartmentTraining: "Department training",
	adoption.OfficeHours: "Office hours", adoption.UserGroup: "User group",
}

// activity counts trainings, help sessions and touchpoints.
func (o one) activity() *ActivityProps {
	out := &ActivityProps{Sub: o.Dates(o.Covered())}
	for _, t := range o.Turnouts {
		fact := ui.Pair{Name: kindWords[t.Kind], Value: ui.Counted(t.People, "person", "people")}
		if t.Attendances > t.People {
			fact.Value += ", " + ui.Count(t.Attendances) + " times"
		}
		out.Facts = append(out.Facts, fact)
	}
	if n := o.Answer.Figure(adoption.ChampionTouchpoints).Part("count").Value; n != nil && *n > 0 {
		out.Facts = append(out.Facts, ui.Pair{Name: "Touchpoints by champions", Value: ui.Count(int(*n))})
	}
	if len(out.Facts) == 0 {
		out.None = "No training, help session or touchpoint is recorded in these days."
	}
	if o.People != "" {
		out.Link = &ui.Link{Label: "See its people", URL: o.People}
	}
	return out
}
