// Package access holds who may use what: the organization's members, invites,
// groups, roles and their permissions, spend limits and the plugin catalog, as
// the admin API reports them. Rules about seats, provisioning gaps and
// enforcement live here; it knows no SDK, no SQL and no HTTP.
package access

import "time"

// Member is a person of the Claude organization as the members source lists it.
type Member struct {
	UserID  string
	Email   string // "" when the account has none
	Name    string
	Role    string // organization role: user, managed, owner, primary_owner, membership_admin, …; unknown values are kept
	AddedAt time.Time
}

// Invite is an invitation, whatever became of it. An expired one is no account.
type Invite struct {
	ID, Email, Role, Status string
	InvitedAt, ExpiresAt    time.Time
}

// Group is an RBAC group.
type Group struct {
	ID, Name   string
	SourceType string   // scim or direct; unknown values are kept
	RoleIDs    []string // empty: no role
	RolesKnown bool     // false: the API answered null, "temporarily unavailable"
}

// GroupMember is one person's membership of one group.
type GroupMember struct{ GroupID, UserID, Email string }

// Role is a custom role of this organization.
type Role struct{ ID, Name, DisplayName string }

// Permission is one grant of a role.
type Permission struct {
	RoleID     string
	Action     string
	Resource   string // resource type: organization, connector, …
	ResourceID string // which one, where the resource names one; "" otherwise
}

// SpendLimit is a configured limit. Amount is a decimal string of cents; nil is "no limit".
type SpendLimit struct {
	ID, Scope, ScopeID, Period string
	Amount                     *string
	Enabled                    bool
}

// EffectiveLimit is the limit that binds a member and the scope it comes from.
type EffectiveLimit struct {
	UserID, Period, Scope, ScopeID string
	Amount                         *string // cents; nil is "no limit"
	Spent                          *string // cents; nil is "not reported"
}

// CatalogPlugin is a plugin the organization can install.
type CatalogPlugin struct {
	ID, Name, Marketplace string
	Installation          string // installation preference, "" when not set
}

// Marketplace is a source of plugins.
type Marketplace struct{ ID, Name, Source string }
