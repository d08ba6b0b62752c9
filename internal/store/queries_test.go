package store_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/dbtest"
)

var statement = regexp.MustCompile(`(?is)^\s*(select|insert|update|delete|with|create|copy)\s`)

// TestQueriesPrepare prepares every constant of the package that is a
// statement, on the schema as the migrations make it.
func TestQueriesPrepare(t *testing.T) {
	ctx := context.Background()
	conn, err := dbtest.New(t).Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "create table usage_2026_01 partition of usage_day for values from ('2026-01-01') to ('2026-02-01')"); err != nil {
		t.Fatal(err)
	}
	all := constants(t)
	for _, text := range all {
		if temporary(text) { // tables that others read
			if _, err := conn.Exec(ctx, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	found := 0
	for name, text := range all {
		if !statement.MatchString(text) || temporary(text) {
			continue
		}
		found++
		if err := prepare(ctx, conn.Conn(), name, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found < 60 {
		t.Errorf("only %d statements were found: has their form changed?", found)
	}
}

func temporary(text string) bool { return strings.HasPrefix(text, "\ncreate temp table") }

func prepare(ctx context.Context, conn *pgx.Conn, name, text string) error {
	switch name {
	case "partitionSQL": // cannot be prepared, only run
		_, err := conn.Exec(ctx, fmt.Sprintf(text, "usage_2026_02", "2026-02-01", "2026-03-01"))
		return err
	case "telemetryPartitionSQL":
		_, err := conn.Exec(ctx, fmt.Sprintf(text, "telemetry_event_2026_02_01", "2026-02-01", "2026-02-02"))
		return err
	case "copyUsageSQL":
		_, err := conn.PgConn().CopyFrom(ctx, strings.NewReader("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff"), fmt.Sprintf(text, "usage_2026_01"))
		return err
	}
	if strings.Contains(text, "@") {
		rewritten, _, err := pgx.NamedArgs{}.RewriteQuery(ctx, conn, text, nil)
		if err != nil {
			return err
		}
		text = rewritten
	}
	_, err := conn.Prepare(ctx, name, text)
	return err
}

// constants evaluates the string constants at the top level of the package's files.
func constants(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	exprs := map[string]ast.Expr{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		collect(f, exprs)
	}
	out := map[string]string{}
	for name, e := range exprs {
		if s, ok := evaluate(e, exprs); ok {
			out[name] = s
		}
	}
	return out
}

func collect(f *ast.File, into map[string]ast.Expr) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			for i, n := range v.Names {
				if i < len(v.Values) {
					into[n.Name] = v.Values[i]
				}
			}
		}
	}
}

func evaluate(e ast.Expr, names map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		if of, ok := names[e.Name]; ok {
			return evaluate(of, names)
		}
	case *ast.BinaryExpr:
		a, okA := evaluate(e.X, names)
		b, okB := evaluate(e.Y, names)
		return a + b, okA && okB
	}
	return "", false
}
