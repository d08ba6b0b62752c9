package web

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"regexp"

	"groundswell/internal/fault"
)

// formKeyField is the hidden field with a key made for one form: sent twice, the
// form counts once. A page that is drawn again because of a mistake keeps it.
const formKeyField = "form_key"

var formKeyShape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// newFormKey makes a random UUID.
func newFormKey() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// formKey reads the key a form was made with. One that this site did not make is Invalid.
func formKey(f url.Values) (string, error) {
	key := f.Get(formKeyField)
	if !formKeyShape.MatchString(key) {
		return "", fault.New(fault.Invalid, sayIncomplete)
	}
	return key, nil
}
