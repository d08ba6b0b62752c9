package telemetry

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	collector "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"groundswell/internal/fault"
)

var (
	now    = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	secret = hasher{[]byte("a key for tests")}
)

func textValue(s string) *commonpb.AnyValue {
	return &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: s}}
}

func attr(key string, v *commonpb.AnyValue) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: key, Value: v}
}

func attrs(pairs ...string) []*commonpb.KeyValue {
	var out []*commonpb.KeyValue
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, attr(pairs[i], textValue(pairs[i+1])))
	}
	return out
}

// request is an export of records by Cowork.
func request(records ...*logs.LogRecord) *collector.ExportLogsServiceRequest {
	return from("cowork", coworkScope, records...)
}

func from(service, scope string, records ...*logs.LogRecord) *collector.ExportLogsServiceRequest {
	return &collector.ExportLogsServiceRequest{ResourceLogs: []*logs.ResourceLogs{{
		Resource:  &resource.Resource{Attributes: attrs("service.name", service, "service.version", "1.4.2", "os.type", "darwin", "host.name", "laptop-of-ann")},
		ScopeLogs: []*logs.ScopeLogs{{Scope: &commonpb.InstrumentationScope{Name: scope}, LogRecords: records}},
	}}}
}

// both decodes a request in both encodings and holds one against the other.
func both(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, req *collector.ExportLogsServiceRequest) Reading {
	t.Helper()
	wire, err := proto.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := protojson.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	a, err := decode(Protobuf, wire, secret, now)
	if err != nil {
		t.Fatal(err)
	}
	b, err := decode(JSON, text, secret, now)
	if err != nil {
		t.Fatalf("JSON: %v in %s", err, text)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Fatalf("the encodings differ:\n%s", diff)
	}
	return a
}

func cowork(name string, pairs ...string) *logs.LogRecord {
	return &logs.LogRecord{
		TimeUnixNano: uint64(now.UnixNano()), Body: textValue("cowork." + name),
		Attributes: attrs(append([]string{"event.name", name, "session.id", "s", "event.sequence", "1"}, pairs...)...),
	}
}

// TestNamesOfEvents reads what each version of the desktop app calls its events.
func TestNamesOfEvents(t *testing.T) {
	for _, c := range []struct{ attr, field, body, want string }{
		{"user_prompt", "", "cowork.user_prompt", "user_prompt"},
		{"cowork.user_prompt", "", "", "user_prompt"},
		{"", "claude_code.tool_result", "", "tool_result"},
		{"", "", "claude_cowork.user_prompt", "user_prompt"},
		{"", "", "claude_code.hook_executed", "hook_executed"},
		{"", "", "user_prompt", "user_prompt"},
		{"hook_registered", "", "", "hook_registered"},
		{"", "", "password", ""},
		{"", "", "write to the board about the merger", ""},
		{"", "", "cowork.write to the board", ""},
		{"Not A Name", "api_error", "", "api_error"},
		{strings.Repeat("a", 49), "", "", ""},
		{"", "", "", ""},
	} {
		rec := &logs.LogRecord{Body: textValue(c.body), EventName: c.field}
		if c.attr != "" {
			rec.Attributes = attrs("event.name", c.attr)
		}
		got, r := "", both(t, request(rec))
		if len(r.Events) == 1 {
			got = r.Events[0].Name
		}
		if got != c.want || r.Refused() != 1-len(r.Events) {
			t.Errorf("%+v is %q, want %q", c, got, c.want)
		}
	}
}

// TestOnlyCoworkIsTaken reads records of other origins.
func TestOnlyCoworkIsTaken(t *testing.T) {
	for _, c := range []struct {
		service, scope string
		taken          bool
	}{
		{"cowork", coworkScope, true}, {"cowork", "", true}, {"", coworkScope, true}, {"unknown_service:node", coworkScope, true},
		{"claude-code", coworkScope, false}, {"checkout", "checkout", false}, {"", "", false},
	} {
		r := both(t, from(c.service, c.scope, cowork("user_prompt")))
		if (len(r.Events) == 1) != c.taken || (r.Why() == "") != c.taken {
			t.Errorf("%q, %q: %d events, %q", c.service, c.scope, len(r.Events), r.Why())
		}
	}
}

