package adoption

import (
	"fmt"
	"slices"

	"groundswell/internal/day"
)

// Plain readings of the facts, person by person.

type reader func(m int32, p day.Period) int

// sum adds up what each of some people is or did.
func (d *disclosure) sum(what string, who Bits, over []day.Period, each reader) float64 {
	n := 0
	for _, p := range over {
		key := what + named(p)
		if d.read[key] == nil {
			all := make([]int, len(d.x.Members))
			for m := range all {
				all[m] = each(int32(m), p)
			}
			d.read[key] = all
		}
		who.Each(func(m int32) { n += d.read[key][m] })
	}
	return float64(n)
}

// in reads whether a person is in a set on any day of a period.
func (d *disclosure) in(of func(*DayIndex) Bits) reader {
	return func(m int32, p day.Period) int {
		for i := range d.x.Days {
			if p.Contains(d.x.Days[i].Day) && of(&d.x.Days[i]).Has(m) {
				return 1
			}
		}
		return 0
	}
}

// among reads the same of some people only.
func (d *disclosure) among(who Bits, of func(*DayIndex) Bits) reader {
	return func(m int32, p day.Period) int { return one(who.Has(m)) * d.in(of)(m, p) }
}

func (d *disclosure) active() reader { return d.in(func(y *DayIndex) Bits { return y.Active }) }

func (d *disclosure) member(f *family) reader {
	return func(m int32, _ day.Period) int {
		return one(d.x.Members[m].Listed && d.x.Members[m].Added <= f.month.To)
	}
}

// began reads whether a person's first active day lies in a period.
func (d *disclosure) began() reader {
	return func(m int32, p day.Period) int { return one(p.Contains(d.x.derived().active[m])) }
}

func (d *disclosure) returned() reader {
	return func(m int32, p day.Period) int {
		f := d.x.derived().active[m]
		return one(p.Contains(f)) * d.active()(m, day.Period{From: f + 7, To: f + 13})
	}
}

func (d *disclosure) sessions() reader {
	return func(m int32, p day.Period) int {
		n := 0
		for i := range d.x.Days {
			for k, plane := range d.x.Days[i].Sessions {
				if p.Contains(d.x.Days[i].Day) && plane.Has(m) {
					n += 1 << k
				}
			}
		}
		return n
	}
}

func (d *disclosure) touchpoints() reader {
	return func(m int32, p day.Period) int {
		n := 0
		for _, t := range d.x.Touchpoints {
			n += one(t.Member == m && p.Contains(t.Day))
		}
		return n
	}
}

func (d *disclosure) wins() reader {
	return func(m int32, p day.Period) int {
		n := 0
		for _, w := range d.x.Wins {
			n += one(w.Member == m && w.Published && p.Contains(w.Day))
		}
		return n
	}
}

func (d *disclosure) attendances() reader {
	return func(m int32, p day.Period) int {
		n := 0
		for _, a := range d.x.Attendances {
			n += one(a.Member == m && p.Contains(a.Day) && a.Kind.helps())
		}
		return n
	}
}

func (d *disclosure) helped() reader {
	return func(m int32, p day.Period) int { return min(1, d.attendances()(m, p)) }
}

// trained reads whether a person's first training lies in a period, with a first
// task day that is so beside it.
func (d *disclosure) trained(so func(task, trained day.Date) bool) reader {
	return func(m int32, p day.Period) int {
		task, trained := d.x.derived().task[m], d.x.derived().trained[m]
		return one(p.Contains(trained) && so(task, trained))
	}
}

// exposed solves every system and says where numbers are about too few people.
func (d *disclosure) exposed() []string {
	var out []string
	for what, equations := range d.systems {
		s := newSystem(d.x, equations)
		if few := s.few(); few != nil {
			out = append(out, fmt.Sprintf("%q: %d numbers tell of %d people", what, len(equations), s.weight(few)))
		}
	}
	slices.Sort(out)
	return out
}

// system is equations over kinds of people: those who are in exactly the same
// sets. A column is a kind in a stretch of days.
type system struct {
	size []int // of each kind, larger than few ones first
	kind []int // of each column
	rows [][]uint64
}

const fewest = 5

