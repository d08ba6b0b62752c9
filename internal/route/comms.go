package route

import (
	"net/url"
	"strconv"
)

// What belongs to messages.
const (
	Comms        = "/comms" // the calendar: lanes with a month or a list
	NewMessage   = "/comms/new"
	PlanMessages = "/comms/plan"          // plans the playbook's messages for waves
	Messages     = "/comms/messages"      // takes a new message
	Deliveries   = "/comms/delivery"      // what goes out, what is unknown, pause
	Unknowns     = "/comms/delivery/open" // whose fate is unknown, or who refused
	SendChannels = "/comms/channels"      // mail and webhooks
	Bounces      = "/comms/bounces"       // addresses that mail came back from
	Digests      = "/comms/digests"       // what goes out by itself
	Audience     = "/comms/audience"      // counts an audience
	Mailings     = "/comms/mailings"      // digests and reminders that went out

	MailChoices  = "/account/mail"     // what one gets
	CalendarFeed = "/account/calendar" // one's calendar address
	Unsubscribe  = "/unsubscribe"      // where the link in a mail leads
	Links        = "/l"                // counts an opened link and leads on
)

// Message is the page of one message.
func Message(id int64) string { return Messages + "/" + strconv.FormatInt(id, 10) }

// MoveMessage is where one time of a message is moved to another day.
func MoveMessage(id, occurrence int64) string {
	return With(Message(id)+"/move", "occurrence", strconv.FormatInt(occurrence, 10))
}

// MessageAudience is the page with everybody whom a message reaches now.
func MessageAudience(id int64) string { return Message(id) + "/audience" }

// SendChannel is the page of one channel.
func SendChannel(id int) string { return SendChannels + "/" + strconv.Itoa(id) }

// SendChannelTest sends or posts a test.
func SendChannelTest(id int) string { return SendChannel(id) + "/test" }

// SendChannelPause keeps anything from going out by a channel, and lets it again.
func SendChannelPause(id int) string { return SendChannel(id) + "/pause" }

// SendChannelAddress takes another address for a chat.
func SendChannelAddress(id int) string { return SendChannel(id) + "/address" }

// SendChannelRemove takes a chat away.
func SendChannelRemove(id int) string { return SendChannel(id) + "/remove" }

// SandboxPost is the page of something that the demo kept from going out.
func SandboxPost(no int) string { return Sandbox + "/out/" + strconv.Itoa(no) }

// Mailing is the page of something that went out: every recipient's state.
func Mailing(id int64) string { return Mailings + "/" + strconv.FormatInt(id, 10) }

// Delivery is the page of one recipient's copy.
func Delivery(id int64) string { return Deliveries + "/" + strconv.FormatInt(id, 10) }

// Feed is a calendar for calendar clients.
func Feed(secret string) string { return "/calendar/" + url.PathEscape(secret) + ".ics" }

// MailChoice is what one would be written of a kind of mail now.
func MailChoice(kind string) string { return MailChoices + "/" + url.PathEscape(kind) }

// UnsubscribeLink is where a mail's link leads that ends mails of its kind.
func UnsubscribeLink(token string) string { return Unsubscribe + "/" + url.PathEscape(token) }

// CountedLink is a link of a mail to a page here.
func CountedLink(token string) string { return Links + "/" + url.PathEscape(token) }
