package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/sendchannel"
)

// ChannelBook keeps what messages go out by. It is implemented by store.Store.
type ChannelBook interface {
	SendChannels(ctx context.Context) ([]comms.Channel, error)
	// SendChannel returns a channel, also one that was removed; absent is NotFound.
	SendChannel(ctx context.Context, id int) (comms.Channel, error)
	// CredentialSet returns when a chat's address was kept; ok is false when there is none.
	CredentialSet(ctx context.Context, name string) (at time.Time, ok bool, err error)
	AddChat(ctx context.Context, by identity.Actor, key string, kind comms.ChannelKind, e comms.ChannelEdit, address string, now time.Time) (int, error)
	EditChannel(ctx context.Context, by identity.Actor, id, version int, e comms.ChannelEdit, now time.Time) error
	ReplaceWebhook(ctx context.Context, by identity.Actor, id, version int, address string, now time.Time) error
	RemoveChat(ctx context.Context, by identity.Actor, id, version int, now time.Time) error
	PauseChannel(ctx context.Context, by identity.Actor, id int, now time.Time) error
	ResumeChannel(ctx context.Context, by identity.Actor, id int, now time.Time) error
	// NoteChannel keeps whether a try worked; say is why not, "" when it did.
	NoteChannel(ctx context.Context, id int, say string, now time.Time) error
}

// SendChannels is what the page of channels needs. Without a Book it does not exist.
type SendChannels struct {
	Book    ChannelBook
	Address func(channel int) string // names the credential of a chat's address: store.WebhookOf
	Server  views.Server             // of mail; the zero one: none is set up
	Kept    bool                     // what goes out stays in the program

	Carrier comms.Carrier
	// Enqueue lets a mailing go out the way they all do; made is false for a second one of the same key.
	Enqueue func(ctx context.Context, m comms.Mailing, letters []comms.Letter, now time.Time) (id comms.MailingID, made bool, err error)
	// CheckWebhook says what is wrong with an address, as far as that shows without posting.
	CheckWebhook func(ctx context.Context, address string) error
	// TryWebhook posts a first note to an address that is not kept yet.
	TryWebhook func(ctx context.Context, kind comms.ChannelKind, address string) comms.Outcome
}

// sendChannelRoutes are what messages go out by.
func (s *Server) sendChannelRoutes() []routeEntry {
	if s.Channels.Book == nil {
		return nil
	}
	one := route.SendChannels + "/{channel}"
	return []routeEntry{
		{"GET", route.SendChannels, overseers, s.sendChannelsPage},
		{"POST", route.SendChannels, leads.afresh(), s.addSendChannel},
		{"GET", one, overseers, s.sendChannelPage},
		{"POST", one, leads, s.editSendChannel},
		{"POST", one + "/address", leads.afresh(), s.readdressSendChannel},
		{"POST", one + "/pause", leads, s.pauseSendChannel},
		{"POST", one + "/test", leads, s.testSendChannel},
		{"POST", one + "/remove", leads, s.removeSendChannel},
	}
}

// channelData is what the pages of channels are drawn from; back is where a lead returns to.
func (s *Server) channelData(r *http.Request, actor identity.Actor, back string) views.Data {
	c := s.Channels
	d := views.Data{Server: c.Server, Kept: c.Kept, Lead: actor.Has(identity.Lead), Now: s.Now()}
	if !isFresh(r) {
		d.Confirm = route.With(route.SignInOIDC, "again", "1", "return_to", back)
	}
	return d
}

func (s *Server) sendChannelsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawSendChannels(w, r, actor, views.Form{Key: newFormKey(), Kind: string(comms.Slack)}, nil)
}

// drawSendChannels answers the page of channels: as it is, or with what is wrong in the form.
func (s *Server) drawSendChannels(w http.ResponseWriter, r *http.Request, actor identity.Actor, f views.Form, wrong error) error {
	all, err := s.Channels.Book.SendChannels(r.Context())
	if err != nil {
		return err
	}
	p := views.NewList(s.channelData(r, actor, route.SendChannels), all, f)
	status := http.StatusOK
	if wrong != nil {
		f := asFault(wrong)
		status, p.Problem, p.Form.Errors = statusOf(f.Kind), f.Say, f.Fields
	}
	return s.page(w, r, actor, page{Title: "Channels for messages", Section: route.SendChannels, Status: status}, views.List(p))
}

