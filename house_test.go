// Package groundswell_test keeps the house in order: the table below is the
// whole import policy of the program, and a wrong import fails here with the
// room it is in and the reason. docs/house.md tells the same in prose.
package groundswell_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// room is a part of the house: which of our rooms and which modules its
// packages may import besides the standard library and packages of the room itself.
type room struct {
	path  string   // below the module; "views/..." also covers what is below
	may   []string // rooms by path, modules by path; "anything" lifts the limits
	since string   // why the walls stand where they do
}

// The rules of the business: what they import, they know of.
var domain = []string{
	"internal/identity", "internal/people", "internal/rollout", "internal/access", "internal/comms",
	"internal/enablement", "internal/value", "internal/governance", "internal/adoption", "internal/report", "internal/pull", "internal/sheet", "internal/telemetry",
}

const (
	pureRules  = "rules know neither the web nor SQL nor an SDK, so that they can be read and tested alone"
	oneSQL     = "SQL lives in one room, so that every statement can be found and prepared in a test"
	thinWeb    = "a handler decodes, calls and answers; it reaches rules and storage through the interfaces it is given"
	dumbViews  = "a page shows decisions already made; it does not fetch or decide"
	oneSDK     = "one room names the SDK, so that the API's quirks stay there"
	smallTools = "a room that everybody uses must bring nothing along"
)

