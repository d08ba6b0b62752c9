package comms

import (
	"strings"
	"time"

	"groundswell/internal/day"
)

// Template is a message as a playbook describes it, before there is a wave or a person.
type Template struct {
	Key       string
	Stage     Stage
	Title     string
	Subject   string
	Body      string // Markdown with placeholders
	PerWave   bool   // once for the whole organization otherwise, against the first wave's launch
	Offset    int    // days from the launch, or from the message it comes after
	After     string // key of the template it comes after; "": none
	At        string // "09:00"
	Audience  Audience
	Channels  []ChannelKind // Mail, and Slack for whichever chat there is
	HeldForGo bool
	Every     Every
	UsefulFor time.Duration
	Role      string // key of the role that owns it
	Approver  string // key of the role that approves it; "": nobody is named
	Task      string // id of the task it fulfils; "": none
	Mandatory bool
}

// connectorMark is what a template writes where the name of a connector belongs.
const connectorMark = "{{" + Connector + "}}"

// NeedsConnector reports whether the template is about a connector that somebody chooses. Such a
// one is not planned: it is written when the connector goes live.
func (t Template) NeedsConnector() bool {
	return strings.Contains(t.Title+t.Subject+t.Body, connectorMark)
}

// FromTemplate returns the message that a template makes, with the name of a connector where it asks for
// one: its text, times and audience, without a wave, a day, channels and people.
func FromTemplate(t Template, connector string) Message {
	named := func(text, name string) string { return strings.ReplaceAll(text, connectorMark, name) }
	plain := oneLine(connector)
	return Message{
		Template: t.Key, Stage: t.Stage, Offset: t.Offset, Title: named(t.Title, plain), HeldForGo: false, Every: t.Every,
		Begins: day.None, Until: day.None, UsefulFor: t.UsefulFor,
		Text: Text{
			N: 1, Subject: named(t.Subject, plain), Body: named(t.Body, escapeMarkdown(plain)), Audience: t.Audience, Mandatory: t.Mandatory,
		},
	}
}
