package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	// Who is thanked is a champion, or was one.
	holdChampionSQL = `select id from champion where id = $1 and state in ('active', 'ended') for share`

	addThanksSQL = `
insert into thanks (champion, words, by_account, by_name, at, client_key)
values (@champion, @words, nullif(@account::bigint, 0), @name, @at, @key)
on conflict (client_key) do nothing`

	giveBadgeSQL = `
insert into badge_given (champion, badge, because, by_account, by_name, at)
values (@champion, @badge, @because, nullif(@account::bigint, 0), @name, @at)
on conflict (champion, badge) do nothing`

	takeBadgeSQL = `delete from badge_given where champion = @champion and badge = @badge`

	thanksOfSQL = `
select id, words, by_name, at from thanks where champion = @champion order by id desc limit 20`

	badgesOfSQL = `
select badge, because, by_name, at from badge_given where champion = @champion order by at desc, badge`

	// A session counts once it is over, where it takes place.
	sessionHeldSQL = `s.cancelled_at is null and case when s.planned
        then ((s.day + s.starts_at) at time zone s.zone) + make_interval(mins => coalesce(s.minutes, 0)) <= @now else s.day <= @today end`

	deedsSQL = `
with who as (select email_folded from champion where id = @champion),
touched as (select t.day, t.kind from touchpoint t join who on t.champion_folded = who.email_folded),
led as (select s.day from training_session s join who on lower(s.host_email) = who.email_folded where ` + sessionHeldSQL + `),
told as (select w.day, w.state from win w join account a on a.id = w.logged_by join who on lower(a.email) = who.email_folded where w.state <> 'withdrawn')
select (select count(*) from touched where kind = 'first setup')::int as setups, (select count(*) from touched where kind = 'question')::int as answers,
       (select count(*) from touched where kind = 'show-and-tell')::int as shows, (select count(*) from led)::int as sessions,
       (select count(*) from told where state = 'published')::int as wins,
       (select count(distinct date_trunc('week', day)) from (
            select day from touched union all select day from led union all select day from told
        ) did where day between @monday::date - 28 and @monday::date - 1)::int as weeks`

	latestThanksSQL = `
select t.id, t.words, t.by_name, t.at
from thanks t join champion c on c.id = t.champion
where c.email_folded = lower(@email) order by t.id desc limit 1`

	rollSQL = `
select c.id as champion, c.email, coalesce(nullif(p.name, ''), nullif(c.name, ''), c.email) as name, c.department, d.name as department_name,
       c.since, c.ended_on,
       (select count(*) from touchpoint t where t.champion_folded = c.email_folded and t.day between @from_day and @to_day)::int as touchpoints,
       coalesce(won.wins, 0)::int as wins, coalesce(won.published, 0)::int as published,
       (select count(*) from training_session s
        where lower(s.host_email) = c.email_folded and s.day between @from_day and @to_day and ` + sessionHeldSQL + `)::int as sessions,
       (select count(*) from thanks t where t.champion = c.id and t.at >= @from_day and t.at < @to_day::date + 1)::int as thanks
from champion c join department d on d.id = c.department left join person p on p.email_folded = c.email_folded
left join lateral (
    select count(*) as wins, count(*) filter (where w.state = 'published') as published
    from win w join account a on a.id = w.logged_by
    where lower(a.email) = c.email_folded and w.day between @from_day and @to_day and w.state <> 'withdrawn'
) won on true
where c.state in ('active', 'ended') and c.since <= @to_day and (c.ended_on is null or c.ended_on >= @from_day)
  and (@departments::int[] is null or c.department = any (@departments))
order by d.name collate "C", lower(coalesce(nullif(p.name, ''), nullif(c.name, ''), c.email)), c.id`
)

// recognize runs a change about a champion and writes it down when it changed something.
func (s *Store) recognize(ctx context.Context, by identity.Actor, champion people.ChampionID, action string, detail map[string]string, now time.Time, sql string, args pgx.StrictNamedArgs) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, holdChampionSQL, int64(champion)).Scan(&id); err == pgx.ErrNoRows {
			return fault.New(fault.NotFound, "There is no such champion.")
		} else if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sql, args)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: action, Subject: "champion/" + strconv.FormatInt(id, 10), Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("recognize a champion: %w", err)
	}
	return nil
}

