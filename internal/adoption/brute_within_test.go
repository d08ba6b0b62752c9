package adoption_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// narrowing is an intersection of unions, read straight over the raw rows.
type narrowing struct {
	slugs  map[adoption.By][]string
	crowds map[adoption.By][]crowd
}

// holds reports whether u is, on day d, in one of the cohorts of every dimension.
func (n *narrowing) holds(b brute, u user, d day.Date) bool {
	for _, any := range n.crowds {
		if !slices.ContainsFunc(any, func(c crowd) bool { return b.in(c, u, d) }) {
			return false
		}
	}
	return true
}

func (n *narrowing) within() adoption.Within { return adoption.NewWithin(n.slugs) }

// aNarrowing draws one, two or three dimensions with one or two cohorts each.
func aNarrowing(t *rapid.T, w *world) *narrowing {
	n := &narrowing{slugs: map[adoption.By][]string{}, crowds: map[adoption.By][]crowd{}}
	dims := []adoption.By{adoption.ByDepartment, adoption.ByWave, adoption.ByGroup}
	if len(w.groups) == 0 {
		dims = dims[:2]
	}
	known := w.crowds()
	for _, by := range rapid.Permutation(dims).Draw(t, "dimensions")[:rapid.IntRange(1, len(dims)).Draw(t, "narrowed")] {
		for _, slug := range rapid.SliceOfNDistinct(rapid.SampledFrom(w.existing(by)), 1, 2, rapid.ID[string]).Draw(t, string(by)) {
			n.slugs[by] = append(n.slugs[by], slug)
			n.crowds[by] = append(n.crowds[by], known[by][slug])
		}
	}
	return n
}

// existing returns the slugs of a dimension that the index knows.
func (w *world) existing(by adoption.By) []string {
	var out []string
	placements := w.index().Placements // a roster's row may be nobody's
	for slug, c := range w.crowds()[by] {
		exists := c.was == ""
		for _, p := range placements {
			exists = exists || by == adoption.ByDepartment && p.Department == c.was || by == adoption.ByWave && p.Wave == c.was
		}
		for _, g := range w.groups {
			exists = exists || by == adoption.ByGroup && g.name == c.was
		}
		if exists {
			out = append(out, slug)
		}
	}
	slices.Sort(out)
	return out
}

// narrowed is a lead's question about part of the organization.
func narrowed(p day.Period, by adoption.By, cohort string, n *narrowing) adoption.Query {
	q := lead(p, by, cohort)
	q.Within = n.within()
	return q
}

func (n *narrowing) of(c crowd) crowd {
	c.narrowed = n
	return c
}

func TestIntersectionsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b, n := w.index(), bruteOf(w), aNarrowing(t, w)
		a := answer(t, x, narrowed(p, adoption.ByNone, "", n))
		if len(a.Within) != len(slices.Concat(n.slugs[adoption.ByDepartment], n.slugs[adoption.ByWave], n.slugs[adoption.ByGroup])) {
			t.Fatalf("narrowed to %+v, want %v", a.Within, n.slugs)
		}
		sameFigures(t, b, n.of(crowd{all: true}), p, a.Figures)
		sameUnified(t, b, n.of(crowd{all: true}), p, a.Unified)
		if a.Figure(adoption.CostToValue).Part("cost_usd").Money != nil {
			t.Fatal("a part of the organization has a cost")
		}
		to := min(p.To, w.through)
		if p.From <= to && to >= w.first {
			if d := cmp.Diff(b.licensed(n.of(crowd{all: true}), to), a.Licensed.Count); d != "" || a.Licensed.Basis != adoption.BasisMembers {
				t.Fatalf("licensed: %s", d)
			}
		}
		for by, crowds := range w.crowds() {
			rows := answer(t, x, narrowed(p, by, "", n)).Breakdown
			for _, row := range rows {
				sameFigures(t, b, n.of(crowds[row.Cohort.Slug]), p, row.Figures)
				one := answer(t, x, narrowed(p, by, row.Cohort.Slug, n))
				if d := cmp.Diff(values(row.Figures), values(one.Figures)); d != "" {
					t.Fatalf("%s by name differs from its row:\n%s", row.Cohort.Slug, d)
				}
			}
			for slug, c := range crowds {
				named := len(n.slugs[by]) == 0 || slices.Contains(n.slugs[by], slug)
				shown := slices.ContainsFunc(rows, func(r adoption.Row) bool { return r.Cohort.Slug == slug })
				if want := named && len(b.people(n.of(c), to)) > 0; shown != want {
					t.Fatalf("cohort %s shown: %v, want %v", slug, shown, want)
				}
			}
		}
	})
}

func TestSeriesOfIntersectionsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b, n := w.index(), bruteOf(w), aNarrowing(t, w)
		crowds := w.crowds()
		crowds[adoption.ByNone] = map[string]crowd{"all": {all: true}}
		for by, slugs := range crowds {
			s, err := x.Weekly(narrowed(p, by, "", n))
			if err != nil {
				t.Fatal(err)
			}
			for _, week := range s.Weeks {
				for _, c := range week.Cohorts {
					who := n.of(slugs[c.Cohort.Slug])
					if d := cmp.Diff(b.week(who, week.Covered.From, week.Covered.To), [3]int{c.Active, c.Delegating, c.Sessions}); d != "" {
						t.Fatalf("%s in week of %s: %s", c.Cohort.Slug, week.StartsOn, d)
					}
					if on, _ := b.unified(who, week.Covered.From, week.Covered.To); on != c.Unified {
						t.Fatalf("%d of %s on unified in week of %s, want %d", c.Unified, c.Cohort.Slug, week.StartsOn, on)
					}
					if d := cmp.Diff(b.licensed(who, week.Covered.To), c.Licensed); d != "" {
						t.Fatalf("%s licensed: %s", c.Cohort.Slug, d)
					}
				}
			}
			f, err := x.Funnel(narrowed(p, by, "", n))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range f.Rows {
				if d := cmp.Diff(b.funnel(n.of(slugs[r.Cohort.Slug]), min(p.To, w.through)), [3]int{r.SignedIn, r.Delegated, r.Habitual}); d != "" {
					t.Fatalf("funnel of %s: %s", r.Cohort.Slug, d)
				}
			}
		}
	})
}

func TestTrianglesAndTrendsOfIntersectionsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b, n := w.index(), bruteOf(w), aNarrowing(t, w)
		who := n.of(crowd{all: true})
		r, err := x.Retention(narrowed(p, adoption.ByNone, "", n))
		if err != nil {
			t.Fatal(err)
		}
		if r.Missing == "" {
			began := b.began(who, p.From, min(p.To, w.through))
			if len(began) != len(r.Rows) {
				t.Fatalf("%d rows, want %d", len(r.Rows), len(began))
			}
			for _, row := range r.Rows {
				if row.Size != len(began[row.StartsOn]) {
					t.Fatalf("%d began in the week of %s, want %d", row.Size, row.StartsOn, len(began[row.StartsOn]))
				}
			}
		}
		trends, err := x.Trends(narrowed(p, adoption.ByNone, "", n), 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, trend := range trends {
			for _, point := range trend.Points {
				want := b.metrics(who, point.Week, point.Week+6)[trend.Key].value
				if d := cmp.Diff(want, point.Value); d != "" && trend.Key != adoption.CostToValue {
					t.Fatalf("%s in the week of %s: %s", trend.Key, point.Week, d)
				}
			}
		}
	})
}

func TestNarrowingToWhatIsNot(t *testing.T) {
	x := crowdOf(map[string]int{"Audit": 6, "Board": 7})
	q := lead(wholeMarch, adoption.ByNone, "")
	for within, kind := range map[adoption.Within]string{
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"audit", "nobody"}}): "not_found",
		adoption.NewWithin(map[adoption.By][]string{adoption.ByGroup: {"audit"}}):                "not_found",
		adoption.NewWithin(map[adoption.By][]string{adoption.ByWave: {""}}):                      "not_found",
		adoption.NewWithin(map[adoption.By][]string{"team": {"audit"}}):                          "invalid",
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"audit"}}):           "",
	} {
		q.Within = within
		_, err := x.Answer(q)
		if got := kindOf(err); got != kind {
			t.Errorf("%s: %v, want %q", within, err, kind)
		}
		if _, err = x.Funnel(q); kindOf(err) != kind {
			t.Errorf("funnel of %s: %v, want %q", within, err, kind)
		}
	}
	q.SeesSmallGroups, q.Within = false, adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"audit"}})
	for name, ask := range askers(x) {
		if err := ask(q); kindOf(err) != "invalid" {
			t.Errorf("%s: an executive narrows to a department: %v", name, err)
		}
	}
}

func kindOf(err error) string {
	if err == nil {
		return ""
	}
	return string(fault.KindOf(err))
}

// askers are all the questions there are.
func askers(x *adoption.Index) map[string]func(adoption.Query) error {
	return map[string]func(adoption.Query) error{
		"answer":    func(q adoption.Query) error { _, err := x.Answer(q); return err },
		"weekly":    func(q adoption.Query) error { _, err := x.Weekly(q); return err },
		"funnel":    func(q adoption.Query) error { _, err := x.Funnel(q); return err },
		"retention": func(q adoption.Query) error { _, err := x.Retention(q); return err },
		"trends":    func(q adoption.Query) error { _, err := x.Trends(q, 4); return err },
	}
}
