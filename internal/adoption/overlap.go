package adoption

import (
	"cmp"
	"slices"
)

// maxOverlapping is how many overlapping cohorts can be shown to somebody who may
// not see small groups: one bit each in an atom's signature, and one for the rest.
const maxOverlapping = 63

// overlapping returns which of several overlapping cohorts must be hidden so
// that no sum or difference of the shown ones, of "Other" and of the whole is
// about fewer than least members. It admits cohorts from the largest down and
// leaves out each one that, with those already in, would tell of too few; then it
// hides the smallest ones again until Other is safe to show beside the rest.
func overlapping(people []Bits, members Bits, least int) []bool {
	hide := make([]bool, len(people))
	size := make([]int, len(people))
	var order []int
	for i, b := range people {
		hide[i] = true
		if size[i] = b.CountAnd(members); size[i] >= least {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size[b], size[a]) })
	order = order[:min(len(order), maxOverlapping)]
	t := tableOf(people, order, hide, members)
	shown := []int{}
	for n, i := range order {
		if with := append(slices.Clone(shown), n); t.safe(with, false, least) {
			shown, hide[i] = with, false
		}
	}
	for len(shown) > 0 && !t.safe(shown, true, least) {
		last := len(shown) - 1
		hide[order[shown[last]]] = true
		shown = shown[:last]
	}
	return hide
}

// table holds the members as atoms, largest first: people who are in exactly the same cohorts.
type table struct {
	atoms []atom
	n     int // cohorts with a bit of their own
}

// atom is the people with one signature: bit r says that they are in the r-th
// cohort of the order, bit n that they are in one that has no bit.
type atom struct {
	signature uint64
	size      int
}

func tableOf(people []Bits, order []int, hide []bool, members Bits) table {
	t := table{n: len(order)}
	of := make([]uint64, 64*len(members))
	for r, i := range order {
		people[i].And(members).Each(func(m int32) { of[m] |= 1 << r })
	}
	for i, b := range people {
		if hide[i] && !slices.Contains(order, i) {
			b.And(members).Each(func(m int32) { of[m] |= 1 << t.n })
		}
	}
	sizes := map[uint64]int{}
	members.Each(func(m int32) { sizes[of[m]]++ })
	for sig, n := range sizes {
		t.atoms = append(t.atoms, atom{sig, n})
	}
	slices.SortFunc(t.atoms, func(a, b atom) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.signature, b.signature))
	})
	return t
}

// safe reports whether the sizes of the shown cohorts, of everybody and, where
// asked, of Other, added and subtracted at will, leave nobody in a group smaller
// than least. Only combinations from which all large atoms cancel could; safe
// finds those by elimination and looks for one that is about too few people.
func (t table) safe(shown []int, other bool, least int) bool {
	rows := t.equations(shown, other)
	large := 0
	for large < len(t.atoms) && t.atoms[large].size >= least {
		large++
	}
	for _, row := range rows {
		if few(t.weight(row), least) {
			return false
		}
	}
	reduce(rows)
	var rest [][]uint64
	for _, row := range rows {
		if zero(row[:large]) && !zero(row[large:]) {
			rest = append(rest, row[large:])
		}
	}
	return len(rest) == 0 || isolatesNobody(rest, t.atoms[large:], least)
}

// maxSmallAtoms is how many small atoms are looked at one by one; where there are
// more, a combination that leaves only small atoms counts as unsafe.
const maxSmallAtoms = 16

// isolatesNobody reports whether no combination of rows is about a choice of
// atoms with fewer than least people. A combination is confined to a choice when
// the rows lose rank outside it.
func isolatesNobody(rows [][]uint64, atoms []atom, least int) bool {
	if len(atoms) > maxSmallAtoms {
		return false
	}
	for choice := 1; choice < 1<<len(atoms); choice++ {
		size := 0
		for c, a := range atoms {
			if choice>>c&1 == 1 {
				size += a.size
			}
		}
		if size < least && rankOutside(rows, choice) < len(rows) {
			return false
		}
	}
	return true
}

// rankOutside is the rank of rows with the columns of a choice left out.
func rankOutside(rows [][]uint64, choice int) int {
	var kept [][]uint64
	for _, row := range rows {
		var out []uint64
		for c, v := range row {
			if choice>>c&1 == 0 {
				out = append(out, v)
			}
		}
		kept = append(kept, out)
	}
	reduce(kept)
	rank := 0
	for _, row := range kept {
		if !zero(row) {
			rank++
		}
	}
	return rank
}

func zero(row []uint64) bool {
	return !slices.ContainsFunc(row, func(v uint64) bool { return v != 0 })
}

func few(n, least int) bool { return n > 0 && n < least }

func (t table) equations(shown []int, other bool) [][]uint64 {
	rows := make([][]uint64, 0, len(shown)+2)
	seen := uint64(0)
	for _, r := range shown {
		seen |= 1 << r
		rows = append(rows, t.row(func(sig uint64) bool { return sig>>r&1 == 1 }))
	}
	rows = append(rows, t.row(func(uint64) bool { return true }))
	if other {
		rows = append(rows, t.row(func(sig uint64) bool { return sig&^seen != 0 }))
	}
	return rows
}

func (t table) row(in func(signature uint64) bool) []uint64 {
	out := make([]uint64, len(t.atoms))
	for c, a := range t.atoms {
		if in(a.signature) {
			out[c] = 1
		}
	}
	return out
}

// weight returns how many people a row's equation is about.
func (t table) weight(row []uint64) int {
	n := 0
	for c, v := range row {
		if v != 0 {
			n += t.atoms[c].size
		}
	}
	return n
}

// prime is the field that equations are reduced in: exact, and large enough that
// what cancels in it cancels in the integers.
const prime = 1<<31 - 1

// reduce brings rows to reduced row echelon form modulo prime.
func reduce(rows [][]uint64) {
	if len(rows) == 0 {
		return
	}
	done := 0
	for c := 0; c < len(rows[0]) && done < len(rows); c++ {
		p := slices.IndexFunc(rows[done:], func(r []uint64) bool { return r[c] != 0 })
		if p < 0 {
			continue
		}
		rows[done], rows[done+p] = rows[done+p], rows[done]
		scale(rows[done], inverse(rows[done][c]))
		for r := range rows {
			if r != done && rows[r][c] != 0 {
				eliminate(rows[r], rows[done], rows[r][c])
			}
		}
		done++
	}
}

func scale(row []uint64, by uint64) {
	for i := range row {
		row[i] = row[i] * by % prime
	}
}

func eliminate(row, pivot []uint64, by uint64) {
	for i := range row {
		row[i] = (row[i] + (prime-by)*pivot[i]) % prime
	}
}

// inverse returns 1/v by Fermat's little theorem.
func inverse(v uint64) uint64 {
	out := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			out = out * v % prime
		}
		v = v * v % prime
	}
	return out
}
