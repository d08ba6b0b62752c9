package access

import (
	"math"
	"slices"
	"time"

	"groundswell/internal/day"
)

// Sort is the order of a list of people.
type Sort string

// The orders there are; people who are equal in one come by name.
const (
	ByActivity   Sort = "active" // the latest first
	ByName       Sort = "name"
	ByDepartment Sort = "department"
	ByWave       Sort = "wave"
	ByCause      Sort = "cause"
)

// Valid reports whether s is an order.
func (s Sort) Valid() bool {
	return slices.Contains([]Sort{ByActivity, ByName, ByDepartment, ByWave, ByCause}, s)
}

// Anywhere matches people of every department or wave; 0 matches those of none.
const Anywhere int32 = -1

// Filter picks people of a run.
type Filter struct {
	Outcome    Outcome // "" is every one
	Nothing    bool    // only those left with neither Cowork nor Chat
	Cause      Cause   // "" is every one
	Department int32   // id, or [Anywhere]
	Wave       int32   // id, or [Anywhere]
	Search     string  // part of a name or address
	Sort       Sort
	After      int32 // the page behind this member; -1 for the first
	Before     int32 // the page in front of this member; -1 for none
	Limit      int
}

// matches leaves the search aside: names are not part of a run.
func (f Filter) matches(of Fate) bool {
	return (f.Outcome == "" || f.Outcome == of.Outcome) && (!f.Nothing || of.Nothing()) && (f.Cause == "" || f.Cause == of.Cause) &&
		(f.Department == Anywhere || f.Department == of.Department) && (f.Wave == Anywhere || f.Wave == of.Wave)
}

// Select returns the members that fit a filter, and each one's rank in its order.
func (r Roll) Select(f Filter) (members, ranks []int32) {
	members, ranks = []int32{}, []int32{}
	for _, of := range r.Fates {
		if f.matches(of) {
			members, ranks = append(members, of.Member), append(ranks, r.rank(of, f.Sort))
		}
	}
	return members, ranks
}

func (r Roll) rank(f Fate, by Sort) int32 {
	switch by {
	case ByActivity:
		if f.LastActive == day.None {
			return math.MaxInt32
		}
		return -int32(f.LastActive)
	case ByDepartment:
		return placeRank(r.Departments, f.Department)
	case ByWave:
		return placeRank(r.Waves, f.Wave)
	case ByCause:
		return int32(slices.Index(Causes(), f.Cause))
	}
	return 0
}

// placeRank puts people without a place last.
func placeRank(places []Place, id int32) int32 {
	if i := slices.IndexFunc(places, func(p Place) bool { return p.ID == id }); i >= 0 {
		return int32(i)
	}
	return math.MaxInt32
}

// Named is a person's fate with who they are.
type Named struct {
	Fate
	Name, Email string
	AddedAt     time.Time // when they joined; zero when never listed
}

// PeoplePage is a page of people, in the order asked for.
type PeoplePage struct {
	People []Named
	Total  int   // of all who match
	Skip   int   // of them, in front of this page
	Next   int32 // the page behind is behind this member; -1 at the end
	Prev   int32 // the page in front is in front of this member; -1 at the beginning
}

// View is the last dry run with what stands around it.
type View struct {
	Run       Run
	Ran       bool       // false: there was no run yet
	Kept      bool       // false: what the run found of each person is no longer kept
	Roll      Roll       // for those who may see people
	Page      PeoplePage // likewise
	Snapshots []Snapshot // newest first
}
