package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/value"
)

// trophies is a database with people of two departments and those who log wins.
type trophies struct {
	office
	service             *value.Service
	ines, tomas, clara  identity.Actor
	helen, priya, norma identity.Actor
	now                 time.Time
	today               day.Date
}

func newTrophies(t testing.TB) *trophies {
	o := newOffice(t)
	w := &trophies{office: o, service: &value.Service{Keeper: o.st}, now: began, today: day.FromTime(began)}
	o.member(0, "elif@example.com")
	o.member(1, "left@example.com")
	o.exec("update member set listed = false where ord = 1")
	o.people("email,name,department\nelif@example.com,Elif Aydin,Claims & Care\nleft@example.com,Lea Gone,Claims & Care\n" +
		"tomas@example.com,Tomas,Claims & Care\nclara@example.com,Clara Legal,Legal\n")
	actor := func(name string, r identity.Role, department string) identity.Actor {
		a := identity.Actor{Name: name, Email: strings.ToLower(name) + "@example.com"}
		if r != "" {
			a.Roles = []identity.Role{r}
		}
		if department != "" {
			a.Departments = []string{department}
		}
		if err := o.st.Pool().QueryRow(context.Background(),
			"insert into account (issuer, subject, email, name, created_at) values ('i', $1, $2, $1, now()) returning id", name, a.Email).Scan(&a.Account); err != nil {
			t.Fatal(err)
		}
		return a
	}
	w.ines, w.tomas, w.clara = actor("Ines", identity.Lead, ""), actor("Tomas", identity.Champion, "claims-care"), actor("Clara", identity.Champion, "legal")
	w.helen, w.priya, w.norma = actor("Helen", identity.Executive, ""), actor("Priya", identity.Auditor, ""), actor("Norma", "", "")
	return w
}

func (w *trophies) draft(person, text string) value.Draft {
	return value.Draft{Person: person, Words: value.Words{Day: w.today, Deliverable: text, Before: value.New, Hours: 2, GoesTo: "Calls"}}
}

