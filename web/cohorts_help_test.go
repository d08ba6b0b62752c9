package web

import (
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/identity"
)

// TestWhoCarriesADepartment shows champions, sessions and touchpoints of a
// department to those who may know of them, and to nobody else.
func TestWhoCarriesADepartment(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Index = placedServer().Index })
	s.clock.at = pilotToday.Time()
	lead := s.browser()
	lead.is("ines", roleGrants["lead"])
	lead.imports("people", "email,name,department\nfemi@example.com,Femi Balogun,Claims Operations\nlou@example.com,Lou Weiss,Legal\n")
	s.exec(`insert into training_session (name, kind, day, department) select 'Claims clinic', 'office_hours', $1::date - 2, id from department where name = 'Claims Operations'`, pilotToday)
	s.browser().is("tomas", roleGrants["champion"])
	s.exec(`insert into touchpoint (day, champion_email, user_email, kind) values ($1::date - 3, 'tomas@example.com', 'femi@example.com', 'question')`, pilotToday)
	for role, want := range map[string]bool{"lead": true, "auditor": true, "champion": true, "executive": false, "owner": false} {
		b := s.browser()
		b.is("someone-"+role, roleGrants[role])
		a := b.get(claims)
		for _, text := range []string{"Who carries it", "Claims clinic", ">tomas<", "What followed"} {
			if a.StatusCode != http.StatusOK || strings.Contains(a.body, text) != want {
				t.Errorf("%s reads %q: %d, %v", role, text, a.StatusCode, !want)
			}
		}
	}
	b := s.browser()
	b.is("olga", identity.Grant{Role: identity.Champion, Department: "legal"})
	if a := b.get(claims); strings.Contains(a.body, "Claims clinic") || strings.Contains(a.body, ">tomas<") {
		t.Error("a champion of another department reads who carries it")
	}
}

// TestWhoCarriesAWave names the champions of a wave's departments to those who
// may open the register, and to nobody else.
func TestWhoCarriesAWave(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Index = placedServer().Index })
	s.clock.at = pilotToday.Time()
	lead := s.browser()
	lead.is("ines", roleGrants["lead"])
	lead.imports("people", "email,name,department,wave\nfemi@example.com,Femi Balogun,Claims Operations,Wave 2\nlou@example.com,Lou Weiss,Legal,Wave 1\n")
	s.browser().is("tomas", roleGrants["champion"])
	for role, want := range map[string]bool{"lead": true, "auditor": true, "champion": false, "executive": false, "owner": false} {
		b := s.browser()
		b.is("someone-"+role, roleGrants[role])
		a := b.get("/cohorts/wave/wave-2")
		for _, text := range []string{"Champions of its departments", "tomas", "of 2 champions"} {
			if a.StatusCode != http.StatusOK || strings.Contains(a.body, text) != want {
				t.Errorf("%s reads %q: %d, %v", role, text, a.StatusCode, !want)
			}
		}
	}
}
