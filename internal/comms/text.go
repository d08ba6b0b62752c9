package comms

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// The most letters that the parts of a message may have, and the most hours it may be of use.
const (
	MaxTitle       = 120
	MaxSubject     = 150
	MaxBody        = 20_000
	MaxName        = 200
	MaxUsefulHours = 24 * 30
)

// Draft is what a form says about a message.
type Draft struct {
	Stage     Stage
	Title     string
	Owner     Person
	Approver  Person
	Wave      int
	HeldForGo bool
	Every     Every
	Until     day.Date
	UsefulFor time.Duration
	Subject   string
	Body      string
	Audience  Audience
	Channels  []int
	Mandatory bool
}

// DraftOf is a message as its form shows it.
func DraftOf(m Message) Draft {
	return Draft{
		Stage: m.Stage, Title: m.Title, Owner: m.Owner, Approver: m.Approver, Wave: m.Wave, HeldForGo: m.HeldForGo, Every: m.Every, Until: m.Until,
		UsefulFor: m.UsefulFor, Subject: m.Subject, Body: m.Body, Audience: m.Audience, Channels: slices.Clone(m.Channels), Mandatory: m.Mandatory,
	}
}

// Clean returns d as it is kept: without spaces around what is one line, channels in order.
func (d Draft) Clean() Draft {
	d.Title, d.Subject = strings.TrimSpace(d.Title), strings.TrimSpace(d.Subject)
	d.Body = strings.TrimSpace(strings.ReplaceAll(d.Body, "\r\n", "\n"))
	d.Owner, d.Approver = d.Owner.clean(), d.Approver.clean()
	d.Channels = slices.Compact(slices.Sorted(slices.Values(d.Channels)))
	return d
}

func (p Person) clean() Person {
	return Person{Name: oneLine(p.Name), Email: strings.TrimSpace(p.Email)}
}

// Check says what of a draft cannot be used, by field: Invalid, or nil.
func (d Draft) Check() error {
	wrong := map[string]string{}
	put := func(field, say string) {
		if say != "" && wrong[field] == "" {
			wrong[field] = say
		}
	}
	put("title", checkLine("a title", d.Title, MaxTitle))
	put("subject", checkLine("a subject", d.Subject, MaxSubject))
	put("subject", unknownPlaceholder(d.Subject))
	put("subject", linkInSubject(d.Subject))
	put("body", checkBody(d.Body))
	put("body", unknownPlaceholder(d.Body))
	d.checkPlan(put)
	d.checkWay(put)
	if len(wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Some of this cannot be used yet.", Fields: wrong}
}

// checkPlan says what of the plan cannot be used.
func (d Draft) checkPlan(put func(field, say string)) {
	if !d.Stage.Valid() {
		put("stage", "Choose when in a launch it belongs.")
	}
	if !d.Every.Valid() {
		put("every", "Choose how often it goes out.")
	}
	if d.UsefulFor < time.Hour || d.UsefulFor > MaxUsefulHours*time.Hour {
		put("useful", "Give the hours it is of use for, from 1 to "+strconv.Itoa(MaxUsefulHours)+".")
	}
	if d.HeldForGo && d.Wave == 0 {
		put("held", "Only a message of a wave can wait for its go. Choose the wave, or let it go out by itself.")
	}
	put("owner", checkPerson(d.Owner))
	put("approver", checkPerson(d.Approver))
}

// checkWay says what of audience and channels cannot be used.
func (d Draft) checkWay(put func(field, say string)) {
	if !d.Audience.Valid() {
		put("audience", "Choose whom it is for.")
	}
	if len(d.Channels) == 0 {
		put("channels", "Choose at least one way it goes out.")
	}
}

func checkPerson(p Person) string {
	switch {
	case utf8.RuneCountInString(p.Name) > MaxName:
		return "This name is longer than " + strconv.Itoa(MaxName) + " letters."
	case p.Email == "" && p.Name != "":
		return "Give their address, or choose them from the search."
	case p.Email != "" && !Usable(p.Email):
		return "This is no address that mail can be sent to."
	}
	return ""
}

// checkLine says what is wrong with a text of one line.
func checkLine(what, text string, most int) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "Write " + what + "."
	case utf8.RuneCountInString(text) > most:
		return "This is longer than " + strconv.Itoa(most) + " letters."
	case strings.ContainsFunc(text, controls):
		return "This holds a line break or another control character. Write it on one line."
	}
	return ""
}

// controls reports whether a letter controls how text is shown or sent.
func controls(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

func linkInSubject(subject string) string {
	for _, p := range Uses(subject) {
		if p.Link {
			return "A subject cannot hold an address. Put {{" + p.Name + "}} into the text."
		}
	}
	return ""
}

func checkBody(body string) string {
	switch {
	case strings.TrimSpace(body) == "":
		return "Write what people are told."
	case utf8.RuneCountInString(body) > MaxBody:
		return "This is longer than " + strconv.Itoa(MaxBody) + " letters."
	case strings.ContainsFunc(body, func(r rune) bool { return controls(r) && r != '\n' && r != '\r' && r != '\t' }):
		return "This holds control characters that mail cannot carry. Type it anew."
	}
	return ""
}
