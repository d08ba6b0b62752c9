package access

import (
	"cmp"
	"math/big"
	"slices"

	"groundswell/internal/adoption"
)

// groupScope is the scope of a limit that comes from a group.
const groupScope = "rbac_group"

// GroupCap is an enabled spend limit of a group.
type GroupCap struct {
	ID, Name string // of the group
	Period   string
	Amount   adoption.Money // cents
}

// Limited is what limits one member over a period.
type Limited struct {
	Member  int32
	Period  string
	Scope   string          // where the limit that binds comes from
	ScopeID string          // which one, where the scope has several
	Amount  *adoption.Money // nil is "no limit"
	Caps    []GroupCap      // of the member's groups, the most restrictive first
}

// Zero reports whether the member can do nothing: the limit that binds is 0.
func (l Limited) Zero() bool { return l.Amount != nil && l.Amount.Sign() == 0 }

// Lowered reports whether the member has less for being in several groups: the
// most restrictive of their limits is the one that binds.
func (l Limited) Lowered() bool {
	n := len(l.Caps)
	return n > 1 && l.Scope == groupScope && l.ScopeID == l.Caps[0].ID && less(l.Caps[0].Amount, l.Caps[n-1].Amount)
}

func less(a, b adoption.Money) bool { return a.Plus(b.Times(big.NewRat(-1, 1))).Sign() < 0 }

// Strictest orders caps by what they allow, the least first.
func Strictest(caps []GroupCap) []GroupCap {
	slices.SortFunc(caps, func(a, b GroupCap) int {
		switch {
		case less(a.Amount, b.Amount):
			return -1
		case less(b.Amount, a.Amount):
			return 1
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return caps
}

// LimitReport is what the most restrictive spend limit does to whom.
type LimitReport struct {
	Members int // people with a limit on record
	Scopes  []ScopeTally
	Zero    int       // people who can do nothing
	Lowered int       // people who have less for being in several groups
	Hit     []Limited // both of them, ascending by member and period
}

// ScopeTally is how many people a kind of limit binds over a period.
type ScopeTally struct {
	Scope, Period         string
	Group                 string          // name, of a group's limit
	Amount                *adoption.Money // nil is "no limit"
	Several               bool            // amounts differ within the scope, and Amount is one of them
	People, Zero, Lowered int
}

// ReportLimits counts what binds whom. names tells what groups are called.
func ReportLimits(of []Limited, names map[string]string) LimitReport {
	r := LimitReport{}
	seen, at := map[int32]bool{}, map[string]*ScopeTally{}
	for _, l := range of {
		seen[l.Member] = true
		t := tallyOf(at, l, names)
		t.People++
		if l.Zero() {
			r.Zero++
			t.Zero++
		}
		if l.Lowered() {
			r.Lowered++
			t.Lowered++
		}
		if l.Zero() || l.Lowered() {
			r.Hit = append(r.Hit, l)
		}
	}
	r.Members = len(seen)
	for _, t := range at {
		r.Scopes = append(r.Scopes, *t)
	}
	slices.SortFunc(r.Scopes, func(a, b ScopeTally) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Period, b.Period))
	})
	slices.SortFunc(r.Hit, func(a, b Limited) int {
		return cmp.Or(cmp.Compare(a.Member, b.Member), cmp.Compare(a.Period, b.Period))
	})
	return r
}

// tallyOf finds the line a limit counts in: groups have one each, other scopes one together.
func tallyOf(at map[string]*ScopeTally, l Limited, names map[string]string) *ScopeTally {
	key := l.Scope + "\x00" + l.Period
	if l.Scope == groupScope {
		key += "\x00" + l.ScopeID
	}
	t := at[key]
	if t == nil {
		t = &ScopeTally{Scope: l.Scope, Period: l.Period, Amount: l.Amount}
		if l.Scope == groupScope {
			t.Group = names[l.ScopeID]
		}
		at[key] = t
	}
	if !sameAmount(t.Amount, l.Amount) {
		t.Several = true
	}
	return t
}

func sameAmount(a, b *adoption.Money) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cents() == b.Cents()
}
