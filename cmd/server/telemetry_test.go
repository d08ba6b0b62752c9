package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"

	"groundswell/internal/dbtest"
)

const otlpToken = "a token from the environment"

// receiving is the program with its receiver, and its database.
func receiving(t *testing.T) (*service, *pgxpool.Pool, []string) {
	t.Helper()
	db := dbtest.URL(t)
	env := []string{"DATABASE_URL=" + db, testSecret, "GROUNDSWELL_OTLP_TOKEN=" + otlpToken, "GROUNDSWELL_LOG=debug"}
	return startService(t, env, "serve", "--no-jobs"), dbtest.Pool(t, db), env
}

func stored(t *testing.T, db *pgxpool.Pool, sql string) int {
	t.Helper()
	n := 0
	if err := db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// desktop is a desktop app: the official SDK with its exporter, set up as the console does.
func desktop(t *testing.T, address string, options ...otlploghttp.Option) *sdklog.LoggerProvider {
	t.Helper()
	options = append([]otlploghttp.Option{
		otlploghttp.WithEndpointURL(address + "/v1/logs"), otlploghttp.WithHeaders(map[string]string{"Authorization": "Bearer " + otlpToken}),
		otlploghttp.WithRetry(otlploghttp.RetryConfig{Enabled: true, InitialInterval: 10 * time.Millisecond, MaxInterval: time.Second, MaxElapsedTime: 30 * time.Second}),
	}, options...)
	exporter, err := otlploghttp.New(t.Context(), options...)
	if err != nil {
		t.Fatal(err)
	}
	provider := sdklog.NewLoggerProvider(
		sdklog.WithResource(resource.NewSchemaless(attribute.String("service.name", "cowork"), attribute.String("service.version", "1.9.0"), attribute.String("os.type", "windows"))),
		sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter, sdklog.WithExportInterval(time.Hour), sdklog.WithExportMaxBatchSize(100), sdklog.WithMaxQueueSize(5000))))
	t.Cleanup(func() { _ = provider.Shutdown(context.WithoutCancel(t.Context())) })
	return provider
}

// says emits the n-th event of a session.
func says(p *sdklog.LoggerProvider, name string, n int, attrs ...attribute.KeyValue) {
	var rec log.Record
	rec.SetTimestamp(time.Now())
	rec.SetBody(attribute.StringValue("cowork." + name))
	rec.AddAttributes(attribute.String("event.name", name), attribute.String("session.id", "session-1"), attribute.Int("event.sequence", n),
		attribute.String("event.timestamp", time.Now().UTC().Format(time.RFC3339Nano)), attribute.String("user.account_id", "user_01A"))
	rec.AddAttributes(attrs...)
	p.Logger("com.anthropic.claude_code.events").Emit(context.Background(), rec)
}

// TestOfficialExporterIsReceived sends with the Go SDK's exporter, packed and
// not, and in JSON as the SDK for JavaScript writes it.
func TestOfficialExporterIsReceived(t *testing.T) {
	s, db, _ := receiving(t)
	for i, compression := range []otlploghttp.Compression{otlploghttp.NoCompression, otlploghttp.GzipCompression} {
		p := desktop(t, s.url, otlploghttp.WithCompression(compression))
		for n := range 150 {
			says(p, "tool_result", i*1000+n, attribute.String("tool_name", "Bash"), attribute.String("success", "true"), attribute.Int("duration_ms", 5))
		}
		if err := p.ForceFlush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stamp := fmt.Sprint(time.Now().UnixNano())
	script := `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cowork"}}],"droppedAttributesCount":0},
		"scopeLogs":[{"scope":{"name":"com.anthropic.claude_code.events","version":"1.9.0"},"logRecords":[{"timeUnixNano":"` + stamp + `","observedTimeUnixNano":"` + stamp + `",
		"severityNumber":9,"severityText":"INFO","body":{"stringValue":"claude_cowork.api_request"},"eventName":"",
		"attributes":[{"key":"input_tokens","value":{"intValue":12}},{"key":"cost_usd","value":{"doubleValue":0.5}}],
		"droppedAttributesCount":0,"flags":1,"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]}`
	if code, body := send(t, s.url, "application/json", script); code != 200 || body != "{}" {
		t.Errorf("JSON: %d %s", code, body)
	}
	if n := stored(t, db, `select count(*) from telemetry_event where event = 'tool_result' and tool = 'Bash' and ok and os = 'windows' and version = '1.9.0'`); n != 300 {
		t.Errorf("%d tool results are stored, want 300", n)
	}
	if n := stored(t, db, `select count(*) from telemetry_event where event = 'api_request' and input_tokens = 12 and cost_micros = 500000`); n != 1 {
		t.Errorf("%d requests are stored, want 1", n)
	}
}

func send(t *testing.T, address, kind, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/v1/logs", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+otlpToken)
	r.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(got)
}

// TestExporterSendsAgain puts a bad network between the SDK and the receiver: it
// is refused, unavailable, or answered by nobody after the receiver had it all.
func TestExporterSendsAgain(t *testing.T) {
	s, db, _ := receiving(t)
	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	var asked atomic.Int32
	network := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1) {
		case 1:
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3: // it arrives, but the answer does not
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusBadGateway)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	defer network.Close()
	p := desktop(t, network.URL)
	for n := range 40 {
		says(p, "user_prompt", n)
	}
	if err := p.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := stored(t, db, `select count(*) from telemetry_event`); n != 40 || asked.Load() != 4 {
		t.Errorf("%d events are stored after %d requests, want 40 after 4", n, asked.Load())
	}
	if n := stored(t, db, `select events from telemetry_day where facet = 'all'`); n != 40 {
		t.Errorf("the day counts %d, want 40", n)
	}
}

