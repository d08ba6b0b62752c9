package touchpoint

import (
	"strconv"

	"groundswell/internal/people"
	"groundswell/views/ui"
)

// FormProps is a touchpoint being logged with somebody who was chosen.
type FormProps struct {
	Action string
	Hidden []ui.Pair // the form's key, whom it is with, where one came from
	Whom   Whom
	Change string          // where to choose somebody else
	Whose  *ui.SelectProps // for leads: the champion whose help it was
	Kinds  []ui.Choice
	Detail DetailProps
	Errors map[string]string
}

// Whom is who was helped.
type Whom struct {
	Name  string
	Sub   string // what else is known: department, title
	Whole bool   // a whole department
}

// DetailProps are what may be added before or after a touchpoint is logged.
type DetailProps struct {
	Open     bool
	Outcomes []ui.Choice
	Note     string
	Day      *DayProps // nil: it stays on its day
	Errors   map[string]string
}

// DayProps is the day a touchpoint was on.
type DayProps struct{ Value, Min, Max string }

// Kinds are the choices of what a champion did.
func Kinds() []ui.Choice {
	var out []ui.Choice
	for _, k := range people.TouchpointKinds() {
		out = append(out, ui.Choice{Value: string(k), Label: k.Name()})
	}
	return out
}

// Outcomes are the choices of how it ended.
func Outcomes(chosen people.Outcome) []ui.Choice {
	out := []ui.Choice{}
	for _, o := range people.Outcomes() {
		out = append(out, ui.Choice{Value: string(o), Label: o.Name(), Chosen: o == chosen})
	}
	return out
}

func kindIcon(kind string) ui.Glyph {
	switch people.TouchpointKind(kind) {
	case people.FirstSetup:
		return ui.IconMonitor
	case people.Question:
		return ui.IconMessageCircleQuestionMark
	case people.ShowAndTell:
		return ui.IconUsers
	case people.IssueMet:
		return ui.IconCircleAlert
	}
	return ui.IconRotateCcw
}

func noteField(p DetailProps) ui.FieldProps {
	return ui.FieldProps{
		Name: "note", Label: "Note", Optional: true, Value: p.Note, Rows: 3, Error: p.Errors["note"],
		Hint: "What it was about. No passwords, and nothing about customers.", Attrs: map[string]any{"maxlength": strconv.Itoa(people.MaxLoggedNote)},
	}
}

// PickProps is the choice of whom a touchpoint was with.
type PickProps struct {
	Action string
	Hidden []ui.Pair
	Text   string
	Found  []Found
	Title  string // of the list
	None   string // said in place of a list
	Teams  []ui.Link
}

// Found is somebody who can be chosen.
type Found struct{ Name, Sub, URL string }

// AmendProps is a touchpoint that gets an outcome and a note.
type AmendProps struct {
	Action string
	Hidden []ui.Pair
	Whom   Whom
	Said   string // kind and day
	Detail DetailProps
	Other  *Other // what somebody else made of it meanwhile
	Undo   *UndoProps
}

// Other is what a touchpoint says now, beside what was typed.
type Other struct{ Outcome, Note string }

// UndoProps takes a touchpoint back.
type UndoProps struct {
	Action string
	Hidden []ui.Pair
}
