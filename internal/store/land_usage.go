package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

const (
	partitionSQL = `create table if not exists %s partition of usage_day for values from ('%s') to ('%s')`

	usageBeforeSQL = `
select (select digest from unit_done where source = 'users' and key = @key) as digest,
       exists (select from usage_day where day = @day::date) as filled`

	minActionsSQL = `select coalesce((select value::int from setting where key = 'task_min_actions'), @default::int)`

	copyUsageSQL = `copy %s (day, member, sessions, actions, messages, dispatch_turns, connectors, skills, plugins, unified) from stdin (format binary)`

	mergeUsageSQL = `
with fresh as materialized (
    select member, nullif(sessions, -1) as sessions, nullif(actions, -1) as actions, nullif(messages, -1) as messages,
           nullif(dispatch_turns, -1) as dispatch_turns, nullif(connectors, -1) as connectors,
           nullif(skills, -1) as skills, nullif(plugins, -1) as plugins, unified
    from unnest(@member::int[], @sessions::int[], @actions::int[], @messages::int[], @dispatch_turns::int[],
                @connectors::int[], @skills::int[], @plugins::int[], @unified::bool[])
      as t (member, sessions, actions, messages, dispatch_turns, connectors, skills, plugins, unified)
), gone as (
    delete from usage_day u
    where u.day = @day::date and not exists (select from fresh f where f.member = u.member)
    returning 1
), written as (
    insert into usage_day (day, member, sessions, actions, messages, dispatch_turns, connectors, skills, plugins, unified)
    select @day::date, f.member, f.sessions, f.actions, f.messages, f.dispatch_turns, f.connectors, f.skills, f.plugins, f.unified
    from fresh f
    where not exists (
        select from usage_day u
        where u.day = @day::date and u.member = f.member
          and (u.sessions, u.actions, u.messages, u.dispatch_turns, u.connectors, u.skills, u.plugins, u.unified)
              is not distinct from
              (f.sessions, f.actions, f.messages, f.dispatch_turns, f.connectors, f.skills, f.plugins, f.unified))
    on conflict (day, member) do update set
        sessions = excluded.sessions, actions = excluded.actions, messages = excluded.messages,
        dispatch_turns = excluded.dispatch_turns, connectors = excluded.connectors, skills = excluded.skills,
        plugins = excluded.plugins, unified = excluded.unified
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	dayIndexSQL = `
insert into day_index (day, generation, task_min_actions, signed_in, active, tasked, unified, sessions,
    connectors, skills, plugins, sessions_known, connectors_known, skills_known, plugins_known)
values (@day, @generation, @min, @signed_in, @active, @tasked, @unified, @sessions,
    @connectors, @skills, @plugins, @sessions_known, @connectors_known, @skills_known, @plugins_known)
on conflict (day) do update set
    generation = excluded.generation, task_min_actions = excluded.task_min_actions, signed_in = excluded.signed_in,
    active = excluded.active, tasked = excluded.tasked, unified = excluded.unified, sessions = excluded.sessions,
    connectors = excluded.connectors, skills = excluded.skills, plugins = excluded.plugins,
    sessions_known = excluded.sessions_known, connectors_known = excluded.connectors_known,
    skills_known = excluded.skills_known, plugins_known = excluded.plugins_known`
)

// partition names the part of usage_day that holds d's month.
func partition(d day.Date) string { return "usage_" + d.Time().Format("2006_01") }

// prepare makes the month's partition of usage_day. That is no part of the
// publication: an empty partition means nothing.
func (h *hold) prepare(ctx context.Context, d *draft) error {
	if d.unit.Source != pull.Users {
		return nil
	}
	name := partition(d.unit.From)
	if _, made := h.s.partitions.Load(name); made {
		return nil
	}
	first := day.Of(d.unit.From.Time().Year(), d.unit.From.Time().Month(), 1)
	next := day.Of(first.Time().Year(), first.Time().Month()+1, 1)
	if err := h.exec(ctx, fmt.Sprintf(partitionSQL, name, first, next)); err != nil {
		return err
	}
	h.s.partitions.Store(name, true)
	return nil
}

// landUsage publishes a day of people's activity. A day read before is compared
// by its digest; a day without rows yet is copied straight into its partition.
func landUsage(ctx context.Context, h *hold, tx pgx.Tx, d *draft) (landed, error) {
	seen := make(map[string]sighting, len(d.strangers))
	for _, u := range d.strangers {
		seen[u.UserID] = sighting{email: u.Email}
	}
	news, err := h.people.meet(ctx, tx, seen)
	if err != nil {
		return landed{}, fmt.Errorf("give people their ordinals: %w", err)
	}
	entries := d.entries(func(id string) int32 { return h.people.ord(id, news) })
	did := landed{news: news, rows: len(news), digest: digest(entries)}

	var before []byte
	var filled bool
	key := d.unit.Key
	if err := tx.QueryRow(ctx, usageBeforeSQL, pgx.StrictNamedArgs{"key": key, "day": d.unit.From}).Scan(&before, &filled); err != nil {
		return landed{}, err
	}
	if bytes.Equal(before, did.digest) {
		return did, nil
	}
	did.bumped = true
	n, err := writeDay(ctx, tx, d.unit.From, entries, filled, touchedBy(did))
	did.rows += n
	return did, err
}

// writeDay makes a day's facts and index those of entries. It answers at least
// 1: the index changed even if no fact did.
func writeDay(ctx context.Context, tx pgx.Tx, d day.Date, entries []adoption.Entry, filled bool, t touches) (int, error) {
	generation, err := bump(ctx, tx, t)
	if err != nil {
		return 0, err
	}
	minActions, err := taskMinActions(ctx, tx)
	if err != nil {
		return 0, err
	}
	index := adoption.IndexDay(d, entries, minActions)
	write := copyUsage
	if filled {
		write = mergeUsage
	}
	n, err := write(ctx, tx, d, entries)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, dayIndexSQL, indexArgs(index, generation, minActions))
	return max(n, 1), err
}

// digest identifies what a day says: unchanged entries, unchanged digest.
func digest(entries []adoption.Entry) []byte {
	sum := sha256.New()
	buf := make([]byte, 0, 64*1024)
	for _, e := range entries {
		if len(buf) > 63*1024 {
			sum.Write(buf)
			buf = buf[:0]
		}
		for _, v := range counts(e) {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(v))
		}
		buf = append(buf, flag(e.SignedIn)|flag(e.Unified)<<1)
	}
	sum.Write(buf)
	return sum.Sum(nil)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// counts returns the numbers of an entry in the order of the table's columns.
func counts(e adoption.Entry) [8]int32 {
	return [8]int32{e.Member, int32(e.Sessions), int32(e.Actions), int32(e.Messages), int32(e.DispatchTurns),
		int32(e.Connectors), int32(e.Skills), int32(e.Plugins)}
}

// mergeUsage makes a day that has rows equal to entries, rewriting only what differs.
func mergeUsage(ctx context.Context, tx pgx.Tx, d day.Date, entries []adoption.Entry) (int, error) {
	var cols [8][]int32
	unified := make([]bool, 0, len(entries))
	for i := range cols {
		cols[i] = make([]int32, 0, len(entries))
	}
	for _, e := range entries {
		if !e.SignedIn {
			continue
		}
		for i, v := range counts(e) {
			cols[i] = append(cols[i], v)
		}
		unified = append(unified, e.Unified)
	}
	return merge(ctx, tx, mergeUsageSQL, pgx.StrictNamedArgs{
		"day": d, "member": cols[0], "sessions": cols[1], "actions": cols[2], "messages": cols[3],
		"dispatch_turns": cols[4], "connectors": cols[5], "skills": cols[6], "plugins": cols[7], "unified": unified,
	})
}

// copyUsage fills a day that has no rows, straight into its partition.
func copyUsage(ctx context.Context, tx pgx.Tx, d day.Date, entries []adoption.Entry) (int, error) {
	sql := fmt.Sprintf(copyUsageSQL, partition(d))
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, &usageCopy{day: d, left: entries}, sql)
	return int(tag.RowsAffected()), err
}

func indexArgs(x adoption.DayIndex, generation int64, minActions int) pgx.StrictNamedArgs {
	planes := make([][]byte, len(x.Sessions))
	for i, p := range x.Sessions {
		planes[i] = setBytes(p)
	}
	return pgx.StrictNamedArgs{
		"day": x.Day, "generation": generation, "min": minActions,
		"signed_in": setBytes(x.SignedIn), "active": setBytes(x.Active), "tasked": setBytes(x.Tasked),
		"unified": setBytes(x.Unified), "sessions": planes,
		"connectors": setBytes(x.Connectors), "skills": setBytes(x.Skills), "plugins": setBytes(x.Plugins),
		"sessions_known": setBytes(x.SessionsKnown), "connectors_known": setBytes(x.ConnectorsKnown),
		"skills_known": setBytes(x.SkillsKnown), "plugins_known": setBytes(x.PluginsKnown),
	}
}

// setBytes writes a set for storage; the empty one is no null.
func setBytes(b adoption.Bits) []byte {
	if p := b.Bytes(); p != nil {
		return p
	}
	return []byte{}
}
