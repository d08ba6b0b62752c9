package rollout

import (
	"fmt"
	"slices"
	"strings"

	"groundswell/internal/people"
)

type groupsCheck struct{}

func (groupsCheck) Key() CheckKey { return CheckGroups }
func (groupsCheck) Title() string { return "Every department has a group, with direct members only" }
func (groupsCheck) PerWave() bool { return true }

// Run counts people whom only a nested group holds, by the dry run, and departments without a group.
func (groupsCheck) Run(f Facts, wave people.Wave) Finding {
	r := allOf("Roster and groups", f.Read.Members, f.Read.Groups)
	departments := f.departments(wave.ID)
	if len(departments) == 0 {
		return noneYet(r.Name, "No departments", "Nobody of the roster"+in(wave)+" is in a department.")
	}
	if none, ok := r.missing(); ok {
		return none
	}
	var without []Detail
	for _, d := range departments {
		if slices.Contains(f.Ungrouped, d) {
			without = append(without, Detail{Say: d + " has no group"})
		}
	}
	nested := 0
	if f.DryRun != nil {
		nested = f.dryRun(wave.ID).Nested
	}
	switch {
	case nested+len(without) > 0:
		return groupsFail(r, nested, len(departments), without)
	case f.DryRun == nil:
		return undecided(r, "No dry run", "Every department has a group. Whether its members are direct shows in a dry run, and there is none yet.")
	}
	n := len(departments)
	return confirmed(r, amount(n)+" of "+amount(n), amount(n)+" of "+several(n, "department has a group", "departments have a group")+", and nobody is only in a nested one.")
}

func groupsFail(r Reading, nested, departments int, without []Detail) Finding {
	var say, short []string
	var details []Detail
	if nested > 0 {
		say = append(say, several(nested, "person is", "people are")+" only in nested groups, which are not synced")
		short = append(short, amount(nested)+" not syncing")
		details = append(details, Detail{Say: "Only in a nested group", Count: nested})
	}
	if n := len(without); n > 0 {
		say = append(say, amount(n)+" of "+several(departments, "department", "departments")+" "+either(n, "has", "have")+" no group")
		short = append(short, amount(n)+" without a group")
	}
	return refuted(r, nested+len(without), short[0], strings.Join(say, "; ")+".", append(details, without...))
}

// in says where: " in Wave 1", nothing for everybody.
func in(wave people.Wave) string {
	if wave.ID == 0 {
		return ""
	}
	return " in " + wave.Name
}

type groupRolesCheck struct{}

func (groupRolesCheck) Key() CheckKey { return CheckGroupRoles }
func (groupRolesCheck) Title() string { return "Every mapped group carries a role" }
func (groupRolesCheck) PerWave() bool { return false }

func (groupRolesCheck) Run(f Facts, _ people.Wave) Finding {
	r := allOf("Groups and roles", f.Read.Groups, f.Read.Roles)
	if none, ok := r.missing(); ok {
		return none
	}
	g := f.Groups
	bare := len(g.Unmapped)
	all := g.Mapped + bare + g.Unknown
	switch {
	case all == 0:
		return undecided(r, "No groups", "No group comes from the identity provider yet.")
	case bare > 0:
		people := 0
		for _, d := range g.Unmapped {
			people += d.Count
		}
		return refuted(r, bare, amount(bare)+" without a role",
			amount(bare)+" of "+several(all, "group", "groups")+" from the identity provider "+either(bare, "carries", "carry")+" no role, and "+several(people, "person", "people")+" in "+either(bare, "it has", "them have")+" none.", g.Unmapped)
	case g.Unknown > 0:
		return undecided(r, amount(g.Unknown)+" not known",
			"The roles of "+several(g.Unknown, "group", "groups")+" were not available at the last sync; the other "+amount(g.Mapped)+" "+either(g.Mapped, "carries", "carry")+" one.")
	}
	return confirmed(r, amount(all)+" of "+amount(all)+" mapped", amount(all)+" of "+several(all, "group", "groups")+" from the identity provider "+either(all, "carries", "carry")+" a role.")
}

type coworkRoleCheck struct{}

func (coworkRoleCheck) Key() CheckKey { return CheckCoworkRole }
func (coworkRoleCheck) Title() string { return "A role with Cowork exists" }
func (coworkRoleCheck) PerWave() bool { return false }

