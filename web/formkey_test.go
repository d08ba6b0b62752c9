package web

import (
	"net/url"
	"testing"

	"groundswell/internal/fault"
)

func TestFormKeysAreMadeHere(t *testing.T) {
	key := newFormKey()
	if got, err := formKey(url.Values{formKeyField: {key}}); got != key || err != nil {
		t.Errorf("a key of this site: %q, %v", got, err)
	}
	if newFormKey() == key {
		t.Error("two forms have the same key")
	}
	for _, wrong := range []string{"", "1", key + "0", "ZZ" + key[2:], "'; drop table win; --"} {
		if _, err := formKey(url.Values{formKeyField: {wrong}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is taken for a key: %v", wrong, err)
		}
	}
}
