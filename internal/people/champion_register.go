package people

import (
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Register is the register of champions with what stands around it.
type Register struct {
	Departments   []Department
	Waves         []Wave
	Champions     []Champion                    // every entry, those of long ago too, by name
	Holders       []RoleHolder                  // accounts that hold the role
	Loggers       []Logger                      // who log touchpoints, are in no open entry and do not hold the role
	Contributions map[string]Contribution       // by folded address
	Nominators    map[identity.AccountID]string // what they go by
	Coverage      Coverage
}

// ContributionDays is the span that contributions are counted over.
const ContributionDays = 28

// Contribution is what a champion did for others lately. It says nothing of how they work themselves.
type Contribution struct {
	Touchpoints int      // in the last 28 days
	Last        day.Date // of the last one ever; day.None when there is none
}

// Logger is somebody who logs touchpoints without being known as a champion.
type Logger struct {
	Email, Name string
	Department  int // where the roster places them today; 0 for nowhere
	Contribution
}

// Covers tells how every department stands, those who hold the role without an entry included.
func (r Register) Covers(today day.Date) []Cover {
	return CoverOf(r.Departments, WithHolders(r.Champions, r.Holders), r.Coverage, today)
}

// Unregistered returns who holds the role in a department and has no open entry in it.
func (r Register) Unregistered() []RoleHolder {
	open := map[string]map[int]bool{}
	for _, c := range r.Champions {
		if c.State.Current() {
			who := sheet.Fold(c.Email)
			if open[who] == nil {
				open[who] = map[int]bool{}
			}
			open[who][c.Department] = true
		}
	}
	var out []RoleHolder
	for _, h := range r.Holders {
		if !open[sheet.Fold(h.Email)][h.Department] {
			out = append(out, h)
		}
	}
	return out
}

// Of returns what somebody contributed.
func (r Register) Of(email string) Contribution {
	if c, ok := r.Contributions[sheet.Fold(email)]; ok {
		return c
	}
	return Contribution{Last: day.None}
}

// Department returns the department with an id, the zero one when there is none.
func (r Register) Department(id int) Department {
	for _, d := range r.Departments {
		if d.ID == id {
			return d
		}
	}
	return Department{}
}

// Past is a line of an entry's history.
type Past struct {
	At    time.Time
	Who   string // "" for the command line
	What  string
	Words string
}

// ChampionFile is one entry with its history.
type ChampionFile struct {
	Champion
	Place     Department // its department; People and Wave are not read
	Nominator string     // what whoever named them goes by; "" for the command line
	History   []Past     // newest first
	Contribution
}

// Candidate is somebody who said that they may be asked to become a champion.
type Candidate struct {
	Account    identity.AccountID
	Email      string
	Name       string
	Words      string
	At         time.Time
	Department int    // where the roster places them today; 0 for nowhere
	Member     *int32 // ordinal; nil: no account of the organization
}

// Volunteer is what /volunteer shows to one person: about themselves, and about
// people whom the roster says they manage.
type Volunteer struct {
	Department  Department // where the roster places them; the zero one for nowhere
	OnRoster    bool
	Departments []Department // to choose from; People and Wave are not read
	Entries     []Champion   // their own, newest first
	Interested  bool
	Words       string // they said when they said they may be asked
	Managed     []Managed
	More        bool // they manage more people than are listed
}

// Managed is somebody on the roster who names the reader as their manager.
type Managed struct {
	Email, Name string
	Department  string        // "" for none
	State       ChampionState // of their newest entry there; "" for none
	At          time.Time     // when they were named; zero without an entry
	ByMe        bool          // the reader named them
}
