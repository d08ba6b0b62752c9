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
	o := outboxAt(t, dbtest.URL(t))
	o.do(t, `insert into person (email, name) select 'p' || n || '@example.com', 'Person ' || n from generate_series(1, $1) n`, people)
	o.do(t, `update send_channel set per_minute = 600000`)
	return o
}

// outboxAt opens one as another process would.
func outboxAt(t *testing.T, database string) *outbox {
	t.Helper()
	keys, err := seal.Parse(childSecret)
	if err != nil {
		t.Fatal(err)
	}
	pool := dbtest.Pool(t, database)
	return &outbox{store.New(pool, keys), pool}
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

// pass lets time pass: every moment that sending goes by is put back by as much.
func (o *outbox) pass(t *testing.T, by time.Duration) {
	t.Helper()
	for _, sql := range []string{
		`update mailing set due_at = due_at - make_interval(secs => $1), useful_until = useful_until - make_interval(secs => $1)`,
		`update delivery set next_at = next_at - make_interval(secs => $1), claimed_at = claimed_at - make_interval(secs => $1), resent_at = resent_at - make_interval(secs => $1)`,
		`update send_channel set next_at = next_at - make_interval(secs => $1), failed_at = failed_at - make_interval(secs => $1), worked_at = worked_at - make_interval(secs => $1)`,
	} {
		o.do(t, sql, by.Seconds())
	}
}

// claim takes the next delivery of the mail channel for a worker who is given up at once.
func (o *outbox) claim(t *testing.T, worker string) comms.Parcel {
	t.Helper()
	p, ok, wait, err := o.Claim(t.Context(), mailChannel, worker, 0)
	if err != nil || !ok {
		t.Fatalf("nothing to claim (%v): %v", wait, err)
	}
	return p
}

// givenUp lets whoever is sending be given up, without claiming anything.
func (o *outbox) givenUp(t *testing.T) {
	t.Helper()
	o.do(t, `update send_channel set paused_at = now()`)
	if _, ok, _, err := o.Claim(t.Context(), mailChannel, "another", time.Minute); err != nil || ok {
		t.Fatalf("a paused channel: claimed %v, %v", ok, err)
	}
	o.do(t, `update send_channel set paused_at = null`)
}

func (o *outbox) settle(t *testing.T, p comms.Parcel, out comms.Outcome) {
	t.Helper()
	if err := o.Settle(t.Context(), p, out); err != nil {
		t.Fatal(err)
	}
}

func TestDueMessageStaysWithItsReason(t *testing.T) {
	nobody := func(m *comms.Message) { m.Audience.Departments = []int{999} }
	for _, c := range []struct {
		name   string
		people int
		change func(*comms.Message)
		prior  string
		says   string
	}{
		{"no owner", 3, func(m *comms.Message) { m.Owner = comms.Person{} }, "", "It has no owner."},
		{"a draft", 3, func(m *comms.Message) { m.Asked = 0 }, "", "It is a draft: nobody was asked to approve its latest version."},
		{"not approved", 3, func(m *comms.Message) { m.Approvals = nil }, "", "Nobody has approved it."},
		{"approved by the same person twice", 201, func(m *comms.Message) { m.Approvals = m.Approvals[:1] }, "",
			"It would reach 201 people by now, and more than 200 need the approval of two; it has that of one."},
		{"no channel", 3, func(m *comms.Message) { m.Channels = nil }, "", "None of its channels is in use."},
		{"a channel that is gone", 3, func(*comms.Message) {}, `update send_channel set removed_at = now()`, "None of its channels is in use."},
		{"nobody", 3, nobody, "", "Nobody is in its audience."},
		{"held", 3, func(m *comms.Message) { m.Wave, m.HeldForGo = 1, true }, `insert into wave (name) values ('Pilot')`, "It is held until go is given for Pilot."},
		{"paused", 3, func(*comms.Message) {}, `update sending set paused_at = now()`, "Everything is paused."},
		{"restored", 3, func(*comms.Message) {}, `update sending set instance = 'another'`, "The database was restored or copied: nothing is sent until a lead confirms."},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOutbox(t, c.people)
			if c.prior != "" {
				o.do(t, c.prior)
			}
			id := o.due(t, c.change)
			for range 2 {
				o.dispatch(t, 0)
				if state, why := o.occurrence(t, id); state != comms.Planned || why != c.says {
					t.Errorf("it is %s: %q, want %q", state, why, c.says)
				}
			}
			if got := o.rows(t, `select version from occurrence`); got[0] != "(2)" {
				t.Errorf("version %s: the same reason was kept twice", got)
			}
			o.do(t, `update occurrence set day = day - 1`)
			o.dispatch(t, 0)
			if state, why := o.occurrence(t, id); state != comms.Missed || why != "Its time of use was over before it could go out. "+c.says {
				t.Errorf("a day later it is %s: %q", state, why)
			}
			if got := o.rows(t, `select action, subject from audit_log where action = 'message.missed'`); len(got) != 1 {
				t.Errorf("audited: %v", got)
			}
			if got := o.states(t); got != "" {
				t.Errorf("deliveries: %s", got)
			}
		})
	}
}

