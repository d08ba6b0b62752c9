package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/static"
)

// manifestAge is how long a phone may keep the manifest: the icons' addresses change with a release.
const manifestAge = "public, max-age=3600"

// installation is what a phone reads before it puts the site on its home screen.
type installation struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	ShortName  string       `json:"short_name"`
	StartURL   string       `json:"start_url"`
	Scope      string       `json:"scope"`
	Display    string       `json:"display"`
	Background string       `json:"background_color"`
	Theme      string       `json:"theme_color"`
	Lang       string       `json:"lang"`
	Icons      []screenIcon `json:"icons"`
}

type screenIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// manifest makes the site installable. It names nobody, so anybody may read it.
func (s *Server) manifest(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
	body, err := json.Marshal(installation{
		ID: route.Home, Name: "Groundswell", ShortName: "Groundswell", StartURL: route.Today, Scope: route.Home, Display: "standalone",
		Background: "#FBFBFA", Theme: "#FBFBFA", Lang: "en",
		Icons: []screenIcon{
			{static.URL("icon-192.png"), "192x192", "image/png", "any"},
			{static.URL("icon-512.png"), "512x512", "image/png", "any"},
			{static.URL("icon-maskable-512.png"), "512x512", "image/png", "maskable"},
		},
	})
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	w.Header().Set("Cache-Control", manifestAge)
	return send(w, http.StatusOK, "application/manifest+json", body)
}
