package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"groundswell/internal/identity"
	"groundswell/views/session"
)

const flashSeconds = 60

// shell puts body into the frame of the site.
func (s *Server) shell(w http.ResponseWriter, r *http.Request, _ identity.Actor, p page, body templ.Component) templ.Component {
	return session.Document(session.DocumentProps{Title: p.Title, Theme: theme(r), Flash: s.takeFlash(w, r)}, body)
}

// setFlash keeps a sentence for the next page. It is signed, so that nobody else can put words there.
func (s *Server) setFlash(w http.ResponseWriter, text string) {
	value, err := s.cookies[0].Encode(s.cookie("flash"), text)
	if err != nil {
		s.Log.Error("a notice could not be kept", "error", err)
		return
	}
	http.SetCookie(w, s.newCookie("flash", value, flashSeconds))
}

// takeFlash returns the sentence kept for this page and forgets it.
func (s *Server) takeFlash(w http.ResponseWriter, r *http.Request) string {
	text := ""
	if s.readCookie(r, "flash", &text) {
		http.SetCookie(w, s.newCookie("flash", "", -1))
	}
	return text
}

func (s *Server) cookie(purpose string) string { return cookieName(purpose, s.secure()) }

func (s *Server) newCookie(purpose, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookie(purpose), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
}

// readCookie reads a cookie that this site signed, under the current or an older key.
func (s *Server) readCookie(r *http.Request, purpose string, into any) bool {
	c, err := r.Cookie(s.cookie(purpose))
	if err != nil {
		return false
	}
	for _, codec := range s.cookies {
		if codec.Decode(s.cookie(purpose), c.Value, into) == nil {
			return true
		}
	}
	return false
}

// form reads a posted form; multipart bodies are not taken.
func form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.PostForm, nil
}
