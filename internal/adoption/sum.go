package adoption

import "groundswell/internal/day"

// sum adds up numbers of many members at once: bit plane k holds the members
// whose total has bit k set. The zero sum is all zeros.
type sum []Bits

// add adds 2^k for every member of b: what overflows a plane is carried to the next.
func (s *sum) add(b Bits, k int) {
	carry := append(Bits(nil), b...)
	for ; len(carry) > 0; k++ {
		for len(*s) <= k {
			*s = append(*s, nil)
		}
		p := &(*s)[k]
		if len(*p) < len(carry) {
			p.grow(len(carry))
		}
		to := (*p)[:len(carry)]
		for i, c := range carry {
			to[i], carry[i] = to[i]^c, to[i]&c
		}
		carry = carry.Trim()
	}
}

// one adds 1 for one member.
func (s *sum) one(m int32) {
	for k := 0; ; k++ {
		if k == len(*s) {
			*s = append(*s, nil)
		}
		if p := &(*s)[k]; p.Has(m) {
			p.Drop(m)
		} else {
			p.Set(m)
			return
		}
	}
}

// above returns the members whose total is above zero.
func (s sum) above() Bits {
	var out Bits
	for _, p := range s {
		out.Add(p)
	}
	return out
}

// total returns the sum over the members of who.
func (s sum) total(who Bits) int {
	n := 0
	for k, p := range s {
		n += p.CountAnd(who) << k
	}
	return n
}

// addAll adds another sum.
func (s *sum) addAll(t []Bits) {
	for k, p := range t {
		s.add(p, k)
	}
}

// sessions returns everybody's sessions in p.
func (x *Index) sessions(p day.Period) sum {
	var s sum
	x.walk(p, func(w *week) { s.addAll(w.sessions) }, func(y *DayIndex) { s.addAll(y.Sessions) })
	return s
}

// sessionCount returns the sessions of all members in p.
func (x *Index) sessionCount(p day.Period) int {
	n := 0
	x.walk(p, func(w *week) { n += w.total }, func(y *DayIndex) {
		for k, p := range y.Sessions {
			n += p.Count() << k
		}
	})
	return n
}
