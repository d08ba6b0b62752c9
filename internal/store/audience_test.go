package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
)

// reachNow is noon on a Monday; the last complete day is the Sunday before.
var reachNow = time.Date(2026, time.March, 30, 12, 0, 0, 0, time.UTC)

// folk is a random organization, as told: every question about an audience is answered
// from it one person after another.
type folk struct {
	members []folkMember
	people  []folkPerson
	invites map[string]bool // folded; true: open
	out     map[string]bool // folded: wants no messages
	bounced map[string]bool
	posts   []folkPost
	roles   []folkRole
	judged  bool // a day is complete
}

type folkMember struct {
	email, before string // before: an address they had earlier, ""
	name          string
	listed        bool
	stage         comms.PersonStage
	groups        []string
}

type folkPerson struct {
	email, name string
	places      []folkPlace
}

// folkPlace is where somebody is from a day on: days from today, 0 for always.
type folkPlace struct{ from, department, wave int }

type folkPost struct {
	email      string
	department int
	state      string
	leaves     int // days from today; 0: not said
}

type folkRole struct {
	email  string
	role   identity.Role
	active bool
}

var folkAddresses = []string{"Ann.Old@example.com", "ann@example.com", "Bo@example.com", "cy@example.com", "DEE@example.com", "eli@example.com", "not an address", "fay@example.com", "bo.old@example.com"}

func drawFolk(t *rapid.T) folk {
	address := rapid.SampledFrom(folkAddresses)
	f := folk{judged: rapid.IntRange(0, 5).Draw(t, "judged") > 0, invites: map[string]bool{}, out: map[string]bool{}, bounced: map[string]bool{}}
	for _, email := range rapid.SliceOfNDistinct(address, 0, len(folkAddresses), rapid.ID).Draw(t, "roster") {
		p := folkPerson{email: email, name: rapid.SampledFrom([]string{"", "Roster " + email}).Draw(t, "name")}
		for _, from := range rapid.SliceOfNDistinct(rapid.SampledFrom([]int{0, -20, -3, 9}), 0, 2, rapid.ID).Draw(t, "from") {
			p.places = append(p.places, folkPlace{from, rapid.IntRange(0, 2).Draw(t, "department"), rapid.IntRange(0, 2).Draw(t, "wave")})
		}
		f.people = append(f.people, p)
	}
	for i := range rapid.IntRange(0, 7).Draw(t, "members") {
		m := folkMember{
			email: rapid.SampledFrom(append(folkAddresses[1:len(folkAddresses):len(folkAddresses)], "", "Ann.Old@example.com")).Draw(t, "member"), listed: rapid.IntRange(0, 2).Draw(t, "listed") > 0,
			name: rapid.SampledFrom([]string{"", fmt.Sprintf("Member %d", i)}).Draw(t, "name"), stage: rapid.SampledFrom(comms.PersonStages()[1:]).Draw(t, "stage"),
		}
		if rapid.Bool().Draw(t, "renamed") {
			m.before = rapid.SampledFrom([]string{"Ann.Old@example.com", "bo.old@example.com", "cy@example.com"}).Draw(t, "before")
		}
		m.groups = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"g1", "g2"}), 0, 2, rapid.ID).Draw(t, "groups")
		f.members = append(f.members, m)
	}
	for _, list := range []map[string]bool{f.out, f.bounced} {
		for _, email := range rapid.SliceOfN(address, 0, 4).Draw(t, "addresses") {
			list[strings.ToLower(email)] = true
		}
	}
	for _, email := range rapid.SliceOfN(address, 0, 3).Draw(t, "invited") {
		f.invites[strings.ToLower(email)] = rapid.Bool().Draw(t, "open")
	}
	f.drawPosts(t, address)
	if rapid.Bool().Draw(t, "gil") {
		f.addGil(t)
	}
	return f
}

// addGil adds somebody whom the roster has by an address from before a change of name,
// and about whom everything is kept by either.
func (f *folk) addGil(t *rapid.T) {
	f.people = append(f.people, folkPerson{email: "gil.old@example.com"})
	f.members = append(f.members, folkMember{email: "Gil@example.com", before: "gil.old@example.com", listed: rapid.Bool().Draw(t, "listed"), stage: comms.StageDelegated})
	either := rapid.SampledFrom([]string{"", "gil@example.com", "gil.old@example.com"})
	f.out[either.Draw(t, "out")] = true
	f.bounced[either.Draw(t, "bounced")] = true
	f.invites[either.Draw(t, "invited")] = true
	delete(f.out, "")
	delete(f.bounced, "")
	delete(f.invites, "")
	if email := either.Draw(t, "champion"); email != "" {
		f.posts = append(f.posts, folkPost{email, 1, "active", 0})
	}
}

