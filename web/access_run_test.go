package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// forty members: 20 keep Cowork through AL-Claims-All; 10 are in a group nested in
// it, 4 in one without a role, 3 have Chat only, 1 is in none; 1 waits for a later
// wave, 1 is an owner.
const accessRows = `
insert into department (name) values ('Claims'), ('Legal');
insert into wave (name, opens_on) values ('Pilot', now()::date - 10), ('Later', now()::date + 60), ('Last', now()::date + 90);
insert into member (ord, user_id, email, name, role, added_at, listed)
select n, 'u' || n, 'canary' || n || '@example.com', 'Canary ' || chr(65 + n % 26) || ' Person ' || n, case n when 39 then 'owner' else 'user' end, '2026-10-12', true
from generate_series(0, 39) n;
insert into person (email, name) select email, name from member order by ord;
insert into placement (person, from_day, department, wave)
select p.id, null, d.id, w.id from person p join member m on m.email_folded = p.email_folded
join department d on d.name = case when m.ord >= 34 then 'Legal' else 'Claims' end
join wave w on w.name = case when m.ord >= 38 then 'Last' else 'Pilot' end;
insert into rbac_role (id, name, display_name) values ('pilot', 'Cowork pilot', ''), ('chat', 'Chat only', 'Chat, nothing else');
insert into rbac_permission (role_id, action, resource, resource_id) values
    ('pilot', 'capability_cowork', 'organization', ''), ('pilot', 'capability_chat', 'organization', ''), ('pilot', 'use', 'connector', 'c1'), ('chat', 'chat', 'organization', '');
insert into rbac_group (id, name, source_type, roles_known) values ('all', 'AL-Claims-All', 'scim', true), ('motor', 'AL-Claims-Motor', 'scim', true),
    ('staff', 'AL-All-Staff', 'scim', true), ('temps', 'AL-Temps', 'scim', true), ('people', 'AL-People', 'scim', true), ('hand', 'Everybody', 'direct', true);
insert into rbac_group_role (group_id, role_id) values ('all', 'pilot'), ('all', 'linked'), ('staff', 'chat'), ('people', 'chat');
insert into rbac_group_member (group_id, member) select 'hand', n from generate_series(0, 39) n
union all select 'all', n from generate_series(0, 19) n
union all select g, n from unnest(array['motor', 'staff']) g, generate_series(20, 29) n
union all select 'temps', n from generate_series(30, 33) n
union all select 'people', n from generate_series(34, 36) n
union all select 'staff', 38;
insert into spend_effective (member, period, scope, scope_id, amount, spent)
select n, 'monthly', case when n < 2 then 'rbac_group' else 'seat_tier' end, case when n < 2 then 'motor' else '' end, case when n = 9 then 0 when n < 2 then 2500 else 4000 end, 0 from generate_series(0, 39) n;
insert into spend_limit (id, scope, scope_id, period, amount, enabled) values ('m', 'rbac_group', 'motor', 'monthly', 2500, true), ('a', 'rbac_group', 'all', 'monthly', 9000, true);
insert into rbac_group_member (group_id, member) values ('motor', 0), ('motor', 1);`

// newAccessSite is the demo's site with these people, read an hour ago.
func newAccessSite(t *testing.T, change ...string) *site {
	t.Helper()
	s := newSite(t, func(c *Config) { c.Provider = nil })
	s.exec(accessRows)
	for _, source := range []string{"members", "groups", "roles", "spend"} {
		s.exec(`insert into source_state (source, status, last_run_at, last_success_at) values ($1, 'complete', $2, $2)`, source, s.clock.Now().Add(-time.Hour))
	}
	for _, sql := range change {
		s.exec(sql)
	}
	return s
}

// runs works out what enforcing would do, as after a sync.
func (s *site) runs() orgaccess.Run {
	s.t.Helper()
	run, err := s.store.RunAccess(s.t.Context(), identity.Actor{}, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return run
}

// apart is a part of a page as words, those of different elements apart.
func apart(s *goquery.Selection) string {
	var out []string
	s.Contents().Each(func(_ int, c *goquery.Selection) {
		if goquery.NodeName(c) == "#text" {
			out = append(out, strings.Fields(c.Text())...)
		} else {
			out = append(out, apart(c))
		}
	})
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(out, func(w string) bool { return w == "" }), " "))
}

