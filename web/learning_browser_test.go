package web

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestLearningPagesAreAccessible looks at the pages empty and full, makes a token
// and decides about a course in a real browser, and holds controls to a finger.
func TestLearningPagesAreAccessible(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Learning, "main", "Let it send"})
	lookAt(t, ctx, s, stop{route.Completion, "main", "Nobody is on the roster"})
	s.placed(t)
	if _, err := s.store.Pool().Exec(t.Context(), "insert into member (ord, user_id, email, listed) values (0, 'u0', 'ada@example.com', true)"); err != nil {
		t.Fatal(err)
	}
	inBrowser(t, ctx, "make a token", chromedp.Navigate(s.url+route.Learning), chromedp.SendKeys("#token-name", "Campus"),
		chromedp.Submit("#token-name"), says("#made", "Token made: Campus"))
	token := asked[string](t, ctx, `document.querySelector("#made-token").value`)
	if a := s.lms("POST", "", token, s.statementJSON(1, "completed", "milo@example.com", "a")); a.StatusCode != http.StatusOK {
		t.Fatal(a.body)
	}
	s.lms("POST", "", token, s.statementJSON(2, "experienced", "milo@example.com", "a"))
	lookAt(t, ctx, s, stop{route.Learning, "main", "1 statement about 1 person"})
	inBrowser(t, ctx, "decide", chromedp.Navigate(s.url+route.Learning), chromedp.SetValue(`[name=counts]`, "all_staff_101"),
		chromedp.Submit(`[name=counts]`), says(".toast", "counts as All-staff 101"))
	lookAt(t, ctx, s, stop{route.Completion, "#missing", "Ada Novak"})
	lookAt(t, ctx, s, stop{route.Reminders, "main", "as it stands now"})
	inBrowser(t, ctx, "search", chromedp.Navigate(s.url+route.Completion), chromedp.SendKeys("#q", "zzz"), says("#missing", "Nobody matches"))
	for _, path := range []string{route.Learning, route.Completion, route.Reminders} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says(".tabs", "Learning systems"))
		var found []string
		if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
			t.Fatal(err)
		}
		for _, e := range found {
			t.Errorf("%s: under 44 px: %s", path, e)
		}
	}
	if n := s.number("select count(*) from audit_log where action = 'course.decided'"); n != 1 {
		t.Errorf("%d decisions are recorded, want 1", n)
	}
}
