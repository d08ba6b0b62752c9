package signin_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/signin"
	"groundswell/internal/signin/signintest"
)

const (
	state    = "state-of-this-browser"
	nonce    = "nonce-of-this-browser"
	verifier = "verifier-of-this-browser-0123456789-0123456789"
	callback = "http://127.0.0.1:1/sign-in/callback"
)

func config(idp *signintest.Provider) signin.Config {
	return signin.Config{
		Issuer: idp.URL, ClientID: signintest.ClientID, ClientSecret: signintest.ClientSecret,
		GroupsClaim: "groups", RedirectURL: callback,
	}
}

// signIn goes the whole way as a browser would and returns what came of it.
func signIn(t *testing.T, p *signin.Provider) (identity.Claim, error) {
	t.Helper()
	to, err := p.Begin(t.Context(), state, nonce, verifier, false)
	if err != nil {
		return identity.Claim{}, err
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || back.Query().Get("state") != state {
		t.Fatalf("sent back to %q, %v", back, err)
	}
	return p.Finish(t.Context(), back.Query().Get("code"), nonce, verifier)
}

func newProvider(t *testing.T, c signin.Config) *signin.Provider {
	t.Helper()
	p, err := signin.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSignIn(t *testing.T) {
	idp := signintest.New(t)
	idp.Behave(signintest.Manners{Person: map[string]any{"groups": []string{"claude-leads", "everyone"}}})
	c, err := signIn(t, newProvider(t, config(idp)))
	if err != nil {
		t.Fatal(err)
	}
	if c.Issuer != idp.URL || c.Subject != "sub-ines" || c.Email != "ines@example.com" || !c.EmailVerified || c.Name != "Ines Marchetti" {
		t.Errorf("claim is %+v", c)
	}
	if !c.GroupsKnown || strings.Join(c.Groups, " ") != "claude-leads everyone" {
		t.Errorf("groups are %v", c.Groups)
	}
}

// TestRefusals has a provider lie in every way the library lets through, and some it does not.
func TestRefusals(t *testing.T) {
	set := func(k string, v any) func(map[string]any) { return func(c map[string]any) { c[k] = v } }
	without := func(k string) func(map[string]any) { return func(c map[string]any) { delete(c, k) } }
	both := func(a, b func(map[string]any)) func(map[string]any) { return func(c map[string]any) { a(c); b(c) } }
	now := time.Now()
	tests := map[string]func(map[string]any){
		"foreign issuer":          set("iss", "https://elsewhere.example"),
		"foreign audience":        set("aud", "another-client"),
		"no audience":             without("aud"),
		"foreign azp":             set("azp", "another-client"),
		"two audiences, no azp":   set("aud", []string{signintest.ClientID, "another-client"}),
		"two audiences, bad azp":  both(set("aud", []string{signintest.ClientID, "x"}), set("azp", "x")),
		"expired":                 set("exp", now.Add(-3*time.Minute).Unix()),
		"no expiry":               without("exp"),
		"issued in the future":    set("iat", now.Add(5*time.Minute).Unix()),
		"no time of issue":        without("iat"),
		"no nonce":                without("nonce"),
		"another nonce":           set("nonce", "nonce-of-another-browser"),
		"no subject":              without("sub"),
		"empty subject":           set("sub", ""),
		"subject too long":        set("sub", strings.Repeat("x", 256)),
		"subject a number":        set("sub", 12),
		"email not verified":      set("email_verified", false),
		"verified as a string":    set("email_verified", "true"),
		"unverified as a string":  set("email_verified", "false"),
		"verified as a number":    set("email_verified", 1),
		"no email":                without("email"),
		"not valid for some time": set("nbf", now.Add(time.Hour).Unix()),
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			idp := signintest.New(t)
			idp.Behave(signintest.Manners{Change: change})
			if c, err := signIn(t, newProvider(t, config(idp))); !fault.Is(err, fault.Forbidden) {
				t.Errorf("let in %+v, error %v", c, err)
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	now := time.Now()
	tests := map[string]map[string]any{
		"azp is us":                {"azp": signintest.ClientID},
		"two audiences and azp":    {"aud": []string{"x", signintest.ClientID}, "azp": signintest.ClientID},
		"provider's clock is fast": {"iat": now.Add(time.Minute).Unix(), "exp": now.Add(6 * time.Minute).Unix()},
		"expired within the skew":  {"exp": now.Add(-time.Minute).Unix()},
	}
	for name, person := range tests {
		t.Run(name, func(t *testing.T) {
			idp := signintest.New(t)
			idp.Behave(signintest.Manners{Person: person})
			if _, err := signIn(t, newProvider(t, config(idp))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestForgedSignatures(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	tests := map[string]func(head, payload string) string{
		"another key":  func(h, p string) string { return h + "." + p + "." + signintest.Signature(other, h+"."+p) },
		"alg none":     func(_, p string) string { return none + "." + p + "." },
		"no signature": func(h, p string) string { return h + "." + p + "." },
		"garbage":      func(string, string) string { return "garbage" },
	}
	for name, sign := range tests {
		t.Run(name, func(t *testing.T) {
			idp := signintest.New(t)
			idp.Behave(signintest.Manners{Sign: sign})
			if _, err := signIn(t, newProvider(t, config(idp))); !fault.Is(err, fault.Forbidden) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestEmailUnmentionedClaimsNothing(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"absent": func(c map[string]any) { delete(c, "email_verified") },
		"null":   func(c map[string]any) { c["email_verified"] = nil },
	} {
		t.Run(name, func(t *testing.T) {
			idp := signintest.New(t)
			idp.Behave(signintest.Manners{Change: change})
			c, err := signIn(t, newProvider(t, config(idp)))
			if err != nil || c.EmailVerified {
				t.Errorf("claim %+v, error %v", c, err)
			}
		})
	}
}

func TestUserInfoFillsIn(t *testing.T) {
	for _, tc := range []struct {
		name, subject string
		ok            bool
	}{{"same person", "sub-ines", true}, {"another person", "sub-dana", false}} {
		t.Run(tc.name, func(t *testing.T) {
			idp := signintest.New(t)
			idp.Behave(signintest.Manners{
				Change:   func(c map[string]any) { delete(c, "email"); delete(c, "email_verified") },
				UserInfo: map[string]any{"sub": tc.subject, "email": "ines@example.com", "email_verified": true, "groups": []string{"late"}},
			})
			c, err := signIn(t, newProvider(t, config(idp)))
			if (err == nil) != tc.ok || tc.ok && (c.Email != "ines@example.com" || len(c.Groups) != 1) {
				t.Errorf("claim %+v, error %v", c, err)
			}
		})
	}
}

func TestGroupsClaim(t *testing.T) {
	many := make([]string, 500)
	for i := range many {
		many[i] = "group"
	}
	tests := []struct {
		name, claim string
		person      map[string]any
		want        int
	}{
		{"list", "groups", map[string]any{"groups": []string{"a", "b"}}, 2},
		{"one", "groups", map[string]any{"groups": "a"}, 1},
		{"five hundred", "groups", map[string]any{"groups": many}, 500},
		{"dotted", "realm_access.roles", map[string]any{"realm_access": map[string]any{"roles": []string{"a"}}}, 1},
		{"dots in the name", "https://x.example/groups", map[string]any{"https://x.example/groups": []string{"a"}}, 1},
		{"absent", "groups", nil, 0},
		{"nonsense", "groups", map[string]any{"groups": 7}, 0},
		{"overage", "groups", map[string]any{"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example"}}}, 0},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			idp := signintest.New(t)
			idp.Behave(signintest.Manners{Person: tc.person})
			cfg := config(idp)
			cfg.GroupsClaim = tc.claim
			c, err := signIn(t, newProvider(t, cfg))
			if err != nil || !c.GroupsKnown || len(c.Groups) != tc.want {
				t.Errorf("groups %v, known %v, error %v", c.Groups, c.GroupsKnown, err)
			}
		})
	}
}

// TestProviderAway has every endpoint fail in turn: the fault says the provider is away, and it heals.
func TestProviderAway(t *testing.T) {
	broken := map[string]func(http.ResponseWriter){
		"500": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"html": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<h1>hello</h1>"))
		},
		"huge":  func(w http.ResponseWriter) { w.Write(bytes.Repeat([]byte(" "), 2<<20)) },
		"reset": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusFound)
		},
	}
	for _, path := range []string{"/.well-known/openid-configuration", "/keys", "/token"} {
		for how, answer := range broken {
			t.Run(path+" "+how, func(t *testing.T) {
				idp := signintest.New(t)
				now := time.Now()
				cfg := config(idp)
				cfg.Now = func() time.Time { return now }
				p := newProvider(t, cfg)
				idp.Behave(signintest.Manners{Answer: func(w http.ResponseWriter, r *http.Request) bool {
					if r.URL.Path == path {
						answer(w)
					}
					return r.URL.Path == path
				}})
				if _, err := signIn(t, p); !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Forbidden) {
					t.Fatalf("error is %v", err)
				}
				idp.Behave(signintest.Manners{})
				now = now.Add(3 * time.Second)
				if _, err := signIn(t, p); err != nil {
					t.Errorf("did not heal: %v", err)
				}
			})
		}
	}
}

func TestProviderGone(t *testing.T) {
	idp := signintest.New(t)
	p := newProvider(t, config(idp))
	idp.Close()
	if _, err := p.Begin(t.Context(), state, nonce, verifier, false); !fault.Is(err, fault.Unavailable) {
		t.Errorf("error is %v", err)
	}
}

func TestWrongSecretIsNamed(t *testing.T) {
	idp := signintest.New(t)
	cfg := config(idp)
	cfg.ClientSecret = "wrong"
	_, err := signIn(t, newProvider(t, cfg))
	if !fault.Is(err, fault.Forbidden) || !strings.Contains(fault.Say(err), "OIDC_CLIENT_SECRET") {
		t.Errorf("error is %v", err)
	}
}

func TestForeignIssuerInConfiguration(t *testing.T) {
	idp := signintest.New(t)
	idp.Behave(signintest.Manners{Metadata: func(m map[string]any) { m["issuer"] = "https://elsewhere.example" }})
	if err := newProvider(t, config(idp)).Check(context.Background()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("error is %v", err)
	}
}

func TestAgainAsksForProof(t *testing.T) {
	idp := signintest.New(t)
	to, err := newProvider(t, config(idp)).Begin(t.Context(), state, nonce, verifier, true)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil || u.Query().Get("prompt") != "login" || u.Query().Get("max_age") != "0" {
		t.Errorf("asks at %s", to)
	}
}

func TestSettings(t *testing.T) {
	good := signin.Config{Issuer: "https://login.example.com", ClientID: "x", RedirectURL: "https://g.example.com/sign-in/callback"}
	for name, tc := range map[string]struct {
		change func(*signin.Config)
		ok     bool
	}{
		"good":          {func(*signin.Config) {}, true},
		"loopback http": {func(c *signin.Config) { c.Issuer = "http://127.0.0.1:9" }, true},
		"plain http":    {func(c *signin.Config) { c.Issuer = "http://login.example.com" }, false},
		"no issuer":     {func(c *signin.Config) { c.Issuer = "" }, false},
		"with a query":  {func(c *signin.Config) { c.Issuer += "?x=1" }, false},
		"no client":     {func(c *signin.Config) { c.ClientID = "" }, false},
		"no callback":   {func(c *signin.Config) { c.RedirectURL = "" }, false},
	} {
		c := good
		tc.change(&c)
		if _, err := signin.New(c); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNoSecretInErrors fails a sign-in in many ways and looks for secrets in what is logged of it.
func TestNoSecretInErrors(t *testing.T) {
	idp := signintest.New(t)
	var log bytes.Buffer
	cfg := config(idp)
	cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := newProvider(t, cfg)
	for _, m := range []signintest.Manners{
		{Change: func(c map[string]any) { c["nonce"] = "x" }},
		{OmitToken: true},
		{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/token" {
				return false
			}
			w.WriteHeader(http.StatusBadRequest)
			w.Write([]byte(signintest.ClientSecret + " " + r.FormValue("code_verifier")))
			return true
		}},
	} {
		idp.Behave(m)
		_, err := signIn(t, p)
		if err == nil {
			t.Fatal("signed in")
		}
		log.WriteString(err.Error())
	}
	for _, secret := range []string{signintest.ClientSecret, verifier, nonce, "access-token-canary", "ines@example.com"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log: %s", secret, log.String())
		}
	}
}
