// Package signin is OpenID Connect, from redirect to a verified claim. It checks
// what the library leaves to its caller: nonce, authorized party, subject, times
// and whether the email is verified. It keeps nothing and knows no session.
package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	skew           = 2 * time.Minute // how far the provider's clock may be from ours
	discoverTakes  = 8 * time.Second
	exchangeTakes  = 15 * time.Second
	rediscover     = 24 * time.Hour
	pauseAfterFail = 2 * time.Second
)

// Config is the provider as the settings name it.
type Config struct {
	Issuer       string // OIDC_ISSUER, https; http on loopback only
	ClientID     string
	ClientSecret string // "" for a public client
	GroupsClaim  string // OIDC_GROUPS_CLAIM; "" for none. A dotted path reaches into objects
	RedirectURL  string // the callback's full address
	Now          func() time.Time
	Log          *slog.Logger
}

// Provider is an identity provider. Nothing is asked of it before the first
// sign-in, so its being away at start does no harm.
type Provider struct {
	cfg    Config
	client *http.Client

	mu       sync.Mutex
	found    *discovered
	failedAt time.Time
	failure  error
}

// discovered is what the provider says of itself.
type discovered struct {
	at       time.Time
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
}

// New checks the settings and makes a provider. Errors name the setting.
func New(c Config) (*Provider, error) {
	issuer, err := url.Parse(c.Issuer)
	switch {
	case err != nil || issuer.Host == "" || issuer.RawQuery != "" || issuer.Fragment != "":
		return nil, errors.New("OIDC_ISSUER must be an address like https://login.example.com")
	case issuer.Scheme != "https" && !(issuer.Scheme == "http" && isLoopbackHost(issuer.Hostname())):
		return nil, errors.New("OIDC_ISSUER must begin with https:// unless it is on this machine")
	case c.ClientID == "":
		return nil, errors.New("OIDC_CLIENT_ID is missing")
	case c.RedirectURL == "":
		return nil, errors.New("GROUNDSWELL_PUBLIC_URL is needed for sign-in")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Provider{cfg: c, client: guardedClient(issuer.Hostname(), net.DefaultResolver)}, nil
}

// Check asks the provider for its configuration; the error says what is wrong and what to do.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.discover(ctx)
	return err
}

// Begin returns the address to send a browser to.
func (p *Provider) Begin(ctx context.Context, state, nonce, verifier string, again bool) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)}
	if again {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return d.oauth.AuthCodeURL(state, opts...), nil
}

// Finish trades the code for a claim that passed every check. A refused sign-in
// is a Forbidden fault, a provider that does not answer an Unavailable one.
func (p *Provider) Finish(ctx context.Context, code, nonce, verifier string) (identity.Claim, error) {
	if code == "" || nonce == "" || verifier == "" {
		return identity.Claim{}, refuse("Your identity provider sent you back without a sign-in. Begin again.", nil)
	}
	d, err := p.discover(ctx)
	if err != nil {
		return identity.Claim{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), exchangeTakes)
	defer cancel()
	token, err := d.oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return identity.Claim{}, exchangeFault(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return identity.Claim{}, refuse(sayBadToken, errors.New("the token answer holds no id_token"))
	}
	return p.verify(ctx, d, token, raw, nonce)
}

// exchangeFault words a failed code exchange. The provider's answer may repeat
// what was sent, so only its status and error code are kept.
func exchangeFault(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		return away(errors.New("the token endpoint did not answer properly: " + withoutURL(err)))
	}
	status := 0
	if answer.Response != nil {
		status = answer.Response.StatusCode
	}
	cause := fmt.Errorf("the token endpoint answered %d %q", status, clip(answer.ErrorCode))
	switch {
	case status >= 500 || status == http.StatusTooManyRequests:
		return away(cause)
	case answer.ErrorCode == "invalid_client" || answer.ErrorCode == "unauthorized_client":
		return refuse("Your identity provider does not accept this installation. Whoever runs Groundswell checks OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.", cause)
	}
	return refuse("Your identity provider did not accept this sign-in; it may have taken too long. Begin again.", cause)
}

const sayBadToken = "What your identity provider sent cannot be trusted, so you were not signed in. Begin again; if it happens again, tell whoever runs Groundswell."

func refuse(say string, cause error) error { return fault.Wrap(fault.Forbidden, say, cause) }

func away(cause error) error {
	return fault.Wrap(fault.Unavailable, "Your identity provider does not answer, so nobody can sign in right now. Try again in a minute.", cause)
}

// discover returns what the provider says of itself, asking at most once a day,
// and not again for a moment after a failure.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.cfg.Now()
	if p.found != nil && now.Sub(p.found.at) < rediscover {
		return p.found, nil
	}
	if p.failure != nil && now.Sub(p.failedAt) < pauseAfterFail {
		return p.orOld(p.failure)
	}
	d, err := p.ask(ctx)
	if err != nil {
		p.failedAt, p.failure = now, away(err)
		return p.orOld(p.failure)
	}
	d.at = now
	p.found, p.failure = d, nil
	return d, nil
}

// orOld prefers yesterday's answer to none.
func (p *Provider) orOld(err error) (*discovered, error) {
	if p.found != nil {
		return p.found, nil
	}
	return nil, err
}

func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discoverTakes)
	defer cancel()
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("read the provider's configuration: %w", err)
	}
	var meta metadata
	if err := provider.Claims(&meta); err != nil {
		return nil, fmt.Errorf("read the provider's configuration: %w", err)
	}
	if err := meta.check(p.cfg.Issuer); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = meta.authStyle(p.cfg.ClientSecret)
	return &discovered{
		provider: provider,
		verifier: provider.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, SkipExpiryCheck: true, Now: p.cfg.Now}),
		oauth: oauth2.Config{
			ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, RedirectURL: p.cfg.RedirectURL,
			Endpoint: endpoint, Scopes: meta.scopes(p.cfg.GroupsClaim),
		},
	}, nil
}

// metadata is the part of the provider's configuration that the library leaves alone.
type metadata struct {
	Auth        string   `json:"authorization_endpoint"`
	Token       string   `json:"token_endpoint"`
	Keys        string   `json:"jwks_uri"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	Scopes      []string `json:"scopes_supported"`
}

// check refuses addresses that would carry secrets in the clear.
func (m metadata) check(issuer string) error {
	for name, address := range map[string]string{"authorization_endpoint": m.Auth, "token_endpoint": m.Token, "jwks_uri": m.Keys} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || strings.HasPrefix(issuer, "https:")) {
			return fmt.Errorf("the provider's configuration names no usable %s", name)
		}
	}
	return nil
}

// authStyle says how the client's secret is sent: never by trial, which would send a code twice.
func (m metadata) authStyle(secret string) oauth2.AuthStyle {
	basic := len(m.AuthMethods) == 0 || slices.Contains(m.AuthMethods, "client_secret_basic")
	if secret != "" && basic {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

func (m metadata) scopes(groupsClaim string) []string {
	out := []string{oidc.ScopeOpenID, "email", "profile"}
	if groupsClaim != "" && slices.Contains(m.Scopes, "groups") {
		out = append(out, "groups")
	}
	return out
}

// withoutURL drops the address that the HTTP client puts into its errors.
func withoutURL(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return clip(err.Error())
}

func clip(s string) string { return s[:min(len(s), 200)] }
