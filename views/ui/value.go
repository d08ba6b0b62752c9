package ui

// State says what a figure is. The states are never mixed up, neither to the
// eye nor to the ear: zero is known, "not yet" waits for something, and
// "withheld" is known but not shown.
type State string

// The states of a figure. The zero State is a known figure.
const (
	StateKnown    State = ""
	StateNotYet   State = "not-yet"
	StateWithheld State = "withheld"
)

// Value is a figure ready to be shown. Make one with [Known], [NotYet] or [Withheld].
type Value struct {
	State State
	Text  string // the figure: 80.0%, 354, 0
	Unit  string // set small beside it: days, h
	Why   string // what a figure that is not yet waits for; why one is withheld
}

// Known is a figure that can be shown, zero included.
func Known(text string) Value { return Value{Text: text} }

// KnownIn is a figure with its unit set small beside it: 4.2 days.
func KnownIn(text, unit string) Value { return Value{Text: text, Unit: unit} }

// NotYet is a figure that cannot be computed, and what it waits for: "3 of 5 replies needed".
func NotYet(waitsFor string) Value { return Value{State: StateNotYet, Why: waitsFor} }

// Withheld is a figure of too few people to show.
func Withheld(atLeast int) Value {
	return Value{State: StateWithheld, Why: "fewer than " + Count(atLeast) + " people"}
}

// Tones that only words wear, beside those of bars.
const (
	ToneNone Tone = ""
	ToneTide Tone = "tide"
)

// Link is a labelled address.
type Link struct{ Label, URL string }

// Pair is a name and a value: a hidden field, or a fact in a list.
type Pair struct{ Name, Value string }

// Person is somebody shown by name, or by what they are called where there is
// little room.
type Person struct{ Name, Role, Called string }

// hue spreads names over the five avatar colours, the same for the same name.
func (p Person) hue() string {
	sum := 0
	for _, r := range p.Name {
		sum += int(r)
	}
	return []string{"", "b", "c", "d", "e"}[sum%5]
}
