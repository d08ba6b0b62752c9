package web

import (
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/overview"
	"groundswell/views/training"
	"groundswell/views/ui"
)

const (
	blockersShown = 6
	agendaShown   = 5
	alarmsShown   = 3
)

// overviewReader words the upper part of the overview, around the readiness of the wave ahead.
type overviewReader struct {
	readinessReader
	sessions []enablement.Listed // of today
}

// reads reports whether the actor may know of the wave's readiness.
func (v overviewReader) reads() bool { return v.wave.ID != 0 && v.opens(v.readiness()) }

func (v overviewReader) readiness() string { return route.WaveReadiness(v.wave.Slug) }

// launch is the strip at the top.
func (v overviewReader) launch() *ui.LaunchProps {
	p := &ui.LaunchProps{Undated: true, Sub: ui.Counted(v.wave.People, "person", "people")}
	switch opens := v.wave.OpensOn; {
	case v.wave.ID == 0:
		p.Title, p.Sub = "No wave yet", "Waves come with the file of people"
	case v.q.Opened:
		p.Title, p.Sub = "Every wave is open", v.wave.Name+" was the last, "+v.opened()
	case opens == nil:
		p.Title = v.wave.Name + " has no day yet"
	case *opens == v.today:
		p.Title = v.wave.Name + " opens today"
	default:
		p.Undated, p.Days = false, int(*opens-v.today)
		p.Title = strings.TrimPrefix(ui.Counted(p.Days, "day", "days"), ui.Count(p.Days)+" ") + " to " + v.wave.Name
		p.Sub = v.date(*opens) + " · " + p.Sub
	}
	p.Marks = v.marks()
	p.Speech = speech(p.Marks)
	if v.reads() {
		v.judge(p)
		p.Phases = v.phases()
	}
	spread(p.Marks)
	return p
}

func (v overviewReader) opened() string {
	if v.wave.OpensOn == nil {
		return "as recorded"
	}
	return v.date(*v.wave.OpensOn)
}

