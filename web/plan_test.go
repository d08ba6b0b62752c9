package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// The people of the plan of these tests: an owner, a champion, and somebody who never signs in.
var (
	holderDana  = rollout.Person{Name: "Dana Weiss", Email: "owner@example.com"}
	holderTomas = rollout.Person{Name: "Tomas Lindqvist", Email: "champion@example.com"}
	holderRavi  = rollout.Person{Name: "Ravi Sethi", Email: "ravi@example.com"}
)

// starts makes the plan of the playbook: a wave that opens in twenty days, parts for three people.
func (s *site) starts() *rollout.Plan {
	s.t.Helper()
	now := s.clock.Now()
	answers := rollout.Answers{
		Playbook: "claude-cowork", Organization: "Aldermere", Architecture: rollout.SingleOrganization, Reason: "One identity provider.",
		Install: rollout.InstallManaged, TimeZone: "Europe/Berlin", Calendar: rollout.Calendar{Weekdays: []time.Weekday{1, 2, 3, 4, 5}},
		Launches: []rollout.Launch{{Name: "Pilot", On: day.FromTime(now) + 20}, {Name: "Wave 1", On: day.FromTime(now) + 60}},
		Holders:  map[string]rollout.Person{"idp_admin": holderDana, "champion_lead": holderTomas, "endpoint_admin": holderRavi},
	}
	if err := s.srv.Tasks.Start(s.t.Context(), identity.Operator(), answers, now); err != nil {
		s.t.Fatal(err)
	}
	return s.asPlanned()
}

