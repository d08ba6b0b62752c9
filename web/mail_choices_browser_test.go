package web

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/comms"
	"groundswell/internal/route"
)

// TestMailPagesAreAccessible looks at what people get and at what goes out by itself, holds
// controls to a finger, and ends a kind with a button.
func TestMailPagesAreAccessible(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Provider = nil })
	ctx := sourcesBrowser(t)
	link := s.endLink("dana@example.com", comms.ChoiceMessages)
	inBrowser(t, ctx, "come", chromedp.Navigate(s.url+link), says("h1", "End “"))
	lookAt(t, ctx, s, stop{link, "h1", "End “Messages of the rollout”"})
	inBrowser(t, ctx, "end it", chromedp.Navigate(s.url+link), says("main", "d…a@example.com"), chromedp.Click("main form button"), says("h1", "has ended"))
	lookAt(t, ctx, s, stop{link, "h1", "has ended"})
	lookAt(t, ctx, s, stop{route.UnsubscribeLink("nothing"), "main", "This link ends no mail here"})
	if n := s.number("select count(*) from mail_choice where not wanted"); n != 1 {
		t.Errorf("%d kinds have ended, want 1", n)
	}
	s.enters(t, ctx, "ines")
	s.exec("insert into source_state (source, status, failing_since, reason, say) values ('users', 'failing', now(), 'unauthorized', 'The key is not accepted.')")
	lookAt(t, ctx, s, stop{route.MailChoices, "h1", "Your mail"})
	lookAt(t, ctx, s, stop{route.MailChoice("failures"), "main", "Needs attention"})
	lookAt(t, ctx, s, stop{route.MailChoice("tasks"), "main", "Nothing to say today"})
	lookAt(t, ctx, s, stop{route.Digests, "h1", "What goes out by itself"})
	for _, path := range []string{route.MailChoices, route.Digests, link} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says("main", "mail"))
		var found []string
		if err := json.Unmarshal([]byte(asked[string](t, ctx, small)), &found); err != nil {
			t.Fatal(err)
		}
		for _, e := range found {
			if strings.Contains(e, "checkbox") {
				continue // its whole row answers, see below
			}
			t.Errorf("%s: under 44 px: %s", path, e)
		}
	}
	inBrowser(t, ctx, "rows", chromedp.Navigate(s.url+route.MailChoices), says("h1", "Your mail"))
	if low := asked[int](t, ctx, `[...document.querySelectorAll(".choice-rows .chk")].filter(e => e.getBoundingClientRect().height < 44).length`); low > 0 {
		t.Errorf("%d boxes are too small for a finger", low)
	}
	inBrowser(t, ctx, "choose", chromedp.Navigate(s.url+route.MailChoices), chromedp.Click("#wanted-failures"), chromedp.Submit("#wanted-failures"), says(".toast", "Saved"))
	if s.number("select count(*) from mail_choice where kind = 'failures' and not wanted") != 1 {
		t.Error("the choice is not kept")
	}
}
