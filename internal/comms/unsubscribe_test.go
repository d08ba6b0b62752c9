package comms

import (
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func keyOf(b byte) []byte { return []byte(strings.Repeat(string(rune(b)), 32)) }

// TestTokensOpenAsTheyWereMade holds for every address and choice, under the current key and the one before.
func TestTokensOpenAsTheyWereMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.StringMatching(`[A-Za-zÀ-ž0-9._+ -]{1,24}@[a-z]{1,12}\.example`).Draw(t, "address")
		c := rapid.SampledFrom(Choices()).Draw(t, "choice")
		token := Unsubscriber{Keys: [][]byte{keyOf('a')}}.Token(address, c)
		for _, u := range []Unsubscriber{{Keys: [][]byte{keyOf('a')}}, {Keys: [][]byte{keyOf('b'), keyOf('a')}}} {
			email, got, ok := u.Open(token)
			if !ok || email != foldAddress(address) || got != c {
				t.Fatalf("%q, %q, %v; want %q, %q", email, got, ok, foldAddress(address), c)
			}
		}
		if _, _, ok := (Unsubscriber{Keys: [][]byte{keyOf('b')}}).Open(token); ok {
			t.Fatal("opened with a key that is gone")
		}
	})
}

// TestTamperedTokensStayShut changes one byte anywhere, cuts, prolongs and swaps.
func TestTamperedTokensStayShut(t *testing.T) {
	u := Unsubscriber{Keys: [][]byte{keyOf('a'), keyOf('b')}}
	rapid.Check(t, func(t *rapid.T) {
		token := u.Token("ines@example.com", ChoiceTasks)
		b, _ := base64.RawURLEncoding.DecodeString(token)
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
			b[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		case 1:
			b = b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")]
		case 2:
			b = append(b, rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "more")...)
		case 3:
			other, _ := base64.RawURLEncoding.DecodeString(u.Token("dana@example.com", ChoiceTasks))
			b = append(b[:unsubscribeMAC:unsubscribeMAC], other[unsubscribeMAC:]...)
		}
		if email, c, ok := u.Open(base64.RawURLEncoding.EncodeToString(b)); ok {
			t.Fatalf("opened as %q, %q", email, c)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		if _, _, ok := u.Open(rapid.String().Draw(t, "token")); ok {
			t.Fatal("opened what nobody signed")
		}
	})
}

func TestAddressesAreMasked(t *testing.T) {
	for address, want := range map[string]string{
		"ines@example.com": "i…s@example.com", "bo@example.com": "b…@example.com", "zoë@example.com": "z…@example.com",
		"élodie@example.com": "é…e@example.com", "@example.com": "…", "": "…", "nobody": "…",
	} {
		if got := MaskAddress(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
