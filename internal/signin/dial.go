package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
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
		Transport:     bounded{transport},
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

var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

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
	case ip.IsPrivate() || sharedSpace.Contains(ip):
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

// bounded cuts answers that are too long.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &cutBody{ReadCloser: resp.Body, left: maxAnswer}
	return resp, nil
}

type cutBody struct {
	io.ReadCloser
	left int64
}

// Read fails once more than the bound was read.
func (b *cutBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return 0, errors.New("the answer is too long")
	}
	return n, err
}
