package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// opensDays are the days whose openings a guide shows.
const opensDays = 28

const (
	// The latest version of each guide, with what was opened lately.
	guideColumnsSQL = `
select g.id, g.audience, g.slot, g.week, g.archived_at, g.version, v.n, v.title, v.body, v.url, v.at as edited_at,
       coalesce(nullif(a.name, ''), a.email, '') as edited_by,
       coalesce((select sum(u.opens) from guide_use u where u.guide = g.id and u.day > @today::date - @days::int and u.day <= @today), 0)::int as opens
from guide g
join lateral (select n, title, body, url, at, by_account from guide_version where guide = g.id order by n desc limit 1) v on true
left join account a on a.id = v.by_account`

	// A guide is found by every word asked for, in title, text or address. Case and
	// accents do not matter.
	guidesSQL = guideColumnsSQL + `
cross join lateral (
    select lower(regexp_replace(normalize(v.title || ' ' || v.body || ' ' || v.url, NFKD), '[\u0300-\u036f]', '', 'g')) as text
) folded
where g.slot = '' and g.audience = any(@audiences) and (g.archived_at is not null) = @archived
  and not exists (
      select from unnest(@words::text[]) as w(word)
      where position(lower(regexp_replace(normalize(w.word, NFKD), '[\u0300-\u036f]', '', 'g')) in folded.text) = 0)
order by array_position(@audiences, g.audience), g.position, g.id`

	guideSQL = guideColumnsSQL + `
where g.id = @id and g.audience = any(@audiences)`

	kitSQL = guideColumnsSQL + `
where g.slot not in ('', 'tip') or g.slot = 'tip' and g.week = @week`

	tipsSQL = guideColumnsSQL + `
where g.slot = 'tip' and g.week between @first and @last
order by g.week`

	guideVersionsSQL = `
select v.n, v.title, v.body, v.url, v.at, coalesce(nullif(a.name, ''), a.email, '') as by
from guide_version v left join account a on a.id = v.by_account
where v.guide = $1
order by v.n desc`

	openGuideSQL = `
insert into guide_use (guide, day, opens) values (@guide, @day, 1)
on conflict (guide, day) do update set opens = guide_use.opens + 1`
)

type guideRow struct {
	ID         int
	Audience   enablement.Audience
	Slot       enablement.Slot
	Week       *time.Time
	ArchivedAt *time.Time
	Version    int
	N          int
	Title      string
	Body       string
	URL        string
	EditedAt   time.Time
	EditedBy   string
	Opens      int
}

func (r guideRow) guide() enablement.Guide {
	g := enablement.Guide{
		GuideText: enablement.GuideText{Title: r.Title, Body: r.Body, URL: r.URL},
		ID:        r.ID, Audience: r.Audience, Slot: r.Slot, Week: dayOf(r.Week), Version: r.Version, N: r.N,
		EditedAt: r.EditedAt.UTC(), EditedBy: r.EditedBy, Opens: r.Opens,
	}
	if r.ArchivedAt != nil {
		g.ArchivedAt = r.ArchivedAt.UTC()
	}
	return g
}

type guideVersionRow struct {
	N     int
	Title string
	Body  string
	URL   string
	At    time.Time
	By    string
}

func (r guideVersionRow) version() enablement.GuideVersion {
	return enablement.GuideVersion{GuideText: enablement.GuideText{Title: r.Title, Body: r.Body, URL: r.URL}, N: r.N, At: r.At.UTC(), By: r.By}
}

