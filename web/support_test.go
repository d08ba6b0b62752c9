package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/support"
)

const supportRoster = `email,name,department,wave,title,manager_email,location
norole@example.com,No Role,Legal,Pilot,Clerk,,Porto
champion@example.com,Own Champion,Claims Operations,Pilot,Adjuster,,Porto
other@example.com,Other Champion,Legal,Pilot,Counsel,,Porto
`

// supportSite is a site with two departments and its lead.
func supportSite(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, nil)
	lead := s.role("lead")
	lead.imports("people", supportRoster)
	return s, lead
}

// expects posts a form and holds the answer to a status.
func (b *browser) expects(status int, path string, pairs ...string) answer {
	b.t.Helper()
	a := b.post(path, fields(pairs...))
	if a.StatusCode != status {
		b.t.Errorf("POST %s %v: %d, want %d: %s", path, pairs, a.StatusCode, status, a.words(b.t, "main"))
	}
	return a
}

// departmentID is the id of a department by name.
func (s *site) departmentID(name string) string {
	s.t.Helper()
	var id int
	if err := s.store.Pool().QueryRow(s.t.Context(), `select id from department where name = $1`, name).Scan(&id); err != nil {
		s.t.Fatal(err)
	}
	return strconv.Itoa(id)
}

func TestAnybodyReadsWhereToAsk(t *testing.T) {
	s, lead := supportSite(t)
	lead.expects(303, views.ChannelPath, "for", "support", "version", "0", "name", "#cowork-help", "url", "https://chat.example.com/help", "note", "Staffed from 9 to 5")
	lead.expects(303, views.ChannelPath, "for", "champions", "version", "0", "name", "#cowork-champions")
	lead.expects(303, views.ChannelPath, "for", "department", "department", s.departmentID("Legal"), "version", "0", "name", "#cowork-legal")
	lead.expects(303, views.ChannelPath, "for", "department", "department", s.departmentID("Claims Operations"), "version", "0", "name", "#cowork-claims")
	key := newFormKey()
	for range 2 {
		lead.expects(303, views.PathsPath, formKeyField, key, "version", "0", "topic", "The app does not start", "goes_to", "IT desk", "contact", "desk@example.com", "within", "4 hours")
	}
	for role, want := range map[string]string{
		"norole": "#cowork-help #cowork-legal", "executive": "#cowork-help", "champion": "#cowork-help #cowork-champions #cowork-claims",
		"auditor": "#cowork-help #cowork-champions #cowork-legal #cowork-claims", "lead": "#cowork-help #cowork-champions #cowork-legal #cowork-claims",
	} {
		b := s.role(role)
		page := b.get(route.Support)
		text := page.words(t, "main")
		for _, name := range []string{"#cowork-help", "#cowork-champions", "#cowork-legal", "#cowork-claims"} {
			if got := strings.Contains(text, name); got != strings.Contains(want, name) {
				t.Errorf("%s: %s is told: %v", role, name, got)
			}
		}
		if n := strings.Count(text, "The app does not start"); n == 0 || page.doc(t).Find(`a[href="mailto:desk@example.com"]`).Length() != 1 || !strings.Contains(text, "Nobody is on call this week") {
			t.Errorf("%s reads %s", role, text)
		}
	}
	if page := lead.get(route.Support); page.doc(t).Find(".paths > li").Length() != 1 {
		t.Error("the same form twice made two paths")
	}
}

func TestChannelsRacedAndRefused(t *testing.T) {
	_, lead := supportSite(t)
	for name, link := range map[string]string{"script": "javascript:alert(1)", "not secure": "http://chat.example.com", "data": "data:text/html,x", "a name": "https://a@b.example"} {
		if a := lead.expects(422, views.ChannelPath, "for", "support", "version", "0", "name", "#help", "url", link); a.doc(t).Find("#url-error").Length() != 1 {
			t.Errorf("%s: no word beside the field", name)
		}
	}
	lead.expects(303, views.ChannelPath, "for", "support", "version", "0", "name", "#one")
	lead.expects(303, views.ChannelPath, "for", "support", "version", "0", "name", "#one")
	late := lead.expects(409, views.ChannelPath, "for", "support", "version", "0", "name", "#two")
	if text := late.words(t, "main"); !strings.Contains(text, "#one") || late.doc(t).Find("#name").AttrOr("value", "") != "#two" {
		t.Errorf("a late form says %s", text)
	}
	lead.expects(409, views.ChannelPath+"/remove", "for", "support", "version", "7")
	lead.expects(303, views.ChannelPath+"/remove", "for", "support", "version", "1")
	lead.expects(422, views.ChannelPath, "for", "nobody", "version", "0", "name", "#x")
	lead.expects(409, views.ChannelPath, "for", "department", "department", "99999", "version", "0", "name", "#x")
}

