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
	At time.Time
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
}

// State returns how the gate stands: a go-ahead lasts [GateOpenFor].
func (g Gate) State(now time.Time) GateState {
	switch {
	case !g.PassedAt.IsZero():
		return GatePassed
	case !g.OpenedAt.IsZero() && now.Before(g.OpenedAt.Add(GateOpenFor)):
		return GateOpen
	}
	return GateLocked
}

// Alarm says that something went wrong after a gate was passed.
type Alarm struct {
	ID       int64
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
}
