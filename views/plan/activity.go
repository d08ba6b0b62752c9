package plan

import (
	"strings"
	"time"

	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Line is a line of what happened.
type Line struct {
	When, Day string // the time today, the day before; the day in full
	Who, Say  string
	Task, URL string // "" where there is no task to go to
}

// lines words what happened, leaving out tasks that the reader may not know of.
func (r Reader) lines(events []rollout.TaskActivity) []Line {
	out := []Line{}
	for _, e := range events {
		t, ok := r.Plan.Task(e.Task)
		if !ok || !r.Plan.Visible(r.Actor, t) {
			continue
		}
		l := r.line(e.Activity)
		l.Task, l.URL = r.named(t), route.Task(int64(t.ID))
		out = append(out, l)
	}
	return out
}

func (r Reader) line(a rollout.Activity) Line {
	return Line{When: recent(a.At, r.Now), Day: when(a.At, r.Now), Who: a.By, Say: a.Say}
}

// named is the title of a task with what it is done for.
func (r Reader) named(t rollout.Task) string {
	if part := r.part(t); part != "" {
		return part + " · " + t.Title
	}
	return t.Title
}

// linesShown is how many lines stand beside the plan.
const linesShown = 8

// lately words the last that happened for beside the plan. What signals said in
// one go is told together.
func (r Reader) lately(events []rollout.TaskActivity) []Line {
	out := []Line{}
	for len(events) > 0 && len(out) < linesShown {
		n := together(events)
		if n == 1 {
			out = append(out, r.lines(events[:n])...)
		} else {
			out = append(out, r.signals(events[:n])...)
		}
		events = events[n:]
	}
	return out[:min(len(out), linesShown)]
}

// together counts the events at the front that signals caused in one go.
func together(events []rollout.TaskActivity) int {
	n := 1
	for n < len(events) && events[0].By == rollout.Signal && events[n].By == rollout.Signal && events[0].At.Sub(events[n].At) < time.Minute {
		n++
	}
	return n
}

// signals tells what signals caused in one go: of each gate the last, then how many
// tasks they reopened, and how many they proved.
func (r Reader) signals(events []rollout.TaskActivity) []Line {
	var out []Line
	var reopened, proven []rollout.TaskActivity
	told := map[rollout.TaskID]bool{}
	for _, e := range events {
		t, _ := r.Plan.Task(e.Task)
		switch {
		case t.Gate != "" && !told[e.Task]:
			told[e.Task] = true
			out = append(out, r.lines([]rollout.TaskActivity{e})...)
		case t.Gate != "":
		case e.Kind == reopenedEvent:
			reopened = append(reopened, e)
		default:
			proven = append(proven, e)
		}
	}
	out = append(out, several(r.lines(reopened), "reopened by signals", route.With(route.Plan, "state", string(rollout.Reopened)))...)
	return append(out, several(r.lines(proven), "proven by signals", route.PlanHistory)...)
}

// reopenedEvent is the kind of activity that sends a task back.
const reopenedEvent = "reopened"

// titlesShown is how many tasks a line about several names.
const titlesShown = 2

// several makes one line of several tasks that signals judged alike.
func several(lines []Line, judged, url string) []Line {
	if len(lines) < 2 {
		return lines
	}
	titles := []string{}
	for _, one := range lines {
		titles = append(titles, one.Task)
	}
	if n := len(titles) - titlesShown; n > 0 {
		titles = append(titles[:titlesShown:titlesShown], ui.Count(n)+" more")
	}
	first := lines[0]
	return []Line{{When: first.When, Day: first.Day, Task: ui.Count(len(lines)) + " tasks " + judged, URL: url, Say: strings.Join(titles, ", ")}}
}
