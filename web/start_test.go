package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// startForm is the guided start filled in for a pilot and a wave that the roster does not have.
func startForm(s *site) url.Values {
	today := day.FromTime(s.clock.Now())
	f := fields("playbook", "claude-cowork", "organization", "Aldermere", "architecture", "single", "reason", "One identity provider.",
		"install", "managed", "time_zone", "Europe/London", "days_off", "2026-12-25\n2027-01-01", "action", "preview",
		"wave.0", "0", "wave_name.0", "Pilot", "opens.0", (today + 70).String(),
		"wave.1", "0", "wave_name.1", "Wave 1", "opens.1", (today + 100).String(), "wave.2", "0", "wave_name.2", "", "opens.2", "",
		"holder.idp_admin", "tomasz@example.com", "holder_name.idp_admin", "Tomasz Kowal")
	f["weekday"] = []string{"1", "2", "3", "4", "5"}
	return f
}

// starts goes through the guided start as a browser does.
func (b *browser) starts(f url.Values) answer {
	b.t.Helper()
	doc := b.post(route.PlanStart, f).doc(b.t)
	seen := doc.Find("input[name=seen]").AttrOr("value", "")
	if seen == "" {
		b.t.Fatalf("no preview: %s", words(doc.Find("main")))
	}
	f.Set("seen", seen)
	f.Set("action", "start")
	return b.post(route.PlanStart, f)
}

// launched is a site on which a rollout runs, with a lead at the browser.
func launched(t *testing.T) (*site, *browser) {
	t.Helper()
	s, b := aimed(t)
	if a := b.starts(startForm(s)); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("start: %d %s", a.StatusCode, words(a.doc(t).Find("main")))
	}
	return s, b
}

func (s *site) plan() *rollout.Plan {
	s.t.Helper()
	p, err := s.store.Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func TestStartShowsThePlanBeforeItMakesIt(t *testing.T) {
	s, b := aimed(t)
	doc := b.get(route.PlanStart).doc(t)
	expect(t, "organization", doc.Find("input[name=organization]").AttrOr("value", ""), "Aldermere")
	expect(t, "no waves", words(doc.Find("#who-body, form")), "The roster has no waves yet.")
	f := startForm(s)
	a := b.post(route.PlanStart, f)
	doc = a.doc(t)
	if a.StatusCode != http.StatusOK || s.plan().Started() {
		t.Fatalf("the preview answered %d, started: %v", a.StatusCode, s.plan().Started())
	}
	main := words(doc.Find("main"))
	for _, want := range []string{"The plan as it would be", "Technical setup", "Scaling", "Start the rollout"} {
		if !strings.Contains(main, want) {
			t.Errorf("the preview does not say %q", want)
		}
	}
	for name, want := range map[string]string{"organization": "Aldermere", "opens.1": f.Get("opens.1"), "wave_name.0": "Pilot", "holder.idp_admin": "tomasz@example.com"} {
		expect(t, name, doc.Find(fmt.Sprintf("input[name='%s']", name)).AttrOr("value", ""), want)
	}
	f.Set("action", "start")
	if a := b.post(route.PlanStart, f); a.StatusCode != http.StatusOK || s.plan().Started() {
		t.Error("a plan was made that nobody had seen")
	}
	f.Set("seen", doc.Find("input[name=seen]").AttrOr("value", ""))
	f.Set("opens.0", (day.FromTime(s.clock.Now()) + 5).String())
	changed := b.post(route.PlanStart, f)
	expect(t, "changed", words(changed.doc(t).Find("main")), "An answer changed since the preview")
	if s.plan().Started() {
		t.Fatal("another plan was made than the one that was seen")
	}
	if a := b.starts(startForm(s)); a.StatusCode != http.StatusSeeOther || a.location() != route.Plan {
		t.Fatalf("%d to %s", a.StatusCode, a.location())
	}
	p := s.plan()
	if len(p.Waves) != 2 || len(p.Tasks) < 80 || p.Rollout.ArchitectureBy.Name != "ines" || p.Rollout.ArchitectureReason != "One identity provider." {
		t.Errorf("%d waves, %d tasks, %+v", len(p.Waves), len(p.Tasks), p.Rollout)
	}
	if a := b.get(route.PlanStart); a.StatusCode != http.StatusSeeOther || a.location() != route.PlanSetup {
		t.Errorf("a second start: %d", a.StatusCode)
	}
	if a := b.starts2(startForm(s)); a.StatusCode != http.StatusConflict {
		t.Errorf("a second start: %d", a.StatusCode)
	}
}

// starts2 posts a start as if its preview had been seen before somebody else started.
func (b *browser) starts2(f url.Values) answer {
	f.Set("action", "start")
	f.Set("seen", fingerprint(f))
	return b.post(route.PlanStart, f)
}

func TestWrongAnswersComeBackAsTyped(t *testing.T) {
	s, b := aimed(t)
	for _, c := range []struct{ field, typed, say string }{
		{"organization", " ", "Write the organization’s name."},
		{"organization", strings.Repeat("ö", 121), "Use at most 120 characters."},
		{"architecture", "castle", "Choose an architecture."},
		{"reason", "", "Write why"},
		{"install", "post", "Choose how"},
		{"time_zone", "Mars/Olympus", "Choose a time zone"},
		{"days_off", "Christmas", "2026-03-28"},
		{"opens.0", "soon", "2026-03-28"},
		{"opens.0", "2026-02-31", "February has 28 days"},
		{"wave_name.1", "pilot", "Two waves have this name."},
		{"in_force.enforce_sso", "long ago", "2026-03-28"},
		{"holder.idp_admin", "tomasz", "Write an address"},
		{"holder.idp_admin", "", "Add an email address"},
	} {
		f := startForm(s)
		f.Set(c.field, c.typed)
		a := b.post(route.PlanStart, f)
		main := words(a.doc(t).Find("main"))
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(main, c.say) {
			t.Errorf("%s %q: %d, nothing says %q", c.field, c.typed, a.StatusCode, c.say)
		}
		if !strings.Contains(a.body, `value="tomasz@example.com"`) && c.field != "holder.idp_admin" {
			t.Errorf("%s %q: the rest of the form is lost", c.field, c.typed)
		}
	}
	f := startForm(s)
	f.Del("weekday")
	if a := b.post(route.PlanStart, f); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "at least one day") {
		t.Errorf("no working days: %d", a.StatusCode)
	}
	if a := b.post(route.PlanStart, fields("playbook", "knitting")); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown playbook: %d", a.StatusCode)
	}
	if s.plan().Started() {
		t.Error("wrong answers started a rollout")
	}
}

