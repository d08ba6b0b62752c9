package rollout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const waveOne = 2

var (
	readyNow = time.Date(2026, 11, 19, 9, 30, 0, 0, time.UTC)
	lead     = identity.Actor{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	dana     = identity.Actor{Account: 2, Name: "Dana", Email: "Dana@example.com", Roles: []identity.Role{identity.Owner}}
	helen    = identity.Actor{Account: 3, Name: "Helen", Email: "helen@example.com", Roles: []identity.Role{identity.Executive}}
	deciders = []Decider{
		{Person: Person{Name: "Dana Weiss", Email: "dana@example.com"}, Title: "Primary Owner"},
		{Person: Person{Name: "Helen", Email: "helen@example.com"}, Title: "Sponsor"},
	}
)

// standingPlan is a plan whose items of Wave 1 stand as asked.
func standingPlan(standings ...string) *Plan {
	opened, opens := day.Of(2026, 11, 2), day.Of(2026, 12, 1)
	p := &Plan{
		Rollout: Rollout{StartedAt: readyNow, TimeZone: "Europe/Berlin"},
		Waves:   []people.Wave{{ID: 1, Name: "Pilot", Slug: "pilot", OpensOn: &opened}, {ID: waveOne, Name: "Wave 1", Slug: "wave-1", OpensOn: &opens}},
		Results: map[CheckRef]Result{}, Attested: map[TaskID]Attestation{}, Readiness: map[int]Readiness{},
	}
	for i, s := range standings {
		p.Tasks = append(p.Tasks, standingTask(p, TaskID(i+1), s))
	}
	p.Arrange()
	return p
}

func standingTask(p *Plan, id TaskID, standing string) Task {
	t := Task{
		ID: id, Scope: PerWave, Wave: waveOne, Title: fmt.Sprintf("Item %d", id), Checklist: fmt.Sprintf("Group %d", id%2), State: Open,
		Evidence: Evidence{Kind: ByCheck, Check: CheckKey(fmt.Sprintf("check_%d", id))},
	}
	ref := CheckRef{Check: t.Evidence.Check, Wave: waveOne}
	result := Result{CheckRef: ref, Outcome: Holds, Say: "It holds.", AsOf: readyNow.Add(-time.Hour), RanAt: readyNow}
	switch standing {
	case "verified":
		p.Results[ref] = result
	case "failing":
		result.Outcome, result.Say = Fails, "138 short."
		p.Results[ref] = result
	case "stale":
		result.AsOf = readyNow.Add(-48 * time.Hour)
		p.Results[ref] = result
	case "attested", "reopened":
		t.Evidence = Evidence{Kind: ByAttestation, HoldsDays: 30}
		p.Attested[id] = Attestation{Task: id, At: readyNow, HoldsTo: day.Of(2026, 12, 15), Words: "Done."}
		if standing == "reopened" {
			t.State, t.Reason = Reopened, "The runbook moved"
		}
	case "no proof":
		t.Evidence = Evidence{Kind: ByProof}
	case "left out":
		t.State, t.Reason = NotNeeded, "No machines"
	}
	return t
}

func TestTheVerdictIsASentence(t *testing.T) {
	for want, standings := range map[string]string{
		"There is no checklist yet":                               "",
		"Everything holds: 3 of 3":                                "verified attested verified",
		"One check fails":                                         "failing verified",
		"Three checks fail and one is stale":                      "failing failing stale failing verified",
		"One check is stale":                                      "stale verified",
		"Two checks have no signal yet":                           "none none verified",
		"One check fails, one is stale and two have no proof yet": "failing stale none no_proof",
		"One check fails, one is stale, one was reopened and one has no signal yet": "failing stale reopened none",
		"Everything holds: 1 of 1": "verified left_out",
	} {
		list := strings.Fields(standings)
		for i := range list {
			list[i] = strings.ReplaceAll(list[i], "_", " ")
		}
		v := standingPlan(list...).Checklist(waveOne, readyNow).Verdict()
		if v.Title != want {
			t.Errorf("%s: %q, want %q", standings, v.Title, want)
		}
	}
}

func TestTheVerdictSaysWhatToDoByWhom(t *testing.T) {
	p := standingPlan("verified", "failing", "stale")
	p.Roles = []Role{{Key: "idp", Name: "IdP admin", Holder: Person{Name: "Dana Weiss", Email: "dana@example.com"}}}
	for i := range p.Tasks {
		p.Tasks[i].Role = "idp"
	}
	v := p.Checklist(waveOne, readyNow).Verdict()
	if got := v.Body(true); got != "Fix “Item 2” (Dana Weiss). Renew “Item 3” (Dana Weiss). The other one holds." {
		t.Errorf("with names: %q", got)
	}
	if got := v.Body(false); strings.Contains(got, "Dana") || !strings.Contains(got, "IdP admin") {
		t.Errorf("without names: %q", got)
	}
}

var standings = []string{"verified", "attested", "failing", "stale", "none", "no proof", "reopened", "left out"}

// The counts of a verdict add up, and no sequence of actions decides go while an item is not ready.
func TestNoGoWithAnythingLeft(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func() *Plan {
			return standingPlan(rapid.SliceOfN(rapid.SampledFrom(standings), 0, 5).Draw(rt, "standings")...)
		}
		p, now := draw(), readyNow
		var q Question
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now = now.Add(time.Second)
			if rapid.Bool().Draw(rt, "the world changes") {
				kept := p.Readiness
				p = draw()
				p.Readiness = kept
			}
			q = p.Question(waveOne, now)
			before := len(q.Decisions)
			actor := rapid.SampledFrom([]identity.Actor{lead, dana, helen, {}}).Draw(rt, "actor")
			act(rt, q, actor, now)
			holds(rt, q, before)
			p.Readiness[waveOne] = *q.Readiness
		}
	})
}

