package claude

import (
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/pull"
)

const none = adoption.Unreported

var march = pull.Unit{Source: pull.Summaries, Key: "2026-03-01..2026-03-31", From: asked, To: asked + 30}

func unit(s pull.Source, key string) pull.Unit { return pull.Unit{Source: s, Key: key} }

func ptr[T any](v T) *T { return &v }

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func cents(t *testing.T, s string) adoption.Money {
	t.Helper()
	m, err := adoption.ParseCents(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each source's page becomes facts; null, absent and zero stay apart.
func TestListingsBecomeFacts(t *testing.T) {
	cost := march
	cost.Source, cost.Key = pull.Cost, "product:"+march.Key
	group := cost
	group.Key = "group:" + march.Key
	tests := map[string]struct {
		unit pull.Unit
		body string
		want pull.Facts
		next string
	}{
		"members": {people, `{"data":[
			{"id":"user_1","type":"user","email":"a@example.com","name":"A","role":"managed","added_at":"2026-01-02T10:00:00+02:00"},
			{"id":"user_2","type":"user","email":null,"name":null,"role":"wizard","added_at":"2026-01-02T10:00:00Z","shoe_size":43}],
			"has_more":true,"first_id":"user_1","last_id":"user_2"}`,
			pull.Facts{Rows: 2, Unknown: map[string]int{"field:shoe_size": 1, "role:wizard": 1}, Members: []access.Member{
				{UserID: "user_1", Email: "a@example.com", Name: "A", Role: "managed", AddedAt: at("2026-01-02T08:00:00Z")},
				{UserID: "user_2", Role: "wizard", AddedAt: at("2026-01-02T10:00:00Z")}}}, "user_2"},
		"an empty page with a successor": {people, `{"data":[],"has_more":true,"first_id":null,"last_id":"user_7"}`, pull.Facts{}, "user_7"},
		"the last page":                  {people, `{"data":[],"has_more":false,"last_id":"user_7"}`, pull.Facts{}, ""},
		"invites": {unit(pull.Invites, unitList), `{"data":[{"id":"invite_1","type":"invite","email":"b@example.com","role":"user","status":"pending",
			"invited_at":"2026-02-01T00:00:00Z","expires_at":"2026-02-22T00:00:00Z","accepted_at":null,"rbac_group_ids":[]}],"has_more":false}`,
			pull.Facts{Rows: 1, Invites: []access.Invite{{ID: "invite_1", Email: "b@example.com", Role: "user", Status: "pending",
				InvitedAt: at("2026-02-01T00:00:00Z"), ExpiresAt: at("2026-02-22T00:00:00Z")}}}, ""},
		"groups": {unit(pull.Groups, unitList), `{"data":[
			{"id":"rbac_group_1","name":"Claims","role_ids":["role_1"],"source_type":"scim","created_at":"x","updated_at":"x","type":"rbac_group"},
			{"id":"rbac_group_2","name":"Pilot","role_ids":null,"source_type":"direct"},
			{"id":"rbac_group_3","name":"All","role_ids":[],"source_type":"beamed"}],"next_page":"p2"}`,
			pull.Facts{Rows: 3, Unknown: map[string]int{"source_type:beamed": 1}, Groups: []access.Group{
				{ID: "rbac_group_1", Name: "Claims", SourceType: "scim", RoleIDs: []string{"role_1"}, RolesKnown: true},
				{ID: "rbac_group_2", Name: "Pilot", SourceType: "direct"},
				{ID: "rbac_group_3", Name: "All", SourceType: "beamed", RoleIDs: []string{}, RolesKnown: true}}}, "p2"},
		"group members": {unit(pull.Groups, "rbac_group_1"), `{"data":[{"rbac_group_id":"rbac_group_1","user_id":"user_1","email":"a@example.com","type":"rbac_group_member","created_at":"x"}],"next_page":null}`,
			pull.Facts{Rows: 1, GroupMembers: []access.GroupMember{{GroupID: "rbac_group_1", UserID: "user_1", Email: "a@example.com"}}}, ""},
		"roles": {unit(pull.Roles, unitList), `{"data":[{"id":"role_1","name":"Analyst","display_name":"Analyst","type":"rbac_role"}],"next_page":null}`,
			pull.Facts{Rows: 1, Roles: []access.Role{{ID: "role_1", Name: "Analyst", DisplayName: "Analyst"}}}, ""},
		"permissions": {unit(pull.Roles, "role_1"), `{"data":[
			{"type":"rbac_role_permission","action":"capability_access_all","resource":{"type":"organization","organization_id":"org"}},
			{"action":"use","resource":{"type":"connector_tool","connector_id":"c","tool_name":"t"}},
			{"action":"use","resource":{"type":"connector_tool","connector_id":"c","tool_name":"t"}},
			{"action":"grant","resource":{"type":"moon","phase":"full"}}],"next_page":null}`,
			pull.Facts{Rows: 4, Unknown: map[string]int{"resource:moon": 1}, Permissions: []access.Permission{
				{RoleID: "role_1", Action: "capability_access_all", Resource: "organization", ResourceID: "org"},
				{RoleID: "role_1", Action: "use", Resource: "connector_tool", ResourceID: "c/t"},
				{RoleID: "role_1", Action: "grant", Resource: "moon"}}}, ""},
		"summaries": {march, `{"data":[{"starting_at":"2026-03-01T00:00:00Z","ending_at":"2026-03-02T00:00:00Z","assigned_seat_count":4200,"pending_invite_count":0,
			"daily_active_user_count":7,"weekly_active_user_count":8,"monthly_active_user_count":9,"cowork_daily_active_user_count":1,
			"cowork_weekly_active_user_count":2,"cowork_monthly_active_user_count":null,"daily_adoption_rate":0.5,"chat_cowork_unified_daily_active_user_count":3}],"next_page":null}`,
			pull.Facts{Rows: 1, Summaries: []adoption.Summary{{Day: asked, AssignedSeats: 4200, DailyActive: 7, WeeklyActive: 8, MonthlyActive: 9,
				CoworkDaily: 1, CoworkWeekly: 2, CoworkMonthly: none, UnifiedDaily: 3, UnifiedWeekly: none, UnifiedMonthly: none}}}, ""},
		"skills": {on(pull.Skills), `{"data":[{"skill_name":"skl_1","skill_display_name":"Letters","distinct_user_count":5,"invocation_count":9,
			"cowork_metrics":{"distinct_session_skill_used_count":2},"chat_cowork_unified_metrics":{"chat":{},"sessions":{"distinct_session_skill_used_count":3}}},
			{"skill_name":"plain","distinct_user_count":1,"cowork_metrics":{"distinct_session_skill_used_count":null}}],"next_page":null}`,
			pull.Facts{Rows: 2, Features: []adoption.Feature{
				{Day: asked, Kind: adoption.Skill, Key: "skl_1", Name: "Letters", Users: 5, CoworkSessions: 5, CoworkUses: none, OwnAuthUsers: none},
				{Day: asked, Kind: adoption.Skill, Key: "plain", Name: "plain", Users: 1, CoworkSessions: none, CoworkUses: none, OwnAuthUsers: none}}}, ""},
		"connectors": {on(pull.Connectors), `{"data":[{"connector_name":"github","distinct_user_count":5,"individual_auth_distinct_user_count":0,
			"cowork_metrics":{"distinct_session_connector_used_count":4}}],"next_page":null}`,
			pull.Facts{Rows: 1, Features: []adoption.Feature{
				{Day: asked, Kind: adoption.Connector, Key: "github", Name: "github", Users: 5, CoworkSessions: 4, CoworkUses: none, OwnAuthUsers: 0}}}, ""},
		"plugins": {on(pull.Plugins), `{"data":[{"plugin_id":"serena@x","plugin_name":"serena","distinct_user_count":5,"install_count":1,"invocation_count":2,
			"cowork_metrics":{"distinct_session_plugin_used_count":4},"chat_cowork_unified_metrics":{"distinct_session_plugin_used_count":1}},
			{"plugin_id":null,"plugin_name":"third","distinct_user_count":1,"cowork_metrics":null}],"next_page":null}`,
			pull.Facts{Rows: 2, Features: []adoption.Feature{
				{Day: asked, Kind: adoption.Plugin, Key: "serena@x", Name: "serena", Users: 5, CoworkSessions: 5, CoworkUses: none, OwnAuthUsers: none},
				{Day: asked, Kind: adoption.Plugin, Key: "third", Name: "third", Users: 1, CoworkSessions: none, CoworkUses: none, OwnAuthUsers: none}}}, ""},
		"artifacts": {on(pull.Artifacts), `{"data":[{"artifact_type":"text/html","is_shared":false,"artifacts_created_count":3,"distinct_user_count":2},
			{"artifact_type":"text/html","is_shared":true,"artifacts_created_count":1,"distinct_user_count":1}],"next_page":null}`,
			pull.Facts{Rows: 2, Features: []adoption.Feature{
				{Day: asked, Kind: adoption.Artifact, Key: "text/html", Name: "text/html", Users: 2, CoworkSessions: none, CoworkUses: none, OwnAuthUsers: none},
				{Day: asked, Kind: adoption.Artifact, Key: "text/html (shared)", Name: "text/html (shared)", Users: 1, CoworkSessions: none, CoworkUses: none, OwnAuthUsers: none}}}, ""},
		"cost by product": {cost, `{"data":[{"starting_at":"2026-03-02T00:00:00Z","ending_at":"2026-03-03T00:00:00Z","results":[
			{"amount":"123.456789","currency":"USD","product":"cowork"},{"amount":"0","product":null}]},
			{"starting_at":"2026-03-03T00:00:00Z","results":[]}],"has_more":true,"next_page":"n","data_refreshed_at":"2026-03-04T00:00:00Z"}`,
			pull.Facts{Rows: 2, Cost: []adoption.Cost{
				{Day: asked + 1, Product: "cowork", Amount: cents(t, "123.456789")},
				{Day: asked + 1, Product: adoption.Unattributed, Amount: cents(t, "0")}}}, "n"},
		"cost by group": {group, `{"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[
			{"amount":"1.5","rbac_group_id":"rbac_group_1"},{"amount":"2","rbac_group_id":null}]}],"has_more":false,"next_page":null}`,
			pull.Facts{Rows: 1, Cost: []adoption.Cost{
				{Day: asked + 1, Group: "rbac_group_1", Amount: cents(t, "1.5")},
				{Day: asked + 1, Group: adoption.Unattributed, Amount: cents(t, "2")}}}, ""},
		"limits": {unit(pull.Spend, unitLimits), `{"data":[{"id":"spl_1","amount":"50000","currency":"USD","is_enabled":true,"period":"monthly","scope":{"type":"rbac_group","rbac_group_id":"rbac_group_1"}},
			{"id":"spl_2","amount":null,"is_enabled":false,"period":"daily","scope":{"type":"organization"}}],"next_page":null}`,
			pull.Facts{Rows: 2, Limits: []access.SpendLimit{
				{ID: "spl_1", Scope: "rbac_group", ScopeID: "rbac_group_1", Period: "monthly", Amount: ptr("50000"), Enabled: true},
				{ID: "spl_2", Scope: "organization", Period: "daily"}}}, ""},
		"effective limits": {unit(pull.Spend, unitEffective), `{"data":[
			{"actor":{"type":"user_actor","user_id":"user_1","deleted":false},"amount":null,"period":"daily","period_to_date_spend":"12050.5","source":{"type":"organization"}},
			{"actor":{"type":"user_actor","user_id":"user_1"},"amount":"7","period":"monthly","period_to_date_spend":null,"source":{"type":"user","user_id":"user_1"}},
			{"actor":{"type":"scoped_api_key_actor","scoped_api_key_id":"k"},"amount":"7","period":"monthly"}],"next_page":null}`,
			pull.Facts{Rows: 3, Unknown: map[string]int{"actor:scoped_api_key_actor": 1}, Effective: []access.EffectiveLimit{
				{UserID: "user_1", Period: "daily", Scope: "organization", Spent: ptr("12050.5")},
				{UserID: "user_1", Period: "monthly", Scope: "user", ScopeID: "user_1", Amount: ptr("7")}}}, ""},
		"catalog": {unit(pull.Catalog, unitPlugins), `{"data":[{"id":"plugin_1","name":"letters","display_name":"Letters","marketplace_id":"marketplace_1",
			"organization_installation_preference":"required","components":null,"owner":{"type":"organization"}},{"id":"plugin_2","name":"mine","organization_installation_preference":null}],"next_page":null}`,
			pull.Facts{Rows: 2, Plugins: []access.CatalogPlugin{{ID: "plugin_1", Name: "letters", Marketplace: "marketplace_1", Installation: "required"}, {ID: "plugin_2", Name: "mine"}}}, ""},
		"marketplaces": {unit(pull.Catalog, unitMarketplaces), `{"data":[{"id":"marketplace_1","name":"ours","source":"github","sync_status":"success"}],"next_page":null}`,
			pull.Facts{Rows: 1, Marketplaces: []access.Marketplace{{ID: "marketplace_1", Name: "ours", Source: "github"}}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page := fetch(t, upstream(t, answering(tt.body)), tt.unit, "")
			if diff := cmp.Diff(tt.want, page.Facts, cmp.Comparer(sameMoney)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if page.Next != tt.next || string(page.Body) != tt.body || page.RequestID != "req_ok" {
				t.Errorf("next %q, request id %q, body kept: %v", page.Next, page.RequestID, string(page.Body) == tt.body)
			}
		})
	}
}

func sameMoney(a, b adoption.Money) bool {
	return a.Plus(b.Times(big.NewRat(-1, 1))).Sign() == 0
}

func TestListingsThatMakeNoSense(t *testing.T) {
	cost := march
	cost.Source, cost.Key = pull.Cost, "product:"+march.Key
	for name, tt := range map[string]struct {
		unit pull.Unit
		body string
	}{
		"member without id":        {people, `{"data":[{"email":"a"}]}`},
		"member twice":             {people, `{"data":[{"id":"user_1"},{"id":"user_1"}]}`},
		"id of a wrong type":       {people, `{"data":[{"id":7}]}`},
		"time of a wrong type":     {people, `{"data":[{"id":"user_1","added_at":"yesterday"}]}`},
		"more without a last id":   {people, `{"data":[{"id":"user_1"}],"has_more":true,"last_id":null}`},
		"member of another group":  {unit(pull.Groups, "rbac_group_1"), `{"data":[{"rbac_group_id":"rbac_group_2","user_id":"user_1"}]}`},
		"permission of nothing":    {unit(pull.Roles, "role_1"), `{"data":[{"action":"use"}]}`},
		"summary without a day":    {march, `{"data":[{"assigned_seat_count":1}]}`},
		"summary of another month": {march, `{"data":[{"starting_at":"2026-04-01T00:00:00Z"}]}`},
		"summary twice":            {march, `{"data":[{"starting_at":"2026-03-01T00:00:00Z"},{"starting_at":"2026-03-01T00:00:00Z"}]}`},
		"negative seats":           {march, `{"data":[{"starting_at":"2026-03-01T00:00:00Z","assigned_seat_count":-1}]}`},
		"seats past int32":         {march, `{"data":[{"starting_at":"2026-03-01T00:00:00Z","assigned_seat_count":3000000000}]}`},
		"seats in halves":          {march, `{"data":[{"starting_at":"2026-03-01T00:00:00Z","assigned_seat_count":1.5}]}`},
		"skill without a name":     {on(pull.Skills), `{"data":[{"distinct_user_count":1}]}`},
		"skill twice":              {on(pull.Skills), `{"data":[{"skill_name":"a"},{"skill_name":"a"}]}`},
		"money as a number":        {cost, `{"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[{"amount":1.5,"product":"cowork"}]}]}`},
		"money in words":           {cost, `{"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[{"amount":"much","product":"cowork"}]}]}`},
		"money missing":            {cost, `{"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[{"product":"cowork"}]}]}`},
		"a product twice a day":    {cost, `{"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[{"amount":"1","product":"cowork"},{"amount":"1","product":"cowork"}]}]}`},
		"limit of nobody":          {unit(pull.Spend, unitEffective), `{"data":[{"actor":{"type":"user_actor"},"period":"daily"}]}`},
		"a name twice":             {people, `{"data":[{"id":"user_1","id":"user_2"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := upstream(t, answering("")).Decode(tt.unit, []byte(tt.body))
			if f, ok := err.(*pull.Failure); !ok || f.Reason != pull.BadAnswer {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A role of another linked organization is an empty unit, when read and when replayed.
func TestForeignRolesGrantNothing(t *testing.T) {
	c := upstream(t, refusing(404, typeNotFound, "no such role"))
	page := fetch(t, c, unit(pull.Roles, "role_x"), "")
	if len(page.Facts.Permissions) != 0 || page.Next != "" || page.RequestID != "req_no" {
		t.Errorf("got %+v", page)
	}
	again, err := c.Decode(unit(pull.Roles, "role_x"), page.Body)
	if err != nil || cmp.Diff(page.Facts, again) != "" {
		t.Errorf("replayed: %+v, %v", again, err)
	}
	if f := failure(t, c, unit(pull.Roles, unitList)); f.Reason != pull.Refused {
		t.Errorf("a missing list is no empty list: %s", f.Reason)
	}
}

func TestUnknownNamesAreBounded(t *testing.T) {
	d := &decoding{facts: &pull.Facts{}}
	for i := range 1000 {
		d.unknown("field", string(rune('a'+i%26))+string(rune('0'+i)))
	}
	if n := len(d.facts.Unknown); n != maxUnknown {
		t.Errorf("%d names remembered", n)
	}
}
