package rollout

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// tally is what a checklist item counts as: each as exactly one.
type tally int

const (
	tallyVerified tally = iota
	tallyAttested
	tallyFailing
	tallyStale
	tallyReopened
	tallyNoneYet
)

func (i ChecklistItem) tally() tally {
	switch {
	case i.Standing == StandsFailing:
		return tallyFailing
	case i.Reopened():
		return tallyReopened
	case i.Standing == StandsStale:
		return tallyStale
	case i.Standing == StandsVerified:
		return tallyVerified
	case i.Standing == StandsAttested:
		return tallyAttested
	}
	return tallyNoneYet
}

// Verdict is what a checklist says about a launch, in one sentence, with what it
// was counted from. The counts add up to the number of items.
type Verdict struct {
	Go    bool   // nothing is left to do
	Title string // "Three checks fail and one is stale"

	Verified, Attested, Stale, Failing, Reopened, NoneYet int

	noSignal bool // what has no evidence yet waits for signals only
	waiting  []ChecklistItem
	ready    int
}

// Verdict judges the checklist.
func (c Checklist) Verdict() Verdict {
	v := Verdict{noSignal: true, waiting: c.Waiting()}
	for _, i := range c.Items() {
		v.count(i)
	}
	v.ready = v.Verified + v.Attested
	v.Go = c.Complete()
	v.Title = v.title()
	return v
}

func (v *Verdict) count(i ChecklistItem) {
	switch i.tally() {
	case tallyVerified:
		v.Verified++
	case tallyAttested:
		v.Attested++
	case tallyFailing:
		v.Failing++
	case tallyStale:
		v.Stale++
	case tallyReopened:
		v.Reopened++
	default:
		v.NoneYet++
		v.noSignal = v.noSignal && i.Evidence.Kind == ByCheck
	}
}

// Of returns how many items there are.
func (v Verdict) Of() int { return v.ready + len(v.waiting) }

// Ready returns how many items are ready.
func (v Verdict) Ready() int { return v.ready }

func (v Verdict) title() string {
	switch {
	case v.Of() == 0:
		return "There is no checklist yet"
	case v.Go:
		return fmt.Sprintf("Everything holds: %d of %d", v.ready, v.Of())
	}
	missing := [2]string{"has no proof yet", "have no proof yet"}
	if v.noSignal {
		missing = [2]string{"has no signal yet", "have no signal yet"}
	}
	s := sentence{}
	s.add(v.Failing, "fails", "fail")
	s.add(v.Stale, "is stale", "are stale")
	s.add(v.Reopened, "was reopened", "were reopened")
	s.add(v.NoneYet, missing[0], missing[1])
	return s.text()
}

// sentence collects what is said of how many checks.
type sentence struct{ parts []string }

func (s *sentence) add(n int, one, many string) {
	if n == 0 {
		return
	}
	noun, verb := "", many
	if len(s.parts) == 0 {
		noun = " checks"
	}
	if n == 1 {
		noun, verb = strings.TrimSuffix(noun, "s"), one
	}
	s.parts = append(s.parts, Spelled(n)+noun+" "+verb)
}

func (s sentence) text() string {
	text := joined(s.parts)
	return strings.ToUpper(text[:1]) + text[1:]
}

var spelled = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

// Spelled writes a count in words up to twelve: three.
func Spelled(n int) string {
	if n >= 0 && n < len(spelled) {
		return spelled[n]
	}
	return strconv.Itoa(n)
}

// joined writes a list: "a, b and c".
func joined(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// bodyNames is how many items of a kind the verdict names; the checklist has the rest.
const bodyNames = 4

// Body says what to do about it. With names it says by whom; executives read it
// with the roles instead.
func (v Verdict) Body(names bool) string {
	switch {
	case v.Of() == 0:
		return "No task of this wave stands on a checklist."
	case v.Go:
		return fmt.Sprintf("%d verified by signal and %d attested by a person. The deciders can be asked.", v.Verified, v.Attested)
	}
	said := []string{
		enumerate("Fix ", v.named(tallyFailing, names), "."),
		enumerate("Renew ", v.named(tallyStale, names), "."),
		enumerate("Take up again ", v.named(tallyReopened, names), "."),
		enumerate("Still to prove: ", v.named(tallyNoneYet, names), "."),
		v.others(),
	}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), " ")
}

func enumerate(before string, items []string, after string) string {
	if len(items) == 0 {
		return ""
	}
	return before + joined(items) + after
}

// named names the items of a kind, each with who has it.
func (v Verdict) named(k tally, names bool) []string {
	var out []string
	for _, i := range v.waiting {
		if i.tally() == k {
			out = append(out, i.called(names))
		}
	}
	if n := len(out) - bodyNames; n > 0 {
		out = append(out[:bodyNames], Spelled(n)+" more")
	}
	return out
}

// subjects are what checks are about, as the verdict names them.
var subjects = map[CheckKey]string{
	CheckSeats: "the seats", CheckArrivals: "the people who never arrived", CheckGroups: "the groups", CheckGroupRoles: "the roles of groups",
	CheckCoworkRole: "the role with Cowork", CheckDryRun: "the dry run", CheckSpendLimits: "the spend limits", CheckMarketplace: "the plugins",
	CheckConnectors: "the connectors", CheckFirstTask: "the first real task", CheckTelemetry: "the telemetry", CheckChampions: "the champions",
	CheckTrainings: "the training dates", CheckSupport: "the word on support", CheckDevices: "the missing app", CheckMail: "the mail",
	CheckMessages: "the messages of the launch",
}

// called is an item in a few words, with who has it.
func (i ChecklistItem) called(names bool) string {
	what, known := subjects[i.Evidence.Check]
	if !known {
		what = "“" + i.Title + "”"
	}
	who := i.RoleName
	if names && i.Owner.Name != "" {
		who = i.Owner.Name
	}
	if who == "" {
		return what
	}
	return what + " (" + who + ")"
}

func (v Verdict) others() string {
	switch v.ready {
	case 0:
		return "Nothing holds yet."
	case 1:
		return "The other one holds."
	}
	return "The other " + Spelled(v.ready) + " hold."
}
