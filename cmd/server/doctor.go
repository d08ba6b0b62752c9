package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"groundswell/internal/claude"
	"groundswell/internal/deliver"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/internal/signin"
	"groundswell/internal/store"
	"groundswell/migrations"
)

// checkTimeout bounds each of the doctor's checks.
const checkTimeout = 20 * time.Second

// skewLimit is how far this machine's clock may be from the database's before
// sign-in and due times go wrong.
const skewLimit = 30 * time.Second

// The results of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn" // works without it, but something is missing
	checkFail = "fail"
)

// check is what the doctor found out about one thing.
type check struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Say    string `json:"say"`
}

func runDoctor(ctx context.Context, s settings, args []string) error {
	f := flags("doctor")
	asJSON := f.Bool("json", false, "print JSON")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: doctor takes no arguments", errUsage)
	}
	return report(examine(ctx, s), *asJSON)
}

// examine runs every check; none depends on another having passed.
func examine(ctx context.Context, s settings) []check {
	checks := s.checkDatabase(ctx)
	checks = append(checks, s.checkSecret(), s.checkListen(), s.checkMail(ctx), s.checkSignIn(ctx), s.checkTelemetry(ctx))
	return append(checks, s.checkKey(ctx)...)
}

func report(checks []check, asJSON bool) error {
	failed := 0
	for _, c := range checks {
		if c.Result == checkFail {
			failed++
		}
	}
	if asJSON {
		if err := json.NewEncoder(os.Stdout).Encode(checks); err != nil {
			return err
		}
	} else {
		for _, c := range checks {
			fmt.Printf("%-4s  %-16s %s\n", c.Result, c.Name, c.Say)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}

func (s settings) checkDatabase(ctx context.Context) []check {
	if s.DatabaseURL == "" {
		return []check{{"database", checkOK, "DATABASE_URL is not set: a private Postgres under " + s.DataDir + " is used"}}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	p, err := store.ProbeDatabase(ctx, s.DatabaseURL)
	if err != nil {
		return []check{{"database", checkFail, oneLine(err)}}
	}
	return []check{
		{"database", checkOK, fmt.Sprintf("Postgres %d answers and may be written to", p.Version/10000)},
		s.checkSchema(ctx),
		checkClock(time.Since(p.Now)),
	}
}

func checkClock(skew time.Duration) check {
	if skew.Abs() > skewLimit {
		return check{"clock", checkFail, fmt.Sprintf("this machine and the database differ by %s; run NTP on both", skew.Abs().Round(time.Second))}
	}
	return check{"clock", checkOK, "agrees with the database's"}
}

func (s settings) checkSecret() check {
	if len(s.secrets) == 0 {
		return check{"secret key", checkFail, "GROUNDSWELL_SECRET_KEY is not set, and serve needs it; make one with: openssl rand -base64 32"}
	}
	return check{"secret key", checkOK, fmt.Sprintf("%d key(s), the first one seals", len(s.secrets))}
}

func (s settings) checkListen() check {
	l, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return check{"listen", checkWarn, s.Listen + " is taken, perhaps by a running server; otherwise set GROUNDSWELL_LISTEN"}
	}
	_ = l.Close()
	return check{"listen", checkOK, s.Listen + " is free"}
}

// checkMail says hello to the mail server: connection, TLS and sign-in, as before a mail.
func (s settings) checkMail(ctx context.Context) check {
	if s.smtp == nil {
		return check{"mail", checkWarn, "SMTP_URL is not set: no message can be sent"}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if err := deliver.NewMailer(*s.smtp, nil).Greet(ctx); err != nil {
		return check{"mail", checkFail, s.smtp.Address() + " cannot be used, " + oneLine(err) + "; check SMTP_URL and the firewall"}
	}
	return check{"mail", checkOK, s.smtp.Address() + " takes mail from " + s.smtp.From.Address + "; " + s.smtp.Way()}
}

func (s settings) checkSignIn(ctx context.Context) check {
	if s.OIDCIssuer == "" {
		return check{"sign-in", checkWarn, "OIDC_ISSUER is not set: nobody can sign in; tokens and health checks work"}
	}
	if s.PublicURL == "" {
		return check{"sign-in", checkFail, "GROUNDSWELL_PUBLIC_URL is not set, and the identity provider needs it to come back"}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	provider, err := signin.New(signin.Config{
		Issuer: s.OIDCIssuer, ClientID: s.OIDCClientID, ClientSecret: s.OIDCClientSecret,
		RedirectURL: s.PublicURL + route.Callback, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return check{"sign-in", checkFail, oneLine(err)}
	}
	if err := provider.Check(ctx); err != nil {
		return check{"sign-in", checkFail, oneLine(err)}
	}
	return check{"sign-in", checkOK, "the identity provider's configuration was read"}
}

func (s settings) checkKey(ctx context.Context) []check {
	if s.AdminKey == "" {
		return []check{{"Anthropic key", checkWarn, "ANTHROPIC_ADMIN_KEY is not set; a key entered under Settings, Sources is tested there"}}
	}
	client, err := claude.New(claude.Config{Key: s.AdminKey, BaseURL: s.BaseURL, RequestsPerMinute: s.RequestsPerMinute, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return []check{{"Anthropic key", checkFail, oneLine(err)}}
	}
	var out []check
	for _, c := range client.Check(ctx) {
		out = append(out, scopeCheck(c))
	}
	return out
}

// scopeCheck words what a real call said about one scope.
func scopeCheck(c pull.ScopeCheck) check {
	name := "scope " + c.Scope
	switch c.Grant {
	case pull.ScopeGranted:
		return check{name, checkOK, "granted"}
	case pull.ScopeMissing:
		return check{name, checkWarn, c.Say}
	}
	return check{name, checkFail, c.Say}
}

// checkSchema compares the database's schema with what this program needs.
func (s settings) checkSchema(ctx context.Context) check {
	states, err := migrations.Status(ctx, s.DatabaseURL)
	if err != nil {
		return check{"schema", checkFail, oneLine(err)}
	}
	waiting := 0
	for _, st := range states {
		if !st.Applied {
			waiting++
		}
	}
	if waiting > 0 {
		return check{"schema", checkWarn, fmt.Sprintf("%d migrations wait; serve applies them when it starts, or run: server migrate up", waiting)}
	}
	return check{"schema", checkOK, "up to date"}
}
