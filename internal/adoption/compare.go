package adoption

import "slices"

// Against returns a compared with another answer in place of the period just
// before: the previous figures, of whomever it is about and of every cohort, are
// those of b. What b does not have, or may not show, has no previous figure.
func (a Answer) Against(b Answer) Answer {
	a.Figures = against(a.Figures, b.Figures)
	a.Breakdown = slices.Clone(a.Breakdown)
	for i, r := range a.Breakdown {
		var then []Figure
		for _, s := range b.Breakdown {
			if s.Cohort.Slug == r.Cohort.Slug {
				then = s.Figures
			}
		}
		a.Breakdown[i].Figures = against(r.Figures, then)
	}
	return a
}

// Alone returns a compared with nothing.
func (a Answer) Alone() Answer { return a.Against(Answer{}) }

// against returns figures with other previous ones; those given may be shared and stay as they are.
func against(now, then []Figure) []Figure {
	out := slices.Clone(now)
	for i, f := range out {
		out[i].Previous = nil
		if p := find(then, f.Key); !p.Withheld {
			out[i].Previous = p.Value
		}
	}
	return out
}
