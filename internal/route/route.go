// Package route spells the site's addresses as functions, so that no page and
// no handler writes one by hand.
package route

import (
	"net/url"
	"strconv"
)

// The pages.
const (
	Home         = "/"
	Overview     = "/overview"
	Activation   = "/activation"
	Depth        = "/depth"
	Value        = "/value"
	Cohorts      = "/cohorts"
	People       = "/people"
	Imports      = "/people/import"
	Waves        = "/people/waves" // takes the day a wave opens
	Plan         = "/plan"
	PlanStart    = "/plan/start" // the guided start
	PlanSetup    = "/plan/setup" // launch dates, roles, calendar, playbook
	PlanHistory  = "/plan/history"
	PlanDigest   = "/plan/digest" // what owners would be reminded of
	PlanLaunches = "/plan/setup/launches"
	PlanRoles    = "/plan/setup/roles"
	PlanCalendar = "/plan/setup/calendar"
	PlanJoined   = "/plan/setup/joined"   // plans the tasks of waves and departments that joined
	PlanPlaybook = "/plan/setup/playbook" // what a newer playbook offers
	Tasks        = "/plan/tasks"          // takes new tasks
	PlayTasks    = "/plan/tasks/from-play"
	Gates        = "/plan/gates" // what cannot be undone
	Readiness    = "/readiness"  // leads to the next wave's
	Checks       = "/readiness/checks"
	Access       = "/access" // the dry run of enforcement
	Telemetry    = "/settings/telemetry"
	OTLPLogs     = "/v1/logs" // telemetry receiver

	TelemetryTokens = "/settings/telemetry/tokens"
	Connectors      = "/connectors" // skills, connectors, plugins and artifacts
	Spend           = "/spend"
	Targets         = "/settings/targets" // targets, phases, waves and definitions
	Phases          = "/settings/targets/phases"
	Numbers         = "/settings/targets/definitions" // the numbers that definitions refer to
	Sources         = "/settings/sources"
	SyncNow         = "/settings/sources/sync"
	SyncStatus      = "/settings/sources/progress"
	Key             = "/settings/sources/key"
	KeyRemove       = "/settings/sources/key/remove"
	Roles           = "/settings/roles"   // people with access and their roles
	Account         = "/account"          // the signed-in person: theme, sessions
	Sandbox         = "/settings/sandbox" // the demo's controls
	SignIn          = "/sign-in"
	SignInOIDC      = "/sign-in/oidc"
	Callback        = "/sign-in/callback"
	SignInAs        = "/sign-in/as" // demo personas
	SignOut         = "/sign-out"
	SignOutAll      = "/sign-out/everywhere"
	Theme           = "/theme"
	Gallery         = "/_gallery"
	Health          = "/healthz"
	Ready           = "/readyz"
	Prometheus      = "/metrics/prometheus"
	OpenAPI         = "/api/v1/openapi.json"
	APIMetrics      = "/api/v1/metrics"
	APIWeekly       = "/api/v1/metrics/weekly"
	APIFunnel       = "/api/v1/metrics/funnel"
	APIRetain       = "/api/v1/metrics/retention"
	Static          = "/static/"
	Manifest        = "/manifest.webmanifest" // makes the site installable on a phone
)

// Cohort is the page of one cohort: by is a dimension, such as "department".
func Cohort(by, slug string) string { return Cohorts + "/" + by + "/" + url.PathEscape(slug) }

// Task is the page of one task.
func Task(id int64) string { return Tasks + "/" + strconv.FormatInt(id, 10) }

// Gate is the page of one gate.
func Gate(id int64) string { return Gates + "/" + strconv.FormatInt(id, 10) }

// WaveReadiness is the page on which a wave's launch is decided.
func WaveReadiness(slug string) string { return Readiness + "/wave/" + url.PathEscape(slug) }

// Check is the page of one check with its history; wave is 0 for everyone's.
func Check(key string, wave int) string {
	if wave == 0 {
		return Checks + "/" + url.PathEscape(key)
	}
	return Checks + "/" + url.PathEscape(key) + "?wave=" + strconv.Itoa(wave)
}

// Import is the page of an uploaded file that was not applied yet.
func Import(id int64) string { return Imports + "/" + strconv.FormatInt(id, 10) }

// Sample is a file of one kind to start from.
func Sample(kind string) string { return Imports + "/sample-" + kind + ".csv" }

// Target is the page of one metric's targets.
func Target(metric string) string { return Targets + "/" + url.PathEscape(metric) }

// Feature is the page of one skill, connector, plugin or artifact type.
func Feature(kind, key string) string { return Connectors + "/" + kind + "/" + url.PathEscape(key) }

// With returns path with the non-empty pairs of kv ("key", "value", …) as its query.
func With(path string, kv ...string) string { return Change(path, url.Values{}, kv...) }

// Change returns path under q with the pairs of kv set in it; "" drops one. It changes q.
func Change(path string, q url.Values, kv ...string) string {
	for i := 0; i+1 < len(kv); i += 2 {
		q.Del(kv[i])
		if kv[i+1] != "" {
			q.Set(kv[i], kv[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
