package people

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

const (
	// MaxLoggedNote is how many characters a note has that is typed on a page.
	MaxLoggedNote = 1000
	// LoggedBack is how many days back a touchpoint may lie that is logged on a page.
	LoggedBack = 30
	// UndoFor is how long whoever logged a touchpoint may take it back. Leads always may.
	UndoFor = 24 * time.Hour
	// AmendFor is how long they may add an outcome and a note. Leads always may.
	AmendFor = LoggedBack * 24 * time.Hour
)

// Draft is a touchpoint as a form says it: with a person of the roster, or for a
// whole department.
type Draft struct {
	Person     string // address; "" for a whole department
	Department int    // of a touchpoint for all of it; 0
	Champion   string // address of whose help it was; "" the actor's own
	Kind       TouchpointKind
	Outcome    Outcome
	Note       string
	Day        day.Date // None: today
	Key        string   // made with the form: the same form counts once
}

// LoggedTouchpoint is a touchpoint that is kept.
type LoggedTouchpoint struct {
	ID            int64
	Day           day.Date
	ChampionEmail string
	ChampionName  string // never "": the address when nothing else is known
	PersonEmail   string // "" for a whole department
	PersonName    string // likewise; otherwise never ""
	Department    Department
	Kind          TouchpointKind
	Outcome       Outcome
	Note          string
	LoggedBy      identity.AccountID // 0: from a file
	LoggedAt      time.Time          // zero: from a file
	Key           string
	Version       int
}

// With names whom it was with.
func (t LoggedTouchpoint) With() string {
	if t.PersonEmail == "" {
		return "the whole of " + t.Department.Name
	}
	return t.PersonName
}

// Touchable is a person of the roster as a touchpoint finds them.
type Touchable struct {
	Email, Name string     // Name is never "": the address when nothing else is known
	Department  Department // today's; ID 0 for none
	Left        bool       // was a member of the organization and is none now
}

// Desk is what a draft is judged by, as of the moment it is kept.
type Desk struct {
	Today      day.Date        // in the rollout's zone
	Person     *Touchable      // whom the draft names; nil when nobody of the roster has the address
	Department *Department     // which whole department it names; nil when there is none
	Own        []int           // departments the actor logs for; nil for every one
	Champions  map[string]bool // addresses of today's champions, folded
}

// owns reports whether the actor logs for a department.
func (k Desk) owns(id int) bool { return k.Own == nil || slices.Contains(k.Own, id) }

// mayLog says who logs touchpoints at all.
func mayLog(by identity.Actor) error {
	if !by.HasAny(identity.Lead, identity.Champion) {
		return fault.New(fault.Forbidden, "Only champions and rollout leads log touchpoints.")
	}
	return nil
}

// Why a person or a department cannot be logged.
const (
	sayNobody     = "Nobody in your departments has this address. People are logged by the champions of the department they are in today."
	sayNotOnIt    = "Nobody on the roster has this address. Import them first, or log it for the whole team."
	sayLeft       = "%s left the organization, so nothing can be logged with them. What you typed is kept: choose somebody else, or cancel."
	sayNoTeam     = "Choose a person, or the whole team."
	sayNoChampion = "Choose the champion whose help it was."
)

// judge returns the touchpoint a draft makes, or what is wrong with it by field.
func judge(by identity.Actor, d Draft, k Desk, now time.Time) (LoggedTouchpoint, error) {
	wrong := map[string]string{}
	t := LoggedTouchpoint{
		Day: d.Day, Kind: d.Kind, Outcome: d.Outcome, Note: strings.TrimSpace(d.Note),
		LoggedBy: by.Account, LoggedAt: now, Key: d.Key, Version: 1,
	}
	if !t.Kind.Valid() {
		wrong["kind"] = "Choose what you did."
	}
	checkOutcome(t, wrong)
	t.checkDay(k.Today, wrong)
	t.checkWhom(d, k, wrong)
	t.checkChampion(by, d, k, wrong)
	return t, refused(wrong)
}

