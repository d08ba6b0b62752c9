package web

import (
	"context"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/signin/signintest"
	"groundswell/views/support"
)

// aDay is the phone of Tomas, a champion, on a slow connection. A session of his
// department has begun.
type aDay struct {
	*site
	ctx     context.Context
	session int
}

const championsDaySeed = `
update training_session set kind = 'all_staff_101' where name = 'Office hours';
with entry as (
	insert into champion (email, name, department, state, nominated_how, nominated_at, since)
	select 'tomas@example.com', 'Tomas Lindqvist', id, 'active', 'lead', now(), current_date - 30 from department where name = 'Claims Operations' returning id)
insert into thanks (champion, words, by_name, at) select id, 'Six first setups in a week', 'Ines', now() from entry`

// startsADay opens a phone in front of a site that knows Tomas's address only.
func startsADay(t *testing.T) *aDay {
	t.Helper()
	s, _ := claimsSite(t)
	s.clock.mu.Lock()
	s.clock.at = s.clock.at.Truncate(24 * time.Hour).Add(15*time.Hour + 40*time.Minute)
	s.clock.mu.Unlock()
	s.exec(championsDaySeed)
	if _, err := s.id.GrantEmail(t.Context(), identity.Operator(), "tomas@example.com", roleGrants["champion"], s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.idp.Behave(signintest.Manners{Person: map[string]any{"sub": "sub-tomas", "email": "tomas@example.com", "email_verified": true, "name": "Tomas Lindqvist"}})
	d := &aDay{s, sourcesBrowser(t), s.number(`select id from training_session where name = 'Office hours'`)}
	slow := &network.Conditions{Latency: 200, DownloadThroughput: 60 << 10, UploadThroughput: 30 << 10}
	if _, err := chromedp.Call(d.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{slow}}); err != nil {
		t.Fatal(err)
	}
	inBrowser(t, d.ctx, "a phone", chromedp.EmulateViewport(390, 844))
	return d
}

// does takes steps, and measures where they end.
func (d *aDay) does(t *testing.T, what string, steps ...browserStep) {
	t.Helper()
	inBrowser(t, d.ctx, what, steps...)
	hitsAFinger(t, d.ctx, what)
}

// counts holds the number of rows that a query counts.
func (d *aDay) counts(t *testing.T, what string, want int, sql string) {
	t.Helper()
	if n := d.number(sql); n != want {
		t.Errorf("%s: %d rows, want %d", what, n, want)
	}
}

// filled is what the form that a selector finds would send.
func (d *aDay) filled(t *testing.T, selector string) url.Values {
	t.Helper()
	out := url.Values{}
	for name, value := range asked[map[string]string](t, d.ctx, `Object.fromEntries(new FormData(document.querySelector('`+selector+`')))`) {
		out.Set(name, value)
	}
	return out
}

// arrivesLate sends a form that the phone has sent before, from a second window.
func (d *aDay) arrivesLate(t *testing.T, path string, form url.Values) {
	t.Helper()
	again := d.browser()
	again.signIn(route.Today)
	if a := again.post(path, form); a.StatusCode != 303 {
		t.Errorf("%s, sent again: %d", path, a.StatusCode)
	}
}

