package people

import (
	"slices"
	"strings"
	"unicode"
)

// TouchpointKind is what a champion did. Pages offer [TouchpointKinds]; a file may
// say anything else.
type TouchpointKind string

// The kinds that pages offer, spelled as files spell them.
const (
	FirstSetup  TouchpointKind = "first setup"
	Question    TouchpointKind = "question"
	ShowAndTell TouchpointKind = "show-and-tell"
	IssueMet    TouchpointKind = "issue"
	FollowUp    TouchpointKind = "follow-up"
)

// TouchpointKinds returns the kinds that pages offer, in their order.
func TouchpointKinds() []TouchpointKind {
	return []TouchpointKind{FirstSetup, Question, ShowAndTell, IssueMet, FollowUp}
}

// Valid reports whether pages offer the kind.
func (k TouchpointKind) Valid() bool { return slices.Contains(TouchpointKinds(), k) }

// Name is the kind as a heading or a choice says it.
func (k TouchpointKind) Name() string {
	if k == "" {
		return "Not said"
	}
	return strings.ToUpper(string(k[:1])) + string(k[1:])
}

// KindOf returns the kind that a text names in whatever case and with whatever
// between its words, such as FIRST_SETUP; any other text as it is.
func KindOf(text string) TouchpointKind {
	for _, k := range TouchpointKinds() {
		if lettersOf(text) == lettersOf(string(k)) {
			return k
		}
	}
	return TouchpointKind(text)
}

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// Outcome is how a touchpoint ended; "" is not said.
type Outcome string

// The outcomes that pages offer.
const (
	WorksNow      Outcome = "works now"
	WillTry       Outcome = "will try"
	NeedsFollowUp Outcome = "needs a follow-up"
	HandedOn      Outcome = "handed on"
)

// Outcomes returns the outcomes in the order of pages.
func Outcomes() []Outcome { return []Outcome{WorksNow, WillTry, NeedsFollowUp, HandedOn} }

// Valid reports whether o is one of [Outcomes], or not said.
func (o Outcome) Valid() bool { return o == "" || slices.Contains(Outcomes(), o) }

// Name is the outcome as a choice says it.
func (o Outcome) Name() string {
	if o == "" {
		return "Not said"
	}
	return strings.ToUpper(string(o[:1])) + string(o[1:])
}
