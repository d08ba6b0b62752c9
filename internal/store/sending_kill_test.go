package store_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// childArrivals is the environment of a test binary that is to send and nothing else: the
// file that names what arrived.
const childArrivals = "GROUNDSWELL_TEST_SENDING_ARRIVALS"

// arrivals is the other side: a file to which everything that arrives is written.
type arrivals string

// Carry writes a delivery's id to the file. What is written there survives its writer.
func (a arrivals) Carry(_ context.Context, p comms.Parcel) comms.Outcome {
	f, err := os.OpenFile(string(a), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return comms.Outcome{State: comms.Waiting, Say: err.Error()}
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, p.Delivery); err != nil {
		return comms.Outcome{State: comms.Unknown, Say: err.Error()}
	}
	return comms.Outcome{State: comms.Sent}
}

// list returns what arrived, in order.
func (a arrivals) list(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(string(a))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

// childSend is what a killed process does: let go out what is due, and send it.
func childSend() error {
	ctx := context.Background()
	pool, err := childPool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	keys, err := seal.Parse(childSecret)
	if err != nil {
		return err
	}
	s := store.New(pool, keys)
	if _, err := s.Dispatch(ctx); err != nil {
		return err
	}
	post := comms.Post{Outbox: s, Carrier: arrivals(os.Getenv(childArrivals)), Lanes: 1}
	return post.Drain(ctx, mailChannel, strconv.Itoa(os.Getpid()))
}

// TestSendingKilledAtEveryStatement lets each run die one statement later than the one
// before it, each with a message of its own, and another one go on from there. Nothing
// arrives twice, what is sent arrived, and only what was under way is unknown.
func TestSendingKilledAtEveryStatement(t *testing.T) {
	o := newOutbox(t, 1)
	for at := 1; o.killedAt(t, at); at++ {
		if at > 150 {
			t.Fatal("it never ends")
		}
	}
}

// killedAt reports whether the run came as far as to be killed.
func (o *outbox) killedAt(t *testing.T, at int) bool {
	t.Helper()
	id := o.due(t)
	arrived := arrivals(filepath.Join(t.TempDir(), strconv.Itoa(at)))
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDatabase+"="+dbtest.URL(t), childArrivals+"="+string(arrived), childStatement+"="+strconv.Itoa(at))
	cmd.Stderr = os.Stderr
	died := killed(t, cmd.Run())
	o.alone(t)
	if _, err := o.Dispatch(t.Context()); err != nil {
		t.Fatalf("killed before statement %d: %v", at, err)
	}
	o.pass(t, 10*time.Minute)
	o.drain(t, arrived)

	got := arrived.list(t)
	state := strings.Join(o.rows(t, `select d.state from delivery d join mailing m on m.id = d.mailing where m.message = $1`, id), " ")
	switch {
	case state == "(sent)" && len(got) == 1:
	case state == "(unknown)" && len(got) < 2 && died:
	default:
		t.Errorf("killed before statement %d: %s, and %d arrived", at, state, len(got))
	}
	if state, _ := o.occurrence(t, id); state != comms.Gone {
		t.Errorf("killed before statement %d: the message is %s", at, state)
	}
	if n := len(o.rows(t, `select 1 from audit_log where action = 'message.went_out' and subject = $1`, fmt.Sprintf("message/%d", id))); n != 1 {
		t.Errorf("killed before statement %d, it went out %d times", at, n)
	}
	return died
}

// alone waits until the server has noticed that whoever was killed is gone.
func (o *outbox) alone(t *testing.T) {
	t.Helper()
	for t.Context().Err() == nil {
		others := o.rows(t, `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and backend_type = 'client backend'`)
		if len(others) == 0 {
			return
		}
	}
}
