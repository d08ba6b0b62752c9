package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// letterSite is a site with so many people of Wave 1 in Claims, a champion among them,
// a lead, and an executive who may be named to approve.
func letterSite(t *testing.T, people int) (s *site, lead *browser) {
	t.Helper()
	s = newSite(t, nil)
	s.peoples(people)
	lead = s.browser()
	lead.is("lead", roleGrants["lead"])
	return s, lead
}

// peoples gives a site so many people of Wave 1 in Claims, and their champion.
func (s *site) peoples(people int) {
	s.t.Helper()
	s.store.ServeAt(s.url)
	s.exec(`insert into department (name) values ('Claims')`)
	s.exec(`insert into wave (name, opens_on) values ('Wave 1', $1)`, s.clock.Now().AddDate(0, 0, 20))
	s.enrol(1, people)
	s.exec(`insert into champion (email, name, department, state, nominated_how, nominated_at, since)
		select 'rosa@example.com', 'Rosa Lindgren', id, 'active', 'lead', now(), '2026-01-05' from department`)
}

// enrol puts people onto the roster, in Claims and Wave 1.
func (s *site) enrol(from, to int) {
	s.t.Helper()
	s.exec(`insert into person (email, name) select 'p' || lpad(n::text, 3, '0') || '@example.com', 'Person ' || n from generate_series($1::int, $2::int) n`, from, to)
	s.exec(`insert into placement (person, department, wave) select p.id, d.id, w.id from person p, department d, wave w
		where not exists (select from placement where person = p.id)`)
	s.exec(`update generation set n = n + 1, people = n + 1`)
}

// typed opens a form and returns its fields as they are shown, changed as pairs say.
func (b *browser) typed(address, selector string, pairs ...string) url.Values {
	b.t.Helper()
	f := fieldsOf(b.must(b.get(address), http.StatusOK).doc(b.t).Find(selector))
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// fieldsOf are what a browser would send of a form.
func fieldsOf(form *goquery.Selection) url.Values {
	f := url.Values{}
	for _, in := range form.Find("input[name], textarea[name], select[name]").EachIter() {
		name := in.AttrOr("name", "")
		switch {
		case goquery.NodeName(in) == "textarea":
			f.Set(name, in.Text())
		case goquery.NodeName(in) == "select":
			f.Set(name, in.Find("option[selected]").AttrOr("value", in.Find("option").First().AttrOr("value", "")))
		case in.AttrOr("type", "") != "checkbox" && in.AttrOr("type", "") != "radio":
			f.Set(name, in.AttrOr("value", ""))
		case in.Is("[checked]"):
			f.Add(name, in.AttrOr("value", "on"))
		}
	}
	return f
}

// writes saves a message to Wave 1 as a draft and returns its id.
func (b *browser) writes(pairs ...string) int64 {
	b.t.Helper()
	all := append([]string{"title", "Training dates", "subject", "Bring one task, {{name}}", "body", "Ask {{champion}}.", "wave", "1", "offset", "-7", "waves", "1"}, pairs...)
	a := b.must(b.post(route.Messages, b.typed(route.NewMessage, "#message", all...)), http.StatusSeeOther)
	id, err := strconv.ParseInt(strings.TrimPrefix(a.location(), route.Messages+"/"), 10, 64)
	if err != nil {
		b.t.Fatalf("saved, then to %s", a.location())
	}
	return id
}

// acts sends a form of a message's page as it stands there.
func (b *browser) acts(id int64, what string, pairs ...string) answer {
	b.t.Helper()
	at := route.Message(id)
	return b.post(at+"/"+what, b.typed(at, "form[action$='/"+what+"']", pairs...))
}

func (b *browser) says(id int64, under string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(b.must(b.get(route.Message(id)+under), http.StatusOK).doc(b.t).Find("main").Text()), " ")
}

