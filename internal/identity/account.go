package identity

import (
	"slices"
	"strings"
	"time"

	"groundswell/internal/fault"
)

// Origin says where a grant comes from, and thereby who can take it back.
type Origin string

// The origins of a grant.
const (
	FromPerson  Origin = "person"  // a lead, or the command line
	FromGroup   Origin = "group"   // the provider's groups at the last sign-in
	FromSetting Origin = "setting" // GROUNDSWELL_ADMINS
)

// Grant is a role an account holds. Department is set for champions only.
type Grant struct {
	Role       Role
	Department string
	Origin     Origin
}

// check says what is wrong with g, nil when it can be given.
func (g Grant) check() error {
	switch {
	case !g.Role.Valid():
		return fault.Field("role", "Choose a role: lead, owner, champion, executive or auditor.")
	case g.Role == Champion && g.Department == "":
		return fault.Field("department", "A champion works in a department. Name it.")
	case g.Role != Champion && g.Department != "":
		return fault.Field("department", "Only champions belong to a department. Leave it empty.")
	case len(g.Department) > maxName:
		return fault.Field("department", "Use at most 200 characters.")
	}
	return nil
}

const maxName = 200

// Account is a person who can sign in, known by the provider's issuer and
// subject. Without a subject it is expected: somebody was given a role before
// their first sign-in.
type Account struct {
	ID              AccountID
	Issuer, Subject string
	Email, Name     string
	Grants          []Grant
	CreatedAt       time.Time
	SignedInAt      *time.Time // nil before the first sign-in
	DeactivatedAt   *time.Time // nil while active
	Version         int        // of roles and state; a change names the one it was made on
	Sessions        int        // live ones, where the list was asked for

	events []Event
}

// Expected reports whether a has never signed in.
func (a *Account) Expected() bool { return a.Subject == "" }

// Active reports whether a may sign in.
func (a *Account) Active() bool { return a.DeactivatedAt == nil }

// Holds reports whether a has role r from anywhere.
func (a *Account) Holds(r Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == r })
}

// Label is the name a person goes by: name, else email, else a number.
func (a *Account) Label() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// Actor returns a as the one who is asking. A deactivated account is nobody.
func (a *Account) Actor() Actor {
	if !a.Active() {
		return Actor{}
	}
	act := Actor{Account: a.ID, Name: a.Label(), Email: a.Email}
	for _, g := range a.Grants {
		if !act.Has(g.Role) {
			act.Roles = append(act.Roles, g.Role)
		}
		if g.Role == Champion && !slices.Contains(act.Departments, g.Department) {
			act.Departments = append(act.Departments, g.Department)
		}
	}
	return act
}

// Events returns what was done to a since it was read, for the audit log.
func (a *Account) Events() []Event { return a.events }

func (a *Account) record(by Actor, action string, detail map[string]string) {
	a.events = append(a.events, Event{By: by, Action: action, Subject: accountSubject(a.ID), Detail: detail})
}

// Give grants g to a. Giving what is there already changes nothing.
func (a *Account) Give(by Actor, g Grant) error {
	if err := mustLead(by); err != nil {
		return err
	}
	if err := g.check(); err != nil {
		return err
	}
	g.Origin = FromPerson
	if slices.Contains(a.Grants, g) {
		return nil
	}
	a.Grants = append(a.Grants, g)
	a.record(by, "role.granted", g.detail())
	return nil
}

// Take revokes g from a, whichever origin it names. otherLeads is how many other active leads there are.
func (a *Account) Take(by Actor, g Grant, otherLeads int) error {
	if err := mustLead(by); err != nil {
		return err
	}
	if g.Origin == FromGroup {
		return fault.New(fault.Invalid, "This role comes from a group of your identity provider. Change the group, or the mapping below.")
	}
	at := slices.Index(a.Grants, g)
	if at < 0 {
		return fault.New(fault.Conflict, "This role was already revoked. Load the page again.")
	}
	left := slices.Delete(slices.Clone(a.Grants), at, at+1)
	if lastLead(a, left, otherLeads) {
		return errLastLead
	}
	a.Grants = left
	a.record(by, "role.revoked", g.detail())
	return nil
}

// BecomeChampion gives a the role of champion in a department, as the register of
// champions decided. Holding it from a person already changes nothing.
func (a *Account) BecomeChampion(by Actor, department string) error {
	g := Grant{Role: Champion, Department: department, Origin: FromPerson}
	if err := g.check(); err != nil {
		return err
	}
	if slices.Contains(a.Grants, g) {
		return nil
	}
	a.Grants = append(a.Grants, g)
	a.record(by, "role.granted", g.detail())
	return nil
}

