package enablement

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// afternoon is a session with two seats, at 15:30 in Berlin for an hour.
func afternoon(seats int) Gathering {
	return Gathering{Planned: Planned{
		ID: 7, Day: day.Of(2026, time.November, 19), Version: 1,
		Outline: Outline{Name: "Cowork 101", Kind: AllStaff101, Starts: "15:30", Zone: "Europe/Berlin", Minutes: 60, Capacity: &seats, Host: Host{Email: "Kim@example.com"}},
	}}
}

var (
	begins = time.Date(2026, time.November, 19, 14, 30, 0, 0, time.UTC)
	ines   = identity.Actor{Account: 1, Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
)

func someone(email string) Person { return Person{Email: email} }

// apply keeps a change the way the store does.
func (g Gathering) apply(c Gathered) Gathering {
	for _, s := range c.SignUp {
		g.SignUps = append(slices.Clone(g.SignUps), s)
	}
	g.SignUps = slices.DeleteFunc(slices.Clone(g.SignUps), func(s SignUp) bool { return slices.Contains(c.Leave, s.Email) })
	drop := slices.Clone(c.Drop)
	for _, p := range c.Keep {
		drop = append(drop, p.Email)
	}
	g.Presences = slices.DeleteFunc(slices.Clone(g.Presences), func(p Presence) bool { return slices.Contains(drop, p.Email) })
	g.Presences = append(g.Presences, c.Keep...)
	return g
}

// Whatever people do, exactly the first ones have a seat, those who wait stand in the
// order in which they came, and a bigger or smaller room changes nothing but who sits.
func TestSeatsFollowTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, order := afternoon(rapid.IntRange(1, 4).Draw(t, "seats")), []string{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			email := fmt.Sprintf("p%d@example.com", rapid.IntRange(0, 8).Draw(t, "who"))
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				c, at, err := g.signUp(ines, someone(email), begins.Add(-time.Hour))
				if err != nil {
					t.Fatal(err)
				}
				g = g.apply(c)
				if !slices.Contains(order, email) {
					order = append(order, email)
				}
				if have, _ := g.PlaceOf(email); have != at {
					t.Fatalf("told %+v, is %+v", at, have)
				}
			case 2:
				c, err := g.leave(ines, someone(email), begins.Add(-time.Hour))
				if err != nil {
					t.Fatal(err)
				}
				g = g.apply(c)
				order = slices.DeleteFunc(order, func(e string) bool { return e == email })
			case 3:
				seats := rapid.IntRange(1, 4).Draw(t, "seats")
				g.Capacity = &seats
			}
		}
		if n := min(len(order), *g.Capacity); len(g.Seated()) != n {
			t.Fatalf("%d have a seat, want %d", len(g.Seated()), n)
		}
		for i, email := range order {
			want := Place{Seat: true}
			if i >= *g.Capacity {
				want = Place{Waiting: i - *g.Capacity + 1}
			}
			if at, ok := g.PlaceOf(email); !ok || at != want {
				t.Fatalf("%s is %+v, want %+v", email, at, want)
			}
		}
	})
}

func TestWhenPeopleSignUpAndLeave(t *testing.T) {
	g := afternoon(2)
	called := g
	called.CancelledAt = begins
	file := g
	file.FromFile = true
	for name, tc := range map[string]struct {
		g    Gathering
		at   time.Time
		want bool
	}{
		"long before":     {g, begins.Add(-90 * 24 * time.Hour), true},
		"a moment before": {g, begins.Add(-time.Second), true},
		"begun":           {g, begins, false},
		"over":            {g, begins.Add(2 * time.Hour), false},
		"cancelled":       {called, begins.Add(-time.Hour), false},
		"from a file":     {file, begins.Add(-time.Hour), false},
	} {
		if _, _, err := tc.g.signUp(ines, someone("ann@example.com"), tc.at); (err == nil) != tc.want || err != nil && !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := g.apply(Gathered{SignUp: []SignUp{{Email: "ann@example.com"}}})
	if _, err := in.leave(ines, someone("Ann@example.com"), begins); !fault.Is(err, fault.Conflict) {
		t.Errorf("left a session that has begun: %v", err)
	}
	c, err := in.leave(ines, someone("Ann@example.com"), begins.Add(-time.Second))
	if err != nil || len(c.Leave) != 1 || c.Leave[0] != "ann@example.com" {
		t.Errorf("%+v %v", c, err)
	}
	if e := c.Events[0]; e.Detail["self"] != "false" || len(e.Detail) != 1 {
		t.Errorf("the audit log is told %v", e.Detail)
	}
}
