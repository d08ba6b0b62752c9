package claude

import (
	"fmt"
	"net/url"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// The beta headers that a path needs. Without its header a path answers 404.
const (
	betaUserManagement = "ce-user-management-2026-07-13"
	betaPlugins        = "ce-plugins-2026-09-01"
	betaSpendLimits    = "spend-limit-reads-2026-09-26"
)

// endpoint is one request: a path below /v1/organizations with its query.
type endpoint struct {
	path  string
	query url.Values
	beta  string

	byID          bool // pages with after_id and has_more instead of a cursor
	absentIsEmpty bool // a 404 not_found_error is an empty answer
}

func (e endpoint) url() string {
	return "v1/organizations/" + e.path + "?" + e.query.Encode()
}

// limits are the largest page each path allows; the documents name none for
// spend limits, so theirs stays modest.
const (
	limitDefault = "1000"
	limitCost    = "31"
	limitSpend   = "100"
	limitPlugins = "100"
)

// endpointOf returns the request for the page of u at cursor.
func endpointOf(u pull.Unit, cursor string) (endpoint, error) {
	e, err := firstPage(u)
	if err != nil || cursor == "" {
		return e, err
	}
	if e.byID {
		e.query.Set("after_id", cursor)
	} else {
		e.query.Set("page", cursor)
	}
	return e, nil
}

func firstPage(u pull.Unit) (endpoint, error) {
	switch u.Source {
	case pull.Members:
		return endpoint{path: "users", query: limited(limitDefault), byID: true}, nil
	case pull.Invites:
		return endpoint{path: "invites", query: limited(limitDefault), byID: true}, nil
	case pull.Groups:
		return listOrPart(u, "rbac_groups", "members"), nil
	case pull.Roles:
		return listOrPart(u, "rbac_roles", "permissions"), nil
	case pull.Summaries:
		return endpoint{path: "analytics/summaries", query: dateRange(u)}, nil
	case pull.Users, pull.Skills, pull.Connectors, pull.Plugins, pull.Artifacts:
		return endpoint{path: "analytics/" + string(u.Source), query: daysOf(u)}, nil
	case pull.Cost:
		return costReport(u)
	case pull.Spend:
		return spendLimits(u)
	case pull.Catalog:
		return catalog(u)
	}
	return endpoint{}, fmt.Errorf("unknown source %q", u.Source)
}

// listOrPart is a listing, or the listing of the parts of the one that u names.
// Only a role can be absent and still be listed: it is another linked organization's.
func listOrPart(u pull.Unit, list, part string) endpoint {
	e := endpoint{path: list, query: limited(limitDefault), beta: betaUserManagement}
	if u.Key != unitList {
		e.path = list + "/" + url.PathEscape(u.Key) + "/" + part
		e.absentIsEmpty = u.Source == pull.Roles
	}
	return e
}

// costReport asks for whole days, grouped by what the key begins with.
func costReport(u pull.Unit) (endpoint, error) {
	q := limited(limitCost)
	switch {
	case strings.HasPrefix(u.Key, "product:"):
		q.Set("group_by[]", "product")
	case strings.HasPrefix(u.Key, "group:"):
		q.Set("group_by[]", "rbac_group_id")
	default:
		return endpoint{}, fmt.Errorf("unknown cost unit %q", u.Key)
	}
	q.Set("bucket_width", "1d")
	q.Set("starting_at", instant(u.From))
	q.Set("ending_at", instant(u.To+1)) // exclusive
	return endpoint{path: "analytics/cost_report", query: q}, nil
}

func spendLimits(u pull.Unit) (endpoint, error) {
	switch u.Key {
	case unitLimits:
		return endpoint{path: "spend_limits", query: limited(limitSpend), beta: betaSpendLimits}, nil
	case unitEffective:
		return endpoint{path: "spend_limits/effective", query: limited(limitSpend)}, nil
	}
	return endpoint{}, fmt.Errorf("unknown spend unit %q", u.Key)
}

func catalog(u pull.Unit) (endpoint, error) {
	switch u.Key {
	case unitPlugins:
		return endpoint{path: "plugins", query: limited(limitPlugins), beta: betaPlugins}, nil
	case unitMarketplaces:
		return endpoint{path: "plugin_marketplaces", query: limited(limitPlugins), beta: betaPlugins}, nil
	}
	return endpoint{}, fmt.Errorf("unknown catalog unit %q", u.Key)
}

// The keys of units that are no day and no range.
const (
	unitList         = "list"
	unitLimits       = "limits"
	unitEffective    = "effective"
	unitPlugins      = "plugins"
	unitMarketplaces = "marketplaces"
)

func limited(n string) url.Values { return url.Values{"beta": {"true"}, "limit": {n}} }

// daysOf asks for one day, or for what each group's people did over several.
func daysOf(u pull.Unit) url.Values {
	if u.Grouped() {
		q := dateRange(u)
		q.Set("group_by[]", "rbac_group_id")
		return q
	}
	q := limited(limitDefault)
	q.Set("date", u.From.String())
	return q
}

func dateRange(u pull.Unit) url.Values {
	q := limited(limitDefault)
	q.Set("starting_date", u.From.String())
	q.Set("ending_date", (u.To + 1).String()) // exclusive
	return q
}

func instant(d day.Date) string { return d.String() + "T00:00:00Z" }
