package adoption

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"groundswell/internal/day"
)

// TestDisclosure collects every number that an executive can get and solves for
// individuals: no combination of numbers may be about fewer than five people.
func TestDisclosure(t *testing.T) {
	for _, c := range []struct {
		people, seeds int
	}{{60, 4}, {300, 2}, {3000, 1}} {
		for seed := range uint64(c.seeds) {
			t.Run(fmt.Sprintf("%d people, %d", c.people, seed), func(t *testing.T) {
				t.Parallel()
				d := collect(t, disclosureOrg(c.people, seed))
				if len(d.systems) < 40 || d.numbers < 500 {
					t.Errorf("only %d numbers about %d things were collected", d.numbers, len(d.systems))
				}
				for _, found := range d.exposed() {
					t.Error(found)
				}
			})
		}
	}
}

// TestDisclosureIsNoticed leaves off what protects people, one thing at a time:
// the test must find somebody.
func TestDisclosureIsNoticed(t *testing.T) {
	for name, off := range map[string]loose{"dimensions": {dimensions: true}, "weeks": {weeks: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := disclosureOrg(300, 1)
			x.loose = off
			if found := collect(t, x).exposed(); len(found) == 0 {
				t.Error("nobody is found")
			}
		})
	}
}

// disclosureOrg is an organization with three dimensions and three months of
// data, in which people move, join and leave.
func disclosureOrg(n int, seed uint64) *Index {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	first := day.Of(2026, 1, 1)
	x := &Index{First: first, Through: day.Of(2026, 4, 16), Settings: DefaultSettings(), Groups: make([]Group, 5)}
	size := min(16, 4+n/50)
	for m := range int32(n) {
		joined := first - day.Date(r.IntN(40))
		if r.IntN(6) == 0 {
			joined = first + day.Date(r.IntN(100))
		}
		x.Members = append(x.Members, Member{Listed: r.IntN(15) > 0, Added: joined})
		at := day.None
		for range 1 + max(0, r.IntN(8)-5) {
			dept := min(r.IntN(size), r.IntN(size))
			wave := dept % 3 // whole departments, but for a few people
			if r.IntN(80) == 0 {
				wave = r.IntN(3)
			}
			x.Placements = append(x.Placements, Placement{Member: m, From: at, Department: fmt.Sprintf("Department %02d", dept), Wave: fmt.Sprintf("Wave %d", wave)})
			at = first + day.Date(20*len(x.Placements)%100+r.IntN(15))
		}
		for g := range x.Groups {
			if r.IntN(3+2*g) == 0 {
				x.Groups[g].Members.Set(m)
			}
		}
	}
	slices.SortStableFunc(x.Placements, func(a, b Placement) int {
		if a.Member != b.Member {
			return int(a.Member - b.Member)
		}
		return int(a.From) - int(b.From)
	})
	for g := range x.Groups {
		x.Groups[g].Name = fmt.Sprintf("Group %d", g)
	}
	disclosureUse(x, r)
	return x
}

// disclosureUse gives everybody days of use, trainings, help and touchpoints.
func disclosureUse(x *Index, r *rand.Rand) {
	for d := x.First; d <= x.Through; d++ {
		var entries []Entry
		for m := range int32(len(x.Members)) {
			if x.Members[m].Added > d || r.IntN(3+int(m)%5) > 0 || int(d-x.First) < int(m)%70 {
				continue
			}
			entries = append(entries, Entry{m, Activity{
				SignedIn: true, Sessions: Count(r.IntN(5)), Actions: Count(r.IntN(3)), Messages: Count(r.IntN(2)),
				Connectors: Count(r.IntN(2)), Skills: Count(r.IntN(3) / 2), Plugins: 0, Unified: r.IntN(3) == 0,
			}})
			if r.IntN(8) == 0 {
				x.Attendances = append(x.Attendances, Attendance{d, m, []TrainingKind{AllStaff101, OfficeHours, UserGroup}[r.IntN(3)]})
			}
			if r.IntN(8) == 0 {
				x.Touchpoints = append(x.Touchpoints, Touchpoint{Day: d, Member: m})
			}
			if r.IntN(8) == 0 {
				x.Wins = append(x.Wins, Win{Day: d, Member: m, Published: r.IntN(2) == 0})
			}
		}
		x.Days = append(x.Days, IndexDay(d, entries, 1))
	}
}

// equation is a number told: the sum of what is not known of each person of a set,
// over some stretches of days.
type equation struct {
	people Bits
	over   []day.Period
}

// disclosure is all numbers that were told, by what they are sums of.
type disclosure struct {
	t       *testing.T
	x       *Index
	systems map[string][]equation
	read    map[string][]int // what a plain reading made of each person, by what and when
	numbers int
}

