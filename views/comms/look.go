package comms

import (
	"groundswell/internal/comms"
	"groundswell/views/ui"
)

// Look is how a status looks: always an icon, a word and a colour.
type Look struct {
	Class string // of entries and dots
	Word  string
	Icon  ui.Glyph
	Tone  ui.Tone
}

// LookOf returns how a status looks.
func LookOf(s comms.Status) Look {
	switch s {
	case comms.StatusSent:
		return Look{"sent", "Sent", ui.IconCheck, ui.ToneGood}
	case comms.StatusGoing:
		return Look{"going", "Going out", ui.IconSend, ui.ToneTide}
	case comms.StatusScheduled:
		return Look{"sched", "Scheduled", ui.IconClock, ui.ToneNone}
	case comms.StatusHeld:
		return Look{"held", "Held until go", ui.IconLock, ui.ToneTide}
	case comms.StatusNeedsApproval:
		return Look{"need", "Needs approval", ui.IconTriangleAlert, ui.ToneWarn}
	case comms.StatusNoOwner:
		return Look{"none", "No owner", ui.IconCircleDashed, ui.ToneWarn}
	case comms.StatusNoDay:
		return Look{"noday", "No day", ui.IconCalendar, ui.ToneNone}
	case comms.StatusMissed:
		return Look{"missed", "Missed", ui.IconCircleX, ui.ToneBad}
	case comms.StatusCancelled:
		return Look{"off", "Cancelled", ui.IconBan, ui.ToneNone}
	}
	return Look{"draft", "Draft", ui.IconPencilLine, ui.ToneNone}
}

// Chip is the look as a chip.
func (l Look) Chip() ui.ChipProps { return ui.ChipProps{Label: l.Word, Icon: l.Icon, Tone: l.Tone} }

// dot is the class of a dot: fewer than there are statuses, as the legend has them.
func (l Look) dot() string {
	switch l.Class {
	case "none", "need":
		return "need"
	case "going":
		return "sent"
	}
	return l.Class
}

// legend is what the dots of the lanes mean.
var legend = []struct{ Class, Word string }{
	{"sent", "Sent"}, {"sched", "Scheduled"}, {"held", "Held"}, {"draft", "Draft"}, {"need", "Needs you"},
}
