package identity

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/fault"
)

var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

func anyGrant(t *rapid.T) Grant {
	g := Grant{Role: rapid.SampledFrom(Roles()).Draw(t, "role"), Origin: rapid.SampledFrom([]Origin{FromPerson, FromSetting, FromGroup}).Draw(t, "origin")}
	if g.Role == Champion {
		g.Department = rapid.SampledFrom([]string{"claims", "legal"}).Draw(t, "department")
	}
	return g
}

// TestALeadAlwaysStays does anything a lead may do, in any order, to the only lead.
func TestALeadAlwaysStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Account{ID: 1, Subject: "x", Grants: []Grant{{Role: Lead, Origin: FromSetting}}}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			var err error
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				err = a.Give(Operator(), anyGrant(t))
			case 1:
				err = a.Take(Operator(), anyGrant(t), 0)
			case 2:
				err = a.Deactivate(Operator(), 0, noon)
			case 3:
				err = a.Reactivate(Operator())
			}
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
				t.Fatalf("unexpected error: %v", err)
			}
			if !a.Active() || !a.Holds(Lead) {
				t.Fatalf("nobody leads any more: %+v", a)
			}
		}
	})
}

// TestGroupGrantsAreThoseOfTheMapping signs in with any groups again and again:
// what groups gave before never stays, and what people gave is never touched.
func TestGroupGrantsAreThoseOfTheMapping(t *testing.T) {
	names := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		a := Account{ID: 1, Grants: []Grant{{Role: Owner, Origin: FromPerson}}}
		for range rapid.IntRange(1, 5).Draw(t, "sign-ins") {
			mapping := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) GroupRole {
				g := anyGrant(t)
				return GroupRole{Group: rapid.SampledFrom(names).Draw(t, "group"), Role: g.Role, Department: g.Department}
			}), 0, 5).Draw(t, "mapping")
			groups := rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(t, "groups")
			if err := a.arrive(Claim{Issuer: "i", Subject: "s", Groups: groups, GroupsKnown: true}, nil, mapping, noon); err != nil {
				t.Fatal(err)
			}
			want := map[Grant]bool{{Role: Owner, Origin: FromPerson}: true}
			for _, m := range mapping {
				if slices.Contains(groups, m.Group) {
					want[Grant{Role: m.Role, Department: m.Department, Origin: FromGroup}] = true
				}
			}
			if len(a.Grants) != len(want) || slices.ContainsFunc(a.Grants, func(g Grant) bool { return !want[g] }) {
				t.Fatalf("grants %v, want %v", a.Grants, want)
			}
		}
	})
}

func TestActor(t *testing.T) {
	a := Account{ID: 3, Email: "x@example.com", Grants: []Grant{
		{Role: Champion, Department: "claims", Origin: FromPerson}, {Role: Champion, Department: "claims", Origin: FromGroup},
		{Role: Champion, Department: "legal", Origin: FromPerson}, {Role: Auditor, Origin: FromGroup},
	}}
	act := a.Actor()
	if !slices.Equal(act.Roles, []Role{Champion, Auditor}) || !slices.Equal(act.Departments, []string{"claims", "legal"}) || act.Name != "x@example.com" {
		t.Errorf("actor %+v", act)
	}
	a.DeactivatedAt = &noon
	if act := a.Actor(); act.Account != 0 || len(act.Roles) != 0 {
		t.Errorf("a deactivated account acts as %+v", act)
	}
}

func TestOnlyLeadsGive(t *testing.T) {
	for _, by := range []Actor{{}, {Account: 1}, {Account: 1, Roles: []Role{Owner, Champion, Executive, Auditor}}} {
		a := Account{ID: 2}
		if err := a.Give(by, Grant{Role: Owner}); !fault.Is(err, fault.Forbidden) || len(a.Events()) != 0 {
			t.Errorf("%v gives: %v", by.Roles, err)
		}
	}
}

func TestGrantsAreChecked(t *testing.T) {
	for _, g := range []Grant{{}, {Role: "root"}, {Role: Champion}, {Role: Lead, Department: "legal"}} {
		a := Account{ID: 2}
		if err := a.Give(Operator(), g); !fault.Is(err, fault.Invalid) || len(a.Grants) != 0 {
			t.Errorf("%+v: %v", g, err)
		}
	}
}

func TestSessionTimes(t *testing.T) {
	for _, tc := range []struct {
		age, idle   time.Duration
		alive, free bool
	}{
		{0, 0, true, true},
		{FreshFor, 0, true, false},
		{SessionAbsolute - 1, 0, true, false},
		{SessionAbsolute, 0, false, false},
		{SessionIdle, SessionIdle - 1, true, false},
		{SessionIdle, SessionIdle, false, false},
	} {
		s := Session{CreatedAt: noon.Add(-tc.age), SeenAt: noon.Add(-tc.idle), AuthenticatedAt: noon.Add(-tc.age)}
		if s.Alive(noon) != tc.alive || s.Fresh(noon) != tc.free {
			t.Errorf("%v old, idle for %v: alive %v, fresh %v", tc.age, tc.idle, s.Alive(noon), s.Fresh(noon))
		}
	}
}
