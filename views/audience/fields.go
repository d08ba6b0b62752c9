package audience

import (
	"slices"
	"strconv"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/views/ui"
)

const countID = "audience-count"

// Option is something an audience is narrowed by.
type Option struct{ Value, Label string }

// FieldsData is what can be chosen, and what is.
type FieldsData struct {
	Waves, Departments, Groups []Option
	Chosen                     comms.Audience
	Wrong                      string // what is wrong with the choice as a whole
	Errors                     map[string]string
	Count                      CountProps
}

// FieldsProps are the fields of an audience.
type FieldsProps struct {
	Wrong  string
	Who    ui.ChoicesProps
	Lists  []List // shown for people and champions, or people only
	Stages ui.ChoicesProps
	Roles  ui.ChoicesProps
	Count  CountProps
}

// List is a list of which any will do.
type List struct {
	ui.ChoicesProps
	People bool // narrows people only
	Folded bool // long: behind its summary
	Open   bool
	Label  string
	Sum    string // "20, any of them"
}

// longList is the number of options from which a list is folded away.
const longList = 9

// NewFields decides what the fields show.
func NewFields(d FieldsData) FieldsProps {
	a := d.Chosen
	return FieldsProps{
		Wrong: d.Wrong, Count: d.Count,
		Who: ui.ChoicesProps{Name: "who", Label: "Who gets it", Error: d.Errors["who"], Options: []ui.Choice{
			{Value: string(comms.WhoPeople), Label: "People", Chosen: a.Who == comms.WhoPeople},
			{Value: string(comms.WhoChampions), Label: "Champions", Chosen: a.Who == comms.WhoChampions},
			{Value: string(comms.WhoRoles), Label: "People with a role here", Chosen: a.Who == comms.WhoRoles},
		}},
		Lists: []List{
			listOf("waves", "Waves", d.Waves, numbers(a.Waves), d.Errors, false),
			listOf("departments", "Departments", d.Departments, numbers(a.Departments), d.Errors, false),
			listOf("groups", "Groups of the organization", d.Groups, a.Groups, d.Errors, true),
		},
		Stages: ui.ChoicesProps{Name: "stages", Label: "How far they got", Many: true, Optional: true, Error: d.Errors["stages"], Hint: "By the last complete day", Options: stages(a.Stages)},
		Roles:  ui.ChoicesProps{Name: "roles", Label: "Roles", Many: true, Error: d.Errors["roles"], Options: roles(a.Roles)},
	}
}

func listOf(name, label string, options []Option, chosen []string, errors map[string]string, peopleOnly bool) List {
	l := List{People: peopleOnly, Folded: len(options) >= longList, Open: len(chosen) > 0 || errors[name] != "", Label: label}
	l.ChoicesProps = ui.ChoicesProps{Name: name, Label: label, Many: true, Optional: true, Error: errors[name]}
	for _, o := range options {
		l.Options = append(l.Options, ui.Choice{Value: o.Value, Label: o.Label, Chosen: slices.Contains(chosen, o.Value)})
	}
	l.Sum = ui.Count(len(options)) + ", none chosen: any"
	if len(chosen) > 0 {
		l.Sum = ui.Count(len(chosen)) + " of " + ui.Count(len(options)) + " chosen"
	}
	return l
}

func numbers(ids []int) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = strconv.Itoa(id)
	}
	return out
}

func stages(chosen []comms.PersonStage) []ui.Choice {
	var out []ui.Choice
	for _, s := range comms.PersonStages() {
		out = append(out, ui.Choice{Value: string(s), Label: capital(s.Say()), Chosen: slices.Contains(chosen, s)})
	}
	return out
}

var roleNames = map[identity.Role]string{
	identity.Lead: "Rollout leads", identity.Owner: "Task owners", identity.Champion: "Champions", identity.Executive: "Executives", identity.Auditor: "Auditors",
}

func roles(chosen []identity.Role) []ui.Choice {
	var out []ui.Choice
	for _, r := range identity.Roles() {
		out = append(out, ui.Choice{Value: string(r), Label: roleNames[r], Chosen: slices.Contains(chosen, r)})
	}
	return out
}

func capital(s string) string { return string(s[0]-'a'+'A') + s[1:] }
