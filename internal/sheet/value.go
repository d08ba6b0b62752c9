package sheet

import (
	"strings"
	"time"

	"groundswell/internal/day"
)

// Days that a file may name.
var (
	earliest = day.Of(2000, time.January, 1)
	latest   = day.Of(2100, time.January, 1)
)

// ahead is how far the calendar of the easternmost people is before UTC.
const ahead = 14 * time.Hour

// Date reads the day in a cell.
func Date(cell string) (day.Date, error) {
	d, err := day.Parse(cell)
	switch {
	case cell == "":
		return 0, Wrong("The date is missing.")
	case err != nil:
		return 0, Wrong("“%s” is no date: write 2026-03-28.", shorten(cell))
	case d < earliest || d >= latest:
		return 0, Wrong("%s cannot be meant: it lies before 2000 or after 2099.", cell)
	}
	return d, nil
}

// PastDate reads a day that has begun somewhere on earth at now.
func PastDate(cell string, now time.Time) (day.Date, error) {
	d, err := Date(cell)
	if err == nil && d > day.FromTime(now.Add(ahead)) {
		return 0, Wrong("%s lies in the future.", cell)
	}
	return d, err
}

// MaxAddress is the length of the longest email address.
const MaxAddress = 254

// Address reads the email address in a cell of a column. Addresses are kept as
// written and compared with [Fold].
func Address(column, cell string) (string, error) {
	local, domain, ok := strings.Cut(cell, "@")
	switch {
	case cell == "":
		return "", Wrong("The %s is missing.", column)
	case strings.ContainsFunc(cell, func(r rune) bool { return r > '~' || r < ' ' }):
		return "", Wrong("“%s” holds letters that an address cannot be matched by.", shorten(cell))
	case !ok || local == "" || domain == "" || strings.ContainsAny(cell, " ,;:<>()[]\"\\") || strings.Contains(domain, "@") ||
		strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, ".."):
		return "", Wrong("“%s” is no email address.", shorten(cell))
	}
	return cell, nil
}

// Fold returns the form in which addresses are compared.
func Fold(address string) string { return strings.ToLower(address) }
