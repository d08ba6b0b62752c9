package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/sandbox"
)

// program is the built binary that every test here runs.
var program string

func TestMain(m *testing.M) {
	if os.Getenv(senderDatabase) != "" {
		if err := sendForever(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	dir, err := os.MkdirTemp("", "groundswell-server")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "server")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

const testSecret = "GROUNDSWELL_SECRET_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// outcome is how a run of the program ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// prepare makes a command in a directory of its own, with no settings but env.
func prepare(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GROUNDSWELL_LISTEN=127.0.0.1:0"}, env...)
	return cmd
}

func runProgram(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	cmd := prepare(t, env, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %v: %v", args, err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// service is the program running in the background.
type service struct {
	cmd    *exec.Cmd
	url    string
	stderr *transcript
}

// transcript is what a program has said so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String returns what was said.
func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// startService starts the program and waits until it says where it listens.
func startService(t *testing.T, env []string, args ...string) *service {
	t.Helper()
	cmd := prepare(t, env, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &service{cmd: cmd, stderr: &transcript{}}
	found := make(chan string, 2)
	go scanFor(out, io.Discard, found)
	go scanFor(errs, s.stderr, found)
	t.Cleanup(func() { s.stop(t) })
	select {
	case s.url = <-found:
	case <-time.After(2 * time.Minute):
		t.Fatalf("%v never said where it listens", args)
	}
	if s.url == "" {
		t.Fatalf("%v ended before it listened: %s", args, s.stderr.String())
	}
	return s
}

// scanFor copies r to w and sends the first address it names; "" when there is none.
func scanFor(r io.Reader, w io.Writer, found chan<- string) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fmt.Fprintln(w, lines.Text())
		if i := strings.Index(lines.Text(), "http://127.0.0.1:"); i >= 0 {
			found <- strings.FieldsFunc(lines.Text()[i:], func(r rune) bool { return r == ' ' || r == '"' })[0]
		}
	}
	found <- ""
}

// stop asks the program to end, as Ctrl-C does, and checks that it does.
func (s *service) stop(t *testing.T) {
	t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Errorf("interrupt: %v", err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the program did not end well: %v", err)
	}
}

// serveOrg answers as the API, for a small organization.
func serveOrg(t *testing.T) (*sandbox.Org, string) {
	t.Helper()
	org := sandbox.New(sandbox.Config{Today: day.FromTime(time.Now()), Members: 120})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { srv.Close(); org.Close() })
	return org, srv.URL
}
