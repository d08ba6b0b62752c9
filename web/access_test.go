package web

import (
	"bufio"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/identity"
)

// rule is a line of testdata/access.txt.
type rule struct {
	method, pattern string
	everyone        bool
	people, tokens  []string
	afresh          bool
}

func readRules(t *testing.T) map[string]rule {
	t.Helper()
	f, err := os.Open("testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rules := map[string]rule{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if len(words) < 3 {
			t.Fatalf("cannot read %q", lines.Text())
		}
		rules[words[0]+" "+words[1]] = ruleOf(words)
	}
	return rules
}

func ruleOf(words []string) rule {
	r := rule{method: words[0], pattern: words[1]}
	into := &r.people
	for _, w := range words[2:] {
		switch w {
		case "everyone":
			r.everyone = true
		case "afresh":
			r.afresh = true
		case "by":
		case "token:":
			into = &r.tokens
		default:
			*into = append(*into, w)
		}
	}
	return r
}

// TestEveryRouteIsExpected holds the table against the file: an unlisted route fails, and so does a missing one.
func TestEveryRouteIsExpected(t *testing.T) {
	rules := readRules(t)
	have := []string{}
	for _, e := range newSite(t, nil).srv.routes() {
		name := e.Method + " " + e.Pattern
		have = append(have, name)
		if _, ok := rules[name]; !ok {
			t.Errorf("%s is not in testdata/access.txt", name)
		}
	}
	for name := range rules {
		if !slices.Contains(have, name) {
			t.Errorf("%s is in testdata/access.txt but not on the site", name)
		}
	}
}

// principal is somebody or something that asks.
type principal struct {
	name   string
	person string // role of a session, "" for none
	token  string // role of a token
	dress  func(*site, *browser, *http.Request)
	stale  bool
}

func principals() []principal {
	list := []principal{
		{name: "anonymous"},
		{name: "no role", person: "norole", dress: func(_ *site, b *browser, _ *http.Request) { b.is("norole") }},
		{name: "stale lead", person: "lead", stale: true, dress: func(s *site, b *browser, _ *http.Request) { b.isSince("stale", time.Hour, roleGrants["lead"]) }},
		{name: "champion of two", person: "champion", dress: func(_ *site, b *browser, _ *http.Request) {
			b.is("two", roleGrants["champion"], identity.Grant{Role: identity.Champion, Department: "legal"})
		}},
		{name: "deactivated lead", dress: func(s *site, b *browser, _ *http.Request) { b.isDeactivated() }},
		{name: "forged cookie", dress: func(_ *site, b *browser, _ *http.Request) {
			b.wear(strings.Repeat("A", 22) + "." + strings.Repeat("A", 43))
		}},
		{name: "expired session", dress: func(_ *site, b *browser, _ *http.Request) { b.isSince("gone", 25*time.Hour, roleGrants["lead"]) }},
		{name: "expired token", dress: func(s *site, _ *browser, r *http.Request) { s.bearer(r, identity.Lead, -time.Hour, false) }},
		{name: "revoked token", dress: func(s *site, _ *browser, r *http.Request) { s.bearer(r, identity.Lead, time.Hour, true) }},
		{name: "telemetry token", token: "telemetry", dress: func(s *site, _ *browser, r *http.Request) { s.exporter(r) }},
		{name: "learning token", token: "learning", dress: func(s *site, _ *browser, r *http.Request) { s.learner(r) }},
		{name: "malformed token", dress: func(_ *site, _ *browser, r *http.Request) { r.Header.Set("Authorization", "Bearer gsw_x") }},
	}
	for role, g := range roleGrants {
		list = append(list, principal{name: role, person: role, dress: func(_ *site, b *browser, _ *http.Request) { b.is(role, g) }})
	}
	for _, role := range identity.TokenRoles() {
		list = append(list, principal{name: string(role) + " token", token: string(role), dress: func(s *site, _ *browser, r *http.Request) {
			s.bearer(r, role, time.Hour, false)
		}})
	}
	return list
}

// isSince signs somebody in some time ago.
func (b *browser) isSince(name string, ago time.Duration, g identity.Grant) {
	b.t.Helper()
	b.clock.Advance(-ago)
	b.is(name, g)
	b.clock.Advance(ago)
}

func (b *browser) isDeactivated() {
	b.t.Helper()
	b.browser().is("remaining", roleGrants["lead"])
	acc := b.is("shut-out-"+strconv.FormatInt(time.Now().UnixNano(), 36), roleGrants["lead"])
	cookie := b.cookie()
	c := identity.Change{By: identity.Operator(), Account: acc.ID, Version: acc.Version, Now: b.clock.Now()}
	if _, err := b.id.Deactivate(b.t.Context(), c); err != nil {
		b.t.Fatal(err)
	}
	b.wear(cookie)
}

