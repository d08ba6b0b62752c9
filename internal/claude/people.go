package claude

import (
	"time"

	json "github.com/go-json-experiment/json"

	"groundswell/internal/access"
)

// The values we know of; others are kept and counted.
var (
	knownRoles    = words("user managed owner primary_owner membership_admin admin billing developer claude_code_user")
	knownStatuses = words("pending accepted expired deleted")
	knownSources  = words("scim direct")
	knownPeriods  = words("daily weekly monthly")
	knownScopes   = words("user seat_tier rbac_group organization_service organization workspace usage_tier")
	knownInstalls = words("required auto_install available not_available")
	knownMarkets  = words("manual github gitlab public_git directory")
	knownResource = words("organization connector_tool connector_scope connector all_connectors")
)

type memberRow struct {
	ID      string     `json:"id"`
	Email   *string    `json:"email"`
	Name    *string    `json:"name"`
	Role    string     `json:"role"`
	AddedAt *time.Time `json:"added_at"`
	rest
}

func (d *decoding) member(r *memberRow) {
	d.facts.Members = append(d.facts.Members, access.Member{
		UserID:  d.id("user id", r.ID),
		Email:   value(r.Email),
		Name:    value(r.Name),
		Role:    d.enum("role", r.Role, knownRoles),
		AddedAt: moment(r.AddedAt),
	})
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

type inviteRow struct {
	ID        string     `json:"id"`
	Email     *string    `json:"email"`
	Role      string     `json:"role"`
	Status    string     `json:"status"`
	InvitedAt *time.Time `json:"invited_at"`
	ExpiresAt *time.Time `json:"expires_at"`
	rest
}

func (d *decoding) invite(r *inviteRow) {
	d.facts.Invites = append(d.facts.Invites, access.Invite{
		ID:        d.id("invite id", r.ID),
		Email:     value(r.Email),
		Role:      d.enum("role", r.Role, knownRoles),
		Status:    d.enum("status", r.Status, knownStatuses),
		InvitedAt: moment(r.InvitedAt),
		ExpiresAt: moment(r.ExpiresAt),
	})
}

type groupRow struct {
	ID         string    `json:"id"`
	Name       *string   `json:"name"`
	SourceType string    `json:"source_type"`
	RoleIDs    *[]string `json:"role_ids"`
	rest
}

func (d *decoding) group(r *groupRow) {
	g := access.Group{
		ID:         d.id("group id", r.ID),
		Name:       value(r.Name),
		SourceType: d.enum("source_type", r.SourceType, knownSources),
		RolesKnown: r.RoleIDs != nil,
	}
	if r.RoleIDs != nil {
		g.RoleIDs = *r.RoleIDs
	}
	d.facts.Groups = append(d.facts.Groups, g)
}

type groupMemberRow struct {
	GroupID string  `json:"rbac_group_id"`
	UserID  string  `json:"user_id"`
	Email   *string `json:"email"`
	rest
}

func (d *decoding) groupMember(r *groupMemberRow) {
	if r.GroupID != "" && r.GroupID != d.unit.Key {
		d.fail("a member of another group is listed")
	}
	d.facts.GroupMembers = append(d.facts.GroupMembers, access.GroupMember{
		GroupID: d.unit.Key,
		UserID:  d.id("user id", r.UserID),
		Email:   value(r.Email),
	})
}

type roleRow struct {
	ID          string  `json:"id"`
	Name        *string `json:"name"`
	DisplayName *string `json:"display_name"`
	rest
}

func (d *decoding) role(r *roleRow) {
	name := value(r.Name)
	if name == "" {
		name = value(r.DisplayName)
	}
	d.facts.Roles = append(d.facts.Roles, access.Role{ID: d.id("role id", r.ID), Name: name, DisplayName: value(r.DisplayName)})
}

// permissions reads a page of a role's permissions. The answer that there is no
// such role is kept as a page too: the role is another linked organization's and
// grants nothing here.
func (d *decoding) permissions(body []byte) (string, error) {
	var e errorBody
	if json.Unmarshal(body, &e) == nil && e.Type == "error" && e.Error.Type == typeNotFound {
		d.unknown("role", "of another organization")
		return "", nil
	}
	return listing(d, body, (*decoding).permission)
}

type permissionRow struct {
	Action   string `json:"action"`
	Resource struct {
		Type           string `json:"type"`
		OrganizationID string `json:"organization_id"`
		ConnectorID    string `json:"connector_id"`
		ToolName       string `json:"tool_name"`
		Scope          string `json:"scope"`
	} `json:"resource"`
	rest
}

// permission adds a grant. Grants are a set: one listed twice counts once.
func (d *decoding) permission(r *permissionRow) {
	if r.Action == "" || r.Resource.Type == "" {
		d.fail("a permission has no action or no resource")
		return
	}
	p := access.Permission{
		RoleID:     d.unit.Key,
		Action:     r.Action,
		Resource:   d.enum("resource", r.Resource.Type, knownResource),
		ResourceID: r.Resource.OrganizationID,
	}
	if res := r.Resource; res.ConnectorID != "" {
		p.ResourceID = res.ConnectorID
		if part := res.ToolName + res.Scope; part != "" {
			p.ResourceID += "/" + part
		}
	}
	key := p.Action + "\x00" + p.Resource + "\x00" + p.ResourceID
	if _, twice := d.seen[key]; twice {
		return
	}
	d.seen[key] = struct{}{}
	d.facts.Permissions = append(d.facts.Permissions, p)
}

// spendScope names what a spend limit applies to.
type spendScope struct {
	Type        string `json:"type"`
	UserID      string `json:"user_id"`
	SeatTier    string `json:"seat_tier"`
	GroupID     string `json:"rbac_group_id"`
	Service     string `json:"service"`
	WorkspaceID string `json:"workspace_id"`
}

func (s spendScope) id() string { return s.UserID + s.SeatTier + s.GroupID + s.Service + s.WorkspaceID }

type spendLimitRow struct {
	ID      string     `json:"id"`
	Amount  *string    `json:"amount"`
	Enabled *bool      `json:"is_enabled"`
	Period  string     `json:"period"`
	Scope   spendScope `json:"scope"`
	rest
}

func (d *decoding) spendLimit(r *spendLimitRow) {
	d.facts.Limits = append(d.facts.Limits, access.SpendLimit{
		ID:      d.id("limit id", r.ID),
		Scope:   d.enum("scope", r.Scope.Type, knownScopes),
		ScopeID: r.Scope.id(),
		Period:  d.enum("period", r.Period, knownPeriods),
		Amount:  d.amount(r.Amount),
		Enabled: r.Enabled == nil || *r.Enabled,
	})
}

type effectiveRow struct {
	Actor struct {
		Type   string `json:"type"`
		UserID string `json:"user_id"`
	} `json:"actor"`
	Amount *string     `json:"amount"`
	Period string      `json:"period"`
	Source *spendScope `json:"source"`
	Spent  *string     `json:"period_to_date_spend"`
	rest
}

// effectiveLimit adds the limit of a member. A row may be about a key instead of
// a person; those are counted and passed over.
func (d *decoding) effectiveLimit(r *effectiveRow) {
	if r.Actor.UserID == "" && r.Actor.Type != "" && r.Actor.Type != "user_actor" {
		d.unknown("actor", r.Actor.Type)
		return
	}
	e := access.EffectiveLimit{
		UserID: r.Actor.UserID,
		Period: d.enum("period", r.Period, knownPeriods),
		Amount: d.amount(r.Amount),
		Spent:  d.amount(r.Spent),
	}
	if e.UserID == "" {
		d.fail("user id is missing")
	}
	d.id("limit", e.UserID, e.Period)
	if r.Source != nil {
		e.Scope, e.ScopeID = d.enum("scope", r.Source.Type, knownScopes), r.Source.id()
	}
	d.facts.Effective = append(d.facts.Effective, e)
}

type catalogPluginRow struct {
	ID            string  `json:"id"`
	Name          *string `json:"name"`
	MarketplaceID *string `json:"marketplace_id"`
	Installation  *string `json:"organization_installation_preference"`
	rest
}

func (d *decoding) catalogPlugin(r *catalogPluginRow) {
	d.facts.Plugins = append(d.facts.Plugins, access.CatalogPlugin{
		ID:           d.id("plugin id", r.ID),
		Name:         value(r.Name),
		Marketplace:  value(r.MarketplaceID),
		Installation: d.enum("installation", value(r.Installation), knownInstalls),
	})
}

type marketplaceRow struct {
	ID     string  `json:"id"`
	Name   *string `json:"name"`
	Source *string `json:"source"`
	rest
}

func (d *decoding) marketplace(r *marketplaceRow) {
	d.facts.Marketplaces = append(d.facts.Marketplaces, access.Marketplace{
		ID:     d.id("marketplace id", r.ID),
		Name:   value(r.Name),
		Source: d.enum("source", value(r.Source), knownMarkets),
	})
}
