package rollout_test

import (
	"strings"
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
)

var gateNow = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// ready is a gate of a kind of which everything holds.
func ready(kind rollout.GateKind) *rollout.GateCase {
	m := &gateModel{now: gateNow, kind: kind}
	m.gate = rollout.Gate{ID: 1, Kind: kind, Task: 9, PassedOn: day.None}
	if kind == rollout.GateWave {
		m.gate.Wave = 3
	}
	at := gateNow.Add(-2 * time.Hour)
	m.done, m.doneAt, m.touched = [2]bool{true, true}, [2]time.Time{at, at}, [2]time.Time{at, at}
	m.checkHolds, m.checkAt, m.runClean, m.runAt, m.copyAt = true, at, true, at, at
	m.choice, m.decidedAt = rollout.Go, at
	return &rollout.GateCase{Plan: m.plan(), Gate: m.gate}
}

func condition(t *testing.T, c *rollout.GateCase, title string) rollout.Condition {
	t.Helper()
	for _, have := range c.Conditions(gateNow) {
		if have.Title == title {
			return have
		}
	}
	t.Fatalf("no condition %q", title)
	return rollout.Condition{}
}

// Every condition says what is the case, with its number and age, and leads to where it is mended.
func TestConditionsSayWhatIsTheCase(t *testing.T) {
	const dry, exported = "Dry run: nobody loses Cowork by surprise", "Members, groups, roles and limits are exported"
	for _, c := range []struct {
		name   string
		kind   rollout.GateKind
		change func(p *rollout.Plan)
		title  string
		say    string
		url    string
		met    bool
	}{
		{"done", rollout.GateSSO, func(p *rollout.Plan) { p.Tasks[0].DoneBy = "Dana" }, "Task 1", "Done 08:00 today by Dana", "/plan/tasks/1", true},
		{"not needed", rollout.GateSSO, func(p *rollout.Plan) { p.Tasks[0].State, p.Tasks[0].Reason = rollout.NotNeeded, "one domain" }, "Task 1", "Not needed: one domain", "/plan/tasks/1", true},
		{"reopened", rollout.GateSSO, func(p *rollout.Plan) {
			p.Tasks[0].State, p.Tasks[0].Reason, p.Tasks[0].Due = rollout.Reopened, "3 groups are empty.", day.Of(2026, 11, 27)
			p.Tasks[0].Owner = rollout.Person{Name: "Dana", Email: "dana@example.com"}
		}, "Task 1", "Reopened: 3 groups are empty. Dana has it, due Fri 27 Nov", "/plan/tasks/1", false},
		{"begun", rollout.GateSSO, func(p *rollout.Plan) { p.Tasks[0].State = rollout.Doing; p.Tasks[0].Due = day.None }, "Task 1", "Begun, not done", "/plan/tasks/1", false},
		{"stale check", rollout.GateSSO, func(p *rollout.Plan) {
			p.Results[rollout.CheckRef{Check: "seats"}] = rollout.Result{Outcome: rollout.Holds, Say: "Seats for all.", AsOf: gateNow.Add(-72 * time.Hour)}
		}, "Seats cover everyone the roster will provision", "Seats for all, but that is 3 days old.", "/readiness/checks/seats", false},
		{"failing check", rollout.GateSSO, func(p *rollout.Plan) {
			p.Results[rollout.CheckRef{Check: "seats"}] = rollout.Result{Outcome: rollout.Fails, Say: "138 short.", AsOf: gateNow}
		}, "Seats cover everyone the roster will provision", "138 short.", "/readiness/checks/seats", false},
		{"nothing to judge by", rollout.GateSSO, func(p *rollout.Plan) {
			p.Results[rollout.CheckRef{Check: "seats"}] = rollout.Result{Outcome: rollout.NoneYet, Say: "No seats are known yet.", AsOf: gateNow}
		}, "Seats cover everyone the roster will provision", "No seats are known yet.", "/readiness/checks/seats", false},
		{"never checked", rollout.GateSSO, func(p *rollout.Plan) { clear(p.Results) }, "Seats cover everyone the roster will provision", "It has not been checked yet.", "/readiness/checks/seats", false},
		{"clean", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run.Members = 4056 }, dry, "Nobody of 4,056 would, as of 08:00 today", "/access", true},
		{"never ran", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run = nil }, dry, "It never ran.", "/access", false},
		{"surprise", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run.Surprise = 312 }, dry, "312 would, as of 08:00 today", "/access", false},
		{"incomplete", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run.Complete = false }, dry, "Not everything it needs was read, as of 08:00 today", "/access", false},
		{"old", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run.At = gateNow.Add(-25 * time.Hour) }, dry, "Nobody would, but it is 25 hours old. Run it again.", "/access", false},
		{"of old data", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run.AsOf = gateNow.Add(-50 * time.Hour) }, dry, "Nobody would, but what it was made from is 2 days old.", "/access", false},
		{"of no data", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Run.AsOf = time.Time{} }, dry, "a source that was never read", "/access", false},
		{"no copy", rollout.GateRoles, func(p *rollout.Plan) { p.Basis.Copy = nil }, exported, "No snapshot was ever taken.", "/access", false},
		{"old copy", rollout.GateSSO, func(p *rollout.Plan) { p.Basis.Copy.At = gateNow.Add(-47 * time.Hour) }, exported, "The snapshot of Sat 21 Nov, 11:00 is 47 hours old. Take another.", "/access", false},
		{"copy", rollout.GateSSO, func(p *rollout.Plan) { p.Basis.Copy.Members, p.Basis.Copy.Groups = 4056, 1 }, exported, "Snapshot of 08:00 today: 4,056 members, 1 group", "/access", true},
		{"undecided", rollout.GateWave, func(p *rollout.Plan) { clear(p.Readiness) }, "The wave is decided: go", "Nobody has decided yet.", "/readiness/wave/wave-1", false},
		{"no-go", rollout.GateWave, func(p *rollout.Plan) {
			p.Readiness[3] = rollout.Readiness{Decisions: []rollout.Decision{{Choice: rollout.NoGo, At: gateNow, By: "Helen"}, {Choice: rollout.Go}}}
		}, "The wave is decided: go", "No-go, decided 10:00 today by Helen", "/readiness/wave/wave-1", false},
		{"asked anew", rollout.GateWave, func(p *rollout.Plan) {
			r := p.Readiness[3]
			r.AskedAt = gateNow
			p.Readiness[3] = r
		}, "The wave is decided: go", "Votes were asked for anew 10:00 today.", "/readiness/wave/wave-1", false},
		{"no architecture", rollout.GateArchitecture, func(p *rollout.Plan) { p.Rollout.ArchitectureAt = time.Time{} }, "The architecture is decided", "Nobody has recorded a decision.", "/plan/setup", false},
		{"no reason", rollout.GateArchitecture, func(p *rollout.Plan) { p.Rollout.ArchitectureReason = " " }, "The architecture is decided", "no reason yet", "/plan/setup", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := ready(c.kind)
			c.change(g.Plan)
			got := condition(t, g, c.title)
			if !strings.Contains(got.Say, c.say) || got.URL != c.url || got.Met != c.met {
				t.Errorf("%q (%s, met %t), want %q (%s, met %t)", got.Say, got.URL, got.Met, c.say, c.url, c.met)
			}
			err := g.Approve(gateActors[0], gateNow)
			if c.met != (err == nil) || !c.met && !strings.Contains(fault.Say(err), c.title) {
				t.Errorf("an approval while met is %t: %v", c.met, err)
			}
		})
	}
}

