package web

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/telemetry"
)

// exportsPerMinute is how many requests one token may bring: a desktop sends
// one every few seconds, and an organization shares a token.
const exportsPerMinute = 60_000

// The waits that refusals ask for, in seconds: long enough to help, shorter than
// exporters are patient.
const (
	waitBusy = "2"
	waitFast = "15"
)

var (
	errTooFast   = fault.New(fault.TooMany, "This token brings more requests than the receiver takes. Nothing of this request was kept. Send it again later.")
	errMediaType = fault.New(fault.Invalid, "OTLP comes as application/x-protobuf or application/json. Set the exporter's protocol to http/protobuf or http/json.")
)

// exporters are the desktop apps: they bring a token of their own kind and no role.
var exporters = access{kind: forExporters}

// otlp reports whether a path is one that exporters of telemetry ask for, or
// would like to: those that have /v1/logs at their end were set up with an
// address too long.
func otlp(path string) bool {
	return hasPrefix(path, "/v1/") || strings.HasSuffix(path, route.OTLPLogs)
}

// admitExporter lets in who brings a token for telemetry, at a pace that can be served.
func (s *Server) admitExporter(w http.ResponseWriter, r *http.Request) error {
	now := s.Now()
	token := bearerText(r)
	_, err := s.Telemetry.Intake.Admit(r.Context(), token, now)
	if fault.Is(err, fault.Unauthenticated) {
		s.Telemetry.Intake.Note(telemetry.BadToken, now)
		if s.knocks.OnLimit(w, r, address(r)) {
			return errTooMany
		}
		return err
	}
	if err == nil && s.exports.OnLimit(w, r, token) {
		w.Header().Set("Retry-After", waitFast)
		return errTooFast
	}
	return err
}

// receiveLogs takes in one export of logs. It answers that all went well only
// when every record that it does not reject is committed.
func (s *Server) receiveLogs(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	encoding, ok := telemetry.EncodingOf(r.Header.Get("Content-Type"))
	if !ok {
		return errMediaType
	}
	body, release, err := s.readExport(r)
	if err != nil {
		return err
	}
	defer release()
	got, err := s.Telemetry.Intake.Take(r.Context(), encoding, r.Header.Get("Content-Encoding"), body, s.Now())
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, encoding.ContentType(), encoding.Answer(got.Refused(), got.Why()))
}

// readExport reads a body for which there is room. release must be called when
// it is no longer needed.
func (s *Server) readExport(r *http.Request) (body []byte, release func(), err error) {
	size := r.ContentLength
	if size < 0 || size > telemetry.MaxBody {
		size = telemetry.MaxBody
	}
	release, err = s.Telemetry.Intake.Reserve(size)
	if err != nil {
		return nil, nil, err
	}
	body, err = io.ReadAll(r.Body)
	if err != nil {
		release()
		return nil, nil, readFailed(err)
	}
	return body, release, nil
}

// readFailed says that a body broke off; one that is too large stays what it is.
func readFailed(err error) error {
	if tooLarge(err) {
		return err
	}
	return fault.Wrap(fault.Invalid, "The body broke off before its end.", err)
}

// failOTLP answers an exporter's error in its own encoding, with the status by
// which it decides whether to send again, and takes note of it for the page.
func (s *Server) failOTLP(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	encoding, ok := telemetry.EncodingOf(r.Header.Get("Content-Type"))
	if !ok {
		encoding = telemetry.JSON
	}
	switch {
	case errors.Is(f, errMediaType), errors.Is(f, telemetry.ErrEncoding):
		status = http.StatusUnsupportedMediaType
	case f.Kind == fault.Invalid:
		status = http.StatusBadRequest
	case f.Kind == fault.Unavailable:
		w.Header().Set("Retry-After", waitBusy)
	}
	if why, ok := refusals[status]; ok && s.Telemetry.Intake != nil && !errors.Is(f, errTooMany) {
		s.Telemetry.Intake.Note(why, s.Now())
	}
	_ = send(w, status, encoding.ContentType(), encoding.Refusal(rpcCodes[status], f.Say))
}

// refusals are the statuses that the page about telemetry counts. Bad tokens are
// counted where they are checked.
var refusals = map[int]telemetry.Reason{
	http.StatusBadRequest:            telemetry.Malformed,
	http.StatusNotFound:              telemetry.WrongPath,
	http.StatusMethodNotAllowed:      telemetry.WrongMethod,
	http.StatusRequestEntityTooLarge: telemetry.TooLarge,
	http.StatusUnsupportedMediaType:  telemetry.WrongType,
	http.StatusTooManyRequests:       telemetry.Busy,
	http.StatusServiceUnavailable:    telemetry.Busy,
}

var rpcCodes = map[int]int{
	http.StatusBadRequest:            telemetry.CodeInvalid,
	http.StatusUnauthorized:          telemetry.CodeUnauthenticated,
	http.StatusNotFound:              telemetry.CodeNotFound,
	http.StatusMethodNotAllowed:      telemetry.CodeUnimplemented,
	http.StatusRequestEntityTooLarge: telemetry.CodeInvalid,
	http.StatusUnsupportedMediaType:  telemetry.CodeInvalid,
	http.StatusTooManyRequests:       telemetry.CodeExhausted,
	http.StatusServiceUnavailable:    telemetry.CodeUnavailable,
	http.StatusInternalServerError:   telemetry.CodeInternal,
}
