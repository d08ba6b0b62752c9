package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/comms"
	"groundswell/internal/route"
)

// rhythm writes a message that goes out every week, for the first time in a week, and
// returns its id.
func (s *site) rhythm(lead *browser) int64 {
	s.t.Helper()
	return lead.writes("wave", "", "offset", "", "day", s.clock.Now().AddDate(0, 0, 7).Format("2006-01-02"), "every", string(comms.EveryWeek))
}

// coming opens a message's page and returns the card of its coming times.
func (b *browser) coming(id int64) *goquery.Selection {
	b.t.Helper()
	return b.must(b.get(route.Message(id)), http.StatusOK).doc(b.t).Find("section:has(#coming), .card:has(.message-coming)").First()
}

// One time of a rhythm is cancelled; the others stay, also for whoever was slower.
func TestCancellingOneTimeOfARhythm(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := s.rhythm(lead)
	planned := s.number(`select count(*) from occurrence where state = 'planned'`)
	card := lead.coming(id)
	if rows := card.Find(".message-coming > li"); rows.Length() != 5 || !strings.Contains(card.Text(), strconv.Itoa(planned-5)+" later times are planned") {
		t.Fatalf("%d of %d times are listed: %s", rows.Length(), planned, card.Text())
	}
	f := fieldsOf(card.Find("form[action$='/cancel']").Eq(1))
	f.Set("reason", "A holiday")
	second, _ := strconv.Atoi(f.Get("occurrence"))
	lead.must(lead.post(route.Message(id)+"/cancel", f), http.StatusSeeOther)
	if s.number(`select count(*) from occurrence where state = 'cancelled' and id = $1`, second) != 1 || s.number(`select count(*) from occurrence where state = 'planned'`) != planned-1 {
		t.Error("not that one alone is cancelled")
	}
	row := lead.coming(id).Find(".message-coming > li").Eq(1)
	if say := row.Text(); !strings.Contains(say, "Cancelled") || !strings.Contains(say, "A holiday.") || row.Find("form").Length() != 0 || row.Find("a[href*='/move']").Length() != 0 {
		t.Errorf("it says %s", say)
	}
	late := lead.must(lead.post(route.Message(id)+"/cancel", f), http.StatusConflict).doc(t)
	if !strings.Contains(late.Find(".banner").Text(), "Somebody else changed this message") {
		t.Errorf("an old page: %s", late.Find(".banner").Text())
	}
	if a := lead.post(route.Message(id)+"/cancel", url.Values{"version": {strconv.Itoa(s.number(`select version from message`))}, "occurrence": {"99999"}}); a.StatusCode != http.StatusNotFound {
		t.Errorf("a time there is not: %d", a.StatusCode)
	}
}

// Ending a rhythm takes out what comes after its last day.
func TestEndingARhythm(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := s.rhythm(lead)
	last := s.clock.Now().AddDate(0, 0, 22).Format("2006-01-02")
	if a := lead.acts(id, "end", "until", "soon"); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.doc(t).Find(".banner").Text(), "Choose the last day") {
		t.Errorf("no day: %d", a.StatusCode)
	}
	lead.must(lead.acts(id, "end", "until", last), http.StatusSeeOther)
	if n, later := s.number(`select count(*) from occurrence where state = 'planned'`), s.number(`select count(*) from occurrence where day > $1`, last); n == 0 || later != 0 {
		t.Errorf("%d times are left, %d of them after the last day", n, later)
	}
	if n := s.number(`select count(*) from message where until = $1`, last); n != 1 {
		t.Error("its last day is not kept")
	}
	if say := lead.says(id, ""); !strings.Contains(say, "every week until") || !strings.Contains(say, "Rhythm ended") {
		t.Errorf("the page says %s", say)
	}
	once := lead.writes("title", "Once")
	if a := lead.post(route.Message(once)+"/end", url.Values{"version": {"1"}, "until": {last}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("ending what goes out once: %d", a.StatusCode)
	}
	if lead.coming(once).Length() != 0 {
		t.Error("what goes out once lists coming times")
	}
}

// One time of a rhythm is moved from its page, or cancelled where it would be moved.
func TestMovingOneTimeOfARhythm(t *testing.T) {
	s, lead := letterSite(t, 3)
	id := s.rhythm(lead)
	at, _ := lead.coming(id).Find(".message-coming > li").Eq(2).Find("a[href*='/move']").Attr("href")
	doc := lead.must(lead.get(at), http.StatusOK).doc(t)
	f := fieldsOf(doc.Find(".move-cancel form"))
	lead.must(lead.post(doc.Find(".move-cancel form").AttrOr("action", ""), f), http.StatusSeeOther)
	if n := s.number(`select no from occurrence where state = 'cancelled'`); n != 3 {
		t.Errorf("time %d is cancelled, not the third", n)
	}
	if again := lead.must(lead.get(at), http.StatusOK).doc(t); again.Find(".move-cancel").Length() != 0 {
		t.Error("what is cancelled can be cancelled again")
	}
}

// The page says what else reaches the same people that day, and names it to those who
// may read it only.
func TestAMessageSaysWhatElseGoesOutThatDay(t *testing.T) {
	s, lead := letterSite(t, 3)
	mine := lead.writes("approver", "Helena Voss <executive@example.com>")
	if say := lead.says(mine, ""); strings.Contains(say, "Also that day") {
		t.Errorf("alone: %s", say)
	}
	other := lead.writes("title", "Kick-off at nine")
	if say := lead.says(mine, ""); !strings.Contains(say, "Also that day, to 3 of the same people: “Kick-off at nine”.") {
		t.Errorf("two that day: %s", say)
	}
	executive := s.browser()
	executive.is("executive", roleGrants["executive"])
	if say := executive.says(mine, ""); !strings.Contains(say, "Also that day, to 3 of the same people: another message.") || strings.Contains(say, "Kick-off") {
		t.Errorf("an executive reads %s", say)
	}
	lead.must(lead.acts(other, "cancel"), http.StatusSeeOther)
	if say := lead.says(mine, ""); strings.Contains(say, "Also that day") {
		t.Errorf("the other is cancelled: %s", say)
	}
}

// The plan's links open the form with a template and a connector filled in.
func TestANewMessageFromATemplate(t *testing.T) {
	_, lead := launched(t)
	doc := lead.must(lead.get(route.With(route.NewMessage, "template", "connector-live", "connector", "Drive")), http.StatusOK).doc(t)
	f := fieldsOf(doc.Find("#message"))
	if f.Get("template") != "connector-live" || !strings.Contains(f.Get("title")+f.Get("subject"), "Drive") || strings.Contains(f.Get("body")+f.Get("subject"), comms.Connector) {
		t.Errorf("the form has template %q, title %q, subject %q", f.Get("template"), f.Get("title"), f.Get("subject"))
	}
}