// TestWhatIsKeptOfEvents reads every known event with all that it may bring.
func TestWhatIsKeptOfEvents(t *testing.T) {
	yes, no := true, false
	n := func(v int64) *int64 { return &v }
	double := func(v float64) *commonpb.AnyValue {
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_DoubleValue{DoubleValue: v}}
	}
	whole := func(v int64) *commonpb.AnyValue {
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: v}}
	}
	truth := func(v bool) *commonpb.AnyValue {
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_BoolValue{BoolValue: v}}
	}
	for _, c := range []struct {
		name string
		rec  []*commonpb.KeyValue
		want Event
	}{
		{"api_request", []*commonpb.KeyValue{attr("model", textValue("claude-opus-5")), attr("cost_usd", double(0.0123)), attr("input_tokens", textValue("1200")),
			attr("output_tokens", whole(80)), attr("duration_ms", double(1534.4)), attr("tool_name", textValue("not its own"))},
			Event{Model: "claude-opus-5", CostMicros: n(12300), InputTokens: n(1200), OutputTokens: n(80), DurationMS: n(1534), OK: &yes}},
		{"api_request", []*commonpb.KeyValue{attr("cost_usd_micros", whole(7)), attr("cost_usd", double(5)), attr("input_tokens", textValue("-4")), attr("output_tokens", textValue("many"))},
			Event{CostMicros: n(7), OK: &yes}},
		{"api_request", []*commonpb.KeyValue{attr("cost_usd", double(math.Inf(1))), attr("duration_ms", double(math.NaN()))}, Event{OK: &yes}},
		{"api_error", attrs("error", "overloaded_error: the prompt was SECRET", "status_code", "529"), Event{Error: errOverloaded, Status: "5xx", OK: &no}},
		{"api_error", attrs("error", "fetch failed: ECONNREFUSED 10.0.0.1", "status_code", "undefined"), Event{Error: errNetwork, OK: &no}},
		{"api_refusal", attrs("error", "SECRET words"), Event{Error: Other, OK: &no}},
		{"tool_result", attrs("tool_name", "mcp__Google Drive__search", "success", "true", "duration_ms", "12", "tool_parameters", `{"path":"/etc"}`),
			Event{Tool: "mcp__Google Drive__search", Server: "Google Drive", DurationMS: n(12), OK: &yes}},
		{"tool_result", []*commonpb.KeyValue{attr("tool_name", textValue("mcp")), attr("mcp_server.name", textValue("Jira")), attr("mcp_tool.name", textValue("find")), attr("success", truth(false))},
			Event{Tool: "find", Server: "Jira", OK: &no, Error: Other}},
		{"tool_result", attrs("tool_name", "/Users/ann/bin/x", "success", "maybe"), Event{Tool: Other}},
		{"mcp_server_connection", attrs("server_name", "Claims\tarchive\x00", "status", "failed", "transport_type", "sse"), Event{Server: "Claims archive", OK: &no, Error: Other}},
		{"mcp_server_connection", attrs("server_name", "ann@example.com", "status", "connected"), Event{Server: Other, OK: &yes}},
		{"skill_activated", attrs("skill.name", "brand-voice", "plugin.name", "kit@official", "marketplace.name", "x"), Event{Skill: "brand-voice", Plugin: "kit@official"}},
		{"plugin_loaded", attrs("plugin.name", "one two three four five six seven eight nine"), Event{Plugin: Other}},
		{"user_prompt", attrs("prompt", "SECRET", "prompt_length", "6", "tool_name", "Bash", "model", "m"), Event{}},
		{"brand_new_event", attrs("tool_name", "Bash", "error", "x"), Event{}},
	} {
		rec := cowork(c.name)
		rec.Attributes = append(rec.Attributes, c.rec...)
		r := both(t, request(rec))
		if len(r.Events) != 1 {
			t.Fatalf("%s is not taken", c.name)
		}
		got := r.Events[0]
		c.want.Name, c.want.Version, c.want.OS, c.want.At, c.want.Arrived, c.want.Key = c.name, "1.4.2", "darwin", now, now, got.Key
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// TestTimesOfEvents files what cannot be right by arrival.
func TestTimesOfEvents(t *testing.T) {
	for _, c := range []struct {
		stamp  string
		nanos  time.Time
		want   time.Time
		skewed bool
	}{
		{"2026-11-23T09:00:00.123Z", time.Time{}, time.Date(2026, 11, 23, 9, 0, 0, 123e6, time.UTC), false},
		{"2026-11-23T10:00:00+01:00", time.Time{}, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), false},
		{"soon", now.Add(-time.Minute), now.Add(-time.Minute), false},
		{"", time.Time{}, now, false},
		{"", now.Add(10 * time.Minute), now.Add(10 * time.Minute), false},
		{"", now.Add(10*time.Minute + 1), now, true},
		{"", now.Add(-7 * 24 * time.Hour), now.Add(-7 * 24 * time.Hour), false},
		{"1970-01-01T00:00:00Z", now, now, true},
		{"9999-12-31T23:59:59Z", now, now, true},
	} {
		rec := &logs.LogRecord{Attributes: attrs("event.name", "auth", "event.timestamp", c.stamp)}
		if !c.nanos.IsZero() {
			rec.TimeUnixNano = uint64(c.nanos.UnixNano())
		}
		e := both(t, request(rec)).Events[0]
		if !e.At.Equal(c.want) || e.Skewed != c.skewed {
			t.Errorf("%q, %s: filed at %s, skewed %v", c.stamp, c.nanos, e.At, e.Skewed)
		}
	}
}

