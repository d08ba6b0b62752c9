package web

import (
	"fmt"
	"strings"
	"testing"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// A champion reads what reaches their department this week, as their people get it, and
// nothing else: drafts, other departments' messages and other departments are not there.
func TestChampionsReadWhatTheirPeopleGet(t *testing.T) {
	s := newPlannedSite(t)
	s.signedIn("ines").imports("people", "email,name,department,wave\nkim@aldermere.example,Kim Mori,Claims Operations,Wave 1\nlee@aldermere.example,Lee Park,Legal,Wave 1\n")
	legal := 0
	if err := s.store.Pool().QueryRow(t.Context(), `select id from department where name = 'Legal'`).Scan(&legal); err != nil {
		t.Fatal(err)
	}
	on := s.today() + 2
	theirs := s.tells("Your sessions", comms.PreLaunch, on, func(m *comms.Message) { m.Body = "Ask {{champion}} of {{department}}, {{name}}." })
	draft := s.tells("Not ready", comms.PreLaunch, on, nil)
	others := s.tells("For Legal", comms.PreLaunch, on, func(m *comms.Message) { m.Audience.Departments = []int{legal} })
	later := s.tells("Next month", comms.Ongoing, on+20, nil)
	for _, id := range []comms.MessageID{theirs, others, later} {
		s.approves(id)
	}
	b := s.signedIn("tomas")
	card := b.document(route.Today).Find("section:has(#messages)").Text()
	if !strings.Contains(card, "Your sessions") || strings.Contains(card, "Not ready") || strings.Contains(card, "Legal") || strings.Contains(card, "Next month") {
		t.Errorf("the day says %q", card)
	}
	if text := b.document(todayMessage(theirs)).Find(".ph-letter").Text(); !strings.Contains(text, "of Claims Operations, colleague.") || strings.Contains(text, "{{") {
		t.Errorf("it reads %q", text)
	}
	for what, path := range map[string]string{
		"a draft": todayMessage(draft), "another department's": todayMessage(others), "of a later month": todayMessage(later), "none": todayMessage(99999),
		"another department": route.With(todayMessage(theirs), "department", "legal"),
	} {
		if a := b.get(path); a.StatusCode != 404 {
			t.Errorf("%s answers %d", what, a.StatusCode)
		}
	}
	if a := s.signedIn("priya").get(route.With(todayMessage(others), "department", "legal")); a.StatusCode != 200 {
		t.Errorf("an auditor gets %d", a.StatusCode)
	}
}

// The overview tells a lead what goes out today and what is not approved before its time; nobody else.
func TestOverviewTellsOfMessages(t *testing.T) {
	s := newCommsSite(t)
	s.approves(s.tells("Out today", comms.PreLaunch, s.today(), nil))
	s.tells("Too late", comms.PreLaunch, s.today()-1, nil)
	s.exec(`update sending set paused_at = now()`)
	doc := s.signedIn("ines").document(route.Overview)
	card := doc.Find("section:has(#messages)").Text()
	for _, want := range []string{"Out today", "Training dates and your champion", "Needs approval before it can go out", "Its time has passed as a draft"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card does not say %q: %s", want, card)
		}
	}
	if strings.Contains(card, "From the leadership") || strings.Contains(card, "Onboarding guide") {
		t.Errorf("the card tells what needs nobody: %s", card)
	}
	if !strings.Contains(doc.Find(".banner").Text(), "Sending is paused") {
		t.Error("it does not say that sending is paused")
	}
	for _, persona := range []string{"dana", "helen", "priya"} {
		if n := s.signedIn(persona).document(route.Overview).Find("#messages").Length(); n != 0 {
			t.Errorf("%s is told", persona)
		}
	}
}

// With three hundred messages the pages ask the database as little as with three, once
// the plan and whom messages reach are in memory; and they stay light.
func TestMessagesAskLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.Plan, cfg.Decisions = nil, &identity.Service{Keeper: st}, st, st, st
		cfg.People, cfg.Days, cfg.Trainings = rosterOf(st), st, trainingsOf(st)
		cfg.Comms = Comms{Board: st, Desks: st, Service: &comms.Service{Keeper: st}}
	})
	s.store = st
	s.plans()
	lead := s.signedIn("ines")
	lead.imports("people", "email,name,department,wave\nkim@aldermere.example,Kim Mori,Claims Operations,Wave 1\n")
	var id comms.MessageID
	for i := range 300 {
		id = s.tells(fmt.Sprintf("Message %d", i), comms.Stages()[i%4], s.today()+day.Date(i%40), nil)
		if i%3 == 0 {
			s.approves(id)
		}
	}
	id = s.tells("This week", comms.PreLaunch, s.today()+1, nil)
	s.approves(id)
	champion := s.signedIn("tomas")
	lead.get(route.Comms)
	champion.get(route.Today)
	for _, at := range []struct {
		b    *browser
		path string
	}{
		{lead, route.Comms}, {lead, route.Comms + "?view=list&when=all&page=3&sort=-title"}, {lead, route.Comms + "?trainings=1&wave=wave-1"}, {lead, s.movePath(id) + "&to=" + (s.today() + 30).String()},
		{lead, route.Overview}, {champion, route.Today}, {champion, todayMessage(id)},
	} {
		at.b.get(at.path) // looks whether the plan has changed, as one page a second does
		c.queries.Store(0)
		c.trips.Store(0)
		if a := at.b.get(at.path); a.StatusCode != 200 {
			t.Fatalf("%s answers %d", at.path, a.StatusCode)
		}
		if q, n := c.queries.Load(), c.trips.Load(); q == 0 || q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", at.path, q, n)
		}
		at.b.isLight(at.path)
	}
}
