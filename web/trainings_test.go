package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// outlined is a session of the tests; change may alter it.
func outlined(name string, change func(*enablement.Outline)) enablement.Outline {
	o := enablement.Outline{Name: name, Kind: enablement.OfficeHours, Starts: "12:00", Zone: "UTC", Minutes: 60, Place: "Room 2"}
	if change != nil {
		change(&o)
	}
	return o
}

// trains keeps a session so many days from today; one of the past was planned before it.
func (s *site) trains(o enablement.Outline, in int) int {
	s.t.Helper()
	on := s.today() + day.Date(in)
	now := min(s.srv.Now().Unix(), (on - 7).Time().Unix())
	id, err := s.srv.Trainings.Plan.Plan(s.t.Context(), identity.Operator(), o, on, time.Unix(now, 0).UTC())
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *site) today() day.Date { return day.FromTime(s.srv.Now()) }

// hasDepartments makes departments with one person each, and returns them by slug.
func (s *site) hasDepartments() map[string]enablement.Whose {
	s.t.Helper()
	s.does(`insert into department (name) values ('Legal'), ('Claims Operations')`)
	s.does(`insert into person (email, name) values ('lea@example.com', 'Lea'), ('clara@example.com', 'Clara')`)
	s.does(`insert into placement (person, department) select p.id, d.id from person p join department d on (p.name = 'Lea') = (d.name = 'Legal')`)
	list, err := s.srv.whoseOf(s.t.Context(), place{Today: s.today()})
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]enablement.Whose{}
	for _, d := range list {
		out[d.Slug] = d
	}
	return out
}

func (s *site) does(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.store.Pool().Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// filled is a form that plans a session, with some of it changed.
func (s *site) filled(kv ...string) url.Values {
	f := url.Values{
		"name": {"Desk"}, "kind": {"office_hours"}, "day": {(s.today() + 3).String()}, "starts": {"12:00"}, "zone": {"UTC"}, "minutes": {"60"},
		"place": {"Room 2"}, "features": {"skills", "chrome"}, "version": {"1"},
	}
	for i := 0; i+1 < len(kv); i += 2 {
		f.Set(kv[i], kv[i+1])
	}
	return f
}

func TestLeadPlansASession(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	a := b.post(route.Trainings, s.filled("link", "https://meet.example.com/x", "capacity", "12", "host_email", "ann@example.com"))
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	p, err := s.store.PlannedSession(t.Context(), 1)
	if err != nil || p.Name != "Desk" || *p.Capacity != 12 || len(p.Features) != 2 || p.Day != s.today()+3 {
		t.Errorf("%v %+v", err, p)
	}
	if list := b.get(route.Trainings).body; !strings.Contains(list, "Desk") || !strings.Contains(list, "12 of 12 seats left") || !strings.Contains(list, "https://meet.example.com/x") {
		t.Error("the session is not in the agenda, with its seats and its link")
	}
}

// What cannot be used comes back as it was typed, beside what is wrong with it, and nothing is kept.
func TestTrainingsThatCannotBePlanned(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	s.trains(outlined("Taken", nil), 3)
	for name, c := range map[string]struct {
		kv   []string
		says string
	}{
		"no name":                {[]string{"name", ""}, "Give the session a name."},
		"the past":               {[]string{"day", (s.today() - 1).String()}, "This time has passed."},
		"no day":                 {[]string{"day", "soon"}, "Choose a day."},
		"no minutes":             {[]string{"minutes", "an hour"}, "Write how many minutes it takes"},
		"a link of credentials":  {[]string{"link", "https://me:pw@example.com"}, "Leave the user name and password out"},
		"a link to a script":     {[]string{"link", "javascript:alert(1)"}, "Write a link that begins with https://"},
		"a host without":         {[]string{"host_email", "ann at work"}, "is no email address"},
		"no seats":               {[]string{"capacity", "0"}, "at least 1"},
		"half a seat":            {[]string{"capacity", "1.5"}, "at least 1"},
		"another zone":           {[]string{"zone", "Mars/Olympus"}, "Write a time zone like Europe/Berlin."},
		"a department that went": {[]string{"department", "space"}, "not on the roster any more"},
		"whose department":       {[]string{"kind", "department"}, "Choose the department this session is for."},
		"taken":                  {[]string{"name", "Taken"}, "already, as office hours"},
	} {
		a := b.post(route.Trainings, s.filled(append([]string{"about", "Bring <b>work</b>"}, c.kv...)...))
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.says) || !strings.Contains(a.body, "Bring &lt;b&gt;work") {
			t.Errorf("%s: %d, without %q", name, a.StatusCode, c.says)
		}
	}
	for _, broken := range []string{"name=%zz", "name=\x00", "name=%ff"} {
		r := b.request("POST", route.Trainings, nil)
		r.Body, r.ContentLength = http.NoBody, 0
		r, err := http.NewRequestWithContext(t.Context(), "POST", b.url+route.Trainings, strings.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if a := b.do(r); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", broken, a.StatusCode)
		}
	}
	list, err := s.store.UpcomingSessions(t.Context(), identity.Operator(), 0, s.today()+99)
	if err != nil || len(list) != 1 {
		t.Errorf("%v: %d sessions are kept, want the first only", err, len(list))
	}
}

