package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/identity"
)

const freshRollSQL = `
select people from access_run where id = (select id from access_run order by at desc, id desc limit 1) and id <> @known and people <> ''`

// AccessView returns the last dry run with its snapshots and, for a scope that
// sees everyone, the people who fit f: in one round trip while the run is the one
// that was shown last.
func (s *Store) AccessView(ctx context.Context, scope identity.PeopleScope, f access.Filter) (access.View, error) {
	l := s.newAccessViewLoad(scope.Everyone())
	read := peopleRead{roll: l.known.roll, filter: f}
	b := &pgx.Batch{}
	l.queue(b)
	b.Queue(snapshotsSQL, pgx.StrictNamedArgs{"limit": snapshotsListed}).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[snapshotRow])
		l.view.Snapshots = each(found, snapshotRow.snapshot)
		return err
	})
	if l.people && l.known.run != 0 {
		read.queue(b)
	}
	err := (snapshot{s.pool}).SendBatch(ctx, b).Close()
	if err != nil {
		return access.View{}, fmt.Errorf("read the dry run: %w", translate(err))
	}
	if err = s.unpack(&l); err != nil || !l.view.Kept {
		return l.view, err
	}
	v := l.view
	if v.Run.ID == l.known.run {
		v.Page = read.page()
		return v, nil
	}
	v.Page, err = s.AccessPeople(ctx, scope, v.Roll, f)
	return v, err
}

// unpack gives the view its roll: the one in memory, unless the run is another one.
func (s *Store) unpack(l *accessViewLoad) error {
	if l.view.Ran && l.people && l.view.Run.ID == l.known.run {
		l.view.Kept, l.view.Roll = true, l.known.roll
		return nil
	}
	if len(l.body) == 0 {
		return nil
	}
	roll, err := unpackRoll(l.view.Run.ID, l.body)
	if err != nil {
		return err
	}
	s.roll.Store(&keptRoll{l.view.Run.ID, roll})
	l.view.Kept, l.view.Roll = true, roll
	return nil
}

// accessViewLoad is a view being read.
type accessViewLoad struct {
	known  *keptRoll
	people bool
	body   []byte // of the last run's roll, unless that is known
	view   access.View
}

func (s *Store) newAccessViewLoad(people bool) accessViewLoad {
	l := accessViewLoad{known: s.roll.Load(), people: people}
	if l.known == nil {
		l.known = &keptRoll{}
	}
	return l
}

func (l *accessViewLoad) queue(b *pgx.Batch) {
	b.Queue(latestAccessRunSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[accessRunRow])
		if err != nil || len(found) == 0 {
			return err
		}
		l.view.Ran = true
		l.view.Run, err = found[0].run()
		return err
	})
	if l.people {
		b.Queue(freshRollSQL, pgx.StrictNamedArgs{"known": l.known.run}).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&l.body}, func() error { return nil })
			return err
		})
	}
}

func unpackRoll(run int64, body []byte) (access.Roll, error) {
	var roll access.Roll
	text, err := pageDecoder().DecodeAll(body, nil)
	if err != nil {
		return roll, fmt.Errorf("unpack the people of dry run %d: %w", run, err)
	}
	if err := json.Unmarshal(text, &roll); err != nil {
		return roll, fmt.Errorf("read the people of dry run %d: %w", run, err)
	}
	return roll, nil
}
