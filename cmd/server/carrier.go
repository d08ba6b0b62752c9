package main

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/deliver"
	"groundswell/internal/fault"
	"groundswell/internal/route"
	"groundswell/internal/store"
	"groundswell/views/letter"
	"groundswell/views/sendchannel"
	"groundswell/web"
)

// mailTaker takes one mail: a mail server, or the demo's sink.
type mailTaker interface {
	Send(ctx context.Context, m deliver.Mail) deliver.Receipt
}

// chatTaker takes one post: webhooks, or the demo's sink.
type chatTaker interface {
	Post(ctx context.Context, f deliver.Format, address string, n deliver.Note) deliver.Receipt
	Check(ctx context.Context, address string) error
}

// carrier turns what is to go out into a letter or a post and hands it over. It
// implements comms.Carrier.
type carrier struct {
	mail    mailTaker // nil: no mail server is set up
	chat    chatTaker
	longest time.Duration                                          // that handing over takes
	address func(ctx context.Context, channel int) (string, error) // of a chat's webhook
	org     string                                                 // whose rollout it is; "" when nobody has said
	site    string                                                 // where people reach the site
	links   comms.LinkCounter
	ends    comms.Unsubscriber
	now     func() time.Time
}

// serveAt says at which address people reach the site, and opens the ways out: what is sent leads there.
func (a *app) serveAt(site string) {
	a.store.ServeAt(site)
	a.out = &carrier{
		chat: deliver.NewChat(a.allowed), longest: deliver.PostTakes, address: a.webhook, site: strings.TrimRight(site, "/"), now: time.Now,
	}
	if a.smtp != nil {
		m := deliver.NewMailer(*a.smtp, nil)
		a.stops = append(a.stops, m.Close)
		a.out.mail, a.out.longest = m, max(m.Longest(), a.out.longest)
	}
	if a.keys != nil {
		a.out.links = comms.LinkCounter{Keys: a.keys.Derive("links"), At: route.CountedLink}
		a.out.ends = comms.Unsubscriber{Keys: a.keys.Derive("unsubscribe")}
	}
}

// carrier is how what is to go out leaves the program.
func (a *app) carrier() comms.Carrier { return a.out }

// webhook is the sealed address of a chat.
func (a *app) webhook(ctx context.Context, channel int) (string, error) {
	return a.store.Credential(ctx, store.WebhookOf(channel))
}

// Carry implements comms.Carrier.
func (c *carrier) Carry(ctx context.Context, p comms.Parcel) comms.Outcome {
	if p.Channel.Kind == comms.Mail {
		return c.carryMail(ctx, p)
	}
	return c.carryPost(ctx, p)
}

func (c *carrier) carryMail(ctx context.Context, p comms.Parcel) comms.Outcome {
	if c.mail == nil {
		return comms.Outcome{State: comms.Waiting, Down: true, Say: "No mail server is set up: SMTP_URL is empty."}
	}
	m, err := c.letter(p)
	if err != nil {
		return comms.Outcome{State: comms.Refused, Say: "The mail cannot be drawn."}
	}
	return outcomeOf(c.mail.Send(ctx, m))
}

// letter draws a parcel as a mail. Its id stays the same over tries, so that a server that has it already can know it again.
func (c *carrier) letter(p comms.Parcel) (deliver.Mail, error) {
	l := letter.Props{
		Subject: p.Subject, Body: c.links.CountLinks(p.Body, c.site, p.Delivery), Site: c.site, Org: c.org, Why: letter.Why(p.Kind),
		Unsubscribe: c.unsubscribe(p), Mandatory: p.Mandatory,
	}
	html, err := letter.HTML(l)
	if err != nil {
		return deliver.Mail{}, err
	}
	return deliver.Mail{
		ID: comms.MailID(p.Delivery, 1, c.host()), To: p.To.Email, ToName: p.To.Name, Subject: p.Subject,
		Text: letter.Plain(l), HTML: html, Unsubscribe: l.Unsubscribe, Bulk: p.Kind != comms.KindTest && p.Kind != comms.KindSeat, At: c.now(),
	}, nil
}

// unsubscribe is where mails of this kind end; "" for those that cannot be ended.
func (c *carrier) unsubscribe(p comms.Parcel) string {
	choice, ok := comms.ChoiceOf(p.Kind)
	if !ok || p.Mandatory || c.site == "" || len(c.ends.Keys) == 0 {
		return ""
	}
	return c.site + route.UnsubscribeLink(c.ends.Token(p.To.Email, choice))
}

// host stands on the right of the mails' ids.
func (c *carrier) host() string {
	u, err := url.Parse(c.site)
	if err != nil {
		return "localhost"
	}
	return cmp.Or(u.Hostname(), "localhost")
}

func (c *carrier) carryPost(ctx context.Context, p comms.Parcel) comms.Outcome {
	address, err := c.address(ctx, p.Channel.ID)
	if fault.Is(err, fault.NotFound) {
		return comms.Outcome{State: comms.Refused, Say: "The chat has no address any more."}
	}
	if err != nil {
		return comms.Outcome{State: comms.Waiting, Down: true, Say: "The chat's address cannot be read: enter it again."}
	}
	return outcomeOf(c.post(ctx, p, address))
}

// post posts a parcel in the dialect of its chat.
func (c *carrier) post(ctx context.Context, p comms.Parcel, address string) deliver.Receipt {
	body := c.links.CountLinks(p.Body, c.site, p.Delivery)
	if p.Channel.Kind == comms.Teams {
		return c.chat.Post(ctx, deliver.Teams, address, deliver.Note{Subject: p.Subject, Text: letter.Teams(body, c.site)})
	}
	return c.chat.Post(ctx, deliver.Slack, address, deliver.Note{Subject: p.Subject, Text: letter.Slack(body, c.site)})
}

// tryWebhook posts a first note to an address that is not kept yet.
func (c *carrier) tryWebhook(ctx context.Context, kind comms.ChannelKind, address string) comms.Outcome {
	return outcomeOf(c.post(ctx, comms.Parcel{Channel: comms.Channel{Kind: kind}, Subject: "Messages arrive here", Body: firstNote}, address))
}

// firstNote is what a chat reads when it is added.
const firstNote = "From now on this chat gets messages of the Cowork rollout."

// channels is what the page of channels needs.
func (a *app) channels() web.SendChannels {
	c := web.SendChannels{Book: a.store, Address: store.WebhookOf, Carrier: a.out, CheckWebhook: a.out.chat.Check, TryWebhook: a.out.tryWebhook}
	c.Enqueue = func(ctx context.Context, m comms.Mailing, letters []comms.Letter, now time.Time) (comms.MailingID, bool, error) {
		return a.store.Enqueue(ctx, nil, m, letters, now)
	}
	if a.smtp != nil {
		c.Server = sendchannel.Server{Address: a.smtp.Address(), From: a.smtp.From.Address, Way: a.smtp.Way()}
	}
	_, c.Kept = a.out.chat.(*deliver.Sink)
	return c
}

// outcomeOf is a receipt in the words of messages.
func outcomeOf(r deliver.Receipt) comms.Outcome {
	state := map[deliver.State]comms.DeliveryState{
		deliver.Sent: comms.Sent, deliver.Refused: comms.Refused, deliver.Retry: comms.Waiting, deliver.Unknown: comms.Unknown,
	}[r.State]
	return comms.Outcome{State: state, Code: r.Code, Say: r.Say, Down: r.Down, Address: r.Address, After: r.After}
}
