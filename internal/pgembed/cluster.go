package pgembed

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ensureCluster makes the cluster unless it is there, and returns its password.
// A cluster appears under its name only when it is complete, so that being
// killed here leaves nothing half-made.
func (h home) ensureCluster(ctx context.Context, in Install, cfg Config) (string, error) {
	leftovers, _ := filepath.Glob(filepath.Join(h.dir, ".new-*"))
	for _, dir := range leftovers {
		os.RemoveAll(dir)
	}
	if exists(h.data()) {
		return h.password(ctx, in)
	}
	cfg.Log.Info("making a Postgres cluster", "dir", h.data(), "version", in.Major)
	scratch, err := os.MkdirTemp(h.dir, ".new-")
	if err != nil {
		return "", cannotWrite(h.dir, err)
	}
	defer os.RemoveAll(scratch)
	if err := h.give(scratch); err != nil {
		return "", cannotWrite(h.dir, err)
	}
	password := rand.Text()
	if err := h.initdb(ctx, in, scratch, password, cfg.Fast); err != nil {
		return "", err
	}
	if err := h.writePassword(password); err != nil {
		return "", err
	}
	if err := os.Rename(filepath.Join(scratch, "data"), h.data()); err != nil {
		return "", cannotWrite(h.dir, err)
	}
	return password, nil
}

// initdb makes a cluster and its database in scratch/data. Text sorts by code
// point everywhere and case-folds as Unicode does.
func (h home) initdb(ctx context.Context, in Install, scratch, password string, fast bool) error {
	secret := filepath.Join(scratch, "secret")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return cannotWrite(scratch, err)
	}
	if err := h.give(secret); err != nil {
		return cannotWrite(scratch, err)
	}
	ctype := "C.UTF-8"
	if runtime.GOOS == "darwin" {
		ctype = "UTF-8"
	}
	data := filepath.Join(scratch, "data")
	args := []string{"-D", data, "-U", superuser, "--pwfile=" + secret, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype}
	if fast {
		args = append(args, "--no-sync")
	}
	if err := h.run(ctx, "", in.Bin, "initdb", args...); err != nil {
		return err
	}
	return h.single(ctx, in, data, "CREATE DATABASE "+database)
}

// single runs one statement on a cluster that is not running.
func (h home) single(ctx context.Context, in Install, data, statement string) error {
	return h.run(ctx, statement+"\n", in.Bin, "postgres", "--single", "-D", data, "-c", "fsync=off", "postgres")
}

// run runs one of Postgres's programs to its end and explains its failure.
func (h home) run(ctx context.Context, input, bin, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	h.isolate(cmd)
	cmd.Dir = h.dir
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err == nil && !bytes.Contains(out, []byte("ERROR:")) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return h.explain(name, string(out), err)
}

// explain turns what a Postgres program printed into one sentence.
func (h home) explain(name, out string, err error) error {
	for _, mark := range []string{"No space left on device", "Disk quota exceeded", "wrote only "} {
		if strings.Contains(out, mark) {
			return diskFull(h.dir)
		}
	}
	var said string
	for line := range strings.Lines(out) {
		for _, mark := range []string{"FATAL:", "PANIC:", "ERROR:", "error:"} {
			if _, text, ok := strings.Cut(line, mark); ok && said == "" {
				said = strings.TrimSpace(text)
			}
		}
	}
	if said == "" && err != nil {
		said = err.Error()
	}
	return fmt.Errorf("cannot start Postgres in %s: %s says %q; its log is %s", h.dir, name, said, h.logFile())
}

// password returns the kept password; when the file is lost, a new one is set.
func (h home) password(ctx context.Context, in Install) (string, error) {
	kept, err := os.ReadFile(h.passwordFile())
	if err == nil && len(kept) > 0 {
		return string(kept), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", cannotWrite(h.dir, err)
	}
	fresh := rand.Text()
	if err := h.single(ctx, in, h.data(), fmt.Sprintf("ALTER ROLE %s PASSWORD '%s'", superuser, fresh)); err != nil {
		return "", err
	}
	return fresh, h.writePassword(fresh)
}

// writePassword keeps the password where only the cluster's user and root can read it.
func (h home) writePassword(password string) error {
	if err := os.WriteFile(h.passwordFile(), []byte(password), 0o600); err != nil {
		return cannotWrite(h.dir, err)
	}
	return h.give(h.passwordFile())
}
