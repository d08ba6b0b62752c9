package access

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGuardedBindingsAreOfEnoughPeople(t *testing.T) {
	list := []Binding{
		{Scope: "seat_tier", Period: "monthly", People: 90, Over: 3}, {Scope: "rbac_group", Period: "monthly", People: 7, Zero: 1},
		{Scope: "user", Period: "monthly", People: 2}, {Scope: "user", Period: "daily", People: 3}, {Scope: "organization", Period: "daily", People: 96},
	}
	want := []Binding{
		{Scope: "seat_tier", Period: "monthly", People: 90}, {Period: "monthly", People: 9, Merged: true},
		{Period: "daily", People: 99, Merged: true},
	}
	if d := cmp.Diff(want, Guard(list, 5)); d != "" {
		t.Errorf("guarded (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Binding{{Period: "monthly", People: 99, Over: 3, Zero: 1}, {Period: "daily", People: 99}}, ByPeriod(list)); d != "" {
		t.Errorf("by period (-want +got):\n%s", d)
	}
	for _, tt := range []struct {
		n, people int
		want      bool
	}{{0, 99, true}, {4, 99, false}, {5, 99, true}, {95, 99, false}, {99, 99, true}, {0, 4, false}} {
		if Tellable(tt.n, tt.people, 5) != tt.want {
			t.Errorf("%d of %d: want %v", tt.n, tt.people, tt.want)
		}
	}
}
