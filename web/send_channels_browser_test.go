package web

import (
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestAChatIsAddedInABrowser adds a chat by its form, looks at both pages as people see
// them, and finds the address nowhere afterwards.
func TestAChatIsAddedInABrowser(t *testing.T) {
	s, h := newPilotSite(t), newHook(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.SendChannels, "main", "Add a chat"})
	inBrowser(t, ctx, "add a chat", chromedp.Navigate(s.url+route.SendChannels), says("h1", "Channels for messages"),
		chromedp.SendKeys("#name", "#cowork-news"), chromedp.SendKeys("#address", h.URL+canaryPath), chromedp.Submit("#address"),
		says("h1", "#cowork-news"), says("main", "Works"))
	if h.took() != 1 {
		t.Errorf("%d posts", h.took())
	}
	if asked[bool](t, ctx, `document.documentElement.outerHTML.includes("canary")`) {
		t.Error("the page holds the address")
	}
	lookAt(t, ctx, s, stop{route.SendChannel(s.channelNamed("#cowork-news")), "main", "Replace the address"})
}
