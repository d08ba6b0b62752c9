package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

const root = "/v1/organizations"

// reader appends a whole JSON answer to b.
type reader func(w *world, q *query, b []byte) ([]byte, *problem)

type endpoint struct {
	path, scope, beta string
	read              reader
}

// endpoints is the whole API, as far as it is doubled.
func endpoints() []endpoint {
	return []endpoint{
		{"/analytics/summaries", ReadAnalytics, "", (*world).summaries},
		{"/analytics/users", ReadAnalytics, "", (*world).userActivity},
		{"/analytics/skills", ReadAnalytics, "", (*world).skills},
		{"/analytics/connectors", ReadAnalytics, "", (*world).connectors},
		{"/analytics/plugins", ReadAnalytics, "", (*world).pluginUse},
		{"/analytics/artifacts", ReadAnalytics, "", (*world).artifacts},
		{"/analytics/cost_report", ReadAnalytics, "", (*world).costReport},
		{"/users", ReadMembers, "", (*world).memberList},
		{"/invites", ReadMembers, "", (*world).inviteList},
		{"/rbac_groups", ReadGroups, BetaUsers, (*world).groupList},
		{"/rbac_groups/{id}/members", ReadGroups, BetaUsers, (*world).groupMembers},
		{"/rbac_roles", ReadMembers, BetaUsers, (*world).roleList},
		{"/rbac_roles/{id}/permissions", ReadMembers, BetaUsers, (*world).rolePermissions},
		{"/spend_limits", ReadSpend, "", (*world).spendLimits},
		{"/spend_limits/effective", ReadSpend, "", (*world).effectiveLimits},
		{"/plugins", ReadPlugins, BetaPlugins, (*world).pluginCatalog},
		{"/plugins/{id}/installation_settings", ReadPlugins, BetaPlugins, (*world).installationSettings},
		{"/plugin_marketplaces", ReadPlugins, BetaPlugins, (*world).marketplaces},
	}
}

func (o *Org) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, e := range endpoints() {
		mux.Handle("GET "+root+e.path, o.serve(e))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notFound("Not found").write(w) })
	return mux
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (o *Org) serve(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p := o.admit(e, r); p != nil {
			p.write(w)
			return
		}
		buf := buffers.Get().(*[]byte)
		defer buffers.Put(buf)
		body, p := e.read(o.world.Load(), &query{Values: r.URL.Query(), path: e.path, id: r.PathValue("id")}, (*buf)[:0])
		if p != nil {
			p.write(w)
			return
		}
		*buf = body
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
}

// admit checks what the real API checks, in its order: the path exists only
// with its beta header, then the key, then its scope.
func (o *Org) admit(e endpoint, r *http.Request) *problem {
	if e.beta != "" && !hasBeta(r.Header, e.beta) {
		return notFound("Not found")
	}
	scopes, known := o.scopes(r.Header.Get("x-api-key"))
	if !known {
		return &problem{http.StatusUnauthorized, "authentication_error", "invalid x-api-key"}
	}
	if !slices.Contains(scopes, e.scope) {
		return &problem{http.StatusForbidden, "permission_error", "This API key is missing the required scope: " + e.scope}
	}
	return nil
}

func hasBeta(h http.Header, want string) bool {
	for _, line := range h.Values("anthropic-beta") {
		for v := range strings.SplitSeq(line, ",") {
			if strings.TrimSpace(v) == want {
				return true
			}
		}
	}
	return false
}

func shortPath(p string) string { return strings.TrimPrefix(p, root) }
