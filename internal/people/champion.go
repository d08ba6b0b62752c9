package people

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// ChampionID identifies an entry of the register of champions.
type ChampionID int64

// ChampionState says how far an entry of the register has come.
type ChampionState string

// The states of an entry. The last two are final: whoever is asked again gets a new entry.
const (
	ChampionNominated ChampionState = "nominated" // somebody named them; a lead has to decide
	ChampionInvited   ChampionState = "invited"   // a link waits for their answer
	ChampionActive    ChampionState = "active"
	ChampionDeclined  ChampionState = "declined" // they, or a lead, said no
	ChampionEnded     ChampionState = "ended"
)

// ChampionStates returns every state.
func ChampionStates() []ChampionState {
	return []ChampionState{ChampionNominated, ChampionInvited, ChampionActive, ChampionDeclined, ChampionEnded}
}

// Current reports whether an entry in state s is still open: there is one at most for a person in a department.
func (s ChampionState) Current() bool {
	return s == ChampionNominated || s == ChampionInvited || s == ChampionActive
}

// NominatedHow says who may have named a champion.
type NominatedHow string

// The ways to be nominated.
const (
	ByLead    NominatedHow = "lead"
	BySelf    NominatedHow = "self"
	ByManager NominatedHow = "manager"
)

// InvitationHolds is how long the link of an invitation can be answered.
const InvitationHolds = 14 * 24 * time.Hour

// soonDays is how far ahead a planned departure is told of.
const soonDays = 30

// Bounds of what is typed.
const (
	maxWords         = 500
	maxChampionName  = 200
	maxAgreedMinutes = 40 * 60
)

// Terms are what is agreed with a champion.
type Terms struct {
	Since         day.Date // day.None: not one yet, or today
	EarlyAccess   day.Date // the day they get Cowork before their department; day.None: with everybody else
	LeavesOn      day.Date // the last day they are one; day.None: not known
	AgreedMinutes int      // a week; 0: not agreed
}

// NoTerms are those of somebody with whom nothing was agreed yet.
func NoTerms() Terms { return Terms{Since: day.None, EarlyAccess: day.None, LeavesOn: day.None} }

// Champion is an entry of the register: somebody who was named as a champion of
// a department, is one, or was one.
type Champion struct {
	ID         ChampionID
	Email      string
	Name       string // as the roster has it, else as typed, else the member's; "" when nobody knows
	Department int
	State      ChampionState

	How     NominatedHow
	By      identity.AccountID // who named them; 0: the command line
	At      time.Time
	Because string

	Terms
	EndedOn   day.Date // day.None while it goes on
	EndReason string

	InviteHash    []byte // of the secret of the link they accept by; nil without one
	InviteExpires time.Time
	Version       int

	RoleByGroup bool               // a group of the identity provider brings them the role for this department
	Account     identity.AccountID // the account that accepted just now; 0: whichever signs in with the address

	events []ChampionEvent
}

// What happened to an entry.
const (
	DidNominate = "nominated"
	DidInvite   = "invited"
	DidAccept   = "accepted"
	DidDecline  = "declined"
	DidTurnDown = "turned_down"
	DidRegister = "registered"
	DidChange   = "changed"
	DidEnd      = "ended"
)

// ChampionEvent is something that was done to an entry. Words are for people to
// read; Detail is for the audit log, which holds no words.
type ChampionEvent struct {
	By     identity.Actor
	What   string
	Words  string
	Detail map[string]string
}

// Events returns what was done to c since it was read.
func (c *Champion) Events() []ChampionEvent { return c.events }

func (c *Champion) record(by identity.Actor, what, words string, detail map[string]string) {
	c.events = append(c.events, ChampionEvent{by, what, words, detail})
}

// Label is what c goes by: the name, else the address.
func (c *Champion) Label() string {
	if c.Name != "" {
		return c.Name
	}
	return c.Email
}

// Counts reports whether c is a champion on a day: active, and not past the last day.
func (c *Champion) Counts(today day.Date) bool {
	return c.State == ChampionActive && (c.LeavesOn == day.None || today <= c.LeavesOn)
}

// LeavesSoon reports whether c counts today and leaves within 30 days.
func (c *Champion) LeavesSoon(today day.Date) bool {
	return c.Counts(today) && c.LeavesOn != day.None && c.LeavesOn < today+soonDays
}

// Nomination is a wish that somebody become a champion of a department.
type Nomination struct {
	Email, Name string
	Department  int // 0: the one the roster places them in
	Because     string
}

// Standing is what is known of somebody at the time they are named.
type Standing struct {
	Email      string // as the roster writes it, else as given
	Person     PersonID
	Name       string
	Manager    string // the address of their manager; "" when the roster has none
	Placed     int    // the department the roster places them in today; 0 for none
	Department int    // the one they are named for; 0 when there is no such department
	HoldsRole  bool   // somebody with this address holds the role of champion in it
	Current    *Champion
}

