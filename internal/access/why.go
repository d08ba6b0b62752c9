package access

// Why is what one person may do once roles are enforced, group by group and role by role.
type Why struct {
	Role   string // of the organization
	Bound  bool   // custom roles decide; otherwise the organization role does
	Groups []GroupWhy
	Grant  Grant // what all of it adds up to
	Known  bool  // false: the roles of a group are unavailable, so there may be more
}

// Profile is one member with their groups and everything the roles of those say.
type Profile struct {
	Named
	Listed    bool       // false: they are no longer a member
	Directory *Directory // with this person alone
	Limits    []Limited  // what binds them, by period
	Last      View       // the last run with its roll, without a page
}

// GroupWhy is what a group brings somebody.
type GroupWhy struct {
	Group Group
	Roles []RoleWhy
	Grant Grant
}

// RoleWhy is what a role of a group gives.
type RoleWhy struct {
	ID      string
	Name    string   // "" for a role of another linked organization
	Listed  bool     // false: it is of another linked organization and gives nothing here
	Actions []string // on the organization, as the API names them
	Other   int      // permissions on anything else
	Grant   Grant
}

// Explain tells why a person of d has what they have.
func Explain(d *Directory, p Person) Why {
	w := Why{Role: p.Role, Bound: Bound(p.Role), Known: true}
	grants := d.grants()
	for _, place := range p.Groups {
		g := GroupWhy{Group: d.Groups[place]}
		w.Known = w.Known && g.Group.RolesKnown
		if g.Group.RolesKnown {
			for _, id := range g.Group.RoleIDs {
				r := d.role(id)
				r.Grant = grants[id]
				g.Grant = g.Grant.Or(r.Grant)
				g.Roles = append(g.Roles, r)
			}
		}
		w.Grant = w.Grant.Or(g.Grant)
		w.Groups = append(w.Groups, g)
	}
	if !w.Bound {
		w.Grant, w.Known = Grant{Cowork: true, Chat: true}, true
	}
	return w
}

// role returns a role with its permissions.
func (d *Directory) role(id string) RoleWhy {
	out := RoleWhy{ID: id}
	for _, r := range d.Roles {
		if r.ID == id {
			out.Name, out.Listed = r.Name, true
			if r.DisplayName != "" {
				out.Name = r.DisplayName
			}
		}
	}
	for _, p := range d.Permissions {
		switch {
		case p.RoleID != id:
		case p.Resource == "organization":
			out.Actions = append(out.Actions, p.Action)
		default:
			out.Other++
		}
	}
	return out
}
