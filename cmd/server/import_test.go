package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"groundswell/internal/dbtest"
)

func csvFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestImportFromTheCommandLine walks through the imports as an operator would.
func TestImportFromTheCommandLine(t *testing.T) {
	env := []string{"DATABASE_URL=" + dbtest.URL(t), testSecret}
	roster := csvFile(t, "email,name,department,wave\nann@example.com,Ann,Finance,Pilot\nbo@example.com,Bo,Sales,Pilot\n")
	for _, c := range []struct {
		name string
		args []string
		code int
		out  []string // on stdout
		err  []string // on stderr
	}{
		{"a dry run changes nothing", []string{"people", roster, "--dry-run"}, 0, []string{"new: 2", "new departments: 2", "dry run"}, nil},
		{"applied", []string{"people", roster}, 0, []string{"new: 2", "applied"}, nil},
		{"applied twice", []string{"people", roster}, 0, []string{"unchanged: 2", "there is nothing to change"}, nil},
		{"a bad row refuses the file", []string{"people", csvFile(t, "email,name\nann@example.com,Annabel\nnobody,No\n")}, 1, []string{"nothing was changed"}, []string{"line 3: “nobody” is no email address."}},
		{"unless it is left out", []string{"people", "--skip-bad", csvFile(t, "email,name\nann@example.com,Annabel\nnobody,No\n")}, 0, []string{`name "Ann" -> "Annabel"`, "applied"}, []string{"line 3:"}},
		{"an old file says so", []string{"people", roster, "--dry-run"}, 0, []string{`name "Annabel" -> "Ann"`}, nil},
		{"a training", []string{"training", csvFile(t, "email,session,kind,date,status\nann@example.com,101,all_staff_101,2026-03-02,attended\n")}, 0, []string{"new: 1", "new sessions: 1"}, nil},
		{"a bad training", []string{"training", csvFile(t, "email,session,kind,date,status\nann@example.com,101,seminar,2026-03-02,attended\n")}, 1, nil, []string{"line 2: “seminar” is no kind"}},
		{"machines", []string{"devices", csvFile(t, "device,email,app_version\nLT-1,ann@example.com,1.4\nLT-2,bo@example.com,\nLT-3,bo@example.com,\nLT-4,who@example.com,1.4\n")}, 0, []string{"new: 3", "line 5: LT-4, who@example.com", "applied"}, nil},
		{"a part of the machines", []string{"devices", csvFile(t, "device,email\nLT-1,ann@example.com\n")}, 1, nil, []string{"2 of 3 machines would go", "with --shrink"}},
		{"which is confirmed", []string{"devices", "--shrink", csvFile(t, "device,email\nLT-1,ann@example.com\n")}, 0, []string{"gone: 2", "applied"}, nil},
		{"machines that are binary", []string{"devices", csvFile(t, "PK\x03\x04rest")}, 1, nil, []string{"not CSV"}},
		{"touchpoints", []string{"touchpoints", csvFile(t, "date,champion_email,user_email,department,kind,note\n2026-03-03,bo@example.com,,Finanse,desk,\n")}, 1, nil, []string{"line 2: There is no department “Finanse”. Is “Finance” meant?"}},
		{"no such file", []string{"people", "nowhere.csv"}, 1, nil, []string{"nowhere.csv"}},
		{"no such kind", []string{"pets", roster}, 2, nil, []string{"usage: server import"}},
		{"no file", []string{"people"}, 2, nil, []string{"usage: server import"}},
		{"not CSV", []string{"people", csvFile(t, "PK\x03\x04rest")}, 1, nil, []string{"not CSV"}},
	} {
		got := runProgram(t, env, append([]string{"import"}, c.args...)...)
		if got.code != c.code {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.name, got.code, c.code, got.stdout, got.stderr)
		}
		for _, want := range c.out {
			if !strings.Contains(got.stdout, want) {
				t.Errorf("%s: stdout lacks %q:\n%s", c.name, want, got.stdout)
			}
		}
		for _, want := range c.err {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%s: stderr lacks %q:\n%s", c.name, want, got.stderr)
			}
		}
	}
}

func TestImportReadsStdinAndWritesJSON(t *testing.T) {
	cmd := prepare(t, []string{"DATABASE_URL=" + dbtest.URL(t), testSecret}, "import", "people", "-", "--json")
	cmd.Stdin = strings.NewReader("email,wave\nann@example.com,Pilot\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	var d struct {
		New struct{ Count int }
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || d.New.Count != 1 {
		t.Errorf("%v: %s", err, out.Bytes())
	}
}

// TestImportOfAHugeFile pours 100 MB into the program: it says what is wrong with
// that, and takes no more memory for it than for a small file.
func TestImportOfAHugeFile(t *testing.T) {
	env := []string{"DATABASE_URL=" + dbtest.URL(t), testSecret}
	pour := func(body io.Reader) (code int, stderr string, kilobytes int64) {
		cmd := prepare(t, env, "import", "people", "-")
		var errs bytes.Buffer
		cmd.Stdin, cmd.Stderr = body, &errs
		var exit *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), errs.String(), cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	}
	_, _, small := pour(strings.NewReader("email\nann@example.com\n"))
	row := "ann@example.com," + strings.Repeat("x", 1<<16) + "\n"
	huge := make([]io.Reader, 1, 1+100<<20>>16)
	huge[0] = strings.NewReader("email,name\n")
	for range cap(huge) - 1 {
		huge = append(huge, strings.NewReader(row)) // the text is shared: the memory of whoever starts a program counts as the program's
	}
	code, stderr, large := pour(io.MultiReader(huge...))
	if code != 1 || !strings.Contains(stderr, "larger than 32 MB") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if large > small+64<<10 {
		t.Errorf("it took %d MB, %d for a small file", large>>10, small>>10)
	}
}
