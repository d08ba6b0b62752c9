package store_test

import (
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// digest makes a mailing of a kind with so many letters, and returns its copies by address.
func (o *outbox) digest(t *testing.T, kind comms.MailingKind, key string, letters int, due time.Time) (comms.MailingID, []comms.DeliveryID) {
	t.Helper()
	var list []comms.Letter
	for i := range letters {
		to := comms.Recipient{Email: fmt.Sprintf("p%02d@Example.com", i+1), Name: fmt.Sprintf("Person %02d", i+1)}
		list = append(list, comms.Letter{To: to, Subject: "Yours", Body: "A secret of " + to.Name})
	}
	m := comms.Mailing{Kind: kind, Key: key, Title: "Tasks of " + key, DueAt: due, UsefulUntil: due.Add(48 * time.Hour)}
	id, made, err := o.Enqueue(t.Context(), nil, m, list, due)
	if err != nil || !made {
		t.Fatalf("%v, made: %v", err, made)
	}
	ids, err := o.DeliveryIDs(t.Context(), id, comms.Waiting)
	if err != nil || len(ids) != letters {
		t.Fatalf("%d copies: %v", len(ids), err)
	}
	return id, ids
}

// became says what became of a copy.
func (o *outbox) became(t *testing.T, id comms.DeliveryID, state comms.DeliveryState, at time.Time) {
	t.Helper()
	o.do(t, `update delivery set state = $2, settled_at = $3, attempts = 1, code = 250, reason = 'said' where id = $1`, id, state, at)
}

func TestWhatWentOutIsListedByKindAndState(t *testing.T) {
	o, now := newOutbox(t, 0), time.Now().UTC().Truncate(time.Second)
	tasks, copies := o.digest(t, comms.KindTasks, "tasks/1", 30, now.Add(-time.Hour))
	report, _ := o.digest(t, comms.KindReport, "report/1", 2, now)
	for i, s := range []comms.DeliveryState{comms.Sent, comms.Sent, comms.Unknown, comms.Refused} {
		o.became(t, copies[i], s, now)
	}
	if n, err := o.NoteBounces(t.Context(), identity.Operator(), []comms.Bounce{{Delivery: copies[1], Reason: comms.MailboxFull}}, now); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	all, err := o.Mailings(t.Context(), comms.MailingFilter{Limit: 25})
	if err != nil || all.Total != 2 || len(all.List) != 2 || all.List[0].ID != report || all.List[1].ID != tasks {
		t.Fatalf("%+v %v", all, err)
	}
	is := all.List[1]
	want := map[comms.DeliveryState]int{comms.Sent: 2, comms.Unknown: 1, comms.Refused: 1, comms.Waiting: 26}
	if d := gocmp.Diff(want, is.Counts); d != "" || is.CameBack != 1 || is.Delivered() != 1 || is.To() != 30 || !is.Going() {
		t.Errorf("%s, %d came back, %d delivered of %d", d, is.CameBack, is.Delivered(), is.To())
	}
	if some, err := o.Mailings(t.Context(), comms.MailingFilter{Kind: comms.KindTasks, Page: 1, Limit: 25}); err != nil || some.Total != 1 || some.List[0].ID != tasks {
		t.Errorf("of a kind: %+v %v", some, err)
	}
	if none, err := o.Mailings(t.Context(), comms.MailingFilter{Page: 2, Limit: 25}); err != nil || none.Total != 2 || len(none.List) != 0 {
		t.Errorf("behind the end: %+v %v", none, err)
	}
	for _, c := range []struct {
		f    comms.DeliveryFilter
		want int
	}{
		{comms.DeliveryFilter{}, 30}, {comms.DeliveryFilter{State: comms.Sent}, 1}, {comms.DeliveryFilter{State: comms.CameBack}, 1},
		{comms.DeliveryFilter{State: comms.Unknown}, 1}, {comms.DeliveryFilter{Search: "PERSON 07"}, 1}, {comms.DeliveryFilter{Search: "p07@example"}, 1},
		{comms.DeliveryFilter{Search: "%"}, 0}, {comms.DeliveryFilter{Channel: 1}, 30}, {comms.DeliveryFilter{Channel: 2}, 0},
		{comms.DeliveryFilter{Search: "person 0", State: comms.Waiting}, 5},
	} {
		c.f.Mailing, c.f.Limit, c.f.Page = tasks, 25, 1
		_, got, err := o.Mailing(t.Context(), c.f)
		if err != nil || got.Total != c.want || len(got.List) != min(c.want, 25) {
			t.Errorf("%+v: %d of %d, want %d: %v", c.f, len(got.List), got.Total, c.want, err)
		}
		c.f.Limit = 4
		if all := o.after(t, c.f); len(all) != c.want {
			t.Errorf("%+v: %d by id, want %d", c.f, len(all), c.want)
		}
	}
	if _, _, err := o.Mailing(t.Context(), comms.DeliveryFilter{Mailing: report + 1, Limit: 25}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent one: %v", err)
	}
	if _, err := o.Delivery(t.Context(), copies[29]+100); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent copy: %v", err)
	}
	if d, err := o.Delivery(t.Context(), copies[2]); err != nil || !d.Resendable() || d.Via != "Email" || !d.ByMail || d.Title != "Tasks of tasks/1" || d.Code != 250 {
		t.Errorf("%+v %v", d, err)
	}
}

