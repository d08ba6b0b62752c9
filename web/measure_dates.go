package web

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// readDay reads a day as typed; nil when nothing was. What is wrong goes into errs under name.
func readDay(typed, name string, errs map[string]string) *day.Date {
	if typed == "" {
		return nil
	}
	d, err := day.Parse(typed)
	if err != nil {
		errs[name] = wrongDay(typed)
		return nil
	}
	if d < adoption.FirstDay {
		errs[name] = "Nothing is known before " + adoption.FirstDay.String() + "."
		return nil
	}
	return &d
}

var dayShape = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)

// wrongDay says what is wrong with a day and, where it can, which one was meant.
func wrongDay(typed string) string {
	m := dayShape.FindStringSubmatch(typed)
	if m == nil {
		return "Write the day like 2026-03-28."
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	if month < 1 || month > 12 {
		return "There are twelve months. Write the day like 2026-03-28."
	}
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC)
	return fmt.Sprintf("%s has %d days. Try %s.", last.Format("January"), last.Day(), last.Format(time.DateOnly))
}

// periodErrors turns what the index says about a period into errors of the date fields.
func periodErrors(err error) map[string]string {
	var f *fault.Error
	if errors.As(err, &f) && len(f.Fields) > 0 {
		return f.Fields
	}
	return map[string]string{"from": "These days cannot be used."}
}
