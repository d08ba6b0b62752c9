package deliver

import (
	"errors"
	"net/textproto"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// State is what is known of something that was sent.
type State string

// The states.
const (
	Sent    State = "sent"    // the other side said that it has it
	Refused State = "refused" // the other side will not have it, now or later
	Retry   State = "retry"   // it did not arrive, and may when tried again
	Unknown State = "unknown" // it may have arrived; trying again might double it
)

// Receipt is what became of one try.
type Receipt struct {
	State   State
	Code    int    // of the answer; 0: there was none
	Say     string // the answer in a few words, without addresses
	Down    bool   // nothing about this one: the other side cannot be used at all now
	Address bool   // the address is what was refused

	After time.Duration // the other side asks to wait so long; 0: it said nothing
}

// maxSay bounds what is kept of an answer, in runes.
const maxSay = 200

// anAddress finds mail addresses and links in an answer.
var anAddress = regexp.MustCompile(`<[^<>\s]*@[^<>\s]*>|[^\s<>"'(),;:]+@[^\s<>"'(),;]+|https?://\S+`)

// sayable makes an answer fit to be kept: one line, bounded, without addresses and without the words of hide.
func sayable(answer string, hide ...string) string {
	answer = anAddress.ReplaceAllString(strings.ToValidUTF8(answer, ""), "…")
	for _, h := range hide {
		if len(h) > 2 {
			answer = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(h)).ReplaceAllString(answer, "…")
		}
	}
	answer = strings.Join(strings.FieldsFunc(answer, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }), " ")
	if runes := []rune(answer); len(runes) > maxSay {
		answer = string(runes[:maxSay]) + "…"
	}
	return answer
}

// answerIn returns the answer of a mail server that err holds.
func answerIn(err error) (code int, text string, ok bool) {
	var answer *textproto.Error
	if !errors.As(err, &answer) {
		return 0, "", false
	}
	return answer.Code, answer.Msg, true
}
