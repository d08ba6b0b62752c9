package people

import "groundswell/views/ui"

// DraftProps is what a file would change, before it does.
type DraftProps struct {
	Head    ui.PageHeadProps
	Problem *ui.BannerProps // why the last attempt was not made
	Chips   []ui.ChipProps
	Verdict string // the sentence
	Body    string // what it means, or what to do
	Parts   []Part
	Action  string // where the decision is posted to
	Discard string
	Digest  string // of the difference that is shown
	All     string // the verb with its counts; "" when it cannot be imported as a whole
	Good    string // the same without the bad rows; "" when there are none, or nothing is left
	Confirm string // what has to be ticked first; "" for nothing
	Why     string // what importing the good rows only leaves out
	Kept    string // until when the file waits
	Notes   []ui.BannerProps
	Lists   []Section
}

// Part is a share of the file's rows.
type Part struct {
	Label, Note string
	Rows        int
	Look        string // its colour: new, moved, changed, same or bad
}

// share is a part's width in percent of all rows; what is there is seen.
func (p DraftProps) share(of Part) float64 {
	all := 0
	for _, part := range p.Parts {
		all += part.Rows
	}
	return float64(of.Rows) / float64(max(all, 1)) * 100
}

func (p DraftProps) bars() []bar {
	var out []bar
	at := 0.0
	for _, part := range p.Parts {
		if part.Rows > 0 {
			w := p.share(part)
			out = append(out, bar{part.Look, at, w})
			at += w
		}
	}
	return out
}

type bar struct {
	look  string
	at, w float64
}

// Section is one kind of change, folded away when it is long.
type Section struct {
	ID, Title, Sub string
	Count          string
	Tone           ui.Tone
	Icon           ui.Glyph
	Open           bool
	Columns        []string
	Rows           [][]Cell
	Pages          *ui.PagesProps // nil when all rows are here
}

func (s Section) columns() []ui.Column {
	var out []ui.Column
	for _, c := range s.Columns {
		out = append(out, ui.Column{Label: c})
	}
	return out
}

// Cell is a value, with what stood there before.
type Cell struct {
	Text, Sub string
	Was       string
	Changed   bool   // Was is shown, empty too
	Fields    []Cell // several values, each named by its Sub, in place of one
}

func (c Cell) empty() bool { return c.Text == "" && c.Sub == "" && !c.Changed && len(c.Fields) == 0 }

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
