package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pgembed"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/seal"
	"groundswell/web"
)

// demoOrg is the invented organization of the sandbox.
const demoOrg = "Aldermere"

// runDemo runs everything on this machine, and nothing outlives it: a private
// database, the sandbox in place of the API, and personas in place of an identity provider.
func runDemo(ctx context.Context, s settings, args []string) error {
	if rest, err := parse(flags("demo"), args); err != nil || len(rest) > 0 {
		return usageUnless(err, "demo takes no arguments")
	}
	if host, _, _ := net.SplitHostPort(s.Listen); !loopback(host) {
		return fmt.Errorf("the demo lets anyone in, so it listens on this machine only; set GROUNDSWELL_LISTEN to 127.0.0.1:8080, not %s", s.Listen)
	}
	listener, err := listen(s.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	org := sandbox.New(sandbox.Config{Today: day.FromTime(time.Now())})
	defer org.Close()
	upstream, err := serveSandbox(ctx, org)
	if err != nil {
		return err
	}
	a, err := openDemo(ctx, s, upstream, org.Today())
	if err != nil {
		return err
	}
	defer a.close()
	if err := restoreFixes(org, fixedFile(s.DataDir)); err != nil {
		return err
	}
	return a.demo(ctx, listener, org)
}

// serveSandbox answers as the API on a free port of this machine until ctx ends.
func serveSandbox(ctx context.Context, org http.Handler) (address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("open a port for the sandbox: %w", err)
	}
	srv := &http.Server{Handler: org, ReadHeaderTimeout: headerTimeout}
	go srv.Serve(l)
	context.AfterFunc(ctx, func() { srv.Close() })
	return "http://" + l.Addr().String(), nil
}

// openDemo opens the demo's own database. It holds one telling of the sandbox's
// story; when the story has moved on to another week, it begins anew.
func openDemo(ctx context.Context, s settings, upstream string, today day.Date) (*app, error) {
	dir := filepath.Join(s.DataDir, "demo")
	if err := startStory(ctx, dir, today.Monday().String()); err != nil {
		return nil, err
	}
	secret, err := demoSecret(filepath.Join(dir, "secret"))
	if err != nil {
		return nil, err
	}
	s.SecretKey, s.AdminKey, s.BaseURL, s.RequestsPerMinute = secret, sandbox.Key, upstream, 0
	log := s.logger()
	url, stop, err := embedded(ctx, dir, owner, log)
	if err != nil {
		return nil, err
	}
	return openAt(ctx, s, url, stop, log)
}

// startStory empties dir unless it holds the telling that began in week.
func startStory(ctx context.Context, dir, week string) error {
	marker := filepath.Join(dir, "week")
	have, err := os.ReadFile(marker)
	if err == nil && string(have) == week {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the demo's data: %w", err)
	}
	if err := pgembed.Remove(ctx, dir); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear last week's demo data: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the demo's data directory: %w", err)
	}
	return os.WriteFile(marker, []byte(week), 0o644)
}

// demoSecret returns the demo's own secret key, so that a browser stays signed in over a restart.
func demoSecret(file string) (string, error) {
	have, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(have)), nil
	}
	_, text := seal.Random()
	return text, os.WriteFile(file, []byte(text), 0o600)
}

func (a *app) demo(ctx context.Context, l net.Listener, org *sandbox.Org) error {
	a.serveAt("http://" + localAddress(l))
	sink := a.keepMail()
	if err := a.tell(ctx, org); err != nil { // first, so that the months that close with the first pull know the roster
		return err
	}
	if err := a.planStory(ctx, org); err != nil {
		return err
	}
	if err := a.peopleStory(ctx, org); err != nil {
		return err
	}
	if err := a.firstSync(ctx); err != nil {
		return err
	}
	if err := a.commsStory(ctx, org); err != nil {
		return err
	}
	queue, err := a.startJobs(ctx, true)
	if err != nil {
		return err
	}
	a.PublicURL = "http://" + localAddress(l)
	cfg, err := a.webConfig(l, queue)
	if err != nil {
		return err
	}
	cfg.Org, cfg.Dev = demoOrg, true
	cfg.Sandbox = &demoSandbox{app: a, org: org, file: fixedFile(a.DataDir), sink: sink}
	site, err := web.NewDemo(cfg, web.Personas())
	if err != nil {
		return err
	}
	feed := feeding(ctx, func(ctx context.Context) { a.feedTelemetry(ctx, org, a.PublicURL) })
	defer feed()
	fmt.Printf("Groundswell is at %s\nCtrl-C stops it.\n", a.PublicURL)
	return serveHTTP(ctx, l, site, a.log)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// firstSync reads the sandbox before the first visitor; later starts leave it to the jobs.
func (a *app) firstSync(ctx context.Context) error {
	states, err := a.store.States(ctx)
	if err != nil {
		return err
	}
	for _, st := range states {
		if !st.LastSuccess.IsZero() {
			return nil
		}
	}
	fmt.Println("Reading the sandbox organization for the first time.")
	return a.syncNow(ctx, pull.Options{}, os.Stdout)
}