// typedChannel reads what a form says about a channel, but for its address.
func typedChannel(f url.Values) views.Form {
	return views.Form{Key: f.Get(formKeyField), Kind: f.Get("kind"), Name: f.Get("name"), PerMinute: f.Get("per_minute"), Version: f.Get("version")}
}

// channelEditOf is what a form asks for; a number that is none is 0, and refused as such.
func channelEditOf(t views.Form) comms.ChannelEdit {
	n, err := strconv.Atoi(strings.TrimSpace(t.PerMinute))
	if err != nil {
		n = 0
	}
	return comms.ChannelEdit{Name: t.Name, PerMinute: n}
}

// addSendChannel adds a chat once it took a first note. The same form sent twice adds one.
func (s *Server) addSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key, err := formKey(f)
	if err != nil {
		return err
	}
	t, address := typedChannel(f), strings.TrimSpace(f.Get("address"))
	id, o, err := s.addChat(r.Context(), actor, key, t, address)
	if formMends(err) {
		return s.drawSendChannels(w, r, actor, t, err)
	}
	if err != nil {
		return err
	}
	said := "The chat is added. A first note was posted there."
	if o.State == comms.Unknown {
		said = "The chat is added. It gave no clear answer to a first note: look whether it is there."
	}
	return s.redirect(w, r, route.SendChannel(id), said)
}

// addChat checks everything that shows without posting, posts a first note, and keeps the chat.
func (s *Server) addChat(ctx context.Context, actor identity.Actor, key string, t views.Form, address string) (int, comms.Outcome, error) {
	e, err := channelEditOf(t).Checked()
	if err != nil {
		return 0, comms.Outcome{}, err
	}
	kind := comms.ChannelKind(t.Kind)
	if kind != comms.Slack && kind != comms.Teams {
		return 0, comms.Outcome{}, fault.Field("kind", "Choose what kind of chat it is.")
	}
	all, err := s.Channels.Book.SendChannels(ctx)
	if err != nil {
		return 0, comms.Outcome{}, err
	}
	for _, c := range all {
		if strings.EqualFold(c.Name, e.Name) {
			return 0, comms.Outcome{}, fault.Field("name", "There is a channel of this name already.")
		}
	}
	o, err := s.tryWebhook(ctx, kind, address)
	if err != nil {
		return 0, o, err
	}
	now := s.Now()
	id, err := s.Channels.Book.AddChat(ctx, actor, key, kind, e, address, now)
	if err != nil {
		return 0, o, err
	}
	return id, o, s.noteOutcome(ctx, id, o, now)
}

// tryWebhook posts a first note to an address. What did not take it is not kept.
func (s *Server) tryWebhook(ctx context.Context, kind comms.ChannelKind, address string) (comms.Outcome, error) {
	if err := s.Channels.CheckWebhook(ctx, address); err != nil {
		return comms.Outcome{}, err
	}
	o := s.Channels.TryWebhook(ctx, kind, address)
	if o.State == comms.Sent || o.State == comms.Unknown {
		return o, nil
	}
	return o, fault.Field("address", "A first note did not arrive there. "+o.Say)
}

func (s *Server) noteOutcome(ctx context.Context, id int, o comms.Outcome, now time.Time) error {
	say := o.Say
	if o.State == comms.Sent {
		say = ""
	}
	return s.Channels.Book.NoteChannel(ctx, id, say, now)
}

// channelAsked returns the channel that an address names.
func (s *Server) channelAsked(r *http.Request) (comms.Channel, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "channel"), 10, 32)
	if err != nil || id <= 0 {
		return comms.Channel{}, fault.New(fault.NotFound, "There is no such channel.")
	}
	return s.Channels.Book.SendChannel(r.Context(), int(id))
}

