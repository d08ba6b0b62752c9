package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	coverageSQL = `select least, most, people_low, people_high, version from champion_coverage`

	setCoverageSQL = `
update champion_coverage set least = @least, most = @most, people_low = @people_low, people_high = @people_high, version = version + 1
where version = @version`

	setInterestSQL = `
insert into champion_interest (account, words, at) values (@account, @words, @at)
on conflict (account) do update set words = excluded.words, at = excluded.at`

	deleteInterestSQL = `delete from champion_interest where account = $1`
)

// SetCoverage implements [people.ChampionKeeper].
func (s *Store) SetCoverage(ctx context.Context, by identity.Actor, v people.Coverage, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, setCoverageSQL, pgx.StrictNamedArgs{
			"least": v.Least, "most": v.Most, "people_low": v.PeopleLow, "people_high": v.PeopleHigh, "version": v.Version,
		})
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "Somebody else changed these numbers meanwhile. What holds now is shown; repeat your change if it is still needed.")
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "coverage.set", Subject: "champions", Detail: map[string]string{
			"least": strconv.Itoa(v.Least), "most": strconv.Itoa(v.Most), "people": strconv.Itoa(v.PeopleLow) + "-" + strconv.Itoa(v.PeopleHigh),
		}})
	})
	if err != nil {
		return fmt.Errorf("set how many champions there should be: %w", err)
	}
	return nil
}

// SetInterest implements [people.ChampionKeeper].
func (s *Store) SetInterest(ctx context.Context, by identity.Actor, words string, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, setInterestSQL, pgx.StrictNamedArgs{"account": int64(by.Account), "words": cleanText(words), "at": now})
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, now, interestEvent(by, "champion.interested"))
	})
	if err != nil {
		return fmt.Errorf("keep that somebody may be asked: %w", err)
	}
	return nil
}

// DeleteInterest implements [people.ChampionKeeper].
func (s *Store) DeleteInterest(ctx context.Context, by identity.Actor, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, deleteInterestSQL, int64(by.Account))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, now, interestEvent(by, "champion.not_interested"))
	})
	if err != nil {
		return fmt.Errorf("forget that somebody may be asked: %w", err)
	}
	return nil
}

func interestEvent(by identity.Actor, action string) identity.Event {
	return identity.Event{By: by, Action: action, Subject: "account/" + strconv.FormatInt(int64(by.Account), 10)}
}
