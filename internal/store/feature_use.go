package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// upTo is the last day that counts: the period's, or the last one up to which the source is complete.
const upTo = `least(@to::date, (select through from source_state where source = @source))`

// The statements about all features of a kind, and about one, differ in what
// they leave out, and so in the index they use. A feature is shown under the
// last name it was reported by.
const (
	sumHead = `, n.name, d.first, d.last, d.most, d.sessions, d.users, d.own_auth, d.peak_on, o.own_auth as latest, o.day as latest_on
from (
    select key,
           min(day) filter (where users > 0 or cowork_sessions > 0) as first,
           max(day) filter (where users > 0 or cowork_sessions > 0) as last,
           coalesce(max(users), -1) as most,
           coalesce(sum(cowork_sessions) filter (where day between @from and ` + upTo + `), -1)::int as sessions,
           coalesce(max(users) filter (where day between @from and ` + upTo + `), -1) as users,
           coalesce(max(own_auth_users) filter (where day between @from and ` + upTo + `), -1) as own_auth,
           ('epoch'::date + (max(array[users, day - 'epoch'::date]) filter (where day between @from and ` + upTo + ` and users > 0))[2]) as peak_on
    from feature_day
    where kind = @kind`

	sumTail = `
    group by key
) d
cross join lateral (
    select name from feature_day where kind = @kind and key = d.key order by day desc limit 1
) n
left join lateral (
    select day, own_auth_users as own_auth from feature_day
    where @kind = 'connector' and kind = @kind and key = d.key and day between @from and ` + upTo + ` and own_auth_users is not null
    order by day desc limit 1
) o on true`

	featureSumsSQL = `select d.key` + sumHead + sumTail
	featureSumSQL  = `select d.key` + sumHead + ` and key = @key` + sumTail

	spanHead = `, date_trunc(@unit, day)::date as starts, coalesce(sum(cowork_sessions), -1)::int as sessions,
       coalesce(max(users), -1) as users, coalesce(max(own_auth_users), -1) as own_auth
from feature_day
where kind = @kind and day between @from and ` + upTo + ``

	spanTail = `
group by 1, 2
order by 1, 2`

	featureSpansSQL = `select key` + spanHead + spanTail
	featureSpanSQL  = `select key` + spanHead + ` and key = @key` + spanTail

	featureDaysSQL = `
select day, coalesce(users, -1) as users, coalesce(cowork_sessions, -1) as sessions, coalesce(own_auth_users, -1) as own_auth
from feature_day where kind = @kind and key = @key and day between @from and ` + upTo + ` order by day`

	featureGroupsSQL = `
select coalesce(r.id, g.group_id) as id, coalesce(r.name, '') as name,
       coalesce(m.members, 0) as members, coalesce(g.users, case when g.group_id is null then 0 else -1 end) as users,
       coalesce(g.cowork_sessions, -1) as sessions
from rbac_group r
full join (select group_id, users, cowork_sessions from feature_group where kind = @kind and key = @key) g on g.group_id = r.id
left join (select group_id, count(*)::int as members from rbac_group_member group by group_id) m on m.group_id = r.id
order by 4 desc, 2, 1`

	featureReadSQL = `
select min(from_day) as first, coalesce(max(key) filter (where starts_with(key, 'group:')), '') as grouped
from unit_done where source = @source`
)

var sourceOf = map[adoption.FeatureKind]pull.Source{
	adoption.Skill: pull.Skills, adoption.Connector: pull.Connectors,
	adoption.Plugin: pull.Plugins, adoption.Artifact: pull.Artifacts,
}

// FeatureReport answers q, and says how the source of its kind stands, in one round trip.
func (s *Store) FeatureReport(ctx context.Context, q adoption.FeatureQuery) (adoption.FeatureReport, pull.State, error) {
	r := featureRead{report: adoption.FeatureReport{First: day.None}, at: map[string]int{}}
	source := sourceOf[q.Kind]
	b := &pgx.Batch{}
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": string(source), "lock": int64(pullLock)}).Query(func(rows pgx.Rows) (err error) {
		r.known, err = collectStates(rows)
		return err
	})
	b.Queue(featureReadSQL, pgx.StrictNamedArgs{"source": string(source)}).QueryRow(r.read)
	r.queue(b, q)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return r.report, pull.State{}, fmt.Errorf("read the use of features: %w", translate(err))
	}
	adoption.RankFeatures(r.report.Records)
	return r.report, stateOf(r.known, source), nil
}

