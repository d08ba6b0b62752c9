package people

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
)

func TestEveryBadgeSaysWhatItIsFor(t *testing.T) {
	for _, b := range Badges() {
		if !b.Valid() || b.Name() == "" || b.For() == "" {
			t.Errorf("%s has no name or no reason", b)
		}
	}
	if Badge("most-prompts").Valid() {
		t.Error("anything is a badge")
	}
}

// A badge is suggested exactly while its contribution is there and it was not given.
func TestBadgesAreSuggestedForContributions(t *testing.T) {
	all := Deeds{Setups: 5, Answers: 10, Shows: 3, Sessions: 2, Wins: 3, Weeks: 4}
	if got := all.Suggests(nil); len(got) != len(Badges()) {
		t.Errorf("enough of everything suggests %v", got)
	}
	almost := Deeds{Setups: 4, Answers: 9, Shows: 2, Sessions: 1, Wins: 2, Weeks: 3}
	if got := almost.Suggests(nil); len(got) != 0 {
		t.Errorf("one too few of everything suggests %v", got)
	}
	for _, b := range Badges() {
		got := all.Suggests([]GivenBadge{{Badge: b}})
		if len(got) != len(Badges())-1 || slices.ContainsFunc(got, func(s Suggestion) bool { return s.Badge == b }) {
			t.Errorf("%s is suggested once more: %v", b, got)
		}
	}
}

func TestQuartersFollowOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := day.Of(2020, 1, 1) + day.Date(rapid.IntRange(0, 20_000).Draw(t, "day"))
		q := QuarterOf(d)
		p := q.Period()
		if !p.Contains(d) || p.Days() < 90 || p.Days() > 92 {
			t.Fatalf("%s lies in %s, which is %v", d, q, p)
		}
		if read, ok := ParseQuarter(q.String()); !ok || read != q {
			t.Fatalf("%s reads as %v, %v", q, read, ok)
		}
		if q.After().Before() != q || q.After().Period().From != p.To+1 {
			t.Fatalf("after %s comes %s", q, q.After())
		}
	})
	for _, text := range []string{"", "2026-Q0", "2026-Q5", "2026-q4", "1999-Q1", "2026-Q4 ", "Q4 2026", fmt.Sprint(1 << 40)} {
		if q, ok := ParseQuarter(text); ok {
			t.Errorf("%q is read as %s", text, q)
		}
	}
}
