package claude

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/outward"
	"groundswell/internal/pull"
)

func html(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("content-type", "text/html")
		w.WriteHeader(status)
		fmt.Fprint(w, "<!doctype html><title>Gateway</title>")
	}
}

func limited429(header, v string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if header != "" {
			w.Header().Set(header, v)
		}
		refusing(http.StatusTooManyRequests, "rate_limit_error", "slow down")(w, r)
	}
}

// cut promises more than it sends.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("content-type", "application/json")
	w.Header().Set("content-length", "5000")
	fmt.Fprint(w, `{"data":[`+row("user_1", ""))
}

func hang(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func hangInside(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, `{"data":[`)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// drip sends a byte now and then, for ever.
func drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
		}
	}
}

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, _ := w.(http.Hijacker).Hijack()
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// bomb is a small body that unpacks to more than is read.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("content-encoding", "gzip")
	w.Header().Set("content-type", "application/json")
	z := gzip.NewWriter(w)
	blank := bytes.Repeat([]byte{' '}, 1<<20)
	for range maxBody>>20 + 2 {
		if _, err := z.Write(blank); err != nil {
			return
		}
	}
	z.Close()
}

// Every fault of the upstream ends soon, with the reason a person needs.
func TestFaultsEndWithAReason(t *testing.T) {
	tests := map[string]struct {
		api      http.HandlerFunc
		reason   pull.Reason
		requests int32
	}{
		"500":                 {refusing(500, "api_error", "oops"), pull.Overloaded, 3},
		"529":                 {refusing(529, "overloaded_error", "busy"), pull.Overloaded, 3},
		"502 html":            {html(502), pull.Overloaded, 3},
		"401":                 {refusing(401, typeAuthentication, "invalid x-api-key"), pull.BadKey, 1},
		"401 of a proxy":      {html(401), pull.BadAnswer, 3},
		"403":                 {refusing(403, typePermission, "no"), pull.NotGranted, 1},
		"403 of a proxy":      {html(403), pull.BadAnswer, 3},
		"404":                 {refusing(404, typeNotFound, "no such path"), pull.Refused, 1},
		"400":                 {refusing(400, typeInvalid, "limit: wrong"), pull.Refused, 1},
		"html with 200":       {html(200), pull.BadAnswer, 3},
		"nothing with 204":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, pull.BadAnswer, 3},
		"empty body":          {answering(""), pull.BadAnswer, 3},
		"cut body":            {cut, pull.BadAnswer, 3},
		"cut json":            {answering(`{"data":[` + row("user_1", "")), pull.BadAnswer, 3},
		"two documents":       {answering(usersPage() + usersPage()), pull.BadAnswer, 3},
		"no data":             {answering(`{"next_page":null}`), pull.BadAnswer, 3},
		"data is null":        {answering(`{"data":null,"next_page":null}`), pull.BadAnswer, 3},
		"data is an object":   {answering(`{"data":{},"next_page":null}`), pull.BadAnswer, 3},
		"a list":              {answering(`[]`), pull.BadAnswer, 3},
		"wrong type":          {answering(usersPage(row("user_1", `,"cowork_metrics":{"action_count":"7"}`))), pull.BadAnswer, 3},
		"fraction":            {answering(usersPage(row("user_1", `,"cowork_metrics":{"action_count":1.5}`))), pull.BadAnswer, 3},
		"negative":            {answering(usersPage(row("user_1", `,"chat_metrics":{"message_count":-1}`))), pull.BadAnswer, 3},
		"past int32":          {answering(usersPage(row("user_1", `,"web_search_count":2147483648`))), pull.BadAnswer, 3},
		"metrics are a list":  {answering(usersPage(row("user_1", `,"cowork_metrics":[]`))), pull.BadAnswer, 3},
		"user without id":     {answering(usersPage(`{"user":{"email_address":"a"}}`)), pull.BadAnswer, 3},
		"user is null":        {answering(usersPage(`{"user":null}`)), pull.BadAnswer, 3},
		"another day":         {answering(usersPage(row("user_1", `,"last_activity_date":"2026-02-28"`))), pull.BadAnswer, 3},
		"more without cursor": {answering(`{"data":[],"has_more":true,"next_page":null}`), pull.BadAnswer, 3},
		"hang":                {hang, pull.Unreachable, 2},
		"hang in the body":    {hangInside, pull.Unreachable, 2},
		"a byte now and then": {drip, pull.Unreachable, 2},
		"reset":               {reset, pull.Unreachable, 3},
		"429 without a word":  {limited429("", ""), pull.RateLimited, 3},
		"429 nonsense":        {limited429("retry-after", "soon"), pull.RateLimited, 3},
		"429 negative":        {limited429("retry-after", "-5"), pull.RateLimited, 3},
		"429 short":           {limited429("retry-after", "0.01"), pull.RateLimited, 3},
		"429 absurd":          {limited429("retry-after", "1e300"), pull.RateLimited, 1},
		"429 far date":        {limited429("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT"), pull.RateLimited, 1},
		"429 do not retry":    {limited429("x-should-retry", "false"), pull.RateLimited, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				tt.api(w, r)
			})
			f := failure(t, c, oneUse)
			if f.Reason != tt.reason {
				t.Errorf("reason %s (%s), want %s", f.Reason, f.Error(), tt.reason)
			}
			if got := requests.Load(); got != tt.requests {
				t.Errorf("%d requests, want %d", got, tt.requests)
			}
		})
	}
}

