// Package scripts_test checks what is not Go: that the Dockerfile,
// docker-compose.yml, .env.example and README name settings the program reads,
// commands it has and files that exist, and that scripts/need behaves.
package scripts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"
	"go.yaml.in/yaml/v4"
)

const root = ".."

// compose is as much of docker-compose.yml as is checked.
type compose struct {
	Services map[string]struct {
		Build       string            `yaml:"build"`
		Image       string            `yaml:"image"`
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
		Volumes     []string          `yaml:"volumes"`
		DependsOn   map[string]any    `yaml:"depends_on"`
	} `yaml:"services"`
	Volumes map[string]any `yaml:"volumes"`
}

func TestComposeNamesWhatTheProgramReads(t *testing.T) {
	text := read(t, "docker-compose.yml")
	var c compose
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	settings := variables(t)
	for _, want := range []string{"app", "worker", "postgres", "mailpit"} {
		if _, ok := c.Services[want]; !ok {
			t.Errorf("there is no service %s", want)
		}
	}
	for name, s := range c.Services {
		for d := range s.DependsOn {
			if _, ok := c.Services[d]; !ok {
				t.Errorf("service %s depends on %s, which is no service", name, d)
			}
		}
		for _, v := range s.Volumes {
			if volume, _, _ := strings.Cut(v, ":"); !slices.Contains(slices.Collect(maps.Keys(c.Volumes)), volume) {
				t.Errorf("service %s mounts %s, which is no volume", name, volume)
			}
		}
		if s.Build == "" {
			continue
		}
		for v := range s.Environment {
			if !slices.Contains(settings, v) {
				t.Errorf("service %s sets %s, which the program does not read", name, v)
			}
		}
		checkCommand(t, name, s.Command)
	}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(settings, m[1]) {
			t.Errorf("docker-compose.yml refers to %s, which the program does not read", m[1])
		}
	}
}

// checkCommand checks that the program has a subcommand and its flags.
func checkCommand(t *testing.T, service string, command []string) {
	t.Helper()
	if len(command) == 0 {
		t.Errorf("service %s has no command", service)
		return
	}
	source := readAll(t, filepath.Join("cmd", "server", "*.go"))
	if !strings.Contains(source, strconv.Quote(command[0])) {
		t.Errorf("service %s runs %q, which the program does not know", service, command[0])
	}
	for _, arg := range command[1:] {
		if !strings.Contains(source, strconv.Quote(strings.TrimLeft(arg, "-"))) {
			t.Errorf("service %s passes %s, which the program does not know", service, arg)
		}
	}
}

func TestDockerfile(t *testing.T) {
	text := read(t, "Dockerfile")
	ignored := strings.Fields(read(t, ".dockerignore"))
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
		case f[0] == "COPY" && !strings.HasPrefix(f[1], "--from"):
			for _, path := range f[1 : len(f)-1] {
				if _, err := os.Stat(filepath.Join(root, path)); err != nil {
					t.Errorf("the Dockerfile copies %s, which does not exist", path)
				}
				if slices.Contains(ignored, path) {
					t.Errorf("the Dockerfile copies %s, which .dockerignore leaves out", path)
				}
			}
		case f[0] == "ENV":
			for _, pair := range f[1:] {
				if name, _, _ := strings.Cut(pair, "="); !slices.Contains(variables(t), name) {
					t.Errorf("the Dockerfile sets %s, which the program does not read", name)
				}
			}
		}
	}
	for _, want := range []string{"CGO_ENABLED=0", "USER 10001", "HEALTHCHECK", "/healthz", "./cmd/server"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile lacks %s", want)
		}
	}
	goLine := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if goLine == nil || !strings.Contains(text, "FROM golang:"+goLine[1]) {
		t.Errorf("the Dockerfile does not build with the Go of go.mod")
	}
}

// TestDockerfileCopiesEveryRoom builds the list of top directories that the program imports.
func TestDockerfileCopiesEveryRoom(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{if .Module}}{{if .Module.Main}}{{.ImportPath}}{{end}}{{end}}", "./cmd/server")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	text := read(t, "Dockerfile")
	for path := range strings.FieldsSeq(string(out)) {
		top := strings.Split(path, "/")[1]
		if !strings.Contains(text, "COPY "+top+" "+top+"\n") {
			t.Errorf("the program imports %s, and the Dockerfile does not copy %s", path, top)
		}
	}
}

func TestEveryVariableIsDocumented(t *testing.T) {
	example, readme, ops := read(t, ".env.example"), read(t, "README.md"), read(t, "docs/operations.md")
	if _, err := godotenv.Unmarshal(example); err != nil {
		t.Errorf(".env.example: %v", err)
	}
	uncommented := regexp.MustCompile(`(?m)^#([A-Z][A-Z_]+=)`).ReplaceAllString(example, "$1")
	named, err := godotenv.Unmarshal(uncommented)
	if err != nil {
		t.Fatalf(".env.example with everything switched on: %v", err)
	}
	settings := variables(t)
	if diff := cmp.Diff(settings, slices.Sorted(maps.Keys(named))); diff != "" {
		t.Errorf(".env.example does not list what the program reads (-program +example):\n%s", diff)
	}
	for _, v := range settings {
		if !strings.Contains(readme, "`"+v+"`") {
			t.Errorf("the README does not explain %s", v)
		}
	}
	for _, m := range regexp.MustCompile("`((?:GROUNDSWELL|OIDC|ANTHROPIC|SMTP)_[A-Z_]+)`").FindAllStringSubmatch(readme+ops, -1) {
		if !slices.Contains(settings, m[1]) {
			t.Errorf("the documents mention %s, which the program does not read", m[1])
		}
	}
}

func TestDocumentedMakeTargetsExist(t *testing.T) {
	makefile := read(t, "Makefile")
	for _, doc := range []string{"README.md", "CONTRIBUTING.md", "docs/operations.md"} {
		for _, m := range regexp.MustCompile("`make ([a-z]+)").FindAllStringSubmatch(read(t, doc), -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s mentions make %s, which does not exist", doc, m[1])
			}
		}
	}
}

func TestMakeHelpListsEveryTarget(t *testing.T) {
	cmd := exec.Command("make", "help")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"help", "run", "demo", "dev", "check", "test", "bench", "generate", "db", "schema"} {
		if !strings.Contains(string(out), "make "+target+" ") {
			t.Errorf("make help does not list %s:\n%s", target, out)
		}
	}
}

// variables returns the environment variables that the program reads: the env tags of its settings.
func variables(t *testing.T) []string {
	t.Helper()
	var names []string
	files, err := filepath.Glob(filepath.Join(root, "cmd", "server", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				tag, _ := strconv.Unquote(field.Tag.Value)
				if name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ","); name != "" {
					names = append(names, name)
				}
			}
			return true
		})
	}
	if len(names) == 0 {
		t.Fatal("no settings found in cmd/server")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readAll(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