// TestKeysTellRecordsApart gives each record that differs a key of its own.
func TestKeysTellRecordsApart(t *testing.T) {
	base := func() *logs.LogRecord {
		return &logs.LogRecord{TimeUnixNano: 5, Attributes: attrs("event.name", "tool_result", "session.id", "s", "event.sequence", "1", "prompt.id", "p", "tool_name", "Bash")}
	}
	key := func(change func(*logs.LogRecord)) string {
		rec := base()
		change(rec)
		return string(both(t, request(rec)).Events[0].Key)
	}
	same := key(func(*logs.LogRecord) {})
	if key(func(r *logs.LogRecord) { r.Attributes[4].Value = textValue("Read") }) != same {
		t.Error("a record of a session is told by more than its place in it")
	}
	seen := map[string]string{same: "the record itself"}
	for i, name := range []string{"event.name", "session.id", "event.sequence", "prompt.id"} {
		k := key(func(r *logs.LogRecord) { r.Attributes[i].Value = textValue("other") })
		if have, there := seen[k]; there {
			t.Errorf("another %s has the key of %s", name, have)
		}
		seen[k] = name
	}
	loose := func(tool string) string {
		return key(func(r *logs.LogRecord) {
			r.Attributes = attrs("event.name", "tool_result", "tool_name", tool)
		})
	}
	if once, again := loose("a"), loose("a"); once == loose("b") || once != again {
		t.Error("records outside a session are not told by what they hold")
	}
}

// TestPeopleAreAnotherEachDay hashes one account on two days.
func TestPeopleAreAnotherEachDay(t *testing.T) {
	a, b := secret.who("user_01A", now), secret.who("user_01A", now.AddDate(0, 0, 1))
	if bytes.Equal(a, b) || !bytes.Equal(a, secret.who("user_01A", now.Add(time.Hour))) || len(a) != WhoBytes || secret.who("", now) != nil {
		t.Error("accounts are not hashed by day")
	}
	if bytes.Equal(a, hasher{[]byte("another")}.who("user_01A", now)) {
		t.Error("the hash does not depend on the key")
	}
}

