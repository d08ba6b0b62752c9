package main

import (
	"net/url"
	"strings"
	"testing"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// TestBadInputOfMessages sends what cannot be used: it is refused with a reason, nothing is
// kept, and what was typed stays.
func TestBadInputOfMessages(t *testing.T) {
	w := newWhole(t, false)
	w.begins(10, 5)
	lead := w.enters(ines, identity.Lead)
	wave2 := w.rows(`select id::text from wave where name = 'Wave 2'`)[0]
	for _, c := range []struct{ name, field, typed, say string }{
		{"an unknown placeholder", "body", "Ask {{champions}} soon.", "Did you mean {{champion}}?"},
		{"an empty audience", "waves", wave2, "Nobody is in this audience"},
		{"a header in the subject", "subject", "Hello\r\nBcc: all@example.com", "line break"},
		{"a header in the owner", "owner", "Ines\r\nBcc: all@example.com", "such as Dana Whitfield"},
	} {
		f := lead.fills(route.NewMessage, "#message", "title", "My title", "subject", "My subject", "body", "My own text", "wave", w.wave(), "offset", "-2", "waves", w.wave(), c.field, c.typed)
		a := lead.post(route.Messages, f)
		if a.status != 422 || !strings.Contains(a.says("main"), c.say) {
			t.Errorf("%s: %d %s", c.name, a.status, a.says("main .err"))
		}
		if kept := fieldsOf(a.Find("#message")); kept.Get("body") != f.Get("body") || kept.Get("title") != "My title" || c.field == "waves" && kept.Get("waves") != wave2 {
			t.Errorf("%s: what was typed became %v", c.name, kept)
		}
	}
	if n := w.rows(`select count(*)::text from message`)[0]; n != "0" {
		t.Errorf("%s messages were kept", n)
	}
	for _, address := range []string{"https://169.254.169.254/latest", "https://10.1.2.3/hook", "https://localhost/hook", "https://[::1]/hook", "http://hooks.example.com/x", "https://127.0.0.1:" + strings.SplitAfter(w.url, ":")[2]} {
		f := lead.fills(route.SendChannels, "form[action='"+route.SendChannels+"']", "kind", "slack", "name", "#cowork-news", "per_minute", "30", "address", address)
		a := lead.post(route.SendChannels, f)
		if kept := a.Find("input[name=name]").AttrOr("value", ""); a.status != 422 || kept != "#cowork-news" {
			t.Errorf("%s: %d, the name became %q: %s", address, a.status, kept, a.says("main"))
		}
	}
	if n := w.rows(`select count(*)::text from send_channel`)[0]; n != "1" {
		t.Errorf("%s channels are kept", n)
	}
}

// TestInvalidAddressesOfTheRosterAreLeftOut has people on the roster whom no mail can be sent to.
func TestInvalidAddressesOfTheRosterAreLeftOut(t *testing.T) {
	w := newWhole(t, false)
	w.begins(10, 3)
	lead := w.enters(ines, identity.Lead)
	for _, wrong := range []string{"no-address", "two@at@example.com", "a b@example.com", "<p@example.com>", "line\nBcc: p001@example.com"} {
		w.do(`insert into person (email, name) values ($1, 'Unreachable')`, wrong)
	}
	w.enrols(4, 4)
	id := lead.writes()
	lead.approved(id, lead)
	lead.awaits(route.Message(id), "4 people as of now")
	lead.expects(route.Message(id), "5 left out: 5 no address that mail can be sent to")
	lead.acts(id, "send-now")
	w.turns()
	if got := w.got(""); len(got) != 4 || len(w.mail.Kept()) != 4 {
		t.Errorf("it went to %v", got)
	}
	lead.expects(w.mailing(id)+"?"+url.Values{"state": {"left_out"}}.Encode(), "Left out 5", "No address that mail can be sent to")
}
