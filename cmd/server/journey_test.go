package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/caarlos0/env/v11"
	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/deliver/delivertest"
	"groundswell/internal/identity"
	"groundswell/internal/jobs"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/internal/signin/signintest"
	"groundswell/web"
)

// whole is the program in this process: its site, its jobs and its way to a mail server,
// with a provider at which people sign in.
type whole struct {
	t    *testing.T
	app  *app
	url  string
	idp  *signintest.Provider
	mail *delivertest.Server
}

// newWhole starts it over a database of its own. Without work nothing runs by itself: the
// test says when.
func newWhole(t *testing.T, work bool) *whole {
	t.Helper()
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{t: t, url: "http://" + localAddress(l), idp: signintest.New(t), mail: delivertest.NewServer(t, delivertest.Config{})}
	var s settings
	err = env.ParseWithOptions(&s, env.Options{Environment: map[string]string{
		"GROUNDSWELL_SECRET_KEY": strings.TrimPrefix(testSecret, "GROUNDSWELL_SECRET_KEY="), "GROUNDSWELL_PUBLIC_URL": w.url, "SMTP_URL": w.mail.URL(),
		"OIDC_ISSUER": w.idp.URL, "OIDC_CLIENT_ID": signintest.ClientID, "OIDC_CLIENT_SECRET": signintest.ClientSecret,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	log := s.logger()
	if w.app, err = openAt(ctx, s, dbtest.URL(t), func() {}, log); err != nil {
		t.Fatal(err)
	}
	w.app.serveAt(w.url)
	queue, err := w.app.startJobs(ctx, work)
	if err != nil {
		t.Fatal(err)
	}
	w.opens(ctx, l, queue, stop)
	w.do(`update send_channel set per_minute = 600000`)
	return w
}

// opens serves the site until the test ends, then shuts everything in order.
func (w *whole) opens(ctx context.Context, l net.Listener, queue *jobs.Runner, stop func()) {
	w.t.Helper()
	cfg, err := w.app.webConfig(l, queue)
	if err != nil {
		w.t.Fatal(err)
	}
	if cfg.Provider, err = w.app.provider(cfg.PublicURL); err != nil {
		w.t.Fatal(err)
	}
	site, err := web.New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serveHTTP(ctx, l, site, w.app.log) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
		w.app.close()
	})
}

// do changes the database behind the program's back, as another process would.
func (w *whole) do(sql string, args ...any) {
	w.t.Helper()
	for _, one := range []string{sql, `update generation set n = n + 1, people = n + 1`, `update plan_revision set n = n + 1`} {
		if _, err := w.app.store.Pool().Exec(w.t.Context(), one, args...); err != nil {
			w.t.Fatalf("%s: %v", one, err)
		}
		args = nil
	}
}

// rows returns the one column of a query.
func (w *whole) rows(sql string, args ...any) []string {
	w.t.Helper()
	found, err := w.app.store.Pool().Query(w.t.Context(), sql, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// The people of these tests.
var (
	ines  = rollout.Person{Name: "Ines Marchetti", Email: "ines@example.com"}
	lee   = rollout.Person{Name: "Lee Novak", Email: "lee@example.com"}
	helen = rollout.Person{Name: "Helen Achterberg", Email: "helen@example.com"}
)

// begins starts a rollout: a Wave 1 that opens in so many days, with so many people in it, and a Wave 2 without anybody.
func (w *whole) begins(launch, people int) {
	w.t.Helper()
	today := day.FromTime(time.Now())
	err := (&rollout.Service{Keeper: w.app.store}).Start(w.t.Context(), identity.Operator(), rollout.Answers{
		Playbook: "claude-cowork", Organization: "Aldermere", Architecture: rollout.SingleOrganization, Reason: "One identity provider.",
		Install: rollout.InstallManaged, TimeZone: "UTC",
		Calendar: rollout.Calendar{Weekdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}},
		Launches: []rollout.Launch{{Name: "Wave 1", On: today + day.Date(launch)}, {Name: "Wave 2", On: today + 60}},
		Holders:  map[string]rollout.Person{"comms_lead": ines, "exec_sponsor": helen, "endpoint_admin": ines},
	}, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	w.do(`insert into department (name) values ('Claims')`)
	w.enrols(1, people)
	w.do(`insert into champion (email, name, department, state, nominated_how, nominated_at, since)
		select 'rosa@example.com', 'Rosa Lindgren', id, 'active', 'lead', now(), '2026-01-05' from department`)
}

// enrols puts people onto the roster, in Claims and Wave 1.
func (w *whole) enrols(from, to int) {
	w.t.Helper()
	w.do(`insert into person (email, name) select 'p' || lpad(n::text, 3, '0') || '@example.com', 'Person ' || n from generate_series($1::int, $2::int) n`, from, to)
	w.do(`insert into placement (person, department, wave) select p.id, d.id, w.id from person p, department d, wave w
		where w.name = 'Wave 1' and not exists (select from placement where person = p.id)`)
}

// person is the address of somebody [whole.enrols] put onto the roster.
func person(n int) string { return fmt.Sprintf("p%03d@example.com", n) }

// caller is somebody at a browser of their own, signed in or not.
type caller struct {
	*whole
	client *http.Client
}

// enters signs somebody in by way of the provider, with a role that was given to their address.
func (w *whole) enters(who rollout.Person, role identity.Role) *caller {
	w.t.Helper()
	if _, err := w.app.identity.GrantEmail(w.t.Context(), identity.Operator(), who.Email, identity.Grant{Role: role}, time.Now()); err != nil {
		w.t.Fatal(err)
	}
	g := w.stranger()
	w.becomes(who)
	if a := g.get(route.SignInOIDC); a.status != http.StatusOK {
		w.t.Fatalf("%s cannot sign in: %d %s", who.Name, a.status, a.says("main"))
	}
	return g
}

// becomes has the provider take whoever comes next for somebody.
func (w *whole) becomes(who rollout.Person) {
	w.idp.Behave(signintest.Manners{Person: map[string]any{"sub": who.Email, "email": who.Email, "name": who.Name}})
}

// stranger is somebody who is not signed in.
func (w *whole) stranger() *caller {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &caller{w, &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// shown is the page that an answer ends at.
type shown struct {
	status int
	at     string
	*goquery.Document
}

// says is the text of a part of the page, a space between its elements.
func (p shown) says(selector string) string { return strings.Join(wordsOf(p.Find(selector)), " ") }

func wordsOf(s *goquery.Selection) []string {
	var out []string
	for _, one := range s.Contents().EachIter() {
		if goquery.NodeName(one) == "#text" {
			out = append(out, strings.Fields(one.Text())...)
		} else {
			out = append(out, wordsOf(one)...)
		}
	}
	return out
}

func (g *caller) send(r *http.Request, err error) shown {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
	res, err := g.client.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		g.t.Fatal(err)
	}
	return shown{res.StatusCode, res.Request.URL.Path, doc}
}

func (g *caller) get(path string) shown {
	g.t.Helper()
	return g.send(http.NewRequestWithContext(g.t.Context(), "GET", g.url+path, nil))
}

// post sends a form as a page of the site does, and goes where the answer leads.
func (g *caller) post(path string, f url.Values) shown {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), "POST", g.url+path, strings.NewReader(f.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return g.send(r, err)
}

// fills returns the fields of a form as they are shown, changed as pairs say.
func (g *caller) fills(path, selector string, pairs ...string) url.Values {
	g.t.Helper()
	p := g.get(path)
	form := p.Find(selector)
	if form.Length() != 1 {
		g.t.Fatalf("%s: %d forms %s: %s", path, form.Length(), selector, p.says("main"))
	}
	f := fieldsOf(form)
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// fieldsOf are what a browser would send of a form.
func fieldsOf(form *goquery.Selection) url.Values {
	f := url.Values{}
	for _, in := range form.Find("input[name], textarea[name], select[name]").EachIter() {
		name := in.AttrOr("name", "")
		switch {
		case goquery.NodeName(in) == "textarea":
			f.Set(name, in.Text())
		case goquery.NodeName(in) == "select":
			f.Set(name, in.Find("option[selected]").AttrOr("value", in.Find("option").First().AttrOr("value", "")))
		case in.AttrOr("type", "") != "checkbox" && in.AttrOr("type", "") != "radio":
			f.Set(name, in.AttrOr("value", ""))
		case in.Is("[checked]"):
			f.Add(name, in.AttrOr("value", "on"))
		}
	}
	return f
}

// writes saves a message to Wave 1 as a draft and returns its id.
func (g *caller) writes(pairs ...string) int64 {
	g.t.Helper()
	all := append([]string{"title", "Training dates", "subject", "Bring one task, {{name}}", "body", "Ask {{champion}}.", "wave", g.wave(), "offset", "-2", "waves", g.wave()}, pairs...)
	a := g.post(route.Messages, g.fills(route.NewMessage, "#message", all...))
	id, err := strconv.ParseInt(strings.TrimPrefix(a.at, route.Messages+"/"), 10, 64)
	if err != nil {
		g.t.Fatalf("saved, then at %s (%d): %s", a.at, a.status, a.says("main"))
	}
	return id
}

// wave is the id of Wave 1.
func (w *whole) wave() string { return w.rows(`select id::text from wave where name = 'Wave 1'`)[0] }

// acts sends a form of a message's page as it stands there, and expects it to be done.
func (g *caller) acts(id int64, what string, pairs ...string) {
	g.t.Helper()
	at := route.Message(id)
	if a := g.post(at+"/"+what, g.fills(at, "form[action$='/"+what+"']", pairs...)); a.status != http.StatusOK || a.at != at {
		g.t.Fatalf("%s: %d at %s: %s", what, a.status, a.at, a.says("main"))
	}
}

// approved asks for a message's approval, and has somebody give it.
func (g *caller) approved(id int64, by ...*caller) {
	g.t.Helper()
	g.acts(id, "ask")
	for _, b := range by {
		b.acts(id, "approve")
	}
}

// expects fails unless a page says all of these.
func (g *caller) expects(path string, wants ...string) {
	g.t.Helper()
	say := g.get(path).says("main")
	for _, want := range wants {
		if !strings.Contains(say, want) {
			g.t.Errorf("%s does not say %q: %s", path, want, say)
		}
	}
}

// awaits waits until a page says something.
func (g *caller) awaits(path, want string) {
	g.t.Helper()
	until(g.t, func() (bool, string) {
		say := g.get(path).says("main")
		return strings.Contains(say, want), path + " does not say “" + want + "”: " + say
	})
}

// until waits for something that takes a moment in another goroutine, half a minute at most.
func until(t *testing.T, holds func() (bool, string)) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; <-time.After(20 * time.Millisecond) {
		ok, say := holds()
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatal(say)
		}
	}
}

// comes puts the time of a message that is planned to so long ago.
func (w *whole) comes(id int64, ago time.Duration) {
	w.t.Helper()
	at := time.Now().UTC().Add(-ago)
	w.do(`update occurrence set day = $2, at = $3, zone = 'UTC', day_set = true where message = $1 and state = 'planned'`, id, at.Format(time.DateOnly), at.Format("15:04"))
}

// turns does once what the jobs do every few seconds: what is due goes out, what waits is sent.
func (w *whole) turns() {
	w.t.Helper()
	if err := w.app.dispatch(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	post := &comms.Post{Outbox: w.app.store, Carrier: w.app.carrier(), Timeout: w.app.out.longest + settleTakes, Backoff: 30 * time.Second} // longer than a drain waits
	if err := post.Drain(w.t.Context(), mailChannel, "a worker"); err != nil {
		w.t.Fatal(err)
	}
}

// passes lets time pass: every moment that sending goes by is put back by as much.
func (w *whole) passes(by time.Duration) {
	w.t.Helper()
	for _, sql := range []string{
		`update mailing set due_at = due_at - make_interval(secs => $1), useful_until = useful_until - make_interval(secs => $1)`,
		`update delivery set next_at = next_at - make_interval(secs => $1), claimed_at = claimed_at - make_interval(secs => $1)`,
		`update send_channel set next_at = next_at - make_interval(secs => $1), failed_at = failed_at - make_interval(secs => $1), worked_at = worked_at - make_interval(secs => $1)`,
	} {
		if _, err := w.app.store.Pool().Exec(w.t.Context(), sql, by.Seconds()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// got counts the mails that each address has, of a subject that begins like this.
func (w *whole) got(subject string) map[string]int {
	w.t.Helper()
	out := map[string]int{}
	for _, k := range w.mail.Kept() {
		if m := readMail(w.t, k.Data); strings.HasPrefix(m.subject, subject) {
			out[k.To]++
		}
	}
	return out
}
