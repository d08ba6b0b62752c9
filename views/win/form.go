package win

import (
	"strconv"

	"groundswell/internal/value"
	"groundswell/views/ui"
)

// FormProps is the sheet of a win, new or being changed.
type FormProps struct {
	Action  string
	Pick    string    // posted to, to choose whose win it is; "" when that stays
	Hidden  []ui.Pair // the form's key or the version, where one came from
	Person  PersonProps
	Typed   Typed
	Today   string // the latest day that can be chosen, and the earliest
	First   string
	Agree   bool   // asks whether the person agreed to be named
	Save    string // the words of the button
	Errors  map[string]string
	Other   *Other // what somebody else made of it meanwhile
	Summary string // said above the fields when something is wrong
}

// PersonProps is whose win it is; without an address nobody is chosen yet.
type PersonProps struct {
	Email, Name string
}

// Typed is what stands in the fields.
type Typed struct {
	Deliverable, Before, Hours, GoesTo, Day string
	Consent                                 bool
}

// Pairs are the fields as hidden ones, for a step in between.
func (t Typed) Pairs() []ui.Pair {
	out := []ui.Pair{{Name: "deliverable", Value: t.Deliverable}, {Name: "before", Value: t.Before}, {Name: "hours", Value: t.Hours},
		{Name: "goes_to", Value: t.GoesTo}, {Name: "day", Value: t.Day}}
	if t.Consent {
		out = append(out, ui.Pair{Name: "consent", Value: "on"})
	}
	return out
}

// TypedOf is a win as its fields hold it.
func TypedOf(w value.Win) Typed {
	return Typed{Deliverable: w.Deliverable, Before: string(w.Before), Hours: hoursValue(w.Hours), GoesTo: w.GoesTo, Day: w.Day.String(), Consent: w.Consent}
}

func hoursValue(h value.Hours) string {
	if h == 0 {
		return ""
	}
	return strconv.Itoa(int(h))
}

// Other is a win as somebody else left it, beside what was typed.
type Other struct{ Lines []string }

func (p FormProps) befores() ui.ChoicesProps {
	c := ui.ChoicesProps{Name: "before", Label: "Was this happening before?", Error: p.Errors["before"]}
	for _, b := range value.Befores() {
		c.Options = append(c.Options, ui.Choice{Value: string(b), Label: befores[b][0], Chosen: p.Typed.Before == string(b)})
	}
	return c
}

// hours can be left out; once said, taking them back needs a chip of its own.
func (p FormProps) hours() ui.ChoicesProps {
	c := ui.ChoicesProps{Name: "hours", Label: "Hours freed a week", Optional: true, Error: p.Errors["hours"]}
	for _, h := range value.HoursChoices() {
		v := strconv.Itoa(int(h))
		c.Options = append(c.Options, ui.Choice{Value: v, Label: hoursShort(h), Chosen: p.Typed.Hours == v})
	}
	if p.Pick == "" {
		c.Options = append(c.Options, ui.Choice{Value: "0", Label: "Not said", Chosen: p.Typed.Hours == "" || p.Typed.Hours == "0"})
	}
	return c
}

// dated reports whether the day needs to be seen: it is wrong, or not today.
func (p FormProps) dated() bool {
	return p.Errors["day"] != "" || p.Typed.Day != "" && p.Typed.Day != p.Today
}

// PickProps is the step in which whose win it is gets chosen.
type PickProps struct {
	Action string
	Hidden []ui.Pair // what was typed on the sheet
	Text   string
	Found  []Found
	More   bool   // there are others
	None   string // said in place of a list
	Sheet  bool   // there is a sheet to go back to with the person who was chosen before
	Email  string // theirs
}

// Found is somebody who can be chosen.
type Found struct{ Email, Name, Sub string }