// judge puts the verdict of the wave ahead beside the countdown.
func (v overviewReader) judge(p *ui.LaunchProps) {
	if v.q.Opened || v.verdict.Of() == 0 {
		return
	}
	p.Chip = v.chip()
	if p.Chip.Label == "" && v.verdict.Go {
		p.Chip = ui.ChipProps{Label: "Go today", Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
	} else if p.Chip.Label == "" {
		p.Chip = ui.ChipProps{Label: "No-go today", Tone: ui.ToneBad, Icon: ui.IconCircleX}
	}
	p.Chip.URL = v.readiness()
	p.Note = ui.Count(v.verdict.Ready()) + " of " + ui.Counted(v.verdict.Of(), "check", "checks") + " ready"
}

var phaseTitles = map[adoption.Phase]string{
	adoption.PhaseSetup: "Technical setup", adoption.PhaseLaunch: "Change and launch",
	adoption.PhaseEnablement: "Enablement", adoption.PhaseScaling: "Scaling",
}

func (v overviewReader) phases() []ui.Phase {
	var out []ui.Phase
	plan := v.opens(route.Plan)
	for _, phase := range adoption.Phases() {
		p := ui.Phase{Title: phaseTitles[phase]}
		p.Done, p.Of = v.plan.Progress(phase)
		if plan {
			p.URL = route.With(route.Plan, "phase", string(phase))
		}
		out = append(out, p)
	}
	return out
}

// blocks lists what is not ready for the wave ahead, and the overdue tasks its gate waits for.
func (v overviewReader) blocks() *views.Blocks {
	b := &views.Blocks{Title: "What blocks " + v.wave.Name, Open: &ui.Link{Label: "Open checklist", URL: v.readiness()}}
	if v.q.Opened {
		b.Title, b.None = "What blocks the next wave", "No further wave is planned."
		return b
	}
	items := v.plan.Blockers(v.wave.ID, v.now)
	b.Count = len(items)
	if b.Count == 0 {
		b.None = v.unblocked()
		return b
	}
	if n := len(items) - blockersShown; n > 0 {
		b.More = &ui.Link{Label: ui.Count(n) + " more on the checklist", URL: v.readiness()}
		items = items[:blockersShown]
	}
	for _, i := range items {
		b.Items = append(b.Items, v.blocker(i))
	}
	return b
}

func (v overviewReader) unblocked() string {
	if v.verdict.Of() == 0 {
		return "There is no checklist for " + v.wave.Name + "."
	}
	return "Nothing blocks " + v.wave.Name + ". " + v.verdict.Title + "."
}

func (v overviewReader) blocker(i rollout.ChecklistItem) ui.BlockerProps {
	b := ui.BlockerProps{Title: i.Title, URL: v.taskURL(i), Note: v.found(i), Bad: i.Standing == rollout.StandsFailing || i.Reopened(), Action: v.action(i)}
	switch {
	case i.Ready() || i.Checklist == "":
		b.Note, b.Action = v.overdue(i), v.open(i)
	case i.Reopened() && i.Standing != rollout.StandsFailing && i.Reason != "":
		b.Note = "Reopened: " + i.Reason
	case i.Standing == rollout.StandsStale && !i.BySignal:
		b.Note = v.source(i)
	}
	b.Owner, b.Role = v.owner(i)
	b.Due = v.dueOf(i)
	return b
}

// dueOf is by when an item is to be ready. One that was done, and does not hold, is due now.
func (v overviewReader) dueOf(i rollout.ChecklistItem) ui.Due {
	if i.State.Settled() {
		return ui.Due{Text: "Now", Soon: true}
	}
	late := v.plan.Late(i.Task, v.today)
	return ui.Due{Text: v.near(i.Due), Late: late, Soon: !late && i.Due.Known() && i.Due <= v.today+1}
}

// overdue says of a task the gate waits for how late it is.
func (v overviewReader) overdue(i rollout.ChecklistItem) string {
	return "Overdue by " + ui.Counted(int(v.today-i.Due), "day", "days") + ", and the gate of " + v.wave.Name + " waits for it."
}

func (v overviewReader) open(i rollout.ChecklistItem) *ui.Link {
	if url := v.taskURL(i); url != "" {
		return &ui.Link{Label: "Open task", URL: url}
	}
	return nil
}

// near writes a day as people say it: Today, Tomorrow, Tue 24 Nov.
func (v overviewReader) near(d day.Date) string {
	switch {
	case !d.Known():
		return "No day yet"
	case d == v.today:
		return "Today"
	case d == v.today+1:
		return "Tomorrow"
	}
	return v.date(d)
}

// agenda is what is due or happens today and tomorrow.
func (v overviewReader) agenda() *views.Agenda {
	soon, week := v.dueSoon()
	items := v.happens()
	for _, t := range soon {
		items = append(items, v.due(t))
	}
	if n := len(items) - agendaShown; n > 0 {
		items, week = items[:agendaShown], week+n
	}
	a := &views.Agenda{Items: items}
	if len(items) == 0 {
		a.None = "Nothing is due today or tomorrow."
	}
	if week > 0 {
		a.More = &ui.Link{Label: ui.Count(week) + " more this week"}
		if v.opens(route.Plan) {
			a.More.URL = route.Plan
		}
	}
	return a
}

// dueSoon returns the tasks due today and tomorrow, in that order, and how many
// others are due this week.
func (v overviewReader) dueSoon() (soon []rollout.Task, week int) {
	for _, t := range v.plan.Tasks {
		switch {
		case t.State.Settled() || !t.Due.Known() || t.Due < v.today:
		case t.Due <= v.today+1:
			soon = append(soon, t)
		case t.Due <= v.today.Sunday():
			week++
		}
	}
	slices.SortStableFunc(soon, func(a, b rollout.Task) int { return int(a.Due - b.Due) })
	return soon, week
}

// happens is the decision and the opening, where they are close.
func (v overviewReader) happens() []ui.AgendaProps {
	var out []ui.AgendaProps
	at := v.q.DecideAt.In(v.now.Location())
	if on := v.dayOf(at); !v.q.DecideAt.IsZero() && !v.q.Opened && (on == v.today || on == v.today+1) {
		when := ui.Clock(at)
		if on != v.today {
			when = "Tomorrow"
		}
		out = append(out, ui.AgendaProps{When: when, Title: "Go or no-go: " + v.wave.Name, URL: v.readiness(), Note: v.verdict.Title})
	}
	if w := v.wave; w.OpensOn != nil && (*w.OpensOn == v.today || *w.OpensOn == v.today+1) {
		out = append(out, ui.AgendaProps{When: v.near(*w.OpensOn), Title: w.Name + " opens", URL: v.readiness(), Note: "To " + ui.Counted(w.People, "person", "people")})
	}
	out = append(out, v.held()...)
	slices.SortStableFunc(out, func(a, b ui.AgendaProps) int { return strings.Compare(hour(a.When), hour(b.When)) })
	return out
}

// hour sorts what has an hour today before what is said in words.
func hour(when string) string {
	if strings.Contains(when, ":") {
		return when
	}
	return "later"
}

// held is today's sessions that are not over.
func (v overviewReader) held() []ui.AgendaProps {
	var out []ui.AgendaProps
	for _, l := range v.sessions {
		if l.Cancelled() || l.Over(v.now) {
			continue
		}
		a := ui.AgendaProps{When: ui.Clock(l.Begins().In(v.now.Location())), Title: l.Name, Note: training.Seats(l.Planned)}
		if host := l.Host.Called(); host != "" {
			a.Note = host + " · " + a.Note
		}
		if url := route.Training(l.ID); v.opens(url) {
			a.URL = url
		}
		out = append(out, a)
	}
	return out
}

func (v overviewReader) due(t rollout.Task) ui.AgendaProps {
	i := v.plan.Item(t, v.now)
	a := ui.AgendaProps{When: v.near(t.Due), Title: t.Title, URL: v.taskURL(i)}
	owner, role := v.owner(i)
	if a.Note = role; owner != nil {
		a.Note = owner.Called
	}
	if about := v.plan.About(t); about != "" {
		a.Note += " · " + about
	}
	return a
}

// alarms are what went wrong after go was decided and, once somebody recorded
// that a wave is open, what its gate raises instead.
func (v overviewReader) alarms() []ui.BannerProps {
	var out []ui.BannerProps
	for _, w := range v.plan.Waves {
		if g, ok := v.plan.WaveGate(w.ID); ok && !g.PassedAt.IsZero() {
			continue
		}
		if failed := v.plan.FailedSince(w.ID, v.now); len(failed) > 0 {
			out = append(out, ui.BannerProps{
				Title: ui.Counted(len(failed), "check does", "checks do") + " not hold any more since " + w.Name + " was decided", Body: titlesOf(failed), Tone: ui.ToneBad,
				Link: &ui.Link{Label: "Open its readiness", URL: route.WaveReadiness(w.Slug)},
			})
		}
	}
	for _, g := range v.plan.Gates {
		out = append(out, v.gateAlarms(g)...)
	}
	if len(out) > alarmsShown {
		out = out[:alarmsShown]
	}
	return out
}

func titlesOf(items []rollout.ChecklistItem) string {
	var out []string
	for _, i := range items {
		out = append(out, i.Title)
	}
	return strings.Join(out, "; ") + "."
}

func (v overviewReader) gateAlarms(g rollout.Gate) []ui.BannerProps {
	var out []ui.BannerProps
	for _, a := range g.Alarms {
		if !a.SeenAt.IsZero() {
			continue
		}
		b := ui.BannerProps{Title: v.plan.GateTitle(g) + ": alarm", Body: a.Say, Tone: ui.ToneBad}
		if url := route.Gate(g.ID); v.opens(url) {
			b.Link = &ui.Link{Label: "Open the gate", URL: url}
		}
		out = append(out, b)
	}
	return out
}
