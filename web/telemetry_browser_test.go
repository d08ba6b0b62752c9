package web

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestTelemetryIsAccessible looks at the page before the first event, with a
// token that was just made, with events, and when they have stopped.
func TestTelemetryIsAccessible(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Telemetry, "main", "Nothing arrives"})
	inBrowser(t, ctx, "make a token", chromedp.Navigate(s.url+route.Telemetry), chromedp.SendKeys("#token-name", "Claude console"),
		chromedp.Submit("#token-name"), says("#made", "Token made: Claude console"))
	token := asked[string](t, ctx, `document.querySelector("#made-header").value`)
	const before = "Authorization=Bearer "
	if len(token) < len(before)+40 {
		t.Fatalf("the header reads %q", token)
	}
	s.clock.Advance(2 * time.Second)
	now := s.clock.Now()
	body := exportJSON("cowork", recordJSON(now, "mcp_server_connection", 1, attrJSON("server_name", "Jira"), attrJSON("status", "failed")),
		recordJSON(now, "api_error", 2, attrJSON("status_code", "529")), recordJSON(now, "tool_result", 3, attrJSON("tool_name", "Bash"), attrJSON("success", "false")))
	if a := s.export(token[len(before):], "application/json", "", body); a.StatusCode != http.StatusOK {
		t.Fatalf("export: %d %s", a.StatusCode, a.body)
	}
	s.export("wrong", "application/json", "", body)
	lookAt(t, ctx, s, stop{route.Telemetry, "main", "Service overloaded"})
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.clock.Advance(26 * time.Hour)
	s.enters(t, ctx, "priya")
	lookAt(t, ctx, s, stop{route.Telemetry, "main", "Requests came in before and stopped"})
}
