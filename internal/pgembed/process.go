package pgembed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server that this program started.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// spawn starts cmd from an operating system thread that lives as long as the
// child: Linux delivers the parent-death signal when the thread that started
// the child ends, not when the program does.
func spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(p.done)
	}()
	return p, <-started
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// end asks the server to stop (at once, without a checkpoint, when its data is
// disposable), insists when it does not, and returns once it has ended.
func (p *process) end(ctx context.Context, disposable bool) error {
	first := syscall.SIGINT
	if disposable {
		first = syscall.SIGQUIT
	}
	_ = p.cmd.Process.Signal(first)
	for _, next := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		select {
		case <-p.done:
			return nil
		case <-ctx.Done():
		case <-time.After(20 * time.Second):
		}
		_ = p.cmd.Process.Signal(next)
		ctx = context.Background()
		if next == syscall.SIGQUIT {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, 3*time.Second)
			defer cancel()
		}
	}
	<-p.done
	return errors.New("the Postgres server did not stop in time and was killed; its data is safe")
}

// launch starts the server and waits until it accepts connections. It tries
// again when somebody took the port first, and while the last backends of a
// killed server still hold its memory.
func (h home) launch(ctx context.Context, in Install, cfg Config) (*process, int, error) {
	for {
		port, err := freePort()
		if err != nil {
			return nil, 0, err
		}
		out, err := h.openLog()
		if err != nil {
			return nil, 0, err
		}
		from, _ := out.Seek(0, 2)
		p, err := spawn(h.serverCommand(in, port, cfg, out))
		out.Close()
		if err != nil {
			return nil, 0, fmt.Errorf("cannot run %s: %w", filepath.Join(in.Bin, "postgres"), err)
		}
		if err := h.waitReady(ctx, p); err == nil {
			return p, port, nil
		}
		said := h.logFrom(from)
		if ctx.Err() != nil {
			_ = p.end(context.Background(), true)
			return nil, 0, h.explain("postgres", said, fmt.Errorf("not ready in time: %w", ctx.Err()))
		}
		if !strings.Contains(said, "Address already in use") && !strings.Contains(said, "pre-existing shared memory block") {
			return nil, 0, h.explain("postgres", said, errors.New("it ended without a word"))
		}
		_ = pause(ctx, 200*time.Millisecond)
	}
}

// serverCommand is the postgres command line. Only the loopback interface is listened on.
func (h home) serverCommand(in Install, port int, cfg Config, out *os.File) *exec.Cmd {
	settings := []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "port=" + strconv.Itoa(port),
		"timezone=UTC", "log_timezone=UTC", "jit=off", "lc_messages=C", "logging_collector=off",
		"log_destination=stderr", "log_line_prefix=%m [%p] ",
	}
	if cfg.Fast {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"max_connections=400", "wal_level=minimal", "max_wal_senders=0", "autovacuum=off", "log_min_messages=fatal", "log_min_error_statement=panic")
	}
	args := []string{"-D", h.data()}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	cmd := exec.Command(filepath.Join(in.Bin, "postgres"), args...)
	h.isolate(cmd)
	dieWithUs(cmd.SysProcAttr, cfg.Discard)
	cmd.Dir = h.dir
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

// waitReady waits until the server has noted in its lock file that it is ready.
func (h home) waitReady(ctx context.Context, p *process) error {
	for {
		if pm, err := readPostmaster(h.data()); err == nil && pm.ready && pm.pid == p.pid() {
			return nil
		}
		select {
		case <-p.done:
			return errors.New("the server ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// maxLog is the size from which the server's log is begun anew at a start.
const maxLog = 10 << 20

// openLog opens the server's log for appending.
func (h home) openLog() (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(h.logFile()); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(h.logFile(), flags, 0o600)
	if err != nil {
		return nil, cannotWrite(h.dir, err)
	}
	return f, h.give(h.logFile())
}

// logFrom returns what the server logged since offset.
func (h home) logFrom(offset int64) string {
	text, err := os.ReadFile(h.logFile())
	if err != nil || int64(len(text)) < offset {
		return ""
	}
	return string(text[offset:])
}

// postmaster is what a server says about itself in its postmaster.pid.
type postmaster struct {
	pid, port int
	ready     bool
}

// readPostmaster reads the lock file of the cluster in data.
func readPostmaster(data string) (postmaster, error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return postmaster{}, fmt.Errorf("%s has no process id", filepath.Join(data, "postmaster.pid"))
	}
	pm := postmaster{pid: pid}
	if len(lines) > 7 {
		pm.port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
		pm.ready = strings.TrimSpace(lines[7]) == "ready"
	}
	return pm, nil
}

// stopOrphan ends a server that a killed program left running in h, and makes
// the lock file of a server that is gone harmless.
func (h home) stopOrphan(ctx context.Context, log *slog.Logger) error {
	pm, err := readPostmaster(h.data())
	if err != nil || !alive(pm.pid) {
		return nil // no server, or a dead one whose lock file Postgres clears by itself
	}
	if !h.runs(pm.pid) {
		log.Info("the lock file of an earlier Postgres names a process that is something else: ignoring it", "pid", pm.pid)
		return h.disown()
	}
	log.Info("stopping the Postgres that an earlier run left behind", "pid", pm.pid)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := syscall.Kill(pm.pid, sig); err != nil && alive(pm.pid) {
			return fmt.Errorf("a Postgres of another user (process %d) is running in %s: stop it", pm.pid, h.data())
		}
		for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); {
			if !h.runs(pm.pid) {
				return nil
			}
			if err := pause(ctx, 50*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("the Postgres that an earlier run left behind (process %d) cannot be stopped: stop it by hand", pm.pid)
}

// disown puts our own process id in the lock file. Postgres takes a lock file
// that names its parent for stale, yet still checks that no backend of the old
// server is alive, which it would not if the file were removed.
func (h home) disown() error {
	path := filepath.Join(h.data(), "postmaster.pid")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, rest, _ := bytes.Cut(text, []byte("\n"))
	if err := os.WriteFile(path, append([]byte(strconv.Itoa(os.Getpid())+"\n"), rest...), 0o600); err != nil {
		return cannotWrite(h.dir, err)
	}
	return nil
}

// alive reports whether there is a process of this id.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}

// runs reports whether process pid is a server of this very cluster.
func (h home) runs(pid int) bool {
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil {
		return cwd == resolve(h.data())
	}
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "postgres") && strings.Contains(string(out), h.data())
}

// resolve returns path without symbolic links, or path itself.
func resolve(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// firstLine returns the first line of text without surrounding space.
func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
