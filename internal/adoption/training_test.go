package adoption_test

import (
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// at is an attendance of a member.
func at(d day.Date, m int32, k adoption.TrainingKind) adoption.Attendance {
	return adoption.Attendance{Day: d, Member: m, Kind: k}
}

// parts are the parts of a figure by name.
func parts(f adoption.Figure) map[string]any {
	out := map[string]any{}
	for _, p := range f.Parts {
		out[p.Name] = deref(p.Value)
	}
	return out
}

func TestDaysFromTrainingToFirstTask(t *testing.T) {
	const class, office = adoption.AllStaff101, adoption.OfficeHours
	type counts = map[string]any
	for name, c := range map[string]struct {
		use      use
		attended []adoption.Attendance
		from, to day.Date
		want     any
		reason   string
		parts    counts
	}{
		"on the day of the training: 0 days": {
			use{0: {march(5)}}, []adoption.Attendance{at(march(5), 0, class)}, march(2), march(8),
			0.0, "", counts{"p75": 0.0, "not_yet": 0.0, "already_delegating": 0.0}},
		"the last day of the period, the task after it": {
			use{0: {march(20)}}, []adoption.Attendance{at(march(8), 0, class)}, march(2), march(8),
			12.0, "", counts{"p75": 12.0, "not_yet": 0.0, "already_delegating": 0.0}},
		"a task day before it is no first task": {
			use{0: {march(4), march(5)}}, []adoption.Attendance{at(march(5), 0, class)}, march(2), march(8),
			nil, "Everybody first trained in this period was delegating already.", counts{"p75": nil, "not_yet": 0.0, "already_delegating": 1.0}},
		"the first training lies earlier": {
			use{0: {march(6)}}, []adoption.Attendance{at(march(1), 0, adoption.DepartmentTraining), at(march(5), 0, class)}, march(2), march(8),
			nil, "Nobody's first training lies in this period.", counts{"p75": nil, "not_yet": 0.0, "already_delegating": 0.0}},
		"the first of two in the period": {
			use{0: {march(6)}}, []adoption.Attendance{at(march(3), 0, adoption.DepartmentTraining), at(march(5), 0, class)}, march(2), march(8),
			3.0, "", counts{"p75": 3.0, "not_yet": 0.0, "already_delegating": 0.0}},
		"help is no training": {
			use{0: {march(6)}}, []adoption.Attendance{at(march(2), 0, office), at(march(5), 0, class)}, march(2), march(8),
			1.0, "", counts{"p75": 1.0, "not_yet": 0.0, "already_delegating": 0.0}},
		"a task on a day that is not complete is not known": {
			use{0: {march(23)}}, []adoption.Attendance{at(march(5), 0, class)}, march(2), march(8),
			nil, "Nobody first trained in this period has delegated a task yet.", counts{"p75": nil, "not_yet": 1.0, "already_delegating": 0.0}},
		"four people: between the second and the third": {
			use{0: {march(3)}, 1: {march(4)}, 2: {march(6)}, 3: {march(13)}},
			[]adoption.Attendance{at(march(3), 0, class), at(march(3), 1, class), at(march(3), 2, class), at(march(3), 3, class), at(march(4), 4, class)}, march(2), march(8),
			2.0, "", counts{"p75": 4.75, "not_yet": 1.0, "already_delegating": 0.0}}, // 0, 1, 3 and 10 days
		"trained after the data ends": {
			use{0: {march(3)}}, []adoption.Attendance{at(march(22), 0, class)}, march(2), march(28),
			nil, "Nobody's first training lies in this period.", counts{"p75": nil, "not_yet": 0.0, "already_delegating": 0.0}},
		"only help was ever recorded": {
			use{0: {march(3)}}, []adoption.Attendance{at(march(3), 0, office)}, march(2), march(8),
			nil, "Waits for training attendance. Keep it with each session, or import it.", counts{"p75": nil, "not_yet": nil, "already_delegating": nil}},
	} {
		x := small(5, march(23), c.use)
		x.Through = march(21)
		x.Attendances = c.attended
		f := figure(t, x, c.from, c.to, adoption.DaysTrainingToFirstTask)
		if deref(f.Value) != c.want || f.Reason != c.reason {
			t.Errorf("%s: %v, %q; want %v, %q", name, deref(f.Value), f.Reason, c.want, c.reason)
		}
		if d := cmp.Diff(c.parts, parts(f)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestPeopleWhoAreNoMembersWaitForTheirFirstTask(t *testing.T) {
	x := small(1, march(20), nil)
	x.Members = append(x.Members, adoption.Member{Added: day.Never})
	x.Placements = []adoption.Placement{{Member: 1, From: day.None, Department: "Claims"}}
	x.Attendances = []adoption.Attendance{at(march(3), 1, adoption.AllStaff101), at(march(4), 1, adoption.UserGroup)}
	a, err := x.Answer(lead(day.Period{From: march(2), To: march(8)}, adoption.ByDepartment, "claims"))
	if err != nil {
		t.Fatal(err)
	}
	if p := a.Figure(adoption.DaysTrainingToFirstTask).Part("not_yet").Value; p == nil || *p != 1 {
		t.Errorf("not yet: %v, want 1", deref(p))
	}
	help := a.Figure(adoption.HelpSessionParticipation)
	if isNull(t, help); deref(help.Part("attendances").Value) != 0.0 {
		t.Errorf("attendances %v of nobody licensed", deref(help.Part("attendances").Value))
	}
}

func TestHelpSessionsCountMembersOnTheLastDay(t *testing.T) {
	x := small(3, march(21), nil)
	x.Members[2] = adoption.Member{Added: day.Never} // has left
	x.Attendances = []adoption.Attendance{
		at(march(1), 1, adoption.OfficeHours), at(march(2), 0, adoption.OfficeHours), at(march(3), 2, adoption.UserGroup),
		at(march(3), 1, adoption.AllStaff101), at(march(8), 0, adoption.UserGroup), at(march(9), 1, adoption.OfficeHours),
	}
	x.SeatsGranted, x.Seats = true, []adoption.Seats{{Day: march(3), Assigned: 4}, {Day: march(9), Assigned: 2}}
	f := figure(t, x, march(2), march(8), adoption.HelpSessionParticipation)
	if is(t, f, 0.25); *f.Numerator != 1 || *f.Denominator != 4 || deref(f.Part("attendances").Value) != 2.0 {
		t.Errorf("%d of %d, %v attendances", *f.Numerator, *f.Denominator, deref(f.Part("attendances").Value))
	}
	is(t, figure(t, x, march(10), march(16), adoption.HelpSessionParticipation), 0) // nobody came: zero, not null
	x = small(3, march(21), nil)
	x.Attendances = []adoption.Attendance{at(march(3), 1, adoption.AllStaff101)}
	f = figure(t, x, march(2), march(8), adoption.HelpSessionParticipation)
	if isNull(t, f); f.Reason != "Waits for attendance of office hours and user groups. Keep it with each session, or import it." || f.Part("attendances").Value != nil {
		t.Errorf("never recorded: %q, %v", f.Reason, parts(f))
	}
}

func TestAnUnknownNumberOfSeatsLeavesTheParts(t *testing.T) {
	x := small(2, march(21), nil)
	x.SeatsGranted, x.Seats = true, []adoption.Seats{{Day: march(9), Assigned: 2}}
	x.Attendances = []adoption.Attendance{at(march(3), 1, adoption.OfficeHours)}
	x.Touchpoints = []adoption.Touchpoint{{Day: march(3), Member: 1}}
	for k, part := range map[adoption.Key]string{adoption.HelpSessionParticipation: "attendances", adoption.ChampionTouchpoints: "count"} {
		f := figure(t, x, march(2), march(8), k)
		if isNull(t, f); deref(f.Part(part).Value) != 1.0 {
			t.Errorf("%s of %s: %v, want 1", part, k, deref(f.Part(part).Value))
		}
	}
}

func TestNothingIsKnownOfThePeriodBeforeTheFirstDayRead(t *testing.T) {
	x := small(1, march(21), use{0: {march(9)}})
	x.First = march(9)
	x.Attendances = []adoption.Attendance{at(march(4), 0, adoption.AllStaff101), at(march(4), 0, adoption.OfficeHours)}
	x.Touchpoints = []adoption.Touchpoint{{Day: march(4), Member: 0}}
	for _, k := range []adoption.Key{adoption.DaysTrainingToFirstTask, adoption.HelpSessionParticipation, adoption.ChampionTouchpoints, adoption.DelegationRate} {
		if p := figure(t, x, march(9), march(15), k).Previous; p != nil {
			t.Errorf("%s was %v before the first day read", k, *p)
		}
	}
	// A day of it was read: then the figures of that period are known.
	is(t, figure(t, x, march(3), march(9), adoption.DaysTrainingToFirstTask), 5)
	if p := figure(t, x, march(10), march(16), adoption.ChampionTouchpoints).Previous; p == nil || *p != 100 {
		t.Errorf("previous touchpoints %v, want 100", deref(p))
	}
}

// log is a champions' log over two departments, a wave and a group.
func log() *adoption.Index {
	x := small(20, march(21), nil)
	var pilot adoption.Bits
	for m := range int32(20) {
		p := adoption.Placement{Member: m, From: day.None, Department: "Claims", Wave: "Pilot"}
		if m >= 10 {
			p.Department, p.Wave = "Finance", "Later"
			pilot.Set(m)
		}
		x.Placements = append(x.Placements, p)
	}
	x.Groups = []adoption.Group{{ID: "g", Name: "Finance people", Members: pilot}}
	x.Touchpoints = []adoption.Touchpoint{
		{Day: march(2), Member: 0}, {Day: march(2), Member: 0}, {Day: march(3), Member: 12},
		{Day: march(3), Member: -1, Department: "Finance"}, {Day: march(4), Member: -1, Department: "Legal"},
		{Day: march(9), Member: -1, Department: "Finance"},
	}
	return x
}

func TestTouchpointsCountWhereThePersonIs(t *testing.T) {
	x := log()
	week := day.Period{From: march(2), To: march(8)}
	f := figure(t, x, week.From, week.To, adoption.ChampionTouchpoints)
	if is(t, f, 25); deref(f.Part("count").Value) != 5.0 {
		t.Errorf("count %v, want all five", deref(f.Part("count").Value))
	}
	for by, want := range map[adoption.By]map[string]float64{
		adoption.ByDepartment: {"claims": 2, "finance": 2}, // the department's own is one of two
		adoption.ByWave:       {"pilot": 2, "later": 1},
		adoption.ByGroup:      {"finance-people": 1},
	} {
		for _, r := range answer(t, x, lead(week, by, "")).Breakdown {
			f := r.Figure(adoption.ChampionTouchpoints)
			if n := want[r.Cohort.Slug]; deref(f.Part("count").Value) != n || *f.Value != 10*n {
				t.Errorf("%s %s: %v, %v; want %v", by, r.Cohort.Slug, deref(f.Value), deref(f.Part("count").Value), n)
			}
		}
	}
	for within, want := range map[adoption.Within]float64{
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"finance"}}):                                       2,
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"claims", "finance"}}):                             4,
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"finance"}, adoption.ByWave: {"later"}}):           1,
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"finance"}, adoption.ByGroup: {"finance-people"}}): 1,
		adoption.NewWithin(map[adoption.By][]string{adoption.ByWave: {"later", "pilot"}}):                                      3,
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"finance"}, adoption.ByWave: {"pilot"}}):           0,
		adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"unassigned"}}):                                    0,
	} {
		q := lead(week, adoption.ByNone, "")
		q.Within = within
		if got := answer(t, x, q).Figure(adoption.ChampionTouchpoints).Part("count").Value; deref(got) != want {
			t.Errorf("within %s: %v, want %v", within, deref(got), want)
		}
	}
	q := lead(week, adoption.ByDepartment, "finance")
	q.Within = adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {"claims"}})
	if got := answer(t, x, q).Figure(adoption.ChampionTouchpoints).Part("count").Value; deref(got) != 0.0 {
		t.Errorf("finance within claims is nobody, and has %v touchpoints", deref(got))
	}
	x = small(2, march(21), nil)
	isNull(t, figure(t, x, march(2), march(8), adoption.ChampionTouchpoints))
	x = small(2, march(21), nil)
	x.Touchpoints = []adoption.Touchpoint{{Day: march(9), Member: 0}}
	is(t, figure(t, x, march(2), march(8), adoption.ChampionTouchpoints), 0)
}

