package sandbox

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/respjson"
)

// TestRowsHaveTheShapeTheSDKDocuments decodes every kind of row with the SDK's
// own types: nothing documented is missing, and nothing else is there.
func TestRowsHaveTheShapeTheSDKDocuments(t *testing.T) {
	c := open(t, Config{Today: thursday})
	api := anthropic.NewClient(option.WithBaseURL(c.url), option.WithAPIKey(Key))
	group, role := c.page("/rbac_groups", nil).Data[0]["id"].(string), c.page("/rbac_roles", nil).Data[2]["id"].(string)
	plugin := c.page("/plugins", nil).Data[0]["id"].(string)
	rows[anthropic.BetaAnalyticsUserActivity](t, api, "/analytics/users", on(thursday-1))
	rows[anthropic.BetaAnalyticsSingleDayActivitySummary](t, api, "/analytics/summaries", url.Values{"starting_date": {"2026-11-10"}})
	rows[anthropic.BetaAnalyticsSkillActivity](t, api, "/analytics/skills", on(thursday-1))
	rows[anthropic.BetaAnalyticsConnectorActivity](t, api, "/analytics/connectors", on(thursday-1))
	rows[anthropic.BetaAnalyticsPluginActivity](t, api, "/analytics/plugins", on(thursday-1))
	rows[anthropic.BetaAnalyticsArtifactActivity](t, api, "/analytics/artifacts", on(thursday-1))
	rows[anthropic.BetaAnalyticsCostReportTimeBucket](t, api, "/analytics/cost_report", url.Values{"starting_at": {"2026-11-01T00:00:00Z"}})
	rows[anthropic.BetaOrganizationUser](t, api, "/users", nil)
	rows[anthropic.BetaOrganizationInvite](t, api, "/invites", nil)
	rows[anthropic.BetaRBACGroup](t, api, "/rbac_groups", nil)
	rows[anthropic.BetaRBACGroupMember](t, api, "/rbac_groups/"+group+"/members", nil)
	rows[anthropic.BetaRBACRole](t, api, "/rbac_roles", nil)
	rows[anthropic.BetaRBACRolePermission](t, api, "/rbac_roles/"+role+"/permissions", nil)
	rows[anthropic.BetaSpendLimit](t, api, "/spend_limits", nil)
	rows[anthropic.BetaSpendSummary](t, api, "/spend_limits/effective", nil)
	rows[anthropic.BetaPlugin](t, api, "/plugins", nil)
	rows[anthropic.BetaPluginMarketplace](t, api, "/plugin_marketplaces", nil)
	rows[anthropic.BetaPluginInstallationSetting](t, api, "/plugins/"+plugin+"/installation_settings", nil)
}

// TestTheSDKsOwnPagerStopsEarly keeps the trap set: reading members with it loses people.
func TestTheSDKsOwnPagerStopsEarly(t *testing.T) {
	c := open(t, Config{Today: thursday})
	api := anthropic.NewClient(option.WithBaseURL(c.url), option.WithAPIKey(Key))
	pager := api.Beta.Organization.Users.ListAutoPaging(context.Background(), anthropic.BetaOrganizationUserListParams{Limit: anthropic.Int(200)})
	n := 0
	for pager.Next() {
		n++
	}
	if pager.Err() != nil || n != 200 {
		t.Errorf("the pager read %d members, %v; the trap catches it after 200", n, pager.Err())
	}
}

func rows[Row any](t *testing.T, api anthropic.Client, path string, params url.Values) {
	t.Helper()
	var page struct {
		Data []Row `json:"data"`
	}
	err := api.Get(context.Background(), root[1:]+path+"?"+params.Encode(), nil, &page,
		option.WithHeader("anthropic-beta", BetaUsers+","+BetaPlugins))
	if err != nil || len(page.Data) == 0 {
		t.Errorf("%s: %d rows, %v", path, len(page.Data), err)
		return
	}
	for i := range page.Data {
		var wrong []string
		check(reflect.ValueOf(page.Data[i]), "", &wrong)
		if len(wrong) > 0 {
			t.Errorf("%s, row %d: %v", path, i, wrong)
			return
		}
	}
}

// groupedOnly are documented for requests with group_by[] alone.
var groupedOnly = map[string]bool{"Product": true, "RBACGroupID": true, "RBACGroupName": true, "UserID": true}

// check walks the SDK's metadata of a decoded value.
func check(v reflect.Value, at string, wrong *[]string) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			check(v.Index(i), fmt.Sprintf("%s[%d]", at, i), wrong)
		}
		return
	}
	if v.Kind() != reflect.Struct {
		return
	}
	meta := v.FieldByName("JSON")
	if !meta.IsValid() {
		return
	}
	union := v.FieldByName("Type").IsValid() && !meta.FieldByName("ExtraFields").IsValid()
	for i := range meta.NumField() {
		name := meta.Type().Field(i).Name
		if name == "raw" {
			continue
		}
		switch f := meta.Field(i).Interface().(type) {
		case respjson.Field:
			if f.Raw() == respjson.Omitted && !union && !groupedOnly[name] {
				*wrong = append(*wrong, at+"."+name+" is missing")
			}
			if f.Raw() != respjson.Omitted && f.Raw() != respjson.Null && !f.Valid() {
				*wrong = append(*wrong, at+"."+name+" is of the wrong type")
			}
			if inner := v.FieldByName(name); inner.IsValid() && f.Valid() {
				check(inner, at+"."+name, wrong)
			}
		case map[string]respjson.Field:
			for extra := range f {
				*wrong = append(*wrong, at+"."+extra+" is not documented")
			}
		}
	}
}
