package rollout

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// The length of an override's reason, in characters.
const (
	leastReason = 20
	mostReason  = 1000
)

// GateCase is a gate with the plan that decides about it, as of one moment. Rules
// change its gate and nothing else; where they refuse, nothing is changed.
type GateCase struct {
	Plan *Plan
	Gate Gate
}

// Events returns what was done to g since it was read.
func (g Gate) Events() []GateEvent { return g.events }

func (g *Gate) record(action, say string, detail map[string]string) {
	g.events = append(g.events, GateEvent{Action: "gate." + action, Say: say, Detail: detail})
}

// Effective returns how the gate stands: a go-ahead ends after [GateOpenFor], and
// at once when a condition fails that nobody overrode, or an approval is withdrawn.
func (g Gate) Effective(p *Plan, b GateBasis, now time.Time) GateState {
	if s := g.State(now); s != GateOpen || g.goAhead(p.needs(g, b, now)) {
		return s
	}
	return GateLocked
}

// goAhead reports whether what the gate was opened on still holds, and has held since.
func (g Gate) goAhead(needs []Condition) bool {
	for _, c := range needs {
		if !c.stands(g.OpenedAt) && !g.overrode(c.Title) {
			return false
		}
	}
	return g.overrode(titleApprovals) || len(g.openedBy()) >= approvalsNeeded
}

// Overridden reports whether the latest go-ahead was given although conditions failed.
func (g Gate) Overridden() bool { return g.Override != nil && g.Override.At.Equal(g.OpenedAt) }

func (g Gate) overrode(title string) bool {
	return g.Overridden() && slices.Contains(g.Override.Failed, title)
}

// openedBy returns the approvals that the latest go-ahead rests on.
func (g Gate) openedBy() []Approval {
	return g.different(func(a Approval) bool {
		return !a.At.After(g.OpenedAt) && g.OpenedAt.Before(a.At.Add(GateOpenFor))
	})
}

// upToDate returns the approvals that count towards the next go-ahead: not used
// up, not older than [GateOpenFor], and given for conditions that have held since.
func (g Gate) upToDate(needs []Condition, now time.Time) []Approval {
	return g.different(func(a Approval) bool {
		broken := slices.ContainsFunc(needs, func(c Condition) bool { return !c.stands(a.At) })
		return !broken && a.At.After(g.OpenedAt) && now.Before(a.At.Add(GateOpenFor))
	})
}

// different returns the approvals that count, one of each account and address.
// What was passed rests on who could approve it then.
func (g Gate) different(counts func(Approval) bool) []Approval {
	var out []Approval
	for _, a := range g.Approvals {
		if a.Void && g.PassedAt.IsZero() {
			continue
		}
		twice := slices.ContainsFunc(out, func(b Approval) bool { return a.By == b.By || strings.EqualFold(a.Email, b.Email) })
		if !twice && counts(a) {
			out = append(out, a)
		}
	}
	return out
}

// standing returns the approvals that the gate's present state rests on.
func (g Gate) standing(needs []Condition, now time.Time) []Approval {
	switch s := g.State(now); {
	case s == GatePassed, s == GateOpen && g.goAhead(needs):
		return g.openedBy()
	}
	return g.upToDate(needs, now)
}

// Standing returns the approvals that count now.
func (c *GateCase) Standing(now time.Time) []Approval {
	return c.Gate.standing(c.Plan.needs(c.Gate, c.Plan.Basis, now), now)
}

// Conditions returns everything that must hold before the gate opens; see [Plan.Conditions].
func (c *GateCase) Conditions(now time.Time) []Condition {
	return c.Plan.Conditions(c.Gate, c.Plan.Basis, now)
}

// State returns how the gate stands; see [Gate.Effective].
func (c *GateCase) State(now time.Time) GateState { return c.Gate.Effective(c.Plan, c.Plan.Basis, now) }

// MayApprove reports whether somebody may say yes, take it back, and record that a step was done.
func MayApprove(by identity.Actor) bool {
	return by.Account != 0 && by.HasAny(identity.Lead, identity.Owner)
}

// MayOpen reports whether somebody may open a gate.
func MayOpen(by identity.Actor) bool { return by.Account != 0 && by.Has(identity.Lead) }

