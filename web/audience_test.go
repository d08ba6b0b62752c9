package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

func TestAudienceOf(t *testing.T) {
	long := make([]string, maxChosen+1)
	for i := range long {
		long[i] = fmt.Sprint(i + 1)
	}
	for _, c := range []struct {
		form  url.Values
		want  string // the audience, or the field that is wrong
		wrong bool
	}{
		{url.Values{"who": {"people"}, "waves": {"2", "1", "2"}, "departments": {"3"}, "groups": {"g"}, "stages": {"signed_in"}}, "{people [1 2] [3] [g] [signed_in] []}", false},
		{url.Values{"who": {"champions"}, "waves": {"1"}, "stages": {"signed_in"}, "groups": {"g"}}, "{champions [1] [] [] [] []}", false},
		{url.Values{"who": {"roles"}, "roles": {"owner", "lead"}, "waves": {"1"}}, "{roles [] [] [] [] [lead owner]}", false},
		{url.Values{}, "who", true},
		{url.Values{"who": {"everyone"}}, "who", true},
		{url.Values{"who": {"roles"}}, "roles", true},
		{url.Values{"who": {"roles"}, "roles": {"king"}}, "roles", true},
		{url.Values{"who": {"people"}, "waves": {"x"}}, "waves", true},
		{url.Values{"who": {"people"}, "waves": {"99999999999999999999"}}, "waves", true},
		{url.Values{"who": {"people"}, "departments": {"-1"}}, "departments", true},
		{url.Values{"who": {"people"}, "groups": {"a\x00"}}, "groups", true},
		{url.Values{"who": {"people"}, "stages": {"asleep"}}, "stages", true},
		{url.Values{"who": {"people"}, "waves": long}, "waves", true},
	} {
		a, err := audienceOf(c.form)
		if c.wrong {
			if err == nil || asFault(err).Fields[c.want] == "" {
				t.Errorf("%v: %v, not a mistake of %s", c.form, err, c.want)
			}
			continue
		}
		if err != nil || fmt.Sprint(a) != c.want || !a.Valid() {
			t.Errorf("%v: %v, not %s: %v", c.form, a, c.want, err)
		}
	}
}

// newAudienceSite has thirty people of Finance, one of whom opted out, and two of Legal.
func newAudienceSite(t *testing.T) *site {
	s := newSite(t, nil)
	for _, sql := range []string{
		`insert into department (name) values ('Finance'), ('Legal')`, `insert into wave (name) values ('Pilot')`,
		`insert into person (email, name) select 'fin' || lpad(n::text, 2, '0') || '@example.com', 'Finn ' || n from generate_series(1, 30) n`,
		`insert into person (email, name) values ('lea@example.com', '=Lea'), ('not an address', 'Nora')`,
		`insert into placement (person, department, wave) select id, case when email like 'fin%' then 1 else 2 end, 1 from person`,
		`insert into mail_choice (email_folded, kind, wanted, at) values ('fin30@example.com', 'messages', false, now())`,
	} {
		s.does(sql)
	}
	return s
}

// told is a message to an audience, approved for these addresses.
func (s *site) told(a comms.Audience, approved ...string) comms.MessageID {
	s.t.Helper()
	now := s.clock.Now()
	id, err := s.store.CreateMessage(s.t.Context(), identity.Operator(), newFormKey(), comms.Message{
		Title: "What changes on Monday", Stage: comms.PreLaunch, UsefulFor: 24 * time.Hour,
		Text: comms.Text{N: 1, At: now, Subject: "Monday", Body: "Read this.", Audience: a, Channels: []int{1}},
	}, now)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(approved) > 0 {
		if _, err := s.store.UpdateMessage(s.t.Context(), id, now, func(m *comms.Message) error {
			m.Approvals = append(m.Approvals, comms.Approval{N: 1, Person: comms.Person{Name: "Helen", Email: "helen@example.com"}, At: now, Recipients: len(approved), Addresses: approved})
			return nil
		}); err != nil {
			s.t.Fatal(err)
		}
	}
	return id
}