func (s *site) asPlanned() *rollout.Plan {
	s.t.Helper()
	p, err := s.store.Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// task finds a task as of now by what the plan says of it.
func (s *site) task(which func(*rollout.Plan, rollout.Task) bool) rollout.Task {
	s.t.Helper()
	p := s.asPlanned()
	for _, t := range p.Tasks {
		if which(p, t) {
			return t
		}
	}
	s.t.Fatal("the plan has no such task")
	return rollout.Task{}
}

func (s *site) again(t rollout.Task) rollout.Task {
	s.t.Helper()
	now, ok := s.asPlanned().Task(t.ID)
	if !ok {
		s.t.Fatal("the task is gone")
	}
	return now
}

// ready makes a task of one's own that waits for nothing.
func (s *site) ready(title string, owner rollout.Person, kind rollout.EvidenceKind) rollout.Task {
	s.t.Helper()
	id, err := s.srv.Tasks.Add(s.t.Context(), identity.Operator(), rollout.NewTask{
		Edit: rollout.Edit{Title: title, Days: 1}, Phase: "setup", Section: "Our own", Owner: rollout.Assignment{Person: owner},
		Due: day.FromTime(s.clock.Now()) + 2, Evidence: rollout.Evidence{Kind: kind, HoldsDays: 30 * len(kind) / len(rollout.ByAttestation)},
	}, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	t, _ := s.asPlanned().Task(id)
	return t
}

func at(t rollout.Task, rest string) string { return route.Task(int64(t.ID)) + rest }

// about fills a form about a task as its page would.
func about(t rollout.Task, pairs ...string) url.Values {
	f := url.Values{"version": {strconv.Itoa(t.Version)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

func (s *site) enter(role string) *browser {
	s.t.Helper()
	b := s.browser()
	b.is(role, roleGrants[role])
	return b
}

func TestPlanBeforeItIsStarted(t *testing.T) {
	s := newSite(t, nil)
	lead := s.enter("lead")
	if said := lead.document(route.Plan).Find("main").Text(); !strings.Contains(said, "has not been started") {
		t.Errorf("the plan says %q", said)
	}
	for _, path := range []string{route.Tasks + "/new", route.Task(1), route.Task(1) + "/edit"} {
		lead.must(lead.get(path), http.StatusNotFound)
	}
	lead.must(lead.post(route.Tasks, url.Values{"title": {"x"}}), http.StatusUnprocessableEntity)
}

func TestPlanIsListed(t *testing.T) {
	s := newSite(t, nil)
	p := s.starts()
	lead := s.enter("lead")
	doc := lead.document(route.Plan + "?phase=all")
	rows, open := doc.Find(".tasks [data-row]").Length(), 0
	for _, task := range p.Tasks {
		if task.State != rollout.NotNeeded {
			open++
		}
	}
	if rows != len(p.Tasks) {
		t.Errorf("%d rows for %d tasks", rows, len(p.Tasks))
	}
	if sub := doc.Find(".page-head .sub").Text(); !strings.Contains(sub, "of "+strconv.Itoa(open)+" tasks done") || !strings.Contains(sub, "next gate") {
		t.Errorf("the head says %q", sub)
	}
	if n := doc.Find(".stepper a").Length(); n != 4 {
		t.Errorf("%d phases", n)
	}
	if doc.Find(".gate-card .conds li").Length() == 0 {
		t.Error("the next gate says nothing of its conditions")
	}
	if said := doc.Find(".unowned").First().Text(); !strings.Contains(said, "not filled yet") {
		t.Errorf("an unfilled part reads %q", said)
	}
}

func TestPlanIsNarrowed(t *testing.T) {
	s := newSite(t, nil)
	p := s.starts()
	lead := s.enter("lead")
	count := func(which func(rollout.Task) bool) int {
		n := 0
		for _, task := range p.Tasks {
			if which(task) {
				n++
			}
		}
		return n
	}
	dana := count(func(task rollout.Task) bool { return p.Owner(task) == holderDana })
	wave := count(func(task rollout.Task) bool { w, ok := p.Wave(task.Wave); return ok && w.Slug == "pilot" })
	for query, want := range map[string]int{
		"owner=owner%40example.com": dana, "owner=nobody": count(func(task rollout.Task) bool { return !p.Owner(task).Named() }),
		"wave=pilot": wave, "state=waiting": count(func(task rollout.Task) bool { return p.Shown(task) == rollout.Waiting }),
		"q=zebra": 0, "owner=mine": 0, "state=done": 0, "q=%00": count(func(task rollout.Task) bool { return task.Phase == "setup" }), "phase=launch": count(func(task rollout.Task) bool { return task.Phase == "launch" }),
	} {
		if doc := lead.document(route.Plan + "?" + query); doc.Find(".tasks [data-row]").Length() != want {
			t.Errorf("%s: %d rows, want %d", query, doc.Find(".tasks [data-row]").Length(), want)
		}
		rows := strings.Count(strings.TrimSpace(lead.get(route.Plan+".csv?"+strings.Replace(query, "%00", "", 1)).body), "\n")
		if phased := strings.HasPrefix(query, "q=%00"); !phased && rows != want {
			t.Errorf("%s: %d lines of CSV, want %d", query, rows, want)
		}
	}
	if said := lead.document(route.Plan + "?q=zebra").Find("main").Text(); !strings.Contains(said, "No task matches") {
		t.Error("an empty result says nothing")
	}
}

// TestChampionsKnowTheirOwn looks at the plan as everybody who may not see all of it.
func TestChampionsKnowTheirOwn(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	theirs := s.ready("Ask two colleagues", holderTomas, rollout.ByAttestation)
	other := s.ready("Rename the groups", holderDana, rollout.ByAttestation)
	champion := s.enter("champion")
	for _, path := range []string{route.Plan, route.Plan + "?owner=anyone&phase=all", route.Plan + ".csv?owner=anyone", route.PlanHistory} {
		if body := champion.get(path).body; strings.Contains(body, other.Title) || !strings.Contains(body, theirs.Title) {
			t.Errorf("%s shows a champion the wrong tasks", path)
		}
	}
	champion.must(champion.get(at(theirs, "")), http.StatusOK)
	champion.must(champion.post(at(theirs, "/state"), about(theirs, "to", "doing", "act", "begin")), http.StatusSeeOther)
	for _, path := range []string{"", "/edit", "/done"} {
		champion.must(champion.get(at(other, path)), http.StatusNotFound)
	}
	for _, do := range []string{"", "/state", "/take", "/owner", "/due", "/attest", "/notes", "/links"} {
		champion.must(champion.post(at(other, do), about(other, "to", "doing", "note", "x", "title", "x", "days", "1")), http.StatusNotFound)
	}
	owner := s.enter("owner")
	if doc := owner.document(route.Plan); strings.Contains(doc.Find(".sect").Text(), theirs.Title) {
		t.Error("an owner sees others' tasks without asking")
	}
	if doc := owner.document(route.Plan + "?owner=anyone&phase=all"); !strings.Contains(doc.Find(".sect").Text(), theirs.Title) {
		t.Error("an owner who asks does not see others' tasks")
	}
}

// TestEveryChangeAsEveryPersona sends every form about one task of the owner's, as
// everybody, and looks at whether it was changed.
func TestEveryChangeAsEveryPersona(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	changes := map[string]func(rollout.Task) url.Values{
		"":        func(t rollout.Task) url.Values { return about(t, "title", "Changed", "days", "2") },
		"/state":  func(t rollout.Task) url.Values { return about(t, "to", "doing", "act", "begin") },
		"/owner":  func(t rollout.Task) url.Values { return about(t, "owner", "Ravi Sethi <ravi@example.com>") },
		"/due":    func(t rollout.Task) url.Values { return about(t, "due", "2030-01-04") },
		"/attest": func(t rollout.Task) url.Values { return about(t, "words", "I saw it.") },
		"/notes":  func(t rollout.Task) url.Values { return about(t, "note", "A note.") },
		"/links":  func(t rollout.Task) url.Values { return about(t, "url", "https://wiki.example.com/a") },
		"/split":  func(t rollout.Task) url.Values { return about(t, "parts", "One\nTwo") },
		"/move":   func(t rollout.Task) url.Values { return about(t, "to", "down") },
		"/remove": func(t rollout.Task) url.Values { return about(t) },
	}
	leadOnly := map[string]bool{"/split": true, "/move": true, "/remove": true}
	for _, role := range []string{"lead", "owner", "champion", "executive", "auditor"} {
		b := s.enter(role)
		for path, form := range changes {
			task := s.ready("Owned by Dana: "+role+path, holderDana, rollout.ByAttestation)
			s.ready("The next one: "+role+path, holderDana, rollout.ByAttestation)
			a := b.post(at(task, path), form(task))
			may := role == "lead" || role == "owner" && !leadOnly[path]
			if done := a.StatusCode == http.StatusSeeOther; done != may {
				t.Errorf("%s as %s: %d %s", path, role, a.StatusCode, a.location())
			}
			if now, ok := s.asPlanned().Task(task.ID); !may && (!ok || now.Version != task.Version) {
				t.Errorf("%s as %s changed the task", path, role)
			}
		}
	}
}

// TestDoneAsksForWhatProves ticks tasks of every kind of evidence.
func TestDoneAsksForWhatProves(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	word := s.ready("Tell the board", holderRavi, rollout.ByAttestation)
	a := lead.must(lead.post(at(word, "/state"), about(word, "to", "done", "act", "done")), http.StatusUnprocessableEntity)
	if doc := drawn(t, a); doc.Find("#done-words[aria-invalid=true]").Length() != 1 || doc.Find("details:has(#done-words)[open]").Length() != 1 {
		t.Error("the form does not ask for words")
	}
	lead.must(lead.post(at(word, "/state"), about(word, "to", "done", "act", "done", "words", "Minutes of Tuesday")), http.StatusSeeOther)
	if now := s.again(word); now.State != rollout.Done || s.asPlanned().Attested[word.ID].Words != "Minutes of Tuesday" {
		t.Errorf("the task is %s", now.State)
	}
	if said := lead.document(at(word, "")).Find("#evidence, .stands").Text(); !strings.Contains(said, "Minutes of Tuesday") {
		t.Errorf("the evidence says %q", said)
	}
	link := s.ready("Write the runbook", holderRavi, rollout.ByProof)
	a = lead.must(lead.post(at(link, "/state"), about(link, "to", "done", "act", "done")), http.StatusUnprocessableEntity)
	if !strings.Contains(drawn(t, a).Find("[role=alert]").Text(), "Add a link or a file") {
		t.Error("nothing says that a proof is missing")
	}
	lead.must(lead.post(at(link, "/links"), about(link, "url", "https://wiki.example.com/runbook", "name", "Runbook")), http.StatusSeeOther)
	lead.must(lead.post(at(link, "/state"), about(s.again(link), "to", "done", "act", "done")), http.StatusSeeOther)
	waits := s.task(func(p *rollout.Plan, t rollout.Task) bool { return p.Shown(t) == rollout.Waiting && t.Gate == "" })
	lead.must(lead.post(at(waits, "/state"), about(waits, "to", "done", "act", "done", "words", "x")), http.StatusUnprocessableEntity)
	lead.must(lead.post(at(word, "/state"), about(s.again(word), "to", "reopened", "act", "reopen")), http.StatusUnprocessableEntity)
	lead.must(lead.post(at(word, "/state"), about(s.again(word), "to", "reopened", "act", "reopen", "reason", "It was another board")), http.StatusSeeOther)
	if doc := lead.document(route.Plan + "?q=board"); doc.Find(".tasks li.flag").Length() != 1 || !strings.Contains(doc.Find(".tasks li.flag").Text(), "Reopened: It was another board") {
		t.Error("a reopened task does not stand out")
	}
}

// TestOthersWereFaster sends every form that was made from an older version.
func TestOthersWereFaster(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead, owner := s.enter("lead"), s.enter("owner")
	task := s.ready("Rename the groups", holderDana, rollout.ByAttestation)
	lead.must(lead.post(at(task, ""), about(task, "title", "Rename all groups", "days", "3", "why", "Theirs")), http.StatusSeeOther)
	a := owner.must(owner.post(at(task, ""), about(task, "title", "Rename some groups", "days", "1", "why", "Mine")), http.StatusConflict)
	doc := drawn(t, a)
	if got := doc.Find("#title").AttrOr("value", "") + doc.Find("#why").Text(); got != "Rename some groupsMine" {
		t.Errorf("what was typed came back as %q", got)
	}
	if said := doc.Find(".theirs").Text(); !strings.Contains(said, "Rename all groups") || !strings.Contains(said, "Theirs") {
		t.Errorf("what stands is shown as %q", said)
	}
	if said := doc.Find("[role=alert]").Text(); !strings.Contains(said, "changed this task meanwhile") {
		t.Errorf("the page says %q", said)
	}
	if v := doc.Find(`form.wide [name=version]`).AttrOr("value", ""); v != strconv.Itoa(s.again(task).Version) {
		t.Errorf("the form carries version %s", v)
	}
	for path, form := range map[string]url.Values{
		"/state": about(task, "to", "not_needed", "act", "not_needed", "reason", "Kept reason"), "/owner": about(task, "owner", "Kept <kept@example.com>"),
		"/due": about(task, "due", "2030-02-01"), "/attest": about(task, "words", "Kept words"), "/split": about(task, "parts", "Kept one\nKept two"),
	} {
		a := lead.must(lead.post(at(task, path), form), http.StatusConflict)
		if !strings.Contains(a.body, "Kept") && !strings.Contains(a.body, "2030-02-01") {
			t.Errorf("%s forgot what was typed", path)
		}
	}
	if now := s.again(task); now.Title != "Rename all groups" {
		t.Errorf("the title is %q", now.Title)
	}
}

// TestPlanTakesNoNonsense sends forms that cannot be used.
func TestPlanTakesNoNonsense(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	task := s.ready("Rename the groups", holderDana, rollout.ByAttestation)
	long := strings.Repeat("x", 5000)
	for _, c := range []struct {
		path string
		form url.Values
	}{
		{at(task, ""), about(task, "title", "", "days", "1")}, {at(task, ""), about(task, "title", long, "days", "1")}, {at(task, ""), about(task, "title", "x", "days", "many")},
		{at(task, ""), about(task, "title", "x", "days", "1", "help_url", "javascript:alert(1)")}, {at(task, ""), about(task, "title", "x", "days", "1", "waits_for", "abc")},
		{at(task, ""), about(task, "title", "x", "days", "1", "waits_for", "999999")}, {at(task, ""), about(task, "title", "x", "days", "1", "waits_for", strconv.Itoa(int(task.ID)))},
		{at(task, ""), url.Values{"title": {"x"}, "days": {"1"}}}, {at(task, ""), url.Values{"title": {"x"}, "days": {"1"}, "version": {"x"}}},
		{at(task, "/state"), about(task, "to", "perfect")}, {at(task, "/state"), about(task, "to", "not_needed", "act", "not_needed")},
		{at(task, "/owner"), about(task, "owner", "nobody in particular")}, {at(task, "/due"), about(task, "due", "tomorrow")}, {at(task, "/due"), about(task, "due", "1066-10-14")},
		{at(task, "/attest"), about(task, "words", " ")}, {at(task, "/notes"), about(task, "note", "")}, {at(task, "/notes"), about(task, "note", long)},
		{at(task, "/links"), about(task, "url", "not a link")}, {at(task, "/links"), about(task, "url", "javascript:alert(1)")}, {at(task, "/links"), about(task, "url", "file:///etc/passwd")},
		{at(task, "/split"), about(task, "parts", "Only one")},
		{route.Tasks, url.Values{"title": {"x"}}}, {route.Tasks, url.Values{"title": {"x"}, "section": {"s"}, "phase": {"setup"}, "days": {"1"}, "wave": {"77"}, "evidence": {"proof"}}},
		{route.Tasks + "/several", url.Values{"do": {"assign"}, "owner": {"a@example.com"}}}, {route.Tasks + "/several", url.Values{"do": {"assign"}, "owner": {"nonsense"}, "task": {strconv.Itoa(int(task.ID))}}},
		{route.Tasks + "/several", url.Values{"do": {"juggle"}, "task": {strconv.Itoa(int(task.ID))}}},
	} {
		if a := lead.post(c.path, c.form); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s with %.80v: %d", c.path, c.form, a.StatusCode)
		} else if drawn(t, a).Find("[role=alert], [aria-invalid=true], .err, .problem").Length() == 0 {
			t.Errorf("%s with %.80v: nothing says what is wrong", c.path, c.form)
		}
	}
	if now := s.again(task); now.Version != task.Version {
		t.Error("something of it was kept")
	}
}
