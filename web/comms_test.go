package web

import (
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// tells is a message that a test plans for Wave 1.
func (s *site) tells(title string, stage comms.Stage, on day.Date, change func(*comms.Message)) comms.MessageID {
	s.t.Helper()
	p, err := s.store.Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	w, _ := p.WaveBySlug("wave-1")
	m := comms.Message{
		Title: title, Stage: stage, Wave: w.ID, Owner: comms.Person{Name: "Dana Weiss", Email: "dana.weiss@aldermere.example"},
		Approver: comms.Person{Name: "Helen Achterberg", Email: "helen.achterberg@aldermere.example"}, UsefulFor: 24 * time.Hour,
		Text:        comms.Text{N: 1, At: s.clock.Now(), Subject: title, Body: "Describe a piece of work and come back to a finished file.", Audience: comms.Audience{Who: comms.WhoPeople, Waves: []int{w.ID}}, Channels: []int{1}},
		Occurrences: []comms.Occurrence{{No: 1, Day: on, At: "09:00", Zone: "Europe/Berlin", State: comms.Planned}},
	}
	if change != nil {
		change(&m)
	}
	id, err := s.store.CreateMessage(s.t.Context(), identity.Operator(), newFormKey(), m, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// approves gives a message the word it needs.
func (s *site) approves(id comms.MessageID) {
	s.t.Helper()
	_, err := s.store.UpdateMessage(s.t.Context(), id, s.clock.Now(), func(m *comms.Message) error {
		m.Asked = m.N
		m.Approvals = append(m.Approvals, comms.Approval{N: m.N, Person: m.Approver, At: s.clock.Now(), Recipients: 1})
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// asks asks for the approval of a message.
func (s *site) asks(id comms.MessageID) {
	s.t.Helper()
	if _, err := s.store.UpdateMessage(s.t.Context(), id, s.clock.Now(), func(m *comms.Message) error { m.Asked = m.N; return nil }); err != nil {
		s.t.Fatal(err)
	}
}

// newCommsSite is the pilot with a rollout and messages of every status around its first wave.
func newCommsSite(t *testing.T) *site {
	t.Helper()
	s := newPlannedSite(t)
	today := s.today()
	launch := today + 12
	s.approves(s.tells("Onboarding guide", comms.LaunchDay, launch, func(m *comms.Message) { m.HeldForGo = true }))
	s.approves(s.tells("Is the app on your laptop", comms.PreLaunch, launch-7, nil))
	s.asks(s.tells("Training dates and your champion", comms.PreLaunch, today+1, nil))
	s.tells("Quick wins to copy", comms.FirstWeek, launch+2, nil)
	s.tells("Champion stories", comms.FirstWeek, launch+3, func(m *comms.Message) { m.Owner = comms.Person{} })
	went := s.tells("From the leadership: why Cowork", comms.PreLaunch, today-2, nil)
	s.exec(`update occurrence set state = 'gone' where message = $1`, int64(went))
	return s
}

func (s *site) signedIn(persona string) *browser {
	s.t.Helper()
	b := s.browser()
	b.post(route.SignInAs, fields("persona", persona))
	return b
}

// The calendar says how everything shown stands, and the lanes, the month and the list agree.
func TestCalendarSaysHowThingsStand(t *testing.T) {
	s := newCommsSite(t)
	doc := s.signedIn("ines").document(route.Comms + "?view=list&when=all")
	want := "1 sent · 1 scheduled · 1 needs approval · 1 held until the go decision · 1 draft · 1 without an owner"
	if got := doc.Find(".page-head .sub").Text(); got != want {
		t.Errorf("the headline says %q, not %q", got, want)
	}
	if got := doc.Find("table .row-link").Length(); got != 6 {
		t.Errorf("the list has %d rows", got)
	}
	if got, list := doc.Find(".lanes svg .m").Length(), doc.Find(".lanes-list li").Length(); got != 6 || list != 6 {
		t.Errorf("%d dots are drawn and %d listed", got, list)
	}
	if got := doc.Find("#chosen").Text(); got != "Training dates and your champion" {
		t.Errorf("%q is chosen, not the one that needs somebody", got)
	}
	for class, title := range map[string]string{"need": "Training dates", "held": "Onboarding guide", "sched": "Is the app", "draft": "Quick wins", "none": "Champion stories", "sent": "From the leadership"} {
		if got := doc.Find(".lanes-list .msg." + class).Text(); !strings.Contains(got, title) {
			t.Errorf("%s is %q, not %q", class, got, title)
		}
	}
}

// entries are the titles of what the month shows.
func entries(doc *goquery.Document) []string {
	return doc.Find(".cal .msg[href*=message]").Map(func(_ int, e *goquery.Selection) string {
		return strings.TrimSpace(e.Find("span").First().Contents().Not(".sr").Text())
	})
}
