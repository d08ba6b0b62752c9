package comms

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/identity"
)

func candidate(email string, member int32) Candidate {
	return Candidate{Recipient: Recipient{Email: email}, Key: fold(email), Usable: Usable(email), Member: member, Listed: member >= 0}
}

func TestUsable(t *testing.T) {
	for address, want := range map[string]bool{
		"ann@example.com": true, "Ann.B+x@mail.example.com": true, "ünsal@example.com": true,
		"": false, "ann": false, "ann@": false, "@example.com": false, "Ann <ann@example.com>": false,
		"<ann@example.com>": false, "ann@example.com, bo@example.com": false, "ann@example.com\r\nBcc: bo@example.com": false,
		"ann@exam\nple.com": false, " ann@example.com": false, `"an n"@example.com`: false, "ann@example.com (Ann)": false,
		"ann\u202e@example.com": false, "ann@example.com\x00": false, strings.Repeat("a", 250) + "@example.com": false,
	} {
		if got := Usable(address); got != want {
			t.Errorf("Usable(%q) = %t", address, got)
		}
	}
}

// TestUsableIsOneAddress: whatever is usable is read back as exactly that one address
// from a header it stands in.
func TestUsableIsOneAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z.,<>"\\ \r\n;:+-]{0,6}@?[a-z.,>\[\] \r\n-]{0,8}`)).Draw(t, "address")
		if !Usable(address) {
			return
		}
		list, err := mail.ParseAddressList(address + ", <bo@example.com>")
		if err != nil || len(list) != 2 || list[0].Address != address || strings.ContainsAny(address, "\r\n") {
			t.Fatalf("%q in a header is %v: %v", address, list, err)
		}
	})
}

func TestReachLeavesOutWithReasons(t *testing.T) {
	gone := candidate("gone@example.com", 3)
	gone.Listed = false
	back := candidate("back@example.com", 4)
	back.Listed = false
	renamed := candidate("old@example.com", 5)
	renamed.Other = "new@example.com"
	roll := Roll{
		People:   SortPeople([]Candidate{candidate("Ann@example.com", 0), candidate("no address", NoMember), gone, back, candidate("bounced@example.com", 2), renamed, candidate("out@example.com", 1)}),
		OptedOut: map[string]bool{"out@example.com": true, "new@example.com": true}, Bounced: map[string]bool{"bounced@example.com": true}, Invited: map[string]bool{"back@example.com": true},
	}
	everybody := Audience{Who: WhoPeople}
	got := roll.Reach(everybody, false)
	if want := "[{Ann@example.com } {back@example.com }]"; fmt.Sprint(got.To) != want {
		t.Errorf("it reaches %v, not %s", got.To, want)
	}
	if left := fmt.Sprint(got.Left()); left != "map[bounced:1 left:1 no_address:1 opted_out:2]" {
		t.Error(left)
	}
	if n := roll.Size(everybody); n != len(got.To) {
		t.Errorf("its size is %d", n)
	}
	if must := roll.Reach(everybody, true); len(must.To) != 4 || must.Left()[LeftOptedOut] != 0 {
		t.Errorf("a mandatory one reaches %v and leaves out %v", must.To, must.Out)
	}
}

