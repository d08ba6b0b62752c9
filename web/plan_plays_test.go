package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// TestAPlayBecomesATask goes from a figure under target to a task of the plan.
func TestAPlayBecomesATask(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Index = measuring(placedIndex(), pilotToday).Index })
	lead, owner := s.browser(), s.browser()
	lead.is("lead", roleGrants["lead"])
	owner.is("owner", roleGrants["owner"])
	if n := lead.document(claims).Find(".plays form").Length(); n != 0 {
		t.Errorf("%d plays can be added before there is a plan", n)
	}
	answers := rollout.Answers{
		Playbook: "desktop-software", Organization: "Aldermere", Architecture: rollout.SingleOrganization, Reason: "One provider.",
		Install: rollout.InstallSelf, TimeZone: "UTC", Calendar: rollout.Calendar{Weekdays: []time.Weekday{1, 2, 3, 4, 5}},
		Launches: []rollout.Launch{{Name: "Pilot", On: day.FromTime(s.clock.Now())}},
	}
	if err := s.srv.Tasks.Start(t.Context(), identity.Operator(), answers, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if n := owner.document(claims).Find(".plays form").Length(); n != 0 {
		t.Errorf("an owner may add %d plays", n)
	}
	forms := lead.document(claims).Find(".plays li form")
	if forms.Length() == 0 {
		t.Fatal("no play can be added")
	}
	sent := url.Values{}
	for _, field := range []string{"metric", "play", "who"} {
		sent.Set(field, forms.First().Find(`[name="`+field+`"]`).AttrOr("value", ""))
	}
	a := lead.must(lead.post(forms.First().AttrOr("action", ""), sent), http.StatusSeeOther)
	page := a.location()
	if text := words(lead.document(page).Find("main")); !strings.Contains(text, rollout.PlaySection) || !strings.Contains(text, "is under target: Claims Operations.") {
		t.Errorf("%s says %.600s", page, text)
	}
	if a := lead.must(lead.post(route.PlayTasks, sent), http.StatusSeeOther); a.location() != page {
		t.Errorf("a second click leads to %s, not to %s", a.location(), page)
	}
	for name, bad := range map[string]url.Values{
		"no metric":       {"play": {"0"}},
		"another metric":  {"metric": {"luck"}, "play": {"0"}},
		"no such play":    {"metric": sent["metric"], "play": {"99"}},
		"a play of words": {"metric": sent["metric"], "play": {"<b>"}},
		"too much":        {"metric": sent["metric"], "play": {"0"}, "who": {strings.Repeat("a", 5000)}},
	} {
		if a := lead.post(route.PlayTasks, bad); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
}