func act(rt *rapid.T, q Question, by identity.Actor, now time.Time) {
	choice := rapid.SampledFrom([]Choice{Go, Go, NoGo, "maybe"}).Draw(rt, "choice")
	switch rapid.SampledFrom([]string{"ask", "vote", "decide", "deciders"}).Draw(rt, "action") {
	case "ask":
		_ = q.Ask(by, now)
	case "vote":
		_ = q.Vote(by, choice, "because", now)
	case "decide":
		_ = q.Decide(by, choice, now)
	default:
		_ = q.SetDeciders(by, deciders[:rapid.IntRange(0, 2).Draw(rt, "deciders")])
	}
}

func holds(rt *rapid.T, q Question, before int) {
	v := q.Checklist.Verdict()
	sum := v.Verified + v.Attested + v.Stale + v.Failing + v.Reopened + v.NoneYet
	if sum != len(q.Checklist.Items()) || sum != v.Of() || v.Go != (sum > 0 && v.Ready() == sum) {
		rt.Fatalf("%d items are counted as %d: %+v", len(q.Checklist.Items()), sum, v)
	}
	if len(q.Decisions) > before && q.Decisions[0].Choice == Go {
		yes, no, awaited := q.Said()
		if !v.Go || no+awaited > 0 || yes == 0 {
			rt.Fatalf("go was decided although %q with %d yes, %d no, %d awaited", v.Title, yes, no, awaited)
		}
	}
}

