package cohort

import (
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/measure"
)

// OneSheet is the page of a cohort as rows, the head first: its metrics, its
// funnel, its weeks beside everyone's, and who came back. about is what there is to know of it.
func OneSheet(f measure.Filters, fig OneFigures, r measure.Reader) (rows, about [][]SheetCell) {
	o := one{Page: measure.NewPage(f, fig.Figures, r), Filters: f, OneFigures: fig, reader: r}
	rows = [][]SheetCell{words("part", "name", "week", "value", "numerator", "denominator", "target", "previous", "status", "reason")}
	for _, fig := range o.Answer.Figures {
		rows = append(rows, metricLine(fig))
	}
	rows = append(rows, o.funnelLines()...)
	rows = append(rows, weekLines("weekly active", o.Everyone)...)
	rows = append(rows, weekLines("weekly active, everyone", o.All)...)
	rows = append(rows, o.returnLines()...)
	first, _ := Words(o.By)
	return rows, [][]SheetCell{
		words("What", Capital(first)+" "+o.Who.Name), words("From", o.Covered().From.String()), words("To", o.Covered().To.String()),
		words("Data through", o.Answer.Through.String()),
		words(sheetNotYet, "It cannot be computed yet; the reason stands beside it."),
		words(sheetWithheld, "It is known and not shown: it could single people out."),
	}
}

// line is a row of a cohort's sheet.
type line struct {
	part, name       string
	week             day.Date
	value            *float64
	num, den         *int64
	target, previous *float64
	status, reason   string
	ratio, withheld  bool
}

func (l line) cells() []SheetCell {
	week := ""
	if l.week.Known() {
		week = l.week.String()
	}
	value := numeral(l.value, l.ratio)
	switch {
	case l.withheld:
		value = SheetCell{Text: sheetWithheld}
	case l.value == nil:
		value = SheetCell{Text: sheetNotYet}
	}
	return []SheetCell{
		{Text: l.part}, {Text: l.name}, {Text: week}, value, integer(l.num), integer(l.den),
		numeral(l.target, l.ratio), numeral(l.previous, l.ratio), {Text: l.status}, {Text: l.reason},
	}
}

// numeral is a number in full; nothing where there is none.
func numeral(v *float64, ratio bool) SheetCell {
	if v == nil {
		return SheetCell{}
	}
	return SheetCell{Text: strconv.FormatFloat(*v, 'f', -1, 64), Number: true, Ratio: ratio}
}

func integer(n *int64) SheetCell {
	if n == nil {
		return SheetCell{}
	}
	return SheetCell{Text: strconv.FormatInt(*n, 10), Number: true}
}

func metricLine(f adoption.Figure) []SheetCell {
	l := line{
		part: "metric", name: string(f.Key), week: day.None, value: f.Value, num: f.Numerator, den: f.Denominator,
		target: f.Target, previous: f.Previous, status: string(f.Status), reason: f.Reason, ratio: f.Unit == adoption.UnitRatio,
	}
	if f.Withheld {
		l.withheld, l.num, l.den = true, nil, nil
	}
	return l.cells()
}

func (o one) funnelLines() [][]SheetCell {
	r := o.Figures.Funnel
	var out [][]SheetCell
	for _, st := range []struct {
		name string
		n    *int
	}{{"licensed", r.Licensed.Count}, {"signed in", &r.SignedIn}, {"delegated", &r.Delegated}, {"habitual", &r.Habitual}} {
		l := line{part: "funnel", name: st.name, week: day.None, withheld: r.Withheld}
		if st.n != nil {
			v := float64(*st.n)
			l.value = &v
		}
		out = append(out, l.cells())
	}
	return out
}

// weekLines are the weekly actives as shares of licensed.
func weekLines(name string, w adoption.Weekly) [][]SheetCell {
	var out [][]SheetCell
	for _, wk := range w.Weeks {
		c := wk.Cohorts[0]
		l := line{part: "week", name: name, week: wk.StartsOn, withheld: c.Withheld, ratio: true}
		if !wk.Complete {
			l.reason = "Not a whole week."
		}
		if !c.Withheld && c.Licensed != nil && *c.Licensed > 0 {
			num, den := int64(c.Active), int64(*c.Licensed)
			v := float64(num) / float64(den)
			l.value, l.num, l.den = &v, &num, &den
		}
		out = append(out, l.cells())
	}
	return out
}

// returnLines are the cells of the retention triangle whose weeks are over.
func (o one) returnLines() [][]SheetCell {
	var out [][]SheetCell
	for _, r := range o.Retention.Rows {
		if r.Withheld {
			out = append(out, line{part: "began", name: "week +0", week: r.StartsOn, withheld: true}.cells())
			continue
		}
		for k := range r.Active {
			if r.Active[k] == nil {
				break
			}
			num, den := int64(*r.Active[k]), int64(r.Size)
			out = append(out, line{part: "began", name: "week +" + strconv.Itoa(k), week: r.StartsOn, value: r.Share(k), num: &num, den: &den, ratio: true}.cells())
		}
	}
	return out
}
