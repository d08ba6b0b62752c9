package claude

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// key is what the tests' API accepts; no log and no failure may contain it.
const key = "sk-ant-api01-canary-of-the-tests"

var (
	asked  = day.Of(2026, time.March, 1)
	oneUse = pull.Unit{Source: pull.Users, Key: "2026-03-01", From: asked, To: asked}
	people = pull.Unit{Source: pull.Members, Key: unitList}
)

// hasty is a patience that lets a test of a hanging API end soon.
func hasty(base string) Config {
	return Config{Key: key, BaseURL: base, Attempts: 3, Attempt: 500 * time.Millisecond,
		Total: 10 * time.Second, Backoff: time.Millisecond}
}

// upstream is a client of an API made of h.
func upstream(t testing.TB, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c, err := New(hasty(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answering serves one body with status 200.
func answering(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("content-type", "application/json")
		w.Header().Set("request-id", "req_ok")
		fmt.Fprint(w, body)
	}
}

// refusing serves an error in the API's envelope.
func refusing(status int, kind, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("content-type", "application/json")
		w.Header().Set("request-id", "req_no")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"type":"error","error":{"type":%q,"message":%q},"request_id":"req_no"}`, kind, message)
	}
}

// inOrder serves each handler once and the last one forever.
func inOrder(hs ...http.HandlerFunc) http.HandlerFunc {
	n := make(chan int, 1)
	n <- 0
	return func(w http.ResponseWriter, r *http.Request) {
		i := <-n
		n <- i + 1
		hs[min(i, len(hs)-1)](w, r)
	}
}

func fetch(t testing.TB, c *Client, u pull.Unit, cursor string) pull.Page {
	t.Helper()
	page, err := c.Fetch(context.Background(), u, cursor)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// failure fetches what must fail and returns how.
func failure(t testing.TB, c *Client, u pull.Unit) *pull.Failure {
	t.Helper()
	_, err := c.Fetch(context.Background(), u, "")
	f, ok := err.(*pull.Failure)
	if !ok {
		t.Fatalf("got %v, want a failure", err)
	}
	if f.Say == "" || strings.Contains(f.Error(), key) || strings.Contains(f.Error(), "@") {
		t.Fatalf("a failure says what a person can act on and nothing private, got %q", f.Error())
	}
	return f
}

func row(id, rest string) string {
	return fmt.Sprintf(`{"user":{"id":%q,"email_address":%q,"type":"user"}%s}`, id, id+"@example.com", rest)
}

func usersPage(rows ...string) string {
	return `{"data":[` + strings.Join(rows, ",") + `],"next_page":null}`
}