func TestWritingAMessage(t *testing.T) {
	s, lead := letterSite(t, 3)
	f := lead.typed(route.NewMessage, "#message", "title", "Training dates", "subject", "Bring one task", "body", "Ask {{champion}}.", "wave", "1", "offset", "-7", "waves", "1", "approver", "Helena Voss <helena@example.com>")
	first := lead.must(lead.post(route.Messages, f), http.StatusSeeOther).location()
	if again := lead.must(lead.post(route.Messages, f), http.StatusSeeOther).location(); again != first || s.number(`select count(*) from message`) != 1 {
		t.Errorf("sent twice: %s and %s, %d messages", first, again, s.number(`select count(*) from message`))
	}
	say := lead.says(1, "")
	for _, want := range []string{"Training dates", "Pre-launch", "Draft", "Everyone in Wave 1", "3 people as of now", "Email", "lead", "Helena Voss", "Approval has not been asked for", "Ask {{champion}}.", "Names the champion", "Does not say how the app gets there", "Version 1", "Written"} {
		if want == "Pre-launch" {
			continue // the form proposes the stage that is ongoing
		}
		if !strings.Contains(say, want) {
			t.Errorf("the page does not say %q: %s", want, say)
		}
	}
	on := s.clock.Now().AddDate(0, 0, 13)
	if n := s.number(`select count(*) from occurrence where day between $1::date - 3 and $1::date and not day_set`, on); n != 1 {
		t.Error("it is not a week before the launch, on a working day")
	}
}

func TestMistakesOfAMessage(t *testing.T) {
	s, lead := letterSite(t, 3)
	s.exec(`insert into wave (name) values ('Wave 2')`)
	for name, c := range map[string]struct {
		pairs []string
		say   string
	}{
		"an unknown placeholder": {[]string{"body", "Ask {{champions}}"}, "Did you mean {{champion}}?"},
		"nobody in it":           {[]string{"waves", "2"}, "Nobody is in this audience"},
		"a header":               {[]string{"subject", "Hi\r\nBcc: everybody@example.com"}, "holds a line break"},
		"too long":               {[]string{"subject", strings.Repeat("a", comms.MaxSubject+1)}, "longer than 150 letters"},
		"no channel":             {[]string{"channels", ""}, "at least one way"},
		"a channel that is gone": {[]string{"channels", "99"}, "not there any more"},
		"no audience":            {[]string{"who", ""}, "Choose who gets it"},
		"an address":             {[]string{"approver", "Helena"}, "such as Dana Whitfield"},
		"no day":                 {[]string{"wave", "", "day", ""}, "Choose a day, or a wave"},
		"a day that is over":     {[]string{"wave", "", "day", "2020-01-01"}, "over"},
		"held for nothing":       {[]string{"wave", "", "day", s.clock.Now().AddDate(0, 0, 9).Format("2006-01-02"), "held", "on"}, "Only a message of a wave"},
		"no time":                {[]string{"at", "soon"}, "09:00"},
		"no hours":               {[]string{"useful", "many"}, "whole number"},
	} {
		f := lead.typed(route.NewMessage, "#message", append([]string{"title", "T", "subject", "S", "body", "My own text", "wave", "1", "offset", "-7", "waves", "1"}, c.pairs...)...)
		if f.Get("channels") == "" {
			f.Del("channels")
		}
		a := lead.post(route.Messages, f)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d, %s", name, a.StatusCode, s.log)
			continue
		}
		said := a.doc(t).Find("main")
		if !strings.Contains(said.Text(), c.say) {
			t.Errorf("%s: %s", name, strings.Join(strings.Fields(said.Find(".err, .banner").Text()), " "))
		}
		if kept := said.Find("textarea[name=body]").Text(); kept != f.Get("body") {
			t.Errorf("%s: the text became %q", name, kept)
		}
	}
	if s.number(`select count(*) from message`) != 0 {
		t.Error("something was saved")
	}
}

