package web

import (
	"context"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	views "groundswell/views/message"
)

// typedMessage is a message's form as it was sent.
func typedMessage(f url.Values) views.Typed {
	return views.Typed{
		Key: f.Get(formKeyField), Version: f.Get("version"), Template: clipText(f.Get("template"), 80), Stage: f.Get("stage"), Title: f.Get("title"),
		Owner: f.Get("owner"), Approver: f.Get("approver"), Wave: f.Get("wave"), Offset: f.Get("offset"), Day: f.Get("day"), At: f.Get("at"), Zone: f.Get("zone"),
		Every: f.Get("every"), Until: f.Get("until"), Useful: f.Get("useful"), Subject: f.Get("subject"), Body: f.Get("body"), Channels: f["channels"],
		Held: f.Get("held") == "on", Mandatory: f.Get("mandatory") == "on", Preview: f.Get("preview") != "", Errors: map[string]string{},
	}
}

// messageForm is a posted message being read: what is wrong is gathered by field.
type messageForm struct {
	typed views.Typed
	draft comms.Draft
	slot  comms.Slot
	days  int // from the launch of its wave
	wrong map[string]string
}

func readMessageForm(f url.Values) messageForm {
	m := messageForm{typed: typedMessage(f), wrong: map[string]string{}}
	t := m.typed
	m.draft = comms.Draft{
		Stage: comms.Stage(t.Stage), Title: t.Title, Subject: t.Subject, Body: t.Body, Every: comms.Every(t.Every), HeldForGo: t.Held, Mandatory: t.Mandatory, Until: day.None,
	}
	m.draft.Owner, m.draft.Approver = m.person("owner", t.Owner), m.person("approver", t.Approver)
	m.draft.UsefulFor = time.Duration(m.number("useful", t.Useful, 0)) * time.Hour
	var err error
	if m.draft.Audience, err = audienceOf(f); err != nil {
		m.put("audience", asFault(err).Say)
	}
	for _, text := range t.Channels {
		m.draft.Channels = append(m.draft.Channels, m.number("channels", text, 0))
	}
	return m
}

func (m *messageForm) put(field, say string) {
	if m.wrong[field] == "" {
		m.wrong[field] = say
	}
}

// number reads a whole number; nothing is otherwise.
func (m *messageForm) number(field, text string, otherwise int) int {
	text = strings.TrimSpace(text)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		m.put(field, "Write a whole number.")
	}
	return int(n)
}

// person reads somebody: a name with an address, or an address. Nothing is nobody.
func (m *messageForm) person(field, text string) comms.Person {
	if text = strings.TrimSpace(text); text == "" {
		return comms.Person{}
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		m.put(field, "Write a name with an address, such as Dana Whitfield <dana@example.com>.")
		return comms.Person{}
	}
	return comms.Person{Name: a.Name, Email: a.Address}
}

func (m *messageForm) day(field, text string) day.Date {
	if text = strings.TrimSpace(text); text == "" {
		return day.None
	}
	d, err := day.Parse(text)
	if err != nil {
		m.put(field, "Write the day like 2026-03-28.")
		return day.None
	}
	return d
}

// plan reads when a new message goes out: on a day of its own, or so many days from a launch.
func (m *messageForm) plan(launches []comms.Launch, works comms.WorkingDays) {
	t := m.typed
	m.draft.Wave, m.days = m.number("wave", t.Wave, 0), m.number("offset", t.Offset, 0)
	m.draft.Until = m.day("until", t.Until)
	m.slot = comms.Slot{Day: m.day("day", t.Day), At: strings.TrimSpace(t.At), Zone: strings.TrimSpace(t.Zone)}
	if m.days < -365 || m.days > 365 {
		m.put("offset", "Choose a day within a year of the launch.")
	}
	if m.draft.Wave == 0 {
		if !m.slot.Day.Known() {
			m.put("day", "Choose a day, or a wave it is planned against.")
		}
		return
	}
	for _, l := range launches {
		if l.Wave == m.draft.Wave {
			m.slot.Day = dayFrom(l.On, m.days, m.slot.Day, works)
			return
		}
	}
	m.put("wave", "There is no such wave any more.")
}

// checkSlot says what of day and time cannot be used. A day may be open while its wave has none.
func (m *messageForm) checkSlot(now time.Time) {
	err := m.slot.Check(now)
	if err == nil {
		return
	}
	for field, say := range asFault(err).Fields {
		if field != "day" || m.slot.Day.Known() {
			m.put(field, say)
		}
	}
}

// dayFrom is a message's own day, else so many days from a launch, on a working day.
func dayFrom(launch day.Date, days int, own day.Date, works comms.WorkingDays) day.Date {
	switch on := launch + day.Date(days); {
	case own.Known() || !launch.Known():
		return own
	case days < 0:
		return works.OnOrBefore(on)
	case days > 0:
		return works.OnOrAfter(on)
	default:
		return on
	}
}

// settle gathers everything that is wrong with the form: what could not be read, and
// what the rules refuse. Invalid, or nil.
func (m *messageForm) settle() error {
	m.draft = m.draft.Clean()
	if err := m.draft.Check(); err != nil {
		for field, say := range asFault(err).Fields {
			m.put(field, say)
		}
	}
	if len(m.wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Some of this cannot be used yet.", Fields: m.wrong}
}

// reaches refuses an audience that nobody is in, and channels that are not there.
func (s *Server) reaches(ctx context.Context, m *messageForm, channels []comms.Channel) error {
	for _, id := range m.draft.Channels {
		if !hasChannel(channels, id) {
			m.put("channels", "One of these is not there any more. Choose again.")
		}
	}
	if m.wrong["audience"] != "" || !m.draft.Audience.Valid() {
		return nil
	}
	say, err := s.emptyAudience(ctx, m.draft.Audience, m.draft.Mandatory)
	if say != "" {
		m.put("audience", say)
	}
	return err
}

func hasChannel(all []comms.Channel, id int) bool {
	for _, c := range all {
		if c.ID == id {
			return true
		}
	}
	return false
}
