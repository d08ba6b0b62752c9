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
func (s settings) database(ctx context.Context, log *slog.Logger) (string, func(), error) {
	if s.DatabaseURL != "" {
		_, err := store.ProbeDatabase(ctx, s.DatabaseURL)
		return s.DatabaseURL, func() {}, err
	}
	return embedded(ctx, s.DataDir, log)
}

// embedded starts the private cluster in dir, or joins it when another program runs it.
func embedded(ctx context.Context, dir string, log *slog.Logger) (string, func(), error) {
	cluster, err := pgembed.Start(ctx, pgembed.Config{Dir: dir, Log: log})
	if err != nil {
		return "", nil, fmt.Errorf("the embedded Postgres: %w", err)
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
