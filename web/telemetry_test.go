package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/store"
	"groundswell/internal/telemetry"
)

// receiverOf is the receiver of telemetry over a store.
func receiverOf(st *store.Store, log *slog.Logger) Telemetry {
	return Telemetry{Intake: telemetry.NewIntake(st, []byte("a key for hashes, of tests only"), "", log), Book: st}
}

// telemetryToken makes a token that events may be sent with.
func (s *site) telemetryToken(name string) string {
	s.t.Helper()
	_, text, err := s.store.CreateTelemetryToken(s.t.Context(), identity.Operator(), name, s.srv.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	s.clock.Advance(2 * time.Second) // past what the receiver remembers of the list
	return text
}

// exporter gives a request a token of its own.
func (s *site) exporter(r *http.Request) {
	s.t.Helper()
	_, err := s.store.Pool().Exec(s.t.Context(), "update telemetry_token set revoked_at = now()")
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.telemetryToken("t"+randomValue()))
}

// export sends a body as an exporter does.
func (s *site) export(token, kind, encoding string, body []byte) answer {
	s.t.Helper()
	b := s.browser()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+route.OTLPLogs, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", kind)
	if encoding != "" {
		r.Header.Set("Content-Encoding", encoding)
	}
	return b.do(r)
}

func (s *site) number(sql string, args ...any) int {
	s.t.Helper()
	n := 0
	if err := s.store.Pool().QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// export of JSON: one resource, one scope, the records given.
func exportJSON(service string, records ...string) []byte {
	scope := "com.anthropic.claude_code.events"
	if service != "cowork" {
		scope = service
	}
	return []byte(`{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"` + service + `"}},` +
		`{"key":"service.version","value":{"stringValue":"1.4.2"}},{"key":"os.type","value":{"stringValue":"darwin"}}]},` +
		`"scopeLogs":[{"scope":{"name":"` + scope + `"},"logRecords":[` + strings.Join(records, ",") + `]}]}]}`)
}

// recordJSON is a record of the n-th event of a session.
func recordJSON(at time.Time, name string, n int, attrs ...string) string {
	all := append([]string{
		`{"key":"event.name","value":{"stringValue":"` + name + `"}}`, `{"key":"session.id","value":{"stringValue":"s-1"}}`,
		`{"key":"event.sequence","value":{"intValue":"` + strconv.Itoa(n) + `"}}`,
		`{"key":"user.account_id","value":{"stringValue":"user_01A"}}`,
		`{"key":"event.timestamp","value":{"stringValue":"` + at.UTC().Format(time.RFC3339Nano) + `"}}`,
	}, attrs...)
	return `{"timeUnixNano":"` + strconv.FormatInt(at.UnixNano(), 10) + `","body":{"stringValue":"cowork.` + name + `"},"attributes":[` + strings.Join(all, ",") + `],"someday":{"unknown":[1]}}`
}

func attrJSON(key, value string) string {
	return `{"key":"` + key + `","value":{"stringValue":"` + value + `"}}`
}

func packed(t testing.TB, body []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestExportsAreAnsweredAsExportersExpect sends what is right and what is wrong:
// the status decides whether an exporter tries again.
func TestExportsAreAnsweredAsExportersExpect(t *testing.T) {
	s := newSite(t, nil)
	token := s.telemetryToken("console")
	now := s.srv.Now()
	good := exportJSON("cowork", recordJSON(now, "user_prompt", 1))
	bomb := packed(t, bytes.Repeat([]byte(" "), telemetry.MaxDecoded+1))
	for _, c := range []struct {
		name, token, kind, encoding string
		body                        []byte
		status                      int
		says                        string
	}{
		{"good", token, "application/json", "", good, 200, "{}"},
		{"the same again", token, "application/json; charset=utf-8", "", good, 200, "{}"},
		{"packed", token, "application/json", "gzip", packed(t, good), 200, "{}"},
		{"nothing in it", token, "application/x-protobuf", "", nil, 200, ""},
		{"another program's", token, "application/json", "", exportJSON("checkout", recordJSON(now, "user_prompt", 2)), 200, `"rejectedLogRecords":"1"`},
		{"another token", "gswt_wrong", "application/json", "", good, 401, `"code":16`},
		{"no token", "", "application/x-protobuf", "", nil, 401, "bearer token is missing"},
		{"no JSON", token, "application/json", "", []byte(`{"resourceLogs":[`), 400, `"code":3`},
		{"a list", token, "application/json", "", []byte(`{"resourceLogs":{}}`), 400, `"code":3`},
		{"no protobuf", token, "application/x-protobuf", "", []byte("\xff\xff\xff"), 400, "not an OTLP export"},
		{"not packed", token, "application/json", "gzip", good, 400, "gzip"},
		{"packed otherwise", token, "application/json", "br", good, 415, "gzip or not at all"},
		{"text", token, "text/plain", "", good, 415, "application/x-protobuf"},
		{"too large", token, "application/json", "", bytes.Repeat([]byte(" "), telemetry.MaxBody+1), 413, `"code":3`},
		{"a bomb", token, "application/json", "gzip", bomb, 413, "unpacked"},
	} {
		a := s.export(c.token, c.kind, c.encoding, c.body)
		if a.StatusCode != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%s: %d %s, want %d with %q", c.name, a.StatusCode, a.body, c.status, c.says)
		}
		want := "application/json"
		if c.kind == "application/x-protobuf" {
			want = c.kind
		}
		if got := a.Header.Get("Content-Type"); got != want {
			t.Errorf("%s is answered as %s, want %s", c.name, got, want)
		}
	}
	if n := s.number("select count(*) from telemetry_event"); n != 1 {
		t.Errorf("%d events are kept, want 1", n)
	}
	if n := s.number("select events from telemetry_day where facet = 'version' and value = '1.4.2'"); n != 1 {
		t.Errorf("the day counts %d, want 1", n)
	}
}

// TestWrongAddressesAreCounted asks where an exporter that was set up wrongly
// would, without a token: the page then says what was seen.
func TestWrongAddressesAreCounted(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	for path, want := range map[string]int{"/v1/traces": 404, "/v1/logs/v1/logs": 404, "/otel/v1/logs": 404} {
		r := b.request("POST", path, nil)
		r.Header.Set("Content-Type", "application/x-protobuf")
		if a := b.do(r); a.StatusCode != want || a.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("POST %s: %d %s", path, a.StatusCode, a.Header.Get("Content-Type"))
		}
	}
	if a := b.get(route.OTLPLogs); a.StatusCode != 405 || a.Header.Get("Allow") != "POST" || !strings.Contains(a.body, `"code":12`) {
		t.Errorf("GET: %d, Allow %q, %s", a.StatusCode, a.Header.Get("Allow"), a.body)
	}
	s.export("gsw_nonsense", "application/json", "", nil)
	b.is("lead", roleGrants["lead"])
	page := b.get(route.Telemetry)
	for _, says := range []string{"Nothing arrives", "Desktop apps do reach this server: 4 requests", "Another path than /v1/logs", "Token missing, wrong or revoked"} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}