// A department's session is its own people's: to others it is not there, by any address.
func TestSessionOfAnotherDepartment(t *testing.T) {
	s := newSite(t, nil)
	of := s.hasDepartments()
	legal := s.trains(outlined("Canary of Legal", func(o *enablement.Outline) {
		o.Kind, o.Department, o.Place, o.Host.Name = enablement.Department, of["legal"], "Canary room", "Canary host"
	}), 2)
	s.trains(outlined("Open desk", nil), 2)
	for name, c := range map[string]struct {
		grants []identity.Grant
		legal  bool
	}{
		"lead": {[]identity.Grant{roleGrants["lead"]}, true}, "auditor": {[]identity.Grant{roleGrants["auditor"]}, true}, "owner": {[]identity.Grant{roleGrants["owner"]}, true},
		"tomas": {[]identity.Grant{roleGrants["champion"]}, false}, "zoe": {[]identity.Grant{{Role: identity.Champion, Department: "legal"}}, true},
		"helen": {[]identity.Grant{roleGrants["executive"]}, false}, "lea": {nil, true}, "clara": {nil, false}, "stranger": {nil, false},
	} {
		b := s.browser()
		b.is(name, c.grants...)
		for _, path := range []string{route.Trainings, route.Trainings + "?kind=department", agendaMonth(s.today() + 2), route.Trainings + "?department=legal", route.Trainings + "?from=today"} {
			body := b.get(path).body
			if strings.Contains(body, "Canary") != c.legal {
				t.Errorf("%s at %s: the session of Legal is shown: %v", name, path, !c.legal)
			}
		}
		if body := b.get(route.Trainings).body; !strings.Contains(body, "Open desk") {
			t.Errorf("%s does not find the session for everybody", name)
		}
		s.sameAsAbsent(b, name, legal, c.legal)
	}
}

// sameAsAbsent compares what a session answers with what one answers that never was.
func (s *site) sameAsAbsent(b *browser, name string, id int, seen bool) {
	s.t.Helper()
	for _, part := range []string{partEdit, partCovered} {
		there, absent := b.get(route.Training(id)+part), b.get(route.Training(id+1000)+part)
		if seen == (there.StatusCode == absent.StatusCode) {
			s.t.Errorf("%s: %s answers %d, an absent one %d", name, part, there.StatusCode, absent.StatusCode)
		}
		if seen {
			continue
		}
		if posted := b.post(route.Training(id)+part, s.filled()); posted.StatusCode != http.StatusNotFound || strings.Contains(posted.body, "Canary") {
			s.t.Errorf("%s: POST %s answers %d", name, part, posted.StatusCode)
		}
	}
}

