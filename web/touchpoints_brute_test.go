package web

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// enteredLog is what a test entered through pages, kept beside them as plain lists.
type enteredLog struct {
	touches []enteredTouch
	came    []enteredVisit
}

type enteredTouch struct {
	day    day.Date
	person string // address; "" for a whole department
	dept   string // slug
}

type enteredVisit struct {
	day    day.Date
	kind   string
	person string
}

// usageFacts are the rows of usage and people that a test reads for itself.
type usageFacts struct {
	through day.Date
	tasks   map[string][]day.Date // address -> task days, ascending
	dept    map[string]string     // address -> slug
	emails  []string
}

// enteredNumbers are the people metrics of one cohort.
type enteredNumbers struct {
	touchpoints, helped, attendances, notYet, already float64
	median                                            *float64
}

func (f usageFacts) in(email, slug string) bool { return slug == "" || f.dept[email] == slug }

// numbers reads what was entered by the definitions of the metrics, line by line.
func (f usageFacts) numbers(e enteredLog, slug string, p day.Period) enteredNumbers {
	var n enteredNumbers
	for _, t := range e.touches {
		if p.Contains(t.day) && (t.person == "" && (slug == "" || t.dept == slug) || t.person != "" && f.in(t.person, slug)) {
			n.touchpoints++
		}
	}
	var took []float64
	for _, who := range f.emails {
		if !f.in(who, slug) {
			continue
		}
		visits, first := 0.0, day.Never
		for _, v := range e.came {
			switch {
			case v.person != who:
			case v.kind == "office_hours" && p.Contains(v.day):
				visits++
			case v.kind == "department":
				first = min(first, v.day)
			}
		}
		if n.attendances += visits; visits > 0 {
			n.helped++
		}
		f.follow(who, first, p, &n, &took)
	}
	if slices.Sort(took); len(took) > 0 {
		m := (took[(len(took)-1)/2] + took[len(took)/2]) / 2
		n.median = &m
	}
	return n
}

// follow adds how long somebody took from their first training to their first task.
func (f usageFacts) follow(who string, trained day.Date, p day.Period, n *enteredNumbers, took *[]float64) {
	if !p.Contains(trained) {
		return
	}
	i := slices.IndexFunc(f.tasks[who], func(d day.Date) bool { return d <= f.through })
	switch {
	case i < 0:
		n.notYet++
	case f.tasks[who][0] < trained:
		n.already++
	default:
		*took = append(*took, float64(f.tasks[who][0]-trained))
	}
}

// readFacts reads members, usage and the roster from their tables.
func (s *site) readFacts(through day.Date) usageFacts {
	s.t.Helper()
	f := usageFacts{through: through, tasks: map[string][]day.Date{}, dept: map[string]string{}}
	rows, err := s.store.Pool().Query(s.t.Context(), `
		select m.email_folded, d.name, coalesce((select string_agg(u.day::text, ' ' order by u.day) from usage_day u where u.member = m.ord and u.sessions >= 1 and u.actions >= 1), '')
		from member m join person p on p.email_folded = m.email_folded join placement pl on pl.person = p.id join department d on d.id = pl.department
		where m.listed order by m.email_folded`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var email, name, days string
		if err := rows.Scan(&email, &name, &days); err != nil {
			s.t.Fatal(err)
		}
		f.emails = append(f.emails, email)
		f.dept[email] = adoption.Slug(name)
		for _, text := range strings.Fields(days) {
			d, err := day.Parse(text)
			if err != nil {
				s.t.Fatal(err)
			}
			f.tasks[email] = append(f.tasks[email], d)
		}
	}
	return f
}

// TestMetricsAreWhatWasEntered logs touchpoints, takes some back and keeps lists of
// sessions through the pages and their services, and asks the API for what that makes.
func TestMetricsAreWhatWasEntered(t *testing.T) {
	var c counter
	st := countedStore(t, &c)
	s := newSite(t, func(cfg *Config) {
		cfg.Identity = &identity.Service{Keeper: st, Admins: []string{adminEmail}}
		cfg.Index, cfg.Plan, cfg.People = st, st, rosterOf(st)
		cfg.Touchpoints.Book, cfg.Touchpoints.Help = st, st
		cfg.Touchpoints.Service.Keeper = st
	})
	s.store, s.id = st, s.srv.Identity
	lead := s.browser()
	by := lead.is("ines", roleGrants["lead"])
	lead.imports("people", s.rosterOfMembers())
	s.browser().is("tomas", roleGrants["champion"])
	x, err := st.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, r := s.readFacts(x.Through), rand.New(rand.NewPCG(5, 23))
	var e enteredLog
	e.attend(t, s, f, r, by.Actor())
	for round := range 2 {
		e.touch(lead, f, r)
		s.equalsEntered(f, e, fmt.Sprint("round ", round))
	}
}

// rosterOfMembers places the listed members in two departments.
func (s *site) rosterOfMembers() string {
	var b strings.Builder
	b.WriteString("email,department\n")
	rows, err := s.store.Pool().Query(s.t.Context(), "select email_folded, ord % 2 from member where listed and email is not null")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var email string
		var half int
		if err := rows.Scan(&email, &half); err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s,%s\n", email, []string{"Claims Operations", "Legal"}[half])
	}
	return b.String()
}

