package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

var began = time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)

func ines() identity.Claim {
	return identity.Claim{Issuer: "https://login.example.com", Subject: "ines", Email: "Ines@example.com", EmailVerified: true, Name: "Ines", AuthenticatedAt: began}
}

// houseOf makes a service over a fresh database, with Ines as its first lead.
func houseOf(t *testing.T) (*identity.Service, *store.Store) {
	t.Helper()
	keys, _ := seal.Random()
	st := store.New(dbtest.New(t), keys)
	return &identity.Service{Keeper: st, Admins: []string{"ines@example.com"}}, st
}

// arrive signs somebody in and returns who they are.
func arrive(t *testing.T, s *identity.Service, c identity.Claim) identity.Account {
	t.Helper()
	cookie, err := s.SignIn(t.Context(), c, "Firefox on Linux", "", began)
	if err != nil {
		t.Fatal(err)
	}
	_, acc, err := s.Resume(t.Context(), cookie, began)
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func claimOf(name string) identity.Claim {
	return identity.Claim{Issuer: "https://login.example.com", Subject: name, Email: name + "@example.com", EmailVerified: true, Name: name, AuthenticatedAt: began}
}

func change(by, of identity.Account) identity.Change {
	return identity.Change{By: by.Actor(), Account: of.ID, Version: of.Version, Now: began}
}

func TestFirstSignInOfAnAdmin(t *testing.T) {
	s, st := houseOf(t)
	acc := arrive(t, s, ines())
	if !acc.Holds(identity.Lead) || acc.Grants[0].Origin != identity.FromSetting {
		t.Errorf("grants are %v", acc.Grants)
	}
	if acc := arrive(t, s, claimOf("dana")); len(acc.Grants) != 0 {
		t.Errorf("Dana has %v", acc.Grants)
	}
	unverified := ines()
	unverified.Subject, unverified.EmailVerified = "impostor", false
	if acc := arrive(t, s, unverified); acc.Holds(identity.Lead) {
		t.Error("an unverified email made a lead")
	}
	state, err := st.VerifyAudit(t.Context())
	if err != nil || state.Bad != 0 || state.Entries != 4 {
		t.Errorf("audit log %+v, %v", state, err)
	}
}

func TestARevokedAdminStaysRevoked(t *testing.T) {
	s, _ := houseOf(t)
	first := arrive(t, s, ines())
	dana := arrive(t, s, claimOf("dana"))
	dana, err := s.Grant(t.Context(), change(first, dana), identity.Grant{Role: identity.Lead})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Revoke(t.Context(), change(dana, first), first.Grants[0]); err != nil {
		t.Fatal(err)
	}
	if acc := arrive(t, s, ines()); acc.Holds(identity.Lead) {
		t.Error("the next sign-in gave the role back")
	}
}

func TestAGrantWaitsForTheFirstSignIn(t *testing.T) {
	s, _ := houseOf(t)
	g := identity.Grant{Role: identity.Champion, Department: "claims-operations"}
	waiting, err := s.GrantEmail(t.Context(), identity.Operator(), "Dana@Example.com", g, began)
	if err != nil || !waiting.Expected() {
		t.Fatalf("%+v, %v", waiting, err)
	}
	if _, err := s.GrantEmail(t.Context(), identity.Operator(), "dana@example.com", identity.Grant{Role: identity.Owner}, began); err != nil {
		t.Fatal(err)
	}
	unverified := claimOf("dana")
	unverified.EmailVerified, unverified.Subject = false, "somebody"
	if acc := arrive(t, s, unverified); len(acc.Grants) != 0 {
		t.Errorf("an unverified email took %v", acc.Grants)
	}
	acc := arrive(t, s, claimOf("dana"))
	if acc.ID != waiting.ID || !acc.Holds(identity.Champion) || !acc.Holds(identity.Owner) {
		t.Errorf("account %+v", acc)
	}
	if d := acc.Actor().Departments; len(d) != 1 || d[0] != "claims-operations" {
		t.Errorf("departments %v", d)
	}
	again := claimOf("dana")
	again.Subject = "recreated"
	if acc := arrive(t, s, again); len(acc.Grants) != 0 {
		t.Errorf("the same email under another subject took %v", acc.Grants)
	}
}

func TestGroupsFollowTheMapping(t *testing.T) {
	s, _ := houseOf(t)
	first := arrive(t, s, ines())
	lead := first.Actor()
	for _, m := range []identity.GroupRole{{Group: "execs", Role: identity.Executive}, {Group: "claims", Role: identity.Champion, Department: "claims"}} {
		if err := s.MapGroup(t.Context(), lead, m, began); err != nil {
			t.Fatal(err)
		}
	}
	dana := claimOf("dana")
	dana.GroupsKnown, dana.Groups = true, []string{"claims", "execs", "others"}
	if acc := arrive(t, s, dana); len(acc.Grants) != 2 {
		t.Fatalf("grants %v", acc.Grants)
	}
	dana.Groups = []string{"execs"}
	acc := arrive(t, s, dana)
	if len(acc.Grants) != 1 || !acc.Holds(identity.Executive) {
		t.Errorf("grants %v", acc.Grants)
	}
	if _, err := s.Revoke(t.Context(), identity.Change{By: lead, Account: acc.ID, Version: acc.Version, Now: began}, acc.Grants[0]); !fault.Is(err, fault.Invalid) {
		t.Errorf("revoking a group's role: %v", err)
	}
	if err := s.UnmapGroup(t.Context(), lead, identity.GroupRole{Group: "execs", Role: identity.Executive}, began); err != nil {
		t.Fatal(err)
	}
	if acc := arrive(t, s, dana); len(acc.Grants) != 0 {
		t.Errorf("grants %v", acc.Grants)
	}
}

func TestTheLastLeadStays(t *testing.T) {
	s, _ := houseOf(t)
	lead := arrive(t, s, ines())
	if _, err := s.Revoke(t.Context(), change(lead, lead), lead.Grants[0]); !fault.Is(err, fault.Conflict) {
		t.Errorf("revoked the last lead: %v", err)
	}
	if _, err := s.Deactivate(t.Context(), change(lead, lead)); !fault.Is(err, fault.Conflict) {
		t.Errorf("deactivated the last lead: %v", err)
	}
	if _, err := s.GrantEmail(t.Context(), lead.Actor(), "never@example.com", identity.Grant{Role: identity.Lead}, began); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deactivate(t.Context(), change(lead, lead)); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody who never came counts as a lead: %v", err)
	}
}

