package comms

import (
	"slices"
	"strings"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/views/ui"
)

// cuts are how many letters a label has at most, where the whole of it does not fit.
var cuts = []int{1000, 18, 11}

// labels puts words beside clusters where there is room on a lane of at least this width:
// first beside those that need somebody. Where there is none the dot stands alone; the
// list has its words.
func (a axis) labels(clusters []cluster, least float64) []label {
	order := slices.Clone(clusters)
	slices.SortStableFunc(order, func(x, y cluster) int { return urgency(x) - urgency(y) })
	p := placing{axis: a, clusters: clusters, least: least}
	for _, c := range order {
		p.put(c)
	}
	return p.taken
}

// placing is labels being placed.
type placing struct {
	axis
	clusters []cluster
	least    float64
	taken    []label
}

func urgency(c cluster) int {
	if slices.ContainsFunc(c.dots, func(d Dot) bool { return d.Look.dot() == "need" || d.Look.Class == "missed" }) {
		return 0
	}
	if c.dots[0].Look.Class == "sent" {
		return 2
	}
	return 1
}

// put finds the first place for the words of a cluster: whole words before cut ones, and
// clear of the lines of today and the launch. Only what needs somebody may cross them.
func (p *placing) put(c cluster) {
	for _, clear := range []bool{true, urgency(c) > 0} {
		for _, most := range cuts {
			for _, before := range []bool{c.left, !c.left} {
				l := c.label(c.words(most), before)
				if p.free(l) && (!clear || p.clear(l)) {
					p.taken = append(p.taken, l)
					return
				}
			}
		}
	}
}

func (c cluster) label(text string, before bool) label {
	l := label{text: text, at: c.at, y: rowY(c.row), before: before, row: c.row, warn: urgency(c) == 0}
	s := c.span()
	if before {
		l.dx = s.from + radius - labelGap
	} else {
		l.dx = s.to - radius + labelGap
	}
	return l
}

// free reports whether a label meets no dot and no label of its row, and stays on the lane.
func (p *placing) free(l label) bool {
	s := l.span()
	return s.inside(p.least) &&
		!slices.ContainsFunc(p.clusters, func(c cluster) bool { return c.row == l.row && !c.span().apart(s, p.least) }) &&
		!slices.ContainsFunc(p.taken, func(o label) bool { return o.row == l.row && !o.span().apart(s, p.least) })
}

// clear reports whether a label crosses neither line. That of its own day it begins at.
func (p *placing) clear(l label) bool { return !p.crosses(l, p.launch) && !p.crosses(l, p.today) }

func (p *placing) crosses(l label, on day.Date) bool {
	return p.shows(on) && l.at != p.at(on) && !(span{at: p.at(on)}).apart(l.span(), p.least)
}

// words are what a cluster says, of each title so many letters at most.
func (c cluster) words(most int) string {
	first, more := c.dots[0], len(c.dots)-1
	same := !slices.ContainsFunc(c.dots, func(d Dot) bool { return d.Look.Class != first.Look.Class })
	switch {
	case more == 0:
		return clip(first.Title, most)
	case same && first.Look.Class == "held":
		return first.Look.Word
	}
	return clip(first.Title, most) + " +" + ui.Count(more)
}

// clip cuts a text at a word, to at most so many letters.
func clip(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	cut := string([]rune(text)[:most])
	if at := strings.LastIndexByte(cut, ' '); at > most/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// textWidth is how many pixels a text at 12 px takes at most, in the font of the site or one that stands in for it.
func textWidth(text string) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljI.,:;'|!", r):
			w += 3.9
		case strings.ContainsRune("tfr()[] ", r):
			w += 5
		case strings.ContainsRune("mwMW@…%", r):
			w += 11.4
		case r > 0x2E7F:
			w += 13
		case r >= 'A' && r <= 'Z', r > 0xFF:
			w += 9.2
		default:
			w += 7.4
		}
	}
	return w
}
