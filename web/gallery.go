package web

import (
	"net/http"

	"groundswell/internal/identity"
	"groundswell/static"
	"groundswell/views/gallery"
)

// asset sends a file of the look. Its address carries a hash of its content, so it may be kept for ever.
func (s *Server) asset(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	static.Handler().ServeHTTP(w, r)
	return nil
}

// gallery shows every component in every state. It is routed in development only.
func (s *Server) gallery(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	look := r.URL.Query().Get("theme")
	if look != "light" && look != "dark" {
		look = theme(r)
	}
	return s.html(w, r, http.StatusOK, gallery.Page(gallery.Props{Theme: look, Path: r.URL.RequestURI()}))
}
