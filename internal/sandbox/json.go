package sandbox

import (
	"encoding/json"
	"strconv"

	"groundswell/internal/day"
)

// appendString writes a JSON string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string always marshals
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// str writes ,"name":"value".
func str(b []byte, name, v string) []byte {
	b = append(append(b, `,"`...), name...)
	return appendString(append(b, `":`...), v)
}

// strOrNull writes ,"name":"value", and null for "".
func strOrNull(b []byte, name, v string) []byte {
	if v == "" {
		return raw(b, name, "null")
	}
	return str(b, name, v)
}

// raw writes ,"name":v where v is JSON already.
func raw(b []byte, name, v string) []byte {
	b = append(append(b, `,"`...), name...)
	return append(append(b, `":`...), v...)
}

// num writes ,"name":v.
func num(b []byte, name string, v int) []byte {
	b = append(append(b, `,"`...), name...)
	return strconv.AppendInt(append(b, `":`...), int64(v), 10)
}

// boolean writes ,"name":v.
func boolean(b []byte, name string, v bool) []byte { return raw(b, name, strconv.FormatBool(v)) }

// at writes ,"name":"2026-03-01T09:14:00Z".
func at(b []byte, name string, d day.Date, minute int) []byte {
	b = append(append(b, `,"`...), name...)
	b = append(b, `":"`...)
	b = d.Time().AppendFormat(b, "2006-01-02")
	b = append(b, 'T')
	b = twoDigits(b, minute/60%24)
	b = append(b, ':')
	b = twoDigits(b, minute%60)
	return append(b, `:00Z"`...)
}

func twoDigits(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// strs writes ,"name":["a","b"].
func strs(b []byte, name string, vs []string) []byte {
	b = append(append(b, `,"`...), name...)
	b = append(b, `":[`...)
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, v)
	}
	return append(b, ']')
}

// object runs fill between braces and drops the comma that its first field begins with.
func object(b []byte, fill func([]byte) []byte) []byte {
	b = append(b, '{')
	mark := len(b)
	b = fill(b)
	if len(b) > mark {
		b = append(b[:mark], b[mark+1:]...)
	}
	return append(b, '}')
}

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// tag makes the 22 characters that follow the 01 of an id.
func tag(seed uint64, kind string, n uint64) string {
	r := rng(hash(seed, kind) ^ mix(n+1))
	out := make([]byte, 22)
	for i := range out {
		out[i] = alphabet[r.next()%uint64(len(alphabet))]
	}
	return string(out)
}

// rng is splitmix64: small, fast and the same everywhere.
type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	return mix(uint64(*r))
}

// chance is true with probability permille/1000.
func (r *rng) chance(permille int) bool { return int(r.next()%1000) < permille }

// upTo returns 0…n-1.
func (r *rng) upTo(n int) int { return int(r.next() % uint64(n)) }

// between returns lo…hi.
func (r *rng) between(lo, hi int) int { return lo + r.upTo(hi-lo+1) }

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func hash(seed uint64, s string) uint64 {
	h := seed ^ 0xcbf29ce484222325
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return mix(h)
}
