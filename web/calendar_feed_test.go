package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	goical "github.com/emersion/go-ical"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

var feedAddress = regexp.MustCompile(`/calendar/[A-Za-z0-9_-]{43}\.ics`)

// feed makes the reader's calendar address.
func (b *browser) feed() string {
	b.t.Helper()
	a := b.post(route.CalendarFeed, url.Values{})
	at := feedAddress.FindString(a.body)
	if a.StatusCode != http.StatusOK || at == "" {
		b.t.Fatalf("no address was made: %d", a.StatusCode)
	}
	return at
}

// calendar reads a calendar as a program does, by an independent reader.
func (s *site) calendar(at string) map[string]goical.Event {
	s.t.Helper()
	a := s.browser().get(at)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		s.t.Fatalf("GET a calendar: %d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	cal, err := goical.NewDecoder(strings.NewReader(a.body)).Decode()
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]goical.Event{}
	for _, e := range cal.Events() {
		name, err := e.Props.Text("SUMMARY")
		if err != nil {
			s.t.Fatal(err)
		}
		out[name] = e
	}
	return out
}

func entryProp(t *testing.T, e goical.Event, name string) string {
	t.Helper()
	p := e.Props.Get(name)
	if p == nil {
		t.Fatalf("no %s in %v", name, e.Props)
	}
	return p.Value
}

// TestCalendarSaysWhatIsPlanned: every message with how it stands, launches, and nobody's address.
func TestCalendarSaysWhatIsPlanned(t *testing.T) {
	s := newCommsSite(t)
	at := s.signedIn("ines").feed()
	got := s.calendar(at)
	for name, status := range map[string]string{
		"From the leadership: why Cowork": "CONFIRMED", "Is the app on your laptop": "CONFIRMED", "Onboarding guide": "TENTATIVE",
		"Quick wins to copy": "TENTATIVE", "Champion stories": "TENTATIVE", "Training dates and your champion": "TENTATIVE",
	} {
		e, ok := got[name]
		if !ok {
			t.Errorf("%s is not in it", name)
			continue
		}
		if entryProp(t, e, "STATUS") != status {
			t.Errorf("%s is %s", name, entryProp(t, e, "STATUS"))
		}
	}
	want := (s.today() + 12).Time().Format("20060102")
	if e, ok := got["Launch of Wave 1"]; !ok || entryProp(t, e, "DTSTART") == "" {
		t.Errorf("the launch is not in it: %v", got)
	}
	start, err := func() (time.Time, error) { e := got["Onboarding guide"]; return e.DateTimeStart(time.UTC) }()
	if berlin, bad := time.LoadLocation("Europe/Berlin"); err != nil || bad != nil || start.In(berlin).Format("20060102 15:04") != want+" 09:00" {
		t.Errorf("it goes out at %s, not at nine in Berlin on %s", start, want)
	}
	if body := s.browser().get(at).body; strings.Contains(body, "@aldermere.example") || strings.Contains(body, "ATTENDEE") {
		t.Error("it names people")
	}
}

// TestCalendarKeepsItsEntries: a moved message has the same id and a higher sequence, a
// cancelled one says so.
func TestCalendarKeepsItsEntries(t *testing.T) {
	s := newCommsSite(t)
	at := s.signedIn("ines").feed()
	before := s.calendar(at)["Is the app on your laptop"]
	s.exec(`update occurrence set day = day + 1, version = version + 1 where message = (select id from message where title = 'Is the app on your laptop')`)
	moved := s.calendar(at)["Is the app on your laptop"]
	if entryProp(t, moved, "UID") != entryProp(t, before, "UID") || entryProp(t, moved, "SEQUENCE") <= entryProp(t, before, "SEQUENCE") || entryProp(t, moved, "DTSTART") == entryProp(t, before, "DTSTART") {
		t.Errorf("moved, it is %v, and was %v", moved.Props, before.Props)
	}
	s.exec(`update occurrence set state = 'cancelled', version = version + 1 where message = (select id from message where title = 'Is the app on your laptop')`)
	if gone := s.calendar(at)["Is the app on your laptop"]; entryProp(t, gone, "STATUS") != "CANCELLED" || entryProp(t, gone, "UID") != entryProp(t, before, "UID") {
		t.Errorf("cancelled, it is %v", gone.Props)
	}
}