// attend keeps the lists of some sessions through the service of their pages.
func (e *enteredLog) attend(t *testing.T, s *site, f usageFacts, r *rand.Rand, by identity.Actor) {
	t.Helper()
	svc := enablement.AttendanceService{Keeper: s.store}
	for n := range 6 {
		kind, on := []string{"department", "office_hours"}[n%2], f.through-day.Date(3+r.IntN(24))
		var id int
		err := s.store.Pool().QueryRow(t.Context(), "insert into training_session (name, kind, day) values ($1, $2, $3) returning id", fmt.Sprint("Session ", n), kind, on).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			who := f.emails[r.IntN(len(f.emails))]
			if slices.Contains(e.came, enteredVisit{on, kind, who}) {
				continue
			}
			status := enablement.Attended
			if r.IntN(4) == 0 {
				status = enablement.NoShow
			}
			if err := svc.Add(t.Context(), by, id, who, enablement.Said{Status: status}, s.clock.Now()); err != nil {
				t.Fatal(err)
			}
			if status == enablement.Attended {
				e.came = append(e.came, enteredVisit{on, kind, who})
			}
		}
	}
}

// touch logs touchpoints by posting the form, and takes one in three back.
func (e *enteredLog) touch(lead *browser, f usageFacts, r *rand.Rand) {
	lead.t.Helper()
	for range 14 {
		one := enteredTouch{day: day.FromTime(lead.clock.Now()) - day.Date(r.IntN(28)), person: f.emails[r.IntN(len(f.emails))]}
		if r.IntN(4) == 0 {
			one.person, one.dept = "", []string{"claims-operations", "legal"}[r.IntN(2)]
		}
		form := url.Values{formKeyField: {newFormKey()}, "person": {one.person}, "department": {one.dept}, "day": {one.day.String()},
			"kind": {"question"}, "champion": {"tomas@example.com"}, "return_to": {route.Touchpoints}}
		if a := lead.post(route.Touchpoints, form); a.StatusCode != http.StatusSeeOther {
			lead.t.Fatalf("%v: %d\n%s", form, a.StatusCode, a.body)
		}
		if r.IntN(3) > 0 {
			e.touches = append(e.touches, one)
			continue
		}
		var id int64
		if err := lead.store.Pool().QueryRow(lead.t.Context(), "select max(id) from touchpoint").Scan(&id); err != nil {
			lead.t.Fatal(err)
		}
		lead.must(lead.post(route.Touchpoint(id)+"/undo", url.Values{}), http.StatusSeeOther)
	}
}

// apiNumbers is what the API says of one question.
type apiNumbers struct{ Metrics map[string]apiNumber }

type apiNumber struct {
	Value     *float64
	Numerator *float64
	Parts     map[string]any // numbers, and money as text
}

func (n apiNumber) part(name string) *float64 {
	v, ok := n.Parts[name].(float64)
	if !ok {
		return nil
	}
	return &v
}

// equalsEntered asks the API about everybody and each department.
func (s *site) equalsEntered(f usageFacts, e enteredLog, when string) {
	s.t.Helper()
	p := day.Period{From: f.through - 27, To: f.through}
	for _, slug := range []string{"", "claims-operations", "legal"} {
		path := route.With(route.APIMetrics, "from", p.From.String(), "to", p.To.String())
		if slug != "" {
			path = route.With(route.APIMetrics, "from", p.From.String(), "to", p.To.String(), "by", "department", "cohort", slug)
		}
		a := s.as(identity.Auditor).ask(path)
		var got apiNumbers
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.StatusCode != http.StatusOK {
			s.t.Fatalf("%s: %d, %v", path, a.StatusCode, err)
		}
		want := f.numbers(e, slug, p)
		if want.touchpoints*want.helped == 0 || slug == "" && (want.median == nil || want.notYet*want.already == 0) {
			s.t.Errorf("%q, %s: there is nothing to compare: %+v", slug, when, want)
		}
		for name, pair := range map[string][2]*float64{
			"touchpoints":        {&want.touchpoints, got.Metrics["champion_touchpoints"].part("count")},
			"people helped":      {&want.helped, got.Metrics["help_session_participation"].Numerator},
			"attendances":        {&want.attendances, got.Metrics["help_session_participation"].part("attendances")},
			"not yet":            {&want.notYet, got.Metrics["days_training_to_first_task"].part("not_yet")},
			"already delegating": {&want.already, got.Metrics["days_training_to_first_task"].part("already_delegating")},
			"median":             {want.median, got.Metrics["days_training_to_first_task"].Value},
		} {
			if (pair[0] == nil) != (pair[1] == nil) || pair[0] != nil && math.Abs(*pair[0]-*pair[1]) > 1e-9 {
				s.t.Errorf("%s of %q, %s: %v, want %v", name, slug, when, pointed(pair[1]), pointed(pair[0]))
			}
		}
	}
}

func pointed(v *float64) string {
	if v == nil {
		return "nothing"
	}
	return fmt.Sprint(*v)
}
