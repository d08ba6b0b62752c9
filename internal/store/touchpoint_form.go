package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

// TouchpointForm returns what a form offers to an actor: the people of the roster
// who match a search among those the actor may know of, departments, and for leads
// the champions of each.
func (s *Store) TouchpointForm(ctx context.Context, by identity.Actor, search string, limit int, today day.Date) (people.TouchpointForm, error) {
	var out people.TouchpointForm
	scope := by.PeopleScope()
	if nobodyIn(scope) {
		return out, nil
	}
	slugs, err := s.readForm(ctx, by, today, &out)
	if err != nil {
		return out, fmt.Errorf("read departments and champions: %w", translate(err))
	}
	rows, err := s.pool.Query(ctx, rosterEntriesSQL, entryArgs(slugs, scope, people.Filter{Search: search}, today, limit+1))
	if err != nil {
		return out, fmt.Errorf("find people: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[entryRow])
	if err != nil {
		return out, fmt.Errorf("find people: %w", translate(err))
	}
	out.More = len(list) > limit
	out.People = each(list[:min(limit, len(list))], entryRow.entry)
	return out, nil
}

// readForm reads departments and champions in one round trip.
func (s *Store) readForm(ctx context.Context, by identity.Actor, today day.Date, out *people.TouchpointForm) (slugBook, error) {
	var champions championRead
	var all []people.Department
	b := &pgx.Batch{}
	champions.queue(b)
	b.Queue(departmentsSQL, pgx.StrictNamedArgs{"today": today.Time()}).Query(func(rows pgx.Rows) (err error) {
		all, _, err = readDepartments(rows)
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return slugBook{}, err
	}
	if by.Has(identity.Lead) {
		out.Champions = champions.onRecord(today)
	}
	for _, d := range all {
		if (people.LoggedTouchpoint{Department: d}).SeenBy(by) {
			out.Departments = append(out.Departments, d)
		}
	}
	return slugBookOf(champions.names), nil
}
