package measure

import (
	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// Reading is a figure beside its target, for pages that judge and do not measure.
type Reading struct {
	Value  ui.Value
	Status *ui.ChipProps // nil without one
	Target string        // in the figure's own unit, for the period and everybody in it; "" where none can be set
}

// ReadingOf returns the reading of metric k in a.
func ReadingOf(a adoption.Answer, k adoption.Key) Reading {
	f := a.Figure(k)
	return Reading{pageData{Figures: Figures{Answer: a}}.value(f), chip(f.Status), targetText(f)}
}
