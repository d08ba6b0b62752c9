package comms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Unsubscriber makes and opens the tokens of links that end a kind of mail without
// a sign-in. A token names an address and a choice, is signed and never runs out: a
// link in an old mail still works. It is no secret of anybody's but the reader's own mail.
type Unsubscriber struct {
	Keys [][]byte // the current first; seal.Keyring.Derive("unsubscribe")
}

const unsubscribeMAC = 16 // bytes of a signature

// Token names an address and a choice under the current key.
func (u Unsubscriber) Token(email string, c Choice) string {
	payload := string(c) + " " + foldAddress(email)
	return base64.RawURLEncoding.EncodeToString(append(signed(u.Keys[0], payload), payload...))
}

// Open returns the folded address and the choice that a token names; false for
// anything that no key here has signed.
func (u Unsubscriber) Open(token string) (email string, c Choice, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) <= unsubscribeMAC {
		return "", "", false
	}
	mac, payload := b[:unsubscribeMAC], string(b[unsubscribeMAC:])
	for _, key := range u.Keys {
		if hmac.Equal(mac, signed(key, payload)) {
			kind, address, found := strings.Cut(payload, " ")
			return address, Choice(kind), found && Choice(kind).Valid()
		}
	}
	return "", "", false
}

func signed(key []byte, payload string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(payload))
	return h.Sum(nil)[:unsubscribeMAC]
}

// foldAddress is how addresses are compared.
func foldAddress(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// MaskAddress hides most of an address, for a page that whoever has the link can
// open: i…s@example.com. Of a short name only the first letter stays.
func MaskAddress(email string) string {
	name, host, found := strings.Cut(email, "@")
	letters := []rune(name)
	switch {
	case !found || len(letters) == 0:
		return "…"
	case len(letters) < 4:
		return string(letters[0]) + "…@" + host
	}
	return string(letters[0]) + "…" + string(letters[len(letters)-1]) + "@" + host
}