// Nominate names somebody on a lead's behalf. Whoever holds the role already is
// active at once. The fault is Conflict when there is an entry already.
func (n Nomination) Nominate(by identity.Actor, st Standing, now time.Time, today day.Date) (Champion, error) {
	c, err := n.entry(by, ByLead, st, now)
	if err != nil {
		return Champion{}, err
	}
	if st.HoldsRole {
		c.State, c.Since = ChampionActive, today
		c.record(by, DidRegister, c.Because, nil)
		return c, nil
	}
	c.record(by, DidNominate, c.Because, nil)
	return c, nil
}

// Offer names the actor, by their own wish.
func (n Nomination) Offer(by identity.Actor, st Standing, now time.Time) (Champion, error) {
	if by.Account == 0 || by.Email == "" || sheet.Fold(by.Email) != sheet.Fold(st.Email) {
		return Champion{}, fault.New(fault.Forbidden, "You can offer yourself only.")
	}
	return n.open(by, BySelf, st, now)
}

// Propose names somebody on their manager's behalf. Whoever is not managed by the
// actor does not exist for them: the fault is NotFound.
func (n Nomination) Propose(by identity.Actor, st Standing, now time.Time) (Champion, error) {
	if by.Account == 0 || by.Email == "" || st.Person == 0 || sheet.Fold(st.Manager) != sheet.Fold(by.Email) {
		return Champion{}, fault.New(fault.NotFound, "You can nominate people whom you manage. Nobody of them has this address.")
	}
	return n.open(by, ByManager, st, now)
}

// open makes a nomination that a lead decides on.
func (n Nomination) open(by identity.Actor, how NominatedHow, st Standing, now time.Time) (Champion, error) {
	c, err := n.entry(by, how, st, now)
	if err != nil {
		return Champion{}, err
	}
	if st.HoldsRole {
		return Champion{}, fault.New(fault.Conflict, subject[how]+" a champion of this department already.")
	}
	c.record(by, DidNominate, c.Because, nil)
	return c, nil
}

// Register enters somebody with whom everything is agreed: they are active at
// once, without a link. An open nomination or invitation becomes the entry.
func (n Nomination) Register(by identity.Actor, st Standing, t Terms, now time.Time, today day.Date) (Champion, error) {
	if err := leadsRegister(by); err != nil {
		return Champion{}, err
	}
	if st.Current != nil && st.Current.State != ChampionActive {
		c := *st.Current
		return c, c.Agree(by, t.over(c.Terms), today)
	}
	c, err := n.entry(by, ByLead, st, now)
	if err != nil {
		return Champion{}, err
	}
	return c, c.Agree(by, t, today)
}

// entry makes the entry of a nomination, or says why there can be none.
func (n Nomination) entry(by identity.Actor, how NominatedHow, st Standing, now time.Time) (Champion, error) {
	if how == ByLead {
		if err := leadsRegister(by); err != nil {
			return Champion{}, err
		}
	}
	email, err := sheet.Address("address", strings.TrimSpace(st.Email))
	name, because := strings.TrimSpace(n.Name), strings.TrimSpace(n.Because)
	switch {
	case err != nil || len(email) > sheet.MaxAddress:
		return Champion{}, fault.Field("email", "Give an email address like tomas@example.com.")
	case st.Department == 0 && n.Department == 0:
		return Champion{}, fault.Field("department", "The roster places them in no department. Choose one.")
	case st.Department == 0:
		return Champion{}, fault.Field("department", "Choose a department.")
	case utf8.RuneCountInString(name) > maxChampionName:
		return Champion{}, fault.Field("name", "Use at most 200 characters.")
	case utf8.RuneCountInString(because) > maxWords:
		return Champion{}, fault.Field("because", "Use at most 500 characters.")
	case st.Current != nil:
		return Champion{}, alreadyThere(*st.Current, how)
	}
	if st.Name != "" {
		name = st.Name
	}
	return Champion{
		Email: email, Name: name, Department: st.Department, State: ChampionNominated, How: how, By: by.Account, At: now,
		Because: because, Terms: NoTerms(), EndedOn: day.None,
	}, nil
}

// subject begins a sentence about whom a nomination names.
var subject = map[NominatedHow]string{ByLead: "They are", ByManager: "They are", BySelf: "You are"}

func alreadyThere(c Champion, how NominatedHow) error {
	who := subject[how]
	switch c.State {
	case ChampionActive:
		return fault.New(fault.Conflict, who+" a champion of this department already.")
	case ChampionInvited:
		return fault.New(fault.Conflict, who+" invited already; the answer is still to come.")
	}
	return fault.New(fault.Conflict, who+" nominated already; a rollout lead decides.")
}

func leadsRegister(by identity.Actor) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, "Only rollout leads decide who is a champion.")
	}
	return nil
}