func (f *folk) drawPosts(t *rapid.T, address *rapid.Generator[string]) {
	for range rapid.IntRange(0, 3).Draw(t, "champions") {
		p := folkPost{address.Draw(t, "champion"), rapid.IntRange(1, 2).Draw(t, "department"), rapid.SampledFrom([]string{"active", "nominated", "ended"}).Draw(t, "state"), rapid.SampledFrom([]int{0, -2, 5}).Draw(t, "leaves")}
		if !slices.ContainsFunc(f.posts, func(o folkPost) bool { return o.email == p.email && o.department == p.department }) {
			f.posts = append(f.posts, p)
		}
	}
	for _, email := range rapid.SliceOfNDistinct(address, 0, 3, rapid.ID).Draw(t, "accounts") {
		f.roles = append(f.roles, folkRole{email, rapid.SampledFrom([]identity.Role{identity.Lead, identity.Owner, identity.Executive}).Draw(t, "role"), rapid.IntRange(0, 2).Draw(t, "active") > 0})
	}
}

func drawAudience(t *rapid.T) comms.Audience {
	a := comms.Audience{Who: rapid.SampledFrom([]comms.Who{comms.WhoPeople, comms.WhoPeople, comms.WhoChampions, comms.WhoRoles}).Draw(t, "who")}
	ids := rapid.SliceOfNDistinct(rapid.IntRange(1, 3), 0, 2, rapid.ID)
	if a.Who != comms.WhoRoles {
		a.Departments, a.Waves = ids.Draw(t, "departments"), ids.Draw(t, "waves")
	} else {
		a.Roles = rapid.SliceOfNDistinct(rapid.SampledFrom([]identity.Role{identity.Lead, identity.Owner, identity.Auditor}), 1, 2, rapid.ID).Draw(t, "roles")
	}
	if a.Who == comms.WhoPeople {
		a.Groups = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"g1", "g2", "gone"}), 0, 2, rapid.ID).Draw(t, "groups")
		a.Stages = rapid.SliceOfNDistinct(rapid.SampledFrom(comms.PersonStages()), 0, 3, rapid.ID).Draw(t, "stages")
	}
	return a
}

// settle writes f into the database.
func (f folk) settle(t *rapid.T, s *Store) {
	exec := func(sql string, args ...any) {
		if _, err := s.pool.Exec(context.Background(), sql, args...); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	}
	for _, table := range []string{"placement", "person", "rbac_group_member", "member_address", "member", "invite", "mail_choice", "bounced_address", "champion", "account_role", "account", "day_index", "unit_done"} {
		exec("delete from " + table)
	}
	for i, m := range f.members {
		exec(`insert into member (ord, user_id, email, name, added_at, listed) values ($1::int, 'u' || $1::int, nullif($2, ''), $3, '2026-01-05', $4)`, i, m.email, m.name, m.listed)
		if m.before != "" && m.email != "" {
			exec(`insert into member_address (member, email_folded, seen_at) values ($1, lower($2), '2026-01-01') on conflict do nothing`, i, m.before)
		}
		for _, g := range m.groups {
			exec(`insert into rbac_group_member (group_id, member) values ($1, $2)`, g, i)
		}
	}
	for i, p := range f.people {
		exec(`insert into person (id, email, name) overriding system value values ($1, $2, $3)`, i+1, p.email, p.name)
		for _, at := range p.places {
			exec(`insert into placement (person, from_day, department, wave) values ($1, case when $2::int <> 0 then '2026-03-30'::date + $2::int end, nullif($3::int, 0), nullif($4::int, 0))`, i+1, at.from, at.department, at.wave)
		}
	}
	f.settleRest(exec)
	exec(`update generation set n = n + 1, people = n + 1, money = n + 1, log = n + 1`)
}

