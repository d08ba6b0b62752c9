package comms

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// DigestKinds returns what goes out by itself at the hour of a day, in the order it is told.
func DigestKinds() []MailingKind {
	return []MailingKind{KindTasks, KindChampion, KindReminder, KindFailures, KindReport}
}

// How long digests are of use. What could not leave by then is dropped.
const (
	usefulDay      = 10 * time.Hour
	usefulReminder = 14 * time.Hour
	usefulNote     = 3 * 24 * time.Hour
	usefulReport   = 7 * 24 * time.Hour

	reportedFor = 62 // days after the end of a month in which its closing is news
)

// DigestSetting is what the organization says about what goes out by itself.
type DigestSetting struct {
	At      string        // "07:30", on the rollout's clock
	Off     []MailingKind // what does not go out
	Version int
}

// On reports whether a kind goes out.
func (s DigestSetting) On(k MailingKind) bool { return !slices.Contains(s.Off, k) }

var clockShape = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// Check says what is wrong with s, nil when it can hold.
func (s DigestSetting) Check() error {
	if !clockShape.MatchString(s.At) {
		return fault.Field("at", "Give a time of day such as 07:30.")
	}
	for _, k := range s.Off {
		if !slices.Contains(DigestKinds(), k) {
			return fault.New(fault.Invalid, "There is no such kind of mail. Load the page again.")
		}
	}
	return nil
}

// DigestDay is a day on which digests are written, where the rollout happens.
type DigestDay struct {
	Today  day.Date
	Zone   string // IANA name
	Works  WorkingDays
	Closed day.Date // the first day of the month that was closed last; day.None before the first
}

// DigestSlot is one digest of one day: when it is written, under which key, and how long it is of use.
type DigestSlot struct {
	Kind  MailingKind
	Key   string
	On    day.Date // the day it is about
	Due   time.Time
	Until time.Time
}

// Slots returns the digests of a day that the setting lets out, whether they are due
// yet or not. Tasks and failures come on working days; sessions may be on any day, so
// reminders come on every one; champions are written to on the first working day of a
// week; a month's report comes once, on the first working day after it was closed.
func (d DigestDay) Slots(s DigestSetting) []DigestSlot {
	var out []DigestSlot
	add := func(k MailingKind, key day.Date, on day.Date, useful time.Duration) {
		due, ok := due(on, s.At, d.Zone)
		if ok && s.On(k) {
			out = append(out, DigestSlot{Kind: k, Key: string(k) + "/" + key.String(), On: on, Due: due, Until: due.Add(useful)})
		}
	}
	works := d.Works.Works(d.Today)
	if works {
		add(KindTasks, d.Today, d.Today, usefulDay)
	}
	if first := d.Works.OnOrAfter(d.Today.Monday()); first <= d.Today && first.Monday() == d.Today.Monday() {
		add(KindChampion, d.Today.Monday(), first, usefulNote)
	}
	add(KindReminder, d.Today, d.Today, usefulReminder)
	if works {
		add(KindFailures, d.Today, d.Today, usefulDay)
	}
	if works && d.Closed.Known() && d.Closed.Month().To+reportedFor >= d.Today {
		add(KindReport, d.Closed, d.Today, usefulReport)
	}
	return out
}

// IsDue reports whether a slot is to be written at now: its time has come, and it is of use still.
func (s DigestSlot) IsDue(now time.Time) bool { return !now.Before(s.Due) && now.Before(s.Until) }

const nextWithin = 31 // days in which the next digest is looked for

// Next returns when a kind is written next after now, false when no day is known.
// written are keys of those that were written.
func (d DigestDay) Next(s DigestSetting, k MailingKind, written map[string]bool, now time.Time) (time.Time, bool) {
	for range nextWithin {
		for _, slot := range d.Slots(s) {
			if slot.Kind == k && !written[slot.Key] && now.Before(slot.Until) {
				return latest(slot.Due, now), true
			}
		}
		d.Today++
	}
	return time.Time{}, false
}

// Of returns the day that a moment falls on, where the rollout happens.
func (d DigestDay) Of(at time.Time) day.Date {
	if place, err := time.LoadLocation(d.Zone); err == nil {
		at = at.In(place)
	}
	return day.Of(at.Date())
}

// latest is the later of two moments.
func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Digest is one slot's letters, ready to go out.
type Digest struct {
	DigestSlot
	Title   string
	Letters []Letter // none: there is nothing to say
	Told    int      // failures it tells of
}

// Mailing is how the digest goes out.
func (d Digest) Mailing() Mailing {
	return Mailing{Kind: d.Kind, Key: d.Key, Title: d.Title, DueAt: d.Due, UsefulUntil: d.Until}
}

// DigestRun is a digest that was written.
type DigestRun struct {
	Key     string
	Kind    MailingKind
	At      time.Time
	Mailing MailingID // 0: there was nothing to say
	Letters int       // of its mailing, those left out too
	Told    int
}

// DigestBoard is what goes out by itself, as of one moment.
type DigestBoard struct {
	Now     time.Time
	Setting DigestSetting
	Day     DigestDay
	Runs    map[MailingKind]DigestRun   // the last of each kind
	Reach   map[MailingKind]DigestReach // if it went out now
}

// DigestReach counts whom a kind would reach, and whom it leaves out.
type DigestReach struct{ People, OptedOut int }

// Next returns when a kind goes out next, false when it does not.
func (b DigestBoard) Next(k MailingKind) (time.Time, bool) {
	written := map[string]bool{}
	if r, ok := b.Runs[k]; ok {
		written[r.Key] = true
	}
	return b.Day.Next(b.Setting, k, written, b.Now)
}

// Event tells the audit log what somebody set.
func (s DigestSetting) Event(by identity.Actor) identity.Event {
	var off []string
	for _, k := range s.Off {
		off = append(off, string(k))
	}
	return identity.Event{By: by, Action: "digests.set", Subject: "digests", Detail: map[string]string{"at": s.At, "off": strings.Join(off, " ")}}
}
