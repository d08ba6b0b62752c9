package training

import (
	"groundswell/internal/enablement"
	"groundswell/views/ui"
)

// Form is a session or a series as typed, and what is wrong with it.
type Form struct {
	Name, Kind, Department, Day string
	Starts, Zone, Minutes       string
	Place, Link                 string
	HostName, HostEmail         string
	Capacity, About             string
	EveryWeeks, From, Until     string // of a series
	Features                    []string
	Version                     string
	Errors                      map[string]string
}

// FormProps is the page of a session's or a series's form.
type FormProps struct {
	Title, Sub  string
	Crumbs      []ui.Link
	Post        string
	Back        string // where Cancel leads
	Save        string // the button
	Form        Form
	Departments []enablement.Whose
	Zones       []string // suggested
	Series      bool     // repeats: has days from and until, and no day
	FixedDays   bool     // of a series that runs: only its end may move
	Problem     string   // what somebody else changed meanwhile; "" for nothing
	Wrong       string   // said above fields that cannot be used
	HostOnly    bool     // the host changes the place, the link and the words only
	Cancel      string   // calls the session off, or ends the series; "" for nothing to call off
	CancelLabel string
	Formats     []ui.Option // begins with one of them; only for a new one
}

func (p FormProps) kinds() []ui.Choice {
	out := []ui.Choice{}
	for _, k := range enablement.Kinds() {
		out = append(out, ui.Choice{Value: string(k), Label: k.Name(), Chosen: p.Form.Kind == string(k)})
	}
	return out
}

func (p FormProps) departments() []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "Everybody", Chosen: p.Form.Department == ""}}
	for _, d := range p.Departments {
		out = append(out, ui.Choice{Value: d.Slug, Label: d.Name, Chosen: p.Form.Department == d.Slug})
	}
	return out
}

func (p FormProps) features() []ui.Choice {
	out := []ui.Choice{}
	for _, f := range enablement.Features() {
		out = append(out, ui.Choice{Value: string(f), Label: f.Name(), Chosen: has(p.Form.Features, string(f))})
	}
	return out
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// every offers how often a series comes.
func (p FormProps) every() []ui.Choice {
	out := []ui.Choice{}
	for n := 1; n <= enablement.MaxEveryWeeks; n++ {
		label := "Every " + ui.Count(n) + " weeks"
		if n == 1 {
			label = "Every week"
		}
		out = append(out, ui.Choice{Value: ui.Count(n), Label: label, Chosen: p.Form.EveryWeeks == ui.Count(n)})
	}
	return out
}

// Hidden is everything that was typed, for a page that asks once more.
func (f Form) Hidden() []ui.Pair {
	out := []ui.Pair{
		{Name: "name", Value: f.Name}, {Name: "kind", Value: f.Kind}, {Name: "department", Value: f.Department}, {Name: "day", Value: f.Day},
		{Name: "starts", Value: f.Starts}, {Name: "zone", Value: f.Zone}, {Name: "minutes", Value: f.Minutes},
		{Name: "place", Value: f.Place}, {Name: "link", Value: f.Link}, {Name: "host_name", Value: f.HostName}, {Name: "host_email", Value: f.HostEmail},
		{Name: "capacity", Value: f.Capacity}, {Name: "about", Value: f.About},
		{Name: "every_weeks", Value: f.EveryWeeks}, {Name: "from", Value: f.From}, {Name: "until", Value: f.Until}, {Name: "version", Value: f.Version},
	}
	for _, v := range f.Features {
		out = append(out, ui.Pair{Name: "features", Value: v})
	}
	return out
}

// AskProps is a page that says what would happen and asks for the word.
type AskProps struct {
	Title, Sub string
	Crumbs     []ui.Link
	Post       string
	Hidden     []ui.Pair
	Facts      []ui.Fact
	Lists      []DayList
	Reason     bool   // asks why
	Hint       string // under the reason
	Typed      string
	Error      string
	Problem    string // what somebody else changed meanwhile
	Features   []ui.Choice
	Confirm    string // the button
	Danger     bool
	Back       string
	BackLabel  string
}

func (p AskProps) kind() ui.Kind {
	if p.Danger {
		return ui.KindDanger
	}
	return ui.KindPrimary
}

// DayList is days with what happens on them.
type DayList struct {
	ID, Title, Sub string
	Lines          []ui.Pair // the day, and what is said of it
}
