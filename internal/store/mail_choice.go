package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

const (
	unwantedSQL = `select email_folded from mail_choice where kind = @kind and not wanted and email_folded = any (@emails::text[])`

	// A person is gone when every account under the address was deactivated, or every member
	// of it is listed no more. Somebody who was neither is only not there yet.
	isDepartedSQL = `
(exists (select from account a where lower(a.email) = e) and not exists (select from account a where lower(a.email) = e and a.deactivated_at is null)
 or exists (select from member m where m.email_folded = e) and not exists (select from member m where m.email_folded = e and m.listed))`

	departedSQL = `select e from unnest(@emails::text[]) as e where ` + isDepartedSQL

	mailChoicesSQL = `select kind, wanted from mail_choice where email_folded = $1`

	keepMailChoiceSQL = `
insert into mail_choice (email_folded, kind, wanted, at) values (@email, @kind, @wanted, @now)
on conflict (email_folded, kind) do update set wanted = excluded.wanted, at = excluded.at
where mail_choice.wanted <> excluded.wanted`
)

// Wanted reports which of these addresses get mail of a choice, by folded address:
// every one that was asked about is there.
func (s *Store) Wanted(ctx context.Context, c comms.Choice, emails []string) (map[string]bool, error) {
	out, err := wanted(ctx, s.pool, c, emails)
	if err != nil {
		return nil, fmt.Errorf("read who wants mail: %w", translate(err))
	}
	return out, nil
}

// wanted is [Store.Wanted] inside whatever q is.
func wanted(ctx context.Context, q querier, c comms.Choice, emails []string) (map[string]bool, error) {
	out := make(map[string]bool, len(emails))
	folded := texts(emails, sheet.Fold)
	for _, e := range folded {
		out[e] = c.Default()
	}
	rows, err := q.Query(ctx, unwantedSQL, pgx.StrictNamedArgs{"kind": string(c), "emails": folded})
	if err != nil {
		return nil, err
	}
	var email string
	_, err = pgx.ForEachRow(rows, []any{&email}, func() error {
		out[email] = false
		return nil
	})
	return out, err
}

// departed returns which of these addresses are of people who left or may not come in any more, folded.
func departed(ctx context.Context, q querier, emails []string) (map[string]bool, error) {
	rows, err := q.Query(ctx, departedSQL, pgx.StrictNamedArgs{"emails": texts(emails, sheet.Fold)})
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	var email string
	_, err = pgx.ForEachRow(rows, []any{&email}, func() error {
		out[email] = true
		return nil
	})
	return out, err
}

// MailChoices returns what somebody chose; what they said nothing about is not in it.
func (s *Store) MailChoices(ctx context.Context, email string) (map[comms.Choice]bool, error) {
	rows, err := s.pool.Query(ctx, mailChoicesSQL, sheet.Fold(email))
	if err != nil {
		return nil, fmt.Errorf("read what somebody chose: %w", translate(err))
	}
	out := map[comms.Choice]bool{}
	var kind comms.Choice
	var wants bool
	_, err = pgx.ForEachRow(rows, []any{&kind, &wants}, func() error {
		out[kind] = wants
		return nil
	})
	return out, translate(err)
}

// ChooseMail keeps what an address is to get. Saying the same again changes nothing
// and is not recorded. The audit log is told what was chosen, never the address; by
// is the zero Actor when it was chosen by the link in a mail.
func (s *Store) ChooseMail(ctx context.Context, by identity.Actor, email string, choices map[comms.Choice]bool, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var events []identity.Event
		for _, c := range comms.Choices() {
			wants, said := choices[c]
			if !said {
				continue
			}
			tag, err := tx.Exec(ctx, keepMailChoiceSQL, pgx.StrictNamedArgs{"email": sheet.Fold(email), "kind": string(c), "wanted": wants, "now": now})
			if err != nil {
				return err
			}
			if tag.RowsAffected() > 0 {
				events = append(events, comms.Chosen{Choice: c, Wanted: wants}.Event(by))
			}
		}
		return s.audit(ctx, tx, now, events...)
	})
	if err != nil {
		return fmt.Errorf("keep what somebody chose: %w", err)
	}
	return nil
}
