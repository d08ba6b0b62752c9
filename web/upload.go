package web

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	"groundswell/internal/telemetry"
)

// The limits of an upload. A file is held in memory once, so they hold for all of it.
const (
	maxUpload   = sheet.MaxBytes + maxBody // the file, and the form around it
	uploadTakes = 3 * time.Minute
	refusedRead = 256 << 20 // of a body that was refused, so that its sender comes to read why
	maxParts    = 8
)

// bodyLimit is how many bytes a request may bring.
func bodyLimit(r *http.Request) int64 {
	switch {
	case uploads(r):
		return maxUpload
	case r.URL.Path == route.OTLPLogs:
		return telemetry.MaxBody
	case bringsNotices(r):
		return maxNoticeBytes
	case provesByFile(r):
		return maxProof
	}
	return maxBody
}

func uploads(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == route.Imports
}

// limitBody bounds what is read. A body that says it is too long is refused
// before any of it is read; what is left of a refused one is thrown away, since
// browsers read an answer only after they have sent everything.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit, sent := bodyLimit(r), r.Body
		body := http.MaxBytesReader(w, sent, limit)
		if r.ContentLength > limit {
			body = refusedBody{limit}
		}
		r.Body = body
		next.ServeHTTP(w, r)
		if _, err := body.Read(nil); tooLarge(err) && http.NewResponseController(w).Flush() == nil && r.Header.Get("Expect") == "" {
			_, _ = io.CopyN(io.Discard, sent, refusedRead) // whoever stops sending has what they need
		}
	})
}

func tooLarge(err error) bool {
	var large *http.MaxBytesError
	return errors.As(err, &large)
}

// refusedBody is a body over the limit, of which nothing is read.
type refusedBody struct{ limit int64 }

// Read implements io.Reader.
func (b refusedBody) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: b.limit} }

// Close implements io.Closer.
func (b refusedBody) Close() error { return nil }

// upload is what came with the form: a file, or the same as text.
type upload struct {
	what, name, text string
	body             []byte
	pasted           bool // the body is the text
}

const pastedName = "Pasted text"

// readUpload reads the form part by part. A form that cannot be read is Invalid,
// one over the limit a MaxBytesError.
func readUpload(w http.ResponseWriter, r *http.Request) (upload, error) {
	patient := http.NewResponseController(w)
	_ = patient.SetReadDeadline(time.Now().Add(uploadTakes)) // without deadlines the server's own hold
	_ = patient.SetWriteDeadline(time.Now().Add(uploadTakes + requestTakes))
	parts, err := r.MultipartReader()
	if err != nil {
		return upload{}, fault.Wrap(fault.Invalid, sayUnreadable, err)
	}
	var u upload
	for range maxParts {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return u.complete()
		}
		if err == nil {
			err = u.take(p, r.ContentLength)
		}
		if err != nil {
			return upload{}, unreadable(err)
		}
	}
	return upload{}, fault.New(fault.Invalid, sayUnreadable)
}

func unreadable(err error) error {
	if tooLarge(err) {
		return err
	}
	return fault.Wrap(fault.Invalid, sayUnreadable, err)
}

// take keeps a part of the form. length is that of the whole request, -1 when unknown.
func (u *upload) take(p *multipart.Part, length int64) error {
	var buf bytes.Buffer
	if p.FormName() == "file" && length > 0 {
		buf.Grow(int(length))
	}
	if _, err := buf.ReadFrom(p); err != nil {
		return err
	}
	switch p.FormName() {
	case "what":
		u.what = buf.String()
	case "text":
		u.text = buf.String()
	case "file":
		u.name, u.body = fileName(p.FileName()), buf.Bytes()
	}
	return nil
}

// complete lets the text stand in for a file that was not chosen.
func (u upload) complete() (upload, error) {
	if !utf8.ValidString(u.what+u.text) || strings.ContainsRune(u.what+u.text, 0) {
		return upload{}, fault.New(fault.Invalid, sayUnreadable)
	}
	if len(u.body) == 0 && u.name == "" && strings.TrimSpace(u.text) != "" {
		u.name, u.body, u.pasted = pastedName, []byte(u.text), true
	}
	return u, nil
}

// fileName is the name of an uploaded file as it is shown: without a path, not too long.
func fileName(sent string) string {
	const most = 120
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(sent, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	if all := []rune(name); len(all) > most {
		name = string(all[:most]) + "…"
	}
	return name
}
