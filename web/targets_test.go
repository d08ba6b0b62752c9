package web

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// aimed is a site over its own store, with a lead at the browser.
func aimed(t *testing.T) (*site, *browser) {
	t.Helper()
	s := newSite(t, nil)
	s.srv.Index = s.store
	b := s.browser()
	b.is("ines", roleGrants["lead"])
	return s, b
}

// doc parses an answer.
func (a answer) doc(t testing.TB) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// fields builds a form out of pairs.
func fields(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// set posts a target and expects it to be taken.
func (b *browser) set(metric adoption.Key, pairs ...string) {
	b.t.Helper()
	if a := b.post(route.Target(string(metric)), fields(pairs...)); a.StatusCode != http.StatusSeeOther || a.location() != route.Targets {
		b.t.Fatalf("%s %v: %d\n%s", metric, pairs, a.StatusCode, words(a.doc(b.t).Find("main")))
	}
}

// line is the row of a metric on the page of targets.
func line(doc *goquery.Document, name string) *goquery.Selection {
	return doc.Find("table tr").FilterFunction(func(_ int, r *goquery.Selection) bool { return words(r.Find("td > b").First()) == name })
}

func TestTargetsAreShownBesideTheirDefaults(t *testing.T) {
	_, b := aimed(t)
	doc := b.get(route.Targets).doc(t)
	expect(t, "sub", words(doc.Find("h1 + .sub")), "Every metric has its default target. No phase has a date yet.")
	if n := doc.Find("a:contains('Change')").Length(); n != len(adoption.Catalogue()) {
		t.Errorf("%d targets can be changed", n)
	}
	b.set(adoption.ActivationRate, "phase", "", "seen", "0", "value", "75", "owner", "Nadia  Feld", "due", b.clock.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	b.set(adoption.ActivationRate, "phase", "launch", "seen", "1", "value", "40 %")
	b.set(adoption.DaysTrainingToFirstTask, "phase", "", "seen", "2", "value", "2.5")
	doc = b.get(route.Targets).doc(t)
	expect(t, "sub", words(doc.Find("h1 + .sub")), "2 metrics have a target of your own, 11 the default.")
	row := line(doc, "Activation rate")
	expect(t, "in force", words(row.Find("[data-l='In force']")), "75% Every phase")
	expect(t, "default", words(row.Find("[data-l=Default]")), "70%")
	expect(t, "launch", words(row.Find("[data-l=Launch]:not(.taken)")), "40%")
	expect(t, "setup is taken over", words(row.Find("[data-l=Setup].taken")), "75%")
	expect(t, "owner", words(row.Find("[data-l=Owner]")), "Nadia Feld by ")
	expect(t, "history", words(row.Next().Find("details")), "2 changes of the target of Activation rate")
	expect(t, "newest first", words(row.Next().Find("li").First()), "ines Launch: not set → 40%")
	expect(t, "then", words(row.Next().Find("li").Last()), "Every phase: default → 75% Nadia Feld, by ")
	expect(t, "days", words(line(doc, "Training to first task").Find("[data-l='In force']")), "2.5 days")
	expect(t, "lower", words(line(doc, "Training to first task")), "lower is better")
}

func TestFiguresAreJudgedByWhatIsSet(t *testing.T) {
	s, b := aimed(t)
	s.srv.Index = fixedIndex{pilotIndex()}
	s.clock.at = pilotToday.Time().Add(9 * time.Hour)
	b.is("paula", roleGrants["lead"])
	row := line(b.get(route.Targets).doc(t), "Activation rate")
	was := words(row.Find("[data-l='Last 28 days']"))
	x := pilotIndex()
	x.Settings.Targets = []adoption.SetTarget{{Metric: adoption.ActivationRate, Value: 0.01, Due: day.None}}
	s.srv.Index = fixedIndex{x}
	now := words(line(b.get(route.Targets).doc(t), "Activation rate").Find("[data-l='Last 28 days']"))
	if !strings.Contains(now, "On target") || strings.Split(was, " ")[0] != strings.Split(now, " ")[0] {
		t.Errorf("the same figure reads %q, then %q", was, now)
	}
	expect(t, "multiplied", words(line(b.get(route.Targets).doc(t), "Sessions per active person").Find("[data-l='Last 28 days']")), "target 12")
}

func TestWrongTargetsComeBackAsTyped(t *testing.T) {
	_, b := aimed(t)
	yesterday := b.clock.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	for _, c := range []struct{ metric, field, typed, say string }{
		{"activation_rate", "value", "", "Type a number."},
		{"activation_rate", "value", "most", "This is not a number."},
		{"activation_rate", "value", "0", "A target lies above zero."},
		{"activation_rate", "value", "-5", "A target lies above zero."},
		{"activation_rate", "value", "101", "A share cannot pass 100%."},
		{"weekly_actives", "value", "200%", "A share cannot pass 100%."},
		{"activation_rate", "value", "0.01", "Type at least 0.1%."},
		{"days_training_to_first_task", "value", "9999", "More than 365 is out of reach."},
		{"days_training_to_first_task", "value", "2,5", "Write decimals with a point"},
		{"named_wins", "value", "1e9", "This is not a number."},
		{"named_wins", "value", "NaN", "This is not a number."},
		{"named_wins", "value", strings.Repeat("9", 40), "This is not a number."},
		{"named_wins", "due", yesterday, "This day has passed."},
		{"named_wins", "due", "2026-02-31", "Write the day like"},
		{"named_wins", "owner", strings.Repeat("ö", 101), "At most 100 characters."},
		{"named_wins", "owner", `"><script>alert(1)</script>` + strings.Repeat("x", 100), "At most 100 characters."},
	} {
		f := fields("phase", "launch", "seen", "0", "value", "3", "owner", "Nadia", "due", "")
		f.Set(c.field, c.typed)
		a := b.post(route.Target(c.metric), f)
		doc := a.doc(t)
		in := doc.Find("form input[name=" + c.field + "]").First()
		if a.StatusCode != http.StatusUnprocessableEntity || in.AttrOr("value", "") != c.typed || in.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s %q: %d, the field holds %q", c.metric, c.typed, a.StatusCode, in.AttrOr("value", ""))
		}
		expect(t, c.typed, words(doc.Find("#"+c.field+"-error")), c.say)
		if doc.Find("input[name=phase][value=launch]").Length() == 0 || c.field != "owner" && doc.Find("input[name=owner][value=Nadia]").Length() != 1 {
			t.Errorf("%s %q: the rest of the form is lost", c.metric, c.typed)
		}
		if doc.Find("main script").Length() > 0 {
			t.Error("what was typed runs")
		}
	}
	if history, err := b.store.TargetHistory(t.Context(), ""); err != nil || len(history) != 0 {
		t.Errorf("wrong targets were kept: %+v, %v", history, err)
	}
	for path, f := range map[string]url.Values{
		"/settings/targets/fun":               fields("seen", "0", "value", "3"),
		"/settings/targets/named_wins":        fields("seen", "0", "value", "3", "phase", "party"),
		"/settings/targets/named_wins/reset":  fields("seen", "0", "phase", "party"),
		"/settings/targets/named_winsx/reset": fields("seen", "0"),
	} {
		if a := b.post(path, f); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s %v: %d", path, f, a.StatusCode)
		}
	}
}

