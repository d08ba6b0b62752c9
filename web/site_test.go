package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/internal/seal"
	"groundswell/internal/signin"
	"groundswell/internal/signin/signintest"
	"groundswell/internal/store"
	"groundswell/internal/value"
)

// emptyIndex is an organization of which nothing is known yet.
type emptyIndex struct{}

// Index implements Indexer.
func (emptyIndex) Index(context.Context) (*adoption.Index, error) {
	return &adoption.Index{Through: day.None, CostThrough: day.None, Settings: adoption.DefaultSettings()}, nil
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// Now returns the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the time on.
func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// logBuffer is a log that several requests write.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns what was logged.
func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// site is the whole thing over real HTTP: server, database, provider.
type site struct {
	t     testing.TB
	url   string
	srv   *Server
	idp   *signintest.Provider
	store *store.Store
	id    *identity.Service
	clock *clock
	log   *logBuffer
}

const adminEmail = "ines@example.com"

// newSite starts a site. change may alter its configuration.
func newSite(t testing.TB, change func(*Config)) *site {
	t.Helper()
	keys, _ := seal.Random()
	s := &site{t: t, idp: signintest.New(t), clock: &clock{at: time.Now().Truncate(time.Second)}, log: &logBuffer{}}
	s.idp.SetClock(s.clock.Now)
	s.store = store.New(dbtest.New(t), keys)
	s.id = &identity.Service{Keeper: s.store, Admins: []string{adminEmail}}
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.srv.ServeHTTP(w, r) }))
	s.url = "http://" + ts.Listener.Addr().String()
	public, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Org: "Aldermere", PublicURL: public, Identity: s.id, CookieKeys: keys.Derive("cookie"), Index: emptyIndex{},
		Now: s.clock.Now, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	cfg.Sources = Sources{States: s.store, Keys: s.store, KeyName: store.AnthropicKey, Checks: s.store}
	cfg.People = rosterOf(s.store)
	cfg.Touchpoints = Touchpoints{Book: s.store, Service: &roster.TouchpointService{Keeper: s.store}, Help: s.store}
	cfg.Targets = s.store
	cfg.Days = s.store
	cfg.Champions = Champions{Book: s.store, Service: &roster.ChampionService{Keeper: s.store}}
	cfg.Plan, cfg.Access, cfg.Decisions = s.store, s.store, s.store
	cfg.Tasks = &rollout.Service{Keeper: s.store}
	cfg.Checks = checksOf{s.store}
	cfg.Gates = s.store
	cfg.Guides, cfg.Support = s.store, s.store
	cfg.Learning, cfg.Completion = &enablement.LearningService{Keeper: s.store}, s.store
	cfg.Trainings = trainingsOf(s.store)
	cfg.Attendance = attendanceOf(s.store, keys)
	cfg.Recognition = Recognition{Book: s.store, Service: &roster.RecognitionService{Keeper: s.store}}
	cfg.Wins = Wins{Book: s.store, Service: &value.Service{Keeper: s.store}}
	cfg.Comms = Comms{Board: s.store, Audiences: s.store, Feeds: s.store, Desks: s.store, Service: &comms.Service{Keeper: s.store}, Book: s.store, Mailroom: s.store, Outlines: s.store}
	cfg.Comms.Links = comms.LinkCounter{Keys: keys.Derive("links"), At: route.CountedLink}
	cfg.Comms.Mail, cfg.Comms.Digests = s.store, &comms.Digests{Keeper: s.store, Facts: s.store}
	cfg.Comms.Unsubscriber = comms.Unsubscriber{Keys: keys.Derive("unsubscribe")}
	cfg.Channels = channelsOf(s.store)
	cfg.FeatureReports, cfg.Spending = s.store, s.store
	cfg.Telemetry = receiverOf(s.store, cfg.Log)
	cfg.Provider = s.provider()
	if change != nil {
		change(&cfg)
	}
	s.srv = s.build(cfg)
	ts.Start()
	t.Cleanup(ts.Close)
	return s
}

