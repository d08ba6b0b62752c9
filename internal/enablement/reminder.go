package enablement

import (
	"strconv"

	"groundswell/internal/day"
)

// ReminderKind is whom a reminder is for, and why.
type ReminderKind string

// The kinds of reminders.
const (
	BeforeSession ReminderKind = "before"  // to whoever signed up, the day before
	BeforeHosting ReminderKind = "hosting" // to a host, the day before
	AfterHosting  ReminderKind = "hosted"  // to a host, the day after, while something is open
)

// ReminderKinds returns every kind.
func ReminderKinds() []ReminderKind {
	return []ReminderKind{BeforeSession, BeforeHosting, AfterHosting}
}

// Reminder is a letter to one person: plain text, and where it leads.
type Reminder struct {
	Kind    ReminderKind
	To      Addressee
	Subject string
	Lines   []string
	Join    string // address of the session online; "" for none
	Session int    // whose page it leads to
}

// Addressee is whom a reminder is for.
type Addressee struct {
	Name  string // "" when nobody has said it
	Email string
}

// Called is what the addressee goes by.
func (a Addressee) Called() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// ReminderFacts are what reminders are made of.
type ReminderFacts struct {
	Sessions []Expected // of the days around, those that were called off left out
}

// Expected is a session with those who signed up for it and what is open about it.
type Expected struct {
	Planned
	SignUps []SignUp // in their order
	NoWork  int      // people who were there and of whose work nothing is written down
}

// Reminders returns the letters of a day.
func Reminders(f ReminderFacts, on day.Date) []Reminder {
	var out []Reminder
	for _, s := range f.Sessions {
		switch {
		case s.FromFile || s.Cancelled():
		case s.Day == on+1:
			for i, to := range s.SignUps {
				out = append(out, beforeSession(s, to, i))
			}
			if s.Host.Email != "" {
				out = append(out, beforeHosting(s))
			}
		case s.Day == on-1 && s.Host.Email != "":
			if r, open := afterHosting(s); open {
				out = append(out, r)
			}
		}
	}
	return out
}

func beforeSession(s Expected, to SignUp, place int) Reminder {
	r := Reminder{Kind: BeforeSession, To: Addressee{to.Name, to.Email}, Subject: "Tomorrow: " + s.Name, Session: s.ID, Lines: Where(s.Planned), Join: s.Link}
	if s.Capacity != nil && place >= *s.Capacity {
		r.Subject = "Tomorrow, if a seat becomes free: " + s.Name
		r.Lines = append(r.Lines, "You wait for a seat, with "+counted(place-*s.Capacity, "person", "people")+" before you. Your place shows on the session’s page.")
		return r
	}
	if format, ok := FormatOf(s.Kind); ok {
		r.Lines = append(r.Lines, format.About)
	}
	r.Lines = append(r.Lines, "If you cannot come, give your seat back on the session’s page.")
	return r
}

// Where says when and where a session is, in its own zone.
func Where(s Planned) []string {
	lines := []string{s.Begins().Format("Mon 2 Jan, 15:04") + " to " + s.Ends().Format("15:04") + " (" + s.Zone + ")"}
	if s.Place != "" {
		lines = append(lines, "Place: "+s.Place)
	}
	return lines
}

func beforeHosting(s Expected) Reminder {
	r := Reminder{Kind: BeforeHosting, To: Addressee(s.Host), Subject: "You host tomorrow: " + s.Name, Session: s.ID, Lines: Where(s.Planned), Join: s.Link}
	seats := counted(len(s.SignUps), "person signed up", "people signed up")
	if s.Capacity != nil {
		seats += " for " + counted(*s.Capacity, "seat", "seats")
	}
	return r.with(seats+".", "Open the door on the session’s page when you begin: people check in with its code.", prepared(s.Kind))
}

func prepared(k Kind) string {
	format, ok := FormatOf(k)
	if !ok || len(format.Prepare) == 0 {
		return ""
	}
	return "Prepare: " + format.Prepare[0]
}

// afterHosting asks for what is still open; false when nothing is.
func afterHosting(s Expected) (Reminder, bool) {
	r := Reminder{Kind: AfterHosting, To: Addressee(s.Host), Subject: "Close the list of " + s.Name, Session: s.ID}
	switch {
	case s.Attended == 0:
		r.Lines = append(r.Lines, "Nobody is in the list of who came. Mark who was there.")
	case s.NoWork > 0:
		r.Lines = append(r.Lines, "Of "+counted(s.NoWork, "person", "people")+" it is not written down what they made.")
	}
	if s.CoveredAt.IsZero() {
		r.Lines = append(r.Lines, "Confirm which features the session covered.")
	}
	return r, len(r.Lines) > 0
}

// with adds lines that are not empty.
func (r Reminder) with(lines ...string) Reminder {
	for _, l := range lines {
		if l != "" {
			r.Lines = append(r.Lines, l)
		}
	}
	return r
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