func (f folk) settleRest(exec func(string, ...any)) {
	for email, open := range f.invites {
		exec(`insert into invite (id, email, role, status, expires_at) values ($1, $1, 'user', 'pending', $2)`, email, map[bool]time.Time{true: reachNow.Add(time.Hour), false: reachNow}[open])
	}
	for email := range f.out {
		exec(`insert into mail_choice (email_folded, kind, wanted, at) values ($1, 'messages', false, now()), ($1, 'tasks', true, now())`, email)
	}
	for email := range f.bounced {
		exec(`insert into bounced_address (email_folded, at, reason, source) values ($1, now(), 'no mailbox', 'noted')`, email)
	}
	for _, p := range f.posts {
		exec(`insert into champion (email, department, state, nominated_how, nominated_at, since, ended_on, leaves_on)
			values ($1, $2::int, $3, 'self', now(), case when $3 <> 'nominated' then date '2026-01-01' end, case when $3 = 'ended' then date '2026-02-01' end, case when $4::int <> 0 then '2026-03-30'::date + $4::int end)`, p.email, p.department, p.state, p.leaves)
	}
	for i, r := range f.roles {
		exec(`insert into account (id, email, name, created_at, deactivated_at) overriding system value values ($1, $2, 'Account', now(), case when not $3::boolean then now() end)`, i+1, r.email, r.active)
		exec(`insert into account_role (account_id, role, source, granted_at) values ($1, $2, 'person', now())`, i+1, string(r.role))
	}
	f.settleUsage(exec)
}

// settleUsage makes members reach their stage in the four weeks to the last complete day.
func (f folk) settleUsage(exec func(string, ...any)) {
	if !f.judged {
		return
	}
	exec(`insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) values ('users', 'all', '2026-01-01', '2026-03-29', 1, now(), 1)`)
	for week := range 4 {
		var signed, tasked adoption.Bits
		for i, m := range f.members {
			if m.stage == comms.StageHabitual || week == 0 && m.stage != comms.StageNone {
				signed.Set(int32(i))
			}
			if m.stage == comms.StageHabitual || week == 0 && m.stage == comms.StageDelegated {
				tasked.Set(int32(i))
			}
		}
		exec(`insert into day_index (day, generation, task_min_actions, signed_in, active, tasked, unified, sessions, connectors, skills, plugins, sessions_known, connectors_known, skills_known, plugins_known)
			values ('2026-03-02'::date + 7 * $1::int, (select n + 1 from generation), 1, $2, $3, $3, '', '{}', '', '', '', '', '', '', '')`, week, bytesOf(signed), bytesOf(tasked))
	}
}

func bytesOf(b adoption.Bits) []byte { return append([]byte{}, b.Bytes()...) }

// person finds who of the roster a member is; -1 for nobody.
func (f folk) person(m folkMember) int {
	find := func(email string) int {
		return slices.IndexFunc(f.people, func(p folkPerson) bool { return email != "" && strings.EqualFold(p.email, email) })
	}
	if at := find(m.email); at >= 0 || m.email == "" || m.before == "" {
		return at
	}
	for _, o := range f.members {
		if strings.EqualFold(o.email, m.before) {
			return -1 // somebody else has the address now
		}
	}
	return find(m.before)
}

// folkOne is somebody as an audience sees them.
type folkOne struct {
	email, other, name string
	department, wave   int
	member             int // -1: never was one
}

// everybody lists the people of the roster and the members who are not on it.
func (f folk) everybody() []folkOne {
	var out []folkOne
	for i, p := range f.people {
		k := folkOne{email: p.email, name: p.name, member: -1}
		for j, m := range f.members {
			if f.person(m) == i && (k.member < 0 || f.before(j, k.member, p.email)) {
				k.member = j
			}
		}
		if k.member >= 0 {
			m := f.members[k.member]
			if k.name == "" {
				k.name = m.name
			}
			if !strings.EqualFold(m.email, p.email) {
				k.other = strings.ToLower(m.email)
			}
		}
		k.department, k.wave = p.today()
		out = append(out, k)
	}
	for j, m := range f.members {
		if f.person(m) >= 0 || m.email == "" && !m.listed {
			continue
		}
		same := slices.IndexFunc(out, func(k folkOne) bool { return m.email != "" && strings.EqualFold(k.email, m.email) })
		k := folkOne{email: m.email, name: m.name, member: j}
		switch {
		case same < 0:
			out = append(out, k)
		case m.listed && !f.members[out[same].member].listed:
			out[same] = k
		}
	}
	return out
}

// before reports whether member j counts before member i for somebody of the roster.
func (f folk) before(j, i int, email string) bool {
	a, b := f.members[j], f.members[i]
	if a.listed != b.listed {
		return a.listed
	}
	return strings.EqualFold(a.email, email) && !strings.EqualFold(b.email, email)
}

