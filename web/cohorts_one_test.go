package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// keptSizes are sizes as recorded: two more people in October than are known of today.
type keptSizes struct{}

// CohortSizes implements CohortSizes.
func (keptSizes) CohortSizes(_ context.Context, _ adoption.By, _ string, _ int) ([]adoption.RecordedSize, error) {
	return []adoption.RecordedSize{{Day: pilotOpens - 2, Members: 32}, {Day: pilotThrough, Members: 30}}, nil
}

// placedServer serves the placed pilot, with trainings and recorded sizes.
func placedServer() *Server { return placedOver(placedIndex()) }

func placedOver(x *adoption.Index) *Server {
	for _, m := range []int32{4, 5, 6, 40} {
		x.Attendances = append(x.Attendances, adoption.Attendance{Day: pilotOpens + 1, Member: m, Kind: adoption.AllStaff101})
	}
	x.Attendances = append(x.Attendances, adoption.Attendance{Day: pilotOpens + 9, Member: 4, Kind: adoption.OfficeHours})
	x.Touchpoints = []adoption.Touchpoint{{Day: pilotOpens + 3, Member: 5}, {Day: pilotOpens + 4, Member: -1, Department: "Claims Operations"}}
	s := measuring(x, pilotToday)
	s.CohortSizes = keptSizes{}
	s.opens = map[string]access{route.People: people(identity.Lead)}
	return s
}

const claims = "/cohorts/department/claims-operations"

func TestOneCohort(t *testing.T) {
	doc := cohortPage(t, placedServer(), lead, claims)
	expect(t, "title", words(doc.Find("h1")), "Claims Operations")
	expect(t, "headline", words(doc.Find("h1 + .sub")), "19 of 30 licensed people have used Claude, 2 short of the target of 70%; 8 of them have not delegated a task yet.")
	expect(t, "crumbs", words(doc.Find(".crumb")), "Departments")
	if href := doc.Find(".crumb a").Last().AttrOr("href", ""); href != "/cohorts?by=department" {
		t.Errorf("the way up is %s", href)
	}
	if n := doc.Find(".tiles .tile").Length(); n != 9 {
		t.Errorf("%d tiles, want nine: those of activation and depth", n)
	}
	expect(t, "look left", words(doc.Find(".diag")), "Activation is")
	if doc.Find(".plays li").Length() == 0 {
		t.Error("nothing says what usually helps")
	}
	expect(t, "weekly", words(doc.Find("#weekly thead")), "Claims OperationsEveryone")
	if n := doc.Find("#weekly thead th").Length(); n != 3 {
		t.Errorf("the weekly chart has %d columns, want the week, the cohort and everyone", n)
	}
	expect(t, "unified", words(doc.Find("#unified")), "On Chat and Cowork unified")
	expect(t, "funnel", words(doc.Find("section[aria-labelledby=funnel]")), "The gap to close first is before sign-in: 11 licensed people have not used Claude yet. Check that the desktop app")
	expect(t, "triangle", words(doc.Find("section[aria-labelledby=retention]")), "Who comes back")
	expect(t, "waits", words(doc.Find(".waits")), "Hours re-allocated")
}

func TestOneCohortForLeads(t *testing.T) {
	s := placedServer()
	doc := cohortPage(t, s, lead, claims)
	standing := doc.Find("#standing tbody tr")
	expect(t, "place", words(standing.First()), "Activation rate63%")
	if got := words(standing.First().Find("td").Eq(2)); got != "5 of 5" {
		t.Errorf("Claims stands at %q", got)
	}
	expect(t, "sizes", words(doc.Find("#sizes tbody tr").Last()), "Sat 31 Oct3230")
	if doc.Find("#sizes .warn-t").Length() != 1 {
		t.Error("a size that was recorded otherwise is not marked, or one that was not is")
	}
	activity := words(doc.Find("section[aria-labelledby=activity]"))
	for _, want := range []string{"All-staff training3 people", "Office hours1 person", "Touchpoints by champions2"} {
		expect(t, "activity", activity, want)
	}
	if href := doc.Find("section[aria-labelledby=activity] a").AttrOr("href", ""); href != "/people?department=claims-operations" {
		t.Errorf("its people are at %q", href)
	}
	for _, actor := range []identity.Actor{executive, {Account: 3, Name: "Tomas", Roles: []identity.Role{identity.Champion}}} {
		other := cohortPage(t, placedOver(monthsIndex()), actor, claims)
		if other.Find("#standing, #sizes, section[aria-labelledby=activity]").Length() > 0 || strings.Contains(words(other.Find("main")), "/people") {
			t.Errorf("%s sees what is for leads", actor.Name)
		}
		if other.Find(".tile .big").Length() == 0 {
			t.Errorf("%s sees no figure", actor.Name)
		}
	}
}

