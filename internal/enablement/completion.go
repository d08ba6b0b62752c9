package enablement

import (
	"slices"

	"groundswell/internal/day"
)

// Trains reports whether a session of this kind counts as somebody's training.
// The others are sessions where people ask for help.
func (k Kind) Trains() bool { return k == AllStaff101 || k == Department }

// Standing is how far the people of a department, or of a wave, have come with
// trainings. People are those that the roster places there today, each counted
// once by whatever addresses they were at a training.
type Standing struct {
	ID         int // 0: placed in none
	Name, Slug string
	Opens      *day.Date // of the wave, or of the one most people of the department are in; nil: nobody has said

	People    int
	Basics    int // were at an all-staff 101
	Own       int // were at a department session
	Either    int
	Completed int // completed one of the two
	Missing   int // members or invited, and were at neither
	Ahead     int // of those missing, signed up for one that is to come
}

// Standings are what is known of everybody in a scope.
type Standings struct {
	Departments []Standing
	Waves       []Standing // of everybody only
	Missing     []Untrained
	More        bool // there are more missing people than these
}

// Untrained is a member or somebody invited who was at no training.
type Untrained struct {
	Email, Name      string // the name is empty when nobody has said it
	Department, Wave string
	Invited          bool // not a member yet
	Ahead            *Ahead
}

// Label is what the person goes by.
func (u Untrained) Label() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

// Ahead is the next training that somebody signed up for.
type Ahead struct {
	Session int
	Name    string
	Day     day.Date
}

// MissingFilter narrows who is missing. The zero filter of a scope is everybody in it.
type MissingFilter struct {
	Search     string
	Department *int   // nil: every one of the scope; 0: placed in none
	Wave       *int   // likewise
	After      string // the address to go on behind, folded
	Limit      int
}

// HelpFirst is where a lead's help does most: of the departments with somebody
// missing the ones that open next, and of those the one that misses most. Those
// that have opened, or have no day, come after those whose day is still to come.
func HelpFirst(departments []Standing, today day.Date) (Standing, bool) {
	var some []Standing
	for _, s := range departments {
		if s.ID != 0 && s.Missing > s.Ahead {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		return Standing{}, false
	}
	opens := func(s Standing) day.Date {
		if s.Opens == nil || *s.Opens < today {
			return day.Never
		}
		return *s.Opens
	}
	return slices.MinFunc(some, func(a, b Standing) int {
		if x, y := opens(a), opens(b); x != y {
			return int(x) - int(y)
		}
		return (b.Missing - b.Ahead) - (a.Missing - a.Ahead)
	}), true
}
