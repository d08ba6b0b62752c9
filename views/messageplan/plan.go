// Package messageplan shows what planning the playbook's messages would make.
package messageplan

import "groundswell/views/ui"

// Props is the page.
type Props struct {
	Waves      []Wave
	Written    []Template // written when needed, for a connector
	Connectors []string
	Post       string
	CanPlan    bool
	Error      string
}

// Wave is what a wave would get.
type Wave struct {
	ID, Name string
	Opens    string // "opens Tue 1 Dec"
	Rows     []Row
	New      int // rows that would be planned
}

// Row is one message as it would be planned, or why it is not.
type Row struct {
	Day, At string
	Every   string // "every week"; "" for once
	Title   string
	Stage   string
	To      string
	Owner   string // who holds the role; "" while nobody does
	Role    string
	Held    bool   // until the wave's go
	Skipped string // why it is left out; "" when it is not
}

// Template is a message that is not planned but written when needed.
type Template struct{ Key, Title, Stage, Role, Action string }

func (p Props) any() bool {
	for _, w := range p.Waves {
		if w.New > 0 {
			return true
		}
	}
	return false
}

func (p Props) sub() string {
	if !p.any() {
		return "Everything the playbook has for your waves is planned."
	}
	return "What the playbook would tell each wave. Nothing is planned yet, and nothing goes out before it is approved."
}

func (w Wave) sub() string {
	if w.New == 0 {
		return w.Opens + ", " + ui.Counted(len(w.Rows), "message", "messages") + ", nothing new"
	}
	if w.New == len(w.Rows) {
		return w.Opens + ", " + ui.Counted(w.New, "message", "messages")
	}
	return w.Opens + ", " + ui.Counted(w.New, "new message", "new messages") + " of " + ui.Count(len(w.Rows))
}
