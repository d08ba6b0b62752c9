package rollout

import (
	"groundswell/internal/comms"
	"groundswell/internal/people"
)

// messagesBefore is how many days before a launch its messages must be approved: the
// first of them goes out about then.
const messagesBefore = 14

type messagesCheck struct{}

func (messagesCheck) Key() CheckKey { return CheckMessages }
func (messagesCheck) Title() string { return "Launch messages owned, approved and sent" }
func (messagesCheck) PerWave() bool { return true }

// Run judges the messages before and on the day of a launch. For everybody it
// adds up the waves that are not open yet.
func (messagesCheck) Run(f Facts, wave people.Wave) Finding {
	r := Reading{Name: "Calendar of messages", AsOf: f.Now}
	s, near := f.launchMessages(wave)
	whole := several(s.Messages, "launch message", "launch messages") + f.of(wave.ID)
	switch {
	case s.Messages == 0:
		return undecided(r, "None planned", "No launch message"+f.of(wave.ID)+" is planned.")
	case s.Unsent > 0:
		return refuted(r, s.Unsent, amount(s.Unsent)+" not sent",
			amount(s.Unsent)+" of "+whole+" should have gone out and "+either(s.Unsent, "has", "have")+" not.", nil)
	case s.Unowned+s.Unapproved == 0:
		return confirmed(r, amount(s.Messages)+" ready", ready(s, whole))
	}
	n, say := s.Unowned+s.Unapproved, missing(s, whole)
	if !near {
		return undecided(r, amount(n)+" not ready yet", say)
	}
	return refuted(r, n, amount(n)+" not ready", say, nil)
}

// launchMessages adds up what counts for a wave, and says whether any of what is not ready opens soon or is open.
func (f Facts) launchMessages(wave people.Wave) (s comms.Standing, near bool) {
	for _, w := range f.Waves {
		counts := w.ID == wave.ID || wave.ID == 0 && opening(w) >= f.Today
		if !counts || f.Messages[w.ID].Messages == 0 {
			continue
		}
		of := f.Messages[w.ID]
		s, near = s.Add(of), near || of.Unowned+of.Unapproved > 0 && opening(w) <= f.Today+messagesBefore
	}
	return s, near
}

func ready(s comms.Standing, whole string) string {
	if s.Messages == 1 {
		return "The " + whole + " has an owner and its approval."
	}
	say := "All " + whole + " have an owner and their approval"
	if s.Sent > 0 {
		say += "; " + several(s.Sent, "has", "have") + " gone out"
	}
	return say + "."
}

// missing says of how many nobody is the owner, and how many lack their approval.
func missing(s comms.Standing, whole string) string {
	switch {
	case s.Unapproved == 0:
		return amount(s.Unowned) + " of " + whole + " " + either(s.Unowned, "has", "have") + " no owner."
	case s.Unowned == 0:
		return amount(s.Unapproved) + " of " + whole + " " + either(s.Unapproved, "is", "are") + " not approved."
	}
	return amount(s.Unapproved) + " of " + whole + " " + either(s.Unapproved, "is", "are") + " not approved, and " +
		amount(s.Unowned) + " " + either(s.Unowned, "has", "have") + " no owner."
}
