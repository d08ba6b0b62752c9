package comms

import (
	"slices"

	"groundswell/internal/identity"
)

// Choices returns every kind of mail that a person can choose, in the order they are told.
func Choices() []Choice {
	return []Choice{ChoiceMessages, ChoiceTasks, ChoiceChampion, ChoiceReminder, ChoiceFailures, ChoiceReport}
}

// Valid reports whether c is a choice.
func (c Choice) Valid() bool { return slices.Contains(Choices(), c) }

// Name is what people call what a choice is about.
func (c Choice) Name() string {
	switch c {
	case ChoiceMessages:
		return "Messages of the rollout"
	case ChoiceTasks:
		return "Your tasks"
	case ChoiceChampion:
		return "The champions’ week"
	case ChoiceReminder:
		return "Reminders of sessions"
	case ChoiceFailures:
		return "What fails"
	case ChoiceReport:
		return "The month’s figures"
	}
	return string(c)
}

// About says what comes, and when.
func (c Choice) About() string {
	switch c {
	case ChoiceMessages:
		return "What is told to people around the launch of their wave, and tips afterwards. Some messages go to everybody and say so."
	case ChoiceTasks:
		return "Your overdue tasks and those due in the next three working days. On working days, when there are any."
	case ChoiceChampion:
		return "Your department’s figures, this week’s tip and sessions, and who is on call. On Mondays."
	case ChoiceReminder:
		return "The day before a session you signed up for or host, and the day after one you hosted while something is open."
	case ChoiceFailures:
		return "Data that cannot be read and checks that do not hold, in one mail a day while there are any, and one when all is right again."
	case ChoiceReport:
		return "A link to the figures of a month once it is closed."
	}
	return ""
}

// Concerns reports whether mail of a choice can reach somebody with these roles at all.
// Messages, tasks and sessions may concern anybody, with a role or without.
func (c Choice) Concerns(roles []identity.Role) bool {
	switch c {
	case ChoiceChampion:
		return slices.Contains(roles, identity.Champion)
	case ChoiceFailures:
		return slices.Contains(roles, identity.Lead)
	case ChoiceReport:
		return slices.Contains(roles, identity.Executive)
	}
	return true
}

// Default reports whether somebody who chose nothing gets it. Everything here is about
// one's own work, so it comes until somebody says otherwise.
func (c Choice) Default() bool { return true }

// Chosen is what somebody gets of one kind.
type Chosen struct {
	Choice Choice
	Wanted bool
	Said   bool // they chose; otherwise it is what the kind says by itself
}

// ChosenOf completes what somebody said with what the kinds say by themselves.
func ChosenOf(said map[Choice]bool, roles []identity.Role) []Chosen {
	var out []Chosen
	for _, c := range Choices() {
		if !c.Concerns(roles) {
			continue
		}
		wanted, known := said[c]
		if !known {
			wanted = c.Default()
		}
		out = append(out, Chosen{Choice: c, Wanted: wanted, Said: known})
	}
	return out
}

// Event tells the audit log that somebody chose. It never says whose address it was:
// by is the account where they were signed in, and nobody where a link in a mail did it.
func (c Chosen) Event(by identity.Actor) identity.Event {
	e := identity.Event{By: by, Action: "mail.ended", Subject: "mail/" + string(c.Choice), Detail: map[string]string{}}
	if c.Wanted {
		e.Action = "mail.taken_up"
	}
	if by.Account == 0 {
		e.Detail["through"] = "link"
	}
	return e
}
