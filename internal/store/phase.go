package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	phasesSQL = `select key, starts_on from phase order by starts_on, key`

	lockPhasesSQL = `lock table phase in share row exclusive mode`

	clearPhasesSQL = `delete from phase`

	insertPhasesSQL = `insert into phase (key, starts_on) select * from unnest(@key::text[], @starts_on::date[])`
)

func readPhases(rows pgx.Rows) ([]adoption.PhaseStart, error) {
	var out []adoption.PhaseStart
	var key adoption.Phase
	var from time.Time
	_, err := pgx.ForEachRow(rows, []any{&key, &from}, func() error {
		out = append(out, adoption.PhaseStart{Phase: key, From: day.FromTime(from)})
		return nil
	})
	return out, err
}

// SetPhases sets the day each phase begins on; one left out has none. The
// fault is Conflict when they are no longer as the actor saw them, was.
func (s *Store) SetPhases(ctx context.Context, by identity.Actor, was, to []adoption.PhaseStart, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockPhasesSQL); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, phasesSQL)
		if err != nil {
			return err
		}
		have, err := readPhases(rows)
		switch {
		case err != nil:
			return err
		case !slices.Equal(have, was):
			return fault.New(fault.Conflict, "Somebody else changed the phases meanwhile. Nothing was changed by you.")
		case slices.Equal(have, to):
			return nil
		}
		return s.putPhases(ctx, tx, by, to, now)
	})
	s.index.expire()
	if err != nil {
		return fmt.Errorf("set the phases: %w", err)
	}
	return nil
}

func (s *Store) putPhases(ctx context.Context, tx pgx.Tx, by identity.Actor, to []adoption.PhaseStart, now time.Time) error {
	detail := map[string]string{}
	for _, p := range to {
		detail[string(p.Phase)] = p.From.String()
	}
	if _, err := tx.Exec(ctx, clearPhasesSQL); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, insertPhasesSQL, pgx.StrictNamedArgs{
		"key":       each(to, func(p adoption.PhaseStart) string { return string(p.Phase) }),
		"starts_on": each(to, func(p adoption.PhaseStart) day.Date { return p.From }),
	})
	if err != nil {
		return err
	}
	if _, err := bump(ctx, tx, touchesMoney); err != nil {
		return err
	}
	return s.audit(ctx, tx, now, identity.Event{By: by, Action: "phases.set", Subject: "phases", Detail: detail})
}
