package adoption

import (
	"sort"
	"sync"

	"groundswell/internal/day"
)

// memo keeps what is derived from an index, which never changes: so nothing in
// it ever grows stale.
type memo struct {
	once sync.Once
	base derived

	mu        sync.Mutex
	divisions map[divisionKey]*division
	tallies   map[tallyKey][]tally
	answers   map[Query]Answer
	families  map[day.Date]*family
	tables    map[day.Date]*table
	tellable  map[cell][]bool
	trends    map[trendKey][]Trend
	everyone  map[day.Date][]*float64 // of the week that begins then
	members   map[day.Date]Bits
	weeklies  map[Query]Weekly
	triangles map[Query]Retention
	narrowed  map[narrowKey]Bits
}

// trendKey is a query and a number of weeks.
type trendKey struct {
	q     Query
	weeks int
}

// derived is what every panel needs of the history, so that none reads it again.
type derived struct {
	n      int        // one more than the highest ordinal in use
	active []day.Date // each member's first active day; Never
	task   []day.Date // each member's first task day; Never

	began    []visit // the first active days, ascending
	returned Bits    // whoever was active 7 to 13 days after theirs

	weeks  map[day.Date]*week
	monday day.Date        // of the first week
	before []weekSets      // whoever did so in any week before the first, the second, …
	moves  []day.Date      // days on which a placement begins
	names  map[By][]string // of departments and of waves

	trained   []day.Date // the day of each member's first attended training; Never
	trainings []visit    // those first trainings, ascending by day
	helps     visits     // attendances of help sessions
	touched   visits     // touchpoints with a person
	wins      visits     // published wins

	departmental []Touchpoint // touchpoints for whole departments, ascending by day
}

// weekSets are the people of whole ISO weeks.
type weekSets struct{ signedIn, active, tasked, unified Bits }

func (w *weekSets) add(y *DayIndex) {
	w.signedIn.Add(y.SignedIn)
	w.active.Add(y.Active)
	w.tasked.Add(y.Tasked)
	w.unified.Add(y.Unified)
}

// week is everything a span takes from a whole ISO week.
type week struct {
	weekSets
	uses
	sessions sum
	total    int // of sessions, everybody's
}

func (w *week) add(y *DayIndex) {
	w.weekSets.add(y)
	w.uses.add(y)
	for k, p := range y.Sessions {
		w.sessions.add(p, k)
		w.total += p.Count() << k
	}
}

// uses are the people who used a connector, a skill or a plugin, and those for
// whom a number was reported at all.
type uses struct {
	used, reported [3]Bits
	counted        Bits // sessions were reported
}

func (u *uses) add(y *DayIndex) {
	u.merge(uses{
		used:     [3]Bits{y.Connectors, y.Skills, y.Plugins},
		reported: [3]Bits{y.ConnectorsKnown, y.SkillsKnown, y.PluginsKnown},
		counted:  y.SessionsKnown,
	})
}

func (u *uses) merge(v uses) {
	for k := range u.used {
		u.used[k].Add(v.used[k])
		u.reported[k].Add(v.reported[k])
	}
	u.counted.Add(v.counted)
}

// with returns the people of both.
func (w weekSets) with(v weekSets) weekSets {
	return weekSets{w.signedIn.Or(v.signedIn), w.active.Or(v.active), w.tasked.Or(v.tasked), w.unified.Or(v.unified)}
}

// How much is kept of each kind; beyond it that kind starts over. A division of
// 100,000 people into 80 cohorts takes a megabyte, an answer with as many rows a quarter of one.
const (
	maxDivisions = 24
	maxTallies   = 1024
	maxAnswers   = 128
	maxFamilies  = 13
	maxTables    = 2
	maxTellable  = 1024
	maxMembers   = 64
	maxWeeks     = 512
	maxSeries    = 128
	maxNarrowed  = 64
)

// Warm derives what the first panel would otherwise wait for. It may be called
// more than once and at any time.
func (x *Index) Warm() { x.derived() }

func (x *Index) derived() *derived {
	x.memo.once.Do(func() { x.memo.base = x.derive() })
	return &x.memo.base
}

func (x *Index) derive() derived {
	n := x.size()
	d := derived{n: n, weeks: map[day.Date]*week{}, moves: moves(x.Placements), names: map[By][]string{}}
	for _, by := range []By{ByDepartment, ByWave} {
		d.names[by] = namesOf(x.Placements, by)
	}
	d.began, d.active = firstDays(n, x.Days, func(y *DayIndex) Bits { return y.Active })
	d.returned = x.returned(d.began)
	_, d.task = firstDays(n, x.Days, func(y *DayIndex) Bits { return y.Tasked })
	x.deriveHelp(&d)
	if len(x.Days) == 0 {
		return d
	}
	for i := range x.Days {
		m := x.Days[i].Day.Monday()
		if d.weeks[m] == nil {
			d.weeks[m] = &week{}
		}
		d.weeks[m].add(&x.Days[i])
	}
	d.monday = x.Days[0].Day.Monday()
	var all weekSets
	for m := d.monday; m <= x.Days[len(x.Days)-1].Day; m += 7 {
		d.before = append(d.before, all)
		all = all.with(d.week(m).weekSets)
	}
	d.before = append(d.before, all)
	return d
}

