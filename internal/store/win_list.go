package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/value"
)

const (
	winPage    = 25
	maxWinPage = 10_000
)

const (
	// Whose wins a reader may know of, and which of them are asked for. A reader who
	// does not see all sees those of some departments and their own.
	winsFitSQL = `
where (@all or w.department = any (@scope::int[]) or w.email_folded = nullif(lower(@reader), ''))
  and (@departments::int[] is null or w.department = any (@departments)) and (not @no_department or w.department is null)
  and (@before = '' or w.before = @before) and (@person = '' or w.email_folded = lower(@person))
  and (@from_day::date is null or w.day between @from_day and @to_day)`

	winsSQL = winSQL + winsFitSQL + `
  and (@state = '' or w.state = @state)
order by w.day desc, w.id desc limit @limit offset @offset`

	winCountsSQL = `select w.state, count(*)::int as wins from win w` + winsFitSQL + ` group by w.state`
)

// Wins returns a page of the wins that reader may know of, newest first: leads and
// auditors all, champions their own and those of their departments, others none.
func (s *Store) Wins(ctx context.Context, reader identity.Actor, f value.Filter) (value.Page, error) {
	if !reader.HasAny(identity.Lead, identity.Auditor, identity.Champion) {
		return value.Page{}, nil
	}
	book, err := s.slugs(ctx)
	if err != nil {
		return value.Page{}, err
	}
	fits := winsArgs(book, reader, f)
	list := maps.Clone(fits)
	list["state"], list["limit"], list["offset"] = string(f.State), limitOf(f), max(f.Page-1, 0)*limitOf(f)
	page := value.Page{ByState: map[value.State]int{}}
	b := &pgx.Batch{}
	b.Queue(winsSQL, list).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[winRow])
		page.Wins = each(found, func(r winRow) value.Win { return r.win(book) })
		return err
	})
	b.Queue(winCountsSQL, fits).Query(func(rows pgx.Rows) error {
		var state value.State
		var n int
		_, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
			page.ByState[state] = n
			return nil
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return value.Page{}, fmt.Errorf("list wins: %w", translate(err))
	}
	page.Departments = book.departmentsFor(reader.PeopleScope())
	return page, nil
}

// departmentsFor returns the departments of a scope, by name.
func (b slugBook) departmentsFor(scope identity.PeopleScope) []value.Department {
	var out []value.Department
	for slug, id := range b.department {
		if scope.Everyone() || slices.Contains(scope.Departments(), slug) {
			out = append(out, value.Department{ID: id, Name: b.called[id], Slug: slug})
		}
	}
	slices.SortFunc(out, func(a, b value.Department) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func limitOf(f value.Filter) int {
	if f.Limit > 0 {
		return min(f.Limit, maxWinPage)
	}
	return winPage
}

func winsArgs(book slugBook, reader identity.Actor, f value.Filter) pgx.StrictNamedArgs {
	scope := reader.PeopleScope()
	from, to := day.None, day.None
	if f.Dated() {
		from, to = f.Period.From, f.Period.To
	}
	var asked []int
	if f.Department != "" && f.Department != unassigned {
		asked = book.ids(book.department, f.Department)
	}
	return pgx.StrictNamedArgs{
		"all": scope.Everyone(), "scope": book.ids(book.department, scope.Departments()...), "reader": cleanText(reader.Email),
		"departments": asked, "no_department": f.Department == unassigned, "before": string(f.Before),
		"person": cleanText(f.Person), "from_day": from, "to_day": to,
	}
}

// Win returns a win that reader may know of; anything else is NotFound.
func (s *Store) Win(ctx context.Context, reader identity.Actor, id value.WinID) (value.Win, error) {
	book, err := s.slugs(ctx)
	if err != nil {
		return value.Win{}, err
	}
	w, err := readWin(ctx, s.pool, oneWinSQL, pgx.StrictNamedArgs{"id": int64(id)}, book)
	switch {
	case err == pgx.ErrNoRows, err == nil && !w.VisibleTo(reader):
		return value.Win{}, errNoWin
	case err != nil:
		return value.Win{}, fmt.Errorf("read a win: %w", translate(err))
	}
	return w, nil
}

// WinPerson returns who has an address, as far as reader may know of them: others
// look like nobody.
func (s *Store) WinPerson(ctx context.Context, reader identity.Actor, person string, today day.Date) (value.Who, error) {
	book, err := s.slugs(ctx)
	if err != nil {
		return value.Who{}, err
	}
	who, err := whoIs(ctx, s.pool, person, today, book)
	if err != nil {
		return value.Who{}, fmt.Errorf("find a person: %w", translate(err))
	}
	if !who.VisibleTo(reader) {
		return value.Who{Email: person}, nil
	}
	return who, nil
}
