package web

import (
	"testing"

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
		{route.NewWin + "?person=elif@example.com", "h1", "Log a win"}, {route.TodayWins, "h1", "Wins"}, {route.Roll, "h1", "Roll of"},
		{route.Champion(int64(s.number("select id from champion"))), "main", "Badges"},
	} {
		lookAt(t, ctx, s, at)
	}
}
