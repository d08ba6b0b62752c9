package ui

import "strings"

// SparkProps is a word-sized line: the shape of a metric's recent weeks.
type SparkProps struct {
	Label  string // what it shows, for those who cannot see it
	Scale  Scale
	Values []Reading
	Target Reading
}

type sparkView struct {
	path, dotX, dotY, targetY, label string
}

// The drawing's box: 76 by 24, with room for the line's own width.
const (
	sparkLeft, sparkRight = 1.0, 72.0
	sparkTop, sparkBottom = 3.0, 21.0
)

// newSparkView places the values; ok is false when there is nothing to draw.
func newSparkView(p SparkProps) (v sparkView, ok bool) {
	low, high, last := p.span()
	if last < 0 {
		return v, false
	}
	y := func(val float64) float64 {
		if high == low {
			return (sparkTop + sparkBottom) / 2
		}
		return sparkBottom - (val-low)/(high-low)*(sparkBottom-sparkTop)
	}
	x := func(i int) float64 {
		if len(p.Values) < 2 {
			return sparkRight
		}
		return sparkLeft + float64(i)/float64(len(p.Values)-1)*(sparkRight-sparkLeft)
	}
	var d strings.Builder
	for i, r := range p.Values {
		if !r.Known {
			continue
		}
		verb := "M"
		if i > 0 && p.Values[i-1].Known {
			verb = "L"
		}
		d.WriteString(verb + coord(x(i)) + " " + coord(y(r.Value)))
	}
	v = sparkView{path: d.String(), dotX: coord(x(last)), dotY: coord(y(p.Values[last].Value)), label: p.describe(last)}
	if p.Target.Known {
		v.targetY = coord(y(p.Target.Value))
	}
	return v, true
}

// span returns the least and the greatest of values and target, and the index of the last known value, -1 without one.
func (p SparkProps) span() (low, high float64, last int) {
	last = -1
	first := true
	widen := func(v float64) {
		if first {
			low, high, first = v, v, false
		}
		low, high = min(low, v), max(high, v)
	}
	for i, r := range p.Values {
		if r.Known {
			widen(r.Value)
			last = i
		}
	}
	if p.Target.Known && last >= 0 {
		widen(p.Target.Value)
	}
	return low, high, last
}

func (p SparkProps) describe(last int) string {
	first := 0
	for !p.Values[first].Known {
		first++
	}
	s := p.Label
	if s != "" {
		s += ": "
	}
	if first == last {
		return s + p.Scale.reading(p.Values[last])
	}
	return s + "from " + p.Scale.reading(p.Values[first]) + " to " + p.Scale.reading(p.Values[last])
}
