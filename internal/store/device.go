package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	inventorySQL = `select name, email, platform, app_version, seen_on from device order by name`

	dropInventorySQL = `delete from device`

	// The checks read it at once: the planner must not take it for empty.
	analyzeInventorySQL = `analyze device`

	// Counted over all of them: a wave as a condition would tempt the planner to look each machine's owner up.
	deviceKindsSQL = `
with place as (` + placesSQL + `), owner as (` + ownersSQL + `)
select d.platform, d.app_version, (count(*) filter (where @wave = 0 or place.wave = @wave))::int as devices
from device d
left join owner o on o.address = d.email_folded
left join place on place.person = o.person
group by d.platform, d.app_version
having count(*) filter (where @wave = 0 or place.wave = @wave) > 0
order by d.app_version = '', devices desc, d.platform, d.app_version`

	// Which addresses a machine of somebody on the roster may be listed by: their own, and that of their account.
	ownersSQL = `
select p.id as person, p.email_folded as address from person p
union
select mp.person, m.email_folded from member_person mp join member m on m.ord = mp.member where m.email_folded is not null`

	// People of the roster who are members or invited, and on none of whose machines
	// the app is. Each is looked at on the way, by address, until the page is full.
	appLackersSQL = `
select p.email, p.email_folded as key, p.name, coalesce(d.name, '') as department, coalesce(w.name, '') as wave,
       coalesce(machines.names, '{}') as machines
from person p` + memberOfPersonSQL + placeOfPersonSQL + `
    left join lateral (
        select array_agg(v.name order by v.name) as names, bool_or(v.app_version <> '') as app
        from device v
        where v.email_folded = any (array[p.email_folded, (select m.email_folded from member m where m.ord = coalesce(today.ord, earlier.ord))])
    ) machines on true
    left join department d on d.id = place.department
    left join wave w on w.id = place.wave
where p.email_folded > @after and (@wave = 0 or place.wave = @wave) and machines.app is distinct from true
  and (coalesce(today.listed, earlier.listed, false) or exists (
      select from invite i where i.email_folded = p.email_folded and i.status = 'pending' and (i.expires_at is null or i.expires_at > now())))
order by p.email_folded
limit @limit`
)

// Inventory returns what an import of devices is compared with.
func (s *Store) Inventory(ctx context.Context) (rollout.Inventory, error) {
	v, err := readInventory(ctx, snapshot{s.pool})
	return v, translate(err)
}

// UpdateInventory lends that to fn and keeps what it decides.
func (s *Store) UpdateInventory(ctx context.Context, now time.Time, fn func(rollout.Inventory) (rollout.InventoryChange, error)) error {
	return s.importing(ctx, func(tx pgx.Tx) error {
		have, err := readInventory(ctx, tx)
		if err != nil {
			return fmt.Errorf("read the inventory: %w", err)
		}
		c, err := fn(have)
		if err != nil {
			return err
		}
		if err := keepInventory(ctx, tx, c.Devices, now); err != nil {
			return fmt.Errorf("keep the inventory: %w", err)
		}
		return s.finishImport(ctx, tx, c.Import, now)
	})
}

func readInventory(ctx context.Context, from sender) (rollout.Inventory, error) {
	var out rollout.Inventory
	b := &pgx.Batch{}
	b.Queue(inventorySQL).Query(func(rows pgx.Rows) error {
		var d rollout.Device
		var seen *time.Time
		_, err := pgx.ForEachRow(rows, []any{&d.Name, &d.Email, &d.Platform, &d.AppVersion, &seen}, func() error {
			d.SeenOn = dayOf(seen)
			out.Devices = append(out.Devices, d)
			return nil
		})
		return err
	})
	b.Queue(addressesSQL).Query(func(rows pgx.Rows) (err error) {
		out.Known, err = collectSet(rows)
		return err
	})
	return out, from.SendBatch(ctx, b).Close()
}

// keepInventory puts a list in the place of the inventory: it is the whole of it, as of now.
func keepInventory(ctx context.Context, tx pgx.Tx, list []rollout.Device, now time.Time) error {
	if _, err := tx.Exec(ctx, dropInventorySQL); err != nil {
		return err
	}
	rows := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		d := &list[i]
		return []any{d.Name, d.Email, d.Platform, d.AppVersion, dayOrNull(d.SeenOn), now}, nil
	})
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"device"}, []string{"name", "email", "platform", "app_version", "seen_on", "listed_at"}, rows); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, analyzeInventorySQL)
	return err
}

// DeviceKinds counts the machines of a wave's people by platform and version of
// the app, those without it last; wave 0 is everybody.
func (s *Store) DeviceKinds(ctx context.Context, wave int, today day.Date) ([]rollout.DeviceKind, error) {
	rows, err := s.pool.Query(ctx, deviceKindsSQL, pgx.StrictNamedArgs{"wave": wave, "today": today.Time()})
	if err != nil {
		return nil, fmt.Errorf("count devices: %w", translate(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[rollout.DeviceKind])
	return out, translate(err)
}

// AppLackers returns people of a wave without the app, by address behind after,
// and the cursor of the next page, "" at the end. Wave 0 is everybody. Who sees
// not everyone is refused.
func (s *Store) AppLackers(ctx context.Context, scope identity.PeopleScope, wave int, after string, limit int, today day.Date) ([]rollout.AppLacker, string, error) {
	if !scope.Everyone() {
		return nil, "", fault.New(fault.Forbidden, "Who lacks the app is for rollout leads and auditors.")
	}
	rows, err := s.pool.Query(ctx, appLackersSQL, pgx.StrictNamedArgs{"wave": wave, "after": cleanText(after), "limit": limit + 1, "today": today.Time()})
	if err != nil {
		return nil, "", fmt.Errorf("list people without the app: %w", translate(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[rollout.AppLacker])
	if err != nil || len(out) <= limit {
		return out, "", translate(err)
	}
	return out[:limit], out[limit-1].Key, nil
}
