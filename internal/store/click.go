package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
)

// The same link opened twice within a second is one opening: mail programs do so.
const clickSQL = `
insert into click (delivery, path, at)
select d.id, @path, @at from delivery d
where d.id = @delivery and not exists (
    select from click c where c.delivery = d.id and c.path = @path and c.at > @at::timestamptz - interval '1 second' and c.at <= @at)`

// Click keeps that a link of a delivery was opened. A delivery that is gone keeps nothing.
func (s *Store) Click(ctx context.Context, d comms.DeliveryID, path string, at time.Time) error {
	if _, err := s.pool.Exec(ctx, clickSQL, pgx.StrictNamedArgs{"delivery": d, "path": cleanText(path), "at": at}); err != nil {
		return fmt.Errorf("keep an opened link: %w", translate(err))
	}
	return nil
}
