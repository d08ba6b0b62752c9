package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// apiIndexer hands out one organization.
type apiIndexer struct{ x *adoption.Index }

// Index implements Indexer.
func (i apiIndexer) Index(context.Context) (*adoption.Index, error) { return i.x, nil }

// apiOrg is thirty people in four departments, one of them too small to be shown
// and one named like a spreadsheet formula, with data from Monday 2 March to
// Friday 27 March 2026.
func apiOrg() *adoption.Index {
	return apiOrgOver(day.Period{From: day.Of(2026, time.March, 2), To: day.Of(2026, time.March, 27)})
}

// apiMonths is the same people with data for the whole of February as well: those
// who see no small groups get figures of whole months.
func apiMonths() *adoption.Index {
	return apiOrgOver(day.Period{From: day.Of(2026, time.February, 1), To: day.Of(2026, time.March, 27)})
}

func apiOrgOver(p day.Period) *adoption.Index {
	first := p.From
	x := &adoption.Index{
		Generation: 4, First: first, Through: p.To, CostGranted: true, CostThrough: p.To,
		SeatsGranted: true, Seats: []adoption.Seats{{Day: first, Assigned: 40}}, Settings: adoption.DefaultSettings(),
	}
	for m := range int32(30) {
		x.Members = append(x.Members, adoption.Member{Listed: true, Added: first})
		dept := []string{"Claims & Risk", "Finance", "=1+1", "Claims & Risk", "Finance", "=1+1"}[m%6]
		if m < 3 {
			dept = "Board"
		}
		x.Placements = append(x.Placements, adoption.Placement{Member: m, From: day.None, Department: dept, Wave: "Pilot"})
	}
	for d := first; d <= x.Through; d++ {
		x.Days = append(x.Days, adoption.IndexDay(d, usageOn(d-first), 1))
		amount, _ := adoption.ParseCents("1000.5")
		x.Cost = append(x.Cost, adoption.Cost{Day: d, Product: "cowork", Amount: amount})
	}
	return x
}

// usageOn lets more people in every day; one in three of them delegates.
func usageOn(k day.Date) []adoption.Entry {
	var out []adoption.Entry
	for m := range min(24, int32(k)+2) {
		a := adoption.Activity{SignedIn: true, Sessions: 1 + adoption.Count(m)%3, Connectors: adoption.Count(m) % 2, Skills: adoption.Unreported, Plugins: 0}
		if m%3 > 0 {
			a.Actions = 2
		}
		if (int32(k)+m)%4 > 0 {
			out = append(out, adoption.Entry{Member: m, Activity: a})
		}
	}
	return out
}

// apiCaller asks the API with a token.
type apiCaller struct {
	*browser
	role identity.Role
}

func apiSite(t *testing.T, x *adoption.Index) *site {
	return newSite(t, func(c *Config) { c.Index = apiIndexer{x} })
}

func (s *site) as(role identity.Role) apiCaller { return apiCaller{s.browser(), role} }

func (c apiCaller) ask(path string, headers ...string) answer {
	c.t.Helper()
	r := c.request("GET", path, nil)
	c.bearer(r, c.role, time.Hour, false)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return c.do(r)
}

func (c apiCaller) json(path string) map[string]any {
	c.t.Helper()
	a := c.ask(path)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" {
		c.t.Fatalf("%s: %d %s %s", path, a.StatusCode, a.Header.Get("Content-Type"), a.body)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		c.t.Fatalf("%s: %v", path, err)
	}
	return out
}

// apiQuestions names the goldens and the questions they answer.
var apiQuestions = map[string]string{
	"metrics":           route.APIMetrics + "?from=2026-03-01&to=2026-03-28",
	"metrics-breakdown": route.APIMetrics + "?from=2026-03-09&to=2026-03-22&by=department",
	"metrics-cohort":    route.APIMetrics + "?from=2026-03-09&to=2026-03-22&by=department&cohort=finance",
	"metrics-before":    route.APIMetrics + "?from=2025-01-01&to=2025-01-28",
	"weekly":            route.APIWeekly + "?from=2026-03-04&to=2026-03-28",
	"weekly-department": route.APIWeekly + "?from=2026-03-09&to=2026-03-22&by=department",
	"funnel":            route.APIFunnel + "?to=2026-03-22",
	"funnel-wave":       route.APIFunnel + "?to=2026-04-22&by=wave",
	"retention":         route.APIRetain + "?from=2026-03-02&to=2026-03-22",
	"metrics-within":    route.APIMetrics + "?from=2026-03-09&to=2026-03-22&department=finance,claims-risk&wave=pilot",
	"weekly-within":     route.APIWeekly + "?from=2026-03-09&to=2026-03-22&by=department&department=finance,board",
	"retention-cohort":  route.APIRetain + "?from=2026-03-02&to=2026-03-22&by=department&cohort=claims-risk",
}

