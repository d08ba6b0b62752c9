package adoption

import "groundswell/internal/day"

// DayIndex is a day of usage as sets of member ordinals: everything a metric
// needs of it, in a few KB. Sessions are bit planes: member m had
// sum over k of 2^k × Sessions[k].Has(m) of them.
type DayIndex struct {
	Day day.Date

	SignedIn Bits
	Active   Bits
	Tasked   Bits // task days under the setting task_min_actions
	Unified  Bits // active days recorded at least partly under Chat and Cowork unified

	Sessions []Bits // bit planes, least significant first

	Connectors, Skills, Plugins                Bits // use above zero
	SessionsKnown                              Bits // members who reported the field, zero included
	ConnectorsKnown, SkillsKnown, PluginsKnown Bits
}

// Member is what the metrics need to know of a person of the organization; its
// place in Index.Members is its ordinal. People of the roster who are not members
// stand behind the members, never listed: they have a place, and may attend a training.
type Member struct {
	Listed bool     // the members source named it at its last complete run
	Added  day.Date // day of added_at; Never when it was never listed
}

// Group is an RBAC group as a cohort. Groups overlap.
type Group struct {
	ID, Name string
	Members  Bits
}

// Placement puts a member into a department and a wave from a day on.
// Empty strings are "no department" and "no wave".
type Placement struct {
	Member           int32
	From             day.Date // None: from the beginning
	Department, Wave string
}

// Opening is the day on which Cowork opens for a wave.
type Opening struct {
	Wave string
	On   day.Date
}

// TrainingKind is what a training or help session was.
type TrainingKind string

// The kinds, as attendance files name them.
const (
	AllStaff101        TrainingKind = "all_staff_101"
	DepartmentTraining TrainingKind = "department"
	OfficeHours        TrainingKind = "office_hours"
	UserGroup          TrainingKind = "user_group"
)

// Attendance is a person at a session, attended or completed; who did not show up is left out.
type Attendance struct {
	Day    day.Date
	Member int32
	Kind   TrainingKind
}

// Touchpoint is a time a champion helped a person or a whole department.
type Touchpoint struct {
	Day        day.Date
	Member     int32  // the person touched; -1 for a whole department
	Department string // of a touchpoint for a whole department
}

// Win is finished work that somebody got back, as it was written down.
type Win struct {
	Day       day.Date
	Member    int32
	Published bool // only such wins count; others say that wins are being logged
}

// EventKind says what happened on a day that a chart notes.
type EventKind string

// The kinds of events.
const (
	EventPhase     EventKind = "phase"     // a phase of the rollout begins
	EventLaunch    EventKind = "launch"    // a wave opens
	EventTraining  EventKind = "training"  // trainings for all staff or a department took place
	EventConnector EventKind = "connector" // a connector was used for the first time
	EventMessage   EventKind = "message"   // a message of the rollout went out to people
)

// Event is a note on the time axis.
type Event struct {
	Day   day.Date
	Kind  EventKind
	Label string // "Pilot opens"
}

// Seats is the assigned seat count of a summary day.
type Seats struct {
	Day      day.Date
	Assigned Count
}

// Settings are the organization's own numbers that definitions refer to.
type Settings struct {
	TaskMinActions int    // task_min_actions, default 1
	MinCohortSize  int    // min_cohort_size, default 5, never less
	HourlyRate     *Money // loaded_hourly_rate in USD; nil while unset

	Targets []SetTarget  // in place of the defaults of the catalogue: at most one of each metric and phase
	Phases  []PhaseStart // ascending by day
}

// Phase is a stage of the rollout.
type Phase string

// The phases, in order.
const (
	PhaseSetup      Phase = "setup"
	PhaseLaunch     Phase = "launch"
	PhaseEnablement Phase = "enablement"
	PhaseScaling    Phase = "scaling"
)

// Phases returns the phases in order.
func Phases() []Phase { return []Phase{PhaseSetup, PhaseLaunch, PhaseEnablement, PhaseScaling} }

// PhaseStart is the day a phase begins on.
type PhaseStart struct {
	Phase Phase
	From  day.Date
}

// SetTarget is a target that somebody set in place of the default.
type SetTarget struct {
	Metric Key
	Phase  Phase    // "" is every phase without a target of its own
	Value  float64  // per week or per licensed person where the default is
	Owner  string   // who answers for it, as typed; "" nobody
	Due    day.Date // by when it is to be reached; None
}

// DefaultSettings are those of a new installation.
func DefaultSettings() Settings { return Settings{TaskMinActions: 1, MinCohortSize: 5} }

// Index is the whole organization in memory, as of one generation of the pull.
// It is immutable once loaded and safe for concurrent use.
type Index struct {
	Generation int64
	First      day.Date    // first day of usage that was ever read; anything before [FirstDay], the zero value too, is FirstDay
	Through    day.Date    // data_through; None before the first complete day
	Days       []DayIndex  // ascending, complete days and later landed ones; a day without usage may be missing
	Members    []Member    // by ordinal
	Groups     []Group     // by name
	Placements []Placement // by member, then From

	Openings    []Opening    // of the waves that have a date
	Attendances []Attendance // ascending by day
	Touchpoints []Touchpoint // ascending by day
	Wins        []Win        // ascending by day
	Events      []Event      // ascending by day

	Seats        []Seats // ascending
	SeatsGranted bool    // false when the key may not read summaries
	Cost         []Cost  // by product, ascending by day
	CostGranted  bool
	CostThrough  day.Date // last day of complete cost; None before it
	Settings     Settings

	loose loose // what the disclosure test leaves off
	memo  memo  // what was derived from the above, once
}
