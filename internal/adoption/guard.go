package adoption

import (
	"cmp"
	"slices"
)

// A guard decides which counts of people may be told side by side. Every count
// told is a linear equation over what is not known of each person; adding and
// subtracting equations must never leave one that is about fewer people than
// least. Equations say nothing about so few exactly if whoever drops any few
// people can still tell them all apart; that is certain when there are least sets
// of people, no two with anybody in common, on each of which all equations are
// independent. The guard keeps such sets, its bases, and tells an equation only
// if it finds a new person for each.
type guard struct {
	table *table
	least int
	size  []int // of each atom, in the universe that is counted
	order []int // atoms with anybody in it, largest first
	used  []int // people of each atom that are in bases

	// bases are least many, or a single one that stands for all of them while
	// every atom it uses has least people.
	bases []*basis
}

// table is people as atoms: people who are in exactly the same sets.
type table struct {
	of   []int32   // the atom of each person
	in   [][]int32 // the sets each atom is in, ascending
	sets []Bits    // the atoms in each set
}

// tableOf splits n people into the atoms of some sets of them.
func tableOf(n int, sets []Bits) *table {
	t := &table{of: make([]int32, n), in: [][]int32{nil}}
	for i, s := range sets {
		split := map[int32]int32{}
		s.Each(func(m int32) {
			was := t.of[m]
			now, ok := split[was]
			if !ok {
				now = int32(len(t.in))
				split[was] = now
				t.in = append(t.in, append(slices.Clip(t.in[was]), int32(i)))
			}
			t.of[m] = now
		})
	}
	t.sets = make([]Bits, len(sets))
	for a, in := range t.in {
		for _, i := range in {
			t.sets[i].Set(int32(a))
		}
	}
	return t
}

// union adds a set that is the union of others and returns its number.
func (t *table) union(of []int) int {
	all := Bits{}
	for _, i := range of {
		all.Add(t.sets[i])
	}
	all.Each(func(a int32) { t.in[a] = append(t.in[a], int32(len(t.sets))) })
	t.sets = append(t.sets, all)
	return len(t.sets) - 1
}

// guard returns a guard over the people of a universe, of whom nothing is told yet.
func (t *table) guard(universe Bits, least int) *guard {
	g := &guard{table: t, least: least, size: make([]int, len(t.in)), used: make([]int, len(t.in)), bases: []*basis{{}}}
	universe.Each(func(m int32) { g.size[t.of[m]]++ })
	for a, n := range g.size {
		if n > 0 {
			g.order = append(g.order, a)
		}
	}
	slices.SortStableFunc(g.order, func(a, b int) int { return cmp.Compare(g.size[b], g.size[a]) })
	return g
}

// admit tells the sums over a set of people, unless some combination with what
// is told already would be about too few.
func (g *guard) admit(set int) bool {
	p, ok := g.plan(set)
	if ok {
		g.commit(p)
	}
	return ok
}

// admitAll tells the sums over a set in every one of several universes, or in none.
func admitAll(gs []*guard, set int) bool {
	plans := make([]plan, len(gs))
	for i, g := range gs {
		p, ok := g.plan(set)
		if !ok {
			return false
		}
		plans[i] = p
	}
	for i, g := range gs {
		g.commit(plans[i])
	}
	return true
}

// plan is how a set can be told: which atom each basis takes.
type plan struct {
	set    int
	bases  []*basis // as they are before
	pivots []int    // an atom for each; none where the set tells nothing new
}

func (g *guard) plan(set int) (plan, bool) {
	if p, ok := g.seek(set, g.bases); ok || len(g.bases) > 1 {
		return p, ok
	}
	return g.seek(set, g.divided())
}

// divided returns the bases that the single one stands for.
func (g *guard) divided() []*basis {
	out := make([]*basis, g.least)
	for i := range out {
		out[i] = g.bases[0].clone()
	}
	return out
}