// today is where somebody is: by the last place that began, else by the next one.
func (p folkPerson) today() (department, wave int) {
	best := -1
	day := func(at folkPlace) int {
		if at.from == 0 {
			return -1000
		}
		return at.from
	}
	for i, at := range p.places {
		switch {
		case best < 0:
			best = i
		case day(at) <= 0 && (day(p.places[best]) > 0 || day(at) > day(p.places[best])):
			best = i
		case day(at) > 0 && day(p.places[best]) > day(at):
			best = i
		}
	}
	if best < 0 {
		return 0, 0
	}
	return p.places[best].department, p.places[best].wave
}

// reach answers an audience one person after another.
func (f folk) reach(a comms.Audience, mandatory bool) (to []string, out map[string]comms.Reason) {
	out = map[string]comms.Reason{}
	all := f.everybody()
	asked := map[string]folkOne{}
	none := 0
	add := func(k folkOne) {
		key := strings.ToLower(k.email)
		if key == "" {
			none++
			key = fmt.Sprint("#", none)
		}
		asked[key] = k
	}
	switch a.Who {
	case comms.WhoPeople:
		for _, k := range all {
			if f.fits(a, k) {
				add(k)
			}
		}
	case comms.WhoChampions:
		for _, p := range f.posts {
			if p.state == "active" && (p.leaves >= 0) && (len(a.Departments) == 0 || slices.Contains(a.Departments, p.department)) && f.covers(a, all, p) {
				add(find(all, p.email))
			}
		}
	case comms.WhoRoles:
		for _, r := range f.roles {
			if r.active && slices.Contains(a.Roles, r.role) {
				add(find(all, r.email))
			}
		}
	}
	for key, k := range asked {
		if why := f.why(k, mandatory); why != "" {
			out[key] = why
		} else {
			to = append(to, key)
		}
	}
	slices.Sort(to)
	return to, out
}

func (f folk) covers(a comms.Audience, all []folkOne, p folkPost) bool {
	return len(a.Waves) == 0 || slices.ContainsFunc(all, func(k folkOne) bool { return k.department == p.department && slices.Contains(a.Waves, k.wave) })
}

// find is who has an address, by whichever of theirs.
func find(all []folkOne, email string) folkOne {
	for _, k := range all {
		if strings.EqualFold(k.email, email) {
			return k
		}
	}
	for _, k := range all {
		if k.other == strings.ToLower(email) {
			return folkOne{email: email, other: strings.ToLower(k.email), member: k.member}
		}
	}
	return folkOne{email: email, member: -1}
}

func (f folk) fits(a comms.Audience, k folkOne) bool {
	stage, groups := comms.StageInvited, []string(nil)
	if k.member >= 0 {
		groups = f.members[k.member].groups
		if f.members[k.member].listed {
			stage = f.members[k.member].stage
		}
	}
	return (len(a.Departments) == 0 || slices.Contains(a.Departments, k.department)) && (len(a.Waves) == 0 || slices.Contains(a.Waves, k.wave)) &&
		(len(a.Stages) == 0 || f.judged && slices.Contains(a.Stages, stage)) &&
		(len(a.Groups) == 0 || slices.ContainsFunc(a.Groups, func(g string) bool { return slices.Contains(groups, g) }))
}

func (f folk) why(k folkOne, mandatory bool) comms.Reason {
	key := strings.ToLower(k.email)
	switch {
	case !strings.Contains(k.email, "@"):
		return comms.LeftNoAddress
	case k.member >= 0 && !f.members[k.member].listed && !f.invites[key] && !f.invites[k.other]:
		return comms.LeftGone
	case !mandatory && (f.out[key] || f.out[k.other]):
		return comms.LeftOptedOut
	case f.bounced[key]:
		return comms.LeftBounced
	}
	return ""
}

// told writes a reach as the plain answer does.
func told(r comms.Reach) (to []string, out map[string]comms.Reason) {
	out = map[string]comms.Reason{}
	none := 0
	for _, who := range r.To {
		to = append(to, strings.ToLower(who.Email))
	}
	for _, e := range r.Out {
		key := strings.ToLower(e.Email)
		if key == "" {
			none++
			key = fmt.Sprint("#", none)
		}
		out[key] = e.Why
	}
	return to, out
}

