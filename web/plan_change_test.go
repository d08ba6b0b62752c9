package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// proves uploads a file as proof.
func (b *browser) proves(t rollout.Task, name string, content []byte) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	r := b.request("POST", at(t, "/files"), nil)
	r.Body, r.ContentLength = readCloser{&body}, int64(body.Len())
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func TestFilesAsProof(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	owner := s.enter("owner")
	task := s.ready("Write the runbook", holderDana, rollout.ByProof)
	for name, c := range map[string]struct {
		content []byte
		status  int
	}{
		"huge.pdf": {bytes.Repeat([]byte("%PDF-1.7 "), 50<<20/9), http.StatusRequestEntityTooLarge}, "six.txt": {bytes.Repeat([]byte("text "), 5<<20/5+1), http.StatusRequestEntityTooLarge},
		"setup.exe": {append([]byte("MZ\x90\x00\x03"), make([]byte, 400)...), http.StatusUnprocessableEntity}, "run.sh": {[]byte("#!/bin/sh\nrm -rf /\n"), http.StatusUnprocessableEntity},
		"page.html": {[]byte("<html><script>alert(1)</script>"), http.StatusUnprocessableEntity}, "empty.txt": {nil, http.StatusUnprocessableEntity},
	} {
		a := owner.must(owner.proves(task, name, c.content), c.status)
		if drawn(t, a).Find("#file[aria-invalid=true]").Length() != 1 {
			t.Errorf("%s: the page does not say what is wrong", name)
		}
	}
	if n := len(s.asPlanned().Proofs[task.ID]); n != 0 {
		t.Fatalf("%d files were kept", n)
	}
	owner.must(owner.proves(task, `C:\docs\runbook.txt`, []byte("What to do when people are locked out.")), http.StatusSeeOther)
	f := s.asPlanned().Proofs[task.ID][0]
	path := at(task, "/proofs/"+strconv.FormatInt(f.ID, 10))
	a := owner.must(owner.get(path), http.StatusOK)
	if kind := a.Header.Get("Content-Type"); a.body != "What to do when people are locked out." || kind != "application/octet-stream" || !strings.Contains(a.Header.Get("Content-Disposition"), `attachment; filename=runbook.txt`) {
		t.Errorf("%s, %s: %q", kind, a.Header.Get("Content-Disposition"), a.body)
	}
	other := s.ready("Another task", holderDana, rollout.ByProof)
	owner.must(owner.get(at(other, "/proofs/"+strconv.FormatInt(f.ID, 10))), http.StatusNotFound)
	champion := s.enter("champion")
	champion.must(champion.get(path), http.StatusNotFound)
	champion.must(champion.post(path+"/remove", url.Values{}), http.StatusNotFound)
	owner.must(owner.post(path+"/remove", url.Values{}), http.StatusSeeOther)
	owner.must(owner.get(path), http.StatusNotFound)
}

// TestSeveralAtOnce assigns and dates tasks of the list together.
func TestSeveralAtOnce(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	a, b := s.ready("One", holderDana, rollout.ByAttestation), s.ready("Two", holderDana, rollout.ByAttestation)
	ids := []string{strconv.Itoa(int(a.ID)), strconv.Itoa(int(b.ID))}
	if doc := lead.document(route.Plan + "?choose=tasks"); doc.Find(`input[name=task][form=bulk]`).Length() < 2 || doc.Find("form#bulk").Length() != 1 {
		t.Fatal("there is nothing to choose with")
	}
	lead.must(lead.post(route.Tasks+"/several", url.Values{"do": {"assign"}, "owner": {"ravi@example.com"}, "task": ids}), http.StatusSeeOther)
	lead.must(lead.post(route.Tasks+"/several", url.Values{"do": {"due"}, "due": {"2030-03-01"}, "task": ids}), http.StatusSeeOther)
	for _, task := range []rollout.Task{a, b} {
		if now := s.again(task); now.Owner != holderRavi || now.Due != day.Of(2030, 3, 1) {
			t.Errorf("%s: %v, %v", now.Title, now.Owner, now.Due)
		}
	}
	bad := lead.must(lead.post(route.Tasks+"/several", url.Values{"do": {"due"}, "due": {"soon"}, "task": ids[:1]}), http.StatusUnprocessableEntity)
	if doc := drawn(t, bad); doc.Find(`input[name=task][value="`+ids[0]+`"][checked]`).Length() != 1 || doc.Find("#bulk-due").AttrOr("value", "") != "soon" {
		t.Error("what was chosen and typed is lost")
	}
}