func TestConditionsOfOneTitleAreToldApart(t *testing.T) {
	g := ready(rollout.GateSSO)
	g.Plan.Tasks[0].Title, g.Plan.Tasks[1].Title = "Two approvals", "Two approvals"
	seen := map[string]bool{}
	for _, c := range g.Conditions(gateNow) {
		if seen[c.Title] {
			t.Errorf("two conditions are called %q", c.Title)
		}
		seen[c.Title] = true
	}
	g.Plan.Tasks = g.Plan.Tasks[:2]
	if cs := g.Conditions(gateNow); cs[0].Met || g.Approve(gateActors[0], gateNow) == nil {
		t.Error("a gate without its task can be approved")
	}
}

// What is refused says why, and changes nothing.
func TestGatesRefuseInWords(t *testing.T) {
	c := ready(rollout.GateRoles)
	ines, dana, tomas, token := gateActors[0], gateActors[1], gateActors[4], gateActors[6]
	refused := func(err error, kind fault.Kind, say string) {
		t.Helper()
		if !fault.Is(err, kind) || !strings.Contains(fault.Say(err), say) {
			t.Errorf("%v, want %s %q", err, kind, say)
		}
	}
	refused(c.Approve(tomas, gateNow), fault.Forbidden, "approved by rollout leads and owners")
	refused(c.Approve(token, gateNow), fault.Forbidden, "an account of their own")
	refused(c.Open(dana, gateNow), fault.Forbidden, "opened by rollout leads")
	refused(c.Open(ines, gateNow), fault.Invalid, "this condition does not hold: Two approvals.")
	refused(c.Withdraw(dana, gateNow), fault.Conflict, "no approval of yours")
	refused(c.Record(dana, day.FromTime(gateNow), gateNow), fault.Invalid, "the gate is not open")
	if err := c.Approve(ines, gateNow); err != nil {
		t.Fatal(err)
	}
	refused(c.Approve(ines, gateNow.Add(time.Hour)), fault.Conflict, "somebody else’s")
	refused(c.Approve(gateActors[3], gateNow.Add(time.Hour)), fault.Conflict, "somebody else’s")
	if err := c.Approve(dana, gateNow.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	refused(c.Override(ines, "", "", gateNow.Add(time.Hour)), fault.Conflict, "Every condition holds")
	open := gateNow.Add(2 * time.Hour)
	if err := c.Open(ines, open); err != nil || c.State(open) != rollout.GateOpen || c.Until() != "Tue 24 Nov, 12:00" {
		t.Fatalf("opened: %v, %s until %s", err, c.State(open), c.Until())
	}
	refused(c.Open(ines, open), fault.Conflict, "open already, until Tue 24 Nov, 12:00")
	today := day.FromTime(open)
	for on, say := range map[day.Date]string{day.None: "which day", today + 1: "has not come yet", today - 1: "opened on Mon 23 Nov"} {
		refused(c.Record(dana, on, open), fault.Invalid, say)
	}
	refused(c.Record(dana, today+1, open.Add(24*time.Hour)), fault.Invalid, "the gate is not open")
	c.Plan.Basis.Run.Surprise, c.Plan.Basis.UncleanAt = 3, open.Add(time.Minute)
	refused(c.Record(dana, today, open.Add(time.Hour)), fault.Invalid, "The gate was shut: this condition does not hold: Dry run")
	c.Plan.Basis.Run.Surprise = 0
	refused(c.Record(dana, today, open.Add(time.Hour)), fault.Invalid, "a condition failed meanwhile")
	c.Plan.Basis.UncleanAt = time.Time{}
	if err := c.Record(dana, today, open.Add(time.Hour)); err != nil || c.Gate.PassedBy.Name != "Dana" || c.Gate.PassedOn != today {
		t.Fatalf("recorded: %v, %+v", err, c.Gate)
	}
	for _, err := range []error{c.Record(dana, today, open), c.Open(ines, open), c.Approve(ines, open), c.Withdraw(ines, open), c.Override(ines, "", "", open)} {
		refused(err, fault.Conflict, "passed already")
	}
	if n := len(c.Gate.Events()); n != 4 {
		t.Errorf("%d events for two approvals, an opening and a record", n)
	}
}

func TestOverridesNameWhatIsWrongWithThem(t *testing.T) {
	c := ready(rollout.GateWave)
	c.Plan.Tasks[0].State = rollout.Open
	phrase, reason := "open without conditions: open wave 1", "The vendor withdraws the old way on Tuesday."
	for _, typed := range []struct{ phrase, reason, field string }{
		{"open without conditions", reason, "phrase"}, {strings.ToUpper(phrase), reason, "phrase"}, {phrase, "because   of      that", "reason"}, {phrase, strings.Repeat("x", 1001), "reason"},
	} {
		var f *fault.Error
		err := c.Override(gateActors[0], typed.phrase, typed.reason, gateNow)
		if f, _ = err.(*fault.Error); f == nil || len(f.Fields) != 1 || f.Fields[typed.field] == "" {
			t.Errorf("%+v: %v", typed, err)
		}
	}
	if err := c.Override(gateActors[1], phrase, reason, gateNow); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an owner overrides: %v", err)
	}
	if err := c.Override(gateActors[0], " "+phrase+" ", reason, gateNow); err != nil {
		t.Fatal(err)
	}
	o := c.Gate.Override
	if o == nil || strings.Join(o.Failed, ",") != "Task 1,Two approvals" || c.State(gateNow) != rollout.GateOpen {
		t.Fatalf("%+v, %s", o, c.State(gateNow))
	}
	if say := c.Gate.Events()[0].Say; !strings.Contains(say, reason) || !strings.Contains(say, "Not holding: Task 1; Two approvals.") {
		t.Errorf("the history says %q", say)
	}
	c.Plan.Tasks[1].State = rollout.Reopened
	if c.State(gateNow) != rollout.GateLocked {
		t.Error("what failed after the override does not shut the gate")
	}
}

