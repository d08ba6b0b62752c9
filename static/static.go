// Package static owns the files that browsers load: the compiled stylesheet,
// scripts and fonts. They are embedded, compressed once, and served under
// addresses that carry a hash of their content, so that they may be cached for
// ever. It sets no security headers; the web's middleware does.
//
// The sources are css/, js/ and lib/; tools/assets compiles them into dist/,
// which is committed.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where [Handler] is mounted.
const Prefix = "/static/"

//go:embed dist
var dist embed.FS

// file is one asset, ready to be sent.
type file struct {
	url, mime, etag string
	plain, gzipped  []byte // gzipped is nil where compressing gains nothing
}

type shelf struct {
	byName, byURL map[string]*file
}

// load reads and compresses every asset, once.
var load = sync.OnceValue(func() shelf {
	s := shelf{byName: map[string]*file{}, byURL: map[string]*file{}}
	entries, err := fs.ReadDir(dist, "dist")
	if err != nil {
		panic(fmt.Errorf("read the embedded assets: %w", err))
	}
	for _, e := range entries {
		b, err := fs.ReadFile(dist, path.Join("dist", e.Name()))
		if err != nil {
			panic(fmt.Errorf("read the embedded asset %s: %w", e.Name(), err))
		}
		f := newFile(e.Name(), b)
		s.byName[e.Name()], s.byURL[f.url] = f, f
	}
	return s
})

var mimes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
}

func newFile(name string, b []byte) *file {
	hashed := HashedName(name, b)
	f := &file{url: Prefix + hashed, etag: `"` + hashed + `"`, mime: mimes[path.Ext(name)], plain: b}
	if ext := path.Ext(name); ext != ".woff2" && ext != ".png" {
		f.gzipped = compress(b)
	}
	return f
}

// HashedName puts a hash of content before a file name's extension: app.3f2a9c41d0.css.
func HashedName(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(fmt.Errorf("compress an asset in memory: %w", err))
	}
	return out.Bytes()
}

// URL returns the address of an asset by its plain name, such as "app.css". A
// name that is not in dist is a mistake in the program, and panics.
func URL(name string) string {
	f, ok := load().byName[name]
	if !ok {
		panic("static: no asset named " + strconv.Quote(name))
	}
	return f.url
}

// Handler serves the assets under [Prefix]. An address with an old or unknown
// hash is 404: it never answers with content of another version.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := load().byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		f.serve(w, r)
	})
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", f.etag)
	body := f.plain
	if f.gzipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = f.gzipped
		}
	}
	if knows(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mime)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a reader who left is no fault of ours
	}
}

// acceptsGzip reads an Accept-Encoding header; q=0 refuses.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name != "gzip" && name != "*" {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		v, err := strconv.ParseFloat(q, 64)
		return !ok || err != nil || v > 0
	}
	return false
}

func knows(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}
