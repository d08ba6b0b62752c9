package pgembed

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestMain doubles as the program that the tests kill: with PGEMBED_DIR set it
// runs a cluster until its standard input ends.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PGEMBED_DIR"); dir != "" {
		os.Exit(runVictim(dir))
	}
	os.Exit(m.Run())
}

func runVictim(dir string) int {
	c, err := Start(context.Background(), Config{Dir: dir, Fast: true, Discard: os.Getenv("PGEMBED_DISCARD") != ""})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("pid", c.proc.pid())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return 0
}

// room returns a directory that the cluster's user can enter, unlike t.TempDir when root runs the tests.
func room(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgembed-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, cfg Config) *Cluster {
	t.Helper()
	cfg.Fast = true
	c, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// query runs one statement and returns its only value as text.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var got string
	if err := conn.QueryRow(t.Context(), sql).Scan(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// victim starts a program with a cluster in dir and returns it with its server's process id.
func victim(t *testing.T, dir string, env ...string) (*exec.Cmd, int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "PGEMBED_DIR="+dir), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	text, ok := strings.CutPrefix(strings.TrimSpace(line), "pid ")
	if err != nil || !ok {
		t.Fatalf("the program said %q (%v)", line, err)
	}
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return cmd, pid
}

// eventually waits for what another process is about to do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if ok() {
			return
		}
		_ = pause(t.Context(), 20*time.Millisecond)
	}
	t.Fatalf("never happened: %s", what)
}

func TestClusterKeepsItsDataAndItsPassword(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	c := start(t, Config{Dir: dir})
	exec1(t, c.URL(), "create table kept as select 'here' as word")
	first := c.URL()
	stop(t, c)
	<-c.Done()

	c = start(t, Config{Dir: dir})
	if got := query(t, c.URL(), "select word from kept"); got != "here" {
		t.Errorf("after a restart the table holds %q", got)
	}
	if password(first) != password(c.URL()) {
		t.Error("the password changed")
	}
	if got := query(t, c.URL(), "select current_database()||' '||current_setting('server_encoding')||' '||lower('ÄÉ')"); got != "groundswell UTF8 äé" {
		t.Errorf("database, encoding and folding are %q", got)
	}
}

func password(url string) string {
	_, rest, _ := strings.Cut(url, "groundswell:")
	pw, _, _ := strings.Cut(rest, "@")
	return pw
}

func TestPasswordIsSecretAndRequired(t *testing.T) {
	c := start(t, Config{Dir: filepath.Join(room(t), "data")})
	info, err := os.Stat(c.home.passwordFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the password file is %v (%v)", info.Mode(), err)
	}
	wrong := strings.Replace(c.URL(), password(c.URL()), "guess", 1)
	if conn, err := pgx.Connect(t.Context(), wrong); err == nil {
		conn.Close(t.Context())
		t.Error("a wrong password got in")
	}
	if got := query(t, c.URL(), "select split_part(rolpassword, '$', 1) from pg_authid where rolname = 'groundswell'"); got != "SCRAM-SHA-256" {
		t.Errorf("the password is kept as %s", got)
	}
}

func TestLostPasswordIsSetAnew(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	c := start(t, Config{Dir: dir})
	exec1(t, c.URL(), "create table kept as select 1 as n")
	stop(t, c)
	if err := os.Remove(c.home.passwordFile()); err != nil {
		t.Fatal(err)
	}
	c = start(t, Config{Dir: dir})
	if got := query(t, c.URL(), "select n::text from kept"); got != "1" {
		t.Errorf("got %q", got)
	}
}