// trainingsOf is planning sessions over a store.
func trainingsOf(st *store.Store) Trainings {
	return Trainings{Book: st, Plan: &enablement.PlanService{Keeper: st}}
}

// rosterOf is the roster and its imports over a store.
func rosterOf(st *store.Store) People {
	return People{Roster: st, Drafts: st, Import: &roster.Service{Keeper: st}, Training: &enablement.Service{Keeper: st},
		Devices: &rollout.Devices{Keeper: st}}
}

// attendanceOf is one session's page, its door and its list over a store.
func attendanceOf(st *store.Store, keys *seal.Keyring) Attendance {
	return Attendance{Visits: st, Service: &enablement.AttendanceService{Keeper: st}, DoorKeys: keys.Derive("door")}
}

// build makes the demo's site when there is no provider, else the product's.
func (s *site) build(cfg Config) *Server {
	s.t.Helper()
	make := New
	if cfg.Provider == nil {
		make = func(c Config) (*Server, error) { return NewDemo(c, Personas()) }
	}
	srv, err := make(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return srv
}

func (s *site) provider() *signin.Provider {
	s.t.Helper()
	p, err := signin.New(signin.Config{
		Issuer: s.idp.URL, ClientID: signintest.ClientID, ClientSecret: signintest.ClientSecret, GroupsClaim: "groups",
		RedirectURL: s.url + route.Callback, Now: s.clock.Now, Log: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// browser keeps cookies and says, like a browser, where a form comes from.
type browser struct {
	*site
	client *http.Client
}

func (s *site) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

// location is where a redirect leads, without this site's origin.
func (a answer) location() string { return a.Header.Get("Location") }

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{resp, string(body)}
}

func (b *browser) request(method, path string, form url.Values) *http.Request {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.url + path
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do(b.request("GET", path, nil))
}

// post sends a form as a browser does from a page of the site.
func (b *browser) post(path string, form url.Values) answer {
	b.t.Helper()
	r := b.request("POST", path, form)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// signIn goes through the provider and returns the last answer of this site.
func (b *browser) signIn(returnTo string) answer {
	b.t.Helper()
	begun := b.get(route.With(route.SignInOIDC, "return_to", returnTo))
	if begun.StatusCode != http.StatusSeeOther {
		return begun
	}
	atProvider := b.get(begun.location())
	return b.get(atProvider.location())
}

// is makes the browser one of somebody signed in with these grants, without the provider.
func (b *browser) is(name string, grants ...identity.Grant) identity.Account {
	b.t.Helper()
	c := identity.Claim{Issuer: "https://login.example.com", Subject: name, Email: name + "@example.com", Name: name, AuthenticatedAt: b.clock.Now()}
	cookie, err := b.id.SignIn(b.t.Context(), c, "Test", "", b.clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	_, acc, err := b.id.Resume(b.t.Context(), cookie, b.clock.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, g := range grants {
		if acc, err = b.store.UpdateAccount(b.t.Context(), acc.ID, b.clock.Now(), func(a *identity.Account, _ int) error { return a.Give(identity.Operator(), g) }); err != nil {
			b.t.Fatal(err)
		}
	}
	b.wear(cookie)
	return acc
}

// wear puts a session cookie into the browser.
func (b *browser) wear(cookie string) {
	b.t.Helper()
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: b.srv.sessions.name, Value: cookie, Path: "/"}})
}

// cookie is the value of the session cookie the browser holds, "" for none.
func (b *browser) cookie() string {
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == b.srv.sessions.name {
			return c.Value
		}
	}
	return ""
}

var roleGrants = map[string]identity.Grant{
	"lead":      {Role: identity.Lead},
	"owner":     {Role: identity.Owner},
	"champion":  {Role: identity.Champion, Department: "claims-operations"},
	"executive": {Role: identity.Executive},
	"auditor":   {Role: identity.Auditor},
}
