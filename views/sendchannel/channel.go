package sendchannel

import (
	"fmt"
	"strconv"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Server is the mail server of SMTP_URL, without its secrets; the zero one: none is set up.
type Server struct {
	Address string // host:port
	From    string
	Way     string // how it is spoken to: "TLS after STARTTLS, signed in"
}

// Known reports whether there is a mail server.
func (s Server) Known() bool { return s.Address != "" }

// Data is what the pages are drawn from.
type Data struct {
	Server  Server
	Kept    bool // what goes out stays in the program: the demo
	Lead    bool
	Confirm string // where a lead confirms who they are; "" when they just did
	Now     time.Time
}

// ListProps is the page of every channel.
type ListProps struct {
	Sub     string
	Rows    []Row
	Kept    bool // nothing leaves the program: the demo
	Lead    bool
	Confirm string
	Form    Form
	Problem string
}

// Row is a channel in the list.
type Row struct {
	Name, URL string
	Kind      string
	State     ui.ChipProps
	Say       string
	Worked    string
	PerMinute string
}

// Form is what was typed about a chat.
type Form struct {
	Key       string
	Kind      string
	Name      string
	PerMinute string
	Version   string
	Errors    map[string]string
}

// chatPerMinute is how many posts a minute a chat takes without complaint.
const chatPerMinute = 30

// NewList draws every channel.
func NewList(d Data, all []comms.Channel, f Form) ListProps {
	p := ListProps{Sub: "What messages, digests and reminders go out by", Kept: d.Kept, Lead: d.Lead, Confirm: d.Confirm, Form: f}
	for _, c := range all {
		p.Rows = append(p.Rows, Row{
			Name: c.Name, URL: route.SendChannel(c.ID), Kind: KindName(c.Kind), State: d.state(c), Say: d.say(c),
			Worked: d.when(c.WorkedAt), PerMinute: strconv.Itoa(c.PerMinute),
		})
	}
	if p.Form.PerMinute == "" {
		p.Form.PerMinute = strconv.Itoa(chatPerMinute)
	}
	return p
}

// KindName is what people call a kind of channel.
func KindName(k comms.ChannelKind) string {
	switch k {
	case comms.Slack:
		return "Slack, or a chat that takes its format"
	case comms.Teams:
		return "Microsoft Teams"
	}
	return "Mail"
}

// kinds are the kinds of chats to choose from.
func kinds(chosen string) []ui.Choice {
	var out []ui.Choice
	for _, k := range []comms.ChannelKind{comms.Slack, comms.Teams} {
		out = append(out, ui.Choice{Value: string(k), Label: KindName(k), Chosen: chosen == string(k)})
	}
	return out
}

// missing reports whether a channel is not set up.
func (d Data) missing(c comms.Channel) bool {
	return c.Kind == comms.Mail && !d.Server.Known() && !d.Kept
}

func (d Data) state(c comms.Channel) ui.ChipProps {
	switch {
	case !c.RemovedAt.IsZero():
		return ui.ChipProps{Label: "Removed"}
	case d.missing(c):
		return ui.ChipProps{Label: "Not set up", Tone: ui.ToneWarn, Icon: ui.IconCircleDashed}
	case !c.PausedAt.IsZero():
		return ui.ChipProps{Label: "Paused", Tone: ui.ToneWarn, Icon: ui.IconPause}
	case !c.Healthy():
		return ui.ChipProps{Label: "Failing", Tone: ui.ToneBad, Icon: ui.IconCircleX}
	case c.WorkedAt.IsZero():
		return ui.ChipProps{Label: "Not used yet", Icon: ui.IconCircleDashed}
	}
	return ui.ChipProps{Label: "Works", Tone: ui.ToneGood, Icon: ui.IconCheck}
}

// say is what stands below a channel's name: where it leads, or why nothing goes out by it.
func (d Data) say(c comms.Channel) string {
	switch {
	case d.missing(c):
		return "SMTP_URL is not set. Mail waits, and is dropped when it is of no use any more."
	case !c.PausedAt.IsZero():
		return "Paused since " + d.when(c.PausedAt) + ". What goes out by it waits."
	case !c.Healthy():
		return c.Failure
	case c.Kind == comms.Mail && d.Server.Known():
		return d.Server.Address + ", from " + d.Server.From
	}
	return KindName(c.Kind)
}

// when writes a moment: 09:12 UTC today, Thu 19 Nov, 09:12 UTC before.
func (d Data) when(at time.Time) string {
	if at.IsZero() {
		return "Never"
	}
	at, now := at.UTC(), d.Now.UTC()
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return ui.Clock(at) + " UTC today"
	}
	return ui.Date(at, now) + ", " + ui.Clock(at) + " UTC"
}

