package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"sync"
	"time"
)

// Mailer takes mails to one mail server. It keeps a few connections open and
// uses them again. It is safe for use by many at once.
type Mailer struct {
	setting Setting
	tls     *tls.Config
	idle    time.Duration
	places  chan struct{} // one in it for every connection in use

	mu     sync.Mutex
	free   []*line // the last one was used last
	closed bool
}

const (
	idleFor      = 25 * time.Second // servers hang up after minutes, proxies sooner
	mailsPerLine = 100              // many servers take no more over one connection
)

// NewMailer makes a mailer for a server. roots are who vouches for it; nil: whoever the machine trusts.
func NewMailer(s Setting, roots *x509.CertPool) *Mailer {
	return &Mailer{
		setting: s,
		tls:     &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: roots},
		idle:    idleFor,
		places:  make(chan struct{}, s.Connections),
	}
}

// Setting returns what the mailer was made for.
func (m *Mailer) Setting() Setting { return m.setting }

// Longest returns how long [Mailer.Send] can take at most, once a connection is free.
func (m *Mailer) Longest() time.Duration { return 2 * m.setting.Timeout }

// Send tries once to hand a mail to the server. An end of ctx counts until the mail's own
// end is written; from then on only the server's answer, or its absence, says what became of it.
func (m *Mailer) Send(ctx context.Context, letter Mail) Receipt {
	raw, err := letter.render(m.setting.From)
	if err != nil {
		return Receipt{State: Refused, Say: sayable(err.Error(), hidden(letter)...), Address: !Mailable(letter.To)}
	}
	ctx, cancel := context.WithTimeout(ctx, m.setting.Timeout)
	defer cancel()
	select {
	case m.places <- struct{}{}:
		defer func() { <-m.places }()
	case <-ctx.Done():
		return Receipt{State: Retry, Say: "Every connection to the mail server is busy."}
	}
	l, err := m.line(ctx)
	if err != nil {
		return m.unreachable(err)
	}
	r, keep := m.try(ctx, l, letter, raw)
	m.giveBack(l, keep)
	return r
}

// Greet connects, signs in and hangs up: whether mail could be sent now. Its error says why not, without secrets.
func (m *Mailer) Greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.setting.Timeout)
	defer cancel()
	l, err := m.connect(ctx)
	if err != nil {
		return errors.New(m.unreachable(err).Say)
	}
	l.quit()
	return nil
}

// unreachable is the receipt of a mail that found no connection.
func (m *Mailer) unreachable(err error) Receipt {
	code, text, ok := answerIn(err)
	if !ok {
		return Receipt{State: Retry, Down: true, Say: sayable(reach(err), m.setting.Password)}
	}
	return Receipt{State: Retry, Down: true, Code: code, Say: sayable(stage(err)+": "+text, m.setting.Password)}
}

// Close hangs up every connection that is not in use and keeps none from now on.
func (m *Mailer) Close() {
	m.mu.Lock()
	free := m.free
	m.free, m.closed = nil, true
	m.mu.Unlock()
	for _, l := range free {
		l.free.Stop()
		l.quit()
	}
}

// line returns a connection that works: one that was used before if it answers, else a new one.
func (m *Mailer) line(ctx context.Context) (*line, error) {
	for {
		l := m.take()
		if l == nil {
			return m.connect(ctx)
		}
		brisk, cancel := context.WithTimeout(ctx, m.setting.Timeout/4)
		err := l.reset(brisk)
		cancel()
		if err == nil {
			return l, nil
		}
		l.wire.Close()
	}
}

func (m *Mailer) take() *line {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.free) == 0 {
		return nil
	}
	l := m.free[len(m.free)-1]
	m.free = m.free[:len(m.free)-1]
	l.free.Stop()
	return l
}

// giveBack keeps a line for the next mail, for a while.
func (m *Mailer) giveBack(l *line, keep bool) {
	l.mails++
	if !keep {
		l.wire.Close()
		return
	}
	m.mu.Lock()
	keep = !m.closed && l.mails < mailsPerLine
	if keep {
		l.free = time.AfterFunc(m.idle, func() { m.expire(l) })
		m.free = append(m.free, l)
	}
	m.mu.Unlock()
	if !keep {
		l.quit()
	}
}

// expire hangs up a line that nobody used for a while.
func (m *Mailer) expire(l *line) {
	m.mu.Lock()
	found := false
	for i, f := range m.free {
		if f == l {
			m.free = append(m.free[:i:i], m.free[i+1:]...)
			found = true
			break
		}
	}
	m.mu.Unlock()
	if found {
		l.quit()
	}
}

// stage returns how far a connection got.
func stage(err error) string {
	text := err.Error()
	for _, s := range []string{"cannot connect", "no greeting", "no TLS", "cannot sign in"} {
		if len(text) >= len(s) && text[:len(s)] == s {
			return s
		}
	}
	return "cannot connect"
}

// reach says in a few words why there is no connection.
func reach(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var expired x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &unknown):
		return "no TLS: nobody this machine trusts vouches for the server's certificate"
	case errors.As(err, &name):
		return "no TLS: the server's certificate is for another name"
	case errors.As(err, &expired):
		return "no TLS: the server's certificate is not valid: " + expired.Error()
	case errors.As(err, &plain):
		return "no TLS: the server does not speak it"
	case errors.As(err, &dns):
		return "cannot connect: the server's name is not known"
	case timedOut(err):
		return stage(err) + ": the server did not answer in time"
	case errors.As(err, &op):
		return stage(err) + ": " + rootOf(op).Error()
	}
	return err.Error()
}

// rootOf returns the cause at the bottom of an error.
func rootOf(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
