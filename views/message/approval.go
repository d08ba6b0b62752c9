package message

import (
	"cmp"
	"strconv"
	"strings"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// ApproveProps is whose word the message has, and whose it needs.
type ApproveProps struct {
	Say      string
	Given    []GivenRow
	Version  string // of the message, for its forms
	Ask      string // what takes the form that asks for approval; "" for those who may not
	Approve  string
	Agree    string // what the button says
	Confirm  string // where one proves who one is first; "" when that is not needed
	TakeBack string
	Back     string // what that button says
}

// GivenRow is an approval.
type GivenRow struct {
	Person ui.Person
	When   string // "Thu 19 Nov, 10:32, for 1,180 people"
	Since  string // what changed in the audience since
	Who    []string
	More   string
}

// namesShown is how many names of a change are listed.
const namesShown = 50

func (d PageData) approval() ApproveProps {
	m := d.Sheet.Message
	at := route.Message(int64(m.ID))
	p := ApproveProps{Say: d.sayApproval(), Version: strconv.Itoa(m.Version)}
	for i, a := range m.Approvals {
		p.Given = append(p.Given, d.given(a, d.Shifts[i]))
	}
	if !m.Open() {
		return p
	}
	asked := m.Asked == m.N
	mine := d.Sheet.Message.ApprovedBy(d.Actor)
	if !asked && m.MayWrite(d.Actor) {
		p.Ask = at + "/ask"
	}
	if asked && m.MayApprove(d.Actor) && !mine && m.MissingApprovals(len(d.Reach.To)) > 0 {
		p.Approve, p.Agree = at+"/approve", "Approve"
		if len(d.Reach.To) > comms.Mass && !d.Fresh {
			p.Confirm = d.Confirm
		}
	}
	switch {
	case mine:
		p.TakeBack, p.Back = at+"/take-back", "Take my approval back"
	case asked && m.MayWrite(d.Actor):
		p.TakeBack, p.Back = at+"/take-back", "Make it a draft again"
	}
	return p
}

// sayApproval says what the message waits for.
func (d PageData) sayApproval() string {
	m, n := d.Sheet.Message, len(d.Reach.To)
	need, have := comms.Needed(n), m.Approvers()
	reaches := "It reaches " + ui.Counted(n, "person", "people") + " now"
	switch {
	case !m.Open():
		return "Nothing of it is to go out any more."
	case m.Asked != m.N && m.Asked > 0:
		return "It was changed since approval was asked for. It asks again."
	case m.Asked != m.N:
		return "Approval has not been asked for."
	case have >= need:
		return "Approved. What was approved is what is sent: any change of text, audience or channels asks again."
	case need > 1 && have > 0:
		return reaches + ": above " + ui.Count(comms.Mass) + " a second person approves it, else it does not go out."
	case need > 1:
		return reaches + ": above " + ui.Count(comms.Mass) + " two people approve it."
	case m.Approver.Named():
		return "It waits for " + cmp.Or(m.Approver.Name, m.Approver.Email) + ", or a rollout lead."
	}
	return "It waits for a rollout lead. Nobody else is named to approve it."
}

func (d PageData) given(a comms.Approval, s comms.Shift) GivenRow {
	row := GivenRow{
		Person: ui.Person{Name: cmp.Or(a.Name, a.Email)},
		When:   d.moment(a.At) + ", for " + ui.Counted(a.Recipients, "person", "people"), Since: sinceThen(s),
	}
	if !d.Sheet.Message.Open() {
		row.Since = "" // what is not to go out reaches nobody any more
		return row
	}
	if d.Actor.HasAny(identity.Lead, identity.Auditor) {
		row.Who, row.More = whoMoved(s)
	}
	return row
}

// sinceThen counts what changed in an audience: "Since then 12 joined, 8 left and 5 opted out".
func sinceThen(s comms.Shift) string {
	left, ended, lost := 0, 0, 0
	for _, e := range s.Gone {
		switch e.Why {
		case "", comms.LeftGone:
			left++
		case comms.LeftOptedOut:
			ended++
		default:
			lost++
		}
	}
	var parts []string
	for _, p := range []struct {
		n   int
		say string
	}{{len(s.Joined), "joined"}, {left, "left"}, {ended, "opted out"}, {lost, "cannot be mailed any more"}} {
		if p.n > 0 {
			parts = append(parts, ui.Count(p.n)+" "+p.say)
		}
	}
	switch n := len(parts); n {
	case 0:
		return "The same people are reached now."
	case 1:
		return "Since then " + parts[0] + "."
	default:
		return "Since then " + strings.Join(parts[:n-1], ", ") + " and " + parts[n-1] + "."
	}
}

// whoMoved names who joined and who left, for those who may read names.
func whoMoved(s comms.Shift) (names []string, more string) {
	for _, r := range s.Joined {
		names = append(names, "Joined: "+cmp.Or(r.Name, r.Email))
	}
	for _, e := range s.Gone {
		who := cmp.Or(e.Name, e.Email)
		if e.Why == "" {
			names = append(names, "Left: "+who)
			continue
		}
		names = append(names, "Left out: "+who+", "+e.Why.Say())
	}
	if len(names) > namesShown {
		return names[:namesShown], "and " + ui.Count(len(names)-namesShown) + " more"
	}
	return names, ""
}

// ActsProps is what else can be done with a message.
type ActsProps struct {
	Version     string
	Test        string // what takes the form that mails it to oneself; "" for those who may not
	TestTo      string
	TestHeld    string
	Key         string
	SendNow     string
	SendConfirm string // where one proves who one is first
	SendSay     string
	Cancel      string
	Occurrence  string
	CancelSay   string
	Archive     string
}

// Any reports whether anything can be done.
func (p ActsProps) Any() bool { return p.SendNow != "" || p.Cancel != "" || p.Archive != "" }

// Title names what can be done.
func (p ActsProps) Title() string {
	switch {
	case p.SendNow != "":
		return "Send now, cancel, archive"
	case p.Cancel != "":
		return "Cancel or archive"
	}
	return "Archive"
}

func (d PageData) acts() ActsProps {
	m := d.Sheet.Message
	at := route.Message(int64(m.ID))
	p := ActsProps{Version: strconv.Itoa(m.Version), Key: d.Key}
	if !m.MayWrite(d.Actor) || !m.ArchivedAt.IsZero() {
		return p
	}
	p.Archive = at + "/archive"
	if d.Actor.Email != "" {
		p.Test, p.TestTo, p.TestHeld = at+"/test", d.Actor.Email, d.TestHeld
	}
	next := m.Next()
	if next < 0 {
		return p
	}
	o := m.Occurrences[next]
	if !d.several() {
		p.Cancel, p.Occurrence, p.CancelSay = at+"/cancel", strconv.FormatInt(int64(o.ID), 10), "It never goes out."
	}
	if s := d.status(); d.Actor.Has(identity.Lead) && (s == comms.StatusScheduled || s == comms.StatusNoDay) && m.Approved(len(d.Reach.To)) && len(d.Reach.To) > 0 {
		p.SendNow = at + "/send-now"
		p.SendSay = "It goes out at once, to " + ui.Counted(len(d.Reach.To), "person", "people") + "."
		if !d.Fresh {
			p.SendConfirm = d.Confirm
		}
	}
	return p
}
