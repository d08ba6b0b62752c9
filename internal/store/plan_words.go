package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/rollout"
)

const (
	insertAttestationSQL = `
insert into attestation (task, by_name, by_email, at, holds_to, words)
values (@task, @by_name, @by_email, @at, @holds_to, @words)`

	insertProofSQL = `
insert into proof (task, kind, name, url, media_type, size, body, at, by_name, by_email)
values (@task, @kind, @name, @url, @media_type, @size, @body, @at, @by_name, @by_email)`

	removeProofsSQL = `delete from proof where id = any ($1::bigint[])`

	insertActivitiesSQL = `
insert into task_activity (task, at, account, actor, kind, say)
select task, at, nullif(@account::bigint, 0), actor, kind, say
from unnest(@task::bigint[], @at::timestamptz[], @actor::text[], @kind::text[], @say::text[]) as a (task, at, actor, kind, say)`

	activitySQL = `select at, actor as by, kind, say from task_activity where task = $1 order by id desc`

	planActivitySQL = `
select task, at, actor as by, kind, say from task_activity order by id desc limit @limit offset @skip`

	proofFileSQL = `select body from proof where id = $1 and kind = 'file'`
)

// keepWords writes what people say and show.
func (k *planKeeper) keepWords(ctx context.Context) error {
	b := &pgx.Batch{}
	for _, a := range k.change.Attested {
		b.Queue(insertAttestationSQL, pgx.StrictNamedArgs{
			"task": k.task(a.Task), "by_name": cleanText(a.By.Name), "by_email": cleanText(a.By.Email), "at": a.At,
			"holds_to": dayOrNull(a.HoldsTo), "words": cleanText(a.Words),
		})
	}
	for _, f := range k.change.Proofs {
		b.Queue(insertProofSQL, pgx.StrictNamedArgs{
			"task": k.task(f.Task), "kind": string(f.Kind), "name": cleanText(f.Name), "url": cleanText(f.URL), "media_type": f.MediaType,
			"size": f.Size, "body": f.Body, "at": f.At, "by_name": cleanText(f.By.Name), "by_email": cleanText(f.By.Email),
		})
	}
	if len(k.change.RemovedProofs) > 0 {
		b.Queue(removeProofsSQL, k.change.RemovedProofs)
	}
	return k.tx.SendBatch(ctx, b).Close()
}

func (k *planKeeper) keepActivity(ctx context.Context) error {
	list := k.change.Activities
	if len(list) == 0 {
		return nil
	}
	_, err := k.tx.Exec(ctx, insertActivitiesSQL, pgx.StrictNamedArgs{
		"task":    each(list, func(a rollout.TaskActivity) rollout.TaskID { return k.task(a.Task) }),
		"at":      each(list, func(a rollout.TaskActivity) time.Time { return a.At }),
		"account": int64(k.by.Account),
		"actor":   texts(list, func(a rollout.TaskActivity) string { return a.By }),
		"kind":    texts(list, func(a rollout.TaskActivity) string { return a.Kind }),
		"say":     texts(list, func(a rollout.TaskActivity) string { return a.Say }),
	})
	return err
}

// TaskActivity returns what happened to a task, newest first.
func (s *Store) TaskActivity(ctx context.Context, id rollout.TaskID) ([]rollout.Activity, error) {
	rows, err := s.pool.Query(ctx, activitySQL, id)
	if err != nil {
		return nil, fmt.Errorf("read the activity of a task: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[rollout.Activity])
	if err != nil {
		return nil, fmt.Errorf("read the activity of a task: %w", translate(err))
	}
	for i := range list {
		list[i].At = list[i].At.UTC()
	}
	return list, nil
}

// PlanActivity returns what happened to any task, newest first: at most limit
// entries after leaving out the first skip.
func (s *Store) PlanActivity(ctx context.Context, skip, limit int) ([]rollout.TaskActivity, error) {
	rows, err := s.pool.Query(ctx, planActivitySQL, pgx.StrictNamedArgs{"skip": skip, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("read the activity of the plan: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[rollout.TaskActivity])
	if err != nil {
		return nil, fmt.Errorf("read the activity of the plan: %w", translate(err))
	}
	for i := range list {
		list[i].At = list[i].At.UTC()
	}
	return list, nil
}

// ProofFile returns the bytes of a proof that is a file.
func (s *Store) ProofFile(ctx context.Context, id int64) ([]byte, error) {
	var body []byte
	if err := s.pool.QueryRow(ctx, proofFileSQL, id).Scan(&body); err != nil {
		return nil, fmt.Errorf("read a proof: %w", translate(err))
	}
	return body, nil
}
