package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
)

const (
	snapshotMembersSQL = `
select user_id, coalesce(email, '') as email, name, role, added_at from member where listed order by user_id`

	// Roles that are unavailable are null, whatever they were known to be before.
	snapshotGroupsSQL = `
select g.id, g.name, g.source_type,
       case when g.roles_known then
           coalesce((select array_agg(r.role_id order by r.role_id) from rbac_group_role r where r.group_id = g.id), '{}') end as role_ids,
       coalesce((select array_agg(m.user_id order by m.user_id) from rbac_group_member gm join member m on m.ord = gm.member
                 where gm.group_id = g.id and m.listed), '{}') as members
from rbac_group g
order by g.name, g.id`

	snapshotLimitsSQL = `
select id, scope, scope_id, period, amount::text as amount, enabled from spend_limit order by scope, scope_id, period, id`

	insertSnapshotSQL = `
insert into access_snapshot (at, account, by_name, members, groups, roles, limits, digest, body)
values (@at, nullif(@account::bigint, 0), @by, @members, @groups, @roles, @limits, @digest, @body)
returning id`

	snapshotsSQL = `
select id, at, by_name, members, groups, roles, limits, digest from access_snapshot order by id desc limit @limit`

	snapshotBodySQL = `
select id, at, by_name, members, groups, roles, limits, digest, body from access_snapshot where id = $1`
)

// snapshotsListed is how many snapshots are shown; every one is kept.
const snapshotsListed = 50

type snapshotRow struct {
	ID      int64
	At      time.Time
	ByName  string
	Members int
	Groups  int
	Roles   int
	Limits  int
	Digest  []byte
}

func (r snapshotRow) snapshot() access.Snapshot {
	out := access.Snapshot{ID: r.ID, At: r.At.UTC(), By: r.ByName, Members: r.Members, Groups: r.Groups, Roles: r.Roles, Limits: r.Limits}
	copy(out.Digest[:], r.Digest)
	return out
}

// TakeSnapshot keeps a copy of members, groups, roles and limits as they were read
// last. It is Invalid while one of the first three was never read.
func (s *Store) TakeSnapshot(ctx context.Context, by identity.Actor, now time.Time) (access.Snapshot, error) {
	c, err := s.contents(ctx, now)
	if err != nil {
		return access.Snapshot{}, err
	}
	body, err := c.Write()
	if err != nil {
		return access.Snapshot{}, err
	}
	out := access.Snapshot{
		At: now.UTC(), By: by.Name, Members: len(c.Members), Groups: len(c.Groups), Roles: len(c.Roles), Limits: len(c.Limits),
		Digest: sha256.Sum256(body),
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, insertSnapshotSQL, pgx.StrictNamedArgs{
			"at": out.At, "account": int64(by.Account), "by": out.By, "members": out.Members, "groups": out.Groups,
			"roles": out.Roles, "limits": out.Limits, "digest": out.Digest[:], "body": pageEncoder().EncodeAll(body, nil),
		}).Scan(&out.ID)
		if err != nil {
			return err
		}
		if err := bumpPlan(ctx, tx); err != nil {
			return err
		}
		return s.audit(ctx, tx, out.At, identity.Event{
			By: by, Action: "access.snapshot_taken", Subject: "access_snapshot/" + strconv.FormatInt(out.ID, 10),
			Detail: map[string]string{"members": strconv.Itoa(out.Members), "groups": strconv.Itoa(out.Groups), "roles": strconv.Itoa(out.Roles)},
		})
	})
	s.plan.expire()
	if err != nil {
		return access.Snapshot{}, fmt.Errorf("keep a snapshot: %w", err)
	}
	return out, nil
}

// contents reads what a snapshot holds, in one round trip.
func (s *Store) contents(ctx context.Context, now time.Time) (access.Contents, error) {
	l := contentsLoad{out: access.Contents{TakenAt: now.UTC()}, permissions: map[string][]access.SnapshotPermission{}}
	b := &pgx.Batch{}
	l.queue(b)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return access.Contents{}, fmt.Errorf("read who may use what: %w", translate(err))
	}
	var missing []string
	if l.out.AsOf, missing = sourcesOf(l.states, now); l.out.AsOf.IsZero() {
		return access.Contents{}, fault.New(fault.Invalid, "There is no snapshot to take yet. "+missing[0])
	}
	for i, r := range l.out.Roles {
		l.out.Roles[i].Permissions = l.permissions[r.ID]
	}
	return l.out, nil
}

// contentsLoad is the contents of a snapshot being read.
type contentsLoad struct {
	out         access.Contents
	permissions map[string][]access.SnapshotPermission // by role
	states      map[pull.Source]pull.State
}

func (l *contentsLoad) queue(b *pgx.Batch) {
	b.Queue(snapshotMembersSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Members, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.SnapshotMember])
		return err
	})
	b.Queue(snapshotGroupsSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Groups, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.SnapshotGroup])
		return err
	})
	b.Queue(accessRolesSQL).Query(l.roles)
	b.Queue(accessPermissionsSQL).Query(l.grants)
	b.Queue(snapshotLimitsSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Limits, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.SnapshotLimit])
		return err
	})
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": "", "lock": int64(pullLock)}).Query(func(rows pgx.Rows) (err error) {
		l.states, err = collectStates(rows)
		return err
	})
}

func (l *contentsLoad) roles(rows pgx.Rows) error {
	var r access.SnapshotRole
	_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.Name, &r.DisplayName}, func() error {
		l.out.Roles = append(l.out.Roles, r)
		return nil
	})
	return err
}

func (l *contentsLoad) grants(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[access.Permission])
	for _, p := range found {
		l.permissions[p.RoleID] = append(l.permissions[p.RoleID], access.SnapshotPermission{Action: p.Action, Resource: p.Resource, ResourceID: p.ResourceID})
	}
	return err
}

// Snapshots returns the latest snapshots, newest first.
func (s *Store) Snapshots(ctx context.Context) ([]access.Snapshot, error) {
	rows, err := s.pool.Query(ctx, snapshotsSQL, pgx.StrictNamedArgs{"limit": snapshotsListed})
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[snapshotRow])
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", translate(err))
	}
	return each(found, snapshotRow.snapshot), nil
}

// Snapshot returns a snapshot and its contents as the file they were written as.
// A file that is not what was kept is an error.
func (s *Store) Snapshot(ctx context.Context, id int64) (access.Snapshot, []byte, error) {
	var r snapshotRow
	var packed []byte
	err := s.pool.QueryRow(ctx, snapshotBodySQL, id).
		Scan(&r.ID, &r.At, &r.ByName, &r.Members, &r.Groups, &r.Roles, &r.Limits, &r.Digest, &packed)
	if err != nil {
		return access.Snapshot{}, nil, fmt.Errorf("read snapshot %d: %w", id, translate(err))
	}
	body, err := pageDecoder().DecodeAll(packed, nil)
	if err != nil {
		return access.Snapshot{}, nil, fmt.Errorf("unpack snapshot %d: %w", id, err)
	}
	out := r.snapshot()
	if sha256.Sum256(body) != out.Digest {
		return access.Snapshot{}, nil, fmt.Errorf("snapshot %d is not what was kept: its digest differs", id)
	}
	return out, body, nil
}