func TestTheDryRunSaysWhoLosesCowork(t *testing.T) {
	s := newAccessSite(t)
	b := s.asPersona("ines")
	expect(t, "before the first run", apart(b.doc(route.Access).Find("main")), "There was no dry run yet")
	a := b.post(route.AccessRun, nil)
	if a.StatusCode != http.StatusSeeOther || a.location() != route.Access {
		t.Fatalf("run again: %d to %s", a.StatusCode, a.location())
	}
	doc := b.doc(route.Access)
	main := apart(doc.Find("main"))
	for _, want := range []string{
		"Enforce now and 18 people lose Cowork by surprise", "13 would keep Chat; 5 would be left with nothing", "18 people, 4 causes",
		"10 In a nested group Only direct members of a group arrive. Flatten AL-Claims-All. They keep Chat.",
		"4 In no mapped group A seat, but no group that carries a role. They are in AL-Temps. Chat goes too.",
		"3 Role lacks Cowork AL-People carries no role with Cowork.", "1 Added by hand In no group of the identity provider",
		"Keep Cowork 21", "Lose it by surprise 18", "Lose it as planned 1", "1–18 of 18", "18 Pilot",
	} {
		expect(t, "the page", main, want)
	}
	if n := doc.Find("#people tbody tr").Length(); n != 18 {
		t.Errorf("%d people are listed", n)
	}
	expect(t, "departments", apart(doc.Find("section[aria-labelledby=departments]")), "Claims 14 Legal 4")
	expect(t, "the note after it", apart(b.doc(route.Access).Find("main")), "Run again")
}

func TestTheListIsNarrowedAndSorted(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	b := s.asPersona("ines")
	for query, want := range map[string]int{
		"cause=nested": 10, "cause=unmapped": 4, "cause=role_lacks": 3, "cause=by_hand": 1, "outcome=planned": 1, "outcome=keeps": 21, "outcome=nothing": 5,
		"outcome=all": 25, "outcome=bogus": 18, "cause=bogus": 18, "wave=9999": 0, "department=0": 0, "q=canary2": 10, "q=person+21": 1, "q=%00": 18,
		"outcome=all&q=PERSON+39": 1, "sort=name": 18, "sort=bogus": 18, "after=99999": 18, "after=x": 18, "cause=nested&q=nobody": 0,
	} {
		if n := b.doc(route.Access + "?" + query).Find("#people tbody tr").Length(); n != want {
			t.Errorf("%s lists %d people, want %d", query, n, want)
		}
	}
	first := b.doc(route.Access + "?outcome=all&sort=name")
	next := first.Find(`a[rel=next]`).AttrOr("href", "")
	if next == "" || strings.Contains(next, "Person") || strings.Contains(next, "example.com") {
		t.Fatalf("the next page is at %q", next)
	}
	second := b.doc(next)
	expect(t, "the second page", apart(second.Find(".pages")), "26–40 of 40")
	expect(t, "back", apart(b.doc(second.Find(`a[rel=prev]`).AttrOr("href", "")).Find(".pages")), "1–25 of 40")
	if got := first.Find(`th[aria-sort=ascending]`).Text(); !strings.Contains(got, "Person") {
		t.Errorf("sorted by %q", got)
	}
	row := strings.Join(lines(b.doc(route.Access+"?cause=nested&sort=name"), "#people"), "\n")
	expect(t, "a nested person", row, "Claims | Pilot | Not yet | In a nested group AL-Claims-All › AL-Claims-Motor")
	expect(t, "someone added by hand", strings.Join(lines(b.doc(route.Access+"?cause=by_hand"), "#people"), "\n"), "Legal | Pilot | Not yet | Added by hand Joined Mon 12 Oct")
}

