package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// planned returns the messages there are, by title and wave.
func (s *site) planned() map[string]comms.Message {
	s.t.Helper()
	all, err := s.store.Messages(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]comms.Message{}
	for _, m := range all {
		out[m.Template+"/"+strconv.Itoa(m.Wave)] = m
	}
	return out
}

// plansAll plans for every wave that the page offers.
func (b *browser) plansAll() answer {
	b.t.Helper()
	f := url.Values{}
	b.get(route.PlanMessages).doc(b.t).Find("input[name=wave]").Each(func(_ int, box *goquery.Selection) { f.Add("wave", box.AttrOr("value", "")) })
	return b.post(route.PlanMessages, f)
}

func TestMessagesArePlannedForTwoWavesOnce(t *testing.T) {
	s, b := launched(t)
	page := words(b.get(route.PlanMessages).doc(t).Find("main"))
	for _, say := range []string{"Pilot", "Wave 1", "Training dates and your champion", "held until go", "Nobody yet", "every month", "Put away"} {
		if strings.Contains(page, say) == (say == "Put away") {
			t.Errorf("the page says %q: %v", say, say == "Put away")
		}
	}
	if a := b.post(route.PlanMessages, url.Values{}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a wave: %d", a.StatusCode)
	}
	if a := b.post(route.PlanMessages, fields("wave", "99999")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wave there is not: %d", a.StatusCode)
	}
	if a := b.plansAll(); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("plan: %d %s", a.StatusCode, words(a.doc(t).Find("main")))
	}
	p, first := s.plan(), s.planned()
	pilot, wave1 := p.Waves[0].ID, p.Waves[1].ID
	if len(first) < 24 {
		t.Fatalf("%d messages", len(first))
	}
	for _, once := range []string{"leadership-update", "quarterly-review"} {
		if _, ok := first[once+"/"+strconv.Itoa(wave1)]; ok || first[once+"/"+strconv.Itoa(pilot)].ID == 0 {
			t.Errorf("%s is not planned once, against the first launch", once)
		}
	}
	dates := first["training-dates/"+strconv.Itoa(wave1)]
	why := first["why-cowork/"+strconv.Itoa(wave1)]
	if dates.Follows != why.ID || dates.Task == 0 || !slices.Equal(dates.Audience.Waves, []int{wave1}) || !slices.Equal(dates.Channels, []int{1}) {
		t.Errorf("%+v", dates)
	}
	if b.plansAll().StatusCode != http.StatusUnprocessableEntity || len(s.planned()) != len(first) {
		t.Error("a second time offers something")
	}
	if b.post(route.PlanMessages, fields("wave", strconv.Itoa(pilot))).StatusCode != http.StatusSeeOther || len(s.planned()) != len(first) {
		t.Error("a second time plans something")
	}
	doc := b.get(route.Task(dates.Task)).doc(t)
	if got := words(card(doc, "messages")); !strings.Contains(got, dates.Title) || !strings.Contains(got, "planned for") {
		t.Errorf("the task that it fulfils says %q", got)
	}
}

func TestMovingALaunchMovesItsMessages(t *testing.T) {
	s, b := launched(t)
	b.plansAll()
	p, before := s.plan(), s.planned()
	wave := p.Waves[1]
	key := func(template string) string { return template + "/" + strconv.Itoa(wave.ID) }
	lead := identity.Actor{Name: "Ines", Roles: []identity.Role{identity.Lead}}
	byHand := before[key("app-check")]
	service := &comms.Service{Keeper: s.store}
	to := comms.Slot{Day: p.Rollout.Calendar.OnOrAfter(byHand.Occurrences[0].Day + 1), At: "10:30", Zone: "Europe/London"}
	err := service.Move(t.Context(), lead, byHand.ID, byHand.Occurrences[0].ID, to, byHand.Version, true, p.Rollout.Calendar, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	f := b.movesTo(p, wave.ID, *wave.OpensOn+14)
	doc := b.post(route.PlanLaunches, f).doc(t)
	if got := words(card(doc, "message-moves")); !strings.Contains(got, "Onboarding guide") || strings.Contains(got, "Is the app") {
		t.Errorf("the preview moves %q", got)
	}
	if got := words(card(doc, "message-stays")); !strings.Contains(got, "Is the app on your laptop") || !strings.Contains(got, "set by hand") {
		t.Errorf("the preview leaves %q", got)
	}
	f.Set("action", "move")
	if a := b.post(route.PlanLaunches, f); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("move: %d", a.StatusCode)
	}
	after := s.planned()
	for template, want := range map[string]day.Date{"onboarding-guide": *wave.OpensOn + 14, "app-check": to.Day} {
		if got := after[key(template)].Occurrences[0]; got.Day != want {
			t.Errorf("%s on %v, not %v", template, got.Day, want)
		}
	}
	follows, leads := after[key("training-dates")].Occurrences[0], after[key("why-cowork")].Occurrences[0]
	if leads.Day == before[key("why-cowork")].Occurrences[0].Day || follows.Day != p.Rollout.Calendar.OnOrAfter(leads.Day+3) {
		t.Errorf("what follows goes out on %v, after %v", follows.Day, leads.Day)
	}
	if got := after["onboarding-guide/"+strconv.Itoa(p.Waves[0].ID)].Occurrences[0].Day; got != *p.Waves[0].OpensOn {
		t.Errorf("another wave’s message moved to %v", got)
	}
}

// card is the card under a heading.
func card(doc *goquery.Document, heading string) *goquery.Selection {
	return doc.Find("section[aria-labelledby=" + heading + "]")
}

// movesTo is the form that moves one launch.
func (b *browser) movesTo(p *rollout.Plan, wave int, on day.Date) url.Values {
	f := fields("version", strconv.Itoa(p.Rollout.Version), "action", "preview")
	for i, w := range p.Waves {
		n, opens := strconv.Itoa(i), *w.OpensOn
		if w.ID == wave {
			opens = on
		}
		f.Set("wave."+n, strconv.Itoa(w.ID))
		f.Set("opens."+n, opens.String())
	}
	return f
}