// losesTheAnswer presses a button and drops what the server answers to the form.
func (d *aDay) losesTheAnswer(t *testing.T, path, button string) {
	t.Helper()
	answers := fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "*" + path, RequestStage: fetch.RequestStageResponse}}}
	if _, err := chromedp.Call(d.ctx, fetch.Enable, answers); err != nil {
		t.Fatal(err)
	}
	within, cancel := context.WithTimeout(d.ctx, time.Minute)
	defer cancel()
	posted := func(e fetch.EventRequestPaused) bool { return e.Request.Method == "POST" }
	e, err := chromedp.Run(within, chromedp.WaitEvent(fetch.RequestPaused, posted, chromedp.Click(chromedp.CSS(button))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(d.ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonConnectionClosed}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(d.ctx, fetch.Disable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
}

const tomasTouched = `select count(*) from touchpoint where champion_email = 'tomas@example.com'`

// signsIn comes by the start page, and lands on the day with the latest thanks.
func (d *aDay) signsIn(t *testing.T) {
	t.Helper()
	d.does(t, "sign in", chromedp.Navigate(d.url), chromedp.Click(chromedp.CSS("main a.btn.primary")), says("h1", "Claims Operations"), says("main", "Six first setups in a week"))
	if at := asked[string](t, d.ctx, `location.pathname`); at != route.Today {
		t.Errorf("a champion lands on %s", at)
	}
}

// logsATouchpoint takes two taps, of which the second is a double one; the toast
// takes it back, and the same form comes once more.
func (d *aDay) logsATouchpoint(t *testing.T) {
	t.Helper()
	d.does(t, "the sheet of a touchpoint", chromedp.Click(chromedp.CSS(`section:has(#start) li:first-child a.btn`)), says(".picked", "Dario Diaz"))
	d.counts(t, "looking at the sheet", 0, tomasTouched)
	sent := d.filled(t, "form[data-draft=touchpoint]")
	sent.Set("kind", "question")
	d.does(t, "log it", chromedp.DoubleClick(chromedp.CSS(`button[name=kind][value=question]`)), says("#toasts", "Logged: question with Dario Diaz."))
	d.counts(t, "tapped twice", 1, tomasTouched)
	d.counts(t, "what was logged", 1, tomasTouched+` and user_email = 'dario@example.com' and kind = 'question' and note = '' and day = date '`+d.clock.Now().Format(time.DateOnly)+`'`)
	d.does(t, "undo it", chromedp.Click(chromedp.CSS(`#toasts form button`)), says("#toasts", "Taken back."))
	d.counts(t, "undone", 0, tomasTouched)
	d.arrivesLate(t, route.Touchpoints, sent)
	d.counts(t, "sent again after it was undone", 0, tomasTouched)
}

// fillsInAWin chooses a person on the way and fills in everything.
func (d *aDay) fillsInAWin(t *testing.T) {
	t.Helper()
	d.does(t, "the sheet of a win", chromedp.Click(chromedp.CSS(`main a[href^="/wins/new"]`)), says(".picked", "Nobody chosen yet"))
	d.does(t, "choose whose", chromedp.Click(chromedp.CSS(`button[name=pick]`)), says(".win-found", "Anna Abel"))
	d.does(t, "fill it in", chromedp.Click(chromedp.CSS(`.win-found button[value="anna@example.com"]`)), says(".picked", "Anna Abel"),
		chromedp.SendKeys(chromedp.CSS("#deliverable"), "Reserve summary for 46 claims"), chromedp.Click(chromedp.CSS(`label:has(input[name=before][value=new])`)),
		chromedp.Click(chromedp.CSS(`label:has(input[name=hours][value="2"])`)), chromedp.SendKeys(chromedp.CSS("#goes_to"), "Calling claimants"))
	d.counts(t, "before saving", 0, `select count(*) from win`)
}

// isLogged holds the one win that there should be.
func (d *aDay) isLogged(t *testing.T, what string) {
	t.Helper()
	d.counts(t, what, 1, `select count(*) from win`)
	d.counts(t, what+", as typed", 1, `select count(*) from win where email = 'anna@example.com' and state = 'logged' and deliverable = 'Reserve summary for 46 claims'
		and before = 'new' and hours = 2 and goes_to = 'Calling claimants'`)
}

const tomasCame = `select count(*) from attendance where email = 'tomas@example.com'`

// checksIn comes by the address in the QR code at the door, sends the code once
// more, and says twice what was made.
func (d *aDay) checksIn(t *testing.T) {
	t.Helper()
	code := d.srv.Attendance.door().Code(d.session, d.clock.Now())
	d.does(t, "scan the code", chromedp.Navigate(d.srv.checkInURL(d.session, code)), says("main", "Filled in from the door"))
	d.counts(t, "looking at the form", 0, tomasCame)
	sent := d.filled(t, "form.check-in")
	d.does(t, "check in", chromedp.DoubleClick(chromedp.CSS(".ph-foot button")), says("#mine", "You are checked in"))
	d.arrivesLate(t, route.CheckIn, sent)
	d.counts(t, "checked in", 1, tomasCame)
	d.counts(t, "how", 1, tomasCame+` and status = 'attended' and source = 'code' and deliverable = ''`)
	d.does(t, "say what was made", chromedp.SendKeys(chromedp.CSS("#deliverable"), "A reserve summary"),
		chromedp.DoubleClick(chromedp.CSS("form:has(#deliverable) button")), says("#toasts", "Saved: what you made."))
	d.counts(t, "what was made", 1, tomasCame+` and deliverable = 'A reserve summary'`)
}

// TestADayOnAPoorConnection is a champion's day on a phone: two taps, a way back, a
// form whose answer is lost, and a session.
func TestADayOnAPoorConnection(t *testing.T) {
	d := startsADay(t)
	d.signsIn(t)
	d.logsATouchpoint(t)
	d.fillsInAWin(t)
	d.losesTheAnswer(t, route.Wins, `.ph-foot button[type=submit]`)
	d.does(t, "an answer that was lost", says(".kept.lost", "Not sent: no connection"))
	d.isLogged(t, "the answer is lost")
	d.does(t, "send it again", chromedp.Click(chromedp.CSS(".kept.lost button")), says("#toasts", "Win logged for Anna Abel."))
	d.isLogged(t, "sent again")
	d.checksIn(t)
}

// TestADayOnAPhoneWithoutScript is the same day where no script runs.
func TestADayOnAPhoneWithoutScript(t *testing.T) {
	d := startsADay(t)
	if _, err := chromedp.Call(d.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	d.signsIn(t)
	d.logsATouchpoint(t)
	d.fillsInAWin(t)
	sent := d.filled(t, "form[data-draft=win]")
	d.does(t, "save it", chromedp.DoubleClick(chromedp.CSS(`.ph-foot button[type=submit]`)), says("#toasts", "Win logged for Anna Abel."))
	d.isLogged(t, "tapped twice")
	d.arrivesLate(t, route.Wins, sent)
	d.isLogged(t, "sent again")
	d.checksIn(t)
}

// everyKindOfPage is what a champion's phone may have open, in every state. All of
// it is about things that exist.
func (s *site) everyKindOfPage() []string {
	own := func(sql string) string { return strconv.Itoa(s.number(sql)) }
	touched := route.Touchpoints + "/" + own(`select max(id) from touchpoint where champion_email = 'champion@example.com'`)
	won := route.Wins + "/" + own(`select max(id) from win where deliverable = 'One list of 46 claims'`) + "/edit"
	open := own(`select id from training_session where name = 'own session 0'`)
	later := own(`select id from training_session where name = 'own session 4'`)
	held := own(`select id from training_session where name = 'own session -3'`)
	return []string{
		route.Today, route.TodayPeople, route.TodayPeople + "?group=sign_in", route.TodayPeople + "?q=own", route.TodayWins, route.TodayHelp,
		route.NewTouchpoint, route.NewTouchpoint + "?q=nobody", route.NewTouchpoint + "?person=own2@example.com", route.NewTouchpoint + "?department=claims-operations", touched,
		route.NewWin, route.NewWin + "?person=own2@example.com", route.NewWin + "?person=absent@example.com", won,
		route.Kit, route.Kit + "/delegating", route.Kit + "/contacts", route.Kit + "/reporting",
		support.ReportPath, route.Issues, route.Issues + "/" + own(`select min(id) from support_issue where title like 'own%'`),
		route.CheckIn, route.CheckIn + "?session=" + open, route.CheckIn + "?session=" + later + "&code=123456",
		route.Trainings, route.Trainings + "/" + open, route.Trainings + "/" + later, route.Trainings + "/" + held,
	}
}

// everybodysPages are for people without a role too.
func (s *site) everybodysPages() []string {
	guide := route.Guide(s.number(`select min(id) from guide where audience = 'users'`))
	return []string{route.Trainings, route.Library, route.Library + "?q=zzz", guide, route.Support, route.Volunteer}
}

// reachesEverything is a site with all of a champion's things at a moment when a
// session's door is open, and somebody who was asked to become a champion.
func reachesEverything(t *testing.T) (s *site, champion *browser, invitation string) {
	t.Helper()
	s, champion = canarySite(t)
	s.clock.mu.Lock()
	s.clock.at = s.clock.at.Truncate(24 * time.Hour).Add(10*time.Hour + 5*time.Minute)
	s.clock.mu.Unlock()
	champion.is("champion", roleGrants["champion"])
	champion.must(champion.post(route.Touchpoints, fields(formKeyField, newFormKey(), "person", "own2@example.com", "kind", "question")), 303)
	champion.must(champion.post(route.Wins, fields(formKeyField, newFormKey(), "person", "own2@example.com", "deliverable", "One list of 46 claims", "before", "new", "hours", "2")), 303)
	lead := s.browser()
	acc := lead.is("lead", roleGrants["lead"])
	if err := s.store.TakeStarterSet(t.Context(), acc.Actor(), s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	invitation, _ = lead.invites("typed@example.com")
	return s, champion, invitation
}

// TestEveryPhonePageFitsAFinger measures whatever a champion, or somebody without a
// role, opens on a phone.
func TestEveryPhonePageFitsAFinger(t *testing.T) {
	s, champion, invitation := reachesEverything(t)
	ctx := sourcesBrowser(t)
	champion.lends(t, ctx)
	for _, path := range append(s.everyKindOfPage(), s.everybodysPages()...) {
		holdsPhone(t, ctx, s, path)
		isThere(t, ctx, path)
	}
	refused := map[string]string{route.NewTouchpoint + "?person=own2@example.com": "button[value=question]", route.NewWin: ".ph-foot button"}
	for path, button := range refused {
		inBrowser(t, ctx, path, chromedp.Navigate(s.url+path), chromedp.WaitReady(chromedp.CSS(button)))
		asked[bool](t, ctx, `document.querySelector("#day").value = "2020-01-01", document.querySelector("main form").noValidate = true`)
		inBrowser(t, ctx, path+", refused", chromedp.Click(chromedp.CSS(button)), chromedp.WaitVisible(chromedp.CSS(".err")))
		hitsAFinger(t, ctx, path+", refused")
	}
	typed := s.browser()
	typed.is("typed")
	typed.lends(t, ctx)
	for _, path := range append(s.everybodysPages(), route.Home, route.CheckIn, invitation) {
		holdsPhone(t, ctx, s, path)
		isThere(t, ctx, path)
	}
}

// isThere fails for a page that says why it is not one.
func isThere(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	if asked[bool](t, ctx, `!!document.querySelector(".problem")`) {
		t.Errorf("%s: %s", path, asked[string](t, ctx, `document.querySelector(".problem").innerText`))
	}
}

// TestTheWayBackToTheDayStaysInSight takes the first of the links at the foot of
// pages that stand in the frame of a desk, however far the strip is scrolled.
func TestTheWayBackToTheDayStaysInSight(t *testing.T) {
	s, b := claimsSite(t)
	ctx := sourcesBrowser(t)
	b.lends(t, ctx)
	for _, path := range []string{route.Trainings, route.Library, route.Support} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), chromedp.WaitReady(chromedp.CSS("#main")))
		first := asked[string](t, ctx, `[...document.querySelectorAll(".side > nav a")].find(a => {
			const r = a.getBoundingClientRect();
			return r.top > innerHeight / 2 && a.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2));
		})?.getAttribute("href") ?? ""`)
		if first != route.Today {
			t.Errorf("%s: the first link at the foot leads to %q", path, first)
			continue
		}
		inBrowser(t, ctx, "back from "+path, chromedp.Click(chromedp.CSS(`.side > nav a[href="/today"]`)), says("h1", "Claims Operations"))
	}
}
