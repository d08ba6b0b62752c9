package claude

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// The largest bodies that are read, counted after decompression: a page of a
// thousand members is about 4 MB.
const (
	maxBody      = 64 << 20
	maxErrorBody = 1 << 20
)

var (
	errPrivate  = errors.New("the name leads to a private address")
	errTooLarge = errors.New("the answer is larger than 64 MB")
)

// httpClient is what the SDK sends with. It follows no redirect, so the key goes
// to no other host, bounds every body, and refuses private addresses unless the
// operator named the host (the base URL, or a proxy of the environment).
func httpClient(base *url.URL, trusted bool) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !trusted && !viaProxy(base) {
		dialer.Control = refusePrivate
	}
	return &http.Client{
		Transport: bounded{&http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        90 * time.Second,
			TLSHandshakeTimeout:    10 * time.Second,
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: 1 << 20,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// viaProxy reports whether the environment sends requests to base through a
// proxy, which then is the only address dialled.
func viaProxy(base *url.URL) bool {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: base})
	return err == nil && proxy != nil
}

// refusePrivate is called after the name was resolved, so no answer of a name
// server leads the key into the machine's own network.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := to.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || sharedSpace.Contains(ip) {
		return errPrivate
	}
	return nil
}

// sharedSpace is the carrier-grade NAT range, private in all but name.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// bounded ends bodies that grow past what is read, before anybody holds them.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	left := int64(maxBody)
	if res.StatusCode != http.StatusOK {
		left = maxErrorBody
	}
	res.Body = &boundedBody{ReadCloser: res.Body, left: left}
	return res, nil
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// readBody reads the whole body into one slice of about its size.
func readBody(res *http.Response) ([]byte, error) {
	var buf bytes.Buffer
	if n := res.ContentLength; n > 0 && n <= maxBody {
		buf.Grow(int(n) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(res.Body); err != nil {
		return nil, fmt.Errorf("read the body after %d bytes: %w", buf.Len(), err)
	}
	return buf.Bytes(), nil
}

func looksLikeHTML(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n\ufeff"), []byte("<"))
}