// TestTwoLeadsRevokeEachOther runs the race many times: one always stays.
func TestTwoLeadsRevokeEachOther(t *testing.T) {
	s, _ := houseOf(t)
	a, b := arrive(t, s, ines()), arrive(t, s, claimOf("dana"))
	for range 10 {
		var err error
		if b, err = s.Grant(t.Context(), change(a, b), identity.Grant{Role: identity.Lead}); err != nil {
			t.Fatal(err)
		}
		var wg errgroup.Group
		results := make([]error, 2)
		for i, pair := range [][2]identity.Account{{a, b}, {b, a}} {
			wg.Go(func() error {
				_, results[i] = s.Revoke(context.WithoutCancel(t.Context()), change(pair[0], pair[1]), leadGrant(pair[1]))
				return nil
			})
		}
		if err := wg.Wait(); err != nil {
			t.Fatal(err)
		}
		if (results[0] == nil) == (results[1] == nil) {
			t.Fatalf("results %v", results)
		}
		if results[1] == nil { // a lost: b is the only lead; swap so that the next round starts alike
			a, b = b, a
		}
		b = reload(t, s, a, b.ID)
		a = reload(t, s, a, a.ID)
	}
}

func leadGrant(a identity.Account) identity.Grant {
	for _, g := range a.Grants {
		if g.Role == identity.Lead {
			return g
		}
	}
	return identity.Grant{}
}

func reload(t *testing.T, s *identity.Service, by identity.Account, id identity.AccountID) identity.Account {
	t.Helper()
	all, err := s.Access(t.Context(), identity.Operator(), began)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all.Accounts {
		if a.ID == id {
			return a
		}
	}
	t.Fatalf("account %d is gone", id)
	return identity.Account{}
}

// TestConcurrentEdits has 50 edits of one version: one wins, the others learn of it.
func TestConcurrentEdits(t *testing.T) {
	s, _ := houseOf(t)
	lead, dana := arrive(t, s, ines()), arrive(t, s, claimOf("dana"))
	var wg errgroup.Group
	results := make([]error, 50)
	for i := range results {
		wg.Go(func() error {
			g := identity.Grant{Role: identity.Champion, Department: fmt.Sprintf("d-%d", i)}
			_, results[i] = s.Grant(context.WithoutCancel(t.Context()), change(lead, dana), g)
			return nil
		})
	}
	if err := wg.Wait(); err != nil {
		t.Fatal(err)
	}
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) {
			t.Errorf("an edit failed with %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d edits won", won)
	}
}