// TestAudienceIsCounted as a page and as the part that follows the fields; names are
// for leads and auditors.
func TestAudienceIsCounted(t *testing.T) {
	s := newAudienceSite(t)
	lead, owner := s.browser(), s.browser()
	lead.is("lead", roleGrants["lead"])
	owner.is("owner", roleGrants["owner"])
	finance := route.With(route.Audience, "who", "people", "departments", "1")
	a := lead.get(finance)
	if got := a.words(t, "#audience-count"); !strings.Contains(got, "29 people would get it now.") || !strings.Contains(got, "Everyone in Finance.") ||
		!strings.Contains(got, "1 left out: 1 opted out of messages.") || !strings.Contains(got, "Finn 1, Finn 2, Finn 3, Finn 4, Finn 5 and 24 more") {
		t.Errorf("a lead reads %q", got)
	}
	if n := a.doc(t).Find("input[name=departments][value='1'][checked]").Length(); n != 1 {
		t.Error("what was chosen is not chosen any more")
	}
	if got := owner.get(finance).words(t, "#audience-count"); !strings.Contains(got, "29 people") || strings.Contains(got, "Finn") {
		t.Errorf("an owner reads %q", got)
	}
	r := lead.request("GET", finance+"&mandatory=on", nil)
	r.Header.Set("HX-Request", "true")
	part := lead.do(r)
	if strings.Contains(part.body, "<html") || !strings.Contains(part.words(t, "#audience-count"), "30 people") {
		t.Errorf("htmx gets %s", part.body)
	}
}

// TestAudienceOfNobodySaysWhy for every reason there is.
func TestAudienceOfNobodySaysWhy(t *testing.T) {
	s := newAudienceSite(t)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	s.does(`insert into department (name) values ('Sales')`)
	s.does(`insert into mail_choice (email_folded, kind, wanted, at) values ('lea@example.com', 'messages', false, now())`)
	for query, why := range map[string]string{
		"who=people&departments=3":    "no person is in everything that is chosen",
		"who=people&departments=2":    "everybody in it is left out",
		"who=people&stages=signed_in": "no day of usage is complete yet",
		"who=champions":               "no champion is registered",
		"who=roles&roles=auditor":     "no account holds one of the chosen roles",
	} {
		if got := b.get(route.Audience+"?"+query).words(t, "#audience-count"); !strings.Contains(got, "Nobody is in this audience: "+why) {
			t.Errorf("%s: %q", query, got)
		}
		form, _ := url.ParseQuery(query)
		a, err := audienceOf(form)
		if err != nil {
			t.Fatal(err)
		}
		if say, err := s.srv.emptyAudience(t.Context(), a, false); err != nil || !strings.Contains(say, why) {
			t.Errorf("%s as a mistake of a form: %q %v", query, say, err)
		}
	}
	if say, err := s.srv.emptyAudience(t.Context(), comms.Audience{Who: comms.WhoPeople}, false); say != "" || err != nil {
		t.Errorf("somebody is there, and it says %q: %v", say, err)
	}
	if got := b.get(route.Audience+"?who=people&stages=asleep").words(t, "main"); !strings.Contains(got, "One of these cannot be chosen") {
		t.Errorf("a stage that is none: %q", got)
	}
	if got := b.get(route.Audience).words(t, "main"); !strings.Contains(got, "Choose who gets it to see how many") || strings.Contains(got, "cannot be chosen") {
		t.Errorf("nothing chosen: %q", got)
	}
}

