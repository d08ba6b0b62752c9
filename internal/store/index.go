package store

import (
	"context"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/pull"
)

// indexFresh is how long an index is trusted without asking the database
// whether another process changed anything.
const indexFresh = time.Second

// indexCache is the organization in memory.
type indexCache struct {
	current atomic.Pointer[heldIndex]
	checked atomic.Int64 // when the generation was last compared, in unix nanoseconds; 0 asks for a look at once
	mu      sync.Mutex   // one reader of the database at a time
}

// heldIndex is an index with what the next one needs to know of how it was read.
type heldIndex struct {
	*adoption.Index
	named *named
}

// expire makes the next reader look whether something changed.
func (c *indexCache) expire() { c.checked.Store(0) }

func (c *indexCache) fresh() *adoption.Index {
	if time.Since(time.Unix(0, c.checked.Load())) > indexFresh {
		return nil
	}
	return c.last().Index
}

// last returns the index read last; one without an Index before the first.
func (c *indexCache) last() heldIndex {
	if held := c.current.Load(); held != nil {
		return *held
	}
	return heldIndex{}
}

// Index returns the organization as of the last publication. It is shared and
// immutable. What another process published is seen within a second; while the
// database is away, the last index read is returned.
func (s *Store) Index(ctx context.Context) (*adoption.Index, error) {
	if x := s.index.fresh(); x != nil {
		return x, nil
	}
	s.index.mu.Lock()
	defer s.index.mu.Unlock()
	if x := s.index.fresh(); x != nil {
		return x, nil
	}
	now := time.Now()
	last := s.index.last()
	held, err := s.loadIndex(ctx, last)
	switch {
	case err != nil && last.Index != nil && fault.Is(err, fault.Unavailable):
		held = last
	case err != nil:
		return nil, err
	}
	s.index.current.Store(&held)
	s.index.checked.Store(now.UnixNano())
	return held.Index, nil
}

const (
	generationSQL = `select n, people, money, log from generation`

	indexDaysSQL = `
select day, signed_in, active, tasked, unified, connectors, skills, plugins,
       sessions_known, connectors_known, skills_known, plugins_known, sessions
from day_index where generation > @since order by day`

	indexMembersSQL = `select listed, added_at from member order by ord`

	indexGroupsSQL = `
select g.id, g.name, m.member
from rbac_group g left join rbac_group_member m on m.group_id = g.id
order by g.name, g.id, m.member`

	indexSeatsSQL = `select day, assigned_seats from summary_day where assigned_seats is not null order by day`

	indexCostSQL = `select day, key, cents::text from cost_day where grouping = 'product' order by day, key`

	refusedSQL = `select source from source_state where status = 'not_granted'`
)

type generations struct{ n, people, money, log int64 }

func scanGenerations(row pgx.Row) (g generations, err error) {
	err = row.Scan(&g.n, &g.people, &g.money, &g.log)
	return g, err
}

// loadIndex returns last when nothing changed since, otherwise a new index that
// shares with it what did not.
func (s *Store) loadIndex(ctx context.Context, last heldIndex) (heldIndex, error) {
	if same, err := s.unchanged(ctx, last); same || err != nil {
		return last, translate(err)
	}
	held := last
	var everybody bool // was read anew
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		g, err := scanGenerations(tx.QueryRow(ctx, generationSQL))
		if err != nil || last.Index != nil && last.Generation == g.n {
			return err
		}
		l := newIndexLoad(g, last)
		if err := l.run(ctx, tx); err != nil {
			return fmt.Errorf("load the index: %w", err)
		}
		held, everybody = heldIndex{l.index, l.named}, l.now.people > l.since
		return nil
	})
	if err != nil {
		return heldIndex{}, translate(err)
	}
	if held != last {
		held.Warm() // here, so that no visitor waits for it
	}
	if everybody && len(held.Days) > 0 {
		debug.FreeOSMemory() // what reading everybody left behind is several times what is kept
	}
	return held, nil
}

