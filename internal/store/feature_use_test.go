package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/store"
)

const none = adoption.Unreported

func nov(n int) day.Date { return day.Of(2026, time.November, n) }

func TestFeatureReport(t *testing.T) {
	pool := dbtest.New(t)
	_, err := pool.Exec(t.Context(), `
		insert into feature_day (day, kind, key, name, users, cowork_sessions, own_auth_users) values
		('2026-10-30', 'connector', 'a/b', 'Old name', 9, 20, null),
		('2026-11-02', 'connector', 'a/b', 'Jira', 7, 5, 3), ('2026-11-03', 'connector', 'a/b', 'Jira', 4, null, 6),
		('2026-11-09', 'connector', 'a/b', 'Jira', 6, 7, null), ('2026-11-20', 'connector', 'a/b', 'Jira', 1, 1, 1),
		('2026-11-03', 'connector', 'quiet', 'quiet', null, null, null),
		('2026-11-03', 'connector', 'idle', 'idle', 0, 0, 0),
		('2026-11-04', 'connector', 'new', 'new', 2, 90, 0),
		('2026-11-04', 'skill', 'a/b', 'another kind', 50, 50, null);
		insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) values
		('connectors', '2026-10-30', '2026-10-30', '2026-10-30', 1, now(), 1),
		('connectors', 'group:2026-10-24..2026-11-20', null, null, 1, now(), 1);
		insert into source_state (source, status, through) values ('connectors', 'complete', '2026-11-20'), ('skills', 'failing', '2026-11-03');
		insert into rbac_group (id, name, source_type, roles_known) values ('g1', 'Finance', 'scim', true), ('g2', 'Legal', 'scim', true);
		insert into member (ord, user_id) values (0, 'u0'), (1, 'u1'), (2, 'u2'), (3, 'u3');
		insert into rbac_group_member (group_id, member) values ('g1', 0), ('g1', 1), ('g1', 2), ('g1', 3), ('g2', 0);
		insert into feature_group (kind, key, name, group_id, users, cowork_sessions, from_day, to_day) values
		('connector', 'a/b', 'Jira', 'g1', 3, 11, '2026-10-24', '2026-11-20'), ('connector', 'a/b', 'Jira', 'gone', null, 2, '2026-10-24', '2026-11-20')`)
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(pool, nil)
	q := adoption.FeatureQuery{Kind: adoption.Connector, Period: day.Period{From: nov(2), To: nov(9)}, Long: day.Period{From: nov(2), To: nov(9)}}
	got, state, err := s.FeatureReport(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	span := func(from day.Date, sessions, users, own adoption.Count) adoption.FeatureSpan {
		return adoption.FeatureSpan{From: from, Sessions: sessions, Users: users, OwnAuth: own}
	}
	jira := adoption.FeatureRecord{
		Kind: adoption.Connector, Key: "a/b", Name: "Jira", First: nov(-1), Last: nov(20), Most: 9, Sum: span(0, 12, 7, 6),
		PeakOn: nov(2), OwnAuth: 6, OwnAuthOn: nov(3), Spans: []adoption.FeatureSpan{span(nov(2), 5, 7, 6), span(nov(9), 7, 6, none)},
	}
	want := []adoption.FeatureRecord{
		{Kind: adoption.Connector, Key: "new", Name: "new", First: nov(4), Last: nov(4), Most: 2, Sum: span(0, 90, 2, 0), PeakOn: nov(4), OwnAuthOn: nov(4), Spans: []adoption.FeatureSpan{span(nov(2), 90, 2, 0)}},
		jira,
		{Kind: adoption.Connector, Key: "idle", Name: "idle", First: day.None, Last: day.None, PeakOn: day.None, OwnAuthOn: nov(3), Spans: []adoption.FeatureSpan{span(nov(2), 0, 0, 0)}},
		{Kind: adoption.Connector, Key: "quiet", Name: "quiet", First: day.None, Last: day.None, Most: none, Sum: span(0, none, none, none), PeakOn: day.None, OwnAuth: none, OwnAuthOn: day.None, Spans: []adoption.FeatureSpan{span(nov(2), none, none, none)}},
	}
	if d := cmp.Diff(want, got.Records); d != "" {
		t.Errorf("all (-want +got):\n%s", d)
	}
	if got.First != nov(-1) || got.Window == nil || *got.Window != (day.Period{From: nov(-7), To: nov(20)}) || state.Through != nov(20) || state.Source != pull.Connectors {
		t.Errorf("from %s, window %v, state %+v", got.First, got.Window, state)
	}

	q.Key, q.Months = "a/b", true
	one, _, err := s.FeatureReport(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	jira.Spans = []adoption.FeatureSpan{span(nov(1), 12, 7, 6)}
	if d := cmp.Diff([]adoption.FeatureRecord{jira}, one.Records); d != "" {
		t.Errorf("one (-want +got):\n%s", d)
	}
	use := func(n int, users, sessions, own adoption.Count) adoption.Feature {
		return adoption.Feature{Day: nov(n), Kind: adoption.Connector, Key: "a/b", Users: users, CoworkSessions: sessions, CoworkUses: none, OwnAuthUsers: own}
	}
	if d := cmp.Diff([]adoption.Feature{use(2, 7, 5, 3), use(3, 4, none, 6), use(9, 6, 7, none)}, one.Days); d != "" {
		t.Errorf("days (-want +got):\n%s", d)
	}
	groups := []adoption.GroupUse{{ID: "g1", Name: "Finance", Members: 4, Users: 3, Sessions: 11}, {ID: "g2", Name: "Legal", Members: 1, Users: 0, Sessions: none}, {ID: "gone", Users: none, Sessions: 2}}
	if d := cmp.Diff(groups, one.Groups); d != "" {
		t.Errorf("groups (-want +got):\n%s", d)
	}
	if _, err := pool.Exec(t.Context(), `insert into feature_day (day, kind, key, name, users, cowork_sessions) values ('2026-11-02', 'skill', 's', 's', 2, 3), ('2026-11-05', 'skill', 's', 's', 9, 9)`); err != nil {
		t.Fatal(err)
	}
	short, _, err := s.FeatureReport(t.Context(), adoption.FeatureQuery{Kind: adoption.Skill, Key: "s", Period: q.Period, Long: q.Long})
	if err != nil || short.Records[0].Sum.Sessions != 3 || len(short.Days) != 1 {
		t.Errorf("a day behind a gap counts: %+v, %v", short, err)
	}
	if none, _, err := s.FeatureReport(t.Context(), adoption.FeatureQuery{Kind: adoption.Artifact, Period: q.Period, Long: q.Long}); err != nil || len(none.Records) != 0 || none.Window != nil || none.First.Known() {
		t.Errorf("artifacts: %+v, %v", none, err)
	}
}

// A year of 300 features is read by index, and in one pass.
func TestFeatureReportUsesItsIndexes(t *testing.T) {
	pool := dbtest.New(t)
	_, err := pool.Exec(t.Context(), `
		insert into feature_day (day, kind, key, name, users, cowork_sessions, own_auth_users)
		select '2026-01-01'::date + d, k, 'feature_' || n, 'Feature ' || n, n % 40, n * 3, n % 7
		from generate_series(0, 365) d, generate_series(1, 300) n, unnest(array['connector', 'skill']) k`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(context.Background(), "analyze feature_day"); err != nil {
		t.Fatal(err)
	}
	year := day.Period{From: day.Of(2026, 1, 1), To: day.Of(2026, 12, 31)}
	s := store.New(pool, nil)
	began := time.Now()
	if _, _, err := s.FeatureReport(t.Context(), adoption.FeatureQuery{Kind: adoption.Skill, Period: day.Period{From: nov(1), To: nov(28)}, Long: year}); err != nil {
		t.Fatal(err)
	}
	t.Logf("a year of 300 features took %s", time.Since(began))
	for name, sql := range store.FeatureStatements() {
		rows, err := pool.Query(t.Context(), "explain (analyze) "+sql, pgx.NamedArgs{
			"kind": "skill", "source": "skills", "key": "feature_7", "from": nov(1), "to": nov(28), "unit": "week",
		})
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		plan := strings.Join(lines, "\n")
		if strings.Contains(plan, "Seq Scan on feature_day") && strings.Contains(sql, "@key") {
			t.Errorf("%s reads every row:\n%s", name, plan)
		}
		t.Log(name, lines[len(lines)-1])
	}
}