func TestCohortNeighbours(t *testing.T) {
	s := placedServer()
	doc := cohortPage(t, s, lead, claims+"?days=7")
	prev, next := doc.Find("a[rel=prev]"), doc.Find("a[rel=next]")
	if got := prev.AttrOr("href", "") + " " + next.AttrOr("href", ""); got != "/cohorts/department/board-office?days=7 /cohorts/department/finance?days=7" {
		t.Errorf("beside Claims are %s", got)
	}
	guarded := cohortPage(t, placedOver(monthsIndex()), executive, claims)
	if guarded.Find("a[rel=prev]").Length() > 0 || strings.Contains(words(guarded.Find("body")), "Board") {
		t.Error("an executive is led to a department of four")
	}
}

func TestUnknownCohort(t *testing.T) {
	s := placedServer()
	w := answered(t, s, lead, "/cohorts/department/astronomy")
	if w.Code != http.StatusNotFound {
		t.Fatalf("an unknown department answers %d", w.Code)
	}
	doc := parsed(t, w)
	expect(t, "title", words(doc.Find("h1")), "There is no such department")
	if n := doc.Find(".others a").Length(); n != 6 {
		t.Errorf("%d departments are offered", n)
	}
	other := parsed(t, answered(t, placedOver(monthsIndex()), executive, "/cohorts/department/astronomy"))
	if strings.Contains(words(other.Find("main")), "Board") {
		t.Error("an executive is offered a department of four")
	}
	for _, path := range []string{"/cohorts/floor/one", "/cohorts/department/other", "/cohorts/department/astronomy.csv"} {
		if w := answered(t, s, lead, path); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	bad := answered(t, s, lead, claims+"?from=2026-11-18&to=2026-11-02")
	if bad.Code != http.StatusUnprocessableEntity {
		t.Errorf("reversed days answer %d", bad.Code)
	}
	expect(t, "reversed", words(parsed(t, bad).Find(".err")), "The first day is after the last one")
	if w := answered(t, s, lead, claims+".csv?from=x"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a sheet of wrong days answers %d", w.Code)
	}
}

// A cohort too small to be shown says so and names nobody, whatever days are asked for.
func TestHeldCohort(t *testing.T) {
	s := placedOver(monthsIndex())
	for _, query := range []string{"", "?from=2026-12-01&to=2026-12-09"} {
		doc := cohortPage(t, s, executive, "/cohorts/department/board-office"+query)
		expect(t, "title", words(doc.Find("h1")), "This department is not shown")
		expect(t, "why", words(doc.Find(".void")), "fewer than 5 people")
		if doc.Find(".others a").Length() == 0 || doc.Find(".tile").Length() > 0 || strings.Contains(words(doc.Find("body")), "Board") {
			t.Errorf("%s: nothing else is offered, or a figure or the name is shown", query)
		}
	}
	if w := answered(t, s, executive, "/cohorts/department/board-office.csv"); w.Code != http.StatusNotFound {
		t.Errorf("its sheet answers %d", w.Code)
	}
	if doc := cohortPage(t, s, lead, "/cohorts/department/board-office"); words(doc.Find("h1")) != "Board <office>" || doc.Find(".tile .big").Length() == 0 {
		t.Error("a lead does not see it")
	}
}

func TestOneCohortSheet(t *testing.T) {
	s := placedServer()
	doc := cohortPage(t, s, lead, claims)
	w := answered(t, s, lead, doc.Find(".page-head a[href$='.csv']").AttrOr("href", ""))
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	weeks := 0
	for _, r := range rows {
		got[r[0]+" "+r[1]] = r
		if r[0] == "week" && r[1] == "weekly active" {
			weeks++
		}
	}
	if r := got["metric activation_rate"]; r == nil || r[4] != "19" || r[5] != "30" {
		t.Errorf("activation: %v", r)
	}
	if r := got["metric days_training_to_first_task"]; r == nil || r[3] == "" || r[3] == "0" {
		t.Errorf("days to the first task: %v", r)
	}
	if r := got["funnel signed in"]; r == nil || r[3] != "19" {
		t.Errorf("funnel: %v", r)
	}
	if shown := doc.Find("#weekly tbody tr").Length(); weeks != shown {
		t.Errorf("%d weeks in the sheet, %d on the page", weeks, shown)
	}
	if w := answered(t, s, lead, claims+".xlsx"); w.Code != http.StatusOK || w.Body.Len() < 1000 {
		t.Errorf("the spreadsheet answers %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestOneCohortBeforeTheFirstSync(t *testing.T) {
	x := &adoption.Index{Through: day.None, CostThrough: day.None, Settings: adoption.DefaultSettings()}
	s := measuring(x, pilotToday)
	if doc := cohortPage(t, s, lead, "/cohorts"); doc.Find(".void a").AttrOr("href", "") != route.Sources {
		t.Error("a lead is not led to Sources")
	}
	if w := answered(t, s, executive, "/cohorts/wave/wave-1"); w.Code != http.StatusNotFound {
		t.Errorf("a wave of nobody answers %d", w.Code)
	}
}
