package deliver

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// Mail is one mail to one person.
type Mail struct {
	ID          string // stable over tries, without <>: what a server could know a double by
	To          string
	ToName      string // "" when nobody has said it
	Subject     string
	Text        string // plain
	HTML        string // "": plain text only
	Unsubscribe string // a link that ends mails of its kind, by GET for people and POST for programs; "": mandatory
	Bulk        bool   // to many: nobody's absence note should answer it
	At          time.Time
}

// longestAddress is that of RFC 5321.
const longestAddress = 254

// Mailable reports whether mail can be addressed to address: a plain local part and a domain.
func Mailable(address string) bool {
	a, err := mail.ParseAddress(address)
	return err == nil && a.Name == "" && a.Address == address && len(address) <= longestAddress && utf8.ValidString(address) &&
		strings.Count(address, "@") == 1 && !strings.ContainsAny(address, " \t\"<>")
}

// ascii reports whether s is made of the letters every server knows.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// render writes m as it goes over the wire, from a sender.
func (m Mail) render(from mail.Address) ([]byte, error) {
	if !Mailable(m.To) {
		return nil, errors.New("no mail can be sent to this address")
	}
	if m.ID == "" || m.ID != messageID(m.ID) {
		return nil, errors.New("the mail's id is no message id")
	}
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&mail.Address{Name: oneLine(from.Name), Address: from.Address})
	msg.ToMailAddress(&mail.Address{Name: oneLine(m.ToName), Address: m.To})
	msg.SetGenHeaderPreformatted(gomail.HeaderSubject, encodedWords(oneLine(m.Subject)))
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Bulk {
		msg.SetBulk()
	}
	if err := m.unsubscribable(msg); err != nil {
		return nil, err
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	return out.Bytes(), nil
}

func (m Mail) unsubscribable(msg *gomail.Msg) error {
	if m.Unsubscribe == "" {
		return nil
	}
	if strings.ContainsFunc(m.Unsubscribe, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
		return errors.New("the link to unsubscribe is no link")
	}
	msg.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
	msg.SetListUnsubscribePost()
	return nil
}

// messageID keeps of id what a message id may be made of.
func messageID(id string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' && !strings.ContainsRune(`<>()[]\,;:"`, r) {
			return r
		}
		return -1
	}, id)
}

// oneLine joins the words of s with single spaces; what is not text is left out.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029:
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// encodedBytes is how much text an encoded word holds: 75 signs at most, says RFC 2047.
const encodedBytes = 45

// encodedWords writes s for a header: as it is where it is short and plain, else as
// encoded words. What looks like an encoded word is encoded too, so that it is read as it was written.
func encodedWords(s string) string {
	if ascii(s) && len(s) <= 60 && !strings.Contains(s, "=?") {
		return s
	}
	var words []string
	for s != "" {
		n := min(len(s), encodedBytes)
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, "\r\n ")
}