var (
	errGateNotYours = fault.New(fault.Forbidden, "Gates are approved by rollout leads and owners, with an account of their own.")
	errGateLeads    = fault.New(fault.Forbidden, "Gates are opened by rollout leads, with an account of their own.")
	errGatePassed   = fault.New(fault.Conflict, "This gate was passed already. What was done cannot be undone.")
)

// shut refuses what can only be done to a gate that is locked.
func (c *GateCase) shut(now time.Time) error {
	switch c.State(now) {
	case GatePassed:
		return errGatePassed
	case GateOpen:
		return fault.New(fault.Conflict, "This gate is open already, until "+c.Until()+".")
	}
	return nil
}

// Until says until when the latest go-ahead lasts: "Tue 24 Nov, 14:05".
func (c *GateCase) Until() string {
	return c.Gate.OpenedAt.Add(GateOpenFor).In(c.Plan.Rollout.Zone()).Format("Mon 2 Jan, 15:04")
}

// Approve adds by's yes to the conditions as they stand. It is refused while one
// of them fails, and to whoever has said yes already. It counts for [GateOpenFor],
// and until a condition fails.
func (c *GateCase) Approve(by identity.Actor, now time.Time) error {
	if !MayApprove(by) {
		return errGateNotYours
	}
	if err := c.shut(now); err != nil {
		return err
	}
	needs := c.Plan.needs(c.Gate, c.Plan.Basis, now)
	if failing := unmet(needs); len(failing) > 0 {
		return fault.New(fault.Invalid, "Nothing was approved: "+notHolding(failing))
	}
	have := c.Gate.upToDate(needs, now)
	if slices.ContainsFunc(have, func(a Approval) bool { return a.By == by.Account || strings.EqualFold(a.Email, by.Email) }) {
		return fault.New(fault.Conflict, "You approved this already. The other approval has to be somebody else’s.")
	}
	c.Gate.Approvals = append(have, Approval{By: by.Account, Person: Person{by.Name, by.Email}, At: now})
	c.Gate.record("approved", "Approved: "+c.Plan.GateTitle(c.Gate), nil)
	return nil
}

// notHolding names what fails.
func notHolding(titles []string) string {
	if len(titles) == 1 {
		return "this condition does not hold: " + titles[0] + "."
	}
	return several(len(titles), "condition does", "conditions do") + " not hold: " + strings.Join(titles, "; ") + "."
}

// Withdraw takes by's yes back. A go-ahead that rests on it ends at once.
func (c *GateCase) Withdraw(by identity.Actor, now time.Time) error {
	if !MayApprove(by) {
		return errGateNotYours
	}
	if c.State(now) == GatePassed {
		return errGatePassed
	}
	mine := func(a Approval) bool { return a.By == by.Account }
	if !slices.ContainsFunc(c.Gate.Approvals, mine) {
		return fault.New(fault.Conflict, "There is no approval of yours to take back.")
	}
	c.Gate.Approvals = slices.DeleteFunc(slices.Clone(c.Gate.Approvals), mine)
	c.Gate.record("withdrawn", "Took the approval back: "+c.Plan.GateTitle(c.Gate), nil)
	return nil
}

// Open gives a go-ahead of [GateOpenFor]: to leads, once every condition holds.
func (c *GateCase) Open(by identity.Actor, now time.Time) error {
	if !MayOpen(by) {
		return errGateLeads
	}
	if err := c.shut(now); err != nil {
		return err
	}
	if failing := unmet(c.Conditions(now)); len(failing) > 0 {
		return fault.New(fault.Invalid, "The gate stays locked: "+notHolding(failing))
	}
	needs := c.Plan.needs(c.Gate, c.Plan.Basis, now)
	c.Gate.Approvals, c.Gate.OpenedAt = c.Gate.upToDate(needs, now), now
	c.Gate.record("opened", "Opened until "+c.Until()+": "+c.Plan.GateTitle(c.Gate), nil)
	return nil
}

