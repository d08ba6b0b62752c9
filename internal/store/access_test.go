package store_test

import (
	"bytes"
	"encoding/csv"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"groundswell/internal/access"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// thursday is a day in the third week of Aldermere's pilot.
var thursday = day.Of(2026, time.November, 19)

// aldermere is the sandbox's organization in a database: its members, groups,
// roles, limits and roster, with the days its waves open.
func aldermere(t *testing.T, members int) (*store.Store, time.Time) {
	t.Helper()
	s, _, _ := aldermereOrg(t, members)
	return s, at(thursday)()
}

// aldermereOrg is aldermere with the sandbox behind it.
func aldermereOrg(t *testing.T, members int) (*store.Store, *sandbox.Org, pull.Upstream) {
	t.Helper()
	org := sandbox.New(sandbox.Config{Today: thursday, Members: members})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	keys, _ := seal.Random()
	s, now := store.New(dbtest.New(t), keys), at(thursday)()
	up := clientOf(t, srv.URL, sandbox.Key)
	sync(t, s, up, pull.Options{
		Now: at(thursday), Sources: []pull.Source{pull.Members, pull.Groups, pull.Roles, pull.Spend},
	})
	roster := [][]string{{"email", "name", "department", "wave"}}
	for _, p := range org.Directory() {
		roster = append(roster, []string{p.Email, p.Name, p.Department, p.Wave})
	}
	var file bytes.Buffer
	if err := csv.NewWriter(&file).WriteAll(roster); err != nil {
		t.Fatal(err)
	}
	service := &people.Service{Keeper: s}
	if _, err := service.Apply(t.Context(), identity.Operator(), sheet.File{Name: "roster.csv", Body: &file}, sheet.Options{}, now); err != nil {
		t.Fatal(err)
	}
	for _, w := range org.Waves() {
		if _, err := s.Pool().Exec(t.Context(), `update wave set opens_on = $2 where name = $1`, w.Name, w.Opens); err != nil {
			t.Fatal(err)
		}
	}
	return s, org, up
}

// TestEachFixEndsItsCause puts the sandbox's troubles right one after the other:
// each takes its people out at the next sync, and nobody else.
func TestEachFixEndsItsCause(t *testing.T) {
	s, org, up := aldermereOrg(t, sandbox.DefaultMembers)
	now := at(thursday)()
	if _, err := s.RunAccess(t.Context(), identity.Actor{}, now); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		fix   sandbox.Fix
		cause access.Cause
		over  int
	}{
		{sandbox.FixNested, access.Nested, 187}, {sandbox.FixUnmapped, access.Unmapped, 74}, {sandbox.FixChatOnly, access.RoleLacks, 38},
		{sandbox.FixByHand, access.ByHand, 13}, {sandbox.FixUnknown, "", 0},
	} {
		org.Fix(step.fix, true)
		sync(t, s, up, pull.Options{Now: at(thursday), Sources: []pull.Source{pull.Members, pull.Groups, pull.Roles}})
		run, err := s.RunAccess(t.Context(), identity.Actor{}, now)
		if err != nil {
			t.Fatal(err)
		}
		if c := run.Change; c.Newly() != 0 || c.Moved() != 0 || c.NoLonger() != step.over || c.Over[step.cause] != step.over {
			t.Errorf("fix %s: %+v, want %d of %s no longer", step.fix, c, step.over, step.cause)
		}
		if run.Clean() != (step.fix == sandbox.FixUnknown) {
			t.Errorf("fix %s: clean is %v with %d by surprise, missing %q", step.fix, run.Clean(), run.Surprise, run.Missing)
		}
	}
}

// TestAldermereWouldLose312 is the dry run of the mock-up.
func TestAldermereWouldLose312(t *testing.T) {
	s, now := aldermere(t, sandbox.DefaultMembers)
	if _, ok, err := s.LatestAccessRun(t.Context()); ok || err != nil {
		t.Fatalf("there is a run before the first: %v", err)
	}
	run, err := s.RunAccess(t.Context(), identity.Actor{}, now)
	if err != nil {
		t.Fatal(err)
	}
	got := map[access.Cause]int{}
	for _, c := range run.Causes {
		got[c.Cause] = c.People
	}
	want := map[access.Cause]int{access.Nested: 187, access.Unmapped: 74, access.RoleLacks: 38, access.ByHand: 13}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("causes (-want +got):\n%s", d)
	}
	if run.Members != 4056 || run.Surprise != 312 || run.Chat != 225 || run.Empty != 87 {
		t.Errorf("%d members, %d by surprise, %d keep Chat, %d nothing", run.Members, run.Surprise, run.Chat, run.Empty)
	}
	if n := run.Keeps + run.Surprise + run.Planned + run.NotKnown; n != run.Members {
		t.Errorf("outcomes are of %d people, not of %d", n, run.Members)
	}
	if run.Complete || run.NotKnown == 0 || len(run.Missing) != 1 {
		t.Errorf("the run is complete: %v, %d not known, %q", run.Complete, run.NotKnown, run.Missing)
	}
	waves := []access.Tally{{Name: "Pilot", People: 96}, {Name: "Wave 1", People: 216}}
	for i := range run.Waves {
		run.Waves[i].ID = 0
	}
	if d := cmp.Diff(waves, run.Waves); d != "" {
		t.Errorf("waves (-want +got):\n%s", d)
	}
}

