package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"groundswell/internal/route"
)

// The load of the receiver: so many records a second, in as many requests as
// that many desktops send, on time whether or not the ones before were answered.
const (
	benchToken   = "the bench's own token"
	perRequest   = 10
	recordsASec  = 1000
	readers      = 4                      // people who look at the overview meanwhile
	readEvery    = 250 * time.Millisecond // each of them
	mostInFlight = 512                    // requests under way; more means that the receiver does not keep up
	sendAgain    = 5                      // times that a refused request is sent again
)

// flood is how the receiver held up.
type flood struct {
	took                      time.Duration
	sent, acknowledged        int64
	stored                    int
	again, late               int64 // requests sent again; those that could not be sent on time
	answer, overview, slowest time.Duration
	resident                  int64
}

// telemetry sends records for a while, reading the overview meanwhile, and
// counts what is stored.
func (b *bed) telemetry(ctx context.Context, o options) (*flood, error) {
	s, err := b.serve(ctx, o.profile)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	if err := s.once(ctx, route.Overview, nil); err != nil {
		return nil, err
	}
	f := &flood{}
	var reading sync.WaitGroup
	stop, read := make(chan struct{}), make([][]time.Duration, readers)
	for i := range readers {
		reading.Go(func() { read[i] = s.browse(ctx, stop) })
	}
	answers, err := s.flood(ctx, o.telemetry, f)
	close(stop)
	reading.Wait()
	if err != nil {
		return nil, err
	}
	f.answer, _ = quantiles(answers)
	f.overview, f.slowest = quantiles(slices.Concat(read...))
	if f.resident, err = statusBytes(strconv.Itoa(s.PID), "VmHWM:"); err != nil {
		return nil, err
	}
	pool, err := b.pool(ctx, b.target)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return f, pool.QueryRow(ctx, "select count(*) from telemetry_event").Scan(&f.stored)
}

// browse asks for the overview now and then; a page that fails counts as a very slow one.
func (s *server) browse(ctx context.Context, stop <-chan struct{}) []time.Duration {
	var took []time.Duration
	every := time.NewTicker(readEvery)
	defer every.Stop()
	for {
		began := time.Now()
		if err := s.once(ctx, route.Overview, nil); err != nil {
			took = append(took, time.Minute)
		} else {
			took = append(took, time.Since(began))
		}
		select {
		case <-stop:
			return took
		case <-every.C:
		}
	}
}

// flood sends the records by the clock and returns how long each answer took.
func (s *server) flood(ctx context.Context, length time.Duration, f *flood) ([]time.Duration, error) {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: mostInFlight}}
	defer client.CloseIdleConnections()
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		took   []time.Duration
		failed error
		under  atomic.Int64
	)
	requests, gap := int(length.Seconds()*recordsASec/perRequest), time.Second*perRequest/recordsASec
	began := time.Now()
	for n := range requests {
		time.Sleep(time.Until(began.Add(time.Duration(n) * gap)))
		if under.Load() >= mostInFlight {
			f.late++
			continue
		}
		under.Add(1)
		group.Go(func() {
			defer under.Add(-1)
			start := time.Now()
			err := s.export(ctx, client, n, f)
			mu.Lock()
			defer mu.Unlock()
			took, failed = append(took, time.Since(start)), errors.Join(failed, err)
		})
	}
	group.Wait()
	f.took = time.Since(began)
	return took, failed
}

// export sends the n-th request, again when it is asked to.
func (s *server) export(ctx context.Context, client *http.Client, n int, f *flood) error {
	atomic.AddInt64(&f.sent, perRequest)
	body := exportBody(n)
	for range sendAgain {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Address+route.OTLPLogs, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+benchToken)
		r.Header.Set("Content-Type", "application/json")
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		switch res.StatusCode {
		case http.StatusOK:
			atomic.AddInt64(&f.acknowledged, perRequest)
			return nil
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			atomic.AddInt64(&f.again, 1)
			time.Sleep(time.Second)
		default:
			return fmt.Errorf("%s answers %s", route.OTLPLogs, res.Status)
		}
	}
	return nil
}

// exportBody is what a desktop sends: ten events of one session.
func exportBody(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cowork"}},{"key":"service.version","value":{"stringValue":"1.12.%d"}}]},"scopeLogs":[{"logRecords":[`, n%3)
	at := clock().UnixNano()
	for i := range perRequest {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"timeUnixNano":"%d","body":{"stringValue":"cowork.tool_result"},"attributes":[{"key":"event.name","value":{"stringValue":"tool_result"}},`+
			`{"key":"session.id","value":{"stringValue":"session-%d"}},{"key":"event.sequence","value":{"intValue":"%d"}},{"key":"user.account_id","value":{"stringValue":"user_%d"}},`+
			`{"key":"tool_name","value":{"stringValue":"Tool %d"}},{"key":"success","value":{"stringValue":"true"}},{"key":"duration_ms","value":{"intValue":"40"}},`+
			`{"key":"tool_parameters","value":{"stringValue":"%s"}}]}`, at, n, i, n%5000, (n+i)%40, strings.Repeat("words that are not kept ", 12))
	}
	b.WriteString(`]}]}]}`)
	return b.String()
}

// quantiles returns the 95th percentile and the longest.
func quantiles(took []time.Duration) (p95, longest time.Duration) {
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	return took[min(len(took)-1, len(took)*95/100)], took[len(took)-1]
}

func (f *flood) print() {
	fmt.Println()
	t := newTable("telemetry", "", "bar", "")
	t.row(append([]string{"records a second, acknowledged"}, atLeast(float64(f.acknowledged)/f.took.Seconds(), 0.98*recordsASec, "")...)...)
	t.row(append([]string{"acknowledged and not stored"}, atMost(float64(max(0, f.acknowledged-int64(f.stored))), 0, "")...)...)
	t.row(append([]string{"p95 of the overview meanwhile"}, atMost(float64(f.overview)/float64(time.Millisecond), 500, " ms")...)...)
	t.row(append([]string{"server's memory at its largest"}, atMost(float64(f.resident)/(1<<20), 512, " MiB")...)...)
	t.print()
	fmt.Printf("%s records in %s, %s stored; p95 of an answer %s; %d requests were sent again, %d could not be sent in time; the slowest overview took %s.\n",
		thousands(int(f.sent)), f.took.Round(100*time.Millisecond), thousands(f.stored), ms(f.answer), f.again, f.late, ms(f.slowest))
}
