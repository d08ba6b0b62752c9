package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"groundswell/migrations"
)

func runMigrate(ctx context.Context, s settings, args []string) error {
	f := flags("migrate")
	asJSON := f.Bool("json", false, "print the status as JSON")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fmt.Errorf("%w: say up, down or status", errUsage)
	}
	what, known := map[string]func(context.Context, string) error{
		"up": migrations.Up, "down": migrations.Down,
		"status": func(ctx context.Context, url string) error { return printStatus(ctx, url, *asJSON) },
	}[rest[0]]
	if !known {
		return fmt.Errorf("%w: %q is not up, down or status", errUsage, rest[0])
	}
	url, stop, err := s.database(ctx, guest, s.logger())
	if err != nil {
		return err
	}
	defer stop()
	return what(ctx, url)
}

func printStatus(ctx context.Context, url string, asJSON bool) error {
	states, err := migrations.Status(ctx, url)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(states)
	}
	for _, st := range states {
		word := "waiting"
		if st.Applied {
			word = "applied"
		}
		fmt.Printf("%-8s  %s\n", word, st.Name)
	}
	return nil
}
