package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/sheet"
)

// How many of these addresses, each of a kind, do not want it, and how many others are of people who are gone.
const unreachedSQL = `
select kind, count(*) filter (where ended and not departed)::int as ended, count(*) filter (where departed)::int as departed
from (
    select kind, ` + isDepartedSQL + ` as departed,
           exists (select from mail_choice c where c.email_folded = e and c.kind = a.kind and not c.wanted) as ended
    from unnest(@kinds::text[], @emails::text[]) as a (kind, e)
) of
group by kind`

// DigestBoard returns what goes out by itself: when each kind goes out next, whom it would
// reach if it went out now, and what became of the last one.
func (s *Store) DigestBoard(ctx context.Context, now time.Time) (comms.DigestBoard, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return comms.DigestBoard{}, err
	}
	out, err := s.newBoard(ctx, now)
	if err != nil {
		return out, err
	}
	to := map[comms.MailingKind][]string{}
	for _, d := range rollout.Digests(p, now) {
		to[comms.KindTasks] = append(to[comms.KindTasks], d.To.Email)
	}
	l, b := newReminderLoad(), &pgx.Batch{}
	queueDigests(b, &out)
	queueHolders(b, to)
	l.queueExpected(b, out.Day.Today)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return out, fmt.Errorf("read what goes out by itself: %w", translate(err))
	}
	for _, r := range enablement.Reminders(l.facts(), out.Day.Today) {
		to[comms.KindReminder] = append(to[comms.KindReminder], r.To.Email)
	}
	return out, s.reachOf(ctx, &out, to)
}

// DigestTimes is [Store.DigestBoard] without whom it would reach.
func (s *Store) DigestTimes(ctx context.Context, now time.Time) (comms.DigestBoard, error) {
	out, err := s.newBoard(ctx, now)
	if err != nil {
		return out, err
	}
	b := &pgx.Batch{}
	queueDigests(b, &out)
	return out, translate(s.pool.SendBatch(ctx, b).Close())
}

func (s *Store) newBoard(ctx context.Context, now time.Time) (comms.DigestBoard, error) {
	on, err := s.DigestDay(ctx, now)
	return comms.DigestBoard{Now: now, Day: on, Runs: map[comms.MailingKind]comms.DigestRun{}, Reach: map[comms.MailingKind]comms.DigestReach{}}, err
}

// queueDigests reads the setting, the month that was closed last, and the last digest of each kind.
func queueDigests(b *pgx.Batch, out *comms.DigestBoard) {
	b.Queue(digestSettingSQL).Query(func(rows pgx.Rows) error {
		row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[digestSettingRow])
		out.Setting = comms.DigestSetting(row)
		return err
	})
	b.Queue(lastClosedSQL).QueryRow(func(row pgx.Row) error {
		var closed *time.Time
		err := row.Scan(&closed)
		out.Day.Closed = dayOf(closed)
		return err
	})
	b.Queue(digestRunsSQL).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[comms.DigestRun])
		for _, r := range list {
			out.Runs[r.Kind] = r
		}
		return err
	})
}

// queueHolders reads whom the kinds reach that go to everybody with a role.
func queueHolders(b *pgx.Batch, to map[comms.MailingKind][]string) {
	kinds := map[identity.Role]comms.MailingKind{
		identity.Champion: comms.KindChampion, identity.Lead: comms.KindFailures, identity.Executive: comms.KindReport,
	}
	args := pgx.StrictNamedArgs{"only": "", "roles": roleTexts([]identity.Role{identity.Champion, identity.Lead, identity.Executive})}
	b.Queue(holdersOfSQL, args).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[holderOfRow])
		for _, r := range list {
			for _, role := range r.Roles {
				if k, ok := kinds[role]; ok && (role != identity.Champion || len(r.Departments) > 0) {
					to[k] = append(to[k], r.Email)
				}
			}
		}
		return err
	})
}

// reachOf counts whom each kind reaches, and who of them ended it; whoever is gone counts as neither.
func (s *Store) reachOf(ctx context.Context, out *comms.DigestBoard, to map[comms.MailingKind][]string) error {
	var kinds, emails []string
	seen := map[[2]string]bool{}
	for k, list := range to {
		for _, email := range list {
			at := [2]string{string(k), sheet.Fold(email)}
			if seen[at] {
				continue
			}
			seen[at] = true
			kinds, emails = append(kinds, at[0]), append(emails, at[1])
			r := out.Reach[k]
			r.People++
			out.Reach[k] = r
		}
	}
	rows, err := s.pool.Query(ctx, unreachedSQL, pgx.StrictNamedArgs{"kinds": kinds, "emails": emails})
	if err != nil {
		return fmt.Errorf("count who wants no mail: %w", translate(err))
	}
	var kind comms.MailingKind
	var ended, gone int
	_, err = pgx.ForEachRow(rows, []any{&kind, &ended, &gone}, func() error {
		r := out.Reach[kind]
		r.People, r.OptedOut = r.People-ended-gone, ended
		out.Reach[kind] = r
		return nil
	})
	return translate(err)
}
