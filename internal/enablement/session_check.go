package enablement

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

// The bounds of what is typed.
const (
	MinMinutes  = 5
	MaxMinutes  = 24 * 60
	MaxCapacity = 100_000

	maxName  = 120 // letters, like the next
	maxAbout = 2000
	maxLink  = 500

	farthest = 2 * 366 // days ahead
)

// sayWrong is said above a form whose fields say the rest.
const sayWrong = "Nothing was kept: look at the marked fields."

// wrong collects what is wrong with the fields of a form.
type wrong map[string]string

func (w wrong) add(field, say string) {
	if say != "" && w[field] == "" {
		w[field] = say
	}
}

// fault is nil when nothing is wrong.
func (w wrong) fault() error {
	if len(w) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: sayWrong, Fields: w}
}

// tidy returns o as it is kept: without spaces around what was typed, features
// once each in their order.
func (o Outline) tidy() Outline {
	o.Name, o.Place, o.Link = line(o.Name), line(o.Place), strings.TrimSpace(o.Link)
	o.Host.Name, o.Host.Email = line(o.Host.Name), strings.TrimSpace(o.Host.Email)
	o.About = strings.TrimSpace(strings.ReplaceAll(o.About, "\r\n", "\n"))
	given := o.Features
	o.Features = []Feature{}
	for _, f := range Features() {
		if slices.Contains(given, f) {
			o.Features = append(o.Features, f)
		}
	}
	return o
}

// line puts text on one line.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// check notes what is wrong with a tidy outline.
func (o Outline) check(w wrong) {
	w.add("name", textWrong(o.Name, maxName, "Give the session a name."))
	if !o.Kind.Valid() {
		w.add("kind", "Choose what kind of session it is.")
	}
	if o.Kind == Department && o.Department.Everybody() {
		w.add("department", "Choose the department this session is for.")
	}
	if _, ok := clock(o.Starts); !ok {
		w.add("starts", "Write the time like 15:30.")
	}
	if _, ok := zone(o.Zone); !ok {
		w.add("zone", "Write a time zone like Europe/Berlin.")
	}
	if o.Minutes < MinMinutes || o.Minutes > MaxMinutes {
		w.add("minutes", fmt.Sprintf("Write how many minutes it takes, from %d to %d.", MinMinutes, MaxMinutes))
	}
	w.add("place", textWrong(o.Place, maxName, ""))
	w.add("link", linkWrong(o.Link))
	w.add("host_name", textWrong(o.Host.Name, maxName, ""))
	w.add("host_email", addressWrong(o.Host.Email))
	if c := o.Capacity; c != nil && (*c < 1 || *c > MaxCapacity) {
		w.add("capacity", "Write how many people fit in, at least 1, or leave it empty for no limit.")
	}
	w.add("about", textWrong(o.About, maxAbout, ""))
}

// textWrong says what is wrong with text of at most so many letters; missing is
// said of none, "" where none is fine.
func textWrong(text string, most int, missing string) string {
	switch {
	case text == "":
		return missing
	case utf8.RuneCountInString(text) > most:
		return "Use at most " + strconv.Itoa(most) + " letters."
	}
	return ""
}

// linkWrong says why a link cannot be opened by everybody who gets it.
func linkWrong(link string) string {
	if link == "" {
		return ""
	}
	u, err := url.Parse(link)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "Write a link that begins with https:// or http://."
	case u.User != nil:
		return "Leave the user name and password out of the link: everybody who signs up reads it."
	case len(link) > maxLink:
		return "Use at most " + strconv.Itoa(maxLink) + " letters."
	}
	return ""
}

func addressWrong(address string) string {
	if address == "" {
		return ""
	}
	if len(address) > sheet.MaxAddress {
		return "Use at most " + strconv.Itoa(sheet.MaxAddress) + " letters."
	}
	if _, err := sheet.Address("address", address); err != nil {
		return fault.Say(err)
	}
	return ""
}

// checkTime notes why a session cannot take place on a day.
func checkTime(w wrong, o Outline, on day.Date, now time.Time) {
	if _, ok := clock(o.Starts); !ok || w["zone"] != "" {
		return
	}
	at, exact := moment(on, o.Starts, o.Zone)
	switch {
	case !on.Known():
		w.add("day", "Choose a day.")
	case !at.After(now):
		w.add("day", "This time has passed. Plan what is ahead; what was held comes in with an attendance file.")
	case on > day.FromTime(now)+farthest:
		w.add("day", "Choose a day within the next two years.")
	case !exact:
		w.add("starts", "On this day the clocks of "+o.Zone+" skip this time. Choose another.")
	}
}

// Taken is the fault that a session of the same name and kind is known on that day already.
func Taken(s Session) error {
	return fault.Field("name", "“"+s.Name+"” is there on "+dayText(s.Day)+" already, as "+article(s.Kind)+". Give this one another name or day, or change that one.")
}

func article(k Kind) string {
	switch k {
	case AllStaff101:
		return "an all-staff 101"
	case Department:
		return "a department session"
	case OfficeHours:
		return "office hours"
	}
	return "a user group"
}

// dayText writes a day as people read it: Thu 19 Nov 2026.
func dayText(d day.Date) string { return d.Time().Format("Mon 2 Jan 2006") }
