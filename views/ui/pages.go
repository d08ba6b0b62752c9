package ui

import "fmt"

// PageOf cuts a long list into pages of size entries and returns the bounds of
// page number at (from 1; numbers out of range mean the nearest page) with the
// foot that leads to its neighbours; no foot while everything fits on one page.
// address is a page's address by its number.
func PageOf(n, at, size int, address func(page int) string) (from, to int, foot *PagesProps) {
	if n <= size {
		return 0, n, nil
	}
	last := (n + size - 1) / size
	at = min(max(at, 1), last)
	from, to = (at-1)*size, min(at*size, n)
	foot = &PagesProps{Label: fmt.Sprintf("%s–%s of %s", Count(from+1), Count(to), Count(n))}
	if at > 1 {
		foot.Prev = address(at - 1)
	}
	if at < last {
		foot.Next = address(at + 1)
	}
	return from, to, foot
}
