package claude

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/pull"
)

var skillsByGroup = pull.Unit{Source: pull.Skills, Key: "group:2026-03-01..2026-03-28", From: asked, To: asked + 27}

func TestFeaturesByGroup(t *testing.T) {
	ep, err := endpointOf(skillsByGroup, "next")
	if err != nil {
		t.Fatal(err)
	}
	const want = "v1/organizations/analytics/skills?beta=true&ending_date=2026-03-29&group_by%5B%5D=rbac_group_id&limit=1000&page=next&starting_date=2026-03-01"
	if ep.url() != want {
		t.Errorf("asks for %s, want %s", ep.url(), want)
	}
	facts, _, err := decode(skillsByGroup, []byte(`{"data":[
		{"skill_name":"xlsx","rbac_group_id":"g1","rbac_group_name":"One","distinct_user_count":5,"cowork_metrics":{"distinct_session_skill_used_count":2}},
		{"skill_name":"xlsx","rbac_group_id":"g2","distinct_user_count":3,"cowork_metrics":{"distinct_session_skill_used_count":null}},
		{"skill_name":"xlsx","rbac_group_id":null,"rbac_group_name":null,"distinct_user_count":9}],"next_page":null}`))
	if err != nil {
		t.Fatal(err)
	}
	row := adoption.Feature{Day: asked, Kind: adoption.Skill, Key: "xlsx", Name: "xlsx", CoworkUses: none, OwnAuthUsers: none}
	one, two := row, row
	one.Group, one.Users, one.CoworkSessions = "g1", 5, 2
	two.Group, two.Users, two.CoworkSessions = "g2", 3, none
	if diff := cmp.Diff([]adoption.Feature{one, two}, facts.Features); diff != "" || len(facts.Unknown) != 0 {
		t.Errorf("unknown %v, -want +got\n%s", facts.Unknown, diff)
	}
	for name, body := range map[string]string{
		"the grouping is ignored": `{"data":[{"skill_name":"xlsx","distinct_user_count":5}]}`,
		"a pair is there twice":   `{"data":[{"skill_name":"xlsx","rbac_group_id":"g1"},{"skill_name":"xlsx","rbac_group_id":"g1"}]}`,
		"a skill has no name":     `{"data":[{"rbac_group_id":"g1"}]}`,
		"a group is a number":     `{"data":[{"skill_name":"xlsx","rbac_group_id":7}]}`,
	} {
		if _, _, err := decode(skillsByGroup, []byte(body)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
