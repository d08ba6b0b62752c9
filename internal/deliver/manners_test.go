package deliver

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"groundswell/internal/deliver/delivertest"
)

// crumbs is a connection that says everything byte by byte.
type crumbs struct{ net.Conn }

func (c crumbs) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := c.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

func TestASlowServer(t *testing.T) {
	s := delivertest.NewServer(t, delivertest.Config{StartTLS: true, Wrap: func(c net.Conn) net.Conn { return crumbs{c} }})
	m := mailer(t, s)
	for i := range 3 {
		if r := m.Send(t.Context(), letter(i, "a@example.com")); r.State != Sent {
			t.Errorf("mail %d: %+v", i, r)
		}
	}
	if len(s.Kept()) != 3 {
		t.Errorf("%d kept", len(s.Kept()))
	}
}

// raw is a server that go-smtp would never be: what it says is written by hand.
func raw(t *testing.T, answer func(line string) string) *Mailer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go converse(conn, answer)
		}
	}()
	setting, err := ParseSetting("smtp://" + l.Addr().String() + "?from=a@example.com")
	if err != nil {
		t.Fatal(err)
	}
	setting.Timeout = time.Second
	m := NewMailer(setting, nil)
	t.Cleanup(m.Close)
	return m
}

// converse answers every command, and the end of a mail as ".".
func converse(conn net.Conn, answer func(line string) string) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	if _, err := io.WriteString(conn, answer("")); err != nil {
		return
	}
	mail := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		if mail && line != "." {
			continue
		}
		said := answer(line)
		mail = strings.HasPrefix(said, "354")
		if _, err := io.WriteString(conn, said); err != nil || strings.HasSuffix(said, "\x00") {
			return
		}
	}
}

func TestRudeServers(t *testing.T) {
	flood := strings.Repeat("x", 4*maxAnswer)
	good := func(line string) string {
		switch verb, _, _ := strings.Cut(line, " "); {
		case line == "":
			return "220 hello\r\n"
		case verb == "DATA":
			return "354 go on\r\n"
		case verb == "QUIT":
			return "221 bye\r\n"
		}
		return "250 fine\r\n"
	}
	but := func(on, say string) func(string) string {
		return func(line string) string {
			if verb, _, _ := strings.Cut(line, " "); verb == on {
				return say
			}
			return good(line)
		}
	}
	for name, c := range map[string]struct {
		answer func(string) string
		want   State
		down   bool
	}{
		"good":                   {good, Sent, false},
		"busy":                   {but("", "421 busy\r\n\x00"), Retry, true},
		"never":                  {but("", "554 not you\r\n\x00"), Retry, true},
		"no mail server":         {but("", "HTTP/1.1 400 Bad Request\r\n\r\n\x00"), Retry, true},
		"an endless greeting":    {but("", "220 "+flood), Retry, true},
		"endless lines":          {but("", strings.Repeat("220-more\r\n", 3*maxAnswer/10)), Retry, true},
		"endless at recipient":   {but("RCPT", "250 "+flood), Retry, false},
		"endless at the end":     {but(".", "250 "+flood), Unknown, false},
		"no sense at the end":    {but(".", "fine, thanks\r\n"), Unknown, false},
		"no code at the end":     {but(".", "\r\n"), Unknown, false},
		"shut at the end":        {but(".", "\x00"), Unknown, false},
		"speaks out of turn":     {but("RCPT", "250 fine\r\n250 queued\r\n"), Retry, false},
		"says yes before":        {but("DATA", "354 go on\r\n250 queued\r\n"), Retry, false},
		"a yes instead of go":    {but("DATA", "250 queued\r\n"), Retry, false},
		"binary":                 {but("RCPT", "550 \x00\x01\xff\xfe\x1b[31m no\r\n"), Refused, false},
		"an address in pieces":   {but("RCPT", "550-no\r\n550-<ines@example.com>\r\n550 there is no ines here\r\n"), Refused, false},
		"a mail that is too big": {but("MAIL", "552 5.3.4 too big\r\n"), Refused, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := raw(t, c.answer).Send(t.Context(), letter(1, "ines@example.com"))
			if r.State != c.want || r.Down != c.down || strings.Contains(r.Say, "ines") || strings.ContainsAny(r.Say, "\x00\x1b\n\r") || len(r.Say) > 4*maxSay {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// TestDotsInAMail sends lines that look like the end of a mail.
func TestDotsInAMail(t *testing.T) {
	s := delivertest.NewServer(t, delivertest.Config{})
	m := letter(1, "a@example.com")
	m.Text = "One\n.\n..\nTwo\n"
	if r := mailer(t, s).Send(t.Context(), m); r.State != Sent {
		t.Fatal(r)
	}
	if kept := s.Kept(); len(kept) != 1 || !bytes.Contains([]byte(kept[0].Data), []byte("One\r\n.\r\n..\r\nTwo\r\n")) {
		t.Errorf("kept %q", kept[0].Data)
	}
}

// TestAProcess sends to a server that is a process of its own, and reads its log.
func TestAProcess(t *testing.T) {
	p := delivertest.StartProcess(t, delivertest.Rule{Step: delivertest.AtEnd, Do: delivertest.Cut, Keep: true, Nth: 2})
	setting, err := ParseSetting(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	m := NewMailer(setting, nil)
	defer m.Close()
	for i, want := range []State{Sent, Unknown, Sent} {
		if r := m.Send(t.Context(), letter(i, "a@example.com")); r.State != want {
			t.Errorf("mail %d: %+v", i, r)
		}
	}
	kept := p.Kept(t)
	if len(kept) != 3 || kept[1].ID != "delivery-1@example.com" || kept[0].To != "a@example.com" {
		t.Errorf("kept %+v", kept)
	}
}
