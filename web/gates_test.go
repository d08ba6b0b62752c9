package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// gatedRows are a rollout in which everything holds that the gate of roles waits
// for, a wave that is not ready, and a gate that was passed a fortnight ago. $now
// is two hours ago.
const gatedRows = `
insert into wave (name, opens_on) values ('Wave 1', '2026-12-01');
insert into rollout (organization, playbook, playbook_version, architecture, architecture_reason, architecture_at, install, time_zone, started_at)
values ('Aldermere', 'cowork', '2026.11', 'single', 'One identity provider', $now, 'managed', 'Europe/Berlin', $now);
insert into task (scope, wave, phase, section, position, title, evidence, gate_checks, state, due, done_at, done_by, gate) values
('organization', null, 'setup', 'Identity', 1, 'Create groups', 'proof', '{}', 'done', null, $now, 'Dana', ''),
('organization', null, 'setup', 'Identity', 2, 'Enforce roles', 'attestation', '{seats}', 'open', '2026-11-27', null, '', 'enforce_roles'),
('wave', 1, 'launch', 'Go live', 1, 'Open the wave', 'attestation', '{devices}', 'open', '2026-12-01', null, '', 'open_wave'),
('organization', null, 'setup', 'Identity', 3, 'Enforce single sign-on', 'attestation', '{}', 'done', null, $now, 'Dana', 'enforce_sso');
insert into task_wait values (2, 1), (3, 2);
insert into gate (kind, wave, task) values ('enforce_roles', null, 2), ('open_wave', 1, 3);
insert into gate (kind, task, opened_at, passed_at, passed_on, passed_name, passed_email)
values ('enforce_sso', 4, $now::timestamptz - interval '14 days', $now::timestamptz - interval '14 days', ($now::timestamptz - interval '14 days')::date, 'Dana', 'dana@example.com');
insert into gate_override (gate, name, email, at, reason, failed) values (3, 'Ines', 'ines@example.com', $now::timestamptz - interval '14 days', 'The vendor withdrew the old way.', '{Everyone has arrived,Two approvals}');
insert into gate_alarm (gate, kind, on_day, say, raised_at) values (3, 'sign_ins', '2026-11-20', 'Nobody signed in on Fri 20 Nov; 20 did on the same weekday before.', $now);
insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at) values
('seats', 'holds', 'Seats for everyone.', '812 seats', 'Members and seats', $now, $now, $now);
insert into access_run (at, as_of, members, keeps, surprise, planned, nothing, complete, summary, people) values ($now, $now, 812, 812, 0, 0, 0, true, '{}', '');
insert into access_snapshot (at, members, groups, roles, limits, digest, body) values ($now, 812, 14, 5, 3, decode(repeat('00', 32), 'hex'), '');
update plan_revision set n = n + 1`

// The gates of gatedRows.
const rolesGate, waveGate, ssoGate = 1, 2, 3

var gateToday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// gate fills a site's database with gates.
func (s *site) gate() {
	s.t.Helper()
	s.exec(strings.ReplaceAll(gatedRows, "$now", "'"+gateToday.Add(-2*time.Hour).Format(time.RFC3339)+"'"))
}

// gated is a site with gates, at noon of a Monday.
func gated(t *testing.T) *site {
	t.Helper()
	s := newSite(t, nil)
	s.clock.at = gateToday
	s.gate()
	return s
}

// The pages of gates ask the database as little as every other.
func TestGatePagesAskLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.Plan, cfg.Gates = nil, &identity.Service{Keeper: st}, st, st, st
	})
	s.store = st
	s.gate()
	b := s.browser()
	b.post(route.SignInAs, fields("persona", "ines"))
	b.get(route.Gates) // the plan is read once, and kept
	for _, path := range []string{route.Gates, route.Gate(rolesGate), route.Gate(waveGate), route.Gate(ssoGate)} {
		c.queries.Store(0)
		c.trips.Store(0)
		if a := b.get(path); a.StatusCode != http.StatusOK || len(a.body) > 60<<10 {
			t.Fatalf("%s answers %d, %d bytes", path, a.StatusCode, len(a.body))
		}
		if q, n := c.queries.Load(), c.trips.Load(); q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", path, q, n)
		}
	}
}

