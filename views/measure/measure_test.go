package measure

import (
	"slices"
	"strings"
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

func ptr[T any](v T) *T { return &v }

func figure(k adoption.Key, v float64, target, previous *float64) adoption.Figure {
	return adoption.Figure{Key: k, Unit: adoption.MetricOf(k).Unit, Value: &v, Target: target, Previous: previous}
}

func TestAmountsAreWrittenInTheirUnit(t *testing.T) {
	cases := []struct {
		k    adoption.Key
		v    float64
		want string
	}{
		{adoption.ActivationRate, .8, "80.0%"}, {adoption.Week2Retention, .64, "64%"}, {adoption.WeeklyActives, 1354, "1,354"},
		{adoption.DaysTrainingToFirstTask, 4.2, "4.2 days"}, {adoption.SessionsPerActiveUser, 5.84, "5.8"}, {adoption.ChampionTouchpoints, 18, "18.0 per 100"},
		{adoption.HoursReallocatedPerWeek, 2.6, "2.6 h"}, {adoption.NamedWins, 23, "23"}, {adoption.CostToValue, 3.04, "3.0×"},
	}
	for _, c := range cases {
		text, unit := amount(c.k, adoption.MetricOf(c.k).Unit, c.v)
		if got := strings.TrimSpace(text + " " + unit); got != c.want {
			t.Errorf("%s %v is written %q, want %q", c.k, c.v, got, c.want)
		}
	}
}

func TestTrendsKnowBetterFromUp(t *testing.T) {
	p := pageData{Figures: Figures{First: 100, Answer: adoption.Answer{Covered: day.Period{From: 130, To: 157}}}}
	guarded := p
	guarded.Guarded = true
	cases := map[string]struct {
		p    pageData
		f    adoption.Figure
		want *ui.Trend
	}{
		"higher is better": {p, figure(adoption.ActivationRate, .8, nil, ptr(.739)), &ui.Trend{Text: "6.1 pts", Dir: ui.Up, Good: ui.Better}},
		"fewer is worse":   {p, figure(adoption.WeeklyActives, 300, nil, ptr(341.0)), &ui.Trend{Text: "41", Dir: ui.Down, Good: ui.Worse}},
		"lower is better":  {p, figure(adoption.DaysTrainingToFirstTask, 4.2, nil, ptr(4.8)), &ui.Trend{Text: "0.6", Dir: ui.Down, Good: ui.Better}},
		"too small to say": {p, figure(adoption.SessionsPerActiveUser, 5.81, nil, ptr(5.8)), &ui.Trend{Dir: ui.Flat}},
		"nothing before":   {p, figure(adoption.ActivationRate, .8, nil, nil), &ui.Trend{First: true}},
		"withheld before":  {guarded, figure(adoption.ActivationRate, .8, nil, nil), nil},
		"no value":         {p, adoption.Figure{Key: adoption.NamedWins}, nil},
	}
	for name, c := range cases {
		got := c.p.trend(c.f)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestZeroNotYetAndWithheldAreThreeThings(t *testing.T) {
	p := pageData{Figures: Figures{MinCohort: 5, Answer: adoption.Answer{Through: 10}}}
	zero, missing := p.value(figure(adoption.LiveWorkflows, 0, nil, nil)), p.value(adoption.Figure{Key: adoption.LiveWorkflows})
	hidden := p.value(adoption.Figure{Key: adoption.NamedWins, Withheld: true})
	if zero.State != ui.StateKnown || zero.Text != "0" {
		t.Errorf("zero is shown as %+v", zero)
	}
	if missing.State != ui.StateNotYet || missing.Why != "Waits for the workflow list" {
		t.Errorf("a figure without data is shown as %+v", missing)
	}
	if hidden.State != ui.StateWithheld || !strings.Contains(hidden.Why, "fewer than 5") {
		t.Errorf("a withheld figure is shown as %+v", hidden)
	}
}

func TestTheGapToCloseFirst(t *testing.T) {
	p := pageData{}
	row := func(licensed, in, done, habit int) adoption.FunnelRow {
		return adoption.FunnelRow{Licensed: adoption.Licensed{Count: &licensed}, SignedIn: in, Delegated: done, Habitual: habit}
	}
	cases := []struct {
		r    adoption.FunnelRow
		want string
	}{
		{row(640, 512, 398, 20), "The gap to close first is before sign-in: 128 licensed people have not used Claude yet."},
		{row(640, 600, 398, 20), "The gap to close first is after sign-in: 202 people have not delegated a task yet."},
		{row(10, 10, 9, 0), "The gap to close first is after sign-in: 1 person has not delegated a task yet."},
		{row(10, 10, 10, 4), "What is left is habit: 6 people delegated a task but not in three of the last four weeks."},
		{row(10, 10, 10, 10), ""},
	}
	for _, c := range cases {
		if got := p.gap(c.r); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestLookLeft(t *testing.T) {
	drag := []adoption.Drag{{Cohort: adoption.Cohort{Name: "Claims", Slug: "claims"}}}
	cases := []struct {
		columns map[adoption.Column]adoption.Status
		d       adoption.Diagnosis
		want    string
	}{
		{map[adoption.Column]adoption.Status{adoption.ColumnActivation: adoption.Behind, adoption.ColumnValue: adoption.Behind}, adoption.Diagnosis{LookFirst: adoption.ColumnActivation, Cohorts: drag},
			"Value is behind. Look left: Activation is too, mostly in Claims."},
		{map[adoption.Column]adoption.Status{adoption.ColumnActivation: adoption.Behind, adoption.ColumnDepth: adoption.Watch}, adoption.Diagnosis{LookFirst: adoption.ColumnActivation},
			"Depth is just under target. Look left: Activation is behind."},
		{map[adoption.Column]adoption.Status{adoption.ColumnActivation: adoption.OnTrack, adoption.ColumnDepth: adoption.Watch}, adoption.Diagnosis{LookFirst: adoption.ColumnDepth, Cohorts: drag},
			"Depth is just under target, mostly in Claims."},
	}
	for _, c := range cases {
		p := pageData{Figures: Figures{Answer: adoption.Answer{Columns: c.columns, Diagnosis: &c.d}}}
		if got := p.diagnosis().Title; got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if (pageData{}).diagnosis() != nil {
		t.Error("a banner without a diagnosis")
	}
}

func TestEveryMetricHasItsWords(t *testing.T) {
	for _, m := range adoption.Catalogue() {
		w := wordsOf[m.Key]
		if w.source == "" || w.delay == "" || w.leftOut == "" {
			t.Errorf("%s has no source, delay or left-out", m.Key)
		}
		if m.Waits != "" && w.waits == "" {
			t.Errorf("%s waits for something that no row says", m.Key)
		}
	}
}

func TestTablesTakeTurnsAtTwentyFiveRows(t *testing.T) {
	fig := Figures{Answer: adoption.Answer{Through: 10}, MinCohort: 5}
	for i := range 60 {
		fig.Breakdown = append(fig.Breakdown, adoption.Row{Cohort: adoption.Cohort{By: adoption.ByGroup, Slug: string(rune('a'+i%26)) + strings.Repeat("x", i/26), Name: "n"}, People: i})
	}
	f := Filters{Path: "/activation", By: adoption.ByGroup, Page: 3}
	table := pageData{f, fig, Reader{}}.cohorts(adoption.ColumnActivation)
	if len(table.Rows) != 10 || table.Pages.Label != "51–60 of 60" || table.Pages.Next != "" || !strings.Contains(table.Pages.Prev, "page=2") {
		t.Errorf("the last page has %d rows and %+v", len(table.Rows), table.Pages)
	}
}

func TestFeaturesOfOneNameAreToldApart(t *testing.T) {
	got := tellApart([]adoption.FeatureUse{
		{Key: "mcpsrv_01AbCd", Name: "Claims archive"}, {Key: "slack", Name: "Slack"}, {Key: "mcpsrv_01XyZq", Name: "Claims archive"}, {Key: "jira"},
	})
	want := []string{"Claims archive · …AbCd", "Slack", "Claims archive · …XyZq", "jira"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A number that is hidden, one that nobody reported and zero are told apart in charts too.
func TestChartsTellWhatIsMissing(t *testing.T) {
	ten, none := 10, 0
	cases := map[string]struct{ got, want ui.Reading }{
		"hidden share":       {activeShare(adoption.WeekCohort{Withheld: true}), ui.Hidden()},
		"hidden people":      {activePeople(adoption.WeekCohort{Withheld: true}), ui.Hidden()},
		"hidden sessions":    {sessionsEach(adoption.WeekCohort{Withheld: true}), ui.Hidden()},
		"unknown licensed":   {activeShare(adoption.WeekCohort{}), ui.Reading{}},
		"nobody licensed":    {activeShare(adoption.WeekCohort{Licensed: &none}), ui.Reading{Why: "nobody licensed"}},
		"nobody active":      {sessionsEach(adoption.WeekCohort{}), ui.Reading{Why: "nobody active"}},
		"zero":               {activeShare(adoption.WeekCohort{Licensed: &ten}), ui.Read(0)},
		"zero people":        {activePeople(adoption.WeekCohort{}), ui.Read(0)},
		"active, no session": {sessionsEach(adoption.WeekCohort{Active: 4}), ui.Read(0)},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s reads %+v, want %+v", name, c.got, c.want)
		}
	}
}

func TestTrainingSaysWhoIsLeftOut(t *testing.T) {
	f := figure(adoption.DaysTrainingToFirstTask, 4.2, nil, nil)
	f.Parts = []adoption.Part{{Name: "p75", Value: ptr(6.0)}, {Name: "not_yet", Value: ptr(41.0)}, {Name: "already_delegating", Value: ptr(12.0)}}
	if got, want := (pageData{}).meta(f), "median, three in four within 6.0, 41 without a task yet, 12 delegating before"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f.Parts = []adoption.Part{{Name: "p75"}, {Name: "not_yet", Value: ptr(0.0)}, {Name: "already_delegating"}}
	if got := (pageData{}).meta(f); got != "median" {
		t.Errorf("got %q without others", got)
	}
}
