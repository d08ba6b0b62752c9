package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"groundswell/internal/rollout"
)

// runPlaybook checks a playbook's file, or lists the playbooks that ship. It needs no database.
func runPlaybook(_ context.Context, _ settings, args []string) error {
	rest, err := parse(flags("playbook"), args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1 && rest[0] == "list":
		return listPlaybooks(os.Stdout)
	case len(rest) == 2 && rest[0] == "check":
		return checkPlaybook(rest[1])
	}
	return fmt.Errorf("%w: say playbook check and the file, or playbook list", errUsage)
}

func listPlaybooks(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KEY\tVERSION\tTASKS\tNAME")
	for _, b := range rollout.Playbooks() {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", b.Key, b.Version, len(b.Steps()), b.Name)
	}
	return t.Flush()
}

// checkPlaybook says what a playbook holds, or writes a line to stderr for each thing wrong with it.
func checkPlaybook(path string) error {
	body, name, err := openPlaybook(path)
	if err != nil {
		return err
	}
	defer body.Close()
	book, err := rollout.ParsePlaybook(body)
	var wrong *rollout.PlaybookError
	if errors.As(err, &wrong) {
		for _, p := range wrong.Problems {
			fmt.Fprintf(os.Stderr, "%s: %s\n", name, p)
		}
		return errReported
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s: playbook %s, version %s: tasks %d, phases %d, roles %d, messages %d\n",
		name, book.Key, book.Version, len(book.Steps()), len(book.Phases), len(book.Roles), len(book.Messages))
	return nil
}

// openPlaybook opens the file at path, stdin for "-", and says how to call it.
func openPlaybook(path string) (io.ReadCloser, string, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), "stdin", nil
	}
	f, err := os.Open(path)
	return f, path, err
}