func (w *trophies) log(by identity.Actor, d value.Draft) value.Receipt {
	w.t.Helper()
	r, err := w.service.Log(context.Background(), by, d, w.today, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *trophies) count(sql string, args ...any) (n int) {
	w.t.Helper()
	if err := w.st.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestLoggedWinsAreListed(t *testing.T) {
	w := newTrophies(t)
	first := w.log(w.tomas, w.draft("ELIF@example.com", "Reserve summary")).Win
	old := w.draft("tomas@example.com", "Own list")
	old.Day, old.Before = w.today-3, value.Slower
	w.log(w.tomas, old)
	w.log(w.ines, w.draft("clara@example.com", "Contract check"))
	for _, c := range []struct {
		reader identity.Actor
		f      value.Filter
		want   string
	}{
		{w.ines, value.Filter{}, "Contract check, Reserve summary, Own list"},
		{w.priya, value.Filter{}, "Contract check, Reserve summary, Own list"},
		{w.tomas, value.Filter{}, "Reserve summary, Own list"},
		{w.tomas, value.Filter{Department: "legal"}, ""},
		{w.tomas, value.Filter{Person: "clara@example.com"}, ""},
		{w.clara, value.Filter{}, "Contract check"},
		{w.helen, value.Filter{}, ""},
		{w.norma, value.Filter{}, ""},
		{w.ines, value.Filter{Department: "claims-care"}, "Reserve summary, Own list"},
		{w.ines, value.Filter{Department: "nowhere"}, ""},
		{w.ines, value.Filter{Department: "unassigned"}, ""},
		{w.ines, value.Filter{Before: value.Slower}, "Own list"},
		{w.ines, value.Filter{State: value.Published}, ""},
		{w.ines, value.Filter{State: value.Logged, Person: "Elif@Example.com"}, "Reserve summary"},
		{w.ines, value.Filter{Period: day.Period{From: w.today - 5, To: w.today - 1}}, "Own list"},
		{w.ines, value.Filter{Limit: 1, Page: 2}, "Reserve summary"},
	} {
		p, err := w.st.Wins(t.Context(), c.reader, c.f)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range p.Wins {
			got = append(got, one.Deliverable)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s asks for %+v and gets %v, want %s", c.reader.Name, c.f, got, c.want)
		}
	}
	got, err := w.st.Win(t.Context(), w.tomas, first.ID)
	if err != nil || got.Who.Label() != "Elif Aydin" || got.Who.Department != (value.Department{ID: got.Who.Department.ID, Name: "Claims & Care", Slug: "claims-care"}) ||
		got.Hours != 2 || got.GoesTo != "Calls" || got.Logger != "Tomas" || got.State != value.Logged || got.Version != 1 {
		t.Errorf("the win is %+v, %v", got, err)
	}
	for _, reader := range []identity.Actor{w.clara, w.helen, w.norma} {
		if _, err := w.st.Win(t.Context(), reader, first.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s gets %v", reader.Name, err)
		}
		if who, err := w.st.WinPerson(t.Context(), reader, "elif@example.com", w.today); err != nil || who.Known || who.Name != "" {
			t.Errorf("%s learns of %+v, %v", reader.Name, who, err)
		}
	}
	p, err := w.st.Wins(t.Context(), w.tomas, value.Filter{})
	if err != nil || len(p.Departments) != 1 || p.ByState[value.Logged] != 2 || p.Total(value.Filter{}) != 2 {
		t.Errorf("a champion's page has %+v, %v", p, err)
	}
}

func TestWinsOfNobodyAreRefused(t *testing.T) {
	w := newTrophies(t)
	for _, c := range []struct {
		by     identity.Actor
		person string
	}{
		{w.tomas, "clara@example.com"}, {w.tomas, "nobody@example.com"}, {w.tomas, "left@example.com"}, {w.tomas, ""}, {w.tomas, "%"},
		{w.ines, "nobody@example.com"}, {w.ines, "left@example.com"},
	} {
		_, err := w.service.Log(t.Context(), c.by, w.draft(c.person, "A list"), w.today, w.now)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields["person"] == "" {
			t.Errorf("%s logs for %q: %v", c.by.Name, c.person, err)
		}
	}
	for _, by := range []identity.Actor{w.helen, w.priya, w.norma} {
		if _, err := w.service.Log(t.Context(), by, w.draft("elif@example.com", "A list"), w.today, w.now); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s logs: %v", by.Name, err)
		}
	}
	if n := w.count("select count(*) from win"); n != 0 {
		t.Errorf("%d wins were kept", n)
	}
}

const (
	formKey1 = "8a7f1b1e-7a35-4b7e-9c69-6d2a3c6f1a01"
	formKey2 = "8a7f1b1e-7a35-4b7e-9c69-6d2a3c6f1a02"
)

func TestTheSameFormAtOnceIsOneWin(t *testing.T) {
	w := newTrophies(t)
	d := w.draft("elif@example.com", "Reserve summary")
	d.Key = formKey1
	var wg gosync.WaitGroup
	got := make([]value.Receipt, 8)
	errs := make([]error, len(got))
	for i := range got {
		wg.Go(func() { got[i], errs[i] = w.service.Log(t.Context(), w.tomas, d, w.today, w.now) })
	}
	wg.Wait()
	firsts := 0
	for i, r := range got {
		if errs[i] != nil || r.Win.ID != got[0].Win.ID || r.Win.Deliverable != "Reserve summary" {
			t.Errorf("answer %d: %+v, %v", i, r, errs[i])
		}
		if !r.Again {
			firsts++
		}
	}
	if n := w.count("select count(*) from win"); n != 1 || firsts != 1 {
		t.Errorf("%d wins, %d of them new", n, firsts)
	}
	if n := w.count("select count(*) from audit_log where action = 'win.logged'"); n != 1 {
		t.Errorf("the audit log has %d", n)
	}
	if _, err := w.service.Log(t.Context(), w.clara, d, w.today, w.now); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody else's form: %v", err)
	}
}

