package web

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// trouble adds routes that end in every way there is.
func trouble(s *Server) http.Handler {
	mux := http.NewServeMux()
	add := func(path string, h handler) {
		mux.Handle(path, s.serve(routeEntry{"GET", path, public, h}))
	}
	add("/panic", func(http.ResponseWriter, *http.Request, identity.Actor) error { panic("panic-canary") })
	add("/late-panic", func(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
		w.WriteHeader(http.StatusOK)
		panic("late")
	})
	add("/defect", func(http.ResponseWriter, *http.Request, identity.Actor) error { return errors.New("defect-canary") })
	for _, k := range []fault.Kind{fault.Internal, fault.Invalid, fault.Forbidden, fault.NotFound, fault.Conflict, fault.TooMany, fault.Unavailable, fault.TooLarge, fault.Unauthenticated} {
		add("/"+string(k), func(http.ResponseWriter, *http.Request, identity.Actor) error {
			return fault.Wrap(k, "What happened <b>here</b>.", errors.New("cause-canary"))
		})
	}
	return s.wrap(mux)
}

func checkHeaders(t *testing.T, what string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "no-referrer",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %s is %q", what, name, h.Get(name))
		}
	}
	if h.Get("X-Request-Id") == "" {
		t.Errorf("%s: no request id", what)
	}
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	for _, e := range s.srv.routes() {
		a := b.get(paths(e.Pattern, 1)[0])
		checkHeaders(t, e.Pattern, a.Header)
		if e.Access.kind == forAccounts && e.Method == "GET" && a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached: %q", e.Pattern, a.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/absent", "/%zz", "/..%2f", "/settings/roles/x/y/z"} {
		resp := httptest.NewRecorder()
		s.srv.ServeHTTP(resp, &http.Request{Method: "GET", URL: &url.URL{Path: path}, Header: http.Header{}})
		checkHeaders(t, path, resp.Header())
	}
	checkHeaders(t, "a foreign method", b.do(b.request("BREW", "/overview", nil)).Header)
	checkHeaders(t, "a cross-site post", b.do(b.request("POST", "/theme", nil)).Header)
}