func TestAlarmsAreSeenOnce(t *testing.T) {
	c := ready(rollout.GateSSO)
	c.Gate.Alarms = []rollout.Alarm{{ID: 7, Kind: rollout.AlarmSignIns, Say: "Nobody signed in."}}
	was := c.Gate.Alarms
	if err := c.See(8, gateActors[1], gateNow); !fault.Is(err, fault.NotFound) {
		t.Errorf("another alarm: %v", err)
	}
	if err := c.See(7, gateActors[5], gateNow); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an auditor: %v", err)
	}
	for range 2 {
		if err := c.See(7, gateActors[1], gateNow); err != nil {
			t.Fatal(err)
		}
	}
	if c.Gate.Alarms[0].SeenBy.Name != "Dana" || len(c.Gate.Events()) != 1 || !was[0].SeenAt.IsZero() {
		t.Errorf("%+v, events %d", c.Gate.Alarms[0], len(c.Gate.Events()))
	}
}

// watched is a plan whose gate of a kind was passed on Mon 9 Nov, with a member
// signing in and using Cowork on each day from 26 Oct to 27 Nov that on allows.
func watched(kind rollout.GateKind, members int, on func(d day.Date, member int32) bool) (*rollout.Plan, rollout.Gate, *adoption.Index) {
	c := ready(kind)
	g := c.Gate
	g.PassedOn, g.PassedAt = day.Of(2026, 11, 9), time.Date(2026, 11, 9, 9, 0, 0, 0, time.UTC)
	x := &adoption.Index{First: day.Of(2026, 10, 1), Through: day.Of(2026, 11, 20)}
	for m := range members {
		x.Members = append(x.Members, adoption.Member{Listed: true})
		x.Placements = append(x.Placements, adoption.Placement{Member: int32(m), From: day.None, Wave: "Wave 1"})
	}
	for d := day.Of(2026, 10, 26); d <= day.Of(2026, 11, 27); d++ {
		at := adoption.DayIndex{Day: d}
		for m := range int32(members) {
			if on(d, m) {
				at.SignedIn.Set(m)
				at.Active.Set(m)
			}
		}
		x.Days = append(x.Days, at)
	}
	return c.Plan, g, x
}