func TestAnUndoneWinStaysAway(t *testing.T) {
	w := newTrophies(t)
	d := w.draft("elif@example.com", "Reserve summary")
	d.Key = formKey1
	one := w.log(w.tomas, d).Win
	if err := w.service.Undo(t.Context(), w.clara, one.ID, w.now); !fault.Is(err, fault.NotFound) {
		t.Errorf("another department's champion undoes it: %v", err)
	}
	if err := w.service.Undo(t.Context(), w.tomas, one.ID, w.now.Add(25*time.Hour)); !fault.Is(err, fault.Conflict) {
		t.Errorf("after a day: %v", err)
	}
	if err := w.service.Undo(t.Context(), w.tomas, one.ID, w.now); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Undo(t.Context(), w.tomas, one.ID, w.now); !fault.Is(err, fault.NotFound) {
		t.Errorf("undone twice: %v", err)
	}
	d.Key = formKey2
	one = w.log(w.tomas, d).Win
	w.exec("insert into undone (client_key, at) values ('" + formKey2 + "', now())")
	if err := w.service.Undo(t.Context(), w.tomas, one.ID, w.now); err != nil {
		t.Errorf("a key under which something else was taken back: %v", err)
	}
	if r := w.log(w.tomas, d); !r.Undone || r.Win.ID != 0 {
		t.Errorf("the late form is answered with %+v", r)
	}
	if n := w.count("select count(*) from win"); n != 0 {
		t.Errorf("%d wins", n)
	}
}

// A champion of claims, now of legal, keeps nothing of claims, not even what they logged.
func TestAChampionLeavesWinsBehind(t *testing.T) {
	w := newTrophies(t)
	theirs, own := w.log(w.tomas, w.draft("elif@example.com", "Reserve summary")).Win, w.log(w.tomas, w.draft("tomas@example.com", "Own list")).Win
	w.tomas.Departments = []string{"legal"}
	p, err := w.st.Wins(t.Context(), w.tomas, value.Filter{})
	if err != nil || len(p.Wins) != 1 || p.Wins[0].ID != own.ID || p.ByState[value.Logged] != 1 {
		t.Errorf("they see %+v, %v", p, err)
	}
	if _, err := w.st.Win(t.Context(), w.tomas, theirs.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("one win: %v", err)
	}
	if err := w.service.Undo(t.Context(), w.tomas, theirs.ID, w.now); !fault.Is(err, fault.NotFound) {
		t.Errorf("taking it back: %v", err)
	}
}

// A form sent again while it is being undone: whatever comes first, nothing is left.
func TestAnUndoAgainstALateForm(t *testing.T) {
	w := newTrophies(t)
	for i := range 12 {
		d := w.draft("elif@example.com", "Reserve summary")
		d.Key = fmt.Sprintf("8a7f1b1e-7a35-4b7e-9c69-6d2a3c6f1b%02d", i)
		one := w.log(w.tomas, d).Win
		var wg gosync.WaitGroup
		var undo, late error
		wg.Go(func() { undo = w.service.Undo(t.Context(), w.tomas, one.ID, w.now) })
		wg.Go(func() { _, late = w.service.Log(t.Context(), w.tomas, d, w.today, w.now) })
		wg.Wait()
		if undo != nil || late != nil {
			t.Errorf("undo: %v, late form: %v", undo, late)
		}
	}
	if n := w.count("select count(*) from win"); n != 0 {
		t.Errorf("%d wins are left", n)
	}
}

// A champion undoes while a lead publishes: one of them is told that it is too late.
func TestAnUndoAgainstAPublication(t *testing.T) {
	w := newTrophies(t)
	for range 12 {
		one := w.log(w.tomas, w.draft("elif@example.com", "Reserve summary")).Win
		var wg gosync.WaitGroup
		var undo, publish error
		wg.Go(func() { undo = w.service.Undo(t.Context(), w.tomas, one.ID, w.now) })
		wg.Go(func() { _, publish = w.service.Publish(t.Context(), w.ines, one.ID, true, one.Version, w.now) })
		wg.Wait()
		left := w.count("select count(*) from win where id = $1 and state = 'published'", one.ID)
		switch {
		case undo == nil && fault.Is(publish, fault.NotFound) && left == 0:
		case publish == nil && fault.Is(undo, fault.Conflict) && left == 1:
		default:
			t.Errorf("undo: %v, publish: %v, left %d", undo, publish, left)
		}
	}
}

