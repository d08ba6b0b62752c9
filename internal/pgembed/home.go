package pgembed

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// fallbackRoot is where a cluster lives when root asks for a directory that no
// other user can enter, such as one below /root.
var fallbackRoot = "/var/lib/groundswell"

// account is the unprivileged user that Postgres runs as when the program is root.
type account struct {
	name     string
	uid, gid uint32
}

// home is a cluster's directory and whom its files belong to.
type home struct {
	dir string
	as  *account // nil: Postgres runs as ourselves
}

func (h home) data() string         { return filepath.Join(h.dir, "postgres") }
func (h home) passwordFile() string { return filepath.Join(h.dir, "postgres.password") }
func (h home) logFile() string      { return filepath.Join(h.dir, "postgres.log") }
func (h home) lockFile() string     { return filepath.Join(h.dir, "postgres.lock") }
func (h home) cache() string        { return filepath.Join(h.dir, "cache") }

// prepareHome makes cfg.Dir, or the directory that stands in for it, ready to hold a cluster.
func prepareHome(ctx context.Context, cfg Config) (home, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return home{}, fmt.Errorf("the data directory %q has no absolute path: %w", cfg.Dir, err)
	}
	if os.Geteuid() != 0 {
		return home{dir: dir}, makeDir(dir, 0o700)
	}
	return prepareForRoot(ctx, cfg, dir)
}

// prepareForRoot picks the user that Postgres runs as and a directory that this user can enter.
func prepareForRoot(ctx context.Context, cfg Config, dir string) (home, error) {
	if err := makeDir(dir, 0o711); err != nil {
		return home{}, err
	}
	h, ok, err := homeIn(ctx, dir)
	if err != nil || ok {
		return h, err
	}
	elsewhere, err := standIn(dir)
	if err != nil {
		return home{}, err
	}
	h, ok, err = homeIn(ctx, elsewhere)
	if err != nil {
		return home{}, err
	}
	if !ok {
		return home{}, fmt.Errorf("no user but root can enter %s or %s, and Postgres does not run as root: set GROUNDSWELL_DATA_DIR to a directory that every user can enter", dir, elsewhere)
	}
	cfg.Log.Info("Postgres cannot run as root, and its user cannot enter the data directory: the cluster lives elsewhere",
		"wanted", dir, "dir", elsewhere, "user", h.as.name)
	return h, nil
}

// homeIn makes dir if need be, and reports whether the user that Postgres would run as can enter it.
func homeIn(ctx context.Context, dir string) (h home, ok bool, err error) {
	as, err := accountFor(dir)
	if err != nil {
		return home{}, false, err
	}
	if err := makeDir(dir, 0o711); err != nil {
		return home{}, false, err
	}
	h = home{dir: dir, as: as}
	return h, h.enterable(ctx), nil
}

// standIn names the directory that stands in for dir. The name is kept in dir,
// so that the cluster is found when dir is moved and a new one is made when dir
// has been emptied.
func standIn(dir string) (string, error) {
	note := filepath.Join(dir, "postgres.elsewhere")
	name := filepath.Join(fallbackRoot, strings.TrimLeft(filepath.Base(dir), ".")+"-"+strings.ToLower(rand.Text()[:8]))
	draft := note + "." + strings.ToLower(rand.Text()[:8])
	defer os.Remove(draft)
	if err := os.WriteFile(draft, []byte(name+"\n"), 0o644); err != nil {
		return "", cannotWrite(dir, err)
	}
	err := os.Link(draft, note) // whole or not at all, and never over another's
	if err == nil {
		return name, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return "", cannotWrite(dir, err)
	}
	kept, err := os.ReadFile(note)
	if err != nil {
		return "", fmt.Errorf("read where the cluster of %s lives: %w", dir, err)
	}
	return firstLine(kept), nil
}

// accountFor returns the user to run Postgres as in dir: the owner of the
// cluster that is there, else postgres, else nobody.
func accountFor(dir string) (*account, error) {
	if info, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return &account{name: fmt.Sprintf("uid %d", st.Uid), uid: st.Uid, gid: st.Gid}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil && uid != 0 {
			return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("this machine has neither a user postgres nor nobody, and Postgres does not run as root: run the program as an ordinary user")
}

// makeDir makes dir unless it exists, with exactly this mode whatever the umask.
func makeDir(dir string, mode fs.FileMode) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("the data directory %s is a file: move it away, or set GROUNDSWELL_DATA_DIR to another directory", dir)
		}
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cannotWrite(dir, err)
	}
	return os.Chmod(dir, mode)
}

// cannotWrite explains why nothing can be written to dir.
func cannotWrite(dir string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return diskFull(dir)
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("cannot write to the data directory %s (%w): fix its permissions, or set GROUNDSWELL_DATA_DIR to another directory", dir, err)
}

func diskFull(dir string) error {
	return fmt.Errorf("the disk that holds %s is full: free some space (a new cluster needs about 60 MB), or set GROUNDSWELL_DATA_DIR to another disk", dir)
}

// enterable reports whether the cluster's user can enter the directory: a
// command run as that user from there tells more than permission bits do.
func (h home) enterable(ctx context.Context) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", ":")
	cmd.Dir = h.dir
	h.isolate(cmd)
	return cmd.Run() == nil
}

// isolate makes cmd run as the cluster's user, in a process group of its own so
// that Ctrl-C at the terminal reaches us and not it, and with a clean environment.
func (h home) isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if h.as != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: h.as.uid, Gid: h.as.gid}
	}
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	for _, name := range []string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"} {
		if v := os.Getenv(name); v != "" && h.as == nil {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
}

// give hands a file to the cluster's user.
func (h home) give(path string) error {
	if h.as == nil {
		return nil
	}
	return os.Lchown(path, int(h.as.uid), int(h.as.gid))
}

// tryLock takes the directory for this process until it ends; held means that another process has it.
func (h home) tryLock() (lock *os.File, held bool, err error) {
	lock, err = os.OpenFile(h.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, cannotWrite(h.dir, err)
	}
	if err := h.give(h.lockFile()); err != nil {
		lock.Close()
		return nil, false, cannotWrite(h.dir, err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return lock, false, nil
	}
	lock.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, true, nil
	}
	return nil, false, cannotWrite(h.dir, err)
}