// inRole is the browser of somebody with a role, under its name.
func (s *site) inRole(role string) *browser {
	b := s.browser()
	b.is(role, roleGrants[role])
	return b
}

// does posts to a gate what its page knows, and pairs beside it.
func (b *browser) does(gate int64, what string, pairs ...string) answer {
	b.t.Helper()
	f := fields(pairs...)
	if f.Get("version") == "" {
		f.Set("version", b.get(route.Gate(gate)).doc(b.t).Find("input[name=version]").AttrOr("value", "0"))
	}
	return b.post(route.Gate(gate)+"/"+what, f)
}

// did expects that something was done, and returns what the next page says.
func (b *browser) did(gate int64, what string, pairs ...string) string {
	b.t.Helper()
	a := b.does(gate, what, pairs...)
	if a.StatusCode != http.StatusSeeOther || a.location() != route.Gate(gate) {
		b.t.Fatalf("%s: %d %s\n%s", what, a.StatusCode, a.location(), words(a.doc(b.t).Find("main")))
	}
	return words(b.get(route.Gate(gate)).doc(b.t).Find("body"))
}

func TestAGateIsOpenedByTwoAndRecorded(t *testing.T) {
	s := gated(t)
	lead, owner, auditor := s.inRole("lead"), s.inRole("owner"), s.inRole("auditor")
	doc := lead.get(route.Gate(rolesGate)).doc(t)
	expect(t, "title", words(doc.Find("h1")), "Enforce roles")
	expect(t, "sub", words(doc.Find("h1 + .sub")), "4 of 5 conditions hold")
	for _, want := range []string{"Locked", "No undo", "Nobody of 812 would, as of 11:00 today", "Snapshot of 11:00 today: 812 members, 14 groups", "Two different people have to say yes."} {
		expect(t, "card", words(doc.Find(".gate-card")), want)
	}
	expect(t, "shut", doc.Find(".gate-card button[aria-disabled]").AttrOr("title", ""), "Two different people have to approve first.")
	expect(t, "approve", lead.did(rolesGate, "approve"), "You approved it.")
	if doc := lead.get(route.Gate(rolesGate)).doc(t); doc.Find("form[action$='/approve']").Length() != 0 || doc.Find("form[action$='/withdraw']").Length() != 1 {
		t.Error("who approved may approve again, or cannot take it back")
	}
	owner.did(rolesGate, "approve")
	if a := owner.does(rolesGate, "open", "go", "go"); a.StatusCode != http.StatusForbidden {
		t.Errorf("an owner opens: %d", a.StatusCode)
	}
	asked := lead.does(rolesGate, "open").doc(t)
	expect(t, "asked once more", words(asked.Find("h1")), "Open the gate for 24 hours?")
	expect(t, "facts", words(asked.Find(".facts")), "Lose Cowork by surprise 0")
	expect(t, "opened", lead.did(rolesGate, "open", "go", "go"), "Go-ahead until Tue 24 Nov, 13:00")
	s.clock.Advance(90 * time.Minute)
	expect(t, "countdown", words(auditor.get(route.Gate(rolesGate)).doc(t).Find("h1 + .sub")), "Open until Tue 24 Nov, 13:00, 22 h 30 min left")
	if n := auditor.get(route.Gate(rolesGate)).doc(t).Find("main form").Length(); n != 0 {
		t.Errorf("an auditor has %d forms", n)
	}
	done := owner.did(rolesGate, "record", "on", "2026-11-23")
	expect(t, "passed", done, "Done on Mon 23 Nov, recorded by owner")
	expect(t, "history", done, "owner Done on Mon 23 Nov: Enforce roles")
	expect(t, "watched", done, "Watched since")
	if a := lead.does(rolesGate, "open", "go", "go", "version", "5"); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "passed already") {
		t.Errorf("opened after it was passed: %d", a.StatusCode)
	}
}