func TestADueDayThatHasPassedIsTakenAsItWas(t *testing.T) {
	s, b := aimed(t)
	due := b.clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	b.set(adoption.NamedWins, "seen", "0", "value", "3", "due", due)
	s.clock.Advance(96 * time.Hour)
	later := s.browser()
	later.is("later", roleGrants["lead"])
	later.set(adoption.NamedWins, "seen", "1", "value", "4", "due", due)
}

func TestConcurrentTargetsShowEachOther(t *testing.T) {
	s, b := aimed(t)
	other := s.browser()
	other.is("oskar", roleGrants["lead"])
	seen := b.get(route.Target("named_wins")).doc(t).Find("input[name=seen]").AttrOr("value", "")
	other.set(adoption.NamedWins, "seen", seen, "value", "9")
	a := b.post(route.Target("named_wins"), fields("seen", seen, "value", "5", "owner", "Nadia"))
	doc := a.doc(t)
	if a.StatusCode != http.StatusConflict {
		t.Fatalf("overwriting what was not seen: %d", a.StatusCode)
	}
	expect(t, "their change", words(doc.Find(".banner")), "oskar changed it from default to 9")
	if doc.Find("input[name=value][value='5']").Length() != 1 || doc.Find("input[name=owner][value=Nadia]").Length() != 1 {
		t.Error("what was typed is lost")
	}
	b.set(adoption.NamedWins, "seen", doc.Find("input[name=seen]").First().AttrOr("value", ""), "value", "5", "owner", "Nadia")
	if a := other.post(route.Target("named_wins")+"/reset", fields("seen", "1")); a.StatusCode != http.StatusConflict {
		t.Errorf("taking back what was not seen: %d", a.StatusCode)
	}
	b.set(adoption.ActivationRate, "seen", seen, "value", "50")
}

