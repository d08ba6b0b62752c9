package claude

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/google/go-cmp/cmp"

	"groundswell/internal/day"
	"groundswell/internal/pull"
)

type sent struct {
	Path  string
	Query url.Values
	Beta  string
	Key   string
}

// Our requests are, to the letter, those of the SDK's typed services.
func TestRequestsAreTheSDKs(t *testing.T) {
	var last sent
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last = sent{r.URL.Path, r.URL.Query(), r.Header.Get("anthropic-beta"), r.Header.Get("x-api-key")}
		answering(`{"data":[]}`)(w, r)
	}))
	defer srv.Close()
	ours, err := New(hasty(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	sdk := anthropic.NewClient(option.WithoutEnvironmentDefaults(), option.WithAPIKey(key), option.WithBaseURL(srv.URL))
	for name, tt := range sdkRequests(sdk.Beta.Organization) {
		if err := tt.sdk(context.Background()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := last
		fetch(t, ours, tt.unit, tt.cursor)
		if diff := cmp.Diff(want, last); diff != "" {
			t.Errorf("%s: the SDK's request and ours differ (-sdk +ours)\n%s", name, diff)
		}
	}
}

type sdkRequest struct {
	unit   pull.Unit
	cursor string
	sdk    func(context.Context) error
}

func on(s pull.Source) pull.Unit {
	return pull.Unit{Source: s, Key: asked.String(), From: asked, To: asked}
}

func sdkRequests(org anthropic.BetaOrganizationService) map[string]sdkRequest {
	management := option.WithHeader("anthropic-beta", betaUserManagement)
	thousand, page := anthropic.Int(1000), anthropic.String("cursor+/=")
	first, end := asked.Time(), (asked + 31).Time()
	month := pull.Unit{Source: pull.Summaries, Key: "2026-03-01..2026-03-31", From: asked, To: day.Of(2026, time.March, 31)}
	cost := month
	cost.Source, cost.Key = pull.Cost, "product:"+month.Key
	group := cost
	group.Key = "group:" + month.Key
	costParams := func(by string) anthropic.BetaOrganizationAnalyticsCostReportListParams {
		return anthropic.BetaOrganizationAnalyticsCostReportListParams{StartingAt: first, EndingAt: anthropic.Time(end),
			BucketWidth: "1d", GroupBy: []string{by}, Limit: anthropic.Int(31)}
	}
	return map[string]sdkRequest{
		"members": {people, "", func(ctx context.Context) error {
			_, err := org.Users.List(ctx, anthropic.BetaOrganizationUserListParams{Limit: thousand})
			return err
		}},
		"members, next": {people, "user_9", func(ctx context.Context) error {
			_, err := org.Users.List(ctx, anthropic.BetaOrganizationUserListParams{Limit: thousand, AfterID: anthropic.String("user_9")})
			return err
		}},
		"invites": {pull.Unit{Source: pull.Invites, Key: unitList}, "", func(ctx context.Context) error {
			_, err := org.Invites.List(ctx, anthropic.BetaOrganizationInviteListParams{Limit: thousand})
			return err
		}},
		"groups": {pull.Unit{Source: pull.Groups, Key: unitList}, "", func(ctx context.Context) error {
			_, err := org.RBACGroups.List(ctx, anthropic.BetaOrganizationRBACGroupListParams{Limit: thousand}, management)
			return err
		}},
		"group members, next": {pull.Unit{Source: pull.Groups, Key: "rbac_group_1"}, "cursor+/=", func(ctx context.Context) error {
			_, err := org.RBACGroups.Members.List(ctx, "rbac_group_1", anthropic.BetaOrganizationRBACGroupMemberListParams{Limit: thousand, Page: page}, management)
			return err
		}},
		"roles": {pull.Unit{Source: pull.Roles, Key: unitList}, "", func(ctx context.Context) error {
			_, err := org.RBACRoles.List(ctx, anthropic.BetaOrganizationRBACRoleListParams{Limit: thousand}, management)
			return err
		}},
		"permissions": {pull.Unit{Source: pull.Roles, Key: "role/1"}, "", func(ctx context.Context) error {
			_, err := org.RBACRoles.Permissions.List(ctx, "role/1", anthropic.BetaOrganizationRBACRolePermissionListParams{Limit: thousand}, management)
			return err
		}},
		"summaries": {month, "", func(ctx context.Context) error {
			_, err := org.Analytics.Summaries.List(ctx, anthropic.BetaOrganizationAnalyticsSummaryListParams{StartingDate: first, EndingDate: anthropic.Time(end), Limit: thousand})
			return err
		}},
		"users, next": {oneUse, "cursor+/=", func(ctx context.Context) error {
			_, err := org.Analytics.Users.List(ctx, anthropic.BetaOrganizationAnalyticsUserListParams{Date: anthropic.Time(first), Limit: thousand, Page: page})
			return err
		}},
		"skills": {on(pull.Skills), "", func(ctx context.Context) error {
			_, err := org.Analytics.Skills.List(ctx, anthropic.BetaOrganizationAnalyticsSkillListParams{Date: anthropic.Time(first), Limit: thousand})
			return err
		}},
		"connectors": {on(pull.Connectors), "", func(ctx context.Context) error {
			_, err := org.Analytics.Connectors.List(ctx, anthropic.BetaOrganizationAnalyticsConnectorListParams{Date: anthropic.Time(first), Limit: thousand})
			return err
		}},
		"plugins": {on(pull.Plugins), "", func(ctx context.Context) error {
			_, err := org.Analytics.Plugins.List(ctx, anthropic.BetaOrganizationAnalyticsPluginListParams{Date: anthropic.Time(first), Limit: thousand})
			return err
		}},
		"artifacts": {on(pull.Artifacts), "", func(ctx context.Context) error {
			_, err := org.Analytics.Artifacts.List(ctx, anthropic.BetaOrganizationAnalyticsArtifactListParams{Date: first, Limit: thousand})
			return err
		}},
		"cost by product": {cost, "", func(ctx context.Context) error {
			_, err := org.Analytics.CostReport.List(ctx, costParams("product"))
			return err
		}},
		"cost by group": {group, "", func(ctx context.Context) error {
			_, err := org.Analytics.CostReport.List(ctx, costParams("rbac_group_id"))
			return err
		}},
		"limits": {pull.Unit{Source: pull.Spend, Key: unitLimits}, "", func(ctx context.Context) error {
			_, err := org.SpendLimits.List(ctx, anthropic.BetaOrganizationSpendLimitListParams{Limit: anthropic.Int(100)})
			return err
		}},
		"effective": {pull.Unit{Source: pull.Spend, Key: unitEffective}, "", func(ctx context.Context) error {
			_, err := org.SpendLimits.Effective.List(ctx, anthropic.BetaOrganizationSpendLimitEffectiveListParams{Limit: anthropic.Int(100)})
			return err
		}},
		"catalog": {pull.Unit{Source: pull.Catalog, Key: unitPlugins}, "", func(ctx context.Context) error {
			_, err := org.Plugins.List(ctx, anthropic.BetaOrganizationPluginListParams{Limit: anthropic.Int(100)})
			return err
		}},
		"marketplaces": {pull.Unit{Source: pull.Catalog, Key: unitMarketplaces}, "", func(ctx context.Context) error {
			_, err := org.PluginMarketplaces.List(ctx, anthropic.BetaOrganizationPluginMarketplaceListParams{Limit: anthropic.Int(100)})
			return err
		}},
	}
}

func TestUnknownUnitsAreRefusedHere(t *testing.T) {
	for _, u := range []pull.Unit{{Source: "weather"}, {Source: pull.Cost, Key: "x"}, {Source: pull.Spend, Key: "x"}, {Source: pull.Catalog, Key: "x"}} {
		if _, err := endpointOf(u, ""); err == nil || !strings.Contains(err.Error(), "unknown") {
			t.Errorf("%+v: %v", u, err)
		}
	}
}
