package telemetry

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// The shapes of OTLP's JSON. Lists stay raw until they are walked, so that a
// long one costs no memory; numbers come as numbers or as text.
type (
	jsonRequest struct {
		ResourceLogs json.RawMessage `json:"resourceLogs"`
	}
	jsonResourceLogs struct {
		Resource struct {
			Attributes json.RawMessage `json:"attributes"`
		} `json:"resource"`
		ScopeLogs json.RawMessage `json:"scopeLogs"`
	}
	jsonScopeLogs struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		LogRecords json.RawMessage `json:"logRecords"`
	}
	jsonRecord struct {
		Time       json.RawMessage `json:"timeUnixNano"`
		Observed   json.RawMessage `json:"observedTimeUnixNano"`
		EventName  string          `json:"eventName"`
		Body       json.RawMessage `json:"body"`
		Attributes json.RawMessage `json:"attributes"`
	}
	jsonKeyValue struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	}
	jsonValue struct {
		String *string         `json:"stringValue"`
		Bool   json.RawMessage `json:"boolValue"`
		Int    json.RawMessage `json:"intValue"`
		Double jsonDouble      `json:"doubleValue"`
	}
)

// json reads a request in OTLP's JSON.
func (r *reader) json(body []byte) error {
	var req *jsonRequest
	if err := json.Unmarshal(body, &req); err != nil || req == nil {
		return errMalformed
	}
	left := maxItems
	return list(&left, req.ResourceLogs, func(res jsonResourceLogs) error {
		var from origin
		err := list(&left, res.Resource.Attributes, func(kv jsonKeyValue) error {
			value, err := jsonText(kv.Value, maxText)
			from.resourceAttr(kv.Key, value)
			return err
		})
		if err != nil {
			return err
		}
		return list(&left, res.ScopeLogs, func(s jsonScopeLogs) error {
			from.scope = s.Scope.Name
			return list(&left, s.LogRecords, func(in jsonRecord) error {
				rec, err := in.record(&left)
				if err != nil {
					return err
				}
				return r.add(from, rec)
			})
		})
	})
}

// maxItems bounds the elements of all lists of a request: each costs time, even an empty one.
const maxItems = 500_000

// list calls fn for each element of a JSON list; absent and null are empty ones.
// left is how many elements may still come.
func list[T any](left *int, raw json.RawMessage, fn func(T) error) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('[') {
		return errMalformed
	}
	for dec.More() {
		if *left--; *left < 0 {
			return errTooMany
		}
		var v T
		if dec.Decode(&v) != nil {
			return errMalformed
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}

func (in jsonRecord) record(left *int) (*record, error) {
	rec := &record{field: cut(in.EventName, maxName), attrs: map[string]string{}, nanos: jsonNanos(in.Time), observed: jsonNanos(in.Observed)}
	var err error
	if rec.body, err = jsonText(in.Body, maxName); err != nil {
		return nil, err
	}
	err = list(left, in.Attributes, func(kv jsonKeyValue) error {
		if !read[kv.Key] {
			return nil
		}
		value, err := jsonText(kv.Value, maxText)
		rec.attrs[kv.Key] = value
		return err
	})
	return rec, err
}

// jsonNanos reads a time; 0 when there is none.
func jsonNanos(raw json.RawMessage) uint64 {
	n, err := strconv.ParseUint(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// jsonText reads a value as text of at most limit bytes; "" for lists, maps, bytes and null.
func jsonText(raw json.RawMessage, limit int) (string, error) {
	var v jsonValue
	if len(raw) == 0 {
		return "", nil
	}
	if json.Unmarshal(raw, &v) != nil {
		return "", errMalformed
	}
	if v.String != nil {
		return cut(*v.String, limit), nil
	}
	for _, scalar := range []json.RawMessage{v.Bool, v.Int, json.RawMessage(v.Double)} {
		if len(scalar) == 0 || string(scalar) == "null" {
			continue
		}
		if scalar[0] == '{' || scalar[0] == '[' {
			return "", errMalformed
		}
		return cut(strings.Trim(string(scalar), `"`), limit), nil
	}
	return "", nil
}

// cut is [head] for strings.
func cut(s string, limit int) string {
	if len(s) > limit {
		return s[:limit+1]
	}
	return s
}

// jsonDouble is a number in the spelling that protobuf's numbers get, so that a
// record has one key in either encoding.
type jsonDouble json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (d *jsonDouble) UnmarshalJSON(raw []byte) error {
	*d = jsonDouble(bytes.Clone(raw))
	if f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64); err == nil {
		*d = strconv.AppendFloat(nil, f, 'g', -1, 64)
	}
	return nil
}
