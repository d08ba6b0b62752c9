package deliver

import (
	"context"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"time"
)

// lastLook is how long a server has to say that it is gone before the end of a mail is written.
const lastLook = 2 * time.Millisecond

// errOutOfTurn is a server that speaks or hangs up before a mail has ended.
var errOutOfTurn = errors.New("the server did not wait for the end of the mail")

// try takes one mail over a line. keep reports whether the line can be used again.
func (m *Mailer) try(ctx context.Context, l *line, letter Mail, raw []byte) (r Receipt, keep bool) {
	until := time.Now().Add(m.setting.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	l.wire.SetDeadline(until)
	stop := context.AfterFunc(ctx, func() { l.wire.SetDeadline(time.Now()) })
	defer stop()

	if utf8, _ := l.client.Extension("SMTPUTF8"); !utf8 && !ascii(letter.To+m.setting.From.Address) {
		return Receipt{State: Refused, Say: "The mail server takes no addresses with such letters.", Address: true}, true
	}
	l.client.SkipSMTPUTF8(ascii(letter.To + m.setting.From.Address))
	if err := l.client.Mail(angled(m.setting.From.Address)); err != nil {
		r = atSender(err, letter)
		return r, r.orderly()
	}
	if err := l.client.Rcpt(angled(letter.To)); err != nil {
		r = atRecipient(err, letter)
		return r, r.orderly()
	}
	data, err := l.client.Data()
	if err != nil {
		r = beforeDot(err, letter)
		return r, r.orderly()
	}
	if _, err := data.Write(raw); err != nil {
		return beforeDot(err, letter), false
	}
	if err := l.listen(until); err != nil {
		return beforeDot(err, letter), false
	}
	if !stop() {
		return beforeDot(ctx.Err(), letter), false
	}
	l.wire.SetDeadline(time.Now().Add(m.setting.Timeout))
	if err := data.Close(); err != nil {
		r = afterDot(err, l.wire.wroteAll(), letter)
		return r, r.orderly()
	}
	return Receipt{State: Sent, Code: 250}, true
}

// orderly reports whether a refusal leaves a connection on which the next mail can be tried.
func (r Receipt) orderly() bool { return r.Code >= 400 && r.Code <= 599 && r.Code != 421 }

// listen pushes out what was written of a mail and looks once more whether the server
// waits for the rest: one that has gone by now cannot have kept the mail.
func (l *line) listen(until time.Time) error {
	if err := l.client.Text.W.Flush(); err != nil {
		return err
	}
	l.wire.SetReadDeadline(time.Now().Add(lastLook))
	_, err := l.client.Text.R.Peek(1)
	l.wire.SetReadDeadline(until)
	if timedOut(err) {
		return nil
	}
	if err == nil {
		return errOutOfTurn
	}
	return err
}

// atSender judges what was heard before the server knew the recipient: unless it
// is a final word on this mail, nothing is about this one.
func atSender(err error, letter Mail) Receipt {
	r := beforeDot(err, letter)
	switch r.Code {
	case 530, 534, 535, 538: // it wants us to sign in otherwise
		r.State, r.Down = Retry, true
	}
	r.Down = r.Down || r.State == Retry && (r.Code == 0 || r.Code == 421)
	return r
}

// atRecipient judges what was heard about the recipient.
func atRecipient(err error, letter Mail) Receipt {
	r := beforeDot(err, letter)
	r.Address = r.State == Refused && !aboutPolicy(r.Say)
	return r
}

// aboutPolicy reports whether an answer's enhanced code is one of policy or of the server, not of an address.
func aboutPolicy(say string) bool {
	return strings.HasPrefix(say, "5.7.") || strings.HasPrefix(say, "5.3.") || strings.HasPrefix(say, "5.4.") || strings.HasPrefix(say, "5.5.")
}

// beforeDot judges an error while the end of the mail was not written: it cannot have arrived.
func beforeDot(err error, letter Mail) Receipt {
	code, text, ok := answerIn(err)
	if !ok {
		return Receipt{State: Retry, Say: sayable(brief(err), hidden(letter)...)}
	}
	r := Receipt{State: Retry, Code: code, Say: sayable(text, hidden(letter)...)}
	if code >= 500 && code <= 599 {
		r.State = Refused
	}
	return r
}

// afterDot judges an error after the end of the mail was to be written. Where the end did not
// leave this machine, it cannot have arrived; where no clear answer came, nobody knows.
func afterDot(err error, wrote bool, letter Mail) Receipt {
	code, text, ok := answerIn(err)
	say := sayable(text, hidden(letter)...)
	switch {
	case ok && code >= 200 && code <= 299:
		return Receipt{State: Sent, Code: code}
	case ok && code >= 400 && code <= 499:
		return Receipt{State: Retry, Code: code, Say: say}
	case ok && code >= 500 && code <= 599:
		return Receipt{State: Refused, Code: code, Say: say}
	case !wrote:
		return Receipt{State: Retry, Say: "The connection broke before the end of the mail."}
	case timedOut(err):
		return Receipt{State: Unknown, Code: code, Say: "The server had the whole mail and did not answer in time."}
	}
	return Receipt{State: Unknown, Code: code, Say: "The server had the whole mail, and the connection ended without a clear answer."}
}

// hidden are the parts of a recipient that no answer may repeat.
func hidden(letter Mail) []string {
	local, _, _ := strings.Cut(letter.To, "@")
	return []string{letter.To, local, letter.ToName}
}

func timedOut(err error) bool {
	var late net.Error
	return errors.As(err, &late) && late.Timeout()
}

// brief says in a few words what went wrong with a connection.
func brief(err error) string {
	var odd textproto.ProtocolError
	var op *net.OpError
	switch {
	case timedOut(err):
		return "The server did not answer in time."
	case errors.As(err, &odd):
		return "The server's answer is not that of a mail server."
	case errors.As(err, &op):
		return "The connection broke: " + op.Err.Error() + "."
	}
	return "The connection broke: " + err.Error() + "."
}