// TestMessageAudienceIsListed page by page, with who is left out and what changed.
func TestMessageAudienceIsListed(t *testing.T) {
	s := newAudienceSite(t)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	approved := []string{"gone@example.com", "fin30@example.com"}
	for n := 3; n <= 29; n++ {
		approved = append(approved, fmt.Sprintf("fin%02d@example.com", n))
	}
	at := route.MessageAudience(int64(s.told(comms.Audience{Who: comms.WhoPeople, Departments: []int{1}}, approved...)))
	first := b.get(at)
	if got := first.words(t, "#reached + .sub, section[aria-labelledby=reached]"); !strings.Contains(got, "29 people as of now") || !strings.Contains(got, "1–25 of 29") || strings.Contains(got, "Finn 26") {
		t.Errorf("the first page is %q", got)
	}
	if got := b.get(at+"?page=2").words(t, "section[aria-labelledby=reached]"); !strings.Contains(got, "26–29 of 29") || !strings.Contains(got, "fin26@example.com") {
		t.Errorf("the second page is %q", got)
	}
	for _, page := range []string{"99", "-4", "x", "99999999999999999999"} {
		if a := b.get(at + "?page=" + page); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "of 29") {
			t.Errorf("page %s: %d", page, a.StatusCode)
		}
	}
	if got := b.get(at+"?q=FINN+7").words(t, "section[aria-labelledby=reached]"); !strings.Contains(got, "1–1 of 1") || !strings.Contains(got, "fin07@") {
		t.Errorf("looked for, it is %q", got)
	}
	if got := b.get(at+"?q=nobody").words(t, "section[aria-labelledby=reached]"); !strings.Contains(got, "Nobody by that name") {
		t.Errorf("looked for in vain, it is %q", got)
	}
	if got := first.words(t, "section[aria-labelledby=out]"); !strings.Contains(got, "Finn 30 opted out of messages") {
		t.Errorf("left out is %q", got)
	}
	if got := first.words(t, "section[aria-labelledby=shift-1]"); !strings.Contains(got, "Since Helen approved it") || !strings.Contains(got, "JoinedFinn 1 Finn 2 No longer reached") ||
		!strings.Contains(got, "gone@example.com is in the audience no longerFinn 30 opted out of messages") {
		t.Errorf("what changed is %q", got)
	}
	if a := b.get(route.MessageAudience(999)); a.StatusCode != http.StatusNotFound {
		t.Errorf("the people of no message: %d", a.StatusCode)
	}
}

// TestMessageAudienceCSV: every row, nothing a spreadsheet would run, and a line in the log.
func TestMessageAudienceCSV(t *testing.T) {
	s := newAudienceSite(t)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	at := route.MessageAudience(int64(s.told(comms.Audience{Who: comms.WhoPeople, Departments: []int{2}}))) + ".csv"
	a := b.get(at)
	want := "email,name,reached,left_out_because\nlea@example.com,'=Lea,yes,\nnot an address,Nora,no,no address that mail can be sent to\n"
	if got := strings.ReplaceAll(a.body, "\r\n", "\n"); a.StatusCode != http.StatusOK || got != want {
		t.Errorf("%d %q, not %q", a.StatusCode, got, want)
	}
	var n int
	if err := s.store.Pool().QueryRow(t.Context(), `select count(*) from audit_log where action = 'message.audience_exported' and detail like '%2%'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d lines in the audit log: %v", n, err)
	}
}

// TestAudiencePagesAskLittle: a dozen statements in three round trips at most.
func TestAudiencePagesAskLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.Plan = nil, &identity.Service{Keeper: st}, st, st
		cfg.Comms.Board, cfg.Comms.Audiences = st, st
	})
	id := s.told(comms.Audience{Who: comms.WhoPeople}, "gone@example.com")
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	b.get(route.Overview)
	b.get(route.Audience) // the plan is read once, and kept
	for _, path := range []string{route.MessageAudience(int64(id)), route.MessageAudience(int64(id)) + "?q=a&page=2", route.Audience + "?who=people&stages=signed_in", route.Audience + "?who=champions", route.Audience + "?who=roles&roles=lead"} {
		c.queries.Store(0)
		c.trips.Store(0)
		if a := b.get(path); a.StatusCode != http.StatusOK {
			t.Fatalf("%s answers %d", path, a.StatusCode)
		}
		if q, n := c.queries.Load(), c.trips.Load(); q == 0 || q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", path, q, n)
		}
	}
}
