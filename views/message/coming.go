package message

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// ComingProps are the next times of a message that goes out more than once.
type ComingProps struct {
	Sub     string // "every week until Fri 19 Dec"
	Rows    []ComingRow
	More    string // "8 later times are planned."
	Version string
	Cancel  string // what takes the form that cancels one of them; "" for those who may not
	End     string // what takes the form that ends the rhythm; likewise
	Until   ui.FieldProps
}

// ComingRow is one time.
type ComingRow struct {
	ID      string // of the occurrence
	When    string
	Chip    ui.ChipProps
	Reason  string
	Clashes []string
	Move    string // "" where it cannot be moved
	Open    bool   // it can be cancelled
	Why     ui.FieldProps
}

// comingShown is how many times are listed.
const comingShown = 5

// several reports whether the message goes out more than once.
func (d PageData) several() bool {
	m := d.Sheet.Message
	return m.Every != comms.Once || len(m.Occurrences) > 1
}

// coming are the next times of a rhythm; nil for a message that goes out once.
func (d PageData) coming() *ComingProps {
	m := d.Sheet.Message
	if !d.several() {
		return nil
	}
	at := route.Message(int64(m.ID))
	p := &ComingProps{Sub: d.rhythm(), Version: strconv.Itoa(m.Version)}
	next := d.ahead()
	for _, o := range next[:min(comingShown, len(next))] {
		p.Rows = append(p.Rows, d.comingRow(o))
	}
	if later := len(next) - len(p.Rows); later > 0 {
		p.More = ui.Counted(later, "later time is planned.", "later times are planned.")
	}
	if !m.MayWrite(d.Actor) || !m.ArchivedAt.IsZero() {
		return p
	}
	p.Cancel = at + "/cancel"
	if m.Every != comms.Once {
		p.End, p.Until = at+"/end", ui.FieldProps{ID: "until", Name: "until", Label: "Last day", Type: "date", Value: d.lastDay().String()}
	}
	return p
}

// lastDay is what the form that ends a rhythm begins with: its last day, else today.
func (d PageData) lastDay() day.Date {
	if until := d.Sheet.Message.Until; until.Known() {
		return until
	}
	return d.Today
}

// ahead are the times that are still to come, cancelled ones among them, by day.
func (d PageData) ahead() []comms.Occurrence {
	var out []comms.Occurrence
	for _, o := range d.Sheet.Message.Occurrences {
		if o.State == comms.Planned || o.State == comms.Cancelled && o.Day.Known() && o.Day >= d.Today {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b comms.Occurrence) int { return cmp.Or(cmp.Compare(a.Day, b.Day), a.No-b.No) })
	return out
}

func (d PageData) comingRow(o comms.Occurrence) ComingRow {
	m, id := d.Sheet.Message, strconv.FormatInt(int64(o.ID), 10)
	row := ComingRow{ID: id, When: "No day yet", Chip: chipOf(m.Status(o, d.Launch)), Reason: sentence(o.Reason), Clashes: d.Clashes[o.ID]}
	if o.Day.Known() {
		row.When = d.date(o.Day) + ", " + o.At + d.elsewhere(o.Zone)
	}
	if o.State == comms.Planned {
		row.Open = true
		row.Why = ui.FieldProps{ID: "why-" + id, Name: "reason", Label: "Why", Optional: true, Autocomplete: "off", Attrs: templ.Attributes{"maxlength": "200"}}
		if d.Move != "" {
			row.Move = route.MoveMessage(int64(m.ID), int64(o.ID))
		}
	}
	return row
}