func TestTargetsGoBackToTheDefault(t *testing.T) {
	_, b := aimed(t)
	b.set(adoption.NamedWins, "seen", "0", "value", "9")
	b.set(adoption.NamedWins, "seen", "1", "value", "4", "phase", "setup")
	doc := b.get(route.Target("named_wins") + "?phase=setup").doc(t)
	expect(t, "phase", words(doc.Find("form[action$='/reset']")), "Back to the target of every phase Then 9, as in every phase.")
	doc = b.get(route.Target("named_wins")).doc(t)
	expect(t, "every phase", words(doc.Find("form[action$='/reset']")), "Back to the default Then 2, the default.")
	if a := b.post(route.Target("named_wins")+"/reset", fields("seen", "2")); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("reset: %d", a.StatusCode)
	}
	row := line(b.get(route.Targets).doc(t), "Named wins")
	expect(t, "in force", words(row.Find("[data-l='In force']")), "2 Default")
	expect(t, "setup", words(row.Find("[data-l=Setup]:not(.taken)")), "4")
}

func TestAuditorsReadTargets(t *testing.T) {
	s, lead := aimed(t)
	lead.set(adoption.NamedWins, "seen", "0", "value", "9")
	b := s.browser()
	b.is("priya", roleGrants["auditor"])
	lead.post(route.Phases, fields("was", "", "setup", "2026-09-01"))
	doc := b.get(route.Targets).doc(t)
	for _, want := range []string{"Setup, nowTue 1 Sep", "LaunchNo day yet", "An hour of workNot set yet"} {
		expect(t, "what an auditor reads", words(doc.Find("main")), want)
	}
	for _, path := range []string{route.Targets, route.Target("named_wins")} {
		a := b.get(path)
		if a.StatusCode != http.StatusOK || a.doc(t).Find("main form").Length() > 0 || !strings.Contains(a.body, "default → ") {
			t.Errorf("%s: %d with %d forms", path, a.StatusCode, a.doc(t).Find("main form").Length())
		}
	}
	for _, role := range []string{"owner", "champion", "executive"} {
		other := s.browser()
		other.is(role, roleGrants[role])
		if a := other.get(route.Overview); strings.Contains(a.body, route.Targets) {
			t.Errorf("%s is led to targets", role)
		}
	}
}

func TestTargetSheet(t *testing.T) {
	_, b := aimed(t)
	b.set(adoption.ActivationRate, "seen", "0", "value", "75", "owner", "=cmd|' /C calc'!A0")
	a := b.get(route.Targets + ".csv")
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(rows) != 1+len(adoption.Catalogue()) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := fmt.Sprint(rows[1][:10]); got != "[activation activation_rate Activation rate Percent of licensed people 0.7 0.75 every phase '=cmd|' /C calc'!A0  0.75]" {
		t.Errorf("the first row is %s", got)
	}
	if rows[1][14] != "" || rows[1][16] != "no_data" || rows[1][17] == "" {
		t.Errorf("a figure that is not there yet: %q", rows[1][14:])
	}
}

func TestPhasesFollowEachOther(t *testing.T) {
	s, b := aimed(t)
	a := b.post(route.Phases, fields("was", "", "setup", "2026-09-01", "launch", "2026-08-01", "scaling", "soon"))
	doc := a.doc(t)
	if a.StatusCode != http.StatusUnprocessableEntity || doc.Find("#phase-launch").AttrOr("value", "") != "2026-08-01" || doc.Find("#phase-scaling").AttrOr("value", "") != "soon" {
		t.Errorf("out of order: %d, launch is %q", a.StatusCode, doc.Find("#phase-launch").AttrOr("value", ""))
	}
	expect(t, "order", words(doc.Find("#phase-launch-error")), "Setup begins on 2026-09-01; Launch must begin later.")
	expect(t, "no day", words(doc.Find("#phase-scaling-error")), "Write the day like")
	if a := b.post(route.Phases, fields("was", "", "setup", "2026-09-01", "launch", "2026-10-01")); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("in order: %d", a.StatusCode)
	}
	a = b.post(route.Phases, fields("was", "", "setup", "2026-09-08"))
	doc = a.doc(t)
	if a.StatusCode != http.StatusConflict || doc.Find("#phase-setup").AttrOr("value", "") != "2026-09-08" {
		t.Errorf("overwriting what was not seen: %d", a.StatusCode)
	}
	expect(t, "theirs", words(doc.Find(".banner")), "Setup Tue 1 Sep, Launch Thu 1 Oct")
	was := doc.Find("input[name=was]").AttrOr("value", "")
	if a := b.post(route.Phases, fields("was", was, "setup", "2026-09-08")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("having seen it: %d", a.StatusCode)
	}
	if a := b.post(route.Phases, fields("was", "setup=never")); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a broken form: %d", a.StatusCode)
	}
	set, err := s.store.Settings(t.Context())
	if err != nil || len(set.Phases) != 1 || set.Phases[0].From != day.Of(2026, 9, 8) {
		t.Errorf("phases are %+v, %v", set.Phases, err)
	}
}

