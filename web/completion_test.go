package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
)

// trainedRoom is a room in which Ann completed a 101, Bo is a member and Cy and Zoe of Legal are invited.
func trainedRoom(t testing.TB) *room {
	t.Helper()
	r := newRoom(t, func(c *Config) {})
	_, err := r.store.Pool().Exec(t.Context(), `
		insert into member (ord, user_id, email, listed) values (0, 'u0', 'ann@example.com', true), (1, 'u1', 'bo@example.com', true);
		insert into invite (id, email, role, status) values ('i0', 'cy@example.com', 'user', 'pending'), ('i1', 'zoe@example.com', 'user', 'pending')`)
	if err != nil {
		t.Fatal(err)
	}
	r.bring(fmt.Sprintf("email,session,kind,date,status\nann@example.com,Cowork 101,all_staff_101,%s,completed\n", r.clock.Now().AddDate(0, 0, -2).Format("2006-01-02")))
	return r
}

// bring imports a file of attendances.
func (r *room) bring(csv string) {
	r.t.Helper()
	f := sheet.File{Name: "lms.csv", Body: strings.NewReader(csv)}
	if _, err := r.srv.People.Training.Apply(r.t.Context(), r.lead, f, sheet.Options{}, r.clock.Now()); err != nil {
		r.t.Fatal(err)
	}
}

// cells are the texts of a table's row whose first cell begins with a label.
func (b *browser) cells(path, table, label string) []string {
	b.t.Helper()
	var out []string
	for _, row := range drawn(b.t, b.get(path)).Find(table + " tbody tr").EachIter() {
		if !strings.HasPrefix(strings.TrimSpace(row.Find("td").First().Text()), label) {
			continue
		}
		for _, cell := range row.Find("td").EachIter() {
			out = append(out, strings.Join(strings.Fields(cell.Text()), " "))
		}
	}
	return out
}

func TestCompletionPage(t *testing.T) {
	r := trainedRoom(t)
	open := r.plans("Open 101", nil)
	closed := r.plans("Legal at work", r.forLegal)
	if _, err := r.srv.Attendance.Service.SignUp(t.Context(), r.lead, closed, "cy@example.com", r.clock.Now()); err != nil {
		t.Fatal(err)
	}
	lead := r.as("lead", roleGrants["lead"])
	for label, want := range map[string]string{
		"Claims Operations": "Claims Operations|4|1|0|1|1 (25%)|1|0",
		"Legal":             "Legal|2|0|0|0|0 (0%)|2|1",
	} {
		if got := strings.Join(lead.cells(route.Completion, "[aria-labelledby=standings]", label), "|"); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
	if got := strings.Join(lead.cells(route.Completion+"?by=wave", "[aria-labelledby=standings]", "Pilot"), "|"); got != "Pilot|4|1|0|1|1 (25%)|1|0" {
		t.Errorf("the wave: %s", got)
	}
	doc := drawn(t, lead.get(route.Completion))
	if said := doc.Find("#missing").Text(); strings.Contains(said, "Ann") || strings.Contains(said, "Kim") || !strings.Contains(said, "Bo Burt") || !strings.Contains(said, "Legal at work") {
		t.Errorf("missing: %s", said)
	}
	if link := doc.Find(".banner a").AttrOr("href", ""); link != route.With(route.NewTraining, "kind", "department", "department", "claims-operations") {
		t.Errorf("help first leads to %s", link)
	}
	next := doc.Find(".next-sessions")
	for _, id := range []int{open, closed} {
		if next.Find(`a[href="`+route.Training(id)+`"]`).Length() != 1 {
			t.Errorf("session %d is not among those they could join: %s", id, next.Text())
		}
	}
	if said := drawn(t, lead.get(route.Completion+"?department=claims-operations")).Find(".next-sessions").Text(); strings.Contains(said, "Legal at work") {
		t.Error("a session of Legal is offered to Claims Operations")
	}
	for q, want := range map[string]int{"?q=zoe": 1, "?q=nobody": 0, "?department=legal": 2, "?wave=pilot": 1, "?department=unassigned": 0, "?q=%00": 3, "?after=cy@example.com": 1} {
		if got := drawn(t, lead.get(route.Completion+q)).Find("#missing tbody tr").Length(); got != want {
			t.Errorf("%s lists %d, want %d", q, got, want)
		}
	}
	if a := lead.get(route.Completion + "?department=absent"); a.StatusCode != http.StatusNotFound {
		t.Errorf("an absent department: %d", a.StatusCode)
	}
}

// TestCompletionOfOnesOwn asks as a champion for another department by every route.
func TestCompletionOfOnesOwn(t *testing.T) {
	r := trainedRoom(t)
	r.plans("Legal at work", r.forLegal)
	champion := r.as("champion", roleGrants["champion"])
	for _, path := range []string{route.Completion, route.Completion + "?by=wave", route.Completion + "?q=zoe", route.Completion + "?wave=wave-1", route.Completion + ".csv", route.Completion + ".csv?q=example"} {
		a := champion.get(path)
		if a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
		for _, secret := range []string{"Legal", "legal", "Zoe Diaz", "cy@example.com", "Wave 1"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s tells of %s", path, secret)
			}
		}
	}
	absent := champion.get(route.Completion + "?department=absent")
	for _, path := range []string{"?department=legal", "?department=unassigned"} {
		if a := champion.get(route.Completion + path); a.StatusCode != http.StatusNotFound || drawn(t, a).Find("main").Text() != strings.ReplaceAll(drawn(t, absent).Find("main").Text(), requestIDIn(absent), requestIDIn(a)) {
			t.Errorf("%s: %d differs from what is absent", path, a.StatusCode)
		}
	}
	if said := drawn(t, champion.get(route.Completion)).Find("[aria-labelledby=standings]").Text(); strings.Contains(said, "25%") || !strings.Contains(said, "No figures about fewer than 5 people") {
		t.Errorf("figures about four people: %s", said)
	}
	if a := champion.get(route.Completion + ".csv"); !strings.Contains(a.body, "bo@example.com,Bo Burt,Claims Operations,Pilot,member,,") {
		t.Errorf("the own people: %s", a.body)
	}
	if n := r.number("select count(*) from audit_log where action = 'missing.exported' and detail::text not like '%@%'"); n != 3 {
		t.Errorf("%d downloads are recorded, want 3", n)
	}
	for _, who := range []string{"owner", "executive"} {
		if a := r.as(who, roleGrants[who]).get(route.Completion); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", who, a.StatusCode)
		}
	}
	auditor := r.as("auditor", roleGrants["auditor"])
	if a := auditor.get(route.Completion); !strings.Contains(a.body, "Zoe Diaz") || strings.Contains(a.body, "Plan a session") {
		t.Error("an auditor reads less than everything, or may plan")
	}
}

