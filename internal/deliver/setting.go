package deliver

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Secrecy is how the way to a mail server is kept secret.
type Secrecy string

// The ways.
const (
	StartTLS Secrecy = "starttls" // the connection begins in the open and turns to TLS before anything is said
	Implicit Secrecy = "implicit" // TLS from the first byte
	Open     Secrecy = "none"     // no TLS
)

// Setting is a mail server and how it is used.
type Setting struct {
	Host        string
	Port        int
	User        string // "": nobody signs in
	Password    string
	From        mail.Address
	Secrecy     Secrecy
	Timeout     time.Duration // for everything up to the end of a mail, and as much again for the answer to it
	Connections int           // at most so many at a time
}

// The defaults of a setting.
const (
	submissionPort     = 587
	implicitPort       = 465
	defaultTimeout     = 30 * time.Second
	longestTimeout     = 10 * time.Minute
	defaultConnections = 4
	mostConnections    = 32
)

// Address is where the server listens: host:port.
func (s Setting) Address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Way says in a few words how the server is spoken to.
func (s Setting) Way() string {
	said := map[Secrecy]string{StartTLS: "TLS after STARTTLS", Implicit: "TLS from the first byte", Open: "no TLS"}[s.Secrecy]
	if s.User == "" {
		return said + ", without signing in"
	}
	return said + ", signed in"
}

// ParseSetting reads a setting from an address like
// smtp://user:pass@host:587?from=rollout@example.com&name=Rollout. Its errors name no password.
func ParseSetting(address string) (Setting, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Setting{}, errors.New("is not an address; percent-encode what is special in user and password")
	}
	if u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return Setting{}, errors.New("is not an address like smtp://user:pass@host:587?from=rollout@example.com")
	}
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Setting{}, errors.New("has options that cannot be read; write ?from=rollout@example.com&name=Rollout")
	}
	for name := range options {
		if !strings.Contains(" from name tls timeout connections ", " "+name+" ") {
			return Setting{}, fmt.Errorf("has an option %q that there is not; there are from, name, tls, timeout and connections", name)
		}
	}
	s := Setting{Host: u.Hostname(), Timeout: defaultTimeout, Connections: defaultConnections}
	if u.User != nil {
		s.User = u.User.Username()
		s.Password, _ = u.User.Password()
	}
	return s, errors.Join(s.readSecrecy(u.Scheme, options.Get("tls")), s.readPort(u.Port()), s.readFrom(options), s.readLimits(options))
}

func (s *Setting) readSecrecy(scheme, said string) error {
	switch {
	case scheme == "smtps" && (said == "" || said == string(Implicit)):
		s.Secrecy = Implicit
	case scheme == "smtps":
		return fmt.Errorf("has tls=%s, and smtps is always TLS from the first byte", said)
	case said == "" && loopback(s.Host):
		s.Secrecy = Open
	case said == "":
		s.Secrecy = StartTLS
	case said == string(StartTLS) || said == string(Implicit) || said == string(Open):
		s.Secrecy = Secrecy(said)
	default:
		return fmt.Errorf("has tls=%s; there are starttls, implicit and none", said)
	}
	return nil
}

func (s *Setting) readPort(port string) error {
	switch {
	case port == "" && s.Secrecy == Implicit:
		s.Port = implicitPort
	case port == "":
		s.Port = submissionPort
	default:
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("has port %s; ports are 1 to 65535", port)
		}
		s.Port = n
	}
	return nil
}

// readFrom reads whom mail is from: an address, or whoever signs in when that is one.
func (s *Setting) readFrom(options url.Values) error {
	from := options.Get("from")
	if from == "" {
		from = s.User
	}
	// In a query + is a space; in an address a space is nothing, and + means itself.
	if at := strings.IndexByte(from, '@'); at > 0 && !strings.Contains(from, "<") {
		from = strings.ReplaceAll(from, " ", "+")
	}
	a, err := mail.ParseAddress(from)
	if err != nil || !Mailable(a.Address) {
		return errors.New("does not say whom mail is from; add ?from=rollout@example.com")
	}
	s.From = *a
	if name := options.Get("name"); name != "" {
		s.From.Name = oneLine(name)
	}
	return nil
}

func (s *Setting) readLimits(options url.Values) error {
	if said := options.Get("timeout"); said != "" {
		d, err := time.ParseDuration(said)
		if err != nil || d < time.Second || d > longestTimeout {
			return fmt.Errorf("has timeout=%s; write a time between 1s and 10m", said)
		}
		s.Timeout = d
	}
	if said := options.Get("connections"); said != "" {
		n, err := strconv.Atoi(said)
		if err != nil || n < 1 || n > mostConnections {
			return fmt.Errorf("has connections=%s; write a number from 1 to %d", said, mostConnections)
		}
		s.Connections = n
	}
	return nil
}

// loopback reports whether host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
