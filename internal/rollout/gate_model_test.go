package rollout_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
)

// Whoever may come near a gate: leads, an owner, a second account of one of them, and those who may not.
var gateActors = []identity.Actor{
	{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}},
	{Account: 2, Name: "Dana", Email: "dana@example.com", Roles: []identity.Role{identity.Owner}},
	{Account: 3, Name: "Marcus", Email: "marcus@example.com", Roles: []identity.Role{identity.Lead, identity.Owner}},
	{Account: 4, Name: "Ines again", Email: "Ines@Example.com", Roles: []identity.Role{identity.Lead}},
	{Account: 5, Name: "Tomas", Email: "tomas@example.com", Roles: []identity.Role{identity.Champion}},
	{Account: 6, Name: "Priya", Email: "priya@example.com", Roles: []identity.Role{identity.Auditor}},
	{Token: 7, Name: "a token", Roles: []identity.Role{identity.Lead}},
	{},
}

// yes is an approval as the model remembers it.
type yes struct {
	by     identity.Actor
	at     time.Time
	broken bool      // something failed since
	used   time.Time // when the gate was opened on it; zero while it was not
}

// gateModel is a gate beside the world its conditions are about. What the rules
// decide is held against what the model remembers in its own, simpler way.
type gateModel struct {
	now  time.Time
	kind rollout.GateKind
	gate rollout.Gate

	done            [2]bool
	doneAt, touched [2]time.Time
	checkHolds      bool
	checkAt, failed time.Time
	runAt, unclean  time.Time
	runClean        bool
	copyAt          time.Time
	choice          rollout.Choice
	decidedAt       time.Time

	given      []yes
	openedAt   time.Time
	overridden map[string]bool // titles that the standing go-ahead does without; nil for a proper one
	broke      map[string]bool // titles that failed since the gate was opened
}

func (m *gateModel) plan() *rollout.Plan {
	p := &rollout.Plan{
		Rollout: rollout.Rollout{TimeZone: "Europe/Berlin", StartedAt: m.now, Architecture: rollout.SingleOrganization, ArchitectureReason: "One identity provider", ArchitectureAt: m.decidedAt},
		Waves:   []people.Wave{{ID: 3, Name: "Wave 1", Slug: "wave-1"}}, Readiness: map[int]rollout.Readiness{}, Gates: []rollout.Gate{m.gate},
	}
	for i := range m.done {
		t := rollout.Task{ID: rollout.TaskID(i + 1), Title: fmt.Sprint("Task ", i+1), State: rollout.Reopened}
		if m.done[i] {
			t.State, t.DoneAt = rollout.Done, m.doneAt[i]
		}
		p.Tasks = append(p.Tasks, t)
	}
	p.Tasks = append(p.Tasks, rollout.Task{ID: 9, Gate: m.kind, State: rollout.Open, WaitsFor: []rollout.TaskID{1, 2}, GateChecks: []rollout.CheckKey{rollout.CheckSeats}})
	r := rollout.Result{CheckRef: rollout.CheckRef{Check: rollout.CheckSeats}, Outcome: rollout.Fails, AsOf: m.checkAt, RanAt: m.checkAt}
	if m.checkHolds {
		r.Outcome = rollout.Holds
	}
	p.Results = map[rollout.CheckRef]rollout.Result{r.CheckRef: r}
	p.Basis = rollout.GateBasis{
		Run: &rollout.DryRun{At: m.runAt, AsOf: m.runAt, Complete: true}, UncleanAt: m.unclean, Copy: &rollout.AccessCopy{ID: 1, At: m.copyAt},
		Failed: map[rollout.CheckRef]time.Time{r.CheckRef: m.failed}, Touched: map[rollout.TaskID]time.Time{1: m.touched[0], 2: m.touched[1]},
	}
	if !m.runClean {
		p.Basis.Run.Surprise = 312
	}
	if m.choice != "" {
		p.Readiness[3] = rollout.Readiness{Wave: 3, Decisions: []rollout.Decision{{Choice: m.choice, At: m.decidedAt}}}
	}
	return p
}