// unchanged reports whether last is still the newest index there is: what a
// request asks at most once a second, in one round trip.
func (s *Store) unchanged(ctx context.Context, last heldIndex) (bool, error) {
	if last.Index == nil {
		return false, nil
	}
	g, err := scanGenerations(s.pool.QueryRow(ctx, generationSQL))
	return g.n == last.Generation, err
}

// indexLoad is an index being made.
type indexLoad struct {
	now   generations
	since int64 // generation of the index it begins with; -1 for none
	index *adoption.Index
	named *named
	sets  interner
}

func newIndexLoad(g generations, last heldIndex) *indexLoad {
	l := &indexLoad{now: g, since: -1, index: &adoption.Index{}, sets: interner{seed: maphash.MakeSeed(), known: map[uint64][]adoption.Bits{}}}
	if last.Index != nil {
		l.index, l.named, l.since = copyIndex(last.Index), last.named, last.Generation
		if n := len(last.Days); n > 0 {
			l.sets.learn(&last.Days[n-1])
		}
	}
	l.index.Generation = g.n
	return l
}

// copyIndex returns an index of the same things, without what was derived from them.
func copyIndex(x *adoption.Index) *adoption.Index {
	return &adoption.Index{
		Generation: x.Generation, First: x.First, Through: x.Through, Days: x.Days, Members: x.Members, Groups: x.Groups,
		Placements: x.Placements, Openings: x.Openings, Attendances: x.Attendances, Touchpoints: x.Touchpoints, Wins: x.Wins, Events: x.Events, Seats: x.Seats, SeatsGranted: x.SeatsGranted, Cost: x.Cost, CostGranted: x.CostGranted,
		CostThrough: x.CostThrough, Settings: x.Settings,
	}
}

// run sends everything that has to be read in one batch.
func (l *indexLoad) run(ctx context.Context, tx pgx.Tx) error {
	b := &pgx.Batch{}
	b.Queue(indexDaysSQL, pgx.StrictNamedArgs{"since": l.since}).Query(l.days)
	b.Queue(throughSQL, throughArgs(pull.Users, "")).Query(func(rows pgx.Rows) (err error) {
		l.index.First, l.index.Through, err = covered(rows)
		return err
	})
	if l.now.people > l.since {
		l.queuePeople(b)
	}
	if max(l.now.people, l.now.log) > l.since {
		l.queueLog(b)
	}
	b.Queue(indexEventsSQL).Query(l.events)
	if l.now.money > l.since {
		b.Queue(indexSeatsSQL).Query(l.seats)
		b.Queue(indexCostSQL).Query(l.cost)
		b.Queue(throughSQL, throughArgs(pull.Cost, "product:")).Query(func(rows pgx.Rows) (err error) {
			_, l.index.CostThrough, err = covered(rows)
			return err
		})
		b.Queue(refusedSQL).Query(l.grants)
		queueSettings(b, &l.index.Settings)
	}
	return tx.SendBatch(ctx, b).Close()
}

// days replaces the days that were written since, and adds the new ones.
func (l *indexLoad) days(rows pgx.Rows) error {
	var date time.Time
	var raw [11]pgtype.DriverBytes
	var planes pgtype.FlatArray[pgtype.DriverBytes]
	to := []any{&date}
	for i := range raw {
		to = append(to, &raw[i])
	}
	var read []adoption.DayIndex
	_, err := pgx.ForEachRow(rows, append(to, &planes), func() error {
		x := adoption.DayIndex{Day: day.FromTime(date)}
		for i, set := range sets(&x) {
			*set = l.sets.of(raw[i])
		}
		for _, p := range planes {
			x.Sessions = append(x.Sessions, l.sets.of(p))
		}
		read = append(read, x)
		return nil
	})
	l.index.Days = mergeDays(l.index.Days, read)
	return err
}

// sets lists the sets of x in the order of the statement's columns.
func sets(x *adoption.DayIndex) [11]*adoption.Bits {
	return [11]*adoption.Bits{&x.SignedIn, &x.Active, &x.Tasked, &x.Unified, &x.Connectors, &x.Skills, &x.Plugins,
		&x.SessionsKnown, &x.ConnectorsKnown, &x.SkillsKnown, &x.PluginsKnown}
}