func TestReachByStageWaitsForACompleteDay(t *testing.T) {
	roll := Roll{People: []Candidate{candidate("ann@example.com", 0)}}
	for _, stage := range PersonStages() {
		if got := roll.Reach(Audience{Who: WhoPeople, Stages: []PersonStage{stage}}, false); !got.Unjudged || len(got.To)+len(got.Out) > 0 {
			t.Errorf("%s: %+v", stage, got)
		}
	}
	if got := roll.Reach(Audience{Who: WhoPeople}, false); got.Unjudged || len(got.To) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestSinceAnApproval(t *testing.T) {
	r := Reach{To: []Recipient{{Email: "Ann@example.com"}, {Email: "new@example.com"}}, Out: []Excluded{{Recipient{"Out@example.com", "Ola"}, LeftOptedOut}}}
	got := r.Since(Approval{Addresses: []string{"ann@example.com", "else@example.com", "out@example.com"}})
	if want := "{[{new@example.com }] [{{else@example.com } } {{Out@example.com Ola} opted_out}]}"; fmt.Sprint(got) != want {
		t.Errorf("%v, not %s", got, want)
	}
	if same := r.Since(Approval{Addresses: r.Addresses()}); same.Any() {
		t.Errorf("nothing changed, and it says %v", same)
	}
}

func TestSayAudience(t *testing.T) {
	n := Names{Waves: map[int]string{1: "Pilot", 2: "Wave 1"}, Departments: map[int]string{4: "Finance"}, Groups: map[string]string{"g": "AL-All"}}
	for want, a := range map[string]Audience{
		"Everyone on the roster, and every member":                                        {Who: WhoPeople},
		"Everyone in Pilot or Wave 1, in Finance, in the group AL-All":                    {Who: WhoPeople, Waves: []int{1, 2}, Departments: []int{4}, Groups: []string{"g"}},
		"Everyone in Pilot, if they have access and have not delegated a task":            {Who: WhoPeople, Waves: []int{1}, Stages: []PersonStage{StageSignedIn}},
		"Everyone, if they have not signed in":                                            {Who: WhoPeople, Stages: []PersonStage{StageInvited, StageNone}},
		"Everyone, if they have an account and have not delegated a task":                 {Who: WhoPeople, Stages: []PersonStage{StageSignedIn, StageNone}},
		"Everyone, if they have access":                                                   {Who: WhoPeople, Stages: []PersonStage{StageSignedIn, StageDelegated, StageHabitual}},
		"Everyone, if they are at any stage":                                              {Who: WhoPeople, Stages: PersonStages()},
		"Everyone, if they have no account, or have access and have not delegated a task": {Who: WhoPeople, Stages: []PersonStage{StageInvited, StageSignedIn}},
		"Everyone in a wave that is gone":                                                 {Who: WhoPeople, Waves: []int{9}},
		"Champions of Finance whose department has people in Pilot":                       {Who: WhoChampions, Departments: []int{4}, Waves: []int{1}},
		"Everyone who is a rollout lead or an executive":                                  {Who: WhoRoles, Roles: []identity.Role{identity.Lead, identity.Executive}},
		"Nobody: no audience is chosen":                                                   {},
	} {
		if got := a.Say(n); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestValidAudience(t *testing.T) {
	for _, a := range []Audience{{}, {Who: "all"}, {Who: WhoRoles}, {Who: WhoRoles, Roles: []identity.Role{"king"}}, {Who: WhoPeople, Roles: []identity.Role{identity.Lead}},
		{Who: WhoChampions, Stages: []PersonStage{StageNone}}, {Who: WhoPeople, Stages: []PersonStage{"asleep"}}, {Who: WhoRoles, Roles: []identity.Role{identity.Lead}, Waves: []int{1}}} {
		if a.Valid() {
			t.Errorf("%+v is valid", a)
		}
	}
	for _, a := range []Audience{{Who: WhoPeople, Waves: []int{1}, Stages: PersonStages()}, {Who: WhoChampions, Departments: []int{1}}, {Who: WhoRoles, Roles: []identity.Role{identity.Lead}}} {
		if !a.Valid() {
			t.Errorf("%+v is not valid", a)
		}
	}
}

// TestChampionsAndRolesOnce: somebody who holds it twice is reached once.
func TestChampionsAndRolesOnce(t *testing.T) {
	ann := candidate("ann@example.com", 0)
	ann.Name, ann.Department, ann.Wave = "Ann", 1, 7
	roll := Roll{
		People:    []Candidate{ann},
		Champions: []ChampionOf{{Recipient{Email: "Ann@Example.com"}, 1}, {Recipient{Email: "ann@example.com"}, 2}, {Recipient{Email: "bo@example.com", Name: "Bo"}, 2}},
		Holders:   []Holder{{Recipient{Email: "bo@example.com"}, identity.Lead}, {Recipient{Email: "bo@example.com", Name: "Bo"}, identity.Owner}},
	}
	say := func(a Audience) string {
		out := each(roll.Reach(a, false).To, func(r Recipient) string { return fold(r.Email) + " " + r.Name })
		return strings.Join(slices.Clip(out), ", ")
	}
	for want, a := range map[string]Audience{
		"ann@example.com Ann, bo@example.com Bo": {Who: WhoChampions},
		"ann@example.com Ann":                    {Who: WhoChampions, Waves: []int{7}},
		"bo@example.com Bo":                      {Who: WhoRoles, Roles: []identity.Role{identity.Lead, identity.Owner}},
		"":                                       {Who: WhoChampions, Waves: []int{8}},
	} {
		if got := say(a); got != want {
			t.Errorf("%+v: %q, not %q", a, got, want)
		}
	}
}

func TestAudienceConcernsADepartment(t *testing.T) {
	for _, c := range []struct {
		a    Audience
		want bool
	}{
		{Audience{Who: WhoPeople}, true}, {Audience{Who: WhoPeople, Departments: []int{3}}, true}, {Audience{Who: WhoPeople, Departments: []int{4}}, false},
		{Audience{Who: WhoChampions, Waves: []int{7}}, true}, {Audience{Who: WhoPeople, Waves: []int{8}}, false},
		{Audience{Who: WhoRoles, Roles: []identity.Role{identity.Champion}}, true}, {Audience{Who: WhoRoles, Roles: []identity.Role{identity.Lead}}, false}, {Audience{}, false},
	} {
		if got := c.a.Concerns(3, []int{7}); got != c.want {
			t.Errorf("%+v: %t", c.a, got)
		}
	}
}

func TestFeedSecrets(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		s := NewFeedSecret()
		if _, ok := FeedHash(s); !ok || len(s) != 43 || seen[s] {
			t.Fatalf("%q", s)
		}
		seen[s] = true
	}
	for _, s := range []string{"", "x", strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("A", 42) + "B", strings.Repeat("A", 42) + "+"} {
		if _, ok := FeedHash(s); ok {
			t.Errorf("%q is a secret", s)
		}
	}
}
