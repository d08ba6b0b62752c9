package value

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// What a win may hold.
const (
	MaxDeliverable = 500 // characters
	MaxGoesTo      = 200
	MaxReason      = 300
	DaysBack       = 60 // how old a win may be that is logged today
	UndoFor        = 24 * time.Hour
)

var (
	errNoWin      = fault.New(fault.NotFound, "There is no such win, or none that you may know of.")
	errChanged    = fault.New(fault.Conflict, "Somebody else changed this win meanwhile. Nothing was changed by you.")
	errNotYours   = fault.New(fault.Forbidden, "Only who logged this win changes it, until it is published. A rollout lead can.")
	errOnlyLeads  = fault.New(fault.Forbidden, "Only a rollout lead decides what is told.")
	errTooLate    = fault.New(fault.Conflict, "A win is undone within 24 hours. Ask a rollout lead to withdraw it.")
	errDecided    = fault.New(fault.Conflict, "A rollout lead has decided on this win already. Ask them to withdraw it.")
	errNeedsAgree = fault.Field("consent", "Ask them first: a win is published once its person agreed to be named.")
)

// written cleans w and faults with Invalid where it cannot be kept.
func (w Words) written(today day.Date) (Words, map[string]string) {
	wrong := map[string]string{}
	w.Deliverable, w.GoesTo = clean(w.Deliverable), clean(w.GoesTo)
	if !w.Day.Known() {
		w.Day = today
	}
	switch n := utf8.RuneCountInString(w.Deliverable); {
	case n == 0:
		wrong["deliverable"] = "Say what they got back: a file, a report, a list."
	case n > MaxDeliverable:
		wrong["deliverable"] = tooLong(n, MaxDeliverable)
	}
	if n := utf8.RuneCountInString(w.GoesTo); n > MaxGoesTo {
		wrong["goes_to"] = tooLong(n, MaxGoesTo)
	}
	if !w.Before.Valid() {
		wrong["before"] = "Choose one: new work, slower or less well."
	}
	if !w.Hours.Valid() {
		wrong["hours"] = "Choose 1, 2, 3 or 5 and more, or leave it."
	}
	switch {
	case w.Day > today:
		wrong["day"] = "This day is still to come."
	case w.Day < today-DaysBack:
		wrong["day"] = fmt.Sprintf("At most %d days back.", DaysBack)
	}
	return w, wrong
}

func tooLong(n, most int) string {
	return fmt.Sprintf("At most %d characters; these are %d.", most, n)
}

// clean makes one line of text: without control characters, without those that
// turn the direction of what follows, with single spaces.
func clean(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)), " ")
}

// refuse makes one Invalid fault of what is wrong with which field.
func refuse(wrong map[string]string) error {
	if len(wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Something is missing or cannot be used. What you typed is kept.", Fields: wrong}
}

// mayLogFor says why nobody may log a win of who for by, "" when they may. Who is
// of another department looks to a champion like nobody.
func mayLogFor(by identity.Actor, who Who) string {
	if !by.Has(identity.Lead) && !isOf(by, who) {
		return "Nobody in your department has this address."
	}
	switch {
	case !who.Known:
		return "Nobody has this address: not on the roster, and not in the organization."
	case who.Left:
		return who.Label() + " has left. A win is logged for somebody who is here."
	}
	return ""
}

// isOf reports whether who is by, or in a department of theirs.
func isOf(by identity.Actor, who Who) bool {
	return by.Email != "" && strings.EqualFold(by.Email, who.Email) || slices.Contains(by.Departments, who.Department.Slug)
}

// VisibleTo reports whether by may know of w: leads and auditors of everybody,
// champions of themselves and of the people of their departments.
func (w Who) VisibleTo(by identity.Actor) bool {
	return by.HasAny(identity.Lead, identity.Auditor) || by.Has(identity.Champion) && isOf(by, w)
}

// VisibleTo reports whether by may know of w. To have logged it is not enough: a
// champion who has changed departments leaves its people behind.
func (w Win) VisibleTo(by identity.Actor) bool { return w.Who.VisibleTo(by) }

func (w Win) own(by identity.Actor) bool { return by.Account != 0 && w.LoggedBy == by.Account }

// MayEdit reports whether by may change what is written: who logged it until it is
// published, and leads.
func (w Win) MayEdit(by identity.Actor) bool { return w.mayEdit(by) == nil }

func (w Win) mayEdit(by identity.Actor) error {
	switch {
	case !w.VisibleTo(by):
		return errNoWin
	case by.Has(identity.Lead):
		return nil
	case !w.own(by):
		return errNotYours
	case w.State != Logged:
		return errDecided
	}
	return nil
}

// MayUndo reports whether by may take w back, as if it had never been logged: who
// logged it within 24 hours and before a lead decided, and leads.
func (w Win) MayUndo(by identity.Actor, now time.Time) bool { return w.mayUndo(by, now) == nil }

func (w Win) mayUndo(by identity.Actor, now time.Time) error {
	switch {
	case w.mayEdit(by) != nil:
		return w.mayEdit(by)
	case !by.Has(identity.Lead) && now.Sub(w.LoggedAt) > UndoFor:
		return errTooLate
	}
	return nil
}

func (w *Win) edit(by identity.Actor, to Words, consent bool, version int, today day.Date) error {
	if err := w.mayEdit(by); err != nil {
		return err
	}
	if version != w.Version {
		return errChanged
	}
	to, wrong := to.written(today)
	if to.Day == w.Day {
		delete(wrong, "day") // it was not too long ago when it was logged
	}
	if w.State == Published && !consent {
		wrong["consent"] = "It is published with their name. Withdraw it instead."
	}
	if err := refuse(wrong); err != nil {
		return err
	}
	if to == w.Words && consent == w.Consent {
		return nil
	}
	w.Words, w.Consent = to, consent
	w.record(by, "win.changed", map[string]string{"agreed": yesNo(consent)})
	return nil
}

// publish makes w count. consent says that its person agreed to be named.
func (w *Win) publish(by identity.Actor, consent bool, version int, now time.Time) error {
	switch {
	case !by.Has(identity.Lead):
		return errOnlyLeads
	case w.State == Published:
		return nil
	case version != w.Version:
		return errChanged
	case !consent:
		return errNeedsAgree
	}
	w.Consent = true
	w.decide(by, Published, now)
	w.record(by, "win.published", nil)
	return nil
}

// withdraw keeps w and takes it out of every figure. The reason is for the audit log.
func (w *Win) withdraw(by identity.Actor, reason string, version int, now time.Time) error {
	reason = clean(reason)
	switch n := utf8.RuneCountInString(reason); {
	case !by.Has(identity.Lead):
		return errOnlyLeads
	case w.State == Withdrawn:
		return nil
	case version != w.Version:
		return errChanged
	case n == 0:
		return fault.Field("reason", "Say why: it is kept in the audit log.")
	case n > MaxReason:
		return fault.Field("reason", tooLong(n, MaxReason))
	}
	from := w.State
	w.decide(by, Withdrawn, now)
	w.record(by, "win.withdrawn", map[string]string{"from": string(from), "reason": reason})
	return nil
}

func (w *Win) decide(by identity.Actor, to State, now time.Time) {
	w.State, w.DecidedBy, w.Decider, w.DecidedAt = to, by.Account, by.Name, now
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
