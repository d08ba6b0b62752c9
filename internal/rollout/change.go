package rollout

import (
	"slices"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Change is what a rule decided about the plan. It is kept whole or not at all.
// Tasks and waves that do not exist yet have negative ids; whatever names them
// gets the real ones.
type Change struct {
	Tasks     []Task // as they are to be; kept only while Version is still theirs
	New       []Task // in any order; their WaitsFor may name each other
	Removed   []TaskID
	Passed    map[TaskID]day.Date // gates among the new ones that were passed before there was a plan
	Positions map[TaskID]int      // of tasks that are otherwise left as they are

	Rollout  *Rollout // started, or its answers changed; kept only while Version is still theirs
	Roles    []Role   // all of them, where any changed
	Launches []Launch // waves that open on another day, or that are new
	Phases   []adoption.PhaseStart

	Attested      []Attestation
	Proofs        []NewProof
	RemovedProofs []int64

	Activities []TaskActivity
	Events     []TaskEvent
}

// NewProof is a proof with the bytes of its file.
type NewProof struct {
	Proof
	Body []byte
}

// TaskActivity is an activity and the task it belongs to.
type TaskActivity struct {
	Task TaskID
	Activity
}

// TaskEvent is what the audit log keeps of a change: of a task, or of the whole
// rollout when Task is 0. Detail holds ids and values, no names.
type TaskEvent struct {
	Task   TaskID
	Action string // "task.state"
	Detail map[string]string
}

// Empty reports whether nothing is to be kept.
func (c *Change) Empty() bool {
	return len(c.Tasks)+len(c.New)+len(c.Removed)+len(c.Positions)+len(c.Roles)+len(c.Launches)+len(c.Phases) == 0 &&
		len(c.Attested)+len(c.Proofs)+len(c.RemovedProofs)+len(c.Activities)+len(c.Events) == 0 && c.Rollout == nil
}

// put keeps t as it is now, in place of what was put before.
func (c *Change) put(t Task) {
	i := slices.IndexFunc(c.Tasks, func(o Task) bool { return o.ID == t.ID })
	if i >= 0 {
		c.Tasks[i] = t
		return
	}
	c.Tasks = append(c.Tasks, t)
}

// tell adds a line to the activity of a task.
func (c *Change) tell(a acting, id TaskID, kind, say string) {
	c.Activities = append(c.Activities, TaskActivity{Task: id, Activity: Activity{At: a.now, By: a.by.Name, Kind: kind, Say: say}})
}

// record adds an entry to the audit log; details are key, value and so on.
func (c *Change) record(id TaskID, action string, details ...string) {
	e := TaskEvent{Task: id, Action: action, Detail: map[string]string{}}
	for i := 0; i+1 < len(details); i += 2 {
		e.Detail[details[i]] = details[i+1]
	}
	c.Events = append(c.Events, e)
}

// note tells of a change of a task in both.
func (c *Change) note(a acting, id TaskID, kind, say string, details ...string) {
	c.tell(a, id, kind, say)
	c.record(id, "task."+kind, details...)
}

var errChanged = fault.New(fault.Conflict, "Somebody else changed this task meanwhile. Nothing was changed by you.")

var errNoTask = fault.New(fault.NotFound, "There is no such task.")

var errNotStarted = fault.New(fault.NotFound, "No rollout has been started yet.")
