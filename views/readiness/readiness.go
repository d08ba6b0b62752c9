// Package readiness is the page on which a wave's launch is decided: the verdict
// with what it was counted from, the votes, the checklist with its proof, and
// every decision as it was frozen. It draws what it is given and judges nothing.
package readiness

import (
	"strconv"

	"groundswell/views/ui"
)

// Props is a wave's readiness.
type Props struct {
	Head    ui.PageHeadProps
	Waves   []ui.Option
	Run     string // posted to, to run the checks again; empty for those who may not
	Back    string // where running them comes back to
	Notes   []ui.BannerProps
	Void    *ui.VoidProps // in place of all below
	Verdict ui.VerdictProps
	Round   Round
	Vote    *VoteForm // of the decider who reads; nil for everybody else
	Groups  []Group
	LeftOut []ui.CheckProps
	Log     []Entry
	Setup   *Setup // for leads
}

// Round is what can be done about the question itself. Empty addresses are not offered.
type Round struct {
	Version int
	Ask     string
	Decide  string
	Go      bool // go can be recorded
	NoGo    bool
}

// AskForm is the id of the form that the ask button sends.
const AskForm = "ask"

func (r Round) version() string { return strconv.Itoa(r.Version) }

// Group is a part of the checklist.
type Group struct {
	Title     string
	Ready, Of int
	Items     []ui.CheckProps
}

// VoteForm is a decider's word as they type it.
type VoteForm struct {
	Action string
	Title  string
	Hint   string
	Choice string
	Reason string
	Errors map[string]string
	Label  string // of the button
}

func (f VoteForm) choices() ui.ChoicesProps {
	return ui.ChoicesProps{Name: "choice", Label: "Your word", Options: []ui.Choice{
		{Value: "go", Label: "Go", Chosen: f.Choice == "go"}, {Value: "no_go", Label: "No-go", Chosen: f.Choice == "no_go"},
	}}
}

// Entry is a decision in the log.
type Entry struct {
	When string
	Chip ui.ChipProps
	Say  string
	URL  string
}

// DeciderRow is a line of the form that names deciders.
type DeciderRow struct {
	Name, Email, Title string
}

// Setup is who decides, and when, as a lead types it.
type Setup struct {
	Open          bool   // shown unfolded: something was typed, or nothing is there yet
	Problem       string // what somebody else changed meanwhile
	Version       string
	Deciders      string // posted to
	Rows          []DeciderRow
	Errors        map[string]string
	Time          string // posted to
	Day, Clock    string
	Zone          string
	EndsRound     bool // a change of the deciders ends the round that runs
	DecidersError string
}

// DecisionProps is a decision as it was frozen.
type DecisionProps struct {
	Head   ui.PageHeadProps
	Chip   ui.ChipProps
	Facts  []ui.Pair
	Votes  []ui.Vote
	Groups []Group
}