// What passes is tried again and leaves no trace.
func TestTransientFaultsAreOvercome(t *testing.T) {
	good := answering(usersPage(row("user_1", "")))
	for name, bad := range map[string]http.HandlerFunc{
		"429": limited429("retry-after", "0.01"), "500": refusing(500, "api_error", ""), "html": html(200),
		"html 403": html(403), "cut": cut, "hang": hang, "hang inside": hangInside, "reset": reset,
		"nonsense": answering(`{"data":[{"user":{}}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := fetch(t, upstream(t, inOrder(bad, good)), oneUse, "")
			if len(page.Facts.Usage) != 1 || page.RequestID != "req_ok" {
				t.Errorf("got %+v", page)
			}
		})
	}
}

// A gzip bomb is given up at the bound, not unpacked and not asked for again.
func TestGzipBomb(t *testing.T) {
	var requests atomic.Int32
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		bomb(w, r)
	})
	c.cfg.Attempt, c.cfg.Total = time.Minute, time.Minute
	if f := failure(t, c, oneUse); f.Reason != pull.BadAnswer || !errors.Is(f, outward.ErrTooLarge) || requests.Load() != 1 {
		t.Errorf("%s after %d requests: %v", f.Reason, requests.Load(), f)
	}
}

func TestRefusalsCarryTheRequestID(t *testing.T) {
	f := failure(t, upstream(t, refusing(403, typePermission, "")), people)
	if f.RequestID != "req_no" {
		t.Errorf("request id %q", f.RequestID)
	}
	if !strings.Contains(f.Say, "read:members") {
		t.Errorf("the scope is not named: %s", f.Say)
	}
}

func TestRetryAfterIsReported(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		header string
		want   time.Duration
		ok     bool
	}{
		"absent":      {"", 0, false},
		"seconds":     {"7", 7 * time.Second, true},
		"fraction":    {"0.5", time.Second / 2, true},
		"zero":        {"0", time.Millisecond, true},
		"date":        {"Sun, 01 Mar 2026 12:00:30 GMT", 30 * time.Second, true},
		"date passed": {"Sun, 01 Mar 2026 11:00:00 GMT", time.Millisecond, true},
		"absurd":      {"99999999999999", longestRetryAfter, true},
		"infinite":    {"inf", longestRetryAfter, true},
		"not":         {"nan", 0, false},
		"negative":    {"-1", 0, false},
		"words":       {"in a while", 0, false},
	}
	for name, tt := range tests {
		got, ok := retryAfter(http.Header{"Retry-After": {tt.header}}, now)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%s: got %v %v, want %v %v", name, got, ok, tt.want, tt.ok)
		}
	}
	f := failure(t, upstream(t, limited429("retry-after", "99999999")), people)
	if until := time.Until(f.RetryAfter); until < 59*time.Minute || until > time.Hour {
		t.Errorf("come back in %v", until)
	}
}

// An API that was silent is asked once, until it answers again.
func TestSilenceIsNotWaitedForTwice(t *testing.T) {
	var requests atomic.Int32
	var talks atomic.Bool
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if talks.Load() {
			answering(usersPage())(w, r)
			return
		}
		hang(w, r)
	})
	failure(t, c, oneUse)
	before := requests.Load()
	failure(t, c, people)
	if n := requests.Load() - before; n != 1 {
		t.Errorf("%d requests into the silence", n)
	}
	talks.Store(true)
	fetch(t, c, oneUse, "")
	talks.Store(false)
	before = requests.Load()
	failure(t, c, oneUse)
	if n := requests.Load() - before; n != 2 {
		t.Errorf("%d requests after it had answered", n)
	}
}

// Whoever was asked to come back later does not call before; the other half of the API is free.
func TestRateLimitIsRemembered(t *testing.T) {
	var requests atomic.Int32
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if strings.Contains(r.URL.Path, "analytics") {
			answering(usersPage())(w, r)
			return
		}
		limited429("retry-after", "600")(w, r)
	})
	first := failure(t, c, people)
	again := failure(t, c, unit(pull.Invites, unitList))
	if requests.Load() != 1 || again.RetryAfter != first.RetryAfter || again.RequestID != "req_no" {
		t.Errorf("%d requests, %v and %v", requests.Load(), first, again)
	}
	fetch(t, c, oneUse, "")
}

func TestTooRecentNamesTheLatestDay(t *testing.T) {
	tests := map[string]day.Date{
		"date 2026-03-01 is too recent; the latest available day is 2026-02-27":        day.Of(2026, 2, 27),
		"Data for 2026-03-01 is not yet available. Latest available date: 2026-02-28.": day.Of(2026, 2, 28),
		"too recent":                  day.None,
		"2026-03-01 is not available": day.None,
	}
	for message, want := range tests {
		f := failure(t, upstream(t, refusing(400, typeInvalid, message)), oneUse)
		if f.Reason != pull.TooRecent || f.Latest != want {
			t.Errorf("%q: %s, latest %q, want %q", message, f.Reason, f.Latest, want)
		}
	}
	if f := failure(t, upstream(t, refusing(400, typeInvalid, "too recent")), people); f.Reason != pull.Refused {
		t.Errorf("a listing has no day: %s", f.Reason)
	}
}

func TestRepeatedCursorIsABadAnswer(t *testing.T) {
	c := upstream(t, answering(`{"data":[],"next_page":"again"}`))
	if p := fetch(t, c, oneUse, ""); p.Next != "again" {
		t.Fatalf("next %q", p.Next)
	}
	_, err := c.Fetch(context.Background(), oneUse, "again")
	var f *pull.Failure
	if !errors.As(err, &f) || f.Reason != pull.BadAnswer {
		t.Errorf("got %v", err)
	}
}

func TestTheKeyFollowsNoRedirect(t *testing.T) {
	var leaked atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { leaked.Store(true) }))
	defer elsewhere.Close()
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	if f := failure(t, c, people); f.Reason != pull.BadAnswer {
		t.Errorf("reason %s", f.Reason)
	}
	if leaked.Load() {
		t.Error("the redirect was followed")
	}
}

func TestUnconfiguredHostsAreNeverPrivate(t *testing.T) {
	for address, refused := range map[string]bool{
		"127.0.0.1:443": true, "10.1.2.3:443": true, "192.168.0.1:443": true, "169.254.169.254:80": true,
		"[::1]:443": true, "[fd00::1]:443": true, "[::ffff:10.0.0.1]:443": true, "100.64.0.1:443": true,
		"0.0.0.0:443": true, "160.79.104.10:443": false, "[2607:6bc0::10]:443": false,
	} {
		if err := refusePrivate("tcp", address, nil); (err != nil) != refused {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNothingListens(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	c, err := New(hasty(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	if f := failure(t, c, people); f.Reason != pull.Unreachable {
		t.Errorf("reason %s", f.Reason)
	}
}

func TestTheCallerMayGiveUp(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) { cancel(); hang(w, r) })
	if _, err := c.Fetch(ctx, people, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRequestsArePaced(t *testing.T) {
	srv := httptest.NewServer(answering(`{"data":[],"has_more":false}`))
	defer srv.Close()
	cfg := hasty(srv.URL)
	cfg.RequestsPerMinute = 1200 // one in 50 ms
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 5 {
		fetch(t, c, people, "")
	}
	if took := time.Since(began); took < 190*time.Millisecond {
		t.Errorf("five requests took %v", took)
	}
}

func TestLogsHoldNothingPrivate(t *testing.T) {
	var log bytes.Buffer
	srv := httptest.NewServer(inOrder(
		refusing(500, "api_error", "somebody@example.com"), html(200),
		answering(usersPage(row("user_1", "")))))
	defer srv.Close()
	cfg := hasty(srv.URL)
	cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, c, oneUse, "")
	if s := log.String(); strings.Contains(s, key) || strings.Contains(s, "@") || !strings.Contains(s, "req_ok") {
		t.Errorf("log: %s", s)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, cfg := range []Config{{}, {Key: "a\nb"}, {Key: "ключ"}, {Key: key, BaseURL: "api.anthropic.com"}, {Key: key, BaseURL: "ftp://x"}} {
		if _, err := New(cfg); err == nil || strings.Contains(err.Error(), key) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}
