package measure

import "groundswell/internal/adoption"

// words are what a page says about a metric beyond its definition: where it
// comes from, how late, who is left out, and what it waits for while it has no value.
type words struct {
	source  string
	delay   string
	leftOut string
	waits   string // in a few words, for a row of the overview
}

const (
	usersSource   = "Claude analytics, use by person and day"
	costSource    = "Claude analytics, cost by product and day"
	ownRecords    = "Records kept in Groundswell"
	dayLate       = "One day; revised for about a week"
	costLate      = "One day; revised for about five weeks"
	noDelay       = "None"
	leftPeople    = "People who have left"
	plainChat     = "Use in plain chat"
	noCostPerUser = "No cost has been read for these days yet."
	firstSync     = "Waits for the first sync"
)

var wordsOf = map[adoption.Key]words{
	adoption.ActivationRate:           {source: usersSource + "; seats from the daily summary", delay: dayLate, leftOut: leftPeople},
	adoption.DelegationRate:           {source: usersSource + "; seats from the daily summary", delay: dayLate, leftOut: leftPeople + ", days without a session and an action"},
	adoption.WeeklyActives:            {source: usersSource, delay: dayLate, leftOut: "The week still running"},
	adoption.Week2Retention:           {source: usersSource, delay: dayLate + "; two weeks to know", leftOut: "People who began less than 13 days before the data ends"},
	adoption.DaysTrainingToFirstTask:  {source: ownRecords + ", with " + usersSource, delay: dayLate, leftOut: "People who delegated before their training; those without a task yet are counted beside it"},
	adoption.SessionsPerActiveUser:    {source: usersSource, delay: dayLate, leftOut: plainChat},
	adoption.AdvancedFeatureUptake:    {source: usersSource, delay: dayLate, leftOut: plainChat + ", features nobody reports"},
	adoption.ChampionTouchpoints:      {source: ownRecords, delay: noDelay, leftOut: "Help that nobody logged"},
	adoption.HelpSessionParticipation: {source: ownRecords, delay: noDelay, leftOut: "No-shows, people who have left"},
	adoption.HoursReallocatedPerWeek:  {source: "Pulse survey, self-reported", delay: "Until a survey closes", leftOut: "People who did not answer", waits: "Waits for the pulse survey"},
	adoption.NamedWins:                {source: ownRecords, delay: noDelay, leftOut: "Wins that are not published"},
	adoption.LiveWorkflows:            {source: ownRecords, delay: noDelay, leftOut: "Workflows still planned or retired", waits: "Waits for the workflow list"},
	adoption.CostToValue:              {source: costSource + "; pulse survey; loaded hourly rate", delay: costLate, leftOut: "Products other than Cowork", waits: "Waits for hours re-allocated and their rate"},
}

// statusWord says how a column or a figure stands, as part of a sentence.
func statusWord(s adoption.Status) string {
	switch s {
	case adoption.OnTrack:
		return "on target"
	case adoption.Watch:
		return "just under target"
	case adoption.Behind:
		return "behind"
	}
	return "without a reading"
}

// byWord names a dimension: one of it, several, and as a heading.
func byWord(b adoption.By) (one, many string) {
	switch b {
	case adoption.ByDepartment:
		return "department", "departments"
	case adoption.ByWave:
		return "wave", "waves"
	}
	return "group", "groups"
}

// columnPage is the page's own sentence for readers who come here first.
var columnIntro = map[adoption.Column]string{
	adoption.ColumnActivation: "Are people using it? The gap between having access and having delegated a task.",
	adoption.ColumnDepth:      "How deeply do people use it? Sessions, and the features that make work repeatable.",
	adoption.ColumnValue:      "Is it paying off? What it costs, and what comes back.",
}
