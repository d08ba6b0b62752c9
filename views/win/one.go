package win

import (
	"groundswell/internal/value"
	"groundswell/views/ui"
)

// OneProps is the page of one win.
type OneProps struct {
	Head        ui.PageHeadProps
	Stale       string // somebody else changed it meanwhile; what was typed is kept
	Deliverable string
	State       ui.ChipProps
	Facts       []ui.Pair
	Told        string // how it reads for everybody; "" while it is not told
	Untold      string // why it is not told
	Edit        string // "" for readers
	Publish     *PublishProps
	Withdraw    *WithdrawProps
	Undo        *ui.Pair // the form that forgets it: its address, and where it returns
}

// PublishProps is the form that publishes a win.
type PublishProps struct {
	Action, Version string
	Name            string // whose win it is
	Agreed          bool
	Error           string
}

// WithdrawProps is the form that withdraws a win.
type WithdrawProps struct {
	Action, Version string
	Reason, Error   string
}

// NewOne is the page of w without its forms; on and loggedAt are its days in words.
func NewOne(w value.Win, crumb ui.Link, on, loggedAt, decidedAt string) OneProps {
	p := OneProps{
		Head:        ui.PageHeadProps{Title: "A win of " + w.Who.Label(), Sub: on, Crumbs: []ui.Link{crumb}},
		Deliverable: w.Deliverable, State: chip(w.State),
	}
	if w.Who.Department.Name != "" {
		p.Head.Sub = w.Who.Department.Name + ", " + on
	}
	fact := func(name, text string) {
		if text != "" {
			p.Facts = append(p.Facts, ui.Pair{Name: name, Value: text})
		}
	}
	fact("Before", BeforeLabel(w.Before))
	fact("Hours freed", orElse(HoursLabel(w.Hours), "Not said"))
	fact("The time goes to", orElse(w.GoesTo, "Not said"))
	fact("Named", agreed(w.Consent))
	fact("Logged", by(loggedAt, w.Logger))
	if w.State != value.Logged {
		fact(StateLabel(w.State), by(decidedAt, w.Decider))
	}
	if told, ok := w.Told(); ok {
		p.Told = toldText(told)
	} else {
		p.Untold = map[value.State]string{
			value.Logged:    "It counts, and is told, once a rollout lead has published it.",
			value.Withdrawn: "It was withdrawn: it counts nowhere and is told to nobody.",
		}[w.State]
	}
	return p
}

// toldText is a win in one line, as anybody may read it.
func toldText(t value.Told) string {
	who := orElse(t.Name, "Somebody")
	if t.Department != "" {
		who += ", " + t.Department
	}
	out := who + ": " + t.Deliverable
	if t.GoesTo != "" {
		out += ". The time goes to: " + t.GoesTo
	}
	return out
}

func by(at, name string) string {
	if name == "" {
		return at
	}
	return at + " by " + name
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
