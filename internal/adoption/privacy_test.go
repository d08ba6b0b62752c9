package adoption_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// crowdOf is an organization with departments of these sizes, everybody active every day.
func crowdOf(sizes map[string]int) *adoption.Index {
	x := &adoption.Index{Through: march(31), Settings: adoption.DefaultSettings()}
	var entries []adoption.Entry
	for _, name := range []string{"Audit", "Board", "Claims", "Finance", "Legal"} {
		for range sizes[name] {
			m := int32(len(x.Members))
			x.Members = append(x.Members, adoption.Member{Listed: true, Added: march(1)})
			x.Placements = append(x.Placements, adoption.Placement{Member: m, From: day.None, Department: name})
			entries = append(entries, adoption.Entry{Member: m, Activity: adoption.Activity{SignedIn: true, Sessions: 1, Actions: 1, Skills: 1}})
		}
	}
	for d := march(1); d <= x.Through; d++ {
		x.Days = append(x.Days, adoption.IndexDay(d, entries, 1))
	}
	return x
}

var wholeMarch = day.Period{From: march(1), To: march(31)}

func restricted(by adoption.By, cohort string) adoption.Query {
	return adoption.Query{Period: wholeMarch, By: by, Cohort: cohort}
}

func sizesOf(t *testing.T, x *adoption.Index) map[string]int {
	t.Helper()
	a, err := x.Answer(restricted(adoption.ByDepartment, ""))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, r := range a.Breakdown {
		out[r.Cohort.Slug] = r.People
		if r.Cohort.Merged != (r.Cohort.Slug == "other") {
			t.Errorf("%s merged: %v", r.Cohort.Slug, r.Cohort.Merged)
		}
	}
	return out
}

func TestSmallCohortsMerge(t *testing.T) {
	for name, c := range map[string]struct{ have, want map[string]int }{
		"none is small":                {map[string]int{"Audit": 5, "Claims": 9}, map[string]int{"audit": 5, "claims": 9}},
		"two make one large enough":    {map[string]int{"Audit": 2, "Board": 3, "Claims": 9}, map[string]int{"other": 5, "claims": 9}},
		"the next smallest joins":      {map[string]int{"Audit": 2, "Board": 7, "Claims": 9}, map[string]int{"other": 9, "claims": 9}},
		"all are too small":            {map[string]int{"Audit": 2, "Board": 1}, map[string]int{"other": 0}},
		"five is enough, four is not":  {map[string]int{"Audit": 4, "Board": 4, "Claims": 5}, map[string]int{"other": 8, "claims": 5}},
		"a neighbour, though not weak": {map[string]int{"Audit": 4, "Board": 5, "Claims": 5}, map[string]int{"other": 9, "claims": 5}},
	} {
		got := sizesOf(t, crowdOf(c.have))
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for slug, n := range c.want {
			if got[slug] != n {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

func TestASmallCohortByNameIsWithheld(t *testing.T) {
	x := crowdOf(map[string]int{"Audit": 2, "Board": 7, "Claims": 9})
	for _, slug := range []string{"audit", "board"} { // board is large, but tells of audit by subtraction
		a, err := x.Answer(restricted(adoption.ByDepartment, slug))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Figures {
			if f.Value != nil || !f.Withheld || f.Previous != nil || f.Numerator != nil || f.Improving != nil {
				t.Errorf("%s shows %s: %+v", slug, f.Key, f)
			}
		}
		if a.Licensed.Count != nil || a.Diagnosis != nil {
			t.Errorf("%s: licensed %v, diagnosis %v", slug, a.Licensed.Count, a.Diagnosis)
		}
		f, err := x.Funnel(restricted(adoption.ByDepartment, slug))
		if err != nil || !f.Rows[0].Withheld || f.Rows[0].SignedIn != 0 {
			t.Errorf("funnel of %s: %+v, %v", slug, f.Rows, err)
		}
		w, err := x.Weekly(restricted(adoption.ByDepartment, slug))
		if err != nil || !w.Weeks[0].Cohorts[0].Withheld || w.Weeks[0].Cohorts[0].Active != 0 {
			t.Errorf("weeks of %s: %+v, %v", slug, w.Weeks[0].Cohorts, err)
		}
		r, err := x.Retention(restricted(adoption.ByDepartment, slug))
		if err != nil || !r.Withheld || len(r.Rows) != 0 {
			t.Errorf("triangle of %s: %+v, %v", slug, r, err)
		}
	}
	a, err := x.Answer(restricted(adoption.ByDepartment, "other"))
	if err != nil || a.Figure(adoption.ActivationRate).Value == nil {
		t.Errorf("Other by name: %v", err)
	}
	q := restricted(adoption.ByDepartment, "audit")
	q.SeesSmallGroups = true
	if a, err = x.Answer(q); err != nil || a.Figure(adoption.ActivationRate).Value == nil {
		t.Errorf("a lead sees the small cohort: %v", err)
	}
}

func TestRowsAboutFewPeopleAreWithheld(t *testing.T) {
	x := &adoption.Index{Through: march(31), Settings: adoption.DefaultSettings()}
	begins := map[day.Date]int{march(2): 3, march(9): 6, march(16): 8} // three, six and eight people begin
	for d := march(2); d <= x.Through; d++ {
		var entries []adoption.Entry
		n := 0
		for monday := march(2); monday <= march(16); monday += 7 {
			for range begins[monday] {
				if d >= monday {
					entries = append(entries, adoption.Entry{Member: int32(n), Activity: adoption.Activity{Sessions: 1}})
				}
				n++
			}
		}
		x.Days = append(x.Days, adoption.IndexDay(d, entries, 1))
	}
	for range 17 {
		x.Members = append(x.Members, adoption.Member{Listed: true, Added: march(1)})
	}
	r, err := x.Retention(adoption.Query{Period: wholeMarch})
	if err != nil {
		t.Fatal(err)
	}
	for i, hidden := range []bool{true, true, false} {
		row := r.Rows[i]
		if row.Withheld != hidden || hidden && (row.Size != 0 || row.Share(0) != nil) {
			t.Errorf("row %d: %+v, withheld should be %v", i, row, hidden)
		}
	}
}

// No figure that an executive gets in any one breakdown tells of fewer than five
// people: neither by itself nor by taking the shown rows from the whole.
func TestBreakdownsOfAnyOrganizationHideTheFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)), rapid.IntRange(1, 60).Draw(t, "people"), 30)
		x, b := w.index(), bruteOf(w)
		q := adoption.Query{Period: day.Period{From: w.through - 20, To: w.through}}
		members := 0
		for _, u := range w.users {
			if b.member(u, w.through) {
				members++
			}
		}
		for _, q.By = range []adoption.By{adoption.ByDepartment, adoption.ByWave} {
			a := answer(t, x, q)
			shown := 0
			for _, r := range a.Breakdown {
				if r.Licensed.Count != nil {
					if *r.Licensed.Count < 5 {
						t.Fatalf("%s covers %d people", r.Cohort.Slug, *r.Licensed.Count)
					}
					shown += *r.Licensed.Count
				}
			}
			if rest := members - shown; shown > 0 && rest > 0 && rest < 5 {
				t.Fatalf("%d of %d people are left by subtraction", rest, members)
			}
			fewHidden(t, a)
		}
	})
}

