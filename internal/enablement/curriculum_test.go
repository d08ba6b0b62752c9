package enablement

import (
	"slices"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

func TestFormatsAddUp(t *testing.T) {
	var kinds []Kind
	for _, f := range Formats() {
		kinds = append(kinds, f.Kind)
		minutes := 0
		for _, s := range f.Agenda {
			minutes += s.Minutes
			if s.What == "" || s.Minutes <= 0 {
				t.Errorf("%s: %+v", f.Kind, s)
			}
		}
		if minutes != f.Minutes {
			t.Errorf("%s takes %d minutes, its agenda %d", f.Kind, f.Minutes, minutes)
		}
		o := desk1()
		o.Name, o.Kind, o.Minutes, o.About, o.Features, o.Department = f.Kind.Name(), f.Kind, f.Minutes, f.About, f.Covers, Whose{ID: 1}
		if p, err := plan(lead, o, later, now); err != nil || !slices.Equal(p.Features, f.Covers) {
			t.Errorf("%s cannot be planned as it is: %v", f.Kind, err)
		}
	}
	if !slices.Equal(kinds, Kinds()) {
		t.Errorf("formats of %v", kinds)
	}
	if _, ok := FormatOf("seminar"); ok {
		t.Error("there is a format of no kind")
	}
	for _, f := range Features() {
		if f.Name() == "" || f.Says() == "" {
			t.Errorf("%s has no words", f)
		}
	}
}

func TestWhoSeesASession(t *testing.T) {
	legal := Whose{ID: 7}
	of := func(kind Kind, w Whose) Listed {
		return Listed{Planned: Planned{Outline: Outline{Kind: kind, Department: w, Host: Host{Email: "ann@example.com"}}}}
	}
	joined, came := of(Department, legal), of(Department, legal)
	joined.Joined, came.Came = true, true
	role := func(r identity.Role) Reader {
		return Reader{Actor: identity.Actor{Email: "x@example.com", Roles: []identity.Role{r}}}
	}
	of7, of8 := Reader{Departments: []int{7, 9}}, Reader{Departments: []int{8}}
	for name, c := range map[string]struct {
		who  Reader
		what Listed
		sees bool
	}{
		"nobody, everybody's":                   {Reader{}, of(AllStaff101, Whose{}), true},
		"nobody, a department's":                {Reader{}, of(Department, legal), false},
		"of it":                                 {of7, of(Department, legal), true},
		"of it, office hours of the department": {of7, of(OfficeHours, legal), true},
		"of another":                            {of8, of(Department, legal), false},
		"of another, signed up":                 {of8, joined, true},
		"of another, came":                      {of8, came, true},
		"host":                                  {Reader{Actor: identity.Actor{Email: "ANN@example.com"}}, of(Department, legal), true},
		"a department's of nobody knows which":  {of7, of(Department, Whose{}), false},
		"lead":                                  {role(identity.Lead), of(Department, Whose{}), true},
		"auditor":                               {role(identity.Auditor), of(Department, legal), true},
		"owner":                                 {role(identity.Owner), of(Department, legal), true},
		"executive":                             {role(identity.Executive), of(Department, legal), false},
		"champion of none":                      {role(identity.Champion), of(Department, legal), false},
	} {
		if got := c.who.Sees(c.what); got != c.sees {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (Planned{}).HostedBy(identity.Actor{}) {
		t.Error("who has no address is the host of a session without one")
	}
}

func TestCurriculum(t *testing.T) {
	at := func(on day.Date, kind Kind, features ...Feature) Planned {
		o := desk1()
		o.Kind, o.Features = kind, features
		return Planned{Outline: o, Day: on}
	}
	cancelled := at(later-20, UserGroup, Dispatch)
	cancelled.CancelledAt = now
	file := Planned{Outline: Outline{Kind: AllStaff101, Features: []Feature{Skills}}, Day: later - 19, FromFile: true}
	sessions := []Planned{cancelled, file, at(later-17, OfficeHours, Skills), at(later, UserGroup, Chrome), at(later+7, UserGroup, Chrome, Skills)}
	met := []Met{{Skills, 7, 3}, {Skills, 0, 2}, {"gossip", 7, 9}}
	c := NewCurriculum(sessions, met, []Whose{{ID: 7, Name: "Legal"}, {ID: 8, Name: "People"}}, now)
	row := func(f Feature) Covered { return c.Rows[slices.Index(Features(), f)] }
	if r := row(Skills); r.Sessions() != 2 || r.Held[OfficeHours] != 1 || r.Last != later-17 || r.People != 5 || r.ByPlaces[7] != 3 || r.Next.Day != later+7 {
		t.Errorf("skills: %+v", r)
	}
	if r := row(Chrome); r.Sessions() != 0 || r.Last != day.None || r.Next.Day != later {
		t.Errorf("chrome: %+v", r)
	}
	if r := row(Dispatch); r.Sessions() != 0 || r.Next != nil {
		t.Errorf("a cancelled session counts: %+v", r)
	}
	if len(c.Unconfirmed) != 1 || c.Unconfirmed[0].Day != later-17 || len(c.Departments) != 1 {
		t.Errorf("%+v %+v", c.Unconfirmed, c.Departments)
	}
	sessions[2].CoveredAt = now.Add(-time.Hour)
	if c = NewCurriculum(sessions, nil, nil, now); len(c.Unconfirmed) != 0 {
		t.Errorf("confirmed, and it waits: %+v", c.Unconfirmed)
	}
}