// tell notes that sum is told of a set of people and checks that it is what a
// plain reading of the facts makes of it, so that no number is about others than
// it seems to be.
func (d *disclosure) tell(what string, people Bits, over []day.Period, each func(m int32, p day.Period) int, sum float64) {
	d.t.Helper()
	d.numbers++
	want := d.sum(what, people, over, each)
	if diff := sum - want; diff > 1e-6 || diff < -1e-6 {
		d.t.Fatalf("%s of %d people over %v is %v, want %v", what, people.Count(), over, sum, want)
	}
	d.systems[what] = append(d.systems[what], equation{people, over})
}

// stretches cuts a month or a week at the ends of months and weeks.
func stretches(p day.Period) []day.Period {
	var out []day.Period
	for from := p.From; from <= p.To; {
		to := min(from.Sunday(), from.Month().To, p.To)
		out = append(out, day.Period{From: from, To: to})
		from = to + 1
	}
	return out
}

// collect asks everything.
func collect(t *testing.T, x *Index) *disclosure {
	d := &disclosure{t: t, x: x, systems: map[string][]equation{}, read: map[string][]int{}}
	months, missing := x.monthsOf(day.Period{From: x.First, To: x.Through})
	if missing != "" || len(months) != 3 {
		t.Fatalf("%d months, %s", len(months), missing)
	}
	for _, by := range []By{ByNone, ByDepartment, ByWave, ByGroup} {
		for _, month := range months {
			d.month(month, by)
		}
		d.weekly(day.Period{From: x.First, To: x.Through}, by)
	}
	d.otherPeriods(months)
	return d
}

// names are all cohorts that can be asked for by name, "" among them.
func (d *disclosure) names(by By, at day.Date) []string {
	out := []string{""}
	if by != ByNone {
		cut := d.x.divide(by, at)
		for _, c := range cut.cohorts {
			out = append(out, c.Slug)
		}
		out = append(out, cut.other)
	}
	return out
}

func (d *disclosure) month(month day.Period, by By) {
	f := d.x.family(month)
	for _, name := range d.names(by, month.To) {
		q := Query{Period: month, By: by, Cohort: name}
		a, err := d.x.Answer(q)
		if err != nil {
			d.t.Fatal(err)
		}
		if name == "" {
			d.figures(f, ByNone, "all", month, a.Figures, a.Licensed, a.Unified)
			for _, r := range a.Breakdown {
				d.figures(f, by, r.Cohort.Slug, month, r.Figures, r.Licensed, r.Unified)
			}
		} else {
			d.figures(f, by, name, month, a.Figures, a.Licensed, a.Unified)
		}
		d.previous(q, a)
		d.funnel(q, f)
		if by == ByNone || name != "" {
			d.retention(q, f)
			d.trends(q)
		}
	}
}

// people returns who a told row is about. A row that may not be told has no numbers.
func (d *disclosure) people(f *family, by By, slug string) (Bits, bool) {
	a, ok := f.find(by, slug)
	if !ok || a.withheld {
		return nil, false
	}
	return f.sets[a.row], true
}

func (d *disclosure) figures(f *family, by By, slug string, p day.Period, fs []Figure, l Licensed, u UnifiedShare) {
	who, told := d.people(f, by, slug)
	if !told {
		if l.Count != nil || u.On+u.Active > 0 {
			d.t.Fatalf("%s tells of %v licensed, %v unified", slug, l.Count, u)
		}
		for _, fig := range fs {
			if fig.Value != nil || fig.Numerator != nil || fig.Denominator != nil || fig.Previous != nil || fig.Improving != nil || fig.Note != "" {
				d.t.Fatalf("%s tells of %+v", slug, fig)
			}
			for _, part := range fig.Parts {
				if part.Value != nil || part.Money != nil {
					d.t.Fatalf("%s tells of %+v", slug, fig)
				}
			}
		}
		return
	}
	if l.Basis == BasisMembers {
		d.tell("members "+f.month.To.String(), who, d.once(f), d.member(f), float64(*l.Count))
	}
	if !u.Withheld {
		d.tell("unified "+p.To.String(), who, []day.Period{p}, d.in(func(y *DayIndex) Bits { return y.Unified }), float64(u.On))
	}
	for _, fig := range fs {
		if fig.Value == nil && (fig.Numerator != nil || fig.Withheld) && fig.Denominator != nil && *fig.Denominator > 0 {
			d.t.Fatalf("%s tells of %+v", slug, fig)
		}
		if fig.Value == nil {
			continue
		}
		d.value(fig.Key, f, who, p, *fig.Value)
		for _, part := range fig.Parts {
			if part.Value != nil {
				d.part(fig, part, f, who, p)
			}
		}
	}
}

