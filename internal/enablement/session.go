package enablement

import (
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Outline is what a session is made of apart from its day. A series gives its
// outline to each of its sessions.
type Outline struct {
	Name       string
	Kind       Kind
	Department Whose
	Starts     string // wall time in Zone, "15:30"; "" for a session that only a file knows
	Zone       string // IANA name
	Minutes    int
	Place      string
	Link       string // for those who join from afar; shown to people who signed up
	Host       Host
	Capacity   *int // nil: no limit
	About      string
	Features   []Feature
}

// Whose says which department a session is for. The zero Whose is everybody.
type Whose struct {
	ID   int
	Name string
	Slug string
}

// Everybody reports whether a session is for the whole organization.
func (w Whose) Everybody() bool { return w.ID == 0 }

// Host is who runs a session.
type Host struct{ Name, Email string }

// Called is what a host goes by; "" when there is none yet.
func (h Host) Called() string {
	if h.Name != "" {
		return h.Name
	}
	return h.Email
}

// Same reports whether two outlines say the same.
func (o Outline) Same(b Outline) bool { return len(o.Differs(b)) == 0 }

// Differs names what is not the same in two outlines, as forms name it.
func (o Outline) Differs(b Outline) []string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"name", o.Name == b.Name}, {"kind", o.Kind == b.Kind}, {"department", o.Department.ID == b.Department.ID},
		{"starts", o.Starts == b.Starts}, {"zone", o.Zone == b.Zone}, {"minutes", o.Minutes == b.Minutes},
		{"place", o.Place == b.Place}, {"link", o.Link == b.Link},
		{"host_name", o.Host.Name == b.Host.Name}, {"host_email", sheet.Fold(o.Host.Email) == sheet.Fold(b.Host.Email)},
		{"capacity", sameCount(o.Capacity, b.Capacity)}, {"about", o.About == b.About}, {"features", slices.Equal(o.Features, b.Features)},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}

func sameCount(a, b *int) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// Planned is a session on its day: planned ahead, held, cancelled, or known from
// an attendance file only.
type Planned struct {
	ID int
	Outline
	Day          day.Date
	FromFile     bool // nobody planned it here: it has no hour, and it was held
	Series       int  // 0: none
	CancelledAt  time.Time
	CancelReason string
	CoveredAt    time.Time // when somebody confirmed which features it covered
	Version      int
	SignedUp     int // everybody who did, those who wait included
	Attended     int
}

// Session is what p is known by: no two sessions share it.
func (p Planned) Session() Session { return Session{Name: p.Name, Kind: p.Kind, Day: p.Day} }

// Begins is when p begins, in its own zone. A session that only a file knows
// begins with its UTC day.
func (p Planned) Begins() time.Time {
	at, _ := moment(p.Day, p.Starts, p.Zone)
	return at
}

// Ends is when p is over, in its own zone.
func (p Planned) Ends() time.Time {
	if p.FromFile {
		return (p.Day + 1).Time()
	}
	return p.Begins().Add(time.Duration(p.Minutes) * time.Minute)
}

// Cancelled reports whether p was called off.
func (p Planned) Cancelled() bool { return !p.CancelledAt.IsZero() }

// Begun reports whether p's hour has come. What a file knows was held.
func (p Planned) Begun(now time.Time) bool { return p.FromFile || !now.Before(p.Begins()) }

// Over reports whether p's last minute has passed.
func (p Planned) Over(now time.Time) bool { return p.FromFile || !now.Before(p.Ends()) }

// Held reports whether p took place.
func (p Planned) Held(now time.Time) bool { return !p.Cancelled() && p.Over(now) }

// Bookable reports whether people may still sign up for p.
func (p Planned) Bookable(now time.Time) bool { return !p.Cancelled() && !p.Begun(now) }

// HostedBy reports whether a runs p.
func (p Planned) HostedBy(a identity.Actor) bool {
	return p.Host.Email != "" && sheet.Fold(p.Host.Email) == sheet.Fold(a.Email)
}

// Seated is how many people have a seat; the others wait.
func (p Planned) Seated() int {
	if p.Capacity == nil {
		return p.SignedUp
	}
	return min(p.SignedUp, *p.Capacity)
}

// SeatsLeft is how many more people get a seat; nil without a limit.
func (p Planned) SeatsLeft() *int {
	if p.Capacity == nil {
		return nil
	}
	left := *p.Capacity - p.Seated()
	return &left
}

// Covers reports whether p covers, or covered, a feature.
func (p Planned) Covers(f Feature) bool { return slices.Contains(p.Features, f) }

// Listed is a session as somebody finds it in a list.
type Listed struct {
	Planned
	Joined bool // the reader signed up for it
	Came   bool // the reader is in its list of who came
}

// Reader is who looks at sessions.
type Reader struct {
	Actor       identity.Actor
	Departments []int // where the roster places them, and those they are champion of
}

// Sees reports whether the reader may know of a session: everybody of those for
// everybody, for their own department, and that they signed up for or came to; hosts
// of theirs; those who oversee the rollout of all. Whose a department session is that only a file knows, nobody can
// tell: it is for those who oversee.
func (r Reader) Sees(l Listed) bool {
	switch {
	case r.Actor.HasAny(identity.Lead, identity.Auditor, identity.Owner), l.Joined, l.Came, l.HostedBy(r.Actor):
		return true
	case l.Department.Everybody():
		return l.Kind != Department
	}
	return slices.Contains(r.Departments, l.Department.ID)
}

// Agenda is the sessions of some days that a reader may know of.
type Agenda struct {
	Reader      Reader
	Sessions    []Listed // ascending
	Departments []Whose  // all there are, by name
}