func TestOnlyLeadsChangeAccess(t *testing.T) {
	s, _ := houseOf(t)
	lead, dana := arrive(t, s, ines()), arrive(t, s, claimOf("dana"))
	for _, by := range []identity.Actor{{}, dana.Actor(), {Account: 1, Roles: []identity.Role{identity.Auditor, identity.Executive, identity.Owner, identity.Champion}}} {
		c := identity.Change{By: by, Account: dana.ID, Version: dana.Version, Now: began}
		_, grant := s.Grant(t.Context(), c, identity.Grant{Role: identity.Lead})
		_, deactivate := s.Deactivate(t.Context(), c)
		_, reactivate := s.Reactivate(t.Context(), c)
		_, email := s.GrantEmail(t.Context(), by, "x@example.com", identity.Grant{Role: identity.Lead}, began)
		_, others := s.SignOutEverywhere(t.Context(), by, lead.ID, began)
		_, _, token := s.CreateToken(t.Context(), by, "x", identity.Lead, nil, began)
		for i, err := range []error{grant, deactivate, reactivate, email, others, token,
			s.MapGroup(t.Context(), by, identity.GroupRole{Group: "x", Role: identity.Lead}, began), s.RevokeToken(t.Context(), by, 1, began)} {
			if by.Account == lead.ID && i == 4 {
				continue // an auditor with the lead's number signs themselves out
			}
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v may do %d: %v", by.Roles, i, err)
			}
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	s, st := houseOf(t)
	now := began
	sign := func(replaced string) string {
		cookie, err := s.SignIn(t.Context(), ines(), "Firefox", replaced, now)
		if err != nil {
			t.Fatal(err)
		}
		return cookie
	}
	open := func(cookie string) bool {
		_, _, err := s.Resume(t.Context(), cookie, now)
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
		return err == nil
	}
	first := sign("")
	second := sign(first)
	if open(first) || !open(second) {
		t.Error("signing in again did not rotate the session")
	}
	id, secret, _ := strings.Cut(second, ".")
	for _, forged := range []string{"", ".", id, id + ".", id + "." + strings.Repeat("A", len(secret)), strings.Repeat("A", len(id)) + "." + secret, second + "x", "x" + second} {
		if open(forged) {
			t.Errorf("%q opens a session", forged)
		}
	}
	now = began.Add(identity.SessionIdle - time.Second)
	if !open(second) {
		t.Error("ended before being idle for long")
	}
	now = now.Add(identity.SessionIdle)
	if open(second) {
		t.Error("an idle session is open")
	}
	third := sign("")
	for i := 0; i < 5; i++ {
		now = now.Add(5 * time.Hour)
		if lives := i < 4; open(third) != lives {
			t.Errorf("%d hours after it began, used all along", 5*(i+1))
		}
	}
	fourth, fifth := sign(""), sign("")
	_, acc, err := s.Resume(t.Context(), fourth, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SignOut(t.Context(), fourth, now); err != nil || open(fourth) || !open(fifth) {
		t.Errorf("signing out: %v", err)
	}
	sixth := sign("")
	if n, err := s.SignOutEverywhere(t.Context(), acc.Actor(), acc.ID, now); err != nil || n != 2 || open(fifth) || open(sixth) {
		t.Errorf("signing out everywhere ended %d, %v", n, err)
	}
	if n, err := st.PurgeSessions(t.Context(), now); err != nil || n != 0 {
		t.Errorf("purged %d, %v: signing in forgets dead sessions", n, err)
	}
}

func TestDeactivationIsEffectiveAtOnce(t *testing.T) {
	s, _ := houseOf(t)
	lead := arrive(t, s, ines())
	cookie, err := s.SignIn(t.Context(), claimOf("dana"), "", "", began)
	if err != nil {
		t.Fatal(err)
	}
	_, dana, err := s.Resume(t.Context(), cookie, began)
	if err != nil {
		t.Fatal(err)
	}
	dana, err = s.Deactivate(t.Context(), change(lead, dana))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Resume(t.Context(), cookie, began); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the session goes on: %v", err)
	}
	if _, err := s.SignIn(t.Context(), claimOf("dana"), "", "", began); !fault.Is(err, fault.Forbidden) {
		t.Errorf("signed in again: %v", err)
	}
	if _, err := s.Reactivate(t.Context(), change(lead, dana)); err != nil {
		t.Fatal(err)
	}
	arrive(t, s, claimOf("dana"))
}

func TestTokens(t *testing.T) {
	s, _ := houseOf(t)
	soon := began.Add(time.Hour)
	text, tok, err := s.CreateToken(t.Context(), identity.Operator(), "grafana", identity.Auditor, &soon, began)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := s.TokenActor(t.Context(), text, began)
	if err != nil || actor.Token != tok.ID || !actor.Has(identity.Auditor) {
		t.Errorf("actor %+v, %v", actor, err)
	}
	for _, bad := range []string{"", "gsw_", text + "x", text[:len(text)-1], strings.ToUpper(text), strings.Repeat("gsw_", 100)} {
		if _, err := s.TokenActor(t.Context(), bad, began); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := s.TokenActor(t.Context(), text, soon); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("expired: %v", err)
	}
	if _, _, err := s.CreateToken(t.Context(), identity.Operator(), "grafana", identity.Lead, nil, began); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same name twice: %v", err)
	}
	for _, role := range []identity.Role{identity.Owner, identity.Champion, "root", ""} {
		if _, _, err := s.CreateToken(t.Context(), identity.Operator(), "x", role, nil, began); !fault.Is(err, fault.Invalid) {
			t.Errorf("role %q: %v", role, err)
		}
	}
	if err := s.RevokeToken(t.Context(), identity.Operator(), tok.ID, began); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TokenActor(t.Context(), text, began); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("revoked: %v", err)
	}
	if err := s.RevokeToken(t.Context(), identity.Operator(), tok.ID, began); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	list, err := s.ListTokens(t.Context(), identity.Operator())
	if err != nil || len(list) != 1 || list[0].RevokedAt == nil || list[0].LastUsedAt == nil {
		t.Errorf("list %+v, %v", list, err)
	}
}

