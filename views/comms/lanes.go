package comms

import (
	"slices"
	"strconv"

	"groundswell/internal/day"
	"groundswell/views/ui"
)

// The days that lanes show around a launch, and half a day of room on either side.
const (
	daysBefore = 15
	daysAfter  = 10
)

// A lane is at least narrowest wide where its labels show, and never wider than widest.
// Everything is drawn so that nothing meets at either of them, and so at none between.
// From roomy on there is another set of labels: comms.css says which one shows.
const (
	narrowest = 440.0
	roomy     = 600.0
	widest    = 1400.0
)

// Sizes of the drawing in pixels.
const (
	radius    = 5.5
	dotStep   = 11 // between dots of one day
	inRow     = 6  // dots of one day side by side
	rowHeight = 19
	laneRoom  = 44 // of a lane with one row
	labelGap  = 11 // from a dot's middle to its label
	breath    = 4  // least room between two things
)

// Dot is an occurrence on a lane.
type Dot struct {
	Title string
	URL   string
	Look  Look
	Day   day.Date
	Words string // when, for those who do not see the drawing: "Fri 20 Nov, 09:00"
}

// Stage is a lane before it is drawn. Dots may be in any order; those without a
// day are counted only.
type Stage struct {
	Title, Sub string
	Dots       []Dot
}

// Lane is a stage, drawn.
type Lane struct {
	Title, Sub string
	Height     int
	Dots       []placedDot
	Labels     []label // where there is little room
	Roomy      []label // where there is more
	Dated      []Dot   // in the order of their days: the list that equals the drawing
	Outside    string
	Undated    []Dot
}

// placedDot is a dot at a share of the width, and so many pixels beside it.
type placedDot struct {
	Dot
	at float64
	dx int
	y  float64
}

func (p placedDot) x() string    { return percent(p.at) }
func (p placedDot) cy() string   { return pixels(p.y) }
func (p placedDot) move() string { return "translate(" + strconv.Itoa(p.dx) + " 0)" }

// label is the words beside a dot.
type label struct {
	text   string
	at     float64
	dx     float64
	y      float64
	before bool // it ends there, rather than begins
	warn   bool
	row    int
}

func (l label) x() string      { return percent(l.at) }
func (l label) offset() string { return pixels(l.dx) }
func (l label) base() string   { return pixels(l.y + 4) }

func (l label) anchor() string {
	if l.before {
		return "end"
	}
	return "start"
}

func (l label) span() span {
	w := textWidth(l.text)
	if l.before {
		return span{l.at, l.dx - w, l.dx}
	}
	return span{l.at, l.dx, l.dx + w}
}

// span is a stretch of a row: from and to are pixels beside a share of the width.
type span struct{ at, from, to float64 }

// apart reports whether two spans keep their distance on every lane of at least this
// width: they do at both ends of the range, in the same order.
func (s span) apart(o span, least float64) bool {
	before := func(a, b span, width float64) bool { return a.at*width+a.to+breath <= b.at*width+b.from }
	return before(s, o, least) && before(s, o, widest) || before(o, s, least) && before(o, s, widest)
}

// inside reports whether a span stays on every lane of at least this width.
func (s span) inside(least float64) bool {
	for _, w := range []float64{least, widest} {
		if s.at*w+s.from < 2 || s.at*w+s.to > w-2 {
			return false
		}
	}
	return true
}

// axis is the days of the lanes.
type axis struct{ launch, today day.Date }

func (a axis) at(d day.Date) float64 {
	return (float64(d-a.launch) + daysBefore + .5) / (daysBefore + daysAfter + 1)
}

func (a axis) shows(d day.Date) bool {
	return d.Known() && d >= a.launch-daysBefore && d <= a.launch+daysAfter
}

// cluster is the dots of one day, or as many of them as stand side by side.
type cluster struct {
	dots []Dot
	at   float64
	row  int
	left bool // its dots stand leftwards, near the end of the lane
}

func (c cluster) span() span {
	reach := float64((len(c.dots)-1)*dotStep) + radius
	if c.left {
		return span{c.at, -reach, radius}
	}
	return span{c.at, -radius, reach}
}

// draw places the dots and labels of a stage.
func (a axis) draw(s Stage) Lane {
	l := Lane{Title: s.Title, Sub: s.Sub}
	dots := slices.Clone(s.Dots)
	slices.SortStableFunc(dots, func(x, y Dot) int { return int(x.Day) - int(y.Day) })
	var shown []Dot
	earlier, later := 0, 0
	for _, d := range dots {
		switch {
		case !d.Day.Known():
			l.Undated = append(l.Undated, d)
			continue
		case a.shows(d.Day):
			shown = append(shown, d)
		case d.Day < a.launch:
			earlier++
		default:
			later++
		}
		l.Dated = append(l.Dated, d)
	}
	clusters := rowsOf(a.clusters(shown))
	rows := 1
	for _, c := range clusters {
		rows = max(rows, c.row+1)
	}
	l.Height = laneRoom + (rows-1)*rowHeight
	if l.Outside = outside(earlier, later); l.Outside != "" {
		l.Height = max(l.Height, laneRoom+rowHeight) // its name takes a third line
	}
	for _, c := range clusters {
		l.Dots = append(l.Dots, c.placed()...)
	}
	l.Labels, l.Roomy = a.labels(clusters, narrowest), a.labels(clusters, roomy)
	return l
}

func outside(earlier, later int) string {
	switch {
	case earlier > 0 && later > 0:
		return ui.Count(earlier) + " earlier, " + ui.Count(later) + " later"
	case earlier > 0:
		return ui.Count(earlier) + " earlier"
	case later > 0:
		return ui.Count(later) + " later"
	}
	return ""
}

// clusters groups dots, which are in the order of their days.
func (a axis) clusters(dots []Dot) []cluster {
	var out []cluster
	for _, d := range dots {
		n := len(out)
		if n > 0 && out[n-1].dots[0].Day == d.Day && len(out[n-1].dots) < inRow {
			out[n-1].dots = append(out[n-1].dots, d)
			continue
		}
		at := a.at(d.Day)
		out = append(out, cluster{dots: []Dot{d}, at: at, left: at > .8})
	}
	return out
}

// rowsOf gives every cluster the first row in which it meets no other.
func rowsOf(clusters []cluster) []cluster {
	for i := range clusters {
		for clusters[i].row = 0; slices.ContainsFunc(clusters[:i], func(c cluster) bool {
			return c.row == clusters[i].row && !c.span().apart(clusters[i].span(), narrowest)
		}); clusters[i].row++ {
		}
	}
	return clusters
}

func rowY(row int) float64 { return laneRoom/2 + float64(row*rowHeight) }

func (c cluster) placed() []placedDot {
	var out []placedDot
	for i, d := range c.dots {
		dx := i * dotStep
		if c.left {
			dx = -dx
		}
		out = append(out, placedDot{Dot: d, at: c.at, dx: dx, y: rowY(c.row)})
	}
	return out
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 2, 64) + "%" }

func pixels(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