func TestTouchpointsForADepartmentGoWithItIntoOther(t *testing.T) {
	x := crowdOf(map[string]int{"Audit": 2, "Board": 4, "Claims": 9})
	x.Touchpoints = []adoption.Touchpoint{
		{Day: march(3), Member: -1, Department: "Audit"}, {Day: march(3), Member: -1, Department: "Claims"}, {Day: march(4), Member: 1},
	}
	got := map[string]any{}
	for _, r := range answer(t, x, restricted(adoption.ByDepartment, "")).Breakdown {
		got[r.Cohort.Slug] = deref(r.Figure(adoption.ChampionTouchpoints).Part("count").Value)
	}
	if d := cmp.Diff(map[string]any{"other": 2.0, "claims": 1.0}, got); d != "" {
		t.Error(d)
	}
}

func TestAMetricOverTimeSaysWhetherItImproves(t *testing.T) {
	x := log()
	x.Touchpoints = append(x.Touchpoints, adoption.Touchpoint{Day: march(9), Member: 3})
	x.Attendances = []adoption.Attendance{at(march(2), 0, adoption.OfficeHours), at(march(9), 0, adoption.OfficeHours), at(march(9), 1, adoption.UserGroup)}
	all := day.Period{From: march(2), To: march(15)}
	a := answer(t, x, lead(all, adoption.ByNone, ""))
	if up := a.Figure(adoption.HelpSessionParticipation).Improving; up == nil || !*up {
		t.Errorf("one person, then two: improving %v", up)
	}
	if up := a.Figure(adoption.ChampionTouchpoints).Improving; up == nil || *up {
		t.Errorf("five touchpoints, then two: improving %v", up)
	}
}

