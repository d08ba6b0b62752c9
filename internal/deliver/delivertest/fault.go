package delivertest

import (
	"net"

	"github.com/emersion/go-smtp"
)

// Step is where in a mail's way something goes wrong.
type Step string

// The steps.
const (
	AtSender    Step = "sender"    // MAIL
	AtRecipient Step = "recipient" // RCPT
	AtStart     Step = "start"     // DATA was said, nothing of the mail is read
	AtMiddle    Step = "middle"    // some of the mail is read
	AtEnd       Step = "end"       // the whole mail and its final dot are read
)

// What happens there.
const (
	Answer = "answer" // with Code
	Hang   = "hang"   // nothing is said any more
	Cut    = "cut"    // the connection is closed
)

// Rule is something that goes wrong.
type Rule struct {
	Step Step   `json:"step"`
	Do   string `json:"do"`
	Code int    `json:"code,omitempty"`
	Say  string `json:"say,omitempty"`  // the answer's text
	Keep bool   `json:"keep,omitempty"` // at the end: the mail is kept all the same

	// For which mails: all of them, unless one of these says otherwise.
	To   string `json:"to,omitempty"`   // the recipient
	Nth  int    `json:"nth,omitempty"`  // only the n-th transaction, counted from 1
	From int    `json:"from,omitempty"` // from this transaction on
	Last int    `json:"last,omitempty"` // until this one; 0: for good
}

// Inject adds rules. The first that fits is what happens.
func (s *Server) Inject(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, rules...)
}

// Heal takes every rule away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// fault returns what goes wrong at a step of a transaction.
func (s *Server) fault(at Step, nth int, to string) (Rule, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		if r.Step == at && r.fits(nth, to) {
			return r, true
		}
	}
	return Rule{}, false
}

func (r Rule) fits(nth int, to string) bool {
	return (r.To == "" || r.To == to) && (r.Nth == 0 || r.Nth == nth) && nth >= r.From && (r.Last == 0 || nth <= r.Last)
}

// suffer does what the rules say about a step.
func (s *session) suffer(at Step) error {
	r, ok := s.server.fault(at, s.nth, s.to)
	if !ok {
		return nil
	}
	return s.do(r)
}

func (s *session) do(r Rule) error {
	switch r.Do {
	case Hang:
		<-s.server.done
		return &smtp.SMTPError{Code: 421, Message: "closing"}
	case Cut:
		s.conn.Conn().Close()
		return &smtp.SMTPError{Code: 421, Message: "cut"}
	}
	say := r.Say
	if say == "" {
		say = "as the test wants it"
	}
	return &smtp.SMTPError{Code: r.Code, EnhancedCode: smtp.NoEnhancedCode, Message: say}
}

// counting counts and remembers connections.
type counting struct {
	net.Listener
	server *Server
}

func (c counting) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken++
	s.conns[conn] = true
	if s.cfg.Wrap != nil {
		conn = s.cfg.Wrap(conn)
	}
	return conn, nil
}
