package rollout

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"groundswell/internal/fault"
)

// png is a picture of one point.
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAcceptFile(t *testing.T) {
	picture, _ := base64.StdEncoding.DecodeString(png)
	for name, tc := range map[string]struct {
		body []byte
		want string // media type; "" is refused
	}{
		"a picture":               {picture, "image/png"},
		"a photograph":            {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), "image/jpeg"},
		"a PDF":                   {[]byte("%PDF-1.7\n"), "application/pdf"},
		"text":                    {[]byte("All groups are there."), "text/plain"},
		"CSV":                     {[]byte("email,name\na@example.com,Ä\n"), "text/plain"},
		"a Word document":         {archive(t, "[Content_Types].xml", "word/document.xml"), office[0].media},
		"an Excel workbook":       {archive(t, "xl/workbook.xml", "[Content_Types].xml"), office[1].media},
		"a PowerPoint":            {archive(t, "[Content_Types].xml", "ppt/presentation.xml"), office[2].media},
		"a workbook with macros":  {archive(t, "[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), ""},
		"any other archive":       {archive(t, "word/document.xml"), ""},
		"a broken archive":        {[]byte("PK\x03\x04 and nothing else"), ""},
		"a Windows program":       {append([]byte("MZ\x90\x00\x03\x00\x00\x00"), make([]byte, 200)...), ""},
		"a Linux program":         {append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...), ""},
		"a Mac program":           {append([]byte("\xcf\xfa\xed\xfe"), make([]byte, 200)...), ""},
		"a script":                {[]byte("#!/bin/sh\nrm -rf /\n"), ""},
		"a page":                  {[]byte("<!DOCTYPE html><html></html>"), ""},
		"a page that hides":       {[]byte("hello <script>alert(1)</script>"), ""},
		"a drawing":               {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ""},
		"a drawing behind a head": {[]byte(`<?xml version="1.0"?><svg/>`), ""},
		"an animation":            {[]byte("GIF89a"), ""},
		"text with a null":        {[]byte("a\x00b"), ""},
		"text of another time":    {[]byte("caf\xe9"), ""},
		"nothing":                 {nil, ""},
	} {
		got, err := acceptFile(tc.body)
		if got != tc.want || (tc.want == "") != fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := acceptFile(make([]byte, MaxProofBytes+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a file that is too large: %v", err)
	}
	if _, err := acceptFile(bytes.Repeat([]byte("a"), MaxProofBytes)); err != nil {
		t.Errorf("a file that is just small enough: %v", err)
	}
}

func TestLinksAreWholeAddresses(t *testing.T) {
	for _, bad := range []string{"", "wiki", "wiki.example.com/page", "/page", "//example.com", "javascript:alert(1)", "data:text/html,x", "ftp://example.com",
		"https://", "https:///page", "https://user:pass@example.com", "https://exa mple.com", "http://[::1", "https://example.com/\x00", "https://" + strings.Repeat("a", maxURL)} {
		if c, err := addLink(running(Task{}), acting{ines, began}, 1, "", bad); !fault.Is(err, fault.Invalid) || !c.Empty() {
			t.Errorf("%q: %v", bad, err)
		}
	}
	c, err := addLink(running(Task{}), acting{ines, began}, 1, " ", " https://wiki.example.com/page?a=b#c ")
	if err != nil || c.Proofs[0].URL != "https://wiki.example.com/page?a=b#c" || c.Proofs[0].Name != "wiki.example.com/page?a=b#c" {
		t.Errorf("%+v, %v", c.Proofs, err)
	}
}

func TestProofsAreTakenBackByWhoLeftThem(t *testing.T) {
	p := running(Task{Owner: danaOwner})
	p.Proofs[1] = []Proof{{ID: 5, Task: 1, Name: "Hers", By: danaOwner}, {ID: 6, Task: 1, Name: "Another's", By: Person{Email: "max@example.com"}}}
	for _, tc := range []struct {
		a     acting
		proof int64
		want  fault.Kind
	}{
		{acting{danaActs, began}, 5, ""}, {acting{danaActs, began}, 6, fault.Forbidden}, {acting{ines, began}, 6, ""},
		{acting{ines, began}, 7, fault.NotFound}, {acting{tomas, began}, 5, fault.NotFound},
	} {
		_, err := removeProof(p, tc.a, 1, tc.proof)
		if (tc.want == "") != (err == nil) || tc.want != "" && !fault.Is(err, tc.want) {
			t.Errorf("%s takes %d: %v", tc.a.by.Name, tc.proof, err)
		}
	}
}

func TestFileNamesAreNames(t *testing.T) {
	for in, want := range map[string]string{`C:\a\b.txt`: "b.txt", "../../etc/passwd": "passwd", "a/": "a", "": "file", "/": "file", "b.pdf": "b.pdf", "\u202efdp\x00.exe": "fdp.exe"} {
		if got := fileName(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// Systems run files by what they are called: text that is called a program is called text.
func TestFilesEndAsWhatTheyAre(t *testing.T) {
	picture, _ := base64.StdEncoding.DecodeString(png)
	text := []byte("@echo off")
	for _, c := range []struct {
		sent, kept string
		body       []byte
	}{
		{"a.txt", "a.txt", text}, {"a.CSV", "a.CSV", text}, {"a.bat", "a.bat.txt", text}, {"a.html", "a.html.txt", text}, {"", "file.txt", text},
		{"a.png", "a.png", picture}, {"a.exe", "a.exe.png", picture}, {"a.jpeg", "a.jpeg", []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00")},
		{"a.pdf.js", "a.pdf.js.pdf", []byte("%PDF-1.7\n")}, {"a.xlsx", "a.xlsx", archive(t, "[Content_Types].xml", "xl/workbook.xml")},
		{"a.xlsm", "a.xlsm.docx", archive(t, "[Content_Types].xml", "word/document.xml")},
	} {
		got, err := addFile(running(Task{}), acting{ines, began}, 1, c.sent, c.body)
		if err != nil || got.Proofs[0].Name != c.kept {
			t.Errorf("%q is kept as %+v, %v; want %q", c.sent, got.Proofs, err, c.kept)
		}
	}
}
