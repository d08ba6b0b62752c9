package rollout

import (
	"slices"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/people"
)

// Architecture is how the organization is set up at the vendor. It shapes every
// later step and is hard to change.
type Architecture string

// The architectures there are.
const (
	SingleOrganization Architecture = "single"          // one organization, groups and roles divide it
	ParentAndChildren  Architecture = "parent_children" // one identity provider, data kept apart
	SeveralParents     Architecture = "several_parents" // several identity providers
)

// Architectures returns every architecture.
func Architectures() []Architecture {
	return []Architecture{SingleOrganization, ParentAndChildren, SeveralParents}
}

// Valid reports whether a is an architecture.
func (a Architecture) Valid() bool { return slices.Contains(Architectures(), a) }

// Install is how the desktop app reaches people's machines.
type Install string

// The ways to install.
const (
	InstallManaged Install = "managed" // pushed by the device manager
	InstallSelf    Install = "self"    // people install it themselves
)

// Valid reports whether i is a way to install.
func (i Install) Valid() bool { return i == InstallManaged || i == InstallSelf }

// Person is somebody who owns, approves or decides, by address. Email is "" where
// nobody is named yet.
type Person struct{ Name, Email string }

// Named reports whether somebody is named.
func (p Person) Named() bool { return p.Email != "" }

// Role is a part somebody plays in the rollout: "idp_admin". Tasks are owned by
// roles until a person takes them.
type Role struct {
	Key, Name string
	Holder    Person // not named: nobody holds it yet
}

// Rollout is what was answered when the rollout was started.
type Rollout struct {
	Organization       string
	Playbook           string // key of the playbook the plan was made from
	PlaybookVersion    string
	Architecture       Architecture
	ArchitectureReason string
	ArchitectureBy     Person
	ArchitectureAt     time.Time
	Install            Install
	TimeZone           string // IANA name; days begin and end there
	Calendar           Calendar
	StartedAt          time.Time
	Version            int // counts changes of these answers, for optimistic locking
}

// Plan is the whole rollout as of one moment: what pages and rules read. It is
// shared between readers and never changed.
type Plan struct {
	Revision    int64 // counts changes of anything in the plan
	Rollout     Rollout
	Roles       []Role
	Waves       []people.Wave // in the order they open; those without a day last
	Departments []people.Department
	Phases      []adoption.PhaseStart
	Tasks       []Task // by phase, section, position
	Results     map[CheckRef]Result
	Attested    map[TaskID]Attestation // the latest of each task
	Proofs      map[TaskID][]Proof     // without their bytes, newest first
	Gates       []Gate
	Basis       GateBasis         // what conditions of gates rest on beside the plan
	Readiness   map[int]Readiness // by wave

	at     map[TaskID]int      // places in Tasks; see Arrange
	blocks map[TaskID][]TaskID // who waits for a task
}

// Started reports whether there is a plan yet.
func (p *Plan) Started() bool { return p != nil && !p.Rollout.StartedAt.IsZero() }

// Task returns the task with an id, false when there is none.
func (p *Plan) Task(id TaskID) (Task, bool) {
	i := p.place(id)
	if i < 0 {
		return Task{}, false
	}
	return p.Tasks[i], true
}

// Wave returns the wave with an id, false when there is none.
func (p *Plan) Wave(id int) (people.Wave, bool) {
	i := slices.IndexFunc(p.Waves, func(w people.Wave) bool { return w.ID == id })
	if i < 0 {
		return people.Wave{}, false
	}
	return p.Waves[i], true
}

// NextWave returns the first wave that opens on today or later, false when none has such a day.
func (p *Plan) NextWave(today day.Date) (people.Wave, bool) {
	for _, w := range p.Waves {
		if w.OpensOn != nil && *w.OpensOn >= today {
			return w, true
		}
	}
	return people.Wave{}, false
}

// Owner returns who a task waits on: the person it was given to, else whoever
// holds its role. Nobody is named while the role is not filled.
func (p *Plan) Owner(t Task) Person {
	if t.Owner.Named() {
		return t.Owner
	}
	for _, r := range p.Roles {
		if r.Key == t.Role {
			return r.Holder
		}
	}
	return Person{}
}
