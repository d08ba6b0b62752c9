package telemetry

import (
	"bytes"
	"compress/gzip"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"groundswell/internal/fault"
)

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

// seeds are requests to vary.
func seeds() []*collector.ExportLogsServiceRequest {
	return []*collector.ExportLogsServiceRequest{
		request(), request(cowork("user_prompt", "prompt", "words")),
		request(cowork("api_request", "cost_usd", "1e3", "input_tokens", "9"), cowork("tool_result", "tool_name", "mcp__a__b", "success", "false")),
		from("other", "scope", cowork("api_error", "error", "timeout", "status_code", "504")),
	}
}

// held checks a reading of any bytes: it is sound, or refused with a fault that
// exporters do not try again.
func held(t *testing.T, r Reading, err error) {
	t.Helper()
	if err != nil {
		if fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooLarge {
			t.Fatalf("a body ends in %v", err)
		}
		return
	}
	if r.Records != len(r.Events)+r.Refused() {
		t.Fatalf("%d records, %d taken, %d refused", r.Records, len(r.Events), r.Refused())
	}
	for _, e := range r.Events {
		sound(t, e)
	}
}

func FuzzProtobuf(f *testing.F) {
	for _, s := range seeds() {
		f.Add(must(proto.Marshal(s)))
	}
	f.Add([]byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add(bytes.Repeat([]byte{0x0b}, 4096))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(Protobuf, body, secret, now)
		held(t, r, err)
		var official collector.ExportLogsServiceRequest
		if err != nil && !fault.Is(err, fault.TooLarge) && proto.Unmarshal(body, &official) == nil {
			t.Fatalf("the official decoder takes what is refused here: %v", err)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range seeds() {
		f.Add(must(protojson.Marshal(s)))
	}
	for _, s := range []string{
		`{}`, `null`, `[]`, `{"resourceLogs":null}`, `{"resourceLogs":[null]}`, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[null,{"attributes":[null]}]}]}]}`,
		`{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"intValue":1}}]}}]}`, `{"resourceLogs":[{"scopeLogs":7}]}`,
		`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{"key":"event.name","value":{"intValue":{"a":[]}}}]}]}]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(JSON, body, secret, now)
		held(t, r, err)
	})
}
