package enablement

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Purpose is what a channel is for.
type Purpose string

// The purposes of channels. There is one channel for support, one for champions,
// and one for each department that has one.
const (
	ForSupport      Purpose = "support"
	AmongChampions  Purpose = "champions"
	OfOneDepartment Purpose = "department"
)

// Channel is where people ask.
type Channel struct {
	ID             int
	Purpose        Purpose
	Department     int // 0 unless it is a department's
	DepartmentName string
	DepartmentSlug string
	Name, URL      string
	Note           string
	Version        int
}

// Escalation is what goes where when the channel cannot help.
type Escalation struct {
	ID      int
	Topic   string
	GoesTo  string
	Contact string // an address, a link, a number; "" for none
	Within  string // how soon somebody looks at it, in words; "" when nobody said
	Version int
}

// Duty is who answers in the support channel in a week.
type Duty struct {
	Week        day.Date // its Monday
	Email, Name string
	Active      bool // still a champion
}

// Support is what anybody reads to know where to ask, as of one moment.
type Support struct {
	Channels  []Channel // those the reader may know of
	Paths     []Escalation
	OnCall    *Duty     // of this week; nil: nobody
	ChangedAt time.Time // when a channel or a path was last changed; zero: never
}

// Channel returns the channel for a purpose, false when there is none.
func (s Support) Channel(p Purpose) (Channel, bool) {
	i := slices.IndexFunc(s.Channels, func(c Channel) bool { return c.Purpose == p })
	if i < 0 {
		return Channel{}, false
	}
	return s.Channels[i], true
}

// Asker is whoever asks for support: an actor and where they are placed.
type Asker struct {
	Actor identity.Actor
	Place string // the department, as a slug, that the roster has for them; "" for none
}

// ChannelsFor returns which of all channels an asker may know of: leads and
// auditors every one; champions theirs, with those of their own departments;
// others the support channel and their own department's.
func ChannelsFor(a Asker, all []Channel) []Channel {
	return slices.DeleteFunc(slices.Clone(all), func(c Channel) bool { return !a.knows(c) })
}

func (a Asker) knows(c Channel) bool {
	switch {
	case c.Purpose == ForSupport, a.Actor.HasAny(identity.Lead, identity.Auditor):
		return true
	case c.Purpose == AmongChampions:
		return a.Actor.Has(identity.Champion)
	case a.Actor.Has(identity.Champion):
		return slices.Contains(a.Actor.Departments, c.DepartmentSlug)
	}
	return a.Actor.Has(identity.Owner) || a.Place != "" && a.Place == c.DepartmentSlug
}

// ChannelEdit is a channel as somebody wants it, and the version they saw; 0 for none.
type ChannelEdit struct {
	Purpose    Purpose
	Department int
	Name       string
	URL        string
	Note       string
	Seen       int
}

// Check returns e without what is not seen, or an Invalid fault that names every field.
func (e ChannelEdit) Check() (ChannelEdit, error) {
	w := wrong{}
	e.Name, e.URL, e.Note = plainLine(e.Name), strings.TrimSpace(e.URL), plainLine(e.Note)
	if (e.Purpose == OfOneDepartment) != (e.Department != 0) || !slices.Contains([]Purpose{ForSupport, AmongChampions, OfOneDepartment}, e.Purpose) {
		return e, fault.New(fault.Invalid, "There is no such channel. Load the page again.")
	}
	w.add("name", textWrong(e.Name, 80, "Name the channel as people see it, such as #cowork-claims."))
	w.add("note", textWrong(e.Note, 200, ""))
	w.add("url", secureWrong(e.URL))
	return e, w.fault()
}

// secureWrong says why an address is none on the web that nobody can read along.
func secureWrong(address string) string {
	if say := webAddressWrong(address); say != "" || address == "" {
		return say
	}
	if !strings.HasPrefix(address, "https://") {
		return "Use an address that begins with https://."
	}
	return ""
}

// EscalationEdit is an escalation path as somebody wants it.
type EscalationEdit struct {
	Topic, GoesTo, Contact, Within string
}

// Check returns e without what is not seen, or an Invalid fault that names every field.
func (e EscalationEdit) Check() (EscalationEdit, error) {
	w := wrong{}
	e.Topic, e.GoesTo, e.Contact, e.Within = plainLine(e.Topic), plainLine(e.GoesTo), plainLine(e.Contact), plainLine(e.Within)
	w.add("topic", textWrong(e.Topic, 120, "Say what it is about, such as “The app does not start”."))
	w.add("goes_to", textWrong(e.GoesTo, 120, "Say who takes it on, such as “IT service desk”."))
	w.add("contact", textWrong(e.Contact, 300, ""))
	w.add("within", textWrong(e.Within, 60, ""))
	if strings.Contains(e.Contact, "://") {
		w.add("contact", webAddressWrong(e.Contact))
	}
	return e, w.fault()
}

// Link is where a contact can be opened: a page, or a new mail; "" for neither.
func (e Escalation) Link() string {
	if strings.HasPrefix(e.Contact, "https://") || strings.HasPrefix(e.Contact, "http://") {
		return e.Contact
	}
	if a, err := mail.ParseAddress(e.Contact); err == nil && a.Address == e.Contact {
		return "mailto:" + e.Contact
	}
	return ""
}

// RotaWeeks is how many weeks, this one included, the rota reaches.
const RotaWeeks = 8

// RotaChange is who shall be on call in a week, by address, and whom the form
// showed before; "" for nobody.
type RotaChange struct {
	Week    day.Date
	Was, Is string
}

// Changed reports whether c changes anything.
func (c RotaChange) Changed() bool { return sheet.Fold(c.Was) != sheet.Fold(c.Is) }

// Apply says whether c still has to be written over who is on call now, "" for
// nobody. It faults with Conflict when that is neither what the form showed nor
// what it asks for.
func (c RotaChange) Apply(now string) (write bool, err error) {
	switch {
	case sheet.Fold(now) == sheet.Fold(c.Is):
		return false, nil
	case sheet.Fold(now) != sheet.Fold(c.Was):
		return false, fault.New(fault.Conflict, "Somebody else changed the week of "+c.Week.String()+" meanwhile. Nothing was changed by you.")
	}
	return true, nil
}
