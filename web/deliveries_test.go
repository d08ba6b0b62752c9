package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// mails makes a mailing with so many letters to people of one name, and returns its copies.
func (s *site) mails(key, name string, letters int) (comms.MailingID, []comms.DeliveryID) {
	s.t.Helper()
	now := s.clock.Now()
	var list []comms.Letter
	for i := range letters {
		to := comms.Recipient{Email: fmt.Sprintf("%s%02d@example.com", key, i+1), Name: fmt.Sprintf("%s %02d", name, i+1)}
		list = append(list, comms.Letter{To: to, Subject: "Yours", Body: "Words"})
	}
	m := comms.Mailing{Kind: comms.KindTasks, Key: key, Title: "Digest " + key, DueAt: now, UsefulUntil: now.Add(48 * time.Hour)}
	id, _, err := s.store.Enqueue(s.t.Context(), nil, m, list, now)
	if err != nil {
		s.t.Fatal(err)
	}
	copies, err := s.store.DeliveryIDs(s.t.Context(), id, comms.Waiting)
	if err != nil {
		s.t.Fatal(err)
	}
	return id, copies
}

// settles says what became of copies.
func (s *site) settles(state comms.DeliveryState, copies ...comms.DeliveryID) {
	s.t.Helper()
	for _, d := range copies {
		s.exec(fmt.Sprintf(`update delivery set state = '%s', settled_at = now(), attempts = 1, reason = 'The mailbox said no', code = 550 where id = %d`, state, d))
	}
}

// buttons are the words of the buttons of a page.
func (b *browser) buttons(path string) string {
	b.t.Helper()
	return b.get(path).words(b.t, "main button, main .btn")
}

func TestTheStateOfSendingInOneSentence(t *testing.T) {
	s := newSite(t, nil)
	lead, auditor := s.role("lead"), s.role("auditor")
	state := func(b *browser) string { return b.get(route.Deliveries).words(t, ".dl-state") }
	if got := state(lead); got != "Nothing waits, and nothing went out today." {
		t.Error(got)
	}
	_, copies := s.mails("a", "Ada", 3)
	s.settles(comms.Sent, copies[0])
	if got := state(auditor); got != "Going out: 2 copies wait, 1 left today." {
		t.Error(got)
	}
	if got := auditor.get(route.Deliveries).words(t, ".dl-going"); !strings.Contains(got, "1 of 3") || !strings.Contains(got, "1 sent, 2 waiting") {
		t.Error(got)
	}
	lead.expects(303, route.Deliveries+"/pause")
	if got := state(auditor); !strings.HasPrefix(got, "Paused by ") || !strings.HasSuffix(got, "2 copies wait.") {
		t.Error(got)
	}
	if got := auditor.buttons(route.Deliveries); strings.Contains(got, "Go on") {
		t.Errorf("an auditor is offered %s", got)
	}
	lead.expects(303, route.Deliveries+"/resume")
	s.exec(`update sending set guarded_at = now()`)
	page := lead.get(route.Deliveries)
	if got := page.words(t, "main"); !strings.Contains(got, "Nothing goes out until a rollout lead confirms.") || !strings.Contains(got, "restored or copied") || strings.Contains(got, "Pause everything") {
		t.Error(got)
	}
	if page.doc(t).Find("[hx-get]").Length() != 0 {
		t.Error("a page on which nothing goes on asks again and again")
	}
	lead.expects(303, route.Deliveries+"/confirm")
	if got := state(lead); !strings.HasPrefix(got, "Going out:") {
		t.Error(got)
	}
	if n := s.number(`select count(*) from audit_log where action like 'sending.%'`); n != 3 {
		t.Errorf("%d entries of the audit log, want three", n)
	}
}

