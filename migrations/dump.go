package migrations

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/pressly/goose/v3"
)

// Dump applies our own migrations, without River's, to the empty database at
// url and returns the schema they make as pgDump (the path of pg_dump) prints
// it, stripped of what differs between versions of pg_dump. It is what
// schema.sql holds: the history's outcome in one file, for reading.
func Dump(ctx context.Context, pgDump, url string) (string, error) {
	if err := withGoose(url, func(p *goose.Provider) error { _, err := p.Up(ctx); return explain(err) }); err != nil {
		return "", fmt.Errorf("migrate up: %w", err)
	}
	cmd := exec.CommandContext(ctx, pgDump, "--schema-only", "--no-owner", "--no-privileges",
		"--exclude-table=goose_db_version*", "--dbname="+url)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("pg_dump: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return dumpHeader + normalise(string(out)), nil
}

const dumpHeader = `-- The schema that the migrations make, for reading. Written by "make schema"; do not edit.
-- The job queue's tables are River's and not shown.
`

// normalise drops the comments, settings and guards that vary with pg_dump's version, and doubled blank lines.
func normalise(dump string) string {
	var out strings.Builder
	blank := true
	for line := range strings.Lines(dump) {
		line = strings.TrimRight(strings.ReplaceAll(line, "public.", ""), "\n ")
		switch {
		case strings.HasPrefix(line, "--"), strings.HasPrefix(line, "SET "), strings.HasPrefix(line, `\`),
			strings.HasPrefix(line, "SELECT pg_catalog.set_config"):
			continue
		case line == "" && blank:
			continue
		case line == "":
			blank = true
			continue
		case blank:
			out.WriteString("\n")
			blank = false
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}
