package comms

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"

	"groundswell/internal/fault"
)

// What is read of a file that says mail came back.
const (
	MaxBounce      = 1 << 20 // bytes of one file; more is not read
	maxBounceParts = 20
	maxBounced     = 200 // recipients of one file
)

var errNoReport = fault.New(fault.Invalid, "This is no notice that mail came back. Save the notice itself as a file (.eml), not a forwarded copy.")

// ReadBounces reads a delivery status notification (RFC 3464): a whole mail, or
// only its message/delivery-status. It returns whom the mail did not reach for
// good, once each; delays and receipts are left out. What is no notification is Invalid.
func ReadBounces(r io.Reader) ([]Bounce, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxBounce+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > MaxBounce:
		return nil, fault.New(fault.TooLarge, "A notice that mail came back is no longer than 1 MB.")
	}
	var report bounceReport
	if m, err := mail.ReadMessage(bytes.NewReader(text)); err == nil {
		report.mail(m)
	}
	if !report.found {
		report.status(bytes.NewReader(text))
	}
	if !report.found {
		return nil, errNoReport
	}
	for i := range report.list {
		report.list[i].Delivery = report.original
	}
	if len(report.list) > 1 { // one mail of ours has one recipient: another list is not about it
		for i := range report.list {
			report.list[i].Delivery = 0
		}
	}
	return report.list, nil
}

// bounceReport is a notification being read.
type bounceReport struct {
	found    bool
	original DeliveryID
	list     []Bounce
}

// mail reads a whole mail.
func (b *bounceReport) mail(m *mail.Message) {
	for _, name := range []string{"In-Reply-To", "References", "X-Failed-Message-Id"} {
		b.about(m.Header.Get(name))
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	switch {
	case err != nil:
	case kind == "message/delivery-status":
		b.status(m.Body)
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		b.parts(multipart.NewReader(m.Body, params["boundary"]))
	}
}

// parts reads what a mail is made of. What is broken off ends it.
func (b *bounceReport) parts(parts *multipart.Reader) {
	for range maxBounceParts {
		p, err := parts.NextPart()
		if err != nil {
			return
		}
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "message/delivery-status", "message/global-delivery-status":
			b.status(p)
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			head, _ := textproto.NewReader(bufio.NewReader(p)).ReadMIMEHeader()
			b.about(head.Get("Message-Id"))
		}
	}
}

// about keeps which delivery a Message-ID is of.
func (b *bounceReport) about(ids string) {
	for _, id := range strings.Fields(ids) {
		if d, ours := MailIDOf(id); ours && b.original == 0 {
			b.original = d
		}
	}
}

// status reads groups of fields: the first is about the mail, each other about one recipient.
func (b *bounceReport) status(r io.Reader) {
	fields := textproto.NewReader(bufio.NewReader(r))
	for range maxBounced + 1 {
		group, err := fields.ReadMIMEHeader()
		if group.Get("Reporting-Mta") != "" || group.Get("Final-Recipient") != "" {
			b.found = true
		}
		if bounce, ok := bounceOf(group); ok {
			b.keep(bounce)
		}
		var malformed textproto.ProtocolError
		if err != nil && (len(group) == 0 || errors.As(err, &malformed) || errors.Is(err, io.EOF)) {
			return
		}
	}
}

func (b *bounceReport) keep(bounce Bounce) {
	for _, known := range b.list {
		if known.Email == bounce.Email {
			return
		}
	}
	b.list = append(b.list, bounce)
}

// bounceOf reads what is said of one recipient; false when it was not given up.
func bounceOf(group textproto.MIMEHeader) (Bounce, bool) {
	email := reportedAddress(group.Get("Original-Recipient"))
	if email == "" {
		email = reportedAddress(group.Get("Final-Recipient"))
	}
	if email == "" || !strings.EqualFold(strings.TrimSpace(group.Get("Action")), "failed") {
		return Bounce{}, false
	}
	status, _, _ := strings.Cut(strings.TrimSpace(group.Get("Status")), " ")
	return Bounce{Email: email, Reason: BounceReasonOf(status, 0)}, true
}

// reportedAddress reads "rfc822; ada@example.com", folded; "" for what is no address.
func reportedAddress(field string) string {
	_, text, typed := strings.Cut(field, ";")
	if !typed {
		text = field
	}
	a, err := mail.ParseAddress(strings.TrimSpace(text))
	if err != nil || len(a.Address) > 320 {
		return ""
	}
	return strings.ToLower(a.Address)
}
