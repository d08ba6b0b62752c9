package learning

import (
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// ReminderData is what the page of reminders is made of.
type ReminderData struct {
	On        day.Date // tomorrow
	Monday    day.Date // the next one from On
	Tomorrow  []enablement.Reminder
	Champions []enablement.Reminder // of Monday
	Tabs      ui.TabsProps
	Now       time.Time
}

// RemindersProps is the page of what people would be reminded of.
type RemindersProps struct {
	Sub   string
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
	enablement.BeforeSession:  {"To whoever signed up, the day before", "Nobody signed up for a session of the day after."},
	enablement.BeforeHosting:  {"To hosts, the day before", "No session with a host takes place the day after."},
	enablement.AfterHosting:   {"To hosts, the day after", "No session of the day before leaves anything open."},
	enablement.ChampionWeekly: {"To champions, on Mondays", "No department with a champion has anybody missing."},
}

// NewReminders makes the page.
func NewReminders(d ReminderData) RemindersProps {
	p := RemindersProps{Sub: "What would go out about trainings. Nothing is sent yet.", Tabs: d.Tabs}
	for _, k := range enablement.ReminderKinds() {
		on, list := d.On, d.Tomorrow
		if k == enablement.ChampionWeekly {
			on, list = d.Monday, d.Champions
		}
		p.Kinds = append(p.Kinds, letterKind(k, on, list, d.Now))
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
	l := Letter{To: r.To.Called(), Subject: r.Subject, Lines: r.Lines, Link: ui.Link{Label: "Open the session", URL: route.Training(r.Session)}}
	if r.Session == 0 {
		l.Link = ui.Link{Label: "See who is missing", URL: route.With(route.Completion, "department", r.Whose) + "#missing"}
	}
	return l
}