// TestTooManyRecords bounds what one request may bring.
func TestTooManyRecords(t *testing.T) {
	many := make([]*logs.LogRecord, MaxRecords+1)
	for i := range many {
		many[i] = &logs.LogRecord{}
	}
	wire, err := proto.Marshal(request(many...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(Protobuf, wire, secret, now); !fault.Is(err, fault.TooLarge) {
		t.Errorf("protobuf: %v", err)
	}
	text := `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}` + strings.Repeat(",{}", MaxRecords) + `]}]}]}`
	if _, err := decode(JSON, []byte(text), secret, now); !fault.Is(err, fault.TooLarge) {
		t.Errorf("JSON: %v", err)
	}
	for name, text := range map[string]string{
		"resources":  `{"resourceLogs":[{}` + strings.Repeat(",{}", maxItems) + `]}`,
		"attributes": `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{}` + strings.Repeat(",{}", maxItems) + `]}]}]}]}`,
	} {
		if _, err := decode(JSON, []byte(text), secret, now); !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOrderOfFieldsIsFree puts resource and scope behind the records.
func TestOrderOfFieldsIsFree(t *testing.T) {
	req := request(cowork("user_prompt"))
	res, scope := &logs.ResourceLogs{Resource: req.ResourceLogs[0].Resource}, &logs.ScopeLogs{Scope: req.ResourceLogs[0].ScopeLogs[0].Scope}
	records := &logs.ScopeLogs{LogRecords: req.ResourceLogs[0].ScopeLogs[0].LogRecords}
	inner := append(must(proto.Marshal(records)), must(proto.Marshal(scope))...)
	outer := append(appendMessage(nil, 2, inner), must(proto.Marshal(res))...)
	r, err := decode(Protobuf, appendMessage(nil, 1, outer), secret, now)
	if err != nil || len(r.Events) != 1 || r.Events[0].Version != "1.4.2" {
		t.Errorf("%v, %+v", err, r)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func appendMessage(b []byte, n byte, msg []byte) []byte {
	b = append(b, n<<3|2)
	for size := len(msg); ; size >>= 7 {
		if size < 0x80 {
			return append(append(b, byte(size)), msg...)
		}
		b = append(b, byte(size)|0x80)
	}
}

// TestEncodingsAgree sends random requests both ways: they are read the same,
// and nothing of what may not be kept is.
func TestEncodingsAgree(t *testing.T) {
	const canary = "canary/of private@example.com words"
	value := rapid.Custom(func(t *rapid.T) *commonpb.AnyValue {
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			return textValue(rapid.StringN(0, 200, 2000).Draw(t, "text"))
		case 1:
			return &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: rapid.Int64().Draw(t, "int")}}
		case 2:
			return &commonpb.AnyValue{Value: &commonpb.AnyValue_DoubleValue{DoubleValue: rapid.Float64Range(-1e300, 1e300).Draw(t, "double")}}
		case 3:
			return &commonpb.AnyValue{Value: &commonpb.AnyValue_BoolValue{BoolValue: rapid.Bool().Draw(t, "bool")}}
		case 4:
			return &commonpb.AnyValue{Value: &commonpb.AnyValue_KvlistValue{KvlistValue: &commonpb.KeyValueList{Values: attrs("tool_name", canary)}}}
		case 5:
			return &commonpb.AnyValue{Value: &commonpb.AnyValue_ArrayValue{ArrayValue: &commonpb.ArrayValue{Values: []*commonpb.AnyValue{textValue(canary)}}}}
		}
		return textValue(canary)
	})
	keys := []string{"prompt", "tool_parameters", "file_path", "user.email", "unknown.key"}
	for k := range read {
		keys = append(keys, k)
	}
	one := rapid.Custom(func(t *rapid.T) *logs.LogRecord {
		rec := &logs.LogRecord{TimeUnixNano: rapid.Uint64Range(0, 1<<62).Draw(t, "time"), Body: value.Draw(t, "body"), EventName: rapid.StringN(0, 60, 60).Draw(t, "field")}
		for _, k := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 0, 12, rapid.ID).Draw(t, "keys") {
			rec.Attributes = append(rec.Attributes, attr(k, value.Draw(t, k)))
		}
		names := []string{"user_prompt", "api_request", "api_error", "tool_result", "mcp_server_connection", "skill_activated", "plugin_loaded"}
		rec.Attributes = append(rec.Attributes, attr("event.name", textValue(rapid.SampledFrom(names).Draw(t, "name"))))
		return rec
	})
	rapid.Check(t, func(t *rapid.T) {
		r := both(t, request(rapid.SliceOfN(one, 1, 4).Draw(t, "records")...))
		for _, e := range r.Events {
			if strings.Contains(fmt.Sprintf("%+v", e), "canary") {
				t.Fatalf("a canary is kept: %+v", e)
			}
			sound(t, e)
		}
	})
}

// sound checks what holds for every event, whatever was sent.
func sound(t interface{ Fatalf(string, ...any) }, e Event) {
	if !eventName.MatchString(e.Name) || len(e.Key) != KeyBytes {
		t.Fatalf("an event without a name or key: %+v", e)
	}
	for _, n := range e.named() {
		s := *n.at
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxLabel || strings.ContainsAny(s, "/\\\x00\n") {
			t.Fatalf("a name that cannot be kept: %q", s)
		}
	}
	if e.At.After(now.Add(ahead)) || e.At.Before(now.Add(-behind)) {
		t.Fatalf("an event of %s", e.At)
	}
	for _, n := range []*int64{e.InputTokens, e.OutputTokens, e.CostMicros, e.DurationMS} {
		if n != nil && (*n < 0 || *n > mostly) {
			t.Fatalf("a sum that may overflow: %s", strconv.FormatInt(*n, 10))
		}
	}
}

// TestUnpackIsBounded unpacks bodies that grow too far, and some that are broken.
func TestUnpackIsBounded(t *testing.T) {
	small := packed(t, []byte("twice"))
	if plain, ok, err := Unpack(small, " GZIP "); err != nil || !ok || string(plain) != "twice" {
		t.Errorf("%q, %v, %v", plain, ok, err)
	}
	if _, _, err := Unpack(packed(t, bytes.Repeat([]byte("a"), MaxDecoded+1)), "gzip"); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a bomb: %v", err)
	}
	if _, _, err := Unpack(small[:len(small)-4], "gzip"); !fault.Is(err, fault.Invalid) {
		t.Errorf("cut short: %v", err)
	}
	if _, _, err := Unpack([]byte("twice"), "gzip"); !fault.Is(err, fault.Invalid) {
		t.Errorf("not packed: %v", err)
	}
	if _, ok, _ := Unpack(small, "deflate"); ok {
		t.Error("deflate is taken")
	}
}

// TestAnswersAreOTLP reads answers as the official types do.
func TestAnswersAreOTLP(t *testing.T) {
	for _, n := range []int{0, 3} {
		var a, b collector.ExportLogsServiceResponse
		if err := proto.Unmarshal(Protobuf.Answer(n, "why"), &a); err != nil {
			t.Fatal(err)
		}
		if err := protojson.Unmarshal(JSON.Answer(n, "why"), &b); err != nil {
			t.Fatal(err)
		}
		if !proto.Equal(&a, &b) || a.GetPartialSuccess().GetRejectedLogRecords() != int64(n) || (n > 0) != (a.GetPartialSuccess().GetErrorMessage() == "why") {
			t.Errorf("%d rejected: %v, %v", n, &a, &b)
		}
	}
}
