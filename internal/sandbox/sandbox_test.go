package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
)

// thursday is the day the mock-ups show: Thursday of pilot week 3.
var thursday = day.Of(2026, time.November, 19)

type client struct {
	t   *testing.T
	org *Org
	url string
	key string
}

func open(t *testing.T, c Config) *client {
	t.Helper()
	org := New(c)
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	return &client{t, org, srv.URL, Key}
}

func (c *client) request(path string, params url.Values, beta string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, c.url+root+path+"?"+params.Encode(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("x-api-key", c.key)
	if beta != "" {
		req.Header.Set("anthropic-beta", beta)
	}
	return http.DefaultClient.Do(req)
}

func (c *client) get(path string, params url.Values) (int, []byte) {
	c.t.Helper()
	res, err := c.request(path, params, BetaUsers+", "+BetaPlugins)
	if err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("GET %s: read: %v", path, err)
	}
	if !strings.HasPrefix(res.Header.Get("request-id"), "req_01") {
		c.t.Errorf("GET %s: request-id is %q", path, res.Header.Get("request-id"))
	}
	return res.StatusCode, b
}

type page struct {
	Data     []map[string]any `json:"data"`
	NextPage *string          `json:"next_page"`
	HasMore  bool             `json:"has_more"`
	FirstID  *string          `json:"first_id"`
	LastID   *string          `json:"last_id"`
}

func (c *client) page(path string, params url.Values) page {
	c.t.Helper()
	status, body := c.get(path, params)
	if status != http.StatusOK {
		c.t.Fatalf("GET %s?%s: %d %s", path, params.Encode(), status, body)
	}
	var p page
	if err := json.Unmarshal(body, &p); err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
	return p
}

// all reads a listing to its end and returns its rows and how many pages had none.
func (c *client) all(path string, params url.Values) (rows []map[string]any, empty int) {
	c.t.Helper()
	params = clone(params)
	for range 10_000 {
		p := c.page(path, params)
		rows = append(rows, p.Data...)
		if len(p.Data) == 0 {
			empty++
		}
		switch {
		case p.NextPage != nil:
			params.Set("page", *p.NextPage)
		case p.HasMore:
			params.Set("after_id", *p.LastID)
		default:
			return rows, empty
		}
	}
	c.t.Fatalf("%s never ends", path)
	return nil, 0
}

func clone(v url.Values) url.Values {
	out := url.Values{}
	for k, vs := range v {
		out[k] = vs
	}
	return out
}

func on(d day.Date) url.Values { return url.Values{"date": {d.String()}} }

type failure struct {
	Type  string `json:"type"`
	Error struct {
		Type, Message string
	} `json:"error"`
	RequestID string `json:"request_id"`
}

func (c *client) refused(path string, params url.Values, status int, kind string) string {
	c.t.Helper()
	got, body := c.get(path, params)
	var f failure
	if err := json.Unmarshal(body, &f); err != nil {
		c.t.Fatalf("GET %s: %v in %s", path, err, body)
	}
	if got != status || f.Type != "error" || f.Error.Type != kind || !strings.HasPrefix(f.RequestID, "req_") {
		c.t.Errorf("GET %s?%s: %d %+v, want %d %s", path, params.Encode(), got, f, status, kind)
	}
	return f.Error.Message
}

func TestEveryEndpointAnswers(t *testing.T) {
	c := open(t, Config{Today: thursday})
	group, role := c.page("/rbac_groups", nil).Data[0]["id"], c.page("/rbac_roles", nil).Data[2]["id"]
	plugin := c.page("/plugins", nil).Data[0]["id"]
	for path, params := range map[string]url.Values{
		"/analytics/summaries":   {"starting_date": {"2026-11-10"}},
		"/analytics/users":       on(thursday - 1),
		"/analytics/skills":      on(thursday - 1),
		"/analytics/connectors":  {"starting_date": {"2026-11-01"}, "ending_date": {"2026-11-08"}},
		"/analytics/plugins":     on(thursday - 1),
		"/analytics/artifacts":   on(thursday - 1),
		"/analytics/cost_report": {"starting_at": {"2026-11-01T00:00:00Z"}, "group_by[]": {"product"}},
		"/users":                 nil,
		"/invites":               nil,
		"/rbac_groups":           nil,
		fmt.Sprintf("/rbac_groups/%s/members", group): nil,
		"/rbac_roles": nil,
		fmt.Sprintf("/rbac_roles/%s/permissions", role): nil,
		"/spend_limits":           nil,
		"/spend_limits/effective": nil,
		"/plugins":                nil,
		"/plugin_marketplaces":    nil,
		fmt.Sprintf("/plugins/%s/installation_settings", plugin): nil,
	} {
		if p := c.page(path, params); len(p.Data) == 0 {
			t.Errorf("%s has no rows", path)
		}
	}
	if n := len(c.org.Counts()); n != 18 {
		t.Errorf("counted %d paths, want 18", n)
	}
}

