package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// What a first visit to any page loads beside its HTML, compressed, in bytes.
const firstLoadBudget = 100 * 1024

func get(t *testing.T, url string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFirstLoadKeepsItsBudget(t *testing.T) {
	total := 0
	for _, name := range []string{"app.css", "htmx.js", "gs.js", "form.js", "inter-latin.woff2", "mark.svg"} {
		n := len(body(t, get(t, URL(name), "Accept-Encoding", "gzip")))
		t.Logf("%-18s %6d bytes", name, n)
		total += n
	}
	if total > firstLoadBudget {
		t.Errorf("a first load takes %d bytes, more than %d", total, firstLoadBudget)
	}
	if own := len(body(t, get(t, URL("gs.js"), "Accept-Encoding", "gzip"))); own > 3*1024 {
		t.Errorf("gs.js takes %d bytes, more than 3 KB", own)
	}
	if forms := len(body(t, get(t, URL("form.js"), "Accept-Encoding", "gzip"))); forms > 2*1024 {
		t.Errorf("form.js takes %d bytes, more than 2 KB", forms)
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8", "gs.js": "text/javascript; charset=utf-8",
		"inter-latin.woff2": "font/woff2", "mark.svg": "image/svg+xml", "icon-192.png": "image/png",
	} {
		res := get(t, URL(name))
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %q, want 200 %q", name, res.StatusCode, res.Header.Get("Content-Type"), kind)
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		again := get(t, URL(name), "If-None-Match", res.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || len(body(t, again)) != 0 {
			t.Errorf("%s: asked again with its ETag: %d", name, again.StatusCode)
		}
	}
}

func TestCompressedAndPlainAreTheSame(t *testing.T) {
	plain := get(t, URL("app.css"))
	if enc := plain.Header.Get("Content-Encoding"); enc != "" {
		t.Fatalf("asked for no encoding, got %q", enc)
	}
	packed := get(t, URL("app.css"), "Accept-Encoding", "br;q=1.0, gzip;q=0.8")
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v", packed.Header)
	}
	zr, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(unpacked, body(t, plain)) {
		t.Error("the compressed stylesheet is another one")
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip": true, "gzip;q=0": false, "gzip; q=0.0": false,
		"identity": false, "*": true, "x-gzip-not": false, "gzip;q=0.5, br": true,
	} {
		if acceptsGzip(header) != want {
			t.Errorf("%q: %v", header, !want)
		}
	}
}

func TestUnknownAddressesAreNotFound(t *testing.T) {
	for _, url := range []string{"/static/app.css", "/static/app.0000000000.css", "/static/", "/static/../static.go"} {
		if res := get(t, url); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", url, res.StatusCode)
		} else if strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: its absence is kept for ever", url)
		}
	}
}

func TestEveryAddressInTheStylesheetIsServed(t *testing.T) {
	css := string(body(t, get(t, URL("app.css"))))
	urls := regexp.MustCompile(`url\(\./([^)]+)\)`).FindAllStringSubmatch(css, -1)
	if len(urls) != 2 {
		t.Fatalf("%d addresses, want the two fonts", len(urls))
	}
	for _, u := range urls {
		if res := get(t, Prefix+u[1]); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", u[1], res.StatusCode)
		}
	}
	if strings.Contains(css, "http:") || strings.Contains(css, "https:") {
		t.Error("the stylesheet loads something from elsewhere")
	}
}

func TestOnlyReading(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, URL("app.css"), nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	w = httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodHead, URL("app.css"), nil))
	if w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestUnknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a misspelt name made an address")
		}
	}()
	URL("app.scss")
}