// CeaseChampion takes back the role of champion in a department that people gave a.
// What a group of the identity provider brings stays.
func (a *Account) CeaseChampion(by Actor, department string) {
	g := Grant{Role: Champion, Department: department, Origin: FromPerson}
	at := slices.Index(a.Grants, g)
	if at < 0 {
		return
	}
	a.Grants = slices.Delete(slices.Clone(a.Grants), at, at+1)
	a.record(by, "role.revoked", g.detail())
}

// Deactivate shuts a out: it cannot sign in, and its sessions end.
func (a *Account) Deactivate(by Actor, otherLeads int, now time.Time) error {
	if err := mustLead(by); err != nil {
		return err
	}
	if !a.Active() {
		return nil
	}
	if lastLead(a, nil, otherLeads) {
		return errLastLead
	}
	a.DeactivatedAt = &now
	a.record(by, "account.deactivated", nil)
	return nil
}

// Reactivate lets a sign in again, with the roles it had.
func (a *Account) Reactivate(by Actor) error {
	if err := mustLead(by); err != nil {
		return err
	}
	if a.Active() {
		return nil
	}
	a.DeactivatedAt = nil
	a.record(by, "account.reactivated", nil)
	return nil
}

var errLastLead = fault.New(fault.Conflict, "This is the last rollout lead. Make somebody else a lead first.")

// lastLead reports whether a is the only active lead and would not be one with these grants.
func lastLead(a *Account, left []Grant, otherLeads int) bool {
	isLead := func(g Grant) bool { return g.Role == Lead }
	return otherLeads == 0 && a.Active() && a.Holds(Lead) && !slices.ContainsFunc(left, isLead)
}

func mustLead(by Actor) error {
	if !by.Has(Lead) {
		return fault.New(fault.Forbidden, "Only a rollout lead changes who has access.")
	}
	return nil
}

func (g Grant) detail() map[string]string {
	d := map[string]string{"role": string(g.Role), "origin": string(g.Origin)}
	if g.Department != "" {
		d["department"] = g.Department
	}
	return d
}

// Claim is what a provider vouches for after a sign-in that passed every check.
type Claim struct {
	Issuer, Subject string
	Email, Name     string
	EmailVerified   bool     // only a verified email claims a waiting grant or a place in GROUNDSWELL_ADMINS
	Groups          []string // nil when no groups claim is configured or it was absent
	GroupsKnown     bool
	AuthenticatedAt time.Time // when the person last proved who they are
}

// GroupRole is a role that a group of the identity provider brings.
type GroupRole struct {
	Group      string
	Role       Role
	Department string
}

// arrive brings a up to date with the claim of a sign-in.
func (a *Account) arrive(c Claim, admins []string, mapping []GroupRole, now time.Time) error {
	if !a.Active() {
		return fault.New(fault.Forbidden, "This account has been deactivated. Ask a rollout lead to let you in again.")
	}
	first := a.SignedInAt == nil
	a.Issuer, a.Subject, a.Email, a.Name = c.Issuer, c.Subject, clip(c.Email), clip(c.Name)
	a.SignedInAt = &now
	self := Actor{Account: a.ID}
	if first && c.EmailVerified && containsFold(admins, c.Email) && !a.Holds(Lead) {
		g := Grant{Role: Lead, Origin: FromSetting}
		a.Grants = append(a.Grants, g)
		a.record(self, "role.granted", g.detail())
	}
	if c.GroupsKnown {
		a.followGroups(self, c.Groups, mapping)
	}
	return nil
}

// followGroups replaces the grants that come from groups by those the mapping gives now.
func (a *Account) followGroups(self Actor, groups []string, mapping []GroupRole) {
	want := []Grant{}
	for _, m := range mapping {
		g := Grant{Role: m.Role, Department: m.Department, Origin: FromGroup}
		if slices.Contains(groups, m.Group) && !slices.Contains(want, g) {
			want = append(want, g)
		}
	}
	kept := []Grant{}
	for _, g := range a.Grants {
		if g.Origin == FromGroup && !slices.Contains(want, g) {
			a.record(self, "role.revoked", g.detail())
			continue
		}
		kept = append(kept, g)
	}
	for _, g := range want {
		if !slices.Contains(kept, g) {
			kept = append(kept, g)
			a.record(self, "role.granted", g.detail())
		}
	}
	a.Grants = kept
}

func containsFold(list []string, s string) bool {
	return s != "" && slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(strings.TrimSpace(x), s) })
}

func clip(s string) string {
	r := []rune(strings.ToValidUTF8(strings.TrimSpace(s), ""))
	return string(r[:min(len(r), maxName)])
}
