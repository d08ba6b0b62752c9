package web

import (
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestAudienceIsCountedAsItIsChosen chooses another kind of people: the count follows
// without a button, in the editor and where an audience is tried out.
func TestAudienceIsCountedAsItIsChosen(t *testing.T) {
	s := newCommsSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.NewMessage, route.Audience + "?who=people"} {
		inBrowser(t, ctx, path, chromedp.Navigate(s.url+path), says("#audience-count", "Everyone"),
			chromedp.Focus(chromedp.CSS(`input[name=who][value=champions]`)), chromedp.KeyEvent(" "), says("#audience-count", "Champions"))
	}
}
