package web

import (
	"slices"
	"strings"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/rollout"
	"groundswell/views/ui"
)

// mark is a day on the launch strip.
type mark struct {
	on    day.Date
	title string
	kind  ui.MarkKind
}

// letterRoom is how much of the strip a letter takes where the strip is narrowest,
// and betweenRoom what stays free between two labels.
const (
	letterRoom  = 0.0095
	betweenRoom = 0.008
)

// marks are the days from the last opening to the next.
func (v overviewReader) marks() []ui.LaunchMark {
	all := v.days()
	slices.SortStableFunc(all, func(a, b mark) int { return int(a.on - b.on) })
	first, last := all[0].on, all[len(all)-1].on
	var out []ui.LaunchMark
	for _, m := range all {
		at := 1.0
		if last > first {
			at = float64(m.on-first) / float64(last-first)
		}
		out = append(out, ui.LaunchMark{At: at, Title: m.title, Date: v.date(m.on), Kind: m.kind})
	}
	return out
}

// days are what the strip shows: where it begins, what was reached since, today,
// the decision, and the opening.
func (v overviewReader) days() []mark {
	start := v.start()
	out := []mark{start, {v.today, "Today", ui.MarkToday}}
	for _, m := range v.reached() {
		if m.on > start.on && m.on < v.today {
			out = append(out, m)
		}
	}
	if v.q.Opened || v.wave.OpensOn == nil {
		return out
	}
	if on := v.dayOf(v.q.DecideAt); !v.q.DecideAt.IsZero() && on > start.on && on <= *v.wave.OpensOn {
		kind := ui.MarkAhead
		if on <= v.today {
			kind = ui.MarkDone
		}
		out = append(out, mark{on, "Go / no-go", kind})
	}
	if *v.wave.OpensOn >= v.today {
		out = append(out, mark{*v.wave.OpensOn, v.wave.Name + " opens", ui.MarkGoal})
	}
	return out
}

// start is the last wave that opened, else the start of the rollout.
func (v overviewReader) start() mark {
	out := mark{min(v.dayOf(v.plan.Rollout.StartedAt), v.today), "Rollout started", ui.MarkDone}
	for _, w := range v.plan.Waves {
		if w.OpensOn != nil && *w.OpensOn < v.today && w.ID != v.wave.ID {
			out = mark{*w.OpensOn, w.Name + " opened", ui.MarkDone}
		}
	}
	return out
}

// reached are the steps that people remember: connectors came, a gate was passed.
func (v overviewReader) reached() []mark {
	var out []mark
	for _, t := range v.plan.Tasks {
		if t.Evidence.Check == rollout.CheckConnectors && t.State == rollout.Done {
			out = append(out, mark{v.dayOf(t.DoneAt), "Connectors live", ui.MarkDone})
			break
		}
	}
	names := map[rollout.GateKind]string{rollout.GateSSO: "SSO enforced", rollout.GateRoles: "Roles enforced"}
	for _, g := range v.plan.Gates {
		if names[g.Kind] != "" && !g.PassedAt.IsZero() {
			out = append(out, mark{g.PassedOn, names[g.Kind], ui.MarkDone})
		}
	}
	return out
}

// speech tells the strip as a sentence.
func speech(marks []ui.LaunchMark) string {
	var said []string
	for _, m := range marks {
		said = append(said, m.Title+" "+m.Date)
	}
	return strings.Join(said, ", ") + "."
}

// spread takes the words off marks whose neighbours need the room more. The dots stay.
func spread(marks []ui.LaunchMark) {
	weight := map[ui.MarkKind]int{ui.MarkGoal: 4, ui.MarkToday: 3, ui.MarkAhead: 2, ui.MarkDone: 1}
	order := make([]int, len(marks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return weight[marks[b].Kind] - weight[marks[a].Kind] })
	var shown []ui.LaunchMark
	for _, i := range order {
		if len(shown) > 0 && shown[0].Kind == ui.MarkGoal && marks[i].Kind == ui.MarkAhead {
			marks[i] = beside(marks[i], shown[0])
		}
		if slices.ContainsFunc(shown, func(m ui.LaunchMark) bool { return crowded(m, marks[i]) }) {
			marks[i].Title, marks[i].Date = "", ""
			continue
		}
		shown = append(shown, marks[i])
	}
}

// aside is how far from their dot words may end and still be read as its own.
const aside = 0.1

// beside moves the words of a mark to the left where those of the goal need the
// room above it: the decision is days before the opening, whatever the scale.
func beside(m, goal ui.LaunchMark) ui.LaunchMark {
	from, _ := extent(goal)
	if ends := min(m.At, from-betweenRoom); crowded(m, goal) && m.At-ends <= aside {
		m.Ends = ends
	}
	return m
}

func crowded(a, b ui.LaunchMark) bool {
	fromA, toA := extent(a)
	fromB, toB := extent(b)
	return fromA < toB+betweenRoom && fromB < toA+betweenRoom
}

// extent is from where to where the words of a mark reach.
func extent(m ui.LaunchMark) (from, to float64) {
	width := float64(max(utf8.RuneCountInString(m.Title), utf8.RuneCountInString(m.Date))) * letterRoom
	switch {
	case m.Ends > 0:
		return m.Ends - width, m.Ends
	case m.At <= 0.02:
		return m.At, m.At + width
	case m.At >= 0.98:
		return m.At - width, m.At
	}
	return m.At - width/2, m.At + width/2
}