func TestAnotherPlaybookHasItsOwnRoles(t *testing.T) {
	s, b := aimed(t)
	doc := b.get(route.With(route.PlanStart, "playbook", "desktop-software")).doc(t)
	if doc.Find("input[name='holder.packager']").Length() != 1 || doc.Find("input[name='holder.idp_admin']").Length() != 0 {
		t.Error("the roles are not those of the playbook")
	}
	f := startForm(s)
	f.Set("playbook", "desktop-software")
	f.Set("install", "self")
	if a := b.starts(f); a.StatusCode != http.StatusSeeOther {
		t.Fatal(a.StatusCode)
	}
	if p := s.plan(); p.Rollout.Playbook != "desktop-software" || len(p.Roles) != 4 {
		t.Errorf("%+v", p.Rollout)
	}
}

// setupForm is the version and the days of waves as the setup shows them.
func (b *browser) launchForm() url.Values {
	b.t.Helper()
	doc := b.get(route.PlanSetup).doc(b.t)
	f := url.Values{"version": {doc.Find("input[name=version]").First().AttrOr("value", "")}}
	for i := range 2 {
		for _, name := range []string{"wave", "opens"} {
			key := fmt.Sprintf("%s.%d", name, i)
			f.Set(key, doc.Find(fmt.Sprintf("input[name='%s']", key)).AttrOr("value", ""))
		}
	}
	return f
}

