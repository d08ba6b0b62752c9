package enablement

import "slices"

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
	Plugins:        {"Plugins and marketplace", "Skills, connectors and sub-agents in one package, chosen from your organization's own marketplace."},
	ScheduledTasks: {"Scheduled tasks", "Work that runs again on a rhythm you set, or whenever you start it."},
	Projects:       {"Projects", "One place for tasks that belong together, with their own files, background and memory."},
	Chrome:         {"Claude in Chrome", "Help inside the browser, on the page you are looking at."},
	Dispatch:       {"Dispatch", "Hand over a task from the phone and hear when it is done; the desktop app does the work and has to be running."},
}

// Name is what people call f.
func (f Feature) Name() string { return featureNames[f][0] }

// Says is one sentence on what f is for.
func (f Feature) Says() string { return featureNames[f][1] }
