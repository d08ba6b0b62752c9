package adoption

import "groundswell/internal/day"

// Key names a metric, in the API and everywhere else.
type Key string

// The metrics, column by column.
const (
	ActivationRate          Key = "activation_rate"
	DelegationRate          Key = "delegation_rate"
	WeeklyActives           Key = "weekly_actives"
	Week2Retention          Key = "week2_retention"
	DaysTrainingToFirstTask Key = "days_training_to_first_task"

	SessionsPerActiveUser    Key = "sessions_per_active_user"
	AdvancedFeatureUptake    Key = "advanced_feature_uptake"
	ChampionTouchpoints      Key = "champion_touchpoints"
	HelpSessionParticipation Key = "help_session_participation"

	HoursReallocatedPerWeek Key = "hours_reallocated_per_week"
	NamedWins               Key = "named_wins"
	LiveWorkflows           Key = "live_workflows"
	CostToValue             Key = "cost_to_value"
)

// Column is one of the three questions a rollout is judged by.
type Column string

// The columns, left to right: what goes wrong on the left shows on the right.
const (
	ColumnActivation Column = "activation"
	ColumnDepth      Column = "depth"
	ColumnValue      Column = "value"
)

// Columns returns the columns from left to right.
func Columns() []Column { return []Column{ColumnActivation, ColumnDepth, ColumnValue} }

// Unit says what a figure counts.
type Unit string

// The units.
const (
	UnitRatio  Unit = "ratio"
	UnitPeople Unit = "people"
	UnitDays   Unit = "days"
	UnitCount  Unit = "count"
	UnitPer100 Unit = "per_100"
	UnitHours  Unit = "hours"
	UnitX      Unit = "x" // how many times over
)

// Status is how a figure stands against its target.
type Status string

// The statuses, best first. NoData is neither good nor bad.
const (
	OnTrack Status = "on_track"
	Watch   Status = "watch"
	Behind  Status = "behind"
	NoData  Status = "no_data"
)

// By is the dimension of a breakdown; "" is none.
type By string

// The dimensions. Departments and waves divide people; groups overlap.
const (
	ByNone       By = ""
	ByDepartment By = "department"
	ByWave       By = "wave"
	ByGroup      By = "group"
)

// Valid reports whether b is a dimension or none.
func (b By) Valid() bool {
	return b == ByNone || b == ByDepartment || b == ByWave || b == ByGroup
}

// Query asks for figures. Make one with [Index.Ask], or fill in a period.
type Query struct {
	Period day.Period // as asked for; it may reach past the data
	By     By
	Cohort string // slug of one cohort of By; "" is the whole organization

	// Within narrows the question to part of the organization; "" is all of it.
	Within Within

	// SeesSmallGroups is whether the asker may see figures of fewer than
	// min_cohort_size people. The zero Query withholds them.
	SeesSmallGroups bool
}

// Cohort is a set of people with a name.
type Cohort struct {
	By         By
	Slug, Name string

	// Merged says that these are several cohorts too small to be shown alone.
	Merged bool
}

// Figure is the value of one metric, or why there is none.
type Figure struct {
	Key   Key
	Value *float64 // nil: cannot be computed, and Reason says why

	// Numerator and Denominator are set whenever the value is a quotient of
	// counts, whatever its unit; over HTTP they appear for ratios only.
	Numerator, Denominator *int64

	Unit      Unit
	Status    Status
	Target    *float64 // in the figure's own unit, for this period and cohort; nil: none can be set
	Previous  *float64 // over the period of equal length just before; nil: no data there
	Reason    string   // why Value is nil; "" otherwise
	Note      string   // what else a reader must know, such as a stand-in denominator
	Withheld  bool     // there is a value, but it is about too few people for this asker
	Improving *bool    // by week over week slope; nil: no change, or fewer than two weeks to compare
	Parts     []Part
}

// Known reports whether f has a value.
func (f Figure) Known() bool { return f.Value != nil }

// Part returns the part called name, the zero Part when there is none.
func (f Figure) Part(name string) Part {
	for _, p := range f.Parts {
		if p.Name == name {
			return p
		}
	}
	return Part{Name: name}
}

// Part is a figure beside a figure. At most one of Value and Money is set; both
// nil means that it cannot be computed.
type Part struct {
	Name  string
	Value *float64
	Money *Money
}

// Basis says what "licensed" was taken from.
type Basis string

// The bases.
const (
	BasisSeats   Basis = "assigned_seats" // the organization's seats
	BasisMembers Basis = "members"        // members on the last day: every cohort, and organizations whose key may not read summaries
)

// Licensed is the denominator of the rates over licensed.
type Licensed struct {
	Count  *int // nil: not known
	Basis  Basis
	Reason string // why Count is nil
	Note   string // says that members stand in for seats
}

// Diagnosis says where to look first, and what to do there.
type Diagnosis struct {
	LookFirst Column
	Metric    Key
	Because   string // sentences, with their numbers
	Cohorts   []Drag // the cohorts that pull the metric down, worst first
	Plays     []string
}

// Drag is a cohort that pulls a metric down.
type Drag struct {
	Cohort  Cohort
	Value   float64 // the metric in this cohort
	Without float64 // the metric of everyone else
}

