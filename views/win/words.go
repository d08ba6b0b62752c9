package win

import (
	"strconv"

	"groundswell/internal/value"
	"groundswell/views/ui"
)

// befores says what a win was before, as the sheet asks it and as a list tells it.
var befores = map[value.Before][2]string{
	value.New:    {"No, it’s new work", "New work"},
	value.Slower: {"Yes, slower", "Done slower before"},
	value.Worse:  {"Yes, less well", "Done less well before"},
}

// BeforeLabel tells whether the work was done before.
func BeforeLabel(b value.Before) string { return befores[b][1] }

// StateLabel is a state in words.
func StateLabel(s value.State) string { return chip(s).Label }

func chip(s value.State) ui.ChipProps {
	switch s {
	case value.Published:
		return ui.ChipProps{Label: "Published", Tone: ui.ToneGood, Icon: ui.IconCheck}
	case value.Withdrawn:
		return ui.ChipProps{Label: "Withdrawn", Icon: ui.IconEyeOff}
	}
	return ui.ChipProps{Label: "Waits for a lead", Tone: ui.ToneTide, Icon: ui.IconClock}
}

// hoursShort is how a chip says hours: 1, 2, 3, 5+.
func hoursShort(h value.Hours) string {
	if h == 5 {
		return "5+"
	}
	return strconv.Itoa(int(h))
}

// HoursLabel says hours freed a week, "" when they are not said.
func HoursLabel(h value.Hours) string {
	switch h {
	case 0:
		return ""
	case 1:
		return "1 hour a week"
	case 5:
		return "5 hours a week or more"
	}
	return hoursShort(h) + " hours a week"
}

// agreed says whether the person may be named.
func agreed(yes bool) string {
	if yes {
		return "Agreed to be named"
	}
	return "Not agreed to be named yet"
}
