package measure

import (
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// TestWhoIsLostLeavesOutWhoCannotBeThereYet: a department whose wave has not
// opened is larger, but it is not where to look.
func TestWhoIsLostLeavesOutWhoCannotBeThereYet(t *testing.T) {
	row := func(slug, name string, licensed, signedIn int) adoption.FunnelRow {
		return adoption.FunnelRow{Cohort: adoption.Cohort{By: adoption.ByDepartment, Slug: slug, Name: name}, Licensed: adoption.Licensed{Count: &licensed}, SignedIn: signedIn}
	}
	p := pageData{Filters: Filters{By: adoption.ByDepartment}, Figures: Figures{
		Stages: []adoption.FunnelRow{row("branches", "Branches", 400, 100), row("claims", "Claims", 100, 46), row("legal", "Legal", 70, 58)},
	}}
	if got, want := whereMost(p.lost(signedIn)), "300 in Branches, 54 in Claims"; got != want {
		t.Errorf("without opening days: %q, want %q", got, want)
	}
	p.Opens = map[string]day.Date{"branches": adoption.FirstDay + 90}
	if got, want := whereMost(p.lost(signedIn)), "300 before their wave opens, 54 in Claims, 12 in Legal"; got != want {
		t.Errorf("with Branches closed: %q, want %q", got, want)
	}
	p.By = adoption.ByGroup
	if got, want := whereMost(p.lost(signedIn)), "54 in Claims, 12 in Legal"; got != want {
		t.Errorf("groups overlap: %q, want %q", got, want)
	}
}
