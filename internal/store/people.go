package store

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
)

// person is what a landing needs to know of a member.
type person struct {
	ord     int32
	listed  bool
	deleted bool
	email   string // "" for listed people: the members source keeps theirs
}

// ordinals are the members by user id, as they stand in the database. Only the
// worker that holds the pull adds to them.
type ordinals struct {
	mu     sync.RWMutex
	loaded bool
	byID   map[string]person
}

type personRow struct {
	Ord     int32
	UserID  string
	Listed  bool
	Deleted bool
	Email   string
}

const (
	peopleSQL = `
select ord, user_id, listed, deleted, case when listed then '' else coalesce(email, '') end as email
from member`

	addPeopleSQL = `
insert into member (ord, user_id, email, deleted)
select ord, user_id, nullif(email, ''), deleted
from unnest(@ord::int[], @user_id::text[], @email::text[], @deleted::bool[]) as t (ord, user_id, email, deleted)`

	changePeopleSQL = `
update member m set email = nullif(t.email, ''), deleted = t.deleted
from unnest(@ord::int[], @email::text[], @deleted::bool[]) as t (ord, email, deleted)
where m.ord = t.ord`
)

// load reads everyone, once.
func (p *ordinals) load(ctx context.Context, tx pgx.Tx) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loaded {
		return nil
	}
	rows, err := tx.Query(ctx, peopleSQL)
	if err != nil {
		return err
	}
	p.byID = map[string]person{}
	var r personRow
	_, err = pgx.ForEachRow(rows, []any{&r.Ord, &r.UserID, &r.Listed, &r.Deleted, &r.Email}, func() error {
		p.byID[r.UserID] = person{r.Ord, r.Listed, r.Deleted, r.Email}
		return nil
	})
	p.loaded = err == nil
	return err
}

// known returns the ordinal of someone about whom email tells nothing new.
func (p *ordinals) known(userID, email string) (int32, bool) {
	who, ok := p.byID[userID]
	if !ok || !who.listed && (who.email != email || who.deleted != (email == "")) {
		return 0, false
	}
	return who.ord, true
}

// forget drops what was read, after a transaction that may have changed it.
func (p *ordinals) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loaded, p.byID = false, nil
}

// sighting is a user id met outside the members source, and what it tells.
type sighting struct {
	email  string
	silent bool // the source does not report emails: it tells nothing about the account
}

// meet gives every user id in seen an ordinal and keeps what is new about
// people who are not listed. It returns what to remember once the transaction
// is committed. New people get max(ord)+1 onwards in the order of their ids.
func (p *ordinals) meet(ctx context.Context, tx pgx.Tx, seen map[string]sighting) (map[string]person, error) {
	if err := p.load(ctx, tx); err != nil {
		return nil, err
	}
	news := map[string]person{}
	var added, changed []string
	for id, s := range seen {
		who, ok := p.byID[id]
		now := person{ord: who.ord, listed: who.listed, deleted: s.email == "" && !s.silent, email: s.email}
		switch {
		case !ok:
			added = append(added, id)
		case who.listed || s.silent || who == now:
			continue
		default:
			changed = append(changed, id)
		}
		news[id] = now
	}
	slices.Sort(added)
	for i, id := range added {
		who := news[id]
		who.ord = int32(len(p.byID) + i)
		news[id] = who
	}
	if err := addPeople(ctx, tx, added, news); err != nil {
		return nil, err
	}
	return news, changePeople(ctx, tx, changed, news)
}

func addPeople(ctx context.Context, tx pgx.Tx, ids []string, who map[string]person) error {
	if len(ids) == 0 {
		return nil
	}
	ord, email, deleted := columns(ids, who)
	_, err := tx.Exec(ctx, addPeopleSQL, pgx.StrictNamedArgs{"ord": ord, "user_id": clean(ids), "email": email, "deleted": deleted})
	return err
}

func changePeople(ctx context.Context, tx pgx.Tx, ids []string, who map[string]person) error {
	if len(ids) == 0 {
		return nil
	}
	ord, email, deleted := columns(ids, who)
	_, err := tx.Exec(ctx, changePeopleSQL, pgx.StrictNamedArgs{"ord": ord, "email": email, "deleted": deleted})
	return err
}

func columns(ids []string, who map[string]person) (ord []int32, email []string, deleted []bool) {
	for _, id := range ids {
		ord = append(ord, who[id].ord)
		email = append(email, cleanText(who[id].email))
		deleted = append(deleted, who[id].deleted)
	}
	return ord, email, deleted
}

// remember takes over what a committed transaction added or changed.
func (p *ordinals) remember(news map[string]person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.Copy(p.byID, news)
}

// ord returns the ordinal of userID, from what is known or was just met.
func (p *ordinals) ord(userID string, news map[string]person) int32 {
	if who, ok := news[userID]; ok {
		return who.ord
	}
	return p.byID[userID].ord
}