// TestRowsAreDrawnAnew ticks a task through HTMX: the answer is the list with its
// counts, or the row with what is wrong.
func TestRowsAreDrawnAnew(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	task := s.ready("Tell the quorum", holderRavi, rollout.ByAttestation)
	send := func(method, path string, form url.Values) answer {
		r := lead.request(method, path, form)
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Target", "div#plan")
		r.Header.Set("HX-Current-URL", s.url+route.Plan+"?q=quorum")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return lead.do(r)
	}
	if a := send("GET", at(task, "/done"), nil); !strings.HasPrefix(strings.TrimSpace(a.body), "<li") || drawn(t, a).Find("form [name=words][data-focus]").Length() != 1 {
		t.Errorf("the row does not ask: %.200s", a.body)
	}
	if a := lead.get(at(task, "/done")); a.location() != at(task, "#done") {
		t.Errorf("without the script it leads to %q", a.location())
	}
	bad := send("POST", at(task, "/state"), about(task, "to", "done", "act", "done", "words", " "))
	if bad.StatusCode != http.StatusUnprocessableEntity || bad.Header.Get("HX-Retarget") != "#task-"+strconv.Itoa(int(task.ID)) || drawn(t, bad).Find("[aria-invalid=true]").Length() != 1 {
		t.Errorf("%d: %.300s", bad.StatusCode, bad.body)
	}
	done := send("POST", at(task, "/state"), about(task, "to", "done", "act", "done", "words", "Minutes"))
	doc := drawn(t, done)
	if done.StatusCode != http.StatusOK || strings.Contains(done.body, "<html") || doc.Find("#task-"+strconv.Itoa(int(task.ID))+".done").Length() != 1 || doc.Find("[data-row]").Length() != 1 {
		t.Errorf("%d: %.300s", done.StatusCode, done.body)
	}
	if !strings.Contains(doc.Find(".page-head .sub").Text(), "1 of ") {
		t.Errorf("the counts say %q", doc.Find(".page-head .sub").Text())
	}
}

// TestOwnTasks adds, moves, splits and removes a task.
func TestOwnTasks(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	f := url.Values{"title": {"Book the hall"}, "phase": {"launch"}, "section": {"Our own"}, "days": {"2"}, "owner": {"Ravi Sethi <ravi@example.com>"}, "due": {"2030-05-06"}, "evidence": {"attestation"}, "holds_days": {"10"}}
	a := lead.must(lead.post(route.Tasks, f), http.StatusSeeOther)
	hall := s.task(func(_ *rollout.Plan, t rollout.Task) bool { return t.Title == "Book the hall" })
	if a.location() != at(hall, "") || hall.Owner != holderRavi || hall.Evidence.HoldsDays != 10 || hall.Due != day.Of(2030, 5, 6) {
		t.Errorf("%s: %+v", a.location(), hall)
	}
	lead.must(lead.post(at(hall, "/split"), about(hall, "parts", "Choose the hall\n\nPay for the hall\n")), http.StatusSeeOther)
	first, second := s.again(hall), s.task(func(_ *rollout.Plan, t rollout.Task) bool { return t.Title == "Pay for the hall" })
	if first.Title != "Choose the hall" || second.Owner != holderRavi {
		t.Errorf("%q, %v", first.Title, second.Owner)
	}
	order := func() string {
		out := []string{}
		lead.document(route.Plan + "?phase=all&q=hall").Find(".ti").Each(func(_ int, e *goquery.Selection) { out = append(out, e.Text()) })
		return strings.Join(out, ", ")
	}
	was := order()
	lead.must(lead.post(at(first, "/move"), about(first, "to", "down")), http.StatusSeeOther)
	if now := order(); now == was {
		t.Errorf("the order is still %s", now)
	}
	lead.must(lead.post(at(second, "/remove"), about(s.again(second))), http.StatusSeeOther)
	lead.must(lead.get(at(second, "")), http.StatusNotFound)
	book := s.task(func(_ *rollout.Plan, t rollout.Task) bool { return t.Key != "" && t.Gate == "" })
	lead.must(lead.post(at(book, "/remove"), about(book)), http.StatusUnprocessableEntity)
}

