package adoption

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

// FeatureUse is how often one skill, connector or plugin was used in a period.
type FeatureUse struct {
	Key, Name string
	Sessions  Count // Cowork sessions that used it, summed over days
}

// ProductCost is what one product cost in a period.
type ProductCost struct {
	Product string
	Amount  Money
}

// CoworkCost returns what Cowork cost in p, Chat and Cowork unified included;
// false when the cost report has not been read that far or may not be.
func (x *Index) CoworkCost(p day.Period) (Money, bool) {
	total, missing := x.cost(p)
	return total, missing == ""
}

// CostByProduct returns what each product cost in p, greatest first. Products
// that cost nothing are left out.
func (x *Index) CostByProduct(p day.Period) []ProductCost {
	at := map[string]int{}
	var out []ProductCost
	for _, c := range x.Cost {
		if c.Product == "" || !p.Contains(c.Day) || c.Amount.Sign() == 0 {
			continue
		}
		i, ok := at[c.Product]
		if !ok {
			i = len(out)
			at[c.Product], out = i, append(out, ProductCost{Product: c.Product})
		}
		out[i].Amount = out[i].Amount.Plus(c.Amount)
	}
	SortCosts(out)
	return out
}

// SortCosts puts the greatest first; products of equal cost stand by name.
func SortCosts(list []ProductCost) {
	slices.SortStableFunc(list, func(a, b ProductCost) int {
		return cmp.Or(b.Amount.rat().Cmp(a.Amount.rat()), cmp.Compare(a.Product, b.Product))
	})
}
