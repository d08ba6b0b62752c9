package rollout

import (
	"fmt"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

// What checks judge against.
const (
	// SupportHolds is how many days a word on the support channel holds.
	SupportHolds = 30

	seatsNeeded   = 21             // days before a wave opens by which its people must have arrived
	devicesShare  = 95             // percent of a wave's people who need the app
	firstTaskDays = 7              // after the first wave opened, somebody must have delegated a task
	telemetryGap  = 24 * time.Hour // without an event, telemetry has stopped
)

// ConnectorDays is the span in which a connector counts as in use.
const ConnectorDays = 28

// Check asks one question of the facts, again after every sync. Run answers with
// a sentence whatever comes out; it never holds while anything is counted
// against it, and its sentences name no person.
type Check interface {
	Key() CheckKey
	Title() string
	// PerWave reports whether waves are asked one by one too; everybody always is, as wave 0.
	PerWave() bool
	Run(f Facts, wave people.Wave) Finding
}

// Finding is what a check found.
type Finding struct {
	Outcome Outcome
	Say     string // one sentence with its number
	Short   string // the chip
	Count   int    // how many people, groups or departments fail
	Details []Detail
	Source  string
	AsOf    time.Time // when the source was last read; zero when never
	Member  *int32    // who it is about, for leads
}

// Checks returns every check there is, in the order they are shown.
func Checks() []Check {
	return []Check{
		seatsCheck{}, arrivalsCheck{}, groupsCheck{}, groupRolesCheck{}, coworkRoleCheck{}, dryRunCheck{}, spendLimitsCheck{},
		devicesCheck{}, telemetryCheck{}, marketplaceCheck{}, connectorsCheck{}, mailCheck{},
		firstTaskCheck{}, championsCheck{}, trainingsCheck{}, supportCheck{}, messagesCheck{},
	}
}

// CheckOf returns the check with a key, false when there is none.
func CheckOf(key CheckKey) (Check, bool) {
	for _, c := range Checks() {
		if c.Key() == key {
			return c, true
		}
	}
	return nil, false
}

// RunChecks asks every check but those of skip for everybody and, where it makes
// sense, for every wave. Since is left to whoever knows what was said before.
func RunChecks(f Facts, skip map[CheckKey]bool) []Result {
	var out []Result
	for _, c := range Checks() {
		if skip[c.Key()] {
			continue
		}
		out = append(out, resultOf(c, f, people.Wave{}))
		if !c.PerWave() {
			continue
		}
		for _, w := range f.Waves {
			out = append(out, resultOf(c, f, w))
		}
	}
	return out
}

func resultOf(c Check, f Facts, wave people.Wave) Result {
	found := c.Run(f, wave)
	r := Result{
		CheckRef: CheckRef{Check: c.Key(), Wave: wave.ID}, Outcome: found.Outcome, Say: found.Say, Short: found.Short,
		Count: found.Count, Details: found.Details, Source: found.Source, AsOf: found.AsOf, Since: f.Now, RanAt: f.Now, Member: -1,
	}
	if found.Member != nil {
		r.Member = *found.Member
	}
	return r
}

// Says reports whether r says the same as was, whenever either was found.
func (r Result) Says(was Result) bool {
	return r.Outcome == was.Outcome && r.Say == was.Say && r.Short == was.Short
}

func confirmed(r Reading, short, say string) Finding {
	return Finding{Outcome: Holds, Short: short, Say: say, Source: r.Name, AsOf: r.AsOf}
}

func refuted(r Reading, n int, short, say string, details []Detail) Finding {
	return Finding{Outcome: Fails, Short: short, Say: say, Count: n, Details: details, Source: r.Name, AsOf: r.AsOf}
}

func noneYet(source, short, say string) Finding {
	return Finding{Outcome: NoneYet, Short: short, Say: say, Source: source}
}

// undecided is none yet although the source was read.
func undecided(r Reading, short, say string) Finding {
	return Finding{Outcome: NoneYet, Short: short, Say: say, Source: r.Name, AsOf: r.AsOf}
}

// dayNear is dayName with the year where it is another one than now's: "Tue 19 Jan 2027".
func dayNear(d day.Date, now time.Time) string {
	if d.Time().Year() != now.Year() {
		return d.Time().Format("Mon 2 Jan 2006")
	}
	return dayName(d)
}

// dayName writes a day as people say it: "Thu 19 Nov".
func dayName(d day.Date) string { return d.Time().Format("Mon 2 Jan") }

// moment writes a time of day with its date, in UTC.
func moment(t time.Time) string { return t.UTC().Format("Mon 2 Jan, 15:04") + " UTC" }

// share writes a part of a whole in percent, rounded down, so that it never looks like more than it is.
func share(part, whole int) string { return fmt.Sprintf("%d%%", part*100/max(whole, 1)) }

// about rounds a count to its two leading digits.
func about(n int) int {
	step := 1
	for n/step >= 100 {
		step *= 10
	}
	return n / step * step
}