func (g *guard) seek(set int, bases []*basis) (plan, bool) {
	p := plan{set: set, bases: bases}
	needs := max(1, g.least/len(bases)) // the people a basis takes from an atom
	for _, b := range bases {
		pivot, anything := g.pivot(set, b, needs, p.pivots)
		switch {
		case !anything:
			return plan{bases: bases}, true
		case pivot < 0:
			return plan{}, false
		}
		p.pivots = append(p.pivots, pivot)
	}
	return p, true
}

// pivot returns an atom in which the set differs from every combination of what
// is told and of which enough people are free, -1 if there is none; and whether it
// differs at all.
func (g *guard) pivot(set int, b *basis, needs int, taken []int) (pivot int, differs bool) {
	y := b.combine(g.table, set)
	for _, a := range g.order {
		if b.rest(g.table, set, y, a) == 0 {
			continue
		}
		differs = true
		free := g.size[a] - g.used[a]
		for _, t := range taken {
			if t == a {
				free--
			}
		}
		if free >= needs {
			return a, true
		}
	}
	return -1, differs
}

func (g *guard) commit(p plan) {
	if len(p.pivots) == 0 {
		return
	}
	if len(p.bases) > len(g.bases) {
		g.bases = p.bases
	}
	for i, pivot := range p.pivots {
		g.bases[i].extend(g.table, p.set, pivot)
		g.used[pivot] += max(1, g.least/len(p.bases))
	}
}

// basis is a choice of atoms on which the told sets are independent, one atom
// each, with the inverse of the matrix that they form there, modulo prime.
type basis struct {
	sets    []int
	pivots  []int
	inverse [][]uint64 // row i, applied to the sets, is 1 in pivot i and 0 in the others
}

func (b *basis) clone() *basis {
	out := &basis{sets: slices.Clone(b.sets), pivots: slices.Clone(b.pivots)}
	for _, row := range b.inverse {
		out.inverse = append(out.inverse, slices.Clone(row))
	}
	return out
}

// combine returns the combination of told sets that equals a set in every pivot:
// a coefficient for each set of the table.
func (b *basis) combine(t *table, set int) []uint64 {
	y := make([]uint64, len(t.sets))
	for i, pivot := range b.pivots {
		if !t.sets[set].Has(int32(pivot)) {
			continue
		}
		for j, v := range b.inverse[i] {
			y[b.sets[j]] = (y[b.sets[j]] + v) % prime
		}
	}
	return y
}

// rest is what is left of a set in an atom after a combination is taken from it.
func (b *basis) rest(t *table, set int, y []uint64, atom int) uint64 {
	sum, own := uint64(0), uint64(0)
	for _, i := range t.in[atom] {
		sum += y[i]
		if int(i) == set {
			own = 1
		}
	}
	return (own + prime - sum%prime) % prime
}

// extend adds a set and the atom in which it differs from the others' combinations.
func (b *basis) extend(t *table, set, pivot int) {
	y := b.combine(t, set)
	scale := inverse(b.rest(t, set, y, pivot))
	row := make([]uint64, len(b.sets)+1)
	for j, s := range b.sets {
		row[j] = (prime - y[s]) * scale % prime
	}
	row[len(b.sets)] = scale
	for i := range b.inverse {
		by := uint64(0)
		for j, s := range b.sets {
			if v := b.inverse[i][j]; v != 0 && t.sets[s].Has(int32(pivot)) {
				by += v
			}
		}
		b.inverse[i] = append(b.inverse[i], 0)
		if by %= prime; by != 0 {
			eliminate(b.inverse[i], row, by)
		}
	}
	b.inverse = append(b.inverse, row)
	b.sets, b.pivots = append(b.sets, set), append(b.pivots, pivot)
}

// prime is the field that equations are reduced in: exact, and sets that are
// independent in it are independent in the integers.
const prime = 1<<31 - 1

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
