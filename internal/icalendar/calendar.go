// Package icalendar writes calendars for calendar clients, as RFC 5545 has them.
// It knows moments, days and texts, never what they are about: whoever has texts from
// people may hand them over as they are.
package icalendar

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"groundswell/internal/day"
)

// Status says how sure an event is.
type Status string

// The statuses.
const (
	Tentative Status = "TENTATIVE"
	Confirmed Status = "CONFIRMED"
	Cancelled Status = "CANCELLED"
)

// Event is one entry of a calendar: a time, or a whole day when On is known.
type Event struct {
	UID      string // the same for as long as the entry lives; of our own making
	Sequence int    // counts its changes up
	Status   Status
	Summary  string
	Text     string
	Place    string
	Link     string // an address of our own making
	Start    time.Time
	End      time.Time
	On       day.Date // the whole day; day.None: Start and End hold
}

// Calendar is what a client gets.
type Calendar struct {
	Name    string
	Refresh time.Duration // how often a client asks again; whole hours
	Stamp   time.Time     // when it was last put together
	Events  []Event
}

// product names who wrote the file.
const product = "-//Groundswell//Calendar//EN"

// Write returns c as a file: lines folded, texts escaped, times in UTC, so that no
// client has to know a zone.
func (c Calendar) Write() []byte {
	cal := ics.NewCalendarFor("Groundswell")
	cal.SetProductId(product)
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(clean(c.Name))
	cal.SetXWRCalName(clean(c.Name))
	every := fmt.Sprintf("PT%dH", max(1, int(c.Refresh.Hours())))
	cal.SetRefreshInterval(every)
	cal.SetXPublishedTTL(every)
	for _, e := range c.Events {
		e.write(cal.AddEvent(clean(e.UID)), c.Stamp)
	}
	return []byte(cal.Serialize(ics.WithNewLine("\r\n")))
}

func (e Event) write(v *ics.VEvent, stamp time.Time) {
	v.SetDtStampTime(stamp)
	v.SetSequence(e.Sequence)
	v.SetStatus(ics.ObjectStatus(e.Status))
	v.SetSummary(clean(e.Summary))
	for _, p := range []struct {
		set  func(string, ...ics.PropertyParameter)
		text string
	}{{v.SetDescription, e.Text}, {v.SetLocation, e.Place}} {
		if text := clean(p.text); text != "" {
			p.set(text)
		}
	}
	if e.Link != "" {
		v.SetURL(e.Link)
	}
	if e.On.Known() {
		v.SetAllDayStartAt(e.On.Time())
		v.SetAllDayEndAt((e.On + 1).Time())
		v.SetTimeTransparency(ics.TransparencyTransparent)
		return
	}
	v.SetStartAt(e.Start)
	v.SetEndAt(e.End)
}

// clean keeps what a text may hold: no control characters besides line breaks, which
// are all written alike, and valid UTF-8.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
