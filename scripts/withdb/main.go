// Command withdb runs a command with a Postgres cluster beside it and ends the
// cluster when the command ends: go run ./scripts/withdb go test ./...
// The cluster is fast and disposable, and its address is in
// GROUNDSWELL_TEST_CLUSTER. With -dir it is durable, lives there, and its
// address is in DATABASE_URL.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"groundswell/internal/dbtest"
	"groundswell/internal/pgembed"
)

func main() {
	dir := flag.String("dir", "", "keep the cluster in this directory")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: withdb [-dir DIR] COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := run(*dir, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "withdb:", err)
	}
	os.Exit(code)
}

// run returns the command's exit code. The terminal sends Ctrl-C to the command
// as well; we wait for it to end, then stop the cluster.
func run(dir string, args []string) (int, error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	cluster, err := start(dir)
	if err != nil {
		return 1, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = cluster.Stop(ctx)
	}()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	variable := dbtest.Variable
	if dir != "" {
		variable = "DATABASE_URL"
	}
	cmd.Env = append(os.Environ(), variable+"="+cluster.URL())
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM { // Ctrl-C reaches the command by itself
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

// start starts the durable cluster in dir, or a disposable one when dir is empty.
func start(dir string) (*pgembed.Cluster, error) {
	if dir != "" {
		return pgembed.Start(context.Background(), pgembed.Config{Dir: dir})
	}
	scratch, err := os.MkdirTemp("", "groundswell-test-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(scratch, 0o711); err != nil {
		return nil, err
	}
	return pgembed.Start(context.Background(), pgembed.Config{Dir: scratch, Fast: true, Discard: true})
}
