package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/signin/signintest"
)

func TestSignInAndOut(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	asked := b.get("/settings/roles?x=1")
	if asked.StatusCode != http.StatusSeeOther || asked.location() != "/sign-in?return_to=%2Fsettings%2Froles%3Fx%3D1" {
		t.Fatalf("signed out: %d %s", asked.StatusCode, asked.location())
	}
	page := b.get(asked.location())
	if !strings.Contains(page.body, "/sign-in/oidc?return_to=%2Fsettings%2Froles%3Fx%3D1") {
		t.Errorf("the sign-in page forgets where to return: %s", page.body)
	}
	done := b.signIn("/settings/roles?x=1")
	if done.StatusCode != http.StatusSeeOther || done.location() != "/settings/roles?x=1" {
		t.Fatalf("signed in: %d %s", done.StatusCode, done.location())
	}
	for _, c := range done.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %s", c)
		}
	}
	if a := b.get("/settings/roles"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Ines Marchetti") {
		t.Errorf("the page of roles: %d", a.StatusCode)
	}
	if a := b.get("/sign-in?return_to=/depth"); a.location() != "/depth" {
		t.Errorf("the sign-in page for somebody signed in: %d %s", a.StatusCode, a.location())
	}
	cookie := b.cookie()
	if a := b.post(route.SignOut, nil); a.location() != route.SignIn || b.cookie() != "" {
		t.Errorf("signing out: %d %s", a.StatusCode, a.location())
	}
	b.wear(cookie)
	if a := b.get("/settings/roles"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the old cookie opens a page: %d", a.StatusCode)
	}
	if a := b.post(route.SignOut, nil); a.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out twice: %d", a.StatusCode)
	}
}

func TestSecureCookies(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "groundswell.example.com"} })
	a := s.browser().get(route.SignInOIDC)
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
		t.Fatalf("%d, cookies %v", a.StatusCode, a.Cookies())
	}
	if c := a.Cookies()[0]; !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %s", c)
	}
	if s.srv.sessions.name != "__Host-groundswell-session" || !s.srv.sessions.options.Secure {
		t.Errorf("session cookie %s %+v", s.srv.sessions.name, s.srv.sessions.options)
	}
	if a.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind a TLS address")
	}
}

func TestSignInRotatesTheSession(t *testing.T) {
	b := newSite(t, nil).browser()
	b.signIn("/")
	first := b.cookie()
	b.signIn("/")
	if b.cookie() == first {
		t.Fatal("the cookie stayed")
	}
	b.wear(first)
	if a := b.get(route.Account); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the cookie from before works: %d", a.StatusCode)
	}
}

func TestAPlantedSessionIsNotKept(t *testing.T) {
	b := newSite(t, nil).browser()
	planted := strings.Repeat("A", 22) + "." + strings.Repeat("B", 43)
	b.wear(planted)
	b.signIn("/")
	if b.cookie() == planted {
		t.Error("a cookie from before the sign-in became a session")
	}
}

func TestSessionsRunOut(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.signIn("/")
	s.clock.Advance(identity.SessionIdle - time.Minute)
	if a := b.get(route.Account); a.StatusCode != http.StatusOK {
		t.Errorf("after nearly eight hours: %d", a.StatusCode)
	}
	s.clock.Advance(identity.SessionIdle)
	if a := b.get(route.Account); a.StatusCode != http.StatusSeeOther {
		t.Errorf("after eight idle hours: %d", a.StatusCode)
	}
	r := b.request("GET", route.Account, nil)
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Current-URL", s.url+"/depth?x=1")
	if a := b.do(r); a.StatusCode != http.StatusUnauthorized || a.Header.Get("HX-Redirect") != "/sign-in?return_to=%2Fdepth%3Fx%3D1" {
		t.Errorf("signed out under htmx: %d %q", a.StatusCode, a.Header.Get("HX-Redirect"))
	}
}

func TestSignOutEverywhere(t *testing.T) {
	s := newSite(t, nil)
	one, two := s.browser(), s.browser()
	one.signIn("/")
	two.signIn("/")
	if a := s.browser().post(route.SignOutAll, nil); a.location() != route.SignIn {
		t.Errorf("nobody signs out everywhere: %d", a.StatusCode)
	}
	if a := one.post(route.SignOutAll, nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", a.StatusCode)
	}
	for _, b := range []*browser{one, two} {
		if a := b.get(route.Account); a.StatusCode != http.StatusSeeOther {
			t.Errorf("a session goes on: %d", a.StatusCode)
		}
	}
}

func TestWithoutARole(t *testing.T) {
	s := newSite(t, nil)
	s.idp.Behave(signintest.Manners{Person: map[string]any{"sub": "sub-dana", "email": "dana@example.com", "name": "Dana"}})
	b := s.browser()
	b.signIn("/")
	if a := b.get("/"); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Ask a rollout lead") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := b.get("/overview"); a.StatusCode != http.StatusForbidden {
		t.Errorf("overview: %d", a.StatusCode)
	}
	if _, err := s.id.GrantEmail(t.Context(), identity.Operator(), "dana@example.com", identity.Grant{Role: identity.Executive}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if a := b.get("/overview"); a.StatusCode != http.StatusOK {
		t.Errorf("the role counts from the next click on, but: %d", a.StatusCode)
	}
}

