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

func (s *site) occurrence(id comms.MessageID) comms.Occurrence {
	s.t.Helper()
	m, err := s.store.Message(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return m.Occurrences[0]
}

// movePath is where the first time of a message is moved.
func (s *site) movePath(id comms.MessageID) string {
	return route.MoveMessage(int64(id), int64(s.occurrence(id).ID))
}

// hidden are the fields of the form that moves.
func hidden(doc *goquery.Document) map[string][]string {
	out := map[string][]string{}
	doc.Find(`form[method=post][action$="/move"] input[type=hidden]`).Each(func(_ int, e *goquery.Selection) {
		out[e.AttrOr("name", "")] = []string{e.AttrOr("value", "")}
	})
	return out
}

// A move is shown before it happens: the day off with its nearest working days, the stage it
// leaves, whom it meets there, what follows. Then it happens once, and takes along what was shown.
func TestMovingShowsWhatItDoes(t *testing.T) {
	s := newCommsSite(t)
	launch := s.today() + 12
	first := s.tells("Hand over one task", comms.PreLaunch, s.today()+3, nil)
	after := s.tells("What came back", comms.PreLaunch, s.today()+5, func(m *comms.Message) { m.Follows, m.Offset = first, 2 })
	b := s.signedIn("ines")
	off := (launch + 1).Sunday() - 1
	doc := b.document(s.movePath(first) + "&to=" + off.String())
	page := doc.Find(".move").Text()
	for _, want := range []string{"is a day off", "Nearest working days", "this day is not in “Pre-launch”", "1 message follows it", "What came back", "Nothing has changed yet"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %s", want, page)
		}
	}
	if s.occurrence(first).Day != s.today()+3 {
		t.Fatal("looking moved it")
	}
	near, _ := doc.Find(".move-near a").First().Attr("href")
	form := hidden(b.document(near))
	form["followers"] = []string{"1"}
	if a := b.post(route.Message(int64(first))+"/move", form); a.StatusCode != 303 {
		t.Fatalf("moving answers %d: %s", a.StatusCode, a.body)
	}
	if got, want := s.occurrence(first).Day.String(), form["to"][0]; got != want || s.occurrence(after).Day <= s.occurrence(first).Day {
		t.Errorf("it goes out on %s, not %s; what follows on %s", got, want, s.occurrence(after).Day)
	}
	form = hidden(b.document(s.movePath(first) + "&to=" + (launch - 3).String()))
	form["followers"] = []string{"0"}
	stays := s.occurrence(after).Day
	if a := b.post(route.Message(int64(first))+"/move", form); a.StatusCode != 303 || s.occurrence(after).Day != stays {
		t.Errorf("alone: %d, what follows went to %s", a.StatusCode, s.occurrence(after).Day)
	}
}

// Whoever was slower gets a page that says what the other changed, and keeps what they chose.
func TestMovingAStaleMessageConflicts(t *testing.T) {
	s := newCommsSite(t)
	id := s.tells("Hand over one task", comms.PreLaunch, s.today()+3, nil)
	b, to := s.signedIn("ines"), s.today()+4
	form := hidden(b.document(s.movePath(id) + "&to=" + to.String()))
	other := hidden(b.document(s.movePath(id) + "&to=" + (s.today() + 5).String()))
	if a := b.post(route.Message(int64(id))+"/move", other); a.StatusCode != 303 {
		t.Fatalf("the first move answers %d", a.StatusCode)
	}
	a := b.post(route.Message(int64(id))+"/move", form)
	if a.StatusCode != 409 || !strings.Contains(a.body, "Somebody changed this message meanwhile") || !strings.Contains(a.body, `value="`+to.String()+`"`) {
		t.Fatalf("the second move answers %d: %s", a.StatusCode, a.body)
	}
	if got := s.occurrence(id).Day; got != s.today()+5 {
		t.Errorf("it goes out on %s", got)
	}
}

// What cannot be meant is said at its field; what went out stays.
func TestMovingRefusesWhatCannotBe(t *testing.T) {
	s := newCommsSite(t)
	id := s.tells("Hand over one task", comms.PreLaunch, s.today()+3, nil)
	b := s.signedIn("ines")
	for query, want := range map[string]string{
		"&to=" + (s.today() - 1).String(): "That day is over", "&to=tomorrow": "Write the day as", "&to=" + (s.today() + 4).String() + "&at=9": "Write the time as",
	} {
		if a := b.get(s.movePath(id) + query); a.StatusCode != 422 || !strings.Contains(a.body, want) {
			t.Errorf("%s answers %d without %q", query, a.StatusCode, want)
		}
	}
	form := hidden(b.document(s.movePath(id) + "&to=" + (s.today() + 4).String()))
	form["to"] = []string{(s.today() - 1).String()}
	if a := b.post(route.Message(int64(id))+"/move", form); a.StatusCode != 422 {
		t.Errorf("a day that is over answers %d", a.StatusCode)
	}
	s.exec(`update occurrence set state = 'gone', version = version + 1 where message = $1`, int64(id))
	if doc := b.document(s.movePath(id) + "&to=" + (s.today() + 4).String()); doc.Find("form[method=post][action$=move]").Length() != 0 || !strings.Contains(doc.Text(), "cannot be moved any more") {
		t.Error("what went out can be moved")
	}
}

// Owners move what is theirs, leads everything, everybody else nothing.
func TestWhoMoves(t *testing.T) {
	s := newCommsSite(t)
	mine := s.tells("Mine", comms.PreLaunch, s.today()+3, nil)
	theirs := s.tells("Theirs", comms.PreLaunch, s.today()+3, func(m *comms.Message) { m.Owner.Email = "somebody@aldermere.example" })
	for persona, want := range map[string][2]int{"ines": {200, 200}, "dana": {200, 403}, "tomas": {403, 403}, "helen": {403, 403}, "priya": {403, 403}} {
		b := s.signedIn(persona)
		for i, id := range []comms.MessageID{mine, theirs} {
			if a := b.get(s.movePath(id) + "&to=" + (s.today() + 4).String()); a.StatusCode != want[i] {
				t.Errorf("%s: %d, not %d", persona, a.StatusCode, want[i])
			}
		}
	}
}
