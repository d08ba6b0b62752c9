package access

import (
	"strings"
	"time"

	"groundswell/internal/day"
)

// Directory is who is in which groups and what the groups' roles grant, at one
// moment: everything a dry run of enforcement reads.
type Directory struct {
	AsOf        time.Time // when the source read longest ago was read; zero while one never was
	Through     day.Date  // last day whose activity is known; None before the first
	Missing     []string  // what is not there to judge by, a sentence each
	People      []Person  // listed members, ascending by ordinal
	Groups      []Group
	Roles       []Role
	Permissions []Permission
	Departments []Place
	Waves       []Place
}

// Person is a listed member: their role in the organization, their place in the
// rollout and the groups they are in.
type Person struct {
	Member     int32    // ordinal
	Role       string   // of the organization; see [Bound]
	Department int32    // id; 0 is none
	Wave       int32    // id; 0 is none
	Groups     []int32  // places in [Directory.Groups], ascending
	LastActive day.Date // in Cowork; None: never
}

// Place is a department or a wave.
type Place struct {
	ID    int32    `json:"id"`
	Name  string   `json:"name"`
	Opens day.Date `json:"-"` // of a wave; None while nobody has said
}

// Bound reports whether enforcement makes custom roles decide what a member with
// an organization role may do. It moves those with the role user to managed;
// owners and administrators keep what their role gives, and so do roles that
// nobody has explained yet.
func Bound(role string) bool { return role == "user" || role == "managed" }

// knownRole reports whether it is known what an organization role gives.
func knownRole(role string) bool {
	switch role {
	case "user", "managed", "owner", "primary_owner", "membership_admin":
		return true
	}
	return false
}

// Grant is what roles give of the two features that a rollout is about.
type Grant struct{ Cowork, Chat bool }

// Or returns what either gives: roles add up.
func (g Grant) Or(o Grant) Grant { return Grant{g.Cowork || o.Cowork, g.Chat || o.Chat} }

// grantOf returns what one permission gives. Blanket grants give both: Cowork
// is generally available.
func grantOf(p Permission) Grant {
	if p.Resource != "organization" {
		return Grant{}
	}
	switch strings.TrimPrefix(p.Action, "capability_") {
	case "cowork":
		return Grant{Cowork: true}
	case "chat":
		return Grant{Chat: true}
	case "access_all", "access_all_ga":
		return Grant{Cowork: true, Chat: true}
	}
	return Grant{}
}

// grants returns what each role of this organization gives. A role of another
// linked organization is not in it and gives nothing here.
func (d *Directory) grants() map[string]Grant {
	listed := make(map[string]Grant, len(d.Roles))
	for _, r := range d.Roles {
		listed[r.ID] = Grant{}
	}
	for _, p := range d.Permissions {
		if g, ok := listed[p.RoleID]; ok {
			listed[p.RoleID] = g.Or(grantOf(p))
		}
	}
	return listed
}

// FromProvider reports whether the identity provider fills the group.
func (g Group) FromProvider() bool { return g.SourceType == "scim" }

// Mapped reports whether the group is known to carry a role.
func (g Group) Mapped() bool { return g.RolesKnown && len(g.RoleIDs) > 0 }

// Bare reports whether the group is known to carry no role.
func (g Group) Bare() bool { return g.RolesKnown && len(g.RoleIDs) == 0 }

// given returns what the roles of each group give, by place; nothing for groups
// whose roles are not known.
func (d *Directory) given() []Grant {
	grants := d.grants()
	out := make([]Grant, len(d.Groups))
	for i, g := range d.Groups {
		if !g.RolesKnown {
			continue
		}
		for _, id := range g.RoleIDs {
			out[i] = out[i].Or(grants[id])
		}
	}
	return out
}

// Expected returns the waves whose people should have Cowork on today: those that
// have opened, and the next one to open.
func Expected(waves []Place, today day.Date) map[int32]bool {
	out := map[int32]bool{}
	next := Place{Opens: day.Never}
	for _, w := range waves {
		switch {
		case !w.Opens.Known():
		case w.Opens <= today:
			out[w.ID] = true
		case w.Opens < next.Opens:
			next = w
		}
	}
	for _, w := range waves {
		if next.ID != 0 && w.Opens == next.Opens {
			out[w.ID] = true
		}
	}
	return out
}
