package rollout

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
)

// How much a message may say, and how many there may be.
const (
	maxMessages   = 200
	messageWords  = 150
	messageBody   = 20_000
	longestUseful = 24 * 30 // hours
	usefulHours   = 24      // when absent
)

// anyChat is what a playbook calls whichever chat an organization has.
const anyChat = "chat"

var clockForm = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// readMessage is a message with the lines it was read from.
type readMessage struct {
	comms.Template
	line     int
	keys     map[string]int
	scope    Scope
	hours    int
	channels []string
}

func (m readMessage) at(key string) int {
	if line, ok := m.keys[key]; ok {
		return line
	}
	return m.line
}

func (b *bookReader) message(n *yaml.Node) {
	m := readMessage{line: n.Line, scope: PerOrganization, hours: usefulHours}
	m.At = "09:00"
	t := &m.Template
	m.keys = b.mapping(n, "a message", keys{
		"key":          text(b, "key", &t.Key),
		"stage":        text(b, "stage", &t.Stage),
		"title":        text(b, "title", &t.Title),
		"subject":      text(b, "subject", &t.Subject),
		"body":         text(b, "body", &t.Body),
		"per":          text(b, "per", &m.scope),
		"offset":       b.number("offset", &t.Offset),
		"after":        text(b, "after", &t.After),
		"at":           text(b, "at", &t.At),
		"to":           text(b, "to", &t.Audience.Who),
		"stages":       texts(b, "stages", &t.Audience.Stages),
		"roles":        texts(b, "roles", &t.Audience.Roles),
		"channels":     texts(b, "channels", &m.channels),
		"held_for_go":  b.truth("held_for_go", &t.HeldForGo),
		"every":        text(b, "every", &t.Every),
		"useful_hours": b.number("useful_hours", &m.hours),
		"role":         text(b, "role", &t.Role),
		"approver":     text(b, "approver", &t.Approver),
		"task":         text(b, "task", &t.Task),
		"mandatory":    b.truth("mandatory", &t.Mandatory),
	})
	t.PerWave, t.UsefulFor = m.scope == PerWave, time.Duration(m.hours)*time.Hour
	t.Audience.Who = cmp.Or(t.Audience.Who, comms.WhoPeople)
	for _, c := range m.channels {
		t.Channels = append(t.Channels, channelKinds[c])
	}
	b.messages = append(b.messages, m)
	b.out.Messages = append(b.out.Messages, m.Template)
}

// channelKinds is what a playbook calls the ways out.
var channelKinds = map[string]comms.ChannelKind{string(comms.Mail): comms.Mail, anyChat: comms.Slack}

// checkMessages says what is wrong with the messages of a playbook.
func (b *bookReader) checkMessages() {
	if len(b.messages) > maxMessages {
		b.say(0, "a playbook has at most %d messages", maxMessages)
		return
	}
	seen := map[string]readMessage{}
	for _, m := range b.messages {
		b.checkMessageKey(m, seen)
		b.checkMessageWords(m)
		b.checkMessagePlace(m, seen)
		b.checkMessageWay(m)
		b.checkMessageParts(m)
		if _, again := seen[m.Key]; !again {
			seen[m.Key] = m
		}
	}
}

func (b *bookReader) checkMessageKey(m readMessage, seen map[string]readMessage) {
	first, again := seen[m.Key]
	switch {
	case !keyForm.MatchString(m.Key) || len(m.Key) > 60:
		b.say(m.at("key"), "the key of a message is like training-dates, at most 60 characters, not %q", m.Key)
	case again:
		b.say(m.at("key"), "two messages have the key %q: this one and the one on line %d", m.Key, first.at("key"))
	}
}

