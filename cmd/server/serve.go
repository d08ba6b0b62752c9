package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/enablement"
	"groundswell/internal/jobs"
	"groundswell/internal/people"
	"groundswell/internal/pull"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/internal/signin"
	"groundswell/internal/store"
	"groundswell/internal/value"
	"groundswell/migrations"
	"groundswell/web"
)

const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	bodyTimeout   = 60 * time.Second
	drainTimeout  = 4 * time.Second // patience with requests when stopping
	maxHeader     = 64 << 10

	syncHour = 5 // UTC; the day before is usually there by then
)

func runServe(ctx context.Context, s settings, args []string) error {
	f := flags("serve")
	noJobs := f.Bool("no-jobs", false, "web only")
	jobsOnly := f.Bool("jobs-only", false, "jobs only")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *noJobs && *jobsOnly {
		return fmt.Errorf("%w: serve takes --no-jobs or --jobs-only, not both", errUsage)
	}
	if len(s.secrets) == 0 {
		return errNoSecret
	}
	if *jobsOnly {
		return serveJobs(ctx, s)
	}
	if s.PublicURL == "" && s.OIDCIssuer != "" {
		return errors.New("GROUNDSWELL_PUBLIC_URL is not set, and the identity provider needs it to come back; set it to the address people use")
	}
	return serveWeb(ctx, s, !*noJobs)
}

func serveJobs(ctx context.Context, s settings) error {
	a, err := openApp(ctx, s, owner)
	if err != nil {
		return err
	}
	defer a.close()
	a.serveAt(s.PublicURL)
	if _, err := a.startJobs(ctx, true); err != nil {
		return err
	}
	a.log.Info("jobs are running")
	<-ctx.Done()
	return nil
}

func serveWeb(ctx context.Context, s settings, work bool) error {
	listener, err := listen(s.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	a, err := openApp(ctx, s, owner)
	if err != nil {
		return err
	}
	defer a.close()
	a.serveAt(a.public(listener))
	queue, err := a.startJobs(ctx, work)
	if err != nil {
		return err
	}
	cfg, err := a.webConfig(listener, queue)
	if err != nil {
		return err
	}
	if cfg.Provider, err = a.provider(cfg.PublicURL); err != nil {
		return err
	}
	site, err := web.New(cfg)
	if err != nil {
		return err
	}
	if cfg.Provider == nil {
		a.log.Warn("NOBODY CAN SIGN IN: OIDC_ISSUER is not set; API tokens and health checks work")
	}
	a.log.Info("listening", "address", listener.Addr().String(), "public_url", cfg.PublicURL.String())
	return serveHTTP(ctx, listener, site, a.log)
}

// listen opens the door early, so that a taken port is said before anything else starts.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (%v); stop what uses it or set GROUNDSWELL_LISTEN to another address", address, rootCause(err))
	}
	return l, nil
}

func rootCause(err error) error {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		return sys.Err
	}
	return err
}

// serveHTTP answers until ctx ends, then lets running requests finish.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout,
		WriteTimeout: bodyTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,

		// Broken connections are of interest to developers.
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		// h answers "OPTIONS *" too, with the headers of every answer.
		DisableGeneralOptionsHandler: true,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return srv.Close()
	}
	return nil
}

// startJobs opens the queue, and works on it when work is set.
func (a *app) startJobs(ctx context.Context, work bool) (*jobs.Runner, error) {
	cfg := jobs.Config{
		Pool: a.store.Pool(), Log: a.log, Sync: a.sync, Interrupted: a.interrupted,
		VerifyIndex: a.verifyIndex, Check: a.check, Purge: a.purge, ExtendRhythms: a.extendRhythms, SyncHour: syncHour,
		Dispatch: a.dispatch, Drain: a.drain(), WriteDigests: a.writeDigests,
	}
	if !work {
		return a.queue(jobs.NewQueue(cfg))
	}
	r, err := a.queue(jobs.NewWorker(cfg))
	if err != nil {
		return nil, err
	}
	if err := r.Start(ctx); err != nil {
		return nil, err
	}
	a.stops = append(a.stops, func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			a.log.Error("stop the jobs", "err", err)
		}
	})
	return r, nil
}

// public is where people reach the site: where it listens, unless
// GROUNDSWELL_PUBLIC_URL says otherwise.
func (a *app) public(l net.Listener) string {
	if a.PublicURL != "" {
		return a.PublicURL
	}
	return "http://" + localAddress(l)
}