func TestPreviewOfAForm(t *testing.T) {
	s, lead := letterSite(t, 3)
	f := lead.typed(route.NewMessage, "#message", "title", "T", "subject", "S", "body", "**Bring** one task <script>alert(1)</script>", "wave", "1", "offset", "-7", "waves", "1", "preview", "yes")
	doc := lead.must(lead.post(route.Messages, f), http.StatusOK).doc(t)
	if doc.Find(".message-text strong").Text() != "Bring" || doc.Find(".message-text script").Length() != 0 || doc.Find("textarea[name=body]").Text() != f.Get("body") {
		t.Error(doc.Find("main").Text())
	}
	if s.number(`select count(*) from message`) != 0 {
		t.Error("the preview saved something")
	}
}

// Whoever is named to approve opens that message and no other, and nobody's name on it.
func TestTheNamedApproverOpensOneMessage(t *testing.T) {
	s, lead := letterSite(t, 3)
	mine := lead.writes("approver", "Helena Voss <executive@example.com>")
	other := lead.writes("title", "Another")
	lead.must(lead.acts(mine, "ask"), http.StatusSeeOther)
	lead.must(lead.acts(other, "ask"), http.StatusSeeOther)
	executive := s.browser()
	executive.is("executive", roleGrants["executive"])
	for _, under := range []string{"", "/preview", "/versions"} {
		say := executive.says(mine, under)
		for _, name := range []string{"Person 1", "p001@example.com", "Person 2", "p003"} {
			if strings.Contains(say, name) {
				t.Errorf("%s names a recipient: %s", under, say)
			}
		}
		if a := executive.get(route.Message(other) + under); a.StatusCode != http.StatusNotFound {
			t.Errorf("another message%s: %d", under, a.StatusCode)
		}
	}
	if a := executive.post(route.Message(other)+"/approve", url.Values{"version": {"2"}}); a.StatusCode != http.StatusNotFound {
		t.Errorf("approving another: %d", a.StatusCode)
	}
	executive.must(executive.acts(mine, "approve"), http.StatusSeeOther)
	if say := executive.says(mine, ""); !strings.Contains(say, "Scheduled") || !strings.Contains(say, "for 3 people") || !strings.Contains(say, "Take my approval back") {
		t.Errorf("approved: %s", say)
	}
	executive.must(executive.acts(mine, "take-back"), http.StatusSeeOther)
	if say := lead.says(mine, ""); !strings.Contains(say, "Needs approval") || !strings.Contains(say, "Approval taken back") {
		t.Errorf("taken back: %s", say)
	}
}

// Every persona asks for every page of a message, and sends every form of it.
func TestWhoMayDoWhatWithAMessage(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := lead.writes("owner", "Beth <owner@example.com>")
	at := route.Message(id)
	asks := map[string][]string{
		"lead": {"200", "200", "200", "200"}, "owner": {"200", "200", "200", "200"}, "auditor": {"200", "200", "200", "403"},
		"dana": {"200", "200", "200", "403"}, "champion": {"404", "404", "404", "403"}, "executive": {"404", "404", "404", "403"}, "norole": {"404", "404", "404", "403"},
	}
	grants := map[string]identity.Grant{"dana": {Role: identity.Owner}}
	for who, want := range asks {
		b := s.browser()
		if g, ok := grants[who]; ok {
			b.is(who, g)
		} else if g, ok := roleGrants[who]; ok {
			b.is(who, g)
		} else {
			b.is(who)
		}
		for i, path := range []string{at, at + "/preview", at + "/versions", at + "/edit"} {
			if got := fmt.Sprint(b.get(path).StatusCode); got != want[i] {
				t.Errorf("%s opens %s: %s, want %s", who, path, got, want[i])
			}
		}
		if who == "lead" || who == "owner" {
			continue
		}
		for _, what := range []string{"", "/ask", "/approve", "/take-back", "/send-now", "/cancel", "/archive", "/test"} {
			f := url.Values{"version": {"1"}, formKeyField: {newFormKey()}, "occurrence": {"1"}, "title": {"Taken over"}}
			if a := b.post(at+what, f); a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusForbidden {
				t.Errorf("%s posts %s: %d", who, what, a.StatusCode)
			}
		}
	}
	if n := s.number(`select version from message`); n != 1 {
		t.Errorf("the message was changed %d times", n-1)
	}
}

