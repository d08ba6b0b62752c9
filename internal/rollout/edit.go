package rollout

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// How long what people write may be, in characters, and a task, in working days.
const (
	longTitle = 160
	longText  = 2000
	longTask  = 250
)

var noTime time.Time

func number(n int) string { return strconv.Itoa(n) }

// TaskRef is a task as an actor saw it. Version 0 is whichever it is.
type TaskRef struct {
	ID      TaskID
	Version int
}

// Assignment says who tasks wait on: a person, or whoever holds a role.
type Assignment struct {
	Person Person // not named: the role
	Role   string // key; "" leaves the role as it is
}

// assign is the rule of [Service.Assign].
func assign(p *Plan, a acting, refs []TaskRef, to Assignment) (Change, error) {
	var c Change
	if err := p.checkAssignment(to); err != nil {
		return c, err
	}
	for _, ref := range refs {
		t, err := p.assignable(a, ref, to)
		if err != nil {
			return Change{}, err
		}
		was := t
		t.Owner = to.Person
		if to.Role != "" && to.Role != t.Role {
			t.Role, t.Edited = to.Role, t.edit("role")
		}
		if t.Owner == was.Owner && t.Role == was.Role {
			continue
		}
		c.put(t)
		c.note(a, t.ID, "owner", p.assigned(t), "role", t.Role)
	}
	return c, nil
}

// assignable returns a task the actor may give away. Who may not change it may
// still take it for themselves while nobody owns it.
func (p *Plan) assignable(a acting, ref TaskRef, to Assignment) (Task, error) {
	t, ok := p.Task(ref.ID)
	if ok && p.Free(a.by, t) && to.Role == "" && sameAddress(to.Person.Email, a.by.Email) {
		if ref.Version != 0 && ref.Version != t.Version {
			return Task{}, errChanged
		}
		return t, nil
	}
	return p.changeable(a, ref.ID, ref.Version)
}

func sameAddress(x, y string) bool { return strings.EqualFold(x, y) }

func (p *Plan) checkAssignment(to Assignment) error {
	switch {
	case to.Person.Named() && !address(to.Person.Email):
		return fault.Field("owner", "Write an address like dana@example.com.")
	case to.Role != "" && !slices.ContainsFunc(p.Roles, func(r Role) bool { return r.Key == to.Role }):
		return fault.Field("owner", "There is no such role.")
	}
	_, err := optional("owner", to.Person.Name, maxName)
	return err
}

// assigned says who a task waits on now.
func (p *Plan) assigned(t Task) string {
	if t.Owner.Named() {
		return "Given to " + ownerName(t.Owner) + "."
	}
	i := slices.IndexFunc(p.Roles, func(r Role) bool { return r.Key == t.Role })
	if i < 0 {
		return "Nobody owns it now."
	}
	return "Given to whoever is " + p.Roles[i].Name + "."
}

// edit returns the fields that differ from the playbook once name does. Tasks of
// one's own differ from none.
func (t Task) edit(name string) []string {
	if t.Own() {
		return t.Edited
	}
	return differs(t.Edited, name)
}

// setDues is the rule of [Service.SetDues].
func setDues(p *Plan, a acting, refs []TaskRef, due day.Date) (Change, error) {
	var c Change
	if due.Known() && !inReach(due) {
		return c, fault.Field("due", sayOutOfReach)
	}
	for _, ref := range refs {
		t, err := p.changeable(a, ref.ID, ref.Version)
		if err != nil {
			return Change{}, err
		}
		c.redate(a, t, due, true)
	}
	return c, nil
}

const sayOutOfReach = "Choose a day between 2020 and 2100."

// inReach reports whether a day can be one that people plan for: a timeline is as long as the plan.
func inReach(d day.Date) bool {
	return d >= day.Of(2020, time.January, 1) && d <= day.Of(2100, time.January, 1)
}

// planDue is the rule of [Service.PlanDue].
func planDue(p *Plan, a acting, ref TaskRef) (Change, error) {
	var c Change
	t, err := p.changeable(a, ref.ID, ref.Version)
	switch {
	case err != nil:
		return c, err
	case t.Own() && t.Offset == 0:
		return c, fault.Field("due", "This task follows no launch. Set its day by hand.")
	}
	c.redate(a, t, p.Planned(t), false)
	return c, nil
}

func (c *Change) redate(a acting, t Task, due day.Date, byHand bool) {
	if due == t.Due && byHand == t.DueSet {
		return
	}
	was := t.Due
	t.Due, t.DueSet = due, byHand
	c.put(t)
	c.note(a, t.ID, "due", dueSentence(was, due), "from", was.String(), "to", due.String())
}

func dueSentence(from, to day.Date) string {
	switch {
	case !to.Known():
		return "No date any more; it was " + short(from) + "."
	case !from.Known():
		return "Due " + short(to) + "."
	case from == to:
		return "Due " + short(to) + ", as before."
	}
	return "Due " + short(to) + " instead of " + short(from) + "."
}

