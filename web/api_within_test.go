package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

func TestAPINarrowsAnswers(t *testing.T) {
	lead := apiSite(t, apiOrg()).as(identity.Lead)
	narrow := "&department=finance&wave=pilot"
	one := lead.json(apiQuestions["metrics-cohort"])
	within := lead.json(strings.Replace(apiQuestions["metrics-cohort"], "&by=department&cohort=finance", narrow, 1))
	if d := cmp.Diff(one["metrics"], within["metrics"]); d != "" {
		t.Errorf("finance in the pilot is all of finance, but:\n%s", d)
	}
	want := []any{
		map[string]any{"by": "department", "slug": "finance", "name": "Finance"},
		map[string]any{"by": "wave", "slug": "pilot", "name": "Pilot"},
	}
	for _, name := range []string{"metrics", "weekly", "funnel", "retention"} {
		got := lead.json(apiQuestions[name] + narrow)
		if d := cmp.Diff(want, got["within"]); d != "" {
			t.Errorf("%s does not say what it is narrowed to: %s", name, d)
		}
	}
	if _, said := lead.json(apiQuestions["metrics"])["within"]; said {
		t.Error("an answer about everyone says that it is narrowed")
	}
}

// One dimension at a time: two together would tell single people apart.
func TestAPIRefusesExecutivesIntersections(t *testing.T) {
	executive := apiSite(t, apiMonths()).as(identity.Executive)
	for _, e := range apiEndpoints {
		for _, path := range []string{e.path, e.path + ".csv"} {
			a := executive.ask(path + "?department=finance")
			if a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, `"field":"department"`) {
				t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
			}
		}
	}
}

func TestAPISaysWhatIsRounded(t *testing.T) {
	s := apiSite(t, apiMonths())
	february := map[string]any{"from": "2026-02-01", "to": "2026-02-28"}
	for _, name := range []string{"metrics", "weekly", "funnel", "retention"} {
		if d := cmp.Diff(february, s.as(identity.Executive).json(apiQuestions[name])["rounded"]); d != "" {
			t.Errorf("%s for an executive: %s", name, d)
		}
		if got, said := s.as(identity.Lead).json(apiQuestions[name])["rounded"]; said {
			t.Errorf("%s for a lead is rounded to %v", name, got)
		}
	}
	whole := s.as(identity.Executive).json(route.APIMetrics + "?from=2026-02-01&to=2026-02-28")
	if got, said := whole["rounded"]; said {
		t.Errorf("a whole month is rounded to %v", got)
	}
}

func TestAPITellsExecutivesWhenFiguresCome(t *testing.T) {
	executive := apiSite(t, apiOrg()).as(identity.Executive)
	const when = "The first ones come when April 2026 is complete in the data, after Thu 30 Apr 2026."
	for _, e := range apiEndpoints {
		if body := executive.ask(e.path).body; !strings.Contains(body, when) {
			t.Errorf("%s: %s", e.path, body)
		}
		rows := csvRows(t, executive.ask(e.path+".csv").body)
		if got := rows[1]["state"]; got != "no_value" || !strings.Contains(rows[1]["reason"], when) {
			t.Errorf("%s.csv: state %q, reason %q", e.path, got, rows[1]["reason"])
		}
	}
}

// csvRows returns the rows by column name; the first is the header.
func csvRows(t *testing.T, body string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("%d rows, %v in %s", len(all), err, body)
	}
	var out []map[string]string
	for _, cells := range all {
		row := map[string]string{}
		for i, c := range cells {
			row[all[0][i]] = c
		}
		out = append(out, row)
	}
	return out
}

// A value, zero, nothing yet and withheld are four things in a file too.
func TestCSVTellsTheStatesApart(t *testing.T) {
	s := apiSite(t, apiMonths())
	path := strings.Replace(apiQuestions["metrics-breakdown"], "?", ".csv?", 1)
	seen := map[string]bool{}
	for _, row := range csvRows(t, s.as(identity.Lead).ask(path).body)[1:] {
		seen[row["state"]] = true
		if (row["state"] == "value") != (row["value"] != "") || row["value"] == "0" && row["state"] != "value" {
			t.Errorf("%v", row)
		}
		if row["state"] == "no_value" && row["part"] == "" && row["reason"] == "" {
			t.Errorf("nothing, and no reason: %v", row)
		}
	}
	board := strings.Replace(apiQuestions["metrics-cohort"], "?", ".csv?", 1)
	for _, row := range csvRows(t, s.as(identity.Executive).ask(strings.Replace(board, "finance", "board", 1)).body)[1:] {
		seen[row["state"]] = true
		if row["value"] != "" || row["numerator"] != "" || row["previous"] != "" {
			t.Errorf("the board is told of: %v", row)
		}
	}
	for _, state := range []string{"value", "no_value", "withheld"} {
		if !seen[state] {
			t.Errorf("no row says %s", state)
		}
	}
	funnel := s.as(identity.Executive).ask(route.APIFunnel + ".csv?by=department&cohort=board").body
	if rows := csvRows(t, funnel); rows[1]["state"] != "withheld" || rows[1]["signed_in"] != "" {
		t.Errorf("the funnel of the board: %v", rows[1])
	}
}

// Other than before and after the data, and the wrong way round: each says what it is.
func TestAPIReadsOddPeriods(t *testing.T) {
	lead := apiSite(t, apiOrg()).as(identity.Lead)
	for path, want := range map[string]string{
		"?from=2025-01-01&to=2025-01-28": "Nothing is known before Mon 2 Mar 2026.",
		"?from=2026-04-01&to=2026-04-28": "The data ends on Fri 27 Mar 2026, before this period begins.",
		"?from=2026-03-09&to=2026-03-02": "The first day is after the last one.",
	} {
		for _, e := range []string{route.APIMetrics, route.APIWeekly, route.APIRetain} {
			if body := lead.ask(e + path).body; !strings.Contains(body, want) {
				t.Errorf("%s%s does not say %q: %s", e, path, want, body)
			}
		}
	}
}
