package telemetry

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"strings"
	"time"

	"groundswell/internal/fault"
)

// Encoding is how a request's body is written, and its answer with it.
type Encoding int

// The encodings that OTLP over HTTP has.
const (
	Protobuf Encoding = iota
	JSON
)

// EncodingOf reads a Content-Type. The encoding is Protobuf when ok is false.
func EncodingOf(contentType string) (e Encoding, ok bool) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return Protobuf, false
	}
	switch media {
	case "application/x-protobuf":
		return Protobuf, true
	case "application/json":
		return JSON, true
	}
	return Protobuf, false
}

// ContentType is what an answer in e is labelled with.
func (e Encoding) ContentType() string {
	if e == JSON {
		return "application/json"
	}
	return "application/x-protobuf"
}

var (
	errPacked   = fault.New(fault.Invalid, "The body is not the gzip stream that Content-Encoding says it is.")
	errUnpacked = fault.New(fault.TooLarge, "The body is too large when unpacked. Set the exporter to smaller batches.")
)

// maxRatio bounds how far a body may grow; real batches grow tenfold or so.
const maxRatio = 250

// Unpack undoes a Content-Encoding, within [MaxDecoded]. ok is false when the
// encoding is none that is taken.
func Unpack(body []byte, contentEncoding string) (plain []byte, ok bool, err error) {
	switch strings.ToLower(strings.TrimSpace(contentEncoding)) {
	case "", "identity":
		return body, true, nil
	case "gzip":
		plain, err = gunzip(body)
		return plain, true, err
	}
	return nil, false, nil
}

func gunzip(body []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errPacked
	}
	limit := min(MaxDecoded, maxRatio*len(body)+64<<10)
	plain, err := io.ReadAll(io.LimitReader(z, int64(limit)+1))
	if len(plain) > limit {
		return nil, errUnpacked
	}
	if err != nil || z.Close() != nil {
		return nil, errPacked
	}
	return plain, nil
}

// decode reads an unpacked body. It is Invalid when the body is no export of
// logs, and TooLarge when it holds more than [MaxRecords]; nothing of it is taken then.
func decode(e Encoding, body []byte, h hasher, now time.Time) (Reading, error) {
	r := &reader{hash: h, now: now, out: Reading{Rejected: map[Reason]int{}}}
	take := r.protobuf
	if e == JSON {
		take = r.json
	}
	if err := take(body); err != nil {
		return Reading{}, err
	}
	return r.out, nil
}
