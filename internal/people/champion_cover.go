package people

import (
	"cmp"
	"slices"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Coverage says how many champions a department should have: Least to Most, and
// one for every PeopleLow to PeopleHigh people.
type Coverage struct {
	Least, Most           int
	PeopleLow, PeopleHigh int
	Version               int
}

// DefaultCoverage is what holds until a lead says otherwise.
func DefaultCoverage() Coverage {
	return Coverage{Least: 2, Most: 3, PeopleLow: 25, PeopleHigh: 50, Version: 1}
}

const (
	maxChampions = 50     // of a department, in a setting
	maxPeople    = 10_000 // for one champion, in a setting
)

// Check says what is wrong with v, nil when it can hold.
func (v Coverage) Check() error {
	fields := map[string]string{}
	switch {
	case v.Least < 1 || v.Least > maxChampions:
		fields["least"] = "Give a number from 1 to 50."
	case v.Most < v.Least || v.Most > maxChampions:
		fields["most"] = "Give a number from the least to 50."
	}
	switch {
	case v.PeopleLow < 1 || v.PeopleLow > maxPeople:
		fields["people_low"] = "Give a number from 1 to 10,000."
	case v.PeopleHigh < v.PeopleLow || v.PeopleHigh > maxPeople:
		fields["people_high"] = "Give a number from the lower one to 10,000."
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "These numbers cannot hold.", Fields: fields}
}

// Needed returns how many champions a department with so many people needs.
func (v Coverage) Needed(people int) int { return max(v.Least, upward(people, v.PeopleHigh)) }

// Useful returns up to how many champions are useful to a department with so many people.
func (v Coverage) Useful(people int) int {
	return max(v.Most, v.Needed(people), upward(people, v.PeopleLow))
}

func upward(n, by int) int { return (n + by - 1) / by }

// OnRecord is somebody who counts as a champion of a department on a day.
type OnRecord struct {
	ID             ChampionID // 0: they hold the role, and are not in the register
	Email          string
	Name           string // the address when nobody knows a name
	Department     int
	DepartmentName string
	Slug           string   // of the department
	Since          day.Date // day.None: not known
	EarlyAccess    day.Date
	LeavesOn       day.Date
	AgreedMinutes  int // a week; 0: not agreed
}

// RoleHolder is an account that holds the role of champion in a department.
type RoleHolder struct {
	Email, Name string
	Department  int
	ByGroup     bool // a group of the identity provider brings it
}

// WithHolders returns the entries of the register, and one more without an ID for
// everybody who holds the role in a department and has no active entry in it.
// Who is past their last day keeps the entry, and does not count by the role.
func WithHolders(entries []Champion, holders []RoleHolder) []Champion {
	type place struct {
		email      string
		department int
	}
	there := map[place]bool{}
	for _, c := range entries {
		if c.State == ChampionActive {
			there[place{sheet.Fold(c.Email), c.Department}] = true
		}
	}
	out := slices.Clone(entries)
	for _, h := range holders {
		if at := (place{sheet.Fold(h.Email), h.Department}); !there[at] {
			there[at] = true
			out = append(out, Champion{Email: h.Email, Name: h.Name, Department: h.Department, State: ChampionActive, Terms: NoTerms(), EndedOn: day.None})
		}
	}
	return out
}

// Cover is how a department stands.
type Cover struct {
	Department Department
	Champions  []*Champion // who count today, by name
	Past       []*Champion // active, and past their last day: a lead has to end the entry
	Nominated  []*Champion
	Invited    []*Champion
	Leaving    int      // of Champions, who leave within 30 days
	ShortFrom  day.Date // the first day without enough, because of a departure within 30 days; day.None for no such day
	Needed     int
	Useful     int // up to so many
}

// Have returns how many champions the department has.
func (c Cover) Have() int { return len(c.Champions) }

// Gap returns how many are missing today.
func (c Cover) Gap() int { return max(0, c.Needed-c.Have()) }

// CoverOf tells how every department with people stands today, by name.
func CoverOf(departments []Department, champions []Champion, v Coverage, today day.Date) []Cover {
	at := map[int]*Cover{}
	var out []*Cover
	for _, d := range departments {
		if d.People > 0 {
			c := &Cover{Department: d, ShortFrom: day.None, Needed: v.Needed(d.People), Useful: v.Useful(d.People)}
			at[d.ID] = c
			out = append(out, c)
		}
	}
	for i := range champions {
		if c, ok := at[champions[i].Department]; ok {
			c.add(&champions[i], today)
		}
	}
	for _, c := range out {
		c.finish(today)
	}
	slices.SortFunc(out, func(a, b *Cover) int {
		return cmp.Or(strings.Compare(a.Department.Name, b.Department.Name), cmp.Compare(a.Department.ID, b.Department.ID))
	})
	return values(out)
}

func values(list []*Cover) []Cover {
	out := make([]Cover, len(list))
	for i, c := range list {
		out[i] = *c
	}
	return out
}

func (c *Cover) add(who *Champion, today day.Date) {
	switch {
	case who.Counts(today):
		c.Champions = append(c.Champions, who)
		if who.LeavesSoon(today) {
			c.Leaving++
		}
	case who.State == ChampionActive:
		c.Past = append(c.Past, who)
	case who.State == ChampionNominated:
		c.Nominated = append(c.Nominated, who)
	case who.State == ChampionInvited:
		c.Invited = append(c.Invited, who)
	}
}

func (c *Cover) finish(today day.Date) {
	for _, list := range [][]*Champion{c.Champions, c.Past, c.Nominated, c.Invited} {
		byLabel(list)
	}
	c.ShortFrom = shortFrom(c.Champions, c.Needed, today)
}

// shortFrom returns the first day on which planned departures within 30 days
// leave fewer than needed; day.None when there is none, or too few already.
func shortFrom(champions []*Champion, needed int, today day.Date) day.Date {
	var last []day.Date
	for _, c := range champions {
		if c.LeavesSoon(today) {
			last = append(last, c.LeavesOn)
		}
	}
	slices.Sort(last)
	spare := len(champions) - needed
	if spare < 0 || len(last) <= spare {
		return day.None
	}
	return last[spare] + 1
}

// mayCover says who sets how many champions there should be.
func mayCover(by identity.Actor) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, "Only rollout leads say how many champions there should be.")
	}
	return nil
}