// Edit is what somebody writes into a task.
type Edit struct {
	Title, Why, DoneWhen string
	Days                 int // working days it takes
	Help                 Help
	WaitsFor             []TaskID
}

// edit is the rule of [Service.Edit].
func edit(p *Plan, a acting, ref TaskRef, e Edit) (Change, error) {
	var c Change
	t, err := p.changeable(a, ref.ID, ref.Version)
	if err != nil {
		return c, err
	}
	if err := e.check(); err != nil {
		return c, err
	}
	changed := t.write(e)
	if len(changed) == 0 {
		return c, nil
	}
	for _, name := range changed {
		t.Edited = t.edit(name)
	}
	if err := p.checkWaits(t); err != nil {
		return Change{}, err
	}
	if err := p.keepsConditions(t); err != nil {
		return Change{}, err
	}
	c.put(t)
	c.note(a, t.ID, "edited", "Changed "+strings.ReplaceAll(list(changed), "_", " ")+".")
	return c, nil
}

// write puts e into t and returns what differs.
func (t *Task) write(e Edit) []string {
	var changed []string
	set := func(name string, field *string, to string) {
		if *field != to {
			*field, changed = to, append(changed, name)
		}
	}
	set("title", &t.Title, e.Title)
	set("why", &t.Why, e.Why)
	set("done_when", &t.DoneWhen, e.DoneWhen)
	if t.Days != e.Days {
		t.Days, changed = e.Days, append(changed, "days")
	}
	if t.Help != e.Help {
		t.Help, changed = e.Help, append(changed, "help")
	}
	waits := slices.Compact(slices.Sorted(slices.Values(e.WaitsFor)))
	if !slices.Equal(waits, slices.Sorted(slices.Values(t.WaitsFor))) {
		t.WaitsFor, changed = waits, append(changed, "waits_for")
	}
	return changed
}

// check tidies e and faults with what cannot be used.
func (e *Edit) check() (err error) {
	if e.Title, err = required("title", e.Title, "Give the task a title."); err != nil {
		return err
	}
	if e.Title, err = optional("title", e.Title, longTitle); err != nil {
		return err
	}
	if e.Why, err = optional("why", e.Why, longText); err != nil {
		return err
	}
	if e.DoneWhen, err = optional("done_when", e.DoneWhen, longText); err != nil {
		return err
	}
	if e.Days < 1 || e.Days > longTask {
		return fault.Field("days", "Use a number of working days between 1 and "+number(longTask)+".")
	}
	if e.Help.Title, err = optional("help_title", e.Help.Title, longTitle); err != nil {
		return err
	}
	if e.Help.URL != "" {
		e.Help.URL, err = webAddress("help_url", e.Help.URL)
	}
	return err
}

// checkWaits faults unless what t waits for exists and none of it waits for t.
func (p *Plan) checkWaits(t Task) error {
	for _, id := range t.WaitsFor {
		if p.place(id) < 0 {
			return fault.Field("waits_for", "One of the tasks it waits for is gone. Load it again.")
		}
	}
	tasks := slices.Clone(p.Tasks)
	if i := p.place(t.ID); i >= 0 {
		tasks[i] = t
	} else {
		tasks = append(tasks, t)
	}
	return checkCycle(tasks)
}

// errCondition is what whoever would do without a condition of a gate is told.
var errCondition = fault.Field("waits_for", "A gate keeps what it waits for. Where a task is not needed, say so on the task, and why.")

// keepsConditions faults when t is a gate and waits for less than before: a
// condition ends by a reason that everybody can read, not by an edit.
func (p *Plan) keepsConditions(t Task) error {
	was, _ := p.Task(t.ID)
	dropped := slices.ContainsFunc(was.WaitsFor, func(id TaskID) bool { return !slices.Contains(t.WaitsFor, id) })
	if t.Gate != "" && dropped {
		return errCondition
	}
	return nil
}

// guards reports whether a gate waits for the task with an id.
func (p *Plan) guards(id TaskID) bool {
	return slices.ContainsFunc(p.Blocks(id), func(id TaskID) bool {
		t, _ := p.Task(id)
		return t.Gate != ""
	})
}

const maxURL = 2000

// webAddress returns an address that a browser can open: http or https, with a host.
func webAddress(field, text string) (string, error) {
	text, err := optional(field, text, maxURL)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", fault.Field(field, "Write a whole address, such as https://wiki.example.com/page.")
	}
	return u.String(), nil
}

// list joins words: "title, why and days".
func list(words []string) string {
	out := words[0]
	for i, w := range words[1:] {
		if i == len(words)-2 {
			out += " and " + w
			continue
		}
		out += ", " + w
	}
	return out
}
