package enablement

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var door = Door{Keys: [][]byte{bytes.Repeat([]byte{1}, 32)}}

func TestCodesHoldForTheirMinuteAndTheNext(t *testing.T) {
	at := time.Date(2026, time.November, 19, 14, 31, 20, 0, time.UTC)
	code := door.Code(7, at)
	for name, tc := range map[string]struct {
		after time.Duration
		want  Verdict
	}{
		"at once":           {0, CodeHolds},
		"end of its minute": {39 * time.Second, CodeHolds},
		"the next minute":   {99 * time.Second, CodeHolds},
		"two minutes on":    {100 * time.Second, CodeExpired},
		"half an hour on":   {29 * time.Minute, CodeExpired},
		"hours on":          {2 * time.Hour, CodeWrong},
		"before its minute": {-21 * time.Second, CodeWrong},
	} {
		if got := door.Check(7, code, at.Add(tc.after)); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	if door.Check(7, code[:3]+" "+code[3:], at) != CodeHolds {
		t.Error("a code typed in two groups is refused")
	}
	if next := door.Next(at); next.Sub(at) != 40*time.Second {
		t.Errorf("changes at %v", next)
	}
	old := Door{Keys: [][]byte{bytes.Repeat([]byte{2}, 32), door.Keys[0]}}
	if old.Check(7, code, at) != CodeHolds || old.Code(7, at) == code {
		t.Error("an older key does not open while a newer one shows")
	}
	for _, typed := range []string{"", "000000000000", code[:5], code + "1"} {
		if door.Check(7, typed, at) != CodeWrong || (Door{}).Check(7, typed, at) != CodeWrong {
			t.Errorf("%q is not wrong", typed)
		}
	}
}

// A code is of one session and one minute: others show another one, but for chance.
func TestCodesAreOfOneSession(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.IntRange(1, 1<<30).Draw(t, "a"), rapid.IntRange(1, 1<<30).Draw(t, "b")
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0)
		code := door.Code(a, at)
		if len(code) != 6 || door.Check(a, code, at) != CodeHolds {
			t.Fatalf("%q does not hold", code)
		}
		if a != b && door.Code(b, at) == code && door.Code(b, at.Add(time.Minute)) == door.Code(a, at.Add(time.Minute)) {
			t.Fatal("two sessions show the same codes")
		}
	})
}

func TestWhenTheDoorIsOpen(t *testing.T) {
	g, ann := afternoon(1), identity.Actor{Account: 3, Email: "ann@example.com"}
	called := g
	called.CancelledAt = begins
	for name, tc := range map[string]struct {
		g    Gathering
		at   time.Time
		open bool
	}{
		"31 minutes before": {g, begins.Add(-31 * time.Minute), false},
		"30 minutes before": {g, begins.Add(-30 * time.Minute), true},
		"at the end":        {g, begins.Add(time.Hour), true},
		"2 hours after":     {g, begins.Add(3 * time.Hour), false},
		"cancelled":         {called, begins, false},
	} {
		_, _, err := tc.g.checkIn(ann, someone("ann@example.com"), tc.at)
		if (err == nil) != tc.open || err != nil && (!fault.Is(err, fault.Invalid) || fault.Say(err) == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckingIn(t *testing.T) {
	ann := identity.Actor{Account: 3, Email: "Ann@example.com"}
	g := afternoon(1).apply(Gathered{SignUp: []SignUp{{Email: "bo@example.com"}}})
	c, done, err := g.checkIn(ann, someone("ann@example.com"), begins)
	if err != nil || done != (CheckedIn{WalkIn: true, Full: true}) || c.Keep[0].Source != FromCode || c.Keep[0].Status != Attended {
		t.Fatalf("%+v %+v %v", c, done, err)
	}
	g = g.apply(c)
	if c, done, err = g.checkIn(ann, someone("ann@example.com"), begins.Add(time.Minute)); err != nil || !done.Already || len(c.Keep) != 0 {
		t.Errorf("twice: %+v %+v %v", c, done, err)
	}
	g.Presences[0].Status = NoShow
	if c, _, err = g.checkIn(ann, someone("ann@example.com"), begins.Add(2*time.Minute)); err != nil || len(c.Keep) != 1 || c.Keep[0].Status != Attended {
		t.Errorf("after a wrong no_show: %+v %v", c, err)
	}
}
