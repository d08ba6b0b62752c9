package comms_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
)

// Whom two audiences share are those that both reach, whatever kinds they are of.
func TestSharedIsInBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roll := someRoll(t)
		a, b := someAudience(t, "a"), someAudience(t, "b")
		want := 0
		in := roll.Reach(b, false).Addresses()
		for _, address := range roll.Reach(a, false).Addresses() {
			if slices.Contains(in, address) {
				want++
			}
		}
		if got, back := roll.Shared(a, b), roll.Shared(b, a); got != want || back != want {
			t.Fatalf("%d and %d are shared, not %d, by %+v and %+v", got, back, want, a, b)
		}
		if got := roll.Shared(a, a); got != roll.Size(a) {
			t.Fatalf("%d are shared with oneself, %d reached", got, roll.Size(a))
		}
	})
}

func someRoll(t *rapid.T) *comms.Roll {
	r := &comms.Roll{OptedOut: map[string]bool{}, InGroup: func(string, int32) bool { return false }}
	for i := range rapid.IntRange(0, 12).Draw(t, "people") {
		email := "p" + strconv.Itoa(i) + "@example.com"
		r.People = append(r.People, comms.Candidate{
			Recipient: comms.Recipient{Email: email}, Key: email, Usable: true, Member: int32(i), Listed: true,
			Department: rapid.IntRange(0, 2).Draw(t, "department"), Wave: rapid.IntRange(0, 2).Draw(t, "wave"),
		})
		if rapid.Bool().Draw(t, "out") {
			r.OptedOut[email] = true
		}
		if rapid.Bool().Draw(t, "champion") {
			r.Champions = append(r.Champions, comms.ChampionOf{Recipient: comms.Recipient{Email: email}, Department: r.People[i].Department})
		}
		if rapid.Bool().Draw(t, "lead") {
			r.Holders = append(r.Holders, comms.Holder{Recipient: comms.Recipient{Email: email}, Role: identity.Lead})
		}
	}
	r.People = comms.SortPeople(r.People)
	return r
}

func someAudience(t *rapid.T, name string) comms.Audience {
	a := comms.Audience{Who: rapid.SampledFrom([]comms.Who{comms.WhoPeople, comms.WhoChampions, comms.WhoRoles}).Draw(t, name+" who")}
	if a.Who == comms.WhoRoles {
		a.Roles = []identity.Role{identity.Lead}
		return a
	}
	a.Departments = rapid.SliceOfN(rapid.IntRange(0, 2), 0, 2).Draw(t, name+" departments")
	if a.Who == comms.WhoPeople {
		a.Waves = rapid.SliceOfN(rapid.IntRange(0, 2), 0, 2).Draw(t, name+" waves")
	}
	return a
}
