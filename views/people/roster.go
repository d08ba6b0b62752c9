package people

import (
	"strings"

	"groundswell/views/ui"
)

// RosterProps is the page of everybody in the roster.
type RosterProps struct {
	Head        ui.PageHeadProps
	Import      string          // where files are uploaded; "" for readers
	Sample      string          // a file to start from
	Void        bool            // the roster is empty
	Listed      bool            // there is somebody to list, if only members
	Partial     *ui.BannerProps // what is not known yet
	Search      Search
	List        List
	Departments []Size
	Waves       Waves
}

// Search narrows the list.
type Search struct {
	Action                     string
	Text                       string
	Departments, Waves, States []ui.Choice
	Clear                      string // the list without filters; "" when there are none
}

// List is a page of the roster.
type List struct {
	Title, Sub string
	CSV        ui.LinkButtonProps
	Note       string // what the download asks for first
	Stages     bool   // how far each person got may be shown
	Rows       []Row
	Pages      ui.PagesProps
}

func (l List) columns() []ui.Column {
	out := []ui.Column{{Label: "Person"}, {Label: "Department"}, {Label: "Wave"}, {Label: "State"}}
	if l.Stages {
		out = append(out, ui.Column{Label: "Stage"})
	}
	return out
}

// Row is a person. Stage is empty for who is no member.
type Row struct {
	Name, Email, Department, Wave string
	State                         State
	Stage                         string
}

func (r Row) label() string {
	if r.Name == "" {
		return r.Email
	}
	return r.Name
}

// Size is a department and how many people are in it.
type Size struct {
	Label, URL, People string
}

// Waves are the waves and the days they open on.
type Waves struct {
	Rows   []Wave
	Action string // where a day is posted to; "" for readers
}

// Wave is a wave of the rollout.
type Wave struct {
	ID            string
	Name, URL     string
	People        string
	Opens, OpensW string // 2026-11-02, and in words; empty while nobody has said
	Error         string // why the day last sent was refused
}

// State says whether somebody of the roster uses the product already.
type State string

// The states of a person.
const (
	Member     State = "member"
	Invited    State = "invited"
	NotArrived State = "not_arrived"
	Left       State = "left"
)

// States returns the states in the order of the filter.
func States() []State { return []State{Member, Invited, NotArrived, Left} }

// Label is the state in words.
func (s State) Label() string { return s.chip().Label }

func (s State) chip() ui.ChipProps {
	switch s {
	case Member:
		return ui.ChipProps{Label: "Member", Tone: ui.ToneGood, Icon: ui.IconCheck}
	case Invited:
		return ui.ChipProps{Label: "Invited", Tone: ui.ToneTide, Icon: ui.IconMail}
	case Left:
		return ui.ChipProps{Label: "Left", Tone: ui.ToneWarn, Icon: ui.IconUserMinus}
	}
	return ui.ChipProps{Label: "Not arrived", Icon: ui.IconCircleDashed}
}

// Headline says in one sentence how everybody stands, of whom so many are on the
// roster; states without anybody are left out.
func Headline(onRoster int, of map[State]int) string {
	said := map[State][2]string{
		Member: {"is a member", "are members"}, Invited: {"is invited", "are invited"},
		NotArrived: {"has not arrived", "have not arrived"}, Left: {"has left", "have left"},
	}
	var parts []string
	all := 0
	for _, s := range States() {
		if n := of[s]; n > 0 {
			all += n
			parts = append(parts, ui.Count(n)+" "+said[s][min(n-1, 1)])
		}
	}
	switch {
	case all == 0:
		return "Nobody is in the roster yet."
	case onRoster == 0:
		return "Nobody is in the roster yet; " + strings.Join(parts, ", ") + "."
	case onRoster == all:
		return ui.Counted(all, "person", "people") + " in the roster; " + strings.Join(parts, ", ") + "."
	}
	return ui.Counted(all, "person", "people") + ", " + ui.Count(onRoster) + " of them in the roster; " + strings.Join(parts, ", ") + "."
}
