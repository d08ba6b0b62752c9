package rollout

import (
	"fmt"
	"slices"
	"strings"
)

// PlaybookDifference is what a newer playbook would change about a plan. It is an
// offer: nothing happens to a step nobody chose, to work that is settled, or to a
// field somebody edited.
type PlaybookDifference struct {
	From, To string // versions
	Steps    []StepDifference

	tasks []taskDifference
	roles []Role // all of them, as the newer playbook would have them
}

// StepDifference is what is different about one step, over all its tasks.
type StepDifference struct {
	Key, Title string
	Added      int // tasks that would be new
	Removed    int // tasks that would be not needed any more
	Changed    int // tasks that would change
	Settled    int // tasks that differ and stay because they are done or not needed
	Fields     []FieldDifference
}

// Takes reports whether choosing the step would change anything.
func (s StepDifference) Takes() bool { return s.Added+s.Removed+s.Changed > 0 }

// FieldDifference is one field of a step, as it is and as it would be.
type FieldDifference struct {
	Name     string // as in the playbook: "done_when"
	Old, New string
	Left     int // tasks that keep it because somebody edited it
}

// Empty reports whether there is nothing to take.
func (d PlaybookDifference) Empty() bool {
	return !slices.ContainsFunc(d.Steps, StepDifference.Takes)
}

// Taken is what choosing steps of a difference leaves to keep.
type Taken struct {
	Changed []Task
	Added   []Task // with ids below zero, which WaitsFor of any task here may name
	Roles   []Role // all of them, holders kept
}

// taskDifference is one task as it is and as the newer playbook has it. An id of 0
// in was says that there is none yet, in new that the step is gone.
type taskDifference struct {
	was, now Task
	waits    []TaskID // what now waits for: tasks of the plan by id, new ones by theirs
	fields   []string // that would change
	gone     bool
}

// taskPlace is which task of a step is meant.
type taskPlace struct {
	key              string
	wave, department int
}

func place(t Task) taskPlace { return taskPlace{t.Key, t.Wave, t.Department} }

// Difference returns what newer would change about have.
func Difference(have *Plan, newer Playbook) PlaybookDifference {
	r, named := have.Rollout, *have
	named.Roles = mergeRoles(have.Roles, newer.Roles)
	answers := Answers{Architecture: r.Architecture, Install: r.Install, TimeZone: r.TimeZone, Calendar: r.Calendar}
	d := comparison{
		plan: &named, made: Build(newer, answers, have.Waves, have.Departments),
		mine: map[taskPlace]Task{}, steps: map[string]int{},
		out: PlaybookDifference{From: r.PlaybookVersion, To: newer.Version, roles: named.Roles},
	}
	for _, t := range have.Tasks {
		if t.Key != "" {
			d.mine[place(t)] = t
		}
	}
	d.compare()
	return d.out
}

// mergeRoles returns the roles of the plan under their newer names, then the new ones.
func mergeRoles(have []Role, newer []PlaybookRole) []Role {
	out := slices.Clone(have)
	for _, n := range newer {
		i := slices.IndexFunc(out, func(r Role) bool { return r.Key == n.Key })
		if i < 0 {
			out = append(out, Role{Key: n.Key, Name: n.Name})
			continue
		}
		out[i].Name = n.Name
	}
	return out
}

// comparison is a difference being found.
type comparison struct {
	plan  *Plan
	made  []Task // of the newer playbook, with ids below zero
	mine  map[taskPlace]Task
	steps map[string]int // places in out.Steps
	out   PlaybookDifference
}

func (c *comparison) compare() {
	still := map[taskPlace]bool{}
	for _, now := range c.made {
		at := place(now)
		still[at] = true
		if was, ok := c.mine[at]; ok {
			c.changed(was, now)
			continue
		}
		c.out.tasks = append(c.out.tasks, taskDifference{now: now, waits: c.waits(now)})
		c.step(now).Added++
	}
	for _, was := range c.plan.Tasks {
		if was.Key != "" && !still[place(was)] {
			c.removed(was)
		}
	}
}

