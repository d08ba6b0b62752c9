package web

import (
	"context"
	"net/http"
	"time"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/access"
	"groundswell/views/ui"
)

// AccessRuns works out and keeps what enforcing roles would do. It is implemented
// by store.Store. People are named only to a scope that sees everyone.
type AccessRuns interface {
	// AccessView returns the last run with its snapshots and a page of its people.
	AccessView(ctx context.Context, scope identity.PeopleScope, f orgaccess.Filter) (orgaccess.View, error)
	// AccessPeople returns a page of the people of a roll.
	AccessPeople(ctx context.Context, scope identity.PeopleScope, roll orgaccess.Roll, f orgaccess.Filter) (orgaccess.PeoplePage, error)
	// AccessPerson returns a member with their groups and roles and the last run; NotFound when there is none.
	AccessPerson(ctx context.Context, scope identity.PeopleScope, member int32) (orgaccess.Profile, error)
	// MemberNames returns who members are.
	MemberNames(ctx context.Context, scope identity.PeopleScope, members []int32) (map[int32]orgaccess.Named, error)
	// LimitReport returns what the most restrictive spend limit does, and how its source stands.
	LimitReport(ctx context.Context) (orgaccess.LimitReport, pull.State, error)
	// RunAccess works out what enforcing roles today would do, and keeps it.
	RunAccess(ctx context.Context, by identity.Actor, now time.Time) (orgaccess.Run, error)
	// TakeSnapshot keeps a copy of who may use what; Invalid while nothing was read.
	TakeSnapshot(ctx context.Context, by identity.Actor, now time.Time) (orgaccess.Snapshot, error)
	// Snapshot returns a copy with its file; NotFound when there is none.
	Snapshot(ctx context.Context, id int64) (orgaccess.Snapshot, []byte, error)
	// Audit writes into the audit log.
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
}

// accessRoutes are the dry run of enforcement.
func (s *Server) accessRoutes() []routeEntry {
	if s.Access == nil {
		return nil
	}
	readers := people(identity.Lead, identity.Owner, identity.Auditor)
	return []routeEntry{
		{"GET", route.Access, readers, s.accessPage},
		{"GET", route.Access + ".csv", overseers.afresh(), s.accessFile(asCSV)},
		{"GET", route.Access + ".xlsx", overseers.afresh(), s.accessFile(asXLSX)},
		{"POST", route.AccessRun, leads, s.runAccess},
		{"GET", route.Access + "/people/{member}", overseers, s.accessPerson},
		{"GET", route.AccessLimits, readers, s.accessLimits},
		{"POST", route.AccessSnapshots, leads, s.takeSnapshot},
		{"GET", route.AccessSnapshots + "/{snapshot}", overseers.afresh(), s.sendSnapshot},
	}
}

// accessPage shows the last dry run.
func (s *Server) accessPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f := accessFilter(r.URL.Query())
	found, err := s.Access.AccessView(r.Context(), actor.PeopleScope(), f)
	if err != nil {
		return err
	}
	plan, err := s.planOrNone(r.Context())
	if err != nil {
		return err
	}
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return err
	}
	v := accessView{
		View: found, filter: f, plan: plan, now: s.Now(), fresh: isFresh(r), least: fewest(x),
		lead: actor.Has(identity.Lead), sees: actor.PeopleScope().Everyone(), gates: s.admits(route.Gates, actor), sources: s.admits(route.Sources, actor),
	}
	if isHTMX(r) {
		w.Header().Set("HX-Push-Url", v.at(route.Access)) // without the fields left empty
	}
	return s.page(w, r, actor, page{Title: "Access", Section: route.Access}, views.DryRun(v.props()))
}

// planOrNone returns the plan; an empty one where there is no planner.
func (s *Server) planOrNone(ctx context.Context) (*rollout.Plan, error) {
	if s.Plan == nil {
		return &rollout.Plan{}, nil
	}
	return s.Plan.Plan(ctx)
}

// admits reports whether the table lets actor open a page.
func (s *Server) admits(path string, actor identity.Actor) bool {
	a, ok := s.opens[path]
	return ok && a.admits(actor)
}

// runAccess works it out anew.
func (s *Server) runAccess(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	run, err := s.Access.RunAccess(r.Context(), actor, s.Now())
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Access, ranWords(run))
}

// ranWords tells how a run ended.
func ranWords(run orgaccess.Run) string {
	out := "Nobody would lose Cowork by surprise."
	if run.Surprise > 0 {
		out = ui.Counted(run.Surprise, "person", "people") + " would lose Cowork by surprise."
	}
	if c := run.Change; c != nil && c.Newly()+c.NoLonger() > 0 {
		out += " " + ui.Count(c.Newly()) + " newly, " + ui.Count(c.NoLonger()) + " no longer."
	}
	return out
}
