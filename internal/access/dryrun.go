package access

import (
	"slices"
	"time"

	"groundswell/internal/day"
)

// Outcome is what enforcement would do to somebody.
type Outcome string

// The outcomes, as everybody has exactly one.
const (
	Keeps    Outcome = "keeps"     // Cowork
	Surprise Outcome = "surprise"  // loses Cowork in a wave that should have it
	Planned  Outcome = "planned"   // loses Cowork before their wave's turn, or without a wave
	NotKnown Outcome = "not_known" // roles of one of their groups are unavailable
)

// Outcomes returns every outcome.
func Outcomes() []Outcome { return []Outcome{Keeps, Surprise, Planned, NotKnown} }

// Valid reports whether o is an outcome.
func (o Outcome) Valid() bool { return slices.Contains(Outcomes(), o) }

// Fate is what enforcement would do to one person, and why.
type Fate struct {
	Member     int32
	Outcome    Outcome
	Cause      Cause // of Surprise; "" otherwise
	Grant            // what they would have
	Bound      bool  // by custom roles once they are enforced
	Department int32
	Wave       int32
	Group      int32    // place of the group that explains it; -1 for none
	Beside     int32    // place of the group that would give Cowork; -1 for none
	LastActive day.Date // in Cowork; None: never
}

// Nothing reports whether the person would be left with neither Cowork nor Chat.
func (f Fate) Nothing() bool { return f.Outcome != NotKnown && f.Grant == Grant{} }

// recently is over how many days somebody counts as using Cowork.
const recently = 7

// DryRun works out what enforcing roles today would do to everybody. It returns
// the run without an id, and each person's fate in the order of d.People.
func DryRun(d *Directory, today day.Date) (Run, []Fate) {
	c := newCauses(d)
	given, expected := d.given(), Expected(d.Waves, today)
	fates := make([]Fate, 0, len(d.People))
	for _, p := range d.People {
		f := fate(d, given, p)
		if f.Outcome == Planned && expected[p.Wave] {
			f.Outcome = Surprise
			f.Cause, f.Group, f.Beside = c.of(p)
		}
		fates = append(fates, f)
	}
	return sum(d, fates, expected), fates
}

// fate works out what a person keeps; whoever loses Cowork is taken as planned.
func fate(d *Directory, given []Grant, p Person) Fate {
	f := Fate{
		Member: p.Member, Outcome: Planned, Bound: Bound(p.Role), Department: p.Department, Wave: p.Wave,
		Group: -1, Beside: -1, LastActive: p.LastActive,
	}
	if !f.Bound {
		f.Outcome, f.Grant = Keeps, Grant{Cowork: true, Chat: true}
		return f
	}
	unknown := int32(-1)
	for _, g := range p.Groups {
		f.Grant = f.Or(given[g])
		if !d.Groups[g].RolesKnown {
			unknown = g
		}
	}
	switch {
	case f.Cowork:
		f.Outcome = Keeps
	case unknown >= 0:
		f.Outcome, f.Group = NotKnown, unknown
	}
	return f
}

// Run is a dry run of enforcement in numbers: it names nobody.
type Run struct {
	ID       int64     `json:"-"`
	At       time.Time `json:"-"`
	By       string    `json:"-"` // who asked for it; "" for the program after a sync
	AsOf     time.Time `json:"-"` // when the source read longest ago was read; zero while one never was
	Members  int       `json:"-"` // listed members: the sum of the next four
	Keeps    int       `json:"-"`
	Surprise int       `json:"-"`
	Planned  int       `json:"-"`
	NotKnown int       `json:"not_known"`
	Nothing  int       `json:"-"` // of all, left with neither Cowork nor Chat
	Complete bool      `json:"-"` // false: Missing says why

	Missing  []string `json:"missing,omitempty"`  // what is not there to judge by, a sentence each
	Chat     int      `json:"chat"`               // of Surprise, would keep Chat
	Empty    int      `json:"empty"`              // of Surprise, left with nothing
	Active   int      `json:"active"`             // of Surprise, used Cowork in the last 7 days of data
	ChatLeft int      `json:"chat_left"`          // of Planned, would keep Chat
	Managed  int      `json:"managed"`            // bound by roles already or by enforcement
	Strange  int      `json:"strange"`            // kept because nobody knows what their organization role gives
	Through  day.Date `json:"-"`                  // last day whose activity is known; None before the first
	Expected []string `json:"expected,omitempty"` // names of the waves that should have Cowork

	Causes      []CauseTally `json:"causes,omitempty"`      // most people first
	Departments []Tally      `json:"departments,omitempty"` // of Surprise, most people first
	Waves       []Tally      `json:"waves,omitempty"`       // of Surprise, in the order they open
	Unknown     []Tally      `json:"unknown,omitempty"`     // of NotKnown, by group
	Change      *Change      `json:"change,omitempty"`      // since the run before; nil for the first
}

// Tally is how many people something concerns.
type Tally struct {
	ID     int32  `json:"id,omitempty"` // of a department or a wave; 0 for none
	Name   string `json:"name"`
	People int    `json:"people"`
}

// GoodFor is how old a dry run or a snapshot may be before a gate asks for another.
const GoodFor = 24 * time.Hour

// Clean reports whether the run is whole and takes Cowork from nobody by surprise.
func (r Run) Clean() bool { return r.Complete && r.Surprise == 0 }

// Fresh reports whether the run is recent enough for a gate.
func (r Run) Fresh(now time.Time) bool { return !r.At.IsZero() && now.Sub(r.At) <= GoodFor }

// sum counts the fates. expected are the waves that should have Cowork.
func sum(d *Directory, fates []Fate, expected map[int32]bool) Run {
	r := Run{Members: len(fates), AsOf: d.AsOf, Through: d.Through, Missing: slices.Clone(d.Missing)}
	t := newTallies(d)
	for i, f := range fates {
		r.count(f)
		t.count(f)
		if f.Bound {
			r.Managed++
		} else if !knownRole(d.People[i].Role) {
			r.Strange++
		}
	}
	r.Causes, r.Departments, r.Waves, r.Unknown = t.causes(), t.departments(), t.waves(), t.unknown()
	for _, w := range d.Waves {
		if expected[w.ID] {
			r.Expected = append(r.Expected, w.Name)
		}
	}
	if len(expected) == 0 {
		r.Missing = append(r.Missing, "No wave has a day on which it opens, so nobody is expected to have Cowork yet.")
	}
	if r.NotKnown > 0 {
		r.Missing = append(r.Missing, unknownSay(r))
	}
	r.Complete = len(r.Missing) == 0
	return r
}

func (r *Run) count(f Fate) {
	if f.Nothing() {
		r.Nothing++
	}
	switch f.Outcome {
	case Keeps:
		r.Keeps++
	case NotKnown:
		r.NotKnown++
	case Planned:
		r.Planned++
		if f.Chat {
			r.ChatLeft++
		}
	case Surprise:
		r.Surprise++
		r.surprise(f)
	}
}

func (r *Run) surprise(f Fate) {
	if f.Chat {
		r.Chat++
	} else {
		r.Empty++
	}
	if f.active(r.Through) {
		r.Active++
	}
}

// active reports whether the person used Cowork in the last days of data.
func (f Fate) active(through day.Date) bool {
	return f.LastActive.Known() && through.Known() && f.LastActive > through-recently
}