// failing is the world as it is, told without the rules.
func (m *gateModel) failing() map[string]bool {
	f := map[string]bool{}
	for i, done := range m.done {
		if !done {
			f[fmt.Sprint("Task ", i+1)] = true
		}
	}
	if !m.checkHolds || m.now.Sub(m.checkAt) > 36*time.Hour {
		f["Seats cover everyone the roster will provision"] = true
	}
	if (m.kind == rollout.GateRoles || m.kind == rollout.GateSSO) && m.now.Sub(m.copyAt) > 24*time.Hour {
		f["Members, groups, roles and limits are exported"] = true
	}
	if m.kind == rollout.GateRoles && (!m.runClean || m.now.Sub(m.runAt) > 24*time.Hour) {
		f["Dry run: nobody loses Cowork by surprise"] = true
	}
	if m.kind == rollout.GateWave && m.choice != rollout.Go {
		f["The wave is decided: go"] = true
	}
	return f
}

// breaks remembers that something failed: approvals end, and so does a go-ahead that needs it.
func (m *gateModel) breaks(title string) {
	for i := range m.given {
		m.given[i].broken = true
	}
	if m.broke != nil {
		m.broke[title] = true
	}
}

// act does one thing to the gate through the real rules.
func (m *gateModel) act(fn func(*rollout.GateCase) error) error {
	c := &rollout.GateCase{Plan: m.plan(), Gate: m.gate}
	err := fn(c)
	if err == nil {
		m.gate = c.Gate
	}
	return err
}

// counting lists who approved, as the model counts them.
func (m *gateModel) counting() map[identity.AccountID]bool {
	out := map[identity.AccountID]bool{}
	for _, y := range m.given {
		if m.counts(y) {
			out[y.by.Account] = true
		}
	}
	return onePerson(out)
}

func (m *gateModel) counts(y yes) bool {
	return !y.broken && y.used.IsZero() && m.now.Sub(y.at) < 24*time.Hour
}

// onePerson counts the two accounts of one person once.
func onePerson(accounts map[identity.AccountID]bool) map[identity.AccountID]bool {
	if accounts[1] && accounts[4] {
		delete(accounts, 4)
	}
	return accounts
}

// stay lists who approved the standing go-ahead and has not taken it back.
func (m *gateModel) stay() map[identity.AccountID]bool {
	out := map[identity.AccountID]bool{}
	for _, y := range m.given {
		if y.used.Equal(m.openedAt) {
			out[y.by.Account] = true
		}
	}
	return onePerson(out)
}

// lasts reports whether a go-ahead given before still stands, in the model's words.
func (m *gateModel) lasts() (bool, string) {
	switch {
	case m.openedAt.IsZero():
		return false, "it was never opened"
	case m.now.Sub(m.openedAt) >= 24*time.Hour:
		return false, "a day is over"
	case m.overridden == nil && len(m.stay()) < 2:
		return false, "an approval was taken back"
	}
	for title := range m.broke {
		if !m.overridden[title] {
			return false, title + " failed since"
		}
	}
	for title := range m.failing() {
		if !m.overridden[title] {
			return false, title + " fails"
		}
	}
	return true, ""
}

func (m *gateModel) approve(t *rapid.T) {
	by := rapid.SampledFrom(append(gateActors, gateActors[:3]...)).Draw(t, "by")
	failing := m.failing()
	err := m.act(func(c *rollout.GateCase) error { return c.Approve(by, m.now) })
	if err != nil {
		return
	}
	if by.Account == 0 || by.Account > 4 {
		t.Fatalf("%s may not approve", by.Name)
	}
	if len(failing) > 0 {
		t.Fatalf("approved while %v fail", failing)
	}
	m.given = append(m.given, yes{by: by, at: m.now})
}

