package deliver

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var from = mail.Address{Name: "Rollout", Address: "rollout@example.com"}

// expected are the headers that a mail has, and no others.
var expected = []string{
	"Auto-Submitted", "Content-Type", "Date", "From", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-Id", "Mime-Version",
	"Precedence", "Subject", "To", "X-Auto-Response-Suppress",
}

func TestAMailIsReadAsItWasWritten(t *testing.T) {
	m := letter(7, "ines@example.com")
	raw, err := m.render(from)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<delivery-7@example.com>", "List-Unsubscribe": "<" + m.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted": "auto-generated", "Precedence": "bulk", "Date": "Thu, 19 Nov 2026 09:00:00 +0000", "Mime-Version": "1.0",
	} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("%s: %q", name, have)
		}
	}
	kinds, bodies := parts(t, got)
	if !slices.Equal(kinds, []string{"text/plain", "text/html"}) || bodies[0] != m.Text || bodies[1] != m.HTML {
		t.Errorf("parts %v: %q", kinds, bodies)
	}
}

// parts reads a mail's alternatives.
func parts(t interface{ Fatal(...any) }, m *mail.Message) (kinds, bodies []string) {
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatal(kind, err)
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return kinds, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatal("charset", params)
		}
		kinds, bodies = append(kinds, kind), append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
}

// nasty draws text that tries to get out of the header it is in.
func nasty() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(
			rapid.String(), rapid.SampledFrom([]string{
				"\r\nBcc: evil@example.com", "\nX-Injected: 1", "\r", "\x00", "\r\n\r\n<html>", "=?utf-8?q?=0D=0ABcc:_x?=", "  ", "\u2028", "\u0085", "\xff\xfe",
				"\"", ">,<", "Inès", "日本語", strings.Repeat("long ", 40), strings.Repeat("x", 300), "\t", ";", ":", "\v\r\n ",
			}),
		), 0, 4).Draw(t, "words"), "")
	})
}

// TestNoFieldInjects draws hostile fields: whatever they hold, the mail has the headers
// that it is to have, one of each, short lines of plain ASCII, and one recipient.
func TestNoFieldInjects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Mail{
			ID: rapid.OneOf(rapid.Just("delivery-1@example.com"), nasty()).Draw(t, "id"),
			To: rapid.OneOf(rapid.Just("ines@example.com"), nasty(), rapid.Map(nasty(), func(s string) string { return s + "@example.com" })).Draw(t, "to"), ToName: nasty().Draw(t, "name"),
			Subject: nasty().Draw(t, "subject"), Text: nasty().Draw(t, "text"), HTML: "<p>" + nasty().Draw(t, "html") + "</p>",
			Unsubscribe: rapid.OneOf(rapid.Just("https://rollout.example.com/u"), nasty()).Draw(t, "link"), Bulk: true, At: time.Unix(1_800_000_000, 0),
		}
		sender := mail.Address{Name: nasty().Draw(t, "sender"), Address: "rollout@example.com"}
		raw, err := m.render(sender)
		if err != nil {
			return // refused whole: nothing goes out
		}
		got, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v\n%q", err, raw)
		}
		judgeHeaders(t, got, m)
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		judgeLines(t, head, ascii(m.To))
		parts(t, got)
	})
}

func judgeHeaders(t *rapid.T, got *mail.Message, m Mail) {
	for name, values := range got.Header {
		if !slices.Contains(expected, name) || len(values) != 1 {
			t.Fatalf("header %s: %q", name, values)
		}
	}
	if m.Unsubscribe != "" && len(got.Header) != len(expected) {
		t.Fatalf("headers %v", got.Header)
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != m.To {
		t.Fatalf("to %v, %v", to, err)
	}
	if sender, err := got.Header.AddressList("From"); err != nil || len(sender) != 1 || sender[0].Address != "rollout@example.com" {
		t.Fatalf("from %v, %v", sender, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if want := oneLine(m.Subject); err != nil || subject != want {
		t.Fatalf("subject %q, want %q, %v", subject, want, err)
	}
}

var loneBreak = regexp.MustCompile(`\r[^\n]|[^\r]\n`)

func judgeLines(t *rapid.T, head []byte, plain bool) {
	if loneBreak.Match(head) || bytes.ContainsRune(head, 0) || !utf8.Valid(head) {
		t.Fatalf("lines %q", head)
	}
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if len(line) > 998 || strings.TrimSpace(line) == "" || plain && !ascii(line) {
			t.Fatalf("line %q", line)
		}
	}
}

func TestMailable(t *testing.T) {
	for address, want := range map[string]bool{
		"ines@example.com": true, "ines.duarte+cowork@mail.example.com": true, "inès@example.com": true, "o'neil@example.com": true,
		"": false, "ines": false, "@example.com": false, "ines@": false, "Inès <ines@example.com>": false, "a@b@example.com": false, "a b@example.com": false,
		"\"a b\"@example.com": false, "ines@example.com\r\nBcc: x@example.com": false, "ines@example.com, b@example.com": false, "<ines@example.com>": false,
		strings.Repeat("x", 250) + "@example.com": false, "ines@example.com (comment)": false, "ines@exam\x00ple.com": false, "ines@\xff.com": false,
	} {
		if Mailable(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
