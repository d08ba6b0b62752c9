package ui

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/a-h/templ"
)

// Limits of a line chart: more is not readable.
const (
	maxColours   = 6
	maxPoints    = 400
	maxDateTicks = 7
	labelGap     = 17 // least distance between two end labels, px
)

// LineProps is a chart of series over time. The zero value is an empty chart.
type LineProps struct {
	ID      string // unique on the page
	Title   string // names the chart and captions its table
	Column  string // head of the table's first column; "Date" when empty
	Scale   Scale
	Points  []LinePoint
	Series  []LineSeries
	Target  Reading
	Notes   []LineNote
	Height  int    // px; 248 when 0
	AsTable bool   // show the data table in place of the drawing
	Empty   string // said when there is nothing to draw
}

// LinePoint is a place on the time axis.
type LinePoint struct {
	Label   string // in the table and the read-out: "Mon 2 Nov"
	Short   string // on the axis: "2 Nov"; Label when empty
	Partial string // why the period is not whole, "still running": drawn apart from whole ones
}

// LineSeries is one line: a Reading for each point. Colour is 1 to 6; 0 is grey.
type LineSeries struct {
	Name   string
	Values []Reading
	Colour int
}

// Colours gives n series their colours: in order when there are at most six;
// else the picked ones (the first six when none is picked), and grey for the rest.
func Colours(n int, picked func(i int) bool) []int {
	out := make([]int, n)
	next := 1
	give := func(want func(int) bool) {
		for i := range out {
			if next <= maxColours && want(i) {
				out[i] = next
				next++
			}
		}
	}
	if n > maxColours && picked != nil {
		give(picked)
	}
	if next == 1 {
		give(func(int) bool { return true })
	}
	return out
}

// lineView is a line chart with all its geometry decided. Coordinates are
// strings ready for attributes.
type lineView struct {
	LineProps
	max, top, plot, height float64
	yWidth, endsWidth      int
	grid                   []lineGrid
	dates                  []lineText
	labels                 []lineNote
	lanes                  int        // how many labels of notes stand above each other
	notes                  []lineText // the labels, as drawn
	marks                  []string   // where notes are, in percent
	events                 []Pair     // every note: its day and its text
	counted                bool       // a label counts several notes
	target                 *lineText
	paths                  []linePath
	dots                   []lineDot
	ends                   []lineEnd
	grey                   int // series drawn without colour
	rows                   []lineRow
}

type lineGrid struct{ class, y, textY, text string }
type lineText struct{ x, y, dx, anchor, text, class string }
type linePath struct{ class, d string }
type lineDot struct{ class, x, y string }
type lineEnd struct {
	class, swatch, name, value string
	at                         float64
}
type lineRow struct {
	x, label string
	cells    []lineCell
}
type lineCell struct{ text, value string }

const (
	lineTop    = 10.0
	lineBottom = 26.0
	// A plot is stretched to its box; 1000 is its width before that.
	lineWidth = 1000.0
)

func newLineView(p LineProps) lineView {
	p = p.thin()
	if p.Height == 0 {
		p.Height = 248
	}
	if p.Column == "" {
		p.Column = "Date"
	}
	v := lineView{LineProps: p, height: float64(p.Height)}
	v.addRows()
	v.addNotes()
	v.top = lineTop + noteLane*float64(v.lanes)
	v.plot = v.height - v.top - lineBottom
	if v.blank() {
		return v
	}
	v.addGrid()
	v.addDates()
	v.drawNotes()
	v.addTarget()
	for _, s := range v.drawingOrder() {
		v.addSeries(s)
	}
	v.addEnds()
	return v
}

// thin keeps at most maxPoints points and the notes that belong to them.
func (p LineProps) thin() LineProps {
	if len(p.Points) <= maxPoints {
		return p
	}
	keep := thinned(len(p.Points), maxPoints)
	q := p
	q.Points, q.Series, q.Notes = nil, nil, nil
	for _, i := range keep {
		q.Points = append(q.Points, p.Points[i])
	}
	for _, s := range p.Series {
		t := LineSeries{Name: s.Name, Colour: s.Colour}
		for _, i := range keep {
			t.Values = append(t.Values, s.at(i))
		}
		q.Series = append(q.Series, t)
	}
	for _, n := range p.Notes {
		at, _ := slices.BinarySearch(keep, n.At)
		n.At = min(at, len(keep)-1)
		q.Notes = append(q.Notes, n)
	}
	return q
}

