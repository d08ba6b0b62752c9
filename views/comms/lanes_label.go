package comms

import (
	"slices"
	"strings"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/views/ui"
)

// shortest is how many letters a label that was cut has at most.
const shortest = 18

// labels puts words beside clusters where there is room: first beside those that need
// somebody. Where there is none the dot stands alone; the list has its words.
func (a axis) labels(clusters []cluster) []label {
	order := slices.Clone(clusters)
	slices.SortStableFunc(order, func(x, y cluster) int { return urgency(x) - urgency(y) })
	var out []label
	for _, c := range order {
		if l, ok := a.fit(c, clusters, out); ok {
			out = append(out, l)
		}
	}
	return out
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

// fit finds the first place for the words of a cluster: whole words before cut ones,
// and clear of the lines of today and the launch before across them.
func (a axis) fit(c cluster, clusters []cluster, taken []label) (label, bool) {
	whole, cut := c.words()
	for _, clear := range []bool{true, false} {
		for _, text := range []string{whole, cut} {
			for _, before := range []bool{c.left, !c.left} {
				l := c.label(text, before)
				if l.free(clusters, taken) && (!clear || a.clear(l)) {
					return l, true
				}
			}
		}
	}
	return label{}, false
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
func (l label) free(clusters []cluster, taken []label) bool {
	s := l.span()
	return s.inside() &&
		!slices.ContainsFunc(clusters, func(c cluster) bool { return c.row == l.row && !c.span().apart(s) }) &&
		!slices.ContainsFunc(taken, func(o label) bool { return o.row == l.row && !o.span().apart(s) })
}

// clear reports whether a label crosses neither line. That of its own day it begins at.
func (a axis) clear(l label) bool { return !a.crosses(l, a.launch) && !a.crosses(l, a.today) }

func (a axis) crosses(l label, on day.Date) bool {
	return a.shows(on) && l.at != a.at(on) && !(span{at: a.at(on)}).apart(l.span())
}

// words are what a cluster says: whole, and cut.
func (c cluster) words() (whole, cut string) {
	first, more := c.dots[0], len(c.dots)-1
	same := !slices.ContainsFunc(c.dots, func(d Dot) bool { return d.Look.Class != first.Look.Class })
	switch {
	case more == 0:
		return first.Title, clip(first.Title, shortest)
	case same && first.Look.Class == "held":
		return first.Look.Word, first.Look.Word
	}
	rest := " +" + ui.Count(more)
	return first.Title + rest, clip(first.Title, shortest) + rest
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

// textWidth is how many pixels a text at 12 px takes at most, in the font of the site or a wider one.
func textWidth(text string) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|!()[] ", r):
			w += 4.6
		case strings.ContainsRune("mwMW@…%", r):
			w += 11.5
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
