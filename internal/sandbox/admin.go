package sandbox

import (
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/day"
)

// idList writes a listing that pages by after_id. The second page holds
// nothing although there is more, and the third half of what it could: an id
// that names a place, not a row, leads on.
func (q *query) idList(b []byte, total int, id func(int) string, row func(b []byte, i int) []byte) ([]byte, *problem) {
	limit, p := q.limit(20, pageMax)
	if p != nil {
		return b, p
	}
	from, ghost, p := q.after(total, id)
	if p != nil {
		return b, p
	}
	b = append(b, `{"data":[`...)
	if from == limit && !ghost && from < total {
		return closeIDs(b, ghostID(from), ghostID(from), true), nil
	}
	if ghost {
		limit = (limit + 1) / 2
	}
	to := min(from+limit, total)
	for i := from; i < to; i++ {
		if i > from {
			b = append(b, ',')
		}
		b = row(b, i)
	}
	if from == to {
		return closeIDs(b, "", "", false), nil
	}
	return closeIDs(b, id(from), id(to-1), to < total), nil
}

func closeIDs(b []byte, first, last string, more bool) []byte {
	b = boolean(append(b, ']'), "has_more", more)
	b = strOrNull(b, "first_id", first)
	return append(strOrNull(b, "last_id", last), '}')
}

const ghostPrefix = "user_01zzzzzzzzzzzzzzzz"

func ghostID(at int) string {
	return ghostPrefix + strings.Repeat("z", 6-len(strconv.Itoa(at))) + strconv.Itoa(at)
}

// after reads after_id: the place behind that row.
func (q *query) after(total int, id func(int) string) (from int, ghost bool, p *problem) {
	if q.Has("before_id") {
		return 0, false, invalid("before_id: paging backwards is not doubled")
	}
	token := q.Get("after_id")
	if token == "" {
		return 0, false, nil
	}
	if place, ok := strings.CutPrefix(token, ghostPrefix); ok {
		n, err := strconv.Atoi(strings.TrimLeft(place, "z"))
		if err != nil || n > total {
			return 0, false, invalid("after_id: no such object")
		}
		return n, true, nil
	}
	for i := range total {
		if id(i) == token {
			return i + 1, false, nil
		}
	}
	return 0, false, invalid("after_id: no such object")
}

// memberList writes /users.
func (w *world) memberList(q *query, b []byte) ([]byte, *problem) {
	who := w.listed
	if email := q.Get("email"); email != "" {
		who = nil
		for _, i := range w.listed {
			if strings.EqualFold(w.people[i].email, email) {
				who = append(who, i)
			}
		}
	}
	id := func(n int) string { return w.people[who[n]].id }
	return q.idList(b, len(who), id, func(b []byte, n int) []byte {
		p := &w.people[who[n]]
		return object(b, func(b []byte) []byte {
			b = str(b, "id", p.id)
			b = str(b, "type", "user")
			b = str(b, "email", p.email)
			b = str(b, "name", p.name)
			b = str(b, "role", p.role)
			return at(b, "added_at", p.added, int(p.key%600)+420)
		})
	})
}

// inviteList writes /invites, whatever became of them.
func (w *world) inviteList(q *query, b []byte) ([]byte, *problem) {
	id := func(n int) string { return w.invites[n].id }
	return q.idList(b, len(w.invites), id, func(b []byte, n int) []byte {
		v := &w.invites[n]
		return object(b, func(b []byte) []byte {
			b = str(b, "id", v.id)
			b = str(b, "type", "invite")
			b = str(b, "email", v.email)
			b = str(b, "role", v.role)
			b = str(b, "status", v.status)
			b = at(b, "invited_at", v.invited, 540)
			b = at(b, "expires_at", v.invited+21, 540)
			if v.status == "accepted" {
				b = at(b, "accepted_at", v.settled, 600)
			} else {
				b = raw(b, "accepted_at", "null")
			}
			if v.group == "" {
				return raw(b, "rbac_group_ids", "[]")
			}
			return strs(b, "rbac_group_ids", []string{v.group})
		})
	})
}

// groupList writes /rbac_groups.
func (w *world) groupList(q *query, b []byte) ([]byte, *problem) {
	return q.paged(b, len(w.groups), 20, true, func(b []byte, n int) []byte {
		g := &w.groups[n]
		return object(b, func(b []byte) []byte {
			b = str(b, "id", g.id)
			b = str(b, "type", "rbac_group")
			b = str(b, "name", g.name)
			b = str(b, "source_type", g.source)
			if g.rolesUnknown {
				b = raw(b, "role_ids", "null")
			} else {
				b = strs(b, "role_ids", g.roles)
			}
			b = at(b, "created_at", g.made, 555)
			return at(b, "updated_at", g.made+30, 612)
		})
	})
}

// groupMembers writes the members of one group. Someone whose address has
// changed is still listed under the old one.
func (w *world) groupMembers(q *query, b []byte) ([]byte, *problem) {
	n := slices.IndexFunc(w.groups, func(g group) bool { return g.id == q.id })
	if n < 0 {
		return b, notFound("RBAC Group not found")
	}
	g := &w.groups[n]
	return q.paged(b, len(g.members), 20, true, func(b []byte, n int) []byte {
		p := &w.people[g.members[n]]
		email := p.email
		if p.oldEmail != "" {
			email = p.oldEmail
		}
		return object(b, func(b []byte) []byte {
			b = str(b, "type", "rbac_group_member")
			b = str(b, "rbac_group_id", g.id)
			b = str(b, "user_id", p.id)
			b = str(b, "email", email)
			return at(b, "created_at", max(p.added, g.made), int(p.key%500)+430)
		})
	})
}

