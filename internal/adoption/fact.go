package adoption

import "groundswell/internal/day"

// Count is a number of things that may be unreported. Unreported is not zero:
// the API answers null for what an organization has not been enabled for.
type Count int32

// Unreported is the Count of something nobody reported.
const Unreported Count = -1

// Reported reports whether c is a number.
func (c Count) Reported() bool { return c >= 0 }

// Plus adds two counts: an unreported one adds nothing, and two unreported ones stay unreported.
func (c Count) Plus(d Count) Count {
	switch {
	case !c.Reported():
		return d
	case !d.Reported():
		return c
	}
	return c + d
}

// Activity is what a member did in Cowork on one day: cowork_metrics plus
// chat_cowork_unified_metrics.sessions, field by field (docs/metrics.md, "Usage").
type Activity struct {
	SignedIn bool // any counter of any Claude product is above zero
	Unified  bool // some of it was recorded under Chat and Cowork unified

	Sessions      Count // distinct_session_count
	Actions       Count // action_count
	Messages      Count // message_count
	DispatchTurns Count // dispatch_turn_count
	Connectors    Count // connectors_used_count
	Skills        Count // skills_used_count
	Plugins       Count // plugins_used_count
}

// Active reports whether the day is an active day: sessions, actions, messages or dispatch turns above zero.
func (a Activity) Active() bool {
	return a.Sessions > 0 || a.Actions > 0 || a.Messages > 0 || a.DispatchTurns > 0
}

// Task reports whether a real task was delegated: at least one session and minActions actions.
func (a Activity) Task(minActions int) bool {
	return a.Sessions >= 1 && int(a.Actions) >= minActions
}

// Usage is one row of the users source: a member's activity on the day it was asked for.
type Usage struct {
	UserID string // user_…, the stable key
	Email  string // as reported; "" for a deleted account
	Activity
}

// Entry is a stored activity, keyed by the member's ordinal.
type Entry struct {
	Member int32
	Activity
}

// Summary is a day of the organization as a whole. Counts the API omits are Unreported.
type Summary struct {
	Day                                         day.Date
	AssignedSeats, PendingInvites               Count
	DailyActive, WeeklyActive, MonthlyActive    Count
	CoworkDaily, CoworkWeekly, CoworkMonthly    Count
	UnifiedDaily, UnifiedWeekly, UnifiedMonthly Count
}

// FeatureKind is a kind of thing people use inside Cowork.
type FeatureKind string

// The feature kinds, named like the sources they come from.
const (
	Skill     FeatureKind = "skill"
	Connector FeatureKind = "connector"
	Plugin    FeatureKind = "plugin"
	Artifact  FeatureKind = "artifact"
)

// Feature is the use of one skill, connector, plugin or artifact type on one day.
type Feature struct {
	Day            day.Date
	Kind           FeatureKind
	Key            string // stable id or name
	Name           string // for display; not unique
	Users          Count  // distinct people that day, any product; not additive over days
	CoworkSessions Count  // distinct Cowork sessions that used it, unified ones included
	CoworkUses     Count  // invocations (artifacts: creations) in Cowork, where reported
	OwnAuthUsers   Count  // connectors: people who connected it with their own consent
	Group          string // rbac_group_…: the use is of that group's people, over a unit's days; "" is everybody's
}

// Cost is an amount of the cost report for one day: of one product, or of one group.
type Cost struct {
	Day     day.Date
	Product string // "cowork", "chat_cowork_unified", …; "" in the report by group
	Group   string // rbac_group_…; "" in the report by product
	Amount  Money
}