var house = []room{
	{"cmd/server", []string{"anything"}, "it opens every door"},
	{"scripts/...", []string{"anything"}, "they are run by hand and by make"},
	{"web/...", join(domain, "internal/day", "internal/fault", "internal/icalendar", "internal/route", "internal/signin", "views/...", "static",
		"github.com/go-chi/chi/v5", "github.com/go-chi/httprate", "github.com/a-h/templ", "github.com/gorilla/sessions",
		"github.com/gorilla/schema", "github.com/gorilla/securecookie", "github.com/klauspost/compress", "golang.org/x/sync", "golang.org/x/time", "github.com/prometheus/client_golang", "github.com/xuri/excelize/v2", "github.com/boombuler/barcode"), thinWeb},
	{"views/ui/...", []string{"internal/day", "static", "github.com/a-h/templ"}, "the kit knows no domain"},
	{"views/...", join(domain, "views/ui/...", "static", "internal/route", "internal/day", "internal/fault", "github.com/a-h/templ", "github.com/yuin/goldmark"), dumbViews},
	{"static", nil, "files and their hashes, nothing else"},
	{"migrations", []string{"github.com/pressly/goose/v3", "github.com/jackc/pgx/v5", "github.com/jackc/pgerrcode", "github.com/riverqueue/river"}, oneSQL},

	{"internal/fault", nil, smallTools},
	{"internal/day", nil, smallTools},
	{"internal/seal", nil, smallTools},
	{"internal/outward", nil, smallTools},
	{"internal/route", []string{"internal/day"}, smallTools},

	{"internal/identity", []string{"internal/day", "internal/fault"}, pureRules},
	{"internal/sheet", []string{"internal/day", "internal/fault", "internal/identity"}, pureRules},
	{"internal/people", []string{"internal/day", "internal/fault", "internal/identity", "internal/sheet"}, pureRules},
	{"internal/rollout", []string{"internal/day", "internal/fault", "internal/route", "internal/identity", "internal/people", "internal/adoption", "internal/access", "internal/sheet", "internal/comms", "go.yaml.in/yaml/v4"}, pureRules},
	{"internal/access", []string{"internal/day", "internal/fault", "internal/identity", "internal/adoption"}, pureRules},
	{"internal/comms", []string{"internal/day", "internal/fault", "internal/route", "internal/identity"}, pureRules},
	{"internal/enablement", []string{"internal/day", "internal/fault", "internal/identity", "internal/sheet"}, pureRules},
	{"internal/value", []string{"internal/day", "internal/fault", "internal/identity"}, pureRules},
	{"internal/governance", []string{"internal/day", "internal/fault", "internal/identity"}, pureRules},
	{"internal/adoption", []string{"internal/day", "internal/fault"}, pureRules},
	{"internal/report", []string{"internal/day", "internal/fault", "internal/adoption", "internal/value", "internal/people"}, pureRules},
	{"internal/pull", []string{"internal/day", "internal/fault", "internal/access", "internal/adoption"}, pureRules},

	{"internal/claude", []string{"internal/day", "internal/fault", "internal/outward", "internal/adoption", "internal/access", "internal/people", "internal/pull",
		"github.com/anthropics/anthropic-sdk-go", "github.com/go-json-experiment/json", "golang.org/x/time"}, oneSDK},
	{"internal/telemetry", []string{"internal/day", "internal/fault", "internal/identity", "google.golang.org/protobuf"}, oneSDK},
	{"internal/sandbox/...", []string{"internal/day"}, "a double of the API must not share code with the client it tests"},
	{"internal/signin/...", []string{"internal/fault", "internal/outward", "internal/identity", "github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"}, oneSDK},
	{"internal/deliver/...", []string{"internal/fault", "internal/outward", "github.com/wneessen/go-mail"}, oneSDK},
	{"internal/deliver/delivertest/...", []string{"internal/deliver/delivertest", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl"}, "a double of the mail server must not share code with the client it tests"},
	{"internal/icalendar", []string{"internal/day", "internal/fault", "github.com/arran4/golang-ical"}, oneSDK},
	{"internal/store", join(domain, "internal/day", "internal/fault", "internal/seal", "github.com/jackc/pgx/v5", "github.com/jackc/pgerrcode",
		"github.com/klauspost/compress", "github.com/riverqueue/river"), oneSQL},
	{"internal/jobs", join(domain, "internal/day", "internal/fault", "github.com/riverqueue/river", "github.com/jackc/pgx/v5"), "a worker is three lines: it calls a rule"},

	{"internal/pgembed", []string{"github.com/fergusstrange/embedded-postgres"}, smallTools},
	{"internal/dbtest", []string{"migrations", "internal/pgembed", "github.com/jackc/pgx/v5"}, "only tests import it"},

	{"docs", nil, "documents and the test of their links"},
	{"", nil, "the root holds this test"},
}

// forTests are the modules that only tests may import, besides what rooms may.
var forTests = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak", "github.com/chromedp/chromedp", "github.com/chromedp/cdproto",
	"github.com/PuerkitoBio/goquery", "go.yaml.in/yaml/v4", "github.com/joho/godotenv", "golang.org/x/net", "golang.org/x/text",
	"github.com/go-jose/go-jose/v4", "github.com/klauspost/compress", "github.com/caarlos0/env/v11", "golang.org/x/crypto", "go.opentelemetry.io/otel", "go.opentelemetry.io/proto/otlp",
	"github.com/emersion/go-smtp", "github.com/emersion/go-sasl", "github.com/emersion/go-ical",
}

func join(rooms []string, more ...string) []string { return append(slices.Clone(rooms), more...) }

// parcel is what go list tells about a package.
type parcel struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

const module = "groundswell"

func TestHouseImports(t *testing.T) {
	for _, p := range listPackages(t) {
		in, ok := roomOf(p.ImportPath)
		if !ok {
			t.Errorf("%s is in no room: give it one in house_test.go and docs/house.md, or move the code to the room it belongs to", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			if why := in.refuses(imp); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imp, why)
			}
		}
		for _, imp := range append(p.TestImports, p.XTestImports...) {
			if why := in.refusesInTests(imp); why != "" {
				t.Errorf("a test of %s imports %s: %s", p.ImportPath, imp, why)
			}
		}
	}
}

