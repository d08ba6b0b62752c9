package support

import (
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	"groundswell/views/ui"
)

var crumbs = []ui.Link{{Label: "Support", URL: route.Support}}

// ChannelForm is a channel's form as it was sent.
type ChannelForm struct {
	Purpose, Department string
	Name, URL, Note     string
	Version             string
	Errors              map[string]string
}

// ChannelProps is the page with a channel's form.
type ChannelProps struct {
	Title       string
	Form        ChannelForm
	Departments []ui.Choice // to choose from; nil when it is settled whose it is
	Held        bool        // there is one to remove
	Problem     string
	Theirs      string // what somebody else made of it meanwhile
}

// NewChannel makes the props of a channel's form. free are the departments without a channel.
func NewChannel(f ChannelForm, held *enablement.Channel, free []people.Department) ChannelProps {
	p := ChannelProps{Title: "Channel", Form: f, Held: held != nil}
	switch {
	case f.Purpose == string(enablement.ForSupport):
		p.Title = "The support channel"
	case f.Purpose == string(enablement.AmongChampions):
		p.Title = "The champions’ channel"
	case held != nil:
		p.Title = "The channel of " + held.DepartmentName
	default:
		p.Title = "A department’s channel"
		for _, d := range free {
			p.Departments = append(p.Departments, ui.Choice{Value: number(d.ID), Label: d.Name, Chosen: number(d.ID) == f.Department})
		}
	}
	return p
}

// PathForm is an escalation path's form as it was sent.
type PathForm struct {
	Topic, GoesTo, Contact, Within string
	Version, Key                   string
	Errors                         map[string]string
}

// PathProps is the page with an escalation path's form.
type PathProps struct {
	Title, Action, Remove, Save string
	Form                        PathForm
	Problem, Theirs             string
}

// NewPath makes the props of an escalation path's form; id is 0 for a new one.
func NewPath(id int, f PathForm) PathProps {
	if id == 0 {
		return PathProps{Title: "Add an escalation path", Action: PathsPath, Save: "Add the path", Form: f}
	}
	at := PathsPath + "/" + number(id)
	return PathProps{Title: "Edit an escalation path", Action: at, Remove: at + "/remove", Save: "Save the path", Form: f}
}

// RotaProps is the page with the rota of the coming weeks.
type RotaProps struct {
	Sub     string
	Weeks   []RotaWeek
	CanEdit bool
	Problem string
	None    bool // there is no champion to choose
}

// RotaWeek is a week of the rota.
type RotaWeek struct {
	Field, Label string
	Was          string // the address it shows
	Name, Note   string // who it is, and what is odd about it
	Choices      []ui.Choice
	Error        string
}

// NewRota makes the props of the rota. typed are addresses by week, as a refused form had them.
func NewRota(duties []enablement.Duty, champions []people.OnRecord, today day.Date, typed, wrong map[string]string) RotaProps {
	p := RotaProps{None: len(champions) == 0}
	gaps := 0
	for i := range enablement.RotaWeeks {
		week := today.Monday() + day.Date(7*i)
		w := RotaWeek{Field: "week-" + week.String(), Label: "Week of " + ui.Date(week.Time(), today.Time())}
		if i == 0 {
			w.Label = "This week"
		}
		for _, d := range duties {
			if d.Week == week {
				w.Was, w.Name = d.Email, d.Name
				if !d.Active {
					w.Note = "No longer a champion"
				}
			}
		}
		if w.Was == "" {
			gaps++
			w.Note = "Nobody is on call"
		}
		shown := w.Was
		if v, ok := typed[w.Field]; ok {
			shown = v
		}
		w.Choices, w.Error = dutyChoices(champions, w, shown), wrong[w.Field]
		p.Weeks = append(p.Weeks, w)
	}
	p.Sub = "Every coming week has somebody on call"
	if gaps > 0 {
		p.Sub = ui.Counted(gaps, "week", "weeks") + " of the next " + number(enablement.RotaWeeks) + " without anybody on call"
	}
	return p
}

func dutyChoices(champions []people.OnRecord, w RotaWeek, shown string) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "Nobody", Chosen: shown == ""}}
	listed := false
	seen := map[string]bool{}
	for _, c := range champions {
		if at := sheet.Fold(c.Email); !seen[at] {
			seen[at] = true
			chosen := at == sheet.Fold(shown)
			listed = listed || chosen
			out = append(out, ui.Choice{Value: c.Email, Label: c.Name + ", " + c.DepartmentName, Chosen: chosen})
		}
	}
	if w.Was != "" && !seen[sheet.Fold(w.Was)] {
		out = append(out, ui.Choice{Value: w.Was, Label: w.Name + ", no longer a champion", Chosen: !listed && shown != ""})
	}
	return out
}