// TestCalendarFitsItsReader: champions see what is approved for their people, executives
// no message, and a role that is gone counts at once.
func TestCalendarFitsItsReader(t *testing.T) {
	s := newCommsSite(t)
	s.approves(s.tells("For nobody of claims", comms.FirstWeek, s.today()+5, func(m *comms.Message) { m.Audience = comms.Audience{Who: comms.WhoPeople, Departments: []int{999}} }))
	s.approves(s.tells("To champions", comms.FirstWeek, s.today()+6, func(m *comms.Message) { m.Audience = comms.Audience{Who: comms.WhoChampions} }))
	champion := s.calendar(s.signedIn("tomas").feed())
	for name, want := range map[string]bool{"To champions": true, "For nobody of claims": false, "Quick wins to copy": false, "Champion stories": false} {
		if _, got := champion[name]; got != want {
			t.Errorf("a champion sees %q: %t", name, got)
		}
	}
	if executive := s.calendar(s.signedIn("helen").feed()); len(executive) != 0 {
		t.Errorf("an executive sees %v", executive)
	}
	b := s.signedIn("ines")
	at := b.feed()
	if n := len(s.calendar(at)); n < 6 {
		t.Fatalf("a lead sees %d entries", n)
	}
	s.exec(`delete from account_role where account_id = (select account from calendar_feed where revoked_at is null order by id desc limit 1)`)
	if now := s.calendar(at); len(now) != 0 {
		t.Errorf("without a role they see %v", now)
	}
}

// TestCalendarAddressIsASecret: shown once, kept as a hash, replaced, revoked, and of no
// use for an account that is deactivated.
func TestCalendarAddressIsASecret(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	acc := b.is("lead", roleGrants["lead"])
	if got := b.get(route.CalendarFeed).words(t, "main"); !strings.Contains(got, "You have none") {
		t.Errorf("before there is one: %q", got)
	}
	first := b.feed()
	if body := b.get(route.CalendarFeed).body; feedAddress.MatchString(body) || !strings.Contains(body, "Not by any program yet") {
		t.Error("the address is shown again, or was read by somebody")
	}
	s.calendar(first)
	if got := b.get(route.CalendarFeed).words(t, "main"); strings.Contains(got, "Not by any program yet") {
		t.Error("that it was read is not said")
	}
	if secret := strings.TrimSuffix(strings.TrimPrefix(first, "/calendar/"), ".ics"); strings.Contains(s.log.String(), secret) {
		t.Error("the log holds the secret")
	}
	second := b.feed()
	absent := func(at, why string) {
		t.Helper()
		if a := s.browser().get(at); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", why, a.StatusCode)
		}
	}
	absent(first, "replaced")
	s.calendar(second)
	if a := b.post(route.CalendarFeed+"/revoke", url.Values{}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("revoke: %d", a.StatusCode)
	}
	absent(second, "revoked")
	absent("/calendar/x.ics", "malformed")
	absent("/calendar/"+strings.Repeat("A", 43)+".ics", "of nobody")
	third := b.feed()
	s.browser().is("remaining", roleGrants["lead"])
	if _, err := s.id.Deactivate(t.Context(), identity.Change{By: identity.Operator(), Account: acc.ID, Version: acc.Version, Now: s.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	absent(third, "of a deactivated account")
}

// TestCalendarIsCachedByItsReaderOnly and answered anew when it changed.
func TestCalendarIsCachedByItsReaderOnly(t *testing.T) {
	s := newCommsSite(t)
	at := s.signedIn("ines").feed()
	ask := func(tag string) answer {
		t.Helper()
		b := s.browser()
		r := b.request("GET", at, nil)
		r.Header.Set("If-None-Match", tag)
		return b.do(r)
	}
	first := ask("")
	tag := first.Header.Get("ETag")
	if tag == "" || first.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("ETag %q, Cache-Control %q", tag, first.Header.Get("Cache-Control"))
	}
	for _, known := range []string{"W/" + tag, `"other", ` + tag} {
		if same := ask(known); same.StatusCode != http.StatusNotModified {
			t.Errorf("asked with %s: %d", known, same.StatusCode)
		}
	}
	if same := ask(tag); same.StatusCode != http.StatusNotModified || same.body != "" {
		t.Errorf("unchanged: %d", same.StatusCode)
	}
	s.exec(`update message set title = 'Renamed', version = version + 1 where title = 'Quick wins to copy'`)
	if changed := ask(tag); changed.StatusCode != http.StatusOK || !strings.Contains(changed.body, "Renamed") {
		t.Errorf("changed: %d", changed.StatusCode)
	}
	s.srv.feeds = newLimiter(2)
	ask("")
	ask("")
	if a := ask(""); a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("asked too often: %d", a.StatusCode)
	}
}
