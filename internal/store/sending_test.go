package store_test

import (
	"context"
	"slices"
	"strings"
	gosync "sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// outbox is a database with people in it, and messages that are due.
type outbox struct {
	*store.Store
	pool *pgxpool.Pool
}

// mailChannel is the id of the channel that every database has.
const mailChannel = 1

// newOutbox makes one with so many people, and a pace that holds nothing up.
func newOutbox(t *testing.T, people int) *outbox {
	t.Helper()
	return outboxAt(t, dbtest.URL(t), people)
}

func outboxAt(t *testing.T, database string, people int) *outbox {
	t.Helper()
	keys, err := seal.Parse(childSecret)
	if err != nil {
		t.Fatal(err)
	}
	pool := dbtest.Pool(t, database)
	o := &outbox{store.New(pool, keys), pool}
	o.do(t, `insert into person (email, name) select 'p' || n || '@example.com', 'Person ' || n from generate_series(1, $1) n`, people)
	o.do(t, `update send_channel set per_minute = 600000`)
	return o
}

func (o *outbox) do(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := o.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// rows returns the rows of a query, each as text.
func (o *outbox) rows(t *testing.T, sql string, args ...any) []string {
	t.Helper()
	rows, err := o.pool.Query(t.Context(), "select t::text from ("+sql+") t", args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// states counts the deliveries by what became of them.
func (o *outbox) states(t *testing.T) string {
	t.Helper()
	all := strings.Join(o.rows(t, "select state || ' ' || count(*) as s from delivery group by state order by state"), ", ")
	return strings.NewReplacer("(", "", ")", "", `"`, "").Replace(all)
}

// occurrence returns the state of a message's only occurrence, and why.
func (o *outbox) occurrence(t *testing.T, id comms.MessageID) (comms.OccurrenceState, string) {
	t.Helper()
	m, err := o.Message(t.Context(), id)
	if err != nil || len(m.Occurrences) != 1 {
		t.Fatalf("%d occurrences, %v", len(m.Occurrences), err)
	}
	return m.Occurrences[0].State, m.Occurrences[0].Reason
}

// due makes a message to everybody by mail that was due a moment ago and is approved by
// two people, then lets change alter it.
func (o *outbox) due(t *testing.T, change ...func(*comms.Message)) comms.MessageID {
	t.Helper()
	m := welcome()
	m.Audience = comms.Audience{Who: comms.WhoPeople}
	m.UsefulFor, m.Asked = 2*time.Hour, 1
	m.Occurrences[0] = slotAt(time.Now().Add(-time.Minute))
	for _, who := range []string{"helena", "priya"} {
		m.Approvals = append(m.Approvals, comms.Approval{N: 1, Person: comms.Person{Name: who, Email: who + "@example.com"}, Recipients: 3})
	}
	for _, c := range change {
		c(&m)
	}
	id, err := o.CreateMessage(t.Context(), identity.Operator(), "", m, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// slotAt is an occurrence at a moment, to the minute.
func slotAt(at time.Time) comms.Occurrence {
	at = at.UTC()
	return comms.Occurrence{No: 1, Day: day.FromTime(at), At: at.Format("15:04"), Zone: "UTC", State: comms.Planned}
}

func (o *outbox) dispatch(t *testing.T, want int) {
	t.Helper()
	if n, err := o.Dispatch(t.Context()); err != nil || n != want {
		t.Fatalf("%d messages go out, want %d: %v", n, want, err)
	}
}

// carried is a carrier that remembers what it took, and answers as it is told.
type carried struct {
	mu     gosync.Mutex
	took   []comms.Parcel
	answer func(comms.Parcel) comms.Outcome
}

func (c *carried) Carry(_ context.Context, p comms.Parcel) comms.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = append(c.took, p)
	if c.answer == nil {
		return comms.Outcome{State: comms.Sent}
	}
	return c.answer(p)
}

// to returns the addresses it took something to, in order.
func (c *carried) to() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, p := range c.took {
		out = append(out, p.To.Email)
	}
	slices.Sort(out)
	return out
}

// drain sends what waits in the mail channel, with waits too short to be noticed.
func (o *outbox) drain(t *testing.T, c comms.Carrier) {
	t.Helper()
	post := comms.Post{Outbox: o, Carrier: c, Timeout: 10 * time.Second, Backoff: time.Millisecond}
	if err := post.Drain(t.Context(), mailChannel, "a worker"); err != nil {
		t.Fatal(err)
	}
}

func TestMessageGoesOutOnce(t *testing.T) {
	o := newOutbox(t, 3)
	o.do(t, `insert into mail_choice (email_folded, kind, wanted, at) values ('p3@example.com', 'messages', false, now())`)
	id := o.due(t)
	o.dispatch(t, 1)
	o.dispatch(t, 0)
	if state, _ := o.occurrence(t, id); state != comms.Going {
		t.Errorf("it is %s", state)
	}
	var c carried
	o.drain(t, &c)
	if diff := gocmp.Diff([]string{"p1@example.com", "p2@example.com"}, c.to()); diff != "" {
		t.Error(diff)
	}
	if got := c.took[0]; got.Subject != "Bring one task" || got.Body != "Bring **one** task, Person 1." || got.Attempt != 1 {
		t.Errorf("it says %+v", got)
	}
	if got := o.states(t); got != "left_out 1, sent 2" {
		t.Errorf("deliveries: %s", got)
	}
	if state, _ := o.occurrence(t, id); state != comms.Gone {
		t.Errorf("afterwards it is %s", state)
	}
	want := []string{"(message.went_out)"}
	if diff := gocmp.Diff(want, o.rows(t, "select action from audit_log where action like 'message.%' and action <> 'message.added' order by seq")); diff != "" {
		t.Error(diff)
	}
	o.drain(t, &c)
	if len(c.took) != 2 {
		t.Errorf("sent again: %v", c.to())
	}
}
