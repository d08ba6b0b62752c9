package comms

import (
	"strings"
	"unicode/utf8"

	"groundswell/internal/fault"
)

// What a channel's settings may be.
const (
	MaxChannelName = 80
	MaxPerMinute   = 6000
)

// ChannelEdit is what people say about a channel.
type ChannelEdit struct {
	Name      string
	PerMinute int
}

// Checked returns e without white space around its name, or what is wrong with it.
func (e ChannelEdit) Checked() (ChannelEdit, error) {
	e.Name = strings.Join(strings.Fields(e.Name), " ")
	wrong := map[string]string{}
	switch n := utf8.RuneCountInString(e.Name); {
	case n == 0:
		wrong["name"] = "Give it the name that people know, such as #cowork-news."
	case n > MaxChannelName:
		wrong["name"] = "A name has at most 80 letters."
	}
	if e.PerMinute < 1 || e.PerMinute > MaxPerMinute {
		wrong["per_minute"] = "Write a number from 1 to 6000."
	}
	if len(wrong) > 0 {
		return e, &fault.Error{Kind: fault.Invalid, Say: "Nothing was saved: something in the form is not right.", Fields: wrong}
	}
	return e, nil
}
