package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/deliver"
	"groundswell/internal/fault"
	"groundswell/internal/route"
)

var testKeys = [][]byte{[]byte("0123456789abcdef0123456789abcdef")}

// sinking is a carrier into a sink.
func sinking() (*carrier, *deliver.Sink) {
	sink := &deliver.Sink{}
	return &carrier{
		mail: sink, chat: sink, address: func(context.Context, int) (string, error) { return "https://hooks.example.com/x", nil },
		org: "Aldermere", site: "https://rollout.example.com", links: comms.LinkCounter{Keys: testKeys, At: route.CountedLink}, ends: comms.Unsubscriber{Keys: testKeys},
		now: func() time.Time { return time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC) },
	}, sink
}

func parcel(kind comms.ChannelKind) comms.Parcel {
	return comms.Parcel{
		Delivery: 42, Kind: comms.KindMessage, Channel: comms.Channel{ID: 3, Kind: kind}, To: comms.Recipient{Email: "ines@example.com", Name: "Inès"},
		Subject: "Wave 1 opens", Body: "Hello Inès,\n\n**Tomorrow.** See [the library](/library).", Attempt: 3,
	}
}

func TestALetterIsCarried(t *testing.T) {
	c, sink := sinking()
	if o := c.Carry(t.Context(), parcel(comms.Mail)); o.State != comms.Sent {
		t.Fatalf("%+v", o)
	}
	m := sink.Taken()[0].Mail
	if id, ok := comms.MailIDOf(m.ID); !ok || id != 42 || m.ID != "d.42.1@rollout.example.com" {
		t.Errorf("id %q", m.ID)
	}
	token := strings.TrimPrefix(m.Unsubscribe, "https://rollout.example.com/unsubscribe/")
	if email, choice, ok := c.ends.Open(token); !ok || email != "ines@example.com" || choice != comms.ChoiceMessages {
		t.Errorf("the link to unsubscribe is for %q, %q, %v", email, choice, ok)
	}
	if !strings.Contains(m.Text, m.Unsubscribe) || !strings.Contains(m.HTML, m.Unsubscribe) || !strings.Contains(m.HTML, "https://rollout.example.com/l/") || !strings.Contains(m.Text, "Aldermere") || !m.Bulk {
		t.Errorf("text %q\nhtml %q", m.Text, m.HTML)
	}
}

func TestWhatCannotBeEnded(t *testing.T) {
	for name, change := range map[string]func(*comms.Parcel){
		"mandatory": func(p *comms.Parcel) { p.Mandatory = true },
		"a test":    func(p *comms.Parcel) { p.Kind = comms.KindTest },
		"a seat":    func(p *comms.Parcel) { p.Kind = comms.KindSeat },
	} {
		c, sink := sinking()
		p := parcel(comms.Mail)
		change(&p)
		c.Carry(t.Context(), p)
		if m := sink.Taken()[0].Mail; m.Unsubscribe != "" || strings.Contains(m.HTML, "/unsubscribe/") {
			t.Errorf("%s can be ended: %q", name, m.Unsubscribe)
		}
	}
}

func TestPostsAreCarried(t *testing.T) {
	for kind, want := range map[comms.ChannelKind]string{comms.Slack: "*Tomorrow.*", comms.Teams: "**Tomorrow.**"} {
		c, sink := sinking()
		if o := c.Carry(t.Context(), parcel(kind)); o.State != comms.Sent {
			t.Fatalf("%+v", o)
		}
		if n := sink.Taken()[0].Note; !strings.Contains(n.Text, want) || !strings.Contains(n.Text, "https://rollout.example.com/l/") || n.Subject != "Wave 1 opens" {
			t.Errorf("%s: %+v", kind, n)
		}
	}
}

func TestNothingIsSetUp(t *testing.T) {
	c, _ := sinking()
	c.mail = nil
	if o := c.Carry(t.Context(), parcel(comms.Mail)); o.State != comms.Waiting || !o.Down || !strings.Contains(o.Say, "SMTP_URL") {
		t.Errorf("without a mail server: %+v", o)
	}
	c.address = func(context.Context, int) (string, error) { return "", fault.New(fault.NotFound, "No key is stored.") }
	if o := c.Carry(t.Context(), parcel(comms.Slack)); o.State != comms.Refused {
		t.Errorf("without an address: %+v", o)
	}
}
