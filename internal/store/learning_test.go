package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

const expapi = "http://adlnet.gov/expapi/verbs/"

// said is a statement as a learning system sends it.
type said struct {
	id, verb, activity, name, email string
	at                              time.Time
	minutes                         int // 0: not reported
	voids                           string
}

func (s said) json() string {
	object := map[string]any{"id": s.activity, "definition": map[string]any{"name": map[string]string{"en": s.name}, "description": map[string]string{"en": "canary of a description"}}}
	if s.voids != "" {
		object = map[string]any{"objectType": "StatementRef", "id": s.voids}
	}
	out := map[string]any{
		"id": s.id, "actor": map[string]any{"mbox": "mailto:" + s.email, "name": "Canary Of A Name"}, "verb": map[string]any{"id": expapi + s.verb}, "object": object,
		"timestamp": s.at.Format(time.RFC3339), "result": map[string]any{"response": "canary of a response", "extensions": map[string]any{"https://example.com/x": "canary of an extension"}},
	}
	if s.minutes > 0 {
		out["result"].(map[string]any)["duration"] = fmt.Sprintf("PT%dM", s.minutes)
	}
	body, _ := json.Marshal(out)
	return string(body)
}

func batch(list ...said) []byte {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = s.json()
	}
	return []byte("[" + strings.Join(texts, ",") + "]")
}

func statementID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// classroom is a store with a learning system.
type classroom struct {
	st    *store.Store
	pool  *pgxpool.Pool
	learn enablement.LearningService
	token enablement.LearningToken
}

func newClassroom(t *testing.T) *classroom {
	t.Helper()
	keys, _ := seal.Parse(childSecret)
	pool := dbtest.New(t)
	c := &classroom{st: store.New(pool, keys), pool: pool}
	c.learn = enablement.LearningService{Keeper: c.st}
	var err error
	if c.token, _, err = c.learn.CreateToken(t.Context(), identity.Operator(), "LMS", began); err != nil {
		t.Fatal(err)
	}
	return c
}

// fataler is what ends a test or a try of one.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func (c *classroom) send(t *testing.T, f fataler, list ...said) {
	f.Helper()
	if _, err := c.learn.Receive(t.Context(), c.token, batch(list...), began); err != nil {
		f.Fatal(err)
	}
}

// decide says what the course with an activity is, when it has been seen.
func (c *classroom) decide(t *testing.T, f fataler, activity string, d enablement.Decision) {
	f.Helper()
	err := c.pool.QueryRow(t.Context(), "select id, version from course where activity = $1", activity).Scan(&d.Course, &d.Version)
	if err == pgx.ErrNoRows {
		return
	}
	if err == nil {
		err = c.learn.Decide(t.Context(), identity.Operator(), d, began)
	}
	if err != nil {
		f.Fatal(err)
	}
}

func (c *classroom) rows(t *testing.T, f fataler, sql string) []string {
	f.Helper()
	rows, err := c.pool.Query(t.Context(), "select t::text from ("+sql+") t order by 1")
	if err != nil {
		f.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		f.Fatal(err)
	}
	return list
}

const attendancesSQL = `select s.name, s.kind, s.day, a.email_folded, a.status, a.minutes, a.source, coalesce(a.said, '-') as said
from training_session s left join attendance a on a.session = s.id`

func (c *classroom) clear(t *testing.T, f fataler) {
	f.Helper()
	if _, err := c.pool.Exec(t.Context(), "truncate statement, voided_statement, statement_left, course, attendance, training_session cascade"); err != nil {
		f.Fatal(err)
	}
}

var activities = []string{"https://lms.example.com/a", "https://lms.example.com/b"}

// world is what learning systems and a file say in the end, and in which steps it comes.
type world struct {
	statements []said
	voided     map[string]bool
	decisions  []enablement.Decision // by activity
	file       map[string]string     // of the sessions of 2 March: address -> status
}

func drawWorld(t *rapid.T) world {
	w := world{voided: map[string]bool{}, file: map[string]string{}}
	people := rapid.SampledFrom([]string{"ann@example.com", "Ann@Example.com", "bo@example.com"})
	for i := range rapid.IntRange(1, 9).Draw(t, "statements") {
		w.statements = append(w.statements, said{
			id: statementID(i), verb: rapid.SampledFrom([]string{"attended", "completed", "passed"}).Draw(t, "verb"),
			activity: rapid.SampledFrom(activities).Draw(t, "activity"), name: "Cowork 101", email: people.Draw(t, "email"),
			at:      time.Date(2026, time.March, rapid.IntRange(1, 2).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC).In(time.FixedZone("", 5*3600)),
			minutes: rapid.SampledFrom([]int{0, 30, 60}).Draw(t, "minutes"),
		})
		if rapid.IntRange(0, 3).Draw(t, "void") == 0 {
			w.voided[statementID(i)] = true
		}
	}
	kinds := rapid.SampledFrom([]enablement.Kind{"", enablement.AllStaff101, enablement.OfficeHours})
	for range activities {
		d := enablement.Decision{Name: rapid.SampledFrom([]string{"Cowork 101", "Cowork basics"}).Draw(t, "name"), Kind: kinds.Draw(t, "kind")}
		d.Ignored = d.Kind == "" && rapid.Bool().Draw(t, "ignored")
		w.decisions = append(w.decisions, d)
	}
	for _, email := range []string{"ann@example.com", "cy@example.com"} {
		if s := rapid.SampledFrom([]string{"", "attended", "completed", "no_show"}).Draw(t, "file"); s != "" {
			w.file[email] = s
		}
	}
	return w
}

