package start

import (
	"strconv"

	"groundswell/views/ui"
)

// StartProps is the guided start of a rollout.
type StartProps struct {
	Form      Form
	Book      string // name of the playbook
	About     string
	Playbooks []ui.Option
	NoWaves   bool   // the roster has none yet
	Roster    string // where people are imported; "" when the actor may not
	Post      string
	Preview   *Preview
	Changed   bool // something differs from what was previewed
}

// number numbers the nth part of the form: one less where nothing can be in force already.
func (p StartProps) number(n int) string {
	if len(p.Form.InForce) == 0 {
		n--
	}
	return strconv.Itoa(n) + ". "
}

// Preview is what a rollout would begin with.
type Preview struct {
	Sub      string // how many tasks, and when the first is due
	Phases   []PhasePreview
	Warnings []string
	Past     []PastTask // due before today, earliest first
	More     int        // further ones
}

// PhasePreview is a phase of the plan to be.
type PhasePreview struct{ Name, Tasks, First, Past string }

// PastTask is a task whose day has passed already.
type PastTask struct{ Title, Due string }

// nth names the place of a wave that has no name yet.
func nth(i int) string {
	if names := []string{"First wave", "Second wave", "Third wave"}; i < len(names) {
		return names[i]
	}
	return "Further wave"
}

func placeholder(i int) string {
	if i == 0 {
		return "Pilot"
	}
	return "Wave " + ui.Count(i)
}
