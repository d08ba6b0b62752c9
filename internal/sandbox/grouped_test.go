package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// fromTo asks for whole days, the last one included.
func fromTo(from, to string, more ...string) url.Values {
	q := url.Values{"starting_date": {from}, "ending_date": {to}, "limit": {"1000"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Add(more[i], more[i+1])
	}
	return q
}

// TestFeaturesByGroupAreTheFactsOfTheirPeople counts the people of every group
// one by one, a day at a time, and compares.
func TestFeaturesByGroupAreTheFactsOfTheirPeople(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 700})
	w := c.org.world.Load()
	from, to := thursday-28, thursday
	kinds := map[string]struct {
		of   func(*tally) []featureUse
		name func(int) string
		key  string
	}{
		"/analytics/skills":     {func(t *tally) []featureUse { return t.skills }, func(i int) string { return skillCatalog[i].name }, "skill_name"},
		"/analytics/connectors": {func(t *tally) []featureUse { return t.connectors }, func(i int) string { return connectorCatalog[i].name }, "connector_name"},
		"/analytics/plugins":    {func(t *tally) []featureUse { return t.plugins }, func(i int) string { return pluginCatalog[i].name }, "plugin_name"},
	}
	want := map[string]int{} // path, key and group -> people
	for n := range w.people {
		groups := []string{"none"}
		if in := w.grouped[n]; len(in) > 0 {
			groups = nil
			for _, g := range in {
				groups = append(groups, w.groups[g].id)
			}
		}
		for path, k := range kinds {
			met := map[int]bool{}
			for d := from; d < to; d++ {
				day := w.newTally()
				w.count(int32(n), d, day)
				for i, use := range k.of(day) {
					met[i] = met[i] || use.people > 0
				}
			}
			for i, yes := range met {
				for _, g := range groups {
					if yes {
						want[path+" "+k.name(i)+" "+g]++
					}
				}
			}
		}
	}
	got := map[string]int{}
	for path, k := range kinds {
		for _, row := range c.page(path, fromTo(from.String(), to.String(), "group_by[]", "rbac_group_id")).Data {
			group, inOne := row["rbac_group_id"].(string)
			if !inOne {
				group = "none"
			}
			got[fmt.Sprint(path, " ", row[k.key], " ", group)] = int(row["distinct_user_count"].(float64))
		}
	}
	if len(want) < 50 {
		t.Fatalf("only %d readings to compare", len(want))
	}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d people, want %d", k, got[k], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
}

func TestGroupingIsRefusedWhereItIsNotOffered(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 120})
	from, to := (thursday - 7).String(), thursday.String()
	for name, ask := range map[string]struct {
		path  string
		query url.Values
	}{
		"an unknown dimension": {"/analytics/skills", fromTo(from, to, "group_by[]", "colour")},
		"two dimensions":       {"/analytics/skills", fromTo(from, to, "group_by[]", "rbac_group_id", "group_by[]", "product")},
		"artifacts in a range": {"/analytics/artifacts", fromTo(from, to)},
		"artifacts by group":   {"/analytics/artifacts", url.Values{"date": {from}, "group_by[]": {"rbac_group_id"}}},
	} {
		if status, body := c.get(ask.path, ask.query); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
