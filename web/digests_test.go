package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/claude"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/internal/sandbox"
)

// measuredSite is a site whose store holds two months of an organization, the first of
// them closed, with twenty of its people placed in one department.
func measuredSite(t *testing.T) (*site, day.Date) {
	t.Helper()
	s := newSite(t, nil)
	now := s.clock.Now()
	today := day.FromTime(now)
	org := sandbox.New(sandbox.Config{Today: today, Members: 120})
	api := httptest.NewServer(org)
	defer org.Close()
	defer api.Close()
	client, err := claude.New(claude.Config{Key: sandbox.Key, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	month := (today - 10).Month()
	if month.To > today-10 {
		month = (month.From - 1).Month()
	}
	from := month.From - 7
	if _, err := (&pull.Service{Up: client, Keep: s.store}).Run(t.Context(), pull.Options{From: &from}); err != nil {
		t.Fatal(err)
	}
	s.exec(`insert into department (name) values ('Claims Operations')`)
	s.exec(`insert into person (email, name) select email, 'Person ' || ord from member where listed and ord < 20`)
	s.exec(`insert into placement (person, from_day, department) select p.id, '2026-01-01', d.id from person p, department d`)
	s.exec(`update generation set n = n + 1, people = people + 1`)
	x, err := s.store.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closing, err := x.Close(month.From)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.KeepMonth(t.Context(), closing); err != nil {
		t.Fatal(err)
	}
	s.srv.Config.Index, s.srv.Config.Closings, s.srv.Config.Days = s.store, s.store, s.store
	return s, month.From
}

// preview is what somebody would be written of a kind now, in words.
func (b *browser) preview(k comms.MailingKind) string {
	b.t.Helper()
	return strings.Join(strings.Fields(b.document(route.MailChoice(string(k))).Find("main").Text()), " ")
}

// TestDigestsSayWhatThePagesSay reads a digest and the page that it leads to, as the same person.
func TestDigestsSayWhatThePagesSay(t *testing.T) {
	s, month := measuredSite(t)
	executive := s.browser()
	executive.is("executive", roleGrants["executive"])
	letter := executive.preview(comms.KindReport)
	span := month.Month()
	overview := executive.document(route.With(route.Overview, "from", span.From.String(), "to", span.To.String())).Find("main")
	page := strings.Join(strings.Fields(overview.Text()), " ")
	for _, name := range []string{"Activation rate", "Delegation rate", "Weekly actives"} {
		_, after, ok := strings.Cut(letter, name+": ")
		value, _, _ := strings.Cut(after, " ")
		if !ok || value == "" || value == "not" || !strings.Contains(page, value) {
			t.Errorf("%s is %q in the letter, and not on the page", name, value)
		}
	}
	if !strings.Contains(letter, month.Time().Format("January 2006")) {
		t.Errorf("the month is not named: %s", letter)
	}
	champion := s.browser()
	champion.is("champion", roleGrants["champion"])
	note := champion.preview(comms.KindChampion)
	sum := texts(champion.document(route.Today), ".ph-sum .n, .ph-sum .f li")
	if len(sum) < 3 {
		t.Fatalf("the day has no figures: %v", sum)
	}
	for _, want := range []string{strings.Replace(sum[0], " signed in", " people signed in", 1), strings.Replace(sum[1], "did a real task", "did a real task,", 1), strings.Replace(sum[2], " active", " were active", 1)} {
		if !strings.Contains(note, want) {
			t.Errorf("the note does not say %q: %s", want, note)
		}
	}
	if strings.Contains(note, "Person ") || strings.Contains(note, "@") {
		t.Errorf("the note names somebody: %s", note)
	}
}

// TestFewPeopleAreNotCountedByMail puts four people into a department.
func TestFewPeopleAreNotCountedByMail(t *testing.T) {
	s, _ := measuredSite(t)
	s.exec(`insert into department (name) values ('Legal')`)
	s.exec(`update placement set department = (select id from department where name = 'Legal') where person in (select id from person order by id limit 4)`)
	b := s.browser()
	b.is("lena", identity.Grant{Role: identity.Champion, Department: "legal"})
	note := b.preview(comms.KindChampion)
	if !strings.Contains(note, "fewer than 5 people are shown to nobody") || strings.Contains(note, "signed in") {
		t.Errorf("%s", note)
	}
}

func TestWhatGoesOutByItselfIsShownAndSet(t *testing.T) {
	s := newSite(t, nil)
	lead, auditor := s.browser(), s.browser()
	lead.is("lead", roleGrants["lead"])
	auditor.is("auditor", roleGrants["auditor"])
	s.exec("insert into digest_run (key, kind, at) values ('failures/2026-01-05', 'failures', '2026-01-05T07:30:00Z')")
	doc := lead.document(route.Digests)
	row := strings.Join(texts(doc, "#kind-failures"), " ")
	for _, want := range []string{"What fails", "On", "Would reach now1 person", "Mon 5 Jan, 07:30: there was nothing to say", "See yours"} {
		if !strings.Contains(strings.ReplaceAll(row, " 1 person", "1 person"), want) {
			t.Errorf("failures do not say %q: %s", want, row)
		}
	}
	if auditor.document(route.Digests).Find("main form").Length() != 0 {
		t.Error("an auditor may set it")
	}
	lead.must(lead.post(route.Digests, url.Values{"version": {"1"}, "at": {"25:00"}, "on": {"tasks"}}), http.StatusUnprocessableEntity)
	lead.must(lead.post(route.Digests, url.Values{"version": {"1"}, "at": {"08:15"}, "on": {"tasks", "failures"}}), http.StatusSeeOther)
	if said := lead.document(route.Digests).Find("main").Text(); !strings.Contains(said, "Written at 08:15 (UTC)") || !strings.Contains(said, "Never: it is switched off") {
		t.Errorf("%s", said)
	}
	stale := lead.must(lead.post(route.Digests, url.Values{"version": {"1"}, "at": {"06:45"}, "on": {"report"}}), http.StatusConflict)
	again := drawn(t, stale)
	if got := again.Find("#at").AttrOr("value", ""); got != "06:45" || !strings.Contains(again.Find(".banner").Text(), "It says 08:15 now") || again.Find("[name=version]").AttrOr("value", "") != "2" {
		t.Errorf("the form came back with %s: %s", got, again.Find(".banner").Text())
	}
}

// TestAMailedDigestLeadsToItsMailing writes for real and follows the page to what went out.
func TestAMailedDigestLeadsToItsMailing(t *testing.T) {
	s := newSite(t, nil)
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	s.exec("insert into source_state (source, status, failing_since, reason, say) values ('users', 'failing', now(), 'unauthorized', 'The key is not accepted.')")
	now := nextWorkingMorning(s.clock.Now())
	if n, err := s.srv.Comms.Digests.Write(t.Context(), now); n != 1 || err != nil {
		t.Fatalf("%d are written, %v", n, err)
	}
	link := lead.document(route.Digests).Find("#kind-failures dd a").AttrOr("href", "")
	if !strings.HasPrefix(link, route.Mailings+"/") {
		t.Fatalf("it leads to %q", link)
	}
	if said := lead.document(link).Find("main").Text(); !strings.Contains(said, "lead@example.com") || !strings.Contains(said, "What fails") {
		t.Errorf("%s", said)
	}
}

// nextWorkingMorning is half past seven in UTC of the next day from Monday to Friday.
func nextWorkingMorning(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day()+1, 7, 30, 0, 0, time.UTC)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