func refused(wrong map[string]string) error {
	if len(wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Nothing was logged yet. Look at what is marked.", Fields: wrong}
}

func checkOutcome(t LoggedTouchpoint, wrong map[string]string) {
	if !t.Outcome.Valid() {
		wrong["outcome"] = "Choose one of these, or none."
	}
	if utf8.RuneCountInString(t.Note) > MaxLoggedNote {
		wrong["note"] = "A note has 1,000 characters at most. Shorten it."
	}
}

func (t *LoggedTouchpoint) checkDay(today day.Date, wrong map[string]string) {
	switch {
	case !t.Day.Known():
		t.Day = today
	case t.Day > today:
		wrong["day"] = "This day is still ahead. Log it when it has happened."
	case t.Day < today-LoggedBack:
		wrong["day"] = "This is more than 30 days ago. Older ones come with a file."
	}
}

func (t *LoggedTouchpoint) checkWhom(d Draft, k Desk, wrong map[string]string) {
	switch {
	case d.Person == "" && d.Department == 0:
		wrong["person"] = sayNoTeam
	case d.Person == "" && (k.Department == nil || !k.owns(k.Department.ID)):
		wrong["person"] = "There is no such department among yours."
	case d.Person == "":
		t.Department = *k.Department
	case k.Person == nil && k.Own == nil:
		wrong["person"] = sayNotOnIt
	case k.Person == nil || !k.owns(k.Person.Department.ID):
		wrong["person"] = sayNobody
	case k.Person.Left:
		wrong["person"] = strings.Replace(sayLeft, "%s", k.Person.Name, 1)
	default:
		t.PersonEmail, t.PersonName, t.Department = k.Person.Email, k.Person.Name, k.Person.Department
	}
}

// checkChampion finds whose help it was. Champions log their own; a lead names one.
func (t *LoggedTouchpoint) checkChampion(by identity.Actor, d Draft, k Desk, wrong map[string]string) {
	t.ChampionEmail = d.Champion
	own := by.Has(identity.Champion) && (d.Champion == "" || sheet.Fold(d.Champion) == sheet.Fold(by.Email))
	switch {
	case own:
		t.ChampionEmail = by.Email
	case !by.Has(identity.Lead):
		wrong["champion"] = "Champions log their own touchpoints."
	case !k.Champions[sheet.Fold(d.Champion)]:
		wrong["champion"] = sayNoChampion
	}
}

// loggedBy reports whether an actor is a champion who logged the touchpoint and still
// sees its department: who has changed departments leaves its people behind.
func (t LoggedTouchpoint) loggedBy(by identity.Actor) bool {
	return by.Has(identity.Champion) && t.LoggedBy != 0 && t.LoggedBy == by.Account && t.SeenBy(by)
}

// MayUndo reports whether an actor may take the touchpoint back.
func (t LoggedTouchpoint) MayUndo(by identity.Actor, now time.Time) bool {
	return by.Has(identity.Lead) || t.loggedBy(by) && now.Sub(t.LoggedAt) <= UndoFor
}

// MayAmend reports whether an actor may add an outcome and a note.
func (t LoggedTouchpoint) MayAmend(by identity.Actor, now time.Time) bool {
	return by.Has(identity.Lead) || t.loggedBy(by) && now.Sub(t.LoggedAt) <= AmendFor
}

var errNoTouchpoint = fault.New(fault.NotFound, "There is no touchpoint at this address that you may change.")

// undo says whether an actor may take it back now. What is somebody else's is as if it were not there.
func (t LoggedTouchpoint) undo(by identity.Actor, now time.Time) error {
	switch {
	case t.MayUndo(by, now):
		return nil
	case t.loggedBy(by):
		return fault.New(fault.Forbidden, "It was logged more than 24 hours ago. A rollout lead can still take it back.")
	}
	return errNoTouchpoint
}

// amend adds an outcome and a note. seen is the version they were written about.
func (t *LoggedTouchpoint) amend(by identity.Actor, seen int, o Outcome, note string, now time.Time) error {
	if !t.MayAmend(by, now) {
		return errNoTouchpoint
	}
	if t.Version != seen {
		return fault.New(fault.Conflict, "This touchpoint was changed meanwhile. Nothing was changed by you.")
	}
	t.Outcome, t.Note = o, strings.TrimSpace(note)
	wrong := map[string]string{}
	checkOutcome(*t, wrong)
	return refused(wrong)
}
