package web

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	errNotYours = fault.New(fault.Forbidden, "Your role does not cover this. A rollout lead can change what you may see.")
	errTooMany  = fault.New(fault.TooMany, "Too many requests in a short time. Nothing was changed. Wait a minute and try again.")
	errNotFresh = fault.New(fault.Forbidden, "This is done only shortly after signing in. Nothing was changed. Confirm it is you, then repeat the change.")

	errNotFreshRead = fault.New(fault.Forbidden, "Names leave this site only shortly after signing in. Confirm it is you; the download follows.")
)

// serve lets a request through to its handler: who asks, whether they may, how often, then the answer.
func (s *Server) serve(e routeEntry) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t, ok := r.Context().Value(traceKey{}).(*trace); ok {
			t.pattern = chi.RouteContext(r.Context()).RoutePattern()
		}
		actor, err := s.admit(w, r, e.Access)
		if err == nil {
			err = e.Handler(w, r, actor)
		}
		if err != nil {
			s.fail(w, r, actor, err)
		}
	})
}

// admit says who asks, or why they may not. The actor is returned with a refusal too, for its page.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, a access) (identity.Actor, error) {
	switch a.kind {
	case forEveryone:
		return identity.Actor{}, nil
	case forExporters:
		return identity.Actor{}, s.admitExporter(w, r)
	case forLearners:
		return s.admitLearner(w, r)
	}
	actor, fresh, err := s.whoAsks(w, r, a.kind)
	if t, ok := r.Context().Value(traceKey{}).(*trace); ok {
		t.fresh = fresh
	}
	switch {
	case err != nil:
		return actor, err
	case !a.admits(actor):
		return actor, errNotYours
	case !safe(r.Method) && s.changes.OnLimit(w, r, actor.Subject()):
		return actor, errTooMany
	case a.fresh && !fresh && safe(r.Method):
		return actor, errNotFreshRead
	case a.fresh && !fresh:
		return actor, errNotFresh
	}
	return actor, nil
}

// whoAsks reads the session or the token, whichever the route goes by. fresh says
// that the person proved who they are a short while ago.
func (s *Server) whoAsks(w http.ResponseWriter, r *http.Request, kind accessKind) (actor identity.Actor, fresh bool, err error) {
	if kind == forTokens {
		actor, err = s.tokenActor(w, r)
		return actor, false, err
	}
	who, err := s.sessions.current(r)
	if err != nil {
		return identity.Actor{}, false, err
	}
	isDemo := who.account.Issuer == DemoIssuer
	if isDemo && !s.Demo {
		return identity.Actor{}, false, fault.New(fault.Unauthenticated, "Demo people exist in the demo only.")
	}
	return who.account.Actor(), isDemo || who.session.Fresh(s.Now()), nil
}

// tokenActor reads the bearer token. An address that keeps trying bad ones is slowed down.
func (s *Server) tokenActor(w http.ResponseWriter, r *http.Request) (identity.Actor, error) {
	actor, err := s.Identity.TokenActor(r.Context(), bearerText(r), s.Now())
	if fault.Is(err, fault.Unauthenticated) && s.knocks.OnLimit(w, r, address(r)) {
		return actor, errTooMany
	}
	return actor, err
}

// bearerText is the token that a request brings, "" for none.
func bearerText(r *http.Request) string {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(text)
}

// newLimiter counts per key and minute, in memory.
func newLimiter(n int) *httprate.RateLimiter {
	return httprate.NewRateLimiter(n, time.Minute, httprate.WithResponseHeaders(httprate.ResponseHeaders{RetryAfter: "Retry-After"}))
}

// address is where a request comes from, as a key: an IPv6 network counts as one.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return httprate.CanonicalizeIP(host)
}
