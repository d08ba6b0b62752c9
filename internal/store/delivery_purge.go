package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How long what was sent is kept.
const (
	letterLife = 30 * 24 * time.Hour
	clickLife  = 400 * 24 * time.Hour
)

const (
	// What waits or may be sent again is needed still.
	forgetLettersSQL = `
update delivery set subject = null, body = null
where (subject is not null or body is not null) and settled_at < @before and state not in ('waiting', 'sending')`

	forgetClicksSQL = `delete from click where at < @before`
)

// PurgeSent forgets what digests and reminders said to each person after 30 days,
// and opened links after 400. It returns how many there were of either.
func (s *Store) PurgeSent(ctx context.Context, now time.Time) (letters, clicks int, err error) {
	forgotten, err := s.pool.Exec(ctx, forgetLettersSQL, pgx.StrictNamedArgs{"before": now.Add(-letterLife)})
	if err != nil {
		return 0, 0, fmt.Errorf("forget letters: %w", translate(err))
	}
	gone, err := s.pool.Exec(ctx, forgetClicksSQL, pgx.StrictNamedArgs{"before": now.Add(-clickLife)})
	if err != nil {
		return int(forgotten.RowsAffected()), 0, fmt.Errorf("forget opened links: %w", translate(err))
	}
	return int(forgotten.RowsAffected()), int(gone.RowsAffected()), nil
}
