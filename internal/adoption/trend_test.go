package adoption_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

func TestTrendsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b := w.index(), bruteOf(w)
		sameTrends(t, x, b, lead(p, adoption.ByNone, ""), crowd{all: true})
		for by, slugs := range w.crowds() {
			for _, c := range x.Cohorts(by, min(p.To, w.through)) {
				sameTrends(t, x, b, lead(p, by, c.Slug), slugs[c.Slug])
			}
		}
	})
}

// weeksUpTo are the Mondays of the last n complete weeks of data, oldest first.
func (b brute) weeksUpTo(to day.Date, n int) []day.Date {
	for to.Weekday() != 0 {
		to--
	}
	var out []day.Date
	for k := n - 1; k >= 0; k-- {
		if sunday := to - day.Date(7*k); sunday >= b.first {
			out = append(out, sunday-6)
		}
	}
	return out
}

func sameTrends(t *rapid.T, x *adoption.Index, b brute, q adoption.Query, c crowd) {
	const n = 3
	got, err := x.Trends(q, n)
	if err != nil {
		t.Fatal(err)
	}
	to := min(q.Period.To, b.through)
	var weeks []day.Date
	if q.Period.From <= to && to >= b.first {
		weeks = b.weeksUpTo(to, n)
	}
	for at, monday := range weeks {
		want := b.metrics(c, monday, monday+6)
		for _, trend := range got {
			if len(trend.Points) != len(weeks) || trend.Points[at].Week != monday {
				t.Fatalf("%s has %d points, want the weeks of %v", trend.Key, len(trend.Points), weeks)
			}
			if d := cmp.Diff(want[trend.Key].value, trend.Points[at].Value); d != "" {
				t.Fatalf("%s of %+v in the week of %s: %s", trend.Key, c, monday, d)
			}
		}
	}
	if len(weeks) == 0 && len(got[0].Points) > 0 {
		t.Fatalf("%d points without data", len(got[0].Points))
	}
}

// The direction of a figure is the sign of how its weekly values go with time.
func TestImprovingEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		b := bruteOf(w)
		to := min(p.To, w.through)
		if p.From > to || to < w.first {
			return
		}
		weeks := b.weeksUpTo(to, min(8, max(2, int(to-p.From+1)/7)))
		for _, f := range answer(t, w.index(), lead(p, adoption.ByNone, "")).Figures {
			var at, value []float64
			for i, monday := range weeks {
				if v := b.metrics(crowd{all: true}, monday, monday+6)[f.Key].value; v != nil {
					at, value = append(at, float64(i)), append(value, *v)
				}
			}
			want := direction(at, value)
			if adoption.MetricOf(f.Key).LowerBetter {
				want = -want
			}
			if f.Value == nil || -1e-7 < want && want < 1e-7 {
				want = 0
			}
			if (f.Improving == nil) != (want == 0) || want != 0 && *f.Improving != (want > 0) {
				t.Fatalf("%s goes by %v, improving: %v", f.Key, want, f.Improving)
			}
		}
	})
}

// direction sums the products of distances from the means.
func direction(at, value []float64) float64 {
	if len(at) < 2 {
		return 0
	}
	var meanAt, mean, out float64
	for i := range at {
		meanAt += at[i] / float64(len(at))
		mean += value[i] / float64(len(at))
	}
	for i := range at {
		out += (at[i] - meanAt) * (value[i] - mean)
	}
	return out
}
