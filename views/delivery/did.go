package delivery

import (
	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// DidProps is what became of a message, and what was observed after it.
type DidProps struct {
	When  string // "Tue 17 Nov, 1,180 people"
	Facts []ui.Pair
	Scans bool // openings are told of: what opens links too
	Moved []MovedRow
	Say   string // in place of Moved: why there is nothing to tell, or not yet
	Basis string // who the others are
	All   string // where every recipient is listed; "" for who may not see names
	Def   ui.DefinitionProps
}

// MovedRow is who was at one stage, and how many of them got further.
type MovedRow struct {
	Stage       string
	Got, Others ui.Value
}

// DidData is what a [DidProps] is worded from.
type DidData struct {
	comms.Outcomes
	Movement adoption.Movement
	Members  int  // of those reached, members of the organization
	Links    bool // the message has links of ours
	Names    bool // the reader may see who got it
	Least    int  // people of whom openings may be told to the reader
}

// NewDid words what became of a message and what was observed after it.
func NewDid(d DidData, c Clock) DidProps {
	p := DidProps{
		When: sentTo(d, c), Def: didDefinition(), Facts: didFacts(d), Scans: d.Links,
	}
	if d.Names {
		p.All = route.Mailing(int64(d.ID))
	}
	p.observe(d, c)
	return p
}

// sentTo is when it went out, and to how many.
func sentTo(d DidData, c Clock) string {
	if d.MailSent == 0 && d.Chats > 0 {
		return c.day(d.SentAt) + ", " + ui.Counted(d.Chats, "chat", "chats")
	}
	return c.day(d.SentAt) + ", " + ui.Counted(d.MailSent, "person", "people")
}

func didFacts(d DidData) []ui.Pair {
	var out []ui.Pair
	if d.MailSent > 0 {
		got := d.MailSent - d.MailBack
		out = append(out, ui.Pair{Name: "Sent", Value: ui.Count(d.MailSent)}, ui.Pair{Name: "Came back", Value: ui.Count(d.MailBack)},
			ui.Pair{Name: "Delivered", Value: share(got, d.MailSent)})
		if d.Links {
			out = append(out, ui.Pair{Name: "Opened a link", Value: opened(d, got)})
		}
	}
	if d.Chats > 0 {
		out = append(out, ui.Pair{Name: "Posted to", Value: ui.Counted(d.Chats, "chat", "chats")})
		if d.Links {
			out = append(out, ui.Pair{Name: "Opened from chats", Value: ui.Counted(d.Visits, "time", "times")})
		}
	}
	for _, s := range []comms.DeliveryState{comms.Waiting, comms.Unknown, comms.Refused, comms.LeftOut} {
		if n := d.Counts[s]; n > 0 {
			out = append(out, ui.Pair{Name: StateName(s), Value: ui.Count(n)})
		}
	}
	return out
}

// opened is how many opened a link, where they are enough for the reader.
func opened(d DidData, got int) string {
	if got < d.Least {
		return "Hidden: " + adoption.WithheldReason
	}
	return share(d.Opened, got)
}

// share is a count with its part of another one: "838 (71%)".
func share(n, of int) string {
	if of == 0 {
		return ui.Count(n)
	}
	return ui.Count(n) + " (" + ui.Percent(float64(n)/float64(of)) + ")"
}

// observe words how people moved, or why that cannot be told.
func (p *DidProps) observe(d DidData, c Clock) {
	m := d.Movement
	switch {
	case d.MailSent == 0:
		p.Say = "It went to chats only: who read it there is not known, so nobody is compared."
	case m.State == adoption.MovementUnknown:
		p.Say = "There are no figures of the day before it was sent: nothing can be compared."
	case m.State == adoption.MovementNotYet:
		p.Say = "Not yet: the 7 days after it are complete from " + ui.Date((m.To+1).Time(), c.Now.In(c.Zone)) + "."
	case d.Members == 0:
		p.Say = "Nobody of those it reached was a member the day before: nothing can be compared."
	default:
		p.Moved = movedRows(m)
		p.Basis = "Others: members at the same stages who did not get it."
		if m.SameDepartments {
			p.Basis = "Others: members of the same departments and stages who did not get it."
		}
	}
}

func movedRows(m adoption.Movement) []MovedRow {
	var out []MovedRow
	for _, s := range m.Stages {
		r := MovedRow{Stage: stageWords(s.Stage), Got: went(s.Got), Others: went(s.Others)}
		if s.Withheld {
			held := ui.Value{State: ui.StateWithheld, Why: adoption.WithheldReason}
			r.Got, r.Others = held, held
		}
		out = append(out, r)
	}
	return out
}

// went is how many of a group got further; nobody at that stage is no zero.
func went(w adoption.Went) ui.Value {
	if w.People == 0 {
		return ui.Value{Text: "Nobody"}
	}
	return ui.Value{Text: ui.Count(w.Further) + " of " + ui.Count(w.People), Unit: "(" + ui.Percent(float64(w.Further)/float64(w.People)) + ")"}
}

// stageWords says how far somebody had got the day before.
func stageWords(s adoption.Stage) string {
	switch s {
	case adoption.StageNone:
		return "Had not signed in"
	case adoption.StageSignedIn:
		return "Had not delegated"
	}
	return "Was not habitual"
}

func didDefinition() ui.DefinitionProps {
	return ui.DefinitionProps{
		ID: "def-did", Title: "What was observed",
		Sentence: "Of the members who got it, those at each stage of the funnel on the day before it was sent, and how many of them were at a later stage 7 days after it. Beside them the same of members at the same stages who did not get it, of the same departments where at least five of those are left.",
		LeftOut:  "People who were not members the day before, those whose copy is unknown or came back, and whoever was habitual already.",
		Source:   "Deliveries, and Claude usage up to the last complete day. Who gets a message is chosen, so groups differ: this is observed, not caused.",
	}
}