func TestEveryRecipientOfAMailing(t *testing.T) {
	s := newSite(t, nil)
	id, copies := s.mails("a", "=Ada", 30)
	s.settles(comms.Sent, copies[:3]...)
	s.settles(comms.Refused, copies[3])
	s.settles(comms.Unknown, copies[4])
	auditor, here := s.role("auditor"), route.Mailing(int64(id))
	page := auditor.get(here)
	if n := page.doc(t).Find("main tbody tr").Length(); n != 25 {
		t.Errorf("%d recipients on a page", n)
	}
	if got := page.words(t, ".tabs"); got != "All 30Sent 3Waiting 25Unknown 1Refused 1" {
		t.Errorf("states: %s", got)
	}
	if got := page.words(t, ".pages"); !strings.Contains(got, "1–25 of 30") {
		t.Error(got)
	}
	for query, want := range map[string]int{"?page=2": 5, "?state=sent": 3, "?q=ada+07": 1, "?state=came_back": 0, "?q=%00": 25, "?state=x&channel=x&page=-4": 25, "?channel=99": 0} {
		if n := auditor.get(here + query).doc(t).Find("main tbody tr").Length(); n != want {
			t.Errorf("%s: %d recipients, want %d", query, n, want)
		}
	}
	refused := auditor.get(here + "?state=refused")
	if got := refused.words(t, "main tbody tr"); !strings.Contains(got, "The mailbox said no (550)") || strings.Contains(got, "Send again") {
		t.Error(got)
	}
	lead := s.role("lead")
	file := lead.get(here + ".csv")
	rows := strings.Split(strings.TrimSpace(file.body), "\n")
	if len(rows) != 31 || !strings.Contains(rows[1], ",'=Ada 01,a01@example.com,sent,") {
		t.Errorf("%d rows: %.300s", len(rows), file.body)
	}
	if rows := strings.Split(strings.TrimSpace(lead.get(here+".csv?state=unknown").body), "\n"); len(rows) != 2 {
		t.Errorf("%d rows of the unknown", len(rows))
	}
	if n := s.number(`select count(*) from audit_log where action = 'mailing.exported'`); n != 2 {
		t.Errorf("%d exports are in the audit log", n)
	}
	late := s.browser()
	late.isSince("late", time.Hour, roleGrants["lead"])
	if a := late.get(here + ".csv"); a.StatusCode != http.StatusForbidden {
		t.Errorf("an hour after signing in: %d", a.StatusCode)
	}
	if a := lead.get(route.Mailing(int64(id) + 7)); a.StatusCode != http.StatusNotFound {
		t.Errorf("an absent mailing: %d", a.StatusCode)
	}
}

func TestUnknownCopiesAreSentAgainByHandOnly(t *testing.T) {
	s := newSite(t, nil)
	id, copies := s.mails("a", "Ada", 8)
	s.settles(comms.Unknown, copies[:4]...)
	s.settles(comms.Refused, copies[4:6]...)
	lead, here := s.role("lead"), route.Mailing(int64(id))
	if got := lead.get(route.Unknowns).words(t, "main"); !strings.Contains(got, "may have arrived") || strings.Count(got, "Send again to Ada") != 4 {
		t.Error(got)
	}
	again := func(want string, path string, pairs ...string) {
		t.Helper()
		a := lead.expects(303, path, pairs...)
		if got := lead.get(a.location()).words(t, ".toast"); got != want {
			t.Errorf("%s %v: %q, want %q", path, pairs, got, want)
		}
	}
	again("1 copy goes out again.", route.Deliveries+"/resend", "delivery", fmt.Sprint(copies[0]), "return_to", here+"?state=unknown")
	again("Nothing was sent: it was settled meanwhile, or what it said is not kept any more.", route.Deliveries+"/resend", "delivery", fmt.Sprint(copies[0]), "return_to", "https://elsewhere.example/")
	again("3 copies go out again.", here+"/resend", "state", "unknown")
	again("2 copies go out again.", here+"/resend", "state", "refused")
	lead.expects(422, here+"/resend", "state", "sent")
	lead.expects(404, route.Mailing(999)+"/resend", "state", "unknown")
	lead.expects(404, route.Deliveries+"/resend", "delivery", "x")
	if n := s.number(`select count(*) from delivery where resent = 1 and resent_by <> '' and state = 'waiting'`); n != 6 {
		t.Errorf("%d copies wait again", n)
	}
	if got := lead.get(route.Delivery(int64(copies[0]))).words(t, "main"); !strings.Contains(got, "Sent again once, last by") {
		t.Error(got)
	}
	lead.expects(303, here+"/stop")
	if n := s.number(`select count(*) from delivery where state = 'stopped'`); n != 8 {
		t.Errorf("%d copies are stopped", n)
	}
	lead.expects(404, route.Mailing(999)+"/stop")
}

const notice = "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" +
	"Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <%s>\r\n\r\nHi\r\n--b--\r\n"

// brings uploads notices that mail came back.
func (b *browser) brings(files ...string) answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i, text := range files {
		part, err := form.CreateFormFile("file", fmt.Sprintf("notice%d.eml", i))
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = part.Write([]byte(text))
	}
	_ = form.Close()
	r := b.withBody(b.request("POST", route.Bounces, nil), body.String())
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(r)
}

