package ui

import (
	"slices"
	"sort"
	"strings"
)

// LineNote is an event on the time axis: "Pilot opens".
type LineNote struct {
	At    int // index into Points
	Text  string
	When  string // its own day, for the list: "Mon 2 Nov"
	Minor bool   // no event: written only where there is room, and in the table
}

// Labels of notes. A plot's width is not known here: labels are laid out for the
// narrowest one that shows them, so that on a wider one they only stand further apart.
const (
	notePlot  = 430.0 // px; narrower plots have the list below in place of labels
	noteChar  = 6.0   // px a character takes at most, on average
	notePad   = 16.0  // px between a label, its line and the next label
	noteLong  = 26    // characters of a label
	noteLanes = 2     // labels above each other
	noteLane  = 14.0  // px from one to the next
)

// lineNote is where a label of one or more notes stands, in percent of the width.
type lineNote struct {
	text     string
	at       float64
	from, to float64
	lane     int
	count    int
	left     bool // of its line
}

// addNotes draws a line for every note and writes as many labels as fit. What
// does not fit is counted by the label before it, and listed below the plot.
func (v *lineView) addNotes() {
	notes := v.noted()
	labels, lost := v.layout(notes, v.ways)
	if lost > 0 { // counts are shorter than names, so that each point may keep its own
		labels, _ = v.layout(notes, v.counts)
	}
	for _, l := range labels {
		v.lanes = max(v.lanes, l.lane+1)
		v.counted = v.counted || l.count > 1
	}
	v.labels = labels
	for _, n := range slices.DeleteFunc(notes, func(n LineNote) bool { return n.Minor }) {
		v.events = append(v.events, Pair{Name: orElse(n.When, v.Points[n.At].Label), Value: n.Text})
	}
}

// layout places a label for each point with notes, and says how many notes came
// to be counted by the label of another point.
func (v *lineView) layout(notes []LineNote, ways func([]LineNote) []lineNote) (labels []lineNote, lost int) {
	for i := 0; i < len(notes); {
		n := 1
		for i+n < len(notes) && notes[i+n].At == notes[i].At {
			n++
		}
		before := len(labels)
		labels = v.label(labels, notes[i:i+n], ways)
		if len(labels) == before && !notes[i].Minor {
			lost += n
		}
		i += n
	}
	return labels, lost
}

// noted returns the notes on points there are, in order; of those on one point
// the minor ones come last.
func (v *lineView) noted() []LineNote {
	out := slices.DeleteFunc(slices.Clone(v.Notes), func(n LineNote) bool { return n.At < 0 || n.At >= len(v.Points) })
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].At != out[b].At {
			return out[a].At < out[b].At
		}
		return !out[a].Minor && out[b].Minor
	})
	return out
}

// label adds the label of the notes on one point, or has the label before count them.
func (v *lineView) label(labels []lineNote, notes []LineNote, ways func([]LineNote) []lineNote) []lineNote {
	real := slices.DeleteFunc(slices.Clone(notes), func(n LineNote) bool { return n.Minor })
	minor := len(real) == 0
	if minor {
		real = notes[:1]
	}
	for _, l := range ways(real) {
		for l.lane = 0; l.lane < noteLanes; l.lane++ {
			if !slices.ContainsFunc(labels, l.touches) {
				return append(labels, l)
			}
		}
	}
	if minor || len(labels) == 0 {
		return labels
	}
	last := &labels[len(labels)-1]
	last.count += len(real)
	last.text = events(last.count)
	return labels
}

// ways are the labels that notes on one point may have, the most telling first:
// the first note and how many more, or a count.
func (v *lineView) ways(notes []LineNote) []lineNote {
	text := clip(notes[0].Text, noteLong)
	if len(notes) == 1 {
		return []lineNote{v.place(notes, text)}
	}
	more := " + " + Count(len(notes)-1)
	return []lineNote{v.place(notes, clip(notes[0].Text, noteLong-len(more))+more), v.place(notes, events(len(notes)))}
}

// counts are the labels of crowded axes: of several notes their number only.
func (v *lineView) counts(notes []LineNote) []lineNote {
	if len(notes) == 1 {
		return v.ways(notes)
	}
	return []lineNote{v.place(notes, events(len(notes)))}
}

// place makes the label of notes on one point, without a lane. It leaves room
// for the words it would have if it came to count others.
func (v *lineView) place(notes []LineNote, text string) lineNote {
	l := lineNote{text: text, at: v.x(notes[0].At), count: len(notes)}
	wide := (noteChar*float64(max(len([]rune(l.text)), len("99 events"))) + notePad) / notePlot * 100
	l.from, l.to = l.at, l.at+wide
	if l.left = l.to > 100; l.left {
		l.from, l.to = l.at-wide, l.at
	}
	return l
}

func (l lineNote) touches(m lineNote) bool { return l.lane == m.lane && l.from < m.to && m.from < l.to }

func events(n int) string { return Counted(n, "event", "events") }

// drawNotes turns labels into text above the plot, the lowest lane first.
func (v *lineView) drawNotes() {
	for _, l := range v.labels {
		t := lineText{x: percent(l.at / 100), y: coord(v.top - 6 - noteLane*float64(l.lane)), dx: "0", anchor: "start", text: l.text}
		if l.left {
			t.anchor = "end"
		}
		v.notes = append(v.notes, t)
	}
	for _, n := range v.noted() {
		x := percent(v.x(n.At) / 100)
		if !slices.Contains(v.marks, x) {
			v.marks = append(v.marks, x)
		}
	}
}

func (v *lineView) noteAt(i int) string {
	var b strings.Builder
	for _, n := range v.Notes {
		if n.At == i {
			b.WriteString(" · " + n.Text)
		}
	}
	return b.String()
}
