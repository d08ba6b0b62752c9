package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/comms"
	"groundswell/internal/route"
)

// endLink is the link in a mail of a kind to an address.
func (s *site) endLink(email string, c comms.Choice) string {
	return route.UnsubscribeLink(s.srv.Comms.Unsubscriber.Token(email, c))
}

// wants reports what is kept of an address.
func (s *site) wants(email string, c comms.Choice) bool {
	s.t.Helper()
	got, err := s.store.Wanted(s.t.Context(), c, []string{email})
	if err != nil {
		s.t.Fatal(err)
	}
	return got[email]
}

// TestALinkEndsAKindWithoutASignIn looks, ends, and takes it back.
func TestALinkEndsAKindWithoutASignIn(t *testing.T) {
	s := newSite(t, nil)
	nobody, link := s.browser(), s.endLink("Ines@example.com", comms.ChoiceTasks)
	for range 3 {
		doc := nobody.document(link)
		if said := doc.Find("main").Text(); !strings.Contains(said, "i…s@example.com") || strings.Contains(said, "ines@example.com") || strings.TrimSpace(doc.Find("main form button").Text()) != "End these mails" {
			t.Fatalf("%s", said)
		}
	}
	if n := s.number("select count(*) from mail_choice"); n != 0 {
		t.Fatal("looking ended it")
	}
	nobody.must(nobody.post(link, url.Values{"wanted": {"no"}}), http.StatusSeeOther)
	if s.wants("ines@example.com", comms.ChoiceTasks) || !s.wants("ines@example.com", comms.ChoiceMessages) {
		t.Error("the wrong kind has ended")
	}
	if said := nobody.document(link).Find("main").Text(); !strings.Contains(said, "“Your tasks” has ended") || !strings.Contains(said, "Get them again") {
		t.Errorf("afterwards: %s", said)
	}
	nobody.must(nobody.post(link, url.Values{"wanted": {"yes"}}), http.StatusSeeOther)
	if !s.wants("ines@example.com", comms.ChoiceTasks) {
		t.Error("it is not taken back")
	}
	nobody.must(nobody.post(link, url.Values{}), http.StatusUnprocessableEntity)
	log := s.auditText()
	if strings.Contains(log, "ines") || !strings.Contains(log, "mail.ended mail/tasks") || !strings.Contains(log, "mail.taken_up mail/tasks") {
		t.Errorf("the audit log: %s", log)
	}
	if strings.Contains(s.log.String(), "ines@") || strings.Contains(s.log.String(), strings.TrimPrefix(link, route.Unsubscribe+"/")) {
		t.Error("the log holds an address or a token")
	}
}

func (s *site) auditText() string {
	s.t.Helper()
	var text string
	if err := s.store.Pool().QueryRow(s.t.Context(), "select coalesce(string_agg(action || ' ' || subject || ' ' || detail, E'\\n' order by seq), '') from audit_log").Scan(&text); err != nil {
		s.t.Fatal(err)
	}
	return text
}

// TestMailProgramsEndWithOneClick posts as RFC 8058 says: without cookie, origin or browser,
// and from another site too, in both of the forms there are.
func TestMailProgramsEndWithOneClick(t *testing.T) {
	s := newSite(t, nil)
	for name, dress := range map[string]func(*http.Request){
		"plain": func(*http.Request) {},
		"cross-site": func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", "https://mail.example.net")
		},
		"in parts": func(r *http.Request) {
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			if err := w.WriteField("List-Unsubscribe", "One-Click"); err != nil {
				t.Fatal(err)
			}
			w.Close()
			into, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL.String(), &body)
			if err != nil {
				t.Fatal(err)
			}
			into.Header.Set("Content-Type", w.FormDataContentType())
			*r = *into
		},
	} {
		email := strings.ReplaceAll(name, " ", "-") + "@example.com"
		b := s.browser()
		r := b.request(http.MethodPost, s.endLink(email, comms.ChoiceMessages), url.Values{"List-Unsubscribe": {"One-Click"}})
		dress(r)
		a := b.do(r)
		if a.StatusCode != http.StatusOK || len(a.Cookies()) != 0 || s.wants(email, comms.ChoiceMessages) {
			t.Errorf("%s: %d %s, cookies %v", name, a.StatusCode, a.body, a.Cookies())
		}
	}
}