// TestCallbackIsBoundToTheBrowser replays, steals and invents sign-ins.
func TestCallbackIsBoundToTheBrowser(t *testing.T) {
	s := newSite(t, nil)
	mine, thief := s.browser(), s.browser()
	begun := mine.get(route.SignInOIDC)
	back := mine.get(begun.location()).location()
	tests := []struct {
		name string
		b    *browser
		path string
	}{
		{"another browser", thief, back},
		{"no state", mine, route.Callback + "?code=code-1"},
		{"another state", mine, strings.Replace(back, "state=", "state=x", 1)},
		{"nothing", s.browser(), route.Callback},
	}
	for _, tc := range tests {
		if a := tc.b.get(tc.path); a.StatusCode != http.StatusForbidden || tc.b.cookie() != "" {
			t.Errorf("%s: %d", tc.name, a.StatusCode)
		}
	}
	if a := mine.get(back); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("the right browser: %d %s", a.StatusCode, a.body)
	}
	again := s.browser()
	if a := again.get(back); a.StatusCode != http.StatusForbidden || again.cookie() != "" {
		t.Errorf("replayed: %d", a.StatusCode)
	}
}

func TestALateSignInBeginsAgain(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	back := b.get(b.get(route.SignInOIDC).location()).location()
	s.clock.Advance(signInTakes + time.Second)
	if a := b.get(back); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "Begin again") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestProviderDeclines(t *testing.T) {
	s := newSite(t, nil)
	s.idp.Behave(signintest.Manners{Decline: "access_denied"})
	b := s.browser()
	if a := b.signIn("/"); a.StatusCode != http.StatusForbidden || b.cookie() != "" {
		t.Errorf("%d", a.StatusCode)
	}
}

func TestProviderAway(t *testing.T) {
	s := newSite(t, nil)
	inside := s.browser()
	inside.signIn("/")
	s.clock.Advance(25 * time.Minute)
	fresh := newSite(t, nil)
	fresh.idp.Close()
	b := fresh.browser()
	if a := b.signIn("/depth"); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "away for a moment") || !strings.Contains(a.body, "return_to=%2Fdepth") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	s.idp.Close()
	if a := inside.get(route.Account); a.StatusCode != http.StatusOK {
		t.Errorf("somebody signed in cannot go on: %d", a.StatusCode)
	}
}

// TestAgainNeedsProof has a provider vouch again for somebody without asking them.
func TestAgainNeedsProof(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.signIn("/")
	s.clock.Advance(time.Hour)
	form := url.Values{"email": {"x@example.com"}, "role": {"owner"}}
	refused := b.post(route.Roles, form)
	if refused.StatusCode != http.StatusForbidden || !strings.Contains(refused.body, "Confirm it is you") {
		t.Fatalf("an hour after signing in: %d %s", refused.StatusCode, refused.body)
	}
	old := s.clock.Now().Add(-time.Hour).Unix()
	s.idp.Behave(signintest.Manners{Person: map[string]any{"auth_time": old}})
	again := route.With(route.SignInOIDC, "again", "1", "return_to", route.Roles)
	if a := b.get(b.get(b.get(again).location()).location()); a.StatusCode != http.StatusForbidden {
		t.Errorf("an old proof counts as new: %d", a.StatusCode)
	}
	s.idp.Behave(signintest.Manners{})
	if a := b.get(b.get(b.get(again).location()).location()); a.location() != route.Roles {
		t.Errorf("confirmed: %d %s", a.StatusCode, a.location())
	}
	if a := b.post(route.Roles, form); a.StatusCode != http.StatusSeeOther {
		t.Errorf("after confirming: %d %s", a.StatusCode, a.body)
	}
}

func TestWithoutAProvider(t *testing.T) {
	s := newSite(t, nil)
	cfg := s.srv.Config
	cfg.Provider = nil
	srv, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.srv = srv
	b := s.browser()
	if a := b.get(route.SignIn); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "OIDC_ISSUER") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := b.get(route.SignInOIDC); a.location() != route.SignIn+"?return_to=%2F" {
		t.Errorf("%d %s", a.StatusCode, a.location())
	}
	if a := b.get(route.Callback + "?code=x&state=y"); a.StatusCode != http.StatusForbidden {
		t.Errorf("%d", a.StatusCode)
	}
}

