package web

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"groundswell/internal/identity"
)

const readyTakes = 2 * time.Second

// health says that the process answers, whatever else is away.
func (s *Server) health(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
	return send(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

// ready says whether the database answers and its schema is this program's.
func (s *Server) ready(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyTakes)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.Log.WarnContext(r.Context(), "not ready", "id", requestID(r.Context()), "error", err)
		w.Header().Set("Retry-After", "1")
		return send(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte("the database is away or not migrated\n"))
	}
	return send(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
}

// prometheus hands out the process's metrics.
func (s *Server) prometheus(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{DisableCompression: true}).ServeHTTP(w, r)
	return nil
}
