package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"groundswell/internal/pull"
)

// touches says which of the things that are read together a publication changes.
type touches int

const (
	touchesNothing touches = 0
	touchesPeople  touches = 1 << iota
	touchesMoney
	touchesLog // touchpoints, attendances, wins
)

// landed is what one publication did inside its transaction.
type landed struct {
	rows   int // written or removed
	digest []byte
	news   map[string]person // people to remember once committed
	bumped bool              // the generation has been counted up already
}

// lander publishes the facts of one unit.
type lander func(ctx context.Context, h *hold, tx pgx.Tx, d *draft) (landed, error)

// landerOf returns who publishes u, and what that touches.
func landerOf(u pull.Unit) (lander, touches) {
	list := u.Key == "list"
	switch u.Source {
	case pull.Users:
		return landUsage, touchesNothing
	case pull.Members:
		return landMembers, touchesPeople
	case pull.Invites:
		return landInvites, touchesNothing
	case pull.Groups:
		if list {
			return landGroups, touchesPeople
		}
		return landGroupMembers, touchesPeople
	case pull.Roles:
		if list {
			return landRoles, touchesNothing
		}
		return landPermissions, touchesNothing
	case pull.Summaries:
		return landSummaries, touchesMoney
	case pull.Cost:
		return landCost, touchesMoney
	case pull.Spend:
		return landSpend, touchesNothing
	case pull.Catalog:
		return landCatalog, touchesNothing
	}
	if u.Grouped() {
		return landGrouped, touchesNothing
	}
	return landFeatures, touchesNothing
}

const landedBeforeSQL = `select exists (select from unit_done where source = $1 and key = $2)`

// Publish makes d visible in one transaction. What the database cannot hold is a failure of the source.
func (h *hold) Publish(ctx context.Context, run int, pd pull.Draft, now time.Time) (pull.Published, error) {
	d := pd.(*draft)
	if err := h.prepare(ctx, d); err != nil {
		return pull.Published{}, err
	}
	land, touched := landerOf(d.unit)
	var did landed
	first := false
	err := h.tx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, landedBeforeSQL, string(d.unit.Source), d.unit.Key).Scan(&first); err != nil {
			return err
		}
		first = !first
		var err error
		if did, err = land(ctx, h, tx, d); err != nil {
			return err
		}
		b := &pgx.Batch{}
		queueDone(b, run, d.unit, d.rows, did.digest, now)
		if (did.rows > 0 || first) && !did.bumped {
			queueBump(b, touched|touchedBy(did))
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		h.people.forget()
		return pull.Published{}, refusal(d.unit, err)
	}
	h.people.remember(did.news)
	if d.unit.Source == pull.Members {
		h.people.forget()
	}
	h.s.index.expire()
	return pull.Published{Changed: first || did.rows > 0, Rows: did.rows}, nil
}

func touchedBy(did landed) touches {
	if len(did.news) > 0 {
		return touchesPeople
	}
	return touchesNothing
}

// refusal tells data that cannot be stored from a database that cannot store.
func refusal(u pull.Unit, err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pgerrcode.IsDataException(pg.Code) || pgerrcode.IsIntegrityConstraintViolation(pg.Code)) {
		return &pull.Failure{Reason: pull.BadAnswer, Err: err,
			Say: fmt.Sprintf("What the API sent for %s (%s) cannot be right and was not stored.", u.Source, u.Key)}
	}
	return translate(err)
}

const bumpSQL = `
update generation set n = n + 1,
    people = case when @people then n + 1 else people end,
    money  = case when @money then n + 1 else money end,
    log    = case when @log then n + 1 else log end`

// queueBump counts the generation up. Its row stays locked until the
// transaction ends, so generations become visible in order.
func queueBump(b *pgx.Batch, t touches) { b.Queue(bumpSQL, bumpArgs(t)) }

func bump(ctx context.Context, tx pgx.Tx, t touches) (int64, error) {
	var n int64
	err := tx.QueryRow(ctx, bumpSQL+" returning n", bumpArgs(t)).Scan(&n)
	return n, err
}

func bumpArgs(t touches) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"people": t&touchesPeople != 0, "money": t&touchesMoney != 0, "log": t&touchesLog != 0}
}

// merge runs a statement that makes a part of a table equal to what was read
// and answers how many rows that wrote or removed.
func merge(ctx context.Context, tx pgx.Tx, sql string, args pgx.StrictNamedArgs) (int, error) {
	var n int
	if args == nil {
		err := tx.QueryRow(ctx, sql).Scan(&n)
		return n, err
	}
	err := tx.QueryRow(ctx, sql, args).Scan(&n)
	return n, err
}

// cleanText drops what a Postgres text cannot hold.
func cleanText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func clean(list []string) []string {
	for i, s := range list {
		list[i] = cleanText(s)
	}
	return list
}

// texts, each and others turn a slice of facts into the columns of a statement.
func texts[T any](list []T, field func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = cleanText(field(v))
	}
	return out
}

func each[T, C any](list []T, field func(T) C) []C {
	out := make([]C, len(list))
	for i, v := range list {
		out[i] = field(v)
	}
	return out
}

// moment stores the zero time as null.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// last keeps one fact per key, as it came last, in the order of first arrival:
// a listing that moves under its reader repeats rows.
func last[T any, K comparable](list []T, key func(T) K) []T {
	at := make(map[K]int, len(list))
	out := make([]T, 0, len(list))
	for _, v := range list {
		k := key(v)
		if i, ok := at[k]; ok {
			out[i] = v
			continue
		}
		at[k] = len(out)
		out = append(out, v)
	}
	return out
}