func TestServerDiesWithAKilledProgram(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	program, pid := victim(t, dir)
	if !alive(pid) {
		t.Fatal("the server never ran")
	}
	_ = program.Process.Kill()
	_ = program.Wait()
	h := home{dir: dir}
	eventually(t, "the server ends after kill -9 of the program", func() bool { return !h.runs(pid) })
	c := start(t, Config{Dir: dir})
	if got := query(t, c.URL(), "select 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestServerIgnoresTheTerminalsInterrupt(t *testing.T) {
	program, pid := victim(t, filepath.Join(room(t), "data"))
	group, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	if group == program.Process.Pid {
		t.Error("the server is in the program's process group: Ctrl-C would reach it")
	}
}

func TestDiscardedDirectoryGoesWithAKilledProgram(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	program, _ := victim(t, dir, "PGEMBED_DISCARD=1")
	_ = program.Process.Kill()
	_ = program.Wait()
	eventually(t, "the directory is removed", func() bool { return !exists(dir) })
}

func TestForgottenClusterRunsOn(t *testing.T) {
	c, err := Start(t.Context(), Config{Dir: filepath.Join(room(t), "data"), Fast: true, Discard: true})
	if err != nil {
		t.Fatal(err)
	}
	url, done := c.URL(), c.Done()
	c = nil
	for range 3 {
		runtime.GC()
	}
	select {
	case <-done:
		t.Fatal("the garbage collector ended the server")
	case <-time.After(300 * time.Millisecond):
	}
	if got := query(t, url, "select 'up'"); got != "up" {
		t.Error(got)
	}
	running.Range(func(k, _ any) bool {
		if k := k.(*Cluster); k.URL() == url {
			stop(t, k)
		}
		return true
	})
}

func TestDiscardedDirectoryGoesWithStop(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	stop(t, start(t, Config{Dir: dir, Discard: true}))
	if exists(dir) {
		t.Error("the directory is still there")
	}
}

func TestOrphanIsStopped(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	c := start(t, Config{Dir: dir})
	stop(t, c)
	// A server as a killed program leaves it on a system without a parent-death signal.
	out, err := c.home.openLog()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := spawn(c.home.serverCommand(c.install, port, Config{Fast: true}, out))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.home.waitReady(t.Context(), orphan); err != nil {
		t.Fatal(err)
	}
	c = start(t, Config{Dir: dir})
	<-orphan.done
	if got := query(t, c.URL(), "select 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestStaleLockFiles(t *testing.T) {
	gone := exec.Command("/bin/sh", "-c", ":")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	for name, pid := range map[string]int{
		"of a process that is gone":           gone.Process.Pid,
		"whose process id is now another's":   os.Getppid(),
		"whose process id is the init system": 1,
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(room(t), "data")
			c := start(t, Config{Dir: dir})
			stop(t, c)
			lock := filepath.Join(c.home.data(), "postmaster.pid")
			text := fmt.Sprintf("%d\n%s\n1700000000\n5432\n\n127.0.0.1\n  1234567   1234567\nready   \n", pid, c.home.data())
			if err := os.WriteFile(lock, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := c.home.give(lock); err != nil {
				t.Fatal(err)
			}
			c = start(t, Config{Dir: dir})
			if got := query(t, c.URL(), "select 'up'"); got != "up" {
				t.Error(got)
			}
		})
	}
}

func TestHalfMadeClusterIsMadeAnew(t *testing.T) {
	dir := room(t)
	left := filepath.Join(dir, ".new-123")
	if err := os.MkdirAll(filepath.Join(left, "data", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := start(t, Config{Dir: dir})
	if exists(left) {
		t.Error("what a killed initdb left is still there")
	}
	if got := query(t, c.URL(), "select 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestSecondProgramSharesTheCluster(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	_, pid := victim(t, dir)
	c := start(t, Config{Dir: dir})
	if !c.Shared() {
		t.Fatal("two servers on one directory")
	}
	if got := query(t, c.URL(), "select 'up'"); got != "up" {
		t.Error(got)
	}
	stop(t, c)
	if !alive(pid) {
		t.Error("stopping a shared cluster stopped the other program's server")
	}
}

func TestRemove(t *testing.T) {
	dir := filepath.Join(room(t), "data")
	c := start(t, Config{Dir: dir})
	exec1(t, c.URL(), "create table gone (n int)")
	if err := Remove(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "stop that process first") {
		t.Errorf("removing a running cluster: %v", err)
	}
	stop(t, c)
	if err := Remove(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	c = start(t, Config{Dir: dir})
	if got := query(t, c.URL(), "select coalesce(to_regclass('gone')::text, 'nothing')"); got != "nothing" {
		t.Errorf("the new cluster has %s", got)
	}
}

func TestTakenPortIsNotFatal(t *testing.T) {
	a := start(t, Config{Dir: filepath.Join(room(t), "data")})
	b := start(t, Config{Dir: filepath.Join(room(t), "data")})
	if a.URL() == b.URL() {
		t.Error("two clusters at one address")
	}
}
