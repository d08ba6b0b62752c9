package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"groundswell/internal/fault"
)

const (
	sayUnreadable = "This form cannot be read. Nothing was changed. Load the page again and repeat the change."
	sayIncomplete = "This form is incomplete. Load the page again."
)

// form reads a posted form; multipart bodies are not taken. A form that cannot
// be read, or that holds what is no text, is Invalid.
func form(r *http.Request) (url.Values, error) {
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, err
	case err != nil:
		return nil, fault.Wrap(fault.Invalid, sayUnreadable, err)
	case !isText(r.PostForm):
		return nil, fault.New(fault.Invalid, sayUnreadable)
	}
	return r.PostForm, nil
}

// isText reports whether the database could keep every value: UTF-8, and no NUL in it.
func isText(f url.Values) bool {
	for name, values := range f {
		all := name + strings.Join(values, "")
		if !utf8.ValidString(all) || strings.ContainsRune(all, 0) {
			return false
		}
	}
	return true
}
