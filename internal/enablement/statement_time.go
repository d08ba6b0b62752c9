package enablement

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// timeLayouts are the ways ISO 8601 writes a moment with its zone.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07"}

// readTime reads when something happened, to the microsecond; zero when it is not said.
func readTime(text *string, now time.Time) (at time.Time, why string) {
	if text == nil {
		return time.Time{}, ""
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, *text)
		if err != nil {
			continue
		}
		switch t = t.UTC().Truncate(time.Microsecond); {
		case t.After(now.Add(ahead)):
			return at, "its timestamp lies in the future"
		case t.Before(since):
			return at, "its timestamp lies before 2020"
		}
		return t, ""
	}
	return at, "its timestamp is no ISO 8601 time with a zone"
}

// durationShape is ISO 8601's duration: weeks, or the rest of it.
var durationShape = regexp.MustCompile(`^P(?:(\d+(?:\.\d+)?)W|(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)D)?` +
	`(T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?)$`)

// readDuration reads how long somebody was at it, to the nearest minute. What
// is longer than a day, or counted in years or months, is no length of a session
// and counts as not reported.
func readDuration(r *rawResult) (minutes *int, why string) {
	if r == nil || r.Duration == nil {
		return nil, ""
	}
	m := durationShape.FindStringSubmatch(*r.Duration)
	if m == nil || m[5] == "T" || strings.Join(m[1:], "") == "" {
		return nil, "the duration of its result is no ISO 8601 duration"
	}
	if m[2]+m[3] != "" {
		return nil, ""
	}
	total := 0.0
	for part, inMinutes := range map[int]float64{1: 7 * 24 * 60, 4: 24 * 60, 6: 60, 7: 1, 8: 1.0 / 60} {
		if m[part] == "" {
			continue
		}
		n, err := strconv.ParseFloat(m[part], 64)
		if err != nil {
			return nil, ""
		}
		total += n * inMinutes
	}
	if total > maxMinutes {
		return nil, ""
	}
	n := int(math.Round(total))
	return &n, ""
}
