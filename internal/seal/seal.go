// Package seal keeps secrets at rest: it seals values to the row they belong
// to, and derives the keys that sign cookies and the audit log, all from
// GROUNDSWELL_SECRET_KEY. Older keys keep opening what they sealed. It knows
// neither SQL nor HTTP.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	keyBytes = 32
	idBytes  = 4
	version  = 1
)

// ErrUnknownKey says that a value was sealed or signed with a key that is no longer configured.
var ErrUnknownKey = errors.New("made with a secret key that is not configured; add the previous key after a comma in GROUNDSWELL_SECRET_KEY")

// Keyring holds the current key and those before it. It is safe for concurrent use.
type Keyring struct{ keys []key }

type key struct {
	id     string // names the key without giving it away
	master []byte
	aead   cipher.AEAD
}

// Parse reads GROUNDSWELL_SECRET_KEY: 32 bytes in base64, previous keys after commas.
// Its errors never repeat what was given.
func Parse(s string) (*Keyring, error) {
	k := &Keyring{}
	for i, part := range strings.Split(s, ",") {
		master, err := decode(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("key %d of GROUNDSWELL_SECRET_KEY %w; make one with: openssl rand -base64 32", i+1, err)
		}
		one, err := newKey(master)
		if err != nil {
			return nil, err
		}
		k.keys = append(k.keys, one)
	}
	return k, nil
}

// Random returns a keyring of one fresh key, and the text that [Parse] reads it from.
func Random() (*Keyring, string) {
	master := make([]byte, keyBytes)
	rand.Read(master)
	text := base64.StdEncoding.EncodeToString(master)
	k, err := Parse(text)
	if err != nil {
		panic("seal: a fresh key does not parse: " + err.Error())
	}
	return k, text
}

func decode(s string) ([]byte, error) {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if b, err := enc.DecodeString(s); err == nil {
			if len(b) != keyBytes {
				return nil, fmt.Errorf("holds %d bytes where %d are needed", len(b), keyBytes)
			}
			return b, nil
		}
	}
	return nil, errors.New("is not base64")
}

func newKey(master []byte) (key, error) {
	id, err := derive(master, "key id", idBytes)
	if err != nil {
		return key{}, err
	}
	secret, err := derive(master, "seal", keyBytes)
	if err != nil {
		return key{}, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return key{}, fmt.Errorf("prepare sealing: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, fmt.Errorf("prepare sealing: %w", err)
	}
	return key{id: hex.EncodeToString(id), master: master, aead: aead}, nil
}

func derive(master []byte, purpose string, n int) ([]byte, error) {
	b, err := hkdf.Key(sha256.New, master, nil, "groundswell "+purpose, n)
	if err != nil {
		return nil, fmt.Errorf("derive the key for %s: %w", purpose, err)
	}
	return b, nil
}

// Seal encrypts plain for the row named by row ("credential/anthropic"): it opens only under the same name.
func (k *Keyring) Seal(plain []byte, row string) []byte {
	cur := k.keys[0]
	id, _ := hex.DecodeString(cur.id)
	out := append([]byte{version}, id...)
	return cur.aead.Seal(out, nil, plain, bind(out, row))
}

// Open decrypts what [Keyring.Seal] made for the same row, under the current or an older key.
func (k *Keyring) Open(sealed []byte, row string) ([]byte, error) {
	if len(sealed) < 1+idBytes || sealed[0] != version {
		return nil, errors.New("not a sealed value")
	}
	head, body := sealed[:1+idBytes], sealed[1+idBytes:]
	one, ok := k.find(hex.EncodeToString(head[1:]))
	if !ok {
		return nil, ErrUnknownKey
	}
	plain, err := one.aead.Open(nil, nil, body, bind(head, row))
	if err != nil {
		return nil, fmt.Errorf("open the sealed value of %s: it was changed or belongs to another row", row)
	}
	return plain, nil
}

// Current reports whether sealed was made with the current key, and so need not be sealed again.
func (k *Keyring) Current(sealed []byte) bool {
	return len(sealed) > idBytes && hex.EncodeToString(sealed[1:1+idBytes]) == k.keys[0].id
}

func bind(head []byte, row string) []byte {
	return append(append([]byte{}, head...), row...)
}

func (k *Keyring) find(id string) (key, bool) {
	for _, one := range k.keys {
		if one.id == id {
			return one, true
		}
	}
	return key{}, false
}

// Derive returns a 32-byte key for purpose from every master key, the current one first.
func (k *Keyring) Derive(purpose string) [][]byte {
	out := make([][]byte, 0, len(k.keys))
	for _, one := range k.keys {
		b, err := derive(one.master, purpose, keyBytes)
		if err != nil {
			panic("seal: " + err.Error()) // only an impossible length fails
		}
		out = append(out, b)
	}
	return out
}

// MAC authenticates data for purpose with the current key and names that key.
func (k *Keyring) MAC(purpose string, data []byte) (keyID string, mac []byte) {
	return k.keys[0].id, k.keys[0].mac(purpose, data)
}

// CheckMAC reports whether mac is that of data under the named key; [ErrUnknownKey] when the key is gone.
func (k *Keyring) CheckMAC(purpose, keyID string, data, mac []byte) (bool, error) {
	one, ok := k.find(keyID)
	if !ok {
		return false, ErrUnknownKey
	}
	return hmac.Equal(mac, one.mac(purpose, data)), nil
}

func (k key) mac(purpose string, data []byte) []byte {
	secret, err := derive(k.master, purpose, keyBytes)
	if err != nil {
		panic("seal: " + err.Error()) // only an impossible length fails
	}
	h := hmac.New(sha256.New, secret)
	h.Write(data)
	return h.Sum(nil)
}