// TestHouseTable tests the test: a table that allows everything would pass unseen.
func TestHouseTable(t *testing.T) {
	for _, c := range []struct {
		from, imp string
		fine      bool
	}{
		{"internal/adoption", "groundswell/internal/day", true},
		{"internal/adoption", "groundswell/internal/store", false},
		{"internal/adoption", "net/http/httptest", true},
		{"internal/adoption", "github.com/jackc/pgx/v5", false},
		{"internal/sandbox", "groundswell/internal/claude", false},
		{"internal/claude", "github.com/anthropics/anthropic-sdk-go/option", true},
		{"internal/store", "github.com/jackc/pgx/v5/pgxpool", true},
		{"internal/store", "groundswell/web", false},
		{"web", "groundswell/internal/store", false},
		{"web", "groundswell/views/session", true},
		{"views/session", "groundswell/internal/store", false},
		{"views/ui/chart", "groundswell/internal/adoption", false},
		{"internal/seal", "golang.org/x/crypto/hkdf", false},
		{"internal/seal", "groundswell/internal/seal", true},
	} {
		in, ok := roomOf(module + "/" + c.from)
		if !ok {
			t.Fatalf("%s is in no room", c.from)
		}
		if why := in.refuses(c.imp); (why == "") != c.fine {
			t.Errorf("%s importing %s: got %q", c.from, c.imp, why)
		}
	}
	if r, ok := roomOf(module + "/internal/utils"); ok {
		t.Errorf("internal/utils is in the room %s", r.path)
	}
}

// refuses returns why a package of the room may not import path, "" when it may.
func (r room) refuses(path string) string {
	if standard(path) || r.holds(path) || slices.Contains(r.may, "anything") {
		return ""
	}
	for _, m := range r.may {
		if covers(m, strings.TrimPrefix(path, module+"/")) {
			return ""
		}
	}
	return fmt.Sprintf("%s may import only %s (%s)", r.name(), r.allowed(), r.since)
}

// refusesInTests is refuses for test files, which may use any room that is no
// program, and the modules of every room.
func (r room) refusesInTests(path string) string {
	if r.refuses(path) == "" {
		return ""
	}
	if own, ok := strings.CutPrefix(path, module+"/"); ok {
		if strings.HasPrefix(own, "cmd/") || strings.HasPrefix(own, "scripts/") {
			return "a program is not imported, it is run"
		}
		return ""
	}
	allowed := slices.Clone(forTests)
	for _, other := range house {
		allowed = append(allowed, other.may...)
	}
	if slices.ContainsFunc(allowed, func(m string) bool { return covers(m, path) }) {
		return ""
	}
	return "no room uses this module; if a test needs it, add it to forTests in house_test.go"
}

func (r room) name() string {
	if r.path == "" {
		return "the root"
	}
	return r.path
}

func (r room) allowed() string {
	if len(r.may) == 0 {
		return "the standard library"
	}
	return "the standard library, " + strings.Join(r.may, ", ")
}

// holds reports whether the import path is a package of the room.
func (r room) holds(path string) bool {
	own, ok := strings.CutPrefix(path+"/", module+"/")
	return ok && covers(r.path, strings.TrimSuffix(own, "/"))
}

// covers reports whether path is allowed, which ends in /... for a room with
// sub-packages; a module's sub-packages are always included.
func covers(allowed, path string) bool {
	base, below := strings.CutSuffix(allowed, "/...")
	if path == base {
		return true
	}
	isModule := strings.Contains(strings.SplitN(base, "/", 2)[0], ".")
	return (below || isModule) && strings.HasPrefix(path, base+"/")
}

// roomOf finds the innermost room that holds a package.
func roomOf(path string) (room, bool) {
	best, found := room{}, false
	for _, r := range house {
		if r.holds(path) && (!found || len(r.path) > len(best.path)) {
			best, found = r, true
		}
	}
	return best, found
}

func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != module
}

// TestHouseIsDescribed checks that docs/house.md knows every room that stands.
func TestHouseIsDescribed(t *testing.T) {
	text, err := os.ReadFile("docs/house.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range house {
		path := strings.TrimSuffix(r.path, "/...")
		if _, err := os.Stat(path); err != nil || path == "" || path == "docs" {
			continue
		}
		if !strings.Contains(string(text), "| `"+path+"` |") {
			t.Errorf("docs/house.md has no line for the room %s", path)
		}
	}
}

func listPackages(t *testing.T) []parcel {
	t.Helper()
	touch(t)
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []parcel
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p parcel
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all = append(all, p)
	}
}

// touch opens every Go file, so that go test knows to run this test again when one changes.
func touch(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			return f.Close()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