// AddThanks implements people.RecognitionKeeper.
func (s *Store) AddThanks(ctx context.Context, by identity.Actor, champion people.ChampionID, words, key string, now time.Time) error {
	return s.recognize(ctx, by, champion, "champion.thanked", nil, now, addThanksSQL, pgx.StrictNamedArgs{
		"champion": int64(champion), "words": cleanText(words), "account": int64(by.Account), "name": cleanText(by.Name), "at": now, "key": known(key),
	})
}

// GiveBadge implements people.RecognitionKeeper.
func (s *Store) GiveBadge(ctx context.Context, by identity.Actor, champion people.ChampionID, b people.Badge, because string, now time.Time) error {
	detail := map[string]string{"badge": string(b)}
	return s.recognize(ctx, by, champion, "badge.given", detail, now, giveBadgeSQL, pgx.StrictNamedArgs{
		"champion": int64(champion), "badge": string(b), "because": cleanText(because), "account": int64(by.Account), "name": cleanText(by.Name), "at": now,
	})
}

// TakeBadge implements people.RecognitionKeeper.
func (s *Store) TakeBadge(ctx context.Context, by identity.Actor, champion people.ChampionID, b people.Badge, now time.Time) error {
	detail := map[string]string{"badge": string(b)}
	return s.recognize(ctx, by, champion, "badge.taken_back", detail, now, takeBadgeSQL, pgx.StrictNamedArgs{"champion": int64(champion), "badge": string(b)})
}

// Recognition returns what a champion was thanked and honoured for, and what they
// did; nothing for an absent one.
func (s *Store) Recognition(ctx context.Context, champion people.ChampionID, today day.Date, now time.Time) (people.Recognition, error) {
	var out people.Recognition
	one := pgx.StrictNamedArgs{"champion": int64(champion)}
	b := &pgx.Batch{}
	b.Queue(thanksOfSQL, one).Query(func(rows pgx.Rows) (err error) {
		out.Thanks, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.Thanks])
		return err
	})
	b.Queue(badgesOfSQL, one).Query(func(rows pgx.Rows) (err error) {
		out.Badges, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.GivenBadge])
		return err
	})
	b.Queue(deedsSQL, pgx.StrictNamedArgs{"champion": int64(champion), "today": today, "monday": today.Monday(), "now": now}).Query(func(rows pgx.Rows) (err error) {
		out.Deeds, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[people.Deeds])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return people.Recognition{}, fmt.Errorf("read a champion's recognition: %w", translate(err))
	}
	return out, nil
}

type rollRow struct {
	Champion                                       people.ChampionID
	Email, Name                                    string
	Department                                     int
	DepartmentName                                 string
	Since                                          day.Date
	EndedOn                                        *time.Time
	Touchpoints, Wins, Published, Sessions, Thanks int
}

// Roll returns what the champions of a quarter did for others, by department, then
// by name. Leads and auditors get everybody, champions those of their departments.
func (s *Store) Roll(ctx context.Context, reader identity.Actor, q people.Quarter, today day.Date, now time.Time) ([]people.RollEntry, error) {
	book, err := s.slugs(ctx)
	if err != nil {
		return nil, err
	}
	days := q.Period()
	rows, err := s.pool.Query(ctx, rollSQL, pgx.StrictNamedArgs{
		"from_day": days.From, "to_day": days.To, "today": today, "now": now, "departments": book.departments(reader.PeopleScope(), ""),
	})
	if err != nil {
		return nil, fmt.Errorf("read the roll: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[rollRow])
	if err != nil {
		return nil, fmt.Errorf("read the roll: %w", translate(err))
	}
	return each(list, func(r rollRow) people.RollEntry {
		return people.RollEntry{
			Champion: r.Champion, Email: r.Email, Name: r.Name, Since: r.Since, EndedOn: dayOf(r.EndedOn),
			Department:  people.Department{ID: r.Department, Name: r.DepartmentName, Slug: book.slug(r.Department)},
			Touchpoints: r.Touchpoints, Wins: r.Wins, Published: r.Published, Sessions: r.Sessions, Thanks: r.Thanks,
		}
	}), nil
}