// featureRead collects what a batch answers.
type featureRead struct {
	report adoption.FeatureReport
	known  map[pull.Source]pull.State
	at     map[string]int // key -> place in the report's records
}

// queue adds the statements about all features of a kind, or about one.
func (r *featureRead) queue(b *pgx.Batch, q adoption.FeatureQuery) {
	unit := "week"
	if q.Months {
		unit = "month"
	}
	source := string(sourceOf[q.Kind])
	sums := pgx.StrictNamedArgs{"kind": string(q.Kind), "source": source, "from": q.Period.From, "to": q.Period.To}
	spans := pgx.StrictNamedArgs{"kind": string(q.Kind), "source": source, "unit": unit, "from": q.Long.From, "to": q.Long.To}
	if q.Key == "" {
		b.Queue(featureSumsSQL, sums).Query(r.sums(q.Kind))
		b.Queue(featureSpansSQL, spans).Query(r.spans)
		return
	}
	sums["key"], spans["key"] = q.Key, q.Key
	b.Queue(featureSumSQL, sums).Query(r.sums(q.Kind))
	b.Queue(featureSpanSQL, spans).Query(r.spans)
	days := pgx.StrictNamedArgs{"kind": string(q.Kind), "source": source, "key": q.Key, "from": q.Long.From, "to": q.Long.To}
	b.Queue(featureDaysSQL, days).Query(r.days(q))
	b.Queue(featureGroupsSQL, pgx.StrictNamedArgs{"kind": string(q.Kind), "key": q.Key}).Query(r.groups)
}

// read takes the first day that was read, and the window that was read by group.
func (r *featureRead) read(row pgx.Row) error {
	var first *time.Time
	var grouped string
	if err := row.Scan(&first, &grouped); err != nil {
		return err
	}
	r.report.First = dayOf(first)
	r.report.Window = windowOf(grouped)
	return nil
}

// windowOf reads the days of a unit's key, "group:FROM..TO"; nil for none.
func windowOf(key string) *day.Period {
	from, to, _ := strings.Cut(strings.TrimPrefix(key, "group:"), "..")
	p := day.Period{}
	var err error
	if p.From, err = day.Parse(from); err != nil {
		return nil
	}
	if p.To, err = day.Parse(to); err != nil {
		return nil
	}
	return &p
}

type featureSum struct {
	Key, Name                      string
	First, Last, PeakOn, LatestOn  *time.Time
	Most, Sessions, Users, OwnAuth adoption.Count
	Latest                         *adoption.Count
}

func (r *featureRead) sums(kind adoption.FeatureKind) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[featureSum])
		for i, f := range found {
			r.at[f.Key] = i
			rec := adoption.FeatureRecord{
				Kind: kind, Key: f.Key, Name: f.Name, First: dayOf(f.First), Last: dayOf(f.Last), Most: f.Most,
				Sum:    adoption.FeatureSpan{Sessions: f.Sessions, Users: f.Users, OwnAuth: f.OwnAuth},
				PeakOn: dayOf(f.PeakOn), OwnAuth: adoption.Unreported, OwnAuthOn: dayOf(f.LatestOn),
			}
			if f.Latest != nil {
				rec.OwnAuth = *f.Latest
			}
			r.report.Records = append(r.report.Records, rec)
		}
		return err
	}
}

func (r *featureRead) spans(rows pgx.Rows) error {
	var key string
	var starts time.Time
	var s adoption.FeatureSpan
	_, err := pgx.ForEachRow(rows, []any{&key, &starts, &s.Sessions, &s.Users, &s.OwnAuth}, func() error {
		s.From = day.FromTime(starts)
		if i, ok := r.at[key]; ok {
			r.report.Records[i].Spans = append(r.report.Records[i].Spans, s)
		}
		return nil
	})
	return err
}

func (r *featureRead) days(q adoption.FeatureQuery) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var on time.Time
		f := adoption.Feature{Kind: q.Kind, Key: q.Key, CoworkUses: adoption.Unreported}
		_, err := pgx.ForEachRow(rows, []any{&on, &f.Users, &f.CoworkSessions, &f.OwnAuthUsers}, func() error {
			f.Day = day.FromTime(on)
			r.report.Days = append(r.report.Days, f)
			return nil
		})
		return err
	}
}

func (r *featureRead) groups(rows pgx.Rows) (err error) {
	r.report.Groups, err = pgx.CollectRows(rows, pgx.RowToStructByPos[adoption.GroupUse])
	return err
}
