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
	post(t, c, base+"/sign-in/as", url.Values{"persona": {persona}})
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
		mended(t, c, s.url, start == "second")
		s.stop(t)
		if left, _ := exec.Command("pgrep", "-f", dir).Output(); len(left) > 0 {
			t.Errorf("%s start: processes are left: %s", start, left)
		}
	}
}

// mended looks at what wave 1 waits for. On the first start it puts right what is
// wrong at the invented organization, and each trouble must be gone from the page
// within the sync that follows; on the next start it must still be gone.
func mended(t *testing.T, c *http.Client, base string, already bool) {
	t.Helper()
	page := func() string {
		_, body := get(t, c, base+"/readiness")
		return body
	}
	for _, m := range []struct{ trouble, wrong, right string }{
		{"seats", "138 short", "Everybody up to Wave 1 has a seat"},
		{"nested", "216 people of Wave 1 would lose Cowork by surprise", ""},
		{"unmapped", "74 people in them have none", "24 of 24 groups"},
		{"chat_only", "people of Wave 1 would lose Cowork by surprise", "Nobody of Wave 1 would lose Cowork by surprise"},
		{"by_hand", "", "Nobody of Wave 1 would lose Cowork by surprise"},
		{"devices", "142 missing", "1,318 of 1,318"},
	} {
		if before := page(); !already && !strings.Contains(before, m.wrong) {
			t.Errorf("before %s is put right, readiness does not say %q", m.trouble, m.wrong)
		}
		if !already {
			post(t, c, base+"/settings/sandbox", url.Values{"trouble": {m.trouble}, "to": {"right"}})
		}
		after := page()
		if m.wrong != "" && strings.Contains(after, m.wrong) || !strings.Contains(after, m.right) {
			t.Errorf("with %s put right, readiness still says %q, or not %q", m.trouble, m.wrong, m.right)
		}
	}
	if body := page(); !strings.Contains(body, "Stale") || !strings.Contains(body, "held to") {
		t.Error("nobody's word has run out")
	}
}

// post sends a form of the site's own.
func post(t *testing.T, c *http.Client, address string, form url.Values) {
	t.Helper()
	req, err := http.NewRequest("POST", address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s", address, res.Status)
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