// TestTelemetryPage makes a token, sends with it, sees the events and revokes it.
func TestTelemetryPage(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	if a := b.get(route.Telemetry); !strings.Contains(a.body, "No event has arrived yet") || !strings.Contains(a.body, "is not on the allowlist") {
		t.Error("an empty receiver does not say what the usual reason is")
	}
	made := b.post(route.TelemetryTokens, map[string][]string{"name": {"Claude console"}})
	_, rest, _ := strings.Cut(made.body, "Authorization=Bearer gswt_")
	secret, _, _ := strings.Cut(rest, `"`)
	if made.StatusCode != http.StatusOK || len(secret) != 43 {
		t.Fatalf("the new token is not shown: %d, %q", made.StatusCode, secret)
	}
	if again := b.post(route.TelemetryTokens, map[string][]string{"name": {"claude console"}}); again.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(again.body, "A token in use has this name") {
		t.Errorf("a second token of the name: %d", again.StatusCode)
	}
	s.clock.Advance(2 * time.Second)
	now := s.clock.Now()
	body := exportJSON("cowork", recordJSON(now, "mcp_server_connection", 1, attrJSON("server_name", "Jira"), attrJSON("status", "failed")),
		recordJSON(now, "api_error", 2, attrJSON("status_code", "429"), attrJSON("error", "too many")),
		recordJSON(now, "tool_result", 3, attrJSON("tool_name", "<b>Bash</b>"), attrJSON("success", "false"), attrJSON("duration_ms", "12")))
	if a := s.export("gswt_"+secret, "application/json", "", body); a.StatusCode != http.StatusOK {
		t.Fatalf("export: %d %s", a.StatusCode, a.body)
	}
	if foot := b.get(route.Account).body; strings.Contains(foot, "Telemetry just now") {
		t.Error("the foot tells of telemetry before it knows any figures")
	}
	page := b.get(route.Telemetry)
	for _, says := range []string{"Events arrive", "Jira", "Rate limit reached", "1.4.2", "tool_result", "Claude console", "just now"} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(page.body, secret) || strings.Contains(page.body, "<b>Bash") {
		t.Error("the page shows the secret again, or runs what an event brought")
	}
	id := strconv.Itoa(s.number("select id from telemetry_token"))
	if a := b.post(route.TelemetryTokens+"/"+id+"/revoke", nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("revoke: %d", a.StatusCode)
	}
	s.clock.Advance(2 * time.Second)
	if a := s.export("gswt_"+secret, "application/json", "", body); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", a.StatusCode)
	}
	if n := s.number("select count(*) from audit_log where action like 'telemetry_token.%'"); n != 2 {
		t.Errorf("%d audit entries, want 2", n)
	}
	s.clock.Advance(30 * time.Hour)
	b.is("auditor", roleGrants["auditor"])
	if a := b.get(route.Telemetry); !strings.Contains(a.body, "Quiet") || strings.Contains(a.body, "Make token") {
		t.Error("a day later an auditor does not read that it is quiet, or may make tokens")
	}
}

