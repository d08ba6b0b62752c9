package store_test

import (
	"context"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/store"
)

// championsRoster is two departments, with Tomas and his manager in the first.
const championsRoster = `
insert into department (name) values ('Claims Operations'), ('Legal');
insert into person (email, name, manager_email) select 'p' || i || '@example.com', 'Person ' || i, 'boss@example.com' from generate_series(1, 60) i;
insert into person (email, name, manager_email) values ('Tomas@example.com', 'Tomas Lindqvist', 'Boss@example.com'), ('boss@example.com', 'Bo Boss', '');
insert into placement (person, department) select id, case when name = 'Person 1' then 2 else 1 end from person where name <> 'Person 2'`

const (
	claims = 1
	legal  = 2
)

// registry is a register over a fresh database.
type registry struct {
	t    *testing.T
	pool *pgxpool.Pool
	st   *store.Store
	id   *identity.Service
	svc  people.ChampionService
	lead identity.Actor
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	pool := dbtest.New(t)
	if _, err := pool.Exec(t.Context(), championsRoster); err != nil {
		t.Fatal(err)
	}
	st := keyed(t, pool)
	id := &identity.Service{Keeper: st, Admins: []string{"ines@example.com"}}
	r := &registry{t: t, pool: pool, st: st, id: id, svc: people.ChampionService{Keeper: st}}
	acc := arrive(t, id, ines())
	r.lead = acc.Actor()
	return r
}

// person signs somebody in and returns them as an actor.
func (r *registry) person(name string) identity.Actor {
	r.t.Helper()
	acc := arrive(r.t, r.id, claimOf(name))
	return acc.Actor()
}

// invited nominates an address for a department and returns the entry and the secret of its link.
func (r *registry) invited(email string, department int) (people.Champion, string) {
	r.t.Helper()
	c, err := r.svc.Nominate(r.t.Context(), r.lead, people.Nomination{Email: email, Department: department, Because: "Helps everybody"}, began)
	must(r.t, err)
	c, secret, err := r.svc.Invite(r.t.Context(), r.lead, c.ID, c.Version, began)
	must(r.t, err)
	return c, secret
}

// grants lists the roles of an address as "role department source".
func (r *registry) grants(email string) string {
	r.t.Helper()
	var all string
	must(r.t, r.pool.QueryRow(r.t.Context(), `
select coalesce(string_agg(r.role || ' ' || r.department || ' ' || r.source, ', ' order by r.department, r.source), '')
from account a join account_role r on r.account_id = a.id where lower(a.email) = lower($1)`, email).Scan(&all))
	return all
}

func TestAcceptingMakesAChampion(t *testing.T) {
	r := newRegistry(t)
	ctx := t.Context()
	c, secret := r.invited("tomas@example.com", 0)
	if c.Department != claims || c.Email != "Tomas@example.com" || c.Name != "Tomas Lindqvist" || c.State != people.ChampionInvited {
		t.Fatalf("%+v", c)
	}
	tomas := r.person("tomas")
	got, err := r.svc.Accept(ctx, tomas, secret, began.Add(time.Hour))
	must(t, err)
	if got.State != people.ChampionActive || got.Since != day.FromTime(began) || got.RoleByGroup {
		t.Errorf("%+v", got)
	}
	if g := r.grants("tomas@example.com"); g != "champion claims-operations person" {
		t.Errorf("Tomas holds %q", g)
	}
	if _, err := r.svc.Accept(ctx, tomas, secret, began.Add(time.Hour)); !fault.Is(err, fault.NotFound) {
		t.Errorf("the link works twice: %v", err)
	}
	got, err = r.svc.End(ctx, r.lead, got.ID, got.Version, "Moved to Legal", began.Add(2*time.Hour))
	must(t, err)
	if g := r.grants("tomas@example.com"); g != "" || got.State != people.ChampionEnded || got.RoleByGroup {
		t.Errorf("ended, Tomas holds %q: %+v", g, got)
	}
	file, err := r.st.Champion(ctx, got.ID, day.FromTime(began))
	must(t, err)
	var did []string
	for _, p := range file.History {
		did = append(did, p.Who+" "+p.What+" "+p.Words)
	}
	want := "Ines ended Moved to Legal|tomas accepted |Ines invited |Ines nominated Helps everybody"
	if s := strings.Join(did, "|"); s != want || file.Place.Name != "Claims Operations" || file.Nominator != "Ines" {
		t.Errorf("the history is %q of %+v by %s", s, file.Place, file.Nominator)
	}
	log := strings.Join(audited(t, r.pool, r.st), "\n")
	for _, words := range []string{"champion.nominated", "champion.invited", "champion.accepted", "champion.ended", "role.granted", "role.revoked"} {
		if !strings.Contains(log, words) {
			t.Errorf("the audit log lacks %s", words)
		}
	}
	for _, words := range []string{"Tomas", "tomas@", "Moved", "Helps", secret} {
		if strings.Contains(log, words) {
			t.Errorf("the audit log holds %q", words)
		}
	}
	if n := audit(t, r.pool, `select count(*) from champion where invite_hash is not null or because like '%' || $1 || '%'`, secret); n != 0 {
		t.Error("the secret is kept")
	}
}

