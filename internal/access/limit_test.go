package access

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/adoption"
)

func cents(t rapid.TB, n int) adoption.Money {
	m, err := adoption.ParseCents(fmt.Sprint(n))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTheStrictestLimitIsTheLeast compares order and effect with plain numbers.
func TestTheStrictestLimitIsTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "amounts")
		l := Limited{Member: 1, Period: "monthly", Scope: rapid.SampledFrom([]string{"rbac_group", "user", "organization"}).Draw(t, "scope")}
		least, most := 99, -1
		for i, n := range amounts {
			l.Caps = append(l.Caps, GroupCap{ID: fmt.Sprint(i), Period: "monthly", Amount: cents(t, n)})
			least, most = min(least, n), max(most, n)
		}
		l.Caps = Strictest(l.Caps)
		if len(amounts) > 0 {
			l.ScopeID = l.Caps[0].ID
			if l.Caps[0].Amount.Cents() != fmt.Sprint(least) {
				t.Fatalf("the strictest of %v is %s", amounts, l.Caps[0].Amount.Cents())
			}
		}
		binding := rapid.SampledFrom([]int{-1, 0, 3}).Draw(t, "binding")
		if binding >= 0 {
			m := cents(t, binding)
			l.Amount = &m
		}
		if want := l.Scope == "rbac_group" && len(amounts) > 1 && least < most; l.Lowered() != want {
			t.Fatalf("%v of %s: lowered is %v", amounts, l.Scope, l.Lowered())
		}
		if l.Zero() != (binding == 0) {
			t.Fatalf("a limit of %d stops: %v", binding, l.Zero())
		}
		r := ReportLimits([]Limited{l}, map[string]string{"0": "First"})
		if r.Members != 1 || len(r.Scopes) != 1 || r.Scopes[0].People != 1 || (len(r.Hit) == 1) != (l.Zero() || l.Lowered()) {
			t.Fatalf("reported as %+v", r)
		}
	})
}

func TestCausesAreSaidInOneBreath(t *testing.T) {
	for _, tt := range []struct {
		c    CauseTally
		want string
	}{
		{CauseTally{Cause: Nested, People: 3, Chat: 1, Groups: []GroupTally{{"A-B-C", "A-B-All", 2}, {"A-D-C", "A-D-All", 1}}}, "Only direct members of a group arrive. Flatten A-B-All and A-D-All. 1 of them keeps Chat."},
		{CauseTally{Cause: Unmapped, People: 3, Groups: []GroupTally{{"A", "", 2}, {"B", "", 1}}}, "A seat, but no group that carries a role. 2 are in A. Chat goes too."},
		{CauseTally{Cause: Unmapped, People: 3, Groups: []GroupTally{{"", "", 3}}}, "A seat, but no group that carries a role. Chat goes too."},
		{CauseTally{Cause: RoleLacks, People: 9, Chat: 9, Groups: []GroupTally{{"A", "", 5}, {"B", "", 2}, {"C", "", 1}, {"D", "", 1}}}, "A, B, C and 1 more carry no role with Cowork. Adding a second role is enough: roles add up."},
		{CauseTally{Cause: ByHand, People: 1, Chat: 1}, "In no group of the identity provider, so no group gives a role. They keep Chat."},
	} {
		if got := tt.c.Say(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.c.Cause, got, tt.want)
		}
	}
}

func TestStemsTellGroupsApart(t *testing.T) {
	for name, want := range map[string]string{"AL-Claims-Motor": "AL-Claims-", "AL-Claims": "", "Claims": "", "a.b.c": "a.b.", "": "", "-x": "", "Claims Motor Desk": "Claims Motor "} {
		if got := stem(name); got != want {
			t.Errorf("%q is of %q, want %q", name, got, want)
		}
	}
}
