package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// canary stands in everything of the other department that somebody wrote or is.
const canary = "zqcanary"

const canaryRoster = `email,name,department,wave,title,manager_email,location
own1@example.com,Own One,Claims Operations,Pilot,Adjuster,own2@example.com,Porto
own2@example.com,Own Two,Claims Operations,Pilot,Head,,Porto
champion@example.com,Own Champion,Claims Operations,Pilot,Adjuster,own2@example.com,Porto
zqcanary1@example.com,Zqcanary One,Legal,Pilot,Zqcanary counsel,zqcanary2@example.com,Zqcanary city
zqcanary2@example.com,Zqcanary Two,Legal,Pilot,Zqcanary head,,Zqcanary city
typed@example.com,Zqcanary Typed,Legal,Pilot,Zqcanary clerk,zqcanary2@example.com,Zqcanary city
`

// canarySeed writes into every table with content of departments, for Claims
// Operations in plain words and for Legal in the canary's.
const canarySeed = `
insert into member (ord, user_id, email, name, added_at, listed)
select row_number() over (order by id) - 1, 'user_c' || id, email, name, now() - interval '40 days', email <> 'zqcanary2@example.com' from person;
with words as (select d.id as department, case d.name when 'Legal' then 'zqcanary' else 'own' end as word from department d),
champions as (
    insert into champion (email, name, department, state, nominated_how, nominated_at, because, since, agreed_minutes, leaves_on)
    select word || '1@example.com', word || ' champion', department, 'active', 'lead', now(), word || ' reason', current_date - 20, 60, current_date + 10 from words
    returning id, department),
nominees as (
    insert into champion (email, name, department, state, nominated_how, nominated_at, because)
    select word || '2@example.com', word || ' nominee', department, 'nominated', 'self', now(), word || ' wish' from words),
touches as (
    insert into touchpoint (day, champion_email, user_email, kind, note, outcome)
    select current_date - 2, word || '1@example.com', word || '2@example.com', 'question', word || ' note', '' from words),
teams as (
    insert into touchpoint (day, champion_email, department, kind, note)
    select current_date - 1, word || '1@example.com', department, 'show-and-tell', word || ' team note' from words),
sessions as (
    insert into training_session (name, kind, day, planned, department, starts_at, zone, minutes, place, link, host_name, host_email, capacity, about, features)
    select word || ' session ' || n, 'department', current_date + n, true, department, '10:00', 'UTC', 30, word || ' room', 'https://' || word || '.example.com/', word || ' host', word || '1@example.com', 5, word || ' about', '{connectors}'
    from words, unnest(array[-3, 0, 4]) n
    returning id, department, day),
ups as (
    insert into sign_up (session, email, name, at) select s.id, word || '2@example.com', word || ' guest', now() from sessions s join words using (department)),
came as (
    insert into attendance (session, email, status, deliverable, source) select s.id, word || '2@example.com', 'attended', word || ' deliverable', 'list' from sessions s join words using (department) where s.day < current_date),
wins as (
    insert into win (day, email, name, department, deliverable, before, hours, goes_to, state, consent, logged_at)
    select current_date - n, word || '2@example.com', word || ' winner', department, word || ' finished thing', 'new', 2, word || ' purpose', case n when 1 then 'logged' else 'published' end, n <> 1, now() from words, generate_series(1, 2) n),
thanked as (
    insert into thanks (champion, words, by_name, at) select c.id, word || ' thanks', 'Ines', now() from champions c join words using (department)),
badged as (
    insert into badge_given (champion, badge, because, by_name, at) select c.id, 'first-setups', word || ' badge', 'Ines', now() from champions c join words using (department)),
channels as (
    insert into channel (purpose, department, name, url, note) select 'department', department, '#' || word, 'https://' || word || '.example.com/c', word || ' channel note' from words)
insert into support_issue (department, title, body, state, reporter_name, reported_at, owner_name, answer, answered_at)
select department, word || ' trouble', word || ' what happened', 'answered', word || ' reporter', now(), word || ' solver', word || ' answer', now() from words`

