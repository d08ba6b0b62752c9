package comms

import (
	"strings"

	"groundswell/internal/identity"
)

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

	// Unjudged: the audience asks how far people got, and no day is complete yet by which
	// that could be told. It reaches nobody.
	Unjudged bool
}

// Addresses returns whom r reaches, folded and ascending, as an approval keeps them.
func (r Reach) Addresses() []string {
	out := make([]string, len(r.To))
	for i, to := range r.To {
		out[i] = fold(to.Email)
	}
	return out
}

// Left counts who is left out, by reason.
func (r Reach) Left() map[Reason]int {
	out := map[Reason]int{}
	for _, e := range r.Out {
		out[e.Why]++
	}
	return out
}

// Shift is how an audience changed since an approval.
type Shift struct {
	Joined []Recipient
	Gone   []Excluded // Why is "" for those who are simply in it no longer
}

// Any reports whether anybody joined or left.
func (s Shift) Any() bool { return len(s.Joined)+len(s.Gone) > 0 }

// Since compares whom r reaches with whom a version would have reached when it was
// approved. Of those who are gone only the address is known.
func (r Reach) Since(a Approval) Shift {
	then := make(map[string]bool, len(a.Addresses))
	for _, address := range a.Addresses {
		then[address] = true
	}
	var out Shift
	now := make(map[string]bool, len(r.To))
	for _, to := range r.To {
		now[fold(to.Email)] = true
		if !then[fold(to.Email)] {
			out.Joined = append(out.Joined, to)
		}
	}
	why := make(map[string]Excluded, len(r.Out))
	for _, e := range r.Out {
		why[fold(e.Email)] = e
	}
	for _, address := range a.Addresses {
		if now[address] {
			continue
		}
		gone, known := why[address]
		if !known {
			gone = Excluded{Recipient: Recipient{Email: address}}
		}
		out.Gone = append(out.Gone, gone)
	}
	return out
}

// fold writes an address as addresses are compared.
func fold(address string) string { return strings.ToLower(address) }
