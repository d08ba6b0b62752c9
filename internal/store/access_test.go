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
	org := sandbox.New(sandbox.Config{Today: thursday, Members: members})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	keys, _ := seal.Random()
	s, now := store.New(dbtest.New(t), keys), at(thursday)()
	sync(t, s, clientOf(t, srv.URL, sandbox.Key), pull.Options{
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
	return s, now
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
