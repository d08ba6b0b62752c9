package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/claude"
	"groundswell/internal/sandbox"
	"groundswell/migrations"
)

// bed is what one size is measured on: the sandbox on a port, a database to be
// filled and one for the floors.
type bed struct {
	members  int
	org      *sandbox.Org
	admin    string
	upstream string // the sandbox's address
	target   string // the database that is filled over HTTP
	spare    string // the one for landing alone and for raw COPY
	client   *claude.Client
	stops    []func()
}

func open(ctx context.Context, admin string, members int) (*bed, error) {
	org := sandbox.New(sandbox.Config{Today: today, Members: members})
	b := &bed{members: members, org: org, admin: admin}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the sandbox: %w", err)
	}
	srv := &http.Server{Handler: org, ReadHeaderTimeout: 10 * time.Second}
	go srv.Serve(l)
	b.stops = append(b.stops, func() { srv.Close(); org.Close() })
	b.upstream = "http://" + l.Addr().String()
	if b.client, err = claude.New(claude.Config{Key: sandbox.Key, BaseURL: b.upstream}); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		name string
		url  *string
	}{{"target", &b.target}, {"spare", &b.spare}} {
		if *d.url, err = b.database(ctx, fmt.Sprintf("bench_%s_%d", d.name, members)); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

func (b *bed) close() {
	for i := len(b.stops) - 1; i >= 0; i-- {
		b.stops[i]()
	}
}

// database makes a migrated database that is dropped when the bed is closed.
func (b *bed) database(ctx context.Context, name string) (string, error) {
	if err := b.command(ctx, "create database "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", err
	}
	b.stops = append(b.stops, func() {
		dropping, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = b.command(dropping, "drop database "+pgx.Identifier{name}.Sanitize()+" with (force)")
	})
	u, err := url.Parse(b.admin)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), migrations.Up(ctx, u.String())
}

func (b *bed) command(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, b.admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, sql)
	return err
}

func (b *bed) pool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	return pgxpool.New(ctx, url)
}