func asked(t *testing.T, p *Plan) Question {
	t.Helper()
	q := p.Question(waveOne, readyNow)
	if err := q.SetDeciders(lead, deciders); err != nil {
		t.Fatal(err)
	}
	if err := q.Ask(lead, readyNow); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestTheLastGoDecides(t *testing.T) {
	q := asked(t, standingPlan("verified", "attested", "left out"))
	if err := q.Vote(dana, Go, "", readyNow); err != nil {
		t.Fatal(err)
	}
	if _, ok := q.Stands(); ok {
		t.Fatal("one of two decided")
	}
	if err := q.Vote(helen, Go, "Looks good", readyNow.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	d, ok := q.Stands()
	if !ok || d.Choice != Go || len(d.Votes) != 2 || len(d.Basis) != 3 || d.Basis[2].Standing != StandsLeftOut {
		t.Fatalf("decided %v: %+v", ok, d)
	}
	if err := q.Vote(dana, NoGo, "Wait", readyNow.Add(time.Hour)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a vote after the decision: %v", err)
	}
}

func TestNoGoNeedsAReasonAndALead(t *testing.T) {
	q := asked(t, standingPlan("verified"))
	if err := q.Vote(dana, NoGo, "  ", readyNow); asFields(err)["reason"] == "" {
		t.Errorf("no reason: %v", err)
	}
	if err := q.Decide(lead, NoGo, readyNow); !fault.Is(err, fault.Conflict) {
		t.Errorf("no-go that nobody said: %v", err)
	}
	if err := q.Vote(dana, NoGo, "Claims is not trained", readyNow); err != nil {
		t.Fatal(err)
	}
	if err := q.Vote(helen, Go, "", readyNow); err != nil {
		t.Fatal(err)
	}
	if err := q.Decide(dana, NoGo, readyNow); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an owner records: %v", err)
	}
	if err := q.Decide(lead, Go, readyNow); !fault.Is(err, fault.Conflict) {
		t.Errorf("go over a no: %v", err)
	}
	if err := q.Decide(lead, NoGo, readyNow); err != nil {
		t.Fatal(err)
	}
	if d, ok := q.Stands(); !ok || d.Choice != NoGo || d.Votes[0].Reason != "Claims is not trained" {
		t.Errorf("%v %+v", ok, d)
	}
}

func asFields(err error) map[string]string {
	if f, ok := err.(*fault.Error); ok {
		return f.Fields
	}
	return nil
}

func TestAChangedVoteReplacesTheFirst(t *testing.T) {
	q := asked(t, standingPlan("verified"))
	for _, c := range []Choice{NoGo, Go} {
		if err := q.Vote(dana, c, "so", readyNow); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := q.VoteOf("DANA@example.com"); len(q.Votes) != 1 || v.Choice != Go {
		t.Errorf("the votes are %+v", q.Votes)
	}
}

func TestAVoteFromBeforeIsMarkedAndAFailingCheckHoldsGoBack(t *testing.T) {
	q := asked(t, standingPlan("verified", "verified"))
	if err := q.Vote(dana, Go, "", readyNow); err != nil {
		t.Fatal(err)
	}
	p := standingPlan("verified", "failing")
	p.Readiness[waveOne] = *q.Readiness
	q = p.Question(waveOne, readyNow)
	if !q.ChangedSinceAsked() || !q.Changed(q.Votes[0]) {
		t.Error("a check that fails meanwhile changes nothing")
	}
	if err := q.Vote(helen, Go, "", readyNow); err != nil {
		t.Fatal(err)
	}
	if _, ok := q.Stands(); ok || q.CannotDecide(Go) == "" {
		t.Error("go was decided over a failing check")
	}
	p = standingPlan("verified", "verified")
	p.Readiness[waveOne] = *q.Readiness
	q = p.Question(waveOne, readyNow)
	if q.ChangedSinceAsked() || q.Changed(q.Votes[0]) {
		t.Error("all is as it was, and still marked")
	}
	if err := q.Decide(lead, Go, readyNow); err != nil {
		t.Error(err)
	}
}

func TestALaterFailureIsAnnounced(t *testing.T) {
	q := asked(t, standingPlan("verified", "verified"))
	for _, a := range []identity.Actor{dana, helen} {
		if err := q.Vote(a, Go, "", readyNow); err != nil {
			t.Fatal(err)
		}
	}
	p := standingPlan("verified", "failing")
	p.Readiness[waveOne] = *q.Readiness
	if failed := p.FailedSince(waveOne, readyNow); len(failed) != 1 || failed[0].Title != "Item 2" {
		t.Errorf("announced: %+v", failed)
	}
	if d, ok := p.Readiness[waveOne].Stands(); !ok || d.Choice != Go {
		t.Error("the decision is gone")
	}
	if failed := standingPlan("failing").FailedSince(waveOne, readyNow); failed != nil {
		t.Error("a failure is announced without a decision")
	}
}

func TestAskingIsRefusedWithWhy(t *testing.T) {
	for why, q := range map[string]Question{
		"One check fails":       standingPlan("failing").Question(waveOne, readyNow),
		"One check is stale":    standingPlan("stale").Question(waveOne, readyNow),
		"no signal yet":         standingPlan("none").Question(waveOne, readyNow),
		"no checklist":          standingPlan().Question(waveOne, readyNow),
		"Nobody is named":       standingPlan("verified").Question(waveOne, readyNow),
		"Pilot is open":         standingPlan("verified").Question(1, readyNow),
		"Their word is awaited": asked(t, standingPlan("verified")),
	} {
		if err := q.Ask(lead, readyNow); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), why) {
			t.Errorf("%s: %v", why, err)
		}
		if err := q.Ask(helen, readyNow); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: an executive asks: %v", why, err)
		}
	}
}

