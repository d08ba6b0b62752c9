// Package pgembed runs a private Postgres cluster for the demo, for development
// and for tests. It owns one directory: the cluster's files, its password and
// its log. It finds the server's programs on the machine (downloading them is
// the last resort), never runs them as root, starts them on a free port of the
// loopback interface, and sees to it that the server ends with the program,
// however the program ends. It speaks no SQL beyond creating its database.
package pgembed

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	minMajor  = 15            // the oldest Postgres the program works with
	superuser = "groundswell" // the role that owns the cluster
	database  = "groundswell" // the database made in a new cluster
)

// startWithin bounds how long a cluster may take to accept connections: crash
// recovery after a kill is the slow case.
const startWithin = 2 * time.Minute

// running keeps every cluster reachable until it is stopped: its lock and the
// keeper's pipe are files, and files that nobody refers to are closed.
var running sync.Map

// Config says where a cluster lives and how careful it is.
type Config struct {
	Dir     string       // the directory the cluster owns; made when absent
	Fast    bool         // trade durability for speed (fsync off): tests only
	Discard bool         // remove Dir when the program ends, even by kill -9
	Log     *slog.Logger // told what a person would want to know; nil is silent

	repository string // where binaries are downloaded from; tests point it elsewhere
}

// Cluster is a running Postgres server.
type Cluster struct {
	home    home
	install Install
	url     string
	proc    *process // nil when another program runs the server
	keeper  *keeper
	lock    *os.File
	discard bool
}

// Start makes the cluster in cfg.Dir if there is none and starts it. A server
// that a killed program left behind is stopped first. When another live program
// already runs this very cluster, Start returns a handle on it that Stop leaves
// alone; see [Cluster.Shared].
//
// Errors are sentences for the person at the terminal: what is wrong and what to do.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	h, err := prepareHome(ctx, cfg)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		lock, held, err := h.tryLock()
		switch {
		case err != nil:
			return nil, err
		case !held:
			return own(ctx, cfg, h, lock)
		}
		if c, ok := join(h); ok {
			cfg.Log.Info("using the Postgres that another groundswell process runs", "dir", h.dir)
			return c, nil
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, fmt.Errorf("another process holds %s but its Postgres does not answer: stop that process", h.dir)
		}
	}
}

// URL returns the address of the cluster's database, its password included.
func (c *Cluster) URL() string { return c.url }

// Shared reports whether another live program runs the server, so that it goes away with that one.
func (c *Cluster) Shared() bool { return c.proc == nil }

// Done is closed when the server has ended, wanted or not. It is nil, and so never ready, for a shared cluster.
func (c *Cluster) Done() <-chan struct{} {
	if c.proc == nil {
		return nil
	}
	return c.proc.done
}

// Program returns the path of a Postgres client program (pg_dump, psql) that fits the server.
func (c *Cluster) Program(name string) (string, error) { return c.install.Program(name) }

// Stop ends the server in an orderly way and returns when it has ended. When
// ctx ends first the server is killed; its files survive that. Stop is
// idempotent and leaves a shared cluster running.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.proc == nil {
		return nil
	}
	defer running.Delete(c)
	err := c.proc.end(ctx, c.discard)
	c.keeper.release()
	c.lock.Close()
	return err
}

// Remove removes the cluster that [Start] keeps in dir, with its password and
// log, wherever it lives. It refuses while a live program runs the cluster.
func Remove(ctx context.Context, dir string) error {
	h, err := prepareHome(ctx, Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	lock, held, err := h.tryLock()
	if err != nil {
		return err
	}
	if held {
		return fmt.Errorf("another process runs the Postgres in %s: stop that process first", h.dir)
	}
	defer lock.Close()
	if err := h.stopOrphan(ctx, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	for _, path := range []string{h.data(), h.passwordFile(), h.logFile()} {
		if err := os.RemoveAll(path); err != nil {
			return cannotWrite(h.dir, err)
		}
	}
	return nil
}

// own makes, repairs and starts the cluster whose lock the caller took.
func own(ctx context.Context, cfg Config, h home, lock *os.File) (c *Cluster, err error) {
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	if err := h.stopOrphan(ctx, cfg.Log); err != nil {
		return nil, err
	}
	in, err := h.chooseInstall(ctx, cfg)
	if err != nil {
		return nil, err
	}
	password, err := h.ensureCluster(ctx, in, cfg)
	if err != nil {
		return nil, err
	}
	proc, port, err := h.launch(ctx, in, cfg)
	if err != nil {
		return nil, err
	}
	c = &Cluster{home: h, install: in, url: address(password, port), proc: proc, lock: lock, discard: cfg.Discard}
	c.keeper, err = watch(proc.pid(), cfg, h)
	if err != nil {
		_ = proc.end(ctx, true)
		return nil, err
	}
	running.Store(c, struct{}{})
	return c, nil
}

// join returns a handle on the server that another program runs in h, if it is ready.
func join(h home) (*Cluster, bool) {
	pm, err := readPostmaster(h.data())
	if err != nil || !pm.ready || !h.runs(pm.pid) {
		return nil, false
	}
	password, err := os.ReadFile(h.passwordFile())
	if err != nil {
		return nil, false
	}
	major, _ := h.major()
	return &Cluster{home: h, install: installed(h.cache(), major), url: address(string(password), pm.port)}, true
}

// address is the URL of the cluster's database on a port of the loopback interface.
func address(password string, port int) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", superuser, password, port, database)
}

// pause waits for d, or returns the context's error when it ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// exists reports whether there is something at path.
func exists(path ...string) bool {
	_, err := os.Lstat(filepath.Join(path...))
	return err == nil
}
