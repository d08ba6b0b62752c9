package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/sheet"
)

const (
	insertMailingSQL = `
insert into mailing (kind, key, occurrence, message, n, title, due_at, useful_until, created_at)
values (@kind, @key, nullif(@occurrence::bigint, 0), nullif(@message::bigint, 0), nullif(@n::int, 0), @title, @due, @until, @now)
on conflict (key) do nothing
returning id`

	mailingOfKeySQL = `select id from mailing where key = $1`

	mailChannelSQL = `select id from send_channel where kind = 'mail' and removed_at is null`

	insertLettersSQL = `
insert into delivery (mailing, channel, email, name, subject, body, state, reason, next_at)
select @mailing, @channel, t.email, t.name, t.subject, t.body, case when t.why = '' then 'waiting' else 'left_out' end, t.why, @from
from unnest(@emails::text[], @names::text[], @subjects::text[], @bodies::text[], @whys::text[]) as t(email, name, subject, body, why)
on conflict (mailing, channel, email_folded) do nothing`

	bouncedOfSQL = `select email_folded from bounced_address where email_folded = any (@emails::text[])`
)

// Enqueue keeps a mailing whose letters carry their own text, to be sent by mail, and
// leaves out whoever is to get none. It is told by its key: a second one of the same
// comes to nothing and is answered with the first and false. Without letters there is
// no mailing. It is part of tx, or of a transaction of its own when tx is nil.
func (s *Store) Enqueue(ctx context.Context, tx pgx.Tx, m comms.Mailing, letters []comms.Letter, now time.Time) (id comms.MailingID, made bool, err error) {
	if len(letters) == 0 {
		return 0, false, nil
	}
	do := func(tx pgx.Tx) error {
		id, made, err = s.enqueue(ctx, tx, m, letters, now)
		return err
	}
	if tx == nil {
		err = s.inTx(ctx, do)
	} else {
		err = do(tx)
	}
	if err != nil {
		return 0, false, fmt.Errorf("keep what is to be mailed: %w", err)
	}
	return id, made, nil
}

func (s *Store) enqueue(ctx context.Context, tx pgx.Tx, m comms.Mailing, letters []comms.Letter, now time.Time) (comms.MailingID, bool, error) {
	id, made, err := insertMailing(ctx, tx, m, now)
	if err != nil || !made {
		return id, false, err
	}
	var mail int
	if err := tx.QueryRow(ctx, mailChannelSQL).Scan(&mail); err != nil {
		return 0, false, err
	}
	whys, err := leftOut(ctx, tx, m.Kind, letters)
	if err != nil {
		return 0, false, err
	}
	args := pgx.StrictNamedArgs{
		"mailing": int64(id), "channel": mail, "whys": whys, "from": firstTry(m),
		"emails":   each(letters, func(l comms.Letter) string { return cleanText(l.To.Email) }),
		"names":    each(letters, func(l comms.Letter) string { return cleanText(l.To.Name) }),
		"subjects": each(letters, func(l comms.Letter) string { return cleanText(l.Subject) }),
		"bodies":   each(letters, func(l comms.Letter) string { return cleanText(l.Body) }),
	}
	if _, err := tx.Exec(ctx, insertLettersSQL, args); err != nil {
		return 0, false, err
	}
	return id, true, s.askDrains(ctx, tx, []int{mail})
}

// firstTry is when a mailing's deliveries may leave first. What one person waits for
// at this moment goes before what was due earlier.
func firstTry(m comms.Mailing) time.Time {
	if m.Kind == comms.KindTest || m.Kind == comms.KindSeat {
		return time.Time{}
	}
	return m.DueAt
}

// insertMailing adds a mailing; made is false when there is one of its key.
func insertMailing(ctx context.Context, tx pgx.Tx, m comms.Mailing, now time.Time) (id comms.MailingID, made bool, err error) {
	err = tx.QueryRow(ctx, insertMailingSQL, pgx.StrictNamedArgs{
		"kind": string(m.Kind), "key": m.Key, "occurrence": int64(m.Occurrence), "message": int64(m.Message), "n": m.N,
		"title": cleanText(m.Title), "due": m.DueAt, "until": m.UsefulUntil, "now": now,
	}).Scan(&id)
	if err == pgx.ErrNoRows {
		return id, false, tx.QueryRow(ctx, mailingOfKeySQL, m.Key).Scan(&id)
	}
	return id, err == nil, err
}

// leftOut says of each letter why its recipient is left out; "" for those who get it. A
// test goes to whoever asked for it, wherever they are.
func leftOut(ctx context.Context, tx pgx.Tx, kind comms.MailingKind, letters []comms.Letter) ([]string, error) {
	emails := each(letters, func(l comms.Letter) string { return sheet.Fold(l.To.Email) })
	bounced, gone, wants := map[string]bool{}, map[string]bool{}, map[string]bool{}
	choice, chosen := comms.ChoiceOf(kind)
	var err error
	if kind != comms.KindTest {
		if bounced, err = bouncedOf(ctx, tx, emails); err != nil {
			return nil, err
		}
		if gone, err = departed(ctx, tx, emails); err != nil {
			return nil, err
		}
	}
	if chosen {
		if wants, err = wanted(ctx, tx, choice, emails); err != nil {
			return nil, err
		}
	}
	return each(emails, func(e string) string {
		switch {
		case !comms.Usable(e):
			return string(comms.LeftNoAddress)
		case gone[e]:
			return string(comms.LeftGone)
		case chosen && !wants[e]:
			return string(comms.LeftOptedOut)
		case bounced[e]:
			return string(comms.LeftBounced)
		}
		return ""
	}), nil
}

// bouncedOf returns which of these folded addresses mail came back from.
func bouncedOf(ctx context.Context, q querier, emails []string) (map[string]bool, error) {
	rows, err := q.Query(ctx, bouncedOfSQL, pgx.StrictNamedArgs{"emails": emails})
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	var email string
	_, err = pgx.ForEachRow(rows, []any{&email}, func() error {
		out[email] = true
		return nil
	})
	return out, err
}

// OnWaiting names who is told, in the transaction that made them, that deliveries of
// channels wait: the job queue. It is said once, before the store is used.
func (s *Store) OnWaiting(ask func(ctx context.Context, tx pgx.Tx, channels []int) error) {
	s.drains = ask
}

// askDrains asks for channels to be drained soon. Without a job queue the timetable finds them.
func (s *Store) askDrains(ctx context.Context, tx pgx.Tx, channels []int) error {
	if s.drains == nil || len(channels) == 0 {
		return nil
	}
	if err := s.drains(ctx, tx, channels); err != nil {
		return fmt.Errorf("ask for channels to be drained: %w", err)
	}
	return nil
}