// Override gives a go-ahead although conditions fail: to leads who proved who they
// are a moment ago, type [Plan.GatePhrase] and say why. What failed is kept with it;
// whatever else begins to fail shuts the gate. The caller sees to the proof.
func (c *GateCase) Override(by identity.Actor, phrase, reason string, now time.Time) error {
	if !MayOpen(by) {
		return errGateLeads
	}
	if err := c.shut(now); err != nil {
		return err
	}
	failing := unmet(c.Conditions(now))
	if len(failing) == 0 {
		return fault.New(fault.Conflict, "Every condition holds. Open the gate instead.")
	}
	reason = strings.Join(strings.Fields(reason), " ")
	if err := c.checkOverride(phrase, reason); err != nil {
		return err
	}
	c.Gate.OpenedAt = now
	c.Gate.Override = &Override{Person: Person{by.Name, by.Email}, At: now, Reason: reason, Failed: failing}
	c.Gate.record("overridden", "Opened without conditions until "+c.Until()+": "+reason+" Not holding: "+strings.Join(failing, "; ")+".",
		map[string]string{"failed": strconv.Itoa(len(failing))})
	return nil
}

func (c *GateCase) checkOverride(phrase, reason string) error {
	wrong := map[string]string{}
	if want := c.Plan.GatePhrase(c.Gate); strings.TrimSpace(phrase) != want {
		wrong["phrase"] = "Type exactly: " + want
	}
	switch n := utf8.RuneCountInString(reason); {
	case n < leastReason:
		wrong["reason"] = "Say why, in at least " + strconv.Itoa(leastReason) + " characters. It is shown for ever."
	case n > mostReason:
		wrong["reason"] = "At most " + amount(mostReason) + " characters."
	}
	if len(wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "The gate stays locked.", Fields: wrong}
}

// Record keeps that by did the step on a day: while the gate is open, and on no
// day before it was opened or after today.
func (c *GateCase) Record(by identity.Actor, on day.Date, now time.Time) error {
	if !MayApprove(by) {
		return errGateNotYours
	}
	switch c.State(now) {
	case GatePassed:
		return errGatePassed
	case GateLocked:
		return fault.New(fault.Invalid, c.notOpen(now))
	}
	if err := c.checkDay(on, now); err != nil {
		return err
	}
	c.Gate.PassedAt, c.Gate.PassedOn, c.Gate.PassedBy = now, on, Person{by.Name, by.Email}
	c.Gate.record("passed", "Done on "+short(on)+": "+c.Plan.GateTitle(c.Gate), map[string]string{"on": on.String()})
	return nil
}

// notOpen says why nothing can be recorded.
func (c *GateCase) notOpen(now time.Time) string {
	if c.Gate.State(now) == GateOpen {
		if failing := unmet(c.Plan.needs(c.Gate, c.Plan.Basis, now)); len(failing) > 0 {
			return "Nothing was recorded. The gate was shut: " + notHolding(failing)
		}
		return "Nothing was recorded. The gate was shut: a condition failed meanwhile, or an approval was taken back."
	}
	return "Nothing was recorded: the gate is not open."
}

func (c *GateCase) checkDay(on day.Date, now time.Time) error {
	first, today := dayIn(c.Plan.Rollout.Zone(), c.Gate.OpenedAt), c.Plan.Today(now)
	switch {
	case !on.Known():
		return fault.Field("on", "Say on which day it was done.")
	case on > today:
		return fault.Field("on", "This day has not come yet. Record it once it was done.")
	case on < first:
		return fault.Field("on", "The gate was opened on "+short(first)+". What was done before had no go-ahead.")
	}
	return nil
}

// See keeps that by took note of an alarm. Taking note twice changes nothing.
func (c *GateCase) See(alarm int64, by identity.Actor, now time.Time) error {
	if !MayApprove(by) {
		return errGateNotYours
	}
	i := slices.IndexFunc(c.Gate.Alarms, func(a Alarm) bool { return a.ID == alarm })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such alarm.")
	}
	if !c.Gate.Alarms[i].SeenAt.IsZero() {
		return nil
	}
	c.Gate.Alarms = slices.Clone(c.Gate.Alarms)
	c.Gate.Alarms[i].SeenAt, c.Gate.Alarms[i].SeenBy = now, Person{by.Name, by.Email}
	c.Gate.record("alarm_seen", "Took note: "+c.Gate.Alarms[i].Say, map[string]string{"alarm": strconv.FormatInt(alarm, 10)})
	return nil
}