func (coworkRoleCheck) Run(f Facts, _ people.Wave) Finding {
	r := allOf("Roles and groups", f.Read.Roles, f.Read.Groups)
	if none, ok := r.missing(); ok {
		return none
	}
	k := f.Roles
	switch {
	case k.All == 0:
		return undecided(r, "No roles", "The organization has no role of its own yet.")
	case k.Cowork == 0:
		return refuted(r, 1, "No role", "None of "+several(k.All, "role", "roles")+" grants Cowork.", nil)
	case k.Carried == 0:
		return refuted(r, 1, "In no group", several(k.Cowork, "role grants", "roles grant")+" Cowork, but no group with people in it carries "+either(k.Cowork, "it", "one")+".", nil)
	}
	say := amount(k.Cowork) + " of " + several(k.All, "role grants", "roles grant") + " Cowork"
	if k.Blanket > 0 {
		say += ", " + amount(k.Blanket) + " of them by granting everything"
	}
	return confirmed(r, several(k.Cowork, "role", "roles"), say+"; groups carry "+amount(k.Carried)+".")
}

type dryRunCheck struct{}

func (dryRunCheck) Key() CheckKey { return CheckDryRun }
func (dryRunCheck) Title() string { return "Enforcement takes Cowork from nobody by surprise" }
func (dryRunCheck) PerWave() bool { return true }

func (dryRunCheck) Run(f Facts, wave people.Wave) Finding {
	r := allOf("Dry run of enforcement", f.Read.Members, f.Read.Groups, f.Read.Roles)
	if f.DryRun == nil {
		if none, ok := r.missing(); ok {
			return none
		}
		return noneYet(r.Name, "No dry run", "There was no dry run of enforcement yet.")
	}
	found := f.dryRun(wave.ID)
	r.AsOf = f.DryRun.AsOf
	switch {
	case found.Surprise > 0:
		return refuted(r, found.Surprise, amount(found.Surprise)+" lose it", f.loses(wave.ID, found.Surprise), found.Causes)
	case found.Unknown > 0:
		return undecided(r, amount(found.Unknown)+" not known", "Nobody"+f.of(wave.ID)+" is found to lose Cowork, but the roles of "+several(found.Unknown, "person", "people")+" are unavailable.")
	case !f.DryRun.Complete:
		return undecided(r, "Incomplete", "The dry run finds nobody, but it lacks a source: it says nothing until that is read.")
	}
	return confirmed(r, "Nobody loses it", "Nobody"+f.of(wave.ID)+" would lose Cowork by surprise: "+several(f.DryRun.Members, "member", "members")+" looked at.")
}

// loses says how many would lose Cowork: of everybody, wave by wave.
func (f Facts) loses(wave, n int) string {
	if wave != 0 {
		return several(n, "person", "people") + f.of(wave) + " would lose Cowork by surprise."
	}
	var parts []string
	for _, w := range f.Waves {
		if k := f.dryRun(w.ID).Surprise; k > 0 {
			parts = append(parts, fmt.Sprintf("%s in %s", amount(k), w.Name))
		}
	}
	say := several(n, "person", "people") + " would lose Cowork by surprise"
	if len(parts) > 0 {
		say += ": " + strings.Join(parts, ", ")
	}
	return say + "."
}

type spendLimitsCheck struct{}

func (spendLimitsCheck) Key() CheckKey { return CheckSpendLimits }
func (spendLimitsCheck) Title() string { return "Nobody’s spend limit resolves to zero" }
func (spendLimitsCheck) PerWave() bool { return false }

func (spendLimitsCheck) Run(f Facts, _ people.Wave) Finding {
	r := allOf("Spend limits", f.Read.Limits)
	if none, ok := r.missing(); ok {
		return none
	}
	l := f.Limits
	switch {
	case l.People == 0:
		return undecided(r, "None reported", "No effective limit of anybody is reported.")
	case l.Zero > 0:
		return refuted(r, l.Zero, amount(l.Zero)+" at zero",
			several(l.Zero, "person has", "people have")+" a limit of nothing: the lowest of their groups' limits binds, and they can do nothing.", nil)
	case l.Lowest == "":
		return confirmed(r, "No limit", "No limit binds any of "+several(l.People, "person", "people")+".")
	}
	return confirmed(r, "None at zero", "The lowest limit that binds any of "+several(l.People, "person", "people")+" is "+l.Lowest+" ("+l.Period+").")
}