func TestPersonas(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	page := s.browser().get("/sign-in?return_to=/depth")
	roles := map[string]string{"ines": "/settings/roles", "priya": "/settings/roles", "dana": "/overview", "tomas": "/today", "helen": "/overview"}
	for _, p := range Personas() {
		if !strings.Contains(page.body, p.Name) {
			t.Errorf("%s is not on the page", p.Name)
		}
		b := s.browser()
		if a := b.post(route.SignInAs, url.Values{"persona": {p.ID}, "return_to": {"/depth"}}); a.location() != "/depth" {
			t.Errorf("%s: %d %s", p.Name, a.StatusCode, a.body)
		}
		if a := b.get(roles[p.ID]); a.StatusCode != http.StatusOK {
			t.Errorf("%s at %s: %d", p.Name, roles[p.ID], a.StatusCode)
		}
	}
	if a := s.browser().post(route.SignInAs, url.Values{"persona": {"root"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an invented persona: %d", a.StatusCode)
	}
}

// TestPersonasExistInTheDemoOnly tries their door, and their sessions, on the product's site.
func TestPersonasExistInTheDemoOnly(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	if a := b.post(route.SignInAs, url.Values{"persona": {"ines"}}); a.StatusCode != http.StatusNotFound || b.cookie() != "" {
		t.Errorf("the door is there: %d", a.StatusCode)
	}
	now := s.clock.Now()
	ines := Personas()[0]
	if _, err := s.id.Introduce(t.Context(), ines.claim(now), ines.Grants, now); err != nil {
		t.Fatal(err)
	}
	cookie, err := s.id.SignInAs(t.Context(), ines.claim(now), "", now)
	if err != nil {
		t.Fatal(err)
	}
	b.wear(cookie)
	for _, path := range []string{"/", "/overview", "/settings/roles", "/account"} {
		if a := b.get(path); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.location(), route.SignIn) {
			t.Errorf("a persona's session opens %s: %d", path, a.StatusCode)
		}
	}
	cfg := s.srv.Config
	if _, err := NewDemo(cfg, Personas()); err == nil {
		t.Error("a demo with a provider was made")
	}
	cfg.Provider, cfg.PublicURL = nil, &url.URL{Scheme: "https", Host: "groundswell.example.com"}
	if _, err := NewDemo(cfg, Personas()); err == nil {
		t.Error("a demo on a public address was made")
	}
}

func TestDemoAnswersUnderNamesOfThisMachineOnly(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost:8080": 200, "[::1]:8080": 200, "127.0.0.1": 200,
		"evil.example": 421, "evil.example:8080": 421, "127.0.0.1.evil.example": 421, "": 421,
	} {
		r := httptest.NewRequest("GET", route.SignIn, nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.srv.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("asked for as %q it answers %d, want %d", host, w.Code, want)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	good := newSite(t, nil).srv.Config
	for name, change := range map[string]func(*Config){
		"no identity":       func(c *Config) { c.Identity = nil },
		"no keys":           func(c *Config) { c.CookieKeys = nil },
		"no address":        func(c *Config) { c.PublicURL = nil },
		"http elsewhere":    func(c *Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "g.example.com"} },
		"no http":           func(c *Config) { c.PublicURL = &url.URL{Scheme: "ftp", Host: "127.0.0.1"} },
		"a scheme, no host": func(c *Config) { c.PublicURL = &url.URL{Scheme: "https"} },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: made", name)
		}
	}
}

func TestReadiness(t *testing.T) {
	away := errors.New("away")
	s := newSite(t, func(c *Config) { c.Ready = func(context.Context) error { return away } })
	b := s.browser()
	if a := b.get(route.Health); a.StatusCode != http.StatusOK {
		t.Errorf("health: %d", a.StatusCode)
	}
	if a := b.get(route.Ready); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("ready while the database is away: %d", a.StatusCode)
	}
	away = nil
	if a := b.get(route.Ready); a.StatusCode != http.StatusOK {
		t.Errorf("ready: %d", a.StatusCode)
	}
}

// TestNoSecretInTheLog signs in, fails to, and uses tokens at debug level, then reads the log.
func TestNoSecretInTheLog(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.signIn("/")
	good := b.cookie()
	b.get("/overview?secret=query-canary-1")
	s.idp.Behave(signintest.Manners{Person: map[string]any{"nonce": "wrong"}})
	other := s.browser()
	back := other.get(other.get(route.SignInOIDC).location()).location()
	other.get(back)
	req := b.request("GET", "/api/v1/metrics", nil)
	s.bearer(req, identity.Lead, time.Hour, false)
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	b.do(req)
	b.post(route.Theme, url.Values{"theme": {"form-canary-2"}})
	b.get("/calendar/path-canary-3.ics")
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(good, ".")
	log := s.log.String()
	if !strings.Contains(log, "route=/overview") {
		t.Fatalf("nothing was logged: %s", log)
	}
	for _, canary := range []string{secret, token, u.Query().Get("code"), u.Query().Get("state"), "canary", signintest.ClientSecret, "ines@", "Marchetti", "127.0.0.1:"} {
		if strings.Contains(log, canary) {
			t.Errorf("%q is in the log:\n%s", canary, log)
		}
	}
}
