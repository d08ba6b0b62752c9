package claude

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"groundswell/internal/outward"
)

// The largest bodies that are read, counted after decompression: a page of a
// thousand members is about 4 MB.
const (
	maxBody      = 64 << 20
	maxErrorBody = 1 << 20
)

var errPrivate = errors.New("the name leads to a private address")

// httpClient is what the SDK sends with. It follows no redirect, so the key goes
// to no other host, bounds every body, and refuses private addresses unless the
// operator named the host (the base URL, or a proxy of the environment).
func httpClient(base *url.URL, trusted bool) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !trusted && !viaProxy(base) {
		dialer.Control = refusePrivate
	}
	return &http.Client{
		Transport: outward.Bounded{Limit: bodyLimit, Next: &http.Transport{
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
	if !outward.Public(to.Addr()) {
		return errPrivate
	}
	return nil
}

// bodyLimit is how much of an answer is read.
func bodyLimit(res *http.Response) int64 {
	if res.StatusCode != http.StatusOK {
		return maxErrorBody
	}
	return maxBody
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