func TestMessageGoesOutOnceWhatKeptItIsGone(t *testing.T) {
	o := newOutbox(t, 2)
	id := o.due(t)
	if err := o.PauseAll(t.Context(), identity.Actor{Name: "Ines"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	o.dispatch(t, 0)
	if got, err := o.Sending(t.Context()); err != nil || got.PausedAt.IsZero() || got.PausedBy != "Ines" || got.Held() != "Everything is paused." {
		t.Errorf("%+v, %v", got, err)
	}
	if err := o.ResumeAll(t.Context(), identity.Actor{Name: "Ines"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	o.dispatch(t, 1)
	if state, why := o.occurrence(t, id); state != comms.Going || why != "" {
		t.Errorf("it is %s: %q", state, why)
	}
	if got, err := o.Sending(t.Context()); err != nil || got.Waiting != 2 || got.Held() != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestArchivedOrFutureMessageIsNotDue(t *testing.T) {
	o := newOutbox(t, 1)
	o.due(t)
	o.do(t, `update message set archived_at = now()`)
	o.due(t, func(m *comms.Message) { m.Occurrences[0] = slotAt(time.Now().Add(2 * time.Minute)) })
	o.due(t, func(m *comms.Message) { m.Occurrences[0].Zone = "Nowhere/Atall" })
	if n, err := o.Dispatch(t.Context()); n != 0 || err == nil || !strings.Contains(err.Error(), "Nowhere/Atall") {
		t.Errorf("%d went out, %v", n, err)
	}
	o.do(t, `delete from occurrence where zone = 'Nowhere/Atall'`)
	o.due(t)
	o.dispatch(t, 1)
}

func TestChatsGetOneEach(t *testing.T) {
	o := newOutbox(t, 3)
	o.do(t, `insert into send_channel (kind, name, per_minute) values ('slack', '#news', 60), ('teams', 'All', 60)`)
	o.due(t, func(m *comms.Message) { m.Channels = []int{1, 2, 3} })
	o.dispatch(t, 1)
	want := []string{"(1,3)", "(2,1)", "(3,1)"}
	if diff := gocmp.Diff(want, o.rows(t, `select channel, count(*) from delivery group by channel order by channel`)); diff != "" {
		t.Error(diff)
	}
	p, ok, _, err := o.Claim(t.Context(), 2, "w", time.Minute)
	if err != nil || !ok || p.To.Email != "" || p.Channel.Kind != comms.Slack || p.Body != "Bring **one** task, colleague." {
		t.Errorf("%+v, %v, %v", p, ok, err)
	}
}

func TestWhoIsNotHeardOfIsUnknown(t *testing.T) {
	o := newOutbox(t, 1)
	id := o.due(t)
	o.dispatch(t, 1)
	p := o.claim(t, "first")
	o.givenUp(t)
	unknown, err := o.Unknowns(t.Context(), 0, 10)
	if err != nil || len(unknown) != 1 || unknown[0].Email != "p1@example.com" || unknown[0].Reason == "" {
		t.Fatalf("unknown: %+v, %v", unknown, err)
	}
	if state, _ := o.occurrence(t, id); state != comms.Gone {
		t.Errorf("with nothing but unknown it is %s", state)
	}
	o.dispatch(t, 0)
	var c carried
	o.drain(t, &c)
	if len(c.took) != 0 {
		t.Errorf("sent again by itself: %v", c.to())
	}
	o.settle(t, p, comms.Outcome{State: comms.Sent})
	if got := o.states(t); got != "sent 1" {
		t.Errorf("after the late answer: %s", got)
	}
}

func TestLateAnswerIsOfItsOwnTry(t *testing.T) {
	o := newOutbox(t, 1)
	o.due(t)
	o.dispatch(t, 1)
	slow := o.claim(t, "slow")
	o.givenUp(t)
	if n, err := o.Resend(t.Context(), identity.Operator(), []comms.DeliveryID{slow.Delivery, slow.Delivery + 1}, time.Now()); err != nil || n != 1 {
		t.Fatalf("%d are sent again, %v", n, err)
	}
	second := o.claim(t, "second")
	if second.Delivery != slow.Delivery || second.Attempt != 2 {
		t.Fatalf("%+v after %+v", second, slow)
	}
	o.settle(t, slow, comms.Outcome{State: comms.Refused})
	if got := o.states(t); got != "sending 1" {
		t.Errorf("another's answer counts: %s", got)
	}
	o.settle(t, second, comms.Outcome{State: comms.Sent, Code: 250})
	o.settle(t, second, comms.Outcome{State: comms.Unknown})
	if got := o.states(t); got != "sent 1" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestAnswerThatNothingArrivedLetsItWaitAgain(t *testing.T) {
	o := newOutbox(t, 1)
	o.due(t)
	o.dispatch(t, 1)
	slow := o.claim(t, "slow")
	o.givenUp(t)
	o.settle(t, slow, comms.Outcome{State: comms.Waiting, Say: "try later", Code: 451})
	if got := o.rows(t, `select ended_at is null from mailing`); got[0] != "(t)" {
		t.Error("the mailing has ended, though one of it waits")
	}
	var c carried
	o.drain(t, &c)
	if got := o.states(t); got != "sent 1" || c.took[0].Attempt != 2 {
		t.Errorf("afterwards: %s, %+v", got, c.took)
	}
}