func TestPathsAreOrderedAndRemoved(t *testing.T) {
	_, lead := supportSite(t)
	for _, topic := range []string{"First", "Second", "Third"} {
		lead.expects(303, views.PathsPath, formKeyField, newFormKey(), "topic", topic, "goes_to", "Desk")
	}
	order := func() string {
		return strings.Join(strings.Fields(lead.get(route.Support).doc(t).Find(".paths .what > p:first-child").Text()), " ")
	}
	if got := order(); got != "FirstSecondThird" {
		t.Fatalf("the paths are %q", got)
	}
	lead.expects(303, views.PathsPath+"/3/move", "to", "up")
	lead.expects(303, views.PathsPath+"/1/move", "to", "up")
	if got := order(); got != "FirstThirdSecond" {
		t.Errorf("after moving: %q", got)
	}
	lead.expects(303, views.PathsPath+"/1", "version", "1", "topic", "Changed", "goes_to", "Desk")
	lead.expects(409, views.PathsPath+"/1", "version", "1", "topic", "Late", "goes_to", "Desk")
	lead.expects(409, views.PathsPath+"/1/remove", "version", "1")
	lead.expects(303, views.PathsPath+"/1/remove", "version", "2")
	lead.expects(404, views.PathsPath+"/1/remove", "version", "2")
	if got := order(); got != "ThirdSecond" {
		t.Errorf("after removing: %q", got)
	}
}

func TestRotaTakesChampions(t *testing.T) {
	s, lead := supportSite(t)
	s.role("champion")
	this := s.srv.today().Monday()
	week, next := "week-"+this.String(), "week-"+(this+7).String()
	if text := lead.get(views.RotaPath).words(t, "main"); !strings.Contains(text, "8 weeks of the next 8 without anybody on call") || !strings.Contains(text, "Own Champion, Claims Operations") {
		t.Errorf("the rota says %s", text)
	}
	lead.expects(422, views.RotaPath, week, "norole@example.com", "was-"+week, "")
	lead.expects(303, views.RotaPath, week, "champion@example.com", "was-"+week, "", next, "", "was-"+next, "")
	lead.expects(303, views.RotaPath, week, "champion@example.com", "was-"+week, "")
	lead.expects(409, views.RotaPath, week, "", "was-"+week, "other@example.com")
	reader := s.role("norole")
	if text := reader.get(route.Support).words(t, "main"); !strings.Contains(text, "Answers in the support channel this week") {
		t.Errorf("the page says %s", text)
	}
	if duty, ok, err := s.store.OnCall(t.Context(), this); err != nil || !ok || !strings.EqualFold(duty.Email, "champion@example.com") {
		t.Errorf("%+v %v %v", duty, ok, err)
	}
	if text := s.role("auditor").get(views.RotaPath).words(t, "main"); !strings.Contains(text, "Nobody is on call") {
		t.Errorf("an auditor reads %s", text)
	}
}

// reports reports an issue and returns its address.
func (b *browser) reports(pairs ...string) string {
	b.t.Helper()
	f := fields(append([]string{formKeyField, newFormKey(), "title", "Trouble", "body", "It stops"}, pairs...)...)
	a := b.post(route.Issues, f)
	if a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("report: %d %s", a.StatusCode, a.words(b.t, "main"))
	}
	return a.location()
}

