package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// checksOf runs the checks of a store without a mail server.
type checksOf struct{ *store.Store }

// RunChecks implements Checks.
func (c checksOf) RunChecks(ctx context.Context, now time.Time) (int, error) {
	return c.Store.RunChecks(ctx, rollout.MailFacts{}, now)
}

// shortOfSeats is an organization of 30 people and 28 seats, with an inventory in
// which two of Claims and all of Legal lack the app.
const shortOfSeats = `
insert into member (ord, user_id, email, name, role, listed, added_at)
select i, 'u' || i, 'p' || i || '@example.com', 'Person ' || i, 'user', true, now() from generate_series(0, 27) i;
insert into summary_day (day, assigned_seats, pending_invites) values (current_date - 1, 28, 0);
insert into source_state (source, status, last_run_at, last_success_at)
select s, 'complete', now(), now() from unnest(array['members', 'invites', 'summaries', 'groups', 'roles', 'spend', 'catalog']) s`

// newCheckedSite is a site with that organization, whose checks have run.
func newCheckedSite(t *testing.T, change func(*Config)) *site {
	t.Helper()
	s := newSite(t, change)
	if _, err := s.store.Pool().Exec(t.Context(), shortOfSeats); err != nil {
		t.Fatal(err)
	}
	var list, machines strings.Builder
	list.WriteString("email,name,department,wave\n")
	machines.WriteString("device,email,platform,app_version\n")
	for i := range 30 {
		department, app := "Claims", "1.4.210"
		if i%3 == 0 {
			department = "Legal"
		}
		if i%3 == 0 || i < 3 {
			app = ""
		}
		n := strconv.Itoa(i)
		list.WriteString("p" + n + "@example.com,Person " + n + "," + department + ",Wave 1\n")
		machines.WriteString("LT-" + n + ",p" + n + "@example.com,windows," + app + "\n")
	}
	now, lead := s.clock.Now(), identity.Operator()
	if _, err := (&roster.Service{Keeper: s.store}).Apply(t.Context(), lead, sheet.File{Body: strings.NewReader(list.String())}, sheet.Options{}, now); err != nil {
		t.Fatal(err)
	}
	if _, err := (&rollout.Devices{Keeper: s.store}).Apply(t.Context(), lead, sheet.File{Body: strings.NewReader(machines.String())}, sheet.Options{}, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.RunChecks(t.Context(), rollout.MailFacts{}, now); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestChecksSayWhatFailsAndLeadToWhatMendsIt(t *testing.T) {
	s := newCheckedSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	doc := b.doc(route.Checks)
	row := doc.Find(`.checks li:has(a[href="/readiness/checks/seats"])`)
	expect(t, "seats", words(row.Find(".ev span")), "30 people in scope, 28 seats: 2 short.")
	expect(t, "their standing", words(row.Find(".chip")), "Failing")
	if to := row.Find(".act a").AttrOr("href", ""); to != "/people?state=not_arrived" {
		t.Errorf("short of seats leads to %q", to)
	}
	if sub := words(doc.Find(".page-head .sub")); !strings.Contains(sub, "fail") {
		t.Errorf("the page says %q", sub)
	}
	one := b.doc(route.Check("devices", 1))
	expect(t, "devices of the wave", words(one.Find("#says")), "16 of 28 people of Wave 1 have the app (57%): 12 missing.")
	expect(t, "where they are missing", words(one.Find("tbody").First()), "Legal10Claims2")
	expect(t, "the machines", words(one.Find(`section:has(#machines) tbody`)), "Windows1.4.21018WindowsNot installed12")
	expect(t, "the history", words(one.Find(`section:has(#history) tbody tr td:nth-child(2)`)), "Now")
	list := b.doc(appLackersPath + "?wave=1")
	if n := list.Find("tbody tr").Length(); n != 12 {
		t.Errorf("%d people lack the app, want 12", n)
	}
	for _, path := range []string{route.Check("seats", 99), route.Check("absent", 0), route.Check("mail", 1), route.Checks + "?wave=x", appLackersPath + "?wave=99"} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
	}
}

func TestOnlyThoseWhoSeePeopleAreToldOfFew(t *testing.T) {
	s := newCheckedSite(t, nil)
	for role, sees := range map[string]bool{"lead": true, "auditor": true, "owner": false, "executive": false} {
		b := s.browser()
		b.is(role, roleGrants[role])
		body := b.get(route.Check("devices", 0)).body
		if !strings.Contains(body, "12 missing") || strings.Contains(body, "Claims") != sees || strings.Contains(body, appLackersPath) != sees {
			t.Errorf("%s: the departments where few lack the app are told: %v, want %v", role, strings.Contains(body, "Claims"), sees)
		}
		if a := b.get(appLackersPath); (a.StatusCode == http.StatusOK) != sees {
			t.Errorf("%s: the list of people answers %d", role, a.StatusCode)
		}
	}
}

func TestOnlyLeadsLearnWhoDidTheFirstTask(t *testing.T) {
	s := newSite(t, nil)
	_, err := s.store.Pool().Exec(t.Context(), shortOfSeats+`;
insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at, member)
values ('first_task', 'holds', 'The first task was delegated on Thu 12 Nov.', 'Since 12 Nov', 'Usage', now(), now(), now(), 7)`)
	if err != nil {
		t.Fatal(err)
	}
	for role, told := range map[string]bool{"lead": true, "auditor": false, "owner": false, "executive": false} {
		b := s.browser()
		b.is(role, roleGrants[role])
		if body := b.get(route.Check("first_task", 0)).body; strings.Contains(body, "Person 7") != told {
			t.Errorf("%s is told who: %v, want %v", role, !told, told)
		}
	}
}

func TestChecksRunWhenAsked(t *testing.T) {
	s := newCheckedSite(t, nil)
	b := s.browser()
	b.is("owner", roleGrants["owner"])
	if _, err := s.store.Pool().Exec(t.Context(), `insert into summary_day (day, assigned_seats) values (current_date, 30)`); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute)
	a := b.post(runChecksPath, url.Values{"back": {route.Check("seats", 0)}})
	if a.StatusCode != http.StatusSeeOther || a.location() != route.Check("seats", 0) {
		t.Fatalf("asked to check: %d %s", a.StatusCode, a.location())
	}
	doc := b.doc(route.Check("seats", 0))
	expect(t, "seats", words(doc.Find("#says")), "30 people in scope, 30 seats: none to spare.")
	if n := doc.Find(`section:has(#history) tbody tr`).Length(); n != 2 {
		t.Errorf("the history has %d lines, want 2", n)
	}
	for back, want := range map[string]string{"https://example.com/": route.Checks, "//example.com": route.Checks, "": route.Checks} {
		if a := b.post(runChecksPath, url.Values{"back": {back}}); a.location() != want {
			t.Errorf("back to %q leads to %s", back, a.location())
		}
	}
}

// TestCheckPagesAreAccessible looks at the pages of checks.
func TestCheckPagesAreAccessible(t *testing.T) {
	s := newCheckedSite(t, func(c *Config) { c.Provider = nil })
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Checks, "main", "2 short"})
	lookAt(t, ctx, s, stop{route.Check("seats", 0), "#says", "2 short"})
	lookAt(t, ctx, s, stop{route.Check("devices", 1), "main", "Not installed"})
	lookAt(t, ctx, s, stop{appLackersPath, "main", "12 people on this page"})
	inBrowser(t, ctx, "check again", chromedp.Navigate(s.url+route.Checks), chromedp.Click(chromedp.CSS(`.page-head button`)), says(".toast", "Checked"))
}
