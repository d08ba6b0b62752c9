package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// RegionID names the part of the page that a change draws anew.
const RegionID = "plan"

// ListProps is the plan, as a list or a timeline.
type ListProps struct {
	Sub      string
	Views    ui.SegmentedProps
	New      string // where a task is added; "" for readers
	Setup    string // launches, roles and working days; "" for who may not
	Phases   []ui.Phase
	Search   Search
	Sections []Section
	Empty    *ui.VoidProps
	Problem  *ui.BannerProps
	Bulk     *Bulk
	Timeline *Timeline
	Gate     *Gate
	Activity []Line
	History  string // all of it; "" when the reader may not
}

// Search narrows the plan.
type Search struct {
	Text                  string
	Keep                  []ui.Pair
	Owners, States, Waves []ui.Choice
	Sheet                 string
	Every                 *ui.Link // the other phases, or back to one
	Clear                 string   // without filters; "" when there are none
	Choose                *ui.Link // shows or takes away the boxes
	Digest                string   // what owners would be reminded of; "" for readers
}

// Section is a part of a phase with its tasks.
type Section struct {
	ID, Title string
	Phase     string // named above it, when several phases are shown
	Count     string
	Open      bool
	Done      bool
	Owners    []ui.Person // of what is left
	Rows      []ui.TaskProps
	Later     []ui.TaskProps // of waves behind the next one, and nothing pressing about it
	Folded    []ui.TaskProps // done, and nothing to say about it
}

// laterSay tells of the tasks of waves behind the next one, and how many of their checks fail.
func (s Section) laterSay() string {
	failing := 0
	for _, row := range s.Later {
		if row.Evidence != nil && row.Evidence.Proof == ui.ProofFailing {
			failing++
		}
	}
	if failing == 0 {
		return "for later waves"
	}
	return "for later waves, " + ui.Count(failing) + " failing today"
}

// Bulk changes several tasks at once.
type Bulk struct {
	People []string
	Typed  Typed
}

// NewList makes the page of the plan for its reader.
func NewList(r Reader, f Filter, lately []rollout.TaskActivity) ListProps {
	tasks := r.Tasks(f)
	p := ListProps{Sub: r.summary(), Phases: r.phases(f), Search: r.search(f), Activity: r.lately(lately), History: route.PlanHistory, Gate: r.nextGateCard()}
	p.Views = ui.SegmentedProps{Label: "View", Options: []ui.Option{
		{Label: "List", URL: f.drawn(false).Address(), Current: !f.Timeline}, {Label: "Timeline", URL: f.drawn(true).Address(), Current: f.Timeline},
	}}
	if r.Lead() {
		p.New = route.Tasks + "/new"
	}
	if r.Actor.HasAny(identity.Lead, identity.Auditor) {
		p.Setup = route.PlanSetup
	}
	if len(tasks) == 0 {
		p.Empty = r.nothing(f)
		return r.bare(p)
	}
	if f.Timeline {
		p.Timeline = r.timeline(tasks)
		return p
	}
	p.Sections = r.sections(f, tasks)
	if f.Choosing && r.Lead() {
		p.Bulk = &Bulk{People: r.People()}
	}
	return p
}

// bare leaves only the words to a reader who knows of no task: there is nothing to
// look for, to count or to go back to.
func (r Reader) bare(p ListProps) ListProps {
	if slices.ContainsFunc(r.Plan.Tasks, func(t rollout.Task) bool { return r.Plan.Visible(r.Actor, t) }) {
		return p
	}
	return ListProps{Empty: p.Empty}
}

// Refused says what is wrong with a change of several tasks, and keeps what was
// typed and which were chosen.
func (p ListProps) Refused(typed Typed, tasks []string, say string) ListProps {
	if p.Bulk != nil {
		p.Bulk.Typed = typed
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Rows {
			if box := p.Sections[i].Rows[j].Box; box != nil {
				box.Checked = slices.Contains(tasks, box.Value)
			}
		}
	}
	if len(typed.Errors) == 0 || typed.err("owner")+typed.err("due") == "" {
		p.Problem = &ui.BannerProps{Title: "Nothing was changed", Body: say, Tone: ui.ToneBad, Alert: true}
	}
	return p
}

