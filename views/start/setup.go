package start

import "groundswell/views/ui"

// SetupProps is what was answered when the rollout was started, and its forms.
type SetupProps struct {
	CanEdit  bool
	Version  string // of the answers, as the forms carry it
	Sub      string
	Facts    []ui.Pair
	Waves    []WaveField
	Calendar CalendarForm
	Holders  []HolderField
	Book     BookProps
	Problem  *Problem
	Joined   *JoinedProps // nil when everything has its tasks

	PostLaunches, PostCalendar, PostRoles string
}

// JoinedProps is who came after the start, and what it takes to plan for them.
type JoinedProps struct {
	Title, Say, Post string
	Confirm          string // the button
}

// Problem is why a form came back.
type Problem struct {
	Title, Say string
	Conflict   bool
}

// BookProps is the playbook the plan was made from, and what a newer one offers.
type BookProps struct {
	Say   string
	Offer string // "3 steps differ"; "" for none
	URL   string
}

// MoveProps is what moving launches would do.
type MoveProps struct {
	Sub      string
	Launches []WaveMove
	Warnings []string
	Moves    []TaskMove
	Stays    []TaskMove

	Messages, MessageStays []TaskMove // what becomes of messages
	Version                string
	Post                   string
	Back                   string
	Confirm                string // the button
}

// WaveMove is a wave with the day it opens on, before and after.
type WaveMove struct{ Index, ID, Name, From, To, Opens string }

// TaskMove is a task with its day before and after, or why it stays.
type TaskMove struct{ Title, URL, From, To, Why string }

// BookDifferenceProps is what a newer playbook would change, a step at a time.
type BookDifferenceProps struct {
	Title   string
	Sub     string
	CanEdit bool
	Version string
	To      string // version of the playbook that is compared
	Post    string
	Steps   []StepProps
	Problem string
}

// StepProps is one step that differs.
type StepProps struct {
	Key, Title, Say string
	Chip            ui.ChipProps
	Takes           bool // there is something to choose
	Chosen          bool
	Fields          []FieldProps
}

// FieldProps is one field as it is and as it would be.
type FieldProps struct{ Name, Old, New, Left string }
