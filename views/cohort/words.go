package cohort

import (
	"math"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/adoption"
)

// unassigned is the slug of the people without a place.
const unassigned = "unassigned"

// Words names a dimension: one cohort of it, and several.
func Words(b adoption.By) (one, many string) {
	switch b {
	case adoption.ByDepartment:
		return "department", "departments"
	case adoption.ByWave:
		return "wave", "waves"
	}
	return "group", "groups"
}

// Capital returns s with its first letter in upper case.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// missing returns how many more people it takes for a rate to reach its target,
// never less than 0; nil where that is not known.
func missing(f adoption.Figure) *int {
	if f.Withheld || f.Numerator == nil || f.Denominator == nil || f.Target == nil {
		return nil
	}
	// a hair less, so that a target that is met exactly in people misses nobody
	n := max(0, int(math.Ceil(*f.Target*float64(*f.Denominator)-1e-9)-float64(*f.Numerator)))
	return &n
}