func (s LineSeries) at(i int) Reading {
	if i < len(s.Values) {
		return s.Values[i]
	}
	return Reading{}
}

func (s LineSeries) colour() int {
	if s.Colour < 0 || s.Colour > maxColours {
		return 0
	}
	return s.Colour
}

// last returns the last known reading and where it stands.
func (s LineSeries) last() (int, bool) {
	for i := len(s.Values) - 1; i >= 0; i-- {
		if s.Values[i].Known {
			return i, true
		}
	}
	return 0, false
}

// blank reports whether no series has anything to draw.
func (v *lineView) blank() bool {
	for _, s := range v.Series {
		if _, ok := s.last(); ok {
			return false
		}
	}
	return true
}

// x returns a point's place in percent. A single point stands in the middle.
func (v *lineView) x(i int) float64 {
	if len(v.Points) < 2 {
		return 50
	}
	return float64(i) / float64(len(v.Points)-1) * 100
}

func (v *lineView) y(shown float64) float64 {
	return v.top + v.plot*(1-max(0, shown)/v.max)
}

func (v *lineView) addRows() {
	for i, p := range v.Points {
		row := lineRow{x: coord(v.x(i)), label: p.Label + v.noteAt(i)}
		if p.Partial != "" {
			row.label += " · " + p.Partial
		}
		for _, s := range v.Series {
			c := lineCell{text: v.Scale.said(s.at(i))}
			if r := s.at(i); r.Known {
				c.value = coord(v.Scale.shown(r.Value))
			}
			row.cells = append(row.cells, c)
		}
		v.rows = append(v.rows, row)
	}
}

func (v *lineView) addGrid() {
	high := 0.0
	for _, s := range v.Series {
		for _, r := range s.Values {
			if r.Known {
				high = max(high, v.Scale.shown(r.Value))
			}
		}
	}
	if v.Target.Known {
		high = max(high, v.Scale.shown(v.Target.Value))
	}
	top, step := axis(high, v.Scale)
	v.max = top
	widest := 0
	for t := 0.0; t <= top+step/2; t += step {
		t = math.Round(t*1e6) / 1e6
		g := lineGrid{class: "grid", y: coord(math.Round(v.y(t))), textY: coord(v.y(t) + 4), text: v.Scale.tick(t)}
		if t == 0 {
			g.class = "axis"
		}
		widest = max(widest, len([]rune(g.text)))
		v.grid = append(v.grid, g)
	}
	v.yWidth = max(38, 16+7*widest)
}

func (v *lineView) addDates() {
	n := len(v.Points)
	step := max(1, (n+maxDateTicks-1)/maxDateTicks)
	for k, i := 0, 0; i < n; k, i = k+1, i+step {
		text := v.Points[i].Short
		if text == "" {
			text = v.Points[i].Label
		}
		t := lineText{x: percent(v.x(i) / 100), y: coord(v.height - 8), anchor: v.anchor(i), text: clip(text, 14), class: "tick"}
		if k%2 == 1 {
			t.class = "tick odd" // narrow screens have no room for it
		}
		v.dates = append(v.dates, t)
	}
}

func (v *lineView) anchor(i int) string {
	switch {
	case len(v.Points) < 2:
		return "middle"
	case i == 0:
		return "start"
	case i == len(v.Points)-1:
		return "end"
	}
	return "middle"
}

func (v *lineView) addTarget() {
	if !v.Target.Known {
		return
	}
	shown := v.Scale.shown(v.Target.Value)
	y := v.y(shown)
	label := y - 6
	if label < v.top+10 {
		label = y + 14
	}
	v.target = &lineText{x: coord(y), y: coord(label), text: "Target " + v.Scale.tick(math.Round(shown*100)/100)}
}

// drawingOrder puts grey lines below coloured ones.
func (v *lineView) drawingOrder() []LineSeries {
	out := slices.Clone(v.Series)
	sort.SliceStable(out, func(a, b int) bool { return out[a].colour() == 0 && out[b].colour() != 0 })
	return out
}

