package store

import (
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// draft is a unit on its way into the tables. Usage, of which there is much, is
// kept without its strings as far as the people are known.
type draft struct {
	unit   pull.Unit
	rows   int
	people *ordinals

	facts     pull.Facts       // of every source but users
	known     []adoption.Entry // users: people with an ordinal
	strangers []adoption.Usage // users: people without one, or with news about them
}

// Draft starts to collect u's facts.
func (h *hold) Draft(u pull.Unit) pull.Draft { return &draft{unit: u, people: &h.people} }

// Unit returns what the draft is of.
func (d *draft) Unit() pull.Unit { return d.unit }

// Rows returns how many rows the API sent.
func (d *draft) Rows() int { return d.rows }

// Add takes a page's facts.
func (d *draft) Add(f pull.Facts) {
	d.rows += f.Rows
	d.addUsage(f.Usage)
	d.facts.Members = append(d.facts.Members, f.Members...)
	d.facts.Invites = append(d.facts.Invites, f.Invites...)
	d.facts.Groups = append(d.facts.Groups, f.Groups...)
	d.facts.GroupMembers = append(d.facts.GroupMembers, f.GroupMembers...)
	d.facts.Roles = append(d.facts.Roles, f.Roles...)
	d.facts.Permissions = append(d.facts.Permissions, f.Permissions...)
	d.facts.Summaries = append(d.facts.Summaries, f.Summaries...)
	d.facts.Features = append(d.facts.Features, f.Features...)
	d.facts.Cost = append(d.facts.Cost, sumCost(f.Cost)...)
	d.facts.Limits = append(d.facts.Limits, f.Limits...)
	d.facts.Effective = append(d.facts.Effective, f.Effective...)
	d.facts.Plugins = append(d.facts.Plugins, f.Plugins...)
	d.facts.Marketplaces = append(d.facts.Marketplaces, f.Marketplaces...)
}

func (d *draft) addUsage(usage []adoption.Usage) {
	d.people.mu.RLock()
	defer d.people.mu.RUnlock()
	for _, u := range usage {
		if ord, ok := d.people.known(u.UserID, u.Email); ok {
			d.known = append(d.known, adoption.Entry{Member: ord, Activity: u.Activity})
		} else {
			d.strangers = append(d.strangers, u)
		}
	}
}

// entries returns the day's activities by ascending member, each member once:
// a row that came twice because the listing moved under the reader counts as
// it came last. who gives the strangers their ordinals.
func (d *draft) entries(who func(userID string) int32) []adoption.Entry {
	all := d.known
	for _, u := range d.strangers {
		all = append(all, adoption.Entry{Member: who(u.UserID), Activity: u.Activity})
	}
	highest := int32(-1)
	for i := range all {
		highest = max(highest, all[i].Member)
	}
	at := make([]int32, highest+1) // ordinal -> 1 + place in all
	for i := range all {
		at[all[i].Member] = int32(i) + 1
	}
	out := make([]adoption.Entry, 0, len(all))
	for _, place := range at {
		if place > 0 {
			e := all[place-1]
			e.SignedIn = worthKeeping(e.Activity)
			out = append(out, e)
		}
	}
	return out
}

// worthKeeping reports whether any counter is above zero: then the person was
// signed in, and the row is stored.
func worthKeeping(a adoption.Activity) bool {
	return a.SignedIn || a.Active() || a.Connectors > 0 || a.Skills > 0 || a.Plugins > 0
}

// costKey is what a cost is of.
type costKey struct {
	day       day.Date
	of, group string
}

func keyOfCost(c adoption.Cost) costKey { return costKey{c.Day, c.Product, c.Group} }

// sumCost adds up the rows of a page that are of the same thing: the report may
// give one for each kind of amount.
func sumCost(page []adoption.Cost) []adoption.Cost {
	at := make(map[costKey]int, len(page))
	var out []adoption.Cost
	for _, c := range page {
		if i, ok := at[keyOfCost(c)]; ok {
			out[i].Amount = out[i].Amount.Plus(c.Amount)
			continue
		}
		at[keyOfCost(c)] = len(out)
		out = append(out, c)
	}
	return out
}