func (d *disclosure) once(f *family) []day.Period {
	return []day.Period{{From: f.month.To, To: f.month.To}}
}

// value tells what a metric of who over p, a month or a week, is made of.
func (d *disclosure) value(k Key, f *family, who Bits, p day.Period, v float64) {
	members := who.And(f.members)
	whole, days := []day.Period{p}, named(p)
	by := []day.Period{{From: d.x.First, To: p.To}}
	switch k {
	case ActivationRate:
		d.tell("signed in by "+p.To.String(), members, by, d.in(func(y *DayIndex) Bits { return y.SignedIn }), v*float64(members.Count()))
	case DelegationRate:
		d.tell("delegated by "+p.To.String(), members, by, d.in(func(y *DayIndex) Bits { return y.Tasked }), v*float64(members.Count()))
	case WeeklyActives:
		week := day.Period{From: lastSunday(p.To) - 6, To: lastSunday(p.To)}
		d.tell("active "+named(week), who, []day.Period{week}, d.active(), v)
	case Week2Retention:
		n := d.sum("began", who, stretches(p), d.began())
		d.tell("began", who, stretches(p), d.began(), n)
		d.tell("returned", who, stretches(p), d.returned(), v*n)
	case SessionsPerActiveUser:
		n := d.sum("active "+days, who, whole, d.active())
		d.tell("active "+days, who, whole, d.active(), n)
		d.tell("sessions", who, stretches(p), d.sessions(), v*n)
	case AdvancedFeatureUptake:
		n := d.sum("active "+days, who, whole, d.active())
		d.tell("advanced "+days, who, whole, d.among(d.x.activeIn(p).active, func(y *DayIndex) Bits { return y.Connectors.Or(y.Skills).Or(y.Plugins) }), v*n)
	case ChampionTouchpoints:
		d.tell("touchpoints", who, stretches(p), d.touchpoints(), v*float64(members.Count())/100)
	case NamedWins:
		d.tell("wins", who, stretches(p), d.wins(), v)
	case HelpSessionParticipation:
		d.tell("helped "+days, members, whole, d.helped(), v*float64(members.Count()))
	}
}

func (d *disclosure) part(fig Figure, part Part, f *family, who Bits, p day.Period) {
	n := d.sum("active "+named(p), who, []day.Period{p}, d.active())
	use := func(of func(*DayIndex) Bits) {
		d.tell(part.Name+" "+named(p), who, []day.Period{p}, d.among(d.x.activeIn(p).active, of), *part.Value*n)
	}
	switch part.Name {
	case "connectors":
		use(func(y *DayIndex) Bits { return y.Connectors })
	case "skills":
		use(func(y *DayIndex) Bits { return y.Skills })
	case "plugins":
		use(func(y *DayIndex) Bits { return y.Plugins })
	case "attendances":
		d.tell("attendances", who.And(f.members), stretches(p), d.attendances(), *part.Value)
	case "not_yet":
		d.tell("not yet", who, stretches(p), d.trained(func(task, trained day.Date) bool { return task > d.x.Through }), *part.Value)
	case "already_delegating":
		d.tell("already", who, stretches(p), d.trained(func(task, trained day.Date) bool { return task < trained }), *part.Value)
	}
}

// previous checks that what is told of the month before is what that month tells.
func (d *disclosure) previous(q Query, a Answer) {
	q.Period = (q.Period.From - 1).Month()
	then, err := d.x.Answer(q)
	if err != nil {
		d.t.Fatal(err)
	}
	same := func(now, then []Figure) {
		for i, f := range now {
			if f.Previous != nil && (then == nil || then[i].Value == nil || *then[i].Value != *f.Previous) {
				d.t.Fatalf("the month before tells another %s", f.Key)
			}
		}
	}
	same(a.Figures, then.Figures)
	for _, r := range a.Breakdown {
		var fs []Figure
		for _, other := range then.Breakdown {
			if other.Cohort == r.Cohort {
				fs = other.Figures
			}
		}
		same(r.Figures, fs)
	}
}

func (d *disclosure) funnel(q Query, f *family) {
	out, err := d.x.Funnel(q)
	if err != nil {
		d.t.Fatal(err)
	}
	stages := d.x.stages(q.Period.To, f.members)
	for _, row := range out.Rows {
		who, told := d.people(f, row.Cohort.By, row.Cohort.Slug)
		if !told {
			if !row.Withheld || row.SignedIn+row.Delegated+row.Habitual > 0 || row.Licensed.Count != nil {
				d.t.Fatalf("the funnel tells of %+v", row)
			}
			continue
		}
		for i, n := range []int{row.SignedIn, row.Delegated, row.Habitual} {
			stage := func(m int32, _ day.Period) int { return one(stages[i].Has(m)) }
			d.tell(fmt.Sprintf("stage %d by %s", i, q.Period.To), who.And(f.members), d.once(f), stage, float64(n))
		}
	}
}