// audit counts rows that a query finds.
func audit(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) int {
	t.Helper()
	var n int
	must(t, pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func TestForeignAndExpiredLinksAnswerAlike(t *testing.T) {
	r := newRegistry(t)
	ctx := t.Context()
	c, secret := r.invited("tomas@example.com", 0)
	tomas, other := r.person("tomas"), r.person("other")
	_, foreign := r.svc.Accept(ctx, other, secret, began)
	_, late := r.svc.Accept(ctx, tomas, secret, began.Add(people.InvitationHolds))
	_, absent := r.svc.Accept(ctx, tomas, strings.Repeat("A", 43), began)
	_, malformed := r.svc.Decline(ctx, tomas, "x", began)
	c, fresh, err := r.svc.Invite(ctx, r.lead, c.ID, c.Version, began)
	must(t, err)
	_, replaced := r.svc.Accept(ctx, tomas, secret, began)
	for name, err := range map[string]error{"foreign": foreign, "late": late, "absent": absent, "malformed": malformed, "replaced": replaced} {
		if !fault.Is(err, fault.NotFound) || fault.Say(err) != fault.Say(foreign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if g := r.grants("other@example.com") + r.grants("tomas@example.com"); g != "" {
		t.Errorf("roles were given: %s", g)
	}
	if c, err = r.svc.Decline(ctx, tomas, fresh, began); err != nil || c.State != people.ChampionDeclined {
		t.Errorf("declined: %+v, %v", c, err)
	}
	if c, _ = r.invited("tomas@example.com", 0); c.State != people.ChampionInvited {
		t.Errorf("asked again: %+v", c)
	}
}

// TestTwoAcceptsCountOnce sends the same answer many times at once.
func TestTwoAcceptsCountOnce(t *testing.T) {
	r := newRegistry(t)
	_, secret := r.invited("tomas@example.com", 0)
	tomas := r.person("tomas")
	var mu gosync.Mutex
	worked := 0
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			_, err := r.svc.Accept(context.WithoutCancel(t.Context()), tomas, secret, began)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			worked += map[bool]int{true: 1}[err == nil]
			return nil
		})
	}
	must(t, g.Wait())
	if n := audit(t, r.pool, `select count(*) from champion_event where what = 'accepted'`); worked != 1 || n != 1 {
		t.Errorf("%d accepts worked, %d are told of", worked, n)
	}
	if got := r.grants("tomas@example.com"); got != "champion claims-operations person" {
		t.Errorf("Tomas holds %q", got)
	}
}

// TestAcceptRacesWithWhatALeadDoes lets an accept and a change by a lead meet: whichever comes
// first, who is a champion and who holds the role agree afterwards.
func TestAcceptRacesWithWhatALeadDoes(t *testing.T) {
	r := newRegistry(t)
	tomas := r.person("tomas")
	for range 6 {
		c, secret := r.invited("tomas@example.com", 0)
		var g errgroup.Group
		ctx := context.WithoutCancel(t.Context())
		g.Go(func() error { _, err := r.svc.Accept(ctx, tomas, secret, began); return unlessOver(err) })
		g.Go(func() error {
			_, err := r.svc.TurnDown(ctx, r.lead, c.ID, c.Version, "", began)
			return unlessOver(err)
		})
		g.Go(func() error {
			_, err := r.svc.End(ctx, r.lead, c.ID, c.Version+1, "Left", began)
			return unlessOver(err)
		})
		must(t, g.Wait())
		file, err := r.st.Champion(ctx, c.ID, day.FromTime(began))
		must(t, err)
		if holds := r.grants("tomas@example.com") != ""; holds != (file.State == people.ChampionActive) {
			t.Fatalf("%s, and holding the role is %v", file.State, holds)
		}
		if file.State == people.ChampionActive {
			_, err := r.svc.End(ctx, r.lead, c.ID, file.Version, "Left", began)
			must(t, err)
		}
	}
}

func unlessOver(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// TestRolesAndTheRegisterTakeTurns grants roles by hand while people accept.
func TestRolesAndTheRegisterTakeTurns(t *testing.T) {
	r := newRegistry(t)
	tomas := r.person("tomas")
	_, secret := r.invited("tomas@example.com", 0)
	ctx := context.WithoutCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error { _, err := r.svc.Accept(ctx, tomas, secret, began); return err })
	for _, role := range []identity.Role{identity.Owner, identity.Executive, identity.Auditor} {
		g.Go(func() error {
			_, err := r.id.GrantEmail(ctx, r.lead, "tomas@example.com", identity.Grant{Role: role}, began)
			return err
		})
	}
	must(t, g.Wait())
	if got := r.grants("tomas@example.com"); !strings.Contains(got, "champion claims-operations person") || strings.Count(got, "person") != 4 {
		t.Errorf("Tomas holds %q", got)
	}
}

func TestAChampionOfTwoDepartments(t *testing.T) {
	r := newRegistry(t)
	ctx := t.Context()
	var all []people.Champion
	for _, d := range []int{claims, legal} {
		c, err := r.svc.Register(ctx, r.lead, people.Nomination{Email: "tomas@example.com", Department: d}, people.NoTerms(), began)
		must(t, err)
		all = append(all, c)
	}
	if _, err := r.svc.Register(ctx, r.lead, people.Nomination{Email: "TOMAS@example.com", Department: legal}, people.NoTerms(), began); !fault.Is(err, fault.Conflict) {
		t.Errorf("registered twice: %v", err)
	}
	if g := r.grants("tomas@example.com"); g != "champion claims-operations person, champion legal person" {
		t.Errorf("Tomas holds %q before signing in", g)
	}
	if got := r.person("tomas").Departments; len(got) != 2 {
		t.Errorf("signed in, Tomas works in %v", got)
	}
	_, err := r.svc.End(ctx, r.lead, all[0].ID, all[0].Version, "Moved", began)
	must(t, err)
	if g := r.grants("tomas@example.com"); g != "champion legal person" {
		t.Errorf("after one end Tomas holds %q", g)
	}
	on, err := r.st.ChampionsOf(ctx, nil, day.FromTime(began))
	if err != nil || len(on) != 1 || on[0].DepartmentName != "Legal" || on[0].Name != "Tomas Lindqvist" || on[0].ID != all[1].ID {
		t.Errorf("on record: %+v, %v", on, err)
	}
}

func TestARoleByAGroupStays(t *testing.T) {
	r := newRegistry(t)
	ctx := t.Context()
	must(t, r.id.MapGroup(ctx, r.lead, identity.GroupRole{Group: "champs", Role: identity.Champion, Department: "claims-operations"}, began))
	c := claimOf("tomas")
	c.Groups, c.GroupsKnown = []string{"champs"}, true
	arrive(t, r.id, c)
	entry, err := r.svc.Nominate(ctx, r.lead, people.Nomination{Email: "tomas@example.com"}, began)
	must(t, err)
	if entry.State != people.ChampionActive || !entry.RoleByGroup {
		t.Errorf("who holds the role is %+v", entry)
	}
	entry, err = r.svc.End(ctx, r.lead, entry.ID, entry.Version, "Left", began)
	must(t, err)
	if g := r.grants("tomas@example.com"); !entry.RoleByGroup || g != "champion claims-operations group" {
		t.Errorf("ended, Tomas holds %q, said %v", g, entry.RoleByGroup)
	}
}

func TestStaleChangesOfAChampion(t *testing.T) {
	r := newRegistry(t)
	ctx := t.Context()
	c, err := r.svc.Register(ctx, r.lead, people.Nomination{Email: "tomas@example.com"}, people.NoTerms(), began)
	must(t, err)
	terms := people.NoTerms()
	terms.AgreedMinutes = 60
	now, err := r.svc.Change(ctx, r.lead, c.ID, c.Version, terms, began)
	must(t, err)
	if now.Version != c.Version+1 || now.AgreedMinutes != 60 {
		t.Errorf("%+v", now)
	}
	for name, err := range map[string]error{
		"change": func() error {
			_, err := r.svc.Change(ctx, r.lead, c.ID, c.Version, people.NoTerms(), began)
			return err
		}(),
		"end": func() error { _, err := r.svc.End(ctx, r.lead, c.ID, c.Version, "Left", began); return err }(),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s on an old version: %v", name, err)
		}
	}
	if _, err := r.svc.End(ctx, r.lead, 999, 1, "Left", began); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent entry: %v", err)
	}
	v := people.DefaultCoverage()
	v.Least = 3
	must(t, r.svc.SetCoverage(ctx, r.lead, v, began))
	if err := r.svc.SetCoverage(ctx, r.lead, v, began); !fault.Is(err, fault.Conflict) {
		t.Errorf("old numbers: %v", err)
	}
}