func TestIssuesFromReportToAnswer(t *testing.T) {
	s, lead := supportSite(t)
	lead.expects(303, views.PathsPath, formKeyField, newFormKey(), "topic", "Sign-in", "goes_to", "Identity team", "within", "2 hours")
	champion, owner := s.role("champion"), s.role("owner")
	f := fields(formKeyField, newFormKey(), "title", "<b>Nobody</b> gets in", "body", "Since nine.\n<script>alert(1)</script>", "department", "claims-operations", "topic", "1")
	path := champion.post(route.Issues, f).location()
	if again := champion.post(route.Issues, f).location(); again != path || path == "" {
		t.Fatalf("the same form twice leads to %q and %q", path, again)
	}
	page := champion.get(path)
	if text := page.words(t, "main"); !strings.Contains(text, "<script>alert(1)</script>") || page.doc(t).Find("main script, h1 b").Length() > 0 || !strings.Contains(text, "Identity team") {
		t.Errorf("the champion reads %s", text)
	}
	lead.expects(422, path+"/solver", "version", "1", "solver", "champion@example.com")
	lead.expects(303, path+"/solver", "version", "1", "solver", "OWNER@example.com")
	lead.expects(303, path+"/solver", "version", "1", "solver", "owner@example.com")
	if a := owner.get(path); a.StatusCode != http.StatusOK {
		t.Errorf("whoever took it on: %d", a.StatusCode)
	}
	owner.expects(422, path+"/answer", "version", "2", "answer", " ")
	owner.expects(303, path+"/answer", "version", "2", "answer", "Restart the app.")
	late := lead.expects(409, path+"/answer", "version", "2", "answer", "Mine")
	if text := late.words(t, "main"); !strings.Contains(text, "Restart the app.") || late.doc(t).Find("#answer").Text() != "Mine" {
		t.Errorf("a late answer: %s", text)
	}
	if text := champion.get(route.TodayHelp).words(t, "main"); !strings.Contains(text, "Answered") {
		t.Errorf("help says %s", text)
	}
	champion.expects(303, path+"/reopen", "version", "3", "words", "Still the same")
	if text := owner.get(path).words(t, "main"); !strings.Contains(text, "Still the same") || !strings.Contains(text, "An earlier answer") {
		t.Errorf("after opening it again: %s", text)
	}
	owner.expects(403, path+"/close", "version", "4")
	champion.expects(303, path+"/close", "version", "4")
	champion.expects(303, path+"/close", "version", "4")
	lead.expects(409, path+"/answer", "version", "5", "answer", "Late")
}

func TestIssuesOfOthersAreNotThere(t *testing.T) {
	s, lead := supportSite(t)
	mine := s.role("champion").reports("department", "claims-operations", "title", "Zq mine")
	lead.reports("department", "legal", "title", "Zq legal")
	lead.reports("title", "Zq nobody's")
	other := s.browser()
	other.is("other", identity.Grant{Role: identity.Champion, Department: "legal"})
	absent := other.get(route.Issue(99999)).words(t, "main")
	for what, a := range map[string]answer{
		"page": other.get(mine), "close": other.post(mine+"/close", fields("version", "1")), "reopen": other.post(mine+"/reopen", fields("version", "1")),
	} {
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", what, a.StatusCode)
		}
	}
	if got := other.get(mine).words(t, "main"); beforeID(got) != beforeID(absent) {
		t.Errorf("another department's issue says %q, an absent one %q", got, absent)
	}
	other.expects(422, route.Issues, formKeyField, newFormKey(), "title", "T", "body", "B", "department", "claims-operations")
	for role, want := range map[string]string{"champion": "mine", "owner": "", "lead": "mine legal nobody's", "auditor": "mine legal nobody's"} {
		b := s.role(role)
		list, sheet := b.get(route.With(route.Issues, "q", "zq", "state", "all")), b.get(route.Issues+".csv")
		for _, word := range []string{"mine", "legal", "nobody's"} {
			may := strings.Contains(want, word)
			if strings.Contains(list.words(t, "table"), "Zq "+word) != may || strings.Contains(sheet.body, "Zq "+word) != may {
				t.Errorf("%s: %s is told otherwise than %v", role, word, may)
			}
		}
		if text := b.get(route.With(route.Issues, "department", "claims-operations")).words(t, "table"); strings.Contains(text, "Zq mine") != strings.Contains(want, "mine") {
			t.Errorf("%s filters to %s", role, text)
		}
	}
	if text := other.get(route.With(route.Issues, "department", "claims-operations", "state", "all")).words(t, "main"); strings.Contains(text, "Zq") || strings.Contains(text, "Claims Operations") {
		t.Errorf("the filter for another department says %s", text)
	}
	lead.expects(303, route.Support+"/paths", formKeyField, newFormKey(), "topic", "Sign-in fails", "goes_to", "IT")
	theirs, nowhere := other.get(route.With(route.Issues, "department", "claims-operations")), other.get(route.With(route.Issues, "department", "nowhere"))
	if a, b := theirs.words(t, "main"), nowhere.words(t, "main"); a != b || !strings.Contains(a, "Sign-in fails") {
		t.Errorf("another department is filtered by as %q, an absent one as %q", a, b)
	}
}

// beforeID cuts the request id off an error page.
func beforeID(text string) string {
	text, _, _ = strings.Cut(text, "Request id")
	return text
}