// UnifiedShare is how many of the people active in a period were active on Chat
// and Cowork unified on one of its days at least. Without anybody active there is no share.
type UnifiedShare struct {
	On, Active int
	Withheld   bool // too few people for this asker: the numbers are zero and mean nothing
}

// Value returns the share, nil where there is none to show.
func (u UnifiedShare) Value() *float64 {
	if u.Withheld || u.Active == 0 {
		return nil
	}
	v := float64(u.On) / float64(u.Active)
	return &v
}

// Row is the metrics of one cohort of a breakdown.
type Row struct {
	Cohort   Cohort
	People   int // members on the last day
	Licensed Licensed
	Unified  UnifiedShare
	Figures  []Figure // in catalogue order
}

// Figure returns the row's figure for k.
func (r Row) Figure(k Key) Figure { return find(r.Figures, k) }

// Answer is every metric over one period, for everyone or one cohort.
type Answer struct {
	Period  day.Period // as asked for
	Covered day.Period // clipped to the data; empty when the data ends before it
	Through day.Date   // data_through; None before the first complete day
	Clipped bool       // the period reaches past the data
	Rounded bool       // Covered is a calendar month in place of the period: this asker gets whole months

	Cohort    *Cohort  // nil: everyone
	Within    []Cohort // what the query was narrowed to; none: the whole organization
	Licensed  Licensed
	Unified   UnifiedShare
	Figures   []Figure // in catalogue order
	Columns   map[Column]Status
	Diagnosis *Diagnosis // nil: nothing is under target
	Breakdown []Row      // with By and without Cohort
}

// Figure returns the answer's figure for k.
func (a Answer) Figure(k Key) Figure { return find(a.Figures, k) }

// Column returns the figures of one column, in catalogue order.
func (a Answer) Column(c Column) []Figure {
	var out []Figure
	for _, f := range a.Figures {
		if MetricOf(f.Key).Column == c {
			out = append(out, f)
		}
	}
	return out
}

func find(fs []Figure, k Key) Figure {
	for _, f := range fs {
		if f.Key == k {
			return f
		}
	}
	return Figure{Key: k, Status: NoData}
}

// Weekly is the weekly series of a period.
type Weekly struct {
	Period, Covered day.Period
	Through         day.Date
	Clipped         bool
	Rounded         bool   // Covered is calendar months, and the weeks are those that end in them
	Missing         string // why there are no weeks; "" otherwise
	Weeks           []Week
}

// Week is one ISO week of a series, clipped to the period on both sides.
type Week struct {
	StartsOn day.Date     // the Monday, even when the period begins later
	Covered  day.Period   // the days counted
	Complete bool         // all seven days lie in the period and in the data
	Cohorts  []WeekCohort // the same ones in the same order every week
}

// WeekCohort is what a cohort did in a week. Its people are those placed in it
// on the last day counted.
type WeekCohort struct {
	Cohort     Cohort
	Licensed   *int // on the last day counted; nil: not known
	Active     int  // distinct people with an active day
	Unified    int  // of these, on Chat and Cowork unified on one of the days at least
	Delegating int  // distinct people with a task day
	Sessions   int
	Withheld   bool // too few people for this asker: the numbers are zero and mean nothing
	FewActive  bool // too few were active for this asker: Unified and Sessions are zero and mean nothing
}

// Funnel is the four stages at a day, one row a cohort.
type Funnel struct {
	To      day.Date // as asked for
	At      day.Date // clipped to the data; None before the first complete day
	Through day.Date
	Clipped bool
	Rounded bool   // At is the last day of a calendar month
	Missing string // why there are no rows; "" otherwise
	Rows    []FunnelRow
}

// FunnelRow is the funnel of one cohort. Each stage counts only people of the
// stage before, members all; the organization's Licensed is its seats.
type FunnelRow struct {
	Cohort                        Cohort
	Licensed                      Licensed
	SignedIn, Delegated, Habitual int
	Withheld                      bool // too few people for this asker
}

// RetentionWeeks is how many weeks after the first one a triangle follows people.
const RetentionWeeks = 12

// Retention is the triangle of a period.
type Retention struct {
	Period, Covered day.Period
	Through         day.Date
	Clipped         bool
	Rounded         bool           // Covered is a calendar month, and the rows are weeks that end in it
	Cohort          *Cohort        // nil: everyone
	Missing         string         // why there are no rows; "" otherwise
	Withheld        bool           // the whole cohort is too small for this asker
	Rows            []RetentionRow // weeks in which somebody began
}

// RetentionRow is the people whose first active day lies in one week and in the period.
type RetentionRow struct {
	StartsOn day.Date
	Size     int
	Active   [RetentionWeeks + 1]*int // people active k weeks later; nil: the week is not over, or withheld
	Withheld bool                     // too few people for this asker
}

// Share returns the share of the row's people active k weeks later, nil where it is not known.
func (r RetentionRow) Share(k int) *float64 {
	if r.Active[k] == nil || r.Size == 0 {
		return nil
	}
	v := float64(*r.Active[k]) / float64(r.Size)
	return &v
}

// Point is a metric over one complete week (a rate over licensed: at its end).
type Point struct {
	Week  day.Date // the Monday
	Value *float64
}

// Trend is a metric's last complete weeks, oldest first.
type Trend struct {
	Key    Key
	Points []Point
}
