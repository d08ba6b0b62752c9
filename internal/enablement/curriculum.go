package enablement

import (
	"slices"
	"time"

	"groundswell/internal/day"
)

// Feature is one of the eight things that people should have met in a session.
type Feature string

// The features, as they are kept.
const (
	FileAccess     Feature = "file_access"
	Connectors     Feature = "connectors"
	Skills         Feature = "skills"
	Plugins        Feature = "plugins"
	ScheduledTasks Feature = "scheduled_tasks"
	Projects       Feature = "projects"
	Chrome         Feature = "chrome"
	Dispatch       Feature = "dispatch"
)

// Features returns every feature, in the order in which they are taught.
func Features() []Feature {
	return []Feature{FileAccess, Connectors, Skills, Plugins, ScheduledTasks, Projects, Chrome, Dispatch}
}

// Valid reports whether f is a feature.
func (f Feature) Valid() bool { return slices.Contains(Features(), f) }

var featureNames = map[Feature][2]string{
	FileAccess:     {"File access", "You choose the folders; Cowork reads your material there and puts the finished work back."},
	Connectors:     {"Connectors", "Cowork looks things up, and gets things done, in the services your work already lives in."},
	Skills:         {"Skills", "Written know-how that Cowork picks up by itself when a task calls for it."},
	Plugins:        {"Plugins and marketplace", "Skills, connectors and sub-agents in one package, chosen from your organization’s own marketplace."},
	ScheduledTasks: {"Scheduled tasks", "Work that runs again on a rhythm you set, or whenever you start it."},
	Projects:       {"Projects", "One place for tasks that belong together, with their own files, background and memory."},
	Chrome:         {"Claude in Chrome", "Help inside the browser, on the page you are looking at."},
	Dispatch:       {"Dispatch", "Hand over a task from the phone and hear when it is done; the desktop app does the work and has to be running."},
}

// Name is what people call f.
func (f Feature) Name() string { return featureNames[f][0] }

// Says is one sentence on what f is for.
func (f Feature) Says() string { return featureNames[f][1] }

// Curriculum is which features were met in sessions, and by whom.
type Curriculum struct {
	Rows        []Covered // one for each feature
	Departments []Whose   // those with people who were at a session, by name
	Unconfirmed []Planned // held, not confirmed, latest first
}

// Covered is how far one feature was covered.
type Covered struct {
	Feature  Feature
	Held     map[Kind]int // sessions that covered it
	Last     day.Date     // day.None: never
	Next     *Planned     // the next one that will; nil for none
	People   int          // who attended one that covered it
	ByPlaces map[int]int  // of those, by department; 0 for no department
}

// Sessions is how many sessions covered it.
func (c Covered) Sessions() int {
	n := 0
	for _, of := range c.Held {
		n += of
	}
	return n
}

// Met is how many people of a department attended a session that covered a feature.
type Met struct {
	Feature    Feature
	Department int // 0: none
	People     int
}

// NewCurriculum reads the curriculum from all sessions, ascending, and from who met what.
func NewCurriculum(sessions []Planned, met []Met, departments []Whose, now time.Time) Curriculum {
	var c Curriculum
	for _, f := range Features() {
		c.Rows = append(c.Rows, coveredBy(f, sessions, now))
	}
	has := map[int]bool{}
	for _, m := range met {
		i := slices.IndexFunc(c.Rows, func(r Covered) bool { return r.Feature == m.Feature })
		if i < 0 {
			continue
		}
		c.Rows[i].People += m.People
		c.Rows[i].ByPlaces[m.Department] += m.People
		has[m.Department] = true
	}
	for _, d := range departments {
		if has[d.ID] {
			c.Departments = append(c.Departments, d)
		}
	}
	for _, p := range slices.Backward(sessions) {
		if !p.FromFile && p.Held(now) && p.CoveredAt.IsZero() {
			c.Unconfirmed = append(c.Unconfirmed, p)
		}
	}
	return c
}

func coveredBy(f Feature, sessions []Planned, now time.Time) Covered {
	row := Covered{Feature: f, Held: map[Kind]int{}, Last: day.None, ByPlaces: map[int]int{}}
	for i, p := range sessions {
		switch {
		case !p.Covers(f) || p.Cancelled():
		case p.Held(now):
			row.Held[p.Kind]++
			row.Last = max(row.Last, p.Day)
		case row.Next == nil && p.Bookable(now):
			row.Next = &sessions[i]
		}
	}
	return row
}
