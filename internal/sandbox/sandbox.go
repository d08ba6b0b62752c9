// Package sandbox doubles Anthropic's admin and analytics API over HTTP for a
// made-up organization, the insurer Aldermere: the upstream of the demo, the
// tests and the benchmarks. Rows have the full shape of the real ones, nulls
// included; days arrive one day late and are revised; faults can be switched on.
//
// Everything follows from [Config]: the same Config gives the same bytes. The
// package knows nothing of the product and imports none of its rooms but day,
// so that a misreading of the API cannot hide in both. Of the parameters it
// reads those that page, choose days and group cost; it has no filter[], and
// groups nothing but the cost report.
package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"groundswell/internal/day"
)

// Key is the API key that every Org accepts, with all scopes.
const Key = "sk-ant-api01-aldermere-sandbox"

// The scopes that guard the endpoints.
const (
	ReadAnalytics = "read:analytics"
	ReadMembers   = "read:members"
	ReadGroups    = "read:rbac_groups"
	ReadPlugins   = "read:plugins"
	ReadSpend     = "read:spend_limits"
)

// The beta headers without which the groups, roles and plugin paths do not exist.
const (
	BetaUsers   = "ce-user-management-2026-07-13"
	BetaPlugins = "ce-plugins-2026-09-01"
)

// FirstDay is the first day that has data.
var FirstDay = day.Of(2026, time.January, 1)

// DefaultMembers is how many members Aldermere has; its seats are 4,200.
const DefaultMembers = 4056

// Config says which organization is doubled. The zero value of everything but
// Today is Aldermere as the demo shows it.
type Config struct {
	Today   day.Date // the day it is; yesterday is the last day that can be asked for
	Anchor  day.Date // a day in pilot week 3, which fixes the story in time; 0 is Today
	Members int      // members listed; groups, pilot and wave grow and shrink with it; 0 is [DefaultMembers]
	Seed    uint64   // another seed is another organization of the same kind
	Fixed   []Fix    // what somebody at Aldermere has put right since
}

// PilotOpened returns the Monday the pilot began on: two weeks before the
// anchor's week.
func (c Config) PilotOpened() day.Date { return c.anchor().Monday() - 14 }

func (c Config) anchor() day.Date {
	if c.Anchor == 0 {
		return c.Today
	}
	return c.Anchor
}

func (c Config) members() int {
	if c.Members <= 0 {
		return DefaultMembers
	}
	return c.Members
}

// Org is a doubled organization: an http.Handler for /v1/organizations/….
// It is safe for concurrent use.
type Org struct {
	mux      *http.ServeMux
	world    atomic.Pointer[world]
	serial   atomic.Uint64
	stop     chan struct{}
	stopOnce sync.Once

	mu      sync.Mutex
	keys    map[string][]string
	faults  []*armed
	counts  map[string]int
	log     []Request
	last    map[string][]byte // last row served, by path, for duplicates across pages
	revised map[day.Date]uint64
}

// Request is one request as the organization saw it.
type Request struct {
	Path, Query string
	Status      int
	Key         string // the x-api-key that came with it
}

const logLimit = 20_000

// New builds an organization. It panics when Today is before [FirstDay], which
// is a mistake in the caller.
func New(c Config) *Org {
	if c.Today < FirstDay {
		panic("sandbox: Today is before " + FirstDay.String())
	}
	o := &Org{
		keys:    map[string][]string{Key: {ReadAnalytics, ReadMembers, ReadGroups, ReadPlugins, ReadSpend}},
		counts:  map[string]int{},
		last:    map[string][]byte{},
		revised: map[day.Date]uint64{},
		stop:    make(chan struct{}),
	}
	o.world.Store(newWorld(c, nil))
	o.mux = o.routes()
	return o
}

// Close lets go of every request that a fault keeps hanging.
func (o *Org) Close() { o.stopOnce.Do(func() { close(o.stop) }) }

// Today returns the day it is in the organization.
func (o *Org) Today() day.Date { return o.world.Load().Today }

// SetToday moves time without moving the story: days become available, and
// what was recent is revised.
func (o *Org) SetToday(d day.Date) {
	w := o.world.Load()
	c := w.Config
	c.Anchor, c.Today = c.anchor(), d
	o.world.Store(newWorld(c, w.revised))
}

// Revise changes what happened on d by a few percent, however long ago that was.
func (o *Org) Revise(d day.Date) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.revised[d]++
	o.world.Store(newWorld(o.world.Load().Config, maps.Clone(o.revised)))
}

// Grant lets key read what scopes guard, and nothing else.
func (o *Org) Grant(key string, scopes ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keys[key] = scopes
}

// Revoke makes key unknown: 401 from now on.
func (o *Org) Revoke(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.keys, key)
}

// Counts returns how often each path was asked for, the part after
// /v1/organizations only.
func (o *Org) Counts() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.counts)
}

// Log returns the latest requests, the oldest first.
func (o *Org) Log() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.log)
}

// Forget empties the log and the counts.
func (o *Org) Forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.counts)
	o.log = nil
}

func (o *Org) note(path string, r Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts[path]++
	if len(o.log) >= logLimit {
		o.log = slices.Delete(o.log, 0, logLimit/4)
	}
	o.log = append(o.log, r)
}

func (o *Org) scopes(key string) (scopes []string, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	scopes, known = o.keys[key]
	return scopes, known
}

// ServeHTTP answers like https://api.anthropic.com. Every answer carries a
// request-id, faults included.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := "req_01" + tag(o.world.Load().Seed, "request", o.serial.Add(1))
	w.Header().Set("request-id", id)
	path := shortPath(r.URL.Path)
	rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		o.note(path, Request{Path: path, Query: r.URL.RawQuery, Status: rec.status, Key: r.Header.Get("x-api-key")})
	}()
	if f := o.fault(path, r.URL.RawQuery); f != nil {
		o.fail(rec, r, f)
		return
	}
	o.mux.ServeHTTP(rec, r)
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// problem is an answer that is not data, in the API's own words.
type problem struct {
	status  int
	kind    string
	message string
}

func (p *problem) Error() string { return p.kind + ": " + p.message }

func invalid(message string) *problem {
	return &problem{http.StatusBadRequest, "invalid_request_error", message}
}

func notFound(message string) *problem {
	return &problem{http.StatusNotFound, "not_found_error", message}
}

func (p *problem) write(w http.ResponseWriter) {
	b := append([]byte(`{"type":"error","error":{"type":`), strconv.AppendQuote(nil, p.kind)...)
	b = appendString(append(b, `,"message":`...), p.message)
	b = appendString(append(b, `},"request_id":`...), w.Header().Get("request-id"))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	_, _ = w.Write(append(b, '}', '\n'))
}
