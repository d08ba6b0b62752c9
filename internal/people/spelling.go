package people

import "strings"

// closest returns the name that is spelled most like name, "" when none is near.
// Names that differ in a number are different on purpose: Wave 1, Wave 2.
func closest(name string, among []string) string {
	best, least := "", len(name)
	want := []rune(strings.ToLower(name))
	most := max(1, len(want)/4)
	for _, other := range among {
		if numbers(other) != numbers(name) {
			continue
		}
		d := distance(want, []rune(strings.ToLower(other)), most)
		if d <= most && d < least {
			best, least = other, d
		}
	}
	return best
}

// numbers returns the digits of a name.
func numbers(name string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, name)
}

// distance counts the letters to put in, take out or replace to get from a to b;
// beyond most it stops counting.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range a {
		before := row[0] // of the row above, one to the left
		row[0] = i + 1
		for j, q := range b {
			cost := before
			if r != q {
				cost = 1 + min(before, row[j], row[j+1])
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