func TestKeysScopesAndBetas(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 100})
	c.key = "sk-ant-api01-other"
	c.refused("/users", nil, 401, "authentication_error")
	c.org.Grant(c.key, ReadMembers)
	if n := len(c.page("/users", nil).Data); n != 20 {
		t.Errorf("a page of members holds %d by default, want 20", n)
	}
	if m := c.refused("/analytics/users", on(thursday-1), 403, "permission_error"); !strings.Contains(m, ReadAnalytics) {
		t.Errorf("the refusal does not name the scope: %q", m)
	}
	c.org.Revoke(c.key)
	c.refused("/users", nil, 401, "authentication_error")

	c.key = Key
	for _, path := range []string{"/rbac_groups", "/rbac_roles", "/plugins", "/plugin_marketplaces"} {
		res, err := c.request(path, nil, "something-else-2026-01-01")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 404 {
			t.Errorf("%s without its beta header answers %d, want 404", path, res.StatusCode)
		}
	}
	c.refused("/no/such/path", nil, 404, "not_found_error")
}

func TestDaysThatCannotBeAskedFor(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 100})
	if m := c.refused("/analytics/users", on(thursday), 400, "invalid_request_error"); !strings.Contains(m, "2026-11-18") {
		t.Errorf("too recent, but the message names no latest day: %q", m)
	}
	c.refused("/analytics/users", on(FirstDay-1), 400, "invalid_request_error")
	c.refused("/analytics/users", nil, 400, "invalid_request_error")
	c.refused("/analytics/users", url.Values{"date": {"17 Nov"}}, 400, "invalid_request_error")
	c.refused("/analytics/users", url.Values{"date": {"2026-11-17"}, "limit": {"1001"}}, 400, "invalid_request_error")
	c.refused("/analytics/users", url.Values{"date": {"2026-11-17"}, "page": {"page_rubbish"}}, 400, "invalid_request_error")
	c.refused("/analytics/summaries", url.Values{"starting_date": {"2026-11-17"}, "ending_date": {"2026-11-20"}}, 400, "invalid_request_error")
	c.refused("/analytics/cost_report", url.Values{"starting_at": {"2026-09-01T00:00:00Z"}, "ending_at": {"2026-11-01T00:00:00Z"}}, 400, "invalid_request_error")

	c.org.SetToday(day.Of(2027, time.March, 1))
	c.refused("/analytics/summaries", url.Values{"starting_date": {"2026-01-01"}, "ending_date": {"2027-02-01"}}, 400, "invalid_request_error")
	c.refused("/analytics/cost_report", url.Values{"starting_at": {"2026-01-01T00:00:00Z"}}, 400, "invalid_request_error")
	if n := len(c.page("/analytics/summaries", url.Values{"starting_date": {"2026-02-01"}, "ending_date": {"2027-02-02"}}).Data); n != 366 {
		t.Errorf("366 days of summaries hold %d", n)
	}
}

func TestListingsEndOnlyWithTheirCursor(t *testing.T) {
	c := open(t, Config{Today: thursday})
	for _, limit := range []string{"20", "200", "1000"} {
		rows, empty := c.all("/users", url.Values{"limit": {limit}})
		if len(rows) != DefaultMembers || empty != 1 {
			t.Errorf("limit %s: %d members, %d empty pages; want %d and 1", limit, len(rows), empty, DefaultMembers)
		}
		if d := distinct(rows, "id"); d != DefaultMembers {
			t.Errorf("limit %s: %d distinct members", limit, d)
		}
	}
	groups, empty := c.all("/rbac_groups", url.Values{"limit": {"10"}})
	if d := distinct(groups, "id"); d != len(groups) || empty != 1 {
		t.Errorf("%d groups, %d distinct, %d empty pages", len(groups), d, empty)
	}
	one, _ := c.all("/analytics/users", url.Values{"date": {"2026-11-17"}, "limit": {"1000"}})
	many, _ := c.all("/analytics/users", url.Values{"date": {"2026-11-17"}, "limit": {"70"}})
	if len(one) != len(many) || len(one) < 700 {
		t.Errorf("a day is %d people in pages of 1000, %d in pages of 70", len(one), len(many))
	}
	last := ""
	for _, r := range many {
		email, _ := r["user"].(map[string]any)["email_address"].(string)
		if email != "" && email < last {
			t.Fatalf("%s comes after %s", email, last)
		}
		last = email
	}
}

func distinct(rows []map[string]any, field string) int {
	seen := map[any]bool{}
	for _, r := range rows {
		seen[r[field]] = true
	}
	return len(seen)
}