// Whatever is refused comes back on the page as it is now, with what was typed.
func TestGatesComeBackWithWhatWasTyped(t *testing.T) {
	s := gated(t)
	lead, owner := s.inRole("lead"), s.inRole("owner")
	refuse := func(a answer, status int, say string) {
		t.Helper()
		if doc := a.doc(t); a.StatusCode != status || !strings.Contains(words(doc.Find("main")), say) {
			t.Errorf("%d, want %d %q:\n%s", a.StatusCode, status, say, words(doc.Find("main")))
		}
	}
	refuse(owner.does(waveGate, "approve"), http.StatusUnprocessableEntity, "Nothing was approved: 3 conditions do not hold: Enforce roles;")
	refuse(lead.does(waveGate, "open"), http.StatusConflict, "cannot be opened as it is now")
	refuse(lead.does(waveGate, "open", "go", "go"), http.StatusUnprocessableEntity, "The gate stays locked: 4 conditions")
	refuse(owner.does(waveGate, "withdraw"), http.StatusConflict, "no approval of yours")
	refuse(owner.does(waveGate, "record", "on", "2026-11-23"), http.StatusUnprocessableEntity, "the gate is not open")
	a := lead.does(waveGate, "override", "phrase", "open wave", "reason", "because")
	refuse(a, http.StatusUnprocessableEntity, "Type exactly: open without conditions: open wave 1")
	doc := a.doc(t)
	if doc.Find("#phrase").AttrOr("value", "") != "open wave" || doc.Find("#reason").Text() != "because" || doc.Find("details[open] #reason[aria-invalid=true]").Length() != 1 {
		t.Error("what was typed is lost")
	}
	owner.did(rolesGate, "approve")
	lead.did(rolesGate, "approve")
	lead.did(rolesGate, "open", "go", "go")
	for typed, say := range map[string]string{"2026-11-24": "has not come yet", "2026-11-22": "opened on Mon 23 Nov", "soon": "Write the day like", "": "Write the day like"} {
		refuse(owner.does(rolesGate, "record", "on", typed), http.StatusUnprocessableEntity, say)
	}
	refuse(owner.does(rolesGate, "record", "on", "2026-11-23", "version", "2"), http.StatusConflict, "changed this gate meanwhile")
	refuse(lead.does(rolesGate, "open", "go", "go"), http.StatusConflict, "open already, until Tue 24 Nov, 13:00")
	s.clock.Advance(25 * time.Hour)
	lead, owner = s.inRole("lead"), s.inRole("owner")
	refuse(owner.does(rolesGate, "record", "on", "2026-11-23"), http.StatusUnprocessableEntity, "the gate is not open")
	for _, f := range []url.Values{{}, {"version": {"x"}}, {"version": {"-1"}}} {
		refuse(lead.post(route.Gate(rolesGate)+"/approve", f), http.StatusUnprocessableEntity, "incomplete")
	}
	for _, path := range []string{"/plan/gates/99", "/plan/gates/x", "/plan/gates/-1"} {
		if a := lead.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// A condition that fails while the gate is open shuts it, whoever looks.
func TestAFailingCheckShutsTheGate(t *testing.T) {
	s := gated(t)
	lead, owner := s.inRole("lead"), s.inRole("owner")
	lead.did(rolesGate, "approve")
	owner.did(rolesGate, "approve")
	lead.did(rolesGate, "open", "go", "go")
	s.clock.Advance(time.Minute)
	s.exec(`insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at)
values ('seats', 'fails', '138 short of seats.', '138 short', 'Members and seats', '2026-11-23 12:01Z', '2026-11-23 12:01Z', '2026-11-23 12:01Z');`)
	if a := owner.does(rolesGate, "record", "on", "2026-11-23", "version", "4"); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "The gate was shut") {
		t.Errorf("recorded while seats are short: %d", a.StatusCode)
	}
	page := words(owner.get(route.Gate(rolesGate)).doc(t).Find("main"))
	for _, want := range []string{"The go-ahead was ended", "138 short of seats.", "lapsed, from"} {
		expect(t, "shut", page, want)
	}
}

func TestAnOverrideIsShownForEver(t *testing.T) {
	s := gated(t)
	lead := s.inRole("lead")
	stale := s.browser()
	stale.isSince("stale", time.Hour, roleGrants["lead"])
	if doc := stale.get(route.Gate(waveGate)).doc(t); doc.Find("#phrase").Length() != 0 || doc.Find("a[href*='again=1']").Length() != 1 {
		t.Error("the form is there without a fresh proof of who asks")
	}
	const phrase, reason = "open without conditions: open wave 1", "The board decided so on Friday, knowing what is missing."
	if a := stale.post(route.Gate(waveGate)+"/override", fields("version", "1", "phrase", phrase, "reason", reason)); a.StatusCode != http.StatusForbidden {
		t.Errorf("without a fresh proof: %d", a.StatusCode)
	}
	expect(t, "done", lead.did(waveGate, "override", "phrase", phrase, "reason", reason), "without its conditions.")
	s.clock.Advance(48 * time.Hour)
	auditor := s.inRole("auditor")
	for _, path := range []string{route.Gates, route.Gate(waveGate)} {
		page := words(auditor.get(path).doc(t).Find("#overrides").Closest("section"))
		for _, want := range []string{reason, "lead", "Mon 23 Nov, 13:00", "Enforce roles", "Two approvals"} {
			expect(t, path, page, want)
		}
	}
	expect(t, "chip", words(auditor.get(route.Gate(waveGate)).doc(t).Find(".gate-card")), "Overridden")
}

func TestAllGatesAreListed(t *testing.T) {
	s := gated(t)
	doc := s.inRole("auditor").get(route.Gates).doc(t)
	expect(t, "sub", words(doc.Find("h1 + .sub")), "1 of 3 gates passed")
	rows := doc.Find("#gates").Closest("section").Find("tbody tr")
	for i, want := range []string{"Enforce roles Locked4 of 50 of 2Fri 27 Nov", "Open Wave 1 Locked0 of 40 of 2Tue 1 Dec", "Enforce single sign-on opened without conditionsPasseddone on Mon 9 Nov"} {
		expect(t, "row", words(rows.Eq(i)), want)
	}
	expect(t, "alarm", words(doc.Find(".banner")), "Enforce single sign-on: Nobody signed in on Fri 20 Nov")
	expect(t, "overrides", words(doc.Find("#overrides").Closest("section")), "The vendor withdrew the old way.")
}

func TestAlarmsLeaveOnceSeen(t *testing.T) {
	s := gated(t)
	x := &adoption.Index{First: day.Of(2026, 10, 1), Through: day.Of(2026, 11, 20), Settings: adoption.DefaultSettings()}
	s.srv.Index = fixedIndex{x}
	owner, auditor := s.inRole("owner"), s.inRole("auditor")
	doc := auditor.get(route.Gate(ssoGate)).doc(t)
	expect(t, "alarm", words(doc.Find(".banner")), "Nobody signed in on Fri 20 Nov")
	expect(t, "watched", words(doc.Find("#watch").Closest("section")), "Through Fri 20 Nov.")
	if doc.Find("form[action*='/alarms/']").Length() != 0 {
		t.Error("an auditor takes note of alarms")
	}
	for range 2 {
		owner.did(ssoGate, "alarms/1/seen")
	}
	page := words(owner.get(route.Gate(ssoGate)).doc(t).Find("main"))
	expect(t, "seen", page, "owner took note Mon 23 Nov, 13:00")
	if a := owner.does(rolesGate, "alarms/1/seen"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an alarm of another gate: %d", a.StatusCode)
	}
}

// Every change of a gate is tried by everybody, from elsewhere, and twice.
func TestWhoChangesGates(t *testing.T) {
	acts := map[string][]string{
		"approve": {"lead", "owner"}, "withdraw": {"lead", "owner"}, "open": {"lead"}, "record": {"lead", "owner"}, "override": {"lead"}, "alarms/1/seen": {"lead", "owner"},
	}
	s := gated(t)
	for act, may := range acts {
		for role := range roleGrants {
			a := s.inRole(role).post(route.Gate(rolesGate)+"/"+act, fields("version", "99"))
			allowed := strings.Contains(strings.Join(may, " "), role)
			if (a.StatusCode != http.StatusForbidden) != allowed {
				t.Errorf("%s as %s: %d", act, role, a.StatusCode)
			}
		}
		elsewhere := s.inRole("lead")
		r := elsewhere.request("POST", route.Gate(rolesGate)+"/"+act, fields("version", "1", "go", "go"))
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if a := elsewhere.do(r); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, "did not come from this site") {
			t.Errorf("%s from elsewhere: %d", act, a.StatusCode)
		}
		anybody := s.browser()
		if a := anybody.post(route.Gate(rolesGate)+"/"+act, fields("version", "1")); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.location(), route.SignIn) {
			t.Errorf("%s signed out: %d", act, a.StatusCode)
		}
	}
	if p, err := s.store.Plan(t.Context()); err != nil || p.Gates[0].Version != 1 {
		t.Errorf("a gate was changed: %+v, %v", p.Gates[0], err)
	}
	lead := s.inRole("lead")
	first, second := lead.does(rolesGate, "approve", "version", "1"), lead.does(rolesGate, "approve", "version", "1")
	if first.StatusCode != http.StatusSeeOther || second.StatusCode != http.StatusConflict {
		t.Errorf("pressed twice: %d, then %d", first.StatusCode, second.StatusCode)
	}
}