// outcome is what has to be kept, by the rules as they are told.
func (w world) outcome() []string {
	type seat struct{ name, kind, day, email string }
	type fact struct {
		status  string
		minutes int
	}
	taught := map[seat]fact{}
	for _, s := range w.statements {
		d := w.decisions[slices.Index(activities, s.activity)]
		if d.Kind == "" || w.voided[s.id] {
			continue
		}
		at := seat{d.Name, string(d.Kind), s.at.UTC().Format("2006-01-02"), strings.ToLower(s.email)}
		f := taught[at]
		if f.status == "" {
			f.status = "attended"
		}
		if s.verb != "attended" {
			f.status = "completed"
		}
		f.minutes = max(f.minutes, s.minutes)
		taught[at] = f
	}
	lines := []string{}
	line := func(s seat, status string, minutes int, source, said string) {
		m := ""
		if minutes > 0 {
			m = fmt.Sprint(minutes)
		}
		lines = append(lines, fmt.Sprintf(`("%s",%s,%s,%s,%s,%s,%s,%s)`, s.name, s.kind, s.day, s.email, status, m, source, said))
	}
	rank := map[string]int{"no_show": 1, "attended": 2, "completed": 3}
	for email, status := range w.file {
		s := seat{"Cowork 101", "all_staff_101", "2026-03-02", email}
		f, both := taught[s]
		delete(taught, s)
		if both && rank[f.status] > rank[status] {
			line(s, f.status, 0, "file", status)
		} else {
			line(s, status, 0, "file", "-")
		}
	}
	for s, f := range taught {
		line(s, f.status, f.minutes, "lms", "-")
	}
	slices.Sort(lines)
	return lines
}

func (w world) csv() string {
	var b strings.Builder
	b.WriteString("email,session,kind,date,status\n")
	for email, status := range w.file {
		fmt.Fprintf(&b, "%s,Cowork 101,all_staff_101,2026-03-02,%s\n", email, status)
	}
	return b.String()
}

// TestStatementsInAnyOrder sends what is said in any order, often more than once and
// in any number of requests, between decisions and a file: the same is kept.
func TestStatementsInAnyOrder(t *testing.T) {
	c := newClassroom(t)
	rapid.Check(t, func(rt *rapid.T) {
		c.clear(t, rt)
		w := drawWorld(rt)
		all := slices.Clone(w.statements)
		for id := range w.voided {
			all = append(all, said{id: "1" + id[1:], verb: "voided", email: "lms@example.com", at: began.Add(-time.Hour), voids: id})
		}
		slices.SortFunc(all, func(a, b said) int { return strings.Compare(a.id, b.id) })
		all = rapid.Permutation(append(all, all[:rapid.IntRange(0, len(all)).Draw(rt, "again")]...)).Draw(rt, "order")
		fileAt := rapid.IntRange(0, len(all)).Draw(rt, "file at")
		for i := 0; i < len(all); {
			n := min(rapid.IntRange(1, 4).Draw(rt, "request"), len(all)-i)
			c.send(t, rt, all[i:i+n]...)
			if len(w.file) > 0 && i <= fileAt {
				c.importFile(t, rt, w.csv())
			}
			if which := rapid.IntRange(-1, 1).Draw(rt, "decide"); which >= 0 {
				c.decide(t, rt, activities[which], enablement.Decision{Name: "Cowork 101", Kind: rapid.SampledFrom([]enablement.Kind{"", "all_staff_101"}).Draw(rt, "meanwhile")})
			}
			i += n
		}
		for i, d := range w.decisions {
			c.decide(t, rt, activities[i], d)
		}
		if diff := gocmp.Diff(w.outcome(), c.rows(t, rt, attendancesSQL)); diff != "" {
			rt.Fatalf("kept differs from told:\n%s", diff)
		}
	})
}

func (c *classroom) importFile(t *testing.T, f fataler, body string) {
	f.Helper()
	trainings := enablement.Service{Keeper: c.st}
	_, err := trainings.Apply(t.Context(), identity.Operator(), sheet.File{Name: "lms.csv", Body: strings.NewReader(body)}, sheet.Options{}, began)
	if err != nil {
		f.Fatal(err)
	}
}

