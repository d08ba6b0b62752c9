package delivertest

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Process is a server as a process of its own, with a log on disk: it lives on
// when those who send to it are killed, and its log when it is killed itself.
type Process struct {
	Addr string // host:port
	Log  string
	cmd  *exec.Cmd
}

// StartProcess builds and starts the server with rules. It ends with the test.
func StartProcess(t testing.TB, rules ...Rule) *Process {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "mailserver")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "groundswell/internal/deliver/delivertest/server").CombinedOutput(); err != nil {
		t.Fatalf("build the mail server: %v\n%s", err, out)
	}
	said, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{Log: filepath.Join(dir, "mails.jsonl")}
	p.cmd = exec.Command(program, "-log", p.Log, "-rules", string(said))
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the mail server did not say where it listens: %v", err)
	}
	p.Addr = strings.TrimSpace(line)
	return p
}

// URL is an SMTP_URL for the process, with further options.
func (p *Process) URL(options ...string) string {
	return "smtp://" + p.Addr + "?" + strings.Join(append([]string{"from=" + From}, options...), "&")
}

// Kept returns every mail that was accepted, in order.
func (p *Process) Kept(t testing.TB) []Kept {
	t.Helper()
	kept, err := ReadLog(p.Log)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}