func TestSameConfigSameBytes(t *testing.T) {
	a, b := open(t, Config{Today: thursday, Members: 300}), open(t, Config{Today: thursday, Members: 300})
	other := open(t, Config{Today: thursday, Members: 300, Seed: 7})
	for _, path := range []string{"/analytics/users", "/analytics/connectors", "/analytics/artifacts"} {
		_, x := a.get(path, on(thursday-2))
		_, y := b.get(path, on(thursday-2))
		_, z := other.get(path, on(thursday-2))
		if string(x) != string(y) {
			t.Errorf("%s differs between two of the same", path)
		}
		if string(x) == string(z) {
			t.Errorf("%s does not depend on the seed", path)
		}
	}
}

func TestRecentDaysAreRevised(t *testing.T) {
	c := open(t, Config{Today: thursday})
	read := func(d day.Date) (rows int, body string) {
		all, _ := c.all("/analytics/users", url.Values{"date": {d.String()}, "limit": {"1000"}})
		return len(all), fmt.Sprint(all)
	}
	young, before := read(thursday - 1)
	_, old := read(thursday - 20)
	c.org.SetToday(thursday + 7)
	grown, after := read(thursday - 1)
	if before == after || grown <= young || grown > young*106/100 {
		t.Errorf("a day went from %d rows to %d: want a few percent more", young, grown)
	}
	if _, again := read(thursday - 20); again != old {
		t.Error("an old day changed by itself")
	}
	c.org.Revise(thursday - 20)
	if _, again := read(thursday - 20); again == old {
		t.Error("a revised day is as it was")
	}
	_, settled := read(thursday - 1)
	c.org.SetToday(thursday + 30)
	if _, again := read(thursday - 1); again != settled {
		t.Error("a day still changes after a week")
	}
}

func TestNullsAreWhereTheAPIHasThem(t *testing.T) {
	c := open(t, Config{Today: thursday})
	field := func(d day.Date, metrics, name string) (nulls, numbers int) {
		rows, _ := c.all("/analytics/users", url.Values{"date": {d.String()}, "limit": {"1000"}})
		for _, r := range rows {
			v, present := r[metrics].(map[string]any)[name]
			switch {
			case !present:
				t.Fatalf("%s.%s is missing", metrics, name)
			case v == nil:
				nulls++
			default:
				numbers++
			}
		}
		return nulls, numbers
	}
	if _, numbers := field(thursday-60, "cowork_metrics", "plugins_used_count"); numbers > 0 {
		t.Error("plugin counts before they were enabled")
	}
	if nulls, _ := field(thursday-2, "cowork_metrics", "plugins_used_count"); nulls > 0 {
		t.Error("plugin counts are null after they were enabled")
	}
	if _, numbers := field(thursday-2, "cowork_metrics", "file_edit_count"); numbers > 0 {
		t.Error("file edits are reported")
	}
	deleted := 0
	rows, _ := c.all("/analytics/users", url.Values{"starting_date": {"2026-11-01"}, "ending_date": {"2026-11-12"}, "limit": {"1000"}})
	for _, r := range rows {
		if r["user"].(map[string]any)["email_address"] == nil {
			deleted++
		}
	}
	if deleted == 0 {
		t.Error("no deleted account has kept its rows")
	}
	for _, r := range c.page("/analytics/connectors", on(thursday-1)).Data {
		if v, present := r["managed_auth_distinct_user_count"]; !present || v != nil {
			t.Errorf("managed auth is %v", v)
		}
	}
	web := 0.0
	for _, r := range c.page("/analytics/artifacts", on(artifactsFrom-1)).Data {
		if r["artifact_type"] == "text/html" {
			web += r["artifacts_created_count"].(float64)
		}
	}
	if web > 40 {
		t.Errorf("%v artifacts in HTML before they were counted", web)
	}
}

func TestARangeIsTheSumOfItsDays(t *testing.T) {
	c := open(t, Config{Today: thursday, Members: 600})
	sum := func(params url.Values) (sessions, messages float64) {
		rows, _ := c.all("/analytics/users", params)
		for _, r := range rows {
			sessions += r["cowork_metrics"].(map[string]any)["distinct_session_count"].(float64)
			messages += r["chat_metrics"].(map[string]any)["message_count"].(float64)
		}
		return sessions, messages
	}
	var sessions, messages float64
	for d := thursday - 14; d < thursday; d++ {
		s, m := sum(on(d))
		sessions, messages = sessions+s, messages+m
	}
	s, m := sum(url.Values{"starting_date": {(thursday - 14).String()}, "ending_date": {thursday.String()}})
	if s != sessions || m != messages || s == 0 {
		t.Errorf("range: %v sessions, %v messages; days: %v, %v", s, m, sessions, messages)
	}
}