func TestErrorsSayWhatToDo(t *testing.T) {
	s := newSite(t, nil)
	site := httptest.NewServer(trouble(s.srv))
	t.Cleanup(site.Close)
	b := s.browser()
	want := map[string]int{
		"/panic": 500, "/defect": 500, "/internal": 500, "/invalid": 422, "/forbidden": 403, "/not_found": 404, "/conflict": 409,
		"/too_many": 429, "/unavailable": 503, "/too_large": 413,
	}
	for path, status := range want {
		a := b.get(site.URL + path)
		if a.StatusCode != status {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
		checkHeaders(t, path, a.Header)
		if !strings.Contains(a.body, a.Header.Get("X-Request-Id")) || !strings.Contains(a.body, "<h1>") {
			t.Errorf("%s says too little: %s", path, a.body)
		}
		if strings.Contains(a.body, "canary") || strings.Contains(a.body, "<b>here") {
			t.Errorf("%s tells the cause or runs text", path)
		}
		if (status == 429 || status == 503) && a.Header.Get("Retry-After") == "" {
			t.Errorf("%s does not say when to come back", path)
		}
		r := b.request("GET", site.URL+path, nil)
		r.Header.Set("HX-Request", "true")
		if a := b.do(r); a.StatusCode != status || strings.Contains(a.body, "<html") || !strings.Contains(a.body, `role="alert"`) {
			t.Errorf("%s under htmx: %d %s", path, a.StatusCode, a.body)
		}
		r = b.request("GET", site.URL+path, nil)
		r.Header.Set("Accept", "application/json")
		if a := b.do(r); a.StatusCode != status || !strings.Contains(a.body, `"request_id"`) || strings.Contains(a.body, "canary") {
			t.Errorf("%s for a program: %d %s", path, a.StatusCode, a.body)
		}
	}
	if _, err := http.Get(site.URL + "/late-panic"); err == nil {
		t.Error("a panic after the answer began ended it as if it were whole")
	}
	if !strings.Contains(s.log.String(), "defect-canary") || strings.Contains(s.log.String(), "panic-canary") {
		t.Error("the log lacks a cause, or repeats what a panic said")
	}
}

// TestCrossSite sends changes from everywhere a browser may.
func TestCrossSite(t *testing.T) {
	s := newSite(t, nil)
	tests := []struct {
		name    string
		headers map[string]string
		ok      bool
	}{
		{"same origin", map[string]string{"Sec-Fetch-Site": "same-origin"}, true},
		{"typed by hand", map[string]string{"Sec-Fetch-Site": "none"}, true},
		{"an older browser", map[string]string{"Origin": s.url}, true},
		{"another site", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, false},
		{"a sibling", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://sibling.example"}, false},
		{"an older browser elsewhere", map[string]string{"Origin": "https://evil.example"}, false},
		{"a sandboxed frame", map[string]string{"Origin": "null"}, false},
		{"no word of where", nil, false},
		{"no word, but htmx", map[string]string{"HX-Request": "true"}, false},
	}
	for _, tc := range tests {
		for _, e := range s.srv.routes() {
			if safe(e.Method) || bearer(e.Pattern) || unsubscribes(e.Pattern) { // which ignore cookies
				continue
			}
			b := s.browser()
			b.is("both", roleGrants["lead"], roleGrants["champion"]) // who may send everything
			r := b.request(e.Method, paths(e.Pattern, 999999)[0], url.Values{"theme": {"dark"}})
			for k, v := range tc.headers {
				r.Header.Set(k, v)
			}
			a := b.do(r)
			if refused := a.StatusCode == http.StatusForbidden; refused == tc.ok {
				t.Errorf("%s: %s %s: %d", tc.name, e.Method, e.Pattern, a.StatusCode)
			}
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	b := newSite(t, nil).browser()
	if a := b.post(route.Theme, url.Values{"theme": {strings.Repeat("x", maxBody+1)}}); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", a.StatusCode)
	}
}

func TestTooManyKnocks(t *testing.T) {
	s := newSite(t, nil)
	s.srv.knocks = newLimiter(3)
	b := s.browser()
	last := 0
	for range 5 {
		last = b.get("/api/v1/metrics").StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the fifth try without a token: %d", last)
	}
	if a := b.get(route.SignInOIDC); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
		t.Errorf("the sign-in from the same address: %d", a.StatusCode)
	}
}

func TestPagesAreCompressed(t *testing.T) {
	s := newSite(t, nil)
	r := s.browser().request("GET", route.SignIn, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	a := s.browser().do(r)
	if a.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept-Encoding") {
		t.Fatalf("encoding %q, vary %v", a.Header.Get("Content-Encoding"), a.Header.Values("Vary"))
	}
	z, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !strings.Contains(string(body), "Sign in") {
		t.Errorf("%v: %s", err, body)
	}
}

func TestTheme(t *testing.T) {
	b := newSite(t, nil).browser()
	for _, look := range []string{"dark", "light"} {
		if a := b.post(route.Theme, url.Values{"theme": {look}, "return_to": {"/sign-in"}}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d", look, a.StatusCode)
		}
		if a := b.get(route.SignIn); !strings.Contains(a.body, `data-theme="`+look+`"`) {
			t.Errorf("%s was not kept", look)
		}
	}
	b.post(route.Theme, url.Values{"theme": {"system"}})
	if a := b.get(route.SignIn); !strings.Contains(a.body, `data-theme=""`) {
		t.Error("system was not kept")
	}
	if a := b.post(route.Theme, url.Values{"theme": {"<script>"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nonsense: %d", a.StatusCode)
	}
}

// FuzzReturnTo looks for a way off the site.
func FuzzReturnTo(f *testing.F) {
	for _, s := range []string{
		"/overview?x=1", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "/%2f/evil.example", "/%5cevil.example",
		"javascript:alert(1)", "/\t/evil.example", "/\n/evil", "", "/./", "/..//evil.example", "/sign-out", "/a?b=//evil.example", "///evil", "/@evil.example", "/%09/evil.example", "/;//evil", "/.//evil.example", "/é", "/a#b", "//", "//?x", "//#x",
	} {
		f.Add(s)
	}
	base := &url.URL{Scheme: "https", Host: "groundswell.example.com", Path: "/sign-in/callback"}
	f.Fuzz(func(t *testing.T, raw string) {
		got := localPath(raw)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") {
			t.Fatalf("%q became %q", raw, got)
		}
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || strings.HasPrefix(u.Path, "//") {
			t.Fatalf("%q became %q, which leads to %v", raw, got, u)
		}
		if again := localPath(got); again != got {
			t.Fatalf("%q became %q and then %q", raw, got, again)
		}
	})
}
