package adoption

import "testing"

func TestStatus(t *testing.T) {
	up, down := Metric{}, Metric{LowerBetter: true}
	for _, c := range []struct {
		m             Metric
		value, target float64
		want          Status
	}{
		{up, 0.7, 0.7, OnTrack}, {up, 0.69, 0.7, Watch}, {up, 0.56, 0.7, Watch}, {up, 0.55, 0.7, Behind},
		{down, 3, 3, OnTrack}, {down, 3.75, 3, Watch}, {down, 3.76, 3, Behind}, {down, 0, 3, OnTrack},
	} {
		if got := judge(c.m, &c.value, &c.target); got != c.want {
			t.Errorf("%v against %v (lower better: %v) is %s, want %s", c.value, c.target, c.m.LowerBetter, got, c.want)
		}
	}
	one := 1.0
	if judge(up, nil, &one) != NoData || judge(up, &one, nil) != NoData {
		t.Error("without a value or a target there is no status")
	}
}

func TestColumnIsItsWorstFigureWithData(t *testing.T) {
	fs := []Figure{{Key: ActivationRate, Status: OnTrack}, {Key: DelegationRate, Status: Watch}, {Key: WeeklyActives, Status: NoData}}
	if got := columnStatus(ColumnActivation, fs); got != Watch {
		t.Errorf("the column is %s, want watch", got)
	}
	if got := columnStatus(ColumnValue, fs); got != NoData {
		t.Errorf("a column without figures is %s, want no_data", got)
	}
}

func TestLookLeft(t *testing.T) {
	for _, c := range []struct {
		activation, depth, value Status
		want                     Column
	}{
		{OnTrack, OnTrack, OnTrack, ""},
		{NoData, NoData, NoData, ""},
		{OnTrack, NoData, Behind, ColumnValue},
		{Behind, Behind, Behind, ColumnActivation},
		{OnTrack, Behind, Behind, ColumnDepth},
		{Watch, OnTrack, Watch, ColumnActivation},
		{Watch, Behind, OnTrack, ColumnDepth},
		{NoData, Watch, OnTrack, ColumnDepth},
	} {
		got, ok := lookFirst(map[Column]Status{ColumnActivation: c.activation, ColumnDepth: c.depth, ColumnValue: c.value})
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s %s: look at %q, want %q", c.activation, c.depth, c.value, got, c.want)
		}
	}
}

func TestFurthestIsMeasuredInTargets(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	fs := []Figure{
		{Key: ActivationRate, Status: Watch, Value: v(0.6), Target: v(0.7)},
		{Key: WeeklyActives, Status: Behind, Value: v(300), Target: v(900)},
		{Key: DaysTrainingToFirstTask, Status: Behind, Value: v(9), Target: v(3)},
		{Key: SessionsPerActiveUser, Status: Behind, Value: v(0), Target: v(9)},
	}
	if got := furthest(ColumnActivation, fs); got.Key != DaysTrainingToFirstTask {
		t.Errorf("furthest is %s, want the one at three times its target", got.Key)
	}
}

func TestDiagnosisNamesWhoPullsDown(t *testing.T) {
	x := &Index{Through: FirstDay + 30, Settings: DefaultSettings()}
	var entries []Entry
	for m := range int32(30) {
		x.Members = append(x.Members, Member{Listed: true, Added: FirstDay})
		dept := "Finance"
		if m >= 20 {
			dept = "Claims"
		}
		x.Placements = append(x.Placements, Placement{Member: m, From: FirstDay, Department: dept})
		if m < 18 || m == 20 {
			entries = append(entries, Entry{m, Activity{SignedIn: true, Sessions: 9, Actions: 1, Connectors: 1}})
		}
	}
	for d := FirstDay; d <= x.Through; d++ {
		x.Days = append(x.Days, IndexDay(d, entries, 1))
	}
	for _, small := range []bool{true, false} {
		p, _ := x.PeriodOf(nil, nil, 0)
		a, err := x.Answer(Query{Period: p, SeesSmallGroups: small})
		if err != nil {
			t.Fatal(err)
		}
		d := a.Diagnosis
		if d == nil || d.LookFirst != ColumnActivation || d.Metric != ActivationRate {
			t.Fatalf("diagnosis %+v", d)
		}
		if len(d.Cohorts) != 1 || d.Cohorts[0].Cohort.Slug != "claims" || d.Cohorts[0].Without != 0.9 || d.Cohorts[0].Value != 0.1 {
			t.Errorf("pulled down by %+v", d.Cohorts)
		}
		want := "Activation rate is 63.3% against a target of 70%. Claims pulls it down most: 10% there, 90% without it."
		if d.Because != want {
			t.Errorf("because: %s", d.Because)
		}
		if len(d.Plays) < 2 {
			t.Errorf("plays: %q", d.Plays)
		}
	}
}

func TestEveryMetricHasItsWords(t *testing.T) {
	for _, m := range Catalogue() {
		if m.Name == "" || m.Definition == "" || m.Numerator == "" || m.Target.Value <= 0 || len(Plays(m.Key)) == 0 {
			t.Errorf("%s lacks a name, a definition, a target or plays", m.Key)
		}
		if m.Unit == UnitRatio && m.Denominator == "" {
			t.Errorf("%s is a ratio of nothing", m.Key)
		}
	}
}

func TestTargetsFitThePeriodAndCanBeChanged(t *testing.T) {
	n := 200
	s := Settings{Targets: []SetTarget{{Metric: WeeklyActives, Value: 0.25}}}
	if got := s.target(MetricOf(WeeklyActives), FirstDay, 28, &n); got == nil || *got != 50 {
		t.Errorf("a quarter of 200 people is %v", got)
	}
	if got := s.target(MetricOf(WeeklyActives), FirstDay, 28, nil); got != nil {
		t.Errorf("a share of an unknown number is %v", *got)
	}
	if got := s.target(MetricOf(SessionsPerActiveUser), FirstDay, 14, nil); *got != 6 {
		t.Errorf("three a week over two weeks is %v", *got)
	}
}

func TestSlope(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	points := []Point{{0, v(1)}, {7, nil}, {14, v(5)}}
	if got, ok := Slope(points); !ok || got != 2 {
		t.Errorf("slope %v, %v; want 2 a week", got, ok)
	}
	if _, ok := Slope(points[:2]); ok {
		t.Error("one week has a slope")
	}
}

func TestFiguresInSentencesReadLikeFigures(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{UnitPeople, 349, "349"}, {UnitPeople, 2100, "2,100"}, {UnitPeople, 1234567, "1,234,567"}, {UnitPeople, 0, "0"},
		{UnitRatio, 0, "0%"}, {UnitRatio, 0.0831, "8.3%"}, {UnitRatio, 1, "100%"}, {UnitDays, 3, "3 days"}, {UnitX, 1.25, "1.2×"},
	} {
		if got := c.unit.write(c.v); got != c.want {
			t.Errorf("%v %s is written %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}
