package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/route"
)

var connections = []int{16, 64}

// load is how one page held up under a number of connections.
type load struct {
	page          string
	connections   int
	perSecond     float64
	p50, p95, p99 time.Duration
	cpu           time.Duration // of the server, per request
	bytes         int

	took  []time.Duration
	spent time.Duration
}

// visit is a page to ask for: one address, or several in turn.
type visit struct {
	name  string
	paths []string
}

// server is the site in a process of its own.
type server struct {
	serving
	cmd    *exec.Cmd
	stdin  io.Closer
	client *http.Client
}

// pages measures what a signed-in person waits for.
func (b *bed) pages(ctx context.Context, o options, f *figures) error {
	if err := b.place(ctx, f); err != nil {
		return err
	}
	began := time.Now()
	s, err := b.serve(ctx, o.profile)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.once(ctx, route.Overview, nil); err != nil {
		return err
	}
	f.ready = time.Since(began)
	if o.history > o.days {
		if err := b.whilePulling(ctx, o, s, f); err != nil {
			return fmt.Errorf("older days: %w", err)
		}
	}
	if err := b.timePanels(ctx, f); err != nil {
		return err
	}
	visits := visits()
	if o.only != "" {
		visits = slices.DeleteFunc(visits, func(v visit) bool { return v.name != o.only && !strings.HasPrefix(v.name, "/bench/") })
	}
	for _, v := range visits { // once around first: the index is loaded, pools are filled
		if err := s.once(ctx, v.paths[0], nil); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	if f.idle, err = statusBytes(fmt.Sprint(s.PID), "VmRSS:"); err != nil {
		return err
	}
	for _, n := range connections {
		loads, err := s.hammerAll(ctx, visits, n, o.each)
		if err != nil {
			return err
		}
		f.loads = append(f.loads, loads...)
	}
	f.resident, err = statusBytes(fmt.Sprint(s.PID), "VmRSS:")
	return err
}

// busyConnections ask for the overview while a pull runs.
const busyConnections = 4

// whilePulling reads the older days, asking for the overview all the while, and
// then asks for it in peace.
func (b *bed) whilePulling(ctx context.Context, o options, s *server, f *figures) error {
	done := make(chan error, 1)
	go func() {
		_, err := spawn[synced](ctx, "child-sync", "-db", b.target, "-upstream", b.upstream,
			"-from", (today - day.Date(o.history)).String(), "-to", (today - day.Date(o.days) - 1).String(), "-users")
		done <- err
	}()
	overview := visit{route.Overview, []string{route.Overview}}
	var busy load
	for {
		took, spent, err := s.hammer(ctx, overview, busyConnections, o.each/rounds)
		if err != nil {
			return err
		}
		busy.took, busy.spent = append(busy.took, took...), busy.spent+spent
		select {
		case err := <-done:
			if err != nil {
				return err
			}
			busy.sum()
			f.pulling = busy.p95
			return b.inPeace(ctx, o, s, f)
		default:
		}
	}
}

func (b *bed) inPeace(ctx context.Context, o options, s *server, f *figures) error {
	overview := visit{route.Overview, []string{route.Overview}}
	if err := s.once(ctx, route.Overview, nil); err != nil {
		return err
	}
	var calm load
	var err error
	if calm.took, calm.spent, err = s.hammer(ctx, overview, busyConnections, o.each); err != nil {
		return err
	}
	calm.sum()
	f.calm = calm.p95
	return nil
}

// visits are the pages, in the order they are asked for; the floors come first.
func visits() []visit {
	return []visit{
		{oneQueryPath, []string{oneQueryPath}},
		{sixQueriesPath, []string{sixQueriesPath}},
		{"/overview", []string{"/overview"}},
		{"/overview, any 4 weeks", periods("/overview", 28, 60)},
		{"/overview, any 52 weeks", periods("/overview", 364, 60)},
		{"/activation", []string{"/activation"}},
		{"/activation, any 4 weeks", periods("/activation", 28, 60)},
		{"/cohorts", []string{"/cohorts"}},
		{"/today, a department", []string{"/today?department=claims-operations"}},
		{"/api/v1/metrics", []string{"/api/v1/metrics?" + between(today-29, today-2)}},
		{"/api/v1/metrics, any 4 weeks", periods("/api/v1/metrics", 28, 60)},
	}
}

// periods are n periods of the same length that end on n days in a row.
func periods(path string, length, n int) []string {
	var out []string
	for back := range day.Date(n) {
		to := today - 2 - back
		out = append(out, path+"?"+between(to-day.Date(length)+1, to))
	}
	return out
}

func between(from, to day.Date) string {
	return url.Values{"from": {max(from, day.Of(2026, time.January, 1)).String()}, "to": {to.String()}}.Encode()
}

func (b *bed) serve(ctx context.Context, profile string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.CommandContext(ctx, self, "child-serve", "-db", b.target, "-profile", profile)}
	s.cmd.Stderr = os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(stdout).Decode(&s.serving); err != nil {
		s.stop()
		return nil, fmt.Errorf("the server does not come up: %w", err)
	}
	if err := s.signIn(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) stop() {
	s.stdin.Close()
	_ = s.cmd.Wait()
}

// signIn becomes the rollout lead, with a session like everybody's.
func (s *server) signIn(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	s.client = &http.Client{
		Jar: jar,
		Transport: &http.Transport{
			MaxIdleConnsPerHost: slices.Max(connections), DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	form := url.Values{"persona": {"ines"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Address+route.SignInAs, strings.NewReader(form))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+s.Address)
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("signing in answers %s", res.Status)
	}
	return nil
}

// once asks for a page and insists on it.
func (s *server) once(ctx context.Context, path string, size *int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+path, nil)
	if err != nil {
		return err
	}
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Bearer "+s.Token)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, res.Status)
	}
	if size != nil {
		*size = int(n)
	}
	return nil
}

