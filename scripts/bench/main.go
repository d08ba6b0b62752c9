// Command bench measures how fast an organization lands and how fast its pages
// answer, each figure beside its floor in the same run: landing beside raw COPY,
// decoding beside the SDK's, pages beside handlers of the same server that run
// a query and render. Telemetry is sent to the receiver for a minute, and what it
// acknowledges is counted in the database. Timings mean nothing alone; the ratios are the result, and
// beside each stands the bar it is held to.
//
// It needs no set-up: a private Postgres cluster, the sandbox organization over
// HTTP, and child processes of its own for what is measured. All of it is gone
// when it ends. Shrink it with -members and -days.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pgembed"
)

// options are what one run measures.
type options struct {
	members []int
	days    int           // of the timed backfill
	history int           // days the pages have behind them
	each    time.Duration // how long a page is asked for
	landing bool          // skip the pages

	telemetry time.Duration // how long records are sent to the largest organization; 0 skips it
	only      string        // ask for this page only, besides the floors
	profile   string        // where the server's CPU profile goes
	limit     time.Duration
}

func main() {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "child-") {
		exit(child(os.Args[1], os.Args[2:]))
	}
	o, err := parse(os.Args[1:])
	if err != nil {
		exit(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	err = run(ctx, o)
	cancel()
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse(args []string) (options, error) {
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	members := f.String("members", "1000,10000,100000", "sizes of the organization, separated by commas")
	days := f.Int("days", 120, "days of the timed backfill")
	history := f.Int("history", 366, "days the pages have behind them")
	each := f.Duration("each", 2*time.Second, "how long each page is asked for at each number of connections")
	telemetry := f.Duration("telemetry", time.Minute, "how long telemetry is sent to the largest organization; 0 skips it")
	landing := f.Bool("landing", false, "measure landing only, no pages")
	only := f.String("page", "", "ask for this page only, named as in the table, besides the floors")
	profile := f.String("profile", "", "write the CPU profile of the server, or with -landing of the pull, to this file")
	limit := f.Duration("limit", 20*time.Minute, "give up after this long")
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	o := options{days: *days, history: max(*history, *days), each: *each, landing: *landing, telemetry: *telemetry, only: *only, profile: *profile, limit: *limit}
	for s := range strings.SplitSeq(*members, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 {
			return options{}, fmt.Errorf("-members %q: not a list of sizes such as 4000,100000", *members)
		}
		o.members = append(o.members, n)
	}
	if o.days < 1 || o.days > 366 || o.history > 366 {
		return options{}, fmt.Errorf("-days and -history must lie between 1 and 366")
	}
	slices.Sort(o.members)
	return o, nil
}

// today is late enough that a year of days lies behind it.
var today = day.Of(2027, time.January, 21)

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "groundswell-bench-*")
	if err != nil {
		return fmt.Errorf("make a directory to work in: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // Postgres, which is not root, must get in
		return fmt.Errorf("open the directory to Postgres: %w", err)
	}
	began := time.Now()
	cluster, err := pgembed.Start(ctx, pgembed.Config{Dir: dir, Discard: true}) // dir goes with it, even after kill -9
	if err != nil {
		return err
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = cluster.Stop(stopping)
	}()
	var all []*figures
	for _, n := range o.members {
		f, err := measure(ctx, o, cluster.URL(), n)
		if err != nil {
			return fmt.Errorf("%d members: %w", n, err)
		}
		all = append(all, f)
	}
	if !o.landing && len(all) > 1 {
		printPanelGrowth(all)
		printGrowth(all[0], all[len(all)-1])
	}
	fmt.Printf("\n%s in all.\n", time.Since(began).Round(time.Second))
	return nil
}

// measure does everything for one size and prints it as it goes.
func measure(ctx context.Context, o options, admin string, members int) (*figures, error) {
	fmt.Printf("\n%s members\n", thousands(members))
	b, err := open(ctx, admin, members)
	if err != nil {
		return nil, err
	}
	defer b.close()
	f := &figures{members: members}
	if err := b.land(ctx, o, f); err != nil {
		return nil, err
	}
	f.printLanding(o)
	if o.landing {
		return f, nil
	}
	if err := b.pages(ctx, o, f); err != nil {
		return nil, err
	}
	f.printPanels()
	f.printPages(o)
	if members < slices.Max(o.members) || o.telemetry <= 0 {
		return f, nil
	}
	heard, err := b.telemetry(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	heard.print()
	return f, nil
}
