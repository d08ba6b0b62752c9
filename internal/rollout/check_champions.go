package rollout

import (
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

type championsCheck struct{}

func (championsCheck) Key() CheckKey { return CheckChampions }
func (championsCheck) Title() string { return "Enough champions in every department" }
func (championsCheck) PerWave() bool { return true }

// Run counts entries of the register and holders of the role, names departments
// only, and tells of departures that will leave too few.
func (championsCheck) Run(f Facts, wave people.Wave) Finding {
	r := Reading{Name: "Register of champions and roles", AsOf: f.Now}
	departments := f.departments(wave.ID)
	if len(departments) == 0 {
		return noneYet(r.Name, "No departments", "Nobody of the roster"+in(wave)+" is in a department.")
	}
	c := championCount{departments: len(departments)}
	for _, d := range departments {
		c.add(d, f.Champions[d], f.Coverage.Needed(f.headcountOf(d)), f.Coverage.Useful(f.headcountOf(d)))
	}
	whole := several(c.departments, "department", "departments") + in(wave)
	switch n := len(c.short); {
	case c.have == 0:
		return undecided(r, "Nobody yet", "None of "+whole+" has a champion yet.")
	case n > 0:
		sortDetails(c.short)
		return refuted(r, n, amount(n)+" too few", amount(n)+" of "+whole+" "+either(n, "has", "have")+" fewer than "+c.wanted()+"; "+several(c.have, "champion", "champions")+" in all."+c.ahead(), c.short)
	}
	found := confirmed(r, amount(c.have)+" in "+amount(c.departments), several(c.have, "champion", "champions")+", at least "+c.enough()+" in each of "+whole+"; up to "+between(c.useful)+" are useful."+c.ahead())
	sortDetails(c.soon)
	found.Details = c.soon
	return found
}

// championCount adds up departments.
type championCount struct {
	departments, have int
	needed, useful    [2]int   // the least and the most of any department
	short             []Detail // have too few today
	soon              []Detail // will have too few after a planned departure
}

func (c *championCount) add(department string, f ChampionFacts, needed, useful int) {
	c.have += f.Have
	c.needed, c.useful = widen(c.needed, needed), widen(c.useful, useful)
	if f.Have < needed {
		c.short = append(c.short, Detail{Say: department + ": " + several(f.Have, "champion", "champions") + " of " + amount(needed), Count: needed - f.Have})
		return
	}
	if from, missing := f.shortFrom(needed); missing > 0 {
		c.soon = append(c.soon, Detail{Say: department + ": too few from " + dayName(from), Count: missing})
	}
}

// shortFrom returns the first day with fewer champions than needed after planned
// departures, and how many are missing once all of them have left.
func (f ChampionFacts) shortFrom(needed int) (day.Date, int) {
	missing := needed - (f.Have - len(f.Leave))
	if missing <= 0 {
		return day.None, 0
	}
	leave := slices.Sorted(slices.Values(f.Leave))
	return leave[f.Have-needed] + 1, missing
}

// wanted says how many were asked for: "2 champions", or what each needs when that differs.
func (c *championCount) wanted() string {
	if c.needed[0] == c.needed[1] {
		return several(c.needed[0], "champion", "champions")
	}
	return "the " + between(c.needed) + " champions their size asks for"
}

func (c *championCount) enough() string {
	if c.needed[0] == c.needed[1] {
		return amount(c.needed[0])
	}
	return "the " + between(c.needed) + " their size asks for"
}

// ahead tells of departures that will leave too few.
func (c *championCount) ahead() string {
	n := len(c.soon)
	if n == 0 {
		return ""
	}
	return " Planned departures leave too few in " + several(n, "department", "departments") + " within 30 days."
}

func between(of [2]int) string {
	if of[0] == of[1] {
		return amount(of[0])
	}
	return amount(of[0]) + "–" + amount(of[1])
}

func widen(of [2]int, n int) [2]int {
	if of == [2]int{} {
		return [2]int{n, n}
	}
	return [2]int{min(of[0], n), max(of[1], n)}
}
