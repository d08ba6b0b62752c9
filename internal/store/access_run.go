package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/day"
	"groundswell/internal/identity"
)

const (
	latestAccessRunSQL = `
select id, at, by_name, as_of, members, keeps, surprise, planned, nothing, complete, summary
from access_run order by at desc, id desc limit 1`

	insertAccessRunSQL = `
insert into access_run (at, by_name, as_of, members, keeps, surprise, planned, nothing, complete, summary, people)
values (@at, @by, @as_of, @members, @keeps, @surprise, @planned, @nothing, @complete, @summary, @people)
returning id`

	// What people were told is long over; the numbers stay.
	forgetRollsSQL = `
update access_run set people = ''
where people <> '' and id <= (select id from access_run order by id desc offset @keep limit 1)`

	accessRollSQL = `select people from access_run where id = $1 and people <> ''`
)

// rollsKept is how many runs keep what they found of each person.
const rollsKept = 60

// keptRoll is the roll of a run, in memory.
type keptRoll struct {
	run  int64
	roll access.Roll
}

type accessRunRow struct {
	ID       int64
	At       time.Time
	ByName   string
	AsOf     *time.Time
	Members  int
	Keeps    int
	Surprise int
	Planned  int
	Nothing  int
	Complete bool
	Summary  []byte
}

// runSummary is what of a run has no column of its own.
type runSummary struct {
	access.Run
	LastDay int32 `json:"through"`
}

func (r accessRunRow) run() (access.Run, error) {
	var kept runSummary
	if err := json.Unmarshal(r.Summary, &kept); err != nil {
		return access.Run{}, fmt.Errorf("read dry run %d: %w", r.ID, err)
	}
	out := kept.Run
	out.ID, out.At, out.By, out.Through = r.ID, r.At.UTC(), r.ByName, day.Date(kept.LastDay)
	out.Members, out.Keeps, out.Surprise, out.Planned = r.Members, r.Keeps, r.Surprise, r.Planned
	out.Nothing, out.Complete = r.Nothing, r.Complete
	if r.AsOf != nil {
		out.AsOf = r.AsOf.UTC()
	}
	return out, nil
}

// LatestAccessRun returns the last dry run of enforcement, false while there was none.
func (s *Store) LatestAccessRun(ctx context.Context) (access.Run, bool, error) {
	rows, err := s.pool.Query(ctx, latestAccessRunSQL)
	if err != nil {
		return access.Run{}, false, fmt.Errorf("read the last dry run: %w", translate(err))
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[accessRunRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return access.Run{}, false, nil
	}
	if err != nil {
		return access.Run{}, false, fmt.Errorf("read the last dry run: %w", translate(err))
	}
	run, err := row.run()
	return run, err == nil, err
}

// AccessRoll returns what a run found of each person, NotFound when it is no longer kept.
func (s *Store) AccessRoll(ctx context.Context, run int64) (access.Roll, error) {
	if k := s.roll.Load(); k != nil && k.run == run {
		return k.roll, nil
	}
	var body []byte
	if err := s.pool.QueryRow(ctx, accessRollSQL, run).Scan(&body); err != nil {
		return access.Roll{}, fmt.Errorf("read the people of dry run %d: %w", run, translate(err))
	}
	roll, err := unpackRoll(run, body)
	if err != nil {
		return access.Roll{}, err
	}
	s.roll.Store(&keptRoll{run, roll})
	return roll, nil
}

// RunAccess works out what enforcing roles today would do to everybody, says
// what differs from the run before, and keeps it. by is nobody after a sync.
func (s *Store) RunAccess(ctx context.Context, by identity.Actor, now time.Time) (access.Run, error) {
	d, err := s.Directory(ctx, now)
	if err != nil {
		return access.Run{}, err
	}
	run, fates := access.DryRun(d, day.FromTime(now))
	run.At, run.By = now.UTC(), by.Name
	if run.Change, err = s.changeSince(ctx, fates); err != nil {
		return access.Run{}, err
	}
	roll := access.RollOf(d, fates)
	if err := s.keepRun(ctx, by, &run, roll); err != nil {
		return access.Run{}, fmt.Errorf("keep a dry run: %w", err)
	}
	s.roll.Store(&keptRoll{run.ID, roll})
	s.plan.expire()
	return run, nil
}

// changeSince compares fates with those of the last run; nil when there was none.
func (s *Store) changeSince(ctx context.Context, fates []access.Fate) (*access.Change, error) {
	last, ok, err := s.LatestAccessRun(ctx)
	if err != nil || !ok {
		return nil, err
	}
	before, err := s.AccessRoll(ctx, last.ID)
	if err != nil {
		return nil, err
	}
	return access.Compare(last.At, before.Fates, fates), nil
}

func (s *Store) keepRun(ctx context.Context, by identity.Actor, run *access.Run, roll access.Roll) error {
	summary, err := json.Marshal(runSummary{*run, int32(run.Through)})
	if err != nil {
		return err
	}
	people, err := json.Marshal(roll)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, insertAccessRunSQL, pgx.StrictNamedArgs{
			"at": run.At, "by": run.By, "as_of": moment(run.AsOf), "members": run.Members, "keeps": run.Keeps, "surprise": run.Surprise,
			"planned": run.Planned, "nothing": run.Nothing, "complete": run.Complete,
			"summary": summary, "people": pageEncoder().EncodeAll(people, nil),
		}).Scan(&run.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, forgetRollsSQL, pgx.StrictNamedArgs{"keep": rollsKept}); err != nil {
			return err
		}
		if err := bumpPlan(ctx, tx); err != nil {
			return err
		}
		if by.Subject() == "" {
			return nil // the sync tells of itself
		}
		return s.audit(ctx, tx, run.At, identity.Event{
			By: by, Action: "access.ran", Subject: "access_run/" + strconv.FormatInt(run.ID, 10),
			Detail: map[string]string{"surprise": strconv.Itoa(run.Surprise), "complete": strconv.FormatBool(run.Complete)},
		})
	})
}