// fewHidden checks each figure that is about a set of people of its own.
func fewHidden(t *rapid.T, a adoption.Answer) {
	for _, k := range []adoption.Key{adoption.Week2Retention, adoption.SessionsPerActiveUser, adoption.AdvancedFeatureUptake} {
		whole := a.Figure(k)
		if whole.Value != nil && *whole.Denominator < 5 {
			t.Fatalf("%s is about %d people", k, *whole.Denominator)
		}
		shown, hidden := int64(0), false
		for _, r := range a.Breakdown {
			f := r.Figure(k)
			hidden = hidden || f.Withheld
			if f.Value != nil {
				shown += *f.Denominator
				if *f.Denominator < 5 {
					t.Fatalf("%s of %s is about %d people", k, r.Cohort.Slug, *f.Denominator)
				}
			}
		}
		if whole.Value == nil || !hidden {
			continue
		}
		if rest := *whole.Denominator - shown; shown > 0 && rest > 0 && rest < 5 {
			t.Fatalf("%s: %d people are left by subtraction", k, rest)
		}
	}
}

// Groups overlap: no sum or difference of two or three of what is shown may be
// about fewer than five people.
func TestOverlappingGroupsHideTheFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		n := rapid.IntRange(5, 60).Draw(t, "people")
		x := &adoption.Index{Through: march(31), Settings: adoption.DefaultSettings()}
		for range n {
			x.Members = append(x.Members, adoption.Member{Listed: true, Added: march(1)})
		}
		for g := range rapid.IntRange(1, 7).Draw(t, "groups") {
			var b adoption.Bits
			from, to := r.IntN(n), r.IntN(n)
			for m := range n {
				if m >= min(from, to) && m <= max(from, to) {
					b.Set(int32(m))
				}
			}
			x.Groups = append(x.Groups, adoption.Group{Name: string(rune('A' + g)), Members: b})
		}
		a := answer(t, x, restricted(adoption.ByGroup, ""))
		everybody := make([]int, n)
		for i := range everybody {
			everybody[i] = 1
		}
		told := [][]int{everybody}
		for _, row := range a.Breakdown {
			if row.Licensed.Count != nil {
				told = append(told, vectorOf(t, x, row.Cohort, a.Breakdown, n))
			}
		}
		subtract(t, told)
	})
}

// vectorOf says who a row is about; Other is whoever is in a group that is not shown.
func vectorOf(t *rapid.T, x *adoption.Index, c adoption.Cohort, rows []adoption.Row, n int) []int {
	shown := map[string]bool{}
	for _, r := range rows {
		shown[r.Cohort.Name] = true
	}
	out := make([]int, n)
	for _, g := range x.Groups {
		if g.Name == c.Name || c.Merged && !shown[g.Name] {
			g.Members.Each(func(m int32) { out[m] = 1 })
		}
	}
	return out
}

// subtract tries every combination of up to three rows with weights -1, 0 and 1.
func subtract(t *rapid.T, told [][]int) {
	for i := range told {
		for j := range told {
			for k := range told {
				for _, w := range [][3]int{{1, 0, 0}, {1, -1, 0}, {1, -1, -1}, {1, -1, 1}} {
					about := 0
					for m := range told[i] {
						if w[0]*told[i][m]+w[1]*told[j][m]+w[2]*told[k][m] != 0 {
							about++
						}
					}
					if about > 0 && about < 5 {
						t.Fatalf("rows %d, %d, %d with %v tell of %d people", i, j, k, w, about)
					}
				}
			}
		}
	}
}