// TestOwnersSeeNumbersOnly and nobody but leads and auditors sees a name.
func TestOwnersSeeNumbersOnly(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	if _, err := s.store.TakeSnapshot(t.Context(), identity.Operator(), s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	dana := s.asPersona("dana")
	page := dana.doc(route.Access)
	expect(t, "an owner's page", apart(page.Find("main")), "Enforce now and 18 people lose Cowork by surprise")
	for _, path := range []string{route.Access, route.Access + "?outcome=all&q=person", route.AccessLimits} {
		if a := dana.get(path); a.StatusCode != http.StatusOK || strings.Contains(strings.ToLower(a.body), "canary") {
			t.Errorf("%s names people to an owner, or answers %d", path, a.StatusCode)
		}
	}
	if n := page.Find(`#people, form[action="` + route.AccessRun + `"], form[action="` + route.AccessSnapshots + `"], a[href^="` + route.AccessSnapshots + `/"]`).Length(); n != 0 {
		t.Errorf("an owner is offered %d things that are not theirs", n)
	}
	if strings.Contains(dana.get(route.AccessLimits).body, "$25.00") {
		t.Error("an owner reads the limit of two people")
	}
	for persona, want := range map[string]int{"dana": http.StatusForbidden, "tomas": http.StatusForbidden, "helen": http.StatusForbidden} {
		b := s.asPersona(persona)
		for _, path := range []string{route.AccessPerson(20), route.Access + ".csv", route.Access + ".xlsx", route.AccessSnapshot(1)} {
			if a := b.get(path); a.StatusCode < 400 || strings.Contains(strings.ToLower(a.body), "canary") {
				t.Errorf("%s opens %s: %d, want %d", persona, path, a.StatusCode, want)
			}
		}
	}
	for _, persona := range []string{"tomas", "helen"} {
		if a := s.asPersona(persona).get(route.Access); a.StatusCode < 400 || strings.Contains(a.body, "lose Cowork") {
			t.Errorf("%s opens the dry run: %d", persona, a.StatusCode)
		}
	}
	if strings.Contains(strings.ToLower(s.log.String()), "canary") {
		t.Error("the log names people")
	}
}

func TestOnePersonIsExplained(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	b := s.asPersona("priya")
	page := apart(b.doc(route.AccessPerson(20)).Find("main"))
	for _, want := range []string{
		"Would lose Cowork by surprise: in a nested group", "They keep Chat. Others of their department reach it through AL-Claims-All.",
		"AL-All-Staff from the identity provider", "Chat, nothing else chat", "AL-Claims-Motor from the identity provider It carries no role.", "Everybody made by hand",
		"Cowork Lost", "Chat Kept", "$40.00 monthly", "canary20@example.com · Claims · Pilot",
	} {
		expect(t, "a nested person", page, want)
	}
	page = apart(b.doc(route.AccessPerson(0)).Find("main"))
	for _, want := range []string{
		"Keeps Cowork At least one role", "Cowork pilot capability_chat, capability_cowork; 1 permission on connectors", "A role of another organization linked is not listed here",
		"$25.00 monthly Group AL-Claims-Motor Lowered: AL-Claims-Motor $25.00, AL-Claims-All $90.00. The lowest wins.",
	} {
		expect(t, "a person of two groups", page, want)
	}
	expect(t, "an owner", apart(b.doc(route.AccessPerson(39)).Find("main")), "Their organization role is owner, which custom roles do not bind.")
	for _, path := range []string{route.AccessPerson(4000), route.Access + "/people/x", route.Access + "/people/-1", route.Access + "/people/99999999999"} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	s.exec(`insert into rbac_group_member (group_id, member) values ('all', 20)`)
	page = apart(b.doc(route.AccessPerson(20)).Find("main"))
	expect(t, "somebody put right since", page, "Keeps Cowork")
	expect(t, "somebody put right since", page, "The last run saw something else")
}

func TestTheRunSaysWhatChanged(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	b := s.asPersona("ines")
	s.exec(`insert into rbac_group_member (group_id, member) select 'all', n from generate_series(20, 29) n; update placement set wave = (select id from wave where name = 'Pilot')`)
	s.clock.Advance(time.Minute)
	b.post(route.AccessRun, nil)
	page := apart(b.doc(route.Access).Find("main"))
	for _, want := range []string{"By surprise then 18", "Newly 1 (1 role lacks Cowork)", "No longer 10 (10 in a nested group)", "9 people lose Cowork by surprise"} {
		expect(t, "the difference", page, want)
	}
	s.exec(`insert into rbac_group_member (group_id, member) select 'all', n from generate_series(30, 38) n`)
	b.post(route.AccessRun, nil)
	page = apart(b.doc(route.Access).Find("main"))
	for _, want := range []string{"Nobody would lose Cowork by surprise", "Everybody in Pilot and Later reaches it through a role", "Nobody is on this list"} {
		expect(t, "a clean run", page, want)
	}
}

// TestARunSaysWhatItLacks names missing sources, unavailable roles, unknown roles, missing days, age.
func TestARunSaysWhatItLacks(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"a scope":        {`update source_state set status = 'not_granted' where source = 'groups'`, "The key may not read groups: it lacks the scope read:rbac_groups."},
		"a source":       {`delete from source_state where source = 'roles'`, "The roles have not been read yet."},
		"an old source":  {`update source_state set last_success_at = last_success_at - interval '5 days' where source = 'members'`, "The members were last read on"},
		"roles":          {`update rbac_group set roles_known = false where id = 'staff'`, "The roles of AL-All-Staff are unavailable for the moment, so it is not known what 11 people would keep."},
		"days of waves":  {`update wave set opens_on = null`, "No wave has a day on which it opens"},
		"strange roles":  {`update member set role = 'auditor' where ord = 39`, "1 person has an organization role not seen before"},
		"everybody gone": {`update member set listed = false`, "What enforcing roles would do to 0 people"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAccessSite(t, c.sql)
			run := s.runs()
			page := apart(s.asPersona("ines").doc(route.Access).Find("main"))
			expect(t, name, page, c.want)
			if said := strings.Contains(page, "This run is not complete"); said == run.Complete {
				t.Errorf("complete is %v, and the page says otherwise: %v", run.Complete, said)
			}
		})
	}
	s := newAccessSite(t)
	s.runs()
	s.clock.Advance(25 * time.Hour)
	expect(t, "an old run", apart(s.asPersona("priya").doc(route.Access).Find("main")), "A gate asks for a run of the last 24 hours.")
}