// TestRefusalsAreRetried holds the receiver to the answers after which exporters send again.
func TestRefusalsAreRetried(t *testing.T) {
	s := newSite(t, nil)
	token := s.telemetryToken("console")
	good := exportJSON("cowork", recordJSON(s.srv.Now(), "user_prompt", 1))
	release, err := s.srv.Telemetry.Intake.Reserve(96 << 20)
	if err != nil {
		t.Fatal(err)
	}
	a := s.export(token, "application/json", "", good)
	if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") != waitBusy {
		t.Errorf("no room: %d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
	}
	release()
	if _, err := s.store.Pool().Exec(t.Context(), "alter table telemetry_pulse rename to gone"); err != nil {
		t.Fatal(err)
	}
	if a := s.export(token, "application/json", "", good); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("a database that fails: %d", a.StatusCode)
	}
	if _, err := s.store.Pool().Exec(t.Context(), "alter table gone rename to telemetry_pulse"); err != nil {
		t.Fatal(err)
	}
	s.srv.exports = newLimiter(1)
	if a := s.export(token, "application/json", "", good); a.StatusCode != http.StatusOK {
		t.Errorf("a database that is back: %d %s", a.StatusCode, a.body)
	}
	if a := s.export(token, "application/json", "", good); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") != waitFast {
		t.Errorf("too fast: %d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
	}
}

// TestBrokenBodiesAreNoDefects cuts a body short.
func TestBrokenBodiesAreNoDefects(t *testing.T) {
	s := newSite(t, nil)
	token := s.telemetryToken("console")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+route.OTLPLogs, io.MultiReader(strings.NewReader(`{"resourceLogs":[`), brokenReader{}))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if _, err := s.browser().client.Do(r); err == nil {
		t.Error("a body that breaks off is answered as if it had not")
	}
	if n := s.number("select count(*) from telemetry_intake where reason = 'busy'"); n != 0 {
		t.Errorf("a broken body counts as %d times busy", n)
	}
}

type brokenReader struct{}

// Read implements io.Reader.
func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
