package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// The limits every request is held to. Reading is bounded by time and bytes
// only; what changes something or guesses a secret is bounded in number too.
const (
	maxBody          = 1 << 20
	requestTakes     = 30 * time.Second
	changesPerMinute = 1200 // by one person or token
	knocksPerMinute  = 600  // by one address: sign-ins begun or ended, and bad tokens
)

// policy is the Content-Security-Policy of every answer.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const yearOfTLS = "max-age=31536000; includeSubDomains"

func hasPrefix(path, prefix string) bool { return strings.HasPrefix(path, prefix) }

// wrap puts the middleware around the routes; a request passes the last named first.
func (s *Server) wrap(h http.Handler) http.Handler {
	for _, m := range []func(http.Handler) http.Handler{
		compress,
		limitTime,
		limitBody,
		s.refuseCrossSite,
		s.recover,
		s.headers,
		s.observe,
	} {
		h = m(h)
	}
	return h
}

// trace is what is known of a request while it is answered.
type trace struct {
	id      string
	pattern string // the matched route; the path itself may hold secrets and is not logged
	fresh   bool   // who asks has proved who they are a short while ago
}

type traceKey struct{}

// requestID returns the id that an error page shows and the log carries.
func requestID(ctx context.Context) string {
	if t, ok := ctx.Value(traceKey{}).(*trace); ok {
		return t.id
	}
	return ""
}

// isFresh reports whether whoever asks has proved who they are a short while ago.
func isFresh(r *http.Request) bool {
	t, ok := r.Context().Value(traceKey{}).(*trace)
	return ok && t.fresh
}

// observe names the request and logs how it ended: no address, no person, no query.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		t := &trace{id: newRequestID()}
		w.Header().Set("X-Request-Id", t.id)
		out := &recorder{ResponseWriter: w}
		next.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), traceKey{}, t)))
		level := slog.LevelDebug
		if out.status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		s.Log.Log(r.Context(), level, "request", "id", t.id, "method", r.Method, "route", t.pattern,
			"status", out.status, "bytes", out.bytes, "ms", time.Since(began).Milliseconds())
	})
}

func newRequestID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the first status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes; the status is 200 when none was set.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// headers sets what every answer carries, errors and panics included.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.TLS != nil || s.secure() {
			h.Set("Strict-Transport-Security", yearOfTLS)
		}
		next.ServeHTTP(w, r)
	})
}

// recover answers a panic like any other defect. One after the answer began cuts the connection.
func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			s.Log.ErrorContext(r.Context(), "panic", "id", requestID(r.Context()), "stack", string(debug.Stack()))
			if out, ok := w.(*recorder); ok && out.status != 0 {
				panic(http.ErrAbortHandler)
			}
			s.fail(w, r, identity.Actor{}, errors.New("a panic; its stack is in the log under this id"))
		}()
		next.ServeHTTP(w, r)
	})
}

// refuseCrossSite turns away what another site made a browser send. On cookie
// routes a change must say where it comes from.
func (s *Server) refuseCrossSite(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	origin := s.PublicURL.Scheme + "://" + s.PublicURL.Host
	if err := guard.AddTrustedOrigin(origin); err != nil {
		s.Log.Warn("the public address is no usable origin", "error", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if safe(r.Method) || bearer(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if unsubscribes(r.URL.Path) {
			next.ServeHTTP(w, withoutCookies(r))
			return
		}
		unknown := r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
		if unknown || guard.Check(r) != nil {
			s.fail(w, r, identity.Actor{}, fault.New(fault.Forbidden, "This request did not come from this site, so nothing was changed. Open the page here and try again."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

func limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		patience := requestTakes
		if uploads(r) {
			patience += uploadTakes
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// compress sends text as zstd or gzip to whoever accepts it.
func compress(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(true), gzhttp.MinSize(1024))
	if err != nil {
		panic("web: " + err.Error()) // the options are constants
	}
	return wrap(next)
}