func TestIssueSheetRunsNothing(t *testing.T) {
	s, lead := supportSite(t)
	lead.reports("title", `=HYPERLINK("https://evil.example")`, "body", "+1+1")
	if body := lead.get(route.Issues + ".csv").body; !strings.Contains(body, `"'=HYPERLINK(""https://evil.example"")"`) || !strings.Contains(body, "'+1+1") {
		t.Errorf("the sheet says %s", body)
	}
	stale := s.browser()
	stale.isSince("stale", 3600e9, roleGrants["lead"])
	if a := stale.get(route.Issues + ".csv"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a stale session downloads: %d", a.StatusCode)
	}
	if n := s.number("select count(*) from audit_log where action = 'issues.exported' and subject = 'issues' and detail like '%\"1\"%'"); n != 1 {
		t.Error("nobody wrote down that the sheet was taken")
	}
}

// TestAnswersRaced answers an issue ten times at once, each otherwise: one is kept.
func TestAnswersRaced(t *testing.T) {
	s, lead := supportSite(t)
	path := lead.reports()
	codes := make(chan int, 10)
	var wg sync.WaitGroup
	for i := range 10 {
		b := s.role("lead")
		wg.Go(func() {
			codes <- b.post(path+"/answer", url.Values{"version": {"1"}, "answer": {"Answer " + strconv.Itoa(i)}}).StatusCode
		})
	}
	wg.Wait()
	close(codes)
	kept := 0
	for c := range codes {
		if c == http.StatusSeeOther {
			kept++
		} else if c != http.StatusConflict {
			t.Errorf("answered %d", c)
		}
	}
	if kept != 1 {
		t.Errorf("%d answers were kept", kept)
	}
}

// TestWordOnSupport gives a lead's word and follows it to the plan's task, to a
// change that outdates it and past its end.
func TestWordOnSupport(t *testing.T) {
	s, lead := supportSite(t)
	if text := lead.get(route.Support).words(t, "main"); !strings.Contains(text, "The rollout is not started") {
		t.Errorf("before the start: %s", text)
	}
	lead.expects(422, views.AttestPath, "seen", "0")
	s.starts()
	lead.expects(422, views.AttestPath, "seen", "0")
	lead.expects(303, views.ChannelPath, "for", "support", "version", "0", "name", "#help")
	lead.expects(303, views.PathsPath, formKeyField, newFormKey(), "topic", "Access", "goes_to", "Desk")
	lead.expects(409, views.AttestPath, "seen", "0")
	seen := func() string { return lead.get(route.Support).doc(t).Find(`input[name="seen"]`).AttrOr("value", "") }
	s.clock.Advance(time.Minute)
	lead.expects(303, views.AttestPath, "seen", seen(), "words", "Staffed daily.")
	p := s.plan()
	task, ok := supportTask(p)
	if word, given := p.Attested[task.ID]; !ok || !given || !strings.Contains(word.Words, "#help, 1 escalation path. Staffed daily.") {
		t.Fatalf("the plan holds %+v", p.Attested[task.ID])
	}
	if text := lead.get(route.Support).words(t, "main"); !strings.Contains(text, "It holds to") || strings.Contains(text, "Confirm that this page is current") {
		t.Errorf("after the word: %s", text)
	}
	s.clock.Advance(time.Hour)
	lead.expects(303, views.PathsPath+"/1", "version", "1", "topic", "Access", "goes_to", "Another desk")
	if text := lead.get(route.Support).words(t, "main"); !strings.Contains(text, "Confirm that this page is current") || !strings.Contains(text, "Confirm the page again") {
		t.Errorf("after a change: %s", text)
	}
	s.clock.Advance(time.Minute)
	lead.expects(303, views.AttestPath, "seen", seen())
	if text := lead.get(route.Support).words(t, "main"); strings.Contains(text, "Confirm that this page is current") {
		t.Errorf("after a new word: %s", text)
	}
	if text := s.role("norole").get(route.Support).words(t, "main"); strings.Contains(text, "Is it current?") {
		t.Errorf("somebody without a role reads %s", text)
	}
	champion := s.role("champion")
	champion.expects(404, views.AttestPath, "seen", seen())
	s.clock.Advance(31 * 24 * time.Hour)
	again := s.role("lead")
	if text := again.get(route.Support).words(t, "main"); !strings.Contains(text, "held to") || !strings.Contains(text, "Confirm that this page is current") {
		t.Errorf("after a month: %s", text)
	}
}
