package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// waveOne is the page of the wave that the plan of these tests decides about.
var waveOne = route.WaveReadiness("wave-1")

// plans starts a rollout: a pilot that opened ten days ago and a Wave 1 in twelve
// days, with a checklist of which everything holds. change is SQL that alters it.
func (s *site) plans(change ...string) {
	s.t.Helper()
	now := s.clock.Now()
	s.exec(`insert into wave (name, opens_on) values ('Pilot', $1), ('Wave 1', $2), ('Wave 2', null)`, now.AddDate(0, 0, -10), now.AddDate(0, 0, 12))
	s.exec(`insert into rollout (organization, playbook, playbook_version, architecture, architecture_at, install, time_zone, started_at)
		values ('Aldermere', 'test', '1', 'single', $1, 'self', 'Europe/Berlin', $1)`, now.AddDate(0, 0, -30))
	s.exec(`insert into rollout_role (key, name, position, holder_name, holder_email) values
		('idp', 'IdP admin', 1, 'Dana Weiss', 'dana@example.com'), ('support', 'Support lead', 2, '', '')`)
	s.exec(`insert into task (key, scope, wave, phase, section, position, title, why, role, due, evidence, check_key, holds_days, checklist) `+
		`select v.key, v.scope, case v.scope when 'wave' then w.id end, 'setup', 'Access', v.position, v.title, 'Over the limit, nobody is told.', v.role, $1, v.evidence, v.check_key, 30, v.checklist from wave w, (values
		('seats', 'wave', 1, 'Seats cover everyone', 'idp', 'check', 'seats', 'Seats and access'),
		('dry_run', 'wave', 2, 'Enforcement takes Cowork from nobody', 'idp', 'check', 'dry_run', 'Seats and access'),
		('support', 'wave', 3, 'Support channel is live', 'support', 'attestation', '', 'People and support')
		) v (key, scope, position, title, role, evidence, check_key, checklist) where w.name = 'Wave 1'`, now.AddDate(0, 0, 1))
	s.exec(`insert into attestation (task, by_name, by_email, at, holds_to, words) select id, 'Noor Haddad', 'noor@example.com', $1, $2, 'The channel is live.' from task where key = 'support'`, now, now.AddDate(0, 0, 30))
	s.found("seats", "holds", "4,200 seats for 4,100 people.")
	s.found("dry_run", "holds", "Nobody loses Cowork.")
	for _, sql := range change {
		s.exec(sql)
	}
}

// exec changes the plan behind the product's back, as another process would.
func (s *site) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.store.Pool().Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	if _, err := s.store.Pool().Exec(s.t.Context(), `update plan_revision set n = n + 1`); err != nil {
		s.t.Fatal(err)
	}
}

// found is what a check of Wave 1 says from now on.
func (s *site) found(key, outcome, say string) {
	s.t.Helper()
	s.exec(`insert into check_result (check_key, wave, outcome, say, short, count, source, as_of, since, ran_at)
		select $1, id, $2, $3, $3, case $2 when 'fails' then 138 else 0 end, 'Members and seats', $4, $4, $4 from wave where name = 'Wave 1'`, key, outcome, say, s.clock.Now())
}

func (b *browser) document(path string) *goquery.Document {
	b.t.Helper()
	a := b.get(path)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %d %s", path, a.StatusCode, a.location())
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		b.t.Fatal(err)
	}
	return doc
}

// version is the one the forms of a page carry.
func (b *browser) version(path string) string {
	b.t.Helper()
	return b.document(path).Find(`[name="version"]`).AttrOr("value", "none")
}

// deciders names people by address as those who decide Wave 1.
func (b *browser) deciders(emails ...string) answer {
	b.t.Helper()
	f := url.Values{"version": {b.version(waveOne)}}
	for i, e := range emails {
		name, _, _ := strings.Cut(e, "@")
		f.Set("name."+strconv.Itoa(i), name)
		f.Set("email."+strconv.Itoa(i), e)
	}
	return b.post(waveOne+"/deciders", f)
}

func (b *browser) vote(choice, reason string) answer {
	b.t.Helper()
	return b.post(waveOne+"/vote", url.Values{"choice": {choice}, "reason": {reason}})
}

