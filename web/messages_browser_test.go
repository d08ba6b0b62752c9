package web

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestAMessageIsEditedAndApproved goes wide and narrow: a lead writes a message with a mistake in it,
// mends it and looks at the preview; somebody who is named to approve it does so, and an edit asks again.
func TestAMessageIsEditedAndApproved(t *testing.T) {
	for _, width := range []int64{1440, 390} {
		t.Run(strconv.FormatInt(width, 10), func(t *testing.T) { editedAndApproved(t, width) })
	}
}

func editedAndApproved(t *testing.T, width int64) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	s.peoples(3)
	ctx := sourcesBrowser(t)
	inBrowser(t, ctx, "size", chromedp.EmulateViewport(width, 900))
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "write", chromedp.Navigate(s.url+route.NewMessage), says("h1", "New message"),
		chromedp.SendKeys(chromedp.CSS("#title"), "Training dates"), chromedp.SendKeys(chromedp.CSS("#subject"), "Bring one task"),
		chromedp.SendKeys(chromedp.CSS("#body"), "Bring one real task. Ask {{champions}}."), chromedp.Click(chromedp.CSS(`label:has([name=waves][value="1"])`)),
		chromedp.SetValue(chromedp.CSS("#wave"), "1"), chromedp.SendKeys(chromedp.CSS("#offset"), "-7"),
		chromedp.SetValue(chromedp.CSS("#approver"), "Helen <"+s.addressOf("helen")+">"),
		chromedp.Click(chromedp.CSS(".message-save button[name=preview]")), says("#body-error", "Did you mean {{champion}}?"))
	inBrowser(t, ctx, "mend", chromedp.SetValue(chromedp.CSS("#body"), "Bring one real task. Ask {{champion}}."),
		chromedp.Click(chromedp.CSS(".message-save button[name=preview]")), says(".message-text", "Ask {{champion}}."), says(".message-check", "Asks for one real task"),
		chromedp.Click(chromedp.CSS(".message-save .btn.primary")), says("h1", "Training dates"), says(".message-facts", "Draft"))
	inBrowser(t, ctx, "ask", chromedp.Click(chromedp.CSS(`form[action$="/ask"] button`)), says(".message-facts", "Needs approval"))
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "helen")
	inBrowser(t, ctx, "approve", chromedp.Navigate(s.url+route.Message(1)), says("h1", "Training dates"),
		chromedp.Click(chromedp.CSS(`form[action$="/approve"] button`)), says(".message-approval .given", "for 3 people"), says(".message-facts", "Scheduled"))
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "edit", chromedp.Navigate(s.url+route.Message(1)), says(".message-facts", "Scheduled"), chromedp.Click(chromedp.CSS(`a[href$="/edit"]`)), says("h1", "Edit"),
		chromedp.SetValue(chromedp.CSS("#subject"), "Bring one real task"), chromedp.Click(chromedp.CSS(".message-save .btn.primary")),
		says("#subject", "Bring one real task"), says(".message-approval", "It asks again"))
}

// addressOf is the address of a persona of the demo.
func (s *site) addressOf(persona string) string {
	for _, p := range s.srv.personas {
		if p.ID == persona {
			return p.Email
		}
	}
	s.t.Fatalf("there is no persona %s", persona)
	return ""
}

// TestMessagePagesAreAccessible looks at the pages of one message, wide and narrow, light and dark.
func TestMessagePagesAreAccessible(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	s.peoples(260)
	ctx := sourcesBrowser(t)
	one := route.Message(s.letter(s.store))
	s.enters(t, ctx, "ines")
	for _, at := range []stop{
		{route.NewMessage, "h1", "New message"}, {one, "h1", "Training dates"}, {one + "/edit", "h1", "Edit"}, {one + "/versions", "main", "Version 1"}, {one + "/preview", ".message-plain", "Hello Person"},
	} {
		lookAt(t, ctx, s, at)
	}
}
