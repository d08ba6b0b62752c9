package message

import (
	"cmp"
	"regexp"
	"strconv"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	calendar "groundswell/views/comms"
	"groundswell/views/letter"
	"groundswell/views/ui"
)

// letterText draws a text whose placeholders are not filled; its links lead where they will.
func letterText(body, site string) templ.Component {
	sample := comms.SampleValues(site)
	return letter.Text(linkedTo.ReplaceAllStringFunc(body, func(written string) string {
		return "](" + sample[linkedTo.FindStringSubmatch(written)[1]] + ")"
	}), site)
}

// linkedTo is a link whose target is a placeholder.
var linkedTo = regexp.MustCompile(`\]\(\s*\{\{\s*([a-z]+_link)\s*\}\}\s*\)`)

// chipOf is how a status looks: as in the calendar.
func chipOf(s comms.Status) ui.ChipProps { return calendar.LookOf(s).Chip() }

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
			row.What += " for " + recipients(e.Detail["recipients"])
		case e.Detail["from"] != "" && e.Detail["to"] != "":
			row.What += " from " + e.Detail["from"] + " to " + e.Detail["to"]
		}
		out = append(out, row)
	}
	return out
}

// recipients writes a number from the audit log as people.
func recipients(n string) string {
	count, err := strconv.Atoi(n)
	if err != nil {
		return n
	}
	return ui.Counted(count, "person", "people")
}