// bearer gives a request a token that expires after a while, or is revoked.
func (s *site) bearer(r *http.Request, role identity.Role, life time.Duration, revoked bool) {
	s.t.Helper()
	made := s.clock.Now().Add(-2 * time.Hour)
	expires := s.clock.Now().Add(life)
	text, tok, err := s.id.CreateToken(s.t.Context(), identity.Operator(), "t"+randomValue(), role, &expires, made)
	if err != nil {
		s.t.Fatal(err)
	}
	if revoked {
		if err := s.id.RevokeToken(s.t.Context(), identity.Operator(), tok.ID, made); err != nil {
			s.t.Fatal(err)
		}
	}
	r.Header.Set("Authorization", "Bearer "+text)
}

// verdict names what an answer says about access.
func verdict(a answer) string {
	switch {
	case a.StatusCode == http.StatusUnauthorized:
		return "who are you"
	case a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.location(), "/sign-in"):
		return "who are you"
	case a.StatusCode == http.StatusForbidden:
		return "no"
	}
	return "yes"
}

// expect says what a rule means for a principal.
func (r rule) expect(p principal) string {
	switch {
	case r.everyone:
		return "yes"
	case r.tokens != nil && p.token == "":
		return "who are you"
	case r.tokens != nil && (slices.Contains(r.tokens, "telemetry") != (p.token == "telemetry") || slices.Contains(r.tokens, "learning") != (p.token == "learning")):
		return "who are you" // tokens of one kind are unknown to the other
	case r.tokens != nil && slices.Contains(r.tokens, p.token):
		return "yes"
	case r.tokens != nil:
		return "no"
	case p.person == "":
		return "who are you"
	case !slices.Contains(r.people, p.person):
		return "no"
	case r.afresh && p.stale:
		return "no"
	}
	return "yes"
}

// TestAccess asks for every route as every principal, with things that are there, absent and malformed.
func TestAccess(t *testing.T) {
	s := newSite(t, nil)
	other := s.browser().is("somebody", roleGrants["owner"])
	for name, r := range readRules(t) {
		if strings.HasPrefix(r.pattern, "/sign-") {
			continue // what these answer is tested with the sign-in
		}
		for _, p := range principals() {
			for _, path := range paths(r.pattern, other.ID) {
				b := s.browser()
				req := b.request(r.method, path, nil)
				req.Header.Set("Sec-Fetch-Site", "same-origin")
				if p.dress != nil {
					p.dress(s, b, req)
				}
				if a := b.do(req); verdict(a) != r.expect(p) {
					t.Errorf("%s (%s) as %s: %d %s, want %q", name, path, p.name, a.StatusCode, a.location(), r.expect(p))
				}
			}
		}
	}
}

// hole is a part of a pattern that an address fills.
var hole = regexp.MustCompile(`{[a-z]+}`)

// paths fills a pattern's holes.
func paths(pattern string, account identity.AccountID) []string {
	if strings.HasSuffix(pattern, "*") {
		return []string{strings.TrimSuffix(pattern, "*") + "absent.css"}
	}
	if !strings.Contains(pattern, "{") {
		return []string{pattern}
	}
	out := []string{}
	for _, id := range []string{strconv.FormatInt(int64(account), 10), "999999", "x", "-1", "99999999999999999999"} {
		out = append(out, hole.ReplaceAllLiteralString(pattern, id))
	}
	return out
}

// TestOtherMethodsAreRefused asks for every path with every method that is not in the table.
func TestOtherMethodsAreRefused(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	rules := readRules(t)
	for _, r := range rules {
		path := paths(r.pattern, 1)[0]
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"} {
			_, listed := rules[method+" "+r.pattern]
			if listed || method == "CONNECT" {
				continue
			}
			req := b.request(method, path, nil)
			req.Header.Set("Sec-Fetch-Site", "same-origin")
			if a := b.do(req); a.StatusCode != http.StatusMethodNotAllowed && a.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, path, a.StatusCode)
			}
		}
	}
}

// TestTokensAndCookiesDoNotMix gives each kind of route the other's proof.
func TestTokensAndCookiesDoNotMix(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	for _, path := range []string{"/api/v1/metrics", "/metrics/prometheus"} {
		if a := b.get(path); a.StatusCode != http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s with a cookie: %d", path, a.StatusCode)
		}
	}
	for _, path := range []string{"/overview", "/settings/roles"} {
		anon := s.browser()
		req := anon.request("GET", path, nil)
		s.bearer(req, identity.Lead, time.Hour, false)
		if a := anon.do(req); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s with a token: %d", path, a.StatusCode)
		}
	}
	req := b.request("GET", "/metrics/prometheus?token=x", nil)
	s.bearer(req, identity.Auditor, time.Hour, false)
	if a := b.do(req); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "go_goroutines") {
		t.Errorf("metrics with a token: %d", a.StatusCode)
	}
}

// TestZeroAccessLetsNobodyIn tries the table's empty row.
func TestZeroAccessLetsNobodyIn(t *testing.T) {
	if (access{}).admits(identity.Operator()) {
		t.Error("a row without access admits a lead")
	}
	if people(identity.Lead).admits(identity.Actor{}) {
		t.Error("nobody is a lead")
	}
}
