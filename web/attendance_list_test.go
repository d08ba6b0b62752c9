package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
)

// filled is the form of a list as a browser would send it.
func (b *browser) filled(path string) url.Values {
	b.t.Helper()
	f := url.Values{}
	drawn(b.t, b.get(path)).Find("form.session-list input").Each(func(_ int, in *goquery.Selection) {
		name, value := in.AttrOr("name", ""), in.AttrOr("value", "")
		if _, checked := in.Attr("checked"); in.AttrOr("type", "") == "radio" && !checked {
			return
		}
		f.Set(name, value)
	})
	return f
}

// sets changes a field of the row of somebody.
func sets(f url.Values, email, field, value string) {
	for name, v := range f {
		if n, ok := strings.CutPrefix(name, "email."); ok && v[0] == email {
			f.Set(field+"."+n, value)
		}
	}
}

func (r *room) says(session int, email string) string {
	return saidWords(r.gathering(session).Says(email))
}

func (r *room) signsUp(session int, emails ...string) {
	r.t.Helper()
	for _, email := range emails {
		if _, err := r.srv.Attendance.Service.SignUp(r.t.Context(), r.lead, session, email, r.clock.Now()); err != nil {
			r.t.Fatal(err)
		}
	}
}

// TestTwoHostsTickAtOnce has two people fill in the same list: nothing is lost, and
// where they disagree the second is told.
func TestTwoHostsTickAtOnce(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", nil)
	r.signsUp(id, "ann@example.com", "bo@example.com", "cy@example.com", "zoe@example.com")
	r.tomorrow(15, 30)
	host, lead := r.as("kim"), r.as("lead", roleGrants["lead"])
	mine, theirs := host.filled(route.List(id)), lead.filled(route.List(id))
	sets(mine, "ann@example.com", "status", "attended")
	sets(mine, "bo@example.com", "status", "attended")
	sets(mine, "zoe@example.com", "status", "attended")
	sets(theirs, "bo@example.com", "status", "no_show")
	sets(theirs, "cy@example.com", "status", "completed")
	sets(theirs, "cy@example.com", "deliverable", "A cleaned folder")
	sets(theirs, "zoe@example.com", "status", "attended")
	var wg sync.WaitGroup
	var first, second answer
	wg.Go(func() { first = host.post(route.List(id), mine) })
	wg.Go(func() { second = lead.post(route.List(id), theirs) })
	wg.Wait()
	if first.StatusCode > second.StatusCode {
		first, second = second, first
	}
	if first.StatusCode != http.StatusSeeOther {
		t.Fatalf("the first: %d", first.StatusCode)
	}
	r.want("the second", second, http.StatusConflict, "1 row was changed by somebody else meanwhile.", "Somebody else wrote: ")
	for email, want := range map[string]string{"ann@example.com": "present", "cy@example.com": "completed, “A cleaned folder”", "zoe@example.com": "present"} {
		if got := r.says(id, email); got != want {
			t.Errorf("%s: %s, want %s", email, got, want)
		}
	}
	if got := r.says(id, "bo@example.com"); got != "present" && got != "did not come" {
		t.Errorf("bo: %s", got)
	}
}

func TestListIsTickedAddedToAndClosed(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", seats(3))
	r.signsUp(id, "ann@example.com", "bo@example.com", "cy@example.com", "zoe@example.com")
	lead := r.as("lead", roleGrants["lead"])
	r.want("before", lead.get(route.List(id)), 200, "The session has not begun", "1st on the waiting list")
	if a := lead.post(route.List(id), url.Values{"rows": {"1"}, "email.0": {"ann@example.com"}, "was.0": {""}, "status.0": {"attended"}}); a.StatusCode != http.StatusConflict {
		t.Errorf("ticked before it began: %d", a.StatusCode)
	}
	for _, path := range []string{"/list/add", "/list/close"} {
		if a := lead.post(route.Training(id)+path, url.Values{"email": {"ann@example.com"}}); a.StatusCode != http.StatusConflict {
			t.Errorf("%s before it began: %d", path, a.StatusCode)
		}
	}
	r.tomorrow(15, 30)
	lead = r.as("lead", roleGrants["lead"])
	lead.post(route.List(id)+"/add", url.Values{"email": {"Guest@elsewhere.example"}})
	r.want("no address", lead.post(route.List(id)+"/add", url.Values{"email": {"guest"}}), 422, "Type an address")
	f := lead.filled(route.List(id))
	sets(f, "ann@example.com", "status", "attended")
	sets(f, "ann@example.com", "minutes", "abc")
	r.want("bad minutes", lead.post(route.List(id), f), 422, "Type minutes as a whole number", `value="abc"`, "Nothing was saved")
	sets(f, "ann@example.com", "minutes", "55")
	sets(f, "bo@example.com", "minutes", "10")
	r.want("minutes without a tick", lead.post(route.List(id), f), 422, "Say first whether they came.")
	sets(f, "bo@example.com", "minutes", "")
	lead.post(route.List(id), f)
	r.want("saved", lead.get(route.List(id)), 200, "Saved: 1 row changed.", "Guest@elsewhere.example", "Added to the list", "2 people had a seat and are not ticked")
	r.want("asked", lead.get(route.List(id)+"?close=1"), 200, "Close the list?", "Say they did not come")
	lead.post(route.List(id)+"/close", nil)
	r.want("closed", lead.get(route.List(id)), 200, "List closed: 2 people did not come.", "Of everybody who had a seat it is said whether they came.")
	for email, want := range map[string]string{
		"ann@example.com": "present, 55 minutes", "bo@example.com": "did not come", "cy@example.com": "did not come", "zoe@example.com": "not said", "guest@elsewhere.example": "present",
	} {
		if got := r.says(id, email); got != want {
			t.Errorf("%s: %s, want %s", email, got, want)
		}
	}
	r.want("told", r.as("bo").get(route.Training(id)), 200, "The list says you did not come")
}

