package enablement

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

// Statement is what is kept of what a learning system says: who attended or
// completed which course when. Nothing else of a statement is kept.
type Statement struct {
	ID       string // UUID, lower case
	Activity string // IRI of the course
	Course   string // the course's name as the statement gives it; "" when it gives none
	Email    string
	Verb     Status    // Attended or Completed
	At       time.Time // zero while only the time of arrival is known
	Minutes  *int      // nil: not reported
}

// says reports whether b says the same as a, which is kept. The course's name is
// the course's own, and a statement without a time keeps that of its first arrival.
func (a Statement) says(b Statement) bool {
	return a.Activity == b.Activity && sheet.Fold(a.Email) == sheet.Fold(b.Email) && a.Verb == b.Verb &&
		(b.At.IsZero() || a.At.Equal(b.At)) &&
		(a.Minutes == nil) == (b.Minutes == nil) && (a.Minutes == nil || *a.Minutes == *b.Minutes)
}

// Reason says why something that a learning system sent was not kept.
type Reason string

// The reasons for which single statements are accepted and not kept.
const (
	OtherVerb   Reason = "other_verb"   // something else than attended, completed, passed or voided
	NoMailbox   Reason = "no_mailbox"   // the person is named by something else than an address
	GroupOfMany Reason = "group"        // about a group instead of a person
	NotActivity Reason = "not_activity" // about something else than a course
)

// The reasons for which requests are refused as a whole.
const (
	Malformed    Reason = "malformed"
	Contradicts  Reason = "conflict"
	WrongVersion Reason = "version"
	WrongType    Reason = "media_type"
	TooLarge     Reason = "too_large"
	BadToken     Reason = "bad_token"
)

// Reasons returns every reason, those of whole requests last.
func Reasons() []Reason {
	return []Reason{OtherVerb, NoMailbox, GroupOfMany, NotActivity, Malformed, Contradicts, WrongVersion, WrongType, TooLarge, BadToken}
}

// Heard is one statement as it was read.
type Heard struct {
	ID    string     // as the sender gave it, lower case; "" for none
	Kept  *Statement // what counts; nil for all others
	Voids string     // the statement it takes back, "" for none
	Left  Reason     // why it is accepted and not kept, "" when it counts or voids
}

// Shelf is what is known of the statements that a request names.
type Shelf struct {
	Kept   map[string]Statement // by id, voided ones too
	Voided map[string]bool
}

// Arrival is what is to be kept of a request.
type Arrival struct {
	Token      int64
	Statements []Statement
	Voids      []string
	Left       map[Reason]int
}

// Empty reports whether nothing is to be written.
func (a Arrival) Empty() bool { return len(a.Statements)+len(a.Voids)+len(a.Left) == 0 }

// sort decides what is new among heard. A statement whose id is kept with other
// content is a Conflict, and with it the whole request.
func (s Shelf) sort(heard []Heard) (Arrival, error) {
	a := Arrival{Left: map[Reason]int{}}
	kept, voided := maps.Clone(s.Kept), maps.Clone(s.Voided)
	for i, h := range heard {
		was, known := kept[h.ID]
		switch {
		case known && (h.Kept == nil || !was.says(*h.Kept)):
			return Arrival{}, contradicts(i)
		case known:
		case h.Kept != nil:
			kept[h.ID] = *h.Kept
			a.Statements = append(a.Statements, *h.Kept)
		case h.Voids != "" && !voided[h.Voids]:
			voided[h.Voids] = true
			a.Voids = append(a.Voids, h.Voids)
		case h.Left != "":
			a.Left[h.Left]++
		}
	}
	return a, nil
}

func contradicts(i int) error {
	f := refuse(i, "a statement with this id was kept before, and it says something else")
	f.Kind = fault.Conflict
	return f
}

// refuse says why the i-th statement, from 0, cannot be taken. why never repeats what was sent.
func refuse(i int, why string) *fault.Error {
	return &fault.Error{
		Kind: fault.Invalid, Say: "Nothing of this request was kept. Statement " + strconv.Itoa(i) + ", counted from 0: " + why + ".",
		Fields: map[string]string{"statement": strconv.Itoa(i)},
	}
}

// named are the ids that a request is about: its statements and those that it takes back.
func named(heard []Heard) []string {
	var ids []string
	for _, h := range heard {
		for _, id := range []string{h.ID, h.Voids} {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
