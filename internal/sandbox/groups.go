package sandbox

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

type group struct {
	id, name, source string
	roles            []string // ids
	rolesUnknown     bool     // role_ids is null
	made             day.Date
	members          []int32
}

type role struct {
	id, name string
	made     day.Date
	grants   []permission
}

type invite struct {
	id, email, name, role, status string
	group                         string
	invited                       day.Date
	settled                       day.Date // accepted or expired on; Never while pending
}

const (
	organizationID = "5f0c7a1e-3b52-4c8e-9d47-6a1b2c3d4e5f"
	connectorID    = "mcpsrv_01H8vYqW3nTzRk5LbXcD2sFa"
)

// formGroups makes the roles, the departments' groups and the identity
// provider's groups around them, and puts people into them.
func (w *world) formGroups() {
	for i, s := range roleSpecs {
		w.roles = append(w.roles, role{"rbac_role_01" + tag(w.Seed, "role", uint64(i)), s.name, FirstDay - 90 + day.Date(i*9), s.grants})
	}
	index := map[string]int{}
	add := func(name, source string, roles ...string) {
		if _, ok := index[name]; ok {
			return
		}
		index[name] = len(w.groups)
		w.groups = append(w.groups, w.newGroup(name, source, roles))
	}
	for _, d := range departments {
		source := "scim"
		if d.direct {
			source = "direct"
		}
		add(d.name, source, d.roles...)
		if m, ok := mapped[d.name]; ok {
			add(m.group, "scim", m.role)
			for _, leftover := range []string{m.nested, m.leftover} {
				if leftover != "" {
					add(leftover, "scim", w.leftoverRoles(m.role, leftover == m.leftover)...)
				}
			}
			if m.chatOnly != "" {
				add(m.chatOnly, "scim", w.chatRoles(m.role)...)
			}
		}
	}
	add("AL-All-Staff", "scim", "Chat only")
	add("AL-Cowork-Pioneers", "direct", "Everything")
	add("AL-Re-Shared", "scim", linkedRole, "Nothing yet")
	add("AL-Externals", "scim", w.externalsRole())
	w.fill(index)
}

func (w *world) externalsRole() string {
	if w.fixed(FixUnknown) {
		return "Chat only"
	}
	return unknownRole
}

// leftoverRoles are those of a group that nobody mapped, or that holds the
// members of a nested one: none, until somebody maps it.
func (w *world) leftoverRoles(role string, unmapped bool) []string {
	if unmapped && w.fixed(FixUnmapped) {
		return []string{role}
	}
	return nil
}

func (w *world) chatRoles(role string) []string {
	if w.fixed(FixChatOnly) {
		return []string{"Chat only", role}
	}
	return []string{"Chat only"}
}

func (w *world) newGroup(name, source string, roles []string) group {
	n := uint64(len(w.groups))
	g := group{id: "rbac_group_01" + tag(w.Seed, "group", n), name: name, source: source, made: FirstDay - 60 + day.Date(n*5), roles: []string{}}
	for _, r := range roles {
		switch r {
		case linkedRole:
			g.roles = append(g.roles, "rbac_role_01"+tag(w.Seed, "linked", 0))
		case unknownRole:
			g.rolesUnknown = true
		default:
			i := slices.IndexFunc(w.roles, func(have role) bool { return have.name == r })
			g.roles = append(g.roles, w.roles[i].id)
		}
	}
	return g
}

func (w *world) fill(index map[string]int) {
	w.grouped = make([][]int32, len(w.people))
	join := func(i int32, name string) {
		g := index[name]
		w.groups[g].members = append(w.groups[g].members, i)
		w.grouped[i] = append(w.grouped[i], int32(g))
	}
	for n := range w.people {
		p, i := &w.people[n], int32(n)
		if p.gone != here {
			continue
		}
		d := departments[p.dept]
		join(i, d.name)
		if p.gap != gapUnmapped && p.gap != gapByHand || w.mended(p.gap) {
			join(i, "AL-All-Staff")
		}
		if m, ok := mapped[d.name]; ok {
			if p.gap == noGap || w.mended(p.gap) && (p.gap == gapNested || p.gap == gapByHand) {
				join(i, m.group)
			}
			switch p.gap {
			case gapNested:
				join(i, m.nested)
			case gapUnmapped:
				join(i, m.leftover)
			case gapChatOnly:
				join(i, m.chatOnly)
			}
		}
		w.fillRest(p, i, join)
	}
}

func (w *world) fillRest(p *person, i int32, join func(int32, string)) {
	d := departments[p.dept]
	switch {
	case d.name == "IT" && p.first != day.Never:
		join(i, "AL-Cowork-Pioneers")
	case d.name == "Compliance" && p.key%9 == 0:
		join(i, "AL-Re-Shared")
	case d.name == "Facilities" && p.key%11 == 0:
		join(i, "AL-Externals")
	}
}

// invite makes the invitations: those waiting hold the seats that are left.
func (w *world) invite() {
	taken := map[string]int{}
	issue := func(n int, status string) {
		for range n {
			w.invites = append(w.invites, w.newInvite(status, taken))
		}
	}
	issue(w.scale(144), "pending")
	issue(w.scale(60), "accepted")
	issue(w.scale(38), "expired")
	slices.SortFunc(w.invites, func(a, b invite) int {
		return cmp.Or(cmp.Compare(b.invited, a.invited), cmp.Compare(a.id, b.id))
	})
}

func (w *world) newInvite(status string, taken map[string]int) invite {
	n := uint64(len(w.invites))
	r := rng(hash(w.Seed, "invite") + n)
	v := invite{id: "invite_01" + tag(w.Seed, "invite", n), status: status, role: "user", settled: day.Never}
	first, last := firstNames[r.upTo(len(firstNames))], lastNames[r.upTo(len(lastNames))]
	v.name, v.email = first+" "+last, "new."+address(first, last, taken)
	switch status {
	case "pending":
		v.invited = w.anchor().Monday() - day.Date(r.between(1, 18))
		if i := slices.IndexFunc(w.groups, func(g group) bool { return g.name == "AL-All-Staff" }); r.chance(300) {
			v.group = w.groups[i].id
		}
	case "accepted":
		p := &w.people[int(n*37)%w.members()]
		v.name, v.email, v.role = p.name, p.email, p.role
		v.settled = p.added
		v.invited = v.settled - day.Date(r.between(0, 12))
	case "expired":
		v.invited = max(FirstDay, w.pilot-day.Date(r.between(40, 200)))
		v.settled = v.invited + 21
	}
	return v
}