// TestPartialSuccessReachesTheExporter sends what is nobody's event: the SDK
// reports it and does not send it again.
func TestPartialSuccessReachesTheExporter(t *testing.T) {
	s, db, _ := receiving(t)
	var mu sync.Mutex
	var said []string
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, err.Error())
	}))
	defer otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	p := desktop(t, s.url)
	var rec log.Record
	rec.SetBody(attribute.StringValue("Please summarise the merger"))
	p.Logger("com.anthropic.claude_code.events").Emit(t.Context(), rec)
	says(p, "auth", 1)
	err := p.ForceFlush(t.Context())
	mu.Lock()
	all := strings.Join(append(said, fmt.Sprint(err)), " ")
	mu.Unlock()
	if !strings.Contains(all, "names no event") {
		t.Errorf("the exporter says %q", all)
	}
	if n := stored(t, db, `select count(*) from telemetry_event`); n != 1 {
		t.Errorf("%d events are stored, want the other one", n)
	}
}

// TestContentIsKeptNowhere sends a thousand events full of what must not be
// kept, some of them broken, and looks for it in the whole database and the log.
func TestContentIsKeptNowhere(t *testing.T) {
	s, db, _ := receiving(t)
	const canary = "kanarienvogel"
	secrets := []attribute.KeyValue{
		attribute.String("prompt", canary+" fire the board"), attribute.String("tool_parameters", `{"command":"cat /home/`+canary+`/x"}`), attribute.String("file_path", "/Users/"+canary+"/plan.docx"),
		attribute.String("user.email", canary+"@example.com"), attribute.String("error", "cannot open /Users/"+canary+": "+canary), attribute.String("tool_input", canary),
		attribute.String("hook_output", canary), attribute.String("user.id", canary), attribute.String("user.account_uuid", canary), attribute.String("organization.id", canary),
		attribute.Map("nested", attribute.String("prompt", canary), attribute.Map("deeper", attribute.String("x", canary))), attribute.Slice("list", attribute.StringValue(canary)), attribute.ByteSlice("bytes", []byte(canary)),
		attribute.String("tool_name", "/Users/"+canary+"/tool"), attribute.String("server_name", canary+"@example.com"), attribute.String("skill.name", "C:\\Users\\"+canary),
		attribute.String("plugin.name", canary+" one two three four five six seven eight nine"), attribute.Map("model", attribute.String("m", canary)), attribute.String("success", "false"),
		attribute.String("status_code", canary), attribute.String("duration_ms", canary), attribute.String("prompt.id", canary),
	}
	p := desktop(t, s.url)
	names := []string{"user_prompt", "tool_result", "api_error", "mcp_server_connection", "skill_activated", "plugin_loaded", "api_request", "hook_" + "executed", "tool_decision", "auth"}
	for n := range 1000 {
		says(p, names[n%len(names)], n, secrets...)
		if n%100 == 0 { // and one whose body is what a person wrote
			var rec log.Record
			rec.SetBody(attribute.StringValue(canary))
			rec.SetSeverityText(canary)
			rec.AddAttributes(attribute.String("event.name", canary+" is no name"))
			p.Logger("com.anthropic.claude_code.events").Emit(t.Context(), rec)
		}
	}
	_ = p.ForceFlush(t.Context()) // it reports the ones that name no event
	for kind, body := range map[string]string{
		"application/json":       `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":"` + canary + `"`,
		"application/x-protobuf": canary,
		"text/" + canary:         canary,
	} {
		if code, said := send(t, s.url, kind, body); code != 400 && code != 415 || strings.Contains(said, canary) {
			t.Errorf("%s: %d %s", kind, code, said)
		}
	}
	if code, _ := send(t, s.url+"/v1/logs/"+canary+"?prompt="+canary, "application/json", canary); code != 404 {
		t.Errorf("another path: %d", code)
	}
	if n := stored(t, db, `select count(*) from telemetry_event`); n != 1000 {
		t.Fatalf("%d events are stored, want 1000", n)
	}
	s.stop(t)
	if where := whereIs(t, db, canary); len(where) > 0 {
		t.Errorf("the canary is in %v", where)
	}
	if strings.Contains(s.stderr.String(), canary) || !strings.Contains(s.stderr.String(), "/v1/logs") {
		t.Error("the canary is in the log, or the log tells nothing")
	}
}

