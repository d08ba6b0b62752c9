package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
)

const firstSentSQL = `
update mailing set sent_at = @at where id = @id and sent_at is null returning kind`

// firstSent keeps when the first delivery of a mailing was sent; any later one
// changes nothing. With it a message becomes a note on the charts: readers of the index
// see it once tx is committed.
func firstSent(ctx context.Context, tx pgx.Tx, id comms.MailingID, at time.Time) error {
	var kind comms.MailingKind
	err := tx.QueryRow(ctx, firstSentSQL, pgx.StrictNamedArgs{"id": id, "at": at}).Scan(&kind)
	switch {
	case err == pgx.ErrNoRows:
		return nil
	case err != nil || kind != comms.KindMessage:
		return err
	}
	if err := proveTask(ctx, tx, id, at); err != nil {
		return err
	}
	_, err = bump(ctx, tx, touchesNothing)
	return err
}
