// Package fault holds errors meant for a reader: a kind that decides how the
// program answers, and a sentence that says what happened and what to do. It
// knows neither HTTP nor SQL; web maps kinds to status codes, store maps
// database errors to faults.
package fault

import "errors"

// Kind says what sort of trouble an error is, and thereby how to answer it.
type Kind string

// The kinds. An error that is no fault counts as Internal.
const (
	Internal        Kind = "internal"        // a defect or a broken machine; the reader gets a request id
	Invalid         Kind = "invalid"         // what was typed or sent cannot be used; Fields says where
	Unauthenticated Kind = "unauthenticated" // nobody is signed in
	Forbidden       Kind = "forbidden"       // signed in, known thing, not allowed
	NotFound        Kind = "not_found"       // absent, or not to be known of by this actor
	Conflict        Kind = "conflict"        // somebody else changed it first
	TooMany         Kind = "too_many"        // over a limit; try later
	Unavailable     Kind = "unavailable"     // a service we depend on is away
	TooLarge        Kind = "too_large"       // more bytes than accepted
)

// Error is an error with a kind and a sentence for its reader. Say and Fields
// are shown; Err is only logged.
type Error struct {
	Kind   Kind
	Say    string
	Fields map[string]string // field name -> what is wrong with it and how to fix it
	Err    error
}

// Error returns the sentence followed by the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Say
	}
	return e.Say + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes a fault of kind k that says say.
func New(k Kind, say string) *Error { return &Error{Kind: k, Say: say} }

// Wrap makes a fault of kind k that says say and keeps err as its cause.
func Wrap(k Kind, say string, err error) *Error { return &Error{Kind: k, Say: say, Err: err} }

// Field makes an Invalid fault about one field.
func Field(name, say string) *Error {
	return &Error{Kind: Invalid, Say: say, Fields: map[string]string{name: say}}
}

// KindOf returns the kind of the first fault in err's chain, Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Say returns the sentence of the first fault in err's chain, "" when there is none.
func Say(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Say
	}
	return ""
}
