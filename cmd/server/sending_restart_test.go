package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/pgembed"
	"groundswell/migrations"
)

// ownCluster starts a Postgres that forgets nothing, and returns its address and what crashes it and starts it again.
func ownCluster(t *testing.T) (address string, restart func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "groundswell-restart-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { // Postgres runs as another account when root runs the tests
		t.Fatal(err)
	}
	cluster, err := pgembed.Start(t.Context(), pgembed.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "postgres")
	pgctl := func(args ...string) {
		t.Helper()
		path, err := cluster.Program("pg_ctl")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, append(args, "-D", data, "-l", filepath.Join(data, "restart.log"), "-m", "immediate", "-w")...)
		cmd.Dir = dir
		asOwnerOf(t, cmd, data)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("pg_ctl %s: %v\n%s", args[0], err, out)
		}
	}
	t.Cleanup(func() {
		pgctl("stop")
		_ = cluster.Stop(context.Background())
		_ = os.RemoveAll(dir)
	})
	return cluster.URL(), func() { pgctl("restart") }
}

// asOwnerOf runs a command as whoever owns a path: Postgres refuses to be run by root.
func asOwnerOf(t *testing.T, cmd *exec.Cmd, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok && int(is.Uid) != os.Geteuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: is.Uid, Gid: is.Gid}}
	}
}

// TestDatabaseCrashesWhileSending crashes the database three times while a message goes out.
// Nothing arrives twice, and nothing counts as sent that did not arrive.
func TestDatabaseCrashesWhileSending(t *testing.T) {
	address, restart := ownCluster(t)
	if err := migrations.Up(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	p := postingAt(t, address, 120)
	p.do(t, `update send_channel set per_minute = 2400`)
	a, err := senderOf(t.Context(), address, p.server.URL("timeout=2s", "connections=4"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		post := &comms.Post{Outbox: a.store, Carrier: a.carrier(), Timeout: 3 * time.Second, Backoff: 20 * time.Millisecond}
		for ctx.Err() == nil { // whatever fails while the database is away is done again
			_, _ = a.store.Dispatch(ctx)
			_ = post.Drain(ctx, mailChannel, "w")
		}
	}()
	for crashes := 1; crashes <= 3; crashes++ {
		for len(p.server.Kept(t)) < 25*crashes && t.Context().Err() == nil {
			<-time.After(10 * time.Millisecond)
		}
		restart()
	}
	p.pool.Reset()
	p.awaitSettled(t)
	stop()
	<-ended
	p.judge(t)
	t.Logf("%d sent, %d unknown", p.count(t, "sent"), p.count(t, "unknown"))
}
