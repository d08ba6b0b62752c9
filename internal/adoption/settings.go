package adoption

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Valid reports whether p is a phase.
func (p Phase) Valid() bool { return slices.Contains(Phases(), p) }

// Name returns what p is called, "Every phase" for "".
func (p Phase) Name() string {
	if p == "" {
		return "Every phase"
	}
	return strings.ToUpper(string(p[:1])) + string(p[1:])
}

// TargetChange is a line of a target's history.
type TargetChange struct {
	SetTarget
	ID    int64
	Reset bool // back to the default: Value, Owner and Due say nothing
	At    time.Time
	By    string // name of who set it; "" for the command line
}

const (
	leastShare  = 0.001 // a tenth of a percent
	leastTarget = 0.01
	longestName = 100
	farthestDue = 3660 // days
)

// mostOf bounds the targets that are no shares: beyond it, a digit is too many.
var mostOf = map[Key]float64{
	DaysTrainingToFirstTask: 365,
	SessionsPerActiveUser:   500,
	ChampionTouchpoints:     10_000,
	HoursReallocatedPerWeek: 40,
	NamedWins:               1_000,
	LiveWorkflows:           100_000,
	CostToValue:             1_000,
}

// Share reports whether m's target is stated as a share of people, at most 1.
func (m Metric) Share() bool {
	return m.Unit == UnitRatio || m.Unit == UnitPeople && m.Target.OfLicensed
}

// CheckTarget faults with Invalid, field by field, unless t makes sense. A day
// before today is taken only as it was already: was is the due day that t
// replaces, None for none.
func CheckTarget(t SetTarget, was, today day.Date) error {
	m := MetricOf(t.Metric)
	if m.Key == "" || t.Phase != "" && !t.Phase.Valid() {
		return fault.New(fault.NotFound, "There is no such target.")
	}
	fields := map[string]string{}
	put(fields, "value", m.checkValue(t.Value))
	if utf8.RuneCountInString(t.Owner) > longestName {
		fields["owner"] = fmt.Sprintf("At most %d characters.", longestName)
	}
	put(fields, "due", checkDue(t.Due, was, today))
	return invalid("This target cannot be set as it is.", fields)
}

func (m Metric) checkValue(v float64) string {
	switch {
	case v <= 0:
		return "A target lies above zero."
	case m.Share() && v > 1:
		return "A share cannot pass 100%."
	case m.Share() && v < leastShare:
		return "Type at least 0.1%."
	case m.Share():
		return ""
	case v > mostOf[m.Key]:
		return fmt.Sprintf("More than %g is out of reach. Is there a digit too many?", mostOf[m.Key])
	case v < leastTarget:
		return "Type at least 0.01."
	}
	return ""
}

func checkDue(due, was, today day.Date) string {
	switch {
	case !due.Known() || due == was:
		return ""
	case due < today:
		return "This day has passed. Choose today or a later one, or leave it empty."
	case due > today+farthestDue:
		return "This is more than ten years away."
	}
	return ""
}

func put(fields map[string]string, name, wrong string) {
	if wrong != "" {
		fields[name] = wrong
	}
}

// invalid is a fault about fields, nil when none is wrong.
func invalid(say string, fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: say, Fields: fields}
}

var (
	firstPhaseDay = day.Of(2024, 1, 1)
	lastPhaseDay  = day.Of(2100, 1, 1)
)

// CheckPhases faults with Invalid, phase by phase, unless each begins after the
// one before it. Phases without a day are left out of starts.
func CheckPhases(starts []PhaseStart) error {
	fields := map[string]string{}
	before := PhaseStart{From: day.None}
	for _, p := range Phases() {
		at := slices.IndexFunc(starts, func(s PhaseStart) bool { return s.Phase == p })
		if at < 0 {
			continue
		}
		s := starts[at]
		switch {
		case s.From < firstPhaseDay || s.From > lastPhaseDay:
			fields[string(p)] = "Choose a day between 2024 and 2100."
		case before.From.Known() && s.From <= before.From:
			fields[string(p)] = fmt.Sprintf("%s begins on %s; %s must begin later.", before.Phase.Name(), before.From, p.Name())
		}
		before = s
	}
	return invalid("The phases are out of order.", fields)
}

const (
	mostActions = 1000
	mostCohort  = 1000
)

var highestRate = Money{big.NewRat(10_000*100, 1)}

// Check faults with Invalid, setting by setting, unless the numbers make sense.
func (s Settings) Check() error {
	fields := map[string]string{}
	if s.TaskMinActions < 1 || s.TaskMinActions > mostActions {
		fields["task_min_actions"] = fmt.Sprintf("Type a whole number from 1 to %d.", mostActions)
	}
	if least := DefaultSettings().MinCohortSize; s.MinCohortSize < least || s.MinCohortSize > mostCohort {
		fields["min_cohort_size"] = fmt.Sprintf("Type a whole number from %d to %d. Fewer than %d people are never shown.", least, mostCohort, least)
	}
	if r := s.HourlyRate; r != nil && (r.Sign() <= 0 || r.rat().Cmp(highestRate.rat()) > 0) {
		fields["loaded_hourly_rate"] = "Type an amount above 0 and up to 10000, or leave it empty."
	}
	return invalid("These numbers cannot be used as they are.", fields)
}
