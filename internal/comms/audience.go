package comms

import "groundswell/internal/identity"

// Who is the kind of people an audience is taken from.
type Who string

// The kinds.
const (
	WhoPeople    Who = "people"    // of the roster, and members who are not on it
	WhoChampions Who = "champions" // of the register
	WhoRoles     Who = "roles"     // accounts that hold a role here
)

// Audience is whom a message is for. Within a list any of its entries will do;
// every list that is not empty must be met.
type Audience struct {
	Who         Who             `json:"who"`
	Waves       []int           `json:"waves,omitempty"`
	Departments []int           `json:"departments,omitempty"`
	Groups      []string        `json:"groups,omitempty"` // ids of groups of the organization
	Stages      []PersonStage   `json:"stages,omitempty"` // how far they got; for WhoPeople
	Roles       []identity.Role `json:"roles,omitempty"`  // for WhoRoles
}

// PersonStage is how far somebody got, by the last complete day. The words are those of
// the funnel, and of those who have no account.
type PersonStage string

// The stages of a person.
const (
	StageInvited   PersonStage = "no_account"
	StageNone      PersonStage = "not_signed_in"
	StageSignedIn  PersonStage = "signed_in" // has access, has not delegated a task
	StageDelegated PersonStage = "delegated"
	StageHabitual  PersonStage = "habitual"
)

// PersonStages returns every stage of a person, in order.
func PersonStages() []PersonStage {
	return []PersonStage{StageInvited, StageNone, StageSignedIn, StageDelegated, StageHabitual}
}

// Recipient is somebody a message reaches.
type Recipient struct {
	Email string
	Name  string // "" when nobody has said it
}

// Reason is why somebody of an audience is left out.
type Reason string

// The reasons.
const (
	LeftOptedOut  Reason = "opted_out"
	LeftGone      Reason = "left"       // was a member and is none any more
	LeftBounced   Reason = "bounced"    // mail to the address came back
	LeftNoAddress Reason = "no_address" // or one that no mail can be sent to
)

// Reasons returns every reason, in the order they are told.
func Reasons() []Reason { return []Reason{LeftOptedOut, LeftGone, LeftBounced, LeftNoAddress} }

// Excluded is somebody of an audience who is left out.
type Excluded struct {
	Recipient
	Why Reason
}

// Reach is an audience as it is at one moment: by address, folded, ascending. Nobody is twice in it.
type Reach struct {
	To  []Recipient
	Out []Excluded
}
