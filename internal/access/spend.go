package access

import (
	"cmp"
	"slices"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// SpendQuery asks what was spent in a period and which limits bind.
type SpendQuery struct {
	Period, Before day.Period
	Groups         bool   // cost by group, and the limits of groups
	After          string // of the people at their limit: behind this cursor
}

// SpendReport answers a [SpendQuery].
type SpendReport struct {
	Groups   []adoption.GroupCost // greatest first; nil unless asked for
	Limits   []ConfiguredLimit    // all but those of single people
	Own      int                  // limits configured for single people
	Bindings []Binding            // by the scope that binds, most people first
	AtLimit  []PersonAtLimit      // people at or over their limit; nil for those who may not see people
	Next     string               // cursor of the next page of them; "" at the end
}

// ConfiguredLimit is a spend limit as configured.
type ConfiguredLimit struct {
	Scope, ScopeID, Name, Period string
	Amount                       *adoption.Money // nil is "no limit"
	Enabled                      bool
}

// Binding is how many people a scope's limit binds over a period, and how near they are.
type Binding struct {
	Scope, Period string
	People        int
	NoLimit       int // nothing limits them in this period
	Zero          int // the limit is 0: they can do nothing
	Near          int // at 80 % of a limit or more, but under it
	Over          int // at a limit or over it; those with a limit of 0 are not among them
	Unknown       int // what they spent is not reported
	Merged        bool
}

// PersonAtLimit is somebody who has spent all they may.
type PersonAtLimit struct {
	Name, Email          string
	Period, Scope, Group string // Group is the name of the group whose limit binds
	Amount, Spent        adoption.Money
}

// Share returns the part of the limit that is spent; 0 where the limit is 0.
func (p PersonAtLimit) Share() float64 {
	if p.Amount.Sign() == 0 {
		return 0
	}
	return p.Spent.Over(p.Amount)
}

// ByPeriod adds up bindings over scopes, for each period they hold.
func ByPeriod(list []Binding) []Binding {
	var out []Binding
	for _, b := range list {
		i := slices.IndexFunc(out, func(o Binding) bool { return o.Period == b.Period })
		if i < 0 {
			i = len(out)
			out = append(out, Binding{Period: b.Period})
		}
		o := &out[i]
		o.People += b.People
		o.NoLimit += b.NoLimit
		o.Zero += b.Zero
		o.Near += b.Near
		o.Over += b.Over
		o.Unknown += b.Unknown
	}
	return out
}

// Guard leaves of bindings only how many people each scope binds, and merges
// what binds fewer than least people of a period with the next smallest.
func Guard(list []Binding, least int) []Binding {
	var out []Binding
	for _, period := range ByPeriod(list) {
		var of []Binding
		for _, b := range list {
			if b.Period == period.Period {
				of = append(of, Binding{Scope: b.Scope, Period: b.Period, People: b.People})
			}
		}
		slices.SortStableFunc(of, func(a, b Binding) int { return cmp.Compare(b.People, a.People) })
		other := Binding{Period: period.Period, Merged: true}
		for len(of) > 0 && (of[len(of)-1].People < least || other.People > 0 && other.People < least) {
			other.People += of[len(of)-1].People
			of = of[:len(of)-1]
		}
		if other.People > 0 {
			of = append(of, other)
		}
		out = append(out, of...)
	}
	return out
}

// Tellable reports whether a count of some of people may be told to those who
// see no group smaller than least: nobody, enough of them, and not all but a few.
func Tellable(n, people, least int) bool {
	rest := people - n
	return (n == 0 || n >= least) && (rest == 0 || rest >= least) && people >= least
}
