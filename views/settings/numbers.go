package settings

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// PhasesProps is the form of the days the phases begin on.
type PhasesProps struct {
	Post    string
	Was     string // the phases as they were when the page was read
	Days    []PhaseDay
	Problem string // what somebody else changed meanwhile; "" for nothing
	CanEdit bool
}

// PhaseDay is a phase and the day typed for it.
type PhaseDay struct {
	Phase              adoption.Phase
	Label, Text, Error string
	Said               string // the day that is set, as people write it; "" for none
	Now                bool   // figures are judged in this phase now
}

func (d TargetsData) phases() PhasesProps {
	p := PhasesProps{Post: route.Phases, Was: WrittenPhases(d.Settings.Phases), CanEdit: d.CanEdit}
	for _, in := range adoption.Phases() {
		one := PhaseDay{Phase: in, Label: in.Name(), Now: in == d.phase()}
		for _, start := range d.Settings.Phases {
			if start.Phase == in {
				one.Text, one.Said = start.From.String(), d.date(start.From)
			}
		}
		p.Days = append(p.Days, one)
	}
	return p
}

// WrittenPhases writes phases into a form, to be compared when it comes back.
func WrittenPhases(starts []adoption.PhaseStart) string {
	var words []string
	for _, s := range starts {
		words = append(words, string(s.Phase)+"="+s.From.String())
	}
	return strings.Join(words, " ")
}

// Typed puts what was typed, and what is wrong with it, in place of what is set.
func (p PhasesProps) Typed(text, errors map[string]string) PhasesProps {
	days := make([]PhaseDay, len(p.Days))
	for i, one := range p.Days {
		one.Text, one.Error = text[string(one.Phase)], errors[string(one.Phase)]
		days[i] = one
	}
	p.Days = days
	return p
}

// said lists the phases with their days, for a sentence.
func (d TargetsData) said() string {
	var parts []string
	for _, s := range d.Settings.Phases {
		parts = append(parts, s.Phase.Name()+" "+d.date(s.From))
	}
	if len(parts) == 0 {
		return "no phase has a day"
	}
	return strings.Join(parts, ", ")
}

// PhasesMeanwhile says what somebody else made of the phases while a form was filled in.
func PhasesMeanwhile(d TargetsData) string {
	return "They are now: " + d.said() + ". Your days are below, not saved. Save them to replace those."
}

// NumbersForm is the numbers that definitions refer to, as typed.
type NumbersForm struct{ TaskMinActions, MinCohortSize, HourlyRate string }

// FormOfNumbers writes the numbers of s into a form.
func FormOfNumbers(s adoption.Settings) NumbersForm {
	f := NumbersForm{TaskMinActions: strconv.Itoa(s.TaskMinActions), MinCohortSize: strconv.Itoa(s.MinCohortSize)}
	if s.HourlyRate != nil {
		f.HourlyRate = s.HourlyRate.USD()
	}
	return f
}

// NumbersProps is the form of the numbers that definitions refer to.
type NumbersProps struct {
	Post       string
	Was, Typed NumbersForm
	Errors     map[string]string
	Problem    string // what somebody else changed meanwhile; "" for nothing
	CanEdit    bool
}

func (d TargetsData) numbers() NumbersProps {
	have := FormOfNumbers(d.Settings)
	return NumbersProps{Post: route.Numbers, Was: have, Typed: have, CanEdit: d.CanEdit}
}

// NumbersMeanwhile says what somebody else made of the numbers while a form was filled in.
func NumbersMeanwhile(d TargetsData) string {
	have := FormOfNumbers(d.Settings)
	return "They are now: a real task " + have.TaskMinActions + ", the smallest group " + have.MinCohortSize + ", an hour " +
		orNone(have.HourlyRate) + ". What you typed is below, not saved. Save it to replace those."
}

func orNone(rate string) string {
	if rate == "" {
		return "without a rate"
	}
	return "$" + rate
}

// rateOf is the hourly rate for those who only read.
func rateOf(n NumbersForm) string {
	if n.HourlyRate == "" {
		return "Not set yet"
	}
	return orNone(n.HourlyRate)
}

// ConfirmProps asks before every day is decided anew.
type ConfirmProps struct {
	Post       string
	Was, Typed NumbersForm
	Facts      []ui.Fact
}

// NewConfirm asks whether to change the numbers from was to typed, over so many days.
func NewConfirm(d TargetsData, was, typed NumbersForm) ConfirmProps {
	p := ConfirmProps{Post: route.Numbers, Was: was, Typed: typed}
	p.Facts = []ui.Fact{
		{Icon: ui.IconPenLine, Label: "Actions that make a day a task day", Value: was.TaskMinActions + " → " + typed.TaskMinActions},
		{Icon: ui.IconRefreshCw, Label: "Days decided anew", Value: ui.Count(d.Days)},
		{Icon: ui.IconActivity, Label: "Figures that change, of the past too", Value: "Delegation rate, training to first task, the funnel"},
		{Icon: ui.IconLock, Label: "Closed months", Value: "Keep their figures"},
	}
	if was.MinCohortSize != typed.MinCohortSize {
		p.Facts = append(p.Facts, ui.Fact{Icon: ui.IconUsers, Label: "Smallest group shown", Value: was.MinCohortSize + " → " + typed.MinCohortSize})
	}
	if was.HourlyRate != typed.HourlyRate {
		p.Facts = append(p.Facts, ui.Fact{Icon: ui.IconWallet, Label: "An hour of work", Value: orNone(was.HourlyRate) + " → " + orNone(typed.HourlyRate)})
	}
	return p
}

func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

const (
	taskHint   = "From so many on, a day with a session counts as a task day. A change decides every day anew."
	cohortHint = "Executives and champions see no figure of fewer people. At least 5."
	rateHint   = "Wages and all that comes on top. Value for cost waits for it."
)

func (d PhaseDay) label() string {
	if d.Now {
		return d.Label + ", now"
	}
	return d.Label
}

// facts are the days for those who only read.
func (p PhasesProps) facts() []ui.Pair {
	var out []ui.Pair
	for _, d := range p.Days {
		text := d.Said
		if text == "" {
			text = "No day yet"
		}
		out = append(out, ui.Pair{Name: d.label(), Value: text})
	}
	return out
}

// facts are the numbers for those who only read.
func (p NumbersProps) facts() []ui.Pair {
	return []ui.Pair{
		{Name: "Actions in a real task", Value: p.Was.TaskMinActions},
		{Name: "Smallest group shown", Value: p.Was.MinCohortSize},
		{Name: "An hour of work", Value: rateOf(p.Was)},
	}
}
