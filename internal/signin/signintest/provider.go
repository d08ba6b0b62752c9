// Package signintest is an OpenID provider for tests: a real HTTP server that
// signs real tokens, and misbehaves in the ways real ones do when told to. It
// shares no code with the client it tests. Only tests import it.
package signintest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The client that the provider knows.
const (
	ClientID     = "groundswell"
	ClientSecret = "a-secret-canary-8d1f"
)

// Manners is how the provider behaves. The zero value is a good one.
type Manners struct {
	Person    map[string]any       // claims about who signs in, over the defaults
	Change    func(map[string]any) // last word on the ID token's claims
	Sign      func(head, payload string) string
	UserInfo  map[string]any // nil: no userinfo
	Metadata  func(map[string]any)
	Answer    func(http.ResponseWriter, *http.Request) bool // true: it has answered
	Decline   string                                        // error code sent back instead of a code
	OmitToken bool                                          // the token answer holds no id_token
}

// Provider is the running provider.
type Provider struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu      sync.Mutex
	manners Manners
	now     func() time.Time
	codes   map[string]url.Values // code -> the authorization request
	Asked   []url.Values          // authorization requests, in order
}

var sharedKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// New starts a provider that stops with the test.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{key: sharedKey(), codes: map[string]url.Values{}, now: time.Now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.configuration)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := p.get().Answer; answer != nil && answer(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// Behave changes the manners from now on.
func (p *Provider) Behave(m Manners) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manners = m
}

// SetClock makes the provider tell this time.
func (p *Provider) SetClock(now func() time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = now
}

func (p *Provider) get() Manners {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.manners
}

func (p *Provider) configuration(w http.ResponseWriter, _ *http.Request) {
	meta := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic"}, "scopes_supported": []string{"openid", "groups"},
	}
	if p.get().UserInfo != nil {
		meta["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if change := p.get().Metadata; change != nil {
		change(meta)
	}
	writeJSON(w, http.StatusOK, meta)
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one",
		"n": encode(p.key.N.Bytes()), "e": encode(big.NewInt(int64(p.key.E)).Bytes()),
	}}})
}

// authorize signs the person in without asking and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" {
		http.Error(w, "a malformed authorization request", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if code := p.get().Decline; code != "" {
		answer.Set("error", code)
	} else {
		answer.Set("code", p.remember(q))
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

func (p *Provider) remember(q url.Values) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Asked = append(p.Asked, q)
	code := "code-" + strconv.Itoa(len(p.Asked))
	p.codes[code] = q
	return code
}

// token trades a code, once, for the client and the browser it was given to.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok || id != ClientID || secret != ClientSecret {
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	q, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	p.mu.Unlock()
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !known || q.Get("code_challenge") != encode(challenge[:]) || q.Get("redirect_uri") != r.FormValue("redirect_uri") {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	out := map[string]any{"access_token": "an-access-token-canary-77c2", "token_type": "Bearer", "expires_in": 300}
	if !p.get().OmitToken {
		out["id_token"] = p.IDToken(q.Get("nonce"))
	}
	writeJSON(w, http.StatusOK, out)
}

// IDToken signs a token as the manners have it.
func (p *Provider) IDToken(nonce string) string {
	p.mu.Lock()
	m, now := p.manners, p.now()
	p.mu.Unlock()
	claims := map[string]any{
		"iss": p.URL, "aud": ClientID, "sub": "sub-ines", "nonce": nonce,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "auth_time": now.Unix(),
		"email": "ines@example.com", "email_verified": true, "name": "Ines Marchetti",
	}
	for k, v := range m.Person {
		claims[k] = v
	}
	if m.Change != nil {
		m.Change(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	head, body := encode([]byte(`{"alg":"RS256","kid":"one","typ":"JWT"}`)), encode(payload)
	if m.Sign != nil {
		return m.Sign(head, body)
	}
	return head + "." + body + "." + Signature(p.key, head+"."+body)
}

// Signature signs text with RS256.
func Signature(key *rsa.PrivateKey, text string) string {
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return encode(sig)
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	info := p.get().UserInfo
	if info == nil || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	writeJSON(w, http.StatusOK, info)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
