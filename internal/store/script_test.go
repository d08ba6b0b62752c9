package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// script stands in for the API where a test has to say exactly what it answers.
// Every slice of facts of a unit is a page; a unit that is not named is one empty page.
type script struct {
	pages   map[string][]pull.Facts                              // "source key" -> its pages
	fail    map[string]error                                     // "source key" -> what asking for its first page gives
	answer  func(u pull.Unit, cursor string, p *pull.Page) error // last word on a page; may be nil
	fetched map[string]int                                       // "source key cursor" -> how often it was asked for
}

func newScript() *script {
	return &script{pages: map[string][]pull.Facts{}, fail: map[string]error{}, fetched: map[string]int{}}
}

func name(u pull.Unit) string { return string(u.Source) + " " + u.Key }

func (s *script) Fetch(_ context.Context, u pull.Unit, cursor string) (pull.Page, error) {
	s.fetched[name(u)+" "+cursor]++
	if err := s.fail[name(u)]; err != nil {
		return pull.Page{}, err
	}
	no := 0
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil {
			return pull.Page{}, &pull.Failure{Reason: pull.Refused, Say: "No such cursor."}
		}
		no = n
	}
	p := pull.Page{RequestID: "req_" + cursor}
	if list := s.pages[name(u)]; no < len(list) {
		p.Facts = list[no]
		p.Facts.Rows = rowsOf(list[no])
		if no+1 < len(list) {
			p.Next = strconv.Itoa(no + 1)
		}
	}
	body, err := json.Marshal(p.Facts)
	p.Body = body
	if err == nil && s.answer != nil {
		err = s.answer(u, cursor, &p)
	}
	return p, err
}

func (s *script) Decode(_ pull.Unit, body []byte) (pull.Facts, error) {
	var f pull.Facts
	err := json.Unmarshal(body, &f)
	return f, err
}

func rowsOf(f pull.Facts) int {
	return len(f.Members) + len(f.Usage) + len(f.Groups) + len(f.GroupMembers) + len(f.Features) + len(f.Summaries)
}

// day4 is the day on which the scripted pulls run: three days can be asked for.
var day4 = pull.FirstDay + 3

func usage(id, email string, a adoption.Activity) adoption.Usage {
	return adoption.Usage{UserID: id, Email: email, Activity: a}
}

func worked(sessions adoption.Count) adoption.Activity {
	return adoption.Activity{SignedIn: true, Sessions: sessions, Actions: 3 * sessions, Messages: 0, DispatchTurns: adoption.Unreported,
		Connectors: 1, Skills: 0, Plugins: adoption.Unreported}
}

func listed(ids ...string) pull.Facts {
	var f pull.Facts
	for _, id := range ids {
		f.Members = append(f.Members, access.Member{UserID: id, Email: id + "@example.com", Role: "user", AddedAt: day4.Time()})
	}
	return f
}

func used(rows ...adoption.Usage) pull.Facts { return pull.Facts{Usage: rows} }

func many(n int) pull.Facts {
	var f pull.Facts
	for i := range n {
		id := fmt.Sprintf("user_%03d", i)
		f.Usage = append(f.Usage, usage(id, id+"@example.com", worked(1)))
	}
	return f
}

func runAt(t *testing.T, s *store.Store, up pull.Upstream, now func() time.Time, sources ...pull.Source) pull.Report {
	t.Helper()
	return sync(t, s, up, pull.Options{Now: now, Sources: sources})
}

func stateOf(t *testing.T, r pull.Report, src pull.Source) pull.State {
	t.Helper()
	for _, st := range r.States {
		if st.Source == src {
			return st
		}
	}
	t.Fatalf("the report has no %s", src)
	return pull.State{}
}