func TestSnapshotsLeaveOnlyAfresh(t *testing.T) {
	s := newAccessSite(t)
	b := s.asPersona("ines")
	if a := b.post(route.AccessSnapshots, nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("take: %d %s", a.StatusCode, a.body)
	}
	link := b.doc(route.Access).Find(`a[href^="`+route.AccessSnapshots+`/"]`).AttrOr("href", "")
	a := b.get(link)
	contents, err := orgaccess.ReadSnapshot([]byte(a.body))
	if err != nil || len(contents.Members) != 40 || len(contents.Groups) != 6 || len(contents.Roles) != 2 || len(contents.Limits) != 2 {
		t.Fatalf("%d: %d members, %d groups, %d roles, %d limits: %v", a.StatusCode, len(contents.Members), len(contents.Groups), len(contents.Roles), len(contents.Limits), err)
	}
	if got := a.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=access-snapshot-") || !json.Valid([]byte(a.body)) {
		t.Errorf("sent as %q", got)
	}
	for _, path := range []string{route.AccessSnapshot(999), route.AccessSnapshots + "/x"} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	if state, err := s.store.VerifyAudit(t.Context()); err != nil || state.Bad != 0 || state.Entries < 3 {
		t.Errorf("audit log %+v, %v", state, err)
	}
}

