package sandbox

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

func users() url.Values { return url.Values{"date": {"2026-11-17"}, "limit": {"100"}} }

func TestStatusFaultsHitTheRightRequests(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	c.org.Fail(Fault{Path: "/analytics/users", From: 2, Times: 2, Kind: Overloaded})
	for n, want := range []int{200, 529, 529, 200} {
		if status, _ := c.get("/analytics/users", users()); status != want {
			t.Errorf("request %d: %d, want %d", n+1, status, want)
		}
		if status, _ := c.get("/analytics/skills", users()); status != 200 {
			t.Errorf("another path fails too: %d", status)
		}
	}
	c.org.Heal()
	for kind, want := range map[Kind]string{ServerError: "api_error", Unauthorized: "authentication_error", Forbidden: "permission_error", NotFound: "not_found_error"} {
		c.org.Fail(Fault{Path: "/users", Times: 1, Kind: kind})
		status := map[Kind]int{ServerError: 500, Unauthorized: 401, Forbidden: 403, NotFound: 404}[kind]
		c.refused("/users", nil, status, want)
	}
	log := c.org.Log()
	if last := log[len(log)-1]; last.Path != "/users" || last.Status < 400 || last.Key != Key {
		t.Errorf("the log ends with %+v", last)
	}
	c.org.Forget()
	if len(c.org.Log())+len(c.org.Counts()) != 0 {
		t.Error("forgotten requests are remembered")
	}
}

func TestRetryAfterIsWhatTheFaultSays(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	for _, after := range []string{"2", "Fri, 20 Nov 2026 07:00:00 GMT", "999999999", "soon", ""} {
		c.org.Fail(Fault{Path: "/users", Times: 1, Kind: RateLimited, RetryAfter: after})
		res, err := c.request("/users", nil, "")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if _, present := res.Header["Retry-After"]; res.StatusCode != 429 || res.Header.Get("retry-after") != after || present != (after != "") {
			t.Errorf("%d, retry-after %q, want 429 and %q", res.StatusCode, res.Header.Get("retry-after"), after)
		}
	}
}

func TestFaultsByQueryAndBelowAPath(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	c.org.Fail(Fault{Path: "/analytics/", Query: "2026-11-16", Kind: ServerError})
	if status, _ := c.get("/analytics/skills", on(thursday-2)); status != 200 {
		t.Errorf("17 Nov answers %d", status)
	}
	if status, _ := c.get("/analytics/skills", on(thursday-3)); status != 500 {
		t.Errorf("16 Nov answers %d", status)
	}
}

func TestSpoiltBodies(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	_, good := c.get("/analytics/users", users())
	spoilt := func(kind Kind) (int, []byte) {
		c.org.Heal()
		c.org.Fail(Fault{Path: "/analytics/users", Kind: kind})
		return c.get("/analytics/users", users())
	}
	if status, b := spoilt(HTML); status != 200 || !strings.HasPrefix(string(b), "<!doctype html>") {
		t.Errorf("HTML: %d %.40s", status, b)
	}
	if status, b := spoilt(Truncated); status != 200 || json.Valid(b) || len(b) != len(good)/2 {
		t.Errorf("truncated: %d, %d of %d bytes", status, len(b), len(good))
	}
	if _, b := spoilt(WrongTypes); !json.Valid(b) || !strings.Contains(string(b), `"a good many"`) {
		t.Error("wrong types: no number has become words")
	}
	if _, b := spoilt(MoreFields); !json.Valid(b) || !strings.Contains(string(b), `"tidal_metrics"`) {
		t.Error("more fields: none")
	}
	c.org.Heal()
	c.org.Fail(Fault{Kind: NewEnums})
	if _, b := c.get("/users", nil); !json.Valid(b) || !strings.Contains(string(b), `"steward"`) {
		t.Errorf("new enums: none in %s", b)
	}
	c.org.Heal()
	c.org.Fail(Fault{Kind: WrongTypes})
	if _, b := c.get("/rbac_groups", nil); !json.Valid(b) || !strings.Contains(string(b), `"was"`) {
		t.Error("wrong types: no string has become an object")
	}
	c.org.Heal()
	c.org.Fail(Fault{Path: "/rbac_groups", Times: 1, Kind: NullRoles})
	if p := c.page("/rbac_groups", nil); p.Data[0]["role_ids"] != nil {
		t.Error("role_ids are there")
	}
	if p := c.page("/rbac_groups", nil); p.Data[0]["role_ids"] == nil {
		t.Error("role_ids are still null")
	}
}

