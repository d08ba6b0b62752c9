package gate

import (
	"strconv"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Data is what the page of a gate is made from.
type Data struct {
	Case    *rollout.GateCase
	Actor   identity.Actor
	Fresh   bool // the actor proved who they are a moment ago
	History rollout.GateHistory
	Watch   *rollout.WatchFacts // nil while nothing is watched
	Now     time.Time
	Typed   Typed
	Problem string // what was refused, and why; "" for nothing
	Confirm string // where somebody proves who they are
}

// Typed is what somebody typed that could not be used, and what is wrong with it.
type Typed struct {
	Phrase, Reason, On string
	Errors             map[string]string
}

// PageProps is the page of one gate.
type PageProps struct {
	Title, Sub string
	Crumbs     []ui.Link
	Problem    string
	Banner     ui.GateProps
	Alarms     []AlarmLine
	Card       CardProps
	Effects    []string
	Post       string // where forms go, followed by what is done
	Version    string
	Open       *OpenForm       // nil for those who may not
	Approve    *ui.ButtonProps // nil when there is nothing to say yes to
	Withdraw   bool
	Record     *RecordForm
	Override   *OverrideForm
	Watch      *WatchPanel
	Past       []PastLine
	Overrides  []OverrideLine
}

// OpenForm opens the gate after asking once more.
type OpenForm struct {
	Disabled string // why it cannot be opened
	Dialog   ui.DialogProps
}

// RecordForm keeps that the step was done.
type RecordForm struct {
	On, First, Today string
	Error            string
}

// OverrideForm opens a gate although conditions fail.
type OverrideForm struct {
	Phrase  string
	Failing []string
	Typed   Typed
	Confirm string // where to prove who one is first; "" when that was done
}

// AlarmLine is something that went wrong afterwards.
type AlarmLine struct {
	ID        int64
	Say, When string
	Seen      string // who took note, and when; "" nobody
	CanSee    bool   // may take note
}

// PastLine is something that was done.
type PastLine struct{ When, Full, Who, Say string }

// OverrideLine is a time the gate was opened although conditions failed.
type OverrideLine struct {
	Gate, URL, Who, When, Reason string
	Failed                       []string
}

// NewPage makes the page of a gate.
func NewPage(d Data) PageProps {
	c, zone := d.Case, d.Case.Plan.Rollout.Zone()
	d.Now = d.Now.In(zone)
	p := PageProps{
		Title: c.Plan.GateTitle(c.Gate), Problem: d.Problem, Crumbs: []ui.Link{{Label: "Plan", URL: route.Plan}, {Label: "Gates", URL: route.Gates}},
		Card: newCard(c, d.Now), Effects: steps[c.Gate.Kind].effects, Post: route.Gate(c.Gate.ID), Version: strconv.Itoa(c.Gate.Version),
		Banner: d.banner(), Alarms: d.alarms(), Overrides: overrideLines(c, d.History.Overrides, d.Now),
	}
	p.Sub = d.sub()
	if t, ok := c.Plan.Task(c.Gate.Task); ok {
		p.Card.Title = t.Title // as the plan has it; the other is the heading of the page
	}
	p.Card.Links = d.links()
	d.acts(&p)
	if d.Watch != nil && !c.Gate.InForce() {
		p.Watch = d.watch()
	}
	for _, a := range d.History.Activity {
		at := a.At.In(zone)
		p.Past = append(p.Past, PastLine{When: lately(at, d.Now), Full: moment(at, d.Now), Who: a.By, Say: a.Say})
	}
	return p
}

// sub says what the gate waits for.
func (d Data) sub() string {
	met, of := held(d.Case, d.Now)
	switch d.Case.State(d.Now) {
	case rollout.GatePassed:
		if d.Case.Gate.InForce() {
			return "In force before the plan, recorded by " + d.Case.Gate.PassedBy.Name
		}
		return "Done on " + ui.Date(d.Case.Gate.PassedOn.Time(), d.Now) + ", recorded by " + d.Case.Gate.PassedBy.Name
	case rollout.GateOpen:
		return "Open until " + d.Case.Until() + ", " + left(d.Case.Gate.OpenedAt.Add(rollout.GateOpenFor).Sub(d.Now)) + " left"
	}
	return ui.Count(met) + " of " + ui.Counted(of, "condition holds", "conditions hold")
}

// links lead to the page on which the step is prepared.
func (d Data) links() []ui.Link {
	switch g := d.Case.Gate; {
	case !g.PassedAt.IsZero():
	case g.Kind == rollout.GateRoles:
		return []ui.Link{{Label: "Review the dry run", URL: route.Access}}
	case g.Kind == rollout.GateWave:
		if w, ok := d.Case.Plan.Wave(g.Wave); ok {
			return []ui.Link{{Label: "Review readiness", URL: route.WaveReadiness(w.Slug)}}
		}
	}
	return nil
}

// banner says how the gate stands, across the page.
func (d Data) banner() ui.GateProps {
	c := d.Case
	switch c.State(d.Now) {
	case rollout.GatePassed:
		if c.Gate.InForce() {
			return ui.GateProps{State: ui.GatePassed, Title: "In force since " + ui.Date(c.Gate.PassedOn.Time(), d.Now), Body: "It was done before there was a plan, so nothing was asked here."}
		}
		return ui.GateProps{State: ui.GatePassed, Title: "This was done on " + ui.Date(c.Gate.PassedOn.Time(), d.Now), Body: "It cannot be taken back. What follows from it is watched for 28 days."}
	case rollout.GateOpen:
		body := "Do it in the Claude admin console, then record it here. The go-ahead ends at once when a condition fails."
		if c.Gate.Overridden() {
			body = "It was opened without its conditions. " + body
		}
		return ui.GateProps{State: ui.GateOpen, Title: "Go-ahead until " + c.Until(), Body: body}
	}
	met, of := held(c, d.Now)
	if c.Gate.State(d.Now) == rollout.GateOpen {
		return ui.GateProps{State: ui.GateLocked, Title: "The go-ahead was ended", Body: "A condition failed after the gate was opened, or an approval was taken back. It takes new approvals to open it again."}
	}
	if met == of {
		return ui.GateProps{State: ui.GateLocked, Title: "Every condition holds", Body: "A rollout lead can open the gate for 24 hours."}
	}
	if d.cannotApprove() == "" {
		return ui.GateProps{State: ui.GateLocked, Title: "This gate waits for approvals", Body: "Everything else holds. Two different people have to approve it."}
	}
	return ui.GateProps{State: ui.GateLocked, Title: "This gate is locked", Body: ui.Counted(of-met, "condition does", "conditions do") + " not hold yet."}
}

// acts decides what the actor can do here.
func (d Data) acts(p *PageProps) {
	c := d.Case
	state := c.State(d.Now)
	if state == rollout.GatePassed || !rollout.MayApprove(d.Actor) {
		return
	}
	mine := d.mine()
	p.Withdraw = mine
	if state == rollout.GateOpen {
		p.Record = d.record()
		return
	}
	if !mine {
		p.Approve = &ui.ButtonProps{Label: "Approve", Kind: ui.KindPrimary, Icon: ui.IconCheck, Disabled: d.cannotApprove()}
	}
	if rollout.MayOpen(d.Actor) {
		p.Open = d.open()
		p.Override = d.override()
	}
	if p.Open != nil && p.Open.Disabled == "" && p.Approve != nil {
		p.Approve.Kind = ui.KindPlain
	}
}

// mine reports whether the actor's own yes counts now.
func (d Data) mine() bool {
	for _, a := range d.Case.Standing(d.Now) {
		if a.By == d.Actor.Account {
			return true
		}
	}
	return false
}

// cannotApprove says what has to hold first; the approvals are the last condition.
func (d Data) cannotApprove() string {
	met, all := 0, d.Case.Conditions(d.Now)
	all = all[:len(all)-1]
	for _, c := range all {
		if c.Met {
			met++
		}
	}
	if met == len(all) {
		return ""
	}
	return ui.Counted(len(all)-met, "condition does", "conditions do") + " not hold yet."
}

func (d Data) open() *OpenForm {
	met, of := held(d.Case, d.Now)
	f := &OpenForm{}
	switch {
	case met == of-1 && d.cannotApprove() == "":
		f.Disabled = "Two different people have to approve first."
	case met < of:
		f.Disabled = ui.Counted(of-met, "condition does", "conditions do") + " not hold yet."
	}
	f.Dialog = d.dialog()
	return f
}

// dialog asks once more, with the consequence first.
func (d Data) dialog() ui.DialogProps {
	return ui.DialogProps{
		ID: "open-gate", Title: "Open the gate for 24 hours?", Body: steps[d.Case.Gate.Kind].does, Facts: d.facts(), Confirm: "Open the gate", Danger: true,
	}
}

// facts are what the dry run and the snapshot say, and who approved.
func (d Data) facts() []ui.Fact {
	var out []ui.Fact
	b := d.Case.Plan.Basis
	if b.Run != nil && d.Case.Gate.Kind == rollout.GateRoles {
		tone := ui.ToneGood
		if b.Run.Surprise > 0 {
			tone = ui.ToneBad
		}
		out = append(out, ui.Fact{Icon: ui.IconUserMinus, Tone: tone, Label: "Lose Cowork by surprise", Value: ui.Count(b.Run.Surprise)})
	}
	if b.Copy != nil && (d.Case.Gate.Kind == rollout.GateRoles || d.Case.Gate.Kind == rollout.GateSSO) {
		out = append(out, ui.Fact{Icon: ui.IconDatabase, Tone: ui.ToneGood, Label: "Snapshot", Value: moment(b.Copy.At.In(d.Now.Location()), d.Now)})
	}
	for _, a := range d.Case.Standing(d.Now) {
		out = append(out, ui.Fact{Icon: ui.IconCircleCheck, Tone: ui.ToneGood, Label: "Approved by", Value: a.Name})
	}
	return append(out, ui.Fact{Icon: ui.IconUndo2, Tone: ui.ToneBad, Label: "Way back", Value: "None"})
}

func (d Data) record() *RecordForm {
	zone := d.Case.Plan.Rollout.Zone()
	today := d.Case.Plan.Today(d.Now).String()
	f := &RecordForm{On: d.Typed.On, First: d.Case.Gate.OpenedAt.In(zone).Format(time.DateOnly), Today: today, Error: d.Typed.Errors["on"]}
	if f.On == "" {
		f.On = today
	}
	return f
}

func (d Data) override() *OverrideForm {
	f := &OverrideForm{Phrase: d.Case.Plan.GatePhrase(d.Case.Gate), Typed: d.Typed}
	for _, c := range d.Case.Conditions(d.Now) {
		if !c.Met {
			f.Failing = append(f.Failing, c.Title+": "+c.Say)
		}
	}
	if len(f.Failing) == 0 {
		return nil
	}
	if !d.Fresh {
		f.Confirm = d.Confirm
	}
	return f
}

func (d Data) alarms() []AlarmLine {
	var out []AlarmLine
	zone := d.Now.Location()
	for _, a := range d.Case.Gate.Alarms {
		l := AlarmLine{ID: a.ID, Say: a.Say, When: moment(a.RaisedAt.In(zone), d.Now), CanSee: rollout.MayApprove(d.Actor)}
		if !a.SeenAt.IsZero() {
			l.Seen = a.SeenBy.Name + " took note " + moment(a.SeenAt.In(zone), d.Now)
		}
		out = append(out, l)
	}
	return out
}

func overrideLines(c *rollout.GateCase, all []rollout.Override, now time.Time) []OverrideLine {
	var out []OverrideLine
	zone := c.Plan.Rollout.Zone()
	for _, o := range all {
		out = append(out, OverrideLine{
			Gate: c.Plan.GateTitle(c.Gate), URL: route.Gate(c.Gate.ID), Who: o.Name, When: moment(o.At.In(zone), now.In(zone)), Reason: o.Reason, Failed: o.Failed,
		})
	}
	return out
}
