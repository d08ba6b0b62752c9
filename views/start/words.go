package start

import (
	"strings"
	"time"

	"groundswell/views/ui"
)

func waveFacts(waves []WaveField) []ui.Pair {
	var out []ui.Pair
	for _, w := range waves {
		opens := "No day yet"
		if w.Opens != "" {
			opens = w.Opens
		}
		out = append(out, ui.Pair{Name: w.Name, Value: opens})
	}
	return out
}

func holderFacts(holders []HolderField) []ui.Pair {
	var out []ui.Pair
	for _, h := range holders {
		who := "Not filled yet"
		if h.Email != "" {
			who = h.Name
		}
		out = append(out, ui.Pair{Name: h.Role, Value: who})
	}
	return out
}

func (c CalendarForm) facts() []ui.Pair {
	var days []string
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); c.Weekdays[d] {
			days = append(days, d.String()[:3])
		}
	}
	return []ui.Pair{
		{Name: "Time zone", Value: c.TimeZone},
		{Name: "Working days", Value: strings.Join(days, ", ")},
		{Name: "Days off", Value: orNothing(strings.Join(strings.Fields(c.DaysOff), ", "))},
	}
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
