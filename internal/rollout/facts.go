package rollout

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/people"
)

// Facts is what checks judge by, read at one moment: plain values, without names of people.
type Facts struct {
	Now   time.Time
	Today day.Date      // in the rollout's time zone
	Waves []people.Wave // in the order they open; those without a day last
	Cells []Cell        // the roster by wave and department

	Others    int      // members and pending invites that are not on the roster: they hold seats too
	Seats     *int     // nil: not reported
	Ungrouped []string // departments with people, but without a group of their own

	Groups     GroupFacts
	Roles      RoleFacts
	DryRun     *DryRunFacts // nil: none yet
	Limits     LimitFacts
	Plugins    PluginFacts
	Connectors []Detail // used in the last 28 days, with most people of a day, most first
	FirstTask  *FirstTask
	Telemetry  Pulse
	Trainings  TrainingFacts
	Support    *Attestation             // the latest word on the support channel; nil: nobody gave one
	Champions  map[string]ChampionFacts // by department
	Coverage   people.Coverage          // how many champions there should be
	DevicesAt  time.Time                // when the latest inventory was imported; zero: never
	Mail       MailFacts
	Messages   map[int]comms.Standing // of each launch, by wave

	Read Readings
}

// Cell is the people of the roster who are in one wave and one department today.
// Members, Invited and Left are part of People; whoever is none of them never arrived.
type Cell struct {
	Wave       int    // 0: in none
	Department string // "": in none
	People     int
	Members    int
	Invited    int // no member; an invitation waits
	Left       int // was a member
	WithDevice int // of members and invited, has a machine in the inventory
	WithApp    int // of them, has the app on one
}

// arrived returns how many people are members or invited.
func (c Cell) arrived() int { return c.Members + c.Invited }

// Absent returns how many people are neither members nor invited, and never were members.
func (c Cell) Absent() int { return c.People - c.Members - c.Invited - c.Left }

// GroupFacts counts the groups that the identity provider fills. One without a
// role, all of whose people have a role by another group, is none of them.
type GroupFacts struct {
	Mapped   int      // carry a role
	Unmapped []Detail // carry none, with how many people have none therefore, most first
	Unknown  int      // their roles were not available, and people have none but those
}

// RoleFacts counts the custom roles of the organization.
type RoleFacts struct {
	All     int
	Cowork  int // grant Cowork, blanket grants included
	Blanket int // of those, by a blanket grant
	Carried int // of those, how many are carried by a group with people in it
}

// DryRunFacts is the latest dry run of enforcement.
type DryRunFacts struct {
	AsOf     time.Time // when what it read was read; zero while some of it never was
	Members  int
	Complete bool // false: a source it needs was not there
	Waves    []DryRunWave
}

// DryRunWave is what a dry run found for one wave; 0 is people of none.
type DryRunWave struct {
	Wave     int
	Surprise int // would lose Cowork although they should have it
	Unknown  int // should have it, and the roles of one of their groups are unavailable
	Nested   int // of those, because they are only in a nested group
	Causes   []Detail
}

// LimitFacts counts the limits that bind people.
type LimitFacts struct {
	People int
	Zero   int    // their limit is nothing
	Lowest string // of those above nothing, "USD 40.00"; "" when nobody is limited
	Period string // of the lowest: "monthly"
}

// PluginFacts counts what is in the plugin catalog.
type PluginFacts struct {
	Marketplaces int
	Plugins      int
	Visible      int // may be installed
}

// FirstTask is the first task that anybody delegated.
type FirstTask struct {
	Member int32
	Day    day.Date
}

// Pulse is how telemetry arrives.
type Pulse struct {
	Last time.Time // zero: nothing ever came
	Day  int       // events of the last 24 hours
}

// TrainingFacts is which trainings there are.
type TrainingFacts struct {
	Ahead    int         // sessions from today on
	Next     day.Date    // the next of them; day.None when there is none
	Held     int         // sessions before today
	Attended map[int]int // people who were at one, by wave; 0 is everybody
}

// ChampionFacts is how many champions a department has.
type ChampionFacts struct {
	Have  int
	Leave []day.Date // last days within 30 days, of those who count today
}

// MailFacts is whether mail can be sent.
type MailFacts struct {
	Configured bool
	TriedAt    time.Time // zero: never
	Worked     bool      // at TriedAt

	Channels []ChannelFacts // what messages go out by: mail, and chats in use
}

// ChannelFacts is how mail or a chat stands.
type ChannelFacts struct {
	Name     string
	Mail     bool
	PausedAt time.Time // zero: it is not paused
	WorkedAt time.Time // zero: it never did
	Failing  bool      // the last thing that happened to it was a failure
}

