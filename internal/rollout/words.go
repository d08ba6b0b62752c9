package rollout

import "strconv"

// amount writes a count with its thousands apart: "4,338".
func amount(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// several writes a count with its noun: "1 person", "138 people".
func several(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return amount(n) + " " + many
}

// either picks the verb for a count.
func either(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