// mergeDays returns old with the days of read put in; both ascend. old is left as it is.
func mergeDays(old, read []adoption.DayIndex) []adoption.DayIndex {
	if len(read) == 0 {
		return old
	}
	out := make([]adoption.DayIndex, 0, len(old)+len(read))
	for len(old) > 0 && len(read) > 0 {
		switch {
		case old[0].Day < read[0].Day:
			out, old = append(out, old[0]), old[1:]
		case old[0].Day == read[0].Day:
			old = old[1:]
		default:
			out, read = append(out, read[0]), read[1:]
		}
	}
	return slices.Clip(append(append(out, old...), read...))
}

func (l *indexLoad) members(rows pgx.Rows) error {
	l.index.Members = nil
	var listed bool
	var added *time.Time
	_, err := pgx.ForEachRow(rows, []any{&listed, &added}, func() error {
		m := adoption.Member{Listed: listed, Added: day.Never}
		if added != nil {
			m.Added = day.FromTime(*added)
		}
		l.index.Members = append(l.index.Members, m)
		return nil
	})
	l.index.Members = slices.Clip(l.index.Members)
	return err
}

func (l *indexLoad) groups(rows pgx.Rows) error {
	l.index.Groups = nil
	var id, name string
	var member *int32
	_, err := pgx.ForEachRow(rows, []any{&id, &name, &member}, func() error {
		n := len(l.index.Groups)
		if n == 0 || l.index.Groups[n-1].ID != id {
			l.index.Groups = append(l.index.Groups, adoption.Group{ID: id, Name: name})
			n++
		}
		if member != nil {
			l.index.Groups[n-1].Members.Set(*member)
		}
		return nil
	})
	return err
}

func (l *indexLoad) seats(rows pgx.Rows) error {
	l.index.Seats = nil
	var date time.Time
	var seats int32
	_, err := pgx.ForEachRow(rows, []any{&date, &seats}, func() error {
		l.index.Seats = append(l.index.Seats, adoption.Seats{Day: day.FromTime(date), Assigned: adoption.Count(seats)})
		return nil
	})
	return err
}

func (l *indexLoad) cost(rows pgx.Rows) error {
	l.index.Cost = nil
	var date time.Time
	var product, cents string
	_, err := pgx.ForEachRow(rows, []any{&date, &product, &cents}, func() error {
		amount, err := adoption.ParseCents(cents)
		if err != nil {
			return fmt.Errorf("cost of %s on %s: %w", product, day.FromTime(date), err)
		}
		l.index.Cost = append(l.index.Cost, adoption.Cost{Day: day.FromTime(date), Product: product, Amount: amount})
		return nil
	})
	return err
}

func (l *indexLoad) grants(rows pgx.Rows) error {
	l.index.SeatsGranted, l.index.CostGranted = true, true
	var source string
	_, err := pgx.ForEachRow(rows, []any{&source}, func() error {
		switch pull.Source(source) {
		case pull.Summaries:
			l.index.SeatsGranted = false
		case pull.Cost:
			l.index.CostGranted = false
		}
		return nil
	})
	return err
}

// interner makes equal sets share their memory: who reports a field hardly
// changes from day to day, and is mostly the same for every field.
type interner struct {
	seed  maphash.Seed
	known map[uint64][]adoption.Bits
}

func (t *interner) of(raw []byte) adoption.Bits {
	if len(raw) == 0 {
		return nil
	}
	h := maphash.Bytes(t.seed, raw)
	b := adoption.BitsOf(raw)
	for _, same := range t.known[h] {
		if slices.Equal(same, b) {
			return same
		}
	}
	t.known[h] = append(t.known[h], b)
	return b
}

// learn makes the sets of x available for sharing.
func (t *interner) learn(x *adoption.DayIndex) {
	for _, set := range sets(x) {
		if len(*set) > 0 {
			h := maphash.Bytes(t.seed, set.Bytes())
			t.known[h] = append(t.known[h], *set)
		}
	}
}
