package web

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// newPlannedSite is the pilot with a rollout: everything of Wave 1 holds, and two
// people decide.
func newPlannedSite(t *testing.T) *site {
	t.Helper()
	s := newPilotSite(t)
	s.clock.Advance(pilotToday.Time().Add(9 * time.Hour).Sub(s.clock.Now()))
	s.plans()
	return s
}

var decidersOfPilot = []rollout.Decider{
	{Person: rollout.Person{Name: "Dana Weiss", Email: "dana.weiss@aldermere.example"}, Title: "Identity"},
	{Person: rollout.Person{Name: "Helen Achterberg", Email: "helen.achterberg@aldermere.example"}, Title: "Executive sponsor"},
}

// decides runs rules on the readiness of Wave 1, as leads do.
func (s *site) decides(rules ...func(rollout.Question, identity.Actor) error) {
	s.t.Helper()
	p, err := s.store.Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	w, _ := p.WaveBySlug("wave-1")
	for _, rule := range rules {
		err := s.store.UpdateReadiness(s.t.Context(), w.ID, rollout.AnyVersion, s.clock.Now(), func(q rollout.Question) error { return rule(q, identity.Operator()) })
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *site) namesDeciders(q rollout.Question, by identity.Actor) error {
	return q.SetDeciders(by, decidersOfPilot)
}

// forgetsPlan makes this process look at once what another one changed: taking
// note of nothing is a change of the plan.
func (s *site) forgetsPlan() {
	s.t.Helper()
	s.decides(s.namesDeciders)
}

// TestGoIsDecidedAndALaterFailureIsAnnounced asks two deciders, who both say go;
// then a check fails.
func TestGoIsDecidedAndALaterFailureIsAnnounced(t *testing.T) {
	s := newPlannedSite(t)
	s.decides(s.namesDeciders)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "ask", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Readiness), says(".verdict h2", "Everything holds: 3 of 3"),
		chromedp.Click(chromedp.CSS(`.verdict button[form="ask"]`)), says(".toast", "The deciders are asked"), says(".votes", "Waiting"))
	for _, v := range []struct{ persona, told string }{{"dana", "Your vote is kept"}, {"helen", "Everybody said go"}} {
		voter := sourcesBrowser(t)
		s.enters(t, voter, v.persona)
		inBrowser(t, voter, v.persona+" votes", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+waveOne), says("#vote", "Your vote on Wave 1"),
			chromedp.Click(chromedp.CSS(`input[name="choice"][value="go"]`)), chromedp.Click(chromedp.CSS(`form[action$="/vote"] button`)), says(".toast", v.told))
	}
	inBrowser(t, ctx, "decided", chromedp.Navigate(s.url+waveOne), says(".verdict .chip", "Go is decided"), says(".decisions", "3 of 3 ready, 2 votes"))
	s.found("seats", "fails", "4,338 people, 4,200 seats: 138 short.")
	s.forgetsPlan()
	inBrowser(t, ctx, "announced", chromedp.Navigate(s.url+waveOne), says(".banner.bad", "1 check does not hold any more since go was decided"))
	inBrowser(t, ctx, "on the overview", chromedp.Navigate(s.url+route.Overview), says(".banner.bad", "since Wave 1 was decided"), says(".blk", "138 short"),
		chromedp.Navigate(s.url+waveOne), chromedp.Click(chromedp.CSS(`.decisions a`)), says("h1", "Wave 1: go"), says(".frozen", "4,200 seats for 4,100 people."))
}

// TestReadinessPagesAreAccessible looks at a wave with all its forms, at a decision and at the overview above its figures.
func TestReadinessPagesAreAccessible(t *testing.T) {
	s := newPlannedSite(t)
	s.found("seats", "fails", "4,338 people, 4,200 seats: 138 short.")
	s.exec(`update task set state = 'reopened', reason = 'The runbook moved' where key = 'support'`)
	s.exec(`insert into readiness (wave) select id from wave where name = 'Wave 1'`)
	s.exec(`insert into decision (wave, choice, at, by_name, basis, votes) select id, 'no_go', $1, 'Ines', '[{"task":1,"group":"Seats and access","title":"Seats","standing":"failing","say":"138 short."}]', '[{"Name":"Dana","Choice":"no_go","Reason":"Not yet"}]' from wave where name = 'Wave 1'`, s.clock.Now())
	for _, at := range []stop{
		{waveOne, "main", "One check fails and one was reopened"}, {waveOne + "/decisions/1", "main", "Not yet"}, {route.WaveReadiness("wave-2"), "main", "No day is set"},
		{route.Overview, ".launch", "days to Wave 1"},
	} {
		t.Run(at.path, func(t *testing.T) {
			ctx := sourcesBrowser(t)
			s.enters(t, ctx, "ines")
			lookAt(t, ctx, s, at)
			inBrowser(t, ctx, "phone", chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+at.path), says(at.selector, at.text))
			if found := asked[string](t, ctx, small); found != "[]" {
				t.Errorf("under 44 px: %s", found)
			}
		})
	}
}

func TestReadinessIsLight(t *testing.T) {
	s := newPlannedSite(t)
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	for _, path := range []string{waveOne, route.Overview} {
		b.isLight(path)
	}
}

// TestReadinessAsksLittle counts what the pages ask the database, the plan's own reading left out.
func TestReadinessAsksLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.Plan, cfg.Decisions = nil, &identity.Service{Keeper: st}, st, st, st
	})
	s.store = st
	s.plans()
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	b.get(waveOne)
	for _, path := range []string{waveOne, route.Overview} {
		c.queries.Store(0)
		c.trips.Store(0)
		b.document(path)
		if q, n := c.queries.Load(), c.trips.Load(); q == 0 || q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", path, q, n)
		}
	}
}