func TestCredentials(t *testing.T) {
	pool := dbtest.New(t)
	old, oldText := seal.Random()
	_, newText := seal.Random()
	both, err := seal.Parse(newText + "," + oldText)
	if err != nil {
		t.Fatal(err)
	}
	only, err := seal.Parse(newText)
	if err != nil {
		t.Fatal(err)
	}
	const secret = "sk-ant-admin-canary"
	if err := store.New(pool, old).PutCredential(t.Context(), identity.Operator(), store.AnthropicKey, secret, began); err != nil {
		t.Fatal(err)
	}
	st := store.New(pool, both)
	if got, err := st.Credential(t.Context(), store.AnthropicKey); err != nil || got != secret {
		t.Errorf("opened %q, %v", got, err)
	}
	if n, err := st.Reseal(t.Context()); err != nil || n != 1 {
		t.Errorf("resealed %d, %v", n, err)
	}
	st = store.New(pool, only)
	if got, err := st.Credential(t.Context(), store.AnthropicKey); err != nil || got != secret {
		t.Errorf("after rotation: %q, %v", got, err)
	}
	if _, err := pool.Exec(t.Context(), `update credential set name = 'another'`); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Credential(t.Context(), "another"); err == nil {
		t.Error("a secret opened in another row")
	}
	if at, ok, err := st.CredentialSet(t.Context(), "another"); err != nil || !ok || !at.Equal(began) {
		t.Errorf("set at %v, %v, %v", at, ok, err)
	}
	if err := st.DeleteCredential(t.Context(), identity.Operator(), "another", began); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Credential(t.Context(), "another"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after removal: %v", err)
	}
}

// TestNoSecretInADump signs in, makes a token and keeps a key, then reads every text and byte of the tables.
func TestNoSecretInADump(t *testing.T) {
	pool := dbtest.New(t)
	keys, _ := seal.Random()
	st := store.New(pool, keys)
	s := &identity.Service{Keeper: st, Admins: []string{"ines@example.com"}}
	cookie, err := s.SignIn(t.Context(), ines(), "Firefox", "", began)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.CreateToken(t.Context(), identity.Operator(), "x", identity.Lead, nil, began)
	if err != nil {
		t.Fatal(err)
	}
	const key = "sk-ant-admin-canary"
	if err := st.PutCredential(t.Context(), identity.Operator(), store.AnthropicKey, key, began); err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(cookie, ".")
	for _, table := range []string{"account", "account_role", "session", "api_token", "credential", "audit_log", "audit_head", "group_role"} {
		var dump string
		err := pool.QueryRow(t.Context(), `select coalesce(string_agg(t::text, E'\n'), '') || coalesce(string_agg(encode(t::text::bytea, 'escape'), ''), '') from `+table+` t`).Scan(&dump)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{secret, token, key, fmt.Sprintf("%x", key), fmt.Sprintf("%x", token)} {
			if strings.Contains(dump, canary) {
				t.Errorf("%s holds a secret", table)
			}
		}
	}
}