// OneProps is the page of one channel.
type OneProps struct {
	ID        int
	Title     string
	Sub       string
	State     ui.ChipProps
	Facts     []ui.Pair
	Failing   string // why nothing goes out; "" when nothing speaks against it
	Mail      bool
	CanTest   bool
	Test      string // the label of its button
	TestSay   string
	Paused    bool
	Removed   bool
	Lead      bool
	Confirm   string
	Form      Form
	Addressed string // when its address was entered
	Problem   string // what speaks against what was posted
	Theirs    string // what it says now, after somebody else changed it
	Readdress string // what is wrong with the address that was entered
}

// NewOne draws a channel.
func NewOne(d Data, c comms.Channel, addressed time.Time, email string) OneProps {
	p := OneProps{
		ID: c.ID, Title: c.Name, Sub: KindName(c.Kind), State: d.state(c), Mail: c.Kind == comms.Mail, Paused: !c.PausedAt.IsZero(), Removed: !c.RemovedAt.IsZero(),
		Lead: d.Lead, Confirm: d.Confirm,
		Form: Form{Name: c.Name, PerMinute: strconv.Itoa(c.PerMinute), Version: strconv.Itoa(c.Version)},
	}
	if !p.Removed && (p.Paused || !c.Healthy() || d.missing(c)) {
		p.Failing = d.say(c)
	}
	p.Facts = d.facts(c, addressed)
	p.CanTest = d.Lead && !p.Removed && !d.missing(c)
	p.Test, p.TestSay = "Post a test", "A short note is posted to the chat at once."
	if p.Mail {
		p.Test, p.TestSay = "Send a test", "It goes to "+email+" the way every mail does."
	}
	return p
}

func (d Data) facts(c comms.Channel, addressed time.Time) []ui.Pair {
	var out []ui.Pair
	switch {
	case c.Kind == comms.Mail && d.Server.Known():
		out = append(out, ui.Pair{Name: "Server", Value: d.Server.Address}, ui.Pair{Name: "From", Value: d.Server.From}, ui.Pair{Name: "Connection", Value: d.Server.Way})
	case c.Kind == comms.Mail && d.Kept:
		out = append(out, ui.Pair{Name: "Server", Value: "The sandbox: mail stays in the program"})
	case c.Kind == comms.Mail:
		out = append(out, ui.Pair{Name: "Server", Value: "None. Set SMTP_URL and start the program again."})
	case addressed.IsZero():
		out = append(out, ui.Pair{Name: "Address", Value: "None"})
	default:
		out = append(out, ui.Pair{Name: "Address", Value: "Sealed, entered " + d.when(addressed) + ". It is not shown again."})
	}
	out = append(out, ui.Pair{Name: "At most", Value: fmt.Sprintf("%s a minute", ui.Counted(c.PerMinute, "copy", "copies"))}, ui.Pair{Name: "Last worked", Value: d.when(c.WorkedAt)})
	if !c.FailedAt.IsZero() {
		out = append(out, ui.Pair{Name: "Last failed", Value: d.when(c.FailedAt) + ": " + c.Failure})
	}
	return out
}