func newSystem(x *Index, equations []equation) *system {
	equations = distinct(equations)
	var over []day.Period
	for _, e := range equations {
		over = append(over, e.over...)
	}
	slices.SortFunc(over, func(a, b day.Period) int { return int(a.From - b.From) })
	over = slices.Compact(over)
	there := make([]Bits, len(over))
	for i, p := range over {
		there[i] = x.there(p)
	}
	kinds, size := kindsOf(x, equations, there)
	s := &system{size: size}
	for k := range size {
		for range over {
			s.kind = append(s.kind, k)
		}
	}
	for _, e := range equations {
		row := make([]uint64, len(s.kind))
		for k, m := range kinds {
			for i, p := range over {
				if e.people.Has(m) && there[i].Has(m) && slices.Contains(e.over, p) {
					row[k*len(over)+i] = 1
				}
			}
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// distinct leaves out numbers that were told before.
func distinct(equations []equation) []equation {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(equations), func(e equation) bool {
		key := string(e.people.Bytes()) + fmt.Sprint(e.over)
		was := seen[key]
		seen[key] = true
		return was
	})
}

// there returns whoever is a member by the end of the month in which p ends, or
// left a trace in p. Of others everybody knows that there is nothing to know.
func (x *Index) there(p day.Period) Bits {
	return x.seenIn(p).Or(x.membersOn(p.To.Month().To))
}

// kindsOf returns one person of each kind and how many there are, large kinds
// first. Whoever is nowhere to be found is of no kind.
func kindsOf(x *Index, equations []equation, there []Bits) (who []int32, size []int) {
	var sets []Bits
	seen := map[string]bool{}
	for _, e := range equations {
		if key := string(e.people.Bytes()); !seen[key] {
			seen[key] = true
			sets = append(sets, e.people)
		}
	}
	sets = append(sets, there...)
	members := map[string][]int32{}
	for m := range int32(len(x.Members)) {
		key := make([]byte, len(sets))
		for i, s := range sets {
			key[i] = byte(one(s.Has(m)))
		}
		members[string(key)] = append(members[string(key)], m)
	}
	all := make([][]int32, 0, len(members))
	for _, of := range members {
		all = append(all, of)
	}
	slices.SortFunc(all, func(a, b []int32) int {
		if (len(a) >= fewest) != (len(b) >= fewest) {
			return one(len(b) >= fewest)*2 - 1
		}
		return int(a[0] - b[0])
	})
	for _, of := range all {
		if !slices.ContainsFunc(there, func(b Bits) bool { return b.Has(of[0]) }) {
			continue
		}
		who, size = append(who, of[0]), append(size, len(of))
	}
	return who, size
}

func (s *system) weight(kinds []int) int {
	n := 0
	for _, k := range kinds {
		n += s.size[k]
	}
	return n
}

// few returns kinds of people, fewer than five together, of whom alone some
// combination of the equations is; nil when there are none.
func (s *system) few() []int {
	var l echelon
	for _, row := range s.rows {
		l.rows = append(l.rows, slices.Clone(row))
	}
	l.reduce(func(int) bool { return true })
	// What is left beside the large kinds says nothing of them.
	var small echelon
	for i, c := range l.pivots {
		if s.size[s.kind[c]] < fewest {
			small.rows, small.pivots = append(small.rows, l.rows[i]), append(small.pivots, c)
		}
	}
	return s.search(small, nil, map[string]bool{})
}

// search looks for a combination of rows that is about the chosen kinds and, at
// most, as many more as keep them few. Such a one is not zero in every pivot, so one
// pivot's kind must be chosen.
func (s *system) search(l echelon, chosen []int, tried map[string]bool) []int {
	for _, k := range s.kindsIn(l.pivots) {
		with := append(slices.Clone(chosen), k)
		slices.Sort(with)
		key := fmt.Sprint(with)
		if s.weight(with) >= fewest || tried[key] {
			continue
		}
		tried[key] = true
		out := func(c int) bool { return slices.Contains(with, s.kind[c]) }
		if l.confined(out) {
			return with
		}
		if s.weight(with)+1 < fewest {
			if found := s.search(l.without(out), with, tried); found != nil {
				return found
			}
		}
	}
	return nil
}

func (s *system) kindsIn(columns []int) []int {
	var out []int
	for _, c := range columns {
		if k := s.kind[c]; !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// echelon is rows in reduced echelon form modulo prime, with the column each leads in.
type echelon struct {
	rows   [][]uint64
	pivots []int
}

// reduce brings the rows to reduced echelon form over the columns allowed.
func (l *echelon) reduce(allowed func(c int) bool) {
	l.pivots = nil
	if len(l.rows) == 0 {
		return
	}
	for c := range l.rows[0] {
		if len(l.pivots) == len(l.rows) {
			break
		}
		if !allowed(c) {
			continue
		}
		done := len(l.pivots)
		p := slices.IndexFunc(l.rows[done:], func(r []uint64) bool { return r[c] != 0 })
		if p < 0 {
			continue
		}
		l.rows[done], l.rows[done+p] = l.rows[done+p], l.rows[done]
		l.lead(done, c)
		l.pivots = append(l.pivots, c)
	}
	l.rows = l.rows[:len(l.pivots)]
}

// lead makes a row one in a column and every other row zero there.
func (l *echelon) lead(row, c int) {
	by := inverse(l.rows[row][c])
	for i, v := range l.rows[row] {
		l.rows[row][i] = v * by % prime
	}
	for r := range l.rows {
		if f := l.rows[r][c]; r != row && f != 0 {
			eliminate(l.rows[r], l.rows[row], f)
		}
	}
}

// confined reports whether a combination of rows is zero but in the columns left
// out. Only rows that lead in those can take part.
func (l echelon) confined(out func(c int) bool) bool {
	var some echelon
	for i, c := range l.pivots {
		if out(c) {
			some.rows = append(some.rows, slices.Clone(l.rows[i]))
		}
	}
	n := len(some.rows)
	some.reduce(func(c int) bool { return !out(c) })
	return len(some.rows) < n
}

// without moves the pivots out of the columns left out, to which nothing is confined.
func (l echelon) without(out func(c int) bool) echelon {
	next := echelon{pivots: slices.Clone(l.pivots)}
	for _, row := range l.rows {
		next.rows = append(next.rows, slices.Clone(row))
	}
	for i, c := range next.pivots {
		if !out(c) {
			continue
		}
		for to, v := range next.rows[i] {
			if v != 0 && !out(to) {
				next.lead(i, to)
				next.pivots[i] = to
				break
			}
		}
	}
	return next
}

func named(p day.Period) string { return fmt.Sprint(p.From, " to ", p.To) }
