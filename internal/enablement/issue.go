package enablement

import (
	"slices"
	"strings"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// IssueState is how far an issue is.
type IssueState string

// The states of an issue.
const (
	IssueOpen     IssueState = "open"
	IssueAnswered IssueState = "answered"
	IssueClosed   IssueState = "closed"
)

// IssueStates returns every state.
func IssueStates() []IssueState { return []IssueState{IssueOpen, IssueAnswered, IssueClosed} }

// Valid reports whether s is a state.
func (s IssueState) Valid() bool { return slices.Contains(IssueStates(), s) }

// Name is s as pages say it.
func (s IssueState) Name() string {
	return map[IssueState]string{IssueOpen: "Open", IssueAnswered: "Answered", IssueClosed: "Closed"}[s]
}

// Solver is who takes an issue on. Email is "" while nobody does.
type Solver struct {
	Name, Email string
}

// Issue is what a champion, an owner or a lead reported and could not solve.
type Issue struct {
	ID             int64
	Department     int // 0: of no department
	DepartmentName string
	DepartmentSlug string
	Title, Body    string
	State          IssueState
	ReportedBy     identity.AccountID // 0: not known any more
	ReporterName   string
	ReportedAt     time.Time
	Topic          int // the escalation path it belongs to; 0 for none
	TopicName      string
	GoesTo, Within string // of that path
	Solver         Solver
	Answer         string
	AnsweredAt     time.Time // zero: never
	ClosedAt       time.Time // zero: not closed
	Version        int
}

// NewIssue is an issue as it is reported. Department is the slug of the
// department it is about; champions report for their own only.
type NewIssue struct {
	Department  string
	Title, Body string
	Topic       int    // 0: none fits
	Key         string // of the form; "" for none
}

// Check returns n without what is not seen, or an Invalid fault that names every
// field. What is not the actor's department is a fault that does not say whether there is one.
func (n NewIssue) Check(by identity.Actor) (NewIssue, error) {
	w := wrong{}
	n.Title, n.Body = plainLine(n.Title), plainText(n.Body)
	w.add("title", textWrong(n.Title, 120, "Say in a few words what it is."))
	w.add("body", textWrong(n.Body, 4000, "Say what happened, and since when."))
	switch {
	case !Reports(by):
		return n, fault.New(fault.Forbidden, "Champions, owners and leads report issues. Ask in the support channel.")
	case !by.HasAny(identity.Lead, identity.Owner) && !slices.Contains(by.Departments, n.Department):
		w.add("department", "Choose a department of yours.")
	}
	return n, w.fault()
}

// Reports reports whether an actor may report issues.
func Reports(by identity.Actor) bool {
	return by.HasAny(identity.Lead, identity.Owner, identity.Champion)
}

// Sees reports whether an actor may know of i: leads and auditors of every issue,
// champions of those of their departments, owners of those they took on or reported.
func (i Issue) Sees(by identity.Actor) bool {
	switch {
	case by.HasAny(identity.Lead, identity.Auditor):
		return true
	case by.Has(identity.Champion) && i.DepartmentSlug != "" && slices.Contains(by.Departments, i.DepartmentSlug):
		return true
	}
	return by.Has(identity.Owner) && (i.takenOnBy(by) || i.reportedBy(by))
}

func (i Issue) takenOnBy(by identity.Actor) bool {
	return by.Email != "" && strings.EqualFold(i.Solver.Email, by.Email)
}

func (i Issue) reportedBy(by identity.Actor) bool {
	return by.Account != 0 && i.ReportedBy == by.Account
}

// MayAssign reports whether an actor says who takes i on.
func (i Issue) MayAssign(by identity.Actor) bool {
	return by.Has(identity.Lead) && i.State != IssueClosed
}

// MayAnswer reports whether an actor answers i: a lead, or the owner who took it on.
func (i Issue) MayAnswer(by identity.Actor) bool {
	return i.Sees(by) && (by.Has(identity.Lead) || by.Has(identity.Owner) && i.takenOnBy(by)) && i.State != IssueClosed
}

// MaySettle reports whether an actor closes i or opens it again: a lead, or whoever reported it.
func (i Issue) MaySettle(by identity.Actor) bool {
	return i.Sees(by) && (by.Has(identity.Lead) || i.reportedBy(by))
}

var errNotYourIssue = fault.New(fault.Forbidden, "This is for whoever reported the issue, whoever took it on, or a rollout lead.")

// Assign gives i to somebody, or to nobody.
func (i *Issue) Assign(by identity.Actor, to Solver) error {
	if !i.MayAssign(by) {
		return i.refusal(by)
	}
	i.Solver = Solver{Name: plainLine(to.Name), Email: strings.TrimSpace(to.Email)}
	return nil
}

// Tell answers i. An answered issue can be answered anew.
func (i *Issue) Tell(by identity.Actor, words string, now time.Time) error {
	if !i.MayAnswer(by) {
		return i.refusal(by)
	}
	words = plainText(words)
	if say := textWrong(words, 4000, "Write the answer."); say != "" {
		return fault.Field("answer", say)
	}
	i.Answer, i.AnsweredAt, i.State = words, now, IssueAnswered
	return nil
}

// Close settles i. Closing twice changes nothing.
func (i *Issue) Close(by identity.Actor, now time.Time) error {
	switch {
	case !i.MaySettle(by):
		return i.refusal(by)
	case i.State == IssueClosed:
		return nil
	}
	i.State, i.ClosedAt = IssueClosed, now
	return nil
}

// Reopen opens i again, with what is still missing in the reporter's words. on is
// the day, as a page writes it.
func (i *Issue) Reopen(by identity.Actor, words, on string) error {
	switch {
	case !i.MaySettle(by):
		return i.refusal(by)
	case i.State == IssueOpen:
		return nil
	}
	words = plainText(words)
	if say := textWrong(words, 2000, ""); say != "" {
		return fault.Field("words", say)
	}
	i.Body += "\n\nOpened again on " + on + "."
	if words != "" {
		i.Body += "\n" + words
	}
	if textWrong(i.Body, MaxBody, "") != "" {
		return fault.New(fault.Invalid, "This issue has been opened again so often that it is full. Report a new one.")
	}
	i.State, i.ClosedAt = IssueOpen, time.Time{}
	return nil
}

// refusal is the fault of what an actor may not do to i: what they may not know of is not there.
func (i Issue) refusal(by identity.Actor) error {
	switch {
	case !i.Sees(by):
		return ErrNoIssue
	case i.State == IssueClosed:
		return fault.New(fault.Conflict, "This issue is closed. Open it again first.")
	}
	return errNotYourIssue
}

// ErrNoIssue is the fault of an issue that is not there, or not for the asker.
var ErrNoIssue = fault.New(fault.NotFound, "There is no such issue, or none that you may know of.")

// IssueFilter narrows a list of issues.
type IssueFilter struct {
	State      IssueState // "": every state
	Unsettled  bool       // open and answered
	Department string     // a slug; "": every one
	Topic      int        // 0: every one
	Search     string
	Mine       bool // taken on or reported by the reader
	Page       int  // from 1
	Limit      int  // of a page
}

// Issues is a page of issues, with what they can be narrowed by.
type Issues struct {
	List        []Issue      // newest first
	Total       int          // of all pages
	Departments []IssuePlace // those whose issues the reader may know of
	Paths       []Escalation
}

// IssuePlace is a department by name.
type IssuePlace struct {
	Slug, Name string
}
