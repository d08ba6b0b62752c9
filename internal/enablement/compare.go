package enablement

import (
	"slices"
	"strconv"

	"groundswell/internal/sheet"
)

// Book is what an import of attendances is compared with.
type Book struct {
	Sessions    map[Session]bool
	Attendances []Attendance    // of the sessions that were asked for
	Known       map[string]bool // addresses of the roster and of members, earlier ones too, folded
}

// Change is what is to be kept of an import.
type Change struct {
	Import      sheet.Import
	Attendances []Attendance // new and updated ones; their sessions are made where they do not exist
}

// Difference is what an import of attendances would change, or did.
type Difference struct {
	sheet.Report

	New       int                         `json:"new"`
	Unchanged int                         `json:"unchanged"`
	Updated   sheet.Listing[Updated]      `json:"updated"`
	Outranked sheet.Listing[Updated]      `json:"outranked"` // say less than what is known here, which stays
	Sessions  sheet.Listing[SessionAdded] `json:"new_sessions"`
	Strangers sheet.Listing[Who]          `json:"not_members"` // neither on the roster nor members: they count once they arrive
}

// Empty reports whether applying would change nothing.
func (d Difference) Empty() bool { return d.New == 0 && d.Updated.Count == 0 }

// Who is a person of a file.
type Who struct {
	Line  int    `json:"line"`
	Email string `json:"email"`
}

// Updated is an attendance that says something else now.
type Updated struct {
	Who
	Session Session `json:"session"`
	Fields  []Field `json:"fields"`
}

// Field is a value before and after; "" is not reported.
type Field struct {
	Name string `json:"name"` // of the column
	Old  string `json:"old"`
	New  string `json:"new"`
}

// SessionAdded is a session that does not exist yet.
type SessionAdded struct {
	Line    int     `json:"line"`
	Session Session `json:"session"`
}

// compare decides what a register changes about the book.
func compare(b Book, g register) (Change, Difference) {
	var c Change
	d := Difference{Report: g.report}
	had := make(map[seat]Attendance, len(b.Attendances))
	for _, a := range b.Attendances {
		had[a.seat()] = a
	}
	sessions, met := map[Session]bool{}, map[string]bool{}
	for _, r := range g.rows {
		a, who := r.Attendance, Who{r.line, r.Email}
		if email := sheet.Fold(a.Email); !b.Known[email] && !met[email] {
			met[email] = true
			d.Strangers.Add(who)
		}
		if !b.Sessions[a.Session] && !sessions[a.Session] {
			sessions[a.Session] = true
			d.Sessions.Add(SessionAdded{r.line, a.Session})
		}
		was, known := had[a.seat()]
		if known && (!g.report.Has(colMinutes) || was.Source != FromFile && a.Minutes == nil) {
			a.Minutes = was.Minutes
		}
		switch {
		case !known:
			d.New++
		case was.outranks(a):
			d.Outranked.Add(Updated{who, a.Session, differing(was, a)})
			continue
		case was.says(a):
			d.Unchanged++
			continue
		default:
			a.Email = was.Email
			if a.Status == was.Status {
				a.Source = was.Source // only its minutes are the file's
			}
			d.Updated.Add(Updated{who, a.Session, differing(was, a)})
		}
		c.Attendances = append(c.Attendances, a)
	}
	return c, d
}

// rank orders what is known of somebody: that they did not come, came, completed.
func (s Status) rank() int { return slices.Index([]Status{NoShow, Attended, Completed}, s) }

// outranks reports whether a is known here, by the door or a list, and a file says
// less. What a file said, a later file may change.
func (a Attendance) outranks(b Attendance) bool {
	return a.Source != FromFile && a.Status.rank() > b.Status.rank()
}

func differing(was, is Attendance) []Field {
	var out []Field
	for _, f := range []Field{{colStatus, string(was.Status), string(is.Status)}, {colMinutes, text(was.Minutes), text(is.Minutes)}} {
		if f.Old != f.New {
			out = append(out, f)
		}
	}
	return out
}

func text(minutes *int) string {
	if minutes == nil {
		return ""
	}
	return strconv.Itoa(*minutes)
}
