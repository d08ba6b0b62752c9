package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// newMailSite is the demo's site with a digest that is under way, of which one copy is unknown,
// one was refused, one came back, and one is the copy of somebody with a long name.
func newMailSite(t *testing.T) (*site, comms.MailingID, []comms.DeliveryID) {
	t.Helper()
	s := newSite(t, func(c *Config) { c.Provider = nil })
	id, copies := s.mails("a", "Ada Wolfeschlegelsteinhausenbergerdorff", 30)
	s.settles(comms.Sent, copies[:10]...)
	s.settles(comms.Unknown, copies[10], copies[11])
	s.settles(comms.Refused, copies[12])
	s.exec(`update mailing set sent_at = now()`)
	if _, err := s.store.NoteBounces(t.Context(), identity.Operator(), []comms.Bounce{{Delivery: copies[0], Reason: comms.NoSuchAddress}}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	return s, id, copies
}

// TestDeliveryPagesAreAccessible looks at the pages of what went out, wide and narrow, light and dark.
func TestDeliveryPagesAreAccessible(t *testing.T) {
	s, id, copies := newMailSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Deliveries, "main", "Going out: 17 copies wait"})
	lookAt(t, ctx, s, stop{route.Unknowns, "main", "may have arrived"})
	lookAt(t, ctx, s, stop{route.Delivery(int64(copies[1])), "main", "Note that it came back"})
	lookAt(t, ctx, s, stop{route.Mailings, "main", "Digest a"})
	lookAt(t, ctx, s, stop{route.Mailing(int64(id)), "main", "Wolfeschlegel"})
	lookAt(t, ctx, s, stop{route.Bounces, "main", "a01@example.com"})
	s.exec(`update sending set guarded_at = now()`)
	lookAt(t, ctx, s, stop{route.Deliveries, "main", "restored or copied"})
}

// TestTheLastCopiesGoOutWhileSomebodyLooks watches a mailing end, stops another and sends one again.
func TestTheLastCopiesGoOutWhileSomebodyLooks(t *testing.T) {
	s, id, copies := newMailSite(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "look", chromedp.Navigate(s.url+route.Deliveries), says(".dl-going", "13 of 30"))
	asked[bool](t, ctx, `window.still = true`)
	s.settles(comms.Sent, copies[13:]...)
	s.exec(`update mailing set ended_at = now()`)
	inBrowser(t, ctx, "it ends", says(".dl-state", "Nothing waits."), says("#last ~ *, .stack", "What went out last"))
	if !asked[bool](t, ctx, `window.still === true && !document.querySelector("#traffic[hx-get]")`) {
		t.Error("the page was loaded anew, or goes on asking")
	}
	here := route.Mailing(int64(id))
	inBrowser(t, ctx, "send one again", chromedp.Navigate(s.url+here+"?state=unknown"), says(".dl-explain", "may reach somebody twice"), chromedp.Click(chromedp.CSS(`main tbody tr:first-child button`)), says(".toast", "1 copy goes out again"))
	inBrowser(t, ctx, "send all again", chromedp.Navigate(s.url+here), chromedp.Click(chromedp.CSS(`[commandfor="resend-unknown"]`)), says("#resend-unknown[open]", "may get it twice"),
		chromedp.Click(chromedp.CSS(`#resend-unknown button[name="go"]`)), says(".toast", "1 copy goes out again"))
	inBrowser(t, ctx, "stop", chromedp.Navigate(s.url+here), chromedp.Click(chromedp.CSS(`[commandfor="stop"]`)), says("#stop[open]", "2 copies that wait"),
		chromedp.Click(chromedp.CSS(`#stop button[name="go"]`)), says(".toast", "Stopped"))
	if n := s.number(`select count(*) from delivery where state = 'stopped' and resent = 1`); n != 2 {
		t.Errorf("%d copies are stopped", n)
	}
}

// TestAMessageIsNotedOnTheChart has a message go out, and looks for it in the table of the chart.
func TestAMessageIsNotedOnTheChart(t *testing.T) {
	s := newWinSite(t)
	s.exec(fmt.Sprintf(`insert into member (ord, user_id, email, added_at, listed) select row_number() over (order by id) - 1, 'u' || id, email, '%s', true from person`, s.clock.Now().AddDate(0, -3, 0).Format(time.DateOnly)))
	s.sendsMessage("Why Cowork", 6, s.clock.Now().AddDate(0, 0, -10))
	s.exec(`update generation set n = n + 1, people = n + 1`)
	if text := s.role("lead").get(route.Activation+"?view=table").words(t, "main"); !strings.Contains(text, "Sent: Why Cowork") {
		t.Errorf("the chart's table does not say it: %.400s", text)
	}
}

// sendsMessage has a message that went out by mail to so many people at a moment.
func (s *site) sendsMessage(title string, people int, at time.Time) comms.MessageID {
	s.t.Helper()
	m := comms.Message{
		Stage: comms.PreLaunch, Title: title, Owner: comms.Person{Name: "Owner", Email: "owner@example.com"}, Until: day.None, UsefulFor: 24 * time.Hour, Begins: day.None,
		Text:        comms.Text{N: 1, Subject: title, Body: "Read [the guide]({{library_link}}).", Audience: comms.Audience{Who: comms.WhoPeople}, Channels: []int{1}},
		Occurrences: []comms.Occurrence{{No: 1, Day: day.FromTime(at), At: "09:00", Zone: "UTC", State: comms.Gone}},
	}
	id, err := s.store.CreateMessage(s.t.Context(), identity.Operator(), "", m, at)
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec(`insert into mailing (kind, key, occurrence, message, n, title, due_at, useful_until, created_at, sent_at, ended_at)
		select 'message', 'message/' || o.id, o.id, o.message, 1, $2, $3, $3, $3, $3, $3 from occurrence o where o.message = $1`, id, title, at)
	s.exec(`insert into delivery (mailing, channel, email, name, state, settled_at, attempts)
		select g.id, 1, 'reader' || no || '@example.com', 'Reader ' || no, 'sent', g.sent_at, 1 from mailing g, generate_series(1, $2) as no where g.message = $1`, id, people)
	return id
}
