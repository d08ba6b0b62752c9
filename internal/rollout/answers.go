package rollout

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Answers is what somebody says when a rollout is started: the plan is made from
// them and a playbook.
type Answers struct {
	Playbook     string // key
	Organization string
	Architecture Architecture
	Reason       string // why this architecture
	Install      Install
	TimeZone     string // IANA name
	Calendar     Calendar
	Launches     []Launch
	Holders      map[string]Person // by role; a role that is absent is not filled yet

	// InForce are the steps without a way back that were taken before there was a
	// plan, of [InForceKinds], with the day. They are said here or never.
	InForce map[GateKind]day.Date
}

// InForceKinds returns what an organization may have enforced before it starts a rollout.
func InForceKinds() []GateKind { return []GateKind{GateSSO, GateRoles} }

// Launch is the day a wave opens. Wave 0 is a wave that does not exist yet and
// gets Name; On is [day.None] while nobody has said.
type Launch struct {
	Wave int
	Name string
	On   day.Date
}

const (
	maxName     = 120
	maxReason   = 2000
	maxLaunches = 20
	maxDaysOff  = 400
)

// Check reports what cannot be used, as one fault that names the fields: playbook,
// organization, architecture, reason, install, time_zone, weekdays, days_off,
// launch.N (of Launches[N]), holder.KEY and in_force.KIND.
func (a Answers) Check() error {
	c := answerCheck{fields: map[string]string{}}
	if _, ok := PlaybookNamed(a.Playbook); !ok {
		c.say("playbook", "Choose a playbook.")
	}
	c.text("organization", a.Organization, maxName, "Write the organization’s name.")
	if !a.Architecture.Valid() {
		c.say("architecture", "Choose an architecture.")
	}
	c.text("reason", a.Reason, maxReason, "Write why: whoever asks later finds it here.")
	if !a.Install.Valid() {
		c.say("install", "Choose how the desktop app is installed.")
	}
	c.calendar(a.TimeZone, a.Calendar)
	c.launches(a.Launches)
	c.holders(a.Holders)
	for kind, since := range a.InForce {
		if !slices.Contains(InForceKinds(), kind) || !since.Known() {
			c.say("in_force."+string(kind), "Say since which day it is enforced.")
		}
	}
	return c.fault()
}

// CheckLaunches reports what cannot be used about launch dates.
func CheckLaunches(launches []Launch) error {
	c := answerCheck{fields: map[string]string{}}
	c.launches(launches)
	return c.fault()
}

// CheckCalendar reports what cannot be used about a time zone and a calendar.
func CheckCalendar(zone string, cal Calendar) error {
	c := answerCheck{fields: map[string]string{}}
	c.calendar(zone, cal)
	return c.fault()
}

// CheckHolders reports what cannot be used about who holds which role.
func CheckHolders(holders map[string]Person) error {
	c := answerCheck{fields: map[string]string{}}
	c.holders(holders)
	return c.fault()
}

// answerCheck gathers what is wrong, a sentence a field.
type answerCheck struct{ fields map[string]string }

func (c answerCheck) say(field, sentence string) { c.fields[field] = sentence }

func (c answerCheck) fault() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Some answers cannot be used yet.", Fields: c.fields}
}

func (c answerCheck) text(field, value string, most int, absent string) {
	switch {
	case strings.TrimSpace(value) == "":
		c.say(field, absent)
	case utf8.RuneCountInString(value) > most:
		c.say(field, "Use at most "+strconv.Itoa(most)+" characters.")
	case !printable(value):
		c.say(field, "Some characters cannot be kept; type it again.")
	}
}

func (c answerCheck) calendar(zone string, cal Calendar) {
	if _, ok := Zone(zone); !ok {
		c.say("time_zone", "Choose a time zone such as Europe/Lisbon.")
	}
	if len(cal.Weekdays) == 0 {
		c.say("weekdays", "Choose at least one day on which people work.")
	}
	if len(cal.DaysOff) > maxDaysOff {
		c.say("days_off", "Use at most "+strconv.Itoa(maxDaysOff)+" days off.")
	}
}

func (c answerCheck) launches(launches []Launch) {
	if len(launches) == 0 {
		c.say("launch.0", "Name at least one wave.")
	}
	if len(launches) > maxLaunches {
		c.say("launch.0", "Use at most "+strconv.Itoa(maxLaunches)+" waves.")
	}
	var names []string
	for i, l := range launches {
		field := "launch." + strconv.Itoa(i)
		if l.On.Known() && !inReach(l.On) {
			c.say(field, sayOutOfReach)
		}
		if l.Wave == 0 {
			c.text(field, l.Name, maxName, "Name the wave.")
		}
		if folded := strings.ToLower(strings.TrimSpace(l.Name)); l.Name != "" && slices.Contains(names, folded) {
			c.say(field, "Two waves have this name.")
		} else {
			names = append(names, folded)
		}
	}
}

func (c answerCheck) holders(holders map[string]Person) {
	for key, p := range holders {
		field := "holder." + key
		switch {
		case !p.Named() && p.Name == "":
		case !p.Named():
			c.say(field, "Add an email address: tasks are given to it.")
		case !address(p.Email):
			c.say(field, "Write an address like dana@example.com.")
		case p.Name != "":
			c.text(field, p.Name, maxName, "")
		}
	}
}

// address reports whether s looks like an email address.
func address(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && strings.Contains(domain, ".") && len(s) <= 254 &&
		!strings.ContainsAny(s, " \t\r\n<>,;") && !strings.Contains(domain, "@") && printable(s)
}

// printable reports whether s is text without control characters, line breaks aside.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\r' && r != '\t' && (r < ' ' || r == 0x7f)
	})
}

// OddWaves names the waves that open before the one listed before them: an order
// worth a warning, never a refusal.
func OddWaves(launches []Launch) []string {
	var odd []string
	last := day.None
	for _, l := range launches {
		if !l.On.Known() {
			continue
		}
		if l.On < last {
			odd = append(odd, l.Name)
		}
		last = max(last, l.On)
	}
	return odd
}