// roleList writes /rbac_roles: this organization's own.
func (w *world) roleList(q *query, b []byte) ([]byte, *problem) {
	return q.paged(b, len(w.roles), 20, false, func(b []byte, n int) []byte {
		r := &w.roles[n]
		return object(b, func(b []byte) []byte {
			b = str(b, "id", r.id)
			b = str(b, "type", "rbac_role")
			b = str(b, "display_name", r.name)
			b = str(b, "name", r.name)
			b = at(b, "created_at", r.made, 600)
			return at(b, "updated_at", r.made+20, 630)
		})
	})
}

// rolePermissions writes what one role grants; a linked organization's role is 404.
func (w *world) rolePermissions(q *query, b []byte) ([]byte, *problem) {
	n := slices.IndexFunc(w.roles, func(r role) bool { return r.id == q.id })
	if n < 0 {
		return b, notFound("RBAC Role not found")
	}
	grants := w.roles[n].grants
	return q.paged(b, len(grants), 20, false, func(b []byte, n int) []byte {
		g := grants[n]
		return object(b, func(b []byte) []byte {
			b = str(b, "type", "rbac_role_permission")
			b = str(b, "action", g.action)
			b = append(b, `,"resource":`...)
			return object(b, func(b []byte) []byte { return resource(b, g) })
		})
	})
}

func resource(b []byte, g permission) []byte {
	b = str(b, "type", g.kind)
	switch g.kind {
	case "organization":
		b = str(b, "organization_id", organizationID)
	case "connector":
		b = str(b, "connector_id", connectorID)
	case "connector_tool":
		b = str(str(b, "connector_id", connectorID), "tool_name", g.detail)
	case "connector_scope":
		b = str(str(b, "connector_id", connectorID), "scope", g.detail)
	}
	return b
}

// limitSpec is a configured spend limit: the organization's, two seat tiers',
// two groups' and one person's.
type limitSpec struct {
	kind, field, value string
	amount             string // "" is no limit
}

func (w *world) limits() []limitSpec {
	out := []limitSpec{
		{"organization", "", "", "6000000"},
		{"seat_tier", "seat_tier", "standard", "4000"},
		{"seat_tier", "seat_tier", "premium", ""},
	}
	for _, name := range []string{"Finance", "Claims Operations"} {
		n := slices.IndexFunc(w.groups, func(g group) bool { return g.name == name })
		amount := map[string]string{"Finance": "12000", "Claims Operations": "2500"}[name]
		out = append(out, limitSpec{"rbac_group", "rbac_group_id", w.groups[n].id, amount})
	}
	return append(out, limitSpec{"user", "user_id", w.people[w.listed[0]].id, "30000"})
}

// spendLimits writes /spend_limits.
func (w *world) spendLimits(q *query, b []byte) ([]byte, *problem) {
	all := w.limits()
	return q.paged(b, len(all), 20, false, func(b []byte, n int) []byte {
		s := all[n]
		return object(b, func(b []byte) []byte {
			b = str(b, "id", w.limitID(n))
			b = str(b, "type", "spend_limit")
			b = scope(append(b, `,"scope":`...), s)
			b = strOrNull(b, "amount", s.amount)
			b = str(b, "currency", "USD")
			b = str(b, "period", "monthly")
			b = boolean(b, "is_enabled", true)
			b = at(b, "created_at", FirstDay+day.Date(n*11), 600)
			return at(b, "updated_at", FirstDay+day.Date(n*11+3), 640)
		})
	})
}

func (w *world) limitID(n int) string { return "spl_01" + tag(w.Seed, "limit", uint64(n)) }

func scope(b []byte, s limitSpec) []byte {
	return object(b, func(b []byte) []byte {
		b = str(b, "type", s.kind)
		if s.field != "" {
			b = str(b, s.field, s.value)
		}
		return b
	})
}

// effectiveLimits writes the limit that binds each member, and what they have spent.
func (w *world) effectiveLimits(q *query, b []byte) ([]byte, *problem) {
	all := w.limits()
	return q.paged(b, len(w.listed), 20, true, func(b []byte, n int) []byte {
		i := w.listed[n]
		p := &w.people[i]
		which := w.binding(i, n, all)
		return object(b, func(b []byte) []byte {
			b = append(b, `,"actor":`...)
			b = object(b, func(b []byte) []byte {
				b = str(b, "type", "user_actor")
				b = str(b, "user_id", p.id)
				b = str(b, "email_address", p.email)
				b = str(b, "name", p.name)
				return boolean(b, "deleted", false)
			})
			b = scope(append(b, `,"scope":`...), limitSpec{"user", "user_id", p.id, ""})
			b = scope(append(b, `,"source":`...), all[which])
			b = strOrNull(b, "amount", all[which].amount)
			b = str(b, "currency", "USD")
			b = str(b, "period", "monthly")
			b = str(b, "period_to_date_spend", w.spent(p))
			return str(b, "spend_limit_id", w.limitID(which))
		})
	})
}

// binding picks the member's limit: their own, else their group's, else their tier's.
func (w *world) binding(i int32, n int, all []limitSpec) int {
	if n == 0 {
		return len(all) - 1
	}
	switch departments[w.people[i].dept].name {
	case "Finance":
		return 3
	case "Claims Operations":
		return 4
	case "Actuarial":
		return 2
	}
	return 1
}

// spent is a made-up reading in cents with up to three decimals.
func (w *world) spent(p *person) string {
	if p.signedIn >= w.Today {
		return "0"
	}
	return strings.TrimSuffix(cents(int64(mix(p.key+3)%27_000_000)/10*10), "0")
}