func TestTwoPeopleEditAMessage(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := lead.writes()
	mine := lead.typed(route.Message(id)+"/edit", "#message", "body", "My own text.\nOf two lines.")
	lee := s.browser()
	lee.is("lee", roleGrants["lead"])
	lee.must(lee.post(route.Message(id), lee.typed(route.Message(id)+"/edit", "#message", "body", "What Lee wrote.", "subject", "Lee's subject")), http.StatusSeeOther)

	stale := lead.must(lead.post(route.Message(id), mine), http.StatusConflict).doc(t)
	if kept := stale.Find("textarea[name=body]").Text(); kept != "My own text.\nOf two lines." {
		t.Errorf("kept %q", kept)
	}
	for _, want := range []string{"Changed meanwhile", "lee changed it", "Lee's subject", "What Lee wrote."} {
		if !strings.Contains(stale.Find("main").Text(), want) {
			t.Errorf("the answer does not say %q", want)
		}
	}
	lead.must(lead.post(route.Message(id), fieldsOf(stale.Find("#message"))), http.StatusSeeOther)
	if say := lead.says(id, "/versions"); !strings.Contains(say, "Version 3") || !strings.Contains(say, "What Lee wrote.") || !strings.Contains(say, "Changed: subject, text.") {
		t.Errorf("versions: %s", say)
	}
}

// What was approved is what is sent: a change of the plan keeps the approval, a change of
// what is said asks again.
func TestAnEditAsksAgain(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := lead.writes()
	lead.must(lead.acts(id, "ask"), http.StatusSeeOther)
	lead.must(lead.acts(id, "approve"), http.StatusSeeOther)
	lead.must(lead.post(route.Message(id), lead.typed(route.Message(id)+"/edit", "#message", "title", "Dates")), http.StatusSeeOther)
	if say := lead.says(id, ""); !strings.Contains(say, "Scheduled") || s.number(`select max(n) from message_version`) != 1 {
		t.Errorf("a new title: %s", say)
	}
	lead.must(lead.post(route.Message(id), lead.typed(route.Message(id)+"/edit", "#message", "body", "Ask {{champion}} today.")), http.StatusSeeOther)
	if say := lead.says(id, ""); !strings.Contains(say, "It asks again") || s.number(`select max(n) from message_version`) != 2 {
		t.Errorf("a new text: %s", say)
	}
	if a := lead.post(route.Message(id)+"/approve", url.Values{"version": {"1"}}); a.StatusCode != http.StatusConflict {
		t.Errorf("an old page approves: %d", a.StatusCode)
	}
}

// Five hundred people: two approve it, proving who they are, and who joined or left
// since is told.
func TestAnAudienceOfFiveHundredChanges(t *testing.T) {
	s, lead := letterSite(t, 500)
	id := lead.writes("approver", "Helena <executive@example.com>")
	lead.must(lead.acts(id, "ask"), http.StatusSeeOther)
	if say := lead.says(id, ""); !strings.Contains(say, "500 people as of now") || !strings.Contains(say, "two people approve it") {
		t.Errorf("asked: %s", say)
	}
	stale := s.browser()
	stale.isSince("stale", time.Hour, roleGrants["lead"])
	if say := stale.says(id, ""); !strings.Contains(say, "Confirm it is you") {
		t.Errorf("an old sign-in: %s", say)
	}
	if a := stale.post(route.Message(id)+"/approve", url.Values{"version": {"2"}}); a.StatusCode != http.StatusForbidden {
		t.Errorf("an old sign-in approves for 500: %d", a.StatusCode)
	}
	lead.must(lead.acts(id, "approve"), http.StatusSeeOther)
	if say := lead.says(id, ""); !strings.Contains(say, "Needs approval") && !strings.Contains(say, "a second person approves it") {
		t.Errorf("once: %s", say)
	}
	executive := s.browser()
	executive.is("executive", roleGrants["executive"])
	executive.must(executive.acts(id, "approve"), http.StatusSeeOther)
	if say := lead.says(id, ""); !strings.Contains(say, "Scheduled") {
		t.Errorf("twice: %s", say)
	}
	s.enrol(501, 512)
	s.exec(`delete from placement where person in (select id from person where email < 'p009@example.com')`)
	s.exec(`delete from person where email < 'p009@example.com'`)
	s.exec(`update generation set n = n + 1, people = n + 1`)
	s.clock.Advance(2 * time.Minute)
	say := lead.says(id, "")
	for _, want := range []string{"504 people as of now", "for 500 people", "Since then 12 joined and 8 left.", "Joined: Person 501", "Left: p001@example.com"} {
		if !strings.Contains(say, want) {
			t.Errorf("the page does not say %q: %s", want, say)
		}
	}
	if said := executive.says(id, ""); strings.Contains(said, "Person 501") || !strings.Contains(said, "12 joined and 8 left") {
		t.Errorf("an executive reads: %s", said)
	}
}

