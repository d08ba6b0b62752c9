package enablement

import (
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Course is a course of a learning system: the activity that its statements are about.
type Course struct {
	ID        int
	Activity  string // IRI
	Name      string // also of the sessions made from it
	Kind      Kind   // what its attendances count as; "" while nobody has said, or when it is ignored
	Ignored   bool   // its statements count as nothing
	FirstSeen time.Time
	Version   int
}

// Waits reports whether somebody has to say what the course is.
func (c Course) Waits() bool { return c.Kind == "" && !c.Ignored }

// Decision is what a lead says a course is.
type Decision struct {
	Course  int
	Name    string
	Kind    Kind // "" with Ignored unset: undecided again, its statements wait
	Ignored bool
	Version int // of the course as the lead saw it
}

// decide makes c what a lead says it is.
func (c *Course) decide(by identity.Actor, d Decision) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, "Only a rollout lead says what a course counts as.")
	}
	if d.Version != c.Version {
		return fault.New(fault.Conflict, "Somebody else changed this course first. Nothing of yours was kept.")
	}
	name := CourseName(d.Name)
	switch {
	case name == "":
		return fault.Field("name", "Name the course, in at most 200 characters.")
	case d.Kind != "" && (!d.Kind.Valid() || d.Ignored):
		return fault.Field("kind", "Choose what the course counts as.")
	}
	c.Name, c.Kind, c.Ignored = name, d.Kind, d.Ignored
	c.Version++
	return nil
}

// CoursesAPage is how many courses a page of the report has.
const CoursesAPage = 25

// CourseFilter narrows the courses of a report.
type CourseFilter struct {
	Search string
	Page   int // from 0
}

// CourseCount is a course with what is known of it.
type CourseCount struct {
	Course
	Statements int // voided ones left out
	People     int // with such a statement
	Last       *time.Time
}

// LeftCount is how often something was not kept for a reason, in the days of a report.
type LeftCount struct {
	Reason Reason
	Times  int
	Last   time.Time
}

// ReportDays is how many days, today included, the counts of a report cover.
const ReportDays = 14

// LearningReport is what arrived from learning systems.
type LearningReport struct {
	Tokens     []LearningToken // those in use first
	Courses    []CourseCount   // a page of those that match: waiting ones first, then by name
	Matching   int             // courses that match
	All        int             // courses there are
	Waiting    int             // of them, those that wait
	Statements int             // kept and not voided
	Voided     int
	Last       *time.Time // when the last statement arrived; nil before the first
	Left       []LeftCount
}
