package store_test

import (
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/store"
)

func grouped(group string, users adoption.Count) adoption.Feature {
	return adoption.Feature{Kind: adoption.Skill, Key: "xlsx", Name: "xlsx", Group: group, Users: users, CoworkSessions: adoption.Unreported}
}

const groupUse = `select coalesce(string_agg(concat_ws(',', key, group_id, users, cowork_sessions, from_day, to_day), ' ' order by key, group_id), '') from feature_group`

// The latest window replaces the one before, and says nothing about which days are complete.
func TestUseByGroupIsOfTheLatestWindow(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	up := newScript()
	up.pages["skills group:2026-01-01..2026-01-03"] = []pull.Facts{{Features: []adoption.Feature{grouped("g1", 4), grouped("g2", 2)}}}
	up.pages["skills group:2026-01-01..2026-01-04"] = []pull.Facts{{Features: []adoption.Feature{grouped("g1", 5)}}}
	runAt(t, s, up, at(day4), pull.Skills)
	if got, want := fact[string](t, s, groupUse), "xlsx,g1,4,2026-01-01,2026-01-03 xlsx,g2,2,2026-01-01,2026-01-03"; got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
	report := runAt(t, s, up, at(day4+1), pull.Skills)
	if got, want := fact[string](t, s, groupUse), "xlsx,g1,5,2026-01-01,2026-01-04"; got != want {
		t.Errorf("later, stored %s, want %s", got, want)
	}
	if n := fact[int](t, s, `select count(*) from unit_done where key like 'group:%' and from_day is null`); n != 1 {
		t.Errorf("%d windows are remembered", n)
	}
	if st := stateOf(t, report, pull.Skills); st.Through != day4 || st.Status != pull.Complete || st.Say != "" {
		t.Errorf("the source is %s through %s: %q", st.Status, st.Through, st.Say)
	}
}

// Whatever becomes of the grouping, the days are complete and what was read before stays.
func TestGroupingNeverFailsItsSource(t *testing.T) {
	for reason, say := range map[pull.Reason]string{
		pull.Refused:     "The API does not offer skills by group; skills by day are complete.",
		pull.BadAnswer:   "The API does not offer skills by group; skills by day are complete.",
		pull.NotGranted:  "Skills by day are complete. By group they could not be read this time; the next sync asks again.",
		pull.RateLimited: "Skills by day are complete. By group they could not be read this time; the next sync asks again.",
		pull.Unreachable: "Skills by day are complete. By group they could not be read this time; the next sync asks again.",
	} {
		t.Run(string(reason), func(t *testing.T) {
			s := store.New(dbtest.New(t), nil)
			up := newScript()
			up.pages["skills group:2026-01-01..2026-01-03"] = []pull.Facts{{Features: []adoption.Feature{grouped("g1", 4)}}}
			runAt(t, s, up, at(day4), pull.Skills)
			up.fail["skills group:2026-01-01..2026-01-04"] = &pull.Failure{Reason: reason, Say: "No."}
			report := runAt(t, s, up, at(day4+1), pull.Skills, pull.Connectors)
			st := stateOf(t, report, pull.Skills)
			if st.Status != pull.Complete || st.Say != say || st.Through != day4 || st.Done != st.Total {
				t.Errorf("%s: %s through %s, %d of %d units, %q", reason, st.Status, st.Through, st.Done, st.Total, st.Say)
			}
			if !report.Complete() || fact[string](t, s, groupUse) != "xlsx,g1,4,2026-01-01,2026-01-03" {
				t.Errorf("%s: complete %v, stored %s", reason, report.Complete(), fact[string](t, s, groupUse))
			}
		})
	}
}
