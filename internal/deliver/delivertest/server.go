// Package delivertest is a mail server for tests: a real one on loopback that
// keeps what it accepts and misbehaves in the ways real ones do when told to. It
// shares no code with the client it tests. Only tests import it.
package delivertest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// From is whom the mails of [Server.URL] are from.
const From = "rollout@example.com"

// Config is how a server is. The zero value speaks in the open and lets everyone in.
type Config struct {
	Listen   string // "127.0.0.1:0" when empty
	Log      string // a file that every mail is in before it is acknowledged; "": memory only
	StartTLS bool
	Implicit bool // TLS from the first byte
	User     string
	Password string
	NoUTF8   bool                    // knows only plain addresses
	Wrap     func(net.Conn) net.Conn // stands between the server and the network
}

// Kept is a mail that the server accepted.
type Kept struct {
	From string    `json:"from"`
	To   string    `json:"to"`
	ID   string    `json:"id"` // Message-ID without <>
	At   time.Time `json:"at"`
	Data string    `json:"data"`
}

// Server is the running server.
type Server struct {
	cfg   Config
	inner *smtp.Server
	addr  string
	roots *x509.CertPool
	done  chan struct{}
	end   sync.Once

	mu    sync.Mutex
	kept  []Kept
	rules []Rule
	began int // transactions
	conns map[net.Conn]bool
	taken int // connections accepted so far
	log   *journal
}

// NewServer starts a server that ends with the test.
func NewServer(t testing.TB, cfg Config) *Server {
	t.Helper()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Open starts a server.
func Open(cfg Config) (*Server, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	s := &Server{cfg: cfg, done: make(chan struct{}), conns: map[net.Conn]bool{}}
	var err error
	if s.log, err = openJournal(cfg.Log); err != nil {
		return nil, err
	}
	s.kept = s.log.before
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s.addr = l.Addr().String()
	s.inner = smtp.NewServer(smtp.BackendFunc(s.session))
	s.inner.Domain, s.inner.AllowInsecureAuth, s.inner.EnableSMTPUTF8 = "localhost", true, !cfg.NoUTF8
	s.inner.ErrorLog = log.New(io.Discard, "", 0)
	l = counting{l, s}
	if cfg.StartTLS || cfg.Implicit {
		cert, roots := certificate()
		s.roots = roots
		s.inner.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	if cfg.Implicit {
		l, s.inner.TLSConfig = tls.NewListener(l, s.inner.TLSConfig), nil
	}
	go s.inner.Serve(l)
	return s, nil
}

// Close stops the server at once.
func (s *Server) Close() {
	s.end.Do(func() {
		close(s.done)
		s.inner.Close()
		s.HangUp()
		s.log.close()
	})
}

// Addr is host:port.
func (s *Server) Addr() string { return s.addr }

// Roots is who vouches for the server's certificate; nil: it has none.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// URL is an SMTP_URL for the server, with further options.
func (s *Server) URL(options ...string) string {
	u := url.URL{Scheme: "smtp", Host: s.addr, RawQuery: strings.Join(append([]string{"from=" + From}, options...), "&")}
	switch {
	case s.cfg.Implicit:
		u.Scheme = "smtps"
	case s.cfg.StartTLS:
		u.RawQuery += "&tls=starttls"
	}
	if s.cfg.User != "" {
		u.User = url.UserPassword(s.cfg.User, s.cfg.Password)
	}
	return u.String()
}

// Kept returns every mail that was accepted, in order.
func (s *Server) Kept() []Kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept)
}

// Connections returns how many connections were accepted so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// HangUp cuts every connection there is.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// keep accepts a mail: it is in the log, if there is one, before this returns.
func (s *Server) keep(k Kept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.log.add(k); err != nil {
		return err
	}
	s.kept = append(s.kept, k)
	return nil
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c, in: s.cfg.User == ""}, nil
}

// session is one connection.
type session struct {
	server *Server
	conn   *smtp.Conn
	in     bool // signed in
	nth    int  // which transaction of the server this is
	from   string
	to     string
}

func (s *session) AuthMechanisms() []string {
	if s.server.cfg.User == "" {
		return nil
	}
	return []string{sasl.Plain, sasl.Login}
}

func (s *session) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != s.server.cfg.User || password != s.server.cfg.Password {
			return smtp.ErrAuthFailed
		}
		s.in = true
		return nil
	}
	if mech == sasl.Login {
		return &login{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	s.server.mu.Lock()
	s.server.began++
	s.nth = s.server.began
	s.server.mu.Unlock()
	s.from = from
	return s.suffer(AtSender)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.suffer(AtRecipient)
}

func (s *session) Data(r io.Reader) error {
	if err := s.suffer(AtStart); err != nil {
		return err
	}
	if f, ok := s.server.fault(AtMiddle, s.nth, s.to); ok {
		if _, err := io.CopyN(io.Discard, r, 64); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return s.do(f)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	f, faulty := s.server.fault(AtEnd, s.nth, s.to)
	if !faulty || f.Keep {
		if err := s.server.keep(Kept{From: s.from, To: s.to, ID: idOf(string(data)), At: time.Now(), Data: string(data)}); err != nil {
			return err
		}
	}
	if faulty {
		return s.do(f)
	}
	return nil
}

// idOf returns the Message-ID of a mail.
func idOf(data string) string {
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		return ""
	}
	return strings.Trim(m.Header.Get("Message-Id"), "<> ")
}

// login is the old way to sign in: name and password, asked for one after the other.
type login struct {
	check func(user, password string) error
	asked int
	user  string
}

func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}
