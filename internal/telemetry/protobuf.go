package telemetry

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the fields that are read, by message of OTLP's logs, version 1.
// The body is walked, not unmarshalled: what is not read costs no memory, and
// nothing nests deeper than what is named here.
const (
	requestResources = 1 // ExportLogsServiceRequest.resource_logs
	logsResource     = 1 // ResourceLogs.resource
	logsScopes       = 2 // ResourceLogs.scope_logs
	resourceAttrs    = 1 // Resource.attributes
	scopeScope       = 1 // ScopeLogs.scope
	scopeRecords     = 2 // ScopeLogs.log_records
	scopeName        = 1 // InstrumentationScope.name
	recordTime       = 1
	recordBody       = 5
	recordAttrs      = 6
	recordObserved   = 11
	recordEventName  = 12
	keyValueKey      = 1
	keyValueValue    = 2
	valueString      = 1
	valueBool        = 2
	valueInt         = 3
	valueDouble      = 4
)

// wire is the value of one field: its bytes, or its number.
type wire struct {
	kind  protowire.Type
	bytes []byte
	num   uint64
}

// message reports whether the value is one that has bytes: a text or a message.
func (w wire) message() bool { return w.kind == protowire.BytesType }

// walk calls fn for each field of a message.
func walk(b []byte, fn func(protowire.Number, wire) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return errMalformed
		}
		b = b[size:]
		w, size := consume(n, kind, b)
		if size < 0 {
			return errMalformed
		}
		b = b[size:]
		if err := fn(n, w); err != nil {
			return err
		}
	}
	return nil
}

func consume(n protowire.Number, kind protowire.Type, b []byte) (w wire, size int) {
	w.kind = kind
	switch kind {
	case protowire.BytesType:
		w.bytes, size = protowire.ConsumeBytes(b)
	case protowire.VarintType:
		w.num, size = protowire.ConsumeVarint(b)
	case protowire.Fixed64Type:
		w.num, size = protowire.ConsumeFixed64(b)
	default:
		size = protowire.ConsumeFieldValue(n, kind, b)
	}
	return w, size
}

// each calls fn for every message in field n of b.
func each(b []byte, n protowire.Number, fn func([]byte) error) error {
	return walk(b, func(have protowire.Number, w wire) error {
		if have != n || !w.message() { // a field of another kind than it should be is an unknown one
			return nil
		}
		return fn(w.bytes)
	})
}

// protobuf reads a request in protobuf.
func (r *reader) protobuf(body []byte) error {
	return each(body, requestResources, r.resourceLogs)
}

// resourceLogs reads the resource before the records, wherever it stands.
func (r *reader) resourceLogs(b []byte) error {
	var from origin
	err := each(b, logsResource, func(b []byte) error {
		return each(b, resourceAttrs, func(b []byte) error {
			key, value, err := keyValue(b, nil)
			from.resourceAttr(key, value)
			return err
		})
	})
	if err != nil {
		return err
	}
	return each(b, logsScopes, func(b []byte) error { return r.scopeLogs(from, b) })
}

func (r *reader) scopeLogs(from origin, b []byte) error {
	err := each(b, scopeScope, func(b []byte) error {
		return each(b, scopeName, func(b []byte) error {
			from.scope = string(head(b, maxName))
			return nil
		})
	})
	if err != nil {
		return err
	}
	return each(b, scopeRecords, func(b []byte) error {
		rec, err := recordOf(b)
		if err != nil {
			return err
		}
		return r.add(from, rec)
	})
}

func recordOf(b []byte) (*record, error) {
	rec := &record{attrs: map[string]string{}}
	err := walk(b, func(n protowire.Number, w wire) (err error) {
		switch {
		case n == recordTime && w.kind == protowire.Fixed64Type:
			rec.nanos = w.num
		case n == recordObserved && w.kind == protowire.Fixed64Type:
			rec.observed = w.num
		case n == recordEventName && w.message():
			rec.field = string(head(w.bytes, maxName))
		case n == recordBody && w.message():
			rec.body, err = text(w.bytes, maxName)
		case n == recordAttrs && w.message():
			var key, value string
			if key, value, err = keyValue(w.bytes, read); key != "" {
				rec.attrs[key] = value
			}
		}
		return err
	})
	return rec, err
}

// maxText bounds what is copied of an attribute.
const maxText = 2 << 10

// keyValue reads an attribute whose value is a text, number or boolean. One that
// is not wanted comes back without a key; nil wants all.
func keyValue(b []byte, wanted map[string]bool) (key, value string, err error) {
	var v []byte
	err = walk(b, func(n protowire.Number, w wire) error {
		switch {
		case n == keyValueKey && w.message():
			key = string(head(w.bytes, maxName))
		case n == keyValueValue && w.message():
			v = w.bytes
		}
		return nil
	})
	if err != nil || wanted != nil && !wanted[key] {
		return "", "", err
	}
	value, err = text(v, maxText)
	return key, value, err
}

// text reads a value as text of at most limit bytes; "" for lists, maps and bytes.
func text(b []byte, limit int) (string, error) {
	out := ""
	err := walk(b, func(n protowire.Number, w wire) error {
		switch {
		case n == valueString && w.message():
			out = string(head(w.bytes, limit))
		case n == valueBool && w.kind == protowire.VarintType:
			out = strconv.FormatBool(w.num != 0)
		case n == valueInt && w.kind == protowire.VarintType:
			out = strconv.FormatInt(int64(w.num), 10)
		case n == valueDouble && w.kind == protowire.Fixed64Type:
			out = strconv.FormatFloat(math.Float64frombits(w.num), 'g', -1, 64)
		}
		return nil
	})
	return out, err
}

// head is the beginning of b. What is cut is no name any more and reads as none:
// one byte more than the limit is left, so that the cut shows.
func head(b []byte, limit int) []byte {
	if len(b) > limit {
		return b[:limit+1]
	}
	return b
}
