package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// sender sends a batch: a transaction, or a [snapshot].
type sender interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}

// snapshot sends every batch as a transaction of its own whose statements see the
// same state of the database, in one round trip.
type snapshot struct{ pool *pgxpool.Pool }

const (
	beginSnapshotSQL = `begin transaction isolation level repeatable read, read only`

	endSnapshotSQL = `commit`
)

// SendBatch implements sender.
func (s snapshot) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	b.QueuedQueries = slices.Insert(b.QueuedQueries, 0, &pgx.QueuedQuery{SQL: beginSnapshotSQL})
	b.Queue(endSnapshotSQL)
	return s.pool.SendBatch(ctx, b)
}
