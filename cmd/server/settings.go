package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"

	"groundswell/internal/deliver"
)

// settings are all the program reads from its surroundings: environment
// variables, and a .env file in the working directory for those that are unset.
type settings struct {
	DatabaseURL string `env:"DATABASE_URL"`
	DataDir     string `env:"GROUNDSWELL_DATA_DIR" envDefault:"./.data"`
	Listen      string `env:"GROUNDSWELL_LISTEN" envDefault:"127.0.0.1:8080"`
	PublicURL   string `env:"GROUNDSWELL_PUBLIC_URL"`
	SecretKey   string `env:"GROUNDSWELL_SECRET_KEY"`
	Admins      string `env:"GROUNDSWELL_ADMINS"`

	AdminKey          string `env:"ANTHROPIC_ADMIN_KEY"`
	BaseURL           string `env:"ANTHROPIC_BASE_URL"`
	RequestsPerMinute int    `env:"ANTHROPIC_REQUESTS_PER_MINUTE" envDefault:"50"`

	OIDCIssuer       string `env:"OIDC_ISSUER"`
	OIDCClientID     string `env:"OIDC_CLIENT_ID"`
	OIDCClientSecret string `env:"OIDC_CLIENT_SECRET"`
	OIDCGroupsClaim  string `env:"OIDC_GROUPS_CLAIM"`

	SMTPURL      string `env:"SMTP_URL"`
	WebhookAllow string `env:"GROUNDSWELL_WEBHOOK_ALLOW"`

	OTLPToken string `env:"GROUNDSWELL_OTLP_TOKEN"`
	Log       string `env:"GROUNDSWELL_LOG" envDefault:"info"`

	secrets [][]byte // decoded GROUNDSWELL_SECRET_KEY, the current one first
	admins  []string
	smtp    *deliver.Setting // of SMTP_URL; nil without one
	allowed deliver.Allowed  // of GROUNDSWELL_WEBHOOK_ALLOW
}

// loadSettings reads and checks the settings. Its error names every variable
// that is wrong, what is wrong with it and what it should look like.
func loadSettings() (settings, error) {
	if err := godotenv.Load(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return settings{}, fmt.Errorf(".env: %v; write one NAME=value a line", err)
	}
	var s settings
	if err := env.Parse(&s); err != nil {
		return settings{}, readable(err)
	}
	return s, s.check()
}

// readable turns the parser's complaint about the one number among the settings into ours.
func readable(err error) error {
	var agg env.AggregateError
	if errors.As(err, &agg) {
		for _, e := range agg.Errors {
			var parse env.ParseError
			if errors.As(e, &parse) {
				return fmt.Errorf("ANTHROPIC_REQUESTS_PER_MINUTE: %q is not a whole number; use 50, or 0 for no limit", os.Getenv("ANTHROPIC_REQUESTS_PER_MINUTE"))
			}
		}
	}
	return err
}

func (s *settings) check() error {
	var errs []string
	wrong := func(name, format string, args ...any) {
		errs = append(errs, name+": "+fmt.Sprintf(format, args...))
	}
	if s.DatabaseURL != "" && !hasScheme(s.DatabaseURL, "postgres", "postgresql") {
		wrong("DATABASE_URL", "is not a postgres:// address; write postgres://user:password@host:5432/name")
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		wrong("GROUNDSWELL_LISTEN", "%q is not host:port; use 127.0.0.1:8080", s.Listen)
	}
	if s.PublicURL != "" && !isOrigin(s.PublicURL) {
		wrong("GROUNDSWELL_PUBLIC_URL", "%q is not an address like https://rollout.example.com", s.PublicURL)
	}
	if s.BaseURL != "" && !hasHost(s.BaseURL, "http", "https") {
		wrong("ANTHROPIC_BASE_URL", "%q is not an address like https://api.anthropic.com", s.BaseURL)
	}
	if s.RequestsPerMinute < 0 {
		wrong("ANTHROPIC_REQUESTS_PER_MINUTE", "%d is below zero; use 50, or 0 for no limit", s.RequestsPerMinute)
	}
	if s.OIDCIssuer != "" && !hasHost(s.OIDCIssuer, "http", "https") {
		wrong("OIDC_ISSUER", "%q is not an https address", s.OIDCIssuer)
	}
	if s.OIDCIssuer != "" && s.OIDCClientID == "" {
		wrong("OIDC_CLIENT_ID", "is empty while OIDC_ISSUER is set; register this program with the identity provider and enter its client id")
	}
	s.checkSending(wrong)
	if s.Log != "info" && s.Log != "debug" {
		wrong("GROUNDSWELL_LOG", "%q is not info or debug", s.Log)
	}
	for i, k := range splitList(s.SecretKey) {
		raw, err := base64.StdEncoding.DecodeString(k)
		if err != nil || len(raw) != 32 {
			wrong("GROUNDSWELL_SECRET_KEY", "key %d is not 32 bytes in base64; make one with: openssl rand -base64 32", i+1)
			continue
		}
		s.secrets = append(s.secrets, raw)
	}
	for _, a := range splitList(s.Admins) {
		if !strings.Contains(a, "@") {
			wrong("GROUNDSWELL_ADMINS", "%q is not an email address; separate several with commas", a)
		}
		s.admins = append(s.admins, strings.ToLower(a))
	}
	if len(errs) > 0 {
		return errors.New(strings.Join(errs, "\n"))
	}
	return nil
}

// checkSending reads where mail goes out and where webhooks may lead.
func (s *settings) checkSending(wrong func(name, format string, args ...any)) {
	if s.SMTPURL != "" {
		server, err := deliver.ParseSetting(s.SMTPURL)
		if err != nil {
			wrong("SMTP_URL", "%s", oneLine(err))
		}
		s.smtp = &server
	}
	allowed, err := deliver.ParseAllowed(s.WebhookAllow)
	if err != nil {
		wrong("GROUNDSWELL_WEBHOOK_ALLOW", "%s", oneLine(err))
	}
	s.allowed = allowed
}

func splitList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func hasScheme(raw string, schemes ...string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" && u.Path == "" && u.RawQuery == "" {
		return false
	}
	for _, s := range schemes {
		if u.Scheme == s {
			return true
		}
	}
	return false
}

// hasHost reports whether raw is an address with one of the schemes and names a host.
func hasHost(raw string, schemes ...string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Hostname() != "" && hasScheme(raw, schemes...)
}

func isOrigin(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// logger writes text to a terminal and JSON lines elsewhere.
func (s settings) logger() *slog.Logger {
	level := slog.LevelInfo
	if s.Log == "debug" {
		level = slog.LevelDebug
	}
	opts := &slog.HandlerOptions{Level: level}
	if isTerminal(os.Stderr) {
		return slog.New(slog.NewTextHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, opts))
}
