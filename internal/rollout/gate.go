package rollout

import (
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// GateKind is what a gate stands in front of.
type GateKind string

// The gates there are.
const (
	GateArchitecture GateKind = "architecture"  // the organization's architecture
	GateSSO          GateKind = "enforce_sso"   // sign-in through the identity provider only
	GateRoles        GateKind = "enforce_roles" // members get what their roles say, and nothing else
	GateWave         GateKind = "open_wave"     // a wave opens
)

// GateState is how a gate stands.
type GateState string

// The states of a gate.
const (
	GateLocked GateState = "locked"
	GateOpen   GateState = "open"   // a go-ahead of 24 hours
	GatePassed GateState = "passed" // a person recorded that it was done
)

// GateOpenFor is how long a go-ahead lasts, and how old a dry run or a snapshot may be.
const GateOpenFor = 24 * time.Hour

// Approval is one approver's yes.
type Approval struct {
	By identity.AccountID
	Person
	At   time.Time
	Void bool // their account may not approve any more: it counts for nothing that is not passed yet
}

// Override is a gate opened although conditions failed. It is shown for ever.
type Override struct {
	Person
	At     time.Time
	Reason string
	Failed []string // titles of the conditions that did not hold
}

// Gate stands in front of a step that cannot be undone. The product never does
// the step: it gives a go-ahead, records that a person did it, and watches.
type Gate struct {
	ID        int64
	Kind      GateKind
	Wave      int    // of GateWave; 0 otherwise
	Task      TaskID // its row in the plan
	Approvals []Approval
	OpenedAt  time.Time // zero while it never was
	Override  *Override // the latest; every one stays in the history
	PassedAt  time.Time // when a person recorded it; zero while nobody did
	PassedOn  day.Date  // the day they did it
	PassedBy  Person
	Alarms    []Alarm // newest first
	Version   int

	events []GateEvent // what was done to it since it was read
}

// State returns how the gate stands by the clock alone: a go-ahead lasts
// [GateOpenFor]. Whether its conditions still hold is for [Gate.Effective] to say.
func (g Gate) State(now time.Time) GateState {
	switch {
	case !g.PassedAt.IsZero():
		return GatePassed
	case !g.OpenedAt.IsZero() && now.Before(g.OpenedAt.Add(GateOpenFor)):
		return GateOpen
	}
	return GateLocked
}

// InForce reports whether the step had been taken before there was a plan: nobody
// was asked.
func (g Gate) InForce() bool {
	return !g.PassedAt.IsZero() && g.Override == nil && len(g.Approvals) == 0
}

// AlarmKind is what went wrong after a gate was passed.
type AlarmKind string

// The alarms there are.
const (
	AlarmSignIns AlarmKind = "sign_ins" // far fewer people sign in, or nobody
	AlarmLost    AlarmKind = "lost"     // people who used Cowork may not any more
	AlarmStopped AlarmKind = "stopped"  // people who used Cowork do not any more
	AlarmSilence AlarmKind = "silence"  // nobody of the wave signed in
	AlarmChecks  AlarmKind = "checks"   // a check fails after the wave was opened
)

// Alarm says that something went wrong after a gate was passed. There is one of
// each kind until somebody took note of it.
type Alarm struct {
	ID       int64
	Kind     AlarmKind
	On       day.Date // the day it is about: none is raised again for it
	Say      string
	RaisedAt time.Time
	SeenAt   time.Time // when somebody took note; zero while nobody did
	SeenBy   Person
}

// Condition is one thing that must hold before a gate opens.
type Condition struct {
	Title string
	Say   string // what holds or fails, with its number and age
	Met   bool
	URL   string // the page that fixes it
	Task  TaskID // 0 when it is no task

	// Changed is when it last failed or was decided anew: approvals and a go-ahead
	// from before that no longer count. Zero when it never did.
	Changed time.Time
}

// stands reports whether c holds and has held ever since.
func (c Condition) stands(since time.Time) bool { return c.Met && !c.Changed.After(since) }

// DryRun is what the latest dry run of enforcement found.
type DryRun struct {
	ID       int64
	At       time.Time
	AsOf     time.Time // when the oldest source it needed was read; zero when one never was
	Complete bool      // everything it needed was there
	Members  int
	Surprise int // people who would lose Cowork by surprise
}

// AccessCopy is a snapshot of members, groups, roles and limits: what there is to go back to.
type AccessCopy struct {
	ID                             int64
	At                             time.Time
	Members, Groups, Roles, Limits int
}

// GateBasis is what conditions rest on beside the plan, as of the same moment.
type GateBasis struct {
	Run       *DryRun                // nil: none was ever made
	UncleanAt time.Time              // of the latest dry run that was not clean; zero when there is none
	Copy      *AccessCopy            // nil: none was ever taken
	Failed    map[CheckRef]time.Time // when a check was last seen not to hold
	Touched   map[TaskID]time.Time   // when the state of a task that a gate waits for last changed
}

// GateEvent is something that was done to a gate.
type GateEvent struct {
	Action string // of the audit log: "gate.opened"
	Say    string // for those who may read the plan
	Detail map[string]string
}

// GateHistory is what was ever done to a gate.
type GateHistory struct {
	Activity  []Activity // of its task, newest first
	Overrides []Override // newest first
}
