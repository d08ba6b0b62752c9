package measure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

// monthsOffered is how many calendar months a period picker lists.
const monthsOffered = 18

// Choice is a cohort that a page can be narrowed to.
type Choice struct {
	Cohort adoption.Cohort
	People int
}

// FilterProps is the filter bar. Wrong, when set, is the date form in the open,
// with what was typed and what is wrong with it.
type FilterProps struct {
	Period  ui.PeriodProps
	Cohorts []ui.CohortProps      // a picker for each dimension
	By      *ui.SelectFilterProps // nil while people are placed in one way only
	Compare *ui.SelectFilterProps
	Against string // the days compared with
	Months  bool   // the period is a whole month, whatever was asked for
	Wrong   *DateForm
	Notes   []ui.BannerProps
}

// DateForm is the two dates of a period.
type DateForm struct {
	Action   string
	From, To ui.FieldProps
	Keep     []ui.Pair
}

func (p pageData) filterProps() FilterProps {
	f := p.Filters
	out := FilterProps{Period: p.periodProps(), Cohorts: p.cohortProps(), By: p.byProps(), Compare: p.compareProps(), Notes: p.notices(), Months: p.Guarded}
	if with, ok := p.compared(); ok {
		out.Against = p.dates(with)
	}
	if len(f.Errors) > 0 {
		out.Wrong = &DateForm{
			Action: f.Path, Keep: f.keep("from", "to", "days", "page"),
			From: ui.FieldProps{ID: "from", Name: "from", Label: "From", Type: dateType(f.From), Value: f.From, Error: f.Errors["from"]},
			To:   ui.FieldProps{ID: "to", Name: "to", Label: "To", Type: dateType(f.To), Value: f.To, Error: f.Errors["to"]},
		}
	}
	return out
}

// dateType is a native date field, unless what was typed is no date: such a
// field would show nothing of it.
func dateType(typed string) string {
	if _, err := day.Parse(typed); typed != "" && err != nil {
		return "text"
	}
	return "date"
}

func (p pageData) periodProps() ui.PeriodProps {
	f := p.Filters
	out := ui.PeriodProps{
		ID: "period", Label: p.dates(p.covered()), Action: f.Path, Keep: f.keep("from", "to", "days", "page"),
		From: f.Period.From.String(), To: f.Period.To.String(), Min: adoption.FirstDay.String(), Max: p.Answer.Through.String(),
		Months: p.months(), Fixed: p.Guarded,
	}
	if p.Guarded {
		return out
	}
	for _, n := range Presets {
		out.Presets = append(out.Presets, ui.Option{
			Label: fmt.Sprintf("Last %d days", n), Current: f.Days == n,
			URL: f.with("days", strconv.Itoa(n), "from", "", "to", "", "page", ""),
		})
	}
	return out
}

// months lists the calendar months there is data for, the latest first.
func (p pageData) months() []ui.Option {
	var out []ui.Option
	if !p.Answer.Through.Known() {
		return nil
	}
	first := max(p.First, adoption.FirstDay)
	for m := p.Answer.Through.Month(); m.To >= first && len(out) < monthsOffered; m = (m.From - 1).Month() {
		if p.Guarded && (m.To > p.Answer.Through || m.From < first) {
			continue // not whole in the data
		}
		o := ui.Option{Label: m.From.Time().Format("January 2006"), Current: p.covered() == m || p.Answer.Period == m}
		switch {
		case slices.Contains(p.ClosedMonths, m.From):
			o.Label += " (closed)"
		case m.To > p.Answer.Through:
			o.Label += " (so far)"
		}
		o.URL = p.with("from", m.From.String(), "to", m.To.String(), "days", "", "page", "")
		out = append(out, o)
	}
	return out
}

// cohortProps makes a picker for each dimension; for a reader who sees one
// dimension at a time, of the one shown, one cohort at a time.
func (p pageData) cohortProps() []ui.CohortProps {
	var out []ui.CohortProps
	for _, by := range Dimensions {
		if p.Guarded && by != p.By {
			continue
		}
		if c := p.picker(by); c != nil {
			out = append(out, *c)
		}
	}
	return out
}