// rounds is how often the pages take turns: what else the machine does then
// weighs on all of them.
const rounds = 4

// hammerAll asks for every page over n connections, each time for a part of the while.
func (s *server) hammerAll(ctx context.Context, visits []visit, n int, each time.Duration) ([]load, error) {
	loads := make([]load, len(visits))
	for i, v := range visits {
		loads[i] = load{page: v.name, connections: n}
		if err := s.once(ctx, v.paths[0], &loads[i].bytes); err != nil {
			return nil, fmt.Errorf("%s: %w", v.name, err)
		}
	}
	for range rounds {
		for i, v := range visits {
			before := s.cpu()
			took, spent, err := s.hammer(ctx, v, n, each/rounds)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", v.name, err)
			}
			l := &loads[i]
			l.took, l.spent, l.cpu = append(l.took, took...), l.spent+spent, l.cpu+s.cpu()-before
		}
	}
	for i := range loads {
		loads[i].sum()
	}
	return loads, nil
}

// sum turns what was measured into what is shown.
func (l *load) sum() {
	slices.Sort(l.took)
	at := func(q float64) time.Duration { return l.took[min(len(l.took)-1, int(q*float64(len(l.took))))] }
	l.p50, l.p95, l.p99 = at(0.50), at(0.95), at(0.99)
	l.perSecond = float64(len(l.took)) / l.spent.Seconds()
	l.cpu /= time.Duration(len(l.took))
	l.took = nil
}

// hammer asks for a page over n connections for a while.
func (s *server) hammer(ctx context.Context, v visit, n int, each time.Duration) (took []time.Duration, spent time.Duration, err error) {
	var (
		turn  atomic.Int64
		mu    sync.Mutex
		group sync.WaitGroup
	)
	began := time.Now()
	for range n {
		group.Go(func() {
			var mine []time.Duration
			var failed error
			for failed == nil && (len(mine) == 0 || time.Since(began) < each) {
				start := time.Now()
				failed = s.once(ctx, v.paths[int(turn.Add(1))%len(v.paths)], nil)
				mine = append(mine, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			err = errors.Join(err, failed)
		})
	}
	group.Wait()
	return took, time.Since(began), err
}

// cpu is the processor time the server has used; 0 where the system does not tell.
func (s *server) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}

func (f *figures) load(page string, connections int) load {
	i := slices.IndexFunc(f.loads, func(l load) bool { return l.page == page && l.connections == connections })
	if i < 0 {
		return load{}
	}
	return f.loads[i]
}

func (f *figures) printPages(o options) {
	t := newTable(fmt.Sprintf("pages, %d days behind them", o.history), "conns", "req/s", "p50", "p95", "p99", "server CPU", "KB", "of six queries", "of one", "p99 to six")
	for _, l := range f.loads {
		six, one := f.load(sixQueriesPath, l.connections), f.load(oneQueryPath, l.connections)
		t.row(l.page, fmt.Sprint(l.connections), fmt.Sprintf("%.0f", l.perSecond), ms(l.p50), ms(l.p95), ms(l.p99), ms(l.cpu), fmt.Sprint(l.bytes/1024),
			fmt.Sprintf("%.2f×", over(l.perSecond, six.perSecond)), fmt.Sprintf("%.2f×", over(l.perSecond, one.perSecond)), fmt.Sprintf("%.2f×", over(float64(l.p99), float64(six.p99))))
	}
	t.print()
	t = newTable("", "ratio", "bar", "")
	for _, n := range connections {
		page, six := f.load("/overview", n), f.load(sixQueriesPath, n)
		if page.page == "" {
			continue
		}
		t.row(append([]string{fmt.Sprintf("overview, throughput of six queries, %d conns", n)}, atLeast(over(page.perSecond, six.perSecond), 0.5, "×")...)...)
		t.row(append([]string{fmt.Sprintf("overview, p99 to six queries, %d conns", n)}, atMost(over(float64(page.p99), float64(six.p99)), 4, "×")...)...)
	}
	if o.only == "" {
		month, year := f.load("/overview, any 4 weeks", connections[0]), f.load("/overview, any 52 weeks", connections[0])
		t.row(append([]string{"overview, p95 of 52 weeks to 4 weeks"}, atMost(over(float64(year.p95), float64(month.p95)), 4, "×")...)...)
	}
	if f.pulling > 0 {
		t.row(append([]string{"overview, p95 during a pull to p95 in peace"}, atMost(over(float64(f.pulling), float64(f.calm)), 4, "×")...)...)
	}
	t.row(append([]string{"from start to a signed-in overview"}, atMost(f.ready.Seconds(), 1.5, " s")...)...)
	t.row(append([]string{"server's memory, idle"}, atMost(float64(f.idle)/(1<<20), 96, " MiB")...)...)
	t.print()
	fmt.Printf("After all these requests the server holds %d MiB.\n", f.resident>>20)
}

// printGrowth compares the smallest organization with the largest.
func printGrowth(small, large *figures) {
	fmt.Println()
	t := newTable(fmt.Sprintf("p95, %s members to %s", thousands(large.members), thousands(small.members)), thousands(small.members), thousands(large.members), "ratio", "bar", "")
	for _, page := range []string{"/overview", "/overview, any 4 weeks", "/activation, any 4 weeks", "/api/v1/metrics, any 4 weeks"} {
		a, b := small.load(page, connections[0]), large.load(page, connections[0])
		t.row(append([]string{page, ms(a.p95), ms(b.p95)}, atMost(over(float64(b.p95), float64(a.p95)), 2, "×")...)...)
	}
	t.print()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }
