package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Reading is one value of a chart. The zero Reading is "not reported", which is
// not zero: lines break there, tables say so.
type Reading struct {
	Value float64
	Known bool
	Why   string // in place of a value that is not known: "hidden"; "not reported" when empty
}

// Hidden is a Reading that is known but may not be shown.
func Hidden() Reading { return Reading{Why: "hidden"} }

// Read makes a known Reading of v. A NaN or an infinity is not reported.
func Read(v float64) Reading {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Reading{}
	}
	return Reading{Value: v, Known: true}
}

// Scale says what a chart's values are, and so how they are written.
type Scale string

// The scales. Values of InPercent are ratios: 0.8 is written 80%.
const (
	InCount   Scale = "count"   // whole things: 1,204
	InPercent Scale = "percent" // ratios
	InDecimal Scale = "decimal" // one decimal: 5.8
	InUSD     Scale = "usd"     // dollars: $1,204 or $11.20
)

// shown returns v in the unit that the axis counts in.
func (s Scale) shown(v float64) float64 {
	if s == InPercent {
		return v * 100
	}
	return v
}

// text writes a shown value.
func (s Scale) text(shown float64) string {
	switch s {
	case InPercent:
		return grouped(shown, 0) + "%"
	case InDecimal:
		return grouped(shown, 1)
	case InUSD:
		if math.Abs(shown) < 1000 && shown != math.Trunc(shown) {
			return "$" + grouped(shown, 2)
		}
		return "$" + grouped(shown, 0)
	}
	return grouped(shown, 0)
}

// tick writes a shown value on an axis, where steps may be fractions.
func (s Scale) tick(shown float64) string {
	if shown == math.Trunc(shown) {
		switch s {
		case InPercent:
			return grouped(shown, 0) + "%"
		case InUSD:
			return "$" + grouped(shown, 0)
		}
		return grouped(shown, 0)
	}
	t := strconv.FormatFloat(shown, 'f', -1, 64)
	switch s {
	case InPercent:
		return t + "%"
	case InUSD:
		return "$" + t
	}
	return t
}

func (s Scale) reading(r Reading) string {
	if !r.Known {
		return "–"
	}
	return s.text(s.shown(r.Value))
}

// said writes a reading for tables, where the reason of a missing one stands in its place.
func (s Scale) said(r Reading) string {
	if !r.Known {
		return orElse(r.Why, "not reported")
	}
	return s.reading(r)
}

// grouped writes v with thousands separators and a fixed number of decimals.
func grouped(v float64, places int) string {
	t := strconv.FormatFloat(math.Abs(v), 'f', places, 64)
	whole, frac, _ := strings.Cut(t, ".")
	var b strings.Builder
	if v < 0 && strings.Trim(t, "0.") != "" {
		b.WriteString("−")
	}
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

// coord writes a coordinate with at most one decimal.
func coord(v float64) string {
	r := math.Round(v*10) / 10
	if r == 0 {
		r = 0 // no negative zero
	}
	return strconv.FormatFloat(r, 'f', -1, 64)
}

// percent writes a share as an SVG width, held between 0% and 100%.
func percent(share float64) string {
	if math.IsNaN(share) {
		share = 0
	}
	return coord(100*min(1, max(0, share))) + "%"
}

// axis returns the top and the step of an axis that starts at 0 and holds top,
// in at most five steps of 1, 2, 2.5 or 5 times a power of ten.
func axis(top float64, s Scale) (high, step float64) {
	if top <= 0 || math.IsNaN(top) || math.IsInf(top, 0) {
		if s == InPercent {
			return 100, 20
		}
		return 4, 1
	}
	if s == InCount {
		top = max(top, 1)
	}
	power := math.Pow(10, math.Floor(math.Log10(top))-1)
	for _, m := range []float64{1, 2, 2.5, 5, 10, 20, 25, 50} {
		step = m * power
		if s == InCount && step != math.Trunc(step) {
			continue
		}
		if top/step <= 5+1e-9 {
			break
		}
	}
	return step * math.Ceil(top/step-1e-9), step
}

// clip shortens a label to n runes for places where it cannot wrap; the data
// table always has it whole.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// thinned returns at most limit of n positions, evenly spread, the first and the last among them.
func thinned(n, limit int) []int {
	out := make([]int, 0, min(n, limit))
	if n <= limit {
		for i := range n {
			out = append(out, i)
		}
		return out
	}
	for k := range limit {
		out = append(out, k*(n-1)/(limit-1))
	}
	return out
}

func series(k int) string { return fmt.Sprintf("k%d", k) }
