package people

import (
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// TouchpointFilter narrows a list of touchpoints. The zero filter is all of them.
type TouchpointFilter struct {
	Department string // slug: whole ones logged for it, and those with people who are in it today
	Search     string // part of the name or the address of the person touched
	Person     string // address
	Champion   string // address
	Kind       TouchpointKind
	Period     day.Period     // the zero Period is all days
	After      TouchpointMark // of the last one of the page before
	Limit      int            // of a page; 0 is 50
}

// TouchpointMark is a place in a list of touchpoints; the zero mark is its beginning.
type TouchpointMark struct {
	Day day.Date
	ID  int64
}

// TouchpointPage is a part of a list of touchpoints, newest first.
type TouchpointPage struct {
	Touchpoints []LoggedTouchpoint
	Next        TouchpointMark // zero when this is the last page
}

// TouchpointTotal is how many touchpoints of a kind there are.
type TouchpointTotal struct {
	Kind   TouchpointKind
	Count  int
	People int // distinct; those for a whole department are of nobody
	Last   day.Date
}

// TouchpointView is a page of touchpoints with what stands around it.
type TouchpointView struct {
	Page        TouchpointPage
	Totals      []TouchpointTotal // the most frequent kind first
	Departments []Department
	Champions   []Who // whose help was logged, by name
}

// TouchpointForm is what a form for a touchpoint offers.
type TouchpointForm struct {
	People      []Entry // who match a search
	More        bool    // there are more
	Departments []Department
	Champions   []OnRecord // for leads
}

// SeenBy reports whether an actor may read the touchpoint: leads and auditors any,
// champions those of the department that the person touched is in today.
func (t LoggedTouchpoint) SeenBy(by identity.Actor) bool {
	scope := by.PeopleScope()
	return scope.Everyone() || t.Department.Slug != "" && slices.Contains(scope.Departments(), t.Department.Slug)
}