func TestWhoJoinsEndsTheRound(t *testing.T) {
	q := asked(t, standingPlan("verified"))
	if err := q.Vote(dana, NoGo, "no", readyNow); err != nil {
		t.Fatal(err)
	}
	renamed := []Decider{deciders[1], deciders[0]}
	renamed[0].Title = "Executive sponsor"
	if err := q.SetDeciders(lead, renamed); err != nil || q.State() != Asked {
		t.Errorf("another order ends the round: %v", err)
	}
	if err := q.SetDeciders(lead, deciders[1:]); err != nil || q.State() != NotAsked || len(q.Votes) > 0 {
		t.Errorf("without Dana the round goes on: %v", err)
	}
}

func TestDecidersAreChecked(t *testing.T) {
	q := standingPlan("verified").Question(waveOne, readyNow)
	bad := []Decider{
		{Person: Person{Name: "Dana", Email: "dana@example.com"}},
		{Person: Person{Name: "", Email: "DANA@example.com"}},
		{Person: Person{Name: "Nobody", Email: "Nobody <x@example.com>"}},
	}
	f := asFields(q.SetDeciders(lead, bad))
	if f["email.1"] == "" || f["name.1"] == "" || f["email.2"] == "" || len(f) != 3 {
		t.Errorf("the fields are %v", f)
	}
	if len(q.Deciders) != 0 {
		t.Error("they were kept")
	}
}

func TestTheDecisionTimeKeepsToTheClocks(t *testing.T) {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	for _, c := range []struct{ on, clock, utc string }{
		{"2026-11-26", "10:00", "2026-11-26T09:00:00Z"},
		{"2026-07-01", "10:00", "2026-07-01T08:00:00Z"},
		{"2026-10-25", "02:30", "2026-10-25T00:30:00Z"}, // clocks go back: the first of two
		{"2026-03-29", "02:30", ""},                     // clocks go forward: there is none
		{"2026-11-26", "25:00", ""},
	} {
		on, _ := day.Parse(c.on)
		at, err := LocalTime(on, c.clock, berlin)
		if c.utc == "" {
			if asFields(err)["time"] == "" {
				t.Errorf("%s %s: %v, %v", c.on, c.clock, at, err)
			}
			continue
		}
		if err != nil || whenText(at) != c.utc {
			t.Errorf("%s %s: %s, %v, want %s", c.on, c.clock, whenText(at), err, c.utc)
		}
	}
}

func TestTheDecisionLiesAheadAndBeforeTheWave(t *testing.T) {
	q := standingPlan("verified").Question(waveOne, readyNow)
	for when, ok := range map[time.Time]bool{
		readyNow.Add(-time.Minute):                     false,
		readyNow.AddDate(0, 0, 7):                      true,
		time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC):   true,
		time.Date(2026, 12, 1, 23, 30, 0, 0, time.UTC): false, // in Berlin that is the day after
		{}: true,
	} {
		if err := q.SetDecideAt(lead, when, readyNow); (err == nil) != ok {
			t.Errorf("%s: %v", when, err)
		}
	}
	if err := q.SetDecideAt(dana, readyNow.AddDate(0, 0, 7), readyNow); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an owner sets it: %v", err)
	}
}

func TestTheWaveAhead(t *testing.T) {
	p := standingPlan("verified")
	if w, ok := p.Ahead(day.Of(2026, 11, 19)); !ok || w.Slug != "wave-1" {
		t.Errorf("ahead is %s", w.Slug)
	}
	if w, ok := p.Ahead(day.Of(2027, 1, 1)); !ok || w.Slug != "wave-1" {
		t.Errorf("all are open: %s", w.Slug)
	}
	p.Gates = []Gate{{Kind: GateWave, Wave: waveOne, PassedAt: readyNow}}
	if !p.Opened(waveOne, day.Of(2026, 11, 19)) {
		t.Error("a recorded opening does not count")
	}
	if _, ok := (&Plan{}).Ahead(0); ok {
		t.Error("there is a wave where there is none")
	}
}
