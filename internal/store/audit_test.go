package store_test

import (
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

func event(n string) identity.Event {
	return identity.Event{By: identity.Operator(), Action: "test.done", Subject: "test/" + n, Detail: map[string]string{"n": n}}
}

func TestAuditNamesTheFirstBadEntry(t *testing.T) {
	tests := []struct {
		name, tamper string
		bad          int64
	}{
		{"untouched", `select 1`, 0},
		{"a changed word", `update audit_log set action = 'nothing' where seq = 3`, 3},
		{"a changed detail", `update audit_log set detail = '{}' where seq = 2`, 2},
		{"a changed time", `update audit_log set at = at + interval '1 microsecond' where seq = 4`, 4},
		{"a changed actor", `update audit_log set actor_account = 9 where seq = 1`, 1},
		{"a removed entry", `delete from audit_log where seq = 2`, 2},
		{"the last removed", `delete from audit_log where seq = 5`, 5},
		{"the last removed, head moved", `with d as (delete from audit_log where seq = 5) update audit_head set seq = 4`, 5},
		{"all removed", `delete from audit_log`, 1},
		{"two swapped", `update audit_log set seq = case seq when 2 then -3 else -2 end where seq in (2, 3); update audit_log set seq = -seq where seq < 0`, 2},
		{"one put in", `insert into audit_log select 6, at, actor_kind, actor_account, actor_token, action, subject, detail, key_id, mac from audit_log where seq = 5`, 6},
		{"a key gone", `update audit_log set key_id = 'deadbeef' where seq = 3`, 3},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			pool := dbtest.New(t)
			keys, _ := seal.Random()
			st := store.New(pool, keys)
			for _, n := range []string{"1", "2", "3", "4", "5"} {
				if err := st.Audit(t.Context(), began, event(n)); err != nil {
					t.Fatal(err)
				}
			}
			for _, sql := range append([]string{`alter table audit_log disable trigger all`}, strings.Split(tc.tamper, ";")...) {
				if _, err := pool.Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			state, err := st.VerifyAudit(t.Context())
			if err != nil || state.Bad != tc.bad || (state.Why == "") != (tc.bad == 0) {
				t.Errorf("found %+v, %v", state, err)
			}
		})
	}
}

func TestAuditIsOnlyAddedTo(t *testing.T) {
	pool := dbtest.New(t)
	keys, _ := seal.Random()
	if err := store.New(pool, keys).Audit(t.Context(), began, event("1")); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`update audit_log set action = 'x'`, `delete from audit_log`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

func TestAuditUnderManyWriters(t *testing.T) {
	keys, _ := seal.Random()
	st := store.New(dbtest.New(t), keys)
	var wg errgroup.Group
	for range 8 {
		wg.Go(func() error {
			for range 10 {
				if err := st.Audit(t.Context(), began, event("1"), event("2")); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := wg.Wait(); err != nil {
		t.Fatal(err)
	}
	if state, err := st.VerifyAudit(t.Context()); err != nil || state.Bad != 0 || state.Entries != 160 {
		t.Errorf("found %+v, %v", state, err)
	}
}

// TestNoAuditNoChange breaks the log: every change fails and leaves nothing behind.
func TestNoAuditNoChange(t *testing.T) {
	pool := dbtest.New(t)
	keys, _ := seal.Random()
	st := store.New(pool, keys)
	s := &identity.Service{Keeper: st, Admins: []string{"ines@example.com"}}
	lead := arrive(t, s, ines())
	dana := arrive(t, s, claimOf("dana"))
	text, tok, err := s.CreateToken(t.Context(), lead.Actor(), "x", identity.Lead, nil, began)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `alter table audit_log add constraint broken check (seq < 0) not valid`); err != nil {
		t.Fatal(err)
	}
	_, grant := s.Grant(t.Context(), change(lead, dana), identity.Grant{Role: identity.Lead})
	_, deactivate := s.Deactivate(t.Context(), change(lead, dana))
	_, _, create := s.CreateToken(t.Context(), lead.Actor(), "y", identity.Lead, nil, began)
	_, signIn := s.SignIn(t.Context(), claimOf("tomas"), "", "", began)
	revoke := s.RevokeToken(t.Context(), lead.Actor(), tok.ID, began)
	mapGroup := s.MapGroup(t.Context(), lead.Actor(), identity.GroupRole{Group: "g", Role: identity.Lead}, began)
	put := st.PutCredential(t.Context(), lead.Actor(), store.AnthropicKey, "k", began)
	for i, err := range []error{grant, deactivate, create, signIn, revoke, mapGroup, put} {
		if err == nil {
			t.Errorf("change %d was made without its entry", i)
		}
	}
	if got := reload(t, s, lead, dana.ID); len(got.Grants) != 0 || !got.Active() {
		t.Errorf("Dana is %+v", got)
	}
	if _, err := s.TokenActor(t.Context(), text, began); err != nil {
		t.Errorf("the token was revoked all the same: %v", err)
	}
	if all, err := s.Access(t.Context(), lead.Actor(), began); err != nil || len(all.Groups) != 0 {
		t.Errorf("groups %v, %v", all.Groups, err)
	}
	if _, err := st.Credential(t.Context(), store.AnthropicKey); !fault.Is(err, fault.NotFound) {
		t.Errorf("the credential was kept: %v", err)
	}
}
