package main

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// arrival is a mail as it arrived, decoded.
type arrival struct {
	header     mail.Header
	subject    string
	text, html string
}

// readMail decodes a mail with the standard library alone.
func readMail(t *testing.T, data string) arrival {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	a := arrival{header: m.Header}
	if a.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, with, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("a mail of %q: %v", kind, err)
	}
	for parts := multipart.NewReader(m.Body, with["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return a
		}
		if err != nil {
			t.Fatal(err)
		}
		var body io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			a.html = string(text)
		} else {
			a.text = string(text)
		}
	}
}
