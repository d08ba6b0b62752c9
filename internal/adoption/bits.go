package adoption

import (
	"encoding/binary"
	"math/bits"
)

// Bits is a set of member ordinals. The zero value is the empty set; words past
// the highest member are left out, so sets of different lengths combine freely.
type Bits []uint64

// Has reports whether i is in b.
func (b Bits) Has(i int32) bool {
	w := int(i >> 6)
	return w < len(b) && b[w]&(1<<(uint(i)&63)) != 0
}

// Set adds i to b.
func (b *Bits) Set(i int32) {
	w := int(i >> 6)
	if w >= len(*b) {
		b.grow(w + 1)
	}
	(*b)[w] |= 1 << (uint(i) & 63)
}

// grow makes b n words long, with room for more so that growing word by word stays cheap.
func (b *Bits) grow(n int) {
	had := len(*b)
	if n <= cap(*b) {
		*b = (*b)[:n]
		clear((*b)[had:])
		return
	}
	grown := make(Bits, n, 2*n)
	copy(grown, *b)
	*b = grown
}

// Drop removes i from b.
func (b Bits) Drop(i int32) {
	if w := int(i >> 6); w < len(b) {
		b[w] &^= 1 << (uint(i) & 63)
	}
}

// top returns one more than the highest member, 0 for the empty set.
func (b Bits) top() int {
	b = b.Trim()
	if len(b) == 0 {
		return 0
	}
	return 64*len(b) - bits.LeadingZeros64(b[len(b)-1])
}

// Any reports whether b has a member.
func (b Bits) Any() bool {
	for _, w := range b {
		if w != 0 {
			return true
		}
	}
	return false
}

// Meets reports whether b and c have a member in common.
func (b Bits) Meets(c Bits) bool {
	for i := range min(len(b), len(c)) {
		if b[i]&c[i] != 0 {
			return true
		}
	}
	return false
}

// Count returns the number of members.
func (b Bits) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// CountAnd returns the number of members of b that are in c.
func (b Bits) CountAnd(c Bits) int {
	if len(c) < len(b) {
		b, c = c, b
	}
	n := 0
	c = c[:len(b)]
	for i, w := range b {
		n += bits.OnesCount64(w & c[i])
	}
	return n
}

// And returns the members of both.
func (b Bits) And(c Bits) Bits {
	n := min(len(b), len(c))
	out := make(Bits, n)
	for i := range out {
		out[i] = b[i] & c[i]
	}
	return out
}

// Minus returns the members of b that are not in c.
func (b Bits) Minus(c Bits) Bits {
	out := make(Bits, len(b))
	copy(out, b)
	for i := range min(len(b), len(c)) {
		out[i] &^= c[i]
	}
	return out
}

// Or returns the members of either.
func (b Bits) Or(c Bits) Bits {
	out := make(Bits, max(len(b), len(c)))
	copy(out, b)
	out.Add(c)
	return out
}

// Add puts every member of c into b.
func (b *Bits) Add(c Bits) {
	if len(c) > len(*b) {
		grown := make(Bits, len(c))
		copy(grown, *b)
		*b = grown
	}
	to := (*b)[:len(c)]
	for i, w := range c {
		to[i] |= w
	}
}

// Each calls fn with every member in ascending order.
func (b Bits) Each(fn func(int32)) {
	for i, w := range b {
		for w != 0 {
			fn(int32(i<<6 + bits.TrailingZeros64(w)))
			w &= w - 1
		}
	}
}

// Trim drops empty words at the end, so that equal sets have equal bytes.
func (b Bits) Trim() Bits {
	n := len(b)
	for n > 0 && b[n-1] == 0 {
		n--
	}
	return b[:n:n]
}

// Bytes writes b as little-endian words, trimmed; nil for the empty set.
func (b Bits) Bytes() []byte {
	b = b.Trim()
	if len(b) == 0 {
		return nil
	}
	out := make([]byte, 8*len(b))
	for i, w := range b {
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	return out
}

// BitsOf reads what [Bits.Bytes] wrote. A length that is no multiple of eight loses its tail.
func BitsOf(p []byte) Bits {
	if len(p) < 8 {
		return nil
	}
	out := make(Bits, len(p)/8)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	return out
}
