package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"groundswell/internal/fault"
	"groundswell/internal/outward"
)

// Allowed are the hosts and networks of one's own that webhooks may lead to.
type Allowed struct {
	hosts []string // folded
	nets  []netip.Prefix
}

// ParseAllowed reads a list like "chat.example.internal, 10.20.0.0/16, 127.0.0.1".
func ParseAllowed(list string) (Allowed, error) {
	var a Allowed
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "" {
			continue
		}
		if net, err := netip.ParsePrefix(entry); err == nil {
			a.nets = append(a.nets, net.Masked())
			continue
		}
		if ip, err := netip.ParseAddr(entry); err == nil {
			ip = ip.Unmap()
			a.nets = append(a.nets, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		if strings.ContainsAny(entry, "/:@ ") {
			return Allowed{}, fmt.Errorf("%q is not a host, an address or a network; write chat.example.internal, 10.20.0.7 or 10.20.0.0/16", entry)
		}
		a.hosts = append(a.hosts, entry)
	}
	return a, nil
}

func (a Allowed) host(name string) bool {
	return slices.Contains(a.hosts, strings.ToLower(strings.TrimSuffix(name, ".")))
}

func (a Allowed) ip(ip netip.Addr) bool {
	return slices.ContainsFunc(a.nets, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// named reports whether a host, or the address it is written as, is one's own.
func (a Allowed) named(host string) bool {
	ip, err := netip.ParseAddr(host)
	return a.host(host) || err == nil && a.ip(ip)
}

const longestWebhook = 2000

// webhook reads the address of a webhook, and says what is wrong with it without repeating it.
func (a Allowed) webhook(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil || u.Hostname() == "" || len(address) > longestWebhook || u.Scheme != "https" && u.Scheme != "http":
		return nil, fault.Field("address", "This is not an address. Paste the webhook's address as the chat showed it; it begins with https://.")
	case u.Scheme == "http" && !a.named(u.Hostname()):
		return nil, fault.Field("address", "Only addresses that begin with https:// are used, since whoever reads the address can post.")
	case u.User != nil || u.Fragment != "":
		return nil, fault.Field("address", "The address of a webhook has no user, no password and no #. Paste it as the chat showed it.")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := a.judge(u.Hostname(), ip); err != nil {
			return nil, fault.Field("address", capital(err.Error()))
		}
	}
	return u, nil
}

// errPrivate is an address inside the network that nobody has allowed.
var errPrivate = errors.New("the address leads to a private network or to this machine; whoever runs the program can allow it with GROUNDSWELL_WEBHOOK_ALLOW")

// errNoHost is an address at which there is never a chat.
var errNoHost = errors.New("the address leads to where no chat can be")

// nobody are networks without hosts of the open internet, some of which lead back into private ones.
var nobody = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// judge says why an address may not be dialled: private ones and this machine only where the host or the address is allowed.
func (a Allowed) judge(host string, ip netip.Addr) error {
	ip = ip.Unmap()
	own := a.host(host) || a.ip(ip)
	switch {
	case ip.IsLoopback() || outward.Private(ip):
		if !own {
			return errPrivate
		}
		return nil
	case !outward.Public(ip) || slices.ContainsFunc(nobody, func(p netip.Prefix) bool { return p.Contains(ip) }):
		return errNoHost
	}
	return nil
}

// guard dials webhooks. What a name leads to is judged after it was looked up, and that very address is dialled.
type guard struct {
	allow Allowed
	names func(ctx context.Context, host string) ([]netip.Addr, error)
}

func systemNames(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// find returns the addresses of a host that may be dialled; an error when there is none.
func (g guard) find(ctx context.Context, host, port string) ([]string, error) {
	found, err := g.names(ctx, host)
	if err != nil {
		return nil, err
	}
	refused := errNoHost
	var out []string
	for _, ip := range found {
		if err := g.allow.judge(host, ip); err != nil {
			refused = err
			continue
		}
		out = append(out, net.JoinHostPort(ip.Unmap().String(), port))
	}
	if len(out) == 0 {
		return nil, refused
	}
	return out, nil
}

func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	targets, err := g.find(ctx, host, port)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: PostTakes / 2}
	var failed error
	for _, target := range targets {
		conn, err := dialer.DialContext(ctx, network, target)
		if err == nil {
			return conn, nil
		}
		failed = err
	}
	return nil, failed
}

// briefPost says in a few words why there was no answer, without the address.
func briefPost(err error) string {
	var unknown *net.DNSError
	switch {
	case errors.Is(err, errPrivate), errors.Is(err, errNoHost):
		return capital(rootOf(err).Error()) + "."
	case errors.As(err, &unknown):
		return "The address leads to a name that is not known."
	case timedOut(err) || errors.Is(err, context.DeadlineExceeded):
		return "The chat did not answer in time."
	case strings.Contains(err.Error(), "tls") || strings.Contains(err.Error(), "x509"):
		return "The connection to the chat is not secure: its certificate is not valid."
	}
	return "The chat could not be reached."
}

// capital begins a sentence.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// once is a body that knows whether its last byte was handed over to the network.
type once struct {
	io.Reader
	handedOver atomic.Bool
}

func (o *once) Read(p []byte) (int, error) {
	n, err := o.Reader.Read(p)
	if left, ok := o.Reader.(interface{ Len() int }); err != nil || ok && left.Len() == 0 {
		o.handedOver.Store(true)
	}
	return n, err
}