func TestWhatAVolunteerSees(t *testing.T) {
	r := newRegistry(t)
	ctx, today := t.Context(), day.FromTime(began)
	boss, tomas := r.person("boss"), r.person("tomas")
	v, err := r.st.Volunteer(ctx, boss, today)
	if err != nil || len(v.Managed) != 61 || v.More || v.Department.Name != "Claims Operations" || len(v.Departments) != 2 {
		t.Fatalf("%d managed in %+v, %v", len(v.Managed), v.Department, err)
	}
	for name, email := range map[string]string{"nobody": "absent@example.com", "oneself": "boss@example.com", "the lead": "ines@example.com"} {
		if _, err := r.svc.Propose(ctx, boss, email, "", began); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s can be proposed: %v", name, err)
		}
	}
	if _, err := r.svc.Propose(ctx, boss, "p2@example.com", "", began); !fault.Is(err, fault.Invalid) {
		t.Errorf("somebody without a department: %v", err)
	}
	c, err := r.svc.Propose(ctx, boss, "TOMAS@example.com", "Explains well", began)
	if err != nil || c.Department != claims || c.How != people.ByManager || c.By != boss.Account {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := r.svc.Offer(ctx, tomas, 0, "", began); !fault.Is(err, fault.Conflict) {
		t.Errorf("offered on top: %v", err)
	}
	if _, err := r.svc.Offer(ctx, r.person("stranger"), 0, "", began); !fault.Is(err, fault.Invalid) {
		t.Errorf("a stranger offers without a department: %v", err)
	}
	must(t, r.svc.Interest(ctx, tomas, "Mondays are best", began))
	v, err = r.st.Volunteer(ctx, tomas, today)
	if err != nil || !v.Interested || v.Words != "Mondays are best" || len(v.Entries) != 1 || len(v.Managed) != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	list, _, err := r.st.Candidates(ctx, today)
	if err != nil || len(list) != 1 || list[0].Name != "Tomas Lindqvist" || list[0].Department != claims {
		t.Errorf("%+v, %v", list, err)
	}
	must(t, r.svc.TakeBackInterest(ctx, tomas, began))
	must(t, r.svc.TakeBackInterest(ctx, tomas, began))
	if v, err = r.st.Volunteer(ctx, tomas, today); err != nil || v.Interested {
		t.Errorf("%+v, %v", v, err)
	}
	nobody, err := r.st.Volunteer(ctx, identity.Actor{Account: 99}, today)
	if err != nil || len(nobody.Managed) != 0 || len(nobody.Entries) != 0 {
		t.Errorf("without an address: %+v, %v", nobody, err)
	}
}

