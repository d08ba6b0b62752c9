package web

import (
	"context"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/claude"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/internal/sandbox"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// counter counts what a page asks the database.
type counter struct{ queries, trips atomic.Int32 }

// TraceQueryStart implements pgx.QueryTracer.
func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.queries.Add(1)
	c.trips.Add(1)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (c *counter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.trips.Add(1)
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (c *counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {
	c.queries.Add(1)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (c *counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// countedStore is a store over the test's database whose statements are counted, with an organization in it.
func countedStore(t *testing.T, c *counter) *store.Store {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.Tracer = c
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	keys, _ := seal.Random()
	st := store.New(pool, keys)
	org := sandbox.New(sandbox.Config{Today: day.FromTime(time.Now()), Members: 120})
	api := httptest.NewServer(org)
	defer org.Close()
	defer api.Close()
	client, err := claude.New(claude.Config{Key: sandbox.Key, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	from := day.FromTime(time.Now()) - 40
	if _, err := (&pull.Service{Up: client, Keep: st}).Run(t.Context(), pull.Options{From: &from}); err != nil {
		t.Fatal(err)
	}
	return st
}

// Every page asks the database little: a dozen statements in three round trips
// at most, the session's included, the first time it is drawn too.
func TestPagesAskLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Provider, cfg.Identity, cfg.Index, cfg.Features = nil, &identity.Service{Keeper: st}, st, st
		cfg.CohortSizes, cfg.FeatureReports, cfg.Spending = st, st, st
		cfg.Plan, cfg.Access = st, st
		cfg.Sources.States, cfg.Sources.Keys, cfg.Sources.Checks, cfg.Targets, cfg.People = st, st, st, st, rosterOf(st)
		cfg.Plan, cfg.Checks = st, checksOf{st}
		cfg.Learning, cfg.Completion = &enablement.LearningService{Keeper: st}, st
		cfg.Champions = Champions{Book: st, Service: &roster.ChampionService{Keeper: st}}
		cfg.Touchpoints = Touchpoints{Book: st, Service: &roster.TouchpointService{Keeper: st}, Help: st}
		cfg.Wins.Book, cfg.Recognition.Book = st, st
		cfg.Comms.Mail, cfg.Comms.Digests = st, &comms.Digests{Keeper: st, Facts: st}
		cfg.Telemetry = receiverOf(st, cfg.Log)
		cfg.Comms.Mailroom, cfg.Comms.Board = st, st
		cfg.Comms.Book, cfg.Comms.Audiences, cfg.Comms.Desks, cfg.Comms.Service = st, st, st, &comms.Service{Keeper: st}
		cfg.Trainings = trainingsOf(st)
		cfg.Attendance.Visits, cfg.Attendance.Service = st, &enablement.AttendanceService{Keeper: st}
	})
	session, message := planSession(t, st), s.letter(st)
	if _, err := st.RunAccess(t.Context(), identity.Actor{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	b.post(route.SignInAs, map[string][]string{"persona": {"ines"}})
	draft := s.draft(t)
	id := s.trains(outlined("Cowork 101", nil), 3)
	if _, err := s.srv.Trainings.Plan.PlanSeries(t.Context(), identity.Operator(), enablement.Series{Outline: outlined("Desk", nil), EveryWeeks: 1, From: s.today() + 1, Until: s.today() + 9}, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	mailing, copies := s.mails("a", "Ada", 30)
	b.get(route.Overview)
	b.get(route.Checks)     // the plan is read once, and kept
	b.get(route.NewMessage) // likewise who can be reached
	for _, path := range []string{
		route.Overview + "?days=7", route.Activation, route.Depth, route.Value, route.Depth + ".csv",
		route.Cohorts, route.Cohorts + ".csv", "/cohorts/group/claims-operations", route.People, route.People + "?department=legal&q=a", route.Imports, draft,
		route.Sources, route.Roles, route.Account,
		route.PlanMessages, route.SendChannels, route.SendChannel(1), route.Targets, route.Targets + ".csv", route.Target("weekly_actives"), route.Telemetry,
		route.Learning, route.Completion, route.Completion + "?by=wave&q=a", route.Reminders,
		route.Checks, route.Check("seats", 0), route.Check("devices", 0), appLackersPath, route.PlanStart,
		route.Connectors, route.Connectors + "?kind=skill&days=90", route.Feature("connector", "Jira"), route.Connectors + ".csv", route.Spend, route.Spend + ".csv",
		route.Touchpoints, route.Touchpoints + "?department=legal&q=a", route.NewTouchpoint, route.With(route.NewTouchpoint, "department", "legal"),
		route.Trainings, route.Trainings + "?month=2026-11", route.NewTraining, route.Training(id) + partEdit, route.Series, route.NewSeries, route.OneSeries(1), route.Formats, route.Curriculum,
		route.Champions, route.NewChampion + "?q=a", route.Candidates, route.Volunteer,
		route.Library, route.Kit, tipsPath, route.Support, route.Issues, route.Support + "/rota", route.Issues + "/new", route.TodayHelp,
		route.Wins, route.Wins + "?department=legal&state=logged", route.TodayWins, route.NewWin + "?person=a@example.com", route.Roll,
		route.Access, route.Access + "?outcome=all&q=a", route.AccessPerson(1), route.AccessLimits,
		route.Deliveries, route.Unknowns, route.Delivery(int64(copies[0])), route.Mailings, route.Mailing(int64(mailing)), route.Mailing(int64(mailing)) + "?q=a&state=waiting", route.Bounces,
		route.Training(session), route.List(session), route.Door(session), route.CheckIn,
		route.NewMessage, route.Message(message), route.Message(message) + "/edit", route.Message(message) + "/versions", route.Message(message) + "/preview",
		route.MailChoices, route.MailChoice("tasks"), route.MailChoice("failures"), route.Digests, s.endLink("ines@example.com", comms.ChoiceTasks),
	} {
		c.queries.Store(0)
		c.trips.Store(0)
		if a := b.get(path); a.StatusCode != 200 {
			t.Fatalf("%s answers %d", path, a.StatusCode)
		}
		if q, n := c.queries.Load(), c.trips.Load(); q == 0 || q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", path, q, n)
		}
	}
}

// planSession plans a session tomorrow that thirty people sign up for.
func planSession(t *testing.T, st *store.Store) int {
	t.Helper()
	lead, now := identity.Actor{Roles: []identity.Role{identity.Lead}, Email: "ines@example.com"}, time.Now()
	o := enablement.Outline{Name: "Cowork 101", Kind: enablement.AllStaff101, Starts: "15:30", Zone: "UTC", Minutes: 60}
	id, err := (&enablement.PlanService{Keeper: st}).Plan(t.Context(), lead, o, day.FromTime(now)+1, now)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		email := "person" + strconv.Itoa(i) + "@example.com"
		if _, err := (&enablement.AttendanceService{Keeper: st}).SignUp(t.Context(), lead, id, email, now); err != nil {
			t.Fatal(err)
		}
	}
	return id
}