func TestMovingALaunchShowsWhatMovesFirst(t *testing.T) {
	s, b := launched(t)
	svc := &rollout.Service{Keeper: s.store}
	lead := identity.Actor{Account: 1, Name: "ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	var settled, byHand rollout.Task
	for _, task := range s.plan().Tasks {
		if task.Key == "draft-champions" {
			settled = task
		}
		if task.Key == "design-training" {
			byHand = task
		}
	}
	if err := svc.SetState(t.Context(), lead, rollout.NewState{Task: settled.ID, To: rollout.NotNeeded, Reason: "Done last year."}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := svc.SetDue(t.Context(), lead, rollout.TaskRef{ID: byHand.ID}, byHand.Due+1, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	f := b.launchForm()
	to := day.FromTime(s.clock.Now()) + 84
	f.Set("opens.0", to.String())
	f.Set("action", "preview")
	doc := b.post(route.PlanLaunches, f).doc(t)
	expect(t, "stays", words(doc.Find("main")), "not needed")
	expect(t, "stays", words(doc.Find("main")), "its day was set by hand")
	if *s.plan().Waves[0].OpensOn == to {
		t.Fatal("a preview moved the launch")
	}
	before := s.plan()
	f.Set("action", "move")
	if a := b.post(route.PlanLaunches, f); a.StatusCode != http.StatusSeeOther || a.location() != route.PlanSetup {
		t.Fatalf("%d %s", a.StatusCode, words(a.doc(t).Find("main")))
	}
	p, moved := s.plan(), 0
	if *p.Waves[0].OpensOn != to {
		t.Errorf("the pilot opens on %s", p.Waves[0].OpensOn)
	}
	for _, now := range p.Tasks {
		was, _ := before.Task(now.ID)
		if now.Due != was.Due {
			moved++
		}
		if (now.ID == settled.ID || now.ID == byHand.ID) && now.Due != was.Due {
			t.Errorf("%s moved from %s to %s", now.Key, was.Due, now.Due)
		}
	}
	if moved < 20 {
		t.Errorf("%d tasks moved", moved)
	}
	f.Set("opens.0", (to + 1).String())
	a := b.post(route.PlanLaunches, f) // with the version from before the move
	doc = a.doc(t)
	if a.StatusCode != http.StatusConflict || doc.Find("input[name='opens.0']").AttrOr("value", "") != (to+1).String() {
		t.Errorf("a stale form: %d, its text %q", a.StatusCode, doc.Find("input[name='opens.0']").AttrOr("value", ""))
	}
	expect(t, "theirs", words(doc.Find("main")), "Kept now: "+to.String())
}

func TestSetupFormsKeepWhatWasTyped(t *testing.T) {
	s, b := launched(t)
	version := b.launchForm().Get("version")
	roles := fields("version", version, "holder.dns_admin", "nobody", "holder_name.dns_admin", "Noor")
	if a := b.post(route.PlanRoles, roles); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, `value="Noor"`) {
		t.Errorf("a wrong address: %d", a.StatusCode)
	}
	roles.Set("holder.dns_admin", "noor@example.com")
	if a := b.post(route.PlanRoles, roles); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("roles: %d", a.StatusCode)
	}
	roles.Set("holder.dns_admin", "other@example.com")
	a := b.post(route.PlanRoles, roles)
	if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "other@example.com") {
		t.Errorf("a stale form: %d", a.StatusCode)
	}
	expect(t, "theirs", words(a.doc(t).Find("main")), "Kept now: Noor noor@example.com")
	week := fields("version", b.launchForm().Get("version"), "time_zone", "Nowhere", "days_off", "2026-12-24")
	week["weekday"] = []string{"0", "1", "2", "3"}
	if a := b.post(route.PlanCalendar, week); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "2026-12-24") {
		t.Errorf("a wrong zone: %d", a.StatusCode)
	}
	week.Set("time_zone", "Asia/Dubai")
	if a := b.post(route.PlanCalendar, week); a.StatusCode != http.StatusSeeOther {
		t.Errorf("calendar: %d", a.StatusCode)
	}
	p := s.plan()
	for _, task := range p.Tasks {
		if task.Due.Known() && !task.State.Settled() && !p.Rollout.Calendar.Works(task.Due) {
			t.Fatalf("%s is due on %s, when nobody works", task.Key, task.Due.Weekday())
		}
	}
	for _, path := range []string{route.PlanLaunches, route.PlanRoles, route.PlanCalendar, route.PlanPlaybook} {
		if a := b.post(path, fields("version", "last")); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s without a version: %d", path, a.StatusCode)
		}
	}
}

func TestAPlaybookIsTakenStepByStep(t *testing.T) {
	s, b := launched(t)
	if doc := b.get(route.PlanPlaybook).doc(t); !strings.Contains(words(doc.Find("main")), "agrees with its playbook") {
		t.Fatalf("something is offered at once: %s", words(doc.Find("main")))
	}
	b.imports("people", "email,name,department,wave\nada@example.com,Ada,Claims,Wave 2\n")
	doc := b.get(route.PlanPlaybook).doc(t)
	if doc.Find("input[name=take][value=push-app]").Length() != 1 {
		t.Fatalf("a wave that joined is not offered its tasks: %s", words(doc.Find("main")))
	}
	f := fields("version", doc.Find("input[name=version]").AttrOr("value", ""), "to", doc.Find("input[name=to]").AttrOr("value", ""))
	if a := b.post(route.PlanPlaybook, f); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nothing chosen: %d", a.StatusCode)
	}
	f["take"] = []string{"push-app", "open-wave"}
	before := len(s.plan().Tasks)
	if a := b.post(route.PlanPlaybook, f); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, words(a.doc(t).Find("main")))
	}
	if got := len(s.plan().Tasks) - before; got != 2 {
		t.Errorf("%d tasks came, want 2", got)
	}
	if a := b.post(route.PlanPlaybook, f); a.StatusCode != http.StatusConflict {
		t.Errorf("a stale choice: %d", a.StatusCode)
	}
	f.Set("to", "1999")
	if a := b.post(route.PlanPlaybook, f); a.StatusCode != http.StatusConflict {
		t.Errorf("another version: %d", a.StatusCode)
	}
}

