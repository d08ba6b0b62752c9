package rollout

import (
	"slices"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// TaskID identifies a task.
type TaskID int64

// State is what became of a task, as kept. Whether an open one waits for others
// follows from the plan; see [Plan.Shown].
type State string

// The states that are kept.
const (
	Open      State = "open"
	Doing     State = "doing"
	Done      State = "done"
	Reopened  State = "reopened" // was done, and a signal or a person said otherwise
	NotNeeded State = "not_needed"
)

// The states that only show: what an open task is, by what it waits for.
const (
	Waiting State = "waiting"
	Ready   State = "ready"
)

// Valid reports whether s is a state that can be kept.
func (s State) Valid() bool {
	return slices.Contains([]State{Open, Doing, Done, Reopened, NotNeeded}, s)
}

// Settled reports whether nothing is left to do.
func (s State) Settled() bool { return s == Done || s == NotNeeded }

// Scope is how often a step of the playbook is done.
type Scope string

// The scopes.
const (
	PerOrganization Scope = "organization"
	PerWave         Scope = "wave"
	PerDepartment   Scope = "department"
)

// EvidenceKind is what counts as proof that a task is done.
type EvidenceKind string

// The kinds of evidence.
const (
	ByCheck       EvidenceKind = "check"       // a signal, run again after every sync
	ByAttestation EvidenceKind = "attestation" // a person's word, until a day
	ByProof       EvidenceKind = "proof"       // a link or a file
)

// Evidence is what a task asks for.
type Evidence struct {
	Kind      EvidenceKind
	Check     CheckKey // of ByCheck
	HoldsDays int      // of ByAttestation: how long a word holds; 0 is for good
}

// Help points to the vendor's own words.
type Help struct{ Title, URL string }

// Task is a piece of work with an owner, a day and a proof.
type Task struct {
	ID         TaskID
	Key        string         // of the playbook's step; "" for a task of one's own
	Scope      Scope          // what it is done once for
	Wave       int            // of PerWave; 0 otherwise
	Department int            // of PerDepartment; 0 otherwise
	Phase      adoption.Phase // of four
	Section    string         // within the phase
	Position   int            // within the section, ascending
	Title      string
	Why        string
	DoneWhen   string
	Role       string   // key of the role that owns it
	Owner      Person   // not named: whoever holds the role
	Due        day.Date // day.None: no date, because its wave has none
	DueSet     bool     // by hand: moving a launch leaves it
	Offset     int      // days from the launch it is planned against; negative is before
	Days       int      // working days it takes, for the timeline; at least 1
	State      State
	Reason     string // why it is not needed, or what reopened it
	Gate       GateKind
	GateChecks []CheckKey // of a gate: what must hold beside the tasks it waits for
	NoUndo     bool
	Evidence   Evidence
	Checklist  string // heading on the readiness page; "" when it is not on it
	Help       Help
	Guidance   day.Date // when the guidance was written
	WaitsFor   []TaskID
	DoneAt     time.Time
	DoneBy     string   // a name, or "Signal"
	Edited     []string // fields that differ from the playbook because somebody changed them
	Version    int      // counts changes, for optimistic locking
}

// Own reports whether somebody added the task: no step of the playbook asks for it.
func (t Task) Own() bool { return t.Key == "" }

// Attestation is a person's word that a task is done.
type Attestation struct {
	Task    TaskID
	By      Person
	At      time.Time
	HoldsTo day.Date // day.Never: for good
	Words   string
}

// ProofKind is what a proof is.
type ProofKind string

// The kinds of proofs.
const (
	LinkProof ProofKind = "link"
	FileProof ProofKind = "file"
)

// Proof is a link or a small file that shows a task was done.
type Proof struct {
	ID        int64
	Task      TaskID
	Kind      ProofKind
	Name      string // of the file, or the link's words
	URL       string // of LinkProof
	MediaType string // of FileProof
	Size      int64
	At        time.Time
	By        Person
}

// Activity is something that happened to a task.
type Activity struct {
	At   time.Time
	By   string // a name, "Signal", or "" for the program
	Kind string // created, state, owner, due, note, proof, attested, edited, split, reopened, gate
	Say  string // one sentence, for those who may read the task
}
