package adoption

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// fields are what an error says about fields, in the order of their names.
func fields(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	var names []string
	for name := range f.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestCheckTarget(t *testing.T) {
	today := day.Of(2026, 11, 22)
	for _, c := range []struct {
		what  string
		t     SetTarget
		was   day.Date
		wrong string
	}{
		{"a share", SetTarget{Metric: ActivationRate, Value: 1, Due: day.None}, day.None, ""},
		{"more than everyone", SetTarget{Metric: ActivationRate, Value: 1.01, Due: day.None}, day.None, "value"},
		{"weekly actives are a share too", SetTarget{Metric: WeeklyActives, Value: 1.01, Due: day.None}, day.None, "value"},
		{"next to nothing", SetTarget{Metric: ActivationRate, Value: 0.0001, Due: day.None}, day.None, "value"},
		{"zero", SetTarget{Metric: NamedWins, Value: 0, Due: day.None}, day.None, "value"},
		{"below zero", SetTarget{Metric: DaysTrainingToFirstTask, Value: -3, Due: day.None}, day.None, "value"},
		{"a digit too many", SetTarget{Metric: DaysTrainingToFirstTask, Value: 366, Due: day.None}, day.None, "value"},
		{"today", SetTarget{Metric: NamedWins, Value: 2, Due: today}, day.None, ""},
		{"yesterday", SetTarget{Metric: NamedWins, Value: 2, Due: today - 1}, day.None, "due"},
		{"yesterday, as it was", SetTarget{Metric: NamedWins, Value: 2, Due: today - 1}, today - 1, ""},
		{"never", SetTarget{Metric: NamedWins, Value: 2, Due: today + 4000}, day.None, "due"},
		{"a speech", SetTarget{Metric: NamedWins, Value: 2, Due: day.None, Owner: strings.Repeat("ä", 101)}, day.None, "owner"},
		{"a long name", SetTarget{Metric: NamedWins, Value: 2, Due: day.None, Owner: strings.Repeat("ä", 100)}, day.None, ""},
		{"everything", SetTarget{Metric: NamedWins, Value: -2, Due: today - 1, Owner: strings.Repeat("x", 101)}, day.None, "due owner value"},
	} {
		err := CheckTarget(c.t, c.was, today)
		if got := fields(err); got != c.wrong || (err == nil) != (c.wrong == "") {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	for _, absent := range []SetTarget{{Metric: "fun", Value: 1}, {Metric: NamedWins, Phase: "party", Value: 1}} {
		if err := CheckTarget(absent, day.None, today); !fault.Is(err, fault.NotFound) {
			t.Errorf("%+v: %v", absent, err)
		}
	}
}

func TestEveryTargetHasABound(t *testing.T) {
	for _, m := range Catalogue() {
		if !m.Share() && mostOf[m.Key] == 0 {
			t.Errorf("%s has no bound", m.Key)
		}
		if wrong := m.checkValue(m.Target.Value); wrong != "" {
			t.Errorf("the default of %s: %s", m.Key, wrong)
		}
	}
}

func TestCheckPhases(t *testing.T) {
	d := day.Of(2026, 3, 2)
	for _, c := range []struct {
		what   string
		starts []PhaseStart
		wrong  string
	}{
		{"none", nil, ""},
		{"ascending", []PhaseStart{{PhaseSetup, d}, {PhaseLaunch, d + 1}, {PhaseEnablement, d + 2}, {PhaseScaling, d + 3}}, ""},
		{"some", []PhaseStart{{PhaseLaunch, d}, {PhaseScaling, d + 9}}, ""},
		{"on one day", []PhaseStart{{PhaseSetup, d}, {PhaseLaunch, d}}, "launch"},
		{"out of order over a gap", []PhaseStart{{PhaseSetup, d}, {PhaseScaling, d - 9}}, "scaling"},
		{"another century", []PhaseStart{{PhaseSetup, day.Of(206, 3, 2)}}, "setup"},
	} {
		if got := fields(CheckPhases(c.starts)); got != c.wrong {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}

func TestCheckSettings(t *testing.T) {
	money := func(s string) *Money {
		m, err := ParseUSD(s)
		if err != nil {
			t.Fatal(err)
		}
		return &m
	}
	for _, c := range []struct {
		set   Settings
		wrong string
	}{
		{DefaultSettings(), ""},
		{Settings{TaskMinActions: 1000, MinCohortSize: 1000, HourlyRate: money("10000")}, ""},
		{Settings{TaskMinActions: 0, MinCohortSize: 4, HourlyRate: money("0")}, "loaded_hourly_rate min_cohort_size task_min_actions"},
		{Settings{TaskMinActions: 1001, MinCohortSize: 1001, HourlyRate: money("10000.01")}, "loaded_hourly_rate min_cohort_size task_min_actions"},
		{Settings{TaskMinActions: 1, MinCohortSize: 5, HourlyRate: money("-1")}, "loaded_hourly_rate"},
	} {
		if got := fields(c.set.Check()); got != c.wrong {
			t.Errorf("%+v: %q", c.set, got)
		}
	}
}
