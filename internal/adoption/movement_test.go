package adoption

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
)

// plainMovement reads a movement by its definition, person by person.
func plainMovement(x *Index, got, unsure map[int32]bool, on day.Date, days int) []Moved {
	var same, any [3]Went
	var reached [3]Went
	departments, colleagues := map[string]bool{}, 0
	for m := range int32(len(x.Members)) {
		if got[m] && memberOn(x, m, on-1) {
			departments[departmentOf(x, m)] = true
		}
	}
	delete(departments, "")
	for m := range int32(len(x.Members)) {
		if !memberOn(x, m, on-1) {
			continue
		}
		was, is := plainStage(x, m, on-1), plainStage(x, m, on+day.Date(days))
		tell := func(to *[3]Went) {
			if was < 3 {
				to[was].People++
				if is > was {
					to[was].Further++
				}
			}
		}
		switch {
		case got[m]:
			tell(&reached)
		case unsure[m]:
		default:
			tell(&any)
			if departments[departmentOf(x, m)] {
				colleagues++
				tell(&same)
			}
		}
	}
	others := any
	if colleagues >= 5 {
		others = same
	}
	var out []Moved
	for i, s := range []Stage{StageNone, StageSignedIn, StageDelegated} {
		out = append(out, Moved{Stage: s, Got: reached[i], Others: others[i]})
	}
	return out
}

func memberOn(x *Index, m int32, on day.Date) bool {
	return x.Members[m].Listed && x.Members[m].Added <= on
}

// plainStage is how far somebody got by a day: 0 not signed in, 3 habitual.
func plainStage(x *Index, m int32, at day.Date) int {
	active := map[day.Date]bool{} // by the Monday of its week
	signedIn, tasked, weeks := false, false, 0
	for _, y := range x.Days {
		if y.Day <= at {
			signedIn, tasked = signedIn || y.SignedIn.Has(m), tasked || y.Tasked.Has(m)
			if y.Active.Has(m) {
				active[y.Day.Monday()] = true
			}
		}
	}
	last := at
	for last != last.Sunday() {
		last--
	}
	for i := range 4 {
		if active[last.Monday()-day.Date(7*i)] {
			weeks++
		}
	}
	switch {
	case !signedIn:
		return 0
	case !tasked:
		return 1
	case weeks < 3:
		return 2
	}
	return 3
}

// drawMoving draws an organization of a few people over two months, some of them busy.
func drawMoving(t *rapid.T) *Index {
	const n, days = 24, 60
	first := day.Of(2026, 3, 4)
	x := &Index{First: first, Through: first + day.Date(rapid.IntRange(20, days-1).Draw(t, "through")), CostThrough: day.None, Settings: DefaultSettings()}
	for d := range days {
		x.Days = append(x.Days, DayIndex{Day: first + day.Date(d)})
	}
	for m := range int32(n) {
		added := first + day.Date(rapid.SampledFrom([]int{0, 0, 0, 12, 30}).Draw(t, "added"))
		x.Members = append(x.Members, Member{Listed: rapid.IntRange(0, 6).Draw(t, "listed") > 0, Added: added})
		if d := rapid.SampledFrom([]string{"", "Claims", "Claims", "Legal"}).Draw(t, "department"); d != "" {
			x.Placements = append(x.Placements, Placement{Member: m, From: day.None, Department: d})
		}
		for _, d := range rapid.SliceOfN(rapid.IntRange(0, days-1), 0, 9).Draw(t, "days") {
			y := &x.Days[d]
			y.SignedIn.Set(m)
			if d%3 > 0 {
				y.Active.Set(m)
			}
			if d%3 > 1 {
				y.Tasked.Set(m)
			}
		}
	}
	return x
}

// TestMovementIsItsDefinition compares it with a reading person by person.
func TestMovementIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawMoving(t)
		got, unsure := map[int32]bool{}, map[int32]bool{}
		var gotSet, unsureSet Bits
		for m := range int32(len(x.Members)) {
			switch rapid.IntRange(0, 4).Draw(t, "copy") {
			case 0, 1:
				got[m] = true
				gotSet.Set(m)
			case 2:
				unsure[m] = true
				unsureSet.Set(m)
			}
		}
		on, days := x.First+day.Date(rapid.IntRange(-2, 55).Draw(t, "on")), rapid.SampledFrom([]int{7, 14}).Draw(t, "for")
		is := x.Movement(gotSet, unsureSet, on, days, true)
		want := MovementJudged
		switch {
		case on-1 < x.First:
			want = MovementUnknown
		case x.Through < on+day.Date(days):
			want = MovementNotYet
		}
		if is.State != want || is.From != on-1 || is.To != on+day.Date(days) {
			t.Fatalf("on %v, through %v: %+v, want %s", on, x.Through, is, want)
		}
		if want != MovementJudged {
			if is.Stages != nil {
				t.Fatalf("what is not judged tells %+v", is.Stages)
			}
			return
		}
		plain := plainMovement(x, got, unsure, on, days)
		if !reflect.DeepEqual(is.Stages, plain) {
			t.Fatalf("on %v: %+v, want %+v", on, is.Stages, plain)
		}
		for i, s := range plain {
			if few(s.Got) || few(s.Others) {
				plain[i] = Moved{Stage: s.Stage, Withheld: true}
			}
		}
		if guarded := x.Movement(gotSet, unsureSet, on, days, false); !slices.Equal(guarded.Stages, plain) {
			t.Fatalf("guarded: %+v, want %+v", guarded.Stages, plain)
		}
	})
}

func few(w Went) bool { return w.People > 0 && w.People < 5 }

func TestMovementBeforeThereIsData(t *testing.T) {
	x := &Index{Through: day.None, Settings: DefaultSettings(), Members: []Member{{Listed: true, Added: day.None}}}
	if got := x.Movement(Bits{1}, nil, day.Of(2026, 3, 2), MovementDays, true); got.State != MovementUnknown || got.Stages != nil {
		t.Errorf("%+v", got)
	}
}