// TestWhoKeepsTheList has every persona read it and tick Ann of Claims and Cy of Legal.
func TestWhoKeepsTheList(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", nil)
	r.signsUp(id, "ann@example.com", "cy@example.com")
	r.tomorrow(15, 30)
	tick := func(email string) url.Values {
		return url.Values{"rows": {"1"}, "email.0": {email}, "was.0": {writeWas(r.gathering(id).Says(email))}, "status.0": {"attended"}}
	}
	for _, tc := range []struct {
		who     string
		grants  []identity.Grant
		page    int
		ann, cy bool // are on the page
		ticks   [2]int
	}{
		{"lead", []identity.Grant{roleGrants["lead"]}, 200, true, true, [2]int{303, 303}},
		{"kim", nil, 200, true, true, [2]int{303, 303}},
		{"champion", []identity.Grant{roleGrants["champion"]}, 200, true, false, [2]int{303, 404}},
		{"zoe", []identity.Grant{championOfLegal}, 200, false, true, [2]int{404, 303}},
		{"auditor", []identity.Grant{roleGrants["auditor"]}, 200, true, true, [2]int{404, 404}},
		{"owner", []identity.Grant{roleGrants["owner"]}, 404, false, false, [2]int{404, 404}},
		{"executive", []identity.Grant{roleGrants["executive"]}, 404, false, false, [2]int{404, 404}},
		{"ann", nil, 404, false, false, [2]int{404, 404}},
	} {
		b := r.as(tc.who, tc.grants...)
		a := b.get(route.List(id))
		main := mainOf(a.body)
		if a.StatusCode != tc.page || strings.Contains(main, "Ann Ames") != tc.ann || strings.Contains(main, "Cy Cole") != tc.cy {
			t.Errorf("%s reads the list: %d", tc.who, a.StatusCode)
		}
		for i, email := range []string{"ann@example.com", "cy@example.com"} {
			if a := b.post(route.List(id), tick(email)); a.StatusCode != tc.ticks[i] {
				t.Errorf("%s ticks %s: %d, want %d", tc.who, email, a.StatusCode, tc.ticks[i])
			}
		}
		want := http.StatusNotFound
		if tc.who == "lead" || tc.who == "kim" {
			want = http.StatusSeeOther
		}
		if a := b.post(route.List(id)+"/close", nil); a.StatusCode != want {
			t.Errorf("%s closes the list: %d, want %d", tc.who, a.StatusCode, want)
		}
	}
	champion := r.as("champion", roleGrants["champion"])
	for email, want := range map[string]int{"bo@example.com": 303, "cy@example.com": 422, "absent@example.com": 422} {
		if a := champion.post(route.List(id)+"/add", url.Values{"email": {email}}); a.StatusCode != want {
			t.Errorf("the champion adds %s: %d, want %d", email, a.StatusCode, want)
		}
	}
	for _, bad := range []url.Values{{}, {"rows": {"-1"}}, {"rows": {"999999"}}, {"rows": {"1"}, "email.0": {"ann@example.com"}, "was.0": {"m=x"}}, {"rows": {"1"}, "email.0": {"ann@example.com"}, "was.0": {""}, "status.0": {"late"}}, {"rows": {"1"}, "email.0": {"nobody at all"}, "was.0": {""}, "status.0": {"attended"}}} {
		if a := r.as("lead", roleGrants["lead"]).post(route.List(id), bad); a.StatusCode != 422 {
			t.Errorf("%v: %d", bad, a.StatusCode)
		}
	}
}