// numbers is the form of the definitions, as shown and then changed.
func numbers(pairs ...string) url.Values {
	f := fields("was_task_min_actions", "1", "was_min_cohort_size", "5", "was_loaded_hourly_rate", "",
		"task_min_actions", "1", "min_cohort_size", "5", "loaded_hourly_rate", "")
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func TestDefinitionsAreCheckedAndConfirmed(t *testing.T) {
	s, b := aimed(t)
	for field, typed := range map[string]string{"task_min_actions": "0", "min_cohort_size": "4", "loaded_hourly_rate": "1/3"} {
		a := b.post(route.Numbers, numbers(field, typed))
		in := a.doc(t).Find("#" + field)
		if a.StatusCode != http.StatusUnprocessableEntity || in.AttrOr("value", "") != typed || in.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s %q: %d", field, typed, a.StatusCode)
		}
	}
	change := numbers("task_min_actions", "3", "min_cohort_size", "8", "loaded_hourly_rate", "87.5")
	a := b.post(route.Numbers, change)
	doc := a.doc(t)
	if a.StatusCode != http.StatusOK || words(doc.Find("h1")) != "Decide every day anew?" {
		t.Fatalf("%d %s", a.StatusCode, words(doc.Find("main")))
	}
	for _, want := range []string{"1 → 3", "Closed months Keep their figures", "5 → 8", "without a rate → $87.5"} {
		expect(t, "what changes", words(doc.Find(".facts")), want)
	}
	if set, _ := s.store.Settings(t.Context()); set.TaskMinActions != 1 || set.MinCohortSize != 5 {
		t.Error("it was changed without being confirmed")
	}
	confirmed := url.Values{}
	doc.Find("main form input").Each(func(_ int, in *goquery.Selection) {
		confirmed.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	if a := b.post(route.Numbers, confirmed); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("confirmed: %d", a.StatusCode)
	}
	set, err := s.store.Settings(t.Context())
	if err != nil || set.TaskMinActions != 3 || set.MinCohortSize != 8 || set.HourlyRate.USD() != "87.50" {
		t.Errorf("kept are %+v, %v", set, err)
	}
	a = b.post(route.Numbers, numbers("min_cohort_size", "6"))
	doc = a.doc(t)
	if a.StatusCode != http.StatusConflict || doc.Find("#min_cohort_size").AttrOr("value", "") != "6" {
		t.Errorf("overwriting what was not seen: %d", a.StatusCode)
	}
	expect(t, "theirs", words(doc.Find(".banner")), "a real task 3, the smallest group 8, an hour $87.50")
	if a := b.post(route.Numbers, url.Values{}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an empty form: %d", a.StatusCode)
	}
}

func TestSourcesSayWhetherTheIndexAgrees(t *testing.T) {
	s, b := aimed(t)
	foot := func() string { return words(b.get(route.Sources).doc(t).Find("#sources .card-foot")) }
	expect(t, "before the first", foot(), "have not been compared with the facts yet")
	at := s.clock.Now()
	if _, err := s.store.CheckIndex(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	expect(t, "agreeing", foot(), "agree with the facts, checked "+at.UTC().Format("15:04")+" today.")
	if _, err := s.store.Pool().Exec(t.Context(), `insert into index_check (checked_at, days, differences) values ($1, 40, array['a', 'b'])`, at); err != nil {
		t.Fatal(err)
	}
	expect(t, "differing", foot(), "2 differences between the sets of people and the facts, checked "+at.UTC().Format("15:04")+" today. Run server reindex")
	if _, err := s.store.CheckIndex(t.Context(), at.Add(-72*time.Hour)); err != nil {
		t.Fatal(err)
	}
	expect(t, "long ago", foot(), "That is long ago")
	auditor := s.browser()
	auditor.is("priya", identity.Grant{Role: identity.Auditor})
	if a := auditor.get(route.Sources); !strings.Contains(a.body, "the sets of people") && !strings.Contains(a.body, "The sets of people") {
		t.Error("an auditor is not told")
	}
}