// step returns the difference of a task's step, begun when it is the first of it.
func (c *comparison) step(t Task) *StepDifference {
	i, ok := c.steps[t.Key]
	if !ok {
		i = len(c.out.Steps)
		c.steps[t.Key] = i
		c.out.Steps = append(c.out.Steps, StepDifference{Key: t.Key, Title: t.Title})
	}
	return &c.out.Steps[i]
}

// removed offers to drop a task whose step is gone. Gates stay, and so does what somebody worked on.
func (c *comparison) removed(was Task) {
	switch {
	case was.Gate != "" || len(was.Edited) > 0:
	case was.State.Settled():
	default:
		c.out.tasks = append(c.out.tasks, taskDifference{was: was, gone: true})
		c.step(was).Removed++
	}
}

func (c *comparison) changed(was, now Task) {
	waits := c.waits(now)
	var takes []string
	for _, f := range stepFields() {
		before, after := f.say(c.plan, was), f.say(c.plan, now)
		same := before == after
		if f.name == "waits_for" {
			before, after = c.names(was.WaitsFor), c.names(waits)
			same = slices.Equal(slices.Sorted(slices.Values(was.WaitsFor)), slices.Sorted(slices.Values(waits)))
		}
		if same {
			continue
		}
		edited := slices.Contains(was.Edited, f.name)
		c.step(was).field(f.name, before, after, edited)
		if !edited {
			takes = append(takes, f.name)
		}
	}
	switch {
	case len(takes) == 0:
	case was.State.Settled():
		c.step(was).Settled++
	default:
		c.out.tasks = append(c.out.tasks, taskDifference{was: was, now: now, waits: waits, fields: takes})
		c.step(was).Changed++
	}
}

// field adds one task's difference to that of its step.
func (s *StepDifference) field(name, before, after string, edited bool) {
	i := slices.IndexFunc(s.Fields, func(f FieldDifference) bool { return f.Name == name })
	if i < 0 {
		i = len(s.Fields)
		s.Fields = append(s.Fields, FieldDifference{Name: name, Old: before, New: after})
	}
	if edited {
		s.Fields[i].Left++
	} else {
		s.Fields[i].Old = before
	}
}

// waits returns what a task of the newer playbook waits for: a task of the plan by
// its own id, one that would be new by its provisional one.
func (c *comparison) waits(now Task) []TaskID {
	var out []TaskID
	for _, id := range now.WaitsFor {
		other := c.made[-id-1]
		if was, ok := c.mine[place(other)]; ok {
			id = was.ID
		}
		out = append(out, id)
	}
	return out
}

// names writes tasks by their titles, in one order.
func (c *comparison) names(ids []TaskID) string {
	var titles []string
	for _, id := range ids {
		if t, ok := c.plan.Task(id); ok {
			titles = append(titles, t.Title)
		} else if id < 0 {
			titles = append(titles, c.made[-id-1].Title)
		}
	}
	slices.Sort(titles)
	return strings.Join(slices.Compact(titles), "; ")
}

// stepField is a field that a newer playbook may change: how it is told, and how it is taken.
type stepField struct {
	name string
	say  func(*Plan, Task) string
	take func(to *Task, from Task)
}