// HTMX gets the page's part, and is led on after a change.
func TestGatesAnswerHTMX(t *testing.T) {
	s := gated(t)
	lead := s.inRole("lead")
	ask := func(pairs ...string) answer {
		r := lead.request("POST", route.Gate(rolesGate)+"/open", fields(pairs...))
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("HX-Request", "true")
		return lead.do(r)
	}
	a := ask("version", "1", "go", "go")
	if a.StatusCode != http.StatusUnprocessableEntity || strings.Contains(a.body, "<html") || a.doc(t).Find("#gate [role=alert]").Length() != 1 {
		t.Errorf("refused: %d\n%s", a.StatusCode, a.body[:min(200, len(a.body))])
	}
	lead.did(rolesGate, "approve")
	s.inRole("owner").did(rolesGate, "approve")
	if a = ask("version", "3", "go", "go"); a.StatusCode != http.StatusOK || a.Header.Get("HX-Redirect") != route.Gate(rolesGate) {
		t.Errorf("opened: %d %q", a.StatusCode, a.Header.Get("HX-Redirect"))
	}
}

// Names of roles stay out of the way of accounts: a second account of the same address is the same person.
func TestOnePersonApprovesOnce(t *testing.T) {
	s := gated(t)
	s.inRole("lead").did(rolesGate, "approve")
	twin := s.browser()
	twin.is("twin", identity.Grant{Role: identity.Owner})
	s.exec(`update account set email = 'LEAD@example.com' where email = 'twin@example.com'`)
	a := twin.does(rolesGate, "approve")
	if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "somebody else") {
		t.Errorf("the same address again: %d %s", a.StatusCode, strconv.Quote(words(a.doc(t).Find(".banner"))))
	}
}
