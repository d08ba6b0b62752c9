package adoption

import (
	"slices"

	"groundswell/internal/day"
)

// FirstDay is the first day the API knows anything about. No figure covers an earlier one.
var FirstDay = day.Of(2026, 1, 1)

// Metric is what there is to know of a metric before any data: its place, its
// unit, its definition and the target it ships with.
type Metric struct {
	Key         Key
	Column      Column
	Name        string
	Unit        Unit
	Definition  string // one sentence
	Numerator   string // what is counted
	Denominator string // what it is divided by; "" when it is no quotient
	LowerBetter bool
	Target      Target
	Parts       []string // names of its parts, in order
	Waits       string   // what the figure waits for; "" when the index carries its data
}

// Target is a default target. It is stated so that it fits any period and any cohort.
type Target struct {
	Value      float64
	PerWeek    bool // multiplied by the weeks in the period
	OfLicensed bool // multiplied by the people licensed
}

// In returns the target in the figure's own unit, for a period of so many days
// and so many people licensed; nil when it depends on a number that is not known.
func (t Target) In(days int, licensed *int) *float64 {
	v := t.Value
	if t.PerWeek {
		v *= float64(days) / 7
	}
	if t.OfLicensed {
		if licensed == nil {
			return nil
		}
		v *= float64(*licensed)
	}
	return &v
}

var catalogue = []Metric{
	{
		Key: ActivationRate, Column: ColumnActivation, Name: "Activation rate", Unit: UnitRatio,
		Definition: "The share of licensed people who have used any Claude product at least once by the last day.",
		Numerator:  "members with a signed-in day", Denominator: "licensed people",
		Target: Target{Value: 0.7},
	},
	{
		Key: DelegationRate, Column: ColumnActivation, Name: "Delegation rate", Unit: UnitRatio,
		Definition: "The share of licensed people who have delegated a real task in Cowork by the last day. The gap to activation is people who looked and did not begin.",
		Numerator:  "members with a task day", Denominator: "licensed people",
		Target: Target{Value: 0.55},
	},
	{
		Key: WeeklyActives, Column: ColumnActivation, Name: "Weekly actives", Unit: UnitPeople,
		Definition: "People with an active day in the last complete week that ends by the last day. The target is a share of licensed people.",
		Numerator:  "people with an active day in the week",
		Target:     Target{Value: 0.5, OfLicensed: true},
	},
	{
		Key: Week2Retention, Column: ColumnActivation, Name: "Week-2 retention", Unit: UnitRatio,
		Definition: "Of the people whose first active day lies in the period and is at least 13 days old in the data: the share who were active again 7 to 13 days after it.",
		Numerator:  "people active again 7 to 13 days later", Denominator: "people who began in the period",
		Target: Target{Value: 0.6},
	},
	{
		Key: DaysTrainingToFirstTask, Column: ColumnActivation, Name: "Training to first task", Unit: UnitDays,
		Definition:  "The median number of days from a person's first attended training to their first task day, that day included. Of people first trained in the period who were not delegating before; those without a task yet are counted beside it. Lower is better.",
		Numerator:   "days from training to the first task, the median",
		LowerBetter: true, Target: Target{Value: 3},
		Parts: []string{"p75", "not_yet", "already_delegating"},
	},
	{
		Key: SessionsPerActiveUser, Column: ColumnDepth, Name: "Sessions per active person", Unit: UnitCount,
		Definition: "Cowork sessions in the period, divided by the people with an active day in it. The target is per week.",
		Numerator:  "sessions", Denominator: "people with an active day",
		Target: Target{Value: 3, PerWeek: true},
	},
	{
		Key: AdvancedFeatureUptake, Column: ColumnDepth, Name: "Advanced features used", Unit: UnitRatio,
		Definition: "Of the people active in the period: the share who used a connector, a skill or a plugin in Cowork.",
		Numerator:  "people who used a connector, skill or plugin", Denominator: "people with an active day",
		Target: Target{Value: 0.45},
		Parts:  []string{"connectors", "skills", "plugins"},
	},
	{
		Key: ChampionTouchpoints, Column: ColumnDepth, Name: "Champion touchpoints", Unit: UnitPer100,
		Definition: "Times a champion helped somebody or a whole department in the period, per 100 licensed people. The target is per week.",
		Numerator:  "touchpoints", Denominator: "licensed people, in hundreds",
		Target: Target{Value: 20, PerWeek: true},
		Parts:  []string{"count"},
	},
	{
		Key: HelpSessionParticipation, Column: ColumnDepth, Name: "Help-session turnout", Unit: UnitRatio,
		Definition: "The share of licensed people who attended office hours or a user group in the period.",
		Numerator:  "members who attended", Denominator: "licensed people",
		Target: Target{Value: 0.15},
		Parts:  []string{"attendances"},
	},
	{
		Key: HoursReallocatedPerWeek, Column: ColumnValue, Name: "Hours re-allocated", Unit: UnitHours,
		Definition: "Hours a week that people say they now spend on other work, as in their latest answer in the period, summed.",
		Numerator:  "hours a week, as reported",
		Target:     Target{Value: 0.5, OfLicensed: true},
		Parts:      []string{"respondents", "invited", "median"},
		Waits:      "Waits for survey answers; no survey has run yet.",
	},
	{
		Key: NamedWins, Column: ColumnValue, Name: "Named wins", Unit: UnitCount,
		Definition: "Published wins dated in the period. The target is per week.",
		Numerator:  "published wins",
		Target:     Target{Value: 2, PerWeek: true},
	},
	{
		Key: LiveWorkflows, Column: ColumnValue, Name: "Workflows on Claude", Unit: UnitCount,
		Definition: "Workflows that run on Claude on the last day.",
		Numerator:  "live workflows",
		Target:     Target{Value: 10},
		Waits:      "Waits for workflows, which have not been listed yet.",
	},
	{
		Key: CostToValue, Column: ColumnValue, Name: "Value for cost", Unit: UnitX,
		Definition: "What the re-allocated hours are worth at the loaded hourly rate, divided by what Cowork cost in the period.",
		Numerator:  "value in USD", Denominator: "cost in USD",
		Target: Target{Value: 3},
		Parts:  []string{"cost_usd", "value_usd", "cost_per_active_user"},
	},
}

// Catalogue returns every metric, column by column, in the order pages and answers use.
func Catalogue() []Metric { return slices.Clone(catalogue) }

// MetricOf returns the metric called k, the zero Metric when there is none.
func MetricOf(k Key) Metric {
	for _, m := range catalogue {
		if m.Key == k {
			return m
		}
	}
	return Metric{}
}

// Name returns the column's name.
func (c Column) Name() string {
	switch c {
	case ColumnActivation:
		return "Activation"
	case ColumnDepth:
		return "Depth"
	case ColumnValue:
		return "Value"
	}
	return string(c)
}

// Question returns what the column answers.
func (c Column) Question() string {
	switch c {
	case ColumnActivation:
		return "Are people using it?"
	case ColumnDepth:
		return "How deeply?"
	case ColumnValue:
		return "Is it paying off?"
	}
	return ""
}
