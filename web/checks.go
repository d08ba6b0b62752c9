package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/check"
)

// Checks runs the checks behind the evidence and tells what they said. It is
// implemented by store.Store, with what the program knows of its mail server.
type Checks interface {
	// RunChecks runs them all and returns how many say something else. The error tells of facts that could not be read.
	RunChecks(ctx context.Context, now time.Time) (int, error)
	// CheckHistory returns what a check said, newest first.
	CheckHistory(ctx context.Context, ref rollout.CheckRef) ([]rollout.Result, error)
	// MemberName returns how a member is called.
	MemberName(ctx context.Context, member int32) (string, error)
	// DeviceKinds counts the machines of a wave's people; wave 0 is everybody.
	DeviceKinds(ctx context.Context, wave int, today day.Date) ([]rollout.DeviceKind, error)
	// AppLackers returns a page of a wave's people without the app, and the cursor of the next one.
	AppLackers(ctx context.Context, scope identity.PeopleScope, wave int, after string, limit int, today day.Date) ([]rollout.AppLacker, string, error)
}

// CheckQueue takes a wish to run the checks and returns at once. It is implemented by jobs.Runner.
type CheckQueue interface {
	ChecksNow(ctx context.Context) error
}

const (
	runChecksPath  = route.Checks + "/run"
	appLackersPath = route.Checks + "/devices/people"

	// checkPatience is how long a page waits for a run before it is left to the jobs.
	checkPatience = 8 * time.Second
)

var checkRunners = people(identity.Lead, identity.Owner)

// checkReaders see what checks say; only some of them see lists of people.
var checkReaders = people(identity.Lead, identity.Owner, identity.Executive, identity.Auditor)

// checkRoutes are the checks behind the evidence, with their history.
func (s *Server) checkRoutes() []routeEntry {
	if s.Checks == nil || s.Plan == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Checks, checkReaders, s.checksPage},
		{"POST", runChecksPath, checkRunners, s.runChecks},
		{"GET", route.Checks + "/{check}", checkReaders, s.checkPage},
		{"GET", appLackersPath, overseers, s.appLackersPage},
		{"GET", appLackersPath + ".csv", overseers.afresh(), s.appLackersCSV},
	}
}

// checkView is what the pages of checks are drawn from.
type checkView struct {
	server *Server
	plan   *rollout.Plan
	actor  identity.Actor
	wave   roster.Wave // the zero wave is everybody
	now    time.Time
}

// checkView reads the plan and whose checks the address asks for. A wave that does not exist is NotFound.
func (s *Server) checkView(r *http.Request, actor identity.Actor) (checkView, error) {
	plan, err := s.Plan.Plan(r.Context())
	v := checkView{server: s, plan: plan, actor: actor, now: s.Now()}
	if err != nil {
		return v, err
	}
	text := r.URL.Query().Get("wave")
	if text == "" || text == "0" {
		return v, nil
	}
	id, err := strconv.Atoi(text)
	wave, ok := plan.Wave(id)
	if err != nil || !ok {
		return v, fault.New(fault.NotFound, "There is no such wave.")
	}
	v.wave = wave
	return v, nil
}

// checksPage shows every check with what it says now.
func (s *Server) checksPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := s.checkView(r, actor)
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Checks", Section: route.Readiness}, views.List(v.list()))
}

// checkPage shows one check with its causes, its tasks and its history.
func (s *Server) checkPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := s.checkView(r, actor)
	if err != nil {
		return err
	}
	check, ok := rollout.CheckOf(rollout.CheckKey(chi.URLParam(r, "check")))
	if !ok || v.wave.ID != 0 && !check.PerWave() {
		return fault.New(fault.NotFound, "There is no such check.")
	}
	past, err := s.Checks.CheckHistory(r.Context(), rollout.CheckRef{Check: check.Key(), Wave: v.wave.ID})
	if err != nil {
		return err
	}
	props := v.one(check, past)
	if len(past) > 0 && past[0].Member >= 0 && actor.Has(identity.Lead) {
		name, err := s.Checks.MemberName(r.Context(), past[0].Member)
		if err != nil {
			return err
		}
		props.Facts = append(props.Facts, pair("Who", name))
	}
	if check.Key() == rollout.CheckDevices {
		kinds, err := s.Checks.DeviceKinds(r.Context(), v.wave.ID, v.plan.Today(v.now))
		if err != nil {
			return err
		}
		props.Machines = v.machines(kinds)
	}
	return s.page(w, r, actor, page{Title: check.Title(), Section: route.Readiness}, views.One(props))
}

// runChecks runs every check, or leaves it to the jobs when it takes long.
func (s *Server) runChecks(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkPatience)
	defer cancel()
	changed, err := s.Checks.RunChecks(ctx, s.Now())
	say := sayChanged(changed)
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		s.askChecks(r.Context())
		say = "The checks run in the background. Look again in a minute."
	case fault.Is(err, fault.Unavailable):
		return err
	case err != nil:
		s.Log.Error("some checks were not run", "err", err)
		say = "Checked, but not all facts could be read: those checks say what they said before."
	}
	return s.redirect(w, r, backTo(f.Get("back")), say)
}

func sayChanged(n int) string {
	switch n {
	case 0:
		return "Checked. Nothing has changed."
	case 1:
		return "Checked. 1 check says something new."
	}
	return "Checked. " + strconv.Itoa(n) + " checks say something new."
}

// askChecks wishes for a run of the checks. That it cannot be wished for is no
// reason to fail what led to it: they run every hour.
func (s *Server) askChecks(ctx context.Context) {
	if s.CheckQueue == nil {
		return
	}
	if err := s.CheckQueue.ChecksNow(ctx); err != nil {
		s.Log.Error("the checks could not be asked for", "err", err)
	}
}

// backTo is the page on this site that a run was asked for on, the list of checks when there is none.
func backTo(page string) string {
	if to := localPath(page); to != route.Home {
		return to
	}
	return route.Checks
}

// bare is an address without its query.
func bare(address string) string {
	path, _, _ := strings.Cut(address, "?")
	return path
}