// TestNoCookieCountsAtTheLink sends somebody's session along: it is not read, so that no
// other site can make a browser do something here by it.
func TestNoCookieCountsAtTheLink(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	acc := b.is("dana", roleGrants["owner"])
	r := b.request(http.MethodPost, s.endLink("ines@example.com", comms.ChoiceTasks), url.Values{"List-Unsubscribe": {"One-Click"}})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := b.do(r); a.StatusCode != http.StatusOK {
		t.Fatal(a.StatusCode)
	}
	if n := s.number("select count(*) from audit_log where action = 'mail.ended' and actor_account is null"); n != 1 {
		t.Errorf("account %d is told to have done it", acc.ID)
	}
	if !s.wants("dana@example.com", comms.ChoiceTasks) {
		t.Error("the cookie’s owner lost their mail")
	}
	other := b.request(http.MethodPost, route.MailChoices, url.Values{"shown": {"tasks"}})
	other.Header.Set("Sec-Fetch-Site", "cross-site")
	if a := b.do(other); a.StatusCode != http.StatusForbidden {
		t.Errorf("another site chooses for somebody signed in: %d", a.StatusCode)
	}
}

// TestForgedLinksEndNothing changes a letter of a link, anywhere.
func TestForgedLinksEndNothing(t *testing.T) {
	s := newSite(t, nil)
	b, link := s.browser(), s.endLink("ines@example.com", comms.ChoiceTasks)
	token := strings.TrimPrefix(link, route.Unsubscribe+"/")
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.IntRange(0, len(token)-1).Draw(rt, "at")
		letter := rapid.SampledFrom(strings.Split("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", "")).Draw(rt, "letter")
		forged := token[:at] + letter + token[at+1:]
		if forged == token {
			return
		}
		for _, a := range []answer{b.get(route.UnsubscribeLink(forged)), b.post(route.UnsubscribeLink(forged), url.Values{"wanted": {"no"}})} {
			if a.StatusCode != http.StatusNotFound || strings.Contains(a.body, "example.com") {
				rt.Fatalf("%s: %d", forged, a.StatusCode)
			}
		}
	})
	if n := s.number("select count(*) from mail_choice"); n != 0 {
		t.Errorf("%d choices are kept", n)
	}
	if said := drawn(t, b.get(route.UnsubscribeLink("nothing"))).Find("main").Text(); !strings.Contains(said, "This link ends no mail here") {
		t.Errorf("%s", said)
	}
}

func TestTryingManyLinksIsSlowedDown(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	for range knocksPerMinute + 1 {
		if a := b.get(route.UnsubscribeLink("nothing")); a.StatusCode == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("nobody is slowed down")
}

func TestPeopleChooseWhatTheyGet(t *testing.T) {
	s := newSite(t, nil)
	for role, want := range map[string]string{
		"":          "messages tasks reminder",
		"lead":      "messages tasks reminder failures",
		"champion":  "messages tasks champion reminder",
		"executive": "messages tasks reminder report",
	} {
		b := s.browser()
		if role == "" {
			b.is("nobody")
		} else {
			b.is(role, roleGrants[role])
		}
		doc := b.document(route.MailChoices)
		var got []string
		for _, e := range doc.Find("[name=wanted][checked]").EachIter() {
			got = append(got, e.AttrOr("value", ""))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q gets %v, want %s", role, got, want)
		}
	}
	b := s.browser()
	b.is("dana", roleGrants["owner"])
	b.must(b.post(route.MailChoices, url.Values{"shown": {"messages", "tasks", "reminder"}, "wanted": {"messages", "reminder"}}), http.StatusSeeOther)
	if s.wants("dana@example.com", comms.ChoiceTasks) || s.number("select count(*) from mail_choice") != 1 {
		t.Error("what did not change is kept, or what changed is not")
	}
	if said := b.document(route.MailChoices).Find("main").Text(); !strings.Contains(said, "You ended it.") || !strings.Contains(said, "Messages marked as mandatory") {
		t.Errorf("%s", said)
	}
	b.must(b.post(route.MailChoices, url.Values{"shown": {"failures"}, "wanted": {"failures"}}), http.StatusUnprocessableEntity)
	b.must(b.get(route.MailChoice("failures")), http.StatusNotFound)
	b.must(b.get(route.MailChoice("seat")), http.StatusNotFound)
	if said := b.document(route.MailChoice("tasks")).Find("main").Text(); !strings.Contains(said, "Nothing to say today") {
		t.Errorf("%s", said)
	}
	if url := b.document(route.Account).Find("a[href='" + route.MailChoices + "']"); url.Length() != 1 {
		t.Error("the account page does not lead there")
	}
}
