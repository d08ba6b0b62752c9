package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"groundswell/internal/pgembed"
	"groundswell/internal/store"
)

const stopTimeout = 20 * time.Second

// database returns the address of a database the program can work with, and
// what shuts it down again: DATABASE_URL, or a private cluster under the data directory.
func (s settings) database(ctx context.Context, as tenancy, log *slog.Logger) (string, func(), error) {
	if s.DatabaseURL != "" {
		_, err := store.ProbeDatabase(ctx, s.DatabaseURL)
		return s.DatabaseURL, func() {}, err
	}
	return embedded(ctx, s.DataDir, as, log)
}

// tenancy says whether a command may use a private cluster that another process runs.
type tenancy bool

const (
	guest tenancy = true  // a command that is soon over
	owner tenancy = false // a service: it must not lose its database when somebody else stops
)

// embedded starts the private cluster in dir. A guest joins it when another
// process runs it; an owner refuses.
func embedded(ctx context.Context, dir string, as tenancy, log *slog.Logger) (string, func(), error) {
	cluster, err := pgembed.Start(ctx, pgembed.Config{Dir: dir, Log: log})
	if err != nil {
		return "", nil, fmt.Errorf("the embedded Postgres: %w", err)
	}
	if as == owner && cluster.Shared() {
		return "", nil, fmt.Errorf("another groundswell process runs the embedded Postgres in %s and would take it along when it ends; stop that one, set GROUNDSWELL_DATA_DIR to another directory, or use a Postgres of your own with DATABASE_URL", dir)
	}
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if err := cluster.Stop(ctx); err != nil {
			log.Error("stop the embedded Postgres", "err", err)
		}
	}
	return cluster.URL(), stop, nil
}