func (d *disclosure) retention(q Query, f *family) {
	out, err := d.x.Retention(q)
	if err != nil {
		d.t.Fatal(err)
	}
	slug := q.Cohort
	who, told := d.people(f, q.By, slug)
	if !told && len(out.Rows) > 0 {
		d.t.Fatalf("a triangle is told of %s", slug)
	}
	for _, row := range out.Rows {
		week := day.Period{From: row.StartsOn, To: row.StartsOn + 6}
		if row.Withheld {
			continue
		}
		d.tell("began", who, stretches(week), d.began(), float64(row.Size))
		for k, n := range row.Active {
			if n != nil {
				later := day.Period{From: week.From + day.Date(7*k), To: week.To + day.Date(7*k)}
				d.tell(fmt.Sprintf("began %v, active %v", week, later), who, []day.Period{week}, func(m int32, p day.Period) int {
					return d.began()(m, p) * d.active()(m, later)
				}, float64(*n))
			}
		}
	}
}

func (d *disclosure) trends(q Query) {
	trends, err := d.x.Trends(q, 20)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, trend := range trends {
		for _, point := range trend.Points {
			week := day.Period{From: point.Week, To: point.Week + 6}
			f := d.x.familyOf(week)
			who, told := d.people(f, q.By, cmpOr(q.Cohort, "all"))
			if !told && point.Value != nil {
				d.t.Fatalf("the trend of %s tells of %s", trend.Key, q.Cohort)
			}
			if point.Value != nil {
				d.value(trend.Key, f, who, week, *point.Value)
			}
		}
	}
}

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (d *disclosure) weekly(p day.Period, by By) {
	for _, name := range d.names(by, p.To) {
		out, err := d.x.Weekly(Query{Period: p, By: by, Cohort: name})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, week := range out.Weeks {
			f := d.x.familyOf(week.Covered)
			for _, c := range week.Cohorts {
				d.weekCohort(f, by, week.Covered, c)
			}
		}
	}
}

func (d *disclosure) weekCohort(f *family, by By, week day.Period, c WeekCohort) {
	who, told := d.people(f, by, c.Cohort.Slug)
	if !told {
		if c.Active+c.Delegating+c.Sessions+c.Unified > 0 {
			d.t.Fatalf("a week tells of %+v", c)
		}
		return
	}
	days := []day.Period{week}
	d.tell("members "+f.month.To.String(), who, d.once(f), d.member(f), float64(*c.Licensed))
	d.tell("active "+named(week), who, days, d.active(), float64(c.Active))
	d.tell("delegating "+named(week), who, days, d.in(func(y *DayIndex) Bits { return y.Tasked }), float64(c.Delegating))
	if !c.FewActive {
		d.tell("unified "+named(week), who, days, d.in(func(y *DayIndex) Bits { return y.Unified }), float64(c.Unified))
		d.tell("sessions", who, stretches(week), d.sessions(), float64(c.Sessions))
	}
}

// otherPeriods asks for periods that are no months: they must tell nothing new.
func (d *disclosure) otherPeriods(months []day.Period) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 60 {
		from := d.x.First + day.Date(r.IntN(120))
		p := day.Period{From: from, To: from + day.Date(r.IntN(60))}
		for _, by := range []By{ByDepartment, ByWave, ByGroup} {
			a, err := d.x.Answer(Query{Period: p, By: by})
			if err != nil {
				d.t.Fatal(err)
			}
			if a.Covered.Days() == 0 {
				continue
			}
			if !slices.Contains(months, a.Covered) || a.Covered != p && !a.Rounded {
				d.t.Fatalf("%v is answered with %v, rounded %v", p, a.Covered, a.Rounded)
			}
			whole, _ := d.x.Answer(Query{Period: a.Covered, By: by})
			if fmt.Sprint(told(a)) != fmt.Sprint(told(whole)) {
				d.t.Fatalf("%v tells something else than %v", p, a.Covered)
			}
		}
		d.weekly(p, ByDepartment)
	}
}

// told is every value of an answer.
func told(a Answer) []any {
	var out []any
	for _, fs := range append([][]Figure{a.Figures}, rowsOf(a)...) {
		for _, f := range fs {
			out = append(out, f.Key, say(f.Value), say(f.Previous))
		}
	}
	return out
}

func rowsOf(a Answer) [][]Figure {
	var out [][]Figure
	for _, r := range a.Breakdown {
		out = append(out, r.Figures)
	}
	return out
}

func say(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}