// after pages through every copy that fits, and fails when one comes twice.
func (o *outbox) after(t *testing.T, f comms.DeliveryFilter) []comms.DeliveryID {
	t.Helper()
	var ids []comms.DeliveryID
	for after := comms.DeliveryID(0); ; {
		list, err := o.DeliveriesAfter(t.Context(), f, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.ID <= after {
				t.Fatalf("copy %d after %d", d.ID, after)
			}
			after = d.ID
			ids = append(ids, d.ID)
		}
		if len(list) < f.Limit {
			return ids
		}
	}
}

func TestTrafficSaysWhatWaitsAndWhatLeftToday(t *testing.T) {
	o, now := newOutbox(t, 0), time.Now().UTC().Truncate(time.Second)
	midnight := now.Add(-time.Hour)
	_, copies := o.digest(t, comms.KindTasks, "tasks/1", 6, now.Add(-2*time.Hour))
	o.became(t, copies[0], comms.Sent, now)
	o.became(t, copies[1], comms.Sent, midnight.Add(-time.Second))
	o.became(t, copies[2], comms.Refused, now)
	o.became(t, copies[3], comms.Unknown, midnight.Add(-time.Second))
	o.do(t, `insert into send_channel (kind, name, per_minute, removed_at) values ('slack', '#gone', 1, now())`)
	is, err := o.Traffic(t.Context(), midnight, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(is.Channels) != 1 || len(is.Going) != 1 || len(is.Last) != 0 || is.Waiting() != 2 || is.Unknown != 1 || is.Refused != 1 || is.Bounced != 0 {
		t.Fatalf("%+v", is)
	}
	if c := is.Channels[0]; c.Waiting != 2 || c.Sent != 1 || c.Refused != 1 || c.Unknown != 1 || c.Name != "Email" {
		t.Errorf("%+v", c)
	}
	if err := o.PauseAll(t.Context(), identity.Actor{Name: "Ines"}, now); err != nil {
		t.Fatal(err)
	}
	o.do(t, `update delivery set state = 'sent', settled_at = now() where state = 'waiting'`)
	o.do(t, `update mailing set ended_at = now()`)
	is, err = o.Traffic(t.Context(), midnight, now)
	if err != nil || is.PausedBy != "Ines" || is.PausedAt.IsZero() || len(is.Going) != 0 || len(is.Last) != 1 || is.Channels[0].Sent != 3 {
		t.Errorf("%+v %v", is, err)
	}
}

func TestLinksOpenedTwiceInASecondCountOnce(t *testing.T) {
	o, now := newOutbox(t, 0), time.Now().UTC().Truncate(time.Second)
	_, copies := o.digest(t, comms.KindTasks, "tasks/1", 2, now)
	for _, c := range []struct {
		d    comms.DeliveryID
		path string
		at   time.Duration
	}{
		{copies[0], "/library", 0}, {copies[0], "/library", 400 * time.Millisecond}, {copies[0], "/wins", 400 * time.Millisecond},
		{copies[1], "/library", 400 * time.Millisecond}, {copies[0], "/library", 2 * time.Second}, {copies[1] + 50, "/library", 0},
	} {
		if err := o.Click(t.Context(), c.d, c.path, now.Add(c.at)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(o.rows(t, "select id from click")); got != 4 {
		t.Errorf("%d openings, want 4", got)
	}
}

func TestWhatWasSaidToPeopleIsForgotten(t *testing.T) {
	o, now := newOutbox(t, 0), time.Now().UTC().Truncate(time.Second)
	id, copies := o.digest(t, comms.KindTasks, "tasks/1", 4, now)
	o.became(t, copies[0], comms.Sent, now.Add(-31*24*time.Hour))
	o.became(t, copies[1], comms.Unknown, now.Add(-31*24*time.Hour))
	o.became(t, copies[2], comms.Refused, now.Add(-29*24*time.Hour))
	o.do(t, `insert into click (delivery, path, at) values ($1, '/', $2), ($1, '/', $3)`, copies[0], now.Add(-401*24*time.Hour), now.Add(-399*24*time.Hour))
	if letters, clicks, err := o.PurgeSent(t.Context(), now); err != nil || letters != 2 || clicks != 1 {
		t.Fatalf("%d letters, %d openings: %v", letters, clicks, err)
	}
	if kept := o.rows(t, "select id from delivery where body is not null"); len(kept) != 2 {
		t.Errorf("%d letters are kept, want that of yesterday and the one that waits", len(kept))
	}
	if n, err := o.Resend(t.Context(), identity.Operator(), copies, now); err != nil || n != 1 {
		t.Errorf("%d sent again, want the refused one alone: %v", n, err)
	}
	if _, list, err := o.Mailing(t.Context(), comms.DeliveryFilter{Mailing: id, State: comms.Unknown, Limit: 25}); err != nil || list.Total != 1 || list.List[0].Resendable() {
		t.Errorf("%+v %v", list, err)
	}
}
