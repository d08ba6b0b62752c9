package people

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	registerNow   = time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)
	registerToday = day.Of(2026, 11, 19)

	lead    = identity.Actor{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	tomas   = identity.Actor{Account: 2, Name: "Tomas", Email: "tomas@example.com"}
	someone = identity.Actor{Account: 3, Name: "Someone", Email: "someone@example.com", Roles: []identity.Role{identity.Owner, identity.Champion, identity.Executive, identity.Auditor}}
)

func standing() Standing {
	return Standing{Email: "Tomas@example.com", Person: 7, Name: "Tomas Lindqvist", Manager: "someone@example.com", Placed: 4, Department: 4}
}

// step is something that is done to an entry, and what it may do.
type step struct {
	name string
	from []ChampionState // where it works
	to   ChampionState   // "" for unchanged
	do   func(c *Champion, by identity.Actor, now time.Time, today day.Date) error
	who  identity.Actor
}

var waiting = []ChampionState{ChampionNominated, ChampionInvited}

var steps = []step{
	{"invite", waiting, ChampionInvited, func(c *Champion, by identity.Actor, now time.Time, _ day.Date) error {
		return c.Invite(by, sha256.Sum256([]byte(now.String())), now)
	}, lead},
	{"agree", waiting, ChampionActive, func(c *Champion, by identity.Actor, _ time.Time, today day.Date) error {
		return c.Agree(by, NoTerms(), today)
	}, lead},
	{"turn down", waiting, ChampionDeclined, func(c *Champion, by identity.Actor, _ time.Time, _ day.Date) error { return c.TurnDown(by, "Too busy") }, lead},
	{"accept", []ChampionState{ChampionInvited}, ChampionActive, func(c *Champion, by identity.Actor, now time.Time, today day.Date) error {
		return c.Accept(by, now, today)
	}, tomas},
	{"decline", []ChampionState{ChampionInvited}, ChampionDeclined, func(c *Champion, by identity.Actor, now time.Time, _ day.Date) error { return c.Decline(by, now) }, tomas},
	{"change", []ChampionState{ChampionNominated, ChampionInvited, ChampionActive}, "", func(c *Champion, by identity.Actor, _ time.Time, today day.Date) error {
		t := NoTerms()
		t.AgreedMinutes, t.LeavesOn = c.AgreedMinutes+30, today+5
		return c.Change(by, t, today)
	}, lead},
	{"end", []ChampionState{ChampionActive}, ChampionEnded, func(c *Champion, by identity.Actor, _ time.Time, today day.Date) error {
		return c.End(by, "Moved to another department", today)
	}, lead},
}

// kept reports what the schema would refuse about an entry; "" when it can be kept.
func kept(c Champion) string {
	switch {
	case (c.State == ChampionActive || c.State == ChampionEnded) != (c.Since != day.None):
		return "since when"
	case (c.State == ChampionEnded) != (c.EndedOn != day.None):
		return "ended on"
	case (c.InviteHash == nil) != c.InviteExpires.IsZero():
		return "half a link"
	case (c.State == ChampionInvited) != (c.InviteHash != nil):
		return "a link out of place"
	case c.AgreedMinutes < 0 || c.Email == "" || c.Department == 0:
		return "values"
	case c.State == ChampionEnded && c.EndedOn < c.Since:
		return "ended before it began"
	}
	return ""
}

// TestTheRegisterKeepsInStep does anything to an entry, by anybody, in any order,
// days apart: what is allowed is exactly what the table says, what is refused
// changes nothing, and everything that happened is told once.
func TestTheRegisterKeepsInStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, today := registerNow, registerToday
		c, err := Nomination{Email: "tomas@example.com"}.Nominate(lead, standing(), now, today)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			days := rapid.SampledFrom([]int{0, 0, 0, 1, 13, 14}).Draw(t, "days")
			now, today = now.AddDate(0, 0, days), today+day.Date(days)
			s := rapid.SampledFrom(steps).Draw(t, "step")
			by := rapid.SampledFrom([]identity.Actor{lead, tomas, someone, {}}).Draw(t, "by")
			was, events := c, len(c.Events())
			expired := s.who.Account == tomas.Account && !now.Before(c.InviteExpires)
			allowed := by.Account == s.who.Account && contains(s.from, c.State) && !expired
			err := s.do(&c, by, now, today)
			if (err == nil) != allowed {
				t.Fatalf("%s by %q on %s: %v", s.name, by.Name, was.State, err)
			}
			want := s.to
			if err != nil || want == "" {
				want = was.State
			}
			if c.State != want {
				t.Fatalf("%s leads from %s to %s, want %s", s.name, was.State, c.State, want)
			}
			if grown := len(c.Events()) - events; grown != btoi(err == nil) {
				t.Fatalf("%s tells %d times", s.name, grown)
			}
			if bad := kept(c); bad != "" {
				t.Fatalf("%s leaves an entry that cannot be kept (%s): %+v", s.name, bad, c)
			}
		}
	})
}

