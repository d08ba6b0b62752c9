package sandbox

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"groundswell/internal/day"
)

// Kind is a way for an answer to go wrong.
type Kind string

// The kinds of fault. Those that change an answer need one: they let the
// request through and spoil what comes back.
const (
	RateLimited  Kind = "429"           // with retry-after as Fault.RetryAfter says: seconds, a date, absurd or absent
	ServerError  Kind = "500"           //
	Overloaded   Kind = "529"           //
	Unauthorized Kind = "401"           // as if the key had been revoked
	Forbidden    Kind = "403"           // as if the scope were missing
	NotFound     Kind = "404"           //
	HTML         Kind = "html"          // a proxy's page with status 200
	Truncated    Kind = "truncated"     // half of the JSON, and a Content-Length that agrees
	CutShort     Kind = "cut-short"     // half of the JSON, then the connection closes
	WrongTypes   Kind = "wrong-types"   // words where numbers were
	SameCursor   Kind = "same-cursor"   // the page leads to itself
	EmptyPage    Kind = "empty-page"    // no rows, and a cursor that leads on; nothing is lost
	Duplicates   Kind = "duplicates"    // the page begins with the last row of the one before
	Late         Kind = "late-revision" // the day asked for has changed, and stays changed
	HangBefore   Kind = "hang-before"   // nothing comes
	HangBody     Kind = "hang-body"     // half comes
	Trickle      Kind = "trickle"       // one byte a second
	Reset        Kind = "reset"         // the connection is reset
	Redirect     Kind = "redirect"      // 307 to Fault.To
	GzipBomb     Kind = "gzip-bomb"     // a few KB that unpack to a GiB
	MoreFields   Kind = "more-fields"   // fields nobody has documented
	NewEnums     Kind = "new-enums"     // values nobody has documented
	NullRoles    Kind = "null-roles"    // groups whose role_ids are null: temporarily unavailable
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{
		RateLimited, ServerError, Overloaded, Unauthorized, Forbidden, NotFound, HTML, Truncated, CutShort, WrongTypes, SameCursor, EmptyPage,
		Duplicates, Late, HangBefore, HangBody, Trickle, Reset, Redirect, GzipBomb, MoreFields, NewEnums, NullRoles,
	}
}

// Fault says which requests go wrong, and how.
type Fault struct {
	Path       string // the path after /v1/organizations; ending in "/" it covers everything below; "" is every path
	Query      string // only requests whose raw query contains this
	From       int    // the first request that fails, counted from 1 since the fault was switched on; 0 is 1
	Times      int    // how many fail; 0 is all
	Kind       Kind
	RetryAfter string // for RateLimited; "" leaves the header out
	To         string // for Redirect: where to
}

type armed struct {
	Fault
	seen int
}

// Fail switches a fault on. Of several that fit, the first one switched on counts.
func (o *Org) Fail(f Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f.From = max(1, f.From)
	o.faults = append(o.faults, &armed{Fault: f})
}

// Heal switches every fault off.
func (o *Org) Heal() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
}

func (o *Org) fault(path, query string) *Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.faults {
		if !f.covers(path, query) {
			continue
		}
		f.seen++
		if f.seen >= f.From && (f.Times == 0 || f.seen < f.From+f.Times) {
			return &f.Fault
		}
	}
	return nil
}

func (f *armed) covers(path, query string) bool {
	if !strings.Contains(query, f.Query) {
		return false
	}
	return f.Path == "" || f.Path == path || strings.HasSuffix(f.Path, "/") && strings.HasPrefix(path, f.Path)
}

func (o *Org) fail(w http.ResponseWriter, r *http.Request, f *Fault) {
	if p := f.problem(); p != nil {
		if f.Kind == RateLimited && f.RetryAfter != "" {
			w.Header().Set("retry-after", f.RetryAfter)
		}
		p.write(w)
		return
	}
	switch f.Kind {
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Sign in to the network</title><h1>Please sign in to continue</h1>")
	case HangBefore:
		o.hang(r)
	case Reset:
		reset(w)
	case Redirect:
		http.Redirect(w, r, f.To, http.StatusTemporaryRedirect)
	case GzipBomb:
		bomb(w)
	case Late:
		o.reviseAsked(r)
		o.mux.ServeHTTP(w, r)
	default:
		o.spoil(w, r, f.Kind)
	}
}