func readGuides(ctx context.Context, q querier, sql string, today day.Date, args pgx.StrictNamedArgs) ([]enablement.Guide, error) {
	args["today"], args["days"] = today.Time(), opensDays
	rows, err := q.Query(ctx, sql, args)
	if err != nil {
		return nil, fmt.Errorf("read guides: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[guideRow])
	if err != nil {
		return nil, fmt.Errorf("read guides: %w", translate(err))
	}
	return each(found, guideRow.guide), nil
}

// Guides returns the guides of the library for these audiences that hold every
// word of search, or those that were archived, in the library's order.
func (s *Store) Guides(ctx context.Context, audiences []enablement.Audience, search string, archived bool, today day.Date) ([]enablement.Guide, error) {
	return readGuides(ctx, s.pool, guidesSQL, today, pgx.StrictNamedArgs{
		"audiences": audienceTexts(audiences), "words": strings.Fields(cleanText(search)), "archived": archived,
	})
}

func audienceTexts(audiences []enablement.Audience) []string {
	return texts(audiences, func(a enablement.Audience) string { return string(a) })
}

// Guide returns a guide, wherever it stands. One for other audiences is NotFound.
func (s *Store) Guide(ctx context.Context, id int, audiences []enablement.Audience, today day.Date) (enablement.Guide, error) {
	return guideOf(ctx, s.pool, id, audiences, today)
}

func guideOf(ctx context.Context, q querier, id int, audiences []enablement.Audience, today day.Date) (enablement.Guide, error) {
	found, err := readGuides(ctx, q, guideSQL, today, pgx.StrictNamedArgs{"id": id, "audiences": audienceTexts(audiences)})
	if err != nil || len(found) == 0 {
		return enablement.Guide{}, noneOf(err, errNoGuide)
	}
	return found[0], nil
}

var errNoGuide = fault.New(fault.NotFound, "There is no such guide, or none that you may know of.")

// noneOf returns err, or none where nothing went wrong and nothing was found.
func noneOf(err error, none *fault.Error) error {
	if err != nil {
		return err
	}
	return none
}

// GuideVersions returns every version of a guide, newest first.
func (s *Store) GuideVersions(ctx context.Context, id int) ([]enablement.GuideVersion, error) {
	rows, err := s.pool.Query(ctx, guideVersionsSQL, id)
	if err != nil {
		return nil, fmt.Errorf("read the versions of guide %d: %w", id, translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[guideVersionRow])
	if err != nil {
		return nil, fmt.Errorf("read the versions of guide %d: %w", id, translate(err))
	}
	return each(found, guideVersionRow.version), nil
}

// KitPages returns the pages of the champion kit that somebody has changed, see
// [enablement.Kit], and the tip of the week that begins on a Monday, if one is planned.
func (s *Store) KitPages(ctx context.Context, week day.Date) ([]enablement.Guide, error) {
	return readGuides(ctx, s.pool, kitSQL, week, pgx.StrictNamedArgs{"week": week.Time()})
}

// TipOf returns the tip of the week that begins on a Monday, false when none is planned.
func (s *Store) TipOf(ctx context.Context, week day.Date) (enablement.Guide, bool, error) {
	tips, err := s.Tips(ctx, week, week)
	if err != nil || len(tips) == 0 {
		return enablement.Guide{}, false, err
	}
	return tips[0], true, nil
}

// Tips returns the tips planned for the weeks that begin from first to last.
func (s *Store) Tips(ctx context.Context, first, last day.Date) ([]enablement.Guide, error) {
	return readGuides(ctx, s.pool, tipsSQL, first, pgx.StrictNamedArgs{"first": first.Time(), "last": last.Time()})
}

// OpenGuide counts that somebody opened a guide of the library today, and returns
// it. Who it was is kept nowhere. What they may not read is NotFound, and so is
// what was archived.
func (s *Store) OpenGuide(ctx context.Context, id int, audiences []enablement.Audience, today day.Date) (enablement.Guide, error) {
	g, err := s.Guide(ctx, id, audiences, today)
	if err != nil {
		return g, err
	}
	if g.Archived() {
		return g, errNoGuide
	}
	if _, err := s.pool.Exec(ctx, openGuideSQL, pgx.StrictNamedArgs{"guide": id, "day": today.Time()}); err != nil {
		return g, fmt.Errorf("count an opening of guide %d: %w", id, translate(err))
	}
	return g, nil
}

func guideEvent(by identity.Actor, id int, action string, detail map[string]string) identity.Event {
	return identity.Event{By: by, Action: action, Subject: "guide/" + strconv.Itoa(id), Detail: detail}
}