func (p pageData) picker(by adoption.By) *ui.CohortProps {
	choices, picked := p.Choices[by], p.Picks[by]
	if len(choices) == 0 {
		return nil
	}
	one, many := byWord(by)
	out := &ui.CohortProps{
		ID: "pick-" + string(by), Label: capital(many), Summary: "all", Action: p.Path, Name: string(by), Single: p.Guarded,
		Keep: p.keep(string(by), "page"), Total: ui.Counted(len(choices), one, many),
	}
	if out.Single {
		out.Options = append(out.Options, ui.CohortOption{Label: "Everyone", Checked: len(picked) == 0})
	}
	var names []string
	for _, c := range choices {
		o := ui.CohortOption{Value: c.Cohort.Slug, Label: c.Cohort.Name, Size: ui.Count(c.People), People: c.People, Checked: slices.Contains(picked, c.Cohort.Slug)}
		if o.Checked {
			names = append(names, o.Label)
		}
		out.Options = append(out.Options, o)
	}
	if len(names) > 0 {
		out.Summary, out.Clear = names[0], p.with(string(by), "", "page", "")
	}
	if len(names) > 1 {
		out.Summary = fmt.Sprintf("%d of %d", len(names), len(choices))
	}
	return out
}

func (p pageData) byProps() *ui.SelectFilterProps {
	if len(p.Dimensions) < 2 {
		return nil
	}
	drop := []string{"by", "page", "sort"}
	if p.Guarded {
		drop = append(drop, "department", "wave", "group")
	}
	out := &ui.SelectFilterProps{ID: "by", Label: "By", Action: p.Path, Name: "by", Keep: p.keep(drop...)}
	for _, by := range p.Dimensions {
		one, _ := byWord(by)
		out.Options = append(out.Options, ui.Choice{Value: string(by), Label: one, Chosen: by == p.By})
	}
	return out
}

// compareProps offers what to compare with. A reader of calendar months compares
// with the month before only.
func (p pageData) compareProps() *ui.SelectFilterProps {
	if p.Guarded {
		return nil
	}
	out := &ui.SelectFilterProps{ID: "compare", Label: "Compare with", Action: p.Path, Name: "compare", Keep: p.keep("compare")}
	for _, c := range Comparisons {
		if c != p.Compare && string(c) == strconv.Itoa(p.covered().Days()) {
			continue // the same days as those just before
		}
		out.Options = append(out.Options, ui.Choice{Value: string(c), Label: c.label(p.covered()), Chosen: c == p.Compare})
	}
	return out
}

// compared is the period that figures are compared with, false for none. Who gets
// whole months compares with the month before.
func (p pageData) compared() (day.Period, bool) {
	switch {
	case p.Answer.Covered.Days() == 0:
		return day.Period{}, false
	case p.Guarded:
		return (p.Answer.Covered.From - 1).Month(), true
	}
	return p.Compare.With(p.Answer.Covered)
}

// against is what figures are compared with, as part of a sentence; "" for nothing.
func (p pageData) against() string {
	switch _, ok := p.compared(); {
	case !ok:
		return ""
	case p.Guarded:
		return "against the month before"
	case p.Compare == CompareBefore:
		return "against the " + p.Compare.label(p.covered())
	}
	return "against the same days " + p.Compare.label(p.covered())
}

// notices say what of the address was not followed, and what is particular to these days.
func (p pageData) notices() []ui.BannerProps {
	var out []ui.BannerProps
	if len(p.Ignored) > 0 {
		out = append(out, ui.BannerProps{Title: "Part of the address was left out", Body: strings.Join(p.Ignored, " "), Tone: ui.ToneWarn})
	}
	return append(append(out, p.monthNotice()...), p.closedNotice()...)
}

// monthNotice says that figures are of a whole month in place of the days asked
// for, or that there is no whole month yet.
func (p pageData) monthNotice() []ui.BannerProps {
	switch asked := p.Days > 0 || p.From != "" || p.To != ""; {
	case !p.Guarded || !p.Answer.Through.Known() || len(p.Errors) > 0:
		return nil
	case p.Answer.Covered.Days() == 0:
		return []ui.BannerProps{{Title: "No whole month here", Body: p.Weekly.Missing, Icon: ui.IconClock}}
	case p.Answer.Rounded && asked:
		return []ui.BannerProps{{
			Title: "Rounded to a calendar month", Icon: ui.IconClock,
			Body: "The link asks for " + p.dates(p.Answer.Period) + ". You see whole months, so every figure covers " + p.dates(p.Answer.Covered) + ".",
		}}
	}
	return nil
}
