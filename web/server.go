// Package web answers HTTP: the table of routes, the middleware every request
// passes, forms and replies. A handler decodes, calls and answers; what is right
// is decided in the domain rooms, and who may ask is decided by the table alone.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-chi/httprate"
	"github.com/gorilla/securecookie"
	"github.com/prometheus/client_golang/prometheus"

	"groundswell/internal/adoption"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

// Provider is the identity provider. It is implemented by signin.Provider.
type Provider interface {
	// Begin returns the address to send a browser to. again asks the person to prove
	// who they are even when the provider still knows them.
	Begin(ctx context.Context, state, nonce, verifier string, again bool) (string, error)
	// Finish trades the code for a claim that passed every check.
	Finish(ctx context.Context, code, nonce, verifier string) (identity.Claim, error)
}

// Indexer hands out the organization in memory, as of the latest pull.
type Indexer interface {
	Index(ctx context.Context) (*adoption.Index, error)
}

// Config is everything the site needs from outside. Identity, CookieKeys and
// PublicURL are required.
type Config struct {
	Org         string            // the organization's name, as the sidebar shows it
	PublicURL   *url.URL          // the address people use; http only on loopback
	Identity    *identity.Service // who may come in
	Provider    Provider          // nil: nobody can sign in, and the sign-in page says so
	CookieKeys  [][]byte          // 32 bytes each, the current first; seal.Keyring.Derive("cookie")
	Index       Indexer           // the figures' source
	Sources     Sources           // the page of where the data comes from
	People      People            // the roster and its imports
	Trainings   Trainings         // planning sessions; without a Book their pages are left out
	Touchpoints Touchpoints       // logging and listing them; without Book their pages are left out
	CohortSizes CohortSizes       // sizes as recorded; nil leaves them out
	Targets     Targets           // targets, phases and definitions; nil leaves their page out
	Days        Days              // of champions; nil leaves their pages out
	Features    Features          // rankings of skills, connectors and plugins; nil leaves them out

	FeatureReports FeatureReports // the pages of what people use; nil shows that nothing was read
	Spending       Spending       // what it costs beside its limits; nil shows that nothing was read

	Telemetry Telemetry // the receiver of the desktop apps' events; without Intake it is left out

	Plan       Planner          // the rollout; nil leaves its pages out
	Tasks      *rollout.Service // changes the plan; required with Plan
	Sandbox    Sandbox          // the demo's invented organization; nil outside the demo
	Access     AccessRuns       // the dry run of enforcement; nil leaves its pages out
	Checks     Checks           // the checks behind the evidence; nil leaves their pages out
	CheckQueue CheckQueue       // runs them in the background; nil: only while somebody waits

	Decisions Decisions // of waves; nil leaves the pages of readiness out

	Champions  Champions                   // the register of champions; without Book its pages are left out
	Learning   *enablement.LearningService // what learning systems send; nil leaves it out
	Completion Completion                  // who was at a training; nil leaves it out

	Gates Gates // of the rollout; nil leaves their pages out

	Guides      Guides      // the library, the champion kit and the tips; nil leaves their pages out
	Attendance  Attendance  // one session's page, its door and its list
	Recognition Recognition // thanks, badges and the roll; without Book there are none
	Wins        Wins        // what people got back; without Book their pages are left out

	Comms Comms // messages; without a Board their pages are left out

	Support Support // where people ask, and issues; nil leaves their pages out

	Channels SendChannels // what messages go out by; without a Book their pages are left out

	Closings Closings // months whose figures are kept; nil: none
	Ready    func(context.Context) error
	Metrics  prometheus.Gatherer // nil: the process's default
	Log      *slog.Logger        // nil: slog.Default
	Now      func() time.Time    // nil: time.Now
	Dev      bool                // serves the gallery
}

// Server is the site. Make one with [New], or with NewDemo for the demo.
type Server struct {
	Config
	Demo bool // personas stand in for the identity provider; only NewDemo sets it

	personas []Persona
	sessions *sessionStore
	drawn    drawnPages
	uppers   upperPages // of the overview
	counts   atomic.Pointer[planCounts]
	pulse    lastPulse
	week     atomic.Pointer[keptWeek]
	cookies  []securecookie.Codec
	changes  *httprate.RateLimiter
	knocks   *httprate.RateLimiter
	exports  *httprate.RateLimiter
	tries    *httprate.RateLimiter // of codes, by account and session
	feeds    *httprate.RateLimiter // of calendars, by their address
	opens    map[string]access     // what a page's address takes to be opened
	takes    map[string]access     // likewise, what a form's address takes
	handler  http.Handler
}

// New makes the site. Errors say which setting is wrong.
func New(c Config) (*Server, error) { return build(c, nil) }

func build(c Config, personas []Persona) (*Server, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	s := &Server{
		Config: c, Demo: personas != nil, personas: personas,
		changes: newLimiter(changesPerMinute), knocks: newLimiter(knocksPerMinute), exports: newLimiter(exportsPerMinute), tries: newLimiter(triesPerMinute),
		feeds: newLimiter(feedsPerMinute),
	}
	for _, key := range c.CookieKeys {
		s.cookies = append(s.cookies, securecookie.New(key, nil).MaxAge(int(signInTakes/time.Second)))
	}
	s.sessions = newSessionStore(c.Identity, s.Now, s.secure())
	handler, err := s.router()
	if err != nil {
		return nil, err
	}
	s.handler = handler
	return s, nil
}

func (c *Config) complete() error {
	switch {
	case c.Identity == nil || len(c.CookieKeys) == 0:
		return errors.New("web: Identity and CookieKeys are required")
	case c.PublicURL == nil || c.PublicURL.Host == "":
		return errors.New("GROUNDSWELL_PUBLIC_URL must be an address like https://groundswell.example.com")
	case c.PublicURL.Scheme != "https" && !(c.PublicURL.Scheme == "http" && loopback(c.PublicURL.Hostname())):
		return errors.New("GROUNDSWELL_PUBLIC_URL must begin with https:// unless it is an address of this machine")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.DefaultGatherer
	}
	if c.Ready == nil {
		c.Ready = func(context.Context) error { return nil }
	}
	return nil
}

// secure reports whether people reach the site over TLS.
func (s *Server) secure() bool { return s.PublicURL.Scheme == "https" }

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