// TestPlanRefusesOtherSites sends a change from elsewhere.
func TestPlanRefusesOtherSites(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	task := s.ready("Tell the board", holderRavi, rollout.ByAttestation)
	for _, path := range []string{at(task, ""), at(task, "/state"), at(task, "/remove"), at(task, "/files"), route.Tasks, route.Tasks + "/several"} {
		r := lead.request("POST", path, about(task, "to", "doing"))
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://elsewhere.example")
		lead.must(lead.do(r), http.StatusForbidden)
	}
	if now := s.again(task); now.Version != task.Version {
		t.Error("another site changed a task")
	}
}

// TestWhatIsSaidIsEscaped writes markup wherever people write.
func TestWhatIsSaidIsEscaped(t *testing.T) {
	s := newSite(t, nil)
	s.starts()
	lead := s.enter("lead")
	const evil = `"><script>alert(1)</script>`
	task := s.ready(evil, rollout.Person{Name: evil, Email: "evil@example.com"}, rollout.ByAttestation)
	lead.must(lead.post(at(task, "/notes"), about(task, "note", evil)), http.StatusSeeOther)
	lead.must(lead.post(at(task, "/links"), about(task, "url", "https://example.com/", "name", evil)), http.StatusSeeOther)
	for _, path := range []string{route.Plan + "?phase=all", route.Plan + "?view=timeline&phase=all", at(task, ""), at(task, "/edit"), at(task, "/split"), route.PlanHistory, route.PlanDigest, route.Plan + "?q=" + url.QueryEscape(evil)} {
		a := lead.must(lead.get(path), http.StatusOK)
		if strings.Contains(a.body, "<script>alert") {
			t.Errorf("%s lets markup through", path)
		}
	}
}

// TestHistoryIsPaged reads more than a page of what happened.
func TestHistoryIsPaged(t *testing.T) {
	s := newSite(t, nil)
	p := s.starts()
	lead := s.enter("lead")
	seen := 0
	for next, pages := route.PlanHistory, 0; next != "" && pages < 20; pages++ {
		doc := lead.document(next)
		seen += doc.Find(".log li").Length()
		next = doc.Find(`a[rel=next]`).AttrOr("href", "")
	}
	if seen < len(p.Tasks) {
		t.Errorf("%d entries of at least %d", seen, len(p.Tasks))
	}
	lead.must(lead.get(route.PlanHistory+"?page=-7"), http.StatusOK)
	lead.must(lead.get(route.PlanHistory+"?page=99999999999999999999"), http.StatusOK)
}

// TestRemindersArePreviewed shows what owners would be told.
func TestRemindersArePreviewed(t *testing.T) {
	s := newSite(t, nil)
	s.clock.Advance(-time.Duration(int(s.clock.Now().Weekday())) * 24 * time.Hour) // a Sunday
	s.clock.Advance(24 * time.Hour)
	s.starts()
	s.ready("Tell the board", holderRavi, rollout.ByAttestation)
	lead := s.enter("lead")
	if said := lead.document(route.PlanDigest).Find("main").Text(); !strings.Contains(said, "Ravi Sethi, ravi@example.com") || !strings.Contains(said, "Tell the board") {
		t.Errorf("the page says %.300s", said)
	}
}

// TestPlanPagesAskLittle counts what the plan's pages ask the database.
func TestPlanPagesAskLittle(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Identity, cfg.Index = &identity.Service{Keeper: st}, st
		cfg.Plan, cfg.Tasks = st, &rollout.Service{Keeper: st}
	})
	s.store, s.id = st, s.srv.Identity
	s.starts()
	task := s.ready("Tell the board", holderRavi, rollout.ByAttestation)
	lead := s.enter("lead")
	lead.get(route.Plan) // the plan is read once, and kept
	for _, path := range []string{route.Plan, route.Plan + "?phase=all&q=a", route.Plan + "?view=timeline", route.Plan + ".csv", route.PlanHistory, route.PlanDigest, at(task, ""), at(task, "/edit"), at(task, "/split"), route.Tasks + "/new"} {
		c.queries.Store(0)
		c.trips.Store(0)
		lead.must(lead.get(path), http.StatusOK)
		if q, n := c.queries.Load(), c.trips.Load(); q == 0 || q > 12 || n > 3 {
			t.Errorf("%s: %d statements in %d round trips", path, q, n)
		}
	}
}