func requestIDIn(a answer) string { return a.Header.Get("X-Request-Id") }

// TestFileAndStatementsMeet imports a file of the same session as statements, twice.
func TestFileAndStatementsMeet(t *testing.T) {
	r := trainedRoom(t)
	token := r.learningTokenNamed("LMS")
	on := r.clock.Now().Add(-time.Hour).UTC().Format("2006-01-02")
	for n, email := range []string{"bo@example.com", "cy@example.com"} {
		if a := r.lms("POST", "", token, r.statementJSON(n, "completed", email, "a")); a.StatusCode != http.StatusOK {
			t.Fatal(a.body)
		}
	}
	lead := r.as("lead", roleGrants["lead"])
	at := fmt.Sprintf("%s/%d", route.Courses, r.number("select id from course"))
	if a := lead.post(at, url.Values{"version": {"1"}, "name": {"Cowork 101"}, "counts": {"all_staff_101"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatal(a.StatusCode)
	}
	csv := "email,session,kind,date,status\nbo@example.com,Cowork 101,all_staff_101," + on + ",no_show\nzoe@example.com,Cowork 101,all_staff_101," + on + ",attended\n"
	r.bring(csv)
	before := r.number("select n::int from generation")
	r.bring(csv)
	if after := r.number("select n::int from generation"); after != before {
		t.Error("the same file again changes figures")
	}
	if n := r.number("select count(*) from import_run where added = 0 and changed = 0"); n != 1 {
		t.Errorf("%d imports changed nothing, want 1", n)
	}
	if got := r.number("select count(*) from attendance where email = 'bo@example.com' and status = 'completed' and said = 'no_show' and source = 'file'"); got != 1 {
		t.Error("the stronger status does not hold")
	}
	void := `{"actor":{"mbox":"mailto:lms@example.com"},"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},"object":{"objectType":"StatementRef","id":"00000000-0000-4000-8000-000000000000"}}`
	if a := r.lms("POST", "", token, void); a.StatusCode != http.StatusOK {
		t.Fatal(a.body)
	}
	if got := r.number("select count(*) from attendance where email = 'bo@example.com' and status = 'no_show' and said is null"); got != 1 {
		t.Error("what the file said did not come back")
	}
	if got := strings.Join(lead.cells(route.Completion, "[aria-labelledby=standings]", "Legal"), "|"); got != "Legal|2|2|0|2|1 (50%)|0|0" {
		t.Errorf("Legal: %s", got)
	}
}

func TestRemindersPage(t *testing.T) {
	r := trainedRoom(t)
	one := 1
	id := r.plans("Open 101", func(o *enablement.Outline) { o.Capacity = &one })
	for _, email := range []string{"bo@example.com", "zoe@example.com"} {
		if _, err := r.srv.Attendance.Service.SignUp(t.Context(), r.lead, id, email, r.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	// today's are written: the page shows tomorrow's, those of a session the day after tomorrow
	for _, sql := range []string{
		"update training_session set day = day + 1",
		"insert into digest_run (key, kind, at) select 'reminder/' || current_date, 'reminder', now()",
	} {
		if _, err := r.store.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	r.as("champion", roleGrants["champion"])
	lead := r.as("lead", roleGrants["lead"])
	doc := drawn(t, lead.get(route.Reminders))
	for kind, says := range map[string][]string{
		"before":  {"2 letters", "Bo Burt and 1 other person get one", "Tomorrow: Open 101", "Place: Room 4.12", "give your seat back"},
		"hosting": {"1 letter", "You host tomorrow: Open 101", "2 people signed up for 1 seat"},
		"hosted":  {"0 letters", "leaves anything open"},
	} {
		said := strings.Join(strings.Fields(doc.Find("[aria-labelledby=kind-"+kind+"]").Text()), " ")
		for _, want := range says {
			if !strings.Contains(said, want) {
				t.Errorf("%s does not say %q: %s", kind, want, said)
			}
		}
	}
	if said := doc.Find(".goes-out").Text(); !strings.Contains(said, ", 07:30") || !strings.Contains(said, "there was nothing to say") {
		t.Errorf("the page does not say when they go out: %s", said)
	}
}
