package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/claude"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/jobs"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/internal/sandbox"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// sourcesSite is the demo's site on a real database, beside a doubled API.
type sourcesSite struct {
	t     *testing.T
	url   string
	org   *sandbox.Org
	api   string
	pool  *pgxpool.Pool
	store *store.Store
	now   time.Time
}

const (
	goodKey    = sandbox.Key
	partialKey = "sk-ant-api01-analytics-only"
	emptyKey   = "sk-ant-api01-no-scope-at-all"
)

func newSourcesSite(t *testing.T, fromEnv bool) *sourcesSite {
	t.Helper()
	s := &sourcesSite{t: t, pool: dbtest.New(t), now: time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)}
	keys, _ := seal.Random()
	s.store = store.New(s.pool, keys)
	s.org = sandbox.New(sandbox.Config{Today: day.FromTime(s.now), Members: 60})
	api := httptest.NewServer(s.org)
	t.Cleanup(func() { s.org.Close(); api.Close() })
	s.api = api.URL
	s.org.Grant(partialKey, sandbox.ReadAnalytics)
	s.org.Grant(emptyKey)
	quiet := slog.New(slog.DiscardHandler)
	queue, err := jobs.NewQueue(jobs.Config{Pool: s.pool, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	public := &url.URL{Scheme: "http", Host: srv.Listener.Addr().String()}
	site, err := NewDemo(Config{
		Org: "Aldermere", PublicURL: public, Identity: &identity.Service{Keeper: s.store}, CookieKeys: keys.Derive("cookie"),
		Log: quiet, Now: func() time.Time { return s.now },
		Sources: Sources{States: s.store, Sync: queue, Keys: s.store, KeyName: store.AnthropicKey, Checks: s.store, FromEnv: fromEnv, TestKey: s.tryKey},
	}, Personas())
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = site
	srv.Start()
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *sourcesSite) client(key string) *claude.Client {
	c, err := claude.New(claude.Config{Key: key, BaseURL: s.api, Attempts: 1, Attempt: 10 * time.Second})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *sourcesSite) tryKey(ctx context.Context, key string) ([]pull.ScopeCheck, error) {
	c, err := claude.New(claude.Config{Key: key, BaseURL: s.api, Attempts: 1, Attempt: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	return c.Check(ctx), nil
}

// pulled reads what this key may read into the database.
func (s *sourcesSite) pulled(key string) {
	s.t.Helper()
	from := day.FromTime(s.now) - 3
	svc := &pull.Service{Up: s.client(key), Keep: s.store}
	if _, err := svc.Run(context.Background(), pull.Options{From: &from, Now: func() time.Time { return s.now }}); err != nil {
		s.t.Fatal(err)
	}
}

// visitorOf is a browser in which this persona is signed in; "" is nobody.
func (s *sourcesSite) visitorOf(persona string) *sourcesVisitor {
	s.t.Helper()
	jar, _ := cookiejar.New(nil)
	v := &sourcesVisitor{s: s, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if persona != "" {
		if status, _, _ := v.post(route.SignInAs, false, "persona", persona); status != http.StatusSeeOther {
			s.t.Fatalf("signing %s in: %d", persona, status)
		}
	}
	return v
}

type sourcesVisitor struct {
	s    *sourcesSite
	http *http.Client
}

func (v *sourcesVisitor) get(path string, htmx bool) (int, string, http.Header) {
	return v.do(http.MethodGet, path, htmx, nil)
}

func (v *sourcesVisitor) post(path string, htmx bool, kv ...string) (int, string, http.Header) {
	form := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		form.Set(kv[i], kv[i+1])
	}
	return v.do(http.MethodPost, path, htmx, strings.NewReader(form.Encode()))
}

func (v *sourcesVisitor) do(method, path string, htmx bool, body io.Reader) (int, string, http.Header) {
	v.s.t.Helper()
	req, err := http.NewRequest(method, v.s.url+path, body)
	if err != nil {
		v.s.t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if htmx {
		req.Header.Set("HX-Request", "true")
	}
	res, err := v.http.Do(req)
	if err != nil {
		v.s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		v.s.t.Fatal(err)
	}
	return res.StatusCode, string(text), res.Header
}

func (s *sourcesSite) number(query string) int {
	s.t.Helper()
	n := 0
	if err := s.pool.QueryRow(context.Background(), query).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *sourcesSite) syncsAsked() int {
	return s.number(`select count(*) from river_job`)
}

func (s *sourcesSite) audited(action string) int {
	return s.number(`select count(*) from audit_log where action = '` + action + `'`)
}

func (s *sourcesSite) keyStored() bool {
	_, ok, err := s.store.CredentialSet(context.Background(), store.AnthropicKey)
	if err != nil {
		s.t.Fatal(err)
	}
	return ok
}

func contains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(text, w) {
			t.Errorf("the answer does not say %q", w)
		}
	}
}

// Who may see the page, and who may change anything, by mutating nothing when refused.
func TestSourcesAreForLeadsAndAuditors(t *testing.T) {
	s := newSourcesSite(t, false)
	for persona, want := range map[string]struct{ read, write int }{
		"ines": {200, 303}, "priya": {200, 403}, "dana": {403, 403}, "tomas": {403, 403}, "helen": {403, 403}, "": {303, 303},
	} {
		v := s.visitorOf(persona)
		for _, path := range []string{route.Sources, route.SyncStatus} {
			status, _, _ := v.get(path, true)
			if persona == "" {
				if status != 401 {
					t.Errorf("nobody gets %d from %s by HTMX", status, path)
				}
				status, _, _ = v.get(path, false)
			}
			if status != want.read {
				t.Errorf("%q gets %d from %s, want %d", persona, status, path, want.read)
			}
		}
		before := s.syncsAsked() + s.audited("sync.requested") + s.audited("credential.set")
		for _, path := range []string{route.SyncNow, route.Key, route.KeyRemove} {
			status, _, _ := v.post(path, false, "key", partialKey)
			if status != want.write {
				t.Errorf("%q gets %d from POST %s, want %d", persona, status, path, want.write)
			}
		}
		if after := s.syncsAsked() + s.audited("sync.requested") + s.audited("credential.set"); persona != "ines" && after != before {
			t.Errorf("%q changed something", persona)
		}
	}
}

func TestAuditorsSeeNoForms(t *testing.T) {
	_, body, _ := newSourcesSite(t, false).visitorOf("priya").get(route.Sources, false)
	contains(t, body, "There is no key yet", "Never run")
	if strings.Contains(body, `name="key"`) || strings.Contains(body, route.SyncNow+`"`) {
		t.Error("an auditor is offered a form")
	}
}

func TestKeyIsTriedBeforeItIsStored(t *testing.T) {
	for name, tt := range map[string]struct {
		key  string
		says []string
	}{
		"empty":           {"", []string{"Paste the key"}},
		"no key":          {"two words", []string{"does not look like a key"}},
		"too long":        {strings.Repeat("k", maxKey+1), []string{"longer than any key"}},
		"wrong":           {"sk-ant-api01-nobody-knows-me", []string{"does not accept this key", "Key refused", "read:analytics"}},
		"without a scope": {emptyKey, []string{"none of the scopes", "Missing", "primary owner"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSourcesSite(t, false)
			v := s.visitorOf("ines")
			for _, htmx := range []bool{false, true} {
				status, body, _ := v.post(route.Key, htmx, "key", tt.key)
				if status != http.StatusUnprocessableEntity {
					t.Errorf("htmx %v: status %d", htmx, status)
				}
				contains(t, body, append(tt.says, "The key was not stored")...)
				if tt.key != "" && strings.Contains(body, tt.key) {
					t.Error("the key came back")
				}
				if whole := strings.Contains(body, "<!doctype html>") || strings.Contains(body, "<!DOCTYPE html>"); whole == htmx {
					t.Errorf("htmx %v: a whole page: %v", htmx, whole)
				}
			}
			if s.keyStored() || s.syncsAsked() != 0 || s.audited("credential.set") != 0 {
				t.Error("something was stored")
			}
		})
	}
}

func TestKeyIsNotStoredWhenTheAPIIsAway(t *testing.T) {
	s := newSourcesSite(t, false)
	s.org.Fail(sandbox.Fault{Kind: sandbox.ServerError})
	status, body, _ := s.visitorOf("ines").post(route.Key, false, "key", goodKey)
	if status != http.StatusUnprocessableEntity || s.keyStored() {
		t.Errorf("status %d, stored %v", status, s.keyStored())
	}
	contains(t, body, "could not be tested", "Not reached")
}

func TestKeyIsStoredSealedAndReadingBegins(t *testing.T) {
	for _, htmx := range []bool{false, true} {
		t.Run(fmt.Sprintf("htmx %v", htmx), func(t *testing.T) {
			s := newSourcesSite(t, false)
			v := s.visitorOf("ines")
			status, _, h := v.post(route.Key, htmx, "key", "  "+goodKey+"\n")
			to := h.Get("Location")
			if htmx {
				to = h.Get("HX-Redirect")
			}
			if !strings.HasPrefix(to, route.Sources+"?since=") || htmx && status != 200 || !htmx && status != 303 {
				t.Fatalf("status %d to %q", status, to)
			}
			got, err := s.store.Credential(context.Background(), store.AnthropicKey)
			if err != nil || got != goodKey {
				t.Errorf("stored: %v", err)
			}
			if s.audited("credential.set") != 1 || s.audited("sync.requested") != 1 || s.syncsAsked() != 1 {
				t.Error("the change is not in the audit log, or no sync was asked for")
			}
			_, body, _ := v.get(to, false)
			contains(t, body, "Key stored. It has every scope.", "A key was stored on", "The sync begins soon", "Remove the stored key")
			if strings.Contains(body, goodKey) {
				t.Error("the key is shown")
			}
		})
	}
}

func TestKeyWithSomeScopesIsStoredAndSaysWhichAreMissing(t *testing.T) {
	s := newSourcesSite(t, false)
	v := s.visitorOf("ines")
	if status, _, _ := v.post(route.Key, false, "key", partialKey); status != http.StatusSeeOther {
		t.Fatalf("status %d", status)
	}
	_, body, _ := v.get(route.Sources, false)
	contains(t, body, "It was not granted", "read:members", "read:rbac_groups", "read:spend_limits", "read:plugins")
}

func TestTheEnvironmentsKeyWins(t *testing.T) {
	s := newSourcesSite(t, true)
	v := s.visitorOf("ines")
	_, body, _ := v.get(route.Sources, false)
	contains(t, body, "The key in ANTHROPIC_ADMIN_KEY is in use.")
	v.post(route.Key, false, "key", goodKey)
	_, body, _ = v.get(route.Sources, false)
	contains(t, body, "ANTHROPIC_ADMIN_KEY stays in use until it is removed")
	if !s.keyStored() || s.syncsAsked() != 0 {
		t.Error("the key is kept for later, and nothing is read with it now")
	}
}

func TestStoredKeyCanBeRemoved(t *testing.T) {
	s := newSourcesSite(t, false)
	v := s.visitorOf("ines")
	v.post(route.Key, false, "key", goodKey)
	if status, _, _ := v.post(route.KeyRemove, false); status != http.StatusSeeOther || s.keyStored() || s.audited("credential.removed") != 1 {
		t.Errorf("status %d, still stored: %v", status, s.keyStored())
	}
}

func TestSyncNowWithAndWithoutScript(t *testing.T) {
	s := newSourcesSite(t, true)
	v := s.visitorOf("ines")
	status, body, _ := v.post(route.SyncNow, true)
	if status != http.StatusAccepted {
		t.Fatalf("status %d", status)
	}
	contains(t, body, `id="sync"`, "every 2s", "You can leave", route.SyncStatus+"?since=")
	status, _, h := v.post(route.SyncNow, false)
	if status != http.StatusSeeOther {
		t.Fatalf("plain: status %d", status)
	}
	_, body, _ = v.get(h.Get("Location"), false)
	contains(t, body, "The sync was asked for.", "The sync begins soon", "<noscript>")
	if n := s.syncsAsked(); n != 2 {
		t.Errorf("%d syncs are queued", n)
	}
	if n := s.audited("sync.requested"); n != 2 {
		t.Errorf("%d requests are in the audit log", n)
	}
}

// The page tells the whole story of an organization that grants analytics alone.
func TestSourcesAfterAPull(t *testing.T) {
	s := newSourcesSite(t, true)
	asked := s.now
	s.now = s.now.Add(time.Second)
	s.pulled(partialKey)
	v := s.visitorOf("ines")
	_, body, _ := v.get(route.Sources, false)
	contains(t, body, "Complete through Thu 19 Mar", "Not granted: read:members missing", "primary owner", "Usage", "req_", "need attention")
	status, body, _ := v.get(route.With(route.SyncStatus, "since", fmt.Sprint(asked.UnixMilli())), true)
	if status != http.StatusOK || strings.Contains(body, "every 2s") {
		t.Errorf("status %d; a poll goes on after the end: %v", status, strings.Contains(body, "every 2s"))
	}
	contains(t, body, "The sync has ended", "<hx-partial", `id="sources"`)
	if status, _, h := v.get(route.SyncStatus+"?since=5", false); status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), route.Sources) {
		t.Errorf("without script the progress is the page: %d %s", status, h.Get("Location"))
	}
}