// Agree makes c active: a lead knows that everything is agreed.
func (c *Champion) Agree(by identity.Actor, t Terms, today day.Date) error {
	if err := leadsRegister(by); err != nil {
		return err
	}
	if c.State != ChampionNominated && c.State != ChampionInvited {
		return c.outOfStep()
	}
	if t.Since == day.None {
		t.Since = today
	}
	if err := t.check(c.Terms, today); err != nil {
		return err
	}
	c.State, c.Terms = ChampionActive, t
	c.forgetLink()
	c.record(by, DidRegister, t.words(), t.detail())
	return nil
}

// Invite makes the link of an invitation, in place of an earlier one.
func (c *Champion) Invite(by identity.Actor, hash [sha256.Size]byte, now time.Time) error {
	if err := leadsRegister(by); err != nil {
		return err
	}
	if c.State != ChampionNominated && c.State != ChampionInvited {
		return c.outOfStep()
	}
	again := c.State == ChampionInvited
	c.State, c.InviteHash, c.InviteExpires = ChampionInvited, hash[:], now.Add(InvitationHolds)
	words := ""
	if again {
		words = "A new link; the earlier one no longer works."
	}
	c.record(by, DidInvite, words, nil)
	return nil
}

var errNoInvitation = fault.New(fault.NotFound, "This invitation cannot be answered.")

// Invites reports whether the link of c can be answered by an actor now. Every
// reason against it is the same fault, so that a link tells nothing to others.
func (c *Champion) Invites(by identity.Actor, now time.Time) error {
	if c.State != ChampionInvited || !now.Before(c.InviteExpires) || by.Account == 0 || by.Email == "" ||
		sheet.Fold(by.Email) != sheet.Fold(c.Email) {
		return errNoInvitation
	}
	return nil
}

// Accept makes the actor, whom the invitation is for, a champion from today on.
func (c *Champion) Accept(by identity.Actor, now time.Time, today day.Date) error {
	if err := c.Invites(by, now); err != nil {
		return err
	}
	c.State, c.Since, c.Account = ChampionActive, today, by.Account
	c.forgetLink()
	c.record(by, DidAccept, "", nil)
	return nil
}

// Decline ends the invitation by the wish of whom it is for.
func (c *Champion) Decline(by identity.Actor, now time.Time) error {
	if err := c.Invites(by, now); err != nil {
		return err
	}
	c.State = ChampionDeclined
	c.forgetLink()
	c.record(by, DidDecline, "", nil)
	return nil
}

// TurnDown ends a nomination or takes an invitation back.
func (c *Champion) TurnDown(by identity.Actor, because string) error {
	if err := leadsRegister(by); err != nil {
		return err
	}
	if c.State != ChampionNominated && c.State != ChampionInvited {
		return c.outOfStep()
	}
	because, err := someWords("because", because)
	if err != nil {
		return err
	}
	c.State = ChampionDeclined
	c.forgetLink()
	c.record(by, DidTurnDown, because, nil)
	return nil
}

// Change sets what is agreed. Since stays as it is. What is set already changes nothing.
func (c *Champion) Change(by identity.Actor, t Terms, today day.Date) error {
	if err := leadsRegister(by); err != nil {
		return err
	}
	if !c.State.Current() {
		return c.outOfStep()
	}
	t.Since = c.Since
	if t == c.Terms {
		return nil
	}
	if err := t.check(c.Terms, today); err != nil {
		return err
	}
	words := changedTerms(c.Terms, t)
	c.Terms = t
	c.record(by, DidChange, words, t.detail())
	return nil
}

// End ends the time of an active champion today.
func (c *Champion) End(by identity.Actor, reason string, today day.Date) error {
	if err := leadsRegister(by); err != nil {
		return err
	}
	if c.State != ChampionActive {
		return c.outOfStep()
	}
	reason, err := someWords("reason", reason)
	if err != nil {
		return err
	}
	if reason == "" {
		return fault.Field("reason", "Say why, in a few words: the history keeps it.")
	}
	c.State, c.EndReason, c.EndedOn = ChampionEnded, reason, max(today, c.Since)
	c.record(by, DidEnd, reason, nil)
	return nil
}

func someWords(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxWords {
		return "", fault.Field(field, "Use at most 500 characters.")
	}
	return text, nil
}

func (c *Champion) forgetLink() { c.InviteHash, c.InviteExpires = nil, time.Time{} }

// outOfStep is the fault of a step that the state of c does not allow.
func (c *Champion) outOfStep() error {
	return fault.New(fault.Conflict, map[ChampionState]string{
		ChampionNominated: "They are nominated, and no more than that so far.",
		ChampionInvited:   "They are invited, and have not answered yet.",
		ChampionActive:    "They are a champion already.",
		ChampionDeclined:  "The answer was no. Nominate them anew to ask again.",
		ChampionEnded:     "Their time as a champion is over. Nominate them anew to begin another.",
	}[c.State])
}

// byLabel sorts champions for reading.
func byLabel(list []*Champion) {
	slices.SortFunc(list, func(a, b *Champion) int { return strings.Compare(sheet.Fold(a.Label()), sheet.Fold(b.Label())) })
}
