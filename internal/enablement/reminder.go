package enablement

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
)

// ReminderKind is whom a reminder is for, and why.
type ReminderKind string

// The kinds of reminders.
const (
	BeforeSession  ReminderKind = "before"   // to whoever signed up, the day before
	BeforeHosting  ReminderKind = "hosting"  // to a host, the day before
	AfterHosting   ReminderKind = "hosted"   // to a host, the day after, while something is open
	ChampionWeekly ReminderKind = "champion" // to champions with people missing, on Mondays
)

// ReminderKinds returns every kind.
func ReminderKinds() []ReminderKind {
	return []ReminderKind{BeforeSession, BeforeHosting, AfterHosting, ChampionWeekly}
}

// Reminder is a letter to one person: plain text, and where it leads.
type Reminder struct {
	Kind    ReminderKind
	To      Addressee
	Subject string
	Lines   []string
	Session int    // the page it leads to is that of this session; 0: of who is missing
	Whose   string // slug of the department it is about, of a champion
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
	Missing  []ShortOf
}

// Expected is a session with those who signed up for it and what is open about it.
type Expected struct {
	Planned
	SignUps []SignUp // in their order
	NoWork  int      // people who were there and of whose work nothing is written down
}

// ShortOf is a department with people who were at no training.
type ShortOf struct {
	Whose
	Count     int
	First     []string // how the first of them are called
	Champions []Addressee
}

// Reminders returns the letters of a day. They are content only: nothing is sent.
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
	if on.Time().Weekday() == time.Monday {
		out = append(out, toChampions(f, on)...)
	}
	return out
}

func beforeSession(s Expected, to SignUp, place int) Reminder {
	r := Reminder{Kind: BeforeSession, To: Addressee{to.Name, to.Email}, Subject: "Tomorrow: " + s.Name, Session: s.ID, Lines: where(s)}
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

// where says when and where a session is, in its own zone.
func where(s Expected) []string {
	lines := []string{s.Begins().Format("Mon 2 Jan, 15:04") + " to " + s.Ends().Format("15:04") + " (" + s.Zone + ")"}
	if s.Place != "" {
		lines = append(lines, "Place: "+s.Place)
	}
	if s.Link != "" {
		lines = append(lines, "Link: "+s.Link)
	}
	return lines
}

func beforeHosting(s Expected) Reminder {
	r := Reminder{Kind: BeforeHosting, To: Addressee(s.Host), Subject: "You host tomorrow: " + s.Name, Session: s.ID, Lines: where(s)}
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

// toChampions tells the champions of each department who is missing and what they could join.
func toChampions(f ReminderFacts, on day.Date) []Reminder {
	var out []Reminder
	for _, m := range f.Missing {
		if m.Count == 0 {
			continue
		}
		lines := []string{missingLine(m)}
		for _, s := range nextFor(f.Sessions, m.Whose, on) {
			lines = append(lines, s.Begins().Format("Mon 2 Jan, 15:04")+": "+s.Name)
		}
		if len(lines) == 1 {
			lines = append(lines, "No training that they could join is planned yet. Ask a rollout lead for one.")
		}
		for _, to := range m.Champions {
			out = append(out, Reminder{
				Kind: ChampionWeekly, To: to, Whose: m.Slug, Lines: slices.Clone(lines),
				Subject: m.Name + ": " + counted(m.Count, "person was", "people were") + " at no training yet",
			})
		}
	}
	return out
}

func missingLine(m ShortOf) string {
	line := "Missing: " + strings.Join(m.First, ", ")
	if more := m.Count - len(m.First); more > 0 {
		line += " and " + strconv.Itoa(more) + " more"
	}
	return line + "."
}

const sessionsTold = 3 // of those that missing people could join

// nextFor are the next trainings from a day on that people of a department could join.
func nextFor(all []Expected, w Whose, from day.Date) []Expected {
	var out []Expected
	for _, s := range all {
		if s.Day >= from && s.Kind.Trains() && !s.FromFile && !s.Cancelled() && (s.Department.Everybody() || s.Department.ID == w.ID) {
			out = append(out, s)
		}
	}
	return out[:min(len(out), sessionsTold)]
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