func (f *Fault) problem() *problem {
	switch f.Kind {
	case RateLimited:
		return &problem{http.StatusTooManyRequests, "rate_limit_error", "This request would exceed your organization's rate limit."}
	case ServerError:
		return &problem{http.StatusInternalServerError, "api_error", "Internal server error"}
	case Overloaded:
		return &problem{529, "overloaded_error", "Overloaded"}
	case Unauthorized:
		return &problem{http.StatusUnauthorized, "authentication_error", "invalid x-api-key"}
	case Forbidden:
		return &problem{http.StatusForbidden, "permission_error", "This API key is missing the required scope."}
	case NotFound:
		return notFound("Not found")
	}
	return nil
}

func (o *Org) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-o.stop:
	}
}

// reset closes the connection so that the other side sees a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// bomb writes 1,024 gzip members of a MiB of spaces each, in front of an empty page.
func bomb(w http.ResponseWriter) {
	var member bytes.Buffer
	z := gzip.NewWriter(&member)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 1<<20))
	_ = z.Close()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	for range 1024 {
		if _, err := w.Write(member.Bytes()); err != nil {
			return
		}
	}
	z = gzip.NewWriter(w)
	_, _ = io.WriteString(z, `{"data":[],"has_more":false,"next_page":null}`)
	_ = z.Close()
}

// reviseAsked changes the day that the request asks for.
func (o *Org) reviseAsked(r *http.Request) {
	for _, k := range []string{"date", "starting_date"} {
		if d, err := day.Parse(r.URL.Query().Get(k)); err == nil {
			o.Revise(d)
			return
		}
	}
}

// spoil lets the request through and changes the answer on its way out.
func (o *Org) spoil(w http.ResponseWriter, r *http.Request, kind Kind) {
	rec := httptest.NewRecorder()
	rec.Header().Set("request-id", w.Header().Get("request-id"))
	if kind == EmptyPage && rowless(o, w, r) {
		return
	}
	o.mux.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	maps.Copy(w.Header(), rec.Header())
	if rec.Code != http.StatusOK {
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body)
		return
	}
	switch kind {
	case Truncated:
		_, _ = w.Write(body[:len(body)/2])
	case CutShort:
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	case HangBody:
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		o.hang(r)
	case Trickle:
		o.trickle(w, r, body)
	default:
		_, _ = w.Write(o.rewrite(r, kind, body))
	}
}

func (o *Org) trickle(w http.ResponseWriter, r *http.Request, body []byte) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := range body {
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-o.stop:
			return
		}
	}
}

var (
	firstNumber = regexp.MustCompile(`:\d+([,}])`)
	firstString = regexp.MustCompile(`"(name|id|action|artifact_type|amount)":"[^"]*"`)
	rowStart    = regexp.MustCompile(`"data":\[\{`)
	nextPage    = regexp.MustCompile(`"next_page":(null|"[^"]*")`)
	lastID      = regexp.MustCompile(`"last_id":(null|"[^"]*")`)
	noMore      = regexp.MustCompile(`"has_more":false`)
	roleIDs     = regexp.MustCompile(`"role_ids":\[[^]]*\]`)
	enums       = strings.NewReplacer(
		`"role":"user"`, `"role":"steward"`, `"status":"pending"`, `"status":"parked"`, `"source_type":"scim"`, `"source_type":"federated"`,
		`"product":"cowork"`, `"product":"cowork_next"`, `"period":"monthly"`, `"period":"quarterly"`, `"source":"github"`, `"source":"forge"`,
		`"action":"chat"`, `"action":"telepathy"`, `"artifact_type":"other"`, `"artifact_type":"model/gltf+json"`,
		`"organization_installation_preference":"required"`, `"organization_installation_preference":"encouraged"`,
	)
)

