package signin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"groundswell/internal/outward"
)

const (
	maxAnswer    = 1 << 20
	requestTakes = 6 * time.Second
)

// resolver turns names into addresses.
type resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// guardedClient makes a client that follows no redirects, reads bounded answers
// in bounded time and connects only where the configured issuer justifies it:
// an address is judged after DNS, at the moment of dialing.
func guardedClient(issuerHost string, names resolver) *http.Client {
	g := guard{issuerHost: issuerHost, names: names, dialer: &net.Dialer{Timeout: requestTakes}}
	transport := &http.Transport{
		DialContext:           g.dial,
		TLSHandshakeTimeout:   requestTakes,
		ResponseHeaderTimeout: requestTakes,
		MaxIdleConns:          4,
		IdleConnTimeout:       time.Minute,
		ForceAttemptHTTP2:     true,
	}
	return &http.Client{
		Transport:     outward.Bounded{Next: transport, Limit: func(*http.Response) int64 { return maxAnswer }},
		Timeout:       requestTakes,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type guard struct {
	issuerHost string
	names      resolver
	dialer     *net.Dialer
}

func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	found, err := g.names.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	refused := errors.New("no address found")
	for _, ip := range found {
		ip = ip.Unmap()
		if err := g.allow(host, ip); err != nil {
			refused = err
			continue
		}
		conn, err := g.dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
		if err == nil {
			return conn, nil
		}
		refused = err
	}
	return nil, fmt.Errorf("connect to %s: %w", host, refused)
}

// allow says why an address may not be dialed. This machine only for an issuer
// on it; a private network only for the issuer's own host, which whoever runs
// the program has named.
func (g guard) allow(host string, ip netip.Addr) error {
	local := isLoopbackHost(g.issuerHost)
	switch {
	case ip.IsLoopback():
		if !local {
			return errors.New("the name points to this machine, and the issuer is elsewhere")
		}
	case outward.Private(ip):
		if !local && !strings.EqualFold(host, g.issuerHost) {
			return errors.New("the name points into a private network, and is not the issuer's")
		}
	case !ip.IsGlobalUnicast():
		return errors.New("the name points to an address of no host")
	}
	return nil
}

func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