// nothing says why there is nothing to show.
func (r Reader) nothing(f Filter) *ui.VoidProps {
	all := &ui.Link{Label: "Show every task", URL: f.wide().in(AllPhases).Address()}
	if f.Owner == Mine && f.State == "" && f.Wave == "" && f.Text == "" {
		v := &ui.VoidProps{Icon: ui.IconListChecks, Title: "Nothing waits on you", Body: "No task is yours, by name or by a role you hold."}
		if rollout.ReadsPlan(r.Actor) {
			v.Action = all
		}
		return v
	}
	return &ui.VoidProps{Icon: ui.IconSearch, Title: "No task matches", Body: "No task is all of what you asked for.", Action: all}
}

// summary counts what is done, what a signal reopened and when the next gate is due.
func (r Reader) summary() string {
	done, of, reopened := 0, 0, 0
	for _, t := range r.Plan.Tasks {
		if t.State == rollout.NotNeeded || !r.Plan.Visible(r.Actor, t) {
			continue
		}
		of++
		if t.State == rollout.Done {
			done++
		}
		if t.State == rollout.Reopened {
			reopened++
		}
	}
	parts := []string{ui.Count(done) + " of " + ui.Counted(of, "task", "tasks") + " done"}
	if reopened > 0 {
		parts = append(parts, ui.Count(reopened)+" reopened")
	}
	if _, t, ok := r.nextGate(); ok && t.Due.Known() {
		parts = append(parts, "next gate "+ui.Date(t.Due.Time(), r.Now))
	}
	return strings.Join(parts, " · ")
}

func (r Reader) phases(f Filter) []ui.Phase {
	out, current := []ui.Phase{}, r.phase(f)
	for _, phase := range adoption.Phases() {
		p := ui.Phase{Title: phaseNames[phase], URL: f.in(string(phase)).Address(), Current: string(phase) == current}
		for _, t := range r.Plan.Tasks {
			if t.Phase != phase || t.State == rollout.NotNeeded || !r.Plan.Visible(r.Actor, t) {
				continue
			}
			p.Of++
			if t.State == rollout.Done {
				p.Done++
			}
		}
		out = append(out, p)
	}
	return out
}

func (r Reader) search(f Filter) Search {
	s := Search{Text: f.Text, Keep: f.kept(), Sheet: f.Sheet(), Owners: r.ownerChoices(f), States: stateChoices(f), Waves: waveChoices(r.Plan.Waves, f)}
	if f.wide() != f.choosing(false) {
		s.Clear = f.wide().Address()
	}
	if r.phase(f) == AllPhases {
		s.Every = &ui.Link{Label: "One phase", URL: f.in(string(adoption.PhaseSetup)).Address()}
	} else {
		s.Every = &ui.Link{Label: "All phases", URL: f.in(AllPhases).Address()}
	}
	if !r.Lead() {
		return s
	}
	s.Digest = route.PlanDigest
	if !f.Timeline {
		s.Choose = &ui.Link{Label: "Choose several", URL: f.choosing(true).Address()}
		if f.Choosing {
			s.Choose = &ui.Link{Label: "Stop choosing", URL: f.choosing(false).Address()}
		}
	}
	return s
}

// ownerChoices are the people that the reader may ask for. Champions know of their own tasks only.
func (r Reader) ownerChoices(f Filter) []ui.Choice {
	if !rollout.ReadsPlan(r.Actor) {
		return nil
	}
	out := []ui.Choice{{Value: Anyone, Label: "Anyone"}, {Value: Mine, Label: "Me"}, {Value: Nobody, Label: "Nobody yet"}}
	for _, o := range r.owners() {
		if !strings.EqualFold(o.Email, r.Actor.Email) {
			out = append(out, ui.Choice{Value: o.Email, Label: nameOf(o)})
		}
	}
	return chosen(out, f.Owner)
}

func stateChoices(f Filter) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "Any"}, {Value: Left, Label: "Not done"}, {Value: Late, Label: "Overdue"}}
	for _, s := range []rollout.State{rollout.Waiting, rollout.Ready, rollout.Doing, rollout.Done, rollout.Reopened, rollout.NotNeeded} {
		out = append(out, ui.Choice{Value: string(s), Label: StateNames[s]})
	}
	return chosen(out, f.State)
}

func waveChoices(waves []people.Wave, f Filter) []ui.Choice {
	if len(waves) == 0 {
		return nil
	}
	out := []ui.Choice{{Value: "", Label: "Any"}}
	for _, w := range waves {
		out = append(out, ui.Choice{Value: w.Slug, Label: w.Name})
	}
	return chosen(out, f.Wave)
}

func chosen(all []ui.Choice, value string) []ui.Choice {
	for i := range all {
		all[i].Chosen = all[i].Value == value
	}
	return all
}

