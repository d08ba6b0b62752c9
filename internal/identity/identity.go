// Package identity says who is acting and what their role may do. It holds
// roles, actors and the table of permissions; it knows no HTTP and no SQL.
package identity

// Role is what a person or a token may do here.
type Role string

// The roles, by what they are for.
const (
	Lead      Role = "lead"      // runs the rollout: everything
	Owner     Role = "owner"     // owns tasks and proves them
	Champion  Role = "champion"  // helps the people of their departments
	Executive Role = "executive" // reads aggregates, never people
	Auditor   Role = "auditor"   // reads everything but secrets
)

// Roles returns every role.
func Roles() []Role { return []Role{Lead, Owner, Champion, Executive, Auditor} }

// Valid reports whether r is a role.
func (r Role) Valid() bool {
	switch r {
	case Lead, Owner, Champion, Executive, Auditor:
		return true
	}
	return false
}

// AccountID identifies an account: a person who can sign in.
type AccountID int64

// Actor is whoever is asking: a signed-in person or an API token. The zero
// Actor is nobody and may do nothing.
type Actor struct {
	Account     AccountID // 0 for a token
	Token       int64     // 0 for a person
	Name, Email string
	Roles       []Role
	Departments []string // slugs a champion works in
}

// Has reports whether a holds role r.
func (a Actor) Has(r Role) bool {
	for _, have := range a.Roles {
		if have == r {
			return true
		}
	}
	return false
}

// HasAny reports whether a holds one of the roles.
func (a Actor) HasAny(roles ...Role) bool {
	for _, r := range roles {
		if a.Has(r) {
			return true
		}
	}
	return false
}

// SeesSmallGroups reports whether a may see figures of fewer people than min_cohort_size.
func (a Actor) SeesSmallGroups() bool { return a.HasAny(Lead, Auditor) }

// Subject names a in the audit log and in counts: "account/12", "token/3", "" for nobody.
func (a Actor) Subject() string {
	switch {
	case a.Account != 0:
		return accountSubject(a.Account)
	case a.Token != 0:
		return tokenSubject(a.Token)
	}
	return ""
}

// PeopleScope says whose names and placements an actor may read. Only this room
// makes one that sees anybody; the zero PeopleScope sees nobody.
type PeopleScope struct {
	all         bool
	departments []string
}

// PeopleScope returns what a may read of people: leads and auditors everyone,
// champions the people of their own departments, others nobody.
func (a Actor) PeopleScope() PeopleScope {
	switch {
	case a.HasAny(Lead, Auditor):
		return PeopleScope{all: true}
	case a.Has(Champion):
		return PeopleScope{departments: a.Departments}
	}
	return PeopleScope{}
}

// Everyone reports whether the scope sees everybody.
func (s PeopleScope) Everyone() bool { return s.all }

// Departments returns the slugs of the departments the scope sees, when not everyone.
func (s PeopleScope) Departments() []string { return s.departments }
