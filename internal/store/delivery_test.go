package store_test

import (
	"context"
	"fmt"
	"strings"
	gosync "sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

func TestRefusedForItsAddressIsLeftOutFromThenOn(t *testing.T) {
	o := newOutbox(t, 3)
	o.due(t)
	o.dispatch(t, 1)
	c := carried{answer: func(p comms.Parcel) comms.Outcome {
		switch p.To.Email {
		case "p1@example.com":
			return comms.Outcome{State: comms.Refused, Code: 550, Say: "5.1.1 no such mailbox", Address: true}
		case "p2@example.com":
			return comms.Outcome{State: comms.Refused, Code: 554, Say: "5.7.1 not from you"}
		}
		return comms.Outcome{State: comms.Sent, Code: 250}
	}}
	o.drain(t, &c)
	if got := o.states(t); got != "refused 2, sent 1" {
		t.Errorf("deliveries: %s", got)
	}
	want := []string{"(p1@example.com,no_such_address,refused)"}
	if diff := gocmp.Diff(want, o.rows(t, `select email_folded, reason, source from bounced_address`)); diff != "" {
		t.Error(diff)
	}
	o.due(t)
	o.dispatch(t, 1)
	o.drain(t, &carried{})
	if got := o.states(t); got != "left_out 1, refused 2, sent 3" {
		t.Errorf("with the next message: %s", got)
	}
}

func TestTemporaryRefusalIsTriedAgainLater(t *testing.T) {
	o := newOutbox(t, 1)
	o.due(t)
	o.dispatch(t, 1)
	c := carried{answer: func(p comms.Parcel) comms.Outcome {
		if p.Attempt < 3 {
			return comms.Outcome{State: comms.Waiting, Code: 451, Say: "4.7.1 greylisted"}
		}
		return comms.Outcome{State: comms.Sent}
	}}
	post := comms.Post{Outbox: o, Carrier: &c, Backoff: 2 * time.Minute, Lanes: 1}
	if err := post.Drain(t.Context(), mailChannel, "w"); err != nil {
		t.Fatal(err)
	}
	waits := func() float64 {
		var s float64
		if err := o.pool.QueryRow(t.Context(), `select extract(epoch from next_at - clock_timestamp()) from delivery`).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if w := waits(); len(c.took) != 1 || w < 59 || w > 181 {
		t.Errorf("after %d tries it waits for %.0f s more", len(c.took), w)
	}
	if got := o.rows(t, `select failures, failed_at is null from send_channel`); got[0] != "(0,t)" {
		t.Errorf("a temporary refusal of one is a failure of the channel: %s", got)
	}
	for tries := 2; tries <= 3; tries++ {
		o.pass(t, 10*time.Minute)
		if err := post.Drain(t.Context(), mailChannel, "w"); err != nil || len(c.took) != tries {
			t.Fatalf("%d tries, want %d: %v", len(c.took), tries, err)
		}
	}
	if got := o.states(t); got != "sent 1" {
		t.Errorf("afterwards: %s", got)
	}
}

// TestServerDownForAnHour lets an hour pass a minute at a time in front of a mail server
// that is not there: it costs few tries, then all that is of use still goes out, and what
// is not is dropped.
func TestServerDownForAnHour(t *testing.T) {
	o := newOutbox(t, 40)
	lasting := o.due(t)
	short := o.due(t, func(m *comms.Message) { m.UsefulFor, m.Title = time.Hour, "Short" })
	o.dispatch(t, 2)
	down := true
	c := carried{answer: func(comms.Parcel) comms.Outcome {
		if down {
			return comms.Outcome{State: comms.Waiting, Down: true, Say: "cannot connect: connection refused"}
		}
		return comms.Outcome{State: comms.Sent}
	}}
	post := comms.Post{Outbox: o, Carrier: &c, Lanes: 2}
	minute := func() {
		t.Helper()
		if _, err := o.Dispatch(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := post.Drain(t.Context(), mailChannel, "w"); err != nil {
			t.Fatal(err)
		}
		o.pass(t, time.Minute)
	}
	for range 61 {
		minute()
	}
	if n := len(c.took); n < 10 || n > 130 {
		t.Errorf("%d tries in an hour", n)
	}
	channels, err := o.SendChannels(t.Context())
	if err != nil || channels[0].Healthy() || channels[0].Failure != "cannot connect: connection refused" {
		t.Errorf("the channel says %+v, %v", channels[0], err)
	}
	down = false
	for range 3 {
		minute()
	}
	if got := o.states(t); got != "dropped 40, sent 40" {
		t.Errorf("afterwards: %s", got)
	}
	if state, why := o.occurrence(t, short); state != comms.Missed || why != "Its time of use was over before it could go out." {
		t.Errorf("what was of use for an hour is %s: %q", state, why)
	}
	if state, why := o.occurrence(t, lasting); state != comms.Gone || why != "" {
		t.Errorf("what was of use for longer is %s: %q", state, why)
	}
	if channels, err = o.SendChannels(t.Context()); err != nil || !channels[0].Healthy() {
		t.Errorf("the channel says %+v, %v", channels[0], err)
	}
}

func TestPartOfAMessageIsDropped(t *testing.T) {
	o := newOutbox(t, 3)
	id := o.due(t)
	o.dispatch(t, 1)
	o.settle(t, o.claim(t, "w"), comms.Outcome{State: comms.Sent})
	o.pass(t, 3*time.Hour)
	o.dispatch(t, 0)
	if got := o.states(t); got != "dropped 2, sent 1" {
		t.Errorf("deliveries: %s", got)
	}
	if state, why := o.occurrence(t, id); state != comms.Gone || why != "2 of 3 were not sent: its time of use was over." {
		t.Errorf("it is %s: %q", state, why)
	}
}

func TestStoppedMailing(t *testing.T) {
	o := newOutbox(t, 3)
	id := o.due(t)
	o.dispatch(t, 1)
	p := o.claim(t, "w")
	for range 2 {
		if err := o.StopMailing(t.Context(), identity.Operator(), p.Mailing, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.states(t); got != "sending 1, stopped 2" {
		t.Errorf("deliveries: %s", got)
	}
	o.settle(t, p, comms.Outcome{State: comms.Sent})
	if state, _ := o.occurrence(t, id); state != comms.Gone {
		t.Errorf("it is %s", state)
	}
	if err := o.StopMailing(t.Context(), identity.Operator(), p.Mailing+1, time.Now()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent one: %v", err)
	}
	if got := o.rows(t, `select subject from audit_log where action = 'mailing.stopped'`); len(got) != 1 {
		t.Errorf("audited: %v", got)
	}
	none := o.due(t)
	o.dispatch(t, 1)
	var mailing comms.MailingID
	if err := o.pool.QueryRow(t.Context(), `select max(id) from mailing`).Scan(&mailing); err != nil {
		t.Fatal(err)
	}
	if err := o.StopMailing(t.Context(), identity.Operator(), mailing, time.Now()); err != nil {
		t.Fatal(err)
	}
	if state, why := o.occurrence(t, none); state != comms.Cancelled || why != "It was stopped before anything was sent." {
		t.Errorf("stopped as a whole it is %s: %q", state, why)
	}
}

func TestResentIsOfUseForADay(t *testing.T) {
	o := newOutbox(t, 2)
	o.due(t)
	o.dispatch(t, 1)
	var c carried
	c.answer = func(comms.Parcel) comms.Outcome { return comms.Outcome{State: comms.Refused} }
	o.drain(t, &c)
	o.pass(t, 5*time.Hour)
	ids := []comms.DeliveryID{c.took[0].Delivery, c.took[1].Delivery}
	if n, err := o.Resend(t.Context(), identity.Actor{Account: 0, Name: "Ines"}, ids[:1], time.Now()); err != nil || n != 1 {
		t.Fatalf("%d are sent again, %v", n, err)
	}
	o.dispatch(t, 0)
	if got := o.states(t); got != "refused 1, waiting 1" {
		t.Errorf("long after its time of use: %s", got)
	}
	o.pass(t, 25*time.Hour)
	o.dispatch(t, 0)
	if got := o.states(t); got != "dropped 1, refused 1" {
		t.Errorf("a day later: %s", got)
	}
	if got := o.rows(t, `select resent, resent_by from delivery where resent > 0`); len(got) != 1 || got[0] != "(1,Ines)" {
		t.Errorf("it says %v", got)
	}
}

func TestLettersAreKeptOnce(t *testing.T) {
	o := newOutbox(t, 0)
	o.do(t, `insert into mail_choice (email_folded, kind, wanted, at) values ('no@example.com', 'tasks', false, now())`)
	o.do(t, `insert into bounced_address (email_folded, at, reason, source) values ('back@example.com', now(), 'no_such_address', 'noted')`)
	letter := func(to string) comms.Letter {
		return comms.Letter{To: comms.Recipient{Email: to}, Subject: "Due", Body: "Task {{name}}"}
	}
	m := comms.Mailing{Kind: comms.KindTasks, Key: "tasks/2026-11-23", Title: "Tasks", DueAt: time.Now(), UsefulUntil: time.Now().Add(time.Hour)}
	letters := []comms.Letter{letter("yes@example.com"), letter("No@example.com"), letter("back@example.com"), letter("not an address"), letter("YES@example.com")}
	asked := 0
	o.OnWaiting(func(_ context.Context, _ pgx.Tx, channels []int) error { asked += len(channels); return nil })
	first, made, err := o.Enqueue(t.Context(), nil, m, letters, time.Now())
	if err != nil || !made || asked != 1 {
		t.Fatalf("%d, made %v, %d drains: %v", first, made, asked, err)
	}
	if again, made, err := o.Enqueue(t.Context(), nil, m, letters, time.Now()); err != nil || made || again != first || asked != 1 {
		t.Errorf("again: %d after %d, made %v, %d drains: %v", again, first, made, asked, err)
	}
	m.Key = "none"
	if id, made, err := o.Enqueue(t.Context(), nil, m, nil, time.Now()); err != nil || made || id != 0 {
		t.Errorf("without letters: %d, %v, %v", id, made, err)
	}
	want := []string{`(No@example.com,left_out,opted_out)`, `(back@example.com,left_out,bounced)`, `("not an address",left_out,no_address)`, `(yes@example.com,waiting,"")`}
	if diff := gocmp.Diff(want, o.rows(t, `select email, state, reason from delivery order by state, email collate "C"`)); diff != "" {
		t.Error(diff)
	}
	var c carried
	o.drain(t, &c)
	if len(c.took) != 1 || c.took[0].Body != "Task {{name}}" {
		t.Errorf("it says %+v", c.took)
	}
}

func TestTestGoesBeforeWhatWaits(t *testing.T) {
	o := newOutbox(t, 5)
	o.due(t)
	o.dispatch(t, 1)
	m := comms.Mailing{Kind: comms.KindTest, Key: "test/1", Title: "Test", DueAt: time.Now(), UsefulUntil: time.Now().Add(time.Hour)}
	to := comms.Recipient{Email: "ines@example.com"}
	if _, _, err := o.Enqueue(t.Context(), nil, m, []comms.Letter{{To: to, Subject: "Test", Body: "Test"}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if p := o.claim(t, "w"); p.To != to || p.Kind != comms.KindTest {
		t.Errorf("first goes %+v", p)
	}
}

// TestPaceHoldsAcrossProcesses lets three processes send at the same time. Of any claims
// in a row, however many, the last is at least as many steps after the first as lie
// between them, but for the one that may be made up for.
func TestPaceHoldsAcrossProcesses(t *testing.T) {
	const step = 20 * time.Millisecond
	o := newOutbox(t, 40)
	o.do(t, `update send_channel set per_minute = $1`, int(time.Minute/step))
	o.due(t)
	o.dispatch(t, 1)
	o.together(t, 3, func(other *outbox, n int) error {
		post := comms.Post{Outbox: other, Carrier: &carried{}}
		return post.Drain(t.Context(), mailChannel, fmt.Sprint(n))
	})
	rows, err := o.pool.Query(t.Context(), `select claimed_at from delivery where state = 'sent' order by claimed_at`)
	if err != nil {
		t.Fatal(err)
	}
	at, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil || len(at) != 40 {
		t.Fatalf("%d were sent, %v", len(at), err)
	}
	for i := range at {
		for j := i + 1; j < len(at); j++ {
			if least := time.Duration(j-i-1) * step; at[j].Sub(at[i]) < least-time.Millisecond {
				t.Fatalf("%d left within %v", j-i+1, at[j].Sub(at[i]))
			}
		}
	}
}

// together runs work in n processes, each as good as one by a pool of its own.
func (o *outbox) together(t *testing.T, n int, work func(*outbox, int) error) {
	t.Helper()
	var group gosync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		other := outboxAt(t, o.pool.Config().ConnString())
		group.Go(func() { errs[i] = work(other, i) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestPauseHoldsInEveryProcess pauses while three processes send as fast as they can.
func TestPauseHoldsInEveryProcess(t *testing.T) {
	o := newOutbox(t, 400)
	o.due(t)
	o.dispatch(t, 1)
	var c carried
	var paused time.Time
	soon := make(chan struct{})
	var once gosync.Once
	c.answer = func(comms.Parcel) comms.Outcome {
		if len(c.took) == 30 {
			once.Do(func() { close(soon) })
		}
		return comms.Outcome{State: comms.Sent}
	}
	var pausing gosync.WaitGroup
	pausing.Go(func() {
		<-soon
		if err := o.PauseAll(t.Context(), identity.Operator(), time.Now()); err != nil {
			t.Error(err)
		}
		if err := o.pool.QueryRow(t.Context(), `select clock_timestamp()`).Scan(&paused); err != nil {
			t.Error(err)
		}
	})
	o.together(t, 3, func(other *outbox, n int) error {
		post := comms.Post{Outbox: other, Carrier: &c}
		return post.Drain(t.Context(), mailChannel, fmt.Sprint(n))
	})
	pausing.Wait()
	if n := len(c.took); n < 30 || n == 400 {
		t.Fatalf("%d were sent: this tests nothing", n)
	}
	if late := o.rows(t, `select id from delivery where claimed_at > $1`, paused); len(late) > 0 {
		t.Errorf("%d began after the pause", len(late))
	}
	if got := o.states(t); !strings.HasPrefix(got, "sent ") || strings.Contains(got, "unknown") || strings.Contains(got, "sending") {
		t.Errorf("deliveries: %s", got)
	}
}

func TestPausedChannelLetsTheOthersGo(t *testing.T) {
	o := newOutbox(t, 1)
	o.do(t, `insert into send_channel (kind, name, per_minute) values ('slack', '#news', 600)`)
	o.due(t, func(m *comms.Message) { m.Channels = []int{1, 2} })
	o.dispatch(t, 1)
	for range 2 {
		if err := o.PauseChannel(t.Context(), identity.Operator(), mailChannel, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	var c carried
	o.drain(t, &c)
	if err := (&comms.Post{Outbox: o, Carrier: &c}).Drain(t.Context(), 2, "w"); err != nil || len(c.took) != 1 || c.took[0].Channel.ID != 2 {
		t.Errorf("sent %+v, %v", c.took, err)
	}
	if err := o.ResumeChannel(t.Context(), identity.Operator(), mailChannel, time.Now()); err != nil {
		t.Fatal(err)
	}
	o.drain(t, &c)
	if len(c.took) != 2 {
		t.Errorf("sent %+v", c.took)
	}
	if err := o.PauseChannel(t.Context(), identity.Operator(), 99, time.Now()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent channel: %v", err)
	}
	if got := o.rows(t, `select action from audit_log where action like 'send_channel.%' order by seq`); len(got) != 2 {
		t.Errorf("audited: %v", got)
	}
}
