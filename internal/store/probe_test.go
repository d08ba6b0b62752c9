package store_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/store"
)

func TestDatabaseOfAnotherEncodingIsRefused(t *testing.T) {
	pool := dbtest.New(t)
	name := pool.Config().ConnConfig.Database + "_latin"
	if _, err := pool.Exec(t.Context(), `create database "`+name+`" template template0 encoding 'LATIN1' locale 'C'`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := pool.Exec(context.Background(), `drop database "`+name+`"`); err != nil {
			t.Error(err)
		}
	})
	_, err := store.ProbeDatabase(t.Context(), strings.Replace(dbtest.URL(t), pool.Config().ConnConfig.Database, name, 1))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "LATIN1") || !strings.Contains(fault.Say(err), "UTF8") {
		t.Error(err)
	}
}

func TestDatabaseWithoutTLSIsSaidSo(t *testing.T) {
	url := dbtest.URL(t)
	head, _, _ := strings.Cut(url, "?")
	_, err := store.ProbeDatabase(t.Context(), head+"?sslmode=require")
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Say(err), "TLS") {
		t.Error(err)
	}
}

// A connection that ends while an answer is awaited is the database's trouble,
// not a defect, and nothing is claimed about what became of a change.
func TestConnectionThatBreaksOffIsUnavailable(t *testing.T) {
	var cut atomic.Bool
	pool := dbtest.Pool(t, through(t, dbtest.URL(t), &cut))
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	cut.Store(true)
	_, err := store.New(pool, nil).States(t.Context())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Say(err), "broke off") {
		t.Error(err)
	}
}

// through returns an address that leads to the database until cut is set: what
// is sent then is swallowed and the connection closed.
func through(t *testing.T, address string, cut *atomic.Bool) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	behind := u.Host
	go func() {
		for near, err := l.Accept(); err == nil; near, err = l.Accept() {
			go relay(near, behind, cut)
		}
	}()
	u.Host = l.Addr().String()
	return u.String()
}

func relay(near net.Conn, behind string, cut *atomic.Bool) {
	defer near.Close()
	far, err := net.Dial("tcp", behind)
	if err != nil {
		return
	}
	defer far.Close()
	go io.Copy(near, far)
	buf := make([]byte, 32<<10)
	for {
		n, err := near.Read(buf)
		if err != nil || cut.Load() {
			return
		}
		if _, err := far.Write(buf[:n]); err != nil {
			return
		}
	}
}
