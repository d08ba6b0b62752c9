package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
)

// attendees are the roster of these tests.
const attendees = `email,name,department,wave
ann@example.com,Ann Ames,Claims Operations,Pilot
bo@example.com,Bo Burt,Claims Operations,Pilot
champion@example.com,Tomas Reyes,Claims Operations,Pilot
kim@example.com,Kim Host,Claims Operations,Pilot
cy@example.com,Cy Cole,Legal,Wave 1
zoe@example.com,Zoe Diaz,Legal,Wave 1
`

// room is a site with a roster and sessions, at an hour that the test moves.
type room struct {
	*site
	lead identity.Actor
}

func newRoom(t testing.TB, change func(*Config)) *room {
	t.Helper()
	s := newSite(t, change)
	s.clock.at = s.clock.at.Truncate(24 * time.Hour).Add(9 * time.Hour)
	r := &room{site: s}
	acc := s.browser().is("planner", roleGrants["lead"])
	r.lead = acc.Actor()
	f := sheet.File{Name: "people.csv", Body: strings.NewReader(attendees)}
	if _, err := s.srv.People.Import.Apply(t.Context(), r.lead, f, sheet.Options{}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	return r
}

// plans adds a session tomorrow at 15:30 UTC, an hour long, hosted by Kim.
func (r *room) plans(name string, change func(*enablement.Outline)) int {
	r.t.Helper()
	o := enablement.Outline{
		Name: name, Kind: enablement.AllStaff101, Starts: "15:30", Zone: "UTC", Minutes: 60, Place: "Room 4.12", Link: "https://meet.example.com/x",
		Host: enablement.Host{Name: "Kim Host", Email: "kim@example.com"}, About: "We delegate one real task.", Features: enablement.Features()[:2],
	}
	if change != nil {
		change(&o)
	}
	plan := &enablement.PlanService{Keeper: r.store}
	id, err := plan.Plan(r.t.Context(), r.lead, o, day.FromTime(r.clock.Now())+1, r.clock.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func seats(n int) func(*enablement.Outline) {
	return func(o *enablement.Outline) { o.Capacity = &n }
}

// forLegal makes a session one of the department Legal.
func (r *room) forLegal(o *enablement.Outline) {
	o.Kind, o.Department = enablement.Department, enablement.Whose{ID: r.department("Legal")}
}

func (r *room) department(name string) int {
	r.t.Helper()
	all, err := r.store.Departments(r.t.Context(), day.FromTime(r.clock.Now()))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range all {
		if d.Name == name {
			return d.ID
		}
	}
	r.t.Fatalf("no department %s", name)
	return 0
}

// tomorrow moves the clock to an hour of the sessions' day; whoever was signed in is no longer.
func (r *room) tomorrow(hour, minute int) {
	today := r.clock.Now().Truncate(24 * time.Hour)
	if r.clock.Now().Hour() == 9 {
		today = today.Add(24 * time.Hour)
	}
	r.clock.mu.Lock()
	defer r.clock.mu.Unlock()
	r.clock.at = today.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// as is a browser of somebody, signed in now.
func (r *room) as(name string, grants ...identity.Grant) *browser {
	r.t.Helper()
	b := r.browser()
	b.is(name, grants...)
	return b
}

var championOfLegal = identity.Grant{Role: identity.Champion, Department: "legal"}

func (r *room) code(session int) string {
	return r.srv.Attendance.door().Code(session, r.clock.Now())
}

func (b *browser) checksIn(session int, code string) answer {
	b.t.Helper()
	return b.post(route.CheckIn, url.Values{"session": {fmt.Sprint(session)}, "code": {code}})
}

func (r *room) gathering(session int) enablement.Gathering {
	r.t.Helper()
	g, err := r.store.Gathering(r.t.Context(), session)
	if err != nil {
		r.t.Fatal(err)
	}
	return g
}

func (r *room) want(what string, a answer, status int, says ...string) {
	r.t.Helper()
	if a.StatusCode != status {
		r.t.Errorf("%s: %d, want %d\n%s", what, a.StatusCode, status, errorsIn(a.body))
	}
	for _, say := range says {
		if !strings.Contains(a.body, say) {
			r.t.Errorf("%s does not say %q", what, say)
		}
	}
}

// errorsIn is what a page says went wrong, for a test's log.
func errorsIn(body string) string {
	_, text, _ := strings.Cut(body, "<main")
	return text[:min(len(text), 1200)]
}

// TestExactlyTheCapacityGetIn lets two hundred people sign up at once over HTTP.
func TestExactlyTheCapacityGetIn(t *testing.T) {
	const people, capacity = 200, 23
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", seats(capacity))
	browsers := make([]*browser, people)
	for i := range browsers {
		browsers[i] = r.as(fmt.Sprintf("person%d", i))
	}
	var wg sync.WaitGroup
	start := make(chan struct{})
	answers := make([]answer, people)
	for i, b := range browsers {
		wg.Go(func() {
			<-start
			answers[i] = b.post(route.SignUp(id), url.Values{})
		})
	}
	close(start)
	wg.Wait()
	seated, waiting := 0, map[string]bool{}
	for i, a := range answers {
		if a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d: %d", i, a.StatusCode)
		}
		page := drawn(t, browsers[i].get(route.Training(id)))
		switch title := page.Find("#mine").Text(); {
		case title == "You have a seat":
			seated++
			if page.Find(`a[href="https://meet.example.com/x"]`).Length() != 1 {
				t.Error("somebody with a seat does not see the link")
			}
		case strings.HasSuffix(title, "on the waiting list") && !waiting[title]:
			waiting[title] = true
			if page.Find(`a[href="https://meet.example.com/x"]`).Length() != 0 {
				t.Error("somebody who waits sees the link")
			}
		default:
			t.Errorf("%d reads %q", i, title)
		}
	}
	if seated != capacity || len(waiting) != people-capacity || !waiting["You are 177th on the waiting list"] || !waiting["You are 3rd on the waiting list"] {
		t.Errorf("%d have a seat, %d wait", seated, len(waiting))
	}
	if g := r.gathering(id); len(g.SignUps) != people || len(g.Seated()) != capacity {
		t.Errorf("%d are kept, %d with a seat", len(g.SignUps), len(g.Seated()))
	}
}

func TestSeatsMoveOn(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", seats(1))
	ann, bo := r.as("ann"), r.as("bo")
	r.want("ann", ann.get(route.Training(id)), 200, "1 seat is left.", "Room 4.12", "Kim Host", "We delegate one real task.", "File access", "What to bring")
	ann.post(route.SignUp(id), nil)
	r.want("bo", bo.get(route.Training(id)), 200, "Join the waiting list", "All 1 seat is taken. You would be 1st")
	bo.post(route.SignUp(id), nil)
	bo.post(route.SignUp(id), nil) // twice is once
	r.want("bo waits", bo.get(route.Training(id)), 200, "You are 1st on the waiting list")
	if a := ann.post(route.Leave(id), nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("leave: %d", a.StatusCode)
	}
	r.want("bo moved in", bo.get(route.Training(id)), 200, "You have a seat", "Join by link")
	r.want("ann is out", ann.get(route.Training(id)), 200, "Join the waiting list")
	r.tomorrow(15, 30)
	bo = r.as("bo")
	if a := bo.post(route.Leave(id), nil); a.StatusCode != http.StatusConflict {
		t.Errorf("left a session that has begun: %d", a.StatusCode)
	}
	if a := r.as("ann").post(route.SignUp(id), nil); a.StatusCode != http.StatusConflict {
		t.Errorf("signed up for a session that has begun: %d", a.StatusCode)
	}
	if n := len(r.gathering(id).SignUps); n != 1 {
		t.Errorf("%d signed up", n)
	}
}

// TestSignUpsRaceWithChanges signs people up while a lead changes the seats and
// calls the session off: afterwards nobody is in who came after that.
func TestSignUpsRaceWithChanges(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", seats(3))
	browsers := make([]*browser, 24)
	for i := range browsers {
		browsers[i] = r.as(fmt.Sprintf("person%d", i))
	}
	plan := &enablement.PlanService{Keeper: r.store}
	var wg sync.WaitGroup
	statuses := make([]int, len(browsers))
	for i, b := range browsers {
		wg.Go(func() { statuses[i] = b.post(route.SignUp(id), nil).StatusCode })
	}
	wg.Go(func() {
		g := r.gathering(id)
		g.Capacity = new(int)
		*g.Capacity = 30
		if err := plan.Change(t.Context(), r.lead, id, g.Version, g.Outline, g.Day, r.clock.Now()); err != nil {
			t.Error(err)
		}
		if err := plan.Cancel(t.Context(), r.lead, id, g.Version+1, "The room is flooded.", r.clock.Now()); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	in := 0
	for _, status := range statuses {
		switch status {
		case http.StatusSeeOther:
			in++
		case http.StatusConflict:
		default:
			t.Errorf("a sign-up answers %d", status)
		}
	}
	g := r.gathering(id)
	if len(g.SignUps) != in || !g.Cancelled() || len(g.Seated()) != in {
		t.Errorf("%d were told they are in, %d are, %d with a seat", in, len(g.SignUps), len(g.Seated()))
	}
	r.want("the page", browsers[0].get(route.Training(id)), 200, "This session was cancelled", "The room is flooded.")
}

// TestWhoSignsOthersUp tries every persona on sessions for everybody and of Legal.
func TestWhoSignsOthersUp(t *testing.T) {
	r := newRoom(t, nil)
	open, legal := r.plans("Cowork 101", seats(20)), r.plans("Contracts", r.forLegal)
	for _, tc := range []struct {
		who     string
		grants  []identity.Grant
		session int
		email   string
		want    int
	}{
		{"lead", []identity.Grant{roleGrants["lead"]}, open, "ann@example.com", 303},
		{"lead", []identity.Grant{roleGrants["lead"]}, legal, "cy@example.com", 303},
		{"lead", []identity.Grant{roleGrants["lead"]}, open, "nobody here", 422},
		{"kim", nil, open, "guest@elsewhere.example", 303},
		{"champion", []identity.Grant{roleGrants["champion"]}, open, "bo@example.com", 303},
		{"champion", []identity.Grant{roleGrants["champion"]}, open, "cy@example.com", 422},
		{"champion", []identity.Grant{roleGrants["champion"]}, open, "absent@example.com", 422},
		{"champion", []identity.Grant{roleGrants["champion"]}, legal, "bo@example.com", 404},
		{"zoe", []identity.Grant{championOfLegal}, legal, "cy@example.com", 303},
		{"owner", []identity.Grant{roleGrants["owner"]}, open, "ann@example.com", 404},
		{"executive", []identity.Grant{roleGrants["executive"]}, open, "ann@example.com", 404},
		{"auditor", []identity.Grant{roleGrants["auditor"]}, open, "ann@example.com", 404},
		{"bo", nil, open, "ann@example.com", 404},
		{"bo", nil, legal, "", 404},
		{"bo", nil, open, "", 303},
		{"cy", nil, legal, "", 303},
		{"executive", []identity.Grant{roleGrants["executive"]}, open, "", 303},
	} {
		b := r.as(tc.who, tc.grants...)
		a := b.post(route.SignUp(tc.session), url.Values{"email": {tc.email}})
		if a.StatusCode != tc.want {
			t.Errorf("%s signs %q up for %d: %d, want %d", tc.who, tc.email, tc.session, a.StatusCode, tc.want)
		}
		if a.StatusCode == http.StatusUnprocessableEntity && strings.Contains(a.body, "Cole") {
			t.Errorf("%s reads a name of another department", tc.who)
		}
	}
	one := r.as("champion", roleGrants["champion"])
	absent, others := one.post(route.SignUp(open), url.Values{"email": {"absent@example.com"}}), one.post(route.SignUp(open), url.Values{"email": {"zoe@example.com"}})
	same := strings.NewReplacer("absent@example.com", "", "zoe@example.com", "")
	if mainOf(same.Replace(absent.body)) != mainOf(same.Replace(others.body)) {
		t.Error("a champion can tell somebody of another department from nobody")
	}
	r.want("search", one.get(route.Training(open)+"?q=o"), 200, "Bo Burt", "Has a seat")
	if a := one.get(route.Training(open) + "?q=cole"); strings.Contains(a.body, "Cy Cole") || !strings.Contains(a.body, "Nobody of yours") {
		t.Error("a champion finds somebody of another department")
	}
}

// mainOf is the part of a page that is its own.
func mainOf(body string) string {
	_, text, _ := strings.Cut(body, "<main")
	text, _, _ = strings.Cut(text, "</main>")
	return text
}

// TestOtherDepartmentsSessionsAreNotThere asks for everything of a session of Legal.
func TestOtherDepartmentsSessionsAreNotThere(t *testing.T) {
	r := newRoom(t, nil)
	legal := r.plans("Contracts", func(o *enablement.Outline) { r.forLegal(o); o.Host = enablement.Host{} })
	r.as("cy").post(route.SignUp(legal), nil)
	r.tomorrow(15, 40)
	one := route.Training(legal)
	for who, b := range map[string]*browser{"champion of Claims": r.as("champion", roleGrants["champion"]), "somebody of Claims": r.as("ann"), "executive": r.as("executive", roleGrants["executive"])} {
		for _, path := range []string{one, one + "/door", one + "/list", one + "/list?close=1"} {
			there, absent := b.get(path), b.get(strings.Replace(path, one, route.Training(99999), 1))
			if there.StatusCode != http.StatusNotFound || absent.StatusCode != http.StatusNotFound || strings.Contains(there.body, "Contracts") {
				t.Errorf("%s opens %s: %d", who, path, there.StatusCode)
			}
		}
		for _, path := range []string{one + "/sign-up", one + "/leave", one + "/deliverable", one + "/list/add", one + "/list/close"} {
			if a := b.post(path, url.Values{"email": {"cy@example.com"}}); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s posts to %s: %d", who, path, a.StatusCode)
			}
		}
		list := url.Values{"rows": {"1"}, "email.0": {"cy@example.com"}, "was.0": {""}, "status.0": {"attended"}}
		if a := b.post(one+"/list", list); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s ticks somebody of Legal: %d", who, a.StatusCode)
		}
		if a := b.get(route.With(route.CheckIn, "session", fmt.Sprint(legal))); strings.Contains(a.body, "Contracts") {
			t.Errorf("%s reads what the session is called while checking in", who)
		}
	}
	if n := len(r.gathering(legal).Presences); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}
