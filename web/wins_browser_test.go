package web

import (
	"testing"

	"github.com/chromedp/chromedp"

	"groundswell/internal/day"
	"groundswell/internal/route"
)

// newWinSite is the demo's site with people of the demo's champion, and days that were read.
func newWinSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, func(c *Config) { c.Provider = nil })
	s.srv.Index = s.store
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	lead.imports("people", winnersRoster)
	s.exec(`insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) select 'users', d::date::text, d::date, d::date, 1, now(), 0 from generate_series(current_date - 40, current_date - 1, '1 day') d`)
	s.exec(`update generation set n = n + 1, people = n + 1`)
	return s
}

// TestAWinFromThePhoneToTheFigure logs a win on a phone, takes it back, logs it
// again; a lead publishes it, and the figure grows.
func TestAWinFromThePhoneToTheFigure(t *testing.T) {
	s := newWinSite(t)
	ctx := sourcesBrowser(t)
	day3 := (day.FromTime(s.clock.Now()) - 3).String()
	log := func() []browserStep { // steps are for once
		return []browserStep{
			chromedp.Navigate(s.url + route.NewWin), says("h1", "Log a win"), chromedp.SendKeys(chromedp.CSS("#deliverable"), "Reserve summary for 46 claims"),
			chromedp.Click(chromedp.CSS(".picked button")), says(".win-found", "Elif Aydin"), chromedp.Click(chromedp.CSS(`.win-found button[value="elif@example.com"]`)),
			says(".picked", "Elif Aydin"), chromedp.Click(chromedp.CSS(`label:has([name=before][value=new])`)), chromedp.Click(chromedp.CSS(`label:has([name=hours][value="2"])`)),
			chromedp.Click(chromedp.CSS(".win-day summary")), chromedp.SetValue(chromedp.CSS("#day"), day3), chromedp.Click(chromedp.CSS(".ph-foot button")),
			says(".toast", "Win logged for Elif Aydin"), says(".win-row", "Reserve summary for 46 claims"),
		}
	}
	inBrowser(t, ctx, "sign in", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile), chromedp.Navigate(s.url+route.SignIn), chromedp.Click(chromedp.CSS(`input[value="tomas"] ~ button`)), says("body", "Wins"))
	inBrowser(t, ctx, "log", log()...)
	inBrowser(t, ctx, "undo", chromedp.Click(chromedp.CSS(".toast form button")), says(".toast", "taken back"), says(".ph-void", "No wins yet"))
	inBrowser(t, ctx, "log again", log()...)
	if n := s.number("select count(*) from win"); n != 1 {
		t.Fatalf("%d wins", n)
	}
	asked[bool](t, ctx, `fetch("`+route.SignOut+`", {method: "POST"}).then(() => true)`)
	s.enters(t, ctx, "ines")
	figure := ".tile:has(a[href^='/wins']) .row"
	inBrowser(t, ctx, "before", chromedp.Navigate(s.url+route.Value), says(figure, "0"))
	inBrowser(t, ctx, "publish", chromedp.Click(chromedp.CSS(`.tile a[href^="/wins"]`)), says(".win-what", "Reserve summary"), chromedp.Click(chromedp.CSS(".win-what a")), says("h1", "A win of Elif Aydin"),
		chromedp.Click(chromedp.CSS("#consent")), chromedp.Click(chromedp.CSS(`form[action$="/publish"] button`)), says(".win-told", "Elif Aydin, Claims Operations"))
	inBrowser(t, ctx, "after", chromedp.Navigate(s.url+route.Value), says(figure, "1"))
}

// TestWinPagesAreAccessible looks at the pages of wins and recognition, wide and narrow, light and dark.
func TestWinPagesAreAccessible(t *testing.T) {
	s := newWinSite(t)
	ctx := sourcesBrowser(t)
	s.exec(`insert into champion (email, name, department, state, nominated_how, nominated_at, since)
		select 'elif@example.com', '', id, 'active', 'lead', now(), current_date - 100 from department where name = 'Claims Operations'`)
	s.exec(`insert into win (day, email, name, department, deliverable, before, hours, goes_to, state, consent, logged_at)
		select current_date - 1, 'elif@example.com', 'Elif Aydin', id, 'Reserve summary for 46 motor claims, one page each', 'new', 2, 'Calls', state, true, now()
		from department, unnest(array['logged', 'published', 'withdrawn']) state where name = 'Claims Operations'`)
	s.exec(`insert into thanks (champion, words, by_name, at) select id, 'Six first setups', 'Ines', now() from champion`)
	s.exec(`insert into badge_given (champion, badge, because, by_name, at) select id, 'trainer', 'Two in a week', 'Ines', now() from champion`)
	s.enters(t, ctx, "ines")
	one := route.Win(int64(s.number("select min(id) from win")))
	for _, at := range []stop{
		{route.Wins, "h1", "Wins"}, {route.Wins + "?before=worse", ".empty", "No win fits"}, {one, "h1", "A win of"}, {one + "/edit", "h1", "Edit the win"},
		{route.NewWin + "?person=elif@example.com", "h1", "Log a win"}, {route.TodayWins, "h1", "Wins"}, {route.Roll, "h1", "Contributions in"},
		{route.Champion(int64(s.number("select id from champion"))), "main", "Badges"},
	} {
		lookAt(t, ctx, s, at)
	}
}
