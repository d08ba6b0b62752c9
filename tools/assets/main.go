// Command assets compiles static/css, static/js and static/lib into
// static/dist, with esbuild's Go API: nothing but Go is needed to change the
// look. With -check it writes nothing and fails when dist is not current.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const root = "../static"

func main() {
	check := flag.Bool("check", false, "compare only; fail when static/dist is not current")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	want, err := compile()
	if err != nil {
		return err
	}
	if check {
		return compare(want)
	}
	return write(want)
}

// compile returns the files of dist by name.
func compile() (map[string][]byte, error) {
	out := map[string][]byte{}
	fonts := map[string]string{ // where css finds a font → its name in dist
		"../lib/inter/inter-latin-wght-normal.woff2":     "inter-latin.woff2",
		"../lib/inter/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
	}
	hashed := map[string]string{}
	for from, name := range fonts {
		b, err := os.ReadFile(filepath.Join(root, "css", from))
		if err != nil {
			return nil, err
		}
		out[name] = b
		hashed[from] = "./" + hashedName(name, b)
	}
	var err error
	if out["app.css"], err = bundle(filepath.Join(root, "css/index.css"), hashed); err != nil {
		return nil, err
	}
	for _, name := range []string{"gs.js", "form.js", "comms.js"} {
		if out[name], err = bundle(filepath.Join(root, "js", name), nil); err != nil {
			return nil, err
		}
	}
	for name, from := range map[string]string{
		"htmx.js": "lib/htmx/htmx.min.js", "mark.svg": "lib/mark.svg",
		"icon-180.png": "lib/icon/180.png", "icon-192.png": "lib/icon/192.png", "icon-512.png": "lib/icon/512.png", "icon-maskable-512.png": "lib/icon/maskable-512.png",
	} {
		if out[name], err = os.ReadFile(filepath.Join(root, from)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// hashedName is static.HashedName; this module does not import the app's.
func hashedName(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
}

// bundle joins and minifies an entry file; rewritten imports are left alone.
func bundle(entry string, rewritten map[string]string) ([]byte, error) {
	r := api.Build(api.BuildOptions{
		EntryPoints:       []string{entry},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone,
		Charset:           api.CharsetUTF8,
		Format:            api.FormatIIFE,
		Plugins:           []api.Plugin{rewrite(rewritten)},
		LogLevel:          api.LogLevelSilent,
	})
	if len(r.Errors) > 0 || len(r.Warnings) > 0 {
		return nil, complaint(append(r.Errors, r.Warnings...)[0])
	}
	return r.OutputFiles[0].Contents, nil
}

func complaint(m api.Message) error {
	if m.Location == nil {
		return errors.New(m.Text)
	}
	return fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text)
}

// rewrite replaces addresses of files by those that dist serves them under.
func rewrite(paths map[string]string) api.Plugin {
	return api.Plugin{Name: "rewrite", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `\.woff2$`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			to, ok := paths[a.Path]
			if !ok {
				return api.OnResolveResult{}, fmt.Errorf("%s is no font of dist", a.Path)
			}
			return api.OnResolveResult{Path: to, External: true}, nil
		})
	}}
}

func write(want map[string][]byte) error {
	dir := filepath.Join(root, "dist")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, b := range want {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func compare(want map[string][]byte) error {
	names := make([]string, 0, len(want))
	for name := range want {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		have, err := os.ReadFile(filepath.Join(root, "dist", name))
		if errors.Is(err, fs.ErrNotExist) || (err == nil && !bytes.Equal(have, want[name])) {
			return fmt.Errorf("static/dist/%s is not current: run `make generate`", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
