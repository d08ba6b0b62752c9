package web

import (
	"net/http"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const themeSeconds = 365 * 24 * 60 * 60

// theme returns light or dark as chosen, "" to follow the system.
func theme(r *http.Request) string {
	for _, name := range []string{cookieName("theme", true), cookieName("theme", false)} {
		if c, err := r.Cookie(name); err == nil && (c.Value == "light" || c.Value == "dark") {
			return c.Value
		}
	}
	return ""
}

// setTheme keeps the choice of light, dark or the system's look in a cookie.
func (s *Server) setTheme(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	choice := f.Get("theme")
	switch choice {
	case "light", "dark":
		http.SetCookie(w, s.newCookie("theme", choice, themeSeconds))
	case "", "system":
		http.SetCookie(w, s.newCookie("theme", "", -1))
	default:
		return fault.Field("theme", "Choose light, dark or system.")
	}
	return s.redirect(w, r, localPath(f.Get("return_to")), "")
}
