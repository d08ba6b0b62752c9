package check

import "groundswell/views/ui"

// ListProps is the page of all checks.
type ListProps struct {
	Sub    string      // how many hold, fail and have nothing to judge by
	Waves  []ui.Option // whose checks are shown: everybody's, or one wave's
	Run    *Run        // nil for those who may not
	Groups []Group
}

// Run is the button that runs every check now.
type Run struct{ Action, Back string }

// Group is a part of the list.
type Group struct {
	Title     string
	Ready, Of int
	Rows      []Row
}

// Row is one check in the list.
type Row struct {
	Title, URL string
	Found      string // its sentence
	Source     string // with its age
	Proof      ui.Proof
	Action     *ui.Link // the page that fixes it
}

func (r Row) class() string {
	return map[ui.Proof]string{ui.ProofFailing: "fail", ui.ProofStale: "stale"}[r.Proof]
}

// OneProps is the page of one check.
type OneProps struct {
	Title, About string
	Waves        []ui.Option // nil when waves are not asked one by one
	Run          *Run
	Fix          *ui.Link
	Proof        ui.Proof
	Found        string
	Facts        []ui.Pair
	Unit         string // what the causes count: "People"; "" when nothing
	Causes       []Cause
	Withheld     string // why causes are not all told; "" when they are
	SeesTasks    bool   // the plan is theirs to read
	Tasks        []ui.TaskProps
	Past         []Past
	Machines     *Machines // of the check of devices
}

// Cause is a line behind an outcome. Count is "" where there is none.
type Cause struct{ Say, Count string }

// Past is what the check said for a while.
type Past struct {
	From, To string
	Proof    ui.Proof
	Say      string
}

// Machines is what the inventory holds.
type Machines struct {
	Rows   []Machine
	People *ui.Link // who lacks the app; nil for those who may not know
	Import *ui.Link
}

// Machine is how many machines of a platform have a version of the app.
type Machine struct{ Platform, Version, Count string }

// LackersProps is the page of people without the app.
type LackersProps struct {
	Sub   string
	Waves []ui.Option
	CSV   string
	Rows  []Lacker
	Pages ui.PagesProps
}

// Lacker is somebody without the app.
type Lacker struct{ Name, Email, Department, Wave, Machines string }
