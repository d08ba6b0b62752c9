package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
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

// Settings returns the organization's own numbers, targets and phases.
func (s *Store) Settings(ctx context.Context) (adoption.Settings, error) {
	set := adoption.Settings{}
	b := &pgx.Batch{}
	queueSettings(b, &set)
	err := s.pool.SendBatch(ctx, b).Close()
	return set, translate(err)
}

// queueSettings puts into b what reads set.
func queueSettings(b *pgx.Batch, set *adoption.Settings) {
	b.Queue(settingsSQL).Query(func(rows pgx.Rows) (err error) {
		*set, err = readSettings(rows)
		return err
	})
	b.Queue(targetsSQL).Query(func(rows pgx.Rows) (err error) {
		set.Targets, err = readTargets(rows)
		return err
	})
	b.Queue(phasesSQL).Query(func(rows pgx.Rows) (err error) {
		set.Phases, err = readPhases(rows)
		return err
	})
}

// SaveSettings keeps the numbers of to; targets and phases are set one by one.
// The fault is Conflict when they are no longer as the actor saw them, was. When
// task_min_actions changes, every day's task days are decided anew in the same
// transaction, so no figure mixes two definitions.
func (s *Store) SaveSettings(ctx context.Context, by identity.Actor, was, to adoption.Settings, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		generation, err := bump(ctx, tx, touchesMoney) // and nobody else changes a setting before the end
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, settingsSQL)
		if err != nil {
			return err
		}
		have, err := readSettings(rows)
		if err != nil {
			return err
		}
		if len(numbers(have, was)) > 0 {
			return fault.New(fault.Conflict, "Somebody else changed these numbers meanwhile. Nothing was changed by you.")
		}
		changed := numbers(have, to)
		if err := putNumbers(ctx, tx, changed); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, now, settingEvents(by, changed)...); err != nil {
			return err
		}
		return reindexOutdated(ctx, tx, generation, to.TaskMinActions)
	})
	s.index.expire()
	if err != nil {
		return fmt.Errorf("save the settings: %w", err)
	}
	return nil
}

// number is a setting on its way into the table.
type number struct {
	key      string
	value    any // nil takes it out
	from, to string
}

// numbers returns the settings in which to differs from have.
func numbers(have, to adoption.Settings) []number {
	var out []number
	if have.TaskMinActions != to.TaskMinActions {
		out = append(out, number{"task_min_actions", to.TaskMinActions, strconv.Itoa(have.TaskMinActions), strconv.Itoa(to.TaskMinActions)})
	}
	if have.MinCohortSize != to.MinCohortSize {
		out = append(out, number{"min_cohort_size", to.MinCohortSize, strconv.Itoa(have.MinCohortSize), strconv.Itoa(to.MinCohortSize)})
	}
	if from, to := rateText(have.HourlyRate), rateText(to.HourlyRate); from != to {
		n := number{key: "loaded_hourly_rate", from: from, to: to}
		if to != "" {
			n.value = to
		}
		out = append(out, n)
	}
	return out
}

func rateText(rate *adoption.Money) string {
	if rate == nil {
		return ""
	}
	return rate.USD()
}

func putNumbers(ctx context.Context, tx pgx.Tx, list []number) error {
	for _, n := range list {
		if n.value == nil {
			if _, err := tx.Exec(ctx, dropSettingSQL, n.key); err != nil {
				return err
			}
			continue
		}
		if err := saveSetting(ctx, tx, n.key, n.value); err != nil {
			return err
		}
	}
	return nil
}

func settingEvents(by identity.Actor, list []number) []identity.Event {
	return each(list, func(n number) identity.Event {
		return identity.Event{By: by, Action: "setting.changed", Subject: "setting/" + n.key, Detail: map[string]string{"from": n.from, "to": n.to}}
	})
}

func saveSetting(ctx context.Context, tx pgx.Tx, key string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write setting %s: %w", key, err)
	}
	_, err = tx.Exec(ctx, saveSettingSQL, pgx.StrictNamedArgs{"key": key, "value": json.RawMessage(value)})
	return err
}