// An approval by one person for up to 200 does not do when more are reached.
func TestAGrowingReachNeedsASecondApproval(t *testing.T) {
	s, lead := letterSite(t, comms.Mass)
	id := lead.writes()
	lead.must(lead.acts(id, "ask"), http.StatusSeeOther)
	lead.must(lead.acts(id, "approve"), http.StatusSeeOther)
	s.enrol(comms.Mass+1, comms.Mass+1)
	s.clock.Advance(2 * time.Minute)
	if say := lead.says(id, ""); !strings.Contains(say, "Needs a second approval") || !strings.Contains(say, "a second person approves it, else it does not go out") || strings.Contains(say, "Send now") {
		t.Errorf("201 people: %s", say)
	}
	version := strconv.Itoa(s.number(`select version from message`))
	if a := lead.post(route.Message(id)+"/send-now", url.Values{"version": {version}}); a.StatusCode != http.StatusConflict {
		t.Errorf("sent now: %d", a.StatusCode)
	}
	lee := s.browser()
	lee.is("lee", roleGrants["lead"])
	lee.must(lee.acts(id, "approve"), http.StatusSeeOther)
	if say := lee.says(id, ""); strings.Contains(say, "Needs a second approval") || !strings.Contains(say, "Send now") {
		t.Errorf("by two: %s", say)
	}
	lee.must(lee.acts(id, "send-now"), http.StatusSeeOther)
	if n := s.number(`select count(*) from occurrence where (day + at) at time zone zone <= $1 and day_set`, s.clock.Now()); n != 1 {
		t.Error("it is not due now")
	}
}

func TestPreviewPerRecipient(t *testing.T) {
	s, lead := letterSite(t, 3)
	s.exec(`insert into person (email, name) values ('nora@example.com', 'Nora [x](https://evil.example) Lind')`)
	s.exec(`insert into placement (person, wave) select id, 1 from person where email = 'nora@example.com'`)
	s.exec(`update generation set n = n + 1, people = n + 1`)
	id := lead.writes("subject", "For {{name}}", "body", "Hello {{name}}, ask {{champion}}. It opens on {{wave_date}}: {{library_link}}")
	first := lead.says(id, "/preview")
	on := s.clock.Now().AddDate(0, 0, 20).Format("Mon 2 Jan")
	for _, want := range []string{"{{champion}} is not known of 1 person: they read “your champion”.", on, s.url + "/library", "Unsubscribe"} {
		if !strings.Contains(first, want) {
			t.Errorf("the preview does not say %q: %s", want, first)
		}
	}
	doc := lead.must(lead.get(route.Message(id)+"/preview?as=P002@example.com"), http.StatusOK).doc(t)
	if h := doc.Find("#mail").Text(); h != "For Person 2" || !strings.Contains(doc.Find(".message-text").Text(), "ask Rosa Lindgren") || !strings.Contains(doc.Find(".message-plain").Text(), "Hello Person 2, ask Rosa Lindgren.") {
		t.Errorf("as Person 2: %q %s", h, doc.Find("main").Text())
	}
	doc = lead.must(lead.get(route.Message(id)+"/preview?as=nora@example.com"), http.StatusOK).doc(t)
	if text := doc.Find(".message-text"); text.Find("a[href*=evil]").Length() != 0 || !strings.Contains(text.Text(), "Hello Nora [x](https://evil.example) Lind, ask your champion.") {
		t.Errorf("as Nora: %s", text.Text())
	}
	if say := strings.Join(strings.Fields(lead.must(lead.get(route.Message(id)+"/preview?as=who@example.com"), http.StatusOK).doc(t).Find("main").Text()), " "); !strings.Contains(say, "does not reach this address") || !strings.Contains(say, "Robin Example") {
		t.Errorf("as somebody else: %s", say)
	}
	owner := s.browser()
	owner.is("owner", roleGrants["owner"])
	if say := strings.Join(strings.Fields(owner.must(owner.get(route.Message(id)+"/preview?as=p002@example.com"), http.StatusOK).doc(t).Find("main").Text()), " "); strings.Contains(say, "Person 2") || !strings.Contains(say, "Robin Example") || !strings.Contains(say, "is not known of 1 person") {
		t.Errorf("an owner reads: %s", say)
	}
}

