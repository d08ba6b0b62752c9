package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bare returns a PATH with nothing but the tools that scripts/need itself uses,
// and the given fakes.
func bare(t *testing.T, fakes map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, tool := range []string{"sed", "dirname", "readlink", "uname", "cat", "grep", "sort", "tail", "mktemp", "rm", "id", "sh"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, tool)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range fakes {
		path := filepath.Join(dir, name)
		_ = os.Remove(path)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func need(t *testing.T, path string, args ...string) (string, int) {
	t.Helper()
	return needIn(t, []string{"PATH=" + path}, args...)
}

func needIn(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{filepath.Join(root, "scripts", "need")}, args...)...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestNeedIsQuietWhenAllIsThere(t *testing.T) {
	out, code := need(t, os.Getenv("PATH"), "postgres", "chromium")
	if out != "" || code != 0 {
		t.Errorf("exit %d, said %q", code, out)
	}
}

func TestNeedTellsTheCommandOfTheSystem(t *testing.T) {
	for manager, want := range map[string]string{
		"dnf":    "sudo dnf install -y chromium",
		"pacman": "sudo pacman -S --noconfirm chromium",
		"apk":    "sudo apk add chromium",
		"brew":   "brew install --cask google-chrome",
	} {
		out, code := need(t, bare(t, map[string]string{manager: "exit 1"}), "chromium")
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: exit %d, said %q; want %q", manager, code, out, want)
		}
	}
}

func TestNeedDoesNotAskForPasswords(t *testing.T) {
	path := bare(t, map[string]string{"apt-get": "echo called; exit 0", "sudo": "exit 1", "id": "echo 1000"})
	out, code := need(t, path, "chromium")
	if code != 1 || !strings.Contains(out, "sudo apt-get update && sudo apt-get install -y chromium") || strings.Contains(out, "called") {
		t.Errorf("exit %d, said %q", code, out)
	}
}

func TestNeedKnowsThatSomeSystemsHaveOldPostgres(t *testing.T) {
	for candidate, want := range map[string]string{
		"14+238":  "pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-16",
		"15+248":  "sudo apt-get install -y postgresql\n",
		"17+277~": "sudo apt-get install -y postgresql\n",
	} {
		path := bare(t, map[string]string{
			"id": "echo 1000", "sudo": "exit 1", "apt-get": "exit 1",
			"apt-cache": `case $1 in policy) printf 'postgresql:\n  Candidate: ` + candidate + `\n' ;; *) echo postgresql-14 ;; esac`,
		})
		out, code := needIn(t, []string{"PATH=" + path, "PGBIN=" + t.TempDir()}, "postgres")
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("candidate %s: exit %d, said %q; want %q", candidate, code, out, want)
		}
	}
}

func TestNeedInstallsWithApt(t *testing.T) {
	dir := t.TempDir()
	path := bare(t, map[string]string{
		"id":      "echo 0",
		"env":     `while case $1 in *=*) true ;; *) false ;; esac; do shift; done; exec "$@"`,
		"apt-get": `echo "$@" >>` + dir + `/calls; case "$*" in *chromium*) printf '#!/bin/sh\n' >"$(dirname "$0")/chromium"; /bin/chmod +x "$(dirname "$0")/chromium" ;; esac`,
	})
	out, code := need(t, path, "chromium")
	if code != 0 {
		t.Fatalf("exit %d, said %q", code, out)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil || !strings.Contains(string(calls), "update") || !strings.Contains(string(calls), "install --no-install-recommends chromium") {
		t.Errorf("apt-get was called with %q (%v)", calls, err)
	}
}

func TestNeedShowsWhyAptFailed(t *testing.T) {
	path := bare(t, map[string]string{
		"id":      "echo 0",
		"env":     `while case $1 in *=*) true ;; *) false ;; esac; do shift; done; exec "$@"`,
		"apt-get": `echo "E: Unable to locate package"; exit 100`,
	})
	out, code := need(t, path, "chromium")
	if code != 1 || !strings.Contains(out, "Unable to locate package") || !strings.Contains(out, "Run:") {
		t.Errorf("exit %d, said %q", code, out)
	}
}

func TestNeedRefusesWhatItDoesNotKnow(t *testing.T) {
	if _, code := need(t, os.Getenv("PATH"), "coffee"); code != 2 {
		t.Errorf("exit %d", code)
	}
	if _, code := need(t, os.Getenv("PATH")); code != 2 {
		t.Errorf("without arguments: exit %d", code)
	}
}
