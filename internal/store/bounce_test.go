package store_test

import (
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

func TestReturnedMailIsMatchedWithWhatWasSent(t *testing.T) {
	o, now := newOutbox(t, 0), time.Now().UTC().Truncate(time.Second)
	_, earlier := o.digest(t, comms.KindTasks, "tasks/1", 3, now.Add(-48*time.Hour))
	_, later := o.digest(t, comms.KindTasks, "tasks/2", 3, now)
	for i := range 3 {
		o.became(t, earlier[i], comms.Sent, now.Add(-48*time.Hour))
		o.became(t, later[i], comms.Sent, now)
	}
	o.became(t, later[2], comms.Unknown, now)
	for _, c := range []struct {
		name    string
		bounce  comms.Bounce
		matched int
		came    comms.DeliveryID
	}{
		{"the delivery that is named", comms.Bounce{Delivery: earlier[0], Email: "relay@example.com", Reason: comms.MailboxFull}, 1, earlier[0]},
		{"by its address the latest", comms.Bounce{Email: "P02@EXAMPLE.com", Reason: comms.NoSuchAddress}, 1, later[1]},
		{"a delivery of another database", comms.Bounce{Delivery: 1 << 40, Email: "p03@example.com", Reason: comms.Blocked}, 1, later[2]},
		{"nothing of ours", comms.Bounce{Email: "stranger@example.com", Reason: comms.NoSuchAddress}, 0, 0},
		{"nothing at all", comms.Bounce{Reason: comms.NoSuchAddress}, 0, 0},
	} {
		n, err := o.NoteBounces(t.Context(), identity.Operator(), []comms.Bounce{c.bounce}, now)
		if err != nil || n != c.matched {
			t.Errorf("%s: %d %v, want %d", c.name, n, err, c.matched)
		}
		if c.came == 0 {
			continue
		}
		if d, err := o.Delivery(t.Context(), c.came); err != nil || d.BouncedAt.IsZero() || d.Bounce != c.bounce.Reason || d.State != comms.Sent {
			t.Errorf("%s: %+v %v", c.name, d, err)
		}
	}
	list, err := o.Bounced(t.Context())
	if err != nil || len(list) != 1 || list[0].Email != "p02@example.com" || !list[0].Noted || list[0].Reason != comms.NoSuchAddress {
		t.Fatalf("%+v %v, want the one address there is not", list, err)
	}
	_, left := o.digest2(t, "tasks/3", "p02@example.com", now)
	if left != 1 {
		t.Error("an address that mail came back from is written to")
	}
	if err := o.TakeBackAddress(t.Context(), identity.Operator(), "P02@example.com", now); err != nil {
		t.Fatal(err)
	}
	if sent, left := o.digest2(t, "tasks/4", "p02@example.com", now); sent != 1 || left != 0 {
		t.Error("an address that was taken back is left out")
	}
	if err := o.TakeBackAddress(t.Context(), identity.Operator(), "p02@example.com", now); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken back twice: %v", err)
	}
	if got := len(o.rows(t, "select seq from audit_log where action in ('mail.came_back', 'mail.address_taken_back') and detail::text !~ '@'")); got != 4 {
		t.Errorf("%d entries of the audit log without an address, want 4", got)
	}
}

// digest2 sends one letter and says how many copies wait, and how many were left out.
func (o *outbox) digest2(t *testing.T, key, email string, now time.Time) (waiting, left int) {
	t.Helper()
	m := comms.Mailing{Kind: comms.KindTasks, Key: key, Title: key, DueAt: now, UsefulUntil: now.Add(time.Hour)}
	id, _, err := o.Enqueue(t.Context(), nil, m, []comms.Letter{{To: comms.Recipient{Email: email}, Subject: "a", Body: "b"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	is, _, err := o.Mailing(t.Context(), comms.DeliveryFilter{Mailing: id, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return is.Counts[comms.Waiting], is.Counts[comms.LeftOut]
}