func (b *browser) must(a answer, status int) answer {
	b.t.Helper()
	if a.StatusCode != status {
		b.t.Fatalf("%s %s: %d, want %d: %.300s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
	return a
}

func TestReadinessLeadsToTheNextWave(t *testing.T) {
	s := newSite(t, nil)
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	if doc := lead.document(route.Readiness); !strings.Contains(doc.Find("main").Text(), "No rollout is started yet") {
		t.Error("nothing says that there is no rollout")
	}
	other := newSite(t, nil)
	other.plans()
	lead = other.browser()
	lead.is("lead", roleGrants["lead"])
	if a := lead.get(route.Readiness); a.location() != waveOne {
		t.Errorf("it leads to %q", a.location())
	}
	lead.must(lead.get(route.WaveReadiness("wave-9")), http.StatusNotFound)
	lead.must(lead.get(waveOne+"/decisions/7"), http.StatusNotFound)
}

func TestTheReadinessOfAWaveIsOneSentence(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	s.found("seats", "fails", "4,338 people, 4,200 seats: 138 short.")
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	doc := lead.document(waveOne)
	for sel, want := range map[string]string{
		"h1": "Wave 1 readiness", ".verdict h2": "One check fails", ".verdict .chip": "No-go today",
		".verdict-l p": "Fix the seats (Dana Weiss). The other two hold.", ".legend": "1 failing", ".seg [aria-current]": "Wave 1",
		".checks li.fail": "138 short", ".grp": "1 of 2 ready",
	} {
		if got := doc.Find(sel).Text(); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", sel, got, want)
		}
	}
	if got := doc.Find(".verdict .btn[aria-disabled]").Text(); !strings.Contains(got, "Opens when nothing fails.") {
		t.Errorf("the button says %q", got)
	}
	if pilot := lead.document(route.WaveReadiness("pilot")).Find("main").Text(); !strings.Contains(pilot, "Pilot is open") || !strings.Contains(pilot, "There is no checklist yet") {
		t.Errorf("the pilot's page says %.300s", pilot)
	}
	if two := lead.document(route.WaveReadiness("wave-2")).Find("main").Text(); !strings.Contains(two, "No day is set for Wave 2") {
		t.Errorf("the page of a wave without a day says %.300s", two)
	}
}

func TestExecutivesReadReadinessWithoutNames(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	s.found("seats", "fails", "138 short.")
	helen := s.browser()
	helen.is("helen", roleGrants["executive"])
	doc := helen.document(waveOne)
	page := doc.Find("main").Text()
	for _, name := range []string{"Dana", "Noor", "The channel is live"} {
		if strings.Contains(page, name) {
			t.Errorf("an executive reads %q", name)
		}
	}
	if !strings.Contains(page, "IdP admin") || !strings.Contains(page, "A person vouched for it.") {
		t.Errorf("the page says %.500s", page)
	}
	doc.Find("main a[href]").Each(func(_ int, a *goquery.Selection) {
		if href := a.AttrOr("href", ""); helen.get(href).StatusCode != http.StatusOK {
			t.Errorf("a link leads an executive to %s", href)
		}
	})
	if doc.Find("main form").Length() > 0 {
		t.Error("an executive who is no decider finds a form")
	}
	tomas := s.browser()
	tomas.is("tomas", roleGrants["champion"])
	if a := tomas.get(waveOne); a.StatusCode == http.StatusOK {
		t.Error("a champion reads it")
	}
}

// TestDecidingIsForThoseNamed asks as every persona for every change of a wave's readiness.
func TestDecidingIsForThoseNamed(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	lead.must(lead.deciders("executive@example.com"), http.StatusSeeOther)
	lead.must(lead.post(waveOne+"/ask", url.Values{"version": {lead.version(waveOne)}}), http.StatusSeeOther)
	for role, g := range roleGrants {
		b := s.browser()
		b.is(role, g)
		for _, path := range []string{"/ask", "/decide", "/deciders", "/time"} {
			a := b.post(waveOne+path, url.Values{"version": {"99"}, "choice": {"go"}})
			if allowed := role == "lead"; (a.StatusCode == http.StatusConflict) != allowed || !allowed && a.StatusCode != http.StatusForbidden {
				t.Errorf("%s posts %s: %d", role, path, a.StatusCode)
			}
		}
		want := http.StatusForbidden
		if role == "executive" {
			want = http.StatusUnprocessableEntity
		}
		if a := b.vote("maybe", ""); a.StatusCode != want {
			t.Errorf("%s votes: %d, want %d", role, a.StatusCode, want)
		}
	}
	r := s.readiness()
	if len(r.Votes) > 0 || len(r.Decisions) > 0 || r.Version != 2 {
		t.Errorf("something was kept: %+v", r)
	}
}

// readiness is that of Wave 1 as it is kept.
func (s *site) readiness() rollout.Readiness {
	s.t.Helper()
	p, err := s.store.Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	w, _ := p.WaveBySlug("wave-1")
	return p.Readiness[w.ID]
}

func TestAVoteComesBackAsItWasTyped(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	lead.must(lead.deciders("lead@example.com", "helen@example.com"), http.StatusSeeOther)
	lead.must(lead.vote("go", ""), http.StatusForbidden)
	lead.must(lead.post(waveOne+"/ask", url.Values{"version": {"1"}}), http.StatusSeeOther)
	a := lead.must(lead.vote("no_go", " "), http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, "Say why not") || !strings.Contains(a.body, `value="no_go" checked`) {
		t.Error("the form does not come back with what is wrong")
	}
	lead.must(lead.vote("no_go", "Claims is not trained"), http.StatusSeeOther)
	lead.must(lead.post(waveOne+"/decide", url.Values{"version": {"3"}, "choice": {"go"}}), http.StatusConflict)
	lead.must(lead.post(waveOne+"/decide", url.Values{"version": {"3"}, "choice": {"no_go"}}), http.StatusSeeOther)
	doc := lead.document(waveOne + "/decisions/1")
	if text := doc.Find("main").Text(); !strings.Contains(text, "Wave 1: no-go") || !strings.Contains(text, "Claims is not trained") || !strings.Contains(text, "3 of 3") {
		t.Errorf("the decision says %.400s", text)
	}
}

func TestDecidersTypedMeanwhileAreKeptInTheForm(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	stale := url.Values{"version": {lead.version(waveOne)}, "name.0": {"Mine"}, "email.0": {"mine@example.com"}}
	lead.must(lead.deciders("theirs@example.com"), http.StatusSeeOther)
	a := lead.must(lead.post(waveOne+"/deciders", stale), http.StatusConflict)
	for _, want := range []string{"Somebody else changed this meanwhile", "mine@example.com", "by theirs", `name="version" value="1"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page misses %q", want)
		}
	}
	bad := url.Values{"version": {"1"}, "name.0": {""}, "email.0": {""}, "name.1": {"Dana"}, "email.1": {"nowhere"}}
	a = lead.must(lead.post(waveOne+"/deciders", bad), http.StatusUnprocessableEntity)
	doc, _ := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if got := doc.Find("#email-1").AttrOr("aria-invalid", ""); got != "true" || doc.Find("#email-0").AttrOr("aria-invalid", "") != "" {
		t.Error("the line that is wrong is not the one marked")
	}
	lead.must(lead.post(waveOne+"/deciders", url.Values{"version": {"x"}}), http.StatusUnprocessableEntity)
}

func TestTheTimeOfTheDecisionIsThatOfTheRollout(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	set := func(on, at string) answer {
		return lead.post(waveOne+"/time", url.Values{"version": {lead.version(waveOne)}, "day": {on}, "time": {at}})
	}
	on := s.clock.Now().AddDate(0, 0, 7).Format("2006-01-02")
	lead.must(set(on, "10:00"), http.StatusSeeOther)
	berlin, _ := time.LoadLocation("Europe/Berlin")
	if at := s.readiness().DecideAt.In(berlin); at.Format("2006-01-02 15:04") != on+" 10:00" {
		t.Errorf("kept: %s", at)
	}
	for _, wrong := range [][2]string{{"soon", "10:00"}, {on, "ten"}, {"2026-01-01", "10:00"}, {on, ""}} {
		a := lead.must(set(wrong[0], wrong[1]), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `aria-invalid="true"`) || !strings.Contains(a.body, `value="`+wrong[0]+`"`) {
			t.Errorf("%v does not come back", wrong)
		}
	}
	lead.must(set("", ""), http.StatusSeeOther)
	if !s.readiness().DecideAt.IsZero() {
		t.Error("it is not forgotten")
	}
}

func TestAnOwnerFindsWhatTheyMayOpen(t *testing.T) {
	s := newSite(t, nil)
	s.plans()
	dana := s.browser()
	dana.is("dana", identity.Grant{Role: identity.Owner})
	doc := dana.document(waveOne)
	if doc.Find(`form[action$="/ask"], form[action$="/deciders"]`).Length() > 0 {
		t.Error("an owner finds the forms of a lead")
	}
	if text := doc.Find(".checks").Text(); !strings.Contains(text, "Noor Haddad: “The channel is live”") {
		t.Errorf("the checklist says %s", text)
	}
}