func TestTheRegisterAsAWhole(t *testing.T) {
	r := newRegistry(t)
	ctx, today := t.Context(), day.FromTime(began)
	_, err := r.id.GrantEmail(ctx, r.lead, "holder@example.com", identity.Grant{Role: identity.Champion, Department: "legal"}, began)
	must(t, err)
	_, err = r.svc.Register(ctx, r.lead, people.Nomination{Email: "tomas@example.com"}, people.NoTerms(), began)
	must(t, err)
	_, err = r.pool.Exec(ctx, `
insert into touchpoint (day, champion_email, user_email, kind, note)
select $1::date - i, c, 'p3@example.com', 'question', '' from generate_series(0, 40, 10) i, unnest(array['TOMAS@example.com', 'p4@example.com', 'holder@example.com']) c`, today.Time())
	must(t, err)
	reg, err := r.st.Register(ctx, today)
	must(t, err)
	if c := reg.Of("tomas@EXAMPLE.com"); c.Touchpoints != 3 || c.Last != today {
		t.Errorf("Tomas contributed %+v", c)
	}
	if len(reg.Loggers) != 1 || reg.Loggers[0].Email != "p4@example.com" || reg.Loggers[0].Department != claims {
		t.Errorf("unknown loggers: %+v", reg.Loggers)
	}
	if u := reg.Unregistered(); len(u) != 1 || u[0].Email != "holder@example.com" || u[0].Department != legal {
		t.Errorf("unregistered: %+v", u)
	}
	covers := reg.Covers(today)
	if len(covers) != 2 || covers[0].Have() != 1 || covers[0].Gap() != 1 || covers[1].Have() != 1 || reg.Nominators[r.lead.Account] != "Ines" {
		t.Errorf("%+v", covers)
	}
	on, err := r.st.ChampionsOf(ctx, []string{"legal"}, today)
	if err != nil || len(on) != 1 || on[0].ID != 0 || on[0].Name != "holder@example.com" || on[0].Slug != "legal" {
		t.Errorf("of Legal: %+v, %v", on, err)
	}
	if on, err := r.st.ChampionsOf(ctx, []string{}, today); err != nil || on != nil {
		t.Errorf("of no department: %+v, %v", on, err)
	}
}
