package telemetry

import (
	"encoding/json"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Answer writes an ExportLogsServiceResponse: everything that was taken is
// kept. Records that were not taken are counted, and say explains them.
func (e Encoding) Answer(rejected int, say string) []byte {
	if e == JSON {
		return answerJSON(rejected, say)
	}
	if rejected == 0 {
		return nil
	}
	var partial []byte
	partial = protowire.AppendTag(partial, 1, protowire.VarintType)
	partial = protowire.AppendVarint(partial, uint64(rejected))
	partial = protowire.AppendTag(partial, 2, protowire.BytesType)
	partial = protowire.AppendString(partial, say)
	out := protowire.AppendTag(nil, 1, protowire.BytesType)
	return protowire.AppendBytes(out, partial)
}

func answerJSON(rejected int, say string) []byte {
	if rejected == 0 {
		return []byte("{}")
	}
	return mustJSON(map[string]any{"partialSuccess": map[string]string{
		"rejectedLogRecords": strconv.Itoa(rejected), "errorMessage": say,
	}})
}

// The codes of google.rpc.Status that refusals carry.
const (
	CodeInvalid         = 3
	CodeNotFound        = 5
	CodeExhausted       = 8
	CodeUnimplemented   = 12
	CodeInternal        = 13
	CodeUnavailable     = 14
	CodeUnauthenticated = 16
)

// Refusal writes a google.rpc.Status, the body of every answer that is no success.
func (e Encoding) Refusal(code int, say string) []byte {
	if e == JSON {
		return mustJSON(map[string]any{"code": code, "message": say})
	}
	out := protowire.AppendTag(nil, 1, protowire.VarintType)
	out = protowire.AppendVarint(out, uint64(code))
	out = protowire.AppendTag(out, 2, protowire.BytesType)
	return protowire.AppendString(out, say)
}

// mustJSON writes maps of texts and numbers, which cannot fail.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("telemetry: " + err.Error())
	}
	return b
}