func TestHostChangesWhatIsTheirs(t *testing.T) {
	s := newSite(t, nil)
	of := s.hasDepartments()
	id := s.trains(outlined("Desk", func(o *enablement.Outline) {
		o.Kind, o.Department, o.Host = enablement.Department, of["legal"], enablement.Host{Name: "Ann", Email: "ANN@example.com"}
	}), 2)
	b := s.browser()
	b.is("ann")
	page := b.get(route.Training(id) + partEdit)
	if page.StatusCode != http.StatusOK || strings.Contains(page.body, `type="date"`) || strings.Contains(page.body, "Cancel session") {
		t.Fatalf("the host's form: %d", page.StatusCode)
	}
	form := s.filled("kind", "department", "department", "legal", "day", (s.today() + 2).String(), "host_name", "Ann", "host_email", "ANN@example.com", "place", "Roof")
	if a := b.post(route.Training(id)+partEdit, form); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("a new place: %d", a.StatusCode)
	}
	form.Set("version", "2")
	form.Set("name", "Renamed")
	if a := b.post(route.Training(id)+partEdit, form); a.StatusCode != http.StatusForbidden {
		t.Errorf("a new name: %d", a.StatusCode)
	}
	p, err := s.store.PlannedSession(t.Context(), id)
	if err != nil || p.Place != "Roof" || p.Name != "Desk" {
		t.Errorf("%v %+v", err, p)
	}
	other := s.browser()
	other.is("lea")
	if a := other.get(route.Training(id) + partEdit); a.StatusCode != http.StatusForbidden {
		t.Errorf("somebody who sees it, and does not run it: %d", a.StatusCode)
	}
}

func TestStaleEditKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	id := s.trains(outlined("Desk", nil), 3)
	at := route.Training(id)
	if a := b.post(at+partEdit, s.filled("place", "Theirs")); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", a.StatusCode)
	}
	a := b.post(at+partEdit, s.filled("place", "Mine"))
	if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, `value="Mine"`) || !strings.Contains(a.body, "place Theirs") || !strings.Contains(a.body, `name="version" value="2"`) {
		t.Errorf("%d: the conflict does not show both", a.StatusCode)
	}
	if a := b.post(at+partCancel, url.Values{"version": {"1"}, "reason": {"Host is ill"}}); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "Host is ill") {
		t.Errorf("a stale cancellation: %d", a.StatusCode)
	}
	if a := b.post(at+partCancel, url.Values{"version": {"2"}, "reason": {" "}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Say why") {
		t.Errorf("without a reason: %d", a.StatusCode)
	}
	if a := b.post(at+partCancel, url.Values{"version": {"2"}, "reason": {"Host is ill"}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("cancel: %d", a.StatusCode)
	}
	if list := b.get(route.Trainings).body; !strings.Contains(list, "Cancelled") || !strings.Contains(list, "Host is ill") {
		t.Error("the agenda does not say that it is cancelled, and why")
	}
	if a := b.get(at + partEdit); a.location() != at+partRestore || !strings.Contains(b.get(at+partRestore).body, "Cancelled: Host is ill") {
		t.Errorf("what is cancelled is edited: %d %s", a.StatusCode, a.location())
	}
	if a := b.post(at+partRestore, url.Values{"version": {"3"}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("restore: %d", a.StatusCode)
	}
	if a := b.get(at + partCovered); a.StatusCode != http.StatusConflict {
		t.Errorf("what it covered, before it was held: %d", a.StatusCode)
	}
}

func TestSeriesIsShownBeforeItIsKept(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	form := s.filled("from", (s.today() + 2).String(), "until", (s.today() + 30).String(), "every_weeks", "2")
	a := b.post(route.Series, form)
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Plan 3 sessions") {
		t.Fatalf("%d", a.StatusCode)
	}
	if list, err := s.store.AllSeries(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("%v: a look at it kept it: %v", err, list)
	}
	form.Set("confirm", "yes")
	if a := b.post(route.Series, form); a.StatusCode != http.StatusSeeOther || a.location() != route.OneSeries(1) {
		t.Fatalf("%d %s", a.StatusCode, a.location())
	}
	form.Set("until", (s.today() + 2000).String())
	if a := b.post(route.Series, form); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("for ever: %d", a.StatusCode)
	}
	form.Set("until", (s.today() + 44).String())
	form.Set("place", "Roof")
	if a := b.post(route.OneSeries(1), without(form, "confirm")); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Sessions that change") || !strings.Contains(a.body, "New sessions") {
		t.Errorf("what changes: %d", a.StatusCode)
	}
	if a := b.post(route.OneSeries(1), form); a.StatusCode != http.StatusSeeOther {
		t.Errorf("change: %d", a.StatusCode)
	}
	if a := b.post(route.OneSeries(1), form); a.StatusCode != http.StatusConflict {
		t.Errorf("a stale change: %d", a.StatusCode)
	}
	_, sessions, err := s.store.SeriesOf(t.Context(), 1)
	if err != nil || len(sessions) != 4 || sessions[3].Place != "Roof" {
		t.Fatalf("%v %+v", err, sessions)
	}
	s.does(`insert into sign_up (session, email, at) values ($1, 'bo@example.com', now())`, sessions[1].ID)
	if a := b.get(route.OneSeries(1) + partEnd); !strings.Contains(a.body, "cancelled, because people signed up") || !strings.Contains(a.body, "removed: nobody signed up") {
		t.Error("what ending does is not said")
	}
	if a := b.post(route.OneSeries(1)+partEnd, url.Values{"version": {"2"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", a.StatusCode)
	}
	if a := b.post(route.OneSeries(1)+partEnd, url.Values{"version": {"2"}, "reason": {"The pilot is over"}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("end: %d", a.StatusCode)
	}
	if a := b.get(route.OneSeries(1)); !strings.Contains(a.body, "Ended on") || !strings.Contains(a.body, "The pilot is over") || strings.Contains(a.body, "Change the series") {
		t.Error("the series does not say that it has ended")
	}
}

func without(f url.Values, name string) url.Values {
	out := url.Values{}
	for k, v := range f {
		if k != name {
			out[k] = v
		}
	}
	return out
}

func grantOf(g identity.Grant) *identity.Grant { return &g }

// The link is for those who signed up and for those who run the session.
func TestLinkIsForThoseWhoComeAndRun(t *testing.T) {
	s := newSite(t, nil)
	const link = "https://meet.example.com/canary"
	id := s.trains(outlined("Desk", func(o *enablement.Outline) { o.Link, o.Place, o.Host.Email = link, "", "ann@example.com" }), 2)
	s.does(`insert into sign_up (session, email, at) values ($1, 'Bo@example.com', now())`, id)
	for name, c := range map[string]struct {
		grant *identity.Grant
		shown bool
	}{"bo": {nil, true}, "ann": {nil, true}, "cy": {nil, false}, "lead": {grantOf(roleGrants["lead"]), true}, "priya": {grantOf(roleGrants["auditor"]), false}} {
		b := s.browser()
		if c.grant != nil {
			b.is(name, *c.grant)
		} else {
			b.is(name)
		}
		if body := b.get(route.Trainings).body; strings.Contains(body, link) != c.shown || !strings.Contains(body, "Desk") {
			t.Errorf("%s reads the link: %v", name, !c.shown)
		}
	}
}

func TestCurriculumLeadsToWhatIsMissing(t *testing.T) {
	s := newSite(t, nil)
	of := s.hasDepartments()
	held := s.trains(outlined("Skills at work", func(o *enablement.Outline) {
		o.Kind, o.Department, o.Features = enablement.Department, of["legal"], []enablement.Feature{enablement.Skills}
	}), -3)
	cancelled := s.trains(outlined("Called off", func(o *enablement.Outline) { o.Features = []enablement.Feature{enablement.Dispatch} }), -2)
	s.does(`update training_session set cancelled_at = now(), cancel_reason = 'Ill' where id = $1`, cancelled)
	s.trains(outlined("Browser day", func(o *enablement.Outline) { o.Features = []enablement.Feature{enablement.Chrome} }), 5)
	s.does(`insert into attendance (session, email, status) values ($1, 'lea@example.com', 'attended'), ($1, 'Bo@example.com', 'completed'), ($1, 'cy@example.com', 'no_show')`, held)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	body := b.get(route.Curriculum).body
	for _, want := range []string{"1 of 8 features were covered", "7 features were covered by no session yet", "features=dispatch", "Skills at work", "Planned: Skills"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	c, err := s.store.Curriculum(t.Context(), s.today(), s.srv.Now())
	if err != nil || c.Rows[2].People != 2 || c.Rows[2].ByPlaces[of["legal"].ID] != 1 || c.Rows[2].Held[enablement.Department] != 1 || c.Rows[7].Sessions() != 0 || c.Rows[6].Next == nil {
		t.Errorf("%v %+v", err, c.Rows)
	}
	at := route.Training(held) + partCovered
	if a := b.post(at, url.Values{"version": {"1"}, "features": {"projects", "gossip"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("confirm: %d", a.StatusCode)
	}
	if a := b.post(at, url.Values{"version": {"1"}, "features": {"skills"}}); a.StatusCode != http.StatusConflict {
		t.Errorf("a stale word: %d", a.StatusCode)
	}
	if body = b.get(route.Curriculum + "?by=department").body; strings.Contains(body, "Held, not confirmed") || !strings.Contains(body, "Legal") {
		t.Error("a confirmed session still waits, or Legal is missing")
	}
	if body := b.get(route.NewTraining + "?format=all_staff_101&features=dispatch").body; !strings.Contains(body, `value="45"`) || !strings.Contains(body, `value="dispatch" checked`) || !strings.Contains(body, "Bring one task") {
		t.Error("the form does not begin with the format and the feature")
	}
}

func TestPastSessionsAreForThoseWhoOversee(t *testing.T) {
	s := newSite(t, nil)
	id := s.trains(outlined("Held desk", func(o *enablement.Outline) { o.Host.Email = "ann@example.com" }), -40)
	s.does(`insert into attendance (session, email, status) values ($1, 'bo@example.com', 'attended')`, id)
	month := agendaMonth(s.today() - 40)
	for name, c := range map[string]struct {
		grants []identity.Grant
		says   string
	}{
		"lead": {[]identity.Grant{roleGrants["lead"]}, "1 came"}, "auditor": {[]identity.Grant{roleGrants["auditor"]}, "1 came"}, "ann": {nil, "1 came"},
		"tomas": {[]identity.Grant{roleGrants["champion"]}, ""}, "stranger": {nil, ""}, "helen": {[]identity.Grant{roleGrants["executive"]}, ""}, "bo": {nil, "Over"},
	} {
		b := s.browser()
		b.is(name, c.grants...)
		body := b.get(month).body
		if strings.Contains(body, "Held desk") != (c.says != "") || !strings.Contains(body, c.says) {
			t.Errorf("%s: the held session is not shown as %q", name, c.says)
		}
	}
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	for _, odd := range []string{"?month=2026-13", "?month=0001-01", "?month=<b>", "?kind=x&department=y", "?month=9998-12"} {
		if a := b.get(route.Trainings + odd); a.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", odd, a.StatusCode)
		}
	}
	for _, odd := range []string{"0", "-1", "x", strconv.Itoa(1 << 40)} {
		if a := b.get(route.Trainings + "/" + odd + partEdit); a.StatusCode != http.StatusNotFound {
			t.Errorf("session %s answers %d", odd, a.StatusCode)
		}
	}
}

// Today's sessions stand on the overview of those who see all of them.
func TestOverviewShowsTodaysSessions(t *testing.T) {
	s := newSite(t, nil)
	s.clock.Advance(s.today().Time().Add(36 * time.Hour).Sub(s.clock.Now()))
	s.plans()
	long := func(o *enablement.Outline) { o.Starts, o.Minutes, o.Host.Name = "00:30", 23*60, "Canary host" }
	s.trains(outlined("Today's desk", long), 0)
	off := s.trains(outlined("Cancelled desk", long), 0)
	s.does(`update training_session set cancelled_at = now() where id = $1`, off)
	s.trains(outlined("Tomorrow's desk", long), 1)
	for role, shown := range map[string]bool{"lead": true, "auditor": true, "owner": true, "champion": false, "executive": false} {
		_, doc := s.overviewOf(role)
		text := doc.Find("main").Text()
		if strings.Contains(text, "Today's desk") != shown || strings.Contains(text, "Cancelled desk") || strings.Contains(text, "Tomorrow's desk") {
			t.Errorf("%s: today's session is shown: %v", role, !shown)
		}
	}
}
