package delivery

import (
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/views/ui"
)

// Clock is how times are shown: now, and the organization's zone.
type Clock struct {
	Now  time.Time
	Zone *time.Location
}

// day is the day of a moment; "" for none.
func (c Clock) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ui.Date(t.In(c.Zone), c.Now.In(c.Zone))
}

// moment is the day and time of a moment; "" for none.
func (c Clock) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.day(t) + ", " + ui.Clock(t.In(c.Zone))
}

// StateName is what people call a state.
func StateName(s comms.DeliveryState) string {
	switch s {
	case comms.Waiting:
		return "Waiting"
	case comms.Sending:
		return "Being sent"
	case comms.Sent:
		return "Sent"
	case comms.Refused:
		return "Refused"
	case comms.Unknown:
		return "Unknown"
	case comms.Dropped:
		return "Dropped"
	case comms.Stopped:
		return "Stopped"
	case comms.LeftOut:
		return "Left out"
	}
	return "Came back"
}

// stateChip marks a state.
func stateChip(s comms.DeliveryState) ui.ChipProps {
	c := ui.ChipProps{Label: StateName(s)}
	switch s {
	case comms.Sent:
		c.Tone, c.Icon = ui.ToneGood, ui.IconCheck
	case comms.Waiting:
		c.Icon = ui.IconClock
	case comms.Sending:
		c.Tone, c.Icon = ui.ToneTide, ui.IconSend
	case comms.Unknown:
		c.Tone, c.Icon = ui.ToneWarn, ui.IconCircleHelp
	case comms.Refused, comms.CameBack:
		c.Tone, c.Icon = ui.ToneBad, ui.IconMailX
	}
	return c
}

// KindName is what people call a kind of mailing.
func KindName(k comms.MailingKind) string {
	switch k {
	case comms.KindMessage:
		return "Message"
	case comms.KindTest:
		return "Test"
	case comms.KindTasks:
		return "Tasks"
	case comms.KindChampion:
		return "Champion note"
	case comms.KindFailures:
		return "Failures"
	case comms.KindReport:
		return "Report"
	case comms.KindReminder:
		return "Reminder"
	}
	return "Freed seat"
}

// Kinds returns every kind of mailing, in the order they are offered.
func Kinds() []comms.MailingKind {
	return []comms.MailingKind{
		comms.KindMessage, comms.KindTasks, comms.KindChampion, comms.KindFailures, comms.KindReport, comms.KindReminder, comms.KindSeat, comms.KindTest,
	}
}

// reasonWords says why somebody was left out; what a server answered is said as it is.
func reasonWords(state comms.DeliveryState, reason string) string {
	if state != comms.LeftOut {
		return reason
	}
	switch comms.Reason(reason) {
	case comms.LeftOptedOut:
		return "Chose not to get these"
	case comms.LeftGone:
		return "Has left the organization"
	case comms.LeftBounced:
		return "Mail to the address came back"
	case comms.LeftNoAddress:
		return "No address that mail can be sent to"
	}
	return reason
}

// counts are the states of a mailing in words, the ones without copies left out:
// "1,140 sent, 2 unknown".
func counts(t comms.Tally) string {
	var out []string
	for _, c := range stateCounts(t) {
		if c.n > 0 {
			out = append(out, ui.Count(c.n)+" "+strings.ToLower(StateName(c.state)))
		}
	}
	if len(out) == 0 {
		return "Nobody to send it to"
	}
	return strings.Join(out, ", ")
}

type stateCount struct {
	state comms.DeliveryState
	n     int
}

// stateCounts are the copies of a mailing by state, as people read them: what came back is not sent.
func stateCounts(t comms.Tally) []stateCount {
	var out []stateCount
	for _, s := range comms.DeliveryStates() {
		n := t.Counts[s]
		if s == comms.Sent {
			n = t.Delivered()
		}
		out = append(out, stateCount{s, n})
		if s == comms.Sent {
			out = append(out, stateCount{comms.CameBack, t.CameBack})
		}
	}
	return out
}
