package adoption

import (
	"math"

	"groundswell/internal/day"
)

// maxTrend is how many weeks back "improving" looks at most, and the least it looks at is two.
const maxTrend = 8

// flat is a slope that is none, but for rounding.
const flat = 1e-9

// Trends computes every metric over each of the last n complete weeks that end
// by q.Period.To: what sparklines draw. Metrics whose data is still awaited have
// points without values. It faults as [Index.Answer] does, and the result may be
// shared like its.
func (x *Index) Trends(q Query, n int) ([]Trend, error) {
	if err := x.check(q); err != nil {
		return nil, err
	}
	return kept(&x.memo, &x.memo.trends, maxAnswers, trendKey{q, n}, func() []Trend { return x.trends(q, n) }), nil
}

func (x *Index) trends(q Query, n int) []Trend {
	w := x.listing(q)
	out := make([]Trend, len(catalogue))
	for i, m := range catalogue {
		out[i].Key = m.Key
	}
	if w.missing != "" {
		return out
	}
	a := w.rows()[0]
	if a.withheld {
		return out
	}
	for i, points := range w.points(a, n) {
		out[i].Points = points
	}
	return out
}

// points returns, metric by metric, the last n complete weeks, oldest first.
func (w *window) points(a audience, n int) [][]Point {
	out := make([][]Point, len(catalogue))
	sunday := lastSunday(w.covered.To)
	for k := n - 1; k >= 0; k-- {
		week := day.Period{From: sunday.Monday() - day.Date(7*k), To: sunday - day.Date(7*k)}
		if w.x.missing(week) != "" || w.family != nil && !w.x.tellsWeek(week) {
			continue
		}
		for i, v := range w.weekValues(week, a) {
			out[i] = append(out[i], Point{Week: week.From, Value: v})
		}
	}
	return out
}

// weekValues returns every metric over a week. Everybody's are kept: all periods
// that end in one week ask for the same ones.
func (w *window) weekValues(week day.Period, a audience) []*float64 {
	if w.family != nil || a.people != nil {
		return w.readWeek(week, a)
	}
	return kept(&w.x.memo, &w.x.memo.everyone, maxWeeks, week.From, func() []*float64 { return w.readWeek(week, a) })
}

func (w *window) readWeek(week day.Period, a audience) []*float64 {
	rs := w.weekReadings(week, a)
	out := make([]*float64, len(rs))
	for i, r := range rs {
		out[i] = r.value
	}
	return out
}

func (w *window) weekReadings(week day.Period, a audience) []reading {
	if w.family != nil {
		return w.toldOfWeek(week, a)
	}
	s, who := w.x.span(week), w.peopleOn(a, week.To)
	return s.readings(who, w.departments(a), s.licensed(who))
}

// trace fills in whether figures improve, week over week.
func (w *window) trace(fs []Figure, a audience) {
	if w.now == nil {
		return
	}
	n := min(maxTrend, max(2, w.covered.Days()/7))
	for i, points := range w.points(a, n) {
		slope, ok := Slope(points)
		if !ok || !fs[i].Known() || math.Abs(slope) < flat {
			continue
		}
		better := slope > 0
		if catalogue[i].LowerBetter {
			better = slope < 0
		}
		fs[i].Improving = &better
	}
}

// Slope returns by how much a metric changes from week to week, as the least
// squares line through its points has it; false with fewer than two of them.
func Slope(points []Point) (float64, bool) {
	var n, sx, sy, sxx, sxy float64
	for _, p := range points {
		if p.Value == nil {
			continue
		}
		x := float64(p.Week) / 7
		n, sx, sy = n+1, sx+x, sy+*p.Value
		sxx, sxy = sxx+x*x, sxy+x**p.Value
	}
	if n < 2 {
		return 0, false
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx), true
}
