package store_test

import (
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// sentOn has a message to everybody go out, as of a moment.
func (o *outbox) sentOn(t *testing.T, title string, at time.Time) comms.MessageID {
	t.Helper()
	id := o.due(t, func(m *comms.Message) { m.Title = title })
	o.dispatch(t, 1)
	o.do(t, `update delivery d set state = 'sent', settled_at = $2 from mailing g where g.id = d.mailing and g.message = $1`, id, at)
	o.do(t, `update mailing set sent_at = $2, ended_at = $2 where message = $1`, id, at)
	o.do(t, `update generation set n = n + 1`)
	return id
}

// notes are the messages on the charts, as a process reads them that has read nothing yet.
func (o *outbox) notes(t *testing.T) string {
	t.Helper()
	x, err := o.reopen(t).Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []adoption.Event
	for _, e := range x.Events {
		if e.Kind == adoption.EventMessage {
			out = append(out, e)
		}
	}
	return fmt.Sprint(out)
}

func (o *outbox) reopen(t *testing.T) *outbox {
	t.Helper()
	keys, err := seal.Parse(childSecret)
	if err != nil {
		t.Fatal(err)
	}
	return &outbox{store.New(o.pool, keys), o.pool}
}

func TestOutcomesAreOfTheLatestMailing(t *testing.T) {
	o := newOutbox(t, 5)
	at := time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)
	if _, found, err := o.Outcomes(t.Context(), 0); found || err != nil {
		t.Fatalf("before anything went out: %v %v", found, err)
	}
	// p1 and p2 are members, p3 changed its address, p4's old one belongs to somebody else now, p5 is none.
	o.do(t, `insert into member (ord, user_id, email, listed) values (0, 'a', 'P1@example.com', true), (1, 'b', 'p2@example.com', true),
		(2, 'c', 'new@example.com', true), (3, 'd', 'p4@example.com', true), (4, 'e', null, false)`)
	o.do(t, `insert into member_address (member, email_folded, seen_at) values (2, 'p3@example.com', now()), (4, 'p4@example.com', now()) on conflict do nothing`)
	id := o.sentOn(t, "Why Cowork", at)
	o.do(t, `update delivery set state = 'unknown' where email = 'p2@example.com'`)
	o.do(t, `update delivery set bounced_at = now() where email = 'p3@example.com'`)
	o.do(t, `insert into click (delivery, path, at) select id, '/library', $1 from delivery where email in ('p1@example.com', 'p3@example.com')`, at)
	o.do(t, `insert into click (delivery, path, at) select id, '/wins', $1 from delivery where email = 'p1@example.com'`, at)
	is, found, err := o.Outcomes(t.Context(), id)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if is.MailSent != 4 || is.MailBack != 1 || is.Opened != 1 || is.Chats != 0 || is.Visits != 0 || is.Body != welcome().Body || !is.SentAt.Equal(at) {
		t.Errorf("%+v", is)
	}
	if d := gocmp.Diff([]int32{0, 3}, is.Got); d != "" {
		t.Errorf("who got it: %s", d)
	}
	if d := gocmp.Diff([]int32{1, 2}, is.Unsure); d != "" {
		t.Errorf("of whom nobody knows: %s", d)
	}
	other := o.sentOn(t, "Later", at.Add(time.Hour))
	if last, _, err := o.Outcomes(t.Context(), 0); err != nil || last.Message != other {
		t.Errorf("the last one is %d, want %d: %v", last.Message, other, err)
	}
}

func TestMessagesToPeopleAreNotedOnCharts(t *testing.T) {
	o := newOutbox(t, 6)
	at := time.Date(2026, 11, 17, 23, 30, 0, 0, time.UTC)
	o.sentOn(t, "Why Cowork", at)
	want := fmt.Sprint([]adoption.Event{{Day: day.Of(2026, 11, 17), Kind: adoption.EventMessage, Label: "Sent: Why Cowork"}})
	if got := o.notes(t); got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	o.digest(t, comms.KindTasks, "tasks/1", 9, at)
	o.do(t, `update delivery d set state = 'sent' from mailing g where g.id = d.mailing and g.kind = 'tasks'`)
	o.do(t, `update mailing set sent_at = $1 where kind = 'tasks'`, at)
	few := o.sentOn(t, "To five", at.Add(24*time.Hour))
	o.do(t, `delete from delivery d using mailing g where g.id = d.mailing and g.message = $1 and d.email = 'p1@example.com'`, few)
	o.sentOn(t, "Training dates", at.Add(-time.Hour))
	want = fmt.Sprint([]adoption.Event{{Day: day.Of(2026, 11, 17), Kind: adoption.EventMessage, Label: "Sent: Training dates, Why Cowork"}})
	if got := o.notes(t); got != want {
		t.Errorf("%s, want %s: a digest, a message to five, and one to six on the same day", got, want)
	}
}

// TestTheFirstOneSentIsNotedAtOnce settles deliveries as a worker does.
func TestTheFirstOneSentIsNotedAtOnce(t *testing.T) {
	o := newOutbox(t, 7)
	o.due(t)
	o.dispatch(t, 1)
	if got := o.notes(t); got != "[]" {
		t.Fatalf("before the first was sent: %s", got)
	}
	p, ok, _, err := o.Claim(t.Context(), mailChannel, "w", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	before := o.rows(t, "select n from generation")[0]
	if err := o.Settle(t.Context(), p, comms.Outcome{State: comms.Sent, Code: 250}); err != nil {
		t.Fatal(err)
	}
	if after := o.rows(t, "select n from generation")[0]; after == before {
		t.Error("readers of the index are not told")
	}
	if got := o.notes(t); got == "[]" {
		t.Error("the first one that was sent is not noted")
	}
	before = o.rows(t, "select n from generation")[0]
	p, ok, _, err = o.Claim(t.Context(), mailChannel, "w", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := o.Settle(t.Context(), p, comms.Outcome{State: comms.Sent, Code: 250}); err != nil {
		t.Fatal(err)
	}
	if after := o.rows(t, "select n from generation")[0]; after != before {
		t.Error("every one that is sent has the index read again")
	}
}
