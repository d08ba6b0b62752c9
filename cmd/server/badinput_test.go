package main

import (
	"net"
	"strings"
	"testing"

	"groundswell/internal/dbtest"
	"groundswell/internal/sandbox"
)

// Bad settings and bad command lines end with one line that says what is wrong
// and what to do, and with the exit code that scripts rely on.
func TestBadInputIsExplained(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	db := "DATABASE_URL=" + dbtest.URL(t)
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
		says []string
	}{
		"no command":           {nil, nil, 2, nil},
		"unknown command":      {nil, []string{"launch"}, 2, []string{"launch", "server help"}},
		"unknown flag":         {nil, []string{"sync", "--fast"}, 2, []string{"fast", "usage: server sync"}},
		"bad day":              {nil, []string{"sync", "--from", "March"}, 2, []string{"--from", "2026-03-28"}},
		"reversed days":        {nil, []string{"sync", "--from", "2026-03-02", "--to", "2026-03-01"}, 2, []string{"before"}},
		"before the first day": {nil, []string{"sync", "--from", "2025-12-31"}, 2, []string{"2026-01-01"}},
		"after the last day":   {nil, []string{"sync", "--from", "2999-01-01"}, 2, []string{"2999-01-01", "to come"}},
		"to before the first":  {nil, []string{"sync", "--to", "2025-12-31"}, 2, []string{"--to", "2026-01-01"}},
		"unknown source":       {nil, []string{"sync", "--source", "chat"}, 2, []string{"members", "users"}},
		"both halves":          {nil, []string{"serve", "--no-jobs", "--jobs-only"}, 2, []string{"not both"}},
		"migrate sideways":     {nil, []string{"migrate", "sideways"}, 2, []string{"up, down or status"}},
		"token without a role": {nil, []string{"token", "create", "--name", "x"}, 2, []string{"--role"}},
		"grant without a role": {nil, []string{"user", "grant", "a@example.com"}, 2, []string{"EMAIL ROLE"}},

		"pace":                  {[]string{"ANTHROPIC_REQUESTS_PER_MINUTE=fast"}, []string{"doctor"}, 1, []string{"ANTHROPIC_REQUESTS_PER_MINUTE", "fast", "50"}},
		"listen":                {[]string{"GROUNDSWELL_LISTEN=8080"}, []string{"doctor"}, 1, []string{"GROUNDSWELL_LISTEN", "127.0.0.1:8080"}},
		"API without a host":    {[]string{"ANTHROPIC_BASE_URL=https:///v1"}, []string{"doctor"}, 1, []string{"ANTHROPIC_BASE_URL", "https://api.anthropic.com"}},
		"issuer without a host": {[]string{"OIDC_ISSUER=https:///x", "OIDC_CLIENT_ID=x"}, []string{"doctor"}, 1, []string{"OIDC_ISSUER"}},
		"mail without a host":   {[]string{"SMTP_URL=smtp:///x"}, []string{"doctor"}, 1, []string{"SMTP_URL"}},
		"log level":             {[]string{"GROUNDSWELL_LOG=loud"}, []string{"doctor"}, 1, []string{"GROUNDSWELL_LOG", "info or debug"}},
		"database scheme":       {[]string{"DATABASE_URL=mysql://x"}, []string{"doctor"}, 1, []string{"DATABASE_URL", "postgres://"}},
		"short secret":          {[]string{"GROUNDSWELL_SECRET_KEY=c2hvcnQ="}, []string{"serve"}, 1, []string{"GROUNDSWELL_SECRET_KEY", "openssl rand"}},
		"admins":                {[]string{"GROUNDSWELL_ADMINS=ines"}, []string{"doctor"}, 1, []string{"GROUNDSWELL_ADMINS", "ines"}},
		"issuer alone":          {[]string{"OIDC_ISSUER=https://id.example.com"}, []string{"doctor"}, 1, []string{"OIDC_CLIENT_ID"}},

		"no secret":          {[]string{db}, []string{"serve"}, 1, []string{"GROUNDSWELL_SECRET_KEY", "openssl rand"}},
		"no public address":  {[]string{db, testSecret, "OIDC_ISSUER=https://id.example.com", "OIDC_CLIENT_ID=x"}, []string{"serve"}, 1, []string{"GROUNDSWELL_PUBLIC_URL"}},
		"port in use":        {[]string{db, testSecret, "GROUNDSWELL_LISTEN=" + taken.Addr().String()}, []string{"serve"}, 1, []string{taken.Addr().String(), "GROUNDSWELL_LISTEN"}},
		"demo for all":       {[]string{"GROUNDSWELL_LISTEN=0.0.0.0:8080"}, []string{"demo"}, 1, []string{"127.0.0.1"}},
		"database is away":   {[]string{"DATABASE_URL=postgres://x@127.0.0.1:1/x"}, []string{"sync"}, 1, []string{"127.0.0.1:1", "DATABASE_URL"}},
		"no such database":   {[]string{"DATABASE_URL=" + otherDatabase(t, "nowhere")}, []string{"sync"}, 1, []string{"nowhere", "createdb"}},
		"no key":             {[]string{db}, []string{"sync"}, 1, []string{"ANTHROPIC_ADMIN_KEY"}},
		"no such token":      {[]string{db, testSecret}, []string{"token", "revoke", "99"}, 1, []string{"revoked already.\n"}},
		"a name of no text":  {[]string{db, testSecret}, []string{"token", "create", "--role", "lead", "--name", "a\xffb"}, 1, []string{"characters"}},
		"key with a newline": {[]string{db, "ANTHROPIC_ADMIN_KEY=sk-ant-api01-\nx"}, []string{"sync"}, 1, []string{"key"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := runProgram(t, c.env, c.args...)
			if o.code != c.code {
				t.Errorf("exit code %d, want %d; stderr: %s", o.code, c.code, o.stderr)
			}
			for _, want := range c.says {
				if !strings.Contains(o.stderr, want) {
					t.Errorf("stderr does not say %q: %s", want, o.stderr)
				}
			}
			lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
			if max := 1 + c.code/2; o.stderr != "" && len(lines) > max { // wrong usage adds the right one
				t.Errorf("%d lines on stderr: %s", len(lines), o.stderr)
			}
		})
	}
}

// otherDatabase is the test database's address with another database in it.
func otherDatabase(t *testing.T, name string) string {
	t.Helper()
	url := dbtest.URL(t)
	head, tail, _ := strings.Cut(url, "?")
	head = head[:strings.LastIndex(head, "/")+1] + name
	if tail != "" {
		head += "?" + tail
	}
	return head
}

func TestReadOnlyDatabaseIsExplained(t *testing.T) {
	pool := dbtest.New(t)
	name := pool.Config().ConnConfig.Database
	if _, err := pool.Exec(t.Context(), `alter database "`+name+`" set default_transaction_read_only = on`); err != nil {
		t.Fatal(err)
	}
	o := runProgram(t, []string{"DATABASE_URL=" + dbtest.URL(t), "ANTHROPIC_ADMIN_KEY=" + sandbox.Key}, "sync")
	if o.code != 1 || !strings.Contains(o.stderr, "read-only") || strings.Count(strings.TrimSpace(o.stderr), "\n") > 0 {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
}
