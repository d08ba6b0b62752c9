package adoption

import (
	"fmt"
	"math/big"
	"strings"
)

// Money is an exact amount of US dollars. The API reports fractional cents as
// decimal strings; no float ever holds one. The zero Money is $0.
type Money struct{ cents *big.Rat }

// ParseCents reads a decimal string of (fractional) cents, "1234.5678".
func ParseCents(s string) (Money, error) {
	if s == "" || strings.ContainsAny(s, "/eExXpP_ ") || len(s) > 60 {
		return Money{}, fmt.Errorf("%q is not a decimal number of cents", s)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Money{}, fmt.Errorf("%q is not a decimal number of cents", s)
	}
	return Money{r}, nil
}

// ParseUSD reads a decimal string of dollars.
func ParseUSD(s string) (Money, error) {
	m, err := ParseCents(s)
	if err != nil {
		return Money{}, fmt.Errorf("%q is not a decimal number of dollars", s)
	}
	return Money{m.cents.Mul(m.cents, big.NewRat(100, 1))}, nil
}

func (m Money) rat() *big.Rat {
	if m.cents == nil {
		return new(big.Rat)
	}
	return m.cents
}

// Plus returns m + n.
func (m Money) Plus(n Money) Money { return Money{new(big.Rat).Add(m.rat(), n.rat())} }

// Times returns m × r.
func (m Money) Times(r *big.Rat) Money { return Money{new(big.Rat).Mul(m.rat(), r)} }

// Sign returns -1, 0 or 1.
func (m Money) Sign() int { return m.rat().Sign() }

// Over returns m / n as a float, for ratios. n must not be zero.
func (m Money) Over(n Money) float64 {
	f, _ := new(big.Rat).Quo(m.rat(), n.rat()).Float64()
	return f
}

// Cents returns m in cents as an exact decimal string, for storage.
func (m Money) Cents() string { return decimal(m.rat()) }

// USD returns m in dollars as a decimal string: exact, with at least two places;
// an amount without a finite expansion is rounded to ten places.
func (m Money) USD() string {
	s := decimal(new(big.Rat).Quo(m.rat(), big.NewRat(100, 1)))
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) < 2 {
		frac += "0"
	}
	return whole + "." + frac
}

const maxPlaces = 10

func decimal(r *big.Rat) string {
	n, exact := r.FloatPrec()
	if !exact {
		n = maxPlaces
	}
	return r.FloatString(n)
}