// TestStatementsSentAgain holds the same id to the same content.
func TestStatementsSentAgain(t *testing.T) {
	c := newClassroom(t)
	one := said{id: statementID(1), verb: "attended", activity: activities[0], name: "Cowork 101", email: "ann@example.com", at: began.Add(-time.Hour), minutes: 30}
	other := one
	other.verb = "completed"
	c.send(t, t, one, one)
	c.send(t, t, one)
	two := one
	two.id = statementID(2)
	if _, err := c.learn.Receive(t.Context(), c.token, batch(two, other), began); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "Statement 1, counted from 0") {
		t.Errorf("the same id with other content: %v", err)
	}
	if got := len(c.rows(t, t, "select id from statement")); got != 1 {
		t.Errorf("%d statements are kept, want 1", got)
	}
	late := `{"id":"` + statementID(3) + `","actor":{"mbox":"mailto:ann@example.com"},"verb":{"id":"` + expapi + `attended"},"object":{"id":"` + activities[0] + `"}}`
	for i := range 2 { // without a timestamp the time of the first arrival holds
		if _, err := c.learn.Receive(t.Context(), c.token, []byte(late), began.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Error(err)
		}
	}
}

// TestOnlyTheKeptFieldsAreKept looks through every table for what statements carry besides.
func TestOnlyTheKeptFieldsAreKept(t *testing.T) {
	c := newClassroom(t)
	c.send(t, t, said{id: statementID(1), verb: "completed", activity: activities[0], name: "Cowork 101", email: "ann@example.com", at: began.Add(-time.Hour)},
		said{id: statementID(2), verb: "experienced", activity: activities[0], name: "Canary Of A Course", email: "canary@example.com", at: began.Add(-time.Hour)})
	c.decide(t, t, activities[0], enablement.Decision{Name: "Cowork 101", Kind: enablement.AllStaff101})
	for _, table := range c.rows(t, t, "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'") {
		name := strings.Trim(table, "()")
		for _, row := range c.rows(t, t, "select * from "+name) {
			if strings.Contains(strings.ToLower(row), "canary") {
				t.Errorf("%s keeps %s", name, row)
			}
		}
	}
}

// TestWhatAHostNotedStays voids what a learning system said of somebody whose work a host wrote down.
func TestWhatAHostNotedStays(t *testing.T) {
	c := newClassroom(t)
	c.send(t, t, said{id: statementID(1), verb: "completed", activity: activities[0], name: "Cowork 101", email: "ann@example.com", at: began.Add(-time.Hour)})
	c.decide(t, t, activities[0], enablement.Decision{Name: "Cowork 101", Kind: enablement.AllStaff101})
	if _, err := c.pool.Exec(t.Context(), "update attendance set deliverable = 'A brief'"); err != nil {
		t.Fatal(err)
	}
	c.send(t, t, said{id: statementID(2), verb: "voided", email: "lms@example.com", at: began, voids: statementID(1)})
	got := c.rows(t, t, "select status, source, deliverable from attendance")
	if diff := gocmp.Diff([]string{`(attended,list,"A brief")`}, got); diff != "" {
		t.Error(diff)
	}
}

// TestFiguresFollowAtOnce watches the generation: it moves when an attendance changes, and only then.
func TestFiguresFollowAtOnce(t *testing.T) {
	c := newClassroom(t)
	moved := func(do func()) bool {
		t.Helper()
		before := c.rows(t, t, "select log from generation")
		do()
		return !slices.Equal(before, c.rows(t, t, "select log from generation"))
	}
	one := said{id: statementID(1), verb: "attended", activity: activities[0], name: "Cowork 101", email: "ann@example.com", at: began.Add(-time.Hour)}
	two := one
	two.id, two.email = statementID(2), "bo@example.com"
	kind := func(k enablement.Kind) {
		c.decide(t, t, activities[0], enablement.Decision{Name: "Cowork 101", Kind: k})
	}
	for i, step := range []struct {
		want bool
		do   func()
	}{
		{false, func() { c.send(t, t, one) }},
		{true, func() { kind(enablement.AllStaff101) }},
		{true, func() { c.send(t, t, two) }},
		{false, func() { c.send(t, t, one, two) }},
		{true, func() { kind(enablement.UserGroup) }},
		{true, func() {
			c.send(t, t, said{id: statementID(9), verb: "voided", email: "lms@example.com", at: began, voids: statementID(2)})
		}},
		{true, func() { kind("") }},
	} {
		if got := moved(step.do); got != step.want {
			t.Errorf("step %d moves the generation: %v, want %v", i, got, step.want)
		}
	}
	if left := c.rows(t, t, attendancesSQL); len(left) != 0 {
		t.Errorf("sessions of an undecided course are left: %v", left)
	}
}