// An executive gets no figure about fewer than five people trained or helped.
func TestFewTraineesAreWithheld(t *testing.T) {
	for _, n := range []int{4, 5} {
		x := crowdOf(map[string]int{"Claims": 30})
		x.Days = x.Days[8:] // delegating from the 9th on
		for m := range int32(n) {
			x.Attendances = append(x.Attendances, at(march(3), m, adoption.AllStaff101))
		}
		for m := range int32(n) {
			x.Attendances = append(x.Attendances, at(march(4), m, adoption.OfficeHours))
		}
		a := answer(t, x, restricted(adoption.ByNone, ""))
		for _, k := range []adoption.Key{adoption.DaysTrainingToFirstTask, adoption.HelpSessionParticipation} {
			f := a.Figure(k)
			if few := n < 5; f.Withheld != few || f.Known() == few {
				t.Errorf("%s of %d people: withheld %v, value %v", k, n, f.Withheld, deref(f.Value))
			}
			for name, v := range parts(f) {
				if (v == nil) != (n < 5) {
					t.Errorf("%s.%s of %d people is %v", k, name, n, v)
				}
			}
		}
		if f := figure(t, x, wholeMarch.From, wholeMarch.To, adoption.DaysTrainingToFirstTask); f.Withheld || *f.Value != 6 {
			t.Errorf("a lead sees %v days, withheld %v", deref(f.Value), f.Withheld)
		}
	}
}