// canaryMessages are messages to one department each, with everything that went out of them.
const canaryMessages = `
with words as (select d.id as department, case d.name when 'Legal' then 'zqcanary' else 'own' end as word from department d),
made as (
    insert into message (stage, title, owner_name, owner_email, approver_name, approver_email, asked_version, created_at)
    select 'ongoing', word || ' message', word || ' owner', word || '1@example.com', word || ' approver', word || '2@example.com', 1, now() from words
    returning id, title),
messages as (select made.id, word, department from made join words on title = word || ' message'),
versions as (
    insert into message_version (message, n, at, by_name, subject, body, audience, channels)
    select id, 1, now(), word || ' author', word || ' subject', word || ' body', jsonb_build_object('who', 'people', 'departments', jsonb_build_array(department)), '{1}' from messages),
approvals as (
    insert into message_approval (message, n, at, by_name, by_email, recipients, addresses)
    select id, 1, now(), word || ' approver', word || '2@example.com', 1, array[word || '2@example.com'] from messages),
times as (
    insert into occurrence (message, no, day, zone, state, reason)
    select id, n, current_date + n - 2, 'UTC', case n when 1 then 'gone' else 'planned' end, case n when 3 then word || ' reason' else '' end from messages, generate_series(1, 3) n
    returning id, message, no),
mailings as (
    insert into mailing (kind, key, occurrence, message, n, title, due_at, useful_until, created_at, sent_at, ended_at)
    select 'message', 'message/' || t.id, t.id, t.message, 1, word || ' mailing', now() - interval '1 day', now(), now() - interval '1 day', now() - interval '1 day', now()
    from times t join messages m on m.id = t.message where t.no = 1
    returning id, message),
deliveries as (
    insert into delivery (mailing, channel, email, name, state, reason, settled_at)
    select g.id, 1, word || n || '@example.com', word || ' recipient', case n when 1 then 'sent' else 'unknown' end, word || ' answer', now()
    from mailings g join messages m on m.id = g.message, generate_series(1, 2) n)
insert into bounced_address (email_folded, at, reason, source) select word || '3@example.com', now(), 'no_such_address', 'noted' from words`

// canarySite is a site with content of two departments and a champion of the first.
func canarySite(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, nil)
	s.srv.Index = s.store
	s.srv.changes, s.srv.exports = newLimiter(1_000_000), newLimiter(1_000_000) // a crawl is in a hurry
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	lead.imports("people", canaryRoster)
	for _, sql := range []string{canarySeed, canaryMessages} {
		if _, err := s.store.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.store.Pool().Exec(t.Context(), `update generation set n = n + 1, people = n + 1`); err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	b.is("champion", identity.Grant{Role: identity.Champion, Department: "claims-operations"})
	return s, b
}

// TestNothingOfAnotherDepartmentIsTold crawls the site as a champion: every
// address of the table with things of their own, of others and absent ones,
// every link on what comes back, searches and filters for the other department,
// and every form with the other department's things.
func TestNothingOfAnotherDepartmentIsTold(t *testing.T) {
	s, b := canarySite(t)
	crawl := newCrawl(t, b)
	for _, e := range s.srv.routes() {
		if e.Access.kind != forAccounts && e.Access.kind != forEveryone || skipsCrawl(e.Pattern) {
			continue
		}
		for _, path := range filled(e.Pattern) {
			if e.Method == http.MethodGet {
				crawl.visit(path)
				continue
			}
			crawl.sends(path)
		}
	}
	crawl.follow(2_000)
	if len(crawl.seen) < 60 {
		t.Errorf("only %d pages were looked at", len(crawl.seen))
	}
}

// TestTheCanarySings proves that the crawl would notice: a lead sees it.
func TestTheCanarySings(t *testing.T) {
	s, _ := canarySite(t)
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	for _, page := range []string{route.People, route.Comms, route.Bounces} {
		if a := lead.get(page); !tellsCanary(a) {
			t.Errorf("%s does not show a lead the canaries", page)
		}
	}
}

func skipsCrawl(pattern string) bool {
	return strings.HasPrefix(pattern, "/sign-") || strings.HasPrefix(pattern, route.Static)
}