// stepFields returns the fields in the order they are told.
func stepFields() []stepField {
	return []stepField{
		{"title", func(_ *Plan, t Task) string { return t.Title }, func(to *Task, from Task) { to.Title = from.Title }},
		{"why", func(_ *Plan, t Task) string { return t.Why }, func(to *Task, from Task) { to.Why = from.Why }},
		{"done_when", func(_ *Plan, t Task) string { return t.DoneWhen }, func(to *Task, from Task) { to.DoneWhen = from.DoneWhen }},
		{"section", func(_ *Plan, t Task) string { return string(t.Phase) + ", " + t.Section }, func(to *Task, from Task) {
			to.Phase, to.Section, to.Position = from.Phase, from.Section, from.Position
		}},
		{"role", (*Plan).roleName, func(to *Task, from Task) { to.Role = from.Role }},
		{"offset", func(_ *Plan, t Task) string { return offsetWords(t.Offset) }, func(to *Task, from Task) {
			to.Offset = from.Offset
			if !to.DueSet {
				to.Due = from.Due
			}
		}},
		{"days", func(_ *Plan, t Task) string { return fmt.Sprint(t.Days) }, func(to *Task, from Task) { to.Days = from.Days }},
		{"waits_for", func(*Plan, Task) string { return "" }, func(*Task, Task) {}},
		{"evidence", func(_ *Plan, t Task) string { return evidenceWords(t.Evidence) }, func(to *Task, from Task) { to.Evidence = from.Evidence }},
		{"checks", func(_ *Plan, t Task) string { return listed(t.GateChecks) }, func(to *Task, from Task) { to.GateChecks = from.GateChecks }},
		{"no_undo", func(_ *Plan, t Task) string { return fmt.Sprint(t.NoUndo) }, func(to *Task, from Task) { to.NoUndo = from.NoUndo }},
		{"checklist", func(_ *Plan, t Task) string { return t.Checklist }, func(to *Task, from Task) { to.Checklist = from.Checklist }},
		{"help", func(_ *Plan, t Task) string { return strings.TrimSpace(t.Help.Title + " " + t.Help.URL) }, func(to *Task, from Task) { to.Help = from.Help }},
		{"guidance", func(_ *Plan, t Task) string { return t.Guidance.String() }, func(to *Task, from Task) { to.Guidance = from.Guidance }},
	}
}

func (p *Plan) roleName(t Task) string {
	i := slices.IndexFunc(p.Roles, func(r Role) bool { return r.Key == t.Role })
	if i < 0 {
		return t.Role
	}
	return p.Roles[i].Name
}

func offsetWords(days int) string {
	switch {
	case days == 0:
		return "the day of the launch"
	case days < 0:
		return fmt.Sprintf("%d days before the launch", -days)
	}
	return fmt.Sprintf("%d days after the launch", days)
}

func evidenceWords(e Evidence) string {
	switch {
	case e.Kind == ByCheck:
		return "the check " + string(e.Check)
	case e.Kind == ByProof:
		return "a link or a file"
	case e.HoldsDays == 0:
		return "a person’s word, for good"
	}
	return fmt.Sprintf("a person’s word, for %d days", e.HoldsDays)
}

// Take returns what is to be kept when the steps with these keys are chosen. Tasks
// whose step is gone become not needed. A choice that would make tasks wait for
// one another is refused, naming them. p is the plan the difference was found for.
func (d PlaybookDifference) Take(p *Plan, choices []string) (Taken, error) {
	taken := Taken{Roles: d.roles}
	all := slices.Clone(p.Tasks)
	added := map[TaskID]bool{}
	for _, t := range d.tasks {
		added[t.now.ID] = t.was.ID == 0 && slices.Contains(choices, t.now.Key)
	}
	for _, t := range d.tasks {
		to := t.taken(d.To, added)
		switch {
		case t.was.ID == 0 && added[t.now.ID]:
			taken.Added, all = append(taken.Added, to), append(all, to)
		case t.was.ID != 0 && slices.Contains(choices, t.was.Key):
			taken.Changed = append(taken.Changed, to)
			all[p.place(t.was.ID)] = to
		}
	}
	if err := checkCycle(all); err != nil {
		return Taken{}, err
	}
	return taken, nil
}

// taken returns the task as it is to be, waiting only for what exists.
func (t taskDifference) taken(version string, added map[TaskID]bool) Task {
	if t.gone {
		to := t.was
		to.State, to.Reason = NotNeeded, "No longer part of the playbook since version "+version+"."
		return to
	}
	to := t.was
	if t.was.ID == 0 {
		to = t.now
	}
	for _, f := range stepFields() {
		if slices.Contains(t.fields, f.name) {
			f.take(&to, t.now)
		}
	}
	if t.was.ID == 0 || slices.Contains(t.fields, "waits_for") {
		to.WaitsFor = slices.DeleteFunc(slices.Clone(t.waits), func(id TaskID) bool { return id < 0 && !added[id] })
	}
	return to
}