func TestSourcesOfARevokedKey(t *testing.T) {
	s := newSourcesSite(t, true)
	s.pulled("sk-ant-api01-nobody-knows-me")
	_, body, _ := s.visitorOf("ines").get(route.Sources, false)
	contains(t, body, "Failing since Fri 20 Mar", "does not accept the key", "no data yet")
}

func TestSourcesWhileReading(t *testing.T) {
	s := newSourcesSite(t, true)
	ctx := context.Background()
	hold, err := s.store.Hold(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Release()
	if err := hold.Save(ctx, pull.State{Source: pull.Users, Status: pull.Complete, Running: true, Done: 12, Total: 92,
		Current: "2026-02-03", Through: day.None, LastRun: s.now, Rows: 1200}); err != nil {
		t.Fatal(err)
	}
	_, body, _ := s.visitorOf("priya").get(route.SyncStatus, true)
	contains(t, body, "Reading usage", "12 of 92", "Now Tue 3 Feb. Source 6 of 13.", "every 2s", "You can leave", "Running")
	if status, body, _ := s.visitorOf("ines").post(route.SyncNow, true); status != http.StatusAccepted || !strings.Contains(body, "Reading usage") || s.syncsAsked() != 0 {
		t.Errorf("asking again while it runs: status %d, %d more queued", status, s.syncsAsked())
	}
	hold.Release()
	_, body, _ = s.visitorOf("priya").get(route.With(route.SyncStatus, "since", "1"), true)
	contains(t, body, "The sync was cut off", "nothing is lost")
}

func TestNonsenseSinceIsNever(t *testing.T) {
	v := newSourcesSite(t, true).visitorOf("ines")
	for _, since := range []string{"x", "-1", "99999999999999999999", "1e3"} {
		status, body, _ := v.get(route.With(route.Sources, "since", since), false)
		if status != 200 || strings.Contains(body, "every 2s") {
			t.Errorf("%s: status %d", since, status)
		}
	}
}
