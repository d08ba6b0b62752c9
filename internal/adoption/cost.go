package adoption

import "groundswell/internal/day"

// Unattributed is the product or the group of cost that the API attributes to
// none: usage of an unknown surface, or of people in no group.
const Unattributed = "unattributed"

// CostStep is what each product cost in a week or a month.
type CostStep struct {
	day.Period
	Complete  bool // all of the week or month is in the period, and was read
	ByProduct map[string]Money
}

// GroupCost is what the people of one group cost. Groups overlap.
type GroupCost struct {
	ID, Name string // [Unattributed], or a group; the name is empty for one that is not listed any more
	Amount   Money
	Before   Money // in the period before
}

// CostFirst returns the first day that a cost is known of; None before it.
func (x *Index) CostFirst() day.Date {
	if len(x.Cost) == 0 {
		return day.None
	}
	return x.Cost[0].Day
}

// CostSteps cuts p into weeks, or into months, clipped to p and to the days that were read.
func (x *Index) CostSteps(p day.Period, months bool) []CostStep {
	whole := func(d day.Date) day.Period { return day.Period{From: d.Monday(), To: d.Sunday()} }
	if months {
		whole = day.Date.Month
	}
	end := min(p.To, x.CostThrough)
	var out []CostStep
	for at := p.From; at <= end; {
		w := whole(at)
		s := CostStep{Period: day.Period{From: max(w.From, p.From), To: min(w.To, end)}, ByProduct: map[string]Money{}}
		s.Complete = s.Period == w
		out, at = append(out, s), w.To+1
	}
	i := 0
	for _, c := range x.Cost {
		for i < len(out) && c.Day > out[i].To {
			i++
		}
		if i < len(out) && out[i].Contains(c.Day) && c.Product != "" {
			out[i].ByProduct[c.Product] = out[i].ByProduct[c.Product].Plus(c.Amount)
		}
	}
	return out
}

// IsCowork reports whether a product's cost is Cowork's: Cowork itself, or Chat and Cowork unified.
func IsCowork(product string) bool { return product == productCowork || product == productUnified }