// deriveHelp derives what is known of trainings, help sessions, touchpoints and wins.
func (x *Index) deriveHelp(d *derived) {
	first, days := firstVisits(d.n, x.attended(TrainingKind.teaches))
	d.trained, d.trainings = days, first
	d.helps = newVisits(x.attended(TrainingKind.helps))
	d.touched = newVisits(x.touched())
	d.departmental = x.departmental()
	d.wins = newVisits(x.published())
}

// week returns the week that begins on a Monday; one without data is empty.
func (d *derived) week(monday day.Date) *week {
	if w := d.weeks[monday]; w != nil {
		return w
	}
	return &week{}
}

// everBy returns whoever did so on or before day at.
func (x *Index) everBy(at day.Date) weekSets {
	d := x.derived()
	if len(d.before) == 0 || at < d.monday {
		return weekSets{}
	}
	week := min(int(at.Monday()-d.monday)/7, len(d.before)-1)
	out := d.before[week].with(weekSets{})
	days := x.between(day.Period{From: d.monday + day.Date(7*week), To: at})
	for i := range days {
		out.add(&days[i])
	}
	return out
}

// firstDays returns the first day on which each of n members is in a set,
// ascending, and by member; Never.
func firstDays(n int, days []DayIndex, set func(*DayIndex) Bits) ([]visit, []day.Date) {
	var each []visit
	out := make([]day.Date, n)
	for i := range out {
		out[i] = day.Never
	}
	var seen Bits
	for i := range days {
		today := set(&days[i])
		today.Minus(seen).Each(func(m int32) {
			out[m] = days[i].Day
			each = append(each, visit{days[i].Day, m})
		})
		seen.Add(today)
	}
	return each, out
}

// size returns one more than the highest ordinal in use.
func (x *Index) size() int {
	n := len(x.Members)
	for i := range x.Days {
		for _, b := range []Bits{x.Days[i].SignedIn, x.Days[i].Active} {
			n = max(n, b.top())
		}
	}
	for _, g := range x.Groups {
		n = max(n, g.Members.top())
	}
	if k := len(x.Placements); k > 0 {
		n = max(n, int(x.Placements[k-1].Member)+1)
	}
	for i := range x.Attendances {
		n = max(n, int(x.Attendances[i].Member)+1)
	}
	for i := range x.Touchpoints {
		n = max(n, int(x.Touchpoints[i].Member)+1)
	}
	for i := range x.Wins {
		n = max(n, int(x.Wins[i].Member)+1)
	}
	return n
}

func (x *Index) everyone() Bits {
	n := x.derived().n
	out := make(Bits, (n+63)/64)
	for i := range out {
		out[i] = ^uint64(0)
	}
	if r := uint(n) & 63; r != 0 {
		out[len(out)-1] = 1<<r - 1
	}
	return out
}

// between returns the days of the index that lie in p.
func (x *Index) between(p day.Period) []DayIndex {
	lo := sort.Search(len(x.Days), func(i int) bool { return x.Days[i].Day >= p.From })
	hi := sort.Search(len(x.Days), func(i int) bool { return x.Days[i].Day > p.To })
	if lo >= hi {
		return nil
	}
	return x.Days[lo:hi]
}

// walk goes through the days of p, whole weeks in one step and the days around
// them one by one.
func (x *Index) walk(p day.Period, whole func(*week), single func(*DayIndex)) {
	for d := p.From; d <= p.To; {
		if d == d.Monday() && d+6 <= p.To {
			whole(x.derived().week(d))
			d += 7
			continue
		}
		end := min(p.To, d.Sunday())
		days := x.between(day.Period{From: d, To: end})
		for i := range days {
			single(&days[i])
		}
		d = end + 1
	}
}

// activeIn returns whoever has an active day in p, one on Chat and Cowork
// unified, and a task day.
func (x *Index) activeIn(p day.Period) weekSets {
	var out weekSets
	x.walk(p, func(w *week) {
		out.active.Add(w.active)
		out.tasked.Add(w.tasked)
		out.unified.Add(w.unified)
	}, func(y *DayIndex) {
		out.active.Add(y.Active)
		out.tasked.Add(y.Tasked)
		out.unified.Add(y.Unified)
	})
	return out
}

// membersOn returns the members on d. The set is shared: it must not be changed.
func (x *Index) membersOn(d day.Date) Bits {
	return kept(&x.memo, &x.memo.members, maxMembers, d, func() Bits { return x.listMembers(d) })
}

func (x *Index) listMembers(d day.Date) Bits {
	out := make(Bits, (len(x.Members)+63)/64)
	for i, m := range x.Members {
		if m.Listed && m.Added <= d {
			out[i>>6] |= 1 << (uint(i) & 63)
		}
	}
	return out
}

func (m *memo) division(k divisionKey, make func() *division) *division {
	return kept(m, &m.divisions, maxDivisions, k, make)
}

// kept returns what is kept under k, or makes and keeps it. Two callers may both
// make it; they make the same.
func kept[K comparable, V any](m *memo, in *map[K]V, most int, k K, make func() V) V {
	m.mu.Lock()
	v, ok := (*in)[k]
	m.mu.Unlock()
	if ok {
		return v
	}
	v = make()
	m.mu.Lock()
	defer m.mu.Unlock()
	if *in == nil || len(*in) >= most {
		*in = map[K]V{}
	}
	(*in)[k] = v
	return v
}