func TestReturnedMailIsNotedByHandAndByFile(t *testing.T) {
	s := newSite(t, nil)
	id, copies := s.mails("a", "Ada", 4)
	s.settles(comms.Sent, copies...)
	lead := s.role("lead")
	lead.expects(422, route.Delivery(int64(copies[0]))+"/bounce", "reason", "x")
	lead.expects(404, route.Delivery(999)+"/bounce", "reason", "other")
	lead.expects(303, route.Delivery(int64(copies[0]))+"/bounce", "reason", string(comms.MailboxFull))
	if got := lead.get(route.Delivery(int64(copies[0]))).words(t, "main"); !strings.Contains(got, "Came back") || !strings.Contains(got, "The mailbox is full") || strings.Contains(got, "Note that it came back") {
		t.Error(got)
	}
	a := lead.brings(fmt.Sprintf(notice, "a02@example.com", comms.MailID(copies[1], 1, "gs.example")), fmt.Sprintf(notice, "stranger@example.com", "x@y"), "no notice")
	if got := lead.get(a.location()).words(t, ".toast"); got != "2 notices read: 1 mail noted as come back. 1 about mail that did not go out from here. 1 file was no notice." {
		t.Errorf("%d %q", a.StatusCode, got)
	}
	if got := lead.get(route.Bounces).words(t, "main tbody"); !strings.Contains(got, "a02@example.com") || !strings.Contains(got, "There is no such address") || strings.Contains(got, "a01@") {
		t.Error(got)
	}
	if got := lead.get(route.Mailing(int64(id))).words(t, ".dl-facts, .tabs"); !strings.Contains(got, "Delivered2 (50%)") || !strings.Contains(got, "Came back 2") {
		t.Error(got)
	}
	for name, files := range map[string][]string{"none": nil, "no notices": {"a", "b"}} {
		if a := lead.brings(files...); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.words(t, "main"), "Nothing was changed") {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	if a := lead.brings(make([]string, 3)...); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("empty files: %d", a.StatusCode)
	}
	if a := lead.brings(strings.Repeat("x", maxNoticeBytes+1)); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too much: %d", a.StatusCode)
	}
	lead.expects(303, route.Bounces+"/take-back", "email", "a02@example.com")
	lead.expects(404, route.Bounces+"/take-back", "email", "a02@example.com")
}

// TestNamesOfRecipientsAreForLeadsAndAuditors crawls every page as everybody else.
func TestNamesOfRecipientsAreForLeadsAndAuditors(t *testing.T) {
	s := newSite(t, nil)
	id, copies := s.mails("zqcanary", "Zqcanary", 3)
	s.settles(comms.Unknown, copies[0])
	s.settles(comms.Sent, copies[1])
	if _, err := s.store.NoteBounces(t.Context(), identity.Operator(), []comms.Bounce{{Delivery: copies[1], Reason: comms.NoSuchAddress}}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	pages := []string{route.Deliveries, route.Unknowns, route.Delivery(int64(copies[0])), route.Mailings, route.Mailing(int64(id)), route.Mailing(int64(id)) + ".csv", route.Bounces, route.Comms, route.Overview, route.Today}
	for _, role := range []string{"norole", "owner", "champion", "executive"} {
		b := s.role(role)
		for _, path := range pages {
			if a := b.get(path); strings.Contains(strings.ToLower(a.body), "zqcanary0") || strings.Contains(a.body, "Zqcanary 0") {
				t.Errorf("%s reads names at %s", role, path)
			}
		}
	}
	if a := s.role("auditor").get(route.Mailing(int64(id))); !strings.Contains(a.body, "Zqcanary 01") {
		t.Error("an auditor does not read the names")
	}
}

func TestOpenedLinksLeadOnAndCount(t *testing.T) {
	s := newSite(t, nil)
	_, copies := s.mails("a", "Ada", 2)
	link := func(path string) string { return route.CountedLink(s.srv.Comms.Links.Token(copies[0], path)) }
	b := s.browser()
	follow := func(method, path, agent string) answer {
		r := b.request(method, path, nil)
		r.Header.Set("User-Agent", agent)
		return b.do(r)
	}
	const person = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
	for _, c := range []struct {
		method, path, agent string
		status              int
		to                  string
		counted             int64
	}{
		{"GET", link("/library?q=a"), person, 302, "/library?q=a", 1},
		{"GET", link("/library?q=a"), person, 302, "/library?q=a", 1},
		{"GET", link("/"), person, 302, "/", 2},
		{"HEAD", link("/wins"), person, 302, "/wins", 2},
		{"GET", link("/wins"), "Mozilla/5.0 (compatible; SafeLinks scanner)", 302, "/wins", 2},
		{"GET", link("/wins"), "Slackbot-LinkExpanding 1.0", 302, "/wins", 2},
		{"GET", link("/wins"), "", 302, "/wins", 2},
		{"GET", link("//elsewhere.example/"), person, 404, "", 2},
		{"GET", link("https://elsewhere.example/"), person, 404, "", 2},
		{"GET", link(`/\elsewhere.example`), person, 404, "", 2},
		{"GET", link("/wins")[:30], person, 404, "", 2},
		{"GET", route.CountedLink("x"), person, 404, "", 2},
	} {
		a := follow(c.method, c.path, c.agent)
		if a.StatusCode != c.status || a.location() != c.to {
			t.Errorf("%s %s by %q: %d to %q, want %d to %q", c.method, c.path, c.agent, a.StatusCode, a.location(), c.status, c.to)
		}
		if n := s.number("select count(*) from click"); n != int(c.counted) {
			t.Errorf("%s by %q: %d openings, want %d", c.path, c.agent, n, c.counted)
		}
	}
	s.store.Close()
	if a := follow("GET", link("/library"), person); a.StatusCode != 302 || a.location() != "/library" {
		t.Errorf("without a database: %d to %q", a.StatusCode, a.location())
	}
	if strings.Contains(s.log.String(), "example.com") {
		t.Error("an address is in the log")
	}
}