// TestRunsAreKept tells what is read back, what differs from the run before, and how long people's fates are kept.
func TestRunsAreKept(t *testing.T) {
	s, now := aldermere(t, 600)
	first, err := s.RunAccess(t.Context(), identity.Actor{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(t.Context(), `update rbac_group set roles_known = true; update placement set wave = (select id from wave where name = 'Later')
		where department = (select id from department where name = 'Legal')`); err != nil {
		t.Fatal(err)
	}
	second, err := s.RunAccess(t.Context(), identity.Operator(), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if second.Change == nil || second.Change.NoLonger() != first.Surprise-second.Surprise || second.Change.NoLonger() == 0 || second.Change.Newly() != 0 {
		t.Errorf("from %d to %d by surprise: %+v", first.Surprise, second.Surprise, second.Change)
	}
	if !second.Complete || !second.Fresh(now.Add(24*time.Hour)) || second.Fresh(now.Add(26*time.Hour)) {
		t.Errorf("complete %v (%q), as of %s", second.Complete, second.Missing, second.AsOf)
	}
	read, ok, err := s.LatestAccessRun(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if d := cmp.Diff(second, read, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("read back (-kept +read):\n%s", d)
	}
	kept, err := s.AccessRoll(t.Context(), second.ID)
	if err != nil {
		t.Fatal(err)
	}
	again, err := store.New(s.Pool(), nil).AccessRoll(t.Context(), second.ID)
	if err != nil {
		t.Fatal(err)
	}
	again.Waves, again.Departments = kept.Waves, kept.Departments // without the days that waves open
	if d := cmp.Diff(kept, again); d != "" {
		t.Errorf("roll (-kept +read):\n%s", d)
	}
}

// TestSnapshotsAreWhatWasThere takes one, reads it back as a file, and runs enforcement on it.
func TestSnapshotsAreWhatWasThere(t *testing.T) {
	s, now := aldermere(t, 600)
	taken, err := s.TakeSnapshot(t.Context(), identity.Operator(), now)
	if err != nil {
		t.Fatal(err)
	}
	read, body, err := s.Snapshot(t.Context(), taken.ID)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Snapshots(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if read != taken || list[0] != taken || !taken.Fresh(now.Add(24*time.Hour)) || taken.Fresh(now.Add(25*time.Hour)) {
		t.Errorf("taken %+v, read %+v, listed %+v", taken, read, list[0])
	}
	contents, err := access.ReadSnapshot(body)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Directory(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	_, fates := access.DryRun(d, thursday)
	_, again := access.DryRun(contents.Directory(), thursday)
	if len(again) != len(fates) || len(contents.Limits) == 0 {
		t.Fatalf("%d members and %d limits in the snapshot, %d members here", len(again), len(contents.Limits), len(fates))
	}
	count := func(of []access.Fate) (n [4]int) {
		for _, f := range of {
			for i, is := range []bool{f.Cowork, f.Chat, f.Bound, f.Outcome == access.NotKnown} {
				if is {
					n[i]++
				}
			}
		}
		return n
	}
	if count(fates) != count(again) {
		t.Errorf("Cowork, Chat, bound, not known: %v here, %v in the snapshot", count(fates), count(again))
	}
	if _, err := s.Pool().Exec(t.Context(), `update access_snapshot set digest = sha256('x')`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Snapshot(t.Context(), taken.ID); err == nil {
		t.Error("a snapshot whose digest differs is handed out")
	}
}

func TestNoSnapshotOfNothing(t *testing.T) {
	keys, _ := seal.Random()
	s := store.New(dbtest.New(t), keys)
	if _, err := s.TakeSnapshot(t.Context(), identity.Operator(), noon()); !fault.Is(err, fault.Invalid) {
		t.Errorf("a snapshot before anything was read: %v", err)
	}
	run, err := s.RunAccess(t.Context(), identity.Actor{}, noon())
	if err != nil || run.Complete || run.Clean() || len(run.Missing) != 4 || !run.AsOf.IsZero() {
		t.Errorf("a run before anything was read: %+v, %v", run, err)
	}
}

// TestPagesOfPeopleAreTheList walks lists page by page, forward and back, in every order.
func TestPagesOfPeopleAreTheList(t *testing.T) {
	s, now := aldermere(t, 600)
	run, err := s.RunAccess(t.Context(), identity.Actor{}, now)
	if err != nil {
		t.Fatal(err)
	}
	roll, err := s.AccessRoll(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	scope := identity.Operator().PeopleScope()
	page := func(f access.Filter) access.PeoplePage {
		t.Helper()
		p, err := s.AccessPeople(t.Context(), scope, roll, f)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, by := range []access.Sort{access.ByActivity, access.ByName, access.ByDepartment, access.ByWave, access.ByCause} {
		f := access.Filter{Outcome: access.Surprise, Department: access.Anywhere, Wave: access.Anywhere, Sort: by, After: -1, Before: -1, Limit: 1000}
		all := page(f).People
		if len(all) != run.Surprise {
			t.Fatalf("%d people by %s, want %d", len(all), by, run.Surprise)
		}
		f.Limit = 7
		for skip := 0; skip < len(all); skip += 7 {
			p := page(f)
			want := all[skip:min(len(all), skip+7)]
			if d := cmp.Diff(want, p.People); d != "" || p.Skip != skip || p.Total != len(all) {
				t.Fatalf("by %s behind %d: skips %d of %d\n%s", by, skip, p.Skip, p.Total, d)
			}
			if skip > 0 {
				back := f
				back.After, back.Before = -1, p.Prev
				if b := page(back); cmp.Diff(all[skip-7:skip], b.People) != "" || b.Skip != skip-7 {
					t.Fatalf("by %s in front of %d: skips %d, %d people", by, skip, b.Skip, len(b.People))
				}
			}
			f.After = p.Next
		}
	}
	one := page(access.Filter{Department: access.Anywhere, Wave: access.Anywhere, After: -1, Before: -1, Limit: 5}).People[0]
	found := page(access.Filter{Search: one.Email, Department: access.Anywhere, Wave: access.Anywhere, After: -1, Before: -1, Limit: 5})
	if found.Total != 1 || found.People[0].Member != one.Member {
		t.Errorf("a search for an address finds %d", found.Total)
	}
	champion := identity.Actor{Account: 1, Roles: []identity.Role{identity.Champion}, Departments: []string{"legal"}}
	if _, err := s.AccessPeople(t.Context(), champion.PeopleScope(), roll, access.Filter{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a champion gets %v", err)
	}
	if _, err := s.AccessPerson(t.Context(), champion.PeopleScope(), one.Member); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a champion gets %v", err)
	}
}

// TestOnePersonExplained compares every person's page with the run.
func TestOnePersonExplained(t *testing.T) {
	s, now := aldermere(t, 120)
	run, err := s.RunAccess(t.Context(), identity.Actor{}, now)
	if err != nil {
		t.Fatal(err)
	}
	roll, err := s.AccessRoll(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range roll.Fates {
		p, err := s.AccessPerson(t.Context(), identity.Operator().PeopleScope(), f.Member)
		if err != nil {
			t.Fatal(err)
		}
		why := access.Explain(p.Directory, p.Directory.People[0])
		if why.Grant != f.Grant || len(why.Groups) == 0 || !p.Listed || len(p.Limits) != 1 {
			t.Errorf("%+v is explained as %+v with %d limits", f, why, len(p.Limits))
		}
	}
	if _, err := s.AccessPerson(t.Context(), identity.Operator().PeopleScope(), 99999); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody gives %v", err)
	}
}

// TestTheStrictestLimit puts people into two groups with limits, and takes everything from others.
func TestTheStrictestLimit(t *testing.T) {
	s, _ := aldermere(t, 300)
	clean, _, err := s.LimitReport(t.Context())
	if err != nil || clean.Zero != 0 || clean.Lowered != 0 || clean.Members == 0 {
		t.Fatalf("%+v, %v", clean, err)
	}
	_, err = s.Pool().Exec(t.Context(), `
		insert into rbac_group (id, name, source_type, roles_known) values ('a', 'A', 'scim', true), ('b', 'B', 'scim', true);
		insert into rbac_group_member (group_id, member) select g, m from unnest(array['a', 'b']) g, generate_series(0, 4) m;
		insert into spend_limit (id, scope, scope_id, period, amount, enabled) values
			('la', 'rbac_group', 'a', 'monthly', 2500, true), ('lb', 'rbac_group', 'b', 'monthly', 12000, true),
			('lc', 'rbac_group', 'b', 'monthly', 1, false);
		update spend_effective set scope = 'rbac_group', scope_id = 'a', amount = 2500 where member between 0 and 4;
		update spend_effective set scope = 'user', scope_id = '', amount = 100 where member = 4;
		update spend_effective set amount = 0 where member in (9, 10)`)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.LimitReport(t.Context())
	if err != nil || r.Lowered != 4 || r.Zero != 2 || len(r.Hit) != 6 {
		t.Fatalf("%d lowered, %d at zero, %d hit: %v", r.Lowered, r.Zero, len(r.Hit), err)
	}
	if first := r.Hit[0]; first.Member != 0 || !first.Lowered() || first.Caps[0].Name != "A" || first.Caps[1].Name != "B" || len(first.Caps) != 2 {
		t.Errorf("the first of them is %+v", first)
	}
	names, err := s.MemberNames(t.Context(), identity.Operator().PeopleScope(), []int32{0, 9})
	if err != nil || len(names) != 2 || names[9].Email == "" {
		t.Errorf("names: %v, %v", names, err)
	}
}
