package message

import (
	"cmp"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/views/letter"
	"groundswell/views/ui"
)

func letterText(body, site string) templ.Component { return letter.Text(body, site) }

// chipOf is how a status looks: an icon, a word and a colour.
func chipOf(s comms.Status) ui.ChipProps {
	switch s {
	case comms.StatusSent:
		return ui.ChipProps{Label: "Sent", Icon: ui.IconCheck, Tone: ui.ToneGood}
	case comms.StatusGoing:
		return ui.ChipProps{Label: "Going out", Icon: ui.IconSend, Tone: ui.ToneTide}
	case comms.StatusScheduled:
		return ui.ChipProps{Label: "Scheduled", Icon: ui.IconClock}
	case comms.StatusHeld:
		return ui.ChipProps{Label: "Held until go", Icon: ui.IconLock, Tone: ui.ToneTide}
	case comms.StatusNeedsApproval:
		return ui.ChipProps{Label: "Needs approval", Icon: ui.IconTriangleAlert, Tone: ui.ToneWarn}
	case comms.StatusNoOwner:
		return ui.ChipProps{Label: "No owner", Icon: ui.IconCircleDashed, Tone: ui.ToneWarn}
	case comms.StatusNoDay:
		return ui.ChipProps{Label: "No day", Icon: ui.IconCalendar}
	case comms.StatusMissed:
		return ui.ChipProps{Label: "Missed", Icon: ui.IconCircleX, Tone: ui.ToneBad}
	case comms.StatusCancelled:
		return ui.ChipProps{Label: "Cancelled", Icon: ui.IconBan}
	}
	return ui.ChipProps{Label: "Draft", Icon: ui.IconPencilLine}
}

// DoneRow is a line of the history.
type DoneRow struct{ When, By, What string }

var doneWords = map[string]string{
	"message.added": "Written", "message.edited": "Edited", "message.asked": "Approval asked for", "message.approved": "Approved",
	"message.approval_taken_back": "Approval taken back", "message.made_draft": "Made a draft again", "message.moved": "Moved", "message.cancelled": "Cancelled",
	"message.ended": "Rhythm ended", "message.archived": "Archived", "message.sent_now": "Sent before its time", "message.tested": "Test sent to oneself",
	"message.shifted": "Moved with its launch", "message.audience_exported": "Recipients exported", "message.went_out": "Went out", "message.missed": "Missed",
}

// done is what was done to the message, the latest first.
func (d PageData) done() []DoneRow {
	var out []DoneRow
	for _, e := range d.Sheet.Done {
		row := DoneRow{When: d.moment(e.At), By: cmp.Or(e.By, "The program"), What: cmp.Or(doneWords[e.Action], "Changed")}
		switch {
		case e.Detail["changed"] != "":
			row.What += ": " + e.Detail["changed"] + ", version " + e.Detail["version"]
		case e.Detail["recipients"] != "":
			row.What += " for " + e.Detail["recipients"]
		case e.Detail["from"] != "" && e.Detail["to"] != "":
			row.What += " from " + e.Detail["from"] + " to " + e.Detail["to"]
		}
		out = append(out, row)
	}
	return out
}
