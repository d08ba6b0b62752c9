package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// TestALargeInventory imports 100,000 machines, of which a fifth has no app and
// some belong to nobody, and finds them again by page.
func TestALargeInventory(t *testing.T) {
	const size, strangers = 100_000, 500
	keys, _ := seal.Random()
	s := store.New(dbtest.New(t), keys)
	var roster, machines strings.Builder
	roster.WriteString("email,department,wave\n")
	machines.WriteString("device,email,platform,app_version,last_seen\n")
	for i := range size {
		version := "1.4.210"
		if i%5 == 0 {
			version = ""
		}
		owner := fmt.Sprintf("p%06d@example.com", i)
		if i < size-strangers {
			fmt.Fprintf(&roster, "%s,D%d,W%d\n", owner, i%20, i%3)
		}
		fmt.Fprintf(&machines, "LT-%06d,%s,windows,%s,2026-11-18\n", i, owner, version)
	}
	now, lead := at(checkDay)(), identity.Operator()
	if _, err := (&people.Service{Keeper: s}).Apply(t.Context(), lead, sheet.File{Body: strings.NewReader(roster.String())}, sheet.Options{}, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(t.Context(), `insert into member (ord, user_id, email, listed) select id, 'u' || id, email, true from person; analyze`); err != nil {
		t.Fatal(err)
	}
	svc := &rollout.Devices{Keeper: s}
	file := func() sheet.File {
		return sheet.File{Name: "inventory.csv", Body: strings.NewReader(machines.String())}
	}
	d, err := svc.Apply(t.Context(), lead, file(), sheet.Options{}, now)
	if err != nil || d.New != size-strangers || d.Strangers.Count != strangers || d.Bad != 0 {
		t.Fatalf("%d new, %d left out, %d bad: %v", d.New, d.Strangers.Count, d.Bad, err)
	}
	if d, err = svc.Apply(t.Context(), lead, file(), sheet.Options{}, now.Add(time.Hour)); err != nil || !d.Empty() || d.Unchanged != size-strangers {
		t.Errorf("imported again: %d unchanged, %v", d.Unchanged, err)
	}
	if _, err := s.RunChecks(t.Context(), rollout.MailFacts{}, now.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	plan, err := s.Plan(t.Context())
	must(t, err)
	r := plan.Results[rollout.CheckRef{Check: rollout.CheckDevices}]
	if r.Say != "79,600 of 99,500 people have the app (80%): 19,900 missing." || !r.AsOf.Equal(now.Add(time.Hour)) {
		t.Errorf("%s, as of %s", r.Say, r.AsOf)
	}
	wave := plan.Waves[1].ID
	kinds, err := s.DeviceKinds(t.Context(), wave, checkDay)
	must(t, err)
	sum := 0
	for _, k := range kinds {
		sum += k.Devices
	}
	if len(kinds) != 2 || kinds[1].AppVersion != "" || sum != plan.Waves[1].People {
		t.Errorf("%+v of %d people", kinds, plan.Waves[1].People)
	}
	everybody := identity.Actor{Account: 1, Roles: []identity.Role{identity.Auditor}}.PeopleScope()
	found, after := 0, ""
	for pages := 0; pages == 0 || after != ""; pages++ {
		list, next, err := s.AppLackers(t.Context(), everybody, wave, after, 2000, checkDay)
		must(t, err)
		for _, l := range list {
			if l.Key <= after && after != "" || len(l.Machines) != 1 {
				t.Fatalf("behind %q comes %+v", after, l)
			}
		}
		found, after = found+len(list), next
	}
	if want := kinds[1].Devices; found != want {
		t.Errorf("%d people lack the app, want %d", found, want)
	}
	champion := identity.Actor{Account: 1, Roles: []identity.Role{identity.Champion}}.PeopleScope()
	if _, _, err := s.AppLackers(t.Context(), champion, wave, "", 25, checkDay); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a champion sees who lacks the app: %v", err)
	}
}