// filled gives an address with holes every small number, words, and what is absent.
func filled(pattern string) []string {
	pattern = strings.TrimSuffix(pattern, "*")
	if !strings.Contains(pattern, "{") {
		return []string{pattern}
	}
	fills := []string{"legal", "department", "typed@example.com", "999999", "x"}
	for id := range 12 {
		fills = append(fills, strconv.Itoa(id+1))
	}
	var out []string
	for _, f := range fills {
		out = append(out, hole.ReplaceAllLiteralString(pattern, f))
	}
	if strings.Count(pattern, "{") > 1 {
		out = append(out, strings.Replace(hole.ReplaceAllLiteralString(pattern, "legal"), "legal", "department", 1))
	}
	return out
}

// crawl asks for addresses and remembers which were asked for.
type crawl struct {
	t    *testing.T
	b    *browser
	seen map[string]bool
	left []string
}

func newCrawl(t *testing.T, b *browser) *crawl {
	return &crawl{t: t, b: b, seen: map[string]bool{}}
}

var foreignAsks = []string{
	"department=legal", "q=zq", "q=typed", "person=typed@example.com", "person=6", "champion=zqcanary1@example.com", "session=2", "session=3",
	"department=legal&q=a", "kind=department&department=2", "cohort=legal&by=department",
}

// visit asks for a page, and for it with searches and filters of the other department.
func (c *crawl) visit(path string) {
	c.look(path)
	if strings.Contains(path, "?") || strings.HasPrefix(path, "/settings") {
		return
	}
	for _, q := range foreignAsks {
		c.look(path + "?" + q)
	}
}

func (c *crawl) look(path string) {
	if c.seen[path] {
		return
	}
	c.seen[path] = true
	a := c.b.get(path)
	c.check("GET "+path, a)
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		c.t.Fatalf("%s: %v", path, err)
	}
	doc.Find("a[href]").Each(func(_ int, link *goquery.Selection) { c.left = append(c.left, link.AttrOr("href", "")) })
}

// follow asks for what was linked, for at most n addresses.
func (c *crawl) follow(n int) {
	for len(c.left) > 0 && len(c.seen) < n {
		next := c.left[0]
		c.left = c.left[1:]
		if path, _, _ := strings.Cut(next, "#"); strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !skipsCrawl(path) {
			c.look(path)
		}
	}
}

// sends posts a form that names the other department's things in every field there is.
func (c *crawl) sends(path string) {
	if path == route.SignOut || path == route.SignOutAll {
		return
	}
	form := url.Values{formKeyField: {newFormKey()}, "version": {"1"}}
	for _, field := range []string{"person", "email", "address", "who", "host", "host_email", "owner", "user"} {
		form.Set(field, "typed@example.com")
	}
	for _, field := range []string{"department", "dept"} {
		form.Set(field, "legal")
	}
	for field, value := range map[string]string{
		"kind": "question", "note": "n", "words": "w", "title": "t", "body": "b", "deliverable": "d", "before": "new", "day": c.b.clock.Now().Format("2006-01-02"),
		"session": "2", "champion": "2", "code": "123456", "item": "session/2", "q": "zq", "reason": "r", "because": "b", "badge": "first-setups",
	} {
		form.Set(field, value)
	}
	a := c.b.post(path, form)
	c.check("POST "+path, a)
	if a.StatusCode >= 500 {
		c.t.Errorf("POST %s: %d", path, a.StatusCode)
	}
	if to := a.location(); strings.HasPrefix(to, "/") && !skipsCrawl(to) {
		c.check("after POST "+path, c.b.get(to))
	}
}

var around = regexp.MustCompile(`(?i).{0,80}` + canary + `.{0,40}`)

// repeated is what a page says back of what was asked for.
var repeated = regexp.MustCompile(`(?i)champion=zqcanary1(%40|@)example\.com|value="zqcanary1@example\.com"`)

func tellsCanary(a answer) bool {
	return strings.Contains(strings.ToLower(repeated.ReplaceAllString(a.body+a.location(), "")), canary)
}

func (c *crawl) check(what string, a answer) {
	c.t.Helper()
	if tellsCanary(a) {
		found := around.FindAllString(repeated.ReplaceAllString(a.body+a.location(), ""), 3)
		c.t.Errorf("%s (%d) tells of another department: %q", what, a.StatusCode, slices.Compact(found))
	}
}
