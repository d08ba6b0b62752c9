package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"groundswell/internal/route"
)

// honourSite is a site of trophies with the champion on the register.
func honourSite(t *testing.T) (s *site, champion, lead *browser, at string) {
	t.Helper()
	s, champion, lead = trophySite(t)
	s.exec(`insert into champion (email, name, department, state, nominated_how, nominated_at, since)
		select e, '', d.id, 'active', 'lead', now(), current_date - 100 from department d, unnest(array['champion@example.com', 'lena@example.com']) e
		where d.name = case e when 'lena@example.com' then 'Legal' else 'Claims Operations' end`)
	return s, champion, lead, route.Champion(int64(s.number("select id from champion where email = 'champion@example.com'")))
}

func TestThanksReachTheChampion(t *testing.T) {
	s, champion, lead, at := honourSite(t)
	key := lead.get(at).doc(t).Find("form[data-draft=thanks] input[name=form_key]").AttrOr("value", "")
	long := lead.post(at+"/thanks", fields(formKeyField, key, "words", strings.Repeat("x", 501)))
	if doc := long.doc(t); long.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(doc.Find(".err").Text(), "At most 500") ||
		len(doc.Find("#words").Text()) != 501 || doc.Find("form[data-draft=thanks] input[name=form_key]").AttrOr("value", "") != key {
		t.Errorf("too long: %d %s", long.StatusCode, doc.Find(".err").Text())
	}
	for range 2 {
		lead.must(lead.post(at+"/thanks", fields(formKeyField, key, "words", "Six first \u202esetups <b>in a week</b>")), http.StatusSeeOther)
	}
	if n := s.number("select count(*) from thanks"); n != 1 {
		t.Errorf("%d thanks", n)
	}
	if say := lead.get(at).doc(t).Find(".thanks").Text(); !strings.Contains(say, "Six first setups <b>in a week</b>") || !strings.Contains(say, "lead") {
		t.Errorf("the champion's page says %q", say)
	}
	if say := champion.get(route.Today).doc(t).Find(".thanked").Text(); !strings.Contains(say, "Six first setups") {
		t.Errorf("the champion's day says %q", say)
	}
	other := s.browser()
	other.is("lena", roleGrants["champion"])
	if text := other.get(route.Today).body; strings.Contains(text, "Six first") {
		t.Error("somebody else reads the thanks")
	}
}

func TestBadgesOnAChampionsPage(t *testing.T) {
	s, _, lead, at := honourSite(t)
	for badge, status := range map[string]int{"most-prompts": http.StatusUnprocessableEntity, "": http.StatusUnprocessableEntity, "trainer": http.StatusSeeOther} {
		if a := lead.post(at+"/badges", fields("badge", badge, "because", "Two in a week")); a.StatusCode != status {
			t.Errorf("the badge %q: %d", badge, a.StatusCode)
		}
	}
	doc := lead.get(at).doc(t)
	if say := doc.Find(".badges").Text(); !strings.Contains(say, "Trainer") || !strings.Contains(say, "Two in a week") || doc.Find("select[name=badge] option[value=trainer]").Length() != 0 {
		t.Errorf("the page says %q", say)
	}
	auditor := s.browser()
	auditor.is("auditor", roleGrants["auditor"])
	if forms := auditor.get(at).doc(t).Find(`form[action*="/badges"], form[action*="/thanks"]`).Length(); forms != 0 {
		t.Errorf("an auditor has %d forms", forms)
	}
	lead.must(lead.post(at+"/badges/trainer/take-back", url.Values{}), http.StatusSeeOther)
	if n := s.number("select count(*) from badge_given"); n != 0 {
		t.Errorf("%d badges are left", n)
	}
	if a := lead.post(at+"/badges/none/take-back", url.Values{}); a.StatusCode != http.StatusNotFound {
		t.Errorf("a badge there is none of: %d", a.StatusCode)
	}
	s.exec("insert into champion (email, department, state, nominated_how, nominated_at) select 'adam@example.com', id, 'nominated', 'self', now() from department where name = 'Legal'")
	waiting := route.Champion(int64(s.number("select max(id) from champion")))
	if a := lead.post(waiting+"/badges", fields("badge", "trainer")); a.StatusCode != http.StatusNotFound || lead.get(waiting).doc(t).Find("#badges").Length() != 0 {
		t.Errorf("a badge for who is no champion yet: %d", a.StatusCode)
	}
}

// The roll lists by department and name, whoever did more, and nothing of what
// people use themselves.
func TestTheRollRanksNobody(t *testing.T) {
	s, champion, lead, _ := honourSite(t)
	for range 3 {
		s.exec(`insert into touchpoint (day, champion_email, user_email, kind) values (current_date, 'lena@example.com', 'elif@example.com', 'question')`)
	}
	names := func(b *browser, address string) (out []string) {
		for _, n := range b.get(address).doc(t).Find("tbody .person b").EachIter() {
			out = append(out, n.Text())
		}
		return out
	}
	if got := strings.Join(names(lead, route.Roll), ", "); got != "Carla Champion, Lena Law" {
		t.Errorf("a lead reads %s", got)
	}
	if got := strings.Join(names(champion, route.Roll), ", "); got != "Carla Champion" {
		t.Errorf("a champion reads %s", got)
	}
	for _, query := range []string{"?quarter=2026-Q9", "?quarter=%00", "?quarter=2026-Q4&sort=-touchpoints"} {
		if a := lead.get(route.Roll + query); a.StatusCode != http.StatusOK || a.doc(t).Find("th a").Length() != 0 {
			t.Errorf("%s: %d", query, a.StatusCode)
		}
	}
	doc := lead.get(route.Roll).doc(t)
	if say := strings.ToLower(doc.Find("main").Text()); strings.Contains(say, "prompt") || strings.Contains(say, "active day") || doc.Find(`a[href$="#thank"]`).Length() != 2 {
		t.Errorf("the roll says %s", say)
	}
	csv := lead.get(route.Roll + ".csv").body
	if lines := strings.Split(strings.TrimSpace(csv), "\r\n"); len(lines) != 3 || !strings.Contains(lines[1], "Claims Operations,Carla Champion") || !strings.Contains(lines[2], ",3,0,0,0,0") {
		t.Errorf("the file is\n%s", csv)
	}
	year := s.clock.Now().Year() - 1
	if got := names(lead, route.Roll+"?quarter="+strconv.Itoa(year)+"-Q1"); len(got) != 0 {
		t.Errorf("before anybody was one: %v", got)
	}
}
