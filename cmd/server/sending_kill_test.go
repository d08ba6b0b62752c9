package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/deliver"
	"groundswell/internal/deliver/delivertest"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// The environment of a test binary that is to send and nothing else.
const (
	senderDatabase = "GROUNDSWELL_TEST_SENDER_DATABASE"
	senderServer   = "GROUNDSWELL_TEST_SENDER_SERVER"
)

// sendForever is what a killed process does: over and over it lets go out what is due and sends
// what waits, as the jobs of the program do, until its input ends.
func sendForever() error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	a, err := senderOf(ctx, os.Getenv(senderDatabase), os.Getenv(senderServer))
	if err != nil {
		return err
	}
	defer a.close()
	fmt.Println("ready")
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); stop() }()
	post := &comms.Post{Outbox: a.store, Carrier: a.carrier(), Timeout: a.out.longest + time.Second, Backoff: 20 * time.Millisecond, Lanes: 2}
	for ctx.Err() == nil {
		if _, err := a.store.Dispatch(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		if err := post.Drain(ctx, mailChannel, fmt.Sprint(os.Getpid())); err != nil {
			return err
		}
	}
	return nil
}

// mailChannel is the id of the channel that every database has.
const mailChannel = 1

// senderOf opens as much of the program as sends.
func senderOf(ctx context.Context, database, server string) (*app, error) {
	keys, err := seal.Parse(strings.TrimPrefix(testSecret, "GROUNDSWELL_SECRET_KEY="))
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, database, keys)
	if err != nil {
		return nil, err
	}
	smtp, err := deliver.ParseSetting(server)
	if err != nil {
		return nil, err
	}
	a := &app{settings: settings{smtp: &smtp}, log: slog.New(slog.DiscardHandler), store: st, keys: keys, stops: []func(){st.Close}}
	a.serveAt("https://rollout.example.com")
	a.out.longest = 2 * smtp.Timeout
	return a, nil
}

// sender is a process that sends, and is killed.
type sender struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

// startSender starts one and waits until it is about to send.
func startSender(database, server string) (*sender, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), senderDatabase+"="+database, senderServer+"="+server)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("a sender says %q: %w", line, errors.Join(err, cmd.Process.Kill(), cmd.Wait()))
	}
	return &sender{cmd, in}, nil
}

func (s *sender) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// misfortunes are what happens at the mail server, by the transactions it counts.
var misfortunes = []delivertest.Rule{
	{Step: delivertest.AtRecipient, Do: delivertest.Answer, Code: 550, Say: "5.1.1 no such mailbox", To: "p7@example.com"},
	{Step: delivertest.AtRecipient, Do: delivertest.Answer, Code: 451, From: 20, Last: 29},
	{Step: delivertest.AtStart, Do: delivertest.Cut, From: 60, Last: 63},
	{Step: delivertest.AtMiddle, Do: delivertest.Cut, From: 100, Last: 103},
	{Step: delivertest.AtEnd, Do: delivertest.Cut, From: 140, Last: 142},
	{Step: delivertest.AtEnd, Do: delivertest.Cut, Keep: true, From: 180, Last: 182},
	{Step: delivertest.AtRecipient, Do: delivertest.Hang, From: 220, Last: 221},
	{Step: delivertest.AtEnd, Do: delivertest.Hang, Keep: true, From: 260, Last: 261},
}

// TestNothingIsSentTwiceOrLostWhoeverIsKilled has three processes send a message to 500
// people by way of a mail server with faults, and kills them 200 times while they do.
func TestNothingIsSentTwiceOrLostWhoeverIsKilled(t *testing.T) {
	const recipients, workers, wanted = 500, 3, 200
	p := newPosting(t, recipients, misfortunes...)
	p.do(t, `update send_channel set per_minute = 1500`)

	kills := p.hunt(t, workers, wanted)
	left := p.count(t, "waiting")
	p.do(t, `update send_channel set per_minute = 60000`)
	var last []*sender
	for range workers {
		s, err := p.start()
		if err != nil {
			t.Fatal(err)
		}
		last = append(last, s)
	}
	p.awaitSettled(t)
	for _, s := range last {
		s.stdin.Close()
		if err := s.cmd.Wait(); err != nil {
			t.Errorf("a sender that was asked to end: %v", err)
		}
	}
	p.judge(t)
	t.Logf("%d kills with %d left to send; %d sent, %d unknown, %d refused", kills, left, p.count(t, "sent"), p.count(t, "unknown"), p.count(t, "refused"))
	if kills < wanted || left == 0 {
		t.Errorf("%d kills, and %d were left to send: this tests too little", kills, left)
	}
}

// start starts a process that sends it.
func (p *posting) start() (*sender, error) {
	return startSender(p.database, p.server.URL("timeout=1s", "connections=2"))
}

