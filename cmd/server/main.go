// Command server is Groundswell: the web app, its jobs, and the commands that
// look after it. It reads the settings, opens every door and shuts them in
// order; each subcommand has a file of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"golang.org/x/term"

	"groundswell/internal/fault"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage marks a command line that makes no sense; the message says how to write it.
var errUsage = errors.New("wrong usage")

// errReported marks a failure whose lines have been written already.
var errReported = errors.New("reported")

type command struct {
	name, args, does string
	run              func(ctx context.Context, s settings, args []string) error
}

func commands() []command {
	return []command{
		{"demo", "", "everything on this machine: a sandbox organization, three weeks into its pilot", runDemo},
		{"serve", "[--no-jobs|--jobs-only]", "the product: web, jobs and receivers", runServe},
		{"sync", "[--from D] [--to D] [--source S]", "pull from the Anthropic APIs, in the foreground", runSync},
		{"reindex", "[--from D] [--to D] [--verify]", "make the sets of people from their facts, or only compare them", runReindex},
		{"migrate", "up|down|status", "bring the database's schema up, down, or show it", runMigrate},
		{"import", "people|training|touchpoints|devices FILE.csv [--dry-run] [--skip-bad]", "people, attendances, touchpoints or machines from a CSV file; - reads stdin", runImport},
		{"playbook", "check FILE.yaml|list", "check a playbook, or list those that ship; - reads stdin", runPlaybook},
		{"token", "create|list|revoke", "API tokens", runToken},
		{"user", "grant EMAIL ROLE [--department D]", "roles without the web", runUser},
		{"audit", "verify", "check that no entry of the audit log was changed or removed", runAudit},
		{"doctor", "", "check database, keys, clock and sign-in; say what to do", runDoctor},
	}
}

// gcPercent lets the heap grow by half before it is collected, not by all of it:
// most of it is the organization's index, which stays.
const gcPercent = 50

func main() {
	debug.SetGCPercent(gcPercent)
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(os.Stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return runCommand(c, args[1:])
		}
	}
	fmt.Fprintf(os.Stderr, "there is no command %q; server help lists them\n", args[0])
	return exitUsage
}

func runCommand(c command, args []string) int {
	s, err := loadSettings()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = c.run(ctx, s, args)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		fmt.Fprintf(os.Stderr, "usage: server %s %s\n", c.name, c.args)
		return exitUsage
	case errors.Is(err, errReported):
		return exitFailed
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "stopped")
		return exitFailed
	}
	fmt.Fprintln(os.Stderr, oneLine(err))
	return exitFailed
}

// oneLine keeps an error to one line, as promised to whoever reads stderr. A
// fault in what was asked for says all there is to say; others keep their cause.
func oneLine(err error) string {
	if f, ok := err.(*fault.Error); ok && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return f.Say
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Groundswell runs an organization's rollout of Claude Cowork.")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  server %-44s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
	fmt.Fprintln(w, "\nSettings come from the environment and a .env file; .env.example lists them.")
}

// flags makes a flag set whose mistakes end as wrong usage.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}

// parse reads args into f and returns the positional ones. Flags may stand before, between and after them.
func parse(f *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				f.SetOutput(os.Stdout)
				f.Usage()
				return nil, err
			}
			return nil, fmt.Errorf("%w: %v", errUsage, err)
		}
		args = f.Args()
		if len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