// That few had begun before their training is not told either.
func TestFewWhoWereDelegatingAlreadyAreWithheld(t *testing.T) {
	for _, n := range []int{4, 5} {
		x := crowdOf(map[string]int{"Claims": 30})
		for m := range int32(n) {
			x.Attendances = append(x.Attendances, at(march(3), m, adoption.AllStaff101))
		}
		f := answer(t, x, restricted(adoption.ByNone, "")).Figure(adoption.DaysTrainingToFirstTask)
		if already := f.Part("already_delegating").Value; f.Withheld != (n < 5) || (already == nil) != (n < 5) {
			t.Errorf("of %d people: withheld %v, already delegating %v", n, f.Withheld, deref(already))
		}
	}
}

func TestTheDiagnosisNamesWhoTakesLongest(t *testing.T) {
	x := crowdOf(map[string]int{"Audit": 6, "Board": 6, "Claims": 6})
	x.Days = x.Days[9:] // delegating from the 10th on
	for m := range int32(18) {
		d := march(9) // a day before
		if m >= 12 {
			d = march(1) // Claims: nine days before
		}
		x.Attendances = append(x.Attendances, at(d, m, adoption.DepartmentTraining))
	}
	sort.SliceStable(x.Attendances, func(i, j int) bool { return x.Attendances[i].Day < x.Attendances[j].Day })
	x.Settings.Targets = []adoption.SetTarget{{Metric: adoption.DaysTrainingToFirstTask, Value: 0.5}}
	a := answer(t, x, lead(wholeMarch, adoption.ByNone, ""))
	if a.Diagnosis == nil || a.Diagnosis.Metric != adoption.DaysTrainingToFirstTask {
		t.Fatalf("diagnosis %+v", a.Diagnosis)
	}
	if d := a.Diagnosis.Cohorts; len(d) != 1 || d[0].Cohort.Slug != "claims" || d[0].Value != 9 || d[0].Without != 1 {
		t.Errorf("the median is one day with or without Claims, but Claims takes nine: %+v", d)
	}
	x = crowdOf(map[string]int{"Audit": 6, "Board": 6, "Claims": 6})
	x.Days = x.Days[9:]
	for m := range int32(18) {
		x.Attendances = append(x.Attendances, at(march(2+int(m)/6), m, adoption.DepartmentTraining)) // 8, 7 and 6 days before
	}
	a = answer(t, x, lead(wholeMarch, adoption.ByNone, ""))
	want := []adoption.Drag{{Cohort: adoption.Cohort{By: adoption.ByDepartment, Slug: "audit", Name: "Audit"}, Value: 8, Without: 6.5}}
	if d := cmp.Diff(want, a.Diagnosis.Cohorts); d != "" {
		t.Error(d)
	}
	if want := "Training to first task is 7 days against a target of 3 days. Audit pulls it down most: 8 days there, 6.5 days without it."; a.Diagnosis.Because != want {
		t.Errorf("because: %s", a.Diagnosis.Because)
	}
	a = answer(t, x, restricted(adoption.ByNone, ""))
	if a.Diagnosis == nil || len(a.Diagnosis.Cohorts) != 0 {
		t.Errorf("an executive is told of %+v", a.Diagnosis)
	}
}