// channelInUse is channelAsked for a change: what was removed is not changed.
func (s *Server) channelInUse(r *http.Request) (comms.Channel, error) {
	c, err := s.channelAsked(r)
	if err == nil && !c.RemovedAt.IsZero() {
		return c, fault.New(fault.NotFound, "There is no such channel, or it was removed.")
	}
	return c, err
}

func (s *Server) sendChannelPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.channelAsked(r)
	if err != nil {
		return err
	}
	return s.drawSendChannel(w, r, actor, c, nil, nil)
}

// drawSendChannel answers the page of a channel: as it is, or as t was typed with what is wrong.
func (s *Server) drawSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor, c comms.Channel, t *views.Form, wrong error) error {
	addressed, _, err := s.Channels.Book.CredentialSet(r.Context(), s.Channels.Address(c.ID))
	if err != nil {
		return err
	}
	p := views.NewOne(s.channelData(r, actor, route.SendChannel(c.ID)), c, addressed, actor.Email)
	status := http.StatusOK
	if wrong != nil {
		f := asFault(wrong)
		status, p.Problem, p.Readdress = statusOf(f.Kind), f.Say, f.Fields["address"]
		if t != nil {
			p.Form.Name, p.Form.PerMinute, p.Form.Errors = t.Name, t.PerMinute, f.Fields
		}
		if f.Kind == fault.Conflict {
			p.Theirs = fmt.Sprintf("%s, at most %d a minute", c.Name, c.PerMinute)
		}
	}
	return s.page(w, r, actor, page{Title: c.Name, Section: route.SendChannels, Status: status}, views.One(p))
}

// editSendChannel renames a channel and sets how many go out in a minute.
func (s *Server) editSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeSendChannel(w, r, actor, "The channel is saved.", func(c comms.Channel, f url.Values, version int) (*views.Form, error) {
		t := typedChannel(f)
		return &t, s.Channels.Book.EditChannel(r.Context(), actor, c.ID, version, channelEditOf(t), s.Now())
	})
}

// readdressSendChannel keeps another address for a chat once it took a first note.
func (s *Server) readdressSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeSendChannel(w, r, actor, "The address is replaced. A first note was posted there.", func(c comms.Channel, f url.Values, version int) (*views.Form, error) {
		if c.Kind == comms.Mail {
			return nil, fault.New(fault.Invalid, "Where mail goes out is set with SMTP_URL.")
		}
		if c.Version != version {
			return nil, fault.New(fault.Conflict, "Somebody else changed this channel meanwhile.")
		}
		address := strings.TrimSpace(f.Get("address"))
		o, err := s.tryWebhook(r.Context(), c.Kind, address)
		if err != nil {
			return nil, err
		}
		now := s.Now()
		if err := s.Channels.Book.ReplaceWebhook(r.Context(), actor, c.ID, version, address, now); err != nil {
			return nil, err
		}
		return nil, s.noteOutcome(r.Context(), c.ID, o, now)
	})
}

// removeSendChannel takes a chat away; what went out by it stays to be read.
func (s *Server) removeSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.channelInUse(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	version, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	err = s.Channels.Book.RemoveChat(r.Context(), actor, c.ID, version, s.Now())
	switch {
	case formMends(err):
		return s.drawSendChannel(w, r, actor, c, nil, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.SendChannels, "The chat is removed. Its address is forgotten.")
}

// changeSendChannel changes a channel by a form that carries the version its sender saw.
func (s *Server) changeSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor, said string, change func(comms.Channel, url.Values, int) (*views.Form, error)) error {
	c, err := s.channelInUse(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	version, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	t, err := change(c, f, version)
	switch {
	case formMends(err):
		return s.drawSendChannel(w, r, actor, c, t, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.SendChannel(c.ID), said)
}

// pauseSendChannel keeps anything from going out by a channel, or lets it again.
func (s *Server) pauseSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.channelInUse(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	change, said := s.Channels.Book.PauseChannel, "The channel is paused. What goes out by it waits."
	switch f.Get("to") {
	case "pause":
	case "resume":
		change, said = s.Channels.Book.ResumeChannel, "The channel goes on."
	default:
		return fault.New(fault.Invalid, sayIncomplete)
	}
	if err := change(r.Context(), actor, c.ID, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.SendChannel(c.ID), said)
}
