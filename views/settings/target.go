package settings

import (
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// TargetForm is a target as typed, and what is wrong with it.
type TargetForm struct {
	Phase             adoption.Phase
	Seen              string // the latest change that was known when the page was read
	Value, Owner, Due string
	Errors            map[string]string
}

// TargetProps is the page of one metric's targets.
type TargetProps struct {
	Name, Definition string
	Phases           []ui.Option
	Facts            []ui.Pair
	Title            string // of the form: for which phase
	Label, Hint      string // of the value
	Post, Reset      string
	Form             TargetForm
	Back             string // takes this phase's target back; "" when there is none
	Without          string // what holds once it is taken back
	Problem          string // what somebody else changed meanwhile; "" for nothing
	CanEdit          bool
	Past             []PastLine
}

// NewTarget makes the page of a metric's target in a phase. typed is what a form
// came back with, nil to begin with what is set; problem is what somebody else
// changed meanwhile, "" for nothing: once it is shown, it counts as seen.
func NewTarget(d TargetsData, m adoption.Metric, in adoption.Phase, typed *TargetForm, problem string) TargetProps {
	at := route.Target(string(m.Key))
	p := TargetProps{
		Name: m.Name, Definition: m.Definition, Title: "Target for " + phaseWord(in), Label: statedOf[m.Key].label, Hint: hintOf(m),
		Post: at, Reset: at + "/reset", CanEdit: d.CanEdit, Past: d.past(m), Facts: d.facts(m, in),
	}
	for _, place := range places() {
		p.Phases = append(p.Phases, ui.Option{Label: place.Name(), URL: route.With(at, "phase", string(place)), Current: place == in})
	}
	if _, ok := d.own(m.Key, in); ok {
		p.Back = d.back(m, in)
	}
	p.Without = d.without(m, in)
	p.Form = d.formOf(m, in)
	if typed != nil {
		fresh := p.Form.Seen
		p.Form = *typed
		if p.Problem = problem; problem != "" {
			p.Form.Seen = fresh
		}
	}
	return p
}

func phaseWord(in adoption.Phase) string {
	if in == "" {
		return "every phase without one of its own"
	}
	return "periods that end in " + in.Name()
}

func hintOf(m adoption.Metric) string {
	s := "At the target or above it is on target, from 80% of it on just under, below that behind."
	if m.LowerBetter {
		s = "Lower is better: at the target or below it is on target, up to 125% of it just over, above that behind."
	}
	if m.Target.PerWeek {
		s += " It is multiplied by the weeks of a period."
	}
	if m.Target.OfLicensed {
		s += " It is multiplied by the people licensed."
	}
	return s
}

// formOf is the form before anybody typed: what is set for the phase, else what holds in it.
func (d TargetsData) formOf(m adoption.Metric, in adoption.Phase) TargetForm {
	f := TargetForm{Phase: in, Seen: d.seen(), Value: TypedTarget(m, m.Target.Value)}
	if t, ok := d.Settings.SetTarget(m.Key, in); ok {
		f.Value = TypedTarget(m, t.Value)
		if t.Phase == in {
			f.Owner, f.Due = t.Owner, t.Due.String()
		}
	}
	return f
}

// seen is the latest change there is.
func (d TargetsData) seen() string {
	if len(d.History) == 0 {
		return "0"
	}
	return strconv.FormatInt(d.History[0].ID, 10)
}

// back names what a phase's target goes back to.
func (d TargetsData) back(m adoption.Metric, in adoption.Phase) string {
	if _, ok := d.own(m.Key, ""); ok && in != "" {
		return "Back to the target of every phase"
	}
	return "Back to the default"
}

// without says what would hold in a phase that had no target of its own.
func (d TargetsData) without(m adoption.Metric, in adoption.Phase) string {
	if t, ok := d.own(m.Key, ""); ok && in != "" {
		return targetText(m, t.Value) + ", as in every phase"
	}
	return targetText(m, m.Target.Value) + ", the default"
}

func (d TargetsData) facts(m adoption.Metric, in adoption.Phase) []ui.Pair {
	row := d.row(m)
	set := "Not set; " + d.without(m, in)
	if t, ok := d.own(m.Key, in); ok {
		set = targetText(m, t.Value)
		if more := d.terms(t); more != "" {
			set += " (" + more + ")"
		}
	}
	return []ui.Pair{
		{Name: in.Name(), Value: set},
		{Name: "In force now", Value: row.InForce + " " + row.Per + ", " + row.whence()},
		{Name: "Default", Value: row.Default + " " + row.Per},
		{Name: "Last 28 days", Value: readingText(row.Reading)},
	}
}

// readingText is a reading as a sentence.
func readingText(r measure.Reading) string {
	if r.Value.State != ui.StateKnown {
		return "Not yet: " + r.Value.Why
	}
	s := r.Value.Text
	if r.Value.Unit != "" {
		s += " " + r.Value.Unit
	}
	if r.Target != "" {
		s += " against " + r.Target
	}
	if r.Status != nil {
		s += ", " + lower(r.Status.Label)
	}
	return s
}

// ChangedMeanwhile says what somebody else made of a target while a form was filled in.
func ChangedMeanwhile(d TargetsData, m adoption.Metric, in adoption.Phase) string {
	for _, line := range d.past(m) {
		if line.Phase == in.Name() {
			return line.Who + " changed it from " + line.From + " to " + line.To + " on " + line.When + ". Your text is below, not saved. Save it to replace theirs."
		}
	}
	return "Load the page again."
}
