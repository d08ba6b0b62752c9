package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"groundswell/internal/dbtest"
	"groundswell/internal/sandbox"
)

func serveEnv(t *testing.T) []string {
	t.Helper()
	return []string{"DATABASE_URL=" + dbtest.URL(t), testSecret}
}

// A token made on the command line reads the figures that a sync pulled, until it is revoked.
func TestTokenReadsTheMetrics(t *testing.T) {
	_, base := serveOrg(t)
	env := append(syncEnv(t, base, sandbox.Key), testSecret)
	if o := runProgram(t, env, "sync"); o.code != 0 {
		t.Fatalf("sync: %s", o.stderr)
	}
	made := runProgram(t, env, "token", "create", "--name", "warehouse", "--role", "lead")
	token := strings.TrimSpace(made.stdout)
	if made.code != 0 || token == "" || strings.ContainsAny(token, " \n") {
		t.Fatalf("the token alone belongs on stdout: %q %s", made.stdout, made.stderr)
	}
	s := startService(t, env, "serve", "--no-jobs")
	var answer struct {
		DataThrough string `json:"data_through"`
		Metrics     map[string]struct {
			Value       *float64
			Denominator *int
		}
	}
	if code := ask(t, s.url+"/api/v1/metrics", token, &answer); code != 200 {
		t.Fatalf("metrics answer %d", code)
	}
	rate := answer.Metrics["activation_rate"]
	if answer.DataThrough == "" || rate.Value == nil || *rate.Value <= 0 || rate.Denominator == nil {
		t.Errorf("nothing was measured: %+v", answer)
	}
	if code := ask(t, s.url+"/api/v1/metrics", "wrong", nil); code != 401 {
		t.Errorf("a wrong token answers %d", code)
	}
	list := runProgram(t, env, "token", "list", "--json")
	if strings.Contains(list.stdout, token) || !strings.Contains(list.stdout, "warehouse") {
		t.Errorf("token list: %s", list.stdout)
	}
	if o := runProgram(t, env, "token", "revoke", "1"); o.code != 0 {
		t.Fatalf("revoke: %s", o.stderr)
	}
	if code := ask(t, s.url+"/api/v1/metrics", token, nil); code != 401 {
		t.Errorf("a revoked token answers %d", code)
	}
}

// A token that nobody could read is no success: it is there, and it can be used by nobody.
func TestTokenThatCannotBePrintedIsAFailure(t *testing.T) {
	cmd := prepare(t, serveEnv(t), "token", "create", "--name", "warehouse", "--role", "lead")
	unwritable, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer unwritable.Close()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = unwritable, &said
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said.String(), "token revoke 1") {
		t.Errorf("%v: %s", err, said.String())
	}
}

func ask(t *testing.T, address, token string, into any) int {
	t.Helper()
	req, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if into != nil {
		if err := json.NewDecoder(res.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode
}

func TestHealthOfTheParts(t *testing.T) {
	s := startService(t, serveEnv(t), "serve")
	c := visitor(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := get(t, c, s.url+path); code != 200 {
			t.Errorf("%s answers %d %s", path, code, body)
		}
	}
	if !strings.Contains(s.stderr.String(), "NOBODY CAN SIGN IN") {
		t.Error("serve without an identity provider does not warn")
	}
}

func TestDoctorSaysWhatToDo(t *testing.T) {
	_, base := serveOrg(t)
	good := runProgram(t, append(syncEnv(t, base, sandbox.Key), testSecret), "doctor")
	if good.code != 0 || !strings.Contains(good.stdout, "read:analytics") || !strings.Contains(good.stdout, "granted") {
		t.Errorf("exit %d: %s%s", good.code, good.stdout, good.stderr)
	}
	bad := runProgram(t, syncEnv(t, base, "sk-ant-api01-wrong"), "doctor", "--json")
	var checks []check
	if err := json.Unmarshal([]byte(bad.stdout), &checks); err != nil {
		t.Fatalf("%v in %s", err, bad.stdout)
	}
	if bad.code != 1 || !strings.Contains(bad.stdout, "fail") || !strings.Contains(bad.stdout, "openssl rand") {
		t.Errorf("exit %d: %s", bad.code, bad.stdout)
	}
}

func TestGrantBeforeTheFirstSignIn(t *testing.T) {
	env := serveEnv(t)
	if o := runProgram(t, env, "user", "grant", "Noor@Example.com", "champion", "--department", "legal"); o.code != 0 {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
	if o := runProgram(t, env, "user", "grant", "noor@example.com", "boss"); o.code == 0 || !strings.Contains(o.stderr, "Choose a role") {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
}

func TestMigrateUpDownStatus(t *testing.T) {
	env := []string{"DATABASE_URL=" + dbtest.Empty(t)}
	for _, step := range []struct{ what, says string }{
		{"status", "waiting"}, {"up", ""}, {"up", ""}, {"status", "applied"}, {"down", ""}, {"status", "waiting"},
	} {
		o := runProgram(t, env, "migrate", step.what)
		if o.code != 0 || !strings.Contains(o.stdout, step.says) {
			t.Fatalf("migrate %s: exit %d, %s%s", step.what, o.code, o.stdout, o.stderr)
		}
	}
}

func TestAuditLogIsWhole(t *testing.T) {
	env := serveEnv(t)
	if o := runProgram(t, env, "user", "grant", "noor@example.com", "lead"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	if o := runProgram(t, env, "audit", "verify"); o.code != 0 || !strings.Contains(o.stdout, "checked: 1") {
		t.Errorf("exit %d: %s%s", o.code, o.stdout, o.stderr)
	}
	if _, err := dbtest.New(t).Exec(t.Context(), "alter table audit_log disable trigger all; update audit_log set action = 'role.revoked'"); err != nil {
		t.Fatal(err)
	}
	if o := runProgram(t, env, "audit", "verify"); o.code != 1 || !strings.Contains(o.stderr, "entry 1") {
		t.Errorf("a changed entry: exit %d: %s%s", o.code, o.stdout, o.stderr)
	}
}

// OPTIONS * is answered by the site as well, not by net/http for it.
func TestEvenTheServerItselfIsAskedThroughTheSite(t *testing.T) {
	s := startService(t, serveEnv(t), "serve", "--no-jobs")
	req, err := http.NewRequest("OPTIONS", s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Opaque = "*"
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("X-Request-Id") == "" {
		t.Errorf("answered %d without the site's headers: %v", res.StatusCode, res.Header)
	}
}

// Whoever keeps a connection open, or sends half a request, does not keep the program from ending.
func TestEndsWithinSecondsWhateverIsOpen(t *testing.T) {
	s := startService(t, serveEnv(t), "serve", "--no-jobs")
	host := strings.TrimPrefix(s.url, "http://")
	for _, text := range []string{
		"GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n", // answered, then idle
		"GET /healthz HTTP/1.1\r\nHost: " + host,              // half a head
		"POST /theme HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + s.url + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nthe",
	} {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if code, _ := get(t, visitor(t), s.url+"/healthz"); code != 200 {
		t.Fatalf("answers %d", code)
	}
	began := time.Now()
	s.stop(t)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("took %s to end", took)
	}
}
