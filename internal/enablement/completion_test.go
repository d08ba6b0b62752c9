package enablement

import (
	"testing"

	"groundswell/internal/day"
)

func TestHelpFirst(t *testing.T) {
	today := day.Of(2026, 11, 19)
	on := func(d day.Date) *day.Date { return &d }
	soon, later, past := on(today+3), on(today+30), on(today-30)
	for name, c := range map[string]struct {
		list []Standing
		want int
	}{
		"opens next":           {[]Standing{{ID: 1, Opens: later, Missing: 90}, {ID: 2, Opens: soon, Missing: 2}}, 2},
		"misses most":          {[]Standing{{ID: 1, Opens: soon, Missing: 2}, {ID: 2, Opens: soon, Missing: 5}}, 2},
		"signed up does not":   {[]Standing{{ID: 1, Opens: soon, Missing: 4}, {ID: 2, Opens: soon, Missing: 9, Ahead: 8}}, 1},
		"nobody missing":       {[]Standing{{ID: 1, Opens: soon}, {ID: 2, Opens: past, Missing: 5}}, 2},
		"opened and no day":    {[]Standing{{ID: 1, Opens: past, Missing: 5}, {ID: 2, Missing: 6}}, 2},
		"nobody's":             {[]Standing{{ID: 0, Missing: 50}}, 0},
		"everybody is trained": {nil, 0},
	} {
		if got, ok := HelpFirst(c.list, today); got.ID != c.want || ok != (c.want != 0) {
			t.Errorf("%s: %d, %v, want %d", name, got.ID, ok, c.want)
		}
	}
}