// sections groups tasks as the plan does. One with something left is open.
func (r Reader) sections(f Filter, tasks []rollout.Task) []Section {
	out := []Section{}
	for from := 0; from < len(tasks); {
		to := from
		for to < len(tasks) && tasks[to].Phase == tasks[from].Phase && tasks[to].Section == tasks[from].Section {
			to++
		}
		out = append(out, r.section(f, tasks[from:to], len(out)))
		if r.phase(f) == AllPhases && (from == 0 || tasks[from-1].Phase != tasks[from].Phase) {
			out[len(out)-1].Phase = phaseNames[tasks[from].Phase]
		}
		from = to
	}
	return out
}

func (r Reader) section(f Filter, tasks []rollout.Task, n int) Section {
	s := Section{ID: "section-" + strconv.Itoa(n), Title: tasks[0].Section, Done: true}
	done, of := 0, 0
	for _, t := range tasks {
		if t.State != rollout.NotNeeded {
			of++
		}
		if t.State == rollout.Done {
			done++
		}
		s.Done = s.Done && t.State.Settled()
		s.Owners = r.addOwner(s.Owners, t)
	}
	s.Count, s.Open = ui.Count(done)+" of "+ui.Count(of), !s.Done || f.Narrowed()
	r.fill(&s, f, tasks)
	return s
}

// addOwner adds who a task that is left waits on, once, four at most.
func (r Reader) addOwner(all []ui.Person, t rollout.Task) []ui.Person {
	o := r.Plan.Owner(t)
	if t.State.Settled() || !o.Named() || len(all) >= 4 {
		return all
	}
	for _, p := range all {
		if p.Name == nameOf(o) {
			return all
		}
	}
	return append(all, ui.Person{Name: nameOf(o)})
}

// fill puts the rows into s. Where something is left, what is done is folded, and
// what is for waves behind the next one, unless the next gate waits for it.
func (r Reader) fill(s *Section, f Filter, tasks []rollout.Task) {
	fold := !s.Done && !f.Narrowed() && !f.Choosing
	_, gate, _ := r.nextGate()
	for _, t := range tasks {
		row, awaited := r.row(f, t), slices.Contains(gate.WaitsFor, t.ID)
		switch {
		case fold && !awaited && t.State.Settled() && r.quiet(t):
			s.Folded = append(s.Folded, row)
		case fold && !awaited && r.later(t) && r.calm(t) && !row.Due.Late && !row.Due.Soon:
			s.Later = append(s.Later, row)
		default:
			s.Rows = append(s.Rows, row)
		}
	}
}

// calm reports whether a task has not been begun and nobody's word about it ran
// out: that its check fails this early is no news.
func (r Reader) calm(t rollout.Task) bool {
	return t.State == rollout.Open && r.Plan.Evidence(t, r.Now).Standing != rollout.StandsStale
}

// quiet reports whether the evidence of a task says nothing that somebody should look at.
func (r Reader) quiet(t rollout.Task) bool {
	standing := r.Plan.Evidence(t, r.Now).Standing
	return t.State != rollout.Reopened && standing != rollout.StandsStale && standing != rollout.StandsFailing
}

// later reports whether a task is for a wave that opens behind the next one.
func (r Reader) later(t rollout.Task) bool {
	next, ok := r.Plan.NextWave(r.Today)
	of, known := r.Plan.Wave(r.Plan.WaveOf(t))
	return ok && known && (of.OpensOn == nil || *of.OpensOn > *next.OpensOn)
}

// boxForm is the form that chosen rows belong to.
const boxForm = "bulk"

// row is a task as a row of the list.
func (r Reader) row(f Filter, t rollout.Task) ui.TaskProps {
	path := route.Task(int64(t.ID))
	p := ui.TaskProps{
		ID: rowID(t.ID), Part: r.part(t), Title: t.Title, URL: path, State: rowState(t), Note: r.note(t), Evidence: r.chip(t), Due: r.due(t),
		RowAttrs: templ.Attributes{"data-row": true},
	}
	if o := r.Plan.Owner(t); o.Named() {
		p.Owner, p.Called = &ui.Person{Name: nameOf(o)}, short(nameOf(o))
	} else {
		p.Unowned = r.owner(t)
	}
	if t.Gate != "" {
		r.asGate(&p, t)
		return p
	}
	p.Flag = !t.State.Settled() && (p.Due.Late || p.Due.Soon) && r.Plan.Evidence(t, r.Now).Standing == rollout.StandsFailing
	r.tick(&p, f, t)
	return p
}