// TestNamesLeaveOnlyAfresh downloads long after signing in: the person is asked who they are.
func TestNamesLeaveOnlyAfresh(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	if _, err := s.store.TakeSnapshot(t.Context(), identity.Operator(), s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	product := newSite(t, nil)
	product.clock = s.clock
	b := product.browser()
	b.isSince("late", time.Hour, roleGrants["lead"])
	for _, path := range []string{route.AccessSnapshot(1), route.Access + ".csv", route.Access + ".xlsx"} {
		if a := b.get(path); a.StatusCode == http.StatusOK || strings.Contains(a.body, "canary") {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	doc := b.doc(route.Access)
	if n := doc.Find("main a[download]").Length(); n != 0 {
		t.Errorf("%d files are offered as if nothing were to be asked", n)
	}
	if n := doc.Find(`main a[href^="` + route.SignInOIDC + `?again=1"]`).Length(); n != 3 {
		t.Errorf("%d links ask who it is, want three", n)
	}
}

func TestNoSnapshotBeforeAnythingWasRead(t *testing.T) {
	b := newSite(t, func(c *Config) { c.Provider = nil }).asPersona("ines")
	if a := b.post(route.AccessSnapshots, nil); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "members have not been read yet") {
		t.Errorf("a snapshot of nothing: %d", a.StatusCode)
	}
	if n := b.doc(route.Access).Find(`form[action="` + route.AccessSnapshots + `"]`).Length(); n != 0 {
		t.Error("it is offered all the same")
	}
}

func TestFilesHoldEverybodyWhoMatches(t *testing.T) {
	s := newAccessSite(t)
	s.exec(`update member set name = '=cmd()' where ord = 37`)
	s.runs()
	b := s.asPersona("priya")
	a := b.get(route.Access + ".csv?outcome=all")
	if rows := strings.Count(a.body, "\n"); a.StatusCode != http.StatusOK || rows != 41 {
		t.Errorf("%d: %d lines, want 41", a.StatusCode, rows)
	}
	one := b.get(route.Access + ".csv?cause=by_hand").body
	if !strings.Contains(one, "canary37@example.com,'=cmd(),Legal,Pilot,,surprise,by_hand,,,false") {
		t.Errorf("one person is %q", one)
	}
	x := b.get(route.Access + ".xlsx?cause=nested")
	book, err := excelize.OpenReader(bytes.NewReader([]byte(x.body)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(sheetFigures)
	if err != nil || len(rows) != 11 || rows[1][7] != "AL-Claims-Motor" || rows[1][8] != "AL-Claims-All" {
		t.Errorf("%d rows in the spreadsheet: %v", len(rows), err)
	}
}

func TestTheStrictestLimitIsShown(t *testing.T) {
	s := newAccessSite(t)
	page := s.asPersona("ines").doc(route.AccessLimits)
	main := apart(page.Find("main"))
	for _, want := range []string{
		"1 person is stopped by a limit of zero 2 people have less for being in several groups: the lowest limit wins.",
		"Their seat tier Monthly Several 38 1 0", "Group AL-Claims-Motor Monthly $25.00 2 0 2", "1–3 of 3", "Stopped at zero", "AL-Claims-Motor $25.00, AL-Claims-All $90.00",
	} {
		expect(t, "limits", main, want)
	}
	s.exec(`delete from spend_effective; update source_state set status = 'not_granted' where source = 'spend'`)
	expect(t, "without limits", apart(s.asPersona("ines").doc(route.AccessLimits).Find("main")), "it lacks the scope read:spend_limits")
}

// TestTheGateStandsBesideTheRun shows its conditions as the gate's own page counts them.
func TestTheGateStandsBesideTheRun(t *testing.T) {
	s := newAccessSite(t)
	s.runs()
	now := s.clock.Now()
	s.exec(`insert into rollout (organization, playbook, playbook_version, architecture, architecture_at, install, time_zone, started_at)
		values ('Aldermere', 'test', '1', 'single', $1, 'self', 'Europe/Berlin', $1)`, now.AddDate(0, 0, -30))
	s.exec(`insert into task (key, scope, phase, section, position, title, evidence, check_key, owner_name, owner_email) values
		('groups', 'organization', 'setup', 'Access', 1, 'Make groups flat', 'check', 'groups', 'Tomasz Kowal', 'tomasz@example.com')`)
	s.exec(`insert into task (key, scope, phase, section, position, title, evidence, gate, no_undo) values ('enforce', 'organization', 'setup', 'Access', 2, 'Enforce roles', 'attestation', 'enforce_roles', true)`)
	s.exec(`insert into gate (kind, task) select 'enforce_roles', id from task where key = 'enforce'`)
	b := s.asPersona("ines")
	doc := b.doc(route.Access)
	page := apart(doc.Find("main"))
	expect(t, "the cause", page, "Tomasz Kowal Flatten groups")
	if n := doc.Find(`.causes a[href^="` + route.Tasks + `/"]`).Length(); n != 1 {
		t.Errorf("%d causes lead to a task", n)
	}
	s.gateBeside(b)
}

// gateBeside checks the gate's card.
func (s *site) gateBeside(b *browser) {
	s.t.Helper()
	expectIn := func(want string) {
		s.t.Helper()
		if got := apart(b.document(route.Access).Find(".gate-card")); !strings.Contains(got, want) {
			s.t.Errorf("the gate says %q, without %q", got, want)
		}
	}
	expectIn("Not met: Members, groups, roles and limits are exported No snapshot was ever taken.")
	expectIn("18 would, as of")
	b.post(route.AccessSnapshots, url.Values{})
	expectIn("Met: Members, groups, roles and limits are exported")
	expectIn("Two approvals")
}
