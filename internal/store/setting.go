package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
)

const (
	settingsSQL = `select key, value from setting where key in ('task_min_actions', 'min_cohort_size', 'loaded_hourly_rate')`

	saveSettingSQL = `
insert into setting (key, value, updated_at) values (@key, @value, now())
on conflict (key) do update set value = excluded.value, updated_at = now()
where setting.value is distinct from excluded.value`

	dropSettingSQL = `delete from setting where key = $1`
)

// readSettings puts what is stored over the defaults.
func readSettings(rows pgx.Rows) (adoption.Settings, error) {
	set := adoption.DefaultSettings()
	var key string
	var value []byte
	_, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		if err := putSetting(&set, key, value); err != nil {
			return fmt.Errorf("setting %s: %w", key, err)
		}
		return nil
	})
	return set, err
}

func putSetting(set *adoption.Settings, key string, value []byte) error {
	switch key {
	case "task_min_actions":
		return json.Unmarshal(value, &set.TaskMinActions)
	case "min_cohort_size":
		if err := json.Unmarshal(value, &set.MinCohortSize); err != nil {
			return err
		}
		set.MinCohortSize = max(set.MinCohortSize, adoption.DefaultSettings().MinCohortSize)
	case "loaded_hourly_rate":
		var usd string
		if err := json.Unmarshal(value, &usd); err != nil {
			return err
		}
		rate, err := adoption.ParseUSD(usd)
		if err != nil {
			return err
		}
		set.HourlyRate = &rate
	}
	return nil
}

// Settings returns the organization's own numbers.
func (s *Store) Settings(ctx context.Context) (adoption.Settings, error) {
	rows, err := s.pool.Query(ctx, settingsSQL)
	if err != nil {
		return adoption.Settings{}, translate(err)
	}
	set, err := readSettings(rows)
	return set, translate(err)
}

// SaveSettings keeps set. When task_min_actions changes, every day's task days
// are decided anew in the same transaction, so no figure mixes two definitions.
func (s *Store) SaveSettings(ctx context.Context, set adoption.Settings) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		generation, err := bump(ctx, tx, touchesMoney)
		if err != nil {
			return err
		}
		if err := saveSetting(ctx, tx, "task_min_actions", set.TaskMinActions); err != nil {
			return err
		}
		if err := saveSetting(ctx, tx, "min_cohort_size", set.MinCohortSize); err != nil {
			return err
		}
		if set.HourlyRate == nil {
			_, err = tx.Exec(ctx, dropSettingSQL, "loaded_hourly_rate")
		} else {
			err = saveSetting(ctx, tx, "loaded_hourly_rate", set.HourlyRate.USD())
		}
		if err != nil {
			return err
		}
		return reindexOutdated(ctx, tx, generation, set.TaskMinActions)
	})
	s.index.expire()
	return err
}

func saveSetting(ctx context.Context, tx pgx.Tx, key string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write setting %s: %w", key, err)
	}
	_, err = tx.Exec(ctx, saveSettingSQL, pgx.StrictNamedArgs{"key": key, "value": json.RawMessage(value)})
	return err
}
