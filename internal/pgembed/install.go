package pgembed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// Install is a set of Postgres server programs on this machine.
type Install struct {
	Bin   string // the directory with initdb and postgres
	Major int    // 15, 16, …
}

// Program returns the path of one of the install's programs, or of the one on PATH.
func (in Install) Program(name string) (string, error) {
	if path := filepath.Join(in.Bin, name); in.Bin != "" && exists(path) {
		return path, nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not installed: run scripts/need postgres", name)
	}
	return path, nil
}

// places are the directories, as glob patterns, where systems keep the server programs.
var places = []string{
	"/usr/lib/postgresql/*/bin",                       // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                // Fedora and RHEL from postgresql.org
	"/usr/libexec/postgresql*",                        // Alpine
	"/usr/bin",                                        // Fedora, Arch
	"/usr/local/pgsql/bin",                            // built from source
	"/opt/homebrew/opt/postgresql@*/bin",              // Homebrew on Apple silicon
	"/usr/local/opt/postgresql@*/bin",                 // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin", // Homebrew on Linux
	"/opt/homebrew/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// Find returns the Postgres server programs on this machine, newest first. The
// environment variable PGBIN, when set, names the only directory looked at.
func Find() []Install { return find("") }

// Program returns the path of one of the newest install's programs, such as
// pg_dump, or of the one on PATH.
func Program(name string) (string, error) {
	for _, in := range Find() {
		if exists(in.Bin, name) {
			return filepath.Join(in.Bin, name), nil
		}
	}
	return Install{}.Program(name)
}

// find is Find, with the downloads in cache as well.
func find(cache string) []Install {
	if bin := os.Getenv("PGBIN"); bin != "" {
		return versions([]string{bin})
	}
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range append(slices.Clone(places), filepath.Join(cache, "postgres-*", "bin")) {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	slices.Sort(dirs)
	return versions(slices.Compact(dirs))
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// versions keeps the directories that hold a server, and asks each for its version.
func versions(dirs []string) []Install {
	var found []Install
	for _, dir := range dirs {
		if !exists(dir, "initdb") || !exists(dir, "postgres") {
			continue
		}
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		if m := versionPattern.FindSubmatch(out); m != nil {
			major, _ := strconv.Atoi(string(m[1]))
			found = append(found, Install{Bin: dir, Major: major})
		}
	}
	slices.SortStableFunc(found, func(a, b Install) int { return cmp.Compare(b.Major, a.Major) })
	return found
}

// installed returns the install of a version, or the zero Install.
func installed(cache string, major int) Install {
	all := find(cache)
	if i := slices.IndexFunc(all, func(in Install) bool { return in.Major == major }); i >= 0 {
		return all[i]
	}
	return Install{}
}

// chooseInstall returns the programs to run h with: those that made its
// cluster, or for a new one the newest, downloaded if there are none.
func (h home) chooseInstall(ctx context.Context, cfg Config) (Install, error) {
	major, err := h.major()
	if err != nil {
		return Install{}, err
	}
	if major != 0 {
		if in := installed(h.cache(), major); in.Bin != "" {
			return in, nil
		}
		return Install{}, h.mismatch(major)
	}
	if all := find(h.cache()); len(all) > 0 && all[0].Major >= minMajor {
		return all[0], nil
	}
	if os.Getenv("PGBIN") != "" {
		return Install{}, fmt.Errorf("PGBIN is %s, which holds no Postgres %d or newer: unset it, or name the directory of initdb and postgres", os.Getenv("PGBIN"), minMajor)
	}
	return h.download(ctx, cfg)
}

// major returns the version of Postgres that made the cluster in h, 0 when there is none.
func (h home) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	switch {
	case errors.Is(err, os.ErrNotExist) && !exists(h.data()):
		return 0, nil
	case errors.Is(err, os.ErrPermission):
		return 0, fmt.Errorf("%s belongs to another user: run the program as that user or as root, or set GROUNDSWELL_DATA_DIR to another directory", h.data())
	}
	major, convErr := strconv.Atoi(firstLine(text))
	if err != nil || convErr != nil {
		return 0, fmt.Errorf("%s is not a Postgres cluster: move it away, or set GROUNDSWELL_DATA_DIR to another directory", h.data())
	}
	return major, nil
}

// mismatch explains that the cluster's own version of Postgres is not here.
func (h home) mismatch(major int) error {
	have := "none"
	for i, in := range find(h.cache()) {
		if i == 0 {
			have = strconv.Itoa(in.Major)
		} else {
			have += fmt.Sprintf(" and %d", in.Major)
		}
	}
	return fmt.Errorf("the data in %s was made by Postgres %d and this machine has %s: install Postgres %d, or move the directory away to begin anew",
		h.data(), major, have, major)
}

// download fetches Postgres into the cache. The library only fetches by
// starting a server, so it is let start one on scratch data, where it may (it
// cannot as root), and its programs are taken.
func (h home) download(ctx context.Context, cfg Config) (Install, error) {
	const version, major = embedded.V16, 16
	cfg.Log.Info("no Postgres found on this machine: downloading one", "version", string(version), "to", h.cache())
	runtime := filepath.Join(h.cache(), "runtime")
	bin := filepath.Join(h.cache(), fmt.Sprintf("postgres-%d", major))
	defer os.RemoveAll(runtime)
	port, err := freePort()
	if err != nil {
		return Install{}, err
	}
	settings := embedded.DefaultConfig().Version(version).Port(uint32(port)).Logger(io.Discard).
		CachePath(filepath.Join(h.cache(), "download")).RuntimePath(runtime).BinariesPath(bin)
	if cfg.repository != "" {
		settings = settings.BinaryRepositoryURL(cfg.repository)
	}
	fetched := make(chan error, 1)
	go func() {
		pg := embedded.NewDatabase(settings)
		err := pg.Start()
		if err == nil {
			err = pg.Stop()
		}
		fetched <- err
	}()
	select {
	case <-ctx.Done():
		err = ctx.Err()
	case err = <-fetched:
	}
	if in := (Install{Bin: filepath.Join(bin, "bin"), Major: major}); exists(in.Bin, "postgres") && exists(in.Bin, "initdb") {
		return in, nil
	}
	return Install{}, fmt.Errorf("no Postgres %d or newer on this machine, and downloading one failed (%w): run scripts/need postgres, or set DATABASE_URL", minMajor, err)
}

// freePort returns a TCP port of the loopback interface that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("no free port on 127.0.0.1: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
