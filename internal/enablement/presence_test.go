package enablement

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/fault"
)

func saids() *rapid.Generator[Said] {
	return rapid.Custom(func(t *rapid.T) Said {
		s := Said{Status: rapid.SampledFrom([]Status{"", Attended, Completed, NoShow}).Draw(t, "status")}
		if s.Status == Attended || s.Status == Completed {
			if n := rapid.IntRange(0, 2).Draw(t, "minutes"); n > 0 {
				n *= 30
				s.Minutes = &n
			}
			s.Deliverable = rapid.SampledFrom([]string{"", "a summary", "a table"}).Draw(t, "made")
		}
		return s
	})
}

// Two people tick the same list at once: what only one of them changed is kept, and
// where both changed the same thing differently the second is told and nothing is lost.
func TestTwoListsMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was, first, second := saids().Draw(t, "was"), saids().Draw(t, "first"), saids().Draw(t, "second")
		got, ok := Entry{Was: was, Is: second}.merge(first)
		switch {
		case second.same(was):
			if !ok || !got.same(first) {
				t.Fatalf("a row that was left alone became %+v", got)
			}
		case first.same(was):
			if !ok || !got.same(second) {
				t.Fatalf("a row that only the second changed became %+v, %v", got, ok)
			}
		case first.same(second):
			if !ok || !got.same(first) {
				t.Fatalf("a row that both changed alike became %+v, %v", got, ok)
			}
		case ok:
			for _, kept := range []bool{
				got.Status == first.Status || got.Status == second.Status && first.Status == was.Status,
				sameMinutes(got.Minutes, first.Minutes) || sameMinutes(got.Minutes, second.Minutes) && sameMinutes(first.Minutes, was.Minutes),
				got.Deliverable == first.Deliverable || got.Deliverable == second.Deliverable && first.Deliverable == was.Deliverable,
			} {
				if !kept {
					t.Fatalf("%+v lost what the first of them said: %+v", got, first)
				}
			}
		}
	})
}

func TestListIsKeptOnceTheSessionHasBegun(t *testing.T) {
	g := afternoon(1).apply(Gathered{SignUp: []SignUp{{Email: "ann@example.com"}, {Email: "bo@example.com"}}})
	list := []Entry{{Email: "ann@example.com", Is: Said{Status: Attended}}}
	if _, _, err := g.save(ines, list, begins.Add(-time.Second)); !fault.Is(err, fault.Conflict) {
		t.Errorf("before it began: %v", err)
	}
	if _, err := g.close(ines, begins.Add(-time.Second)); !fault.Is(err, fault.Conflict) {
		t.Errorf("closed before it began: %v", err)
	}
	called := g
	called.CancelledAt = begins
	if _, _, err := called.save(ines, list, begins); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelled: %v", err)
	}
	c, done, err := g.save(ines, list, begins)
	if err != nil || done.Changed != 1 || c.Keep[0].Source != FromList {
		t.Fatalf("%+v %+v %v", c, done, err)
	}
	g = g.apply(c)
	if c, err = g.close(ines, begins); err != nil || len(c.Keep) != 0 {
		t.Errorf("those who wait had no seat to miss: %+v %v", c, err)
	}
	c, _, err = g.save(ines, []Entry{{Email: "ann@example.com", Was: Said{Status: Attended}}}, begins)
	if err != nil || len(c.Drop) != 1 || len(c.Keep) != 0 {
		t.Errorf("taken back: %+v %v", c, err)
	}
	if c, err = g.apply(c).close(ines, begins); err != nil || len(c.Keep) != 1 || c.Keep[0].Status != NoShow {
		t.Errorf("closed: %+v %v", c, err)
	}
}

// Somebody is taken off the list, or did not come, while somebody else writes how
// long they were there: that is no row to keep, so the second is told.
func TestMergedRowsGoTogether(t *testing.T) {
	hour := 60
	was := Said{Status: Attended}
	for _, first := range []Said{{}, {Status: NoShow}} {
		g := afternoon(1)
		if first.Status != "" {
			g.Presences = []Presence{{Email: "ann@example.com", Status: first.Status}}
		}
		c, done, err := g.save(ines, []Entry{{Email: "ann@example.com", Was: was, Is: Said{Status: Attended, Minutes: &hour}}}, begins)
		if err != nil || len(done.Clashes) != 1 || len(c.Keep)+len(c.Drop) != 0 {
			t.Errorf("%q: %+v %+v %v", first.Status, c, done, err)
		}
	}
}

func TestWhatAListSaysIsSettled(t *testing.T) {
	bad := 24*60 + 1
	for name, s := range map[string]Said{
		"words without a tick":   {Deliverable: "a table"},
		"minutes without a tick": {Minutes: new(int)},
		"another status":         {Status: "late"},
		"too long a day":         {Status: Attended, Minutes: &bad},
		"too many words":         {Status: Attended, Deliverable: strings.Repeat("é", MaxDeliverable+1)},
	} {
		if _, err := s.Settled(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := (Said{NoShow, new(int), "a table"}).Settled(); err != nil || !s.same(Said{Status: NoShow}) {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := (Said{Attended, nil, " a \n table "}).Settled(); err != nil || s.Deliverable != "a table" {
		t.Errorf("%+v %v", s, err)
	}
}
