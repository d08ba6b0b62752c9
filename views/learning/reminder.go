package learning

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// ReminderData is what the page of reminders is made of.
type ReminderData struct {
	On      day.Date // the day they are written
	Letters []enablement.Reminder
	Sent    templ.Component // when they go out, and the last that did
	Tabs    ui.TabsProps
	Now     time.Time
}

// RemindersProps is the page of what people would be reminded of.
type RemindersProps struct {
	Sub   string
	Sent  templ.Component
	Tabs  ui.TabsProps
	Kinds []LetterKind
}

// LetterKind is a kind of reminder with the first of its letters.
type LetterKind struct {
	ID, Title, When string
	Count           ui.ChipProps
	To              string // who would get one
	Letter          *Letter
	None            string // why there is no letter
}

// Letter is the text of a reminder.
type Letter struct {
	To, Subject string
	Lines       []string
	Link        ui.Link
}

var kindWords = map[enablement.ReminderKind]struct{ title, none string }{
	enablement.BeforeSession: {"To whoever signed up, the day before", "Nobody signed up for a session of the day after."},
	enablement.BeforeHosting: {"To hosts, the day before", "No session with a host takes place the day after."},
	enablement.AfterHosting:  {"To hosts, the day after", "No session of the day before leaves anything open."},
}

// NewReminders makes the page.
func NewReminders(d ReminderData) RemindersProps {
	p := RemindersProps{Sub: "What goes out next about sessions, as it stands now.", Sent: d.Sent, Tabs: d.Tabs}
	for _, k := range enablement.ReminderKinds() {
		p.Kinds = append(p.Kinds, letterKind(k, d.On, d.Letters, d.Now))
	}
	return p
}

func letterKind(k enablement.ReminderKind, on day.Date, all []enablement.Reminder, now time.Time) LetterKind {
	out := LetterKind{ID: "kind-" + string(k), Title: kindWords[k].title, When: ui.Date(on.Time(), now), None: kindWords[k].none}
	n := 0
	for _, r := range all {
		if r.Kind != k {
			continue
		}
		if n++; out.Letter == nil {
			l := letter(r)
			out.Letter, out.To = &l, r.To.Called()
		}
	}
	if n > 1 {
		out.To += " and " + ui.Counted(n-1, "other person", "other people") + " get one; this is the first"
	} else {
		out.To += " gets one"
	}
	out.Count = ui.ChipProps{Label: ui.Counted(n, "letter", "letters"), Icon: ui.IconMail}
	if n > 0 {
		out.Count.Tone = ui.ToneTide
	}
	return out
}

func letter(r enablement.Reminder) Letter {
	lines := r.Lines
	if r.Join != "" {
		lines = append(slices.Clone(lines), "Online: "+r.Join)
	}
	return Letter{To: r.To.Called(), Subject: r.Subject, Lines: lines, Link: ui.Link{Label: "Open the session", URL: route.Training(r.Session)}}
}
