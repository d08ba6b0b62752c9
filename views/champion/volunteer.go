package champion

import (
	"cmp"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
	"groundswell/views/ui"
)

// VolunteerForm is what was typed on the page.
type VolunteerForm struct {
	Department, Because string // of an offer
	Words               string // beside "I may be asked"
	Email, Why          string // of somebody the reader manages
	Errors              map[string]string
	Problem             string
}

// VolunteerData is what the page is made from.
type VolunteerData struct {
	people.Volunteer
	Today day.Date
	Now   time.Time
	Typed *VolunteerForm
}

// VolunteerProps is the page on which people offer themselves.
type VolunteerProps struct {
	Problem     string
	Own         []OwnRow
	Offers      bool // there is no open entry
	Champion    bool // is one already, so nobody needs to ask
	Place       string
	Departments []ui.Choice // when the roster does not say
	Form        VolunteerForm
	Interested  bool
	Managed     []ui.Choice // may be named
	Named       []NamedRow
	More        bool
}

// OwnRow is an entry of the reader's own.
type OwnRow struct {
	Chip        ui.ChipProps
	Title, Note string
}

// NamedRow is somebody whom the reader manages and who is on the way, or is a champion.
type NamedRow struct{ Name, Note string }

// NewVolunteer makes the page.
func NewVolunteer(d VolunteerData) VolunteerProps {
	p := VolunteerProps{Interested: d.Interested, Offers: true, Place: d.Department.Name, More: d.More}
	p.Form.Words = d.Words
	if d.Typed != nil {
		p.Form, p.Problem = *d.Typed, d.Typed.Problem
	}
	if d.Department.ID == 0 {
		p.Departments = places(d.Departments, "Choose one", p.Form.Department)
	}
	for _, c := range d.Entries {
		p.Own = append(p.Own, d.own(c))
		p.Champion = p.Champion || c.State == people.ChampionActive
		if c.State.Current() && (d.Department.ID == 0 || c.Department == d.Department.ID) {
			p.Offers = false
		}
	}
	for _, m := range d.Managed {
		if note := became(m, d.Now); note != "" {
			p.Named = append(p.Named, NamedRow{Name: cmp.Or(m.Name, m.Email), Note: note})
		}
		if m.Department != "" && !m.State.Current() {
			p.Managed = append(p.Managed, ui.Choice{Value: m.Email, Label: cmp.Or(m.Name, m.Email) + ", " + m.Department, Chosen: m.Email == p.Form.Email})
		}
	}
	return p
}

func (d VolunteerData) own(c people.Champion) OwnRow {
	where := "Champion of " + d.name(c.Department)
	r := OwnRow{Chip: stateChip(c, d.Today), Title: where}
	switch c.State {
	case people.ChampionNominated:
		r.Note = "Nominated on " + ui.Date(c.At.UTC(), d.Now) + ". A rollout lead decides and tells you."
	case people.ChampionInvited:
		r.Note = "You are invited. A rollout lead passes the link on to you; accept or decline there."
	case people.ChampionActive:
		r.Note = agreedWords(&c, d.Now)
	case people.ChampionDeclined:
		r.Chip = ui.ChipProps{Label: "Not taken up", Icon: ui.IconMinus}
		r.Note = "Nominated on " + ui.Date(c.At.UTC(), d.Now)
	case people.ChampionEnded:
		r.Note = ui.DateRange(c.Since.Time(), c.EndedOn.Time(), d.Now)
	}
	return r
}

func (d VolunteerData) name(id int) string {
	for _, x := range d.Departments {
		if x.ID == id {
			return x.Name
		}
	}
	return ""
}

// became says what became of somebody; nothing about what others named them for and what is over.
func became(m people.Managed, now time.Time) string {
	switch {
	case m.State == people.ChampionActive:
		return "Champion"
	case m.State == people.ChampionInvited && m.ByMe:
		return "Invited; the answer is still to come"
	case m.State == people.ChampionNominated && m.ByMe:
		return "Nominated by you on " + ui.Date(m.At, now) + "; a rollout lead decides"
	case m.State.Current():
		return "Nominated already"
	case m.State != "" && m.ByMe:
		return "Nominated by you on " + ui.Date(m.At, now) + "; not taken up"
	}
	return ""
}

// InvitationProps is where the link of an invitation leads, for whom it is for.
type InvitationProps struct {
	Department string
	Asked      []ui.Pair
	Action     string
	Until      string
}

// NewInvitation makes the page of an invitation that can be answered.
func NewInvitation(c people.Champion, at people.Department, action string, now time.Time) InvitationProps {
	p := InvitationProps{Department: at.Name, Action: action, Until: ui.Date(c.InviteExpires.UTC(), now)}
	p.Asked = append(p.Asked, ui.Pair{Name: "Department", Value: at.Name}, ui.Pair{Name: "Time", Value: capital(people.AgreedTime(c.AgreedMinutes))})
	early := "With everybody else"
	if c.EarlyAccess.Known() {
		early = "From " + dayWords(c.EarlyAccess, now)
	}
	p.Asked = append(p.Asked, ui.Pair{Name: "Cowork", Value: early})
	if c.LeavesOn.Known() {
		p.Asked = append(p.Asked, ui.Pair{Name: "Until", Value: dayWords(c.LeavesOn, now)})
	}
	return p
}