// TestAPIGoldens holds every answer to the bytes it had. UPDATE_GOLDEN=1 writes them anew.
func TestAPIGoldens(t *testing.T) {
	lead := apiSite(t, apiOrg()).as(identity.Lead)
	for name, path := range apiQuestions {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(lead.ask(path).body), "", " "); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", pretty.Bytes())
		twin := strings.Replace(path, "?", ".csv?", 1)
		golden(t, name+".csv", []byte(strings.ReplaceAll(lead.ask(twin).body, "\r\n", "\n")))
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "api", name)
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s:\n%s", name, d)
	}
}

// The order of the fields is part of the contract's example, and people read it.
func TestAPIFieldOrder(t *testing.T) {
	body := apiSite(t, apiOrg()).as(identity.Lead).ask(route.APIMetrics + "?from=2026-03-01&to=2026-03-28").body
	inOrder(t, body, `{"from":"2026-03-01"`, `"to":"2026-03-28"`, `"data_through":"2026-03-27"`, `"clipped":true`, `"cohort":null`,
		`"metrics":{"activation_rate":{"value":`, `"numerator":`, `"denominator":40`, `"unit":"ratio"`, `"status":`, `"target":0.7`,
		`"previous":null`, `"reason":null`, `"parts":{}`, `"delegation_rate"`, `"weekly_actives"`, `"week2_retention"`,
		`"days_training_to_first_task"`, `"p75":null`, `"sessions_per_active_user"`, `"advanced_feature_uptake"`, `"champion_touchpoints"`,
		`"help_session_participation"`, `"hours_reallocated_per_week"`, `"named_wins"`, `"live_workflows"`, `"cost_to_value"`, `"cost_usd":"260.13"`,
		`"columns":{"activation":{"status":`, `"depth"`, `"value"`, `"diagnosis":{"look_first":`, `"metric":`, `"because":`, `"plays":[`)
}

func inOrder(t *testing.T, body string, wanted ...string) {
	t.Helper()
	rest := body
	for _, w := range wanted {
		i := strings.Index(rest, w)
		if i < 0 {
			t.Fatalf("%s is not where it should be in %s", w, body)
		}
		rest = rest[i:]
	}
}

func TestAPIRefusesWhatItDoesNotKnow(t *testing.T) {
	lead := apiSite(t, apiOrg()).as(identity.Lead)
	for path, field := range map[string]string{
		route.APIMetrics + "?form=2026-03-01":                             "form",
		route.APIMetrics + "?from=2026-02-30":                             "from",
		route.APIMetrics + "?from=":                                       "from",
		route.APIMetrics + "?to=yesterday":                                "to",
		route.APIMetrics + "?to=2026-3-1":                                 "to",
		route.APIMetrics + "?from=2026-03-02&to=2026-03-01":               "from",
		route.APIMetrics + "?from=1970-01-01&to=2026-03-01":               "from",
		route.APIMetrics + "?from=2026-03-01&from=2026-03-02":             "from",
		route.APIMetrics + "?by=team":                                     "by",
		route.APIMetrics + "?cohort=finance":                              "cohort",
		route.APIWeekly + ".csv?until=2026-03-01":                         "until",
		route.APIWeekly + "?by=department&cohort=finance":                 "cohort",
		route.APIFunnel + "?from=2026-03-01":                              "from",
		route.APIRetain + "?by=department":                                "cohort",
		route.APIRetain + "?from=2026-03-01&to=2026-03-09&by=wave&x=y":    "x",
		route.APIMetrics + "?from=2026-03-01T00:00:00Z&to=2026-03-09":     "from",
		route.APIWeekly + "?from=2026-03-01&to=2026-03-09;by=department":  "",
		route.APIMetrics + "?%zz":                                         "",
		route.APIMetrics + "?by=department&by=wave&from=2026-03-01":       "by",
		route.APIMetrics + "?BY=department":                               "BY",
		route.APIFunnel + "?to=2026-03-01&by=department&cohort=a&cohort=": "cohort",
		route.APIMetrics + "?department=":                                 "department",
		route.APIWeekly + "?wave=pilot,":                                  "wave",
		route.APIFunnel + "?group=a&group=b":                              "group",
		route.APIRetain + "?team=a":                                       "team",
	} {
		a := lead.ask(path)
		var got struct {
			Error struct {
				Code    string
				Field   *string
				Message string
			}
		}
		if err := json.Unmarshal([]byte(a.body), &got); err != nil {
			t.Errorf("%s: %v in %s", path, err, a.body)
			continue
		}
		e := got.Error
		if a.StatusCode != http.StatusBadRequest || e.Code != "bad_request" || e.Message == "" || (field == "") != (e.Field == nil) || field != "" && *e.Field != field {
			t.Errorf("%s: %d %s, want 400 about %q", path, a.StatusCode, a.body, field)
		}
	}
	for _, path := range []string{"?by=department&cohort=nobody", "?by=group&cohort=finance", "?department=finance,nobody", "?group=finance", "?wave=pilot&department=x"} {
		if a := lead.ask(route.APIMetrics + path); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, `"code":"not_found"`) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
}

func TestAPINeedsAToken(t *testing.T) {
	s := apiSite(t, apiOrg())
	for _, e := range apiEndpoints {
		for _, path := range []string{e.path, e.path + ".csv"} {
			a := s.browser().get(path)
			if a.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") || !strings.Contains(a.body, `"code":"unauthenticated"`) {
				t.Errorf("%s: %d %q %s", path, a.StatusCode, a.Header.Get("WWW-Authenticate"), a.body)
			}
		}
	}
}

