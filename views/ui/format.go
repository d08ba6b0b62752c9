package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Date writes the day t falls on: Thu 19 Nov, and Thu 20 Nov 2025 when its year
// is not today's.
func Date(t, today time.Time) string { return t.Format("Mon 2 Jan" + yearSuffix(t, today)) }

// DayMonth writes a day without its weekday, for axes and ranges: 19 Nov.
func DayMonth(t, today time.Time) string { return t.Format("2 Jan" + yearSuffix(t, today)) }

// DateRange writes the days from one to the other: 26 Oct – 18 Nov, 2 – 8 Nov.
func DateRange(from, to, today time.Time) string {
	switch {
	case from.Equal(to):
		return DayMonth(from, today)
	case from.Year() != to.Year():
		return from.Format("2 Jan 2006") + " – " + to.Format("2 Jan 2006")
	case from.Month() == to.Month():
		return from.Format("2") + " – " + DayMonth(to, today)
	}
	return from.Format("2 Jan") + " – " + DayMonth(to, today)
}

// Clock writes the time of day: 06:12. The caller has put t into the organization's zone.
func Clock(t time.Time) string { return t.Format("15:04") }

// Ago writes how long ago something was, to one unit: just now, 2 min ago, 3 h ago, 4 days ago.
func Ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

func yearSuffix(t, today time.Time) string {
	if t.Year() == today.Year() {
		return ""
	}
	return " 2006"
}

// Whole is any whole number.
type Whole interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32
}

// Count writes a number of things: 1,180.
func Count[N Whole](n N) string { return grouped(float64(n), 0) }

// Counted writes a number with its noun: 1 person, 1,180 people.
func Counted[N Whole](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// Percent writes a ratio to the whole percent: 0.64 is 64%.
func Percent(ratio float64) string { return Decimal(ratio*100, 0) + "%" }

// PercentTenth writes a ratio to a tenth of a percent, for headline figures: 0.8 is 80.0%.
func PercentTenth(ratio float64) string { return Decimal(ratio*100, 1) + "%" }

// Decimal writes a number with this many places: 5.8, 1,204.50.
func Decimal(v float64, places int) string { return grouped(v, places) }

// Points writes the size of a change between two ratios: 0.061 is 6.1 pts. The
// direction is the arrow's to say, so the sign is left out.
func Points(change float64) string {
	text := Decimal(math.Abs(change)*100, 1)
	if text == "1.0" {
		return text + " pt"
	}
	return text + " pts"
}

// USD writes an amount of dollars: $11.20, and $1,204 from a thousand on.
func USD(v float64) string {
	places := 2
	if math.Abs(v) >= 1000 {
		places = 0
	}
	s := Decimal(math.Abs(v), places)
	if v < 0 && strings.Trim(s, "0.,") != "" {
		return "−$" + s
	}
	return "$" + s
}

// Initials returns the one or two letters that stand for a name.
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}

// plain writes a number for an attribute, without separators.
func plain(n int) string { return strconv.Itoa(n) }

// WholeMonths says to those who see whole months why the period is not the one they asked for.
const WholeMonths = "You see whole calendar months: the last one of the days asked for that is over."
