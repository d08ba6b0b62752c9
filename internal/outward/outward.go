// Package outward is what every outgoing connection keeps to: answers are
// bounded, and an address is known to be private before it is dialled. Who may
// be reached all the same is for the caller to say.
package outward

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
)

// ErrTooLarge ends the reading of an answer that is longer than its bound.
var ErrTooLarge = errors.New("the answer is longer than what is read")

// sharedSpace is the carrier-grade NAT range, private in all but name.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// Private reports whether ip lies in a private network.
func Private(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsPrivate() || sharedSpace.Contains(ip)
}

// Public reports whether ip is the address of a host on the open network.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsGlobalUnicast() && !Private(ip)
}

// Bounded is a transport whose answers end with [ErrTooLarge] once more than
// Limit bytes of their body were read, counted after decompression.
type Bounded struct {
	Next  http.RoundTripper
	Limit func(*http.Response) int64
}

// RoundTrip implements http.RoundTripper.
func (b Bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.Next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = &body{ReadCloser: res.Body, left: b.Limit(res)}
	return res, nil
}

type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
