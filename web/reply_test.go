package web

import (
	"encoding/json"
	"net/http"
	"testing"

	"groundswell/internal/route"
)

// A method that an address does not take is answered with those it does, to programs in JSON.
func TestMethodNotAllowedSaysWhichAre(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", route.APIMetrics, "GET, HEAD"},
		{"PUT", route.Roles, "GET, HEAD, POST"},
		{"OPTIONS", route.SignOut, "POST"},
	} {
		r := b.request(c.method, c.path, nil)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		a := b.do(r)
		if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want %q", c.method, c.path, a.StatusCode, a.Header.Get("Allow"), c.allow)
		}
		var said struct {
			Error struct{ Code, Message string }
		}
		if c.path == route.APIMetrics && (json.Unmarshal([]byte(a.body), &said) != nil || said.Error.Code != "method_not_allowed") {
			t.Errorf("%s %s: %s", c.method, c.path, a.body)
		}
	}
}
