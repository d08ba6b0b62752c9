package enablement

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
)

// Hours are where and when the organization works.
type Hours struct {
	Zone  *time.Location
	Works func(day.Date) bool
}

var promise = regexp.MustCompile(`^(?:within |in )?(an?|one|two|three|four|five|\d{1,3}) ?(minutes?|mins?|hours?|h|working days?|business days?|days?|d|weeks?|w)$`)

var numberWords = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

// Deadline returns when somebody has looked at what was reported at a moment, as
// an escalation path says in words: "4 hours", "2 working days", "same day". false
// when the words cannot be read as a time.
func Deadline(within string, from time.Time, h Hours) (time.Time, bool) {
	within = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(within)), "the ")
	today := dayOf(from, h.Zone)
	switch strings.TrimSuffix(within, ".") {
	case "same day":
		return endOf(today, h.Zone), true
	case "next day":
		return endOf(today+1, h.Zone), true
	case "next working day", "next business day":
		return endOf(h.after(today, 1), h.Zone), true
	}
	m := promise.FindStringSubmatch(strings.TrimSuffix(within, "."))
	if m == nil {
		return time.Time{}, false
	}
	n, ok := numberWords[m[1]]
	if !ok {
		n, _ = strconv.Atoi(m[1])
	}
	return h.add(from, n, m[2]), true
}

func (h Hours) add(from time.Time, n int, unit string) time.Time {
	today := dayOf(from, h.Zone)
	switch {
	case strings.HasPrefix(unit, "min"):
		return from.Add(time.Duration(n) * time.Minute)
	case strings.HasPrefix(unit, "h"):
		return from.Add(time.Duration(n) * time.Hour)
	case strings.HasPrefix(unit, "working"), strings.HasPrefix(unit, "business"):
		return endOf(h.after(today, n), h.Zone)
	case strings.HasPrefix(unit, "w"):
		n *= 7
	}
	return endOf(today+day.Date(n), h.Zone)
}

// after returns the nth day after d on which people work.
func (h Hours) after(d day.Date, n int) day.Date {
	for looked := 0; n > 0 && looked < 3*366; looked++ {
		d++
		if h.Works(d) {
			n--
		}
	}
	return d
}

func dayOf(t time.Time, zone *time.Location) day.Date {
	y, m, d := t.In(zone).Date()
	return day.Of(y, m, d)
}

// endOf is the first moment after a day.
func endOf(d day.Date, zone *time.Location) time.Time {
	y, m, dd := (d + 1).Time().Date()
	return time.Date(y, m, dd, 0, 0, 0, 0, zone)
}
