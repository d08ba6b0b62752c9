package pgembed

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOtherVersionIsExplained(t *testing.T) {
	dir := room(t)
	data := filepath.Join(dir, "postgres")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, Config{Dir: dir}, "made by Postgres 9", "install Postgres 9", "move the directory away")
}

func TestNotAClusterIsExplained(t *testing.T) {
	dir := room(t)
	if err := os.Mkdir(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	refuses(t, Config{Dir: dir}, "is not a Postgres cluster", "move it away")
}

func TestFileInPlaceOfDirectoryIsExplained(t *testing.T) {
	path := filepath.Join(room(t), "data")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, Config{Dir: path}, "is a file", "GROUNDSWELL_DATA_DIR")
}

func TestUnwritableDirectoryIsExplained(t *testing.T) {
	refuses(t, Config{Dir: "/proc/groundswell"}, "cannot write to the data directory /proc/groundswell", "GROUNDSWELL_DATA_DIR")
}

func TestFullDiskIsExplained(t *testing.T) {
	for _, said := range []string{
		"could not write to file: No space left on device",
		"could not extend file \"base/1/2691\": wrote only 4096 of 8192 bytes at block 20",
	} {
		fakePrograms(t, `echo 'initdb: error: `+said+`' >&2; exit 1`)
		refuses(t, Config{Dir: filepath.Join(room(t), "data")}, "is full", "free some space")
	}
}

func TestFailureOfInitdbIsExplained(t *testing.T) {
	fakePrograms(t, `echo "initdb: error: invalid locale settings" >&2; exit 1`)
	refuses(t, Config{Dir: filepath.Join(room(t), "data")}, "invalid locale settings")
}

func TestPGBINWithoutPostgresIsExplained(t *testing.T) {
	t.Setenv("PGBIN", room(t))
	refuses(t, Config{Dir: filepath.Join(room(t), "data")}, "PGBIN is", "unset it")
}

func TestFailedDownloadIsExplained(t *testing.T) {
	nothing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nothing.Close)
	defer func(was []string) { places = was }(places)
	places = nil
	t.Setenv("PATH", "/bin")
	refuses(t, Config{Dir: filepath.Join(room(t), "data"), repository: nothing.URL}, "downloading one failed", "scripts/need postgres")
}

func TestUnreachableDirectoryFallsBackForRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		// Only root needs another user; for anybody else the directory is used as it is.
		h, err := prepareHome(t.Context(), Config{Dir: t.TempDir()})
		if err != nil || h.as != nil {
			t.Fatalf("got %+v, %v", h, err)
		}
		return
	}
	closed := filepath.Join(room(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	defer func(was string) { fallbackRoot = was }(fallbackRoot)
	fallbackRoot = room(t)
	cfg := Config{Dir: filepath.Join(closed, ".data"), Log: slog.New(slog.DiscardHandler)}
	h, err := prepareHome(t.Context(), cfg)
	if err != nil || !strings.HasPrefix(h.dir, filepath.Join(fallbackRoot, "data-")) {
		t.Fatalf("got %+v, %v", h, err)
	}
	if again, err := prepareHome(t.Context(), cfg); err != nil || again.dir != h.dir {
		t.Errorf("the second time the cluster lives in %s, not %s (%v)", again.dir, h.dir, err)
	}
	if err := os.RemoveAll(cfg.Dir); err != nil {
		t.Fatal(err)
	}
	if anew, err := prepareHome(t.Context(), cfg); err != nil || anew.dir == h.dir {
		t.Errorf("the data directory was removed, and its cluster is still used: %s (%v)", anew.dir, err)
	}
	if err := os.RemoveAll(cfg.Dir); err != nil {
		t.Fatal(err)
	}
	fallbackRoot = closed
	refuses(t, cfg, "no user but root can enter", "GROUNDSWELL_DATA_DIR")
}

func TestEndedContextEndsStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := Start(ctx, Config{Dir: filepath.Join(room(t), "data")}); err == nil {
		stop(t, c)
		t.Error("started all the same")
	}
}

// fakePrograms puts server programs in place whose initdb runs script.
func fakePrograms(t *testing.T, script string) {
	t.Helper()
	bin := room(t)
	for name, text := range map[string]string{
		"initdb":   script,
		"postgres": `echo "postgres (PostgreSQL) 16.1"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PGBIN", bin)
}

// refuses checks that Start fails in one line that holds all of words.
func refuses(t *testing.T, cfg Config, words ...string) {
	t.Helper()
	c, err := Start(t.Context(), cfg)
	if err == nil {
		_ = c.Stop(context.Background())
		t.Fatal("started all the same")
	}
	if errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "\n") {
		t.Errorf("not a sentence: %v", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is missing in: %v", w, err)
		}
	}
}
