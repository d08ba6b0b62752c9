package adoption

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
)

// plainEffect reads what followed touchpoints by its definition, person by person.
func plainEffect(x *Index, p day.Period, slug string) Effect {
	var out Effect
	departments, began := map[string]bool{}, day.Never
	for m := range x.Members {
		if t, ok := firstTouch(x, int32(m)); ok && p.Contains(t) && counts(x, int32(m), slug) && firstTask(x, int32(m)) >= t {
			out.Touched = tell(out.Touched, x, int32(m), t)
			departments[departmentOf(x, int32(m))] = true
			began = min(began, t)
		}
	}
	delete(departments, "")
	for m := range x.Members {
		t, ok := firstTouch(x, int32(m))
		if (!ok || t > p.To) && departments[departmentOf(x, int32(m))] && counts(x, int32(m), slug) && firstTask(x, int32(m)) >= began {
			out.Others = tell(out.Others, x, int32(m), began)
		}
	}
	return out
}

func tell(f Followed, x *Index, m int32, from day.Date) Followed {
	did := 0
	for d := from; d <= from+EffectDays && d <= x.Through; d++ {
		if i := slices.IndexFunc(x.Days, func(y DayIndex) bool { return y.Day == d }); i >= 0 && x.Days[i].Tasked.Has(m) {
			did = 1
		}
	}
	if from+EffectDays > x.Through {
		f.Open, f.Early = f.Open+1, f.Early+did
	} else {
		f.Judged, f.Delegated = f.Judged+1, f.Delegated+did
	}
	return f
}

func counts(x *Index, m int32, slug string) bool {
	return x.Members[m].Listed && x.Members[m].Added <= x.Through && (slug == "" || Slug(departmentOf(x, m)) == slug)
}

func firstTouch(x *Index, m int32) (day.Date, bool) {
	for _, t := range x.Touchpoints {
		if t.Member == m {
			return t.Day, true
		}
	}
	return 0, false
}

func firstTask(x *Index, m int32) day.Date {
	for _, y := range x.Days {
		if y.Tasked.Has(m) {
			return y.Day
		}
	}
	return day.Never
}

func departmentOf(x *Index, m int32) string {
	for _, p := range x.Placements {
		if p.Member == m {
			return p.Department
		}
	}
	return ""
}

// drawTouched draws an organization of a few people, some of them touched.
func drawTouched(t *rapid.T) *Index {
	const n, days = 14, 40
	first := day.Of(2026, 3, 2)
	x := &Index{First: first, Through: first + day.Date(rapid.IntRange(5, days-1).Draw(t, "through")), CostThrough: day.None, Settings: DefaultSettings()}
	for m := range n {
		x.Members = append(x.Members, Member{Listed: rapid.IntRange(0, 5).Draw(t, "listed") > 0, Added: first})
		if d := rapid.SampledFrom([]string{"", "Claims", "Legal"}).Draw(t, "department"); d != "" {
			x.Placements = append(x.Placements, Placement{Member: int32(m), From: day.None, Department: d})
		}
	}
	tasks := map[int][]int{}
	for m := range n {
		for _, d := range rapid.SliceOfN(rapid.IntRange(0, days-1), 0, 2).Draw(t, "tasks") {
			tasks[d] = append(tasks[d], m)
		}
	}
	for d := range days {
		y := DayIndex{Day: first + day.Date(d)}
		for _, m := range tasks[d] {
			y.SignedIn.Set(int32(m))
			y.Active.Set(int32(m))
			y.Tasked.Set(int32(m))
		}
		x.Days = append(x.Days, y)
	}
	touched := rapid.SliceOfN(rapid.IntRange(0, days-1), 0, 25).Draw(t, "touched")
	slices.Sort(touched)
	for _, d := range touched {
		x.Touchpoints = append(x.Touchpoints, Touchpoint{Day: first + day.Date(d), Member: int32(rapid.IntRange(-1, n-1).Draw(t, "whom")), Department: "Claims"})
	}
	return x
}

// TestEffectIsItsDefinition compares it with a reading person by person.
func TestEffectIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawTouched(t)
		from := x.First + day.Date(rapid.IntRange(0, 20).Draw(t, "from"))
		p := day.Period{From: from, To: from + day.Date(rapid.IntRange(0, 20).Draw(t, "days"))}
		for _, slug := range []string{"", "claims", "legal"} {
			var asked []string
			if slug != "" {
				asked = []string{slug}
			}
			want := plainEffect(x, p, slug)
			if got := x.Effect(p, asked, true); got != want {
				t.Fatalf("%q of %v: %+v, want %+v", slug, p, got, want)
			}
			least := func(f Followed) Followed {
				if f.People() > 0 && f.People() < 5 {
					return Followed{Withheld: true}
				}
				return f
			}
			want = Effect{least(want.Touched), least(want.Others)}
			if got := x.Effect(p, asked, false); got != want {
				t.Fatalf("%q of %v, guarded: %+v, want %+v", slug, p, got, want)
			}
		}
	})
}

func TestEffectBeforeThereIsData(t *testing.T) {
	x := &Index{Through: day.None, Settings: DefaultSettings(), Touchpoints: []Touchpoint{{Day: day.Of(2026, 3, 2), Member: 0}}}
	if got := x.Effect(day.Period{From: day.Of(2026, 3, 1), To: day.Of(2026, 3, 9)}, nil, true); got != (Effect{}) {
		t.Errorf("%+v", got)
	}
}
