package deliver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// line is a connection to the mail server on which we are signed in.
type line struct {
	wire   *wire
	client *smtp.Client
	mails  int // taken over it
	free   *time.Timer
}

// quitTakes bounds a good-bye: nothing depends on its answer.
const quitTakes = 2 * time.Second

// connect opens a line: TCP, TLS, greeting, sign-in. It keeps to the deadline of ctx.
func (m *Mailer) connect(ctx context.Context) (*line, error) {
	dialer := net.Dialer{}
	conn, err := dialer.DialContext(ctx, "tcp", m.setting.Address())
	if err != nil {
		return nil, fmt.Errorf("cannot connect: %w", err)
	}
	l := &line{wire: &wire{Conn: conn}}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })
	defer stop()
	if until, ok := ctx.Deadline(); ok {
		conn.SetDeadline(until)
	}
	if err := m.introduce(l); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// introduce says hello in secrecy and signs in.
func (m *Mailer) introduce(l *line) (err error) {
	if err := m.greet(l); err != nil {
		return fmt.Errorf("no greeting: %w", err)
	}
	if err := l.client.Hello(helloName(l.wire.LocalAddr())); err != nil {
		return fmt.Errorf("no greeting: %w", err)
	}
	if m.setting.Secrecy == StartTLS {
		if ok, _ := l.client.Extension("STARTTLS"); !ok {
			return errors.New("the server offers no TLS")
		}
		if err := l.client.StartTLS(m.tls); err != nil {
			return fmt.Errorf("no TLS: %w", err)
		}
	}
	return m.signIn(l.client)
}

// greet waits for the server's first words, behind TLS where it is so from the first byte.
func (m *Mailer) greet(l *line) (err error) {
	var conn net.Conn = l.wire
	if m.setting.Secrecy == Implicit {
		conn = tls.Client(conn, m.tls)
	}
	l.client, err = smtp.NewClient(conn, m.setting.Host)
	return err
}

// helloName is what we call ourselves: the name of this machine when it has a full one, else its address.
func helloName(local net.Addr) string {
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") && ascii(name) && !strings.ContainsAny(name, " \r\n") {
		return name
	}
	tcp, ok := local.(*net.TCPAddr)
	switch {
	case !ok:
		return "localhost"
	case tcp.IP.To4() != nil:
		return "[" + tcp.IP.String() + "]"
	}
	return "[IPv6:" + tcp.IP.String() + "]"
}

// signIn proves who we are, in the best way that the server offers.
func (m *Mailer) signIn(c *smtp.Client) error {
	if m.setting.User == "" {
		return nil
	}
	_, offered := c.Extension("AUTH")
	auth := m.auth(strings.Fields(strings.ToUpper(offered)))
	if auth == nil {
		return errors.New("cannot sign in: the server offers none of SCRAM, PLAIN and LOGIN")
	}
	if err := c.Auth(auth); err != nil {
		return fmt.Errorf("cannot sign in: %w", err)
	}
	return nil
}

// auth picks a way to sign in. Without TLS a password is only shown where the setting says so.
func (m *Mailer) auth(offered []string) smtp.Auth {
	s := m.setting
	ways := map[string]smtp.Auth{
		"SCRAM-SHA-256": smtp.ScramSHA256Auth(s.User, s.Password),
		"SCRAM-SHA-1":   smtp.ScramSHA1Auth(s.User, s.Password),
		"PLAIN":         smtp.PlainAuth("", s.User, s.Password, s.Host, s.Secrecy == Open),
		"LOGIN":         smtp.LoginAuth(s.User, s.Password, s.Host, s.Secrecy == Open),
	}
	for _, name := range []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"} {
		for _, o := range offered {
			if o == name {
				return ways[name]
			}
		}
	}
	return nil
}

// reset makes a line that was used before ready for the next mail, or says that it is none any more.
func (l *line) reset(ctx context.Context) error {
	if until, ok := ctx.Deadline(); ok {
		l.wire.SetDeadline(until)
	}
	return l.client.Reset()
}

// quit says good-bye and hangs up.
func (l *line) quit() {
	l.wire.SetDeadline(time.Now().Add(quitTakes))
	if l.client.Quit() != nil {
		l.wire.Close()
	}
}

// angled writes an address as commands have it.
func angled(address string) string { return (&mail.Address{Address: address}).String() }
