package rollout

import (
	"archive/zip"
	"bytes"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"groundswell/internal/fault"
)

// office are the documents that are zip archives, by the folder each has.
var office = []struct{ folder, media string }{
	{"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
}

// endings are the ends of names that say what a file is, the usual one first.
var endings = map[string][]string{
	"image/png": {".png"}, "image/jpeg": {".jpg", ".jpeg"}, "application/pdf": {".pdf"},
	"text/plain":    {".txt", ".csv", ".tsv", ".md", ".log"},
	office[0].media: {".docx"}, office[1].media: {".xlsx"}, office[2].media: {".pptx"},
}

// withEnding returns a name that ends as its media type does: systems run files by
// what they are called, whatever is in them.
func withEnding(name, media string) string {
	if known := endings[media]; len(known) > 0 && !slices.Contains(known, strings.ToLower(path.Ext(name))) {
		return name + known[0]
	}
	return name
}

// acceptFile returns the media type of a file that can be kept as proof, by what
// is in it: pictures, PDF, plain text and office documents, and nothing that runs.
func acceptFile(body []byte) (string, error) {
	switch {
	case len(body) == 0:
		return "", fault.Field("file", "This file is empty.")
	case len(body) > MaxProofBytes:
		return "", &fault.Error{Kind: fault.TooLarge, Say: "A proof may have 5 MB at most. Leave a link to it instead.",
			Fields: map[string]string{"file": "Use a file of 5 MB at most, or leave a link."}}
	}
	media, _, _ := strings.Cut(http.DetectContentType(body), ";")
	switch {
	case media == "image/png", media == "image/jpeg", media == "application/pdf":
		return media, nil
	case media == "application/zip":
		media = officeType(body)
	case media == "text/plain" && plain(body):
		return media, nil
	default:
		media = ""
	}
	if media == "" {
		return "", fault.Field("file", "Use a PNG, JPEG, PDF, text, CSV, Word, Excel or PowerPoint file.")
	}
	return media, nil
}

// plain reports whether body is text that no browser or shell would run.
func plain(body []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 1024)]))
	return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0 && !bytes.HasPrefix(start, []byte("#!")) && !bytes.Contains(start, []byte("<svg")) &&
		!bytes.Contains(start, []byte("<html")) && !bytes.Contains(start, []byte("<script")) && !bytes.HasPrefix(start, []byte("<?"))
}

// officeType returns the media type of an office document, "" for any other
// archive and for one with macros.
func officeType(body []byte) string {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return ""
	}
	found, types := "", false
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if strings.HasSuffix(name, "vbaproject.bin") {
			return ""
		}
		types = types || name == "[content_types].xml"
		for _, o := range office {
			if found == "" && strings.HasPrefix(name, o.folder) {
				found = o.media
			}
		}
	}
	if !types {
		return ""
	}
	return found
}