// addSeries draws a line: a path through whole periods, broken where a reading is
// missing, dashed pieces to and from partial ones, and dots where a line alone would not show.
func (v *lineView) addSeries(s LineSeries) {
	class := series(s.colour())
	if s.colour() == 0 {
		v.grey++
	}
	var d strings.Builder
	pen := -1 // the point that the whole line has come to
	for i := range v.Points {
		if !s.at(i).Known {
			continue
		}
		before := i > 0 && s.at(i-1).Known
		switch {
		case before && v.partial(i-1, i):
			v.paths = append(v.paths, linePath{class + " run", v.move(s, i-1) + v.line(s, i)})
		case before:
			if pen != i-1 {
				d.WriteString(v.move(s, i-1))
			}
			d.WriteString(v.line(s, i))
			pen = i
		}
		v.addDot(s, i, before)
	}
	if d.Len() > 0 {
		v.paths = append(v.paths, linePath{class, d.String()})
	}
}

// addDot marks a partial reading with an open dot and one without neighbours with a full one.
func (v *lineView) addDot(s LineSeries, i int, before bool) {
	k := series(s.colour())
	after := i+1 < len(v.Points) && s.at(i+1).Known
	switch {
	case v.partial(i) && s.colour() == 0: // dashes are enough for lines in grey
	case v.partial(i):
		v.dot("open "+k, s, i)
	case !before && !after:
		v.dot("alone f"+k[1:], s, i)
	}
}

// partial reports whether any of these points is not a whole period.
func (v *lineView) partial(at ...int) bool {
	for _, i := range at {
		if v.Points[i].Partial != "" {
			return true
		}
	}
	return false
}

func (v *lineView) dot(class string, s LineSeries, i int) {
	v.dots = append(v.dots, lineDot{class, percent(v.x(i) / 100), coord(v.y(v.Scale.shown(s.at(i).Value)))})
}

func (v *lineView) move(s LineSeries, i int) string { return "M" + v.point(s, i) }
func (v *lineView) line(s LineSeries, i int) string { return "L" + v.point(s, i) }

func (v *lineView) point(s LineSeries, i int) string {
	return coord(v.x(i)*lineWidth/100) + " " + coord(v.y(v.Scale.shown(s.at(i).Value)))
}

// addEnds names each coloured line at its end, spread so that no two names touch.
func (v *lineView) addEnds() {
	longest := 0
	for _, s := range v.Series {
		i, ok := s.last()
		if !ok || s.colour() == 0 {
			continue
		}
		e := lineEnd{name: clip(s.Name, 24), value: v.Scale.reading(s.at(i)), class: fmt.Sprintf("f%d", s.colour()), swatch: fmt.Sprintf("q%d", s.colour())}
		e.at = v.y(v.Scale.shown(s.at(i).Value))
		longest = max(longest, len([]rune(e.name))+len([]rune(e.value)))
		v.ends = append(v.ends, e)
	}
	sort.SliceStable(v.ends, func(a, b int) bool { return v.ends[a].at < v.ends[b].at })
	spread(v.ends, v.top, v.height-lineBottom)
	v.endsWidth = 34 + 7*longest
}

// spread moves labels, sorted from the top, at least labelGap apart between top and bottom.
func spread(ends []lineEnd, top, bottom float64) {
	for i := range ends {
		least := top
		if i > 0 {
			least = ends[i-1].at + labelGap
		}
		ends[i].at = max(ends[i].at, least)
	}
	most := bottom
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i].at = min(ends[i].at, most)
		most = ends[i].at - labelGap
	}
}

// colours is the list that the script reads: one number for each series.
func (v *lineView) colours() string {
	out := make([]string, len(v.Series))
	for i, s := range v.Series {
		out[i] = fmt.Sprint(s.colour())
	}
	return strings.Join(out, " ")
}

func (v *lineView) empty() string {
	if v.Empty == "" {
		return "No readings in this period."
	}
	return v.Empty
}

// attributes gives the script the plain number; a value that was not reported has none.
func (c lineCell) attributes() templ.OrderedAttributes {
	if c.value == "" {
		return nil
	}
	return templ.OrderedAttributes{{Key: "data-v", Value: c.value}}
}
