package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// testUseful is how long a test waits for its turn before nobody looks for it any more.
const testUseful = time.Hour

const testsLatelySQL = `
select count(*) from mailing where kind = 'test' and key like @prefix and created_at > @now::timestamptz - interval '1 hour' and key <> @key`

// TestMessage mails a message to whoever asks, and to nobody else. The same form sent
// twice mails it once; more than [comms.MaxTests] an hour are TooMany.
func (s *Store) TestMessage(ctx context.Context, by identity.Actor, t comms.Testing, now time.Time) error {
	prefix := "test/" + strconv.FormatInt(int64(by.Account), 10) + "/"
	mailing := comms.Mailing{
		Kind: comms.KindTest, Key: prefix + t.Key, Message: t.Message, N: t.N, Title: t.Title, DueAt: now, UsefulUntil: now.Add(testUseful),
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var lately int
		args := pgx.StrictNamedArgs{"prefix": prefix + "%", "key": mailing.Key, "now": now}
		if err := tx.QueryRow(ctx, testsLatelySQL, args).Scan(&lately); err != nil {
			return err
		}
		if lately >= comms.MaxTests {
			return fault.New(fault.TooMany, "You have sent yourself "+strconv.Itoa(comms.MaxTests)+" tests within the hour. Look at the preview meanwhile.")
		}
		t.Letter.To.Email = by.Email
		_, made, err := s.Enqueue(ctx, tx, mailing, []comms.Letter{t.Letter}, now)
		if err != nil || !made {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{
			By: by, Action: "message.tested", Subject: fmt.Sprintf("message/%d", t.Message), Detail: map[string]string{"version": strconv.Itoa(t.N)},
		})
	})
	if err != nil {
		return fmt.Errorf("mail a test: %w", err)
	}
	return nil
}