func TestWhatPeopleMade(t *testing.T) {
	r := newRoom(t, nil)
	id, desk := r.plans("Cowork 101", nil), r.plans("Desk", func(o *enablement.Outline) { o.Kind = enablement.OfficeHours })
	r.tomorrow(15, 30)
	ann, bo := r.as("ann"), r.as("bo")
	r.want("not there", ann.post(route.Deliverable(id), url.Values{"deliverable": {"x"}}), http.StatusConflict)
	ann.checksIn(id, r.code(id))
	bo.checksIn(id, r.code(id))
	long := strings.Repeat("a ", 150)
	r.want("too long", ann.post(route.Deliverable(id), url.Values{"deliverable": {long}}), 422, "Use at most 200 characters.", strings.TrimSpace(long))
	ann.post(route.Deliverable(id), url.Values{"deliverable": {"A reserve  summary"}})
	r.want("said", ann.get(route.Training(id)), 200, "Saved: what you made.", `value="A reserve summary"`, "1 of 2 said what they made.")
	if a := bo.get(route.Training(id)); strings.Contains(a.body, "reserve summary") {
		t.Error("somebody else's words are shown to everybody")
	}
	r.want("the host", r.as("kim").get(route.List(id)), 200, "A reserve summary", `placeholder="Not said"`)
	ann.checksIn(desk, r.code(desk))
	if a := ann.get(route.Training(desk)); strings.Contains(a.body, "What did you make?") {
		t.Error("office hours ask what was made")
	}
}

// TestAttendancesReachTheFigures checks somebody in, takes the tick back, and says no_show.
func TestAttendancesReachTheFigures(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", nil)
	count := func() int {
		x, err := r.store.Index(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(x.Attendances)
	}
	if count() != 0 {
		t.Fatal("somebody attended before anybody came")
	}
	r.tomorrow(15, 30)
	r.as("ann").checksIn(id, r.code(id))
	if n := count(); n != 1 {
		t.Errorf("%d attendances after a check-in", n)
	}
	lead := r.as("lead", roleGrants["lead"])
	lead.post(route.List(id)+"/add", url.Values{"email": {"not-a-member@elsewhere.example"}})
	if n := count(); n != 2 {
		t.Errorf("%d attendances with somebody who is not a member", n)
	}
	for _, step := range []struct {
		status string
		want   int
	}{{"no_show", 1}, {"completed", 2}, {"", 1}} {
		f := lead.filled(route.List(id))
		sets(f, "ann@example.com", "status", step.status)
		lead.post(route.List(id), f)
		if n := count(); n != step.want {
			t.Errorf("%d attendances after %q, want %d", n, step.status, step.want)
		}
	}
	if n := len(r.gathering(id).Presences); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// TestFilesJoinASessionKeptHere imports a file for a session that people checked in to.
func TestFilesJoinASessionKeptHere(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", nil)
	file := func(rows string) enablement.Difference {
		day := r.gathering(id).Day
		f := sheet.File{Name: "lms.csv", Body: strings.NewReader("email,session,kind,date,status,minutes\n" + strings.ReplaceAll(rows, "@", "@example.com,Cowork 101,all_staff_101,"+day.String()+","))}
		d, err := r.srv.People.Training.Apply(t.Context(), r.lead, f, sheet.Options{}, r.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	r.tomorrow(15, 30)
	for _, who := range []string{"ann", "bo", "cy"} {
		r.as(who).checksIn(id, r.code(id))
	}
	r.as("ann").post(route.Deliverable(id), url.Values{"deliverable": {"A summary"}})
	r.tomorrow(20, 0)
	d := file("ann@completed,50\nbo@no_show,\ncy@attended,45\nzoe@attended,45\n")
	if d.New != 1 || d.Updated.Count != 2 || d.Outranked.Count != 1 {
		t.Errorf("%+v", d)
	}
	if again := file("ann@completed,50\nbo@no_show,\ncy@attended,45\nzoe@attended,45\n"); !again.Empty() || again.Outranked.Count != 1 {
		t.Errorf("twice: %+v", again)
	}
	for email, want := range map[string]string{
		"ann@example.com": "completed, 50 minutes, “A summary”", "bo@example.com": "present", "cy@example.com": "present, 45 minutes", "zoe@example.com": "present, 45 minutes",
	} {
		if got := r.says(id, email); got != want {
			t.Errorf("%s: %s, want %s", email, got, want)
		}
	}
	file("ann@no_show,\n")
	if got := r.says(id, "ann@example.com"); got != "did not come" {
		t.Errorf("a later file does not change what a file said: %s", got)
	}
	if p, _ := r.gathering(id).Presence("cy@example.com"); p.Source != enablement.FromCode || p.At.IsZero() {
		t.Errorf("%+v", fmt.Sprint(p))
	}
}
