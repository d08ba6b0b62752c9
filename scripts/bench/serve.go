package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
	"groundswell/internal/telemetry"
	"groundswell/web"
)

// serving is what a server in a process of its own says once it listens.
type serving struct {
	Address, Token string
	PID            int
}

// The floors: handlers of the same server, without sign-in or figures.
const (
	oneQueryPath   = "/bench/one"
	sixQueriesPath = "/bench/six"
)

// childServe runs the site over a database until its standard input closes.
func childServe(args []string) error {
	f := flag.NewFlagSet("child-serve", flag.ExitOnError)
	db, profile := f.String("db", "", ""), f.String("profile", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	stop, err := startProfile(*profile)
	if err != nil {
		return err
	}
	defer stop()
	debug.SetGCPercent(50) // like the program itself
	ctx := context.Background()
	keys, _ := seal.Random()
	st, err := store.Open(ctx, *db, keys)
	if err != nil {
		return err
	}
	defer st.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	id := &identity.Service{Keeper: st}
	token, _, err := id.CreateToken(ctx, identity.Operator(), fmt.Sprint("bench ", os.Getpid()), identity.Lead, nil, time.Now())
	if err != nil {
		return err
	}
	site, err := web.NewDemo(web.Config{
		Org: "Aldermere", PublicURL: &url.URL{Scheme: "http", Host: l.Addr().String()}, Identity: id, CookieKeys: keys.Derive("cookie"),
		Telemetry: web.Telemetry{Intake: telemetry.NewIntake(st, keys.Derive("telemetry")[0], benchToken, slog.New(slog.DiscardHandler)), Book: st},
		Index:     st, Days: st, Log: slog.New(slog.DiscardHandler), Now: clock,
	}, web.Personas())
	if err != nil {
		return err
	}
	floor, err := newFloor(ctx, st.Pool())
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.HandleFunc(oneQueryPath, floor.one)
	mux.HandleFunc(sixQueriesPath, floor.six)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	if err := json.NewEncoder(os.Stdout).Encode(serving{l.Addr().String(), token, os.Getpid()}); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		srv.Close()
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// startProfile records the CPU into file, "" is no file.
func startProfile(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	w, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(w); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); w.Close() }, nil
}

// floor answers with what a page cannot do without: queries and a template.
type floor struct {
	pool *pgxpool.Pool
	page *template.Template
	fill string // makes the six-query page as large as the overview
}

const floorPage = `<!doctype html><title>Floor</title><table>{{range .Rows}}<tr><td>{{.}}</td></tr>{{end}}</table>`

func newFloor(_ context.Context, pool *pgxpool.Pool) (*floor, error) {
	page, err := template.New("floor").Parse(floorPage)
	if err != nil {
		return nil, err
	}
	return &floor{pool: pool, page: page, fill: string(bytes.Repeat([]byte("<p>As large as the overview.</p>\n"), 1000))}, nil
}

const oneQuerySQL = `select day::text || ' ' || coalesce(cowork_daily, 0) from summary_day where day > $1 order by day`

var sixQueriesSQL = []string{
	oneQuerySQL,
	`select n::text from generation`,
	`select day::text || ' ' || key || ' ' || cents from cost_day where grouping = 'product' and day > $1 order by day, key limit 28`,
	`select key || ' ' || coalesce(users, 0) from feature_day where kind = 'connector' and day = $1::date + 1`,
	`select key || ' ' || coalesce(users, 0) from feature_day where kind = 'skill' and day = $1::date + 1`,
	`select count(*)::text from summary_day where day > $1`,
}

var sinceDay = (today - 29).Time()

func (f *floor) one(w http.ResponseWriter, r *http.Request) {
	rows, err := f.pool.Query(r.Context(), oneQuerySQL, sinceDay)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	f.render(w, lines, "", err)
}

func (f *floor) six(w http.ResponseWriter, r *http.Request) {
	batch := &pgx.Batch{}
	for n, sql := range sixQueriesSQL {
		if n == 1 {
			batch.Queue(sql)
			continue
		}
		batch.Queue(sql, sinceDay)
	}
	results := f.pool.SendBatch(r.Context(), batch)
	defer results.Close()
	var lines []string
	for range sixQueriesSQL {
		rows, err := results.Query()
		if err != nil {
			f.render(w, nil, "", err)
			return
		}
		some, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			f.render(w, nil, "", err)
			return
		}
		lines = append(lines, some...)
	}
	f.render(w, lines, f.fill, nil)
}

func (f *floor) render(w http.ResponseWriter, lines []string, fill string, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := f.page.Execute(w, struct{ Rows []string }{lines}); err != nil {
		return
	}
	fmt.Fprint(w, fill)
}
