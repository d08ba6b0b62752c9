package people

import (
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

func TestHowManyADepartmentNeeds(t *testing.T) {
	v := DefaultCoverage()
	for _, tc := range []struct{ people, needed, useful int }{
		{1, 2, 3}, {50, 2, 3}, {75, 2, 3}, {76, 2, 4}, {100, 2, 4}, {101, 3, 5}, {480, 10, 20},
	} {
		if n, u := v.Needed(tc.people), v.Useful(tc.people); n != tc.needed || u != tc.useful {
			t.Errorf("%d people need %d and up to %d, want %d and %d", tc.people, n, u, tc.needed, tc.useful)
		}
	}
}

func TestCoverageIsChecked(t *testing.T) {
	for _, v := range []Coverage{
		{}, {Least: 0, Most: 3, PeopleLow: 25, PeopleHigh: 50}, {Least: 4, Most: 3, PeopleLow: 25, PeopleHigh: 50},
		{Least: 2, Most: 3, PeopleLow: 0, PeopleHigh: 50}, {Least: 2, Most: 3, PeopleLow: 51, PeopleHigh: 50},
		{Least: 2, Most: 51, PeopleLow: 25, PeopleHigh: 50}, {Least: 2, Most: 3, PeopleLow: 25, PeopleHigh: 10_001},
	} {
		if err := v.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if err := DefaultCoverage().Check(); err != nil {
		t.Error(err)
	}
}

func active(email string, department int, leaves day.Date) Champion {
	return Champion{ID: 1, Email: email, Department: department, State: ChampionActive, Terms: Terms{Since: 1, EarlyAccess: day.None, LeavesOn: leaves}}
}

func TestADepartmentsCover(t *testing.T) {
	today := registerToday
	departments := []Department{{ID: 2, Name: "Legal", People: 90}, {ID: 1, Name: "Claims", People: 101}, {ID: 3, Name: "Nobody", People: 0}}
	list := []Champion{
		active("a@x", 1, day.None), active("b@x", 1, today), active("c@x", 1, today+29), active("gone@x", 1, today-1),
		{Email: "d@x", Department: 1, State: ChampionInvited}, {Email: "e@x", Department: 1, State: ChampionNominated}, {Email: "f@x", Department: 1, State: ChampionEnded},
		active("g@x", 2, today+30), active("h@x", 2, day.None), active("i@x", 3, day.None),
	}
	got := CoverOf(departments, list, DefaultCoverage(), today)
	if len(got) != 2 || got[0].Department.Name != "Claims" {
		t.Fatalf("%+v", got)
	}
	c, l := got[0], got[1]
	if c.Have() != 3 || c.Needed != 3 || c.Useful != 5 || c.Gap() != 0 || c.Leaving != 2 || c.ShortFrom != today+1 || len(c.Past) != 1 || len(c.Invited) != 1 || len(c.Nominated) != 1 {
		t.Errorf("Claims: %+v", c)
	}
	if l.Have() != 2 || l.Gap() != 0 || l.Leaving != 0 || l.ShortFrom != day.None {
		t.Errorf("Legal: %+v", l)
	}
}

// TestCoverAddsUp holds any register against counting one by one.
func TestCoverAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := registerToday
		departments := []Department{{ID: 1, Name: "A", People: rapid.IntRange(0, 400).Draw(t, "a")}, {ID: 2, Name: "B", People: rapid.IntRange(0, 400).Draw(t, "b")}}
		least := rapid.IntRange(1, 4).Draw(t, "least")
		low := rapid.IntRange(1, 60).Draw(t, "low")
		v := Coverage{Least: least, Most: least + rapid.IntRange(0, 3).Draw(t, "more"), PeopleLow: low, PeopleHigh: low + rapid.IntRange(0, 60).Draw(t, "wide")}
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Champion {
			leaves := rapid.SampledFrom([]day.Date{day.None, today - 1, today, today + 1, today + 10, today + 29, today + 30}).Draw(t, "leaves")
			c := active(rapid.StringMatching(`[a-c]{3}@x`).Draw(t, "email"), rapid.IntRange(1, 3).Draw(t, "in"), leaves)
			c.State = rapid.SampledFrom(ChampionStates()).Draw(t, "state")
			return c
		}), 0, 12).Draw(t, "champions")
		for _, c := range CoverOf(departments, list, v, today) {
			have := countOn(list, c.Department.ID, today)
			if c.Have() != have || c.Gap() != max(0, c.Needed-have) || c.Needed > c.Useful || c.Needed < v.Least {
				t.Fatalf("%+v, counted %d", c, have)
			}
			want := day.None
			for d := today + 1; d <= today+soonDays && want == day.None && have >= c.Needed; d++ {
				if countOn(list, c.Department.ID, d) < c.Needed {
					want = d
				}
			}
			if c.ShortFrom != want {
				t.Fatalf("short from %s, want %s: %+v", c.ShortFrom, want, list)
			}
		}
	})
}

func countOn(list []Champion, department int, d day.Date) int {
	n := 0
	for _, c := range list {
		if c.Department == department && c.Counts(d) {
			n++
		}
	}
	return n
}

func TestHoldersOfTheRoleCountOnce(t *testing.T) {
	today := registerToday
	entries := []Champion{active("Ana@x", 1, day.None), active("past@x", 1, today-1), {Email: "ben@x", Department: 1, State: ChampionEnded}}
	holders := []RoleHolder{{Email: "ana@x", Department: 1}, {Email: "ana@x", Department: 2}, {Email: "past@x", Department: 1}, {Email: "ben@x", Department: 1}, {Email: "BEN@x", Department: 1}}
	list := WithHolders(entries, holders)
	if a, b := countOn(list, 1, today), countOn(list, 2, today); a != 2 || b != 1 {
		t.Errorf("%d and %d count", a, b)
	}
	r := Register{Champions: entries, Holders: holders}
	if got := r.Unregistered(); len(got) != 3 { // past@x has an entry still open
		t.Errorf("not in the register: %+v", got)
	}
}