func TestATestGoesToOneself(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := lead.writes()
	at := route.Message(id)
	f := lead.typed(at, "form[action$='/test']", "to", "p001@example.com", "email", "p001@example.com")
	lead.must(lead.post(at+"/test", f), http.StatusSeeOther)
	lead.must(lead.post(at+"/test", f), http.StatusSeeOther)
	if n := s.number(`select count(*) from delivery where email = 'lead@example.com' and subject = 'Test: Bring one task, lead'`); n != 1 || s.number(`select count(*) from delivery`) != 1 {
		t.Errorf("%d to oneself of %d", n, s.number(`select count(*) from delivery`))
	}
	for range comms.MaxTests - 1 {
		lead.must(lead.acts(id, "test"), http.StatusSeeOther)
	}
	if a := lead.acts(id, "test"); a.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(a.body), "tests within the hour") {
		t.Errorf("one too many: %d", a.StatusCode)
	}
}

func TestCancellingAndArchiving(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := lead.writes()
	lead.must(lead.acts(id, "cancel", "reason", "The date moved"), http.StatusSeeOther)
	if say := lead.says(id, ""); !strings.Contains(say, "Cancelled") || !strings.Contains(say, "The date moved") {
		t.Errorf("cancelled: %s", say)
	}
	other := lead.writes("title", "Another")
	lead.must(lead.acts(other, "archive"), http.StatusSeeOther)
	if say := lead.says(other, ""); !strings.Contains(say, "Archived") || s.number(`select count(*) from occurrence where state = 'cancelled'`) != 2 {
		t.Errorf("archived: %s", say)
	}
}

// letter keeps a message to everybody that waits for approval, and returns its id.
func (s *site) letter(st comms.Keeper) int64 {
	s.t.Helper()
	by := identity.Actor{Name: "Ines Marchetti", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	m := comms.Message{}
	d := comms.Draft{
		Stage: comms.PreLaunch, Title: "Training dates and your champion", Owner: comms.Person{Name: by.Name, Email: by.Email}, UsefulFor: 24 * time.Hour,
		Subject: "Bring one task", Body: "Hello {{name}}, bring **one real task**. Ask {{champion}}.", Audience: comms.Audience{Who: comms.WhoPeople}, Channels: []int{1},
	}
	if err := m.Apply(by, d, s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
	m.Occurrences = []comms.Occurrence{{No: 1, Day: day.FromTime(s.clock.Now()) + 9, At: "09:00", Zone: "UTC", State: comms.Planned}}
	service := &comms.Service{Keeper: st}
	id, err := service.Create(s.t.Context(), by, "", m, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := service.Ask(s.t.Context(), by, id, 1, s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
	return int64(id)
}