// The people page takes the day of a wave too: with a rollout, what moves is shown first.
func TestTheDayOfAWaveIsPreviewedFromThePeoplePage(t *testing.T) {
	s, b := launched(t)
	p := s.plan()
	to := *p.Waves[1].OpensOn + 7
	a := b.post(route.Waves, fields("wave", fmt.Sprint(p.Waves[1].ID), "opens_on", to.String()))
	doc := a.doc(t)
	expect(t, "preview", words(doc.Find("main")), "Nothing was changed yet.")
	if doc.Find("input[name='opens.1']").AttrOr("value", "") != to.String() || *s.plan().Waves[1].OpensOn == to {
		t.Error("the day was kept before anybody saw what moves")
	}
	if a := b.post(route.Waves, fields("wave", "999", "opens_on", to.String())); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown wave: %d", a.StatusCode)
	}
}

func TestAuditorsReadTheSetup(t *testing.T) {
	s, _ := launched(t)
	b := s.browser()
	b.is("priya", roleGrants["auditor"])
	doc := b.get(route.PlanSetup).doc(t)
	expect(t, "facts", words(doc.Find("main")), "One organization")
	expect(t, "facts", words(doc.Find("main")), "Tomasz Kowal")
	if doc.Find("main form").Length() != 0 {
		t.Error("an auditor finds a form")
	}
	if a := b.get(route.PlanPlaybook); a.StatusCode != http.StatusOK {
		t.Errorf("the difference: %d", a.StatusCode)
	}
}

func TestSetupIsLightAndAsksLittle(t *testing.T) {
	_, b := launched(t)
	b.isLight(route.PlanSetup)
	b.isLight(route.PlanPlaybook)
}

func TestWhatIsInForceAlreadyNeedsNoGate(t *testing.T) {
	s, b := aimed(t)
	f := startForm(s)
	today := day.FromTime(s.clock.Now())
	f.Set("in_force.enforce_sso", (today + 2).String())
	if a := b.starts(f); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "lies in the future") {
		t.Errorf("in force from the day after tomorrow: %d", a.StatusCode)
	}
	f.Set("in_force.enforce_sso", (today - 900).String())
	if a := b.starts(f); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("start: %d %s", a.StatusCode, words(a.doc(t).Find("main")))
	}
	for _, g := range s.plan().Gates {
		if passed := g.State(s.clock.Now()) == rollout.GatePassed; passed != (g.Kind == rollout.GateSSO) {
			t.Errorf("the gate %s is passed: %v", g.Kind, passed)
		}
	}
}

// older is the Cowork playbook as an earlier version might have had it.
func older() rollout.Playbook {
	book, _ := rollout.PlaybookNamed("claude-cowork")
	book.Version = "2026.05"
	book.Phases = slices.Clone(book.Phases)
	book.Phases[0].Sections = slices.Clone(book.Phases[0].Sections)
	section := &book.Phases[0].Sections[0]
	section.Steps = slices.Clone(section.Steps)
	for i := range section.Steps {
		section.Steps[i].Title += " once"
		section.Steps[i].Offset -= 2
	}
	return book
}

func TestANewerPlaybookLeavesWhatWasEdited(t *testing.T) {
	s, b := launched(t)
	svc := &rollout.Service{Keeper: s.store}
	lead := identity.Actor{Account: 1, Name: "ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	first := s.plan().Tasks[0]
	edit := rollout.Edit{Title: "Name everybody", Why: first.Why, DoneWhen: first.DoneWhen, Days: first.Days, Help: first.Help, WaitsFor: first.WaitsFor}
	if err := svc.TakePlaybook(t.Context(), lead, s.plan().Rollout.Version, older(), []string{first.Key, "plan-seats"}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := svc.Edit(t.Context(), lead, rollout.TaskRef{ID: first.ID}, edit, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	doc := b.get(route.PlanPlaybook).doc(t)
	main := words(doc.Find("main"))
	for _, want := range []string{"the plan was made from 2026.05, this program holds 2026.11", "Kept as somebody wrote it in 1 task.", "62 days before the launch"} {
		if !strings.Contains(main, want) {
			t.Errorf("the difference does not say %q", want)
		}
	}
	f := fields("version", doc.Find("input[name=version]").AttrOr("value", ""), "to", rollout.Playbooks()[0].Version, "take", first.Key)
	if a := b.post(route.PlanPlaybook, f); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, words(a.doc(t).Find("main")))
	}
	p := s.plan()
	if now, _ := p.Task(first.ID); now.Title != "Name everybody" || now.Offset != first.Offset || p.Rollout.PlaybookVersion != rollout.Playbooks()[0].Version {
		t.Errorf("%q %d %s", now.Title, now.Offset, p.Rollout.PlaybookVersion)
	}
	i := slices.IndexFunc(p.Tasks, func(t rollout.Task) bool { return t.Key == "plan-seats" })
	if !strings.HasSuffix(p.Tasks[i].Title, " once") {
		t.Error("a step was taken that nobody chose")
	}
}
