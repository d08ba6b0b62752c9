package adoption_test

import (
	"math/big"
	"slices"
	"sort"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// A second reading of the contract, straight over the raw rows: no sets, no
// first days, nothing kept. Slow on purpose, and written without looking at the engine.

type brute struct {
	*world
	everyone []user // members, people who left and people who are no members
	use      map[string]map[day.Date]row
}

func bruteOf(w *world) brute {
	b := brute{world: w, everyone: slices.Clone(w.users), use: map[string]map[day.Date]row{}}
	for _, email := range w.outsiders {
		b.everyone = append(b.everyone, user{emails: []string{email}})
	}
	for _, r := range w.rows {
		if b.use[r.user] == nil {
			b.use[r.user] = map[day.Date]row{}
		}
		b.use[r.user][r.day] = r
	}
	return b
}

// usage is cowork plus unified: nil when neither reports it.
func (b brute) usage(u string, d day.Date, name string) *int {
	r, ok := b.use[u][d]
	if !ok {
		return nil
	}
	c, okC := r.cowork[name]
	n, okN := r.unified[name]
	if !okC && !okN {
		return nil
	}
	total := c + n
	return &total
}

func (b brute) above(u string, d day.Date, name string, least int) bool {
	n := b.usage(u, d, name)
	return n != nil && *n >= least
}

func (b brute) active(u string, d day.Date) bool {
	return b.above(u, d, "sessions", 1) || b.above(u, d, "actions", 1) || b.above(u, d, "messages", 1) || b.above(u, d, "dispatch", 1)
}

func (b brute) task(u string, d day.Date) bool {
	return b.above(u, d, "sessions", 1) && b.above(u, d, "actions", b.minActions)
}

func (b brute) signedIn(u string, d day.Date) bool {
	if b.use[u][d].chat > 0 {
		return true
	}
	for _, name := range counters {
		if b.above(u, d, name, 1) {
			return true
		}
	}
	return false
}

func any_(from, to day.Date, is func(day.Date) bool) bool {
	for d := max(from, adoption.FirstDay); d <= to; d++ {
		if is(d) {
			return true
		}
	}
	return false
}

func (b brute) activeIn(u string, from, to day.Date) bool {
	return any_(from, to, func(d day.Date) bool { return b.active(u, d) })
}

func (b brute) member(u user, d day.Date) bool { return u.listed && u.added <= d }

// placement finds a person's place on a day; false when there is none at all.
func (b brute) placement(u user, d day.Date) (placed, bool) {
	var mine []placed
	for _, email := range u.emails {
		for _, p := range b.roster {
			if p.email == email && (len(mine) == 0 || mine[0].email == email) {
				mine = append(mine, p)
			}
		}
	}
	if len(mine) == 0 {
		return placed{}, false
	}
	sort.SliceStable(mine, func(i, j int) bool { return mine[i].from < mine[j].from })
	best := mine[0]
	for _, p := range mine {
		if p.from <= d {
			best = p
		}
	}
	return best, true
}

// crowd is the people a figure is about; all is the organization.
type crowd struct {
	all bool
	by  adoption.By
	was string // department, wave or group name; "" is unassigned

	narrowed *narrowing // people outside it are left out; nil: nobody is
}

func (b brute) in(c crowd, u user, d day.Date) bool {
	if c.narrowed != nil && !c.narrowed.holds(b, u, d) {
		return false
	}
	if c.all {
		return true
	}
	if c.by == adoption.ByGroup {
		for _, g := range b.groups {
			if g.name == c.was {
				return g.users[u.id]
			}
		}
		return false
	}
	p, _ := b.placement(u, d)
	if c.by == adoption.ByDepartment {
		return p.dept == c.was
	}
	return p.wave == c.was
}

func (b brute) people(c crowd, d day.Date) []user {
	var out []user
	for _, u := range b.everyone {
		if b.in(c, u, d) {
			out = append(out, u)
		}
	}
	return out
}

// licensed is nil when it is not known.
func (b brute) licensed(c crowd, to day.Date) *int {
	if c.all && c.narrowed == nil && b.seatsGranted {
		for d := to; d >= adoption.FirstDay; d-- {
			if n, ok := b.seats[d]; ok {
				return &n
			}
		}
		return nil
	}
	n := 0
	for _, u := range b.people(c, to) {
		if b.member(u, to) {
			n++
		}
	}
	return &n
}

// result is what is compared: nil is null.
type result struct {
	value    *float64
	num, den *int64
	parts    map[string]*float64
}

func ratio(n, d int) result {
	num, den := int64(n), int64(d)
	r := result{num: &num, den: &den}
	if d > 0 {
		v := float64(n) / float64(d)
		r.value = &v
	}
	return r
}

// metrics computes over a period within the data; nil when there is none in it.
func (b brute) metrics(c crowd, from, to day.Date) map[adoption.Key]result {
	if from > to || to < b.first {
		return nil
	}
	who := b.people(c, to)
	out := map[adoption.Key]result{
		adoption.WeeklyActives:         b.weeklyActives(who, to),
		adoption.Week2Retention:        b.week2(who, from, to),
		adoption.SessionsPerActiveUser: b.sessionsPer(who, from, to),
		adoption.AdvancedFeatureUptake: b.uptake(who, from, to),

		adoption.DaysTrainingToFirstTask:  b.daysToTask(who, from, to),
		adoption.ChampionTouchpoints:      b.touchpoints(c, from, to),
		adoption.HelpSessionParticipation: b.helpSessions(c, from, to),
		adoption.NamedWins:                b.namedWins(c, from, to),
	}
	signed, tasked := 0, 0
	for _, u := range who {
		if !b.member(u, to) {
			continue
		}
		if any_(adoption.FirstDay, to, func(d day.Date) bool { return b.signedIn(u.id, d) }) {
			signed++
		}
		if any_(adoption.FirstDay, to, func(d day.Date) bool { return b.task(u.id, d) }) {
			tasked++
		}
	}
	out[adoption.ActivationRate], out[adoption.DelegationRate] = result{}, result{}
	if n := b.licensed(c, to); n != nil {
		out[adoption.ActivationRate] = ratio(signed, *n)
		out[adoption.DelegationRate] = ratio(tasked, *n)
	}
	return out
}

func (b brute) weeklyActives(who []user, to day.Date) result {
	sunday := to
	for sunday.Weekday() != 0 {
		sunday--
	}
	if sunday < b.first {
		return result{}
	}
	n := 0.0
	for _, u := range who {
		if b.activeIn(u.id, sunday-6, sunday) {
			n++
		}
	}
	return result{value: &n}
}

func (b brute) firstActive(u string) (day.Date, bool) {
	for d := adoption.FirstDay; d <= b.through; d++ {
		if b.active(u, d) {
			return d, true
		}
	}
	return 0, false
}

func (b brute) week2(who []user, from, to day.Date) result {
	began, back := 0, 0
	for _, u := range who {
		f, ok := b.firstActive(u.id)
		if !ok || f < from || f > to || f+13 > b.through {
			continue
		}
		began++
		if b.activeIn(u.id, f+7, f+13) {
			back++
		}
	}
	return ratio(back, began)
}

func (b brute) sessionsPer(who []user, from, to day.Date) result {
	n, sessions, reported := 0, 0, false
	for _, u := range who {
		active := b.activeIn(u.id, from, to)
		if active {
			n++
		}
		for d := from; d <= to; d++ {
			if s := b.usage(u.id, d, "sessions"); s != nil {
				sessions += *s
				reported = reported || active
			}
		}
	}
	if n > 0 && !reported {
		return result{}
	}
	return ratio(sessions, n)
}

func (b brute) uptake(who []user, from, to day.Date) result {
	names := []string{"connectors", "skills", "plugins"}
	n, some := 0, 0
	used, reported := map[string]int{}, map[string]bool{}
	for _, u := range who {
		if !b.activeIn(u.id, from, to) {
			continue
		}
		n++
		any := false
		for _, name := range names {
			reported[name] = reported[name] || any_(from, to, func(d day.Date) bool { return b.usage(u.id, d, name) != nil })
			if any_(from, to, func(d day.Date) bool { return b.above(u.id, d, name, 1) }) {
				used[name]++
				any = true
			}
		}
		if any {
			some++
		}
	}
	out := ratio(some, n)
	if n > 0 && len(trues(reported)) == 0 {
		out = result{}
	}
	out.parts = map[string]*float64{}
	for _, name := range names {
		out.parts[name] = nil
		if n > 0 && reported[name] {
			out.parts[name] = ratio(used[name], n).value
		}
	}
	return out
}

func trues(m map[string]bool) (out []string) {
	for k, v := range m {
		if v {
			out = append(out, k)
		}
	}
	return out
}

// cost returns the period's cost in cents, nil when it is not complete.
func (b brute) cost(from, to day.Date) *big.Rat {
	if b.costThrough < to {
		return nil
	}
	total := new(big.Rat)
	for _, c := range b.costs {
		if c.day >= from && c.day <= to && c.product != "chat" {
			amount, _ := new(big.Rat).SetString(c.cents)
			total.Add(total, amount)
		}
	}
	return total
}

func (b brute) activePeople(from, to day.Date) int {
	n := 0
	for _, u := range b.users {
		if b.activeIn(u.id, from, to) {
			n++
		}
	}
	return n
}

// week counts a crowd in some days: active, delegating, sessions.
func (b brute) week(c crowd, from, to day.Date) [3]int {
	var out [3]int
	for _, u := range b.people(c, to) {
		if b.activeIn(u.id, from, to) {
			out[0]++
		}
		if any_(from, to, func(d day.Date) bool { return b.task(u.id, d) }) {
			out[1]++
		}
		for d := from; d <= to; d++ {
			if s := b.usage(u.id, d, "sessions"); s != nil {
				out[2] += *s
			}
		}
	}
	return out
}

// funnel counts signed in, delegated, habitual.
func (b brute) funnel(c crowd, to day.Date) [3]int {
	var out [3]int
	for _, u := range b.people(c, to) {
		if !b.member(u, to) || !any_(adoption.FirstDay, to, func(d day.Date) bool { return b.signedIn(u.id, d) }) {
			continue
		}
		out[0]++
		if !any_(adoption.FirstDay, to, func(d day.Date) bool { return b.task(u.id, d) }) {
			continue
		}
		out[1]++
		sunday := to
		for sunday.Weekday() != 0 {
			sunday--
		}
		weeks := 0
		for k := range day.Date(4) {
			if b.activeIn(u.id, sunday-7*k-6, sunday-7*k) {
				weeks++
			}
		}
		if weeks >= 3 {
			out[2]++
		}
	}
	return out
}

// began groups people by the Monday of their first active day.
func (b brute) began(c crowd, from, to day.Date) map[day.Date][]user {
	out := map[day.Date][]user{}
	for _, u := range b.people(c, to) {
		if f, ok := b.firstActive(u.id); ok && f >= from && f <= to {
			monday := f
			for monday.Weekday() != 1 {
				monday--
			}
			out[monday] = append(out[monday], u)
		}
	}
	return out
}
