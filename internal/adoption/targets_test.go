package adoption

import (
	"testing"

	"groundswell/internal/day"
)

// phased is a rollout of three phases from February on, with targets of its own.
func phased() Settings {
	s := DefaultSettings()
	s.Phases = []PhaseStart{{PhaseSetup, FirstDay + 31}, {PhaseLaunch, FirstDay + 40}, {PhaseScaling, FirstDay + 60}}
	s.Targets = []SetTarget{
		{Metric: ActivationRate, Value: 0.5},
		{Metric: ActivationRate, Phase: PhaseLaunch, Value: 0.2},
		{Metric: SessionsPerActiveUser, Phase: PhaseScaling, Value: 5},
		{Metric: DelegationRate, Phase: PhaseEnablement, Value: 0.9},
	}
	return s
}

func TestThePhaseOfADay(t *testing.T) {
	for at, want := range map[day.Date]Phase{
		FirstDay: "", FirstDay + 30: "", FirstDay + 31: PhaseSetup, FirstDay + 39: PhaseSetup,
		FirstDay + 40: PhaseLaunch, FirstDay + 59: PhaseLaunch, FirstDay + 60: PhaseScaling, FirstDay + 400: PhaseScaling,
	} {
		if got := phased().PhaseOn(at); got != want {
			t.Errorf("day %d lies in %q, want %q", at-FirstDay, got, want)
		}
	}
	if got := DefaultSettings().PhaseOn(FirstDay); got != "" {
		t.Errorf("without phases a day lies in %q", got)
	}
}

func TestATargetIsThatOfThePhaseElseOfAnyElseTheDefault(t *testing.T) {
	for _, c := range []struct {
		k    Key
		at   day.Date
		want float64
	}{
		{ActivationRate, FirstDay, 0.5},           // before the first phase: that of every phase
		{ActivationRate, FirstDay + 35, 0.5},      // a phase without one of its own
		{ActivationRate, FirstDay + 40, 0.2},      // its own
		{ActivationRate, FirstDay + 60, 0.5},      // the next phase has none again
		{SessionsPerActiveUser, FirstDay + 59, 3}, // set for another phase only: the default
		{SessionsPerActiveUser, FirstDay + 60, 5}, // per week, like the default
		{DelegationRate, FirstDay + 60, 0.55},     // set for a phase that has no date
		{Week2Retention, FirstDay + 60, 0.6},      // never set
	} {
		if got := phased().target(MetricOf(c.k), c.at, 7, nil); got == nil || *got != c.want {
			t.Errorf("%s on day %d: %v, want %v", c.k, c.at-FirstDay, got, c.want)
		}
	}
}

// The target goes by the phase of the last day that is covered, for the period's
// own length and the licensed people of each cohort.
func TestTheTargetOfAPeriodIsThatOfItsLastCoveredDay(t *testing.T) {
	x := &Index{Through: FirstDay + 59, Settings: phased()}
	for m := range int32(10) {
		x.Members = append(x.Members, Member{Listed: true, Added: FirstDay})
		x.Placements = append(x.Placements, Placement{Member: m, From: day.None, Department: "Claims"})
	}
	x.Settings.Targets = append(x.Settings.Targets, SetTarget{Metric: WeeklyActives, Phase: PhaseLaunch, Value: 0.3})
	for _, c := range []struct {
		p                                  day.Period
		activation, sessions, weeklyPeople float64
	}{
		{day.Period{From: FirstDay + 33, To: FirstDay + 39}, 0.5, 3, 5},
		{day.Period{From: FirstDay + 34, To: FirstDay + 40}, 0.2, 3, 3},
		{day.Period{From: FirstDay + 46, To: FirstDay + 80}, 0.2, 6, 3}, // clipped to two weeks of launch, though scaling begins within it
	} {
		a, err := x.Answer(Query{Period: c.p, By: ByDepartment, SeesSmallGroups: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, fs := range [][]Figure{a.Figures, a.Breakdown[0].Figures} {
			got := [3]float64{*find(fs, ActivationRate).Target, *find(fs, SessionsPerActiveUser).Target, *find(fs, WeeklyActives).Target}
			if want := [3]float64{c.activation, c.sessions, c.weeklyPeople}; got != want {
				t.Errorf("%v: targets %v, want %v", c.p, got, want)
			}
		}
	}
}
