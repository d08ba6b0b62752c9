// Package pull reads an organization out of the Anthropic API into the store:
// which sources there are, what is missing or still being revised, the order in
// which it is read, and what each source's state is. It is resumable at every
// page, and a unit (a day, a range or a listing) is published whole or not at
// all. It knows neither the SDK nor SQL: [Upstream] is the one, Keeper the other.
package pull

import (
	"context"
	"strings"
	"time"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// Source is one part of the API that is read, and can fail, on its own.
type Source string

// The sources, in the order a run reads them: people first, so that ordinals
// are given in the same order whatever happened before.
const (
	Members    Source = "members"
	Invites    Source = "invites"
	Groups     Source = "groups"
	Roles      Source = "roles"
	Summaries  Source = "summaries"
	Users      Source = "users"
	Skills     Source = "skills"
	Connectors Source = "connectors"
	Plugins    Source = "plugins"
	Artifacts  Source = "artifacts"
	Cost       Source = "cost"
	Spend      Source = "spend"
	Catalog    Source = "catalog"
)

// Sources returns every source in reading order.
func Sources() []Source {
	return []Source{Members, Invites, Groups, Roles, Summaries, Users, Skills, Connectors, Plugins, Artifacts, Cost, Spend, Catalog}
}

// Name is what people call s.
func (s Source) Name() string {
	switch s {
	case Members, Invites, Groups, Roles, Skills, Connectors, Plugins, Artifacts, Cost:
		return strings.ToUpper(string(s[:1])) + string(s[1:])
	case Summaries:
		return "Daily summaries"
	case Users:
		return "Usage"
	case Spend:
		return "Spend limits"
	case Catalog:
		return "Plugin catalog"
	}
	return string(s)
}

// Scope returns the scope that the key needs for s, as the console names it.
func (s Source) Scope() string {
	switch s {
	case Members, Invites, Roles:
		return "read:members"
	case Groups:
		return "read:rbac_groups"
	case Spend:
		return "read:spend_limits"
	case Catalog:
		return "read:plugins"
	}
	return "read:analytics"
}

// FirstDay is the first day the API knows anything about.
var FirstDay = day.Of(2026, time.January, 1)

// Unit is what is fetched page by page and published in one transaction.
//
//	members, invites           Key "list"
//	groups                     Key "list", then one unit per group with its id as Key (its members)
//	roles                      Key "list", then one unit per role with its id as Key (its permissions)
//	summaries                  a range of at most 31 days, Key "2026-03-01..2026-03-31"
//	users, skills, connectors,
//	plugins, artifacts         one day, Key "2026-03-01"; for all but artifacts also the last 28 days
//	                           by group, Key "group:FROM..TO"
//	cost                       a range of at most 31 days, Key "product:FROM..TO" or "group:FROM..TO"
//	spend                      Key "limits", then "effective"
//	catalog                    Key "plugins", then "marketplaces"
type Unit struct {
	Source   Source
	Key      string
	From, To day.Date // first and last day asked for; zero for listings
}

// Facts are what a page holds, in our terms. A page fills the slices of its own source.
type Facts struct {
	Members      []access.Member
	Invites      []access.Invite
	Groups       []access.Group
	GroupMembers []access.GroupMember
	Roles        []access.Role
	Permissions  []access.Permission
	Summaries    []adoption.Summary
	Usage        []adoption.Usage
	Features     []adoption.Feature
	Cost         []adoption.Cost
	Limits       []access.SpendLimit
	Effective    []access.EffectiveLimit
	Plugins      []access.CatalogPlugin
	Marketplaces []access.Marketplace

	Rows    int            // rows on the page, usable or not
	Unknown map[string]int // "field:…" or "role:…" -> how often something unknown was seen and kept or passed over
}

// Page is one answer of the API.
type Page struct {
	Body      []byte // as received, for audit and replay
	Next      string // cursor of the next page; "" ends the unit
	RequestID string
	Facts     Facts
}

// Upstream is the API. Fetch reads the page at cursor ("" is the first) and
// decodes it; Decode reads a page that was kept. Errors are *[Failure]s, or the
// context's error. An Upstream retries what is transient by itself.
type Upstream interface {
	Fetch(ctx context.Context, u Unit, cursor string) (Page, error)
	Decode(u Unit, body []byte) (Facts, error)
}

// Expecter is an [Upstream] that can be told which unit comes after the one that
// is being read, to ask for its first page early.
type Expecter interface{ Expect(u Unit) }

// Reason says why a fetch failed, and thereby what a person can do.
type Reason string

// The reasons.
const (
	BadKey      Reason = "bad_key"      // 401: wrong or revoked
	NotGranted  Reason = "not_granted"  // 403: the scope is missing
	TooRecent   Reason = "too_recent"   // the day is not queryable yet; not a failure, it moves the watermark
	RateLimited Reason = "rate_limited" // 429 after all retries
	Overloaded  Reason = "overloaded"   // 5xx and 529 after all retries
	Unreachable Reason = "unreachable"  // no connection, a reset, a time-out
	BadAnswer   Reason = "bad_answer"   // HTML, a cut or mistyped body, a cursor that loops, a page that shrank
	Refused     Reason = "refused"      // any other 4xx
)

// Failure is an upstream error that a person can act on.
type Failure struct {
	Reason     Reason
	Say        string    // what happened, in one sentence, without secrets
	RequestID  string    // of the failed request, where there was one
	Latest     day.Date  // TooRecent: the last day that can be asked for; None when not told
	RetryAfter time.Time // RateLimited: when to come back; zero when not told
	Err        error

	again bool // reading the unit from its first page may help
}

// Error returns the sentence and the cause.
func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Say
	}
	return f.Say + ": " + f.Err.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }
