package champion

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/day"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// OneForm is what was typed about one champion; "" where nothing was.
type OneForm struct {
	Terms                                bool // what is agreed was typed
	EarlyAccess, AgreedMinutes, LeavesOn string
	Reason, Because                      string
	Errors                               map[string]string
	Problem                              string // why nothing was changed
}

// OneData is what the page of one champion is made from.
type OneData struct {
	people.ChampionFile
	Today day.Date
	Now   time.Time
	Lead  bool
	Typed *OneForm
	Link  string            // of the invitation made just now; "" for none
	More  []templ.Component // what else there is about a champion
}

// OneProps is the page of one entry of the register.
type OneProps struct {
	Head    ui.PageHeadProps
	State   ui.ChipProps
	Problem string
	Link    string
	Until   string // the link holds
	Facts   []ui.Pair
	Form    OneForm
	Version string
	At      string // of the entry, which its forms go below
	Terms   bool   // what is agreed may be changed
	Decide  bool   // nobody is a champion yet: invite, register, turn down
	Again   bool   // there is a link already
	End     bool
	Group   string // what to know of a role that a group brings
	History []PastRow
	More    []templ.Component
}

// PastRow is a line of the history.
type PastRow struct{ When, What, Words string }

// NewOne makes the page.
func NewOne(d OneData) OneProps {
	c := &d.Champion
	p := OneProps{
		Head:  ui.PageHeadProps{Title: c.Label(), Sub: standing(d), Crumbs: toRegister},
		State: stateChip(*c, d.Today), Link: d.Link, At: route.Champion(int64(c.ID)), Version: strconv.Itoa(c.Version),
		Facts: d.facts(), More: d.More, Form: formOf(*c),
	}
	if d.Lead {
		p.Terms = c.State.Current()
		p.Decide = c.State == people.ChampionNominated || c.State == people.ChampionInvited
		p.Again = c.State == people.ChampionInvited
		p.End = c.State == people.ChampionActive
	}
	if d.Typed != nil {
		set := p.Form
		p.Form, p.Problem = *d.Typed, d.Typed.Problem
		if !d.Typed.Terms {
			p.Form.EarlyAccess, p.Form.AgreedMinutes, p.Form.LeavesOn = set.EarlyAccess, set.AgreedMinutes, set.LeavesOn
		}
	}
	if c.State == people.ChampionInvited {
		p.Until = ui.Date(c.InviteExpires.UTC(), d.Now)
	}
	if c.RoleByGroup {
		p.Group = "A group of the identity provider gives them the role of champion here. Ending the entry leaves it; take them out of the group there."
	}
	for _, e := range d.History {
		p.History = append(p.History, PastRow{When: ui.Date(e.At.UTC(), d.Now), What: did[e.What] + by(e.Who), Words: capital(e.Words)})
	}
	return p
}

var did = map[string]string{
	people.DidNominate: "Nominated", people.DidInvite: "Invited", people.DidAccept: "Accepted", people.DidDecline: "Declined",
	people.DidTurnDown: "Turned down", people.DidRegister: "Registered", people.DidChange: "Changed", people.DidEnd: "Ended",
}

func by(who string) string {
	if who == "" {
		return " from the command line"
	}
	return " by " + who
}

func standing(d OneData) string {
	where := d.Place.Name
	switch d.State {
	case people.ChampionActive:
		return "Champion of " + where + " since " + dayWords(d.Since, d.Now)
	case people.ChampionInvited:
		return "Invited to be a champion of " + where
	case people.ChampionNominated:
		return "Nominated as a champion of " + where
	case people.ChampionEnded:
		return "Champion of " + where + ", " + ui.DateRange(d.Since.Time(), d.EndedOn.Time(), d.Now)
	}
	return "Is not a champion of " + where
}

func (d OneData) facts() []ui.Pair {
	out := []ui.Pair{{Name: "Address", Value: d.Email}, {Name: "Department", Value: d.Place.Name}, {Name: "Nominated", Value: nominated(d.Champion, d.Nominator) + " on " + ui.Date(d.At.UTC(), d.Now)}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, ui.Pair{Name: name, Value: value})
		}
	}
	add("Why", d.Because)
	if !d.Lead || !d.State.Current() { // leads see these in the form
		add("Early access", dayWords(d.EarlyAccess, d.Now))
		if d.AgreedMinutes > 0 {
			add("Agreed time", capital(people.AgreedTime(d.AgreedMinutes)))
		}
		add("Last day", dayWords(d.LeavesOn, d.Now))
	}
	if d.State == people.ChampionActive || d.State == people.ChampionEnded {
		add("Contributed", contributed(d.Contribution, d.Now))
	}
	add("Ended", dayWords(d.EndedOn, d.Now))
	add("Because", d.EndReason)
	return out
}

func formOf(c people.Champion) OneForm {
	return OneForm{EarlyAccess: c.EarlyAccess.String(), AgreedMinutes: minutes(c.AgreedMinutes), LeavesOn: c.LeavesOn.String()}
}
