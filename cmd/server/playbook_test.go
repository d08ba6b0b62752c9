package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// brokenPlaybook has a key nobody knows, two tasks of one id, and tasks that wait for one another.
const brokenPlaybook = `playbook: try
version: "1"
name: Try
about: To try things.
colour: red
roles:
  - {key: lead, name: Lead, does: Leads}
phases:
  - key: setup
    name: Setup
    sections:
      - title: First
        tasks:
          - {id: a, title: A, why: W, done_when: D, role: lead, evidence: {proof: true}, waits_for: [b]}
          - {id: b, title: B, why: W, done_when: D, role: lead, evidence: {proof: true}, waits_for: [a]}
          - {id: a, title: A, why: W, done_when: D, role: lead, evidence: {proof: true}}
`

func TestPlaybookCheck(t *testing.T) {
	dir := t.TempDir()
	broken, good := filepath.Join(dir, "broken.yaml"), filepath.Join(dir, "good.yaml")
	mended := strings.NewReplacer("colour: red\n", "", ", waits_for: [a]", "", "- {id: a, title: A, why: W, done_when: D, role: lead, evidence: {proof: true}}\n", "- {id: c, title: A, why: W, done_when: D, role: lead, evidence: {proof: true}}\n").Replace(brokenPlaybook)
	for path, text := range map[string]string{broken: brokenPlaybook, good: mended} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := runProgram(t, nil, "playbook", "check", broken)
	if o.code != 1 || o.stdout != "" {
		t.Errorf("exit code %d, stdout %q", o.code, o.stdout)
	}
	lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
	for i, want := range []string{`line 5: a playbook has no key "colour"`, "line 14: tasks wait for one another: a → b → a", `line 16: two tasks have the id "a"`} {
		if len(lines) != 3 || !strings.HasPrefix(lines[i], broken+": ") || !strings.Contains(lines[i], want) {
			t.Errorf("line %d of 3 does not say %q: %s", i+1, want, o.stderr)
			break
		}
	}
	if o := runProgram(t, nil, "playbook", "check", good); o.code != 0 || o.stderr != "" || !strings.Contains(o.stdout, "playbook try, version 1: tasks 3, phases 1, roles 1") {
		t.Errorf("exit code %d: %s%s", o.code, o.stdout, o.stderr)
	}
	if o := runProgram(t, nil, "playbook", "check", filepath.Join(dir, "none.yaml")); o.code != 1 || !strings.Contains(o.stderr, "none.yaml") {
		t.Errorf("exit code %d: %s", o.code, o.stderr)
	}
	for _, args := range [][]string{{"playbook"}, {"playbook", "check"}, {"playbook", "mend", good}, {"playbook", "check", good, good}} {
		if o := runProgram(t, nil, args...); o.code != 2 || !strings.Contains(o.stderr, "usage: server playbook") {
			t.Errorf("%v: exit code %d: %s", args, o.code, o.stderr)
		}
	}
	if o := runProgram(t, nil, "playbook", "list"); o.code != 0 || !strings.Contains(o.stdout, "claude-cowork") || !strings.Contains(o.stdout, "desktop-software") {
		t.Errorf("exit code %d: %s%s", o.code, o.stdout, o.stderr)
	}
}