// What goes wrong after a step raises an alarm; what is usual raises none.
func TestAlarmsAfterAStep(t *testing.T) {
	passed := day.Of(2026, 11, 9)
	all := func(day.Date, int32) bool { return true }
	before := func(d day.Date, _ int32) bool { return d <= passed }
	few := func(d day.Date, m int32) bool { return d <= passed || m < 9 }
	var lost adoption.Bits
	lost.Set(3)
	lost.Set(200)
	later := time.Date(2026, 11, 12, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		kind    rollout.GateKind
		members int
		on      func(day.Date, int32) bool
		lostAt  time.Time
		change  func(p *rollout.Plan, x *adoption.Index)
		want    string
	}{
		{"as usual", rollout.GateSSO, 20, all, later, nil, ""},
		{"nobody", rollout.GateSSO, 20, before, later, nil, "Nobody signed in on Fri 20 Nov; 20 did on the same weekday before."},
		{"fewer than half", rollout.GateSSO, 20, few, later, nil, "9 people signed in on Fri 20 Nov; 20 did on the same weekday before."},
		{"half", rollout.GateSSO, 18, few, later, nil, ""},
		{"too few to tell", rollout.GateSSO, 9, func(d day.Date, m int32) bool { return d <= passed || m < 1 }, later, nil, ""},
		{"a day off", rollout.GateSSO, 20, func(d day.Date, _ int32) bool { return d != day.Of(2026, 11, 20) }, later, func(p *rollout.Plan, _ *adoption.Index) {
			p.Rollout.Calendar.DaysOff = []day.Date{day.Of(2026, 11, 20)}
		}, ""},
		{"not read yet", rollout.GateSSO, 20, before, later, func(_ *rollout.Plan, x *adoption.Index) { x.Through = passed }, ""},
		{"nothing read", rollout.GateSSO, 20, before, later, func(_ *rollout.Plan, x *adoption.Index) { x.Through = day.None }, ""},
		{"lost", rollout.GateRoles, 20, all, later, nil, "1 person who used Cowork may not any more."},
		{"lost before the step", rollout.GateRoles, 20, all, later.AddDate(0, 0, -7), nil, ""},
		{"stopped", rollout.GateRoles, 20, func(d day.Date, m int32) bool { return d <= passed || m >= 6 }, time.Time{}, nil, "6 of 20 people who used Cowork before have not since."},
		{"a few stopped", rollout.GateRoles, 20, func(d day.Date, m int32) bool { return d <= passed || m >= 5 }, time.Time{}, nil, ""},
		{"too early to tell", rollout.GateRoles, 20, before, time.Time{}, func(_ *rollout.Plan, x *adoption.Index) { x.Through = passed + 6 }, ""},
		{"silence", rollout.GateWave, 20, func(d day.Date, _ int32) bool { return d < passed }, later, nil, "Nobody of 20 people in the wave has signed in since it was opened."},
		{"one came", rollout.GateWave, 20, func(d day.Date, m int32) bool { return d == passed && m == 1 }, later, nil, ""},
		{"two days are not over", rollout.GateWave, 20, func(d day.Date, _ int32) bool { return d < passed }, later, func(_ *rollout.Plan, x *adoption.Index) { x.Through = passed + 1 }, ""},
		{"a check fails", rollout.GateWave, 20, all, later, func(p *rollout.Plan, _ *adoption.Index) {
			p.Results[rollout.CheckRef{Check: "seats"}] = rollout.Result{Outcome: rollout.Fails, Say: "138 short.", RanAt: later}
		}, "After the wave was opened: 138 short."},
		{"a wave without people", rollout.GateWave, 20, before, later, func(p *rollout.Plan, _ *adoption.Index) { p.Waves = []people.Wave{{ID: 3, Name: "Wave 2"}} }, ""},
		{"an architecture", rollout.GateArchitecture, 20, before, later, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, g, x := watched(c.kind, c.members, c.on)
			if c.change != nil {
				c.change(p, x)
			}
			alarms := p.Watch(g, p.WatchFacts(g, x, lost, c.lostAt))
			got := ""
			for _, a := range alarms {
				got += a.Say
				if !a.On.Known() || a.Kind == "" {
					t.Errorf("an alarm of no day or kind: %+v", a)
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	_, g, _ := watched(rollout.GateSSO, 1, all)
	if !g.Watched(passed+28) || g.Watched(passed+29) {
		t.Error("a step is watched for 28 days")
	}
}
