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
// place in Index.Members is its ordinal.
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

	Targets map[Key]float64 // in place of the defaults of the catalogue, per week or per licensed person where those are
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

	Seats        []Seats // ascending
	SeatsGranted bool    // false when the key may not read summaries
	Cost         []Cost  // by product, ascending by day
	CostGranted  bool
	CostThrough  day.Date // last day of complete cost; None before it
	Settings     Settings

	memo memo // what was derived from the above, once
}