// webConfig is the site's configuration over this program.
func (a *app) webConfig(l net.Listener, queue *jobs.Runner) (web.Config, error) {
	u, err := url.Parse(a.public(l))
	if err != nil {
		return web.Config{}, fmt.Errorf("GROUNDSWELL_PUBLIC_URL: %w", err)
	}
	return web.Config{
		Org: u.Hostname(), PublicURL: u, Identity: a.identity, CookieKeys: a.keys.Derive("cookie"),
		Index: a.store, Features: a.store, FeatureReports: a.store, Spending: a.store, CohortSizes: a.store, Targets: a.store, Days: a.store, Log: a.log, Ready: a.ready, Dev: a.dev(),
		People: web.People{
			Roster: a.store, Drafts: a.store, Import: &people.Service{Keeper: a.store}, Training: &enablement.Service{Keeper: a.store},
			Devices: &rollout.Devices{Keeper: a.store},
		},
		Trainings:   web.Trainings{Book: a.store, Plan: &enablement.PlanService{Keeper: a.store}},
		Telemetry:   web.Telemetry{Intake: a.intake(), Book: a.store, FromEnv: a.OTLPToken != ""},
		Touchpoints: web.Touchpoints{Book: a.store, Service: &people.TouchpointService{Keeper: a.store}, Help: a.store},

		Learning: &enablement.LearningService{Keeper: a.store}, Completion: a.store,
		Attendance: web.Attendance{Visits: a.store, Service: &enablement.AttendanceService{Keeper: a.store}, DoorKeys: a.keys.Derive("door")},

		Recognition: web.Recognition{Book: a.store, Service: &people.RecognitionService{Keeper: a.store}},

		Champions: web.Champions{Book: a.store, Service: &people.ChampionService{Keeper: a.store}},
		Gates:     a.store,
		Guides:    a.store,
		Wins:      web.Wins{Book: a.store, Service: &value.Service{Keeper: a.store}},
		Comms: web.Comms{
			Board: a.store, Audiences: a.store, Feeds: a.store, Desks: a.store, Service: &comms.Service{Keeper: a.store}, Book: a.store, Wake: queue.DispatchNow, Outlines: a.store,
			Mailroom: a.store, Links: comms.LinkCounter{Keys: a.keys.Derive("links"), At: route.CountedLink},
			Mail: a.store, Unsubscriber: comms.Unsubscriber{Keys: a.keys.Derive("unsubscribe")}, Digests: a.digests(),
		},
		Support:   a.store,
		Closings:  a.store,
		Channels:  a.channels(),
		Decisions: a.store,
		Plan:      a.store,
		Tasks:     &rollout.Service{Keeper: a.store},
		Access:    a.store,
		Checks:    a.checker(), CheckQueue: queue,
		Sources: web.Sources{
			States: a.store, Sync: queue, Keys: a.store, KeyName: store.AnthropicKey, Checks: a.store,
			FromEnv: a.AdminKey != "", TestKey: a.testKey,
		},
	}, nil
}

// testKey tries a key with one real call per scope.
func (a *app) testKey(ctx context.Context, key string) ([]pull.ScopeCheck, error) {
	client, err := a.client(key)
	if err != nil {
		return nil, err
	}
	return client.Check(ctx), nil
}

// dev reports whether this is a developer's server, which shows the gallery.
func (a *app) dev() bool { return a.Log == "debug" }

// ready says why requests cannot be answered yet.
func (a *app) ready(ctx context.Context) error {
	current, err := migrations.Current(ctx, a.store.Pool())
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	if !current {
		return errors.New("the schema is older than this program; run: server migrate up")
	}
	return nil
}

// provider is the identity provider, nil when none is configured.
func (a *app) provider(public *url.URL) (web.Provider, error) {
	if a.OIDCIssuer == "" {
		return nil, nil
	}
	return signin.New(signin.Config{
		Issuer: a.OIDCIssuer, ClientID: a.OIDCClientID, ClientSecret: a.OIDCClientSecret,
		GroupsClaim: a.OIDCGroupsClaim, RedirectURL: public.JoinPath(route.Callback).String(), Log: a.log,
	})
}

// localAddress names the listener the way a browser on this machine reaches it.
func localAddress(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
