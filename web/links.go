package web

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// clickTakes is how long counting an opened link may hold up who opened it.
const clickTakes = time.Second

// scanners are programs that open links to look at them, as they call themselves.
var scanners = regexp.MustCompile(`(?i)bot\b|crawl|spider|scan|preview|safelinks|proofpoint|mimecast|barracuda|symantec|trend ?micro|fortinet|sophos|slack|teams|skype|whatsapp|facebookexternalhit|curl|wget|python|go-http-client|java/|headlesschrome|^$`)

// followLink leads from a counted link to the page it is about, and counts that. A link that
// nobody here made leads nowhere. That it cannot be counted holds nobody up.
func (s *Server) followLink(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	d, path, ok := s.Comms.Links.Open(chi.URLParam(r, "token"))
	if !ok || localPath(path) == route.Home && path != route.Home {
		return fault.New(fault.NotFound, "This link is not complete, or not one of ours. Copy it whole from the message.")
	}
	if r.Method == http.MethodGet && !scanners.MatchString(r.UserAgent()) {
		ctx, cancel := context.WithTimeout(r.Context(), clickTakes)
		defer cancel()
		if err := s.Comms.Mailroom.Click(ctx, d, path, s.Now()); err != nil {
			s.Log.WarnContext(r.Context(), "an opened link cannot be counted", "id", requestID(r.Context()), "error", err)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, localPath(path), http.StatusFound)
	return nil
}