func TestFiguresFollowWins(t *testing.T) {
	w := newTrophies(t)
	published := func() string {
		x, err := w.st.Index(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, one := range x.Wins {
			out = append(out, fmt.Sprint(int(one.Day-w.today), " ", one.Member, " ", one.Published))
		}
		return strings.Join(out, ", ")
	}
	if got := published(); got != "" {
		t.Errorf("before the first win there is %s", got)
	}
	one := w.log(w.tomas, w.draft("elif@example.com", "Reserve summary")).Win
	if got := published(); got != "0 0 false" {
		t.Errorf("logged: %s", got)
	}
	one, err := w.service.Publish(t.Context(), w.ines, one.ID, true, one.Version, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if got := published(); got != "0 0 true" {
		t.Errorf("published: %s", got)
	}
	words := one.Words
	words.Day -= 2
	if one, err = w.service.Edit(t.Context(), w.ines, one.ID, words, true, one.Version, w.today, w.now); err != nil {
		t.Fatal(err)
	}
	if got := published(); got != "-2 0 true" {
		t.Errorf("moved: %s", got)
	}
	if _, err = w.service.Withdraw(t.Context(), w.ines, one.ID, "Told twice", one.Version, w.now); err != nil {
		t.Fatal(err)
	}
	if got := published(); got != "-2 0 false" {
		t.Errorf("withdrawn: %s", got)
	}
	if err := w.service.Undo(t.Context(), w.ines, one.ID, w.now); err != nil {
		t.Fatal(err)
	}
	if got := published(); got != "" {
		t.Errorf("undone: %s", got)
	}
	want := []string{"win.logged", "win.published", "win.changed", "win.withdrawn", "win.undone"}
	var got []string
	for _, line := range audited(t, w.st.Pool(), w.st) {
		action, _, _ := strings.Cut(line, " ")
		if strings.HasPrefix(action, "win.") {
			got = append(got, action)
		}
		if strings.Contains(line, "elif") || strings.Contains(line, "Aydin") {
			t.Errorf("the audit log names somebody: %s", line)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the audit log has %v", got)
	}
}

func TestAStaleEditChangesNothing(t *testing.T) {
	w := newTrophies(t)
	one := w.log(w.tomas, w.draft("elif@example.com", "Reserve summary")).Win
	words := one.Words
	words.Deliverable = "Reserve summary for 46 claims"
	if _, err := w.service.Edit(t.Context(), w.tomas, one.ID, words, true, 1, w.today, w.now); err != nil {
		t.Fatal(err)
	}
	words.Deliverable = "Something else"
	if _, err := w.service.Edit(t.Context(), w.ines, one.ID, words, false, 1, w.today, w.now); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale edit: %v", err)
	}
	got, err := w.st.Win(t.Context(), w.ines, one.ID)
	if err != nil || got.Deliverable != "Reserve summary for 46 claims" || !got.Consent || got.Version != 2 {
		t.Errorf("the win is %+v, %v", got, err)
	}
}

// The figure of each department is what counting its published wins by hand makes of it.
func TestNamedWinsEqualACountByHand(t *testing.T) {
	w := newTrophies(t)
	people := []string{"elif@example.com", "tomas@example.com", "clara@example.com"}
	want := map[string]int{}
	for i := range 18 {
		d := w.draft(people[i%3], fmt.Sprint("Win ", i))
		d.Day = w.today - day.Date(i*2)
		one := w.log(w.ines, d).Win
		if i%4 == 0 {
			continue
		}
		if _, err := w.service.Publish(t.Context(), w.ines, one.ID, true, 1, w.now); err != nil {
			t.Fatal(err)
		}
		if d.Day >= w.today-20 && d.Day <= w.today-1 {
			want[one.Who.Department.Slug]++
		}
	}
	x, err := w.st.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// As if the days had been read, without anybody using anything.
	read := &adoption.Index{First: w.today - 60, Through: w.today - 1, Members: x.Members, Placements: x.Placements, Wins: x.Wins, Settings: x.Settings}
	a, err := read.Answer(adoption.Query{Period: day.Period{From: w.today - 20, To: w.today - 1}, By: adoption.ByDepartment, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, r := range a.Breakdown {
		if v := r.Figure(adoption.NamedWins).Value; v == nil || int(*v) != want[r.Cohort.Slug] {
			t.Errorf("%s has %v, want %d", r.Cohort.Slug, v, want[r.Cohort.Slug])
		}
		total += want[r.Cohort.Slug]
	}
	if v := a.Figure(adoption.NamedWins).Value; v == nil || int(*v) != total || total == 0 {
		t.Errorf("everybody has %v, want %d", v, total)
	}
}
