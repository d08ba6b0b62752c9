package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/store"
)

func TestTopFeatures(t *testing.T) {
	pool := dbtest.New(t)
	_, err := pool.Exec(t.Context(), `insert into feature_day (day, kind, key, name, cowork_sessions) values
		('2026-11-02', 'skill', 'a', 'Old name', 5), ('2026-11-03', 'skill', 'a', 'xlsx', 7), ('2026-11-03', 'skill', 'b', 'pdf', 9),
		('2026-11-03', 'skill', 'c', 'quiet', null), ('2026-11-03', 'skill', 'd', 'unused', 0),
		('2026-11-09', 'skill', 'b', 'pdf', 900), ('2026-11-03', 'plugin', 'p', 'finance', 50)`)
	if err != nil {
		t.Fatal(err)
	}
	p := day.Period{From: day.Of(2026, 11, 2), To: day.Of(2026, 11, 8)}
	got, err := store.New(pool, nil).TopFeatures(t.Context(), p, 3, adoption.Skill, adoption.Plugin, adoption.Connector)
	if err != nil {
		t.Fatal(err)
	}
	want := map[adoption.FeatureKind][]adoption.FeatureUse{
		adoption.Skill:  {{Key: "a", Name: "xlsx", Sessions: 12}, {Key: "b", Name: "pdf", Sessions: 9}, {Key: "c", Name: "quiet", Sessions: adoption.Unreported}},
		adoption.Plugin: {{Key: "p", Name: "finance", Sessions: 50}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("features (-want +got):\n%s", d)
	}
	if got, err := store.New(pool, nil).TopFeatures(t.Context(), p, 1, adoption.Skill); err != nil || len(got[adoption.Skill]) != 1 {
		t.Errorf("the first skill alone: %v, %v", got, err)
	}
}
