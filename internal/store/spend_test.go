package store_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/store"
)

func sameMoney(a, b adoption.Money) bool { return a.Plus(b.Times(big.NewRat(-1, 1))).Sign() == 0 }

func money(t *testing.T, cents string) adoption.Money {
	t.Helper()
	m, err := adoption.ParseCents(cents)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	everyone = identity.Actor{Roles: []identity.Role{identity.Lead}}.PeopleScope()
	nobody   = identity.Actor{Roles: []identity.Role{identity.Executive}}.PeopleScope()
)

func TestSpendReport(t *testing.T) {
	pool := dbtest.New(t)
	_, err := pool.Exec(t.Context(), `
		insert into rbac_group (id, name, source_type, roles_known) values ('g1', 'Finance', 'scim', true);
		insert into member (ord, user_id, name, email) values (0, 'u0', 'Zero Limit', 'z@example.com'), (1, 'u1', 'Over', 'o@example.com'), (2, 'u2', '', null), (3, 'u3', 'Near', 'n@example.com');
		insert into cost_day (day, grouping, key, cents) values
		('2026-11-02', 'group', 'g1', 0.125), ('2026-11-03', 'group', 'g1', 10), ('2026-10-30', 'group', 'g1', 7),
		('2026-11-03', 'group', 'unattributed', 3.5), ('2026-11-03', 'product', 'cowork', 999), ('2026-11-20', 'group', 'g1', 1000);
		insert into spend_limit (id, scope, scope_id, period, amount, enabled) values
		('l1', 'organization', '', 'monthly', 600000, true), ('l2', 'rbac_group', 'g1', 'monthly', 0, true), ('l3', 'seat_tier', 'premium', 'monthly', null, false), ('l4', 'user', 'u0', 'monthly', 5, true);
		insert into spend_effective (member, period, scope, scope_id, amount, spent) values
		(0, 'monthly', 'rbac_group', 'g1', 0, null), (1, 'monthly', 'seat_tier', 'standard', 100, 100.5), (2, 'monthly', 'seat_tier', 'standard', 100, 250),
		(3, 'monthly', 'seat_tier', 'standard', 100, 80), (3, 'daily', 'organization', '', null, 4), (1, 'daily', 'organization', '', 9, null)`)
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	q := access.SpendQuery{Period: day.Period{From: nov(1), To: nov(9)}, Before: day.Period{From: nov(-7), To: nov(0)}, Groups: true}
	got, states, err := s.SpendReport(t.Context(), everyone, q)
	if err != nil || len(states) != 2 {
		t.Fatal(err, states)
	}
	limit := func(c string) *adoption.Money { m := money(t, c); return &m }
	want := access.SpendReport{
		Own:    1,
		Groups: []adoption.GroupCost{{ID: "g1", Name: "Finance", Amount: money(t, "10.125"), Before: money(t, "7")}, {ID: adoption.Unattributed, Amount: money(t, "3.5")}},
		Limits: []access.ConfiguredLimit{
			{Scope: "organization", Period: "monthly", Amount: limit("600000"), Enabled: true},
			{Scope: "rbac_group", ScopeID: "g1", Name: "Finance", Period: "monthly", Amount: limit("0"), Enabled: true},
			{Scope: "seat_tier", ScopeID: "premium", Period: "monthly"},
		},
		Bindings: []access.Binding{
			{Scope: "seat_tier", Period: "monthly", People: 3, Near: 1, Over: 2},
			{Scope: "organization", Period: "daily", People: 2, NoLimit: 1, Unknown: 1},
			{Scope: "rbac_group", Period: "monthly", People: 1, Zero: 1},
		},
		AtLimit: []access.PersonAtLimit{
			{Name: "Zero Limit", Email: "z@example.com", Period: "monthly", Scope: "rbac_group", Group: "Finance"},
			{Period: "monthly", Scope: "seat_tier", Amount: money(t, "100"), Spent: money(t, "250")},
			{Name: "Over", Email: "o@example.com", Period: "monthly", Scope: "seat_tier", Amount: money(t, "100"), Spent: money(t, "100.5")},
		},
	}
	if d := cmp.Diff(want, got, cmp.Comparer(sameMoney)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	q.Groups = false
	if got, _, err := s.SpendReport(t.Context(), nobody, q); err != nil || got.AtLimit != nil || got.Groups != nil || len(got.Limits) != 2 {
		t.Errorf("an executive reads %+v, %v", got, err)
	}
	for _, after := range []string{"x", "1,2", "1,x,monthly", "1,99999999999,monthly", "NaN,1,monthly"} {
		q.After = after
		if _, _, err := s.SpendReport(t.Context(), everyone, q); !fault.Is(err, fault.Invalid) {
			t.Errorf("cursor %q: %v", after, err)
		}
	}
}

func TestPeopleAtTheirLimitInPages(t *testing.T) {
	pool := dbtest.New(t)
	_, err := pool.Exec(t.Context(), `
		insert into member (ord, user_id, name) select n, 'u' || n, 'P' || n from generate_series(0, 69) n;
		insert into spend_effective (member, period, scope, scope_id, amount, spent) select n, 'monthly', 'user', '', case when n < 3 then 0 else 3 end, 3 + n / 7 from generate_series(0, 69) n`)
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	var names []string
	after, pages := "", 0
	for ; pages == 0 || after != ""; pages++ {
		got, _, err := s.SpendReport(t.Context(), everyone, access.SpendQuery{After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range got.AtLimit {
			names = append(names, p.Name)
		}
		after = got.Next
	}
	seen := map[string]bool{}
	for _, n := range names {
		seen[n] = true
	}
	if pages != 3 || len(names) != 70 || len(seen) != 70 || !strings.HasPrefix(fmt.Sprint(names), "[P0 P1 P2 P63 P64") {
		t.Errorf("%d pages, %d names, %d people: %v", pages, len(names), len(seen), names)
	}
}
