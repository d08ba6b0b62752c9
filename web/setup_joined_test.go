package web

import (
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// TestWhoJoinsLaterGetsTheirTasks places people in a department after the start.
func TestWhoJoinsLaterGetsTheirTasks(t *testing.T) {
	s := newSite(t, nil)
	before := s.starts()
	lead := s.browser()
	lead.is("lead", roleGrants["lead"])
	if text := words(lead.document(route.PlanSetup).Find("main")); strings.Contains(text, "Without tasks yet") {
		t.Errorf("nobody joined: %.300s", text)
	}
	s.exec(`insert into department (name) values ('Legal')`)
	if err := s.srv.Tasks.Note(t.Context(), identity.Operator(), before.Tasks[0].ID, "Legal joins.", s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if text := words(lead.document(route.PlanSetup).Find("main")); !strings.Contains(text, "Without tasks yet: Legal") {
		t.Errorf("the setup says %.600s", text)
	}
	for range 2 { // a second click adds nothing
		lead.must(lead.post(route.PlanJoined, nil), http.StatusSeeOther)
	}
	after := s.plan()
	added := after.Tasks[:0:0]
	for _, task := range after.Tasks {
		if task.Department != 0 {
			added = append(added, task)
		}
	}
	if len(added) == 0 || len(after.Tasks) != len(before.Tasks)+len(added) || len(after.Missing()) != 0 {
		t.Errorf("%d tasks became %d, %d of them for the department", len(before.Tasks), len(after.Tasks), len(added))
	}
	for _, task := range added {
		for _, id := range task.WaitsFor {
			if _, ok := after.Task(id); !ok {
				t.Errorf("%s waits for a task that is not there", task.Title)
			}
		}
	}
}
