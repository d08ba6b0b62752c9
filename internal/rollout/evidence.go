package rollout

import (
	"time"

	"groundswell/internal/day"
)

// CheckKey names a check: "seats".
type CheckKey string

// The checks there are. Each is a type of its own; see [Checks].
const (
	CheckSeats       CheckKey = "seats"        // seats cover everyone the roster will provision
	CheckArrivals    CheckKey = "arrivals"     // nobody of the roster silently never arrived
	CheckGroups      CheckKey = "groups"       // a group for every department, direct members only
	CheckGroupRoles  CheckKey = "group_roles"  // every mapped group carries a role
	CheckCoworkRole  CheckKey = "cowork_role"  // a role with Cowork exists
	CheckDryRun      CheckKey = "dry_run"      // enforcement takes Cowork from nobody by surprise
	CheckSpendLimits CheckKey = "spend_limits" // nobody's limit resolves to zero
	CheckMarketplace CheckKey = "marketplace"  // plugins are there to be seen
	CheckConnectors  CheckKey = "connectors"   // connectors are in use
	CheckFirstTask   CheckKey = "first_task"   // one person has completed a real task
	CheckTelemetry   CheckKey = "telemetry"    // events arrive
	CheckChampions   CheckKey = "champions"    // two or three in every department
	CheckTrainings   CheckKey = "trainings"    // dates are published
	CheckSupport     CheckKey = "support"      // channel and escalation path, attested within 30 days
	CheckDevices     CheckKey = "devices"      // the app is on enough of the wave's machines
	CheckMail        CheckKey = "mail"         // mail can be sent
	CheckMessages    CheckKey = "messages"     // those of a launch are owned, approved and, before it, sent
)

// ByWord reports whether a check only looks whether a person's word still holds:
// then that word is the evidence, and no signal.
func (k CheckKey) ByWord() bool { return k == CheckSupport }

// CheckRef names a check of everyone (wave 0) or of one wave.
type CheckRef struct {
	Check CheckKey
	Wave  int
}

// Outcome is what a check found.
type Outcome string

// The outcomes. NoneYet means that there is nothing to judge by, which is neither good nor bad.
const (
	Holds   Outcome = "holds"
	Fails   Outcome = "fails"
	NoneYet Outcome = "none_yet"
)

// Detail is one line behind an outcome: a cause, a department, a group, with how many.
type Detail struct {
	Say   string `json:"say"`
	Count int    `json:"count,omitempty"`
}

// Result is what a check found at a time. Its sentences name no person.
type Result struct {
	CheckRef
	Outcome Outcome
	Say     string    // one sentence with its number
	Short   string    // the chip: "138 short"
	Count   int       // how many people, groups or departments fail; 0 when it holds
	Details []Detail  // causes, largest first
	Source  string    // where the signal comes from: "Members and seats"
	AsOf    time.Time // when that source was last read; zero when never
	Since   time.Time // since when the check says this, word for word
	RanAt   time.Time // when it was last run
	Member  int32     // who it is about, for leads; -1 for nobody
}

// Standing is how good the evidence of a task is, as people see it.
type Standing string

// The standings, as the design names them.
const (
	StandsVerified Standing = "verified"
	StandsAttested Standing = "attested"
	StandsStale    Standing = "stale"
	StandsFailing  Standing = "failing"
	StandsNoneYet  Standing = "none_yet"
)

// staleAfter is how old a source may be before what it says is no longer taken as live.
const staleAfter = 36 * time.Hour

// Evidenced is the evidence of one task: its standing and the words beside it.
type Evidenced struct {
	Standing Standing
	Short    string    // the chip
	Say      string    // the sentence
	Source   string    // who or what says so
	At       time.Time // when; zero when nobody ever did
	HoldsTo  day.Date  // of a person's word; day.Never for good
}