// TestReachIsWhatAPlainLookSays compares every way an audience is resolved with a look
// at one person after another.
func TestReachIsWhatAPlainLookSays(t *testing.T) {
	pool := dbtest.New(t)
	for _, sql := range []string{`insert into department (name) values ('Finance'), ('Legal'), ('Sales')`, `insert into wave (name) values ('Pilot'), ('Wave 1'), ('Wave 2')`,
		`insert into rbac_group (id, name, source_type, roles_known) values ('g1', 'One', 'scim', true), ('g2', 'Two', 'scim', true)`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := drawFolk(t)
		s := New(pool, nil)
		f.settle(t, s)
		for range 4 {
			a, mandatory := drawAudience(t), rapid.Bool().Draw(t, "mandatory")
			to, out := f.reach(a, mandatory)
			for name, got := range resolved(t, s, a, mandatory) {
				gotTo, gotOut := told(got)
				if d := cmp.Diff(to, gotTo, cmpopts.EquateEmpty()) + cmp.Diff(out, gotOut, cmpopts.EquateEmpty()); d != "" {
					t.Fatalf("%s of %+v, mandatory %t (-plain +resolved):\n%s", name, a, mandatory, d)
				}
				if got.Unjudged != (a.Who == comms.WhoPeople && len(a.Stages) > 0 && !f.judged) {
					t.Fatalf("unjudged is %t", got.Unjudged)
				}
			}
			if sizes, err := s.ReachSizes(context.Background(), []comms.Audience{a, {}}, reachNow); err != nil || !mandatory && sizes[0] != len(to) || sizes[1] != 0 {
				t.Fatalf("sizes %v, not %d: %v", sizes, len(to), err)
			}
		}
	})
}

// resolved resolves an audience from memory and in a transaction.
func resolved(t *rapid.T, s *Store, a comms.Audience, mandatory bool) map[string]comms.Reach {
	memory, err := s.Reach(context.Background(), a, mandatory, reachNow)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.crowd(context.Background(), reachNow)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]comms.Reach{"from memory": memory}
	err = s.inTx(context.Background(), func(tx pgx.Tx) error {
		out["in a transaction"], err = c.reach(context.Background(), tx, a, mandatory)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestReachSeesWhatChanges: whoever comes, leaves or opts out is counted at the next
// look, with everybody in memory.
func TestReachSeesWhatChanges(t *testing.T) {
	s := New(dbtest.New(t), nil)
	size := func() int {
		t.Helper()
		got, err := s.Reach(t.Context(), comms.Audience{Who: comms.WhoPeople}, false, reachNow)
		if err != nil {
			t.Fatal(err)
		}
		return len(got.To)
	}
	for _, step := range []struct {
		sql  string
		want int
	}{
		{`insert into person (email) values ('ann@example.com'), ('bo@example.com'), ('cy@example.com')`, 3},
		{`insert into mail_choice (email_folded, kind, wanted, at) values ('ann@example.com', 'messages', false, now()), ('bo@example.com', 'tasks', false, now())`, 2},
		{`insert into bounced_address (email_folded, at, reason, source) values ('bo@example.com', now(), 'no mailbox', 'refused')`, 1},
		{`update mail_choice set wanted = true`, 2},
		{`delete from person where email = 'cy@example.com'`, 1},
	} {
		if _, err := s.pool.Exec(t.Context(), step.sql); err != nil {
			t.Fatal(err)
		}
		if _, err := s.pool.Exec(t.Context(), `update generation set n = n + 1, people = n + 1`); err != nil {
			t.Fatal(err)
		}
		if got := size(); got != step.want {
			t.Errorf("it reaches %d, not %d, after %s", got, step.want, step.sql)
		}
	}
}

// TestReachSinceNamesWhoIsGone by the roster.
func TestReachSinceNamesWhoIsGone(t *testing.T) {
	s := New(dbtest.New(t), nil)
	if _, err := s.pool.Exec(t.Context(), `insert into person (email, name) values ('ann@example.com', 'Ann'), ('bo@example.com', 'Bo');
		insert into department (name) values ('Finance'); insert into placement (person, department) select id, 1 from person where name = 'Ann'`); err != nil {
		t.Fatal(err)
	}
	shift, err := s.ReachShift(t.Context(), comms.Approval{Addresses: []string{"bo@example.com", "zoe@example.com"}}, comms.Audience{Who: comms.WhoPeople, Departments: []int{1}}, false, reachNow)
	if want := "{[{ann@example.com Ann}] [{{bo@example.com Bo} } {{zoe@example.com } }]}"; err != nil || fmt.Sprint(shift) != want {
		t.Errorf("%v, not %s: %v", shift, want, err)
	}
}
