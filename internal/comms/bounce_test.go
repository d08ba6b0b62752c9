package comms

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"groundswell/internal/fault"
)

// notice is a notification as a mail server writes it.
func notice(status, original string) string {
	return strings.ReplaceAll(fmt.Sprintf(`From: MAILER-DAEMON@mx.example
To: cowork@aldermere.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

This is the mail system at host mx.example.

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 17 Nov 2026 09:00:04 +0000

%s
--b1
Content-Type: message/rfc822

Message-ID: %s
Subject: Why Cowork

Dear Ada
--b1--
`, status, original), "\n", "\r\n")
}

const gone = `Final-Recipient: rfc822; Ada.Moss@aldermere.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ada.moss@aldermere.example>: User unknown
`

func TestNoticesOfReturnedMailAreRead(t *testing.T) {
	other := strings.ReplaceAll(gone, "Ada.Moss", "bo")
	for name, c := range map[string]struct {
		text string
		want []Bounce
	}{
		"a mail of ours":       {notice(gone, "<d.42.1@gs.example>"), []Bounce{{42, "ada.moss@aldermere.example", NoSuchAddress}}},
		"a mail of another":    {notice(gone, "<abc@gs.example>"), []Bounce{{0, "ada.moss@aldermere.example", NoSuchAddress}}},
		"two recipients":       {notice(gone+"\n"+other, "<d.42.1@gs.example>"), []Bounce{{0, "ada.moss@aldermere.example", NoSuchAddress}, {0, "bo@aldermere.example", NoSuchAddress}}},
		"one twice":            {notice(gone+"\n"+gone, "<d.42.1@gs.example>"), []Bounce{{42, "ada.moss@aldermere.example", NoSuchAddress}}},
		"an alias":             {notice("Original-Recipient: rfc822;ada@aldermere.example\n"+gone, ""), []Bounce{{0, "ada@aldermere.example", NoSuchAddress}}},
		"only the status":      {"Reporting-MTA: dns; mx.example\n\n" + gone, []Bounce{{0, "ada.moss@aldermere.example", NoSuchAddress}}},
		"a delay":              {notice(strings.Replace(gone, "failed", "delayed", 1), "<d.42.1@gs.example>"), nil},
		"a receipt":            {notice(strings.Replace(gone, "failed", "delivered", 1), "<d.42.1@gs.example>"), nil},
		"a full mailbox":       {notice(strings.Replace(gone, "Status: 5.1.1", "Status: 5.2.2 (full)", 1), "<d.42.1@gs.example>"), []Bounce{{42, "ada.moss@aldermere.example", MailboxFull}}},
		"a name for a mailbox": {notice(strings.Replace(gone, "Ada.Moss@aldermere.example", "nobody", 1), ""), nil},
	} {
		got, err := ReadBounces(strings.NewReader(c.text))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestWhatIsNoNoticeIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":   "",
		"words":     "Please take me off this list.",
		"a mail":    "From: a@b.example\r\nSubject: Re: Cowork\r\nContent-Type: text/plain\r\n\r\nI am away until Monday.\r\n",
		"a picture": "\x89PNG\r\n\x1a\n\x00\x00\x00",
	} {
		if got, err := ReadBounces(strings.NewReader(text)); !fault.Is(err, fault.Invalid) || got != nil {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if _, err := ReadBounces(bytes.NewReader(make([]byte, MaxBounce+1))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too long: %v", err)
	}
}

func TestReasonsOfReturnedMail(t *testing.T) {
	for _, c := range []struct {
		status string
		code   int
		want   BounceReason
	}{
		{"5.1.1", 0, NoSuchAddress}, {"5.1.10", 0, NoSuchAddress}, {"5.2.1", 0, NoSuchAddress}, {"5.2.2", 0, MailboxFull}, {"4.2.2", 0, MailboxFull},
		{"5.7.1", 0, Blocked}, {"4.4.7", 0, Undeliverable}, {"5.4.4", 0, Undeliverable}, {"5.3.4", 0, OtherBounce}, {"", 0, OtherBounce},
		{"", 550, NoSuchAddress}, {"", 552, MailboxFull}, {"nonsense", 554, OtherBounce},
	} {
		if got := BounceReasonOf(c.status, c.code); got != c.want {
			t.Errorf("%q %d: %s, want %s", c.status, c.code, got, c.want)
		}
	}
	for _, r := range BounceReasons() {
		if r != OtherBounce && r.Say() == OtherBounce.Say() {
			t.Errorf("%s has no words", r)
		}
	}
}

func TestMailIDsNameTheirDelivery(t *testing.T) {
	if d, ok := MailIDOf("<" + MailID(42, 3, "gs.example") + ">"); !ok || d != 42 {
		t.Errorf("%d %v", d, ok)
	}
	for _, foreign := range []string{"", "<abc@gs.example>", "<d.0.1@x>", "<d.-4.1@x>", "<d.99999999999999999999.1@x>", "<d.1@x>"} {
		if d, ok := MailIDOf(foreign); ok {
			t.Errorf("%q is of %d", foreign, d)
		}
	}
}

// FuzzReadBounces looks for input that panics, or for an address that is none.
func FuzzReadBounces(f *testing.F) {
	f.Add([]byte(notice(gone, "<d.42.1@gs.example>")))
	f.Add([]byte("Reporting-MTA: dns; mx.example\n\n" + gone))
	f.Add([]byte("Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := ReadBounces(bytes.NewReader(text))
		if err != nil && list != nil || len(list) > maxBounced {
			t.Fatalf("%d %v", len(list), err)
		}
		for _, b := range list {
			if b.Email == "" || b.Email != strings.ToLower(b.Email) || !b.Reason.Valid() {
				t.Fatalf("%+v", b)
			}
		}
	})
}
