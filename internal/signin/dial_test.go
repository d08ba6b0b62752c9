package signin

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestAllow(t *testing.T) {
	tests := []struct {
		issuer, host, ip string
		ok               bool
	}{
		{"login.example.com", "login.example.com", "93.184.216.34", true},
		{"login.example.com", "keys.example.com", "93.184.216.34", true},
		{"login.example.com", "login.example.com", "10.0.0.7", true},
		{"login.example.com", "LOGIN.example.com", "fd00::7", true},
		{"login.example.com", "keys.example.com", "10.0.0.7", false},
		{"login.example.com", "keys.example.com", "192.168.1.1", false},
		{"login.example.com", "keys.example.com", "100.64.1.1", false},
		{"login.example.com", "login.example.com", "127.0.0.1", false},
		{"login.example.com", "login.example.com", "::1", false},
		{"login.example.com", "login.example.com", "::ffff:127.0.0.1", false},
		{"login.example.com", "login.example.com", "169.254.169.254", false},
		{"login.example.com", "login.example.com", "0.0.0.0", false},
		{"login.example.com", "login.example.com", "224.0.0.1", false},
		{"127.0.0.1", "127.0.0.1", "127.0.0.1", true},
		{"localhost", "localhost", "::1", true},
		{"localhost", "localhost", "169.254.169.254", false},
	}
	for _, tc := range tests {
		err := guard{issuerHost: tc.issuer}.allow(tc.host, netip.MustParseAddr(tc.ip).Unmap())
		if (err == nil) != tc.ok {
			t.Errorf("issuer %s, %s at %s: %v", tc.issuer, tc.host, tc.ip, err)
		}
	}
}

// names answers every lookup with one address.
type names netip.Addr

func (n names) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.Addr(n)}, nil
}

func TestDialJudgesAfterDNS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	g := guard{issuerHost: "login.example.com", names: names(netip.MustParseAddr("127.0.0.1")), dialer: &net.Dialer{Timeout: time.Second}}
	if conn, err := g.dial(t.Context(), "tcp", "login.example.com:"+port); err == nil {
		conn.Close()
		t.Error("a public name that points to this machine was dialed")
	}
}