// tick puts into a row how it is ticked, for who may: words are asked for in its place.
func (r Reader) tick(p *ui.TaskProps, f Filter, t rollout.Task) {
	path := route.Task(int64(t.ID))
	if !r.may(t) {
		return
	}
	p.RowAttrs["data-edit"] = path + "/edit"
	switch {
	case f.Choosing && r.Lead():
		p.Box = &ui.CheckboxProps{Name: "task", Value: ID(t.ID), Label: "Choose " + t.Title, Attrs: templ.Attributes{"form": boxForm}}
	case !t.State.Settled() && r.Plan.Shown(t) != rollout.Waiting:
		p.TickLink = path + "/done"
		p.Attrs = templ.Attributes{"hx-get": p.TickLink, "hx-target": "#" + p.ID, "hx-swap": "outerHTML"}
	}
}

func rowID(id rollout.TaskID) string { return "task-" + ID(id) }

// ID writes the number of a task.
func ID(id rollout.TaskID) string { return strconv.FormatInt(int64(id), 10) }

func rowState(t rollout.Task) ui.TaskState {
	switch t.State {
	case rollout.Done, rollout.NotNeeded:
		return ui.TaskDone
	case rollout.Reopened:
		return ui.TaskReopened
	case rollout.Doing:
		return ui.TaskHalf
	}
	return ui.TaskOpen
}

// short is how people call somebody: the first name.
func short(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// note is the line under the title: what reopened it, what it waits for, why not.
func (r Reader) note(t rollout.Task) string {
	parts := []string{}
	switch shown := r.Plan.Shown(t); {
	case shown == rollout.Reopened && t.Reason != "":
		parts = append(parts, "Reopened: "+t.Reason)
	case shown == rollout.NotNeeded:
		parts = append(parts, "Not needed: "+t.Reason)
	case shown == rollout.Waiting:
		parts = append(parts, r.waitsFor(t))
	case t.NoUndo && t.Gate == "" && !t.State.Settled():
		parts = append(parts, "No undo")
	}
	return strings.Join(parts, " · ")
}

// waitsFor names the first task that is in the way, and counts the others.
func (r Reader) waitsFor(t rollout.Task) string {
	left := r.Plan.Unsettled(t)
	if len(left) == 0 {
		return ""
	}
	say := "Waits for " + left[0].Title
	if len(left) > 1 {
		say += " and " + ui.Count(len(left)-1) + " more"
	}
	return say
}

// chip is the evidence of a task; nothing while nobody is asked for any yet.
func (r Reader) chip(t rollout.Task) *ui.EvidenceProps {
	e := r.Plan.Evidence(t, r.Now)
	if t.State == rollout.NotNeeded || e.Standing == rollout.StandsNoneYet && t.Evidence.Kind != rollout.ByCheck {
		return nil
	}
	return &ui.EvidenceProps{Proof: proof(e.Standing), Text: e.Short}
}

// asGate draws a row across the list: how many conditions hold, how it stands.
func (r Reader) asGate(p *ui.TaskProps, t rollout.Task) {
	p.State, p.Selected = ui.TaskGate, false
	g, ok := r.Plan.GateOf(t.ID)
	if !ok {
		return
	}
	p.URL = route.Gate(g.ID)
	all := r.Conditions(g)
	switch g.Effective(r.Plan, r.Plan.Basis, r.Now) {
	case rollout.GatePassed:
		p.State, p.Passed = ui.TaskDone, true
		if p.Note = "Recorded by " + nameOf(g.PassedBy) + "."; g.InForce() {
			p.Note = "In force before the plan."
		}
		p.Due = ui.Due{Text: ui.DayMonth(g.PassedOn.Time(), r.Now)}
		return
	case rollout.GateOpen:
		p.Note = "Open until " + clock(g.OpenedAt.Add(rollout.GateOpenFor), r.Now) + "."
	default:
		p.Note = "Locked until all " + ui.Counted(len(all), "condition holds", "conditions hold") + "."
	}
	if t.NoUndo {
		p.Note = "No undo. " + p.Note
	}
	p.Evidence = &ui.EvidenceProps{Proof: conditionProof(all), Text: ui.Count(met(all)) + " of " + ui.Counted(len(all), "condition", "conditions")}
	next, _, ok := r.nextGate()
	p.Selected = ok && next.ID == g.ID
}

func conditionProof(all []rollout.Condition) ui.Proof {
	if met(all) == len(all) {
		return ui.ProofVerified
	}
	return ui.ProofNone
}