func (b *bookReader) checkMessageWords(m readMessage) {
	b.words(m.at("title"), "title of "+m.Key, m.Title, stepTitle)
	b.words(m.at("subject"), "subject of "+m.Key, m.Subject, messageWords)
	b.words(m.at("body"), "body of "+m.Key, m.Body, messageBody)
	if strings.ContainsAny(m.Title+m.Subject, "\r\n") {
		b.say(m.at("subject"), "%s: title and subject are one line each", m.Key)
	}
	named := comms.FromTemplate(m.Template, "Drive")
	if _, err := comms.FillSubject(named.Subject, nil); err != nil {
		b.say(m.at("subject"), "%s: %s", m.Key, fault.Say(err))
	}
	if _, err := comms.Fill(named.Body, nil); err != nil {
		b.say(m.at("body"), "%s: %s", m.Key, fault.Say(err))
	}
}

// checkMessagePlace says what is wrong with when a message goes out. It comes after one that stands before it.
func (b *bookReader) checkMessagePlace(m readMessage, seen map[string]readMessage) {
	if !m.Stage.Valid() {
		b.say(m.at("stage"), "%s: stage is one of %s, not %q", m.Key, listed(comms.Stages()), m.Stage)
	}
	if m.scope != PerOrganization && m.scope != PerWave {
		b.say(m.at("per"), "%s: per is organization or wave, not %q", m.Key, m.scope)
	}
	if m.Offset < firstOffset || m.Offset > lastOffset {
		b.say(m.at("offset"), "%s: offset lies between %d and %d days, not %d", m.Key, firstOffset, lastOffset, m.Offset)
	}
	if !clockForm.MatchString(m.At) {
		b.say(m.at("at"), "%s: at is a time like \"09:00\", not %q", m.Key, m.At)
	}
	if !m.Every.Valid() {
		b.say(m.at("every"), "%s: every is one of %s, not %q", m.Key, listed(comms.Rhythms()[1:]), m.Every)
	}
	if m.hours < 1 || m.hours > longestUseful {
		b.say(m.at("useful_hours"), "%s: useful_hours lies between 1 and %d", m.Key, longestUseful)
	}
	if m.After != "" {
		b.checkMessageAfter(m, seen)
	}
}

func (b *bookReader) checkMessageAfter(m readMessage, seen map[string]readMessage) {
	first, known := seen[m.After]
	switch {
	case !known:
		b.say(m.at("after"), "%s comes after %q, which is no message above it", m.Key, m.After)
	case first.scope != m.scope:
		b.say(m.at("after"), "%s comes after %s: both are per wave, or neither is", m.Key, m.After)
	case first.NeedsConnector():
		b.say(m.at("after"), "%s comes after %s, which is written only when a connector goes live", m.Key, m.After)
	case m.Offset < 0:
		b.say(m.at("offset"), "%s comes after %s: its offset is 0 or more days", m.Key, m.After)
	}
}

// checkMessageWay says what is wrong with whom a message reaches and how.
func (b *bookReader) checkMessageWay(m readMessage) {
	if !m.Audience.Valid() {
		b.say(m.at("to"), "%s: to is people, champions or roles; stages narrow people, and roles name those of roles", m.Key)
	}
	if len(m.channels) == 0 {
		b.say(m.at("channels"), "%s: channels is a list of mail and chat", m.Key)
	}
	for _, c := range m.channels {
		if _, known := channelKinds[c]; !known {
			b.say(m.at("channels"), "%s: there is no channel %q: use mail or chat", m.Key, c)
		}
	}
}

// checkMessageParts says which roles and tasks there are not.
func (b *bookReader) checkMessageParts(m readMessage) {
	for _, key := range []string{"role", "approver"} {
		role := map[string]string{"role": m.Role, "approver": m.Approver}[key]
		known := slices.ContainsFunc(b.out.Roles, func(r PlaybookRole) bool { return r.Key == role })
		if !known && (role != "" || key == "role") {
			b.say(m.at(key), "%s: there is no role %q", m.Key, role)
		}
	}
	i := slices.IndexFunc(b.steps, func(s readStep) bool { return s.ID == m.Task })
	switch {
	case m.Task == "":
	case i < 0:
		b.say(m.at("task"), "%s fulfils %q, which is no task", m.Key, m.Task)
	case b.steps[i].Scope == PerDepartment, b.steps[i].Scope == PerWave && m.scope != PerWave:
		b.say(m.at("task"), "%s cannot fulfil %s: which one is not said", m.Key, m.Task)
	}
}