func contains(list []ChampionState, s ChampionState) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func btoi(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestWhoMayNominateWhom(t *testing.T) {
	roled := standing()
	roled.HoldsRole = true
	there := standing()
	there.Current = &Champion{State: ChampionInvited, Terms: NoTerms()}
	nowhere := standing()
	nowhere.Department = 0
	n := Nomination{Email: "tomas@example.com", Because: "  Helps everybody  "}
	for name, tc := range map[string]struct {
		do   func(Nomination) (Champion, error)
		want fault.Kind // "" when it works
		to   ChampionState
	}{
		"a lead": {func(n Nomination) (Champion, error) {
			return n.Nominate(lead, standing(), registerNow, registerToday)
		}, "", ChampionNominated},
		"a lead, of who holds the role": {func(n Nomination) (Champion, error) {
			return n.Nominate(lead, roled, registerNow, registerToday)
		}, "", ChampionActive},
		"a lead, of somebody invited": {func(n Nomination) (Champion, error) {
			return n.Nominate(lead, there, registerNow, registerToday)
		}, fault.Conflict, ""},
		"a lead, nowhere": {func(n Nomination) (Champion, error) {
			return n.Nominate(lead, nowhere, registerNow, registerToday)
		}, fault.Invalid, ""},
		"no lead": {func(n Nomination) (Champion, error) {
			return n.Nominate(someone, standing(), registerNow, registerToday)
		}, fault.Forbidden, ""},
		"oneself":                {func(n Nomination) (Champion, error) { return n.Offer(tomas, standing(), registerNow) }, "", ChampionNominated},
		"oneself, a champion":    {func(n Nomination) (Champion, error) { return n.Offer(tomas, roled, registerNow) }, fault.Conflict, ""},
		"oneself, somebody else": {func(n Nomination) (Champion, error) { return n.Offer(someone, standing(), registerNow) }, fault.Forbidden, ""},
		"oneself, nobody":        {func(n Nomination) (Champion, error) { return n.Offer(identity.Actor{}, Standing{}, registerNow) }, fault.Forbidden, ""},
		"the manager":            {func(n Nomination) (Champion, error) { return n.Propose(someone, standing(), registerNow) }, "", ChampionNominated},
		"not the manager":        {func(n Nomination) (Champion, error) { return n.Propose(tomas, standing(), registerNow) }, fault.NotFound, ""},
		"a manager without an address": {func(n Nomination) (Champion, error) {
			return n.Propose(identity.Actor{Account: 9}, Standing{Person: 7, Department: 4}, registerNow)
		}, fault.NotFound, ""},
		"registered": {func(n Nomination) (Champion, error) {
			return n.Register(lead, standing(), NoTerms(), registerNow, registerToday)
		}, "", ChampionActive},
		"registered once invited": {func(n Nomination) (Champion, error) {
			return n.Register(lead, there, NoTerms(), registerNow, registerToday)
		}, "", ChampionActive},
		"registered by an owner": {func(n Nomination) (Champion, error) {
			return n.Register(someone, standing(), NoTerms(), registerNow, registerToday)
		}, fault.Forbidden, ""},
	} {
		c, err := tc.do(n)
		if tc.want != "" {
			if !fault.Is(err, tc.want) {
				t.Errorf("%s: %v, want %s", name, err, tc.want)
			}
			continue
		}
		if err != nil || c.State != tc.to || len(c.Events()) != 1 || (tc.to == ChampionActive) != (c.Since == registerToday) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

func TestTermsAreChecked(t *testing.T) {
	today := registerToday
	for field, change := range map[string]func(*Terms){
		"leaves_on":      func(t *Terms) { t.LeavesOn = today - 1 },
		"early_access":   func(t *Terms) { t.EarlyAccess = day.Of(1999, 1, 1) },
		"agreed_minutes": func(t *Terms) { t.AgreedMinutes = 2401 },
		"since":          func(t *Terms) { t.Since = today + 1 },
	} {
		c := Champion{State: ChampionNominated, Terms: NoTerms()}
		terms := NoTerms()
		change(&terms)
		err := c.Agree(lead, terms, today)
		var f *fault.Error
		if !fault.Is(err, fault.Invalid) || !asFault(err, &f) || f.Fields[field] == "" || len(f.Fields) != 1 || c.State != ChampionNominated {
			t.Errorf("%s: %v", field, err)
		}
	}
	c := Champion{State: ChampionActive, Terms: Terms{Since: today - 90, EarlyAccess: day.None, LeavesOn: today - 3}}
	if err := c.Change(lead, Terms{Since: day.None, EarlyAccess: today, LeavesOn: today - 3, AgreedMinutes: 120}, today); err != nil || c.Since != today-90 {
		t.Errorf("a last day that has passed cannot be kept: %v", err)
	}
	if got := c.Events()[0].Words; got != "early access Thu 19 Nov 2026; 2 hours a week" {
		t.Errorf("the history says %q", got)
	}
	if err := c.End(lead, " ", today); !fault.Is(err, fault.Invalid) {
		t.Errorf("ended without a reason: %v", err)
	}
	if err := c.End(lead, strings.Repeat("ö", 501), today); !fault.Is(err, fault.Invalid) {
		t.Errorf("ended with a speech: %v", err)
	}
}

func asFault(err error, f **fault.Error) bool {
	e, ok := err.(*fault.Error)
	*f = e
	return ok
}

func TestAnExpiredLinkAnswersLikeAForeignOne(t *testing.T) {
	c := Champion{Email: "TOMAS@example.com", State: ChampionInvited, InviteExpires: registerNow.Add(InvitationHolds), Terms: NoTerms()}
	foreign := c.Invites(someone, registerNow)
	late := c.Invites(tomas, registerNow.Add(InvitationHolds))
	used := (&Champion{Email: "tomas@example.com", State: ChampionActive}).Invites(tomas, registerNow)
	if foreign == nil || foreign != late || foreign != used {
		t.Errorf("%v, %v, %v", foreign, late, used)
	}
	if err := c.Invites(tomas, registerNow.Add(InvitationHolds-time.Second)); err != nil {
		t.Errorf("the last second: %v", err)
	}
}
