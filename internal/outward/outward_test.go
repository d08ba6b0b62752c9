package outward

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		ip              string
		private, public bool
	}{
		{"10.1.2.3", true, false}, {"192.168.0.1", true, false}, {"172.16.0.9", true, false}, {"100.64.1.1", true, false},
		{"fd00::1", true, false}, {"::ffff:10.0.0.1", true, false}, {"127.0.0.1", false, false}, {"::1", false, false},
		{"169.254.169.254", false, false}, {"0.0.0.0", false, false}, {"224.0.0.1", false, false},
		{"160.79.104.10", false, true}, {"2607:6bc0::10", false, true}, {"172.32.0.1", false, true},
	} {
		ip := netip.MustParseAddr(c.ip)
		if Private(ip) != c.private || Public(ip) != c.public {
			t.Errorf("%s: private %v, public %v", c.ip, Private(ip), Public(ip))
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 100))
	}))
	defer srv.Close()
	for limit, want := range map[int64]error{99: ErrTooLarge, 100: nil, 101: nil} {
		c := http.Client{Transport: Bounded{http.DefaultTransport, func(*http.Response) int64 { return limit }}}
		res, err := c.Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if !errors.Is(err, want) || int64(len(got)) > limit {
			t.Errorf("limit %d: read %d bytes, %v", limit, len(got), err)
		}
	}
}
