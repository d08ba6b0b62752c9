package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// visitor is a browser without a screen and without scripts.
func visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}

func get(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	res, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// signInAs posts the form of the demo's sign-in page.
func signInAs(t *testing.T, c *http.Client, base, persona string) {
	t.Helper()
	req, err := http.NewRequest("POST", base+"/sign-in/as", strings.NewReader(url.Values{"persona": {persona}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", base)
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("signing in as %s: %s", persona, res.Status)
	}
}

// The demo alone is a working product: it shows figures that were pulled over
// HTTP, starts again on the same data, and leaves nothing running.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} { // root's Postgres runs as somebody else, who must get there
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"GROUNDSWELL_DATA_DIR=" + dir}
	for _, start := range []string{"first", "second"} {
		began := time.Now()
		s := startService(t, env, "demo")
		t.Logf("%s start: ready after %s", start, time.Since(began).Round(time.Millisecond))
		if start == "second" && time.Since(began) > 15*time.Second {
			t.Errorf("the second start took %s", time.Since(began))
		}
		c := visitor(t)
		signInAs(t, c, s.url, "ines")
		if start == "second" {
			if o := runProgram(t, env, "demo"); o.code != 1 || !strings.Contains(o.stderr, "GROUNDSWELL_DATA_DIR") {
				t.Errorf("a second demo on the same data: exit %d, %s", o.code, o.stderr)
			}
		}
		code, body := get(t, c, s.url+"/overview")
		for _, want := range []string{"Activation", "Depth", "Value", "Aldermere", "Ines Marchetti"} {
			if code != 200 || !strings.Contains(body, want) {
				t.Errorf("%s start: the overview (%d) does not show %q", start, code, want)
			}
		}
		s.stop(t)
		if left, _ := exec.Command("pgrep", "-f", dir).Output(); len(left) > 0 {
			t.Errorf("%s start: processes are left: %s", start, left)
		}
	}
}

func TestPersonasExistInTheDemoOnly(t *testing.T) {
	s := startService(t, serveEnv(t), "serve", "--no-jobs")
	c := visitor(t)
	if _, body := get(t, c, s.url+"/sign-in"); strings.Contains(body, "persona") {
		t.Error("serve offers personas")
	}
	res, err := c.Post(s.url+"/sign-in/as", "application/x-www-form-urlencoded", strings.NewReader("persona=ines"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode < 400 {
		t.Errorf("serve signs personas in: %s", res.Status)
	}
}
