// Package overview is the upper part of the first page: how long until the next
// launch, what stands in its way, and what is due now. It draws what it is given.
package overview

import "groundswell/views/ui"

// Props is the upper part of the overview. Nil parts are left out.
type Props struct {
	Steps  []Step // before a rollout is started
	Alarms []ui.BannerProps
	Launch *ui.LaunchProps
	Blocks *Blocks
	Agenda *Agenda
}

// Step is a first step towards a rollout.
type Step struct {
	Title string
	Note  string
	Done  bool
	URL   string // empty for those who may not take it
}

// Next reports whether s is the first step that is not done.
func (p Props) next(i int) bool {
	for _, s := range p.Steps[:i] {
		if !s.Done {
			return false
		}
	}
	return !p.Steps[i].Done
}

// Blocks is what stands in the way of the next launch.
type Blocks struct {
	Title string // "What blocks Wave 1"
	Count int
	Open  *ui.Link // the whole checklist
	Items []ui.BlockerProps
	More  *ui.Link // those that are not shown
	None  string   // said when nothing does
}

// Agenda is what happens today and next.
type Agenda struct {
	Items []ui.AgendaProps
	More  *ui.Link
	None  string
}
