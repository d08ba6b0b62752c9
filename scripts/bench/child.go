package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"groundswell/internal/claude"
	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/store"
)

// synced is what a pull in a process of its own reports.
type synced struct {
	UserRows            int
	UserNanos, AllNanos int64
	PeakBytes           int64
}

// spawn runs this program as a child and reads its report.
func spawn[T any](ctx context.Context, args ...string) (T, error) {
	var out T
	self, err := os.Executable()
	if err != nil {
		return out, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Run(); err != nil {
		return out, fmt.Errorf("%s: %w", args[0], err)
	}
	return out, json.Unmarshal(stdout.Bytes(), &out)
}

func child(what string, args []string) error {
	switch what {
	case "child-sync":
		return childSync(args)
	case "child-panels":
		return childPanels(args)
	case "child-serve":
		return childServe(args)
	}
	return fmt.Errorf("no such child %q", what)
}

func childSync(args []string) error {
	f := flag.NewFlagSet("child-sync", flag.ExitOnError)
	db, upstream := f.String("db", "", ""), f.String("upstream", "", "")
	from, to := f.String("from", "", ""), f.String("to", "", "")
	only := f.Bool("users", false, "the users source only")
	profile := f.String("profile", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	stop, err := startProfile(*profile)
	if err != nil {
		return err
	}
	defer stop()
	first, err := day.Parse(*from)
	if err != nil {
		return err
	}
	last, err := day.Parse(*to)
	if err != nil {
		return err
	}
	ctx := context.Background()
	st, err := store.Open(ctx, *db, nil)
	if err != nil {
		return err
	}
	defer st.Close()
	client, err := claude.New(claude.Config{Key: sandbox.Key, BaseURL: *upstream})
	if err != nil {
		return err
	}
	out, err := pullAll(ctx, &pull.Service{Up: client, Keep: st}, first, last, *only)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// pullAll pulls people first, then their activity, which is timed on its own, then the rest.
func pullAll(ctx context.Context, s *pull.Service, from, to day.Date, only bool) (synced, error) {
	var out synced
	steps := [][]pull.Source{
		{pull.Members, pull.Groups},
		{pull.Users},
		{pull.Invites, pull.Roles, pull.Summaries, pull.Skills, pull.Connectors, pull.Plugins, pull.Artifacts, pull.Cost, pull.Spend, pull.Catalog},
	}
	if only {
		steps = steps[1:2]
	}
	began := time.Now()
	for _, sources := range steps {
		step := time.Now()
		r, err := s.Run(ctx, pull.Options{From: &from, To: &to, Sources: sources, Now: clock})
		if err != nil {
			return out, err
		}
		for _, state := range r.States {
			if state.Status != pull.Complete {
				return out, fmt.Errorf("%s is %s: %s", state.Source, state.Status, state.Say)
			}
		}
		if sources[0] == pull.Users {
			out.UserRows, out.UserNanos = int(r.Rows), int64(time.Since(step))
		}
	}
	out.AllNanos = int64(time.Since(began))
	peak, err := peakBytes("self")
	out.PeakBytes = peak
	return out, err
}

// peakBytes reads the largest resident set a process has had.
func peakBytes(pid string) (int64, error) { return statusBytes(pid, "VmHWM:") }

func statusBytes(pid, field string) (int64, error) {
	b, err := os.ReadFile("/proc/" + pid + "/status")
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil // only Linux tells
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, field); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, nil
}