// whereIs names the tables of a database in which a text stands, in whatever column.
func whereIs(t *testing.T, db *pgxpool.Pool, text string) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), `select quote_ident(table_schema) || '.' || quote_ident(table_name) from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	var tables, found []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	for _, name := range tables {
		n := 0
		sql := `select count(*) from ` + name + ` r where strpos(lower(r::text), $1) > 0 or strpos(lower(r::text), encode(convert_to($1, 'UTF8'), 'hex')) > 0`
		if err := db.QueryRow(t.Context(), sql, text).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found = append(found, name)
		}
	}
	if len(tables) < 40 {
		t.Errorf("only %d tables were looked at", len(tables))
	}
	return found
}

// TestAcknowledgedIsStored kills the receiver under a flood: whatever it had
// acknowledged is stored, and after all is sent again everything is, once.
func TestAcknowledgedIsStored(t *testing.T) {
	s, db, env := receiving(t)
	const senders, batches, size = 6, 40, 20
	var acknowledged, refused atomic.Int64
	flood := func(address string) {
		var group sync.WaitGroup
		for sender := range senders {
			group.Go(func() {
				for b := range batches {
					code, err := sendBatch(address, sender*batches+b, size)
					switch {
					case err != nil || code == http.StatusServiceUnavailable:
						refused.Add(size)
					case code == http.StatusOK:
						acknowledged.Add(size)
						if acknowledged.Load() == senders*batches*size/3 && s.cmd.ProcessState == nil {
							_ = s.cmd.Process.Kill()
						}
					default:
						t.Errorf("a batch is answered %d", code)
					}
				}
			})
		}
		group.Wait()
	}
	flood(s.url)
	_ = s.cmd.Wait()
	before := stored(t, db, `select count(*) from telemetry_event`)
	if int64(before) < acknowledged.Load() || refused.Load() == 0 || acknowledged.Load() == 0 {
		t.Fatalf("%d acknowledged, %d stored, %d not answered", acknowledged.Load(), before, refused.Load())
	}
	again := startService(t, env, "serve", "--no-jobs")
	s = again
	refused.Store(0)
	acknowledged.Store(senders * batches * size) // nobody dies this time
	flood(again.url)
	if n := stored(t, db, `select count(*) from telemetry_event`); n != senders*batches*size || refused.Load() != 0 {
		t.Errorf("%d are stored at the end, want %d; %d were refused", n, senders*batches*size, refused.Load())
	}
	if n := stored(t, db, `select events from telemetry_pulse`); n != senders*batches*size {
		t.Errorf("the sums count %d", n)
	}
}

// sendBatch sends the n-th batch, which is the same each time.
func sendBatch(address string, n, size int) (int, error) {
	var text strings.Builder
	text.WriteString(`{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cowork"}}]},"scopeLogs":[{"logRecords":[`)
	for i := range size {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"body":{"stringValue":"cowork.user_prompt"},"attributes":[{"key":"session.id","value":{"stringValue":"%d"}},{"key":"event.sequence","value":{"intValue":"%d"}}]}`, n, i)
	}
	text.WriteString(`]}]}]}`)
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	if _, err := io.WriteString(z, text.String()); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	r, err := http.NewRequest(http.MethodPost, address+"/v1/logs", &body)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+otlpToken)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, errors.Join(err, res.Body.Close())
}
