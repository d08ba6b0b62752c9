package web

import (
	"testing"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// A champion's pages ask the database little, the session's statements included.
func TestADayAsksLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.Plan = nil, &identity.Service{Keeper: st}, st, st
		cfg.People, cfg.Days = rosterOf(st), st
	})
	lead := s.browser()
	lead.post(route.SignInAs, map[string][]string{"persona": {"ines"}})
	lead.imports("people", "email,name,department,wave\ntomas.lindqvist@aldermere.example,Tomas Lindqvist,Claims Operations,Pilot\nkim@aldermere.example,Kim Mori,Claims Operations,Pilot\n")
	b := s.browser()
	b.post(route.SignInAs, map[string][]string{"persona": {"tomas"}})
	b.get(route.Today) // the index and the plan are read once, and kept
	for _, path := range []string{route.Today, route.TodayPeople, route.TodayPeople + "?q=kim", route.TodayPeople + "?group=sign_in"} {
		c.queries.Store(0)
		c.trips.Store(0)
		if a := b.get(path); a.StatusCode != 200 {
			t.Fatalf("%s answers %d", path, a.StatusCode)
		}
		if q, n := c.queries.Load(), c.trips.Load(); q == 0 || q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", path, q, n)
		}
		b.isLight(path)
	}
}
