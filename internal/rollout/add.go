package rollout

import (
	"cmp"
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// NewTask is a task of one's own, as somebody describes it.
type NewTask struct {
	Edit
	Phase      adoption.Phase
	Section    string
	Scope      Scope // organization when empty
	Wave       int
	Department int
	Owner      Assignment
	Due        day.Date // [day.None]: no date
	Evidence   Evidence // a person's word when empty
	Checklist  string
	Blocks     []TaskID // tasks that wait for it
}

// provisional is the id of a task that is added alone.
const provisional TaskID = -1

// add is the rule of [Service.Add].
func add(p *Plan, a acting, n NewTask) (Change, error) {
	var c Change
	if err := leads(a.by); err != nil {
		return c, err
	}
	t, err := p.describe(n)
	if err != nil {
		return c, err
	}
	c.New = []Task{t}
	if err := p.block(n.Blocks, []TaskID{t.ID}, &c); err != nil {
		return Change{}, err
	}
	if err := checkCycle(p.with(c)); err != nil {
		return Change{}, err
	}
	c.note(a, t.ID, "created", "Added.", "phase", string(t.Phase))
	return c, nil
}

// describe makes a task of what somebody wrote.
func (p *Plan) describe(n NewTask) (Task, error) {
	t := Task{
		ID: provisional, Scope: cmp.Or(n.Scope, PerOrganization), Wave: n.Wave, Department: n.Department, Phase: n.Phase,
		Owner: n.Owner.Person, Role: n.Owner.Role, Due: n.Due, DueSet: true, State: Open, Guidance: day.None, Version: 1,
	}
	err := n.Edit.check()
	if err == nil {
		t.write(n.Edit)
		t.Section, err = heading("section", n.Section, "Name the section it belongs to.")
	}
	if err == nil {
		t.Checklist, err = optional("checklist", n.Checklist, longTitle)
	}
	if err == nil {
		t.Evidence, err = ownEvidence(n.Evidence)
	}
	if err == nil {
		err = p.checkPlace(t)
	}
	if err == nil {
		err = p.checkNew(t)
	}
	if err == nil {
		err = p.checkAssignment(n.Owner)
	}
	if err == nil {
		err = p.checkExist(t.WaitsFor)
	}
	t.Position = p.end(t.Phase, t.Section)
	return t, err
}

func heading(field, text, ask string) (string, error) {
	text, err := required(field, text, ask)
	if err != nil {
		return "", err
	}
	return optional(field, text, longTitle)
}

// ownEvidence returns what a task of one's own asks for as proof.
func ownEvidence(e Evidence) (Evidence, error) {
	switch {
	case e.Kind == "":
		return Evidence{Kind: ByAttestation}, nil
	case e.Kind != ByAttestation && e.Kind != ByProof:
		return e, fault.Field("evidence", "Choose a person’s word, or a link or file.")
	case e.Kind == ByAttestation && (e.HoldsDays < 0 || e.HoldsDays > 366):
		return e, fault.Field("holds_days", "Use a number of days up to 366; 0 is for good.")
	}
	e.Check = ""
	return e, nil
}

// checkPlace faults unless the phase, wave or department of t exists.
func (p *Plan) checkPlace(t Task) error {
	_, waveKnown := p.Wave(t.Wave)
	switch {
	case !slices.Contains(adoption.Phases(), t.Phase):
		return fault.Field("phase", "Choose a phase.")
	case t.Scope == PerWave && !waveKnown:
		return fault.Field("wave", "Choose a wave.")
	case t.Scope == PerDepartment && !p.hasDepartment(t.Department):
		return fault.Field("department", "Choose a department.")
	case t.Scope != PerWave && t.Wave != 0, t.Scope != PerDepartment && t.Department != 0,
		!slices.Contains([]Scope{PerOrganization, PerWave, PerDepartment}, t.Scope):
		return fault.Field("scope", "Choose the organization, a wave or a department.")
	}
	return nil
}

// checkNew faults when t stands in its section already, as after a form sent twice.
func (p *Plan) checkNew(t Task) error {
	twice := slices.ContainsFunc(p.Tasks, func(o Task) bool {
		same := o.Title == t.Title && o.Section == t.Section && o.Phase == t.Phase
		return same && o.Scope == t.Scope && o.Wave == t.Wave && o.Department == t.Department && !o.State.Settled()
	})
	if twice {
		return fault.Field("title", "This section has an open task of this title already.")
	}
	return nil
}

func (p *Plan) hasDepartment(id int) bool {
	for _, d := range p.Departments {
		if d.ID == id {
			return true
		}
	}
	return false
}

func (p *Plan) checkExist(ids []TaskID) error {
	for _, id := range ids {
		if p.place(id) < 0 {
			return fault.Field("waits_for", "One of these tasks is gone. Load it again.")
		}
	}
	return nil
}

// end returns the position behind the last task of a section, or of the phase
// where the section is new.
func (p *Plan) end(phase adoption.Phase, section string) int {
	last, of := 0, 0
	for _, t := range p.Tasks {
		if t.Phase == phase {
			last = max(last, t.Position)
			if t.Section == section {
				of = max(of, t.Position)
			}
		}
	}
	return cmp.Or(of, last) + positionStep
}

// block makes the tasks with ids wait for others too.
func (p *Plan) block(ids, others []TaskID, c *Change) error {
	for _, id := range ids {
		t, ok := p.Task(id)
		if !ok {
			return fault.Field("blocks", "One of these tasks is gone. Load it again.")
		}
		t.WaitsFor = append(slices.Clone(t.WaitsFor), others...)
		c.put(t)
	}
	return nil
}

// with returns the tasks of the plan as c leaves them.
func (p *Plan) with(c Change) []Task {
	tasks := slices.Clone(p.Tasks)
	for _, t := range c.Tasks {
		if i := p.place(t.ID); i >= 0 {
			tasks[i] = t
		}
	}
	return append(tasks, c.New...)
}

const maxParts = 12

// split is the rule of [Service.Split]. The task itself becomes the first part;
// the others wait for what it waits for, and whatever waits for it waits for all.
func split(p *Plan, a acting, ref TaskRef, parts []string) (Change, error) {
	var c Change
	if err := leads(a.by); err != nil {
		return c, err
	}
	t, err := p.changeable(a, ref.ID, ref.Version)
	switch {
	case err != nil:
		return c, err
	case t.Gate != "":
		return c, fault.Field("parts", "A gate cannot be split.")
	case t.State.Settled():
		return c, fault.Field("parts", "What is done or not needed is not split. Reopen it first.")
	case len(parts) < 2 || len(parts) > maxParts:
		return c, fault.Field("parts", "Name between two and "+number(maxParts)+" parts, one a line.")
	}
	for i := range parts {
		if parts[i], err = heading("parts", parts[i], "Every part needs a title."); err != nil {
			return c, err
		}
	}
	return c, p.divide(a, t, parts, &c)
}

func (p *Plan) divide(a acting, t Task, parts []string, c *Change) error {
	var ids []TaskID
	for i, title := range parts[1:] {
		part := t
		part.ID, part.Key, part.Title, part.Edited, part.Version = TaskID(-i-1), "", title, nil, 1
		part.State, part.Reason, part.WaitsFor = Open, "", slices.Clone(t.WaitsFor)
		c.New = append(c.New, part)
		ids = append(ids, part.ID)
		c.tell(a, part.ID, "created", "Split off “"+t.Title+"”.")
	}
	was := t.Title
	if t.Title != parts[0] {
		t.Title, t.Edited = parts[0], t.edit("title")
	}
	c.put(t)
	c.note(a, t.ID, "split", "Split “"+was+"” into “"+strings.Join(parts, "”, “")+"”.", "parts", number(len(parts)))
	return p.block(p.Blocks(t.ID), ids, c)
}

// remove is the rule of [Service.Remove].
func remove(p *Plan, a acting, ref TaskRef) (Change, error) {
	var c Change
	if err := leads(a.by); err != nil {
		return c, err
	}
	t, err := p.changeable(a, ref.ID, ref.Version)
	_, attested := p.Attested[t.ID]
	switch {
	case err != nil:
		return c, err
	case !t.Own():
		return c, fault.Field("state", "A task of the playbook stays in the plan. Say that it is not needed, and why.")
	case p.guards(t.ID):
		return c, errCondition
	case t.State != Open, attested, len(p.Proofs[t.ID]) > 0:
		return c, fault.Field("state", "Somebody has begun it. Say that it is not needed, and why.")
	}
	c.Removed = []TaskID{t.ID}
	c.record(t.ID, "task.removed")
	return c, nil
}

// Place says where in its section a task goes: in front of another, or behind it.
type Place struct {
	Beside TaskID
	Behind bool
}

// reorder is the rule of [Service.Reorder].
func reorder(p *Plan, a acting, ref TaskRef, to Place) (Change, error) {
	var c Change
	if err := leads(a.by); err != nil {
		return c, err
	}
	t, err := p.changeable(a, ref.ID, ref.Version)
	if err != nil {
		return c, err
	}
	beside, ok := p.Task(to.Beside)
	switch {
	case !ok, beside.Phase != t.Phase, beside.Section != t.Section:
		return c, fault.Field("beside", "A task moves within its section. Choose another one of it.")
	case beside.ID == t.ID:
		return c, nil
	}
	c.Positions = p.lineUp(t, to)
	if len(c.Positions) > 0 {
		c.record(t.ID, "task.reordered", "beside", number(int(beside.ID)))
	}
	return c, nil
}

// lineUp returns the positions that change when t goes where to says. The
// section keeps the positions it had, so that other sections stay where they are.
func (p *Plan) lineUp(t Task, to Place) map[TaskID]int {
	var line []Task
	var positions []int
	for _, o := range p.Tasks {
		if o.Phase == t.Phase && o.Section == t.Section {
			positions = append(positions, o.Position)
			if o.ID != t.ID {
				line = append(line, o)
			}
		}
	}
	at := slices.IndexFunc(line, func(o Task) bool { return o.ID == to.Beside })
	if to.Behind {
		at++
	}
	line = slices.Insert(line, at, t)
	out := map[TaskID]int{}
	for i, o := range line {
		if i > 0 && positions[i] <= positions[i-1] {
			positions[i] = positions[i-1] + 1
		}
		if o.Position != positions[i] {
			out[o.ID] = positions[i]
		}
	}
	return out
}
