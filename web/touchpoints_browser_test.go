package web

import (
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/route"
)

// TestTouchpointPagesAreAccessible looks at the pages of touchpoints as a lead and
// as a champion, wide and narrow, light and dark.
func TestTouchpointPagesAreAccessible(t *testing.T) {
	s := newWinSite(t)
	ctx := sourcesBrowser(t)
	s.exec(`insert into touchpoint (day, champion_email, user_email, kind, outcome, note, logged_by, logged_at)
		select current_date - 1, 'elif@example.com', 'elif@example.com', 'question', 'will try', 'About folders', id, now() from account order by id limit 1`)
	s.exec(`insert into touchpoint (day, champion_email, department, kind) select current_date - 1, 'elif@example.com', id, 'show-and-tell' from department where name = 'Claims Operations'`)
	one := route.Touchpoint(int64(s.number("select min(id) from touchpoint")))
	s.enters(t, ctx, "ines")
	for _, at := range []stop{
		{route.Touchpoints, "#effect", "Nobody was touched"}, {route.Touchpoints + "?q=nobody", ".empty", "No touchpoint fits"}, {one, "h1", "Touchpoint"},
		{route.NewTouchpoint, "h1", "Log a touchpoint"}, {route.NewTouchpoint + "?person=elif@example.com", ".tp-kinds", "First setup"},
	} {
		lookAt(t, ctx, s, at)
	}
	ctx = sourcesBrowser(t)
	inBrowser(t, ctx, "sign in", chromedp.Navigate(s.url+route.SignIn), chromedp.Click(chromedp.CSS(`input[value="tomas"] ~ button`)), says("h1", "Claims Operations"))
	for _, at := range []stop{{route.Touchpoints + "?whose=all", "h2", "In your departments"}, {route.NewTouchpoint + "?department=claims-operations", ".picked", "The whole of Claims Operations"}} {
		lookAt(t, ctx, s, at)
	}
}