func (m *gateModel) withdraw(t *rapid.T) {
	by := rapid.SampledFrom(gateActors).Draw(t, "by")
	if m.act(func(c *rollout.GateCase) error { return c.Withdraw(by, m.now) }) != nil {
		return
	}
	kept := m.given[:0:0]
	for _, y := range m.given {
		if y.by.Account != by.Account {
			kept = append(kept, y)
		}
	}
	m.given = kept
}

func (m *gateModel) open(t *rapid.T) {
	by := rapid.SampledFrom(gateActors).Draw(t, "by")
	failing, have := m.failing(), m.counting()
	if m.act(func(c *rollout.GateCase) error { return c.Open(by, m.now) }) != nil {
		return
	}
	if !by.Has(identity.Lead) || by.Account == 0 {
		t.Fatalf("%s may not open", by.Name)
	}
	if len(failing) > 0 {
		t.Fatalf("opened while %v fail", failing)
	}
	if len(have) < 2 {
		t.Fatalf("opened with the approvals of %v", have)
	}
	m.opens(nil)
}

// opens remembers a go-ahead: what it was given on is used up.
func (m *gateModel) opens(without map[string]bool) {
	m.openedAt, m.overridden, m.broke = m.now, without, map[string]bool{}
	for i, y := range m.given {
		if m.counts(y) {
			m.given[i].used = m.now
		}
	}
}

func (m *gateModel) override(t *rapid.T) {
	by := rapid.SampledFrom(gateActors).Draw(t, "by")
	phrase := rapid.SampledFrom([]string{"", "open", m.plan().GatePhrase(m.gate)}).Draw(t, "phrase")
	reason := rapid.SampledFrom([]string{"", "because", "The vendor asked for it by the end of the day."}).Draw(t, "reason")
	failing := m.failing()
	if m.act(func(c *rollout.GateCase) error { return c.Override(by, phrase, reason, m.now) }) != nil {
		return
	}
	if !by.Has(identity.Lead) || by.Account == 0 || phrase != m.plan().GatePhrase(m.gate) || len(reason) < 20 {
		t.Fatalf("%s overrode with %q and %q", by.Name, phrase, reason)
	}
	without := map[string]bool{"Two approvals": true}
	for title := range failing {
		without[title] = true
	}
	if o := m.gate.Override; o == nil || len(o.Failed) != len(without) || o.Reason != reason || o.Email != by.Email {
		t.Fatalf("the override is not shown as it was: %+v, failing %v", o, failing)
	}
	m.opens(without)
}

func (m *gateModel) passes(t *rapid.T) {
	by := rapid.SampledFrom(gateActors).Draw(t, "by")
	on := day.FromTime(m.now) + day.Date(rapid.SampledFrom([]int{0, 0, 0, -1, -2, 1}).Draw(t, "on"))
	lasts, why := m.lasts()
	if m.act(func(c *rollout.GateCase) error { return c.Record(by, on, m.now) }) != nil {
		return
	}
	if !lasts {
		t.Fatalf("recorded although %s", why)
	}
	if by.Account == 0 || by.Account > 4 || on > m.plan().Today(m.now) || m.gate.PassedBy.Email != by.Email || m.gate.PassedOn != on {
		t.Fatalf("%s recorded %s at %s: %+v", by.Name, on, m.now, m.gate)
	}
	if len(m.overridden) > 0 && !m.gate.Overridden() {
		t.Fatal("passed by an override that is not shown")
	}
}

