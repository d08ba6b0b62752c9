package champion

import (
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// The ways a lead enters somebody.
const (
	StepInvite   = "invite"   // name them and make the link they answer
	StepNominate = "nominate" // name them only
	StepAgreed   = "agreed"   // everything is agreed: register them
)

// NominateForm is a nomination as typed.
type NominateForm struct {
	Email, Name, Department, Because, Step string
	Since, EarlyAccess, AgreedMinutes      string
	Errors                                 map[string]string
	Problem                                string
}

// NominateProps is the page on which a lead names a champion.
type NominateProps struct {
	Head        ui.PageHeadProps
	Query       string
	Searched    bool
	Found       []FoundRow
	More        bool // more match than are shown
	Form        NominateForm
	Departments []ui.Choice
	Steps       []ui.Choice
}

// FoundRow is somebody whom a search found.
type FoundRow struct{ Name, Sub, URL string }

// NewNominate makes the page. found is nil when nothing was searched for.
func NewNominate(query string, found *people.Page, departments []people.Department, f NominateForm) NominateProps {
	p := NominateProps{
		Head:  ui.PageHeadProps{Title: "Nominate a champion", Crumbs: toRegister},
		Query: query, Form: f, Departments: places(departments, "Where the roster places them", f.Department),
	}
	if f.Step == "" {
		f.Step = StepInvite
	}
	for _, s := range []ui.Choice{{Value: StepInvite, Label: "Invite them by a link"}, {Value: StepNominate, Label: "Only nominate"}, {Value: StepAgreed, Label: "Already agreed"}} {
		s.Chosen = s.Value == f.Step
		p.Steps = append(p.Steps, s)
	}
	if found == nil {
		return p
	}
	p.Searched, p.More = true, found.Next != ""
	for _, e := range found.Entries {
		p.Found = append(p.Found, foundRow(e))
	}
	return p
}

func foundRow(e people.Entry) FoundRow {
	r := FoundRow{Name: e.Name, Sub: e.Email, URL: route.With(route.NewChampion, "email", e.Email) + "#form"}
	if r.Name == "" {
		r.Name = e.Email
	}
	if e.Department != "" {
		r.Sub += " · " + e.Department
	}
	return r
}
