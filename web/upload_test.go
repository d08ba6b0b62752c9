package web

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"groundswell/internal/route"
)

// zeros is an endless body.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// A body of 100 MB is refused with a page that says why, and is never held.
func TestATooLargeUploadIsRefusedEarly(t *testing.T) {
	_, b := newRosterSite(t)
	const size = 100 << 20
	for _, length := range []int64{size, -1} {
		r := b.request("POST", route.Imports, nil)
		head := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"huge.csv\"\r\n\r\n"
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(io.MultiReader(strings.NewReader(head), zeros{}), size)), length
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := b.do(r)
		runtime.ReadMemStats(&after)
		if a.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(drawn(t, a).Find("#file-error").Text(), "larger than 32 MiB. Nothing was imported.") {
			t.Errorf("length %d: %d", length, a.StatusCode)
		}
		if made := after.TotalAlloc - before.TotalAlloc; length > 0 && made > 16<<20 {
			t.Errorf("refusing it took %d MiB", made>>20)
		}
	}
}

// Only the form for files takes more than a page's form does.
func TestOtherFormsStaySmall(t *testing.T) {
	_, b := newRosterSite(t)
	for _, path := range []string{route.Waves, route.Imports + "/1/apply", route.Theme} {
		r := b.request("POST", path, nil)
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, 2<<20)), 2<<20
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if a := b.do(r); a.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

func TestUploadedNamesAreShort(t *testing.T) {
	for sent, want := range map[string]string{
		"people.csv": "people.csv", `C:\Users\ines\people.csv`: "people.csv", "../../etc/passwd": "passwd", "a\x00b\r\n.csv": "ab.csv",
		"": "", "/": "", "\xff.csv": ".csv", strings.Repeat("ä", 200): strings.Repeat("ä", 120) + "…",
	} {
		if got := fileName(sent); got != want {
			t.Errorf("%q is shown as %q, want %q", sent, got, want)
		}
	}
}

// FuzzUpload reads forms of any shape: an answer below 500, whatever they hold.
func FuzzUpload(f *testing.F) {
	f.Add("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nemail\r\n--x--\r\n")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\xff\x00\r\n--x--\r\n")
	f.Add(strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"what\"\r\n\r\npeople\r\n", 20))
	f.Fuzz(func(t *testing.T, body string) {
		r, err := http.NewRequest("POST", route.Imports, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		u, err := readUpload(discard{}, r)
		if err == nil && u.pasted != (u.name == pastedName && string(u.body) == u.text) {
			t.Errorf("%+v", u)
		}
	})
}

// discard is an answer that nobody reads.
type discard struct{}

// Header implements http.ResponseWriter.
func (discard) Header() http.Header { return http.Header{} }

// Write implements http.ResponseWriter.
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader implements http.ResponseWriter.
func (discard) WriteHeader(int) {}