// world is everything that happens without anybody touching the gate.
func (m *gateModel) world() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"tick": func(t *rapid.T) {
			i := rapid.IntRange(0, 1).Draw(t, "task")
			m.done[i], m.doneAt[i], m.touched[i] = true, m.now, m.now
			m.breaks(fmt.Sprint("Task ", i+1)) // doing it again is a new state to say yes to
		},
		"reopen": func(t *rapid.T) {
			i := rapid.IntRange(0, 1).Draw(t, "task")
			m.done[i], m.touched[i] = false, m.now
			m.breaks(fmt.Sprint("Task ", i+1))
		},
		"check holds": func(*rapid.T) { m.checkHolds, m.checkAt = true, m.now },
		"check fails": func(*rapid.T) {
			m.checkHolds, m.checkAt, m.failed = false, m.now, m.now
			m.breaks("Seats cover everyone the roster will provision")
		},
		"clean run": func(*rapid.T) { m.runClean, m.runAt = true, m.now },
		"unclean run": func(*rapid.T) {
			m.runClean, m.runAt, m.unclean = false, m.now, m.now
			if m.kind == rollout.GateRoles {
				m.breaks("Dry run: nobody loses Cowork by surprise")
			}
		},
		"copy": func(*rapid.T) { m.copyAt = m.now },
		"decide": func(t *rapid.T) {
			m.choice, m.decidedAt = rapid.SampledFrom([]rollout.Choice{rollout.Go, rollout.Go, rollout.NoGo}).Draw(t, "choice"), m.now
			switch m.kind {
			case rollout.GateWave:
				m.breaks("The wave is decided: go")
			case rollout.GateArchitecture:
				m.breaks("The architecture is decided")
			}
		},
		"time": func(t *rapid.T) {
			m.now = m.now.Add(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 5 * time.Hour, 23 * time.Hour, 37 * time.Hour}).Draw(t, "later"))
		},
		"all is well": func(*rapid.T) {
			for i, done := range m.done {
				if !done {
					m.done[i], m.doneAt[i], m.touched[i] = true, m.now, m.now
				}
			}
			m.checkHolds, m.checkAt, m.runClean, m.runAt, m.copyAt = true, m.now, true, m.now, m.now
			if m.kind == rollout.GateWave && m.choice != rollout.Go {
				m.choice, m.decidedAt = rollout.Go, m.now
			}
		},
	}
}

// check holds the state that people are shown against the model.
func (m *gateModel) check(t *rapid.T) {
	m.now = m.now.Add(time.Second) // nothing happens at the same time
	lasts, why := m.lasts()
	state := m.gate.Effective(m.plan(), m.plan().Basis, m.now)
	want := rollout.GateLocked
	switch {
	case !m.gate.PassedAt.IsZero():
		want = rollout.GatePassed
	case lasts:
		want = rollout.GateOpen
	}
	if state != want {
		t.Fatalf("the gate is %s, the model says %s (%s)", state, want, why)
	}
}

// No sequence of actions by anybody leads to a gate that is open or passed while a
// condition fails, unless by an override that is shown; and two people always agreed.
func TestNothingOpensAGateWhoseConditionsFail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &gateModel{
			now:  time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
			kind: rapid.SampledFrom([]rollout.GateKind{rollout.GateRoles, rollout.GateSSO, rollout.GateWave, rollout.GateArchitecture}).Draw(t, "kind"),
		}
		m.gate = rollout.Gate{ID: 1, Kind: m.kind, Task: 9, PassedOn: day.None}
		if m.kind == rollout.GateWave {
			m.gate.Wave = 3
		}
		m.decidedAt = m.now
		acts := m.acts()
		for range 200 {
			rapid.SampledFrom(acts).Draw(t, "act").do(t)
			m.check(t)
		}
	})
}

// act is something that can happen, by the name that a failure shows.
type act struct {
	name string
	do   func(*rapid.T)
}

// String implements fmt.Stringer.
func (a act) String() string { return a.name }

// acts lists what can happen. What leads on stands there more often, so that gates are opened at all.
func (m *gateModel) acts() []act {
	list := []act{{"withdraw", m.withdraw}, {"withdraw", m.withdraw}, {"override", m.override}, {"record", m.passes}}
	for range 3 {
		list = append(list, act{"approve", m.approve}, act{"approve", m.approve}, act{"approve", m.approve}, act{"open", m.open}, act{"open", m.open})
	}
	for _, name := range slices.Sorted(maps.Keys(m.world())) {
		list = append(list, act{name, m.world()[name]})
	}
	return append(list, act{"all is well", m.world()["all is well"]}, act{"all is well", m.world()["all is well"]})
}
