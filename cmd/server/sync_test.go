package main

import (
	"strings"
	"testing"

	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
)

func syncEnv(t *testing.T, base, key string) []string {
	t.Helper()
	return []string{
		"DATABASE_URL=" + dbtest.URL(t), "ANTHROPIC_BASE_URL=" + base,
		"ANTHROPIC_ADMIN_KEY=" + key, "ANTHROPIC_REQUESTS_PER_MINUTE=0",
	}
}

func TestSyncReadsEverythingAndThenOnlyWhatIsRevised(t *testing.T) {
	org, base := serveOrg(t)
	env := syncEnv(t, base, sandbox.Key)
	first := runProgram(t, env, "sync")
	if first.code != 0 {
		t.Fatalf("exit %d: %s%s", first.code, first.stdout, first.stderr)
	}
	for _, s := range pull.Sources() {
		if !strings.Contains(first.stdout, string(s)) {
			t.Errorf("nothing is said about %s", s)
		}
	}
	all := len(org.Log())
	org.Forget()
	if again := runProgram(t, env, "sync"); again.code != 0 {
		t.Fatalf("exit %d: %s", again.code, again.stderr)
	}
	if n := len(org.Log()); n == 0 || n > all/3 {
		t.Errorf("the second run asked %d times, the first %d", n, all)
	}
}

func TestSyncWithAMissingScopeGoesOn(t *testing.T) {
	org, base := serveOrg(t)
	org.Grant("sk-ant-api01-some", sandbox.ReadAnalytics, sandbox.ReadMembers)
	o := runProgram(t, syncEnv(t, base, "sk-ant-api01-some"), "sync", "--from", "2026-11-01")
	if o.code != 0 {
		t.Errorf("exit %d: %s", o.code, o.stderr)
	}
	for _, line := range strings.Split(o.stdout, "\n") {
		if strings.HasPrefix(line, "groups ") && !(strings.Contains(line, "not granted") && strings.Contains(line, "read:rbac_groups")) {
			t.Errorf("groups: %s", line)
		}
		if strings.HasPrefix(line, "users ") && !strings.Contains(line, "complete") {
			t.Errorf("users: %s", line)
		}
	}
}

func TestSyncThatCannotReadFails(t *testing.T) {
	_, base := serveOrg(t)
	for name, c := range map[string]struct{ base, key, says string }{
		"wrong key":   {base, "sk-ant-api01-wrong", "key"},
		"unreachable": {"http://127.0.0.1:1", sandbox.Key, "ANTHROPIC_BASE_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			o := runProgram(t, syncEnv(t, c.base, c.key), "sync", "--source", "members")
			if o.code != 1 || !strings.Contains(o.stderr, c.says) || !strings.Contains(o.stderr, "members") {
				t.Errorf("exit %d: %s", o.code, o.stderr)
			}
		})
	}
}