func TestAPIDefaultPeriod(t *testing.T) {
	lead := apiSite(t, apiOrg()).as(identity.Lead)
	a := lead.json(route.APIMetrics)
	if a["from"] != "2026-02-28" || a["to"] != "2026-03-27" || a["clipped"] != false {
		t.Errorf("from %v to %v, clipped %v; want the last 28 complete days", a["from"], a["to"], a["clipped"])
	}
	if f := lead.json(route.APIFunnel); f["to"] != "2026-03-27" {
		t.Errorf("the funnel is at %v", f["to"])
	}
}

func TestAPIBeforeAnyData(t *testing.T) {
	lead := newSite(t, nil).as(identity.Lead)
	for _, e := range apiEndpoints {
		a := lead.json(e.path)
		if v, there := a["data_through"]; v != nil || !there {
			t.Errorf("%s: data_through is %v", e.path, v)
		}
	}
	for key, f := range lead.json(route.APIMetrics)["metrics"].(map[string]any) {
		m := f.(map[string]any)
		if m["value"] != nil || m["reason"] == nil || m["status"] != "no_data" {
			t.Errorf("%s: %v", key, m)
		}
	}
}

func TestAPIAnswersOnceAndSaysNotChanged(t *testing.T) {
	s := apiSite(t, apiOrg())
	lead := s.as(identity.Lead)
	for _, path := range []string{apiQuestions["metrics"], apiQuestions["weekly"], strings.Replace(apiQuestions["funnel"], "?", ".csv?", 1)} {
		a := lead.ask(path)
		tag := a.Header.Get("ETag")
		if tag == "" || a.Header.Get("Cache-Control") != "private, no-cache" {
			t.Fatalf("%s: tag %q, %q", path, tag, a.Header.Get("Cache-Control"))
		}
		if again := lead.ask(path, "If-None-Match", `"other", `+tag); again.StatusCode != http.StatusNotModified || again.body != "" {
			t.Errorf("%s: %d %s, want 304", path, again.StatusCode, again.body)
		}
		if other := lead.ask(path, "If-None-Match", `"other"`); other.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, want 200", path, other.StatusCode)
		}
	}
	mine := lead.ask(apiQuestions["metrics-breakdown"]).Header.Get("ETag")
	if theirs := s.as(identity.Executive).ask(apiQuestions["metrics-breakdown"], "If-None-Match", mine); theirs.StatusCode != http.StatusOK {
		t.Errorf("an executive gets %d for a lead's tag", theirs.StatusCode)
	}
}

func TestAPIShowsExecutivesNoSmallGroups(t *testing.T) {
	s := apiSite(t, apiMonths())
	for role, want := range map[identity.Role]bool{identity.Lead: true, identity.Auditor: true, identity.Executive: false} {
		c := s.as(role)
		for _, name := range []string{"metrics-breakdown", "weekly-department"} {
			for _, path := range []string{apiQuestions[name], strings.Replace(apiQuestions[name], "?", ".csv?", 1)} {
				if got := strings.Contains(c.ask(path).body, "Board"); got != want {
					t.Errorf("%s sees the board in %s: %v", role, path, got)
				}
			}
		}
		for _, path := range []string{route.APIMetrics, route.APIFunnel, route.APIRetain} {
			body := c.ask(path + "?by=department&cohort=board").body
			if got := !strings.Contains(body, "ithheld"); got != want {
				t.Errorf("%s sees the board by name in %s: %v", role, path, body)
			}
		}
	}
	got := s.as(identity.Executive).json(apiQuestions["metrics-breakdown"])
	if d := cmp.Diff(map[string]any{"from": "2026-02-01", "to": "2026-02-28"}, got["rounded"]); d != "" {
		t.Errorf("fourteen days of March are answered with February: %s", d)
	}
	names := []string{}
	for _, row := range got["breakdown"].([]any) {
		names = append(names, row.(map[string]any)["cohort"].(map[string]any)["name"].(string))
	}
	if d := cmp.Diff([]string{"Claims & Risk", "Finance", "Other"}, names); d != "" {
		t.Error(d) // the three of the board take the smallest department with them
	}
}

func TestCSVNeverRuns(t *testing.T) {
	body := apiSite(t, apiOrg()).as(identity.Lead).ask(strings.Replace(apiQuestions["weekly-department"], "?", ".csv?", 1)).body
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, row := range rows {
		found = found || row[4] == "'=1+1"
		if row[4] == "=1+1" {
			t.Error("a formula reaches the spreadsheet")
		}
	}
	if !found {
		t.Errorf("no department named like a formula in %s", body)
	}
	if strings.Count(body, "\r\n") != len(rows) {
		t.Error("rows do not end with CRLF")
	}
	for in, want := range map[string]string{"-2": "'-2", "@x": "'@x", "\t=1": "'\t=1", "  +1": "'  +1", "a=1": "a=1", "": "", "＝1": "'＝1"} {
		if got := said(in).write(); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}
