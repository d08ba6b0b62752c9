package adoption_test

import (
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// march is a day of March 2026; the 2nd is a Monday.
func march(d int) day.Date { return day.Of(2026, time.March, d) }

// small is an organization of n listed members with days of use: member -> days.
type use map[int][]day.Date

func small(n int, through day.Date, of use) *adoption.Index {
	x := &adoption.Index{Through: through, Settings: adoption.DefaultSettings()}
	for range n {
		x.Members = append(x.Members, adoption.Member{Listed: true, Added: march(1)})
	}
	for d := march(1); d <= through; d++ {
		var entries []adoption.Entry
		for m, days := range of {
			for _, used := range days {
				if used == d {
					entries = append(entries, adoption.Entry{Member: int32(m), Activity: adoption.Activity{SignedIn: true, Sessions: 1, Actions: 1}})
				}
			}
		}
		x.Days = append(x.Days, adoption.IndexDay(d, entries, 1))
	}
	return x
}

func figure(t *testing.T, x *adoption.Index, from, to day.Date, k adoption.Key) adoption.Figure {
	t.Helper()
	a, err := x.Answer(adoption.Query{Period: day.Period{From: from, To: to}, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	return a.Figure(k)
}

func is(t *testing.T, f adoption.Figure, want float64) {
	t.Helper()
	if f.Value == nil || *f.Value != want {
		t.Errorf("%s is %v (%s), want %v", f.Key, deref(f.Value), f.Reason, want)
	}
}

func isNull(t *testing.T, f adoption.Figure) {
	t.Helper()
	if f.Value != nil || f.Reason == "" || f.Status != adoption.NoData {
		t.Errorf("%s is %v, reason %q, status %s; want null, a reason, no_data", f.Key, deref(f.Value), f.Reason, f.Status)
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func TestWeeklyActivesTakeTheLastCompleteWeek(t *testing.T) {
	x := small(3, march(31), use{0: {march(2)}, 1: {march(8)}, 2: {march(9)}})
	is(t, figure(t, x, march(8), march(8), adoption.WeeklyActives), 2)   // ends on that Sunday, begins before the period
	is(t, figure(t, x, march(8), march(14), adoption.WeeklyActives), 2)  // Saturday: still the week before
	is(t, figure(t, x, march(8), march(15), adoption.WeeklyActives), 1)  // the next Sunday
	is(t, figure(t, x, march(16), march(22), adoption.WeeklyActives), 0) // a complete week without use is zero, not null
}

func TestWeek2RetentionNeedsThirteenDaysOfData(t *testing.T) {
	of := use{0: {march(2), march(9)}, 1: {march(3), march(15)}, 2: {march(4), march(10)}}
	f := figure(t, small(3, march(15), of), march(1), march(15), adoption.Week2Retention)
	if *f.Denominator != 1 || *f.Numerator != 1 {
		t.Errorf("through the 15th: %d/%d, want 1/1: only the one who began on the 2nd", *f.Numerator, *f.Denominator)
	}
	f = figure(t, small(3, march(17), of), march(1), march(15), adoption.Week2Retention)
	if *f.Denominator != 3 || *f.Numerator != 2 {
		t.Errorf("through the 17th: %d/%d, want 2/3: day f+6 does not count", *f.Numerator, *f.Denominator)
	}
	isNull(t, figure(t, small(3, march(14), of), march(1), march(14), adoption.Week2Retention))
}

func TestPeopleWhoLeftDoNotPushARatePastOne(t *testing.T) {
	x := small(3, march(31), use{0: {march(2)}, 1: {march(2)}, 2: {march(2)}})
	x.Members[2] = adoption.Member{Listed: false, Added: day.Never}
	x.SeatsGranted, x.Seats = true, []adoption.Seats{{Day: march(3), Assigned: 2}}
	is(t, figure(t, x, march(1), march(20), adoption.ActivationRate), 1)
	is(t, figure(t, x, march(1), march(8), adoption.WeeklyActives), 3) // others keep people who left
	is(t, figure(t, x, march(1), march(20), adoption.SessionsPerActiveUser), 1)
}

func TestLicensedIsTheLatestSummaryUpToTheLastDay(t *testing.T) {
	x := small(4, march(31), use{0: {march(2)}})
	x.SeatsGranted = true
	x.Seats = []adoption.Seats{{Day: march(3), Assigned: 10}, {Day: march(5), Assigned: 5}, {Day: march(6), Assigned: adoption.Unreported}}
	isNull(t, figure(t, x, march(1), march(2), adoption.ActivationRate))
	is(t, figure(t, x, march(1), march(4), adoption.ActivationRate), 0.1)
	is(t, figure(t, x, march(1), march(6), adoption.ActivationRate), 0.2)
	x = small(4, march(31), use{0: {march(2)}})
	f := figure(t, x, march(1), march(4), adoption.ActivationRate)
	is(t, f, 0.25)
	if f.Note == "" {
		t.Error("members stand in for seats and the figure does not say so")
	}
}

func TestClippingKeepsTheQuestionAndSaysSo(t *testing.T) {
	x := small(2, march(10), use{0: {march(2)}, 1: {march(10)}})
	a, err := x.Answer(adoption.Query{Period: day.Period{From: march(8), To: march(20)}, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	if !a.Clipped || a.Period.To != march(20) || a.Covered.To != march(10) || a.Through != march(10) {
		t.Errorf("clipped %v, period %v, covered %v", a.Clipped, a.Period, a.Covered)
	}
	// The period before is the three days before the 8th, not the thirteen.
	if p := a.Figure(adoption.SessionsPerActiveUser).Previous; p != nil {
		t.Errorf("previous is %v, want null: nobody was active on 5 to 7 March", *p)
	}
	if p := a.Figure(adoption.ActivationRate).Previous; p == nil || *p != 0.5 {
		t.Errorf("previous activation is %v, want 0.5", deref(p))
	}
}

func TestNothingBeforeTheData(t *testing.T) {
	empty := &adoption.Index{Through: day.None, Settings: adoption.DefaultSettings()}
	for name, c := range map[string]struct {
		x        *adoption.Index
		from, to day.Date
	}{
		"no data at all":       {empty, march(1), march(28)},
		"a period before 2026": {small(1, march(9), nil), day.Of(2025, 11, 1), day.Of(2025, 11, 9)},
		"a period to come":     {small(1, march(9), nil), march(10), march(12)},
	} {
		a, err := c.x.Answer(adoption.Query{Period: day.Period{From: c.from, To: c.to}, By: adoption.ByDepartment, SeesSmallGroups: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range a.Figures {
			isNull(t, f)
			if f.Previous != nil {
				t.Errorf("%s: %s has a previous value", name, f.Key)
			}
		}
		if len(a.Figures) != len(adoption.Catalogue()) || a.Diagnosis != nil {
			t.Errorf("%s: %d figures, diagnosis %v", name, len(a.Figures), a.Diagnosis)
		}
		if w, err := c.x.Weekly(adoption.Query{Period: day.Period{From: c.from, To: c.to}, SeesSmallGroups: true}); err != nil || w.Missing == "" {
			t.Errorf("%s: weekly says %q, %v", name, w.Missing, err)
		}
	}
}

func TestPreviousIsNullBeforeTheFirstDay(t *testing.T) {
	x := small(1, march(9), use{0: {march(2)}})
	x.First = march(1)
	if p := figure(t, x, march(1), march(7), adoption.ActivationRate).Previous; p != nil {
		t.Errorf("previous is %v before the first day", *p)
	}
	if p := figure(t, x, march(2), march(8), adoption.ActivationRate).Previous; p == nil || *p != 0 {
		t.Errorf("previous is %v, want 0: a day of data, nobody yet", deref(p))
	}
}

// Days that were read and hold nothing are no gap: the figures of a period of
// them are zero or without anybody, never missing.
func TestPreviousAcrossDaysWithoutUse(t *testing.T) {
	x := small(2, march(22), use{0: {march(3), march(17)}, 1: {march(17)}})
	x.Days = append(x.Days[:7:7], x.Days[14:]...) // nothing was stored of the 8th to the 14th
	now, week := march(16), march(22)
	if p := figure(t, x, now, week, adoption.DelegationRate).Previous; p == nil || *p != 0.5 {
		t.Errorf("previous delegation %v, want 0.5", deref(p))
	}
	if p := figure(t, x, now, week, adoption.WeeklyActives).Previous; p == nil || *p != 0 {
		t.Errorf("previous weekly actives %v, want 0", deref(p))
	}
	if p := figure(t, x, now, week, adoption.SessionsPerActiveUser).Previous; p != nil {
		t.Errorf("previous sessions per active person %v of nobody", *p)
	}
	if s := figure(t, x, march(3), march(17), adoption.SessionsPerActiveUser); *s.Numerator != 3 || *s.Denominator != 2 {
		t.Errorf("across the gap: %d sessions of %d people", *s.Numerator, *s.Denominator)
	}
}

func TestTriangleWaitsForWholeWeeks(t *testing.T) {
	x := small(2, march(14), use{0: {march(2), march(9)}, 1: {march(10)}})
	r, err := x.Retention(adoption.Query{Period: day.Period{From: march(1), To: march(14)}, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 2 {
		t.Fatalf("%d rows, want 2", len(r.Rows))
	}
	if s := r.Rows[0].Share(0); s == nil || *s != 1 {
		t.Error("a week that is over keeps its own people: share 0 is 1")
	}
	if r.Rows[0].Share(1) != nil || r.Rows[1].Share(0) != nil {
		t.Error("the running week has a share, k = 0 too")
	}
}

func TestFeaturePartsAreNullWhenNobodyReports(t *testing.T) {
	x := small(2, march(9), nil)
	x.Days = []adoption.DayIndex{adoption.IndexDay(march(2), []adoption.Entry{
		{Member: 0, Activity: adoption.Activity{Sessions: 2, Actions: 1, Connectors: 3, Skills: 0, Plugins: adoption.Unreported}},
		{Member: 1, Activity: adoption.Activity{Sessions: 0, Actions: 0, Messages: 0, DispatchTurns: 0, Connectors: adoption.Unreported, Skills: adoption.Unreported, Plugins: 4}},
	}, 1)}
	f := figure(t, x, march(1), march(8), adoption.AdvancedFeatureUptake)
	is(t, f, 1)
	if c, s, p := f.Part("connectors").Value, f.Part("skills").Value, f.Part("plugins").Value; *c != 1 || *s != 0 || p != nil {
		t.Errorf("connectors %v, skills %v, plugins %v; want 1, 0, null", deref(c), deref(s), deref(p))
	}
	if x.Days[0].Active.Has(1) {
		t.Error("plugin use alone is no active day")
	}
}

func TestPlacements(t *testing.T) {
	x := small(4, march(20), nil)
	x.Placements = []adoption.Placement{
		{Member: 0, From: march(10), Department: "Claims"}, // before the first one, the first one
		{Member: 1, From: march(1), Department: "Claims"},
		{Member: 1, From: march(8), Department: "R&D"},
		{Member: 2, From: day.None, Department: "R D"},
	}
	got := map[string]int{}
	a, err := x.Answer(adoption.Query{Period: day.Period{From: march(1), To: march(7)}, By: adoption.ByDepartment, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Breakdown {
		got[r.Cohort.Slug] = r.People
	}
	if len(got) != 3 || got["claims"] != 2 || got["r-d"] != 1 || got["unassigned"] != 1 {
		t.Errorf("on the 7th: %v", got)
	}
	s, err := x.Weekly(adoption.Query{Period: day.Period{From: march(4), To: march(10)}, By: adoption.ByDepartment, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]int{{"claims": 1, "r-d-2": 1}, {"claims": 1, "r-d-2": 1}} {
		for _, c := range s.Weeks[i].Cohorts {
			if n, ok := want[c.Cohort.Slug]; ok && *c.Licensed != n {
				t.Errorf("week %d: %d in %s, want %d", i, *c.Licensed, c.Cohort.Slug, n)
			}
		}
	}
}

func TestSlugs(t *testing.T) {
	for name, want := range map[string]string{
		"Claims Operations": "claims-operations", "R&D": "r-d", "  Legal, Risk ": "legal-risk",
		"--": "", "Ärzte 7": "rzte-7", "HR": "hr",
	} {
		if got := adoption.Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestQueriesThatMakeNoSense(t *testing.T) {
	x := small(1, march(9), nil)
	week := day.Period{From: march(1), To: march(7)}
	for name, c := range map[string]struct {
		q     adoption.Query
		kind  fault.Kind
		field string
	}{
		"reversed":          {adoption.Query{Period: day.Period{From: march(7), To: march(1)}}, fault.Invalid, "from"},
		"decades":           {adoption.Query{Period: day.Period{From: 0, To: march(1)}}, fault.Invalid, "from"},
		"unknown dimension": {adoption.Query{Period: week, By: "team"}, fault.Invalid, "by"},
		"cohort of nothing": {adoption.Query{Period: week, Cohort: "claims"}, fault.Invalid, "cohort"},
		"unknown cohort":    {adoption.Query{Period: week, By: adoption.ByDepartment, Cohort: "claims"}, fault.NotFound, ""},
	} {
		_, err := x.Answer(c.q)
		if fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := err.(*fault.Error); c.field != "" && f.Fields[c.field] == "" {
			t.Errorf("%s: fields %v, want %s", name, f.Fields, c.field)
		}
	}
	if _, err := x.Retention(adoption.Query{Period: week, By: adoption.ByDepartment}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a triangle of every department: %v", err)
	}
}

func TestDefaultPeriod(t *testing.T) {
	x := small(1, march(9), nil)
	from, to := march(3), march(12)
	for name, c := range map[string]struct {
		from, to *day.Date
		want     day.Period
	}{
		"neither":       {nil, nil, day.Period{From: march(9) - 27, To: march(9)}},
		"only a first":  {&from, nil, day.Period{From: march(3), To: march(9)}},
		"only a last":   {nil, &to, day.Period{From: march(12) - 27, To: march(12)}},
		"a later first": {&to, nil, day.Period{From: march(12), To: march(12)}},
	} {
		got, err := x.PeriodOf(c.from, c.to, march(11))
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
	empty := &adoption.Index{Through: day.None}
	if got := empty.DefaultPeriod(march(11)); got.To != march(10) || got.Days() != 28 {
		t.Errorf("without data: %v", got)
	}
}
