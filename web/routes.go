package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// routeEntry is one thing the site answers. A path can be registered in no other
// way than as a row of [Server.routes].
type routeEntry struct {
	Method, Pattern string
	Access          access
	Handler         handler
}

// handler answers a request that the table let through. An error becomes the reply; see reply.go.
type handler func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error

// access says who may ask. The zero value lets nobody in.
type access struct {
	kind  accessKind
	roles []identity.Role // one of these; nil with forAccounts is any signed-in account
	fresh bool            // only shortly after proving who one is
}

type accessKind int

const (
	forNobody    accessKind = iota
	forEveryone             // signed in or not
	forAccounts             // a session; bearer tokens are ignored
	forTokens               // a bearer token; cookies are ignored
	forExporters            // a bearer token for telemetry; cookies are ignored
	forLearners             // a token of a learning system; cookies are ignored
)

var (
	public    = access{kind: forEveryone}
	signedIn  = access{kind: forAccounts}
	anyRole   = people(identity.Roles()...)
	leads     = people(identity.Lead)
	overseers = people(identity.Lead, identity.Auditor)
	anyToken  = tokens(identity.TokenRoles()...)
)

func people(roles ...identity.Role) access { return access{kind: forAccounts, roles: roles} }
func tokens(roles ...identity.Role) access { return access{kind: forTokens, roles: roles} }

// afresh narrows a to people who proved who they are in the last quarter of an hour.
func (a access) afresh() access {
	a.fresh = true
	return a
}

// admits reports whether the actor holds one of the roles asked for.
func (a access) admits(actor identity.Actor) bool {
	return a.kind != forNobody && (a.roles == nil || actor.HasAny(a.roles...))
}

// routes is the whole site: what it answers, and to whom. Everything else is denied.
func (s *Server) routes() []routeEntry {
	table := []routeEntry{
		{"GET", route.Health, public, s.health},
		{"GET", route.Ready, public, s.ready},
		{"GET", route.Prometheus, tokens(identity.Lead, identity.Auditor), s.prometheus},

		{"GET", route.Static + "*", public, s.asset},
		{"GET", route.Manifest, public, s.manifest},

		{"GET", route.Home, signedIn, s.home},
		{"GET", route.SignIn, public, s.signInPage},
		{"GET", route.SignInOIDC, public, s.signInBegin},
		{"GET", route.Callback, public, s.signInFinish},
		{"POST", route.SignOut, public, s.signOut},
		{"POST", route.SignOutAll, signedIn, s.signOutEverywhere},
		{"GET", route.Account, signedIn, s.accountPage},
		{"POST", route.Theme, public, s.setTheme},

		{"GET", route.Roles, overseers, s.rolesPage},
		{"POST", route.Roles, leads.afresh(), s.grantByEmail},
		{"POST", route.Roles + "/{account}/grant", leads.afresh(), s.grantRole},
		{"POST", route.Roles + "/{account}/revoke", leads.afresh(), s.revokeRole},
		{"POST", route.Roles + "/{account}/deactivate", leads.afresh(), s.deactivate},
		{"POST", route.Roles + "/{account}/reactivate", leads.afresh(), s.reactivate},
		{"POST", route.Roles + "/{account}/sign-out", leads, s.signOutPerson},
		{"POST", route.Roles + "/groups", leads.afresh(), s.mapGroup},
		{"POST", route.Roles + "/groups/remove", leads.afresh(), s.unmapGroup},
		{"POST", route.Roles + "/tokens/{token}/revoke", leads, s.revokeToken},
	}
	table = append(table, s.apiRoutes()...)
	table = append(table, s.measureRoutes()...)
	table = append(table, s.planRoutes()...)
	table = append(table, s.startRoutes()...)
	table = append(table, s.gateRoutes()...)
	table = append(table, s.readinessRoutes()...)
	table = append(table, s.checkRoutes()...)
	table = append(table, s.accessRoutes()...)
	table = append(table, s.telemetryRoutes()...)
	table = append(table, s.cohortRoutes()...)
	table = append(table, s.peopleRoutes()...)
	table = append(table, s.featureRoutes()...)
	table = append(table, s.championRoutes()...)
	table = append(table, s.recognitionRoutes()...)
	table = append(table, s.winRoutes()...)
	table = append(table, s.touchpointRoutes()...)
	table = append(table, s.todayRoutes()...)
	table = append(table, s.trainingRoutes()...)
	table = append(table, s.attendanceRoutes()...)
	table = append(table, s.learningRoutes()...)
	table = append(table, s.libraryRoutes()...)
	table = append(table, s.supportRoutes()...)
	table = append(table, s.commsRoutes()...)
	table = append(table, s.messageRoutes()...)
	table = append(table, s.audienceRoutes()...)
	table = append(table, s.messagePlanRoutes()...)
	table = append(table, s.sendChannelRoutes()...)
	table = append(table, s.deliveryRoutes()...)
	table = append(table, s.mailChoiceRoutes()...)
	table = append(table, s.calendarFeedRoutes()...)
	table = append(table, s.targetRoutes()...)
	table = append(table, s.sourceRoutes()...)
	if s.Dev {
		table = append(table, routeEntry{"GET", route.Gallery, public, s.gallery})
	}
	table = append(table, s.sandboxRoutes()...)
	if s.Demo {
		table = append(table, routeEntry{"POST", route.SignInAs, public, s.signInAs})
	}
	return table
}

// router turns the table into a handler behind the middleware.
func (s *Server) router() (http.Handler, error) {
	mux := chi.NewRouter()
	seen := []string{}
	s.opens, s.takes = map[string]access{}, map[string]access{}
	for _, e := range s.routes() {
		name := e.Method + " " + e.Pattern
		if e.Access.kind == forNobody || e.Handler == nil || slices.Contains(seen, name) {
			return nil, fmt.Errorf("web: route %s lets nobody in, does nothing or is there twice", name)
		}
		seen = append(seen, name)
		mux.Method(e.Method, e.Pattern, s.serve(e))
		if e.Method != http.MethodGet {
			s.takes[e.Pattern] = e.Access
			continue
		}
		s.opens[e.Pattern] = e.Access
		mux.Method(http.MethodHead, e.Pattern, s.serve(e))
	}
	mux.NotFound(s.answerNotFound)
	mux.MethodNotAllowed(s.answerNotAllowed)
	return s.wrap(mux), nil
}

// bearer reports whether a path is for programs: it reads tokens and ignores cookies.
func bearer(path string) bool {
	return path == route.Prometheus || path == "/api" || hasPrefix(path, "/api/") || otlp(path) || xapi(path)
}
