package main

import (
	"strconv"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/deliver/delivertest"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// TestTheMailServerIsAwayForAnHour lets an hour pass, a minute at a time, while nobody
// answers at the mail server. The pages say what waits, why and since when; what is of use
// still goes out once it is back, and the rest says that it was dropped.
func TestTheMailServerIsAwayForAnHour(t *testing.T) {
	w := newWhole(t, false)
	w.begins(10, 12)
	lead := w.enters(ines, identity.Lead)
	lasting, short := lead.writes("title", "Lasting", "subject", "Lasting"), lead.writes("title", "Short", "subject", "Short", "useful", "1")
	first := lead.writes("title", "First", "subject", "First")
	lead.approved(first, lead)
	w.comes(first, time.Minute)
	w.turns()
	for _, id := range []int64{lasting, short} {
		lead.approved(id, lead)
		w.comes(id, time.Minute)
	}
	check := route.Checks
	lead.expects(lead.checksAgain(check), "The mail server answers.")

	w.mail.Close()
	w.turns()
	lead.expects(route.Deliveries, "Going out: 24 copies wait", "Lasting", "Short", "Fails cannot connect: connection refused. Last worked")
	lead.expects(w.mailing(short)+"?state=waiting", "Waiting 12", "Waits Email fails: cannot connect: connection refused.")
	lead.expects(lead.checksAgain(check), "The mail server did not answer when it was tried last.")
	for range 60 {
		w.passes(time.Minute)
		w.turns()
	}
	lead.expects(route.Deliveries, "connection refused")
	back, err := delivertest.Open(delivertest.Config{Listen: w.mail.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(back.Close)
	w.mail = back
	for range 2 { // the next try may be a few minutes away
		w.passes(5 * time.Minute)
		w.turns()
	}
	if n, late := len(w.got("Lasting")), len(w.got("Short")); n != 12 || late != 0 {
		t.Errorf("%d of 12 got what is of use, %d what is not", n, late)
	}
	lead.expects(route.Message(lasting), "Sent")
	lead.expects(route.Message(short), "Missed", "Its time of use was over before it could go out.")
	lead.expects(w.mailing(short), "Dropped 12", "time of use was over")
	lead.expects(route.Deliveries, "Nothing waits.", "Works")
	lead.expects(lead.checksAgain(check), "The mail server answers.")
}

// checksAgain has every check run, and returns the page that says what they found.
func (g *caller) checksAgain(page string) string {
	g.t.Helper()
	if a := g.post(route.Checks+"/run", nil); a.status != 200 {
		g.t.Fatalf("checks: %d %s", a.status, a.says("main"))
	}
	return page
}

// TestALaunchMessageIsHeldUntilGo has the deciders say go on the readiness page: the message
// of the day goes out then and not before.
func TestALaunchMessageIsHeldUntilGo(t *testing.T) {
	w := newWhole(t, false)
	w.begins(3, 8)
	lead := w.enters(ines, identity.Lead)
	id := lead.launchMessage()
	page := route.Message(id)
	lead.expects(page, "Held")
	w.turns()
	lead.expects(page, "Held", "It is held until go is given for Wave 1.")
	if got := w.got(""); len(got) != 0 {
		t.Fatalf("it went to %d before go", len(got))
	}
	deciders := w.asksForGo(lead)
	for _, d := range deciders {
		d.votes("go", "")
	}
	lead.expects(route.WaveReadiness("wave-1"), "Go")
	lead.expects(page, "Scheduled")
	w.turns()
	if got := w.got("Cowork is open for you"); len(got) != 8 {
		t.Errorf("after go it went to %d of 8", len(got))
	}
	lead.expects(page, "Sent")
}

// TestALaunchMessageIsMissedWithoutGo has somebody say no: it waits, and is missed once its time of use is over.
func TestALaunchMessageIsMissedWithoutGo(t *testing.T) {
	w := newWhole(t, false)
	w.begins(3, 8)
	lead := w.enters(ines, identity.Lead)
	id := lead.launchMessage()
	page := route.Message(id)
	deciders := w.asksForGo(lead)
	deciders[0].votes("no_go", "Seats are short.")
	wave := route.WaveReadiness("wave-1")
	f := lead.fills(wave, "form[action$='/decide']", "choice", "no_go")
	if a := lead.post(wave+"/decide", f); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.says("main"))
	}
	w.turns()
	lead.expects(page, "Held", "It is held until go is given for Wave 1.")
	w.comes(id, 11*time.Hour)
	w.turns()
	lead.expects(page, "Missed", "Its time of use was over before it could go out. It is held until go is given for Wave 1.")
	if got := w.got(""); len(got) != 0 {
		t.Errorf("it went to %d", len(got))
	}
}

// launchMessage plans the playbook's messages, and has the one of the launch day approved and its time come.
func (g *caller) launchMessage() int64 {
	g.t.Helper()
	id := g.plans("onboarding-guide")
	g.approved(id, g)
	g.comes(id, time.Minute)
	return id
}

// plans plans the messages of the playbook, and returns the one for Wave 1 that was made from a template.
func (g *caller) plans(template string) int64 {
	g.t.Helper()
	f := g.fills(route.PlanMessages, "main form[method=post]")
	if a := g.post(route.PlanMessages, f); a.status != 200 {
		g.t.Fatalf("%d %s", a.status, a.says("main"))
	}
	return g.planned(template)
}

// planned is the message for Wave 1 that was made from a template.
func (g *caller) planned(template string) int64 {
	g.t.Helper()
	all, err := g.app.store.Messages(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	for _, m := range all {
		if m.Template == template && m.Stage != comms.Ongoing && g.wave() == strconv.Itoa(m.Wave) {
			return int64(m.ID)
		}
	}
	g.t.Fatalf("%s is not planned: %d messages are", template, len(all))
	return 0
}

// proves leaves one thing on the checklist of Wave 1, and has somebody vouch for it.
func (w *whole) proves() {
	w.t.Helper()
	w.do(`update task set checklist = '' where checklist <> '' and title <> 'Required domains are reachable from every site'`)
	w.do(`insert into attestation (task, by_name, by_email, at, holds_to, words)
		select id, 'Noor Haddad', 'noor@example.com', now(), current_date + 30, 'Every site was tried.' from task where checklist <> '' and wave = $1`, w.wave())
}

// asksForGo names three people who decide Wave 1, and asks them.
func (w *whole) asksForGo(lead *caller) []*caller {
	w.t.Helper()
	w.proves()
	at := route.WaveReadiness("wave-1")
	f := lead.fills(at, "form[action$='/deciders']", "name.0", lee.Name, "email.0", lee.Email, "name.1", helen.Name, "email.1", helen.Email)
	if a := lead.post(at+"/deciders", f); a.status != 200 {
		w.t.Fatalf("deciders: %d %s", a.status, a.says("main"))
	}
	if a := lead.post(at+"/ask", lead.fills(at, "form[action$='/ask']")); a.status != 200 {
		w.t.Fatalf("ask: %d %s", a.status, a.says("main"))
	}
	return []*caller{w.enters(lee, identity.Lead), w.enters(helen, identity.Executive)}
}

// votes keeps a decider's word on Wave 1.
func (g *caller) votes(choice, reason string) {
	g.t.Helper()
	at := route.WaveReadiness("wave-1")
	if a := g.post(at+"/vote", g.fills(at, "form[action$='/vote']", "choice", choice, "reason", reason)); a.status != 200 {
		g.t.Fatalf("vote: %d %s", a.status, a.says("main"))
	}
}