func (o *Org) rewrite(r *http.Request, kind Kind, body []byte) []byte {
	switch kind {
	case WrongTypes:
		if loc := firstNumber.FindSubmatchIndex(body); loc != nil {
			return splice(body, loc[0]+1, loc[2], `"a good many"`)
		}
		if loc := firstString.FindSubmatchIndex(body); loc != nil {
			return splice(body, loc[0], loc[1], `"`+string(body[loc[2]:loc[3]])+`":{"was":"a string"}`)
		}
	case SameCursor:
		return o.sameCursor(r, body)
	case Duplicates:
		return o.duplicate(r, body)
	case MoreFields:
		body = rowStart.ReplaceAll(body, []byte(`"data":[{"moon_phase":"waxing","tidal_metrics":{"high":2,"low":[1,2]},`))
		return append([]byte(`{"served_from":"elsewhere",`), body[1:]...)
	case NewEnums:
		return []byte(enums.Replace(string(body)))
	case NullRoles:
		return roleIDs.ReplaceAll(body, []byte(`"role_ids":null`))
	}
	return body
}

func splice(body []byte, from, to int, s string) []byte {
	return append(append(append([]byte{}, body[:from]...), s...), body[to:]...)
}

// sameCursor makes the page lead to itself, whatever it would lead to.
func (o *Org) sameCursor(r *http.Request, body []byte) []byte {
	q := queryOf(r)
	body = noMore.ReplaceAll(body, []byte(`"has_more":true`))
	if lastID.Match(body) {
		self := q.Get("after_id")
		if self == "" {
			self = ghostID(0)
		}
		return lastID.ReplaceAll(body, []byte(`"last_id":"`+self+`"`))
	}
	self := q.Get("page")
	if self == "" {
		self = q.cursor(0, false)
	}
	return nextPage.ReplaceAll(body, []byte(`"next_page":"`+self+`"`))
}

// rowless answers with no rows and a cursor to where this page would have begun.
func rowless(o *Org, w http.ResponseWriter, r *http.Request) bool {
	q := queryOf(r)
	if q.path == "/users" || q.path == "/invites" {
		if q.Get("after_id") != "" {
			return false
		}
		_, _ = w.Write(closeIDs([]byte(`{"data":[`), ghostID(0), ghostID(0), true))
		return true
	}
	from, _, p := q.at()
	if p != nil {
		return false
	}
	_, _ = w.Write(closePage([]byte(`{"data":[`), q.cursor(from, true)))
	return true
}

func queryOf(r *http.Request) *query {
	path := shortPath(r.URL.Path)
	q := &query{Values: r.URL.Query(), path: path}
	parts := strings.Split(path, "/")
	if len(parts) == 4 { // /rbac_groups/{id}/members
		q.path, q.id = "/"+parts[1]+"/{id}/"+parts[3], parts[2]
	}
	return q
}

// duplicate puts the last row of the page served before in front of this one.
func (o *Org) duplicate(r *http.Request, body []byte) []byte {
	rows := splitRows(body)
	if len(rows) == 0 {
		return body
	}
	path := shortPath(r.URL.Path)
	o.mu.Lock()
	before := o.last[path]
	o.last[path] = bytes.Clone(rows[len(rows)-1])
	o.mu.Unlock()
	paging := r.URL.Query().Get("page") + r.URL.Query().Get("after_id")
	if before == nil || paging == "" {
		before = rows[len(rows)-1]
	}
	at := bytes.IndexByte(body, '[') + 1
	return splice(body, at, at, string(before)+",")
}

// splitRows returns the objects of the data array.
func splitRows(body []byte) [][]byte {
	start := bytes.Index(body, []byte(`"data":[`))
	if start < 0 {
		return nil
	}
	var rows [][]byte
	depth, from, quoted := 0, 0, false
	for i := start + len(`"data":[`); i < len(body); i++ {
		switch c := body[i]; {
		case c == '"' && body[i-1] != '\\':
			quoted = !quoted
		case quoted:
		case c == '{':
			if depth == 0 {
				from = i
			}
			depth++
		case c == '}':
			if depth--; depth == 0 {
				rows = append(rows, body[from:i+1])
			}
		case c == ']' && depth == 0:
			return rows
		}
	}
	return rows
}