func fact[T any](t *testing.T, s *store.Store, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := s.Pool().QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPeopleKeepTheirOrdinals(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["members list"] = []pull.Facts{listed("user_c", "user_a"), listed("user_b")}
	up.pages["users 2026-01-01"] = []pull.Facts{used(usage("user_z", "z@example.com", worked(1)), usage("user_a", "user_a@example.com", worked(2)), usage("user_y", "", worked(3)))}
	runAt(t, s, up, at(day4), pull.Members, pull.Users)
	const people = "select string_agg(ord || user_id || listed::int || deleted::int || coalesce(email, '-'), ' ' order by ord) from member"
	if got, want := fact[string](t, s, people), "0user_a10user_a@example.com 1user_b10user_b@example.com 2user_c10user_c@example.com 3user_y01- 4user_z00z@example.com"; got != want {
		t.Errorf("people are\n%s, want\n%s", got, want)
	}

	up.pages["members list"] = []pull.Facts{listed("user_c", "user_d")}
	up.pages["users 2026-01-02"] = []pull.Facts{used(usage("user_a", "new@example.com", worked(1)), usage("user_z", "", worked(1)), usage("user_c", "", worked(1)))}
	runAt(t, s, up, at(day4), pull.Members, pull.Users)
	if got, want := fact[string](t, s, people), "0user_a00new@example.com 1user_b00user_b@example.com 2user_c10user_c@example.com 3user_y01- 4user_z01- 5user_d10user_d@example.com"; got != want {
		t.Errorf("later, people are\n%s, want\n%s", got, want)
	}
	x := indexOf(t, s)
	if len(x.Members) != 6 || x.Members[0].Listed || !x.Members[5].Listed || x.Members[5].Added != day4 {
		t.Errorf("the index says %+v", x.Members)
	}
}

func TestNullsUnifiedAndIdlePeople(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	unified := worked(5)
	unified.Unified = true
	idle := adoption.Activity{Sessions: 0, Actions: 0, Messages: adoption.Unreported, DispatchTurns: adoption.Unreported, Connectors: 0, Skills: adoption.Unreported, Plugins: adoption.Unreported}
	chat := idle
	chat.SignedIn = true
	up.pages["users 2026-01-01"] = []pull.Facts{used(usage("user_a", "a@x", unified), usage("user_b", "b@x", idle)), used(usage("user_c", "c@x", chat), usage("user_a", "a@x", worked(6)))}
	up.pages["users 2026-01-02"] = []pull.Facts{used(usage("user_a", "a@x", unified))}
	runAt(t, s, up, at(day4), pull.Users)
	got := fact[string](t, s, `select string_agg(concat_ws(',', extract(day from day), member, coalesce(sessions, -1), coalesce(messages, -1), coalesce(plugins, -1), unified), ' ' order by day, member) from usage_day`)
	if want := "1,0,6,0,-1,f 1,2,0,-1,-1,f 2,0,5,0,-1,t"; got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
	x := indexOf(t, s)
	first := x.Days[0]
	if first.SignedIn.Count() != 2 || first.Active.Count() != 1 || first.SessionsKnown.Count() != 3 || first.ConnectorsKnown.Count() != 3 || first.PluginsKnown.Count() != 0 || first.SkillsKnown.Count() != 1 {
		t.Errorf("sets of the first day: %+v", first)
	}
	if x.Days[1].Unified.Count() != 1 || len(x.Days) != 3 || x.Through != day4-1 {
		t.Errorf("%d days through %s, unified on the second %d", len(x.Days), x.Through, x.Days[1].Unified.Count())
	}
	if _, err := s.Pool().Exec(t.Context(), `update day_index set active = '' where day = '2026-01-01'`); err != nil {
		t.Fatal(err)
	}
	if days := reindexed(t, s); len(days) != 1 {
		t.Errorf("made anew: %v", days)
	}
	if again := indexOf(t, s).Days[0]; again.SessionsKnown.Count() != 3 {
		t.Error("making the sets anew forgot who reported zeros")
	}
}

func TestVanishedRowsVanish(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["users 2026-01-01"] = []pull.Facts{used(usage("user_a", "a@x", worked(1)), usage("user_b", "b@x", worked(1)))}
	up.pages["skills 2026-01-01"] = []pull.Facts{{Features: []adoption.Feature{{Key: "one", Kind: adoption.Skill}, {Key: "two", Kind: adoption.Skill}}}}
	up.pages["groups list"] = []pull.Facts{{Groups: []access.Group{{ID: "g1", Name: "One", RolesKnown: true, RoleIDs: []string{"r1"}}, {ID: "g2", Name: "Two"}}}}
	up.pages["groups g1"] = []pull.Facts{{GroupMembers: []access.GroupMember{{GroupID: "g1", UserID: "user_a"}, {GroupID: "g1", UserID: "user_b"}}}}
	sources := []pull.Source{pull.Groups, pull.Users, pull.Skills}
	runAt(t, s, up, at(day4), sources...)
	if g := indexOf(t, s).Groups; len(g) != 2 || g[0].Members.Count() != 2 {
		t.Fatalf("groups are %+v", g)
	}
	up.pages["users 2026-01-01"] = []pull.Facts{used(usage("user_b", "b@x", worked(1)))}
	up.pages["skills 2026-01-01"] = []pull.Facts{{Features: []adoption.Feature{{Key: "two", Kind: adoption.Skill}}}}
	up.pages["groups list"] = []pull.Facts{{Groups: []access.Group{{ID: "g1", Name: "One", RolesKnown: false}}}}
	up.pages["groups g1"] = []pull.Facts{{GroupMembers: []access.GroupMember{{GroupID: "g1", UserID: "user_b"}}}}
	runAt(t, s, up, at(day4), sources...)
	x := indexOf(t, s)
	if x.Days[0].Active.Count() != 1 || len(x.Groups) != 1 || x.Groups[0].Members.Count() != 1 {
		t.Errorf("the index kept what is gone: %+v %+v", x.Days[0], x.Groups)
	}
	if n := fact[int](t, s, "select count(*) from feature_day"); n != 1 {
		t.Errorf("%d features, want 1", n)
	}
	if n := fact[int](t, s, "select count(*) from rbac_group_role"); n != 1 {
		t.Errorf("roles that are unknown for the moment were dropped: %d left", n)
	}
	if n := fact[int](t, s, "select count(*) from unit_done where source = 'groups'"); n != 2 {
		t.Errorf("%d units of groups are remembered, want 2", n)
	}
}

func TestTooRecentMovesTheWatermark(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	tooRecent := &pull.Failure{Reason: pull.TooRecent, Say: "not yet"}
	up.fail["users 2026-01-02"] = tooRecent
	up.fail["summaries 2026-01-01..2026-01-03"] = &pull.Failure{Reason: pull.TooRecent, Latest: pull.FirstDay, Say: "not yet"}
	report := runAt(t, s, up, at(day4), pull.Users, pull.Summaries)
	for _, src := range []pull.Source{pull.Users, pull.Summaries} {
		if st := stateOf(t, report, src); st.Status != pull.Complete || st.Through != pull.FirstDay || st.Done != st.Total {
			t.Errorf("%s: %+v", src, st)
		}
	}
	if up.fetched["users 2026-01-03 "] != 0 {
		t.Error("a later day was asked for")
	}
	if through := indexOf(t, s).Through; through != pull.FirstDay {
		t.Errorf("data through %s", through)
	}
}

func TestOnlyDaysThatWereAskedForHoldTheDataUp(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	pullDays := func(from, to day.Date) {
		sync(t, s, up, pull.Options{Now: at(day4 + 20), Sources: []pull.Source{pull.Users}, From: &from, To: &to})
	}
	pullDays(day4, day4+2)
	pullDays(day4+8, day4+9)
	if through := indexOf(t, s).Through; through != day4+9 {
		t.Errorf("days nobody asked for hold the data at %s, want %s", through, day4+9)
	}
	up.fail["users "+(day4+5).String()] = &pull.Failure{Reason: pull.BadAnswer, Say: "not JSON"}
	pullDays(day4+3, day4+7)
	if through := indexOf(t, s).Through; through != day4+4 {
		t.Errorf("a day that failed leaves the data at %s, want %s", through, day4+4)
	}
	delete(up.fail, "users "+(day4+5).String())
	pullDays(day4+5, day4+5)
	if through := indexOf(t, s).Through; through != day4+9 {
		t.Errorf("every synced day is complete, but the data ends at %s", through)
	}
}

func TestShrunkenDayIsRefusedUntilItStays(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["users 2026-01-01"] = []pull.Facts{many(60)}
	runAt(t, s, up, at(day4), pull.Users)
	up.pages["users 2026-01-01"] = []pull.Facts{many(30)}
	for range 2 {
		st := stateOf(t, runAt(t, s, up, at(day4), pull.Users), pull.Users)
		if st.Status != pull.Failing || st.Reason != pull.BadAnswer || st.Through != day4-1 {
			t.Fatalf("a day that lost half its rows: %+v", st)
		}
	}
	if n := indexOf(t, s).Days[0].Active.Count(); n != 60 {
		t.Errorf("%d people are active after a refused reading, want 60", n)
	}
	if up.fetched["users 2026-01-01 "] != 5 {
		t.Errorf("the day was read %d times, want 1 and twice 2", up.fetched["users 2026-01-01 "])
	}
	st := stateOf(t, runAt(t, s, up, at(day4+1), pull.Users), pull.Users)
	if n := indexOf(t, s).Days[0].Active.Count(); n != 30 || st.Status != pull.Complete {
		t.Errorf("the next day %d people are active, state %+v; want the same count believed", n, st)
	}
}

func TestCursorLoopIsAFailure(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["users 2026-01-02"] = []pull.Facts{many(3), many(6)}
	up.answer = func(u pull.Unit, cursor string, p *pull.Page) error {
		if u.Key == "2026-01-02" && cursor == "1" {
			p.Next = "1"
		}
		return nil
	}
	st := stateOf(t, runAt(t, s, up, at(day4), pull.Users), pull.Users)
	if st.Status != pull.Failing || st.Reason != pull.BadAnswer {
		t.Errorf("state %+v", st)
	}
	if x := indexOf(t, s); x.Through != pull.FirstDay || len(x.Days) != 2 {
		t.Errorf("through %s with %d days; the good days around the bad one should be there", x.Through, len(x.Days))
	}
	up.answer = nil
	if st := stateOf(t, runAt(t, s, up, at(day4), pull.Users), pull.Users); st.Status != pull.Complete || st.Through != day4-1 || st.Say != "" {
		t.Errorf("after the cure: %+v", st)
	}
}

func TestExpiredCursorStartsTheUnitAgain(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["users 2026-01-01"] = []pull.Facts{many(10), many(20), many(30)}
	stop := &pull.Failure{Reason: pull.Unreachable, Say: "away"}
	up.answer = func(u pull.Unit, cursor string, _ *pull.Page) error {
		if u.Key == "2026-01-01" && cursor == "2" {
			return stop
		}
		return nil
	}
	runAt(t, s, up, at(day4), pull.Users)
	if n := fact[int](t, s, "select count(*) from raw_page where unit = '2026-01-01'"); n != 2 {
		t.Fatalf("%d pages are staged, want 2", n)
	}
	up.answer = func(u pull.Unit, cursor string, _ *pull.Page) error {
		if u.Key == "2026-01-01" && cursor == "2" && up.fetched["users 2026-01-01 "] == 1 {
			return &pull.Failure{Reason: pull.Refused, Say: "That cursor has expired."}
		}
		return nil
	}
	st := stateOf(t, runAt(t, s, up, at(day4), pull.Users), pull.Users)
	if st.Status != pull.Complete || indexOf(t, s).Days[0].Active.Count() != 30 {
		t.Errorf("state %+v, %d active", st, indexOf(t, s).Days[0].Active.Count())
	}
	if up.fetched["users 2026-01-01 "] != 2 {
		t.Errorf("the first page was read %d times, want 2", up.fetched["users 2026-01-01 "])
	}
}

func TestResumesBehindTheLastStagedPage(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["users 2026-01-01"] = []pull.Facts{many(10), many(20), many(30)}
	up.answer = func(_ pull.Unit, cursor string, _ *pull.Page) error {
		if cursor == "2" {
			return &pull.Failure{Reason: pull.Unreachable, Say: "away"}
		}
		return nil
	}
	runAt(t, s, up, at(day4), pull.Users)
	up.answer = nil
	runAt(t, s, up, at(day4), pull.Users)
	if up.fetched["users 2026-01-01 "] != 1 || up.fetched["users 2026-01-01 1"] != 1 {
		t.Errorf("staged pages were fetched again: %v", up.fetched)
	}
	if n := indexOf(t, s).Days[0].Active.Count(); n != 30 {
		t.Errorf("%d active, want 30", n)
	}
}

func TestOneWorkerAtATime(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	held, err := s.Hold(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	other := pull.Service{Up: newScript(), Keep: store.New(dbtest.Pool(t, dbtest.URL(t)), nil)}
	if _, err := other.Run(context.Background(), pull.Options{Now: at(day4)}); err != pull.ErrRunning {
		t.Errorf("a second worker got %v", err)
	}
	held.Release()
	if _, err := other.Run(context.Background(), pull.Options{Now: at(day4)}); err != nil {
		t.Errorf("after release: %v", err)
	}
}

func TestLostHoldStopsTheRun(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	var cut atomic.Bool
	up.answer = func(u pull.Unit, _ string, _ *pull.Page) error {
		if u.Source == pull.Users && cut.CompareAndSwap(false, true) {
			fact[bool](t, s, "select bool_or(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'groundswell pull' and datname = current_database()")
		}
		return nil
	}
	svc := pull.Service{Up: up, Keep: s}
	if _, err := svc.Run(context.Background(), pull.Options{Now: at(day4)}); err == nil {
		t.Error("a run without its lock went on")
	}
	if n := fact[int](t, s, "select count(*) from unit_done where source = 'users'"); n != 0 {
		t.Errorf("%d days were published without the right to", n)
	}
	runAt(t, s, up, at(day4))
}

func TestAnAPIThatIsAwayIsAskedLittle(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	asked := map[pull.Source]bool{}
	up.answer = func(u pull.Unit, _ string, _ *pull.Page) error {
		asked[u.Source] = true
		return &pull.Failure{Reason: pull.Unreachable, Say: "No answer."}
	}
	report := runAt(t, s, up, at(day4))
	if len(asked) != 4 {
		t.Errorf("%d sources were asked, want two of each half: %v", len(asked), asked)
	}
	for _, st := range report.States {
		if st.Status != pull.Failing || st.Reason != pull.Unreachable || st.FailingSince.IsZero() {
			t.Errorf("%s: %+v", st.Source, st)
		}
	}
	since := report.States[0].FailingSince
	again := runAt(t, s, up, at(day4+1))
	if !again.States[0].FailingSince.Equal(since) {
		t.Errorf("failing since %s became %s", since, again.States[0].FailingSince)
	}
}

func TestAnotherTaskThresholdDecidesEveryDayAnew(t *testing.T) {
	ctx := context.Background()
	keys, _ := seal.Random()
	s := store.New(dbtest.New(t), keys)
	up := newScript()
	up.pages["users 2026-01-01"] = []pull.Facts{used(usage("user_a", "a@x", worked(1)), usage("user_b", "b@x", worked(4)))}
	runAt(t, s, up, at(day4), pull.Users)
	set, err := s.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n := indexOf(t, s).Days[0].Tasked.Count(); n != 2 {
		t.Fatalf("%d task days, want 2", n)
	}
	rate, err := adoption.ParseUSD("87.5")
	if err != nil {
		t.Fatal(err)
	}
	was := set
	set.TaskMinActions, set.HourlyRate = 10, &rate
	if err := s.SaveSettings(ctx, identity.Operator(), was, set, time.Now()); err != nil {
		t.Fatal(err)
	}
	x := indexOf(t, s)
	if n := x.Days[0].Tasked.Count(); n != 1 || x.Settings.TaskMinActions != 10 || x.Settings.HourlyRate.USD() != "87.50" {
		t.Errorf("%d task days under %+v", n, x.Settings)
	}
	up.pages["users 2026-01-02"] = up.pages["users 2026-01-01"]
	runAt(t, s, up, at(day4), pull.Users)
	if n := indexOf(t, s).Days[1].Tasked.Count(); n != 1 {
		t.Errorf("a day landed later has %d task days, want 1", n)
	}
	if wrong, err := s.VerifyIndex(ctx); err != nil || len(wrong) > 0 {
		t.Error(err, wrong)
	}
}

func TestAnotherProcessIsSeen(t *testing.T) {
	reader := store.New(dbtest.New(t), nil)
	if x := indexOf(t, reader); x.Through.Known() || len(x.Days) != 0 {
		t.Fatalf("an empty organization: %+v", x)
	}
	writer := store.New(dbtest.Pool(t, dbtest.URL(t)), nil)
	up := newScript()
	up.pages["users 2026-01-01"] = []pull.Facts{many(3)}
	runAt(t, writer, up, at(day4), pull.Users)
	for end := time.Now().Add(5 * time.Second); ; {
		x := indexOf(t, reader)
		if x.Through == day4-1 && len(x.Members) == 3 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("after five seconds the other process still sees %s and %d members", x.Through, len(x.Members))
		}
	}
	if a, b := indexOf(t, reader), indexOf(t, reader); a != b {
		t.Error("an unchanged index was made anew")
	}
}
