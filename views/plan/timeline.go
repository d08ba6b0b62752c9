package plan

import (
	"strconv"

	"groundswell/internal/day"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// The measures of the drawing, in pixels.
const (
	headHeight = 52 // the names of launches, and the weeks
	rowHeight  = 30
	weekWidth  = 42
	weeksFit   = 20 // across the page without scrolling
)

// Timeline is tasks as bars over weeks.
type Timeline struct {
	Height, Width string // pixels; Width is all there is when the weeks fit
	Weeks         []Mark
	Launches      []Mark
	Today         *Mark
	Rows          []Bar
	Undated       int // tasks without a day, which have no bar
	Speech        string
}

// Mark is a day across the drawing.
type Mark struct {
	X     string // from the left end, in percent
	Label string
}

// Bar is a task, or the heading of a section.
type Bar struct {
	Heading          bool
	Title, Part, URL string // Part is the wave or department it is for
	Owner, From, To  string
	State            string
	Class            string
	X, Wide          string // percent
	Y, Mid, Dot      string // pixels: the bar's top, its middle, the top of a diamond
	Dated, Gate      bool
}

// span is the days that a drawing reaches over.
type span struct{ from, to day.Date }

func (s span) at(d day.Date) string { return percent(float64(d-s.from) / float64(s.to-s.from)) }

func percent(ratio float64) string { return strconv.FormatFloat(ratio*100, 'f', 2, 64) + "%" }

// timeline draws tasks from the day they are begun to the day they are due.
func (r Reader) timeline(tasks []rollout.Task) *Timeline {
	s := r.span(tasks)
	t := &Timeline{Width: "100%"}
	if weeks := int(s.to-s.from) / 7; weeks > weeksFit {
		t.Width = strconv.Itoa(weeks * weekWidth)
	}
	for d := s.from; d < s.to; d += 7 {
		t.Weeks = append(t.Weeks, Mark{X: s.at(d), Label: weekLabel(d, s.from)})
	}
	for _, w := range r.Plan.Waves {
		if w.OpensOn != nil && *w.OpensOn >= s.from && *w.OpensOn < s.to {
			t.Launches = append(t.Launches, Mark{X: s.at(*w.OpensOn), Label: w.Name})
		}
	}
	if r.Today >= s.from && r.Today < s.to {
		t.Today = &Mark{X: s.at(r.Today), Label: "Today"}
	}
	r.bars(t, s, tasks)
	t.Height = strconv.Itoa(headHeight + len(t.Rows)*rowHeight)
	t.Speech = ui.Counted(len(tasks), "task", "tasks") + " from " + ui.Date(s.from.Time(), r.Now) + " to " + ui.Date((s.to-1).Time(), r.Now) + ". The table below says the same."
	return t
}

func weekLabel(d, first day.Date) string {
	at, next := d.Time(), (d + 7).Time()
	if at.Day() <= 7 || d == first && next.Day() > 7 {
		return at.Format("2 Jan")
	}
	return at.Format("2")
}

// span reaches over whole weeks, with today in it.
func (r Reader) span(tasks []rollout.Task) span {
	s := span{r.Today, r.Today}
	for _, t := range tasks {
		if t.Due.Known() {
			s.from, s.to = min(s.from, r.Plan.Starts(t)), max(s.to, t.Due)
		}
	}
	return span{s.from.Monday(), s.to.Sunday() + 1}
}

func (r Reader) bars(t *Timeline, s span, tasks []rollout.Task) {
	for i, task := range tasks {
		if i == 0 || tasks[i-1].Section != task.Section || tasks[i-1].Phase != task.Phase {
			t.Rows = append(t.Rows, Bar{Heading: true, Title: task.Section})
		}
		b := r.bar(s, task)
		top := headHeight + len(t.Rows)*rowHeight
		b.Y, b.Mid, b.Dot = strconv.Itoa(top+9), strconv.Itoa(top+rowHeight/2), strconv.Itoa(top+rowHeight/2-8)
		t.Rows = append(t.Rows, b)
		if !b.Dated {
			t.Undated++
		}
	}
}

func (r Reader) bar(s span, t rollout.Task) Bar {
	due := r.due(t)
	b := Bar{
		Title: t.Title, URL: route.Task(int64(t.ID)), Owner: r.owner(t), State: StateNames[r.Plan.Shown(t)], Gate: t.Gate != "", Dated: t.Due.Known(),
	}
	switch {
	case t.State.Settled():
		b.Class = "done"
	case due.Late, t.State == rollout.Reopened:
		b.Class = "late"
	case t.State == rollout.Doing:
		b.Class = "doing"
	}
	if due.Late {
		b.State += ", overdue"
	}
	b.Part = r.part(t)
	if b.Dated {
		from := r.Plan.Starts(t)
		b.From, b.To = ui.Date(from.Time(), r.Now), ui.Date(t.Due.Time(), r.Now)
		b.X, b.Wide = s.at(from), percent(float64(t.Due+1-from)/float64(s.to-s.from))
		if b.Gate {
			b.X = s.at(t.Due)
		}
	}
	return b
}