// hunt keeps so many processes sending and kills each within moments, until as many died
// as are wanted or it takes too long. It returns how many died.
func (p *posting) hunt(t *testing.T, workers, wanted int) int {
	var kills atomic.Int64
	hunt, calm := context.WithTimeout(t.Context(), 90*time.Second)
	defer calm()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for hunt.Err() == nil {
				s, err := p.start()
				if err != nil {
					t.Error(err)
					return
				}
				<-time.After(time.Duration(rand.IntN(350)) * time.Millisecond)
				s.kill()
				if kills.Add(1) >= int64(wanted) {
					calm()
				}
			}
		})
	}
	group.Wait()
	return int(kills.Load())
}

// posting is a message that is due, and a mail server in a process of its own.
type posting struct {
	database   string
	pool       *pgxpool.Pool
	store      *store.Store
	server     *delivertest.Process
	recipients int
	message    comms.MessageID
}

func newPosting(t *testing.T, recipients int, rules ...delivertest.Rule) *posting {
	t.Helper()
	return postingAt(t, dbtest.URL(t), recipients, rules...)
}

func postingAt(t *testing.T, database string, recipients int, rules ...delivertest.Rule) *posting {
	t.Helper()
	keys, err := seal.Parse(strings.TrimPrefix(testSecret, "GROUNDSWELL_SECRET_KEY="))
	if err != nil {
		t.Fatal(err)
	}
	pool := dbtest.Pool(t, database)
	p := &posting{database: database, pool: pool, store: store.New(pool, keys), recipients: recipients}
	p.server = delivertest.StartProcess(t, rules...)
	p.do(t, `insert into person (email, name) select 'p' || n || '@example.com', 'Person ' || n from generate_series(1, $1) n`, recipients)
	at := time.Now().Add(-time.Minute).UTC()
	m := comms.Message{
		Stage: comms.PreLaunch, Title: "Training dates", Owner: comms.Person{Name: "Beth", Email: "beth@example.com"}, Asked: 1,
		Until: day.None, Begins: day.None, UsefulFor: 48 * time.Hour,
		Text:        comms.Text{N: 1, Subject: "Bring one task", Body: "Bring one task, {{name}}.", Audience: comms.Audience{Who: comms.WhoPeople}, Channels: []int{mailChannel}},
		Occurrences: []comms.Occurrence{{No: 1, Day: day.FromTime(at), At: at.Format("15:04"), Zone: "UTC", State: comms.Planned}},
	}
	for _, who := range []string{"helena@example.com", "priya@example.com"} {
		m.Approvals = append(m.Approvals, comms.Approval{N: 1, Person: comms.Person{Email: who}, Recipients: recipients})
	}
	if p.message, err = p.store.CreateMessage(t.Context(), identity.Operator(), "", m, time.Now()); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *posting) do(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := p.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// of returns the ids of the deliveries in a state.
func (p *posting) of(t *testing.T, states ...string) []comms.DeliveryID {
	t.Helper()
	rows, err := p.pool.Query(t.Context(), `select id from delivery where state = any ($1) order by id`, states)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[comms.DeliveryID])
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func (p *posting) count(t *testing.T, state string) int { return len(p.of(t, state)) }

// awaitSettled waits until nothing waits or is being sent.
func (p *posting) awaitSettled(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); ; <-time.After(50 * time.Millisecond) {
		open := p.of(t, "waiting", "sending")
		if len(open) == 0 && len(p.of(t, "sent", "unknown", "refused")) > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d deliveries are not settled in time", len(open))
		}
	}
}

// arrived counts the mails of each delivery that the server has.
func (p *posting) arrived(t *testing.T) map[comms.DeliveryID]int {
	t.Helper()
	out := map[comms.DeliveryID]int{}
	for _, k := range p.server.Kept(t) {
		id, ok := comms.MailIDOf(k.ID)
		if !ok {
			t.Errorf("a mail that is none of ours: %q", k.ID)
		}
		out[id]++
	}
	return out
}

// judge compares what the deliveries say with what the server has.
func (p *posting) judge(t *testing.T) {
	t.Helper()
	arrived := p.arrived(t)
	for id, n := range arrived {
		if n > 1 {
			t.Errorf("delivery %d arrived %d times", id, n)
		}
	}
	for _, id := range p.of(t, "sent") {
		if arrived[id] == 0 {
			t.Errorf("delivery %d counts as sent and did not arrive", id)
		}
	}
	for _, id := range p.of(t, "refused") {
		if arrived[id] > 0 {
			t.Errorf("delivery %d counts as refused and arrived", id)
		}
	}
	listed, err := p.store.Unknowns(t.Context(), 0, p.recipients)
	if err != nil {
		t.Fatal(err)
	}
	var unknown []comms.DeliveryID
	for _, d := range listed {
		unknown = append(unknown, d.ID)
	}
	if want := p.of(t, "unknown"); !slices.Equal(unknown, want) {
		t.Errorf("listed as unknown: %v, want %v", unknown, want)
	}
	if n := len(p.of(t, "sent", "unknown", "refused")); n != p.recipients {
		t.Errorf("%d of %d are settled", n, p.recipients)
	}
	m, err := p.store.Message(t.Context(), p.message)
	if err != nil || m.Occurrences[0].State != comms.Gone {
		t.Errorf("the message is %s, %v", m.Occurrences[0].State, err)
	}
}