// Reading is how far what a check judges by was read.
type Reading struct {
	Name  string    // "Members"
	AsOf  time.Time // when it was last read to its end; zero when never
	Scope string    // the scope that the key lacks; "" when it lacks none

	unread []string // of several, those that were never read
}

// Readings are the sources that checks judge by.
type Readings struct {
	Members, Invites, Seats, Groups, Roles, Limits, Plugins, Connectors, Usage Reading
}

// allOf is a reading of several sources: as old as the oldest, and lacking what any of them lacks.
func allOf(name string, of ...Reading) Reading {
	out := Reading{Name: name, AsOf: of[0].AsOf}
	for _, r := range of {
		if r.AsOf.IsZero() && !out.AsOf.IsZero() || r.AsOf.Before(out.AsOf) {
			out.AsOf = r.AsOf
		}
		if r.AsOf.IsZero() {
			out.unread = append(out.unread, r.Name)
			out.Scope = cmp.Or(out.Scope, r.Scope)
		}
	}
	return out
}

// missing says why there is nothing to judge by; false when there is something.
func (r Reading) missing() (Finding, bool) {
	switch {
	case !r.AsOf.IsZero():
		return Finding{}, false
	case r.Scope != "":
		return noneYet(r.Name, "Not granted", "The key lacks the scope "+r.Scope+", so "+r.lacks()+" cannot be read."), true
	}
	return noneYet(r.Name, "Never read", "No sync has read "+r.lacks()+" to the end yet."), true
}

// lacks names what was never read: "members and seats".
func (r Reading) lacks() string {
	names := strings.ToLower(strings.Join(r.unread, ", "))
	if i := strings.LastIndex(names, ", "); i >= 0 {
		names = names[:i] + " and " + names[i+2:]
	}
	return names
}

// in reports whether a cell counts for a wave: every cell does for wave 0.
func (c Cell) in(wave int) bool { return wave == 0 || c.Wave == wave }

// sum adds up what of returns for the cells of a wave.
func (f Facts) sum(wave int, of func(Cell) int) int {
	n := 0
	for _, c := range f.Cells {
		if c.in(wave) {
			n += of(c)
		}
	}
	return n
}

func headcount(c Cell) int { return c.People }

// people returns how many people of the roster a wave has; of wave 0, how many there are.
func (f Facts) people(wave int) int { return f.sum(wave, headcount) }

// departments returns the departments that have people in a wave, by name.
func (f Facts) departments(wave int) []string {
	var out []string
	for _, c := range f.Cells {
		if c.in(wave) && c.People > 0 && c.Department != "" {
			out = append(out, c.Department)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// headcountOf returns how many people of the roster are in a department, whichever wave they are in.
func (f Facts) headcountOf(department string) int {
	return f.sum(0, func(c Cell) int { return when(c.Department == department, c.People) })
}

// byDepartment tells of counts by department, largest first.
func (f Facts) byDepartment(wave int, of func(Cell) int) []Detail {
	counts := map[string]int{}
	for _, c := range f.Cells {
		if c.in(wave) {
			counts[cmp.Or(c.Department, "No department")] += of(c)
		}
	}
	return largest(counts)
}

// largest lists what is above zero, largest first.
func largest(counts map[string]int) []Detail {
	var out []Detail
	for say, n := range counts {
		if n > 0 {
			out = append(out, Detail{Say: say, Count: n})
		}
	}
	sortDetails(out)
	return out
}

func sortDetails(list []Detail) {
	slices.SortFunc(list, func(a, b Detail) int { return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Say, b.Say)) })
}

// wave returns the wave with an id; for 0 and for one that is gone, the zero wave.
func (f Facts) wave(id int) people.Wave {
	for _, w := range f.Waves {
		if w.ID == id {
			return w
		}
	}
	return people.Wave{}
}

// of names whom a sentence is about: " of Wave 1", nothing for everybody.
func (f Facts) of(wave int) string {
	if wave == 0 {
		return ""
	}
	return " of " + f.wave(wave).Name
}

// dryRun adds up a dry run over the waves that count for a wave.
func (f Facts) dryRun(wave int) DryRunWave {
	out := DryRunWave{Wave: wave}
	causes := map[string]int{}
	for _, w := range f.DryRun.Waves {
		if wave != 0 && w.Wave != wave {
			continue
		}
		out.Surprise += w.Surprise
		out.Unknown += w.Unknown
		out.Nested += w.Nested
		for _, c := range w.Causes {
			causes[c.Say] += c.Count
		}
	}
	out.Causes = largest(causes)
	return out
}
