package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/session"
)

// page is what the shell around a page needs to know of it.
type page struct {
	Title   string // of the window, without the product's name
	Section string // the navigation entry it belongs to, as its address in route; "" for none
	Status  int    // 0 is 200
}

// page answers with a whole page inside the shell that fits the actor. body is
// written only once it is complete, so an error while drawing it is an error page.
func (s *Server) page(w http.ResponseWriter, r *http.Request, actor identity.Actor, p page, body templ.Component) error {
	w.Header().Add("Vary", "HX-Request")
	return s.html(w, r, p.Status, s.shell(w, r, actor, p, body))
}

// fragment answers HTMX with parts of a page, one after the other.
func (s *Server) fragment(w http.ResponseWriter, r *http.Request, status int, parts ...templ.Component) error {
	w.Header().Add("Vary", "HX-Request")
	return s.html(w, r, status, templ.Join(parts...))
}

func (s *Server) html(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var buf bytes.Buffer
	if err := c.Render(r.Context(), &buf); err != nil {
		return fmt.Errorf("draw the page: %w", err)
	}
	return send(w, status, "text/html; charset=utf-8", buf.Bytes())
}

// json answers a program.
func (s *Server) json(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return send(w, status, "application/json", append(body, '\n'))
}

func send(w http.ResponseWriter, status int, kind string, body []byte) error {
	if status == 0 {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader is gone when this fails: nobody is left to tell
	return nil
}

// redirect sends the reader on after a change, with a sentence for the next page ("" for none).
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, to, flash string) error {
	if flash != "" {
		s.setFlash(w, flash)
	}
	if isHTMX(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func isHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// wantsJSON reports whether a program asks, and so reads its errors as JSON.
func wantsJSON(r *http.Request) bool {
	return bearer(r.URL.Path) || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// statusOf is the one place where a kind of fault becomes a status.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// asFault finds the fault in err, or makes one of what only the web knows: a
// body over the limit, a request that took too long.
func asFault(err error) *fault.Error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.Wrap(fault.TooLarge, "This is more than the page accepts in one go. Nothing was changed. Send less at a time.", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Unavailable, "This took too long and was stopped.", err)
	}
	return fault.Wrap(fault.Internal, "Something here is broken. It is not your doing.", err)
}

// fail answers an error: as JSON to programs, as a part to HTMX, else as a page.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, actor identity.Actor, err error) {
	f := asFault(err)
	status := statusOf(f.Kind)
	if status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "request failed", "id", requestID(r.Context()), "kind", f.Kind, "error", f.Err)
	}
	if f.Kind == fault.TooMany || f.Kind == fault.Unavailable {
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "60")
		}
	}
	switch {
	case wantsJSON(r):
		s.failJSON(w, r, status, f)
	case f.Kind == fault.Unauthenticated:
		s.askToSignIn(w, r)
	default:
		s.failHTML(w, r, actor, status, f)
	}
}

type jsonFault struct {
	Kind      fault.Kind        `json:"kind"`
	Message   string            `json:"message"`
	Fields    map[string]string `json:"fields,omitempty"`
	RequestID string            `json:"request_id"`
}

func (s *Server) failJSON(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	if f.Kind == fault.Unauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="groundswell"`)
	}
	if otlp(r.URL.Path) {
		s.failOTLP(w, r, status, f)
		return
	}
	if xapi(r.URL.Path) {
		s.failXAPI(w, r, status, f)
		return
	}
	if hasPrefix(r.URL.Path, "/api/") {
		status, said := apiError(status, f, requestID(r.Context()))
		_ = s.json(w, status, map[string]apiFault{"error": said})
		return
	}
	_ = s.json(w, status, map[string]jsonFault{"error": {f.Kind, f.Say, f.Fields, requestID(r.Context())}})
}

// askToSignIn sends the reader to the sign-in page and back afterwards.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request) {
	back := ""
	if r.Method == http.MethodGet && !isHTMX(r) {
		back = localPath(r.URL.RequestURI())
	}
	if isHTMX(r) {
		back = currentPage(r)
		w.Header().Set("HX-Redirect", route.With(route.SignIn, "return_to", back))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, route.With(route.SignIn, "return_to", back), http.StatusSeeOther)
}

func (s *Server) failHTML(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, f *fault.Error) {
	p := s.problem(r, f)
	var err error
	if isHTMX(r) {
		err = s.fragment(w, r, status, session.Problem(p))
	} else {
		err = s.page(w, r, actor, page{Title: p.Title, Status: status}, session.Problem(p))
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "the error page cannot be drawn", "id", requestID(r.Context()), "error", err)
		http.Error(w, f.Say, status)
	}
}

// problem words an error for its page: what happened, what is safe, what to do next.
func (s *Server) problem(r *http.Request, f *fault.Error) session.ProblemProps {
	p := session.ProblemProps{Title: titles[f.Kind], Say: f.Say, Fields: f.Fields, RequestID: requestID(r.Context()), Next: session.Link{Label: "Go to the start page", To: route.Home}}
	switch {
	case errors.Is(f, errNotFresh), errors.Is(f, errNotFreshRead):
		p.Next = session.Link{Label: "Confirm it is you", To: route.With(route.SignInOIDC, "again", "1", "return_to", currentPage(r))}
	case f.Kind == fault.Internal:
		p.Safe = "What you had saved is safe. Try again; if it happens again, give a rollout lead the request id below."
	case f.Kind == fault.Unavailable:
		p.Safe = "What you had saved is safe. Try again in a minute."
		p.Next = session.Link{Label: "Try again", To: localPath(r.URL.RequestURI())}
		if !safe(r.Method) {
			p.Next.To = currentPage(r)
		}
	case errors.Is(f, errNoDraft):
		p.Next = session.Link{Label: "Upload a file", To: route.Imports}
	case f.Kind == fault.Invalid || f.Kind == fault.Conflict:
		p.Next = session.Link{Label: "Back to the page", To: currentPage(r)}
	}
	return p
}

var titles = map[fault.Kind]string{
	fault.Internal:    "Something went wrong",
	fault.Invalid:     "This cannot be used as it is",
	fault.Forbidden:   "Not yours to open",
	fault.NotFound:    "Nothing here",
	fault.Conflict:    "Changed meanwhile",
	fault.TooMany:     "Too many requests",
	fault.Unavailable: "Away for a moment",
	fault.TooLarge:    "Too large",
}

func (s *Server) answerNotFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, s.reader(r), fault.New(fault.NotFound, "There is no page at this address, or none that you may know of."))
}

func (s *Server) answerNotAllowed(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", strings.Join(allowed(r), ", "))
	say := "This address does not take " + r.Method + " requests. Nothing was changed."
	if wantsJSON(r) {
		s.failJSON(w, r, http.StatusMethodNotAllowed, fault.New("method_not_allowed", say))
		return
	}
	_ = send(w, http.StatusMethodNotAllowed, "text/plain; charset=utf-8", []byte(say+" Request id: "+requestID(r.Context())+"\n"))
}

// allowed lists the methods that the address of r does take.
func allowed(r *http.Request) []string {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
		if chi.RouteContext(r.Context()).Routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
			methods = append(methods, m)
		}
	}
	return methods
}

// reader is who reads an answer outside the table, for the shell around it only.
func (s *Server) reader(r *http.Request) identity.Actor {
	if bearer(r.URL.Path) {
		return identity.Actor{}
	}
	if who, err := s.sessions.current(r); err == nil && (s.Demo || who.account.Issuer != DemoIssuer) {
		return who.account.Actor()
	}
	return identity.Actor{}
}
