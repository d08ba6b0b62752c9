// Package docs_test checks the project's documents: every relative link leads
// to a file that exists, and every anchor to a heading of it.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// root is the project's directory as seen from this package.
const root = ".."

var (
	inline  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
)

func TestLinks(t *testing.T) {
	for _, doc := range documents(t) {
		text := read(t, doc)
		for _, m := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if why := broken(t, doc, m[1]); why != "" {
				t.Errorf("%s links to %s: %s", strings.TrimPrefix(doc, root+"/"), m[1], why)
			}
		}
	}
}

func TestEveryDecisionIsListed(t *testing.T) {
	house := read(t, filepath.Join(root, "docs", "house.md"))
	decisions, err := filepath.Glob(filepath.Join(root, "docs", "decisions", "*.md"))
	if err != nil || len(decisions) == 0 {
		t.Fatalf("no decisions found (%v)", err)
	}
	for _, d := range decisions {
		if !strings.Contains(house, "decisions/"+filepath.Base(d)) {
			t.Errorf("docs/house.md does not link to decisions/%s", filepath.Base(d))
		}
	}
}

func TestAnchors(t *testing.T) {
	for title, want := range map[string]string{
		"The path of a request": "the-path-of-a-request",
		"`make run`, twice":     "make-run-twice",
		"What is up & running?": "what-is-up--running",
	} {
		if got := anchor(title); got != want {
			t.Errorf("anchor(%q) = %q, want %q", title, got, want)
		}
	}
}

// documents lists the Markdown files of the project, hidden and built directories and what tests compare with aside.
func documents(t *testing.T) []string {
	t.Helper()
	var docs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"bin", "tmp", "node_modules", "testdata"}, d.Name())) {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			docs = append(docs, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// broken returns what is wrong with a link of doc, "" when nothing is. Links to other sites are not followed.
func broken(t *testing.T, doc, link string) string {
	t.Helper()
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return ""
	}
	path, fragment, _ := strings.Cut(link, "#")
	target := doc
	if path != "" {
		target = filepath.Join(filepath.Dir(doc), path)
	}
	if _, err := os.Stat(target); err != nil {
		return "there is no such file"
	}
	if fragment == "" || !strings.HasSuffix(target, ".md") {
		return ""
	}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(read(t, target), ""), -1) {
		if anchor(m[1]) == fragment {
			return ""
		}
	}
	return "there is no such heading"
}

// anchor turns a heading into its fragment, as code hosts do.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