func TestPagingFaults(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 2000})
	whole, _ := c.all("/analytics/users", users())
	c.org.Fail(Fault{Path: "/analytics/users", From: 2, Times: 1, Kind: EmptyPage})
	rows, empty := c.all("/analytics/users", users())
	if len(rows) != len(whole) || empty != 1 {
		t.Errorf("%d rows and %d empty pages, want %d and 1", len(rows), empty, len(whole))
	}
	c.org.Heal()
	c.org.Fail(Fault{Path: "/users", Times: 1, Kind: EmptyPage})
	if members, _ := c.all("/users", url.Values{"limit": {"1000"}}); len(members) != 2000 {
		t.Errorf("%d members after an empty first page", len(members))
	}
	c.org.Heal()
	c.org.Fail(Fault{Path: "/analytics/users", Kind: Duplicates})
	rows, _ = c.all("/analytics/users", users())
	seen := map[any]bool{}
	for _, r := range rows {
		seen[r["user"].(map[string]any)["id"]] = true
	}
	if len(rows) <= len(whole) || len(seen) != len(whole) {
		t.Errorf("%d rows of %d people, want more rows than the %d people", len(rows), len(seen), len(whole))
	}
	c.org.Heal()
	first := c.page("/analytics/users", users())
	c.org.Fail(Fault{Path: "/analytics/users", Kind: SameCursor})
	next := users()
	next.Set("page", *first.NextPage)
	if second := c.page("/analytics/users", next); *second.NextPage != *first.NextPage {
		t.Errorf("the page leads on to %s", *second.NextPage)
	}
	c.org.Fail(Fault{Path: "/users", Kind: SameCursor})
	after := url.Values{"after_id": {*c.page("/users", nil).LastID}}
	if p := c.page("/users", after); !p.HasMore || *p.LastID != after.Get("after_id") {
		t.Errorf("the member page leads on to %s", *p.LastID)
	}
}

func TestALateRevisionStays(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 2000})
	old := url.Values{"date": {"2026-10-01"}, "limit": {"1000"}}
	_, before := c.get("/analytics/users", old)
	c.org.Fail(Fault{Path: "/analytics/users", Times: 1, Kind: Late})
	_, revised := c.get("/analytics/users", old)
	_, after := c.get("/analytics/users", old)
	if string(before) == string(revised) || string(revised) != string(after) {
		t.Error("want a change, once")
	}
}

func TestConnectionsThatFail(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	c.org.Fail(Fault{Path: "/users", Kind: Reset})
	if _, err := c.request("/users", nil, ""); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %v", err)
	}
	c.org.Fail(Fault{Path: "/analytics/users", Kind: CutShort})
	res, err := c.request("/analytics/users", users(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut short: %v", err)
	}
	res.Body.Close()
}

func TestAnswersThatHangOrTrickle(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	read := func(kind Kind) (int, error) {
		c.org.Heal()
		c.org.Fail(Fault{Kind: kind})
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+root+"/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("x-api-key", Key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return len(b), err
	}
	if n, err := read(HangBefore); n != 0 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang before: %d bytes, %v", n, err)
	}
	if n, err := read(HangBody); n < 100 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang in the body: %d bytes, %v", n, err)
	}
	if n, err := read(Trickle); n != 1 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("trickle: %d bytes, %v", n, err)
	}
}

func TestCloseLetsGoOfWhatHangs(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	c.org.Fail(Fault{Kind: HangBody})
	res, err := c.request("/users", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := res.Body.Read(make([]byte, 10)); err != nil {
		t.Fatalf("the first half does not come: %v", err)
	}
	c.org.Close()
	if _, err := io.ReadAll(res.Body); err != nil {
		t.Errorf("the rest ends with %v", err)
	}
}

func TestARedirectLeadsAway(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	asked := make(chan string, 1)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer elsewhere.Close()
	c.org.Fail(Fault{Path: "/users", Kind: Redirect, To: elsewhere.URL + "/elsewhere"})
	res, err := c.request("/users", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if path := <-asked; path != "/elsewhere" {
		t.Errorf("led to %s", path)
	}
}

func TestABombUnpacksToAGibibyte(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 300})
	c.org.Fail(Fault{Path: "/users", Kind: GzipBomb})
	req, err := http.NewRequest(http.MethodGet, c.url+root+"/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip") // asked for by hand, it is not unpacked by the transport
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not gzip")
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, z, 64<<20); err != nil {
		t.Errorf("unpacked %d bytes: %v", n, err)
	}
}

func TestEveryKindIsListedOnce(t *testing.T) {
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		if seen[k] {
			t.Errorf("%s twice", k)
		}
		seen[k] = true
	}
	if len(seen) != 23 {
		t.Errorf("%d kinds, want 23", len(seen))
	}
}
